/* SPDX-License-Identifier: MIT */
/*
 * Looks for the number, then for the name. Whether a guardian has a part in the child's
 * case is group.c's to see; whom else to ask is for the text on the sheet.
 */
#include "recipients/guardian.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "recipients/text.h"

/* "Mr Tom Alder" ends in "Tom Alder": a title in front does not count. */
static bool ends_in(const char *guardian, const char *first, const char *last)
{
	auto_text name = first && last ? text_format("%s %s", first, last) : NULL;
	size_t length = strlen(guardian), tail = name ? strlen(name) : 0;

	return name && length >= tail && !strcasecmp(guardian + length - tail, name) &&
	       (length == tail || guardian[length - tail - 1] == ' ');
}

static bool is_meant(const struct roster_row *e, const char *guardian)
{
	static const char *const fields[] = {
		"person_id", "email", "email_personal", "name", NULL};
	const char *surname = roster_value(e, "surname"),
		   *forenames = roster_value(e, "forenames");
	auto_text first =
		forenames ? text_format("%.*s", (int)strcspn(forenames, " "), forenames)
			  : NULL;

	for (const char *const *field = fields; *field; field++) {
		const char *value = roster_value(e, *field);

		if (value && !strcasecmp(value, guardian))
			return true;
	}
	return ends_in(guardian, forenames, surname) ||
	       ends_in(guardian, first, surname) ||
	       ends_in(guardian, roster_value(e, "known_as"), surname);
}

size_t guardian_next(const struct roster *people, const char *guardian, size_t last)
{
	for (size_t i = last == SIZE_MAX ? 0 : last + 1; i < people->people_count; i++)
		if (is_meant(roster_newest(people, i), guardian))
			return i;
	return SIZE_MAX;
}
