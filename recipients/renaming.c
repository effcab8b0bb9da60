/* SPDX-License-Identifier: MIT */
/*
 * Other names for columns and units, before anything is compared. Short forms that are
 * the same everywhere ("Dept") are place.c's.
 *
 * What can go wrong: a text may name a unit as it stands on the list, so a list is only
 * renamed where the leak has units of its own (match.c).
 */
#include "recipients/renaming.h"

#include <string.h>

void renaming_done(struct renaming *r)
{
	row_done(&r->row);
	text_done(&r->folded);
}

static const char *unit_name(struct renaming *r, const char *unit)
{
	r->has_units = true;
	text_clear(&r->folded);
	facts_fold(unit, &r->folded);
	return facts_unit(r->units, text_string(&r->folded));
}

/* Most rows of a list have a unit that goes by one name: they need not be written anew.
 */
static bool has_alias(struct renaming *r, const char *packed, size_t length)
{
	const char *name = NULL, *value = NULL;

	while (row_packed_next(packed, length, &name, &value))
		if (!strcmp(name, "unit") &&
			strcmp(unit_name(r, value), text_string(&r->folded)) != 0)
			return true;
	return false;
}

void renaming_apply(struct renaming *r, const char **packed, size_t *length)
{
	const char *name = NULL, *value = NULL;

	if (!json_object_size(r->columns) &&
		(!r->units || !has_alias(r, *packed, *length)))
		return;
	row_clear(&r->row);
	while (row_packed_next(*packed, *length, &name, &value)) {
		const char *other = json_string_value(json_object_get(r->columns, name));
		bool unit;

		name = other ? other : name;
		unit = r->units && !strcmp(name, "unit");
		row_add(&r->row, name, unit ? unit_name(r, value) : value);
	}
	*packed = r->row.packed.bytes;
	*length = r->row.packed.length;
}
