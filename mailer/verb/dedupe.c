/* SPDX-License-Identifier: MIT */
/* match --dedupe: the pairs of leaked rows that are one person, as CSV. The work is
 * recipients/dedupe.c. */
#include <stdio.h>

#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "recipients/dedupe.h"
#include "recipients/roster.h"

static int add_rows(struct dedupe *d, const struct roster *records, struct fault *f)
{
	for (size_t i = 0; i < records->count; i++)
		if (dedupe_add(d, records->rows[i].packed, records->rows[i].length, f))
			return -1;
	return 0;
}

static int write_pairs(const struct dedupe *d, const struct roster *records,
	const char *path, struct fault *f)
{
	size_t count;
	const struct dedupe_pair *pairs = dedupe_pairs(d, &count);
	auto_show_file out = {0};

	if (show_file_open(path, &out, f))
		return -1;
	(void)fputs("id_l,id_r,probability\n", out.stream);
	for (size_t i = 0; i < count; i++) {
		char left[ROSTER_NAME], right[ROSTER_NAME];

		show_cell(out.stream,
			roster_row_name(&records->rows[pairs[i].left], left), ',');
		show_cell(out.stream,
			roster_row_name(&records->rows[pairs[i].right], right), ',');
		(void)fprintf(out.stream, "%.6f\n", pairs[i].probability);
	}
	return show_file_close(&out, f);
}

/* A limit that was hit is said. */
static void say_cut(struct command *c, size_t cut)
{
	char n[SHOW_NUMBER], most[SHOW_NUMBER];

	show_count(c, "cut", (int64_t)cut);
	if (cut)
		show(c, "%9s  rows are like so many others that only the likeliest %s of each are listed\n",
			show_number((int64_t)cut, n), show_number(DEDUPE_OTHERS, most));
}

int match_dedupe(struct command *c, struct fault *f)
{
	auto_roster records = {0};
	auto_dedupe *d = dedupe_new();
	char n[SHOW_NUMBER];
	size_t pairs;

	if (command_option(c, "export") || command_option(c, "people") ||
		command_option(c, "explain"))
		return fault_set(f, FAULT_USAGE,
			"match --dedupe holds the leak against itself: give it alone");
	if (roster_load_records(c->ledger, &records, f))
		return -1;
	if (!records.count)
		return fault_set(f, FAULT_REFUSED,
			"there are no breach records yet: breachmail import breach FILE");
	if (add_rows(d, &records, f) || dedupe_run(d, &c->progress, f) ||
		write_pairs(d, &records, command_option(c, "dedupe"), f))
		return -1;
	(void)dedupe_pairs(d, &pairs);
	show_count(c, "rows", (int64_t)records.count);
	show_count(c, "pairs", (int64_t)pairs);
	show(c, "%9s  leaked rows\n", show_number((int64_t)records.count, n));
	show(c, "%9s  pairs of them may be one person\n", show_number((int64_t)pairs, n));
	say_cut(c, dedupe_cut(d));
	return 0;
}
