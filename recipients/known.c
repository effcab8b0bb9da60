/* SPDX-License-Identifier: MIT */
/*
 * Identity across lists and within one. Not who is in the leak: that is linkage.c's, with
 * evidence and doubt; here the controller's own lists speak of the controller's own
 * people.
 *
 * Values are kept as 64-bit hashes under a random key. Two different values with one hash
 * would join two people; at a million people that happens once in some ten million
 * ledgers.
 */
#include "recipients/known.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/fold.h"
#include "recipients/name.h"
#include "recipients/roster.h"
#include "recipients/text.h"
#include "recipients/vault.h"

/* Strongest first. */
static const char *const kinds[] = {
	"person_id", "pay_number", "warrant_number", "service_number", "email"};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))
#define NOBODY UINT32_MAX
#define SURNAMES 3
#define HOLDERS_MAX 64 /* what so many people share identifies nobody */

struct human {
	int64_t id;
	uint64_t surnames[SURNAMES]; /* hashes; 0: none. A whole name is read several ways
				      */
	uint64_t forenames;          /* hash; 0: not given */
	uint64_t identifiers[KINDS]; /* hashes; 0: not given */
	uint32_t first_row;          /* in the list being read; 0: not seen in it */
	bool withdrawn;              /* no list that counts has them */
};

struct slot {
	uint64_t hash;
	uint32_t human;
};

struct known {
	uint64_t secret;
	struct human *humans;
	size_t count, room;
	struct slot *slots; /* open addressing, a power of two */
	size_t slots_room, slots_used;
};

static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	return x ^ x >> 32;
}

/* Letters and digits only, without leading zeros: "P 00123" and "p00123" are one, "00123"
 * and "123" too. */
static uint64_t hash_value(const struct known *k, uint64_t kind, const char *value)
{
	char folded[FOLD_ROOM];
	const char *p = folded;
	uint64_t hash = mix(k->secret + kind);

	if (!value)
		return 0;
	(void)fold_words(value, folded, sizeof(folded));
	(void)fold_join(folded, folded, sizeof(folded));
	while (*p == '0' && p[1])
		p++;
	if (!*p)
		return 0;
	for (; *p; p++)
		hash = mix(hash ^ (unsigned char)*p) + 0x9e3779b97f4a7c15ULL;
	return hash ? hash : 1;
}

static void slot_put(struct slot *slots, size_t room, uint64_t hash, uint32_t human)
{
	size_t i = hash & (room - 1);

	while (slots[i].hash)
		i = (i + 1) & (room - 1);
	slots[i] = (struct slot){hash, human};
}

static void slots_grow(struct known *k)
{
	size_t room = k->slots_room ? k->slots_room * 2 : 4096;
	struct slot *slots = text_alloc(room * sizeof(*slots));

	for (size_t i = 0; i < k->slots_room; i++)
		if (k->slots[i].hash)
			slot_put(slots, room, k->slots[i].hash, k->slots[i].human);
	free(k->slots);
	k->slots = slots;
	k->slots_room = room;
}

static void slot_add(struct known *k, uint64_t hash, uint32_t human)
{
	if ((k->slots_used + 1) * 2 > k->slots_room)
		slots_grow(k);
	slot_put(k->slots, k->slots_room, hash, human);
	k->slots_used++;
}

static uint64_t hash_surname(const struct known *k, const char *surname)
{
	char plain[NAME_ROOM], key[NAME_ROOM];

	if (!name_surname(surname, plain))
		return hash_value(k, KINDS + 1, surname);
	name_key(plain, key);
	return hash_value(k, KINDS + 1, key);
}

/* "SMITH, John" on one list and "Smith" | "John" on another are one name. */
static void read_name(const struct known *k, const char *name, struct human *h)
{
	struct name readings[NAME_READINGS];
	size_t count = name ? name_read(name, readings) : 0, kept = 0;

	for (size_t i = 0; i < count && kept < SURNAMES; i++) {
		uint64_t hash =
			*readings[i].surname ? hash_surname(k, readings[i].surname) : 0;
		bool known = !hash;

		for (size_t j = 0; j < kept; j++)
			known = known || h->surnames[j] == hash;
		if (!known)
			h->surnames[kept++] = hash;
	}
	if (!kept && name)
		h->surnames[0] = hash_value(k, KINDS + 1, name);
}

/* What a row says of who it is. */
static void read_row(
	const struct known *k, const char *packed, size_t length, struct human *h)
{
	const struct roster_row row = {.packed = packed, .length = length};
	const char *surname = roster_value(&row, "surname");

	for (size_t i = 0; i < KINDS; i++) {
		const char *value = roster_value(&row, kinds[i]);

		if (value && strpbrk(value, "0123456789@")) /* "n/a" is nobody's number */
			h->identifiers[i] = hash_value(k, i + 1, value);
	}
	if (surname)
		h->surnames[0] = hash_surname(k, surname);
	else
		read_name(k, roster_value(&row, "name"), h);
	h->forenames = hash_value(k, KINDS + 2, roster_value(&row, "forenames"));
}

/* No identifier that is stronger than `kind` and that both have may differ. */
static bool told_apart(const struct human *a, const struct human *b, size_t kind)
{
	for (size_t i = 0; i < kind; i++)
		if (a->identifiers[i] && b->identifiers[i] &&
			a->identifiers[i] != b->identifiers[i])
			return true;
	return false;
}

static bool same_surname(const struct human *a, const struct human *b)
{
	for (size_t i = 0; i < SURNAMES; i++)
		for (size_t j = 0; a->surnames[i] && j < SURNAMES; j++)
			if (a->surnames[i] == b->surnames[j])
				return true;
	return false;
}

static bool same_name(const struct human *a, const struct human *b)
{
	return same_surname(a, b) || (a->forenames && a->forenames == b->forenames);
}

/* As far as both have it; at least one part of it. */
static bool same_whole_name(const struct human *a, const struct human *b)
{
	bool surnames = a->surnames[0] && b->surnames[0];

	if (a->forenames && b->forenames && a->forenames != b->forenames)
		return false;
	return surnames ? same_surname(a, b) : a->forenames && b->forenames;
}

/* Is `other`, who has an identifier of this kind in common with `h`, the same human? */
static bool is_same(const struct human *h, const struct human *other, size_t kind)
{
	if (told_apart(h, other, kind))
		return false;
	if (other->withdrawn)
		return same_whole_name(h, other);
	return !kind || same_name(h, other);
}

static uint32_t find(const struct known *k, const struct human *h)
{
	for (size_t kind = 0; kind < KINDS; kind++) {
		uint64_t hash = h->identifiers[kind];
		unsigned holders = 0;

		if (!hash || !k->slots_room)
			continue;
		for (size_t i = hash & (k->slots_room - 1); k->slots[i].hash;
			i = (i + 1) & (k->slots_room - 1)) {
			const struct human *other = &k->humans[k->slots[i].human];

			if (k->slots[i].hash != hash)
				continue;
			if (is_same(h, other, kind))
				return k->slots[i].human;
			if (++holders == HOLDERS_MAX)
				break;
		}
	}
	return NOBODY;
}

/* A new human, or one that is known: their newest names and identifiers count from now
 * on. */
static void remember(struct known *k, uint32_t at, const struct human *h)
{
	struct human *mine = &k->humans[at];

	for (size_t i = 0; i < KINDS; i++) {
		if (!h->identifiers[i] || h->identifiers[i] == mine->identifiers[i])
			continue;
		mine->identifiers[i] = h->identifiers[i];
		slot_add(k, h->identifiers[i], at);
	}
	if (h->surnames[0])
		memcpy(mine->surnames, h->surnames, sizeof(mine->surnames));
	if (h->forenames)
		mine->forenames = h->forenames;
}

static uint32_t add(struct known *k, int64_t id)
{
	if (k->count == k->room) {
		k->room = k->room ? k->room * 2 : 1024;
		k->humans = text_realloc(k->humans, k->room * sizeof(*k->humans));
	}
	k->humans[k->count] = (struct human){.id = id};
	return (uint32_t)k->count++;
}

static void add_listed(struct known *k, const struct roster *entries)
{
	for (size_t p = 0; p < entries->people_count; p++)
		(void)add(k, entries->people[p]);
	for (size_t i = 0; i < entries->count; i++) {
		struct human h = {0};

		read_row(k, entries->rows[i].packed, entries->rows[i].length, &h);
		remember(k, entries->rows[i].person, &h);
	}
}

/* Of people whom no other list has: what is said of the others is what is right. */
static void add_withdrawn(
	struct known *k, const struct roster *withdrawn, const struct roster *listed)
{
	for (size_t p = 0; p < withdrawn->people_count; p++) {
		uint32_t at;

		if (roster_person(listed, withdrawn->people[p]) != SIZE_MAX)
			continue;
		at = add(k, withdrawn->people[p]);
		for (const struct roster_row *e = NULL;
			(e = roster_entry(withdrawn, p, e));) {
			struct human h = {0};

			read_row(k, e->packed, e->length, &h);
			remember(k, at, &h);
		}
		k->humans[at].withdrawn = true;
	}
}

int known_load(struct ledger *l, struct known **ret, struct fault *f)
{
	auto_roster listed = {0}, withdrawn = {0};

	if (roster_load_entries(l, &listed, f) || roster_load_withdrawn(l, &withdrawn, f))
		return -1;
	*ret = text_alloc(sizeof(**ret));
	vault_random(&(*ret)->secret, sizeof((*ret)->secret));
	add_listed(*ret, &listed);
	add_withdrawn(*ret, &withdrawn, &listed);
	return 0;
}

void known_free(struct known *k)
{
	if (!k)
		return;
	free(k->humans);
	free(k->slots);
	free(k);
}

void known_find(struct known *k, const char *packed, size_t length, uint32_t row,
	struct known_answer *ret)
{
	struct human h = {0};
	uint32_t at;

	*ret = (struct known_answer){0};
	read_row(k, packed, length, &h);
	if (!h.surnames[0] && !h.forenames) {
		ret->field = "surname";
		ret->reason = "is empty: a person needs a name";
		return;
	}
	at = find(k, &h);
	if (at != NOBODY && k->humans[at].first_row && !same_name(&h, &k->humans[at])) {
		ret->field = kinds[0];
		ret->reason = "stands in an earlier row of this list with another name";
		return;
	}
	ret->is_new = at == NOBODY;
	if (ret->is_new)
		at = add(k, vault_random_id());
	ret->listed = !ret->is_new && !k->humans[at].withdrawn;
	k->humans[at].withdrawn = false;
	remember(k, at, &h);
	ret->person = k->humans[at].id;
	ret->first_in_list = !k->humans[at].first_row;
	if (ret->first_in_list)
		k->humans[at].first_row = row ? row : 1;
}
