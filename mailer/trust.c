/* SPDX-License-Identifier: MIT */
/*
 * What is expected to be wrong, and how that is known. Nothing is computed here.
 *
 * What can go wrong: a reader takes "about 2" for a promise. So each number says what it
 * rests on.
 */
#include "mailer/trust.h"

#include <math.h>
#include <string.h>

#include "mailer/show.h"

#define WIDTH 78
#define INDENT "  "

static json_t *rounded(double x)
{
	return json_real(round(x * 100) / 100);
}

static json_t *share(double x)
{
	return json_real(round(x * 1e6) / 1e6);
}

static double missed(const struct forecast *c)
{
	return c->missed_unlikely + c->missed_lost;
}

json_t *trust_expected(const struct forecast *c)
{
	return json_pack("{s:o, s:o, s:o}", "wrong_rows", rounded(c->wrong_rows),
		"wrong_people", rounded(c->wrong_certain), "missed_people",
		rounded(missed(c)));
}

/* "about 1,204", "fewer than one". */
#define ABOUT 64
static const char *about(double x, char out[ABOUT])
{
	char n[SHOW_NUMBER];

	if (x < 0.5)
		return "fewer than one";
	(void)snprintf(out, ABOUT, "about %s", show_number((int64_t)round(x), n));
	return out;
}

static const char *is_are(double x)
{
	return x < 1.5 ? "is" : "are";
}

void trust_sum_up(const struct forecast *c, struct text *out)
{
	char a[ABOUT], n[SHOW_NUMBER];

	if (!c->known)
		return;
	text_printf(out, "Of %s matched rows, %s %s expected to be wrong.\n",
		show_number(c->rows_matched, n), about(c->wrong_rows, a),
		is_are(c->wrong_rows));
	text_printf(out, "Of the people in the leak, %s %s expected to be missed.\n",
		about(missed(c), a), is_are(missed(c)));
	text_printf(out,
		"%.1f %% of rows are true of several people: nobody can tell them apart.\n",
		100 * c->alike);
}

int trust_read(struct ledger *l, double tell_at, struct trust *ret, struct fault *f)
{
	return forecast_read(l, tell_at, &ret->forecast, f) ||
			       forecast_spread(l, ret->tenths, &ret->nobody, f)
		       ? -1
		       : 0;
}

/* --- JSON --- */

static json_t *trials_json(const struct calibration *c)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:o, s:o}", "copies",
		(json_int_t)c->copies, "matched", (json_int_t)c->copies_matched, "right",
		(json_int_t)c->copies_right, "found", (json_int_t)c->copies_listed,
		"error", share(c->copies_error), "error_by_chance",
		share(c->copies_chance));
}

json_t *trust_json(const struct trust *t)
{
	const struct forecast *c = &t->forecast;
	json_t *tenths = json_array();

	for (int i = 0; i < FORECAST_BINS; i++)
		(void)json_array_append_new(tenths, json_integer(t->tenths[i]));
	return json_pack("{s:o, s:o, s:{s:I, s:o, s:I, s:o}, s:{s:o, s:o}, s:o, s:o,"
			 " s:{s:I, s:I, s:o, s:o}, s:{s:I, s:o}}",
		"expected", trust_expected(c), "indistinguishable", share(c->alike),
		"told", "certain", (json_int_t)c->certain, "certain_wrong",
		rounded(c->wrong_certain), "maybe", (json_int_t)c->maybe, "maybe_wrong",
		rounded(c->wrong_maybe), "missed", "unlikely",
		rounded(c->missed_unlikely), "lost", rounded(c->missed_lost), "waiting",
		rounded(c->waiting), "self_test", trials_json(&c->trials), "decoys",
		"rows", (json_int_t)c->trials.decoys, "matched",
		(json_int_t)c->trials.decoys_matched, "rows_of_nobody",
		rounded(c->trials.rows_nobody), "expected_wrong", rounded(c->decoy_rows),
		"spread", "nobody", (json_int_t)t->nobody, "tenths", tenths);
}

/* --- the chart --- */

#define BAR 40

static void bar(FILE *out, const char *what, int64_t rows, int64_t all)
{
	int filled = all > 0 ? (int)(rows * BAR / all) : 0;
	char n[SHOW_NUMBER];

	if (rows && !filled)
		filled = 1;
	(void)fprintf(out, INDENT "%-12s |", what);
	for (int i = 0; i < BAR; i++)
		(void)fputc(i < filled ? '#' : ' ', out);
	(void)fprintf(out, "| %9s %5.1f %%\n", show_number(rows, n),
		all > 0 ? 100.0 * (double)rows / (double)all : 0.0);
}

static void chart(FILE *out, const struct trust *t)
{
	(void)fprintf(out, INDENT "Rows, by how probable the person is who fits best:\n");
	bar(out, "nobody fits", t->nobody, t->forecast.rows);
	for (int i = 0; i < FORECAST_BINS; i++) {
		char what[16];

		(void)snprintf(what, sizeof(what), "%2d to %3d %%", 10 * i, 10 * (i + 1));
		bar(out, what, t->tenths[i], t->forecast.rows);
	}
}

/* --- sentences --- */

/* Breaks lines between words. */
static void paragraph(FILE *out, const char *words)
{
	size_t column = 0;

	while (*words) {
		size_t length = strcspn(words, " ");

		if (column && column + 1 + length > WIDTH - strlen(INDENT)) {
			(void)fputc('\n', out);
			column = 0;
		}
		(void)fputs(column ? " " : INDENT, out);
		(void)fwrite(words, 1, length, out);
		column += length + (column ? 1 : 0);
		words += length;
		words += *words == ' ';
	}
	(void)fputs("\n\n", out);
}

static void say_rows(FILE *out, const struct forecast *c)
{
	auto_text_buffer words = {0};
	char a[ABOUT], n[SHOW_NUMBER];

	text_printf(&words,
		"Rows. Of the %s matched rows, %s %s expected to name somebody else than"
		" the person meant. This is what the probabilities of these rows add up"
		" to.",
		show_number(c->rows_matched, n), about(c->wrong_rows, a),
		is_are(c->wrong_rows));
	text_printf(&words,
		" %s rows, %.1f %%, can be told apart by nobody, whatever tool or clerk"
		" looks at them: what they say is true of several people on the list.",
		show_number(c->trials.rows_alike, n), 100 * c->alike);
	paragraph(out, text_string(&words));
}

static void say_people(FILE *out, const struct forecast *c)
{
	auto_text_buffer words = {0};
	char a[ABOUT], n[SHOW_NUMBER];

	text_printf(&words,
		"People. %s are certain enough to be told that they are in the leak; of"
		" these %s %s expected not to be in it.",
		show_number(c->certain, n), about(c->wrong_certain, a),
		is_are(c->wrong_certain));
	text_printf(&words,
		" %s more can be told that they may be in it; %s of them %s not.",
		show_number(c->maybe, n), about(c->wrong_maybe, a),
		is_are(c->wrong_maybe));
	text_printf(&words, " Expected to be in the leak and not told: %s",
		about(missed(c), a));
	text_printf(
		&words, " (too unlikely to be told: %s;", about(c->missed_unlikely, a));
	text_printf(&words, " rows too damaged to lead to them: %s).",
		about(c->missed_lost, a));
	if (c->waiting >= 0.5)
		text_printf(&words,
			" Besides, %s %s in it by rows whose number and name disagree, and %s"
			" told nothing until a person has decided these.",
			about(c->waiting, a), is_are(c->waiting), is_are(c->waiting));
	paragraph(out, text_string(&words));
}

static void say_copies(FILE *out, const struct calibration *c)
{
	auto_text_buffer words = {0};
	char n[SHOW_NUMBER], m[SHOW_NUMBER], r[SHOW_NUMBER], l[SHOW_NUMBER];

	if (!c->copies)
		return;
	text_printf(&words,
		"Self-test. Rows were made up for %s people of the list, with as many"
		" gaps and errors as the leak has, and looked for. %s were matched, %s of"
		" them to the right person; for %s the right person was not found at all.",
		show_number(c->copies, n), show_number(c->copies_matched, m),
		show_number(c->copies_right, r),
		show_number(c->copies - c->copies_listed, l));
	text_printf(&words,
		" The probabilities stated for them were off by %.1f %% on average;"
		" chance alone makes %.1f %%. A leak that is damaged in ways of its own"
		" is harder than this test.",
		100 * c->copies_error, 100 * c->copies_chance);
	paragraph(out, text_string(&words));
}

static void say_decoys(FILE *out, const struct forecast *c)
{
	auto_text_buffer words = {0};
	char a[ABOUT], n[SHOW_NUMBER], m[SHOW_NUMBER];

	if (!c->trials.decoys)
		return;
	text_printf(&words,
		"Decoys. %s rows were looked for once more while their own person was"
		" taken off the list; %s were then matched to somebody else, who is wrong"
		" for certain.",
		show_number(c->trials.decoys, n),
		show_number(c->trials.decoys_matched, m));
	text_printf(&words,
		" The leak is expected to hold %s rows of people who are not on the list;",
		about(c->trials.rows_nobody, a));
	text_printf(&words,
		" if these have as many relatives and namesakes on it, %s of them %s"
		" matched to somebody else.",
		about(c->decoy_rows, a), is_are(c->decoy_rows));
	paragraph(out, text_string(&words));
}

void trust_write(FILE *out, const struct trust *t, const char *bold, const char *plain)
{
	if (!t->forecast.known)
		return;
	(void)fprintf(out, "\n%sHow far the matching can be trusted%s\n", bold, plain);
	chart(out, t);
	(void)fputc('\n', out);
	say_rows(out, &t->forecast);
	say_people(out, &t->forecast);
	say_copies(out, &t->forecast.trials);
	say_decoys(out, &t->forecast);
}
