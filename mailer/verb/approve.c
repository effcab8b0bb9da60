/* SPDX-License-Identifier: MIT */
/*
 * approve: every human decision, and the release. Manifests are mailer/release.c,
 * decisions recipients/decision.c.
 *
 * Without an option it shows what is open and what would be released, and changes
 * nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/correction.h"
#include "mailer/leakage.h"
#include "mailer/outlook.h"
#include "mailer/release.h"
#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "mailer/verb/sign.h"
#include "mailer/visits.h"
#include "recipients/decision.h"
#include "recipients/decision_file.h"
#include "recipients/stray.h"

const struct verb_option approve_options[] = {
	{"release", NULL, "rehearsal: release what is composed, unsigned"},
	{"withdraw", NULL, "take the newest release back; what is out is out"},
	{"accept", "QUESTION", "answer an open question: it may stay as it is"},
	{"row", "ROW",
		"decide a leaked row; with --person, --nobody, --all-candidates, --close or --reopen (may repeat)"},
	{"person", "ID", "with --row: it is this person"},
	{"nobody", NULL, "with --row: it is nobody on the list"},
	{"all-candidates", NULL, "with --row: tell all candidates that they may be"},
	{"close", "KIND",
		"leaver, other-controller, not-a-person or junk: with --row, nobody is told on it"},
	{"controller", "NAME",
		"with --close other-controller: whose it is; without --row, all rows of theirs"},
	{"reopen", NULL, "with --row: take back what was decided about it"},
	{"decisions", "FILE",
		"decide many rows: the file of match --export with a column 'decision' (person, nobody, all-candidates, leaver ...)"},
	{"read", NULL,
		"what to read before signing: each kind of letter, the shortest, the longest, five at random"},
	{"out", "DIR", "with --read: as files, into a new folder"},
	{"sign", "KEYFILE", "sign the release with your SSH key"},
	{"manifest", "FILE",
		"write out what is to be signed, for ssh-keygen -Y sign -n breachmail-release"},
	{"signature", "FILE",
		"take that signature back; with --manifest FILE if that was not changed on its way"},
	{"emergency", NULL,
		"with --sign, --by and --reason: alone, for the highest level, where the policy allows it"},
	{"enrol", "NAME", "somebody may sign from now on, with a new key"},
	{"public", "FILE", "with --enrol: with the key that they have (FILE.pub)"},
	{"key", "FILE", "with --enrol: where the new key goes"},
	{"expires", "DAY", "with --enrol: until then"},
	{"revoke", "NAME",
		"their signature counts no more, at once; with --by and --reason"},
	{"signers", NULL,
		"who may sign; with --sign, --manifest or --signature: another list of them"},
	{NULL, NULL, NULL}};

static bool decides(const struct command *c)
{
	return command_option(c, "accept") || command_option(c, "row") ||
	       command_option(c, "close") || command_option(c, "reopen") ||
	       command_option(c, "decisions");
}

bool approve_only_looks(const struct command *c)
{
	static const char *const writes[] = {"release", "withdraw", "sign", "manifest",
		"signature", "enrol", "revoke"};

	for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
		if (command_option(c, writes[i]))
			return false;
	return !decides(c);
}

#define ANY_DOMAIN "no-allowed-domains" /* a question that only live asks */

static int accept_question(struct command *c, const char *key, struct fault *f)
{
	struct decision any_domain = {.kind = "accept",
		.choice = "accept",
		.about = ANY_DOMAIN,
		.by = c->by,
		.reason = c->reason};
	bool own = c->settings->live && !strcmp(key, ANY_DOMAIN);

	if (own ? decision_write(c->ledger, &any_domain, f)
		: decision_accept(c->ledger, key, c->by, c->reason, f))
		return -1;
	show(c, "Kept: %s decided that '%s' may stay as it is.\n", c->by, key);
	return 0;
}

static int check_kind(const char *kind, struct fault *f)
{
	for (const char *const *k = decision_closings; *k; k++)
		if (!strcmp(*k, kind))
			return 0;
	return fault_set(f, FAULT_USAGE,
		"--close takes leaver, other-controller, not-a-person or junk");
}

/* Rows of which nobody is told, or that are open again. */
static int close_rows(
	struct command *c, const char *const *rows, size_t count, struct fault *f)
{
	const char *kind = command_option(c, "close");
	struct decision_closing closing = {rows, count, kind ? kind : "undo",
		command_option(c, "controller"), c->by, c->reason};
	size_t closed = count;

	if (kind && check_kind(kind, f))
		return -1;
	if (closing.controller && (!kind || strcmp(kind, "other-controller") != 0))
		return fault_set(f, FAULT_USAGE,
			"--controller goes with --close other-controller");
	if (!count && !closing.controller)
		return fault_set(f, FAULT_USAGE, "--close and --reopen take --row ROW");
	if (count ? decision_close(c->ledger, &closing, f)
		  : decision_close_all(
			    c->ledger, closing.controller, c->by, c->reason, &closed, f))
		return -1;
	show_count(c, kind ? "closed" : "reopened", (int64_t)closed);
	show(c, "Kept: %zu row%s %s%s by %s.\n", closed, closed == 1 ? "" : "s",
		kind ? "closed as " : "open again", kind ? kind : "", c->by);
	(void)snprintf(c->next, sizeof(c->next), "breachmail match, then group");
	return 0;
}

static int decide_row(struct command *c, const char *row, struct fault *f)
{
	const char *person = command_option(c, "person");
	bool all = command_option(c, "all-candidates");

	if (decision_row(c->ledger, row, person, all, c->by, c->reason, f))
		return -1;
	show(c, "Kept: row %s is decided by %s.\n", row, c->by);
	(void)snprintf(
		c->next, sizeof(c->next), "breachmail match, then group and compose");
	return 0;
}

static int decide_by_file(struct command *c, struct fault *f)
{
	const char *path = command_option(c, "decisions");
	struct decision_file_tally tally;

	if (decision_file_take(c->ledger, path, c->by, c->reason, &tally, f))
		return -1;
	show_count(c, "rows", (int64_t)tally.rows);
	show_count(c, "decided", (int64_t)tally.kept);
	show(c, "Kept: %zu row%s decided by %s.\n", tally.kept,
		tally.kept == 1 ? " is" : "s are", c->by);
	if (tally.rows > tally.kept)
		show(c, "%zu stood so already.\n", tally.rows - tally.kept);
	if (!tally.rows)
		show(c, "No line of the file says anything in its column 'decision'.\n");
	(void)snprintf(
		c->next, sizeof(c->next), "breachmail match, then group and compose");
	return 0;
}

static int decide(struct command *c, struct fault *f)
{
	const char **rows = NULL;
	size_t count = command_options(c, "row", &rows);
	bool close = command_option(c, "close") || command_option(c, "reopen");
	int choices = (command_option(c, "person") != NULL) +
		      (command_option(c, "nobody") != NULL) +
		      (command_option(c, "all-candidates") != NULL),
	    failed;

	if (command_decides(c, f))
		failed = -1;
	else if (command_option(c, "decisions"))
		failed =
			count || close || choices
				? fault_set(f, FAULT_USAGE,
					  "--decisions takes its rows from the file: give no --row and no choice with it")
				: decide_by_file(c, f);
	else if (!count && !close)
		failed = accept_question(c, command_option(c, "accept"), f);
	else if (choices + (command_option(c, "close") != NULL) +
			 (command_option(c, "reopen") != NULL) !=
		 1)
		failed = fault_set(f, FAULT_USAGE,
			"--row takes one of --person ID, --nobody, --all-candidates, --close KIND, --reopen");
	else if (close)
		failed = close_rows(c, rows, count, f);
	else if (count > 1)
		failed = fault_set(f, FAULT_USAGE,
			"several rows are closed or opened again at once, but decided one by one");
	else
		failed = decide_row(c, rows[0], f);
	free(rows);
	return failed;
}

#define ROWS_SHOWN 20

/* Rows that nobody is told on and that may be about somebody in danger. */
static int show_rows(struct command *c, struct fault *f)
{
	json_t *rows, *row;
	size_t i;

	if (stray_list(c->ledger, false, &rows, f))
		return -1;
	if (json_array_size(rows))
		show(c, "Leaked rows without a person, highest risk first:\n");
	json_array_foreach(rows, i, row)
	{
		if (i < ROWS_SHOWN)
			show(c, "  row %-16s %-24s %s: %s\n",
				json_string_value(json_object_get(row, "row_id")),
				json_string_value(json_object_get(row, "level")),
				json_string_value(json_object_get(row, "outcome")),
				json_string_value(json_object_get(row, "reason")));
	}
	if (i > ROWS_SHOWN)
		show(c, "  and %zu more (breachmail report --kind rows)\n",
			i - ROWS_SHOWN);
	if (i)
		show(c, "Whose is it? approve --row ROW --person ID, or --close leaver|other-controller|not-a-person|junk,"
			" each with --by NAME --reason TEXT\n\n");
	show_json(c, "rows", rows);
	return 0;
}

/* What reps say of the texts is worth hearing before they go. */
static int show_points(struct command *c, struct fault *f)
{
	struct visits_waiting w;

	if (visits_wait(c->ledger, c->dir, settings_mode(c->settings), &w, f))
		return -1;
	show_count(c, "points", w.points);
	if (w.points)
		show(c, "points: reps have raised %lld on the texts, not answered yet (breachmail review --points)\n",
			(long long)w.points);
	return 0;
}

/* Questions about list and policy; live has one of its own. */
static int gather_open(struct command *c, json_t **ret, size_t *ret_open, struct fault *f)
{
	json_t *q;
	bool accepted;
	size_t i;

	if (group_questions(c->ledger, ret, ret_open, f))
		return -1;
	if (c->settings->live && !c->settings->allowed_domains_count) {
		if (decision_accepted(c->ledger, ANY_DOMAIN, &accepted, f))
			return -1;
		(void)json_array_append_new(*ret,
			json_pack("{s:s,s:s,s:b}", "key", ANY_DOMAIN, "text",
				"allowed_domains is empty: mail could go to any domain.",
				"accepted", (int)accepted));
		*ret_open += !accepted;
	}
	json_array_foreach(*ret, i, q) if (!json_is_true(json_object_get(q, "accepted")))
		show(c, "open: %s\n      %s\n",
			json_string_value(json_object_get(q, "key")),
			json_string_value(json_object_get(q, "text")));
	return show_points(c, f);
}

#define CORRECTIONS_SHOWN 20
/* Who was told and is not in the leak, as far as is known: a human corrects that. */
static int show_corrections(struct command *c, struct fault *f)
{
	const char *mode = settings_mode(c->settings);
	auto_whom whom = {0};
	json_t *list, *one;
	size_t i;

	if (whom_load(c->ledger, &whom, f) ||
		correction_list(c->ledger, mode, &whom, &list, f))
		return -1;
	show_json(c, "corrections", list);
	if (!json_array_size(list))
		return 0;
	show(c, "%zu people were told and are not in the leak, as far as is known; they are owed a correction:\n ",
		json_array_size(list));
	json_array_foreach(list, i, one)
	{
		const char *id = json_string_value(json_object_get(one, "person_id"));

		if (i < CORRECTIONS_SHOWN)
			show(c, " %s",
				id ? id
				   : json_string_value(
					     json_object_get(one, "reference")));
	}
	show(c, "%s (breachmail report --kind corrections)\n",
		i > CORRECTIONS_SHOWN ? " ..." : "");
	return 0;
}

/* What waits for signatures, in place of a draft: it is that which is signed. */
static int show_signatures(struct command *c, struct release_options *o,
	struct text *manifest, char digest[RELEASE_DIGEST], struct fault *f)
{
	auto_release_open open = {0};
	struct fault why;

	show_count(c, "needed", o->policy->approvals);
	if (release_propose(c->ledger, o, true, &open, &why)) {
		show_count(c, "signatures", 0);
		show_string(c, "cannot_sign", why.text);
		if (o->signers->set || o->policy->signers_count || o->settings->live)
			show(c, "Not to be signed yet: %s\n", why.text);
		return why.kind == FAULT_REFUSED || why.kind == FAULT_INPUT
			       ? 0
			       : (*f = why, -1);
	}
	show_count(c, "signatures", (int64_t)open.signed_by.count);
	show_json(c, "signed", sign_names(&open.signed_by));
	if (open.proposal.id) {
		text_clear(manifest);
		text_add(manifest, open.proposal.text.bytes, open.proposal.text.length);
		memcpy(digest, open.proposal.digest, RELEASE_DIGEST);
	}
	show(c, "%zu of %lld signatures.\n", open.signed_by.count,
		(long long)o->signers->approvals);
	return 0;
}

static int look(struct command *c, const struct release_options *options, struct fault *f)
{
	struct release_options with = *options, *o = &with;
	const struct outlook_options all = {.settings = o->settings, .policy = o->policy};
	auto_text_buffer manifest = {0};
	auto_signers signers = {0};
	char digest[RELEASE_DIGEST];
	json_t *outlook;
	int64_t count;

	o->signers = &signers;
	if (signers_load(c->ledger, &signers, f) || show_corrections(c, f) ||
		release_draft(c->ledger, o, &manifest, digest, &count, f) ||
		show_signatures(c, o, &manifest, digest, f) ||
		outlook_gather(c->ledger, &all, &outlook, f))
		return -1;
	show_json(c, "forecast", outlook);
	show_string(c, "manifest", text_string(&manifest));
	show_string(c, "digest", digest);
	show_count(c, "notices", count);
	if (!count) {
		show(c, "No notice is waiting for a release.\n");
		(void)snprintf(c->next, sizeof(c->next), "breachmail status");
		return 0;
	}
	show(c, "\nThis would be released:\n\n%s", text_string(&manifest));
	show(c, "\nReleased and sent now, the last mail of each level goes:\n");
	if (!c->json)
		outlook_write(stdout, outlook);
	(void)snprintf(c->next, sizeof(c->next), "%s",
		o->settings->live
			? "breachmail approve --read, then approve --sign KEYFILE"
			: "breachmail approve --release");
	return 0;
}

/* Whoever group makes a task must not be in the release. */
static int check_current(struct command *c, struct fault *f)
{
	struct group_options group;
	bool current;

	if (door_group_options(c, &group, f) ||
		group_is_current(c->ledger, &group, &current, f))
		return -1;
	return current ? 0
		       : fault_set(f, FAULT_REFUSED,
				 "group has not seen this policy and these matches and decisions yet: breachmail group, then compose");
}

static int release(struct command *c, const struct release_options *o, struct fault *f)
{
	char digest[RELEASE_DIGEST], n[SHOW_NUMBER];
	int64_t count;

	if (release_make(c->ledger, o, digest, &count, f))
		return -1;
	show_string(c, "release", digest);
	show_count(c, "released", count);
	show(c, "Released %s notices.\nRelease %s\n", show_number(count, n), digest);
	(void)snprintf(c->next, sizeof(c->next), "breachmail send");
	return 0;
}

static int withdraw(struct command *c, const struct release_options *o, struct fault *f)
{
	char digest[RELEASE_DIGEST];

	if (release_withdraw(c->ledger, o, digest, f))
		return -1;
	show_string(c, "withdrawn", digest);
	show(c, "Withdrawn: release %s\n", digest);
	(void)snprintf(c->next, sizeof(c->next), "breachmail compose");
	return 0;
}

/* What the letters say has to hold before anybody lets them go. */
static int proofread(struct command *c, bool releases, struct fault *f)
{
	auto_text dir = text_format("%s/templates", c->dir);
	struct texts texts = {dir};
	auto_lint_report report = {0};

	if (leakage_run(c->ledger, c->settings, c->policy, &texts, &report, f))
		return -1;
	if (report.count && releases)
		return fault_set(f, FAULT_REFUSED,
			"%s:%u: %s: %s (%zu finding%s about the letters; breachmail approve lists them)",
			report.list[0].file, report.list[0].line, report.list[0].rule,
			report.list[0].text, report.count, report.count == 1 ? "" : "s");
	if (report.count)
		show(c, "What the letters say stops a release:\n");
	show_findings(c, &report);
	return 0;
}

/* What is open, then the release: shown, made, or signed. */
static int let_go(
	struct command *c, const struct release_options *o, bool signs, struct fault *f)
{
	bool unsigned_one = command_option(c, "release"), goes = unsigned_one || signs;
	size_t open_count;
	json_t *open;

	if (proofread(c, goes, f) || gather_open(c, &open, &open_count, f))
		return -1;
	show_json(c, "open", open);
	if (command_option(c, "read"))
		return read_letters(c, o, f);
	if (!goes && show_rows(c, f))
		return -1;
	if (open_count && c->settings->live && goes)
		return fault_set(f, FAULT_REFUSED,
			"%zu open question%s a live release (approve --accept, or mend the cause)",
			open_count, open_count == 1 ? " stops" : "s stop");
	if (open_count)
		show(c,
			"%zu open question%s: a live release would stop here. To leave one as it is:\n"
			"  breachmail approve --accept QUESTION --by NAME --reason TEXT\n",
			open_count, open_count == 1 ? "" : "s");
	if (goes && check_current(c, f))
		return -1;
	return signs          ? sign_release(c, o, f)
	       : unsigned_one ? release(c, o, f)
			      : look(c, o, f);
}

/* Options that say nothing alone. */
static int check_together(const struct command *c, bool signs, struct fault *f)
{
	static const char *const needs[][2] = {{"public", "enrol"}, {"key", "enrol"},
		{"expires", "enrol"}, {"out", "read"}};

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (command_option(c, needs[i][0]) && !command_option(c, needs[i][1]))
			return fault_set(f, FAULT_USAGE, "--%s goes with --%s",
				needs[i][0], needs[i][1]);
	if (command_option(c, "emergency") &&
		(!signs || sign_writes(c) || command_option(c, "enrol") ||
			command_option(c, "signers")))
		return fault_set(f, FAULT_USAGE,
			"--emergency goes with --sign KEYFILE or --signature FILE, under a release");
	if (signs && command_option(c, "release"))
		return fault_set(f, FAULT_USAGE,
			"--release makes an unsigned release: leave it out to sign one");
	return 0;
}

int verb_approve(struct command *c, struct fault *f)
{
	auto_text over = text_format("%s/templates", c->dir);
	struct texts texts = {over};
	struct release_options o = {.settings = c->settings, .texts = &texts};
	const char *file = command_option(c, "manifest");
	bool signs;

	if (sign_choice(c, &signs, f) || check_together(c, signs, f))
		return -1;
	c->document = sign_writes(c) && !strcmp(file, "-") && !c->dry_run;
	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail approve takes no arguments");
	if (command_policy(c, f))
		return -1;
	o.policy = c->policy;
	if (decides(c))
		return decide(c, f);
	if (command_option(c, "enrol"))
		return signers_enrol(c, f);
	if (command_option(c, "revoke"))
		return signers_bar(c, f);
	if (command_option(c, "signers"))
		return signers_list(c, f);
	if (command_option(c, "withdraw"))
		return withdraw(c, &o, f);
	return let_go(c, &o, signs, f);
}
