/* SPDX-License-Identifier: MIT */
/*
 * flight: what is on the wire right now, in a file that survives kill -9.
 *
 * A claim in the ledger says "may be out". Between a claim and its outcome the process can die, and then everything
 * claimed would be in doubt: hundreds, though only one mail a connection really is. The flight journal narrows that.
 * It is a small file mapped shared: before the bytes with the final dot go to the socket, "handed over" is stored in the
 * mail's place, after the reply its verdict. Such a store costs nothing and survives the process (page cache), but not a
 * power loss: so the boot's id stands in the header, and a journal of another boot is not believed.
 *
 * It holds numbers only: attempt, notice, state, reply code, which relay. No address, no reply text. A clean end removes it.
 */
#ifndef MAILER_FLIGHT_H
#define MAILER_FLIGHT_H

#include <stddef.h>
#include <stdint.h>

#include "recipients/fault.h"

#define FLIGHT_PLACES 4096 /* claims without a committed outcome at any one time */

enum flight_state {
	FLIGHT_UNKNOWN,	/* not in the journal, or the journal is not to be believed: in doubt */
	FLIGHT_CLAIMED,	/* nothing was handed over: not sent */
	FLIGHT_HANDED,	/* the final dot went out, no answer came: in doubt */
	FLIGHT_ACCEPTED,
	FLIGHT_REFUSED,
	FLIGHT_DEFERRED,
	FLIGHT_IN_DOUBT,
	FLIGHT_NOT_SENT
};

struct flight;

/* A new, empty journal in DIR. The old one must have been read before. */
int flight_create(const char *dir, struct flight **ret, struct fault *f);
/* The journal that a dead sender left; NULL in `*ret` if there is none that can be believed. */
int flight_read(const char *dir, struct flight **ret, struct fault *f);
void flight_close(struct flight *j);	      /* keeps the file */
void flight_remove(const char *dir, struct flight *j); /* a clean end: closes, and the file goes */
void flight_closep(struct flight **j);
#define auto_flight __attribute__((cleanup(flight_closep))) struct flight

/* A place for a claim, before the claim is committed. There is always one: the sender claims less than the places. */
unsigned flight_claim(struct flight *j, int64_t attempt, int64_t notice);
void flight_set(struct flight *j, unsigned place, enum flight_state state, int code);
void flight_relay(struct flight *j, unsigned place, size_t relay); /* which has it: its place in the settings, from 0 */
void flight_free(struct flight *j, unsigned place); /* the outcome is committed */

/* What the journal knows of a claim; NULL knows nothing. `*ret_code`: the reply's, 0 if none. */
enum flight_state flight_look(const struct flight *j, int64_t attempt, int64_t notice, int *ret_code);
/* Which relay had it, as far as it knows; else 0, the first. */
size_t flight_look_relay(const struct flight *j, int64_t attempt, int64_t notice);

#endif
