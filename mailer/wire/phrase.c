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
#define LINE 64       /* bytes of a line of a processor's cache */
#define FREQUENT PHRASE_FREQUENT
enum {
	NO_CLASS, /* no phrase has it */
	BLANK,
	BEYOND_ASCII = FREQUENT /* and no phrase has it */
};

static bool is_blank(unsigned char c)
{
	return c <= ' ' || c == 0x7f;
}

/* What all texts have: ASCII, the letters in both cases. */
static unsigned find_frequent(struct phrase_set *set)
{
	unsigned frequent = BLANK + 1;

	for (unsigned c = 0; c < 0x80; c++)
		set->class_of[c] = is_blank((unsigned char)c) ? BLANK : NO_CLASS;
	memset(set->class_of + 0x80, BEYOND_ASCII, 0x80);
	for (unsigned c = 'a'; c <= 'z'; c++) {
		set->class_of[c] = (unsigned char)frequent++;
		set->class_of[c - 'a' + 'A'] = set->class_of[c];
	}
	return frequent;
}

/* Returns how many states there can be. */
static size_t find_classes(struct phrase_set *set)
{
	unsigned frequent = find_frequent(set), rare = BEYOND_ASCII + 1;
	size_t bytes = 1;

	for (size_t i = 0; i < set->count; i++) {
		for (const char *s = set->table[i].words; *s; s++, bytes++) {
			unsigned char *class = &set->class_of[(unsigned char)*s];

			if (*class == NO_CLASS && frequent < FREQUENT)
				*class = (unsigned char)frequent++;
			else if (*class == NO_CLASS || *class == BEYOND_ASCII)
				*class = (unsigned char)rare++;
		}
	}
	if (rare > 256)
		abort();
	set->rare = rare - FREQUENT;
	return bytes;
}

/* A state while the automaton is built. */
struct node {
	uint16_t first, sibling; /* its first child; its parent's next one; 0: none */
	uint16_t tail;           /* the longest of its tails that is a state too */
	unsigned char class;     /* on which its parent leads to it */
};

/* What is left of a phrase, and the state that its start has led to. */
struct path {
	const char *rest;
	uint16_t state;
};

static bool add_state(const struct phrase_set *set, struct path *p, struct node *nodes,
	uint16_t *states)
{
	struct node *parent = &nodes[p->state];
	unsigned char class;

	if (!*p->rest)
		return false;
	class = set->class_of[(unsigned char)*p->rest++];
	p->state = parent->first;
	while (p->state && nodes[p->state].class != class)
		p->state = nodes[p->state].sibling;
	if (p->state)
		return true;
	p->state = (*states)++;
	if (*states > STATE)
		abort();
	nodes[p->state] = (struct node){.sibling = parent->first, .class = class};
	parent->first = p->state;
	return true;
}

/* Level by level, so that a state's number is greater than those of all shorter ones, and
 * the short ones, where a scan spends its time, stand together. Returns how many. */
static uint16_t add_states(struct phrase_set *set, struct node *nodes)
{
	struct path *paths = text_alloc(set->count * sizeof(*paths));
	uint16_t states = 1;
	bool more = true;

	for (size_t i = 0; i < set->count; i++)
		paths[i].rest = set->table[i].words;
	while (more) {
		more = false;
		for (size_t i = 0; i < set->count; i++)
			more |= add_state(set, &paths[i], nodes, &states);
	}
	set->found = text_alloc(states * sizeof(*set->found));
	for (size_t i = 0; i < set->count; i++) {
		set->table[i].same = set->found[paths[i].state];
		set->found[paths[i].state] = (uint16_t)(i + 1);
	}
	free(paths);
	return states;
}

/* What follows a state on a class. */
static uint16_t *cell(const struct phrase_set *set, size_t state, unsigned class)
{
	return class < FREQUENT ? &set->rows[state][class]
				: &set->rare_rows[state * set->rare + class - FREQUENT];
}

static void make_rows(struct phrase_set *set, size_t states)
{
	set->rows = aligned_alloc(LINE, states * sizeof(*set->rows));
	if (!set->rows)
		abort();
	memset(set->rows, 0, sizeof(*set->rows));
	set->rare_rows = text_alloc(states * set->rare * sizeof(*set->rare_rows));
	set->shorter = text_alloc(states * sizeof(*set->shorter));
}

static void copy_row(struct phrase_set *set, size_t to, size_t from)
{
	memcpy(set->rows[to], set->rows[from], sizeof(*set->rows));
	memcpy(cell(set, to, FREQUENT), cell(set, from, FREQUENT),
		set->rare * sizeof(*set->rare_rows));
}

/* What is known of a state as soon as one knows the longest of its tails. */
static uint16_t mark_state(struct phrase_set *set, uint16_t state, uint16_t tail)
{
	set->shorter[state] = set->found[tail] ? tail : set->shorter[tail];
	return (uint16_t)(state | (set->found[state] || set->shorter[state] ? ENDS : 0));
}

/* Where a state fails, its next states are those of its longest tail. Behind a blank it
 * stays what it is on more of them, and finds nothing again. */
static void link_states(struct phrase_set *set, struct node *nodes, uint16_t states)
{
	make_rows(set, states);
	for (uint16_t state = 0; state < states; state++) {
		struct node *mine = &nodes[state], *child;

		if (state)
			copy_row(set, state, mine->tail);
		if (state && mine->class == BLANK)
			*cell(set, state, BLANK) = state;
		for (uint16_t i = mine->first; i; i = child->sibling) {
			uint16_t *next = cell(set, state, (child = &nodes[i])->class);

			child->tail = *next & STATE;
			*next = mark_state(set, i, child->tail);
		}
	}
}

void phrase_prepare(struct phrase_set *set)
{
	struct node *nodes;

	if (set->rows)
		return;
	read_source(set);
	nodes = text_alloc(find_classes(set) * sizeof(*nodes));
	link_states(set, nodes, add_states(set, nodes));
	free(nodes);
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
	uint16_t next = *cell(s->set, s->state, s->set->class_of[c]);

	s->state = next & STATE;
	if (next & ENDS)
		add_hits(s, end);
}

/* The same for a run of what is frequent from `at` on, to the first hit: here a scan
 * spends its time. Returns where it stopped. */
static size_t feed_frequent(struct scan *s, size_t at)
{
	const unsigned char *text = (const unsigned char *)s->text.at;
	const unsigned char *class_of = s->set->class_of;
	uint16_t(*const rows)[FREQUENT] = s->set->rows;
	uint16_t next = s->state;
	unsigned class;

	for (size_t length = s->text.length; at < length && !(next & ENDS); at++) {
		class = class_of[text[at]];
		if (class >= FREQUENT)
			break;
		next = rows[next][class];
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
		if (set->class_of[(unsigned char)text.at[at]] < FREQUENT)
			at = feed_frequent(&s, at);
		else
			at = feed_character(&s, at);
	}
	feed(&s, ' ', text.length);
	return s.count;
}
