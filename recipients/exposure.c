/* SPDX-License-Identifier: MIT */
/*
 * Kinds of data. Which fields exist and what they are called is field.c's; the sentence
 * around them is the text's.
 */
#include "recipients/exposure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recipients/field.h"

struct exposure {
	const char *kinds[EXPOSURE_KINDS_MAX]; /* field names and the JSON's strings:
						  borrowed */
	size_t count;
	uint64_t named; /* those that the incident names */
	uint64_t seen;  /* those that a record has */
};

static size_t kind_index(const struct exposure *e, const char *kind)
{
	for (size_t i = 0; i < e->count; i++)
		if (!strcasecmp(e->kinds[i], kind))
			return i;
	return e->count;
}

static void kind_add(struct exposure *e, const char *kind, bool named)
{
	size_t i = kind_index(e, kind);

	if (i == e->count) {
		if (e->count == EXPOSURE_KINDS_MAX)
			return; /* more kinds than anyone has words for */
		e->kinds[e->count++] = kind;
	}
	if (named)
		e->named |= 1ULL << i;
}

uint64_t exposure_of(const struct exposure *e, const struct roster_row *record)
{
	const char *name = NULL, *value;
	uint64_t set = 0;

	while (row_packed_next(record->packed, record->length, &name, &value)) {
		size_t i = kind_index(e, name);

		if (i < e->count)
			set |= 1ULL << i;
	}
	return set;
}

struct exposure *exposure_new(const json_t *exposed, const struct roster *records)
{
	struct exposure *e = text_alloc(sizeof(*e));
	const json_t *item;
	size_t i;

	json_array_foreach(exposed, i, item)
	{
		const struct field *field = field_recognise(json_string_value(item));

		kind_add(e, field && field->words ? field->name : json_string_value(item),
			true);
	}
	for (const struct field *p = field_next(NULL); p; p = field_next(p))
		if (p->words)
			kind_add(e, p->name, false);
	for (i = 0; i < records->count; i++)
		e->seen |= exposure_of(e, &records->rows[i]);
	return e;
}

void exposure_free(struct exposure *e)
{
	free(e);
}

/* "name" in the incident is shown by a column of surnames: the same words, so it is not
 * everyone's. */
static bool words_seen(const struct exposure *e, size_t kind)
{
	char mine[128], other[128];
	const char *words = exposure_words(e->kinds[kind], mine);

	for (size_t i = 0; i < e->count; i++)
		if ((e->seen >> i & 1) &&
			!strcmp(words, exposure_words(e->kinds[i], other)))
			return true;
	return false;
}

uint64_t exposure_common(const struct exposure *e)
{
	uint64_t set = 0;

	for (size_t i = 0; i < e->count; i++)
		if ((e->named >> i & 1) && !words_seen(e, i))
			set |= 1ULL << i;
	return set;
}

size_t exposure_count(const struct exposure *e)
{
	return e->count;
}

const char *exposure_kind(const struct exposure *e, size_t i)
{
	return e->kinds[i];
}

const char *exposure_words(const char *kind, char out[128])
{
	const struct field *field = field_find(kind);

	if (field && field->words)
		return field->words;
	(void)snprintf(out, 128, "your %s", kind);
	return out;
}
