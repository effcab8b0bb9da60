/* SPDX-License-Identifier: MIT */
/*
 * Takes the words of people out of the ledger as a set of hashes, and holds each file's
 * words against it. What is done with what is found is closing.c's. What can go wrong: a
 * file that cannot be read is told, never passed over.
 */
#include "mailer/remains.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mailer/scribe.h"
#include "recipients/numbering.h"
#include "recipients/roster.h"

#define DEEPEST 12
#define FILES_MOST 100000
#define WORD_MOST 200
#define WORD_LEAST                                                                       \
	5 /* bytes of a word that says who somebody is; of two, 7 with the blank */
#define PAIR_LEAST 7

struct search {
	const char *dir;
	const char *const *known;
	struct numbering people; /* hashes of words and of pairs of words */
	struct numbering said;   /* those of incident.json: of nobody */
	json_t *found;
	size_t left, files;
};

/* --- words --- */

struct words {
	char word[WORD_MOST + 1], before[WORD_MOST + 1];
	size_t length;
};

static bool ends_word(int c)
{
	return c <= ' ' || c == 127 || strchr(",;:<>\"()[]{}|=!?*/\\", c);
}

/* FNV-1a (draft-eastlake-fnv). */
static uint64_t hash(const char *before, const char *word)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (const char *p = before; *p; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	if (*before)
		h = (h ^ ' ') * UINT64_C(0x100000001b3);
	for (const char *p = word; *p; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	return h;
}

/* A word alone (`before` ""), and behind the one before it. True: that is enough. */
typedef bool (*take_word)(struct search *s, const char *before, const char *word);

static bool end_word(struct words *w, struct search *s, take_word take)
{
	bool enough;

	while (w->length && strchr(".'", w->word[w->length - 1]))
		w->length--;
	w->word[w->length] = '\0';
	if (!w->length)
		return false;
	enough = take(s, "", w->word) || (*w->before && take(s, w->before, w->word));
	memcpy(w->before, w->word, w->length + 1);
	w->length = 0;
	return enough;
}

static bool take_byte(struct words *w, int c, struct search *s, take_word take)
{
	if (ends_word(c))
		return end_word(w, s, take);
	if (w->length < WORD_MOST)
		w->word[w->length++] = (char)tolower(c);
	return false;
}

static bool each_word(const char *text, struct search *s, take_word take)
{
	struct words w = {.length = 0};

	for (; text && *text; text++)
		if (take_byte(&w, (unsigned char)*text, s, take))
			return true;
	return end_word(&w, s, take);
}

static bool add_said(struct search *s, const char *before, const char *word)
{
	(void)numbering_add(&s->said, hash(before, word));
	return false;
}

static void add(struct search *s, const char *before, const char *word)
{
	uint64_t key = hash(before, word);

	if (!numbering_find(&s->said, key))
		(void)numbering_add(&s->people, key);
}

/* Of names two words together: one alone is many people's, or a thing's. */
static bool add_pair(struct search *s, const char *before, const char *word)
{
	if (*before && strlen(before) + strlen(word) >= PAIR_LEAST)
		add(s, before, word);
	return false;
}

/* Addresses, numbers, codes. */
static bool add_word(struct search *s, const char *before, const char *word)
{
	if (!*before && strlen(word) >= WORD_LEAST &&
		(strpbrk(word, "0123456789@") || strchr(word, '-')))
		add(s, "", word);
	return false;
}

static bool is_person(struct search *s, const char *before, const char *word)
{
	return numbering_find(&s->people, hash(before, word)) != 0;
}

/* --- whose words --- */

static void add_fields(struct search *s, const struct roster_row *row,
	const char *const *fields, take_word take)
{
	for (; *fields; fields++)
		(void)each_word(roster_value(row, *fields), s, take);
}

static void add_row(struct search *s, const struct roster_row *row)
{
	static const char *const words[] = {"email", "email_personal", "phone", "contact",
		"person_id", "pay_number", "warrant_number", "collar_number",
		"service_number", "case_ref", NULL};
	static const char *const pairs[] = {"name", "phone", NULL};
	const char *surname = roster_value(row, "surname"),
		   *forenames = roster_value(row, "forenames");

	add_fields(s, row, words, add_word);
	add_fields(s, row, pairs, add_pair);
	if (!surname || !forenames)
		return;
	auto_text first = text_format("%.*s", (int)strcspn(forenames, " "), forenames);
	auto_text plain = text_format("%s %s", first, surname);
	auto_text turned = text_format("%s %s", surname, first);

	(void)each_word(plain, s, add_pair);
	(void)each_word(turned, s, add_pair);
}

static int add_rows(struct search *s, struct ledger *l,
	int (*load)(struct ledger *, struct roster *, struct fault *), struct fault *f)
{
	auto_roster rows = {0};

	if (load(l, &rows, f))
		return -1;
	for (size_t i = 0; i < rows.count; i++)
		add_row(s, &rows.rows[i]);
	return 0;
}

/* Codes, and addresses as they were written to. */
static int add_notices(struct search *s, struct ledger *l, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row facts = {0};
	int got;

	if (ledger_query(l, SQL("SELECT id, facts_sealed FROM notice"), &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		if (query_sealed(q, "facts_sealed", "notice.facts_sealed",
			    query_int(q, "id"), &facts.packed, f))
			return -1;
		(void)each_word(row_value(&facts, SCRIBE_CODE), s, add_word);
		(void)each_word(row_value(&facts, SCRIBE_ADDRESS), s, add_word);
	}
	return got;
}

/* --- files --- */

static FILE *open_file(const char *path, struct fault *f)
{
	FILE *in = fopen(path, "re");

	if (!in)
		fault_set(f, FAULT_INPUT, "%s: %s", path, strerror(errno));
	return in;
}

static int look_through(
	struct search *s, const char *path, take_word take, bool *ret, struct fault *f)
{
	struct words w = {.length = 0};
	FILE *in = open_file(path, f);
	int c;

	*ret = false;
	if (!in)
		return -1;
	while (!*ret && (c = getc(in)) != EOF)
		*ret = take_byte(&w, c, s, take);
	*ret = *ret || end_word(&w, s, take);
	(void)fclose(in);
	return 0;
}

/* Not text, and not bytes with text among them. */
static int is_closed(const char *path, bool *ret, struct fault *f)
{
	/* zip, gzip, bzip2, xz, 7z, PDF, old Office, UTF-16 both ways, zstd */
	static const char *const starts[] = {"PK\3\4", "\x1f\x8b", "BZh", "\xfd\x37zXZ",
		"7z\xbc\xaf", "%PDF", "\xd0\xcf\x11\xe0", "\xff\xfe", "\xfe\xff",
		"\x28\xb5\x2f\xfd", NULL};
	char head[8];
	FILE *in = open_file(path, f);
	size_t got;

	if (!in)
		return -1;
	got = fread(head, 1, sizeof(head), in);
	(void)fclose(in);
	*ret = false;
	for (const char *const *start = starts; *start && !*ret; start++)
		*ret = got >= strlen(*start) && !memcmp(head, *start, strlen(*start));
	return 0;
}

static int look_at_file(struct search *s, const char *name, struct fault *f)
{
	auto_text path = text_format("%s/%s", s->dir, name);
	bool closed, people = false;

	if (++s->files > FILES_MOST)
		return fault_set(f, FAULT_INPUT,
			"there are more than %d files in the incident's folder",
			FILES_MOST);
	if (is_closed(path, &closed, f) ||
		(!closed && look_through(s, path, is_person, &people, f)))
		return -1;
	s->left += !closed && !people;
	if (closed || people)
		(void)json_array_append_new(
			s->found, json_pack("{s:s,s:s}", "file", name, "why",
					  closed ? "closed" : "people"));
	return 0;
}

static bool is_known(const struct search *s, const char *name)
{
	for (const char *const *known = s->known; *known; known++)
		if (!strcmp(*known, name))
			return true;
	return false;
}

static int look_at_folder(
	struct search *s, const char *below, int depth, struct fault *f);

static int look_at(struct search *s, const char *name, int depth, struct fault *f)
{
	auto_text path = text_format("%s/%s", s->dir, name);
	struct stat st;

	if (is_known(s, name))
		return 0;
	if (lstat(path, &st))
		return fault_set(f, FAULT_INPUT, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return look_at_folder(s, name, depth + 1, f);
	return S_ISREG(st.st_mode) ? look_at_file(s, name, f) : 0;
}

/* Never deeper than DEEPEST; links are not followed. */
static int look_at_folder(struct search *s, const char *below, int depth, struct fault *f)
{
	auto_text path = text_format("%s%s%s", s->dir, *below ? "/" : "", below);
	struct dirent **entries;
	int count, failed = 0;

	if (depth > DEEPEST)
		return fault_set(
			f, FAULT_INPUT, "%s: more than %d folders deep", path, DEEPEST);
	count = scandir(path, &entries, NULL, alphasort);
	if (count < 0)
		return fault_set(f, FAULT_INPUT, "%s: %s", path, strerror(errno));
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		auto_text inner = text_format("%s%s%s", below, *below ? "/" : "", name);

		if (!failed && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
			failed = look_at(s, inner, depth, f);
		free(entries[i]);
	}
	free(entries);
	return failed;
}

int remains_find(struct ledger *l, const char *dir, const char *const *known,
	json_t **ret, size_t *ret_left, struct fault *f)
{
	auto_text incident = text_format("%s/incident.json", dir);
	struct search s = {.dir = dir, .known = known, .found = json_array()};
	bool ignored;
	int failed = look_through(&s, incident, add_said, &ignored, f) ||
		     add_rows(&s, l, roster_load_entries, f) ||
		     add_rows(&s, l, roster_load_records, f) || add_notices(&s, l, f) ||
		     look_at_folder(&s, "", 0, f);

	numbering_done(&s.people);
	numbering_done(&s.said);
	if (failed) {
		json_decref(s.found);
		return -1;
	}
	*ret = s.found;
	*ret_left = s.left;
	return 0;
}
