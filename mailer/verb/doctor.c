/* SPDX-License-Identifier: MIT */
/*
 * doctor: before a send, is everything in place? And a sheet for whoever runs the mail
 * servers. The looking is mailer/doctor.c. A ledger that does not open is a finding here.
 */
#include <string.h>

#include "mailer/doctor.h"
#include "mailer/show.h"
#include "mailer/verb/doors.h"

const struct verb_option doctor_options[] = {{NULL, NULL, NULL}};

static void show_findings_of(const struct command *c, const json_t *findings)
{
	const json_t *finding;
	size_t i;

	json_array_foreach(findings, i, finding) show(c, "%-6s %-12s %s\n",
		json_string_value(json_object_get(finding, "is")),
		json_string_value(json_object_get(finding, "check")),
		json_string_value(json_object_get(finding, "words")));
}

/* The first that will not work is why we fail. */
static int first_ill(const json_t *findings, int code, struct fault *f)
{
	const json_t *finding;
	size_t i;

	json_array_foreach(findings, i, finding)
	{
		if (strcmp(json_string_value(json_object_get(finding, "is")), "ill") != 0)
			continue;
		return fault_set(f, (enum fault_kind)code, "%s: %s",
			json_string_value(json_object_get(finding, "check")),
			json_string_value(json_object_get(finding, "words")));
	}
	return 0;
}

static int count_notices(struct ledger *l, int64_t *ret, struct fault *f)
{
	return ledger_number(l,
		SQL("SELECT count(*) FROM notice WHERE set_id = (SELECT max(id) FROM compose_set)"),
		0, ret, f);
}

int verb_doctor(struct command *c, struct fault *f)
{
	struct ledger_options o = command_ledger(c, "doctor");
	struct doctor d = {0};
	auto_text_buffer sheet = {0};
	json_t *findings;
	int64_t notices = 0;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail doctor takes no arguments");
	if (command_settings(c, f))
		return -1;
	if (!ledger_open(c->dir, LEDGER_READ, &o, &c->ledger, &d.no_ledger) &&
		count_notices(c->ledger, &notices, f))
		return -1;
	(void)command_policy(c, &d.no_policy);
	d.settings = c->settings;
	d.ledger = c->ledger;
	d.policy = c->policy;
	if (doctor_look(&d, &findings, &c->exit_code, f))
		return -1;
	doctor_sheet(c->settings, notices, &sheet);
	show_findings_of(c, findings);
	show(c, "\n%s", text_string(&sheet));
	show_json(c, "checks", findings);
	show_json(c, "well", json_boolean(c->exit_code == 0));
	show_string(c, "sheet", text_string(&sheet));
	c->found = true;
	return first_ill(findings, c->exit_code, f);
}
