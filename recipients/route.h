/* SPDX-License-Identifier: MIT */
/*
 * route: which address reaches this person and nobody else, if any.
 *
 * In this order: a stated safe contact, the work address, the personal one. A stated contact that is no address is a way
 * that only a human can go, and no other is tried behind it. No mail goes to who has died or is under age, needs another
 * form than mail, or speaks a language in which there is no text. Who is suspended, on a career break or has left does not
 * read the work mailbox, a chief officer is not alone in reading it; an address that several people of the list have, and
 * one that belongs to an office, is read by others.
 */
#ifndef RECIPIENTS_ROUTE_H
#define RECIPIENTS_ROUTE_H

#include <stdbool.h>

#include "recipients/roster.h"

struct route_book; /* who shares an address with whom */
struct route_book *route_book_new(const struct roster *people);
void route_book_free(struct route_book *b);

struct route_address {
	const char *address; /* NULL: a task */
	const char *reason;  /* why not, in one word: "no-address", "address-shared", "deceased", "away" ... */
};
struct route_person {
	const struct roster_row *entry;
	bool has_text; /* in their language */
	/* Why not this address, in one word; NULL: it may. `work`: it is the force's own. */
	const char *(*refuses)(void *user, const char *address, bool work);
	void *user;
};
void route_find(const struct route_book *b, const struct route_person *p, struct route_address *ret);

/* "no address is known": what a human reads for such a word. */
const char *route_reason_text(const char *reason);

#endif
