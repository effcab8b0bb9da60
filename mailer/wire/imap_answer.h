/* SPDX-License-Identifier: MIT */
/*
 * imap_answer: what an IMAP server says (RFC 3501 section 7, RFC 9051), answer by answer,
 * out of whatever bytes arrive.
 *
 * Literals are counted, so that nothing in a letter is ever taken for an answer. Bounded:
 * an answer may have IMAP_ANSWER_MAX bytes outside of the letter in it and of the numbers
 * found, lists may nest IMAP_DEPTH_MAX deep; a server that goes on is a broken server and
 * not a full memory.
 */
#ifndef MAILER_WIRE_IMAP_ANSWER_H
#define MAILER_WIRE_IMAP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "recipients/fault.h"
#include "recipients/text.h"

#define IMAP_ANSWER_MAX ((size_t)64 * 1024)
#define IMAP_DEPTH_MAX 20
#define IMAP_WORDS 200

struct imap_numbers {
	uint32_t *list;
	size_t count, room;
};
void imap_numbers_add(struct imap_numbers *n, uint32_t number);
void imap_numbers_sort(struct imap_numbers *n); /* ascending, each once */
void imap_numbers_done(struct imap_numbers *n);

enum imap_kind {
	IMAP_OTHER,  /* nothing that we asked for */
	IMAP_RESULT, /* the end of a command */
	IMAP_LETTER,
	IMAP_BYE /* it is about to close */
};

enum imap_result {
	IMAP_OK,
	IMAP_NO,
	IMAP_BAD
};

struct imap_answer {
	enum imap_kind kind;
	uint32_t tag; /* IMAP_RESULT: the number behind our letter */
	enum imap_result result;
	bool later;	      /* NO or BYE, and it says that this passes (RFC 5530) */
	char words[IMAP_WORDS]; /* of OK, NO, BAD, BYE */
	uint32_t uidvalidity; /* 0: it did not say */
	uint32_t uid;	      /* IMAP_LETTER; 0: it did not say */
	bool cut;	      /* IMAP_LETTER: larger than wanted; its start */
	bool broken;	      /* the rest of it was not read: nothing more can be read here */
};

struct imap_answers {
	/* Up to `room` bytes; 0: the connection has ended. -1: a fault. */
	ssize_t (*more)(void *user, char *out, size_t room, struct fault *f);
	void *user;
	struct text *letter; /* where the bytes of a letter go; NULL: none may come */
	size_t most;	     /* how many of them at most */
	struct imap_numbers *found; /* where the numbers of a SEARCH are added; NULL: none was asked for */
	size_t most_found;
	/* from here on its own */
	struct fault *f;
	size_t at, filled, length; /* of the block; of the answer, without what is bounded elsewhere */
	enum {
		IMAP_FINE,
		IMAP_ENDED,
		IMAP_FAULT
	} state;
	char block[16384];
};

/* Before the first answer of a connection. */
void imap_answers_restart(struct imap_answers *a);

/*
 * 1: an answer. 0: the connection has ended, perhaps within one. -1: a fault, that of
 * `more` or FAULT_UNAVAILABLE: this is not IMAP, or over a limit.
 */
int imap_answer_read(struct imap_answers *a, struct imap_answer *ret, struct fault *f);

#endif
