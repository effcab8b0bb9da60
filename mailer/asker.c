/* SPDX-License-Identifier: MIT */
/*
 * Words of a line against the list. Numbers and addresses are looked up in sorted tables,
 * since a help line writes thousands of lines; names go through lookup.c. What follows is
 * resend.c's.
 */
#include "mailer/asker.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mailer/code.h"
#include "mailer/person.h"
#include "recipients/fold.h"
#include "recipients/lookup.h"
#include "recipients/text.h"

#define WORDS 64
#define NUMBER_LEAST 3 /* signs: a shorter number says nothing */

/* A number or an address, as it is compared, and whose it is. */
struct entry {
	char *key;
	size_t person;
};

struct askers {
	struct ledger *ledger;
	const struct settings *settings;
	const struct roster *people;
	struct entry *entries; /* sorted by key */
	size_t count, room;
};

/* --- the tables --- */

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : x->person < y->person ? -1 : x->person > y->person;
}

static void add_entry(struct askers *a, const char *key, size_t person)
{
	if (a->count == a->room) {
		a->room = a->room ? a->room * 2 : 1024;
		a->entries = text_realloc(a->entries, a->room * sizeof(*a->entries));
	}
	a->entries[a->count++] = (struct entry){text_copy(key), person};
}

/* Letters and digits alone, without leading zeros. */
static const char *number_key(const char *value, char scratch[FOLD_ROOM])
{
	(void)fold_words(value, scratch, FOLD_ROOM);
	(void)fold_join(scratch, scratch, FOLD_ROOM);
	return scratch + strspn(scratch, "0");
}

static const char *address_key(const char *value, char scratch[FOLD_ROOM])
{
	size_t i = 0;

	for (; value[i] && i < FOLD_ROOM - 1; i++)
		scratch[i] = (char)tolower((unsigned char)value[i]);
	scratch[i] = '\0';
	return scratch;
}

static void add_row(struct askers *a, const struct roster_row *row)
{
	static const char *const numbers[] = {"person_id", "pay_number", "warrant_number",
		"service_number", "collar_number", NULL};
	static const char *const addresses[] = {
		"email", "email_personal", "contact", NULL};
	char scratch[FOLD_ROOM];

	for (const char *const *n = numbers; *n; n++)
		if (roster_value(row, *n))
			add_entry(a, number_key(roster_value(row, *n), scratch),
				row->person);
	for (const char *const *n = addresses; *n; n++)
		if (roster_value(row, *n) && strchr(roster_value(row, *n), '@'))
			add_entry(a, address_key(roster_value(row, *n), scratch),
				row->person);
}

struct askers *askers_new(
	struct ledger *l, const struct settings *s, const struct roster *people)
{
	struct askers *a = text_alloc(sizeof(*a));

	*a = (struct askers){.ledger = l, .settings = s, .people = people};
	for (size_t i = 0; i < people->count; i++)
		add_row(a, &people->rows[i]);
	if (a->count)
		qsort(a->entries, a->count, sizeof(*a->entries), compare_entries);
	return a;
}

void askers_free(struct askers *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->count; i++)
		free(a->entries[i].key);
	free(a->entries);
	free(a);
}

/* --- a line --- */

/* Who is still possible: all, or those in the list. */
struct possible {
	size_t *people;
	size_t count;
	bool all;
};

static void narrow(struct possible *p, size_t person, size_t *kept)
{
	for (size_t i = *kept; i < p->count; i++)
		if (p->people[i] == person) {
			p->people[i] = p->people[*kept];
			p->people[(*kept)++] = person;
			return;
		}
}

/* Keeps only those who have this key; false: nobody has it, and nothing was learnt. */
static bool take_key(struct askers *a, const char *key, struct possible *p)
{
	size_t low = 0, high = a->count, kept = 0, first;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(a->entries[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	first = low;
	while (low < a->count && !strcmp(a->entries[low].key, key))
		low++;
	if (low == first)
		return false;
	if (p->all)
		p->people = text_realloc(p->people, (low - first) * sizeof(size_t));
	for (size_t i = first; i < low; i++) {
		size_t person = a->entries[i].person;

		if (!p->all)
			narrow(p, person, &kept);
		else if (!kept || p->people[kept - 1] != person)
			p->people[kept++] = person;
	}
	p->all = false;
	p->count = kept;
	return true;
}

static int take_code(struct askers *a, const char *word, struct possible *p, bool *ret,
	struct fault *f)
{
	char code[CODE_TEXT];
	size_t person, kept = 0;

	*ret = false;
	if (code_read(word, code))
		return 0;
	if (person_by_code(a->ledger, a->settings, a->people, code, &person, f))
		return -1;
	if (person == SIZE_MAX)
		return 0;
	*ret = true;
	if (p->all) {
		p->people = text_realloc(p->people, sizeof(size_t));
		p->people[0] = person;
		p->count = 1;
		p->all = false;
		return 0;
	}
	narrow(p, person, &kept);
	p->count = kept;
	return 0;
}

/* What people write around a name. */
static bool is_filler(const char *word)
{
	static const char *const fillers[] = {"a", "again", "all", "also", "am", "an",
		"and", "any", "address", "are", "at", "be", "been", "braille", "but",
		"by", "called", "can", "code", "collar", "could", "dear", "did", "do",
		"does", "email", "e-mail", "for", "from", "get", "got", "have", "hello",
		"here", "hi", "home", "i", "id", "in", "is", "it", "letter", "like",
		"lost", "mail", "me", "mine", "my", "name", "need", "new", "no", "not",
		"nothing", "notice", "number", "of", "old", "on", "only", "or", "our",
		"pay", "payroll", "please", "private", "received", "ref", "reference",
		"regards", "send", "sent", "service", "so", "still", "thank", "thanks",
		"that", "the", "this", "to", "want", "warrant", "was", "we", "will",
		"with", "work", "would", "you", "your", NULL};

	for (const char *const *x = fillers; *x; x++)
		if (!strcasecmp(*x, word))
			return true;
	return false;
}

static bool has_digit(const char *word)
{
	return strpbrk(word, "0123456789") != NULL;
}

/* One word: what it says narrows who is meant; words without a number may be the name. */
static int take_word(struct askers *a, const char *word, struct possible *p,
	struct text *name, char address[ADDRESS_MAX + 1], struct fault *f)
{
	char scratch[FOLD_ROOM];
	const char *key;
	bool is_code;

	if (strchr(word, '@')) {
		if (strlen(word) < FOLD_ROOM &&
			!take_key(a, address_key(word, scratch), p) && !*address &&
			strlen(word) <= ADDRESS_MAX)
			(void)memcpy(address, word, strlen(word) + 1);
		return 0;
	}
	if (take_code(a, word, p, &is_code, f))
		return -1;
	if (is_code)
		return 0;
	if (has_digit(word)) {
		key = number_key(word, scratch);
		if (strlen(key) >= NUMBER_LEAST)
			(void)take_key(a, key, p);
		return 0;
	}
	if (!is_filler(word))
		text_printf(name, "%s%s", name->length ? " " : "", word);
	return 0;
}

static bool fits_words(const struct askers *a, size_t person, const char *words)
{
	struct lookup *l = lookup_new(words);
	bool fits = false;

	for (const struct roster_row *e = NULL;
		!fits && (e = roster_entry(a->people, person, e));)
		fits = lookup_row(l, e) != LOOKUP_NOT;
	lookup_free(l);
	return fits;
}

/* "Mary <mary@force.example>": a word of what they are called. */
static bool is_called(const struct askers *a, size_t person, const char *word)
{
	static const char *const fields[] = {"forenames", "known_as", "name"};
	char folded[FOLD_ROOM], asked[FOLD_ROOM];
	const char *words[16];

	(void)fold_words(word, asked, sizeof(asked));
	for (const struct roster_row *e = NULL; (e = roster_entry(a->people, person, e));)
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
			const char *value = roster_value(e, fields[i]);
			size_t count;

			(void)fold_words(value ? value : "", folded, sizeof(folded));
			count = fold_split(
				folded, words, sizeof(words) / sizeof(words[0]));
			for (size_t k = 0; k < count; k++)
				if (!strcmp(words[k], asked))
					return true;
		}
	return false;
}

/* Where a number or an address says who it is, any word of the name is enough. */
static bool fits_name(const struct askers *a, size_t person, const char *name)
{
	auto_text copy = text_copy(name);
	char *rest = NULL;

	if (fits_words(a, person, name))
		return true;
	for (char *w = strtok_r(copy, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
		if (fits_words(a, person, w) || is_called(a, person, w))
			return true;
	return false;
}

/* Exactly one who is called just so; several, or something like it, are for a human. */
static enum asker_who find_name(const struct askers *a, const char *name, size_t *ret)
{
	enum asker_who who = ASKER_NOBODY;
	struct lookup_hit *hits = NULL;
	size_t count;

	if (!*name || strlen(name) >= LOOKUP_MAX)
		return ASKER_NOBODY;
	lookup_find(a->people, name, &hits, &count);
	if (count && hits[0].fit == LOOKUP_EXACT &&
		(count == 1 || hits[1].fit != LOOKUP_EXACT)) {
		who = ASKER_ONE;
		*ret = hits[0].index;
	} else if (count) {
		who = ASKER_UNCLEAR;
	}
	free(hits);
	return who;
}

#define SENTENCE 12 /* words: in a longer text no name is looked for */

/* Two words next to each other, in a sentence that is more than a name. */
static enum asker_who find_within(const struct askers *a, const char *name, size_t *ret)
{
	auto_text copy = text_copy(name);
	char *words[SENTENCE + 1], *rest = NULL;
	enum asker_who who = ASKER_NOBODY;
	size_t count = 0;

	for (char *w = strtok_r(copy, " ", &rest); w && count <= SENTENCE;
		w = strtok_r(NULL, " ", &rest))
		words[count++] = w;
	if (count < 3 || count > SENTENCE)
		return ASKER_NOBODY;
	for (size_t i = 0; i + 1 < count; i++) {
		auto_text pair = text_format("%s %s", words[i], words[i + 1]);
		size_t person;
		enum asker_who here = find_name(a, pair, &person);

		if (here == ASKER_NOBODY)
			continue;
		if (here == ASKER_UNCLEAR || (who == ASKER_ONE && *ret != person))
			return ASKER_UNCLEAR;
		who = ASKER_ONE;
		*ret = person;
	}
	return who;
}

static void judge_name(const struct askers *a, const char *name, struct asker_answer *ret)
{
	ret->who = find_name(a, name, &ret->person);
	if (ret->who == ASKER_NOBODY)
		ret->who = find_within(a, name, &ret->person);
}

static void judge(const struct askers *a, const struct possible *p, const char *name,
	struct asker_answer *ret)
{
	size_t fitting = 0;

	if (p->all) {
		judge_name(a, name, ret);
		return;
	}
	for (size_t i = 0; i < p->count; i++)
		if (!*name || strlen(name) >= LOOKUP_MAX ||
			fits_name(a, p->people[i], name)) {
			ret->person = p->people[i];
			fitting++;
		}
	ret->who = fitting == 1 ? ASKER_ONE : ASKER_UNCLEAR;
}

/* "a@b.example." */
static char *without_stop(char *word)
{
	for (size_t n = strlen(word); n && strchr(".!?'", word[n - 1]); n--)
		word[n - 1] = '\0';
	return word;
}

/* A reference code may be written with blanks or dashes: its two groups as one word. */
static bool is_half_code(const char *word)
{
	return strlen(word) == CODE_SIGNS / 2 &&
	       strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz"
			    "0123456789") == strlen(word);
}

int askers_find(
	struct askers *a, const char *line, struct asker_answer *ret, struct fault *f)
{
	auto_text copy = text_copy(line);
	auto_text_buffer name = {0};
	struct possible p = {.all = true};
	char *rest = NULL, *words[WORDS];
	size_t count = 0;
	int failed = 0;

	*ret = (struct asker_answer){.who = ASKER_UNCLEAR};
	if (strlen(line) > ASKER_LINE)
		return 0;
	for (char *w = strtok_r(copy, " \t\r,;|\"<>()[]:", &rest); w && count < WORDS;
		w = strtok_r(NULL, " \t\r,;|\"<>()[]:", &rest))
		words[count++] = without_stop(w);
	for (size_t i = 0; !failed && i < count; i++) {
		char both[CODE_SIGNS + 1] = "", code[CODE_TEXT];

		if (i + 1 < count && is_half_code(words[i]) &&
			is_half_code(words[i + 1])) {
			memcpy(both, words[i], CODE_SIGNS / 2);
			memcpy(both + CODE_SIGNS / 2, words[i + 1], CODE_SIGNS / 2 + 1);
		}
		failed = take_word(a, *both && !code_read(both, code) ? both : words[i],
			&p, &name, ret->address, f);
		i += *both && !code_read(both, code);
	}
	if (!failed)
		judge(a, &p, text_string(&name), ret);
	free(p.people);
	return failed;
}
