/* SPDX-License-Identifier: MIT */
/*
 * Before anything is sent: is the release what it was, and who signed it? That each mail
 * is the one of the release is released.c's to see to.
 *
 * What can go wrong: something changed after the release (FAULT_REFUSED, naming the line
 * of the manifest that differs), or not enough signatures count now.
 */
#include "mailer/permit.h"

#include <stdio.h>
#include <string.h>

#include "mailer/emergency.h"
#include "mailer/lines.h"
#include "mailer/standing.h"
#include "recipients/clock.h"

/* The first line in which two manifests differ, for the fault. */
static const char *first_difference(const char *a, const char *b, char line[80])
{
	const char *start = a;
	size_t length;

	for (; *a && *a == *b; a++, b++)
		if (*a == '\n')
			start = a + 1;
	length = strcspn(start, " \n");
	if (length > 79)
		length = 79;
	memcpy(line, start, length);
	line[length] = '\0';
	return line;
}

/* What holds of the manifest, made anew from what ledger and settings say now, must be
 * what was released. */
static int check_lines(struct ledger *l, const struct release_options *o, struct query *q,
	struct fault *f)
{
	const struct manifest_of m = {.release = query_int(q, "id"),
		.set = query_int(q, "compose_set_id"),
		.at = query_int(q, "at"),
		.covered_by = query_int(q, "covered_by")};
	const char *stored = query_text(q, "manifest");
	auto_text_buffer now = {0}, held = {0}, whole = {0};
	char line[80], digest[RELEASE_DIGEST];
	int64_t count;

	if (manifest_write(l, o, &m, &now, &count, f))
		return -1;
	lines_held(stored, &held);
	text_add_string(&whole, stored);
	proposal_digest(&whole, digest);
	if (!strcmp(text_string(&now), text_string(&held)) &&
		!strcmp(digest, query_text(q, "digest")))
		return 0;
	return fault_set(f, FAULT_REFUSED,
		"something changed after the release was made (its line '%s'); withdraw it and release again",
		first_difference(text_string(&now), text_string(&held), line));
}

static int check_signed(struct ledger *l, const struct proposal *p, const char *manifest,
	struct permit *ret, struct fault *f)
{
	auto_signers s = {0};
	struct signers_tally tally;
	int64_t until = 0;
	int got;

	if (strcmp(text_string(&p->text), manifest) != 0)
		return fault_set(f, FAULT_REFUSED,
			"what was signed is not what was released: something changed the ledger. Keep it, call for help");
	if (signers_load(l, &s, f) || signers_count(l, &s, p, RELEASE_SPACE, &tally, f))
		return -1;
	if (tally.count && (int64_t)tally.count >= s.approvals)
		return 0;
	got = tally.count ? emergency_find(l, ret->id, &ret->open_to, &until, f) : 0;
	ret->lapsed = got && clock_now() >= until;
	return got ? got < 0 ? -1 : 0
		   : fault_set(f, FAULT_REFUSED,
			     "%lld people must have signed this release, and the signatures of %zu count (approve --signers)",
			     (long long)s.approvals, tally.count);
}

/* Is everything in it what the signed one allows: its reminders, and the same words
 * again, to the address that had them? */
static int check_allowed(struct ledger *l, const struct release_options *o,
	int64_t release, const struct proposal *by, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text_buffer now = {0};
	int got;

	if (standing_write(o->settings, o->policy, &now, f) ||
		ledger_query(l,
			SQL("SELECT n.level, coalesce(u.kind, '') AS kind, coalesce(u.step, 0) AS step,"
			    " total(n.recipient_digest IS NOT b.recipient_digest) AS elsewhere FROM release_item i"
			    " JOIN notice n ON n.id = i.notice_id LEFT JOIN follow_up u ON u.notice_id = n.id"
			    " LEFT JOIN notice b ON b.id = u.after_id WHERE i.release_id = :release GROUP BY 1, 2, 3"),
			&q, f))
		return -1;
	query_bind_int(q, ":release", release);
	while ((got = query_next(q, f)) > 0) {
		const struct policy_level *level =
			policy_level_named(o->policy, query_text(q, "level"));
		const char *kind = query_text(q, "kind"),
			   *signed_text = text_string(&by->text);
		bool allowed = level && !query_int(q, "elsewhere");

		if (!strcmp(kind, "reminder"))
			allowed =
				allowed && standing_allows(signed_text, text_string(&now),
						   level, (size_t)query_int(q, "step"));
		else
			allowed = allowed && !strcmp(kind, "resend") &&
				  standing_allows_resend(signed_text, text_string(&now));
		if (!allowed)
			return fault_set(f, FAULT_REFUSED,
				"something in this release is not allowed by the signed one that it rests on");
	}
	return got;
}

/* How a release was signed: 1 and the proposal; 0: it was not. */
static int find_signed(
	struct ledger *l, int64_t release, struct proposal *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT proposal_id FROM release_signed WHERE release_id = :id"),
		    &q, f))
		return -1;
	query_bind_int(q, ":id", release);
	got = query_next(q, f);
	if (got <= 0)
		return got;
	return proposal_get(l, query_int(q, "proposal_id"), ret, f) ? -1 : 1;
}

/* In live nothing goes without signatures: its own, or those of the release that allows
 * it, which has no term of its own (told.h says what may follow). */
static int check_signatures(struct ledger *l, const struct release_options *o,
	struct query *found, struct permit *ret, struct fault *f)
{
	int64_t by = query_int(found, "covered_by"),
		over = manifest_until(o->policy, query_int(found, "at")),
		now = clock_now() > o->at ? clock_now() : o->at;
	auto_proposal p = {0};
	char until[CLOCK_TEXT];
	int got = find_signed(l, by ? by : ret->id, &p, f);

	if (got < 0)
		return -1;
	if (!got)
		return o->settings->live
			       ? fault_set(f, FAULT_REFUSED,
					 "nobody has signed this release: mode live sends nothing without signatures")
			       : 0;
	ret->is_signed = true;
	if (!by && query_int(found, "work") && now >= over)
		return fault_set(f, FAULT_REFUSED,
			"this release was valid until %s: take it back (approve --withdraw), and have what is left signed anew",
			clock_write(over, until));
	return check_signed(l, &p, query_text(found, by ? "allowed_by" : "manifest"), ret,
		       f) || (by && check_allowed(l, o, ret->id, &p, f))
		       ? -1
		       : 0;
}

int permit_find(struct ledger *l, const struct release_options *o, const char *digits,
	struct permit *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (digits && (strlen(digits) < 8 || strlen(digits) > 64 ||
			      strspn(digits, "0123456789abcdefABCDEF") != strlen(digits)))
		return fault_set(f, FAULT_USAGE,
			"--release takes the first 8 or more digits of the release's digest");
	if (ledger_query(l,
		    SQL("SELECT r.id, r.compose_set_id, r.at, r.digest, r.manifest,"
			" (SELECT covered_by FROM release_standing s WHERE s.release_id = r.id) AS covered_by,"
			" coalesce((SELECT b.manifest FROM release_standing s JOIN release b ON b.id = s.covered_by WHERE s.release_id = r.id), '')"
			" AS allowed_by, EXISTS (SELECT 1 FROM release_item i"
			" LEFT JOIN attempt_last a ON a.notice_id = i.notice_id WHERE i.release_id = r.id AND"
			" (a.verdict IS NULL OR a.verdict IN ('claimed', 'deferred', 'not_sent') OR"
			" (a.verdict = 'refused' AND a.release_id <> i.release_id))"
			" AND NOT EXISTS (SELECT 1 FROM notice_barred b WHERE b.notice_id = i.notice_id)) AS work"
			" FROM release_valid r WHERE r.mode = :mode AND (:digits IS NULL OR substr(r.digest, 1, length(:digits)) ="
			" lower(:digits)) ORDER BY work DESC, CASE WHEN work THEN r.id ELSE -r.id END LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(o->settings));
	query_bind_text(q, ":digits", digits);
	got = query_next(q, f);
	if (got < 0)
		return -1;
	if (!got)
		return fault_set(f, FAULT_REFUSED,
			digits ? "no valid release begins with these digits (breachmail approve)"
			       : "nothing is released yet: breachmail approve");
	*ret = (struct permit){.id = query_int(q, "id"), .open_to = INT64_MAX};
	(void)snprintf(ret->digest, sizeof(ret->digest), "%s", query_text(q, "digest"));
	return check_lines(l, o, q, f) || check_signatures(l, o, q, ret, f) ? -1 : 0;
}

int permit_work(
	struct ledger *l, const char *mode, bool begun, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = json_array();
	if (ledger_query(l,
		    SQL("SELECT r.digest FROM release_valid r WHERE r.mode = :mode AND (NOT :begun"
			" OR r.id IN (SELECT release_id FROM release_standing) OR r.id IN (SELECT release_id FROM attempt))"
			" AND EXISTS (SELECT 1 FROM release_item i LEFT JOIN attempt_last a ON a.notice_id = i.notice_id"
			" WHERE i.release_id = r.id AND (a.verdict IS NULL OR a.verdict IN ('claimed', 'deferred', 'not_sent') OR"
			" (a.verdict = 'refused' AND a.release_id <> i.release_id))"
			" AND NOT EXISTS (SELECT 1 FROM notice_barred b WHERE b.notice_id = i.notice_id)) ORDER BY r.id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	query_bind_int(q, ":begun", begun);
	while ((got = query_next(q, f)) > 0)
		(void)json_array_append_new(*ret, json_string(query_text(q, "digest")));
	return got;
}
