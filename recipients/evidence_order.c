/* SPDX-License-Identifier: MIT */
/*
 * Entries in the order in which they are looked at. It changes no evidence, and whom a
 * record is held against is blocking.c's.
 *
 * What can go wrong: nothing but time. Entries of one surname that lie apart cost a wait
 * for memory each.
 */
#include <stdlib.h>
#include <string.h>

#include "recipients/evidence.h"

struct place {
	uint32_t surname, forename, row;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->surname != y->surname)
		return x->surname < y->surname ? -1 : 1;
	if (x->forename != y->forename)
		return x->forename < y->forename ? -1 : 1;
	return x->row < y->row ? -1 : 1;
}

/* Names of all rows in the order of the people's; those of records keep their order. */
static void names_arrange(struct evidence *e)
{
	struct evidence_name *names = text_alloc((e->names_count + 1) * sizeof(*names));
	size_t count = 0;

	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < e->lists[side].count; i++) {
			struct evidence_row *row = &e->lists[side].rows[i];

			if (row->names_count)
				memcpy(names + count, e->names + row->names,
					row->names_count * sizeof(*names));
			row->names = count;
			count += row->names_count;
		}
	free(e->names);
	e->names = names;
	e->names_room = e->names_count + 1;
	e->names_count = count;
}

void evidence_arrange(struct evidence *e)
{
	struct evidence_list *people = &e->lists[EVIDENCE_PEOPLE];
	struct place *places = text_alloc((people->count + 1) * sizeof(*places));
	struct evidence_row *rows = text_alloc((people->count + 1) * sizeof(*rows));

	for (size_t i = 0; i < people->count; i++) {
		const struct evidence_row *row = &people->rows[i];

		places[i].row = (uint32_t)i;
		if (row->names_count) {
			places[i].surname = e->names[row->names].surname;
			places[i].forename = e->names[row->names].forenames[0];
		}
	}
	if (people->count)
		qsort(places, people->count, sizeof(*places), compare_places);
	for (size_t i = 0; i < people->count; i++)
		rows[i] = people->rows[places[i].row];
	free(people->rows);
	people->rows = rows;
	people->room = people->count + 1;
	free(places);
	names_arrange(e);
}
