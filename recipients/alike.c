/* SPDX-License-Identifier: MIT */
/*
 * Finding pairs without comparing all with all. How alike a pair is, the judge says
 * (likeness.h, value.h); what it weighs is model.c's.
 *
 * What can go wrong: a pair that shares no key is never judged, which for names means
 * more than two typing errors and another sound.
 */
#include "recipients/alike.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/index.h"
#include "recipients/likeness.h"
#include "recipients/numbering.h"

#define LETTERS 64    /* of a text that count */
#define PREFIX 7      /* two errors are looked for in the first letters */
#define PART_LEAST 3  /* letters in a part of a name */
#define KEYS_MOST 256 /* of one text */
#define SHARED_MOST                                                                      \
	4096 /* given values with one key: what so many share says nothing               \
	      */

struct pair {
	uint32_t given, listed, level;
};

struct pairs {
	struct pair *list;
	size_t count, room;
};

static void pair_add(struct pairs *p, uint32_t given, uint32_t listed, uint32_t level)
{
	if (p->count == p->room) {
		p->room = p->room ? p->room * 2 : 256;
		p->list = text_realloc(p->list, p->room * sizeof(*p->list));
	}
	p->list[p->count++] = (struct pair){given, listed, level};
}

/* Sorted by the given value, within it in the order of adding. */
static void pairs_index(const struct pairs *p, uint32_t limit, struct alike *ret)
{
	ret->limit = limit;
	ret->starts = text_alloc(((size_t)limit + 1) * sizeof(*ret->starts));
	ret->items = text_alloc((p->count + 1) * sizeof(*ret->items));
	for (size_t i = 0; i < p->count; i++)
		ret->starts[p->list[i].given + 1]++;
	for (uint32_t v = 0; v < limit; v++)
		ret->starts[v + 1] += ret->starts[v];
	for (size_t i = 0; i < p->count; i++)
		ret->items[ret->starts[p->list[i].given]++] =
			(struct alike_item){p->list[i].listed, p->list[i].level};
	memmove(ret->starts + 1, ret->starts, limit * sizeof(*ret->starts));
	ret->starts[0] = 0;
}

/* --- keys --- */

struct keys {
	uint64_t list[KEYS_MOST];
	size_t count;
	size_t further; /* from here on, of further texts */
};

static void key_add(struct keys *k, uint64_t key)
{
	if (k->count < KEYS_MOST)
		k->list[k->count++] = key;
}

/* FNV-1a of the text without its letters i and k (SIZE_MAX: none). */
static uint64_t hash_without(const char *text, size_t length, size_t i, size_t k)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t at = 0; at < length; at++)
		if (at != i && at != k)
			hash = (hash ^ (unsigned char)text[at]) * 0x100000001b3;
	return hash;
}

static void keys_deleted(struct keys *keys, const char *text, bool names)
{
	size_t length = strnlen(text, LETTERS);
	bool twice = names && length > 4;

	key_add(keys, hash_without(text, length, SIZE_MAX, SIZE_MAX));
	if (length < 2)
		return;
	for (size_t i = 0; i < length; i++)
		key_add(keys, hash_without(text, length, i, SIZE_MAX));
	if (!twice)
		return;
	if (length > PREFIX)
		length = PREFIX;
	for (size_t i = 0; i < length; i++)
		for (size_t k = i + 1; k < length; k++)
			key_add(keys, ~hash_without(text, length, i, k));
	for (size_t i = 0; i < length; i++)
		key_add(keys, ~hash_without(text, length, i, SIZE_MAX));
	key_add(keys, ~hash_without(text, length, SIZE_MAX, SIZE_MAX));
}

/* The word itself is among these, so that "traore" meets "mwangi-traore". */
static void keys_parts(struct keys *keys, const char *text)
{
	const char *part = likeness_bare(text);

	if (part)
		key_add(keys, numbering_mix(2, hash_without(part, strlen(part), SIZE_MAX,
						       SIZE_MAX)));
	for (; *text; text += *text == '-') {
		size_t length = strcspn(text, "-");

		if (length >= PART_LEAST)
			key_add(keys, numbering_mix(2, hash_without(text, length,
							       SIZE_MAX, SIZE_MAX)));
		text += length;
	}
}

static uint64_t key_of(const char *text, unsigned kind)
{
	return numbering_mix(kind, hash_without(text, strlen(text), SIZE_MAX, SIZE_MAX));
}

/* Those of its first text, under which a typing error is found, and of the further ones.
 */
static void keys_of(const struct alike_question *q, uint32_t value, struct keys *keys)
{
	const char *text = q->text(q->context, value, 0);
	char form[LIKENESS_ROOM];

	keys->count = 0;
	if (*text)
		keys_deleted(keys, text, q->names);
	if (*text && q->names) {
		likeness_scanned(text, form);
		if (strcmp(form, text) != 0)
			keys_deleted(keys, form, false);
		likeness_sound(text, form);
		if (form[0] && form[1])
			key_add(keys, key_of(form, 3));
		keys_parts(keys, text);
	}
	keys->further = keys->count;
	for (unsigned n = 1; (text = q->text(q->context, value, n)); n++)
		if (*text)
			key_add(keys, key_of(text, 4));
}

/* --- pairs --- */

/* Most keys of the list are no given value's: a bit for each that is one's tells before
 * they are looked for. */
#define MARKS_EACH 8 /* bits for a key */

struct marks {
	uint64_t *bits;
	uint64_t mask;
};

static void marks_init(struct marks *m, const struct numbering *numbers)
{
	m->mask = 63;
	while (m->mask < (uint64_t)numbers->count * MARKS_EACH)
		m->mask = m->mask * 2 + 1;
	m->bits = text_alloc((size_t)(m->mask / 64 + 1) * sizeof(*m->bits));
	for (size_t i = 0; i < numbers->slot_count; i++)
		if (numbers->slots[i].number) {
			uint64_t at = numbers->slots[i].key & m->mask;

			m->bits[at / 64] |= (uint64_t)1 << at % 64;
		}
}

static bool is_marked(const struct marks *m, uint64_t key)
{
	uint64_t at = key & m->mask;

	return m->bits[at / 64] >> at % 64 & 1;
}

struct join {
	const struct alike_question *question;
	struct marks marks;
	struct numbering numbers; /* of keys */
	struct index given;       /* values by number of a key */
	uint32_t *seen; /* by given value: the listed one it was last judged with */
	struct pairs pairs;
};

static void judge(struct join *j, uint32_t given, uint32_t listed)
{
	const struct alike_question *q = j->question;
	unsigned level;

	if (j->seen[given] == listed)
		return;
	j->seen[given] = listed;
	level = q->judge(q->context, given, listed);
	if (level != ALIKE_NOT)
		pair_add(&j->pairs, given, listed, level);
}

static void join_listed(struct join *j, const struct keys *keys, uint32_t listed)
{
	size_t further =
		j->question->further_most ? j->question->further_most : SHARED_MOST;

	for (size_t k = 0; k < keys->count; k++) {
		uint32_t number = is_marked(&j->marks, keys->list[k])
					  ? numbering_find(&j->numbers, keys->list[k])
					  : 0;
		const uint32_t *end, *at = index_range(&j->given, number, &end);
		size_t most = k < keys->further ? SHARED_MOST : further;

		if (!number || (size_t)(end - at) > most)
			continue;
		for (; at < end; at++)
			judge(j, *at, listed);
	}
}

void alike_join(const struct alike_question *q, struct alike *ret)
{
	struct join j = {.question = q};
	struct keys keys;

	j.seen = text_alloc(((size_t)q->limit + 1) * sizeof(*j.seen));
	for (size_t i = 0; i < q->given_count; i++) {
		keys_of(q, q->given[i], &keys);
		for (size_t k = 0; k < keys.count; k++)
			index_add(&j.given, numbering_add(&j.numbers, keys.list[k]),
				q->given[i]);
	}
	index_build(&j.given, j.numbers.count + 1);
	marks_init(&j.marks, &j.numbers);
	for (size_t i = 0; i < q->listed_count; i++) {
		keys_of(q, q->listed[i], &keys);
		join_listed(&j, &keys, q->listed[i]);
	}
	pairs_index(&j.pairs, q->limit, ret);
	index_done(&j.given);
	numbering_done(&j.numbers);
	free(j.marks.bits);
	free(j.pairs.list);
	free(j.seen);
}

void alike_each(const struct alike_question *q, struct alike *ret)
{
	struct pairs pairs = {0};

	for (size_t i = 0; i < q->given_count; i++)
		for (size_t k = 0; k < q->listed_count; k++) {
			unsigned level = q->judge(q->context, q->given[i], q->listed[k]);

			if (level != ALIKE_NOT)
				pair_add(&pairs, q->given[i], q->listed[k], level);
		}
	pairs_index(&pairs, q->limit, ret);
	free(pairs.list);
}

/* --- amounts --- */

struct amount {
	uint32_t amount, value;
};

static int compare_amounts(const void *a, const void *b)
{
	const struct amount *x = a, *y = b;

	if (x->amount != y->amount)
		return x->amount < y->amount ? -1 : 1;
	return x->value < y->value ? -1 : x->value > y->value;
}

/* The first amount that is no less. */
static size_t amount_from(const struct amount *list, size_t count, uint32_t least)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = low + (count - low) / 2;

		if (list[middle].amount < least)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

void alike_window(const struct alike_question *q, struct alike *ret)
{
	struct amount *list = text_alloc((q->listed_count + 1) * sizeof(*list));
	struct pairs pairs = {0};

	for (size_t i = 0; i < q->listed_count; i++)
		list[i] = (struct amount){
			q->amount(q->context, q->listed[i]), q->listed[i]};
	qsort(list, q->listed_count, sizeof(*list), compare_amounts);
	for (size_t i = 0; i < q->given_count; i++) {
		uint32_t given = q->given[i], amount = q->amount(q->context, given),
			 reach = q->reach(q->context, amount), level;
		size_t k = amount_from(
			list, q->listed_count, amount > reach ? amount - reach : 0);

		for (; k < q->listed_count &&
			(list[k].amount <= amount || list[k].amount - amount <= reach);
			k++) {
			level = q->judge(q->context, given, list[k].value);
			if (level != ALIKE_NOT)
				pair_add(&pairs, given, list[k].value, level);
		}
	}
	pairs_index(&pairs, q->limit, ret);
	free(pairs.list);
	free(list);
}

void alike_write(const struct alike *a, struct text *out)
{
	text_add(out, a->starts, ((size_t)a->limit + 1) * sizeof(*a->starts));
	text_add(out, a->items, a->starts[a->limit] * sizeof(*a->items));
}

bool alike_read(const struct text *bytes, struct alike *ret)
{
	size_t starts = ((size_t)ret->limit + 1) * sizeof(*ret->starts), items;

	if (bytes->length < starts)
		return false;
	items = bytes->length - starts;
	ret->starts = text_alloc(starts);
	memcpy(ret->starts, bytes->bytes, starts);
	ret->items = text_alloc(items + sizeof(*ret->items));
	memcpy(ret->items, bytes->bytes + starts, items);
	return ret->starts[ret->limit] * sizeof(*ret->items) == items;
}

void alike_done(struct alike *a)
{
	free(a->items);
	free(a->starts);
	*a = (struct alike){0};
}

const struct alike_item *alike_range(
	const struct alike *a, uint32_t given, const struct alike_item **ret_end)
{
	if (given >= a->limit)
		return *ret_end = a->items;
	*ret_end = a->items + a->starts[given + 1];
	return a->items + a->starts[given];
}
