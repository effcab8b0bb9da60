/* SPDX-License-Identifier: MIT */
/*
 * A table of failures, in sets of a few places. Who they are of is the caller's digest.
 */
#include "mailer/page/patience.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

#define SETS 512
#define PLACES 8
#define FORGET_MS (60 * 60 * 1000ll)

struct failures {
	unsigned char who[HATCH_DIGEST];
	unsigned count; /* 0: a free place */
	int64_t last;
};
struct patience {
	unsigned free;
	int64_t longest;
	struct failures sets[SETS][PLACES];
};

struct patience *patience_new(unsigned free, int64_t longest)
{
	struct patience *p = text_alloc(sizeof(*p));

	p->free = free;
	p->longest = longest;
	return p;
}

void patience_free(struct patience *p)
{
	free(p);
}

static const struct failures *set_of(const struct patience *p, const unsigned char *who)
{
	return p->sets[(who[0] | who[1] << 8) % SETS];
}

static const struct failures *find(
	const struct patience *p, const unsigned char *who, int64_t now)
{
	const struct failures *set = set_of(p, who);

	for (size_t i = 0; i < PLACES; i++)
		if (set[i].count && now - set[i].last < FORGET_MS &&
			!memcmp(set[i].who, who, HATCH_DIGEST))
			return &set[i];
	return NULL;
}

int64_t patience_wait(
	const struct patience *p, const unsigned char who[HATCH_DIGEST], int64_t now)
{
	const struct failures *f = find(p, who, now);
	unsigned beyond = f && f->count > p->free ? f->count - p->free : 0;
	int64_t wait = beyond ? 1000ll << (beyond > 10 ? 10 : beyond - 1) : 0;

	if (!beyond)
		return 0;
	wait = f->last + (wait < p->longest ? wait : p->longest) - now;
	return wait > 0 ? wait : 0;
}

/* A free place, or that of whoever failed least; of those the one longest ago. */
static struct failures *find_room(
	struct patience *p, const unsigned char *who, int64_t now)
{
	struct failures *set = p->sets[(who[0] | who[1] << 8) % SETS], *least = set;

	for (size_t i = 0; i < PLACES; i++) {
		if (!set[i].count || now - set[i].last >= FORGET_MS)
			return &set[i];
		if (set[i].count < least->count ||
			(set[i].count == least->count && set[i].last < least->last))
			least = &set[i];
	}
	return least;
}

void patience_failed(
	struct patience *p, const unsigned char who[HATCH_DIGEST], int64_t now)
{
	const struct failures *known = find(p, who, now);
	struct failures *f = find_room(p, who, now);

	if (known)
		f = p->sets[(who[0] | who[1] << 8) % SETS] + (known - set_of(p, who));
	else
		*f = (struct failures){0};
	memcpy(f->who, who, HATCH_DIGEST);
	f->count += f->count < 1000;
	f->last = now;
}

void patience_forget(struct patience *p, const unsigned char who[HATCH_DIGEST])
{
	struct failures *set = p->sets[(who[0] | who[1] << 8) % SETS];

	for (size_t i = 0; i < PLACES; i++)
		if (!memcmp(set[i].who, who, HATCH_DIGEST))
			set[i] = (struct failures){0};
}
