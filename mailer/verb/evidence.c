/* SPDX-License-Identifier: MIT */
/*
 * report --kind evidence: the pack for somebody else, or with --person one person's own
 * proof. What is in them is evidence.h's and proof.h's.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mailer/evidence.h"
#include "mailer/person.h"
#include "mailer/proof.h"
#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "recipients/roster.h"

/* By number, as the list has it, or by reference code: never guessed. */
static int find_person(
	struct command *c, const char *asked, int64_t *ret, struct fault *f)
{
	char scratch[ROSTER_NAME];
	auto_roster people = {0};
	size_t found = SIZE_MAX, count = 0;

	if (roster_load_entries(c->ledger, &people, f))
		return -1;
	for (size_t i = 0; i < people.people_count; i++)
		if (!strcmp(roster_person_name(&people, i, scratch), asked)) {
			found = i;
			count++;
		}
	if (!count && person_by_code(c->ledger, c->settings, &people, asked, &found, f))
		return -1;
	if (count > 1 || found == SIZE_MAX)
		return fault_set(f, FAULT_USAGE,
			count > 1
				? "several people on the list have this number: give the reference code of the mail"
				: "nobody on the list has this number or reference code (breachmail person --find -)");
	*ret = people.people[found];
	return 0;
}

static int write_proof(
	struct command *c, const char *asked, const char *path, struct fault *f)
{
	auto_text_buffer proof = {0};
	auto_show_file out = {0};
	int64_t person, mails;

	if (find_person(c, asked, &person, f) ||
		proof_write(c->ledger, c->settings, person, &proof, &mails, f) ||
		show_file_open(path, &out, f))
		return -1;
	(void)fwrite(proof.bytes, 1, proof.length, out.stream);
	if (show_file_close(&out, f))
		return -1;
	show_count(c, "mails", mails);
	if (c->document)
		return 0;
	show(c, "%s proves %lld %s. It holds this person's letter: give it to them, and to nobody else.\n",
		path, (long long)mails, mails == 1 ? "mail" : "mails");
	(void)snprintf(
		c->next, sizeof(c->next), "scripts/verify-evidence PACK --proof FILE");
	return 0;
}

static int write_pack(struct command *c, const char *path, struct fault *f)
{
	char releases[SHOW_NUMBER], messages[SHOW_NUMBER], signatures[SHOW_NUMBER];
	struct evidence e;

	if (evidence_write(c->ledger, c->settings, path, &e, f))
		return -1;
	show_string(c, "digest", e.digest);
	show_count(c, "releases", e.releases);
	show_count(c, "messages", e.messages);
	show_count(c, "signatures", e.signatures);
	show_count(c, "lists", e.lists);
	show_count(c, "entries", e.entries);
	if (c->document)
		return 0;
	show(c,
		"%s: %s releases, %s messages, %s signatures, and a history of %lld entries.\n"
		"Digest of the pack: %s\n"
		"No person is in it but those who signed. The manifests are as they were signed, with all their counts.\n",
		path, show_number(e.releases, releases),
		show_number(e.messages, messages), show_number(e.signatures, signatures),
		(long long)e.entries, e.digest);
	(void)snprintf(c->next, sizeof(c->next), "scripts/verify-evidence PACK");
	return 0;
}

int report_evidence(struct command *c, struct fault *f)
{
	const char *path = command_option(c, "out"),
		   *person = command_option(c, "person");

	if (command_option(c, "format"))
		return fault_set(f, FAULT_USAGE,
			"evidence comes as a pack of text files: it takes no --format");
	c->document = !path || !strcmp(path, "-");
	if (c->document && (c->json || (!person && isatty(STDOUT_FILENO))))
		return fault_set(f, FAULT_USAGE,
			"evidence is for a file: --out FILE (a tar archive), or an empty folder");
	if (!c->document)
		show_string(c, "out", path);
	path = c->document ? "-" : path;
	return person ? write_proof(c, person, path, f) : write_pack(c, path, f);
}
