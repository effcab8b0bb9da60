/* SPDX-License-Identifier: MIT */
/*
 * approve --sign, --manifest, --signature: people let a release go. What one is, and when
 * it has enough signatures, is mailer/release.c's; passphrases are ssh-keygen's to ask
 * for.
 */
#include "mailer/verb/sign.h"

#include <stdio.h>
#include <string.h>

#include "mailer/show.h"
#include "mailer/sshsig.h"

bool sign_writes(const struct command *c)
{
	return command_option(c, "manifest") && !command_option(c, "signature");
}

int sign_choice(const struct command *c, bool *ret, struct fault *f)
{
	bool key = command_option(c, "sign"),
	     file = command_option(c, "manifest") || command_option(c, "signature");

	*ret = key || file;
	return key && file
		       ? fault_set(f, FAULT_USAGE,
				 "--sign KEYFILE goes without --manifest and --signature")
		       : 0;
}

static int write_out(const char *path, const struct proposal *p, struct fault *f)
{
	auto_show_file out = {0};

	if (show_file_open(path, &out, f))
		return -1;
	(void)fwrite(p->text.bytes, 1, p->text.length, out.stream);
	return show_file_close(&out, f);
}

static void read_file(const char *path, size_t most, struct text *ret)
{
	FILE *file = fopen(path, "re");
	char bytes[4096];
	size_t got;

	while (file && ret->length <= most &&
		(got = fread(bytes, 1, sizeof(bytes), file)) > 0)
		text_add(ret, bytes, got);
	if (file)
		(void)fclose(file);
}

static int read_signature(const char *path, struct text *ret, struct fault *f)
{
	read_file(path, SSHSIG_SIGNATURE_MAX, ret);
	if (!ret->length || ret->length > SSHSIG_SIGNATURE_MAX ||
		strlen(ret->bytes) != ret->length)
		return fault_set(f, FAULT_INPUT,
			"%s: cannot be read, or is not a signature of ssh-keygen -Y sign (at most %d bytes)",
			path, SSHSIG_SIGNATURE_MAX);
	text_line_ends(ret); /* of other systems: in armour they say nothing, and stop
				ssh-keygen */
	return 0;
}

static int check_returned(const char *path, const struct proposal *p, struct fault *f)
{
	auto_text_buffer said = {0};

	read_file(path, p->text.length, &said);
	return said.length == p->text.length &&
			       !memcmp(said.bytes, p->text.bytes, said.length)
		       ? 0
		       : fault_set(f, FAULT_REFUSED,
				 "%s is not, to the byte, the manifest that waits for signatures (%.16s): approve --manifest writes it",
				 path, p->digest);
}

int sign_obtain(struct command *c, const struct proposal *p, const char *space,
	struct text *ret, struct fault *f)
{
	const char *key = command_option(c, "sign"),
		   *file = command_option(c, "manifest");

	if (sign_writes(c))
		return c->dry_run ? 0 : write_out(file, p, f);
	if (!key && file && check_returned(file, p, f))
		return -1;
	if (!key)
		return read_signature(command_option(c, "signature"), ret, f);
	show(c, "%s\nThis is what is signed (%.16s).\n", text_string(&p->text),
		p->digest);
	if (c->dry_run)
		return 0;
	return sshsig_sign(key, space, p->text.bytes, p->text.length, ret, f);
}

json_t *sign_names(const struct signers_tally *t)
{
	json_t *names = json_array();

	for (size_t i = 0; i < t->count; i++)
		(void)json_array_append_new(names, json_string(t->who[i]->name));
	return names;
}

static void show_written(struct command *c, const char *space)
{
	const char *file = command_option(c, "manifest");

	show_string(c, "file", file);
	show(c,
		"Written to %s. Read it. Whoever lets it go signs this file, wherever their key is:\n"
		"  ssh-keygen -Y sign -n %s -f KEYFILE %s\n",
		file, space, file);
	(void)snprintf(
		c->next, sizeof(c->next), "breachmail approve --signature %s.sig", file);
}

static void show_signed(struct command *c, const struct release_options *o,
	const struct release_open *p, const struct release_signed *s)
{
	char n[SHOW_NUMBER], until[CLOCK_TEXT];
	int64_t needed = o->signers->approvals;

	show_string(c, "signed_by", s->who->name);
	show(c, "Signed by %s: %zu of %lld signatures.\n", s->who->name, s->count,
		(long long)needed);
	if (s->until) {
		show_string(c, "countersign_until", clock_write(s->until, until));
		show(c, "An emergency: the highest level may go now, the rest when somebody else has signed, until %s.\n",
			clock_write(s->until, until));
	}
	if (!s->released || (p->release && !s->until && (int64_t)s->count < needed)) {
		(void)snprintf(c->next, sizeof(c->next),
			"breachmail approve --sign KEYFILE, by another of the signers");
		return;
	}
	show(c, "Released %s notices.\nRelease %s\n", show_number(s->released, n),
		p->proposal.digest);
	(void)snprintf(c->next, sizeof(c->next), "breachmail send --release %.8s",
		p->proposal.digest);
}

/* The rule that lets one person act alone: who, and why. */
static int read_emergency(struct command *c, struct emergency *ret, struct fault *f)
{
	if (!command_option(c, "emergency"))
		return 0;
	*ret = (struct emergency){c->by, c->reason};
	return command_decides(c, f);
}

/* While nothing is pinned, whom the policy names is on the list without being asked for.
 */
static int load_signers(struct command *c, struct signers *ret, struct fault *f)
{
	auto_signers wanted = {0};
	auto_proposal p = {0};
	bool changed, effect;

	if (signers_load(c->ledger, ret, f))
		return -1;
	if (signers_pinned(ret))
		return 0;
	if (signers_wanted(ret, c->policy, &wanted, &changed, f))
		return -1;
	if (!changed || !wanted.count)
		return 0;
	return signers_propose(c->ledger, settings_mode(c->settings), ret, &wanted, &p,
		       &effect, f) ||
			       signers_load(c->ledger, ret, f)
		       ? -1
		       : 0;
}

int sign_release(
	struct command *c, const struct release_options *options, struct fault *f)
{
	auto_signers signers = {0};
	struct release_options with = *options, *o = &with;
	struct emergency emergency = {NULL, NULL};
	auto_release_open p = {0};
	auto_text_buffer armour = {0};
	struct release_signed done = {0};

	o->signers = &signers;
	if (read_emergency(c, &emergency, f) || load_signers(c, &signers, f) ||
		release_propose(c->ledger, o, false, &p, f) ||
		sign_obtain(c, &p.proposal, RELEASE_SPACE, &armour, f))
		return -1;
	if (armour.length && release_sign(c->ledger, o, &p, text_string(&armour),
				     emergency.by ? &emergency : NULL, &done, f))
		return -1;
	show_string(c, "release", p.proposal.digest);
	show_string(c, "digest", p.proposal.digest);
	show_count(c, "signatures", (int64_t)p.signed_by.count);
	show_count(c, "needed", o->signers->approvals);
	show_count(c, "released", done.released);
	show_json(c, "signed", sign_names(&p.signed_by));
	if (sign_writes(c))
		show_written(c, RELEASE_SPACE);
	else if (done.who)
		show_signed(c, o, &p, &done);
	return 0;
}
