/* SPDX-License-Identifier: MIT */
/*
 * approve --enrol, --revoke, --signers: who may sign. What a list is, and what it takes
 * to change one, is mailer/signers.c's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mailer/show.h"
#include "mailer/sshsig.h"
#include "mailer/verb/sign.h"
#include "recipients/fold.h"
#include "recipients/keyring.h"

/* ~/.config/breachmail/signers/anna-example */
static int default_place(const char *name, char **ret, struct fault *f)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char folded[FOLD_ROOM];
	auto_text base = NULL;

	(void)fold_words(name, folded, sizeof(folded));
	for (char *p = folded; *p; p++)
		if (*p == ' ')
			*p = '-';
	if (config && *config == '/')
		base = text_copy(config);
	else if (home && *home)
		base = text_format("%s/.config", home);
	if (!base)
		return fault_set(f, FAULT_USAGE,
			"HOME is not set: say with --key FILE where the new key goes");
	*ret = text_format("%s/breachmail/signers/%s", base, folded);
	return keyring_folders(*ret, f);
}

/* The key of whoever is enrolled: theirs, or a new one. */
static int obtain_key(struct command *c, const char *name, char **ret,
	char fingerprint[SSHSIG_FINGERPRINT], struct fault *f)
{
	const char *public = command_option(c, "public"),
		   *asked = command_option(c, "key");
	auto_text path = NULL;
	auto_text beside = NULL;

	if (public && asked)
		return fault_set(f, FAULT_USAGE,
			"--public names a key that is there, --key where a new one goes: one of them");
	if (public)
		return sshsig_key_file(public, ret, fingerprint, f);
	if (asked)
		path = text_copy(asked);
	else if (default_place(name, &path, f))
		return -1;
	if (c->dry_run)
		return fault_set(
			f, FAULT_USAGE, "a dry run makes no key: it takes --public FILE");
	show(c, "A new key for %s in %s. Its passphrase is theirs alone: let them type it.\n",
		name, path);
	beside = text_format("%s.pub", path);
	if (keyring_apart(c->dir, path, f) || sshsig_make(path, f) ||
		sshsig_key_file(beside, ret, fingerprint, f))
		return -1;
	show_string(c, "file", path);
	return 0;
}

static int read_term(const struct command *c, int64_t *ret, struct fault *f)
{
	const char *text = command_option(c, "expires");
	auto_text day = text ? text_format("%sT23:59:59Z", text) : NULL;

	*ret = 0;
	if (!text || !clock_parse(text, ret) || !clock_parse(day, ret))
		return 0;
	return fault_set(f, FAULT_USAGE,
		"--expires takes a day such as 2026-12-31, or a time such as 2026-12-31T12:00:00Z");
}

static json_t *list_json(const struct signers *s)
{
	json_t *list = json_array();
	char until[CLOCK_TEXT];

	for (size_t i = 0; i < s->count; i++)
		(void)json_array_append_new(list,
			json_pack("{s:s,s:s,s:s,s:o,s:b}", "name", s->list[i].name,
				"fingerprint", s->list[i].fingerprint, "key",
				s->list[i].key, "expires",
				s->list[i].expires ? json_string(clock_write(
							     s->list[i].expires, until))
						   : json_null(),
				"revoked", (int)s->list[i].revoked));
	return list;
}

static void show_list(struct command *c, const struct signers *s)
{
	char until[CLOCK_TEXT];

	show_json(c, "signers", list_json(s));
	show_count(c, "needed", s->approvals);
	show_json(c, "pinned", json_boolean(signers_pinned(s)));
	show_json(c, "emergency", json_boolean(s->emergency));
	for (size_t i = 0; i < s->count; i++)
		show(c, "  %s  %s%s%s%s\n", s->list[i].fingerprint, s->list[i].name,
			s->list[i].expires ? ", until " : "",
			s->list[i].expires ? clock_write(s->list[i].expires, until) : "",
			s->list[i].revoked ? ", revoked" : "");
	show(c, "%lld must sign a release; %zu %s enrolled%s.\n", (long long)s->approvals,
		s->count, s->count == 1 ? "is" : "are",
		signers_pinned(s) ? ", and only they change this list" : "");
	if (signers_pinned(s) && (int64_t)s->count == s->approvals)
		show(c, "If one of them loses their key, nobody can release: enrol one more.\n");
}

/* Another list takes signatures of the one before it. */
static int sign_list(struct command *c, const struct signers *now,
	const struct proposal *p, struct fault *f)
{
	auto_text_buffer armour = {0};
	const struct signer *who = NULL;
	struct signers_tally tally;
	bool effect = false;

	if (sign_obtain(c, p, SIGNERS_SPACE, &armour, f))
		return -1;
	if (armour.length && signers_check(c->ledger, now, p, SIGNERS_SPACE,
				     text_string(&armour), &who, f))
		return -1;
	if (ledger_begin(c->ledger, f))
		return -1;
	if ((who && (proposal_sign(c->ledger, p->id, who->fingerprint,
			     text_string(&armour), f) ||
			    signers_settle(c->ledger, now, p, &effect, f))) ||
		signers_count(c->ledger, now, p, SIGNERS_SPACE, &tally, f)) {
		ledger_rollback(c->ledger);
		return -1;
	}
	show_count(c, "signatures", (int64_t)tally.count);
	show_json(c, "signed", sign_names(&tally));
	show_json(c, "effect", json_boolean(effect));
	if (sign_writes(c))
		show(c,
			"Written to %s. Signers sign this file, wherever their key is:\n"
			"  ssh-keygen -Y sign -n %s -f KEYFILE %s\n",
			command_option(c, "manifest"), SIGNERS_SPACE,
			command_option(c, "manifest"));
	show(c,
		effect ? "Signed by %zu of %lld: the new list counts from now on.\n"
		       : "Signed by %zu of %lld: the new list waits for the others (approve --signers --sign KEYFILE).\n",
		tally.count, (long long)now->approvals);
	return ledger_commit(c->ledger, f);
}

static int refuse_pinned(const struct signers *now, struct fault *f)
{
	return fault_set(f, FAULT_REFUSED,
		"the signers are pinned: another list takes the signatures of %lld of them. Add --sign KEYFILE, or --manifest FILE to have it signed elsewhere",
		(long long)now->approvals);
}

/* Everything that makes another list ends here. */
static int change_list(struct command *c, const struct signers *now,
	const struct signers *wanted, struct fault *f)
{
	auto_proposal p = {0};
	bool effect;

	if (signers_propose(
		    c->ledger, settings_mode(c->settings), now, wanted, &p, &effect, f))
		return -1;
	show_string(c, "list", p.digest);
	if (!effect)
		return sign_list(c, now, &p, f);
	show_json(c, "effect", json_true());
	return 0;
}

int signers_enrol(struct command *c, struct fault *f)
{
	const char *name = command_option(c, "enrol");
	auto_signers now = {0}, wanted = {0}, fresh = {0};
	char fingerprint[SSHSIG_FINGERPRINT];
	const struct signer *there;
	auto_text key = NULL;
	bool signs, changed;
	int64_t expires;

	if (sign_choice(c, &signs, f) || read_term(c, &expires, f) ||
		signers_load(c->ledger, &now, f) ||
		signers_wanted(&now, c->policy, &wanted, &changed, f))
		return -1;
	if (signs && (command_option(c, "signature") || !signers_pinned(&now)))
		return fault_set(f, FAULT_USAGE,
			"--enrol takes --sign or --manifest when the signers are pinned, which they are not; a signature under a list is given with --signers");
	there = signers_named(&wanted, name);
	if (there && !command_option(c, "public"))
		return fault_set(f, FAULT_REFUSED,
			"somebody of this name is a signer already (approve --signers)");
	if (signers_pinned(&now) && !signs)
		return refuse_pinned(&now, f);
	/* a name that cannot be one is told before a key is made */
	if (!there && signers_add(&fresh, name, "", "", 0, f))
		return -1;
	if (obtain_key(c, name, &key, fingerprint, f))
		return -1;
	show_string(c, "enrolled", name);
	show_string(c, "fingerprint", fingerprint);
	show_string(c, "public", key);
	if (there && !strcmp(there->key, key) && there->expires == expires && !changed) {
		show(c, "%s is a signer already, with this key.\n", name);
		show_list(c, &now);
		return 0;
	}
	if (there && !strcmp(there->key, key)) /* for another term */
		wanted.list[there - wanted.list].expires = expires;
	else if (signers_add(&wanted, name, key, fingerprint, expires, f))
		return -1;
	if (change_list(c, &now, &wanted, f))
		return -1;
	show(c, "%s: %s\n", name, fingerprint);
	if (signers_load(c->ledger, &now, f))
		return -1;
	show_list(c, &now);
	(void)snprintf(c->next, sizeof(c->next), "%s",
		signers_pinned(&now)
			? "breachmail approve"
			: "breachmail approve --enrol NAME, for the next of those who sign");
	return 0;
}

int signers_bar(struct command *c, struct fault *f)
{
	const char *name = command_option(c, "revoke");
	auto_signers now = {0};
	const struct signer *who;

	if (command_decides(c, f) || signers_load(c->ledger, &now, f))
		return -1;
	who = signers_named(&now, name);
	if (!who)
		return fault_set(f, FAULT_USAGE,
			"nobody of this name is a signer (approve --signers)");
	show_string(c, "revoked", who->name);
	if (who->revoked) {
		show(c, "%s is revoked already.\n", who->name);
		return 0;
	}
	if (ledger_begin(c->ledger, f))
		return -1;
	if (signers_revoke(c->ledger, &now, who, c->by, c->reason, f)) {
		ledger_rollback(c->ledger);
		return -1;
	}
	show(c, "Kept: signatures of %s count no more, under what is released either.\n",
		who->name);
	if (signers_pinned(&now))
		show(c, "Their place on the list stays until the others sign another one: approve --signers --sign KEYFILE\n");
	(void)snprintf(c->next, sizeof(c->next), "breachmail approve --signers");
	return ledger_commit(c->ledger, f);
}

/* The list that waits, if it is still the one that is wanted; else a new one. */
static int find_list(struct command *c, const struct signers *now, struct fault *f)
{
	const char *mode = settings_mode(c->settings);
	auto_signers wanted = {0};
	auto_proposal p = {0};
	bool changed;
	int got = proposal_open(c->ledger, PROPOSAL_SIGNERS, mode, &p, f);

	if (got < 0)
		return -1;
	if (got) {
		show_string(c, "list", p.digest);
		return sign_list(c, now, &p, f);
	}
	if (signers_wanted(now, c->policy, &wanted, &changed, f))
		return -1;
	if (!changed)
		return fault_set(f, FAULT_REFUSED,
			"no other list of signers waits, and policy.json asks for none");
	return command_option(c, "signature")
		       ? fault_set(f, FAULT_REFUSED,
				 "no list of signers waits for signatures")
		       : change_list(c, now, &wanted, f);
}

int signers_list(struct command *c, struct fault *f)
{
	auto_signers now = {0};
	auto_proposal p = {0};
	bool signs;
	int got;

	if (sign_choice(c, &signs, f) || signers_load(c->ledger, &now, f))
		return -1;
	if (signs) {
		if (find_list(c, &now, f) || signers_load(c->ledger, &now, f))
			return -1;
		show_list(c, &now);
		return 0;
	}
	if (!now.set) {
		now.approvals = c->policy->approvals;
		show(c, "Nobody is enrolled yet: approve --enrol NAME, or signers in policy.json.\n");
	}
	show_list(c, &now);
	got = proposal_open(
		c->ledger, PROPOSAL_SIGNERS, settings_mode(c->settings), &p, f);
	if (got < 0)
		return -1;
	show_json(c, "waiting", got ? json_string(text_string(&p.text)) : json_null());
	if (got)
		show(c, "\nAnother list waits for signatures (approve --signers --sign KEYFILE):\n\n%s",
			text_string(&p.text));
	return 0;
}
