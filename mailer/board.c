/* SPDX-License-Identifier: MIT */
/*
 * The status on a terminal, in 80 columns. What is counted, and how, is status.c's.
 */
#include "mailer/board.h"

#include <string.h>

#include "mailer/needs.h"
#include "mailer/outlook.h"
#include "mailer/show.h"
#include "mailer/status.h"

struct screen {
	FILE *out;
	const char *bold, *dim, *red, *plain;
};

static void heading(const struct screen *sc, const char *words)
{
	(void)fprintf(sc->out, "\n%s%s%s\n", sc->bold, words, sc->plain);
}

static const char *number(const json_t *n, char out[SHOW_NUMBER])
{
	return show_number(json_integer_value(n), out);
}

static void bar(const struct screen *sc, json_int_t part, json_int_t whole)
{
	int filled = whole > 0 ? (int)(part * 24 / whole) : 0;

	if (part && !filled)
		filled = 1;
	for (int i = 0; i < 24; i++)
		(void)fputs(i < filled ? "#" : ".", sc->out);
}

static void write_clock(const struct screen *sc, const json_t *status)
{
	const json_t *clock = json_object_get(status, "clock"),
		     *after = json_object_get(clock, "regulator_told_after");
	double hours = json_real_value(json_object_get(clock, "hours"));
	double of = (double)json_integer_value(json_object_get(clock, "of"));
	char n[SHOW_NUMBER];

	(void)fprintf(sc->out, "Clock     aware %s;",
		json_string_value(json_object_get(clock, "aware_at")));
	if (json_is_real(after))
		(void)fprintf(sc->out,
			"\n          the regulator was told %s, after %s%.0f of %.0f hours%s\n",
			json_string_value(json_object_get(clock, "regulator_told_at")),
			json_real_value(after) > of ? sc->red : "",
			json_real_value(after), of, sc->plain);
	else if (hours <= of)
		(void)fprintf(sc->out, " %s of %.0f hours gone\n",
			show_number((int64_t)hours, n), of);
	else
		(void)fprintf(sc->out,
			"\n          %s%s hours ago: the %.0f hours to tell the regulator are over%s\n",
			sc->red, show_number((int64_t)hours, n), of, sc->plain);
}

/* "%9s  " and words, which may go over several lines. */
static void counted(const struct screen *sc, int64_t n, const char *words)
{
	char text[SHOW_NUMBER];

	(void)fprintf(sc->out, "  %9s  ", show_number(n, text));
	show_wrapped(sc->out, words, 13, 13);
}

/* What waits for signatures: named by the start of its digest, as send and approve name
 * it. */
static void write_signing(const struct screen *sc, const json_t *status)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(status, "signing"), i, one)
	{
		const char *what = json_string_value(json_object_get(one, "what")),
			   *until = json_string_value(json_object_get(one, "until"));
		auto_text words = text_format(
			"%.8s waits for signatures: %lld of %lld%s%s (approve --sign KEYFILE)",
			json_string_value(json_object_get(one, "digest")),
			(long long)json_integer_value(json_object_get(one, "signatures")),
			(long long)json_integer_value(json_object_get(one, "needed")),
			until ? ", of an emergency, until " : "", until ? until : "");

		(void)fprintf(sc->out, "%-10s",
			!strcmp(what, "signers") ? "Signers" : "Release");
		show_wrapped(sc->out, words, 10, 10);
	}
}

static void write_outcomes(const struct screen *sc, const json_t *status)
{
	json_int_t rows = json_integer_value(json_object_get(status, "rows"));
	char n[SHOW_NUMBER];
	const char *name;
	json_t *count;

	heading(sc, "Leaked rows");
	json_object_foreach(json_object_get(status, "outcomes"), name, count)
	{
		(void)fprintf(sc->out, "  %9s  ", number(count, n));
		bar(sc, json_integer_value(count), rows);
		(void)fprintf(sc->out, "  %s\n", name);
	}
	(void)fprintf(sc->out, "  %9s  rows in all\n", show_number(rows, n));
}

static void write_strays(const struct screen *sc, const json_t *status)
{
	const json_t *list = json_object_get(status, "rows_without_person");
	char n[SHOW_NUMBER];
	json_t *level;
	size_t i;

	if (!json_array_size(list))
		return;
	heading(sc, "Leaked rows without a person, highest risk first");
	json_array_foreach(list, i, level)(void)
		fprintf(sc->out, "  %9s  %s\n", number(json_object_get(level, "rows"), n),
			json_string_value(json_object_get(level, "level")));
}

#define NAMED 46 /* columns: a count and a level's name of usual length */

/* A level's states behind its name: a count and its word stay on one line. */
static void write_level(const struct screen *sc, const json_t *level)
{
	const char *name = json_string_value(json_object_get(level, "name")), *state;
	unsigned column = NAMED - 1;
	char n[SHOW_NUMBER];
	json_t *count;

	(void)fprintf(sc->out, "  %9s  ", number(json_object_get(level, "people"), n));
	(void)fprintf(sc->out, "%-*s",
		json_object_size(json_object_get(level, "states")) ? 32 : 0, name);
	if (strlen(name) > 32)
		column += (unsigned)strlen(name) - 32;
	json_object_foreach(json_object_get(level, "states"), state, count)
	{
		auto_text words = text_format(" %s %s;", number(count, n), state);

		if (column + strlen(words) > SHOW_WIDTH) {
			(void)fprintf(sc->out, "\n%*s", NAMED - 1, "");
			column = NAMED - 1;
		}
		(void)fputs(words, sc->out);
		column += (unsigned)strlen(words);
	}
	(void)fputc('\n', sc->out);
}

static void write_levels(const struct screen *sc, const json_t *status)
{
	json_int_t people = json_integer_value(json_object_get(status, "people"));
	char n[SHOW_NUMBER];
	json_t *level, *count;
	const char *state;
	size_t i;

	heading(sc, "People, highest risk first");
	json_array_foreach(json_object_get(status, "levels"), i, level)
		write_level(sc, level);
	(void)fprintf(sc->out, "  %9s  people in all\n", show_number(people, n));
	heading(sc, "What became of them");
	json_object_foreach(json_object_get(status, "states"), state, count)
	{
		(void)fprintf(sc->out, "  %9s  ", number(count, n));
		bar(sc, json_integer_value(count), people);
		(void)fprintf(sc->out, "  %s\n", status_words(state));
	}
	(void)fprintf(sc->out, "  %9s  people in all\n", show_number(people, n));
}

static const char *fact_words(const char *fact)
{
	static const char *const words[][2] = {
		{"worried", "are afraid, and wait for an answer"},
		{"question", "asked or wrote something, and wait for an answer"},
		{"conflict", "of whom one letter says that it failed, and another not"},
		{"read", "whose mail program says that it was displayed"},
		{"away", "with an automatic answer: away"},
		{"delayed", "whose mail system is still being tried"},
		{"expanded", "whose address is a list: who is on it is not known"},
		{"challenge", "whose mailbox wants a click before it delivers"},
		{"complaint", "who marked it as unwanted"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i][0], fact))
			return words[i][1];
	return fact;
}

/* Not a part of any sum: several may be so of one person. */
static void write_facts(const struct screen *sc, const json_t *status)
{
	json_t *facts = json_object_get(status, "facts"), *count;
	const char *name;

	if (!json_object_size(facts))
		return;
	heading(sc, "What else came back, by people");
	json_object_foreach(facts, name, count)
		counted(sc, json_integer_value(count), fact_words(name));
}

static void write_forecast(const struct screen *sc, const json_t *status)
{
	const json_t *outlook = json_object_get(status, "forecast");

	if (!json_integer_value(json_object_get(outlook, "waiting")))
		return;
	heading(sc,
		json_object_get(json_object_get(status, "states"), "planned")
			? "When the last of each level would be handed over, released now"
			: "When the last of each level will have been handed over");
	outlook_write(sc->out, outlook);
}

static void write_key(const struct screen *sc, const json_t *status)
{
	const char *warning = json_string_value(json_object_get(status, "key_warning"));

	if (warning) {
		(void)fputs("Key       ", sc->out);
		show_wrapped(sc->out, warning, 10, 10);
	}
}

static void write_before(const struct screen *sc, const json_t *status)
{
	const json_t *presumed = json_object_get(status, "presumed"),
		     *cover = json_object_get(status, "cover"), *start;
	char n[SHOW_NUMBER];
	size_t i;

	if (presumed)
		(void)fprintf(sc->out,
			"Presumed  %s people may be in the leak: it is not in hand\n",
			number(presumed, n));
	if (cover)
		(void)fprintf(sc->out,
			"Cover     %s people told in person get the common notice too\n",
			number(cover, n));
	json_array_foreach(json_object_get(status, "head_start"), i, start)
	{
		auto_text words = NULL;

		if (!json_is_true(json_object_get(start, "running")) &&
			!json_is_true(json_object_get(start, "lifted")))
			continue;
		words = text_format("%s until %s%s",
			json_string_value(json_object_get(start, "level")),
			json_string_value(json_object_get(start, "until")),
			json_is_true(json_object_get(start, "lifted"))
				? ": lifted"
				: ": the mails of the levels below wait (send --lift-head-start)");
		(void)fputs("Head start of ", sc->out);
		show_wrapped(sc->out, words, 14, 10);
	}
}

static void write_needs(const struct screen *sc, const json_t *status)
{
	const json_t *doubt = json_object_get(status, "in_doubt");
	auto_text_buffer numbers = {0};
	const char *name;
	json_t *count;

	heading(sc, "What needs a human");
	json_object_foreach(json_object_get(status, "needs_human"), name, count)
		counted(sc, json_integer_value(count), needs_words(name));
	if (!json_object_size(json_object_get(status, "needs_human")))
		(void)fprintf(sc->out, "  %9s  nothing\n", "-");
	if (!json_array_size(doubt))
		return;
	text_add_string(&numbers, "in doubt, by number:");
	for (size_t i = 0; i < json_array_size(doubt) && i < 12; i++)
		text_printf(&numbers, " %" JSON_INTEGER_FORMAT,
			json_integer_value(json_array_get(doubt, i)));
	if (json_array_size(doubt) > 12)
		text_add_string(&numbers, " ...");
	(void)fprintf(sc->out, "%13s", "");
	show_wrapped(sc->out, text_string(&numbers), 13, 13);
}

void board_write(FILE *out, const json_t *status, const struct settings *s, int color)
{
	struct screen sc = {out, color ? "\033[1m" : "", color ? "\033[2m" : "",
		color ? "\033[31m" : "", color ? "\033[0m" : ""};
	json_int_t outbox = json_integer_value(json_object_get(status, "outbox"));
	char n[SHOW_NUMBER];

	(void)fprintf(out, "%s%s%s  ", sc.bold, s->id, sc.plain);
	show_wrapped(out, s->title, (unsigned)strlen(s->id) + 2, 10);
	(void)fprintf(out, "Mode      %s%s\n", settings_mode(s),
		s->live ? "" : ": nothing leaves this machine, nothing counts in live");
	write_clock(&sc, status);
	(void)fprintf(out, "Mail      %s\n", s->relay.url);
	if (outbox)
		(void)fprintf(out,
			"          %s mails lie in the outbox (breachmail outbox --purge)\n",
			show_number(outbox, n));
	write_key(&sc, status);
	write_signing(&sc, status);
	write_before(&sc, status);
	write_outcomes(&sc, status);
	write_levels(&sc, status);
	write_facts(&sc, status);
	write_strays(&sc, status);
	write_forecast(&sc, status);
	write_needs(&sc, status);
}
