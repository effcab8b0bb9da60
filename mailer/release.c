/* SPDX-License-Identifier: MIT */
/*
 * From a manifest to a release. Lines are manifest.c's and told.c's, whose signature
 * counts is signers.c's, whether it may still be sent permit.c's; which questions must be
 * answered first is verb/approve.c's.
 *
 * What can go wrong: somebody tries to release alone; something changed while others read
 * and signed (FAULT_REFUSED).
 */
#include "mailer/release.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/basis.h"
#include "mailer/lines.h"
#include "mailer/told.h"
#include "recipients/clock.h"
#include "recipients/vault.h"

/* Of what would be released as of `m->at`. */
static int draft(struct ledger *l, const struct release_options *o, struct manifest_of *m,
	struct text *manifest, char digest[RELEASE_DIGEST], int64_t *ret_count,
	struct fault *f)
{
	if (basis_newest(l, settings_mode(o->settings), &m->set, f) ||
		manifest_write(l, o, m, manifest, ret_count, f) ||
		(!m->covered_by && told_write(l, o, m, manifest, f)))
		return -1;
	proposal_digest(manifest, digest);
	return 0;
}

int release_draft(struct ledger *l, const struct release_options *o,
	struct text *manifest, char digest[RELEASE_DIGEST], int64_t *ret_count,
	struct fault *f)
{
	struct manifest_of m = {.at = clock_now()};

	return draft(l, o, &m, manifest, digest, ret_count, f);
}

int release_waiting(
	struct ledger *l, const char *mode, struct manifest_of *ret, struct fault *f)
{
	auto_query struct query *items = NULL, *q = NULL;
	int got;

	*ret = (struct manifest_of){0};
	if (basis_newest(l, mode, &ret->set, f) ||
		manifest_items(l, mode, ret, &items, f))
		return -1;
	got = query_next(items, f);
	if (got)
		return got < 0 ? -1 : 0;
	if (ledger_query(l,
		    SQL("SELECT id, compose_set_id FROM release_valid WHERE mode = :mode"
			" AND id NOT IN (SELECT release_id FROM release_standing) ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	if (got > 0) {
		ret->release = query_int(q, "id");
		ret->set = query_int(q, "compose_set_id");
	}
	return got < 0 ? -1 : 0;
}

/* --- what it is made of --- */

static int insert_cover(
	struct ledger *l, int64_t release, int64_t covered_by, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (!covered_by)
		return 0;
	if (ledger_query(l,
		    SQL("INSERT INTO release_standing (release_id, covered_by) VALUES (:release, :by)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":release", release);
	query_bind_int(q, ":by", covered_by);
	return query_run(q, f);
}

static int insert_release(struct ledger *l, const char *mode, const struct manifest_of *m,
	const char *digest, const struct text *manifest, int64_t *ret_id, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (manifest_next(l, ret_id, f) ||
		ledger_query(l,
			SQL("INSERT INTO release (id, run_id, compose_set_id, mode, at, digest, manifest)"
			    " VALUES (:id, :run, :set, :mode, :at, :digest, :manifest)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", *ret_id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":set", m->set);
	query_bind_text(q, ":mode", mode);
	query_bind_int(q, ":at", m->at);
	query_bind_text(q, ":digest", digest);
	query_bind_text(q, ":manifest", text_string(manifest));
	return query_run(q, f) || insert_cover(l, *ret_id, m->covered_by, f) ? -1 : 0;
}

static int insert_items(struct ledger *l, const struct manifest_ids *ids, int64_t release,
	struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("INSERT INTO release_item (release_id, position, notice_id) VALUES (:release, :position, :notice)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":release", release);
	for (size_t i = 0; i < ids->count; i++) {
		query_bind_int(q, ":position", (int64_t)i + 1);
		query_bind_int(q, ":notice", ids->list[i]);
		if (query_run(q, f))
			return -1;
	}
	return 0;
}

static int insert_all(struct ledger *l, const struct release_options *o,
	const struct manifest_of *m, const char *digest, const struct text *manifest,
	int64_t *ret_id, struct fault *f)
{
	return insert_release(l, settings_mode(o->settings), m, digest, manifest, ret_id,
		       f) || insert_items(l, m->ids, *ret_id, f)
		       ? -1
		       : 0;
}

static int refuse_empty(int64_t count, struct fault *f)
{
	return count ? 0
		     : fault_set(f, FAULT_REFUSED,
			       "no notice is waiting for a release (breachmail status); what a release whose time is over has not sent waits again after approve --withdraw");
}

/* Within a transaction: no decision comes between the draft and the release. */
static int make(struct ledger *l, const struct release_options *o, struct manifest_of m,
	char digest[RELEASE_DIGEST], int64_t *ret_count, struct fault *f)
{
	auto_text_buffer manifest = {0};
	auto_manifest_ids ids = {0};
	int64_t id;

	m.ids = &ids;
	m.at = clock_now() / 1000 * 1000;
	return draft(l, o, &m, &manifest, digest, ret_count, f) ||
			       refuse_empty(*ret_count, f) ||
			       insert_all(l, o, &m, digest, &manifest, &id, f)
		       ? -1
		       : 0;
}

int release_make(struct ledger *l, const struct release_options *o,
	char digest[RELEASE_DIGEST], int64_t *ret_count, struct fault *f)
{
	struct manifest_of m = {0};

	if (o->settings->live)
		return fault_set(f, FAULT_REFUSED,
			"mode live needs a release signed by %d people: approve --sign KEYFILE, each with their own key",
			(int)o->policy->approvals);
	if (ledger_begin(l, f))
		return -1;
	if (make(l, o, m, digest, ret_count, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

int release_make_covered(struct ledger *l, const struct release_options *o,
	int64_t covered_by, const json_t *notices, char digest[RELEASE_DIGEST],
	struct fault *f)
{
	struct manifest_of m = {.covered_by = covered_by};
	char *chosen = json_dumps(notices, JSON_COMPACT);
	int64_t count;
	int failed;

	m.chosen = chosen;
	failed = make(l, o, m, digest, &count, f);
	free(chosen);
	return failed;
}

/* --- what people sign --- */

void release_open_done(struct release_open *p)
{
	proposal_done(&p->proposal);
}

/* Does what waits still say what is so, and name those who sign? */
static bool still_says(const struct proposal *p, const struct text *now)
{
	auto_text_buffer held = {0}, held_now = {0};

	lines_held(text_string(&p->text), &held);
	lines_held(text_string(now), &held_now);
	return !strcmp(text_string(&held), text_string(&held_now)) &&
	       lines_same(text_string(&p->text), text_string(now), "signers ");
}

static int check_signers(const struct release_options *o, struct fault *f)
{
	if (o->settings->live && o->policy->approvals < 2)
		return fault_set(f, FAULT_REFUSED,
			"mode live takes the signatures of at least two people (policy.json: approvals)");
	if (!signers_pinned(o->signers))
		return fault_set(f, FAULT_REFUSED,
			"%d people must be able to sign, and %zu are enrolled: approve --enrol NAME, or signers in policy.json",
			(int)o->policy->approvals, o->signers->count);
	return signers_agree(o->signers, o->policy, f);
}

/* What waits, if it is still so; else what would be new, without an id. */
static int find_open(struct ledger *l, const struct release_options *o,
	struct release_open *ret, struct fault *f)
{
	const char *mode = settings_mode(o->settings);
	int64_t now = clock_now() / 1000 * 1000, count;
	auto_text_buffer manifest = {0};
	char digest[RELEASE_DIGEST];
	struct manifest_of then, m = {.at = now};
	int got = proposal_open(l, PROPOSAL_RELEASE, mode, &ret->proposal, f);

	if (got < 0)
		return -1;
	if (got && now < manifest_until(o->policy, ret->proposal.at)) {
		then = (struct manifest_of){.at = ret->proposal.at};
		if (draft(l, o, &then, &manifest, digest, &count, f))
			return -1;
		if (still_says(&ret->proposal, &manifest))
			return signers_count(l, o->signers, &ret->proposal, RELEASE_SPACE,
				&ret->signed_by, f);
	}
	if (draft(l, o, &m, &manifest, ret->proposal.digest, &count, f) ||
		refuse_empty(count, f))
		return -1;
	text_clear(&ret->proposal.text);
	text_add(&ret->proposal.text, manifest.bytes, manifest.length);
	ret->proposal.id = 0;
	ret->proposal.at = now;
	return 0;
}

int release_propose(struct ledger *l, const struct release_options *o, bool look,
	struct release_open *ret, struct fault *f)
{
	auto_text_buffer manifest = {0};
	int got;

	if (check_signers(o, f))
		return -1;
	got = emergency_waiting(l, settings_mode(o->settings), o->signers, &ret->release,
		&ret->proposal, &ret->signed_by, f);
	if (got)
		return got < 0 ? -1 : 0;
	ret->release = 0;
	ret->signed_by = (struct signers_tally){0};
	if (find_open(l, o, ret, f))
		return -1;
	if (ret->proposal.id || look)
		return 0;
	text_add(&manifest, ret->proposal.text.bytes, ret->proposal.text.length);
	ret->signed_by = (struct signers_tally){0};
	if (ledger_begin(l, f))
		return -1;
	if (proposal_make(l, PROPOSAL_RELEASE, settings_mode(o->settings),
		    ret->proposal.at, &manifest, &ret->proposal, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

/* --- signatures --- */

static int insert_signed(
	struct ledger *l, int64_t release, int64_t proposal, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("INSERT INTO release_signed (release_id, proposal_id) VALUES (:release, :proposal)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":release", release);
	query_bind_int(q, ":proposal", proposal);
	return query_run(q, f);
}

/* What was signed becomes the release, word for word. */
static int make_signed(struct ledger *l, const struct release_options *o,
	const struct proposal *p, int64_t *ret_id, int64_t *ret_count, struct fault *f)
{
	auto_text_buffer now = {0};
	auto_manifest_ids ids = {0};
	struct manifest_of m = {.at = p->at, .ids = &ids};
	char digest[RELEASE_DIGEST];

	if (draft(l, o, &m, &now, digest, ret_count, f))
		return -1;
	if (!still_says(p, &now))
		return fault_set(f, FAULT_REFUSED,
			"something changed since this was proposed: breachmail approve shows what would be released now");
	return insert_all(l, o, &m, p->digest, &p->text, ret_id, f) ||
			       insert_signed(l, *ret_id, p->id, f)
		       ? -1
		       : 0;
}

static int count_items(struct ledger *l, int64_t release, int64_t *ret, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("SELECT count(*) AS notices FROM release_item WHERE release_id = :release"),
		    &q, f))
		return -1;
	query_bind_int(q, ":release", release);
	if (query_next(q, f) < 0)
		return -1;
	*ret = query_int(q, "notices");
	return 0;
}

static int take(struct ledger *l, const struct release_options *o, struct release_open *p,
	const char *armour, const struct emergency *emergency, int64_t level,
	struct release_signed *ret, struct fault *f)
{
	bool enough;

	if (proposal_sign(l, p->proposal.id, ret->who->fingerprint, armour, f) ||
		signers_count(
			l, o->signers, &p->proposal, RELEASE_SPACE, &p->signed_by, f))
		return -1;
	ret->count = p->signed_by.count;
	enough = (int64_t)ret->count >= o->signers->approvals;
	if (p->release) /* all of it is open now, if enough have signed */
		return count_items(l, p->release, &ret->released, f);
	if (!enough && !emergency)
		return 0;
	if (make_signed(l, o, &p->proposal, &p->release, &ret->released, f))
		return -1;
	return enough ? 0
		      : emergency_write(l, p->release, level, emergency, &ret->until, f);
}

int release_sign(struct ledger *l, const struct release_options *o,
	struct release_open *p, const char *armour, const struct emergency *emergency,
	struct release_signed *ret, struct fault *f)
{
	int64_t level = 0;

	*ret = (struct release_signed){0};
	if (emergency && !o->signers->emergency)
		return fault_set(f, FAULT_REFUSED,
			"the emergency rule is off (policy.json: emergency): as many people sign as must");
	if (emergency && p->release)
		return fault_set(f, FAULT_REFUSED,
			"an emergency release waits to be countersigned: approve --sign, without --emergency");
	if (emergency && (manifest_highest(l, o, &level, f) ||
				 emergency_none_before(
					 l, settings_mode(o->settings), o->signers, f)))
		return -1;
	if (signers_check(
		    l, o->signers, &p->proposal, RELEASE_SPACE, armour, &ret->who, f) ||
		ledger_begin(l, f))
		return -1;
	if (take(l, o, p, armour, emergency, level, ret, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

/* --- taking it back --- */

static int insert_withdrawal(struct ledger *l, int64_t release, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("INSERT INTO release_withdrawn (release_id, run_id, at) VALUES (:id, :run, :at)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":id", release);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	return query_run(q, f);
}

/* The newest valid release of this mode. */
static int withdraw_release(
	struct ledger *l, const char *mode, char digest[RELEASE_DIGEST], struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t id;
	int got;

	if (ledger_query(l,
		    SQL("SELECT id, digest FROM release_valid WHERE mode = :mode"
			" AND id NOT IN (SELECT release_id FROM release_standing) ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	if (got <= 0)
		return got ? -1
			   : fault_set(
				     f, FAULT_REFUSED, "there is no release to withdraw");
	id = query_int(q, "id");
	memcpy(digest, query_text(q, "digest"), RELEASE_DIGEST);
	query_reset(q);
	return insert_withdrawal(l, id, f);
}

int release_withdraw(struct ledger *l, const struct release_options *o,
	char digest[RELEASE_DIGEST], struct fault *f)
{
	const char *mode = settings_mode(o->settings);
	auto_proposal p = {0};
	int got = proposal_open(l, PROPOSAL_RELEASE, mode, &p, f);

	if (got < 0 || ledger_begin(l, f))
		return -1;
	if (got)
		memcpy(digest, p.digest, RELEASE_DIGEST);
	if (got ? proposal_withdraw(l, p.id, f) : withdraw_release(l, mode, digest, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}
