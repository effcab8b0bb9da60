/* SPDX-License-Identifier: MIT */
/*
 * The tree of RFC 6962 as its right edge: at most one root for each power of two. What a
 * leaf of a release is made of stands in manifest.h.
 */
#include "mailer/merkle.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void node(const unsigned char *left, const unsigned char *right,
	unsigned char out[VAULT_SHA256])
{
	unsigned char bytes[1 + 2 * VAULT_SHA256] = {1};

	memcpy(bytes + 1, left, VAULT_SHA256);
	memcpy(bytes + 1 + VAULT_SHA256, right, VAULT_SHA256);
	vault_sha256(bytes, sizeof(bytes), out);
}

void merkle_leaf(const void *bytes, size_t length, unsigned char out[VAULT_SHA256])
{
	unsigned char leaf[1 + MERKLE_LEAF_MAX] = {0};

	if (length > MERKLE_LEAF_MAX)
		abort(); /* a leaf is of our own making */
	memcpy(leaf + 1, bytes, length);
	vault_sha256(leaf, length + 1, out);
}

void merkle_add(struct merkle *m, const void *bytes, size_t length)
{
	unsigned char root[VAULT_SHA256];
	size_t i;

	merkle_leaf(bytes, length, root);
	for (i = 0; m->count >> i & 1; i++) /* two of a size become one */
		node(m->whole[i], root, root);
	memcpy(m->whole[i], root, VAULT_SHA256);
	m->count++;
}

void merkle_root(const struct merkle *m, unsigned char out[VAULT_SHA256])
{
	bool any = false;

	if (!m->count)
		vault_sha256("", 0, out);
	for (size_t i = 0; i < 64; i++) {
		if (!(m->count >> i & 1))
			continue;
		if (any)
			node(m->whole[i], out, out);
		else
			memcpy(out, m->whole[i], VAULT_SHA256);
		any = true;
	}
}

/* From the leaves upwards: two of a row become one of the next, an odd last one goes up
 * as it is. */
size_t merkle_path(unsigned char (*row)[VAULT_SHA256], size_t count, size_t index,
	unsigned char path[MERKLE_PATH][VAULT_SHA256])
{
	size_t length = 0;

	for (; count > 1; count = (count + 1) / 2, index /= 2) {
		if ((index ^ 1) < count)
			memcpy(path[length++], row[index ^ 1], VAULT_SHA256);
		for (size_t i = 0; i + 1 < count; i += 2)
			node(row[i], row[i + 1], row[i / 2]);
		if (count & 1)
			memmove(row[count / 2], row[count - 1], VAULT_SHA256);
	}
	return length;
}
