/* SPDX-License-Identifier: MIT */
/* match: options in, tally and exports out. The work is recipients/match.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/show.h"
#include "mailer/trust.h"
#include "mailer/verb/doors.h"
#include "recipients/match.h"
#include "recipients/presume.h"

const struct verb_option match_options[] = {
	{"export", "FILE", "every row with its candidates, as CSV"},
	{"people", "FILE",
		"every person with the probability of being in the leak, as CSV"},
	{"explain", "ROW", "why a row came out as it did"},
	{"threshold", "P", "how sure a match must be, 0.5 to 1 (0.95)"},
	{"dedupe", "FILE",
		"pairs of leaked rows that are one person, as CSV; needs no list"},
	{NULL, NULL, NULL}};

bool match_only_looks(const struct command *c)
{
	return command_option(c, "explain") || command_option(c, "dedupe");
}

struct exporting {
	struct roster people, records;
};

static void exporting_done(struct exporting *x)
{
	roster_done(&x->people);
	roster_done(&x->records);
}

/* Candidates come in the order of records; they are printed in the order of the file. */
struct line {
	size_t record;
	size_t person; /* SIZE_MAX: none */
	double probability;
	const char *outcome; /* points into a static list or the texts below */
	char reason[48];
};

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->record != y->record)
		return x->record < y->record ? -1 : 1;
	if (x->probability > y->probability || x->probability < y->probability)
		return x->probability > y->probability ? -1 : 1;
	return x->person < y->person ? -1 : x->person > y->person;
}

static const char *outcome_name(const char *outcome)
{
	for (int i = LINKAGE_UNMATCHED; i <= LINKAGE_MATCHED; i++)
		if (!strcmp(linkage_outcome_name((enum linkage_outcome)i), outcome))
			return linkage_outcome_name((enum linkage_outcome)i);
	return "";
}

static int read_lines(struct command *c, const struct exporting *x, struct line **ret,
	size_t *ret_count, struct fault *f)
{
	auto_query struct query *q = NULL;
	size_t room = 0;
	int got;

	if (ledger_query(c->ledger,
		    SQL("SELECT m.record_id, m.outcome, m.reason, c.person_id, c.probability FROM match_now m"
			" LEFT JOIN candidate_now c ON c.record_id = m.record_id"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		const struct roster_row *record =
			roster_find(&x->records, query_int(q, "record_id"));
		struct line *line;

		if (*ret_count == room) {
			room = room ? room * 2 : 1024;
			*ret = text_realloc(*ret, room * sizeof(**ret));
		}
		line = &(*ret)[(*ret_count)++];
		line->record = (size_t)(record - x->records.rows);
		line->person =
			query_null(q, "person_id")
				? SIZE_MAX
				: roster_person(&x->people, query_int(q, "person_id"));
		line->probability = query_real(q, "probability");
		line->outcome = outcome_name(query_text(q, "outcome"));
		(void)snprintf(line->reason, sizeof(line->reason), "%s",
			query_text(q, "reason"));
	}
	return got;
}

#define STEP 1e-6 /* the last digit that is printed */

/*
 * Candidates of a row that are equally likely are printed in a strict order, a last digit
 * apart, so that whoever takes the first of a row and whoever takes the likeliest take
 * the same one. The parties of a case are no rivals: each is certain.
 */
static double printed(const struct line *line, double last)
{
	double p = line->probability < last - STEP ? line->probability : last - STEP;

	if (line->probability >= 1)
		return 1;
	return p > 0 ? p : 0;
}

static void print_lines(
	FILE *out, const struct exporting *x, const struct line *lines, size_t count)
{
	double last = 2;

	(void)fputs("row_id,person_id,probability,outcome,reason\n", out);
	for (size_t i = 0; i < count; i++) {
		char scratch[ROSTER_NAME];
		bool person = lines[i].person != SIZE_MAX;

		if (i && lines[i].record != lines[i - 1].record)
			last = 2;
		show_cell(out,
			roster_row_name(&x->records.rows[lines[i].record], scratch), ',');
		show_cell(out,
			person ? roster_person_name(&x->people, lines[i].person, scratch)
			       : "",
			',');
		if (person)
			(void)fprintf(out, "%.6f", last = printed(&lines[i], last));
		(void)fputc(',', out);
		show_cell(out, lines[i].outcome, ',');
		show_cell(out, lines[i].reason, '\n');
	}
}

static int export_rows(
	struct command *c, const struct exporting *x, const char *path, struct fault *f)
{
	auto_show_file out = {0};
	struct line *lines = NULL;
	size_t count = 0;
	int failed = read_lines(c, x, &lines, &count, f);

	if (!failed && !show_file_open(path, &out, f)) {
		if (count)
			qsort(lines, count, sizeof(*lines), compare_lines);
		print_lines(out.stream, x, lines, count);
		failed = show_file_close(&out, f);
	} else {
		failed = -1;
	}
	free(lines);
	return failed;
}

static int export_people(
	struct command *c, const struct exporting *x, const char *path, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_show_file out = {0};
	double *probability = text_alloc(x->people.people_count * sizeof(*probability));
	int got = ledger_query(
		c->ledger, SQL("SELECT person_id, probability FROM presence_now"), &q, f);

	while (!got && (got = query_next(q, f)) > 0) {
		size_t p = roster_person(&x->people, query_int(q, "person_id"));

		if (p != SIZE_MAX)
			probability[p] = query_real(q, "probability");
		got = 0;
	}
	if (!got && !show_file_open(path, &out, f)) {
		(void)fputs("person_id,probability\n", out.stream);
		for (size_t p = 0; p < x->people.people_count; p++) {
			char scratch[ROSTER_NAME];

			if (probability[p] <= 0)
				continue;
			show_cell(out.stream, roster_person_name(&x->people, p, scratch),
				',');
			(void)fprintf(out.stream, "%.6f\n", probability[p]);
		}
		got = show_file_close(&out, f);
	} else {
		got = -1;
	}
	free(probability);
	return got;
}

static int exports(struct command *c, struct fault *f)
{
	const char *rows = command_option(c, "export"),
		   *people = command_option(c, "people");
	__attribute__((cleanup(exporting_done))) struct exporting x = {0};
	const struct roster_wish names = {roster_wants_names, NULL};

	if (!rows && !people)
		return 0;
	if (roster_load_entries_of(c->ledger, &names, &x.people, f) ||
		roster_load_records_of(c->ledger, &names, &x.records, f))
		return -1;
	if (rows && export_rows(c, &x, rows, f))
		return -1;
	return people ? export_people(c, &x, people, f) : 0;
}

struct asked { /* what the options of a match point to */
	char day[SETTINGS_ISO_DAY];
	const char *ours[SETTINGS_CONTROLLERS];
};

/* The names of our controller, its own first. Returns how many. */
static size_t names_of_ours(
	const struct settings *s, const char *ret[SETTINGS_CONTROLLERS])
{
	const json_t *controller = json_object_get(s->json, "controller"), *name;
	size_t count = 0, i;

	ret[count++] = json_string_value(json_object_get(controller, "name"));
	json_array_foreach(json_object_get(controller, "also_known_as"), i, name)
		ret[count++] = json_string_value(name);
	return count;
}

/* The command line counts before policy.json. */
static int read_options(
	struct command *c, struct asked *a, struct match_options *ret, struct fault *f)
{
	const char *threshold = command_option(c, "threshold");
	char *end = NULL;

	*ret = (struct match_options){.progress = &c->progress};
	if (command_policy(c, f))
		return -1;
	ret->linkage.threshold = c->policy->threshold;
	ret->linkage.once = (enum linkage_once)c->policy->once;
	ret->compare = json_object_get(c->policy->matching, "compare");
	ret->units = c->policy->book.aliases_count ? &c->policy->book : NULL;
	if (c->settings && settings_leak_day(c->settings, a->day))
		ret->day = a->day;
	if (c->settings)
		ret->ours_count = names_of_ours(c->settings, a->ours);
	ret->ours = a->ours;
	if (!threshold)
		return 0;
	ret->linkage.threshold = strtod(threshold, &end);
	if (end == threshold || *end ||
		!(ret->linkage.threshold >= 0.5 && ret->linkage.threshold <= 1))
		return fault_set(f, FAULT_USAGE, "--threshold is a number from 0.5 to 1");
	return 0;
}

static int explain(
	struct command *c, const struct match_options *options, struct fault *f)
{
	auto_text_buffer words = {0};
	json_t *json = NULL;

	if (match_explain(
		    c->ledger, options, command_option(c, "explain"), &words, &json, f))
		return -1;
	show_json(c, "explanation", json);
	show(c, "%s", text_string(&words));
	return 0;
}

/* What of all this is expected to be wrong. */
static int expect(struct command *c, struct text *words, struct fault *f)
{
	const struct policy *p = c->policy;
	struct forecast forecast;

	if (forecast_read(c->ledger, p->levels[p->default_level].tell_at, &forecast, f))
		return -1;
	if (!forecast.known)
		return 0;
	show_json(c, "expected", trust_expected(&forecast));
	show_real(c, "indistinguishable", forecast.alike);
	trust_sum_up(&forecast, words);
	return 0;
}

/* Whoever is certain is not presumed any more, but of the others nobody says more yet. */
static int add_presumed(struct command *c, struct match_tally *t, struct fault *f)
{
	int64_t presumed;

	if (presume_count(c->ledger, c->policy, &presumed, f))
		return -1;
	if (presumed > t->people + t->people_maybe)
		t->people_maybe = presumed - t->people;
	show_count(c, "presumed", presumed);
	return 0;
}

int verb_match(struct command *c, struct fault *f)
{
	struct match_options options;
	struct match_tally t;
	auto_text_buffer outlook = {0};
	char n[SHOW_NUMBER];
	struct asked asked;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail match takes no arguments");
	if (command_option(c, "dedupe"))
		return match_dedupe(c, f);
	if (read_options(c, &asked, &options, f))
		return -1;
	if (command_option(c, "explain"))
		return explain(c, &options, f);
	if (match_run(c->ledger, &options, &t, f) || exports(c, f) ||
		(t.presumed && add_presumed(c, &t, f)))
		return -1;
	show_count(c, "rows", t.rows);
	show_count(c, "matched", t.matched);
	show_count(c, "ambiguous", t.ambiguous);
	show_count(c, "possible", t.possible);
	show_count(c, "unmatched", t.unmatched);
	show_count(c, "people", t.people);
	show_count(c, "people_maybe", t.people_maybe);
	if (expect(c, &outlook, f))
		return -1;
	show(c, "%9s  leaked rows\n", show_number(t.rows, n));
	show(c, "%9s  matched: one person\n", show_number(t.matched, n));
	show(c, "%9s  ambiguous: several people who cannot be told apart\n",
		show_number(t.ambiguous, n));
	show(c, "%9s  possible: a human may look\n", show_number(t.possible, n));
	show(c, "%9s  unmatched: nobody on the list\n", show_number(t.unmatched, n));
	show(c, "%9s  people are in the leak", show_number(t.people, n));
	show(c, ", and %s may be\n", show_number(t.people_maybe, n));
	if (t.presumed)
		show(c, "           since they are presumed to be (import breach --presume)\n");
	show(c, "%s", text_string(&outlook));
	if (t.unchanged)
		show(c, "Nothing has changed since the last match.\n");
	c->exit_code = t.matched == t.rows ? 0 : 1;
	(void)snprintf(c->next, sizeof(c->next), "breachmail group");
	return 0;
}
