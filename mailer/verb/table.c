/* SPDX-License-Identifier: MIT */
/*
 * The verbs, in the order in which one walks. Each is defined in the file of its name;
 * those that a later version brings say so here, with the usage code, so that nobody
 * takes silence for success.
 */
#include <string.h>

#include "mailer/verb/doors.h"

static int later(struct command *c, struct fault *f)
{
	return command_later(c->verb->name, f);
}

static const struct verb_option none[] = {{NULL, NULL, NULL}};

#define LATER(verb_name, words)                                                          \
	{                                                                                \
		verb_name, "", words " (not in this version)", VERB_ALONE, NULL, NULL,   \
			later                                                            \
	}

const struct verb verbs[] = {
	{"init", "DIR [--example NAME]",
		"make an incident's folder, its ledger and its key", VERB_ALONE,
		init_options, NULL, verb_init},
	{"import", "people|breach|shield FILE | breach --presume",
		"read a people list, a leaked file, or whom a liaison shields",
		VERB_WRITES, import_options, import_only_looks, verb_import},
	{"match", "", "find out who each leaked row is", VERB_WRITES, match_options,
		match_only_looks, verb_match},
	{"group", "", "sort the affected people by risk and route", VERB_WRITES,
		group_options, group_only_looks, verb_group},
	{"compose", "", "write the notices, and the tasks for those not told by mail",
		VERB_WRITES, compose_options, compose_only_looks, verb_compose},
	{"approve", "", "see what is open and what would be sent, decide, release",
		VERB_WRITES, approve_options, approve_only_looks, verb_approve},
	{"send", "", "hand the released notices to the mail relay", VERB_WRITES,
		send_options, send_only_looks, verb_send},
	{"track", "[--from maildir:DIR|mbox:FILE|FILE...] | --classify FILE...",
		"read the letters that came back: bounces, receipts, replies",
		VERB_WRITES, track_options, track_only_looks, verb_track},
	{"remind", "",
		"make the follow-ups that are due, and tasks where mail does not help",
		VERB_WRITES, remind_options, NULL, verb_remind},
	{"resend", "--code CODE | --requests FILE",
		"the same notice once more, to the address on file, for whoever asks", VERB_WRITES,
		resend_options, NULL, verb_resend},
	{"follow-up", "", "track, remind and send in one, for a timer; tells the officer in charge",
		VERB_ALONE, follow_up_options, NULL, verb_follow_up},
	{"person", "ID | --find -",
		"everything about one person; hold them back, or another route",
		VERB_DECIDES, person_options, person_only_looks, verb_person},
	{"task",
		"[list | show N | assign N --to NAME | done N | not-reached N | reopen N]",
		"visits, calls and letters: who does what by when, and what came of it",
		VERB_DECIDES, task_options, task_only_looks, verb_task},
	{"note", "--kind KIND TEXT",
		"what must be documented: regulator told, decisions, delays, measures",
		VERB_DECIDES, note_options, note_only_looks, verb_note},
	{"status", "", "one screen: where everything stands", VERB_READS, none, NULL,
		verb_status},
	{"report", "--kind KIND", "a report: for the officer, the regulator, a federation or a court",
		VERB_READS, report_options, NULL, verb_report},
	{"review",
		"--listen HOST:PORT | --add NAME --scope RANKS | --remove NAME | --list",
		"the page for federation reps: who may see it, and the page itself",
		VERB_DECIDES, review_options, NULL, verb_review},
	{"template", "render|lint|list ...",
		"look at texts: render one with data, see what it lacks, list the shipped ones",
		VERB_ALONE, template_options, NULL, verb_template},
	{"verify", "CODE", "is this reference code ours?", VERB_READS, none, NULL,
		verb_verify},
	{"outbox", "--purge", "empty the folder in which a rehearsal's mail lies",
		VERB_READS, outbox_options, NULL, verb_outbox},
	{"doctor", "",
		"is everything in place: relay, mailbox, key, clock, disk, texts; a sheet for the mail administrator",
		VERB_ALONE, doctor_options, NULL, verb_doctor},
	{"check", "", "look through the whole ledger for damage; writes nothing",
		VERB_READS, none, NULL, verb_check},
	{"run", "",
		"be led through it: each step, each decision and what follows from it",
		VERB_ALONE, run_options, NULL, verb_run},
	{"key",
		"[list | add passphrase | add recovery | add key-file FILE | add credential FILE | remove N]",
		"who can open the ledger: a key, a passphrase, a code on paper; two at least",
		VERB_WRITES, key_options, key_only_looks, verb_key},
	{"archive", "[--to FILE.pub] | --make-key FILE | --open ARCHIVE --key FILE",
		"drop words whose days are over; seal the list of who was told for an offline key",
		VERB_WRITES, archive_options, NULL, verb_archive},
	LATER("close", "end the incident"),
	{NULL, NULL, NULL, VERB_ALONE, NULL, NULL, NULL},
};
