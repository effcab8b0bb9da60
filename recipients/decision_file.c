/* SPDX-License-Identifier: MIT */
/*
 * Reads a file of decisions. How files are read is table.c's; decisions are kept by
 * decision.c.
 *
 * What can go wrong: a slip in a spreadsheet decides another row than was meant. So a row
 * or a person that is not there or not the only one, a word that is none of ours, and two
 * answers to one question each stop the whole file.
 */
#include "recipients/decision_file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recipients/decision.h"
#include "recipients/dictionary.h"
#include "recipients/roster.h"
#include "recipients/table.h"
#include "recipients/text.h"

/* Names, and what has them; SIZE_MAX: several. */
struct names {
	struct dictionary known;
	size_t *at;
};

static void names_add(struct names *n, const char *name, size_t at)
{
	uint32_t count = n->known.count, number = dictionary_add(&n->known, name);

	n->at[number - 1] = number > count ? at : SIZE_MAX;
}

struct taking {
	const char *path, *by, *reason;
	struct table *table;
	size_t row, person, decision, controller; /* columns; SIZE_MAX: there is none */
	struct roster records, people;
	struct names rows, persons;
	struct decision *of_row; /* one a record; without a choice: not decided */
	char **controllers;      /* that they name, one a record */
};

static void taking_done(struct taking *t)
{
	for (size_t i = 0; t->controllers && i < t->records.count; i++)
		free(t->controllers[i]);
	free(t->controllers);
	free(t->of_row);
	dictionary_done(&t->rows.known);
	dictionary_done(&t->persons.known);
	free(t->rows.at);
	free(t->persons.at);
	roster_done(&t->records);
	roster_done(&t->people);
	table_close(t->table);
}
#define auto_taking __attribute__((cleanup(taking_done))) struct taking

static size_t column_named(const struct taking *t, const char *name)
{
	size_t count;
	const char *const *header = table_header(t->table, &count);

	for (size_t i = 0; i < count; i++)
		if (!strcasecmp(header[i], name))
			return i;
	return SIZE_MAX;
}

static int find_columns(struct taking *t, struct fault *f)
{
	t->row = column_named(t, "row_id");
	t->person = column_named(t, "person_id");
	t->decision = column_named(t, "decision");
	t->controller = column_named(t, "controller");
	if (t->row != SIZE_MAX && t->decision != SIZE_MAX)
		return 0;
	return fault_set(f, FAULT_INPUT,
		"%s: has no column '%s'; it is the file of match --export, with a column 'decision'",
		t->path, t->row == SIZE_MAX ? "row_id" : "decision");
}

static int load_names(struct taking *t, struct ledger *l, struct fault *f)
{
	char scratch[ROSTER_NAME];

	if (roster_load_records(l, &t->records, f) ||
		roster_load_entries(l, &t->people, f))
		return -1;
	t->rows.at = text_alloc((t->records.count + 1) * sizeof(*t->rows.at));
	t->persons.at = text_alloc((t->people.people_count + 1) * sizeof(*t->persons.at));
	t->of_row = text_alloc((t->records.count + 1) * sizeof(*t->of_row));
	t->controllers = text_alloc((t->records.count + 1) * sizeof(*t->controllers));
	for (size_t i = 0; i < t->records.count; i++)
		names_add(&t->rows, roster_row_name(&t->records.rows[i], scratch), i);
	for (size_t i = 0; i < t->people.people_count; i++)
		names_add(&t->persons, roster_person_name(&t->people, i, scratch), i);
	return 0;
}

static int wrong(const struct taking *t, const struct table_row *row, const char *column,
	const char *why, struct fault *f)
{
	return fault_set(f, FAULT_INPUT, "%s: row %zu, %s: %s; nothing was decided",
		t->path, row->number, column, why);
}

static int find_name(const struct taking *t, const struct names *n,
	const struct table_row *row, size_t column, size_t *ret, struct fault *f)
{
	const char *what = column == t->row                            ? "row_id"
			   : column == t->person && column != SIZE_MAX ? "person_id"
								       : "decision";
	uint32_t number =
		column == SIZE_MAX ? 0 : dictionary_find(&n->known, row->values[column]);

	*ret = number ? n->at[number - 1] : SIZE_MAX;
	if (*ret != SIZE_MAX)
		return 0;
	return wrong(t, row, what,
		number          ? "several are called so"
		: n == &t->rows ? "no leaked row is called so (match --export lists them)"
		: what[0] == 'd'
			? "takes person, nobody, all-candidates, leaver, other-controller, not-a-person, junk,"
			  " or the number of somebody on the list"
			: "nobody on the list is called so",
		f);
}

static const char *choice_of(const char *word)
{
	static const char *const words[] = {"nobody", "all-candidates", NULL};

	for (const char *const *w = words; *w; w++)
		if (!strcasecmp(*w, word))
			return *w;
	for (const char *const *w = decision_closings; *w; w++)
		if (!strcasecmp(*w, word))
			return *w;
	return NULL;
}

/* What a line says; `*ret_person`: the index of the person, where it names one. */
static int read_choice(struct taking *t, const struct table_row *row, const char **ret,
	int64_t *ret_person, struct fault *f)
{
	const char *word = row->values[t->decision];
	bool this_one = !strcasecmp(word, "person") || !strcasecmp(word, "yes");
	size_t person;

	*ret_person = 0;
	*ret = choice_of(word);
	if (*ret)
		return 0;
	if (find_name(
		    t, &t->persons, row, this_one ? t->person : t->decision, &person, f))
		return -1;
	*ret = "person";
	*ret_person = t->people.people[person];
	return 0;
}

static int take_row(struct taking *t, const struct table_row *row, struct fault *f)
{
	const char *choice, *controller = "";
	struct decision *d;
	int64_t person;
	size_t at;

	if (row->reason)
		return wrong(
			t, row, row->column ? row->column : "all of it", row->reason, f);
	if (!*row->values[t->decision])
		return 0;
	if (find_name(t, &t->rows, row, t->row, &at, f) ||
		read_choice(t, row, &choice, &person, f))
		return -1;
	if (!strcmp(choice, "other-controller")) {
		controller = t->controller == SIZE_MAX ? "" : row->values[t->controller];
		if (!*controller)
			return wrong(t, row, "controller", "whose is it?", f);
	}
	d = &t->of_row[at];
	if (d->choice && (d->choice != choice || d->person != person))
		return wrong(t, row, "decision",
			"an earlier line says another thing about this leaked row", f);
	if (d->choice)
		return 0;
	t->controllers[at] = text_copy(controller);
	*d = (struct decision){.kind = "row",
		.choice = choice,
		.about = *controller ? t->controllers[at] : NULL,
		.record = t->records.rows[at].id,
		.person = person,
		.by = t->by,
		.reason = t->reason};
	return 0;
}

/* Those of rows that are decided come to the front. */
static size_t gather(struct taking *t)
{
	size_t count = 0;

	for (size_t i = 0; i < t->records.count; i++)
		if (t->of_row[i].choice)
			t->of_row[count++] = t->of_row[i];
	return count;
}

int decision_file_take(struct ledger *l, const char *path, const char *by,
	const char *reason, struct decision_file_tally *ret, struct fault *f)
{
	auto_taking t = {.path = path, .by = by, .reason = reason};
	const struct table_row *row;
	int got;

	*ret = (struct decision_file_tally){0};
	if (table_open(path, NULL, &t.table, f) || find_columns(&t, f) ||
		load_names(&t, l, f))
		return -1;
	while ((got = table_next(t.table, &row, f)) > 0)
		if (take_row(&t, row, f))
			return -1;
	if (got < 0)
		return -1;
	ret->rows = gather(&t);
	return decision_write_all(l, t.of_row, ret->rows, &ret->kept, f);
}
