/* SPDX-License-Identifier: MIT */
/*
 * The matcher (Aho and Corasick, 1975). The phrases themselves stand in words/, what they
 * mean with reason.c, bounce.c and automatic.c. What can go wrong: nothing that a text
 * could cause; a bad vocabulary ends the process when it is built, in every test.
 */
#include "mailer/wire/phrase.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

#define LONGEST 256 /* of a phrase */

/* --- the vocabulary --- */

static unsigned char find_section(const struct phrase_set *set, struct span name)
{
	for (unsigned char i = 0; set->sections[i]; i++)
		if (span_is(name, set->sections[i]))
			return i;
	abort();
}

static void add_line(struct phrase_set *set, struct span line, unsigned char kind)
{
	bool family = span_starts(line, "~ ");
	char *words;

	if (family)
		line = span_from(line, 2);
	if (!line.length || line.length >= LONGEST)
		abort();
	words = text_alloc(line.length + 1);
	memcpy(words, line.at, line.length);
	if (words[0] == '_')
		words[0] = ' ';
	if (words[line.length - 1] == '_')
		words[line.length - 1] = ' ';
	set->table = text_realloc(set->table, (set->count + 1) * sizeof(*set->table));
	set->table[set->count++] =
		(struct phrase){.words = words, .kind = kind, .family = family};
}

static void read_source(struct phrase_set *set)
{
	struct span source = span_of(set->source), line;
	unsigned char kind = 0;
	size_t at = 0;

	while (span_line(source, &at, &line)) {
		if (span_starts(line, "["))
			kind = find_section(
				set, (struct span){line.at + 1, line.length - 2});
		else if (line.length && *line.at != '#')
			add_line(set, line, kind);
	}
}

/* --- the automaton --- */

#define ENDS 0x8000u  /* beside a state in a row: phrases end in it */
#define STATE 0x7fffu /* the state alone */
enum {
	NO_CLASS, /* no phrase has it */
	BLANK
};

static bool is_blank(unsigned char c)
{
	return c <= ' ' || c == 0x7f;
}

/* What is frequent comes first, so that it stands close together in each row. Returns how
 * many states there can be. */
static size_t find_classes(struct phrase_set *set)
{
	size_t bytes = 1;

	set->width = BLANK + 1;
	for (unsigned c = 0; c < 0x80; c++)
		set->class_of[c] = is_blank((unsigned char)c) ? BLANK : NO_CLASS;
	for (unsigned c = 'a'; c <= 'z'; c++)
		set->class_of[c] = (unsigned char)set->width++;
	for (unsigned c = 'a'; c <= 'z'; c++)
		set->class_of[c - 'a' + 'A'] = set->class_of[c];
	for (size_t i = 0; i < set->count; i++)
		for (const char *s = set->table[i].words; *s; s++, bytes++)
			if (!set->class_of[(unsigned char)*s])
				set->class_of[(unsigned char)*s] =
					(unsigned char)set->width++;
	if (set->width > 256)
		abort();
	for (set->shift = 5; set->width > 1u << set->shift;)
		set->shift++;
	return bytes;
}

static uint16_t *row(const struct phrase_set *set, unsigned state)
{
	return set->rows + ((size_t)state << set->shift);
}

/* What is left of a phrase, and the state that its start has led to. */
struct path {
	const char *rest;
	uint16_t state;
};

static bool add_state(struct phrase_set *set, struct path *p, uint16_t *states)
{
	uint16_t *next;

	if (!*p->rest)
		return false;
	next = &row(set, p->state)[set->class_of[(unsigned char)*p->rest++]];
	if (!*next)
		*next = (*states)++;
	if (*states > STATE)
		abort();
	p->state = *next;
	return true;
}

/* Level by level, so that a state's number is greater than those of all shorter ones, and
 * the short ones, where a scan spends its time, stand together. Returns how many. */
static uint16_t add_states(struct phrase_set *set)
{
	struct path *paths = text_alloc(set->count * sizeof(*paths));
	uint16_t states = 1;
	bool more = true;

	for (size_t i = 0; i < set->count; i++)
		paths[i].rest = set->table[i].words;
	while (more) {
		more = false;
		for (size_t i = 0; i < set->count; i++)
			more |= add_state(set, &paths[i], &states);
	}
	for (size_t i = 0; i < set->count; i++) {
		set->table[i].same = set->found[paths[i].state];
		set->found[paths[i].state] = (uint16_t)(i + 1);
	}
	free(paths);
	return states;
}

/* What is known of a state as soon as one knows the longest of its tails. */
static uint16_t mark_state(struct phrase_set *set, uint16_t state, uint16_t tail)
{
	set->shorter[state] = set->found[tail] ? tail : set->shorter[tail];
	return (uint16_t)(state | (set->found[state] || set->shorter[state] ? ENDS : 0));
}

/* Where a state fails, its next states are those of its longest tail. Behind a blank it
 * stays what it is on more of them, and finds nothing again. */
static void link_states(struct phrase_set *set, uint16_t states)
{
	uint16_t *tail = text_alloc(states * sizeof(*tail));

	for (uint16_t state = 0; state < states; state++) {
		uint16_t *mine = row(set, state), *other = row(set, tail[state]);

		for (unsigned c = 0; c < set->width; c++) {
			uint16_t next = mine[c];

			if (next > state) {
				tail[next] = state ? other[c] & STATE : 0;
				mine[c] = mark_state(set, next, tail[next]);
			} else if (!next) {
				mine[c] = other[c];
			}
			if (next && c == BLANK)
				row(set, next)[BLANK] = next;
		}
	}
	free(tail);
}

void phrase_prepare(struct phrase_set *set)
{
	size_t most;

	if (set->rows)
		return;
	read_source(set);
	most = find_classes(set);
	set->rows = text_alloc((most << set->shift) * sizeof(*set->rows));
	set->found = text_alloc(most * sizeof(*set->found));
	set->shorter = text_alloc(most * sizeof(*set->shorter));
	link_states(set, add_states(set));
}

/* --- the text --- */

/* One character beyond ASCII, folded: how many bytes it takes, and what stands for it. */
static size_t fold(
	const unsigned char *s, size_t left, unsigned char out[2], size_t *ret_out)
{
	out[0] = *s;
	*ret_out = 1;
	if (left < 2)
		return 1;
	if (*s == 0xc2 && s[1] == 0xa0) {
		out[0] = ' ';
		return 2;
	}
	if (*s == 0xe2 && left > 2 && s[1] == 0x80 && (s[2] == 0x98 || s[2] == 0x99)) {
		out[0] = '\'';
		return 3;
	}
	if (*s != 0xc3 && *s != 0xd0)
		return 1;
	out[1] = s[1];
	*ret_out = 2;
	if (*s == 0xc3 && s[1] >= 0x80 && s[1] <= 0x9e && s[1] != 0x97)
		out[1] = (unsigned char)(s[1] + 0x20);
	if (*s == 0xd0 && s[1] >= 0x90 && s[1] <= 0x9f)
		out[1] = (unsigned char)(s[1] + 0x20);
	if (*s == 0xd0 && s[1] >= 0xa0 && s[1] <= 0xaf) {
		out[0] = 0xd1;
		out[1] = (unsigned char)(s[1] - 0x20);
	}
	return 2;
}

/* Bytes of the blank before `at`, 0 if there is none. */
static size_t blank_before(struct span text, size_t at)
{
	if (at && is_blank((unsigned char)text.at[at - 1]))
		return 1;
	return at > 1 && text.at[at - 2] == '\xc2' && text.at[at - 1] == '\xa0' ? 2 : 0;
}

/* Where the phrase begins that ends at `at`: back over what fold made of it. */
static size_t find_start(struct span text, const char *words, size_t at)
{
	size_t width;

	for (size_t i = strlen(words); i-- > 0;) {
		if (words[i] == ' ')
			while ((width = blank_before(text, at)) > 0)
				at -= width;
		else if (words[i] == '\'' && at > 2 && text.at[at - 1] != '\'')
			at -= 3;
		else if (at)
			at--;
	}
	return at;
}

struct scan {
	const struct phrase_set *set;
	struct span text;
	struct phrase_hit *hits;
	size_t room, count;
	uint16_t state;
};

static void add_hits(struct scan *s, size_t end)
{
	for (uint16_t state = s->state; state; state = s->set->shorter[state]) {
		for (uint16_t i = s->set->found[state]; i && s->count < s->room;) {
			const struct phrase *phrase = &s->set->table[i - 1];

			s->hits[s->count++] = (struct phrase_hit){
				phrase, find_start(s->text, phrase->words, end), end};
			i = phrase->same;
		}
	}
}

static void feed(struct scan *s, unsigned char c, size_t end)
{
	uint16_t next = row(s->set, s->state)[s->set->class_of[c]];

	s->state = next & STATE;
	if (next & ENDS)
		add_hits(s, end);
}

/* The same for a run of ASCII from `at` on, to the first hit: the state stays in a
 * register. Returns where it stopped. */
static size_t feed_plain(struct scan *s, size_t at)
{
	const unsigned char *text = (const unsigned char *)s->text.at;
	const unsigned char *class_of = s->set->class_of;
	uint16_t next = s->state;

	while (at < s->text.length && text[at] < 0x80) {
		next = row(s->set, next)[class_of[text[at++]]];
		if (next & ENDS)
			break;
	}
	s->state = next & STATE;
	if (next & ENDS)
		add_hits(s, at);
	return at;
}

static size_t feed_character(struct scan *s, size_t at)
{
	unsigned char out[2];
	size_t count;
	size_t width = fold(
		(const unsigned char *)s->text.at + at, s->text.length - at, out, &count);

	for (size_t i = 0; i < count; i++)
		feed(s, out[i], at + width);
	return at + width;
}

size_t phrase_scan(
	struct phrase_set *set, struct span text, struct phrase_hit hits[], size_t room)
{
	struct scan s = {.set = set, .text = text, .hits = hits, .room = room};

	phrase_prepare(set);
	feed(&s, ' ', 0);
	for (size_t at = 0; at < text.length && s.count < room;) {
		if (text.at[at] & 0x80)
			at = feed_character(&s, at);
		else
			at = feed_plain(&s, at);
	}
	feed(&s, ' ', text.length);
	return s.count;
}
