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
	uint64_t named;    /* those that the incident names */
	uint64_t seen;     /* those that a record has */
	uint64_t *of_name; /* for each name of the records' roster: the kinds that it
			      shows */
	size_t names;
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
	uint64_t set = 0;

	for (size_t i = 0; i < e->names; i++)
		if (record->values[i])
			set |= e->of_name[i];
	return set;
}

/* A surname is also a "name": whatever a letter calls the same is the same kind. */
static void index_names(struct exposure *e, const struct roster *records)
{
	char mine[128], other[128];

	e->names = roster_names_count(records);
	e->of_name = text_alloc(e->names * sizeof(*e->of_name));
	for (size_t i = 0; i < e->names; i++) {
		size_t kind = kind_index(e, roster_name(records, i));

		for (size_t k = 0; kind < e->count && k < e->count; k++)
			if (k == kind ||
				(!strcmp(e->kinds[k], "name") &&
					!strcmp(exposure_words(e->kinds[kind], mine),
						exposure_words("name", other))))
				e->of_name[i] |= 1ULL << k;
	}
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
	index_names(e, records);
	for (i = 0; i < records->count; i++)
		e->seen |= exposure_of(e, &records->rows[i]);
	return e;
}

void exposure_free(struct exposure *e)
{
	if (!e)
		return;
	free(e->of_name);
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

uint64_t exposure_named(const struct exposure *e)
{
	return e->named;
}

size_t exposure_count(const struct exposure *e)
{
	return e->count;
}

const char *exposure_kind(const struct exposure *e, size_t i)
{
	return e->kinds[i];
}

/* "anything on the laptop": with "your" before it, it would be no English. */
static bool stands_alone(const char *kind)
{
	static const char *const words[] = {"your", "the", "any", "anything", "all",
		"everything", "what", "where", "who", "which", "how", "that", NULL};

	for (const char *const *w = words; *w; w++) {
		size_t length = strlen(*w);

		if (!strncasecmp(kind, *w, length) && kind[length] == ' ')
			return true;
	}
	return false;
}

const char *exposure_words(const char *kind, char out[128])
{
	const struct field *field = field_find(kind);

	if (field && field->words)
		return field->words;
	(void)snprintf(out, 128, "%s%s", stands_alone(kind) ? "" : "your ", kind);
	return out;
}
