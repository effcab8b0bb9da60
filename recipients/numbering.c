/* SPDX-License-Identifier: MIT */
/*
 * An open-addressed table, never more than half full. The hash is not keyed; whoever
 * feeds keys made to collide gets a slow run, not a wrong one.
 */
#include "recipients/numbering.h"

#include <stdlib.h>

#include "recipients/text.h"

/* The finalizer of MurmurHash3 (Appleby, public domain): every bit of the key reaches
 * every bit of the result. */
static uint64_t scramble(uint64_t key)
{
	key ^= key >> 33;
	key *= 0xff51afd7ed558ccd;
	key ^= key >> 33;
	key *= 0xc4ceb9fe1a85ec53;
	return key ^ key >> 33;
}

uint64_t numbering_mix(uint64_t key, uint64_t other)
{
	return scramble(key * 0x9e3779b97f4a7c15 + scramble(other) + 1);
}

static struct numbering_slot *slot_find(const struct numbering *n, uint64_t key)
{
	size_t mask = n->slot_count - 1, at = (size_t)scramble(key) & mask;

	while (n->slots[at].number && n->slots[at].key != key)
		at = (at + 1) & mask;
	return &n->slots[at];
}

static void slots_grow(struct numbering *n)
{
	struct numbering_slot *old = n->slots;
	size_t count = n->slot_count;

	n->slot_count = count ? count * 2 : 64;
	n->slots = text_alloc(n->slot_count * sizeof(*n->slots));
	for (size_t i = 0; i < count; i++)
		if (old[i].number)
			*slot_find(n, old[i].key) = old[i];
	free(old);
}

uint32_t numbering_add(struct numbering *n, uint64_t key)
{
	struct numbering_slot *slot;

	if (2 * ((size_t)n->count + 1) > n->slot_count)
		slots_grow(n);
	slot = slot_find(n, key);
	if (!slot->number)
		*slot = (struct numbering_slot){key, ++n->count};
	return slot->number;
}

uint32_t numbering_find(const struct numbering *n, uint64_t key)
{
	return n->slot_count ? slot_find(n, key)->number : 0;
}

void numbering_done(struct numbering *n)
{
	free(n->slots);
	*n = (struct numbering){0};
}
