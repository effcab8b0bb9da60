/* SPDX-License-Identifier: MIT */
/*
 * The matcher (Aho and Corasick, 1975). The phrases themselves stand in words/, what they
 * mean with reason.c, bounce.c and automatic.c. What can go wrong: nothing that a text could
 * cause; a bad vocabulary ends the process when it is built, in every test.
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

static size_t count_bytes(struct phrase_set *set)
{
	size_t bytes = 1;

	memset(set->class_of, 0, sizeof(set->class_of));
	set->width = 1; /* class 0: no phrase has it */
	for (size_t i = 0; i < set->count; i++)
		for (const char *s = set->table[i].words; *s; s++, bytes++)
			if (!set->class_of[(unsigned char)*s])
				set->class_of[(unsigned char)*s] =
					(unsigned char)set->width++;
	for (int c = 'A'; c <= 'Z'; c++)
		set->class_of[c] = set->class_of[c - 'A' + 'a'];
	return bytes;
}

static uint16_t *row(const struct phrase_set *set, uint16_t state)
{
	return set->rows + (size_t)state * set->width;
}

static void add_phrase(struct phrase_set *set, size_t which, uint16_t *states)
{
	uint16_t state = 0;

	for (const char *s = set->table[which].words; *s; s++) {
		uint16_t *next = &row(set, state)[set->class_of[(unsigned char)*s]];

		if (!*next)
			*next = (*states)++;
		state = *next;
	}
	set->table[which].same = set->found[state];
	set->found[state] = (uint16_t)(which + 1);
}

static void link_state(struct phrase_set *set, uint16_t state, uint16_t *tail,
	uint16_t *queue, size_t *end)
{
	uint16_t *mine = row(set, state), *other = row(set, tail[state]);

	set->shorter[state] = set->ending[tail[state]];
	set->ending[state] = set->found[state] ? state : set->shorter[state];
	for (unsigned c = 0; c < set->width; c++) {
		if (mine[c]) {
			tail[mine[c]] = other[c];
			queue[(*end)++] = mine[c];
		} else {
			mine[c] = other[c];
		}
	}
}

/* Breadth first: where a state fails, its next states are those of its longest tail. */
static void link_states(struct phrase_set *set, uint16_t states)
{
	uint16_t *tail = text_alloc(states * sizeof(*tail));
	uint16_t *queue = text_alloc(states * sizeof(*queue));
	size_t head = 0, end = 0;

	for (unsigned c = 0; c < set->width; c++)
		if (row(set, 0)[c])
			queue[end++] = row(set, 0)[c];
	while (head < end)
		link_state(set, queue[head++], tail, queue, &end);
	free(queue);
	free(tail);
}

void phrase_prepare(struct phrase_set *set)
{
	size_t bytes;
	uint16_t states = 1;

	if (set->rows)
		return;
	read_source(set);
	bytes = count_bytes(set);
	if (bytes > UINT16_MAX || set->width > 250)
		abort();
	set->rows = text_alloc(bytes * set->width * sizeof(*set->rows));
	set->found = text_alloc(bytes * sizeof(*set->found));
	set->ending = text_alloc(bytes * sizeof(*set->ending));
	set->shorter = text_alloc(bytes * sizeof(*set->shorter));
	for (size_t i = 0; i < set->count; i++)
		add_phrase(set, i, &states);
	link_states(set, states);
}

/* --- the text --- */

/* One character of the text, folded: how many bytes it takes, and what stands for it. */
static size_t fold(const unsigned char *s, size_t left, char out[2], size_t *ret_out)
{
	out[0] = span_lower((char)*s);
	*ret_out = 1;
	if (*s <= ' ' || *s == 0x7f)
		out[0] = ' ';
	if (*s < 0x80 || left < 2)
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
	out[1] = (char)s[1];
	*ret_out = 2;
	if (*s == 0xc3 && s[1] >= 0x80 && s[1] <= 0x9e && s[1] != 0x97)
		out[1] = (char)(s[1] + 0x20);
	if (*s == 0xd0 && s[1] >= 0x90 && s[1] <= 0x9f)
		out[1] = (char)(s[1] + 0x20);
	if (*s == 0xd0 && s[1] >= 0xa0 && s[1] <= 0xaf) {
		out[0] = '\xd1';
		out[1] = (char)(s[1] - 0x20);
	}
	return 2;
}

struct scan {
	const struct phrase_set *set;
	struct phrase_hit *hits;
	size_t room, count;
	size_t places[LONGEST]; /* where the last folded bytes stood */
	size_t folded;          /* bytes so far */
	uint16_t state;
	bool blank; /* the last one */
};

static void add_hits(struct scan *s, uint16_t state, size_t end)
{
	for (; state; state = s->set->shorter[state]) {
		for (uint16_t i = s->set->found[state]; i && s->count < s->room;) {
			const struct phrase *phrase = &s->set->table[i - 1];
			size_t first = s->folded - strlen(phrase->words);

			s->hits[s->count++] = (struct phrase_hit){
				phrase, s->places[first % LONGEST], end};
			i = phrase->same;
		}
	}
}

static inline void feed(struct scan *s, char c, size_t start, size_t end)
{
	uint16_t ending;

	if (c == ' ' && s->blank)
		return;
	s->blank = c == ' ';
	s->places[s->folded++ % LONGEST] = start;
	s->state = row(s->set, s->state)[s->set->class_of[(unsigned char)c]];
	ending = s->set->ending[s->state];
	if (ending)
		add_hits(s, ending, end);
}

/* All but plain ASCII. */
static size_t feed_character(struct scan *s, struct span text, size_t at)
{
	char out[2];
	size_t count;
	size_t width =
		fold((const unsigned char *)text.at + at, text.length - at, out, &count);

	for (size_t i = 0; i < count; i++)
		feed(s, out[i], at, at + width);
	return width;
}

size_t phrase_scan(
	struct phrase_set *set, struct span text, struct phrase_hit hits[], size_t room)
{
	struct scan s = {.set = set, .hits = hits, .room = room};
	size_t width;

	phrase_prepare(set);
	feed(&s, ' ', 0, 0);
	for (size_t at = 0; at < text.length && s.count < room; at += width) {
		unsigned char c = (unsigned char)text.at[at];

		width = 1;
		if (c > ' ' && c < 0x7f)
			feed(&s, (char)c, at, at + 1);
		else
			width = feed_character(&s, text, at);
	}
	feed(&s, ' ', text.length, text.length);
	return s.count;
}
