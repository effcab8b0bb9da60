/* SPDX-License-Identifier: MIT */
/* Reads decisions about rows. What follows from one is match.c's. */
#include "recipients/row_ruling.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

struct row_rulings {
	struct row_ruling *list; /* sorted by record */
	size_t count, room;
};

static void take(struct query *q, struct row_rulings *r)
{
	const char *choice = query_text(q, "choice");
	struct row_ruling ruling = {.record = query_int(q, "record_id"),
		.person = query_int(q, "person_id"),
		.all = !strcmp(choice, "all-candidates"),
		.other = !strcmp(choice, "other-controller"),
		.controller = text_copy(query_text(q, "about"))};

	if (r->count == r->room) {
		r->room = r->room ? r->room * 2 : 64;
		r->list = text_realloc(r->list, r->room * sizeof(*r->list));
	}
	r->list[r->count++] = ruling;
}

int row_rulings_load(struct ledger *l, struct row_rulings **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = text_alloc(sizeof(**ret));
	if (ledger_query(l,
		    SQL("SELECT record_id, person_id, choice, about FROM row_ruling ORDER BY record_id"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0)
		take(q, *ret);
	return got;
}

void row_rulings_free(struct row_rulings *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++)
		free(r->list[i].controller);
	free(r->list);
	free(r);
}

static int compare(const void *key, const void *item)
{
	int64_t record = *(const int64_t *)key;
	const struct row_ruling *r = item;

	return record < r->record ? -1 : record > r->record;
}

const struct row_ruling *row_rulings_find(const struct row_rulings *r, int64_t record)
{
	return r->count ? bsearch(&record, r->list, r->count, sizeof(*r->list), compare)
			: NULL;
}
