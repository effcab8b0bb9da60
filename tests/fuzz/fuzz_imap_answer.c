/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as what an IMAP server says, whole and byte by byte: the same answers, and no
 * letter larger than wanted.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/wire/imap_answer.h"

#define MOST 100

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct wire {
	const char *bytes;
	size_t left, piece;
};

static void check_that(bool holds)
{
	if (!holds)
		abort();
}

static ssize_t more(void *user, char *out, size_t room, struct fault *f)
{
	struct wire *w = user;
	size_t n = w->left < w->piece ? w->left : w->piece;

	(void)f;
	n = n < room ? n : room;
	if (n)
		memcpy(out, w->bytes, n);
	w->bytes += n;
	w->left -= n;
	return (ssize_t)n;
}

/* Reads it in pieces; returns a sum over what was found. */
static uint64_t read_all(const char *bytes, size_t length, size_t piece)
{
	struct wire w = {bytes, length, piece};
	auto_text_buffer letter = {0};
	struct imap_numbers found = {0};
	struct imap_answers *a = text_alloc(sizeof(*a));
	struct imap_answer r = {0};
	struct fault f = {0};
	uint64_t sum = 1;
	int got = 0;

	a->more = more;
	a->user = &w;
	a->letter = &letter;
	a->most = MOST;
	a->found = &found;
	a->most_found = MOST;
	imap_answers_restart(a);
	while (!r.broken && (got = imap_answer_read(a, &r, &f)) > 0) {
		check_that(letter.length <= MOST && found.count <= MOST);
		check_that(strlen(r.words) < IMAP_WORDS);
		check_that(r.kind != IMAP_LETTER || !r.broken || r.cut);
		sum = sum * 31 + r.kind * 7 + r.uid + r.tag * 5 + r.uidvalidity +
		      letter.length + found.count;
	}
	check_that(got >= 0 || f.kind == FAULT_UNAVAILABLE);
	imap_numbers_done(&found);
	free(a);
	return got < 0 ? ~sum : sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const char *s = (const char *)bytes;

	check_that(read_all(s, length, length + 1) == read_all(s, length, 1));
	return 0;
}
