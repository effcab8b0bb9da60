/* SPDX-License-Identifier: MIT */
/*
 * Lists of signers and whose signature counts. Texts and signatures are kept by
 * proposal.c, checked by sshsig.c; what a signed release may do is release.c's.
 *
 * What can go wrong: somebody tries to release alone. See the faults.
 */
#include "mailer/signers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/clock.h"
#include "recipients/fold.h"

#define NAME_MAX_BYTES 200
#define SAID_PAD 128

void signers_done(struct signers *s)
{
	for (size_t i = 0; i < s->count; i++) {
		text_freep(&s->list[i].name);
		text_freep(&s->list[i].key);
	}
	*s = (struct signers){0};
}

bool signers_pinned(const struct signers *s)
{
	return s->set && (int64_t)s->count >= s->approvals;
}

/* --- names and keys --- */

static bool same_name(const char *a, const char *b)
{
	char x[FOLD_ROOM], y[FOLD_ROOM];

	(void)fold_words(a, x, sizeof(x));
	(void)fold_words(b, y, sizeof(y));
	(void)fold_join(x, x, sizeof(x));
	(void)fold_join(y, y, sizeof(y));
	return !strcmp(x, y);
}

static int check_name(const char *name, struct fault *f)
{
	char folded[FOLD_ROOM];
	size_t length = strlen(name);
	bool fits = length && length <= NAME_MAX_BYTES && *name != ' ' &&
		    name[length - 1] != ' ' && fold_words(name, folded, sizeof(folded));

	for (const char *p = name; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			fits = false;
	return fits ? 0
		    : fault_set(f, FAULT_USAGE,
			      "a signer's name is a line of at most %d bytes, with letters or digits in it",
			      NAME_MAX_BYTES);
}

const struct signer *signers_named(const struct signers *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (same_name(s->list[i].name, name))
			return &s->list[i];
	return NULL;
}

int signers_add(struct signers *s, const char *name, const char *key,
	const char *fingerprint, int64_t expires, struct fault *f)
{
	struct signer *to = &s->list[s->count];

	if (check_name(name, f))
		return -1;
	if (signers_named(s, name))
		return fault_set(f, FAULT_REFUSED,
			"somebody of this name is a signer already: another key for them takes approve --revoke first");
	for (size_t i = 0; i < s->count; i++)
		if (!strcmp(s->list[i].key, key) ||
			!strcmp(s->list[i].fingerprint, fingerprint))
			return fault_set(f, FAULT_REFUSED,
				"this key is another signer's already: two people have two keys");
	if (s->count == POLICY_MAX_SIGNERS)
		return fault_set(
			f, FAULT_REFUSED, "at most %d people sign", POLICY_MAX_SIGNERS);
	to->name = text_copy(name);
	to->key = text_copy(key);
	(void)snprintf(to->fingerprint, sizeof(to->fingerprint), "%s", fingerprint);
	to->expires = expires;
	to->revoked = false;
	s->count++;
	return 0;
}

/* --- the text of a list --- */

static void write_list(struct ledger *l, const struct signers *now,
	const struct signers *s, int64_t at, struct text *out)
{
	char when[CLOCK_TEXT];

	text_printf(out,
		"breachmail-signers 1\nledger %s\nmade %s\napprovals %lld\nemergency %s\n",
		ledger_id(l), clock_write(at, when), (long long)s->approvals,
		s->emergency ? "on" : "off");
	text_printf(out, "before %s%s\n", now->set ? "sha256:" : "none",
		now->set ? now->digest : "");
	for (size_t i = 0; i < s->count; i++)
		text_printf(out, "signer %s %s %s %s\n", s->list[i].fingerprint,
			s->list[i].expires ? clock_write(s->list[i].expires, when)
					   : "never",
			s->list[i].key, s->list[i].name);
}

static int damaged(struct fault *f)
{
	return fault_set(f, FAULT_REFUSED,
		"the lists of signers do not follow from one another: something changed the ledger. Keep it, call for help");
}

/* "SHA256:... never ssh-ed25519 AAAA... Anna Example" */
static int read_signer(char *line, struct signers *s, struct fault *f)
{
	char *fingerprint = strsep(&line, " "), *expires = strsep(&line, " "),
	     *type = strsep(&line, " "), *body = strsep(&line, " ");
	auto_text key = NULL;
	int64_t until = 0;

	if (!line)
		return damaged(f);
	key = text_format("%s %s", type, body);
	if (strcmp(expires, "never") != 0 && clock_parse(expires, &until))
		return damaged(f);
	return signers_add(s, line, key, fingerprint, until, f) ? damaged(f) : 0;
}

static int read_line(struct ledger *l, char *line, const char *before, struct signers *s,
	struct fault *f)
{
	char *word = strsep(&line, " "), *end;

	if (!line)
		return damaged(f);
	if (!strcmp(word, "signer"))
		return read_signer(line, s, f);
	if (!strcmp(word, "approvals")) {
		s->approvals = strtol(line, &end, 10);
		return *end || s->approvals < 1 ? damaged(f) : 0;
	}
	if (!strcmp(word, "emergency"))
		s->emergency = !strcmp(line, "on");
	if ((!strcmp(word, "ledger") && strcmp(line, ledger_id(l)) != 0) ||
		(!strcmp(word, "before") && strcmp(line, before) != 0))
		return damaged(f);
	return 0;
}

static int read_list(struct ledger *l, const struct proposal *p, const char *before,
	struct signers *s, struct fault *f)
{
	auto_text copy = text_copy(text_string(&p->text));
	char *rest = copy, *line;

	memcpy(s->digest, p->digest, sizeof(s->digest));
	while (line = strsep(&rest, "\n"), rest)
		if (read_line(l, line, before, s, f))
			return -1;
	return s->approvals ? 0 : damaged(f);
}

/* --- loading --- */

static int load_revoked(struct ledger *l, struct signers *s, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT fingerprint FROM signer_revoked WHERE set_id = :set"), &q,
		    f))
		return -1;
	query_bind_int(q, ":set", s->set);
	while ((got = query_next(q, f)) > 0)
		for (size_t i = 0; i < s->count; i++)
			if (!strcmp(s->list[i].fingerprint, query_text(q, "fingerprint")))
				s->list[i].revoked = true;
	return got;
}

/* Did as many of the list before it sign this one as had to? */
static int check_signed(struct ledger *l, const struct signers *before,
	const struct proposal *p, bool *ret, struct fault *f)
{
	struct signers_tally tally;

	if (signers_count(l, before, p, SIGNERS_SPACE, &tally, f))
		return -1;
	*ret = (int64_t)tally.count >= before->approvals;
	return 0;
}

/* The list `set` after the one in `s`, which it takes the place of. */
static int load_next(struct ledger *l, int64_t set, int64_t proposal, struct signers *s,
	struct fault *f)
{
	auto_text before =
		s->set ? text_format("sha256:%s", s->digest) : text_copy("none");
	auto_proposal p = {0};
	auto_signers next = {.set = set};
	bool is_signed = true;

	if (proposal_get(l, proposal, &p, f) || read_list(l, &p, before, &next, f) ||
		(signers_pinned(s) && check_signed(l, s, &p, &is_signed, f)))
		return -1;
	if (!is_signed)
		return damaged(f);
	if (load_revoked(l, &next, f))
		return -1;
	signers_done(s);
	*s = next;
	next = (struct signers){0};
	return 0;
}

int signers_load(struct ledger *l, struct signers *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	signers_done(ret);
	if (ledger_query(
		    l, SQL("SELECT id, proposal_id FROM signer_set ORDER BY id"), &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0)
		if (load_next(l, query_int(q, "id"), query_int(q, "proposal_id"), ret, f))
			return -1;
	return got;
}

/* --- another list --- */

static int wrong_key(size_t signer, struct fault *f)
{
	if (f->kind == FAULT_INPUT)
		f->kind = FAULT_CONFIG;
	return fault_prefix(f, "policy.json: signers[%zu].key", signer);
}

/* Is everyone on the list whom the policy names? */
static int lacks(
	const struct signers *s, const struct policy *p, bool *ret, struct fault *f)
{
	*ret = false;
	for (size_t i = 0; i < p->signers_count; i++) {
		const struct signer *there = signers_named(s, p->signers[i].name);
		char fingerprint[SSHSIG_FINGERPRINT];
		auto_text key = NULL;

		if (sshsig_key(p->signers[i].key, &key, fingerprint, f))
			return wrong_key(i, f);
		if (!there || strcmp(there->key, key) != 0 ||
			there->expires != p->signers[i].expires)
			*ret = true;
	}
	return 0;
}

int signers_agree(const struct signers *s, const struct policy *p, struct fault *f)
{
	bool lacking;

	if (!signers_pinned(s))
		return 0;
	if (lacks(s, p, &lacking, f))
		return -1;
	if (p->approvals == s->approvals && p->emergency == s->emergency && !lacking)
		return 0;
	return fault_set(f, FAULT_REFUSED,
		"policy.json says something else than is pinned (its %s); the pinned signers change that: approve --signers --sign KEYFILE",
		p->approvals != s->approvals   ? "approvals"
		: p->emergency != s->emergency ? "emergency"
					       : "signers");
}

static int add_named(struct signers *s, const struct policy *p,
	const struct policy_signer *from, struct fault *f)
{
	char fingerprint[SSHSIG_FINGERPRINT];
	auto_text key = NULL;
	const struct signer *there = signers_named(s, from->name);

	if (sshsig_key(from->key, &key, fingerprint, f))
		return wrong_key((size_t)(from - p->signers), f);
	if (!there || strcmp(there->key, key) != 0)
		return signers_add(s, from->name, key, fingerprint, from->expires, f);
	s->list[there - s->list].expires = from->expires;
	return 0;
}

static bool same_list(const struct signers *a, const struct signers *b)
{
	if (a->count != b->count || a->approvals != b->approvals ||
		a->emergency != b->emergency)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->list[i].key, b->list[i].key) != 0 ||
			strcmp(a->list[i].name, b->list[i].name) != 0 ||
			a->list[i].expires != b->list[i].expires)
			return false;
	return true;
}

int signers_wanted(const struct signers *now, const struct policy *p, struct signers *ret,
	bool *ret_changed, struct fault *f)
{
	signers_done(ret);
	ret->approvals = p->approvals;
	ret->emergency = p->emergency;
	for (size_t i = 0; i < now->count; i++) {
		const struct signer *s = &now->list[i];

		if (!s->revoked &&
			signers_add(ret, s->name, s->key, s->fingerprint, s->expires, f))
			return -1;
	}
	for (size_t i = 0; i < p->signers_count; i++) {
		const struct signer *there = signers_named(now, p->signers[i].name);

		if (there && there->revoked) /* the file has not heard of it */
			continue;
		if (add_named(ret, p, &p->signers[i], f))
			return -1;
	}
	*ret_changed = !same_list(now, ret);
	return 0;
}

static int insert_set(struct ledger *l, int64_t proposal, struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t id;

	if (ledger_number(l, SQL("SELECT max(id) FROM signer_set"), 0, &id, f) ||
		ledger_query(l,
			SQL("INSERT INTO signer_set (id, proposal_id, run_id, at) VALUES (:id, :proposal, :run, :at)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", id + 1);
	query_bind_int(q, ":proposal", proposal);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	return query_run(q, f);
}

int signers_propose(struct ledger *l, const char *mode, const struct signers *now,
	const struct signers *wanted, struct proposal *ret, bool *ret_effect,
	struct fault *f)
{
	int64_t at = clock_now() / 1000 * 1000;
	auto_text_buffer text = {0};

	*ret_effect = !signers_pinned(now);
	write_list(l, now, wanted, at, &text);
	if (ledger_begin(l, f))
		return -1;
	if (proposal_make(l, PROPOSAL_SIGNERS, mode, at, &text, ret, f) ||
		(*ret_effect && insert_set(l, ret->id, f))) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

int signers_settle(struct ledger *l, const struct signers *now, const struct proposal *p,
	bool *ret_effect, struct fault *f)
{
	auto_text before = text_format("\nbefore sha256:%s\n", now->digest);

	if (!strstr(text_string(&p->text), before))
		return fault_set(f, FAULT_REFUSED,
			"the signers have changed since this list was proposed: propose it again");
	if (check_signed(l, now, p, ret_effect, f))
		return -1;
	return *ret_effect ? insert_set(l, p->id, f) : 0;
}

int signers_revoke(struct ledger *l, const struct signers *now, const struct signer *who,
	const char *by, const char *reason, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};
	int64_t id;

	if (ledger_number(l, SQL("SELECT max(id) FROM signer_revoked"), 0, &id, f) ||
		ledger_query(l,
			SQL("INSERT INTO signer_revoked (id, set_id, fingerprint, run_id, at, said_sealed)"
			    " VALUES (:id, :set, :fingerprint, :run, :at, :said_sealed)"),
			&q, f))
		return -1;
	id++;
	row_add(&said, "by", by);
	row_add(&said, "reason", reason);
	query_bind_int(q, ":id", id);
	query_bind_int(q, ":set", now->set);
	query_bind_text(q, ":fingerprint", who->fingerprint);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_sealed(q, ":said_sealed", "signer_revoked.said_sealed", id,
		said.packed.bytes, said.packed.length, SAID_PAD);
	return query_run(q, f);
}

/* --- whose signature counts --- */

static bool has_expired(const struct signer *s, int64_t now)
{
	return s->expires && now >= s->expires;
}

/* For another list the revoked count once more, where fewer are left than must sign. */
static bool revoked_count(const struct signers *s, const char *space)
{
	size_t left = 0;

	for (size_t i = 0; i < s->count; i++)
		left += !s->list[i].revoked;
	return !strcmp(space, SIGNERS_SPACE) && (int64_t)left < s->approvals;
}

static const struct proposal_signature *find_kept(
	const struct proposal_signatures *kept, const struct signer *who)
{
	for (size_t i = 0; i < kept->count; i++)
		if (!strcmp(kept->list[i].fingerprint, who->fingerprint))
			return &kept->list[i];
	return NULL;
}

/* What was kept is looked at again, each time: the ledger's word is not enough. */
static int check_kept(const struct signer *who, const struct proposal *p,
	const char *space, const struct proposal_signature *kept, struct fault *f)
{
	const char *key = who->key;
	int found;

	if (sshsig_who(&key, 1, space, kept->armour, text_string(&p->text),
		    p->text.length, &found, NULL, f))
		return -1;
	return found ? fault_set(f, FAULT_REFUSED,
			       "a signature is not over what is to be sent: something changed the ledger. Keep it, call for help")
		     : 0;
}

/* Each signer counts once, however many signatures the ledger holds. `at` of a signature
 * decides whether it had expired for a list; for a release, now. */
int signers_count(struct ledger *l, const struct signers *s, const struct proposal *p,
	const char *space, struct signers_tally *ret, struct fault *f)
{
	bool lists = !strcmp(space, SIGNERS_SPACE), revoked = revoked_count(s, space);
	auto_signatures kept = {0};

	*ret = (struct signers_tally){0};
	if (proposal_signatures(l, p->id, &kept, f))
		return -1;
	for (size_t i = 0; i < s->count; i++) {
		const struct signer *who = &s->list[i];
		const struct proposal_signature *k = find_kept(&kept, who);

		if (!k || (who->revoked && !revoked) ||
			has_expired(who, lists ? k->at : clock_now()))
			continue;
		if (check_kept(who, p, space, k, f))
			return -1;
		ret->who[ret->count++] = who;
	}
	return 0;
}

static int refuse(const struct signer *who, const char *why, struct fault *f)
{
	return fault_set(f, FAULT_REFUSED, "%s %s", who->name, why);
}

int signers_check(struct ledger *l, const struct signers *s, const struct proposal *p,
	const char *space, const char *armour, const struct signer **ret, struct fault *f)
{
	auto_signatures kept = {0};
	const char *keys[POLICY_MAX_SIGNERS];
	int found, named;

	for (size_t i = 0; i < s->count; i++)
		keys[i] = s->list[i].key;
	if (sshsig_who(keys, s->count, space, armour, text_string(&p->text),
		    p->text.length, &found, &named, f) ||
		proposal_signatures(l, p->id, &kept, f))
		return -1;
	if (found < 0 && named >= 0)
		return fault_set(f, FAULT_REFUSED,
			"%s has signed something else than %.16s, or for another use than %s: what is signed is the file of approve --manifest, to the byte (no editor, no other line ends), with ssh-keygen -Y sign -n %s",
			s->list[named].name, p->digest, space, space);
	if (found < 0)
		return fault_set(f, FAULT_REFUSED,
			"this is not a signature of one of the signers over %.16s in the namespace %s (approve --signers; approve --manifest FILE)",
			p->digest, space);
	*ret = &s->list[found];
	if ((*ret)->revoked && !revoked_count(s, space))
		return refuse(*ret, "was revoked: the signature does not count", f);
	if (has_expired(*ret, clock_now()))
		return refuse(*ret, "may not sign any more: the term is over", f);
	return find_kept(&kept, *ret)
		       ? refuse(*ret,
				 "has signed this already: the next signature is another person's",
				 f)
		       : 0;
}
