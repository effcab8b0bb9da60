/* SPDX-License-Identifier: MIT */
/*
 * store: the exact bytes of messages, in the ledger and out of it. Sole writer of stencil and message.
 *
 * Bytes go in as the difference to a stencil of their kind (stencil.h), sealed; they come out as they went in, which the
 * caller proves by their SHA-256.
 */
#ifndef MAILER_STORE_H
#define MAILER_STORE_H

#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/text.h"

#define STORE_KINDS 256			     /* of messages that have their own stencil at one time */
#define STORE_MESSAGE_MAX ((size_t)4 << 20) /* bytes of one message */

struct store_writer;
int store_writer_open(struct ledger *l, int64_t set, struct store_writer **ret, struct fault *f);
void store_writer_close(struct store_writer *w); /* NULL is fine */
/* `kind` (below STORE_KINDS): messages that look alike; a hint, never more. */
int store_put(struct store_writer *w, unsigned kind, int64_t notice, const struct text *bytes, struct fault *f);

struct store_reader;
int store_reader_open(struct ledger *l, struct store_reader **ret, struct fault *f);
void store_reader_close(struct store_reader *r);
/* 1 and the bytes (`out` is cleared first), 0 they are gone, -1 a fault. */
int store_get(struct store_reader *r, int64_t notice, struct text *out, struct fault *f);

/* The same in two steps: what the ledger holds, still sealed (1, 0, -1), and later the bytes (0, -1). */
struct store_piece {
	int64_t stencil;
	struct text sealed;
};
int store_take(struct store_reader *r, int64_t notice, struct store_piece *ret, struct fault *f);
int store_open(struct store_reader *r, int64_t notice, const struct store_piece *piece, struct text *out, struct fault *f);

/* Drops the bytes of a mode's sets before `set` that were never in a release. */
int store_drop_replaced(struct ledger *l, const char *mode, int64_t set, struct fault *f);

#endif
