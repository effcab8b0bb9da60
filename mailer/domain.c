/* SPDX-License-Identifier: MIT */
/*
 * Counts of domains and the notices that wait for them. Which notice is claimed, and that
 * levels keep their order, is claim.c's; the limit of a relay is wire/lane.c's. Nothing
 * is written down: a run that dies forgets, and the next one begins with none on the
 * wire.
 */
#include "mailer/domain.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/wire/pace.h"
#include "recipients/clock.h"
#include "recipients/text.h"

#define SLOTS 256 /* at first; a power of two */

struct domain {
	char *name;
	unsigned most, at_work;
	struct pace pace;
	/* Kept, oldest first: a ring that grows. */
	struct queue_item **kept;
	size_t first, count, room;
	bool listed;
};

struct domains {
	const struct settings *settings;
	struct domain **slots; /* a hash table; the name's last free slot */
	size_t room, count;
	struct domain *
		*waiting; /* those that keep some; one that has none left stays a while */
	size_t waiting_count, waiting_room, turn;
	size_t kept;
};

struct domains *domain_new(const struct settings *s)
{
	const struct settings_domain *each = &s->each_domain;
	bool limited = each->connections || each->per_minute;
	struct domains *d;

	for (size_t i = 0; i < s->domains_count; i++)
		limited |= s->domains[i].connections || s->domains[i].per_minute;
	if (!limited)
		return NULL;
	d = text_alloc(sizeof(*d));
	d->settings = s;
	d->room = SLOTS;
	d->slots = text_alloc(d->room * sizeof(struct domain *));
	return d;
}

void domain_free(struct domains *d)
{
	for (size_t i = 0; d && i < d->room; i++) {
		if (!d->slots[i])
			continue;
		free(d->slots[i]->name);
		free(d->slots[i]->kept);
		free(d->slots[i]);
	}
	if (d) {
		free(d->slots);
		free(d->waiting);
	}
	free(d);
}

/* --- finding one --- */

/* FNV-1a; names are of our own list, not of strangers who choose them. */
static size_t hash(const char *name)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 0x100000001b3;
	return (size_t)h;
}

static struct domain **slot_of(const struct domains *d, const char *name)
{
	size_t i = hash(name) & (d->room - 1);

	while (d->slots[i] && strcmp(d->slots[i]->name, name) != 0)
		i = (i + 1) & (d->room - 1);
	return &d->slots[i];
}

static void grow(struct domains *d)
{
	struct domain **old = d->slots;
	size_t room = d->room;

	d->room *= 2;
	d->slots = text_alloc(d->room * sizeof(struct domain *));
	for (size_t i = 0; i < room; i++)
		if (old[i])
			*slot_of(d, old[i]->name) = old[i];
	free(old);
}

static const struct settings_domain *limits_of(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->domains_count; i++)
		if (!strcmp(s->domains[i].name.domain, name))
			return &s->domains[i];
	return &s->each_domain;
}

struct domain *domain_of(struct domains *d, const char *address)
{
	const char *at = strrchr(address, '@'), *name = at ? at + 1 : address;
	const struct settings_domain *limits;
	struct domain **slot;

	if (!d)
		return NULL;
	if (2 * d->count >= d->room)
		grow(d);
	slot = slot_of(d, name);
	if (*slot)
		return *slot;
	limits = limits_of(d->settings, name);
	*slot = text_alloc(sizeof(**slot));
	(*slot)->name = text_copy(name);
	(*slot)->most = limits->connections;
	pace_init(&(*slot)->pace, (double)limits->per_minute / 60, clock_monotonic());
	d->count++;
	return *slot;
}

/* --- giving and keeping --- */

bool domain_may(const struct domain *x, int64_t now)
{
	return !x || ((!x->most || x->at_work < x->most) && !pace_wait(&x->pace, now));
}

void domain_begin(struct domain *x, int64_t now)
{
	if (!x)
		return;
	x->at_work++;
	(void)pace_take(&x->pace, now);
}

void domain_end(struct domain *x)
{
	if (x)
		x->at_work--;
}

static void make_room(struct domain *x)
{
	size_t room = x->room ? 2 * x->room : 16;
	struct queue_item **kept = text_alloc(room * sizeof(struct queue_item *));

	for (size_t i = 0; i < x->count; i++)
		kept[i] = x->kept[(x->first + i) % x->room];
	free(x->kept);
	x->kept = kept;
	x->room = room;
	x->first = 0;
}

static void list(struct domains *d, struct domain *x)
{
	if (x->listed)
		return;
	if (d->waiting_count == d->waiting_room) {
		d->waiting_room = d->waiting_room ? 2 * d->waiting_room : 16;
		d->waiting = text_realloc(
			d->waiting, d->waiting_room * sizeof(struct domain *));
	}
	d->waiting[d->waiting_count++] = x;
	x->listed = true;
}

void domain_keep(struct domains *d, struct domain *x, struct queue_item *item)
{
	if (x->count == x->room)
		make_room(x);
	x->kept[(x->first + x->count++) % x->room] = item;
	d->kept++;
	list(d, x);
}

size_t domain_kept(const struct domains *d)
{
	return d ? d->kept : 0;
}

bool domain_has_next(const struct domains *d, int64_t now)
{
	for (size_t i = 0; d && d->kept && i < d->waiting_count; i++)
		if (d->waiting[i]->count && domain_may(d->waiting[i], now))
			return true;
	return false;
}

static struct queue_item *take(struct domains *d, struct domain *x)
{
	struct queue_item *item = x->kept[x->first];

	x->first = (x->first + 1) % x->room;
	x->count--;
	d->kept--;
	return item;
}

struct queue_item *domain_next(struct domains *d, int64_t now, struct domain **ret)
{
	for (size_t looked = 0; d && d->kept && looked < d->waiting_count;) {
		size_t i = d->turn % d->waiting_count;
		struct domain *x = d->waiting[i];

		if (!x->count) { /* its place goes to the last */
			d->waiting[i] = d->waiting[--d->waiting_count];
			x->listed = false;
			continue;
		}
		d->turn = i + 1;
		looked++;
		if (!domain_may(x, now))
			continue;
		*ret = x;
		return take(d, x);
	}
	return NULL;
}
