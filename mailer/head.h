/* SPDX-License-Identifier: MIT */
/*
 * head: how far sending has come, kept outside the ledger, so that an older copy of it is known for what it is.
 *
 * A ledger put back from a backup has forgotten who was told since, and would tell them again. So the number of the last
 * claim and of its notice also stand in a small file beside the key, which is not in the ledger's backup. Where the key has
 * its default place that is ../heads/ID.head, else KEYFILE.head. A rehearsal has one for each folder, so that a copy may be
 * played with; live has one.
 *
 * It holds two of our own numbers, of nobody. The file is behind the ledger after a crash, never ahead of it: it is written
 * after the commit. It is not synced at each: after a power loss it may be older, and find less. Where it cannot be written
 * (a key on a read-only medium) there is none, and nothing is refused.
 */
#ifndef MAILER_HEAD_H
#define MAILER_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

struct head;

/* Opens or makes it. FAULT_REFUSED: it is ahead of this ledger, of another history, or was changed. NULL in `*ret`: it cannot be kept. */
int head_open(struct ledger *l, const char *dir, bool live, struct head **ret, struct fault *f);
/* Is it as this program wrote it, and not ahead of this ledger? Writes nothing; a file that is not there is fine.
 * FAULT_LEDGER: it is not. */
int head_check(struct ledger *l, const char *dir, bool live, struct fault *f);
/* The claims up to this one are committed. NULL is fine. */
void head_move(struct head *h, int64_t attempt, int64_t notice);
void head_close(struct head *h); /* syncs it; NULL is fine */

#endif
