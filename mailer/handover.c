/* SPDX-License-Identifier: MIT */
/*
 * Copies rows out of the ledger. Which rows are another controller's is match.c's; that
 * they were handed over is a decision (approve --close other-controller).
 */
#include "mailer/handover.h"

#include <stdlib.h>

#include "mailer/show.h"
#include "recipients/controller.h"
#include "recipients/roster.h"

int handover_list(struct ledger *l, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = json_array();
	if (ledger_query(l,
		    SQL("SELECT controller, count(*) AS rows,"
			" total(record_id NOT IN (SELECT record_id FROM row_closed)) AS open"
			" FROM record_apart_now GROUP BY controller ORDER BY rows DESC, controller"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0)
		(void)json_array_append_new(
			*ret, json_pack("{s:s,s:I,s:I}", "controller",
				      query_text(q, "controller"), "rows",
				      (json_int_t)query_int(q, "rows"), "open",
				      (json_int_t)query_int(q, "open")));
	return got;
}

static json_t *copy_row(const struct roster_row *row)
{
	const char *name = NULL, *value;
	char scratch[ROSTER_NAME];
	json_t *out = json_pack("{s:s}", "row", roster_row_name(row, scratch));

	while (row_packed_next(row->packed, row->length, &name, &value))
		if (*name != '#' && !json_object_get(out, name))
			(void)json_object_set_new(out, name, json_string(value));
	return out;
}

/* Marks those that are its, and counts them. */
static int find(struct ledger *l, const char *controller, const struct roster *records,
	bool *its, size_t *ret_count, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret_count = 0;
	if (ledger_query(
		    l, SQL("SELECT record_id, controller FROM record_apart_now"), &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		const struct roster_row *row =
			roster_find(records, query_int(q, "record_id"));

		if (!row || !controller_same(query_text(q, "controller"), controller))
			continue;
		its[row - records->rows] = true;
		(*ret_count)++;
	}
	return got;
}

int handover_rows(struct ledger *l, const char *controller, json_t **ret, struct fault *f)
{
	auto_roster records = {0};
	size_t count;
	bool *its;
	int failed;

	if (roster_load_records(l, &records, f))
		return -1;
	its = text_alloc(records.count * sizeof(*its));
	failed = find(l, controller, &records, its, &count, f);
	if (!failed && !count)
		failed = fault_set(f, FAULT_USAGE,
			"no leaked row is of a controller of this name (report --kind controller lists them)");
	if (!failed)
		*ret = json_array();
	for (size_t i = 0; !failed && i < records.count; i++)
		if (its[i])
			(void)json_array_append_new(*ret, copy_row(&records.rows[i]));
	free(its);
	return failed;
}

/* Text, or a number. */
static void write_value(FILE *out, const json_t *value, char end)
{
	char number[24];

	(void)snprintf(
		number, sizeof(number), "%lld", (long long)json_integer_value(value));
	show_cell(out, json_is_integer(value) ? number : json_string_value(value), end);
}

void handover_write(FILE *out, const json_t *rows)
{
	json_t *names = json_object(), *row, *value;
	const char *name;
	size_t i, left;

	json_array_foreach(rows, i, row)(void) json_object_update_missing(names, row);
	left = json_object_size(names);
	json_object_foreach(names, name, value) show_cell(out, name, --left ? ',' : '\n');
	json_array_foreach(rows, i, row)
	{
		left = json_object_size(names);
		json_object_foreach(names, name, value)
			write_value(out, json_object_get(row, name), --left ? ',' : '\n');
	}
	json_decref(names);
}
