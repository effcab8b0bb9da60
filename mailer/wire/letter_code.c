/* SPDX-License-Identifier: MIT */
/* Looks for the form of a reference code. What a code is, is code.c's. */
#include "mailer/wire/letter_code.h"

#include <string.h>

#define GROUP 5
#define SHORTEST (2 * GROUP) /* of a code */
#define LOOK_MAX (64 * 1024) /* bytes of a returned text */

static const bool is_sign[256] = {
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true};

/* They and the dash: what a code is made of. */
static const bool is_part[256] = {
	['-'] = true, ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true};

static size_t parts(struct span s, size_t at)
{
	size_t length = 0;

	while (at + length < s.length && is_part[(unsigned char)s.at[at + length]])
		length++;
	return length;
}

static size_t signs(struct span s, size_t at)
{
	size_t length = 0;

	while (at + length < s.length && is_sign[(unsigned char)s.at[at + length]])
		length++;
	return length;
}

static bool has_digit(struct span s)
{
	for (size_t i = 0; i < s.length; i++)
		if (s.at[i] >= '0' && s.at[i] <= '9')
			return true;
	return false;
}

static void add(struct letter *l, struct span code, bool quoted)
{
	for (unsigned i = 0; i < l->n_codes; i++)
		if (span_is(code, l->codes[i]))
			return;
	if (l->n_codes == LETTER_CODES)
		return;
	(void)span_copy(code, l->codes[l->n_codes], sizeof(l->codes[0]));
	l->codes_quoted[l->n_codes++] = quoted;
}

/* In a run of parts: behind a group stands a dash, or the end. */
static void find_in_run(struct span run, bool quoted, struct letter *l)
{
	for (size_t at = 0; at < run.length;) {
		size_t first = signs(run, at), second = 0;
		struct span code = {run.at + at, first};

		if (first == GROUP && at + first < run.length)
			second = signs(run, at + first + 1);
		if (second == GROUP) {
			code.length = 2 * GROUP + 1;
			add(l, code, quoted);
		} else if (first == 2 * GROUP && has_digit(code)) {
			add(l, code, quoted);
		}
		at += first ? first : 1;
	}
}

static void find(struct span s, bool quoted, struct letter *l)
{
	for (size_t at = 0; at + SHORTEST <= s.length && l->n_codes < LETTER_CODES;) {
		size_t end = at + SHORTEST, length;

		while (end > at && is_part[(unsigned char)s.at[end - 1]])
			end--;
		/* mostly a run does not reach so far: the next one begins there */
		if (end > at) {
			at = end;
			continue;
		}
		length = parts(s, at);
		find_in_run((struct span){s.at + at, length}, quoted, l);
		at += length;
	}
}

/* The text of the mail that it brings back. */
static void find_returned(const struct reading *r, struct letter *l)
{
	struct text plain = {0};

	for (size_t i = 0; i < r->mime.count && l->n_codes < LETTER_CODES; i++) {
		const struct mime_part *p = &r->mime.parts[i];
		struct span all;

		if (!p->returned || strcmp(p->type, "text/plain") != 0)
			continue;
		text_clear(&plain);
		mime_decode(p, &plain);
		all = reading_span(&plain);
		if (all.length > LOOK_MAX)
			all.length = LOOK_MAX;
		find(all, true, l);
		break;
	}
	text_done(&plain);
}

void letter_code_find(const struct reading *r, struct letter *l)
{
	bool person = l->class == LETTER_HUMAN;

	find(reading_span(&r->subject), false, l);
	find(person ? span_of(l->text) : reading_span(&r->words), false, l);
	if (person)
		find(reading_span(&r->words), true, l);
	find_returned(r, l);
}
