/* SPDX-License-Identifier: MIT */
/*
 * Interned strings: one buffer, and an open-addressed table of numbers. The hash is not
 * keyed; whoever feeds names made to collide gets a slow run, not a wrong one.
 */
#include "recipients/dictionary.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a, 64 bits, folded: short strings, no need for more. */
static uint64_t hash_of(const char *string)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *string; string++)
		hash = (hash ^ (unsigned char)*string) * 0x100000001b3;
	return hash ^ hash >> 32;
}

/* The slot where the string is, or where it belongs. */
static size_t slot_find(const struct dictionary *d, const char *string)
{
	size_t mask = d->slot_count - 1, slot = (size_t)hash_of(string) & mask;

	while (d->slots[slot] && strcmp(dictionary_string(d, d->slots[slot]), string))
		slot = (slot + 1) & mask;
	return slot;
}

static void slots_grow(struct dictionary *d)
{
	free(d->slots);
	d->slot_count = d->slot_count ? d->slot_count * 2 : 64;
	d->slots = text_alloc(d->slot_count * sizeof(*d->slots));
	for (uint32_t n = 1; n <= d->count; n++)
		d->slots[slot_find(d, dictionary_string(d, n))] = n;
}

uint32_t dictionary_add(struct dictionary *d, const char *string)
{
	size_t slot;

	if (2 * ((size_t)d->count + 1) > d->slot_count)
		slots_grow(d);
	slot = slot_find(d, string);
	if (d->slots[slot])
		return d->slots[slot];
	if (d->count == d->room) {
		d->room = d->room ? d->room * 2 : 64;
		d->starts = text_realloc(d->starts, d->room * sizeof(*d->starts));
	}
	d->starts[d->count++] = d->bytes.length;
	text_add(&d->bytes, string, strlen(string) + 1);
	return d->slots[slot] = d->count;
}

uint32_t dictionary_find(const struct dictionary *d, const char *string)
{
	return d->slot_count ? d->slots[slot_find(d, string)] : 0;
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
