/* SPDX-License-Identifier: MIT */
/*
 * Reads answers byte by byte. Which command they are to, and what follows from them:
 * imap.c. What can go wrong: servers that are none, or broken, or bad; and letters that
 * look like answers, which is why a letter is only ever what its literal counts.
 */
#include "mailer/wire/imap_answer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORD 64 /* of a name; a longer one is none that we know */

/* --- numbers --- */

void imap_numbers_add(struct imap_numbers *n, uint32_t number)
{
	if (n->count == n->room) {
		n->room = n->room ? 2 * n->room : 256;
		n->list = text_realloc(n->list, n->room * sizeof(*n->list));
	}
	n->list[n->count++] = number;
}

static int by_size(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, two = *(const uint32_t *)b;

	return (one > two) - (one < two);
}

void imap_numbers_sort(struct imap_numbers *n)
{
	size_t kept = 0;

	if (n->count)
		qsort(n->list, n->count, sizeof(*n->list), by_size);
	for (size_t i = 0; i < n->count; i++)
		if (!kept || n->list[i] != n->list[kept - 1])
			n->list[kept++] = n->list[i];
	n->count = kept;
}

void imap_numbers_done(struct imap_numbers *n)
{
	free(n->list);
	*n = (struct imap_numbers){0};
}

/* --- bytes. After the end or a fault there are only NULs, and `state` says so. --- */

static bool fine(const struct imap_answers *a)
{
	return a->state == IMAP_FINE;
}

static void bad(struct imap_answers *a, const char *what)
{
	if (!fine(a))
		return;
	(void)fault_set(a->f, FAULT_UNAVAILABLE, "is this an IMAP server? %s", what);
	a->state = IMAP_FAULT;
}

static bool fill(struct imap_answers *a)
{
	ssize_t got;

	if (!fine(a) || a->at < a->filled)
		return fine(a);
	got = a->more(a->user, a->block, sizeof(a->block), a->f);
	if (got <= 0) {
		a->state = got ? IMAP_FAULT : IMAP_ENDED;
		return false;
	}
	a->at = 0;
	a->filled = (size_t)got;
	return true;
}

static char peek(struct imap_answers *a)
{
	return fill(a) ? a->block[a->at] : '\0';
}

static char take(struct imap_answers *a)
{
	char c = peek(a);

	if (!fine(a))
		return '\0';
	a->at++;
	if (++a->length > IMAP_ANSWER_MAX)
		bad(a, "One of its answers has no end");
	return fine(a) ? c : '\0';
}

static void expect(struct imap_answers *a, char c)
{
	if (take(a) != c)
		bad(a, "It answers what is none");
}

static bool skip_if(struct imap_answers *a, char c)
{
	if (peek(a) != c || !fine(a))
		return false;
	(void)take(a);
	return fine(a);
}

/* Some servers forget the CR. */
static void line_end(struct imap_answers *a)
{
	(void)skip_if(a, '\r');
	expect(a, '\n');
}

static uint32_t number(struct imap_answers *a)
{
	uint64_t n = 0;

	if (!isdigit((unsigned char)peek(a)))
		bad(a, "A number is missing");
	while (fine(a) && isdigit((unsigned char)peek(a))) {
		n = n * 10 + (uint64_t)(take(a) - '0');
		if (n > UINT32_MAX)
			bad(a, "A number is too large");
	}
	return fine(a) ? (uint32_t)n : 0;
}

/* A name up to a blank, a bracket or the end of the line; "BODY[...]<0>" is one. */
static void word(struct imap_answers *a, char out[WORD])
{
	size_t length = 0;
	bool inside = false;

	for (;;) {
		char c = peek(a);

		if (!fine(a) || c == '\r' || c == '\n' ||
			(!inside && (c == ' ' || c == '(' || c == ')')))
			break;
		inside = c == '[' || (inside && c != ']');
		(void)take(a);
		if (length < WORD - 1)
			out[length++] = c;
	}
	out[length] = '\0';
}

/* The rest of a line, which is for people. */
static void words(struct imap_answers *a, char out[IMAP_WORDS])
{
	size_t length = 0;

	while (fine(a) && peek(a) != '\n') {
		char c = take(a);

		if (c != '\r' && length < IMAP_WORDS - 1)
			out[length++] = c;
	}
	out[length] = '\0';
	expect(a, '\n');
}

/* --- values --- */

/* `length` bytes; those that fit go into `out`, which may be NULL. */
static void bytes(struct imap_answers *a, uint32_t length, struct text *out)
{
	while (length && fill(a)) {
		size_t here = a->filled - a->at, room;

		if (here > length)
			here = length;
		room = out ? a->most - out->length : 0;
		if (room)
			text_add(out, a->block + a->at, here < room ? here : room);
		a->at += here;
		length -= (uint32_t)here;
	}
}

/* "{5}", line end, five bytes; "{5+}" and "~{5}" are the same. */
static uint32_t literal_head(struct imap_answers *a)
{
	uint32_t length;

	(void)skip_if(a, '~');
	expect(a, '{');
	length = number(a);
	(void)skip_if(a, '+');
	expect(a, '}');
	line_end(a);
	return fine(a) ? length : 0;
}

static void skip_bytes(struct imap_answers *a, uint64_t length)
{
	if (length > IMAP_ANSWER_MAX)
		bad(a, "One of its answers has no end");
	a->length += length;
	bytes(a, (uint32_t)length, NULL);
}

static void quoted(struct imap_answers *a, struct text *out)
{
	expect(a, '"');
	while (fine(a) && peek(a) != '"') {
		char c;

		(void)skip_if(a, '\\');
		c = take(a);
		if (c == '\n')
			bad(a, "A string has no end");
		if (out && fine(a) && out->length < a->most)
			text_add_char(out, c);
	}
	expect(a, '"');
}

/* Whatever it is, up to its end. */
static void skip_value(struct imap_answers *a)
{
	unsigned depth = 0;
	char ignored[WORD];

	do {
		char c = peek(a);

		if (c == '"')
			quoted(a, NULL);
		else if (c == '{' || c == '~')
			skip_bytes(a, literal_head(a));
		else if (c == '(')
			(void)take(a), depth++;
		else if (c == ')' && depth)
			(void)take(a), depth--;
		else if (c == ' ' && depth)
			(void)take(a);
		else if (c == ' ' || c == ')' || c == '\r' || c == '\n')
			bad(a, "A value is missing");
		else
			word(a, ignored);
		if (depth > IMAP_DEPTH_MAX)
			bad(a, "One of its lists is too deep");
	} while (fine(a) && depth);
}

/* The bytes of a letter: a literal as a rule, a string for a short one, NIL for none. */
static void letter(struct imap_answers *a, struct imap_answer *ret)
{
	char name[WORD];
	uint32_t length;

	if (!a->letter) {
		bad(a, "It sends a letter that nobody asked for");
		return;
	}
	text_clear(a->letter);
	ret->kind = IMAP_LETTER;
	if (peek(a) == '"') {
		quoted(a, a->letter);
		return;
	}
	if (peek(a) != '{' && peek(a) != '~') {
		word(a, name);
		ret->kind = IMAP_OTHER;
		if (strcasecmp(name, "NIL") != 0)
			bad(a, "A letter is missing");
		return;
	}
	length = literal_head(a);
	ret->cut = length > a->most;
	/* We asked for one byte more than `most`, to tell; who sends more goes on for
	 * long. */
	ret->broken = ret->cut && length - 1 > a->most;
	bytes(a, ret->broken ? (uint32_t)a->most : length, a->letter);
}

static void fetched(struct imap_answers *a, struct imap_answer *ret)
{
	expect(a, '(');
	while (fine(a) && !ret->broken && peek(a) != ')') {
		char name[WORD];

		word(a, name);
		expect(a, ' ');
		if (!strcasecmp(name, "UID"))
			ret->uid = number(a);
		else if (!strncasecmp(name, "BODY[]", 6))
			letter(a, ret);
		else
			skip_value(a);
		(void)skip_if(a, ' ');
	}
	if (ret->broken)
		return;
	expect(a, ')');
	line_end(a);
}

static void found(struct imap_answers *a)
{
	while (skip_if(a, ' ')) {
		if (peek(a) == '\r' || peek(a) == '\n')
			break; /* a blank at the end, as some write */
		if (peek(a) == '(') {
			skip_value(a); /* (MODSEQ 5) */
			continue;
		}
		if (a->found->count == a->most_found) {
			(void)fault_set(a->f, FAULT_UNAVAILABLE,
				"more than %zu new letters in the mailbox",
				a->most_found);
			a->state = IMAP_FAULT;
			return;
		}
		imap_numbers_add(a->found, number(a));
		a->length = 0;
	}
	line_end(a);
}

/* --- answers --- */

static const struct {
	const char *name;
	enum imap_result result;
	enum imap_kind kind; /* without a tag */
} states[] = {
	{"OK", IMAP_OK, IMAP_OTHER},
	{"NO", IMAP_NO, IMAP_OTHER},
	{"BAD", IMAP_BAD, IMAP_OTHER},
	{"BYE", IMAP_NO, IMAP_BYE},
	{"PREAUTH", IMAP_OK, IMAP_OTHER},
};
#define STATES (sizeof(states) / sizeof(states[0]))

/* "[UIDVALIDITY 5] Fine" */
static void state(struct imap_answers *a, size_t which, struct imap_answer *ret)
{
	static const char *const passing[] = {
		"[UNAVAILABLE]", "[INUSE]", "[LIMIT]", NULL};
	const char *code;

	ret->result = states[which].result;
	ret->kind = states[which].kind;
	(void)skip_if(a, ' ');
	words(a, ret->words);
	if (!strncasecmp(ret->words, "[UIDVALIDITY ", 13)) {
		code = ret->words + 13;
		ret->uidvalidity = isdigit((unsigned char)*code)
					   ? (uint32_t)strtoul(code, NULL, 10)
					   : 0;
	}
	ret->later = ret->kind == IMAP_BYE;
	for (size_t i = 0; passing[i]; i++)
		if (!strncasecmp(ret->words, passing[i], strlen(passing[i])))
			ret->later = true;
}

static bool is_state(const char *name, size_t *ret)
{
	for (*ret = 0; *ret < STATES; ++*ret)
		if (!strcasecmp(name, states[*ret].name))
			return true;
	return false;
}

/* One line of an answer that we do not know. True: it goes on behind a literal. */
static bool rest_line(struct imap_answers *a, uint64_t *ret_literal)
{
	bool open = false, closed = false;

	while (fine(a) && peek(a) != '\r' && peek(a) != '\n') {
		char c = take(a);

		if (c == '{')
			*ret_literal = 0;
		else if (open && isdigit((unsigned char)c) && *ret_literal < UINT32_MAX)
			*ret_literal = *ret_literal * 10 + (uint64_t)(c - '0');
		closed = open && c == '}';
		open = c == '{' || (open && (isdigit((unsigned char)c) || c == '+'));
	}
	line_end(a);
	return fine(a) && closed;
}

static void rest(struct imap_answers *a)
{
	uint64_t length = 0;

	while (rest_line(a, &length))
		skip_bytes(a, length);
}

/* "12 FETCH (...)", "12 EXISTS" */
static void counted(struct imap_answers *a, struct imap_answer *ret)
{
	char name[WORD];

	(void)number(a);
	expect(a, ' ');
	word(a, name);
	if (strcasecmp(name, "FETCH") != 0) {
		rest(a);
		return;
	}
	expect(a, ' ');
	fetched(a, ret);
}

static void untagged(struct imap_answers *a, struct imap_answer *ret)
{
	char name[WORD];
	size_t which;

	if (isdigit((unsigned char)peek(a))) {
		counted(a, ret);
		return;
	}
	word(a, name);
	if (is_state(name, &which))
		state(a, which, ret);
	else if (a->found && !strcasecmp(name, "SEARCH"))
		found(a);
	else
		rest(a);
}

/* Our tags are a letter and a number. */
static void tagged(struct imap_answers *a, struct imap_answer *ret)
{
	char name[WORD];
	size_t which;

	(void)take(a);
	ret->tag = number(a);
	expect(a, ' ');
	word(a, name);
	if (!is_state(name, &which) || which > IMAP_BAD) {
		bad(a, "It answers what is none");
		return;
	}
	state(a, which, ret);
	ret->kind = IMAP_RESULT;
}

void imap_answers_restart(struct imap_answers *a)
{
	a->at = a->filled = 0;
	a->state = IMAP_FINE;
}

int imap_answer_read(struct imap_answers *a, struct imap_answer *ret, struct fault *f)
{
	*ret = (struct imap_answer){.kind = IMAP_OTHER};
	a->f = f;
	a->length = 0;
	if (skip_if(a, '*')) {
		expect(a, ' ');
		untagged(a, ret);
	} else if (peek(a) == 'b') {
		tagged(a, ret);
	} else {
		bad(a, "It answers what is none");
	}
	if (a->state == IMAP_FAULT)
		return -1;
	return a->state == IMAP_FINE;
}
