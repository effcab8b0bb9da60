/* SPDX-License-Identifier: MIT */
/*
 * Interned strings: one buffer, and an open-addressed table of numbers. The hash is not
 * keyed; whoever feeds names made to collide gets a slow run, not a wrong one.
 */
#include "recipients/dictionary.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a, 64 bits, folded: short strings, no need for more. */
static uint32_t hash_of(const char *string)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *string; string++)
		hash = (hash ^ (unsigned char)*string) * 0x100000001b3;
	return (uint32_t)(hash ^ hash >> 32);
}

/* The slot where the string is, or where it belongs. */
static struct dictionary_slot *slot_find(
	const struct dictionary *d, const char *string, uint32_t hash)
{
	size_t mask = d->slot_count - 1, at = hash & mask;

	while (d->slots[at].number &&
		(d->slots[at].hash != hash ||
			strcmp(dictionary_string(d, d->slots[at].number), string)))
		at = (at + 1) & mask;
	return &d->slots[at];
}

static void slots_grow(struct dictionary *d)
{
	struct dictionary_slot *old = d->slots;
	size_t count = d->slot_count;

	d->slot_count = count ? count * 2 : 64;
	d->slots = text_alloc(d->slot_count * sizeof(*d->slots));
	for (size_t i = 0; i < count; i++) {
		size_t at = old[i].hash & (d->slot_count - 1);

		if (!old[i].number)
			continue;
		while (d->slots[at].number)
			at = (at + 1) & (d->slot_count - 1);
		d->slots[at] = old[i];
	}
	free(old);
}

uint32_t dictionary_add(struct dictionary *d, const char *string)
{
	uint32_t hash = hash_of(string);
	struct dictionary_slot *slot;

	if (2 * ((size_t)d->count + 1) > d->slot_count)
		slots_grow(d);
	slot = slot_find(d, string, hash);
	if (slot->number)
		return slot->number;
	if (d->count == d->room) {
		d->room = d->room ? d->room * 2 : 64;
		d->starts = text_realloc(d->starts, d->room * sizeof(*d->starts));
	}
	d->starts[d->count++] = d->bytes.length;
	text_add(&d->bytes, string, strlen(string) + 1);
	*slot = (struct dictionary_slot){hash, d->count};
	return d->count;
}

uint32_t dictionary_find(const struct dictionary *d, const char *string)
{
	return d->slot_count ? slot_find(d, string, hash_of(string))->number : 0;
}

const char *dictionary_string(const struct dictionary *d, uint32_t number)
{
	return d->bytes.bytes + d->starts[number - 1];
}

void dictionary_done(struct dictionary *d)
{
	text_done(&d->bytes);
	free(d->starts);
	free(d->slots);
	*d = (struct dictionary){0};
}
