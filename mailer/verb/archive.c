/* SPDX-License-Identifier: MIT */
/*
 * archive: drop the words whose days are over, seal the list of who was told for an
 * offline key; make that key, and open such a file elsewhere. The work is
 * mailer/archive.c's and recipients/coffer.c's.
 */
#include "mailer/archive.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "recipients/keyring.h"

const struct verb_option archive_options[] = {
	{"to", "FILE.pub",
		"seal the list of who was told what and when, for this public key"},
	{"out", "FILE",
		"where the sealed list goes (default: archive.sealed in the incident's folder); with --open: "
		"what was in it"},
	{"make-key", "FILE",
		"make a pair of keys, FILE and FILE.pub: on another machine, and only FILE.pub comes here"},
	{"open", "ARCHIVE", "open a sealed list, with --key: where the secret key is"},
	{"key", "FILE", "open: the secret key"},
	{"show", "ARCHIVE",
		"what stands in the clear: which incident, until when it must be kept"},
	{NULL, NULL, NULL}};

bool archive_stands_alone(const struct command *c)
{
	return command_option(c, "make-key") || command_option(c, "open") ||
	       command_option(c, "show");
}

/* The secret key must not lie where it would travel with a ledger. */
static int make_key(struct command *c, const char *file, struct fault *f)
{
	auto_text ledger = text_format("%s/ledger.db", c->dir);
	char fingerprint[COFFER_FINGERPRINT];

	if (!access(ledger, F_OK) && keyring_apart(c->dir, file, f))
		return -1;
	if (!c->dry_run && coffer_make_key(file, fingerprint, f))
		return -1;
	show_string(c, "secret", file);
	if (!c->dry_run)
		show_string(c, "fingerprint", fingerprint);
	show(c,
		"%s opens what is sealed for %s.pub. Keep it offline, twice, until the last archive's day; only "
		"the other belongs\non a machine with a ledger.\n",
		file, file);
	(void)snprintf(
		c->next, sizeof(c->next), "breachmail archive --to %.120s.pub", file);
	return 0;
}

static int open_it(struct command *c, const char *file, struct fault *f)
{
	const char *key = command_option(c, "key"), *path = command_option(c, "out");
	auto_show_file out = {0};

	if (!key)
		return fault_set(f, FAULT_USAGE,
			"with which key? archive --open ARCHIVE --key FILE [--out FILE]");
	if (c->json && !path)
		return fault_set(f, FAULT_USAGE,
			"the list and --json both want the standard output: name a file with --out");
	if (show_file_open(path ? path : "-", &out, f))
		return -1;
	c->document = !path;
	if (path)
		show_string(c, "out", path);
	return coffer_read(file, key, out.stream, f) || show_file_close(&out, f) ? -1 : 0;
}

static int show_lines(struct command *c, const char *file, struct fault *f)
{
	auto_text_buffer lines = {0};
	char *line, *end;

	if (coffer_lines(file, &lines, f))
		return -1;
	for (line = lines.bytes; (end = strchr(line, '\n')); line = end + 1) {
		char *value = strchr(line, ' ');

		*end = '\0';
		if (!value || value > end || !strncmp(line, "key ", 4) ||
			!strncmp(line, "breachmail-", 11))
			continue;
		*value++ = '\0';
		show_string(c, line, value);
		show(c, "%-12s %s\n", line, value);
	}
	return 0;
}

/* --- the incident's --- */

static void tell_list(struct command *c, const struct archive *a, const char *path)
{
	char n[SHOW_NUMBER];

	show_string(c, "archive", path);
	show_count(c, "people", a->telling.people);
	show_string(c, "keep_until", a->keep_until);
	show_json(c, "already", json_boolean(a->already));
	show(c, "%s people, with what each was told and when, %s %s. Only its key opens it.\n",
		show_number(a->telling.people, n),
		a->already ? "stand already in" : "are sealed in", path);
	show(c, "It must be kept until %s, and destroyed then.\n", a->keep_until);
}

static void tell_words(struct command *c, const struct archive *a, int64_t days)
{
	const struct retention *r = &a->retention;
	char n[SHOW_NUMBER], m[SHOW_NUMBER];

	show_count(c, "messages_dropped", r->messages);
	show_count(c, "messages_kept", r->messages_kept);
	show_count(c, "letters_dropped", r->letters);
	show_count(c, "letters_kept", r->letters_kept);
	show_count(c, "retention_days", days);
	show(c, "Words older than %lld days: %s messages dropped, %s letters that had come back; their digests stay.\n",
		(long long)days, show_number(r->messages, n), show_number(r->letters, m));
	show(c, "Kept: %s messages, %s letters.\n", show_number(r->messages_kept, n),
		show_number(r->letters_kept, m));
}

int verb_archive(struct command *c, struct fault *f)
{
	const char *to = command_option(c, "to"), *out = command_option(c, "out");
	auto_text path = out ? text_copy(out) : text_format("%s/" ARCHIVE_FILE, c->dir);
	struct coffer_key key;
	struct archive a;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE,
			"breachmail archive [--to FILE.pub [--out FILE]] | --make-key FILE | --open ARCHIVE --key FILE");
	if (command_option(c, "make-key"))
		return make_key(c, command_option(c, "make-key"), f);
	if (command_option(c, "open"))
		return open_it(c, command_option(c, "open"), f);
	if (command_option(c, "show"))
		return show_lines(c, command_option(c, "show"), f);
	if (out && !to)
		return fault_set(f, FAULT_USAGE, "--out goes with --to FILE.pub");
	if (command_policy(c, f) || (to && coffer_key_read(to, &key, f)) ||
		archive_run(
			c->ledger, c->settings, c->policy, to ? &key : NULL, path, &a, f))
		return -1;
	if (to)
		tell_list(c, &a, path);
	tell_words(c, &a, c->policy->retention_days);
	if (!to)
		(void)snprintf(c->next, sizeof(c->next),
			"breachmail archive --to FILE.pub, before you close it");
	else
		(void)snprintf(c->next, sizeof(c->next), "breachmail close");
	return 0;
}
