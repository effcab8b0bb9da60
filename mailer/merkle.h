/* SPDX-License-Identifier: MIT */
/*
 * merkle: one digest over an ordered list, by which a single member can be shown to be in it without the others (RFC 6962,
 * section 2.1): a leaf is SHA-256(0x00, bytes), a node SHA-256(0x01, left, right), and the left half of a tree is the
 * largest power of two that is smaller than the whole. One pass, no list in memory.
 */
#ifndef MAILER_MERKLE_H
#define MAILER_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "recipients/vault.h"

#define MERKLE_LEAF_MAX 1024 /* bytes of one member */

/* Begins with `{0}`. */
struct merkle {
	uint64_t count;
	unsigned char whole[64][VAULT_SHA256]; /* bit i of `count`: the root of 2^i leaves */
};
void merkle_add(struct merkle *m, const void *bytes, size_t length);
/* Of an empty list: the digest of nothing, as the RFC says. */
void merkle_root(const struct merkle *m, unsigned char out[VAULT_SHA256]);

#endif
