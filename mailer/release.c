/* SPDX-License-Identifier: MIT */
/*
 * Releases made, withdrawn, found. What one says is manifest.c's; who hands the mails
 * over is send.c; which questions must be answered first is verb/approve.c's.
 *
 * What can go wrong: something changed after the release (FAULT_REFUSED, naming the line
 * of the manifest that differs).
 */
#include "mailer/release.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/clock.h"

static int newest_set(struct ledger *l, const char *mode, int64_t *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = 0;
	if (ledger_query(
		    l, SQL("SELECT id FROM compose_set_now WHERE mode = :mode"), &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	if (got > 0)
		*ret = query_int(q, "id");
	return got < 0 ? -1 : 0;
}

static int draft(struct ledger *l, const struct release_options *o, struct manifest_of *m,
	struct text *manifest, char digest[RELEASE_DIGEST], int64_t *ret_count,
	struct fault *f)
{
	if (newest_set(l, settings_mode(o->settings), &m->set, f) ||
		manifest_write(l, o, m, manifest, ret_count, f))
		return -1;
	manifest_digest(manifest, digest);
	return 0;
}

int release_draft(struct ledger *l, const struct release_options *o,
	struct text *manifest, char digest[RELEASE_DIGEST], int64_t *ret_count,
	struct fault *f)
{
	struct manifest_of m = {.at = clock_now()};

	return draft(l, o, &m, manifest, digest, ret_count, f);
}

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

static int insert_items(struct ledger *l, const char *mode, const struct manifest_of *m,
	int64_t release, struct fault *f)
{
	auto_query struct query *items = NULL, *q = NULL;
	int64_t *notices = NULL;
	size_t count = 0, room = 0;
	int got;

	if (manifest_items(l, mode, m, &items, f) ||
		ledger_query(l,
			SQL("INSERT INTO release_item (release_id, position, notice_id) VALUES (:release, :position, :notice)"),
			&q, f))
		return -1;
	while ((got = query_next(items, f)) >
		0) { /* first all, then write: the query looks at what is written */
		if (count == room) {
			room = room ? room * 2 : 1024;
			notices = text_realloc(notices, room * sizeof(*notices));
		}
		notices[count++] = query_int(items, "id");
	}
	query_bind_int(q, ":release", release);
	for (size_t i = 0; !got && i < count; i++) {
		query_bind_int(q, ":position", (int64_t)i + 1);
		query_bind_int(q, ":notice", notices[i]);
		got = query_run(q, f);
	}
	free(notices);
	return got;
}

static int refuse_empty(int64_t count, struct fault *f)
{
	return count ? 0
		     : fault_set(f, FAULT_REFUSED,
			       "no notice is waiting for a release (breachmail status)");
}

/* Within a transaction: no decision comes between the draft and the release. */
static int make(struct ledger *l, const struct release_options *o, struct manifest_of *m,
	char digest[RELEASE_DIGEST], int64_t *ret_count, struct fault *f)
{
	const char *mode = settings_mode(o->settings);
	auto_text_buffer manifest = {0};
	int64_t id;

	m->at = clock_now() / 1000 * 1000;
	return draft(l, o, m, &manifest, digest, ret_count, f) ||
			       refuse_empty(*ret_count, f) ||
			       insert_release(l, mode, m, digest, &manifest, &id, f) ||
			       insert_items(l, mode, m, id, f)
		       ? -1
		       : 0;
}

int release_make(struct ledger *l, const struct release_options *o,
	char digest[RELEASE_DIGEST], int64_t *ret_count, struct fault *f)
{
	struct manifest_of m = {0};

	if (o->settings->live)
		return fault_set(f, FAULT_REFUSED,
			"mode live needs a release signed by %d people (approve --sign), which is not in this version",
			(int)o->policy->approvals);
	if (ledger_begin(l, f))
		return -1;
	if (make(l, o, &m, digest, ret_count, f)) {
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
	failed = make(l, o, &m, digest, &count, f);
	free(chosen);
	return failed;
}

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

int release_withdraw(struct ledger *l, const struct release_options *o,
	char digest[RELEASE_DIGEST], struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t id;
	int got;

	if (ledger_query(l,
		    SQL("SELECT id, digest FROM release_valid WHERE mode = :mode"
			" AND id NOT IN (SELECT release_id FROM release_standing) ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(o->settings));
	got = query_next(q, f);
	if (got <= 0)
		return got ? -1
			   : fault_set(
				     f, FAULT_REFUSED, "there is no release to withdraw");
	id = query_int(q, "id");
	memcpy(digest, query_text(q, "digest"), RELEASE_DIGEST);
	query_reset(q);
	if (ledger_begin(l, f))
		return -1;
	if (insert_withdrawal(l, id, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

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

/* The manifest, made anew from what ledger and settings say now, must be the one that was
 * released. */
static int check(struct ledger *l, const struct release_options *o, struct query *q,
	struct fault *f)
{
	const struct manifest_of m = {.release = query_int(q, "id"),
		.set = query_int(q, "compose_set_id"),
		.at = query_int(q, "at"),
		.covered_by = query_int(q, "covered_by")};
	auto_text_buffer now = {0};
	char digest[RELEASE_DIGEST], line[80];

	if (manifest_again(l, o, &m, query_text(q, "manifest"), &now, f))
		return -1;
	manifest_digest(&now, digest);
	if (strcmp(digest, query_text(q, "digest")) != 0 ||
		strcmp(text_string(&now), query_text(q, "manifest")) != 0)
		return fault_set(f, FAULT_REFUSED,
			"something changed after the release was made (its line '%s'); withdraw it and release again",
			first_difference(
				text_string(&now), query_text(q, "manifest"), line));
	return 0;
}

int release_find(struct ledger *l, const struct release_options *o, const char *digits,
	int64_t *ret_id, char digest[RELEASE_DIGEST], struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (digits && (strlen(digits) < 8 || strlen(digits) > 64 ||
			      strspn(digits, "0123456789abcdefABCDEF") != strlen(digits)))
		return fault_set(f, FAULT_USAGE,
			"--release takes the first 8 or more digits of the release's digest");
	if (ledger_query(l,
		    SQL("SELECT r.id, r.compose_set_id, r.at, r.digest, r.manifest,"
			" (SELECT covered_by FROM release_standing s WHERE s.release_id = r.id) AS covered_by, EXISTS (SELECT 1 FROM release_item i"
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
	*ret_id = query_int(q, "id");
	memcpy(digest, query_text(q, "digest"), RELEASE_DIGEST);
	return check(l, o, q, f);
}
