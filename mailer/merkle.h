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
/* What stands for a member in the tree: its leaf hash. */
void merkle_leaf(const void *bytes, size_t length, unsigned char out[VAULT_SHA256]);
/* Of an empty list: the digest of nothing, as the RFC says. */
void merkle_root(const struct merkle *m, unsigned char out[VAULT_SHA256]);

/*
 * The audit path (section 2.1.1) of member `index`, from 0, of a list of `count`: from the leaf upwards. `row`: the leaf hashes
 * of all, which are overwritten; the root comes to stand first. Returns how many.
 */
#define MERKLE_PATH 64
size_t merkle_path(unsigned char (*row)[VAULT_SHA256], size_t count, size_t index,
	unsigned char path[MERKLE_PATH][VAULT_SHA256]);

#endif
