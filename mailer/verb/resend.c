/* SPDX-License-Identifier: MIT */
/*
 * resend: options in, the one answer out. The work is mailer/resend.c.
 *
 * What it prints is the same whoever asks, so that it can be read out. What became of
 * each request, without a name, is in the file of --report.
 */
#include "mailer/resend.h"

#include <stdio.h>

#include "mailer/show.h"
#include "mailer/verb/doors.h"

const struct verb_option resend_options[] = {
	{"code", "CODE", "the reference code that somebody reads out"},
	{"requests", "FILE",
		"what people wrote: names, numbers, addresses in any order, a line each, or CSV"},
	{"report", "FILE",
		"what became of each line, as CSV: for the officer, not for whoever asks"},
	{NULL, NULL, NULL}};

#define ANSWER                                                                           \
	"If we have written to you about this, we send it to you once more, to the address that we have for you."

static int write_report(struct command *c, const struct resend_tally *t, struct fault *f)
{
	const char *path = command_option(c, "report");
	auto_show_file out = {0};

	if (!path || c->dry_run)
		return 0;
	if (show_file_open(path, &out, f))
		return -1;
	(void)fputs("line,outcome\n", out.stream);
	for (size_t i = 0; i < t->lines; i++)
		if (t->outcomes[i] != RESEND_OUTCOMES)
			(void)fprintf(out.stream, "%zu,%s\n", i + 1,
				resend_word((enum resend_outcome)t->outcomes[i]));
	return show_file_close(&out, f);
}

int verb_resend(struct command *c, struct fault *f)
{
	auto_text over = text_format("%s/templates", c->dir);
	struct texts texts = {over};
	struct resend_options o = {.settings = c->settings,
		.texts = &texts,
		.code = command_option(c, "code"),
		.file = command_option(c, "requests"),
		.by = c->by ? c->by : c->operator,
		.reason = c->reason ? c->reason : "on request",
		.progress = &c->progress};
	struct resend_tally t;
	int failed;

	if (c->arguments_count || !o.code == !o.file)
		return fault_set(f, FAULT_USAGE,
			"breachmail resend --code CODE | --requests FILE");
	if (o.code && command_option(c, "report"))
		return fault_set(f, FAULT_USAGE, "--report goes with --requests");
	if (command_policy(c, f))
		return -1;
	o.policy = c->policy;
	failed = resend_run(c->ledger, &o, &t, f) || write_report(c, &t, f);
	if (!failed) {
		show_count(c, "requests", o.code ? 1 : t.requests);
		show_string(c, "answer", ANSWER);
		show(c, "To whoever asks: \"%s\"\n", ANSWER);
		(void)snprintf(c->next, sizeof(c->next),
			"breachmail send (or approve, if something waits for it)");
	}
	resend_tally_done(&t);
	return failed ? -1 : 0;
}
