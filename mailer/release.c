/* SPDX-License-Identifier: MIT */
/*
 * Manifests. Who hands the mails over is send.c; which questions must be answered first
 * is verb/approve.c's.
 *
 * What can go wrong: something changed after the release (FAULT_REFUSED, naming the line
 * of the manifest that differs).
 */
#include "mailer/release.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/head_start.h"
#include "mailer/outlook.h"
#include "recipients/clock.h"
#include "recipients/vault.h"

/* The notices of a draft are those of the newest set that no valid release has; of a
 * release, its items. */
static int open_items(struct ledger *l, const char *mode, int64_t release,
	struct query **ret, struct fault *f)
{
	if (release) {
		if (ledger_query(l,
			    SQL("SELECT n.id, n.level, n.level_order, n.message_sha256, n.recipient_digest FROM release_item i"
				" JOIN notice n ON n.id = i.notice_id WHERE i.release_id = :release ORDER BY i.position"),
			    ret, f))
			return -1;
		query_bind_int(*ret, ":release", release);
		return 0;
	}
	if (ledger_query(l,
		    SQL("SELECT n.id, n.level, n.level_order, n.message_sha256, n.recipient_digest FROM plan p"
			" JOIN compose_set_now c ON c.id = p.set_id JOIN notice n ON n.id = p.notice_id WHERE c.mode = :mode"
			" AND n.id NOT IN (SELECT notice_id FROM notice_taken) AND n.id NOT IN (SELECT notice_id FROM notice_void)"
			" AND n.person_id NOT IN (SELECT person_id FROM person_held) ORDER BY n.level_order, n.id"),
		    ret, f))
		return -1;
	query_bind_text(*ret, ":mode", mode);
	return 0;
}

struct level_digest {
	int64_t order, count;
	struct text leaves, name;
};

static void write_level(struct level_digest *d, struct text *manifest)
{
	unsigned char sha256[VAULT_SHA256];
	char hex[2 * VAULT_SHA256 + 1];

	if (!d->count)
		return;
	vault_sha256(d->leaves.bytes, d->leaves.length, sha256);
	vault_hex(sha256, sizeof(sha256), hex);
	text_printf(manifest, "level %s %lld sha256:%s\n", text_string(&d->name),
		(long long)d->count, hex);
	d->count = 0;
	text_clear(&d->leaves);
}

/* A leaf: message digest, recipient commitment, in the order of sending. */
static int write_levels(
	struct query *q, struct text *manifest, int64_t *ret_count, struct fault *f)
{
	struct level_digest d = {.order = -1};
	int got;

	*ret_count = 0;
	while ((got = query_next(q, f)) > 0) {
		size_t length;
		const void *bytes;

		if (query_int(q, "level_order") != d.order)
			write_level(&d, manifest);
		if (!d.count) {
			text_clear(&d.name);
			text_add_string(&d.name, query_text(q, "level"));
			d.order = query_int(q, "level_order");
		}
		bytes = query_blob(q, "message_sha256", &length);
		text_add(&d.leaves, bytes, length);
		bytes = query_blob(q, "recipient_digest", &length);
		text_add(&d.leaves, bytes, length);
		d.count++;
		(*ret_count)++;
	}
	write_level(&d, manifest);
	text_done(&d.leaves);
	text_done(&d.name);
	return got;
}

static int write_excluded(
	struct ledger *l, int64_t set, struct text *manifest, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT CASE WHEN p.task_id IS NOT NULL THEN 'task' ELSE a.route END AS why, count(*) AS people"
			" FROM compose_set c JOIN assignment a ON a.set_id = c.group_set_id"
			" LEFT JOIN plan p ON p.set_id = c.id AND p.person_id = a.person_id"
			" WHERE c.id = :set AND p.notice_id IS NULL GROUP BY 1 ORDER BY 1"),
		    &q, f))
		return -1;
	query_bind_int(q, ":set", set);
	while ((got = query_next(q, f)) > 0)
		text_printf(manifest, "excluded %s %lld\n", query_text(q, "why"),
			(long long)query_int(q, "people"));
	return got;
}

/*
 * Whom a human holds back: their notices are planned, and in no release up to this one.
 * Of a release this never changes, whoever is held or freed later.
 */
static int write_held(struct ledger *l, int64_t release, int64_t set,
	struct text *manifest, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (release ? ledger_query(l,
			      SQL("SELECT count(*) AS people FROM plan p WHERE p.set_id = :set AND p.notice_id IS NOT NULL"
				  " AND p.notice_id NOT IN (SELECT notice_id FROM release_item WHERE release_id <= :release)"),
			      &q, f)
		    : ledger_query(l,
			      SQL("SELECT count(*) AS people FROM plan p WHERE p.set_id = :set AND p.notice_id IS NOT NULL"
				  " AND p.notice_id NOT IN (SELECT notice_id FROM release_item) AND (p.person_id IN"
				  " (SELECT person_id FROM person_held) OR p.notice_id IN (SELECT notice_id FROM notice_void))"),
			      &q, f))
		return -1;
	query_bind_int(q, ":set", set);
	if (release)
		query_bind_int(q, ":release", release);
	if (query_next(q, f) < 0)
		return -1;
	if (query_int(q, "people"))
		text_printf(manifest, "excluded held %lld\n",
			(long long)query_int(q, "people"));
	return 0;
}

/*
 * Of the notices, those that are common ones for people whom a human tells as well: by
 * the level of whom they cover. Of a release its items, of a draft what the set has.
 */
static int write_covers(struct ledger *l, int64_t release, int64_t set,
	struct text *manifest, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (release ? ledger_query(l,
			      SQL("SELECT a.level, count(*) AS people FROM release_item i JOIN notice n ON n.id = i.notice_id"
				  " JOIN compose_set c ON c.id = n.set_id JOIN assignment a ON a.set_id = c.group_set_id"
				  " AND a.person_id = n.person_id WHERE i.release_id = :id AND n.cover GROUP BY 1"
				  " ORDER BY min(a.level_order)"),
			      &q, f)
		    : ledger_query(l,
			      SQL("SELECT a.level, count(*) AS people FROM plan p JOIN notice n ON n.id = p.notice_id"
				  " JOIN compose_set c ON c.id = n.set_id JOIN assignment a ON a.set_id = c.group_set_id"
				  " AND a.person_id = n.person_id WHERE p.set_id = :id AND n.cover"
				  " AND n.id NOT IN (SELECT notice_id FROM notice_taken)"
				  " AND n.id NOT IN (SELECT notice_id FROM notice_void)"
				  " AND n.person_id NOT IN (SELECT person_id FROM person_held)"
				  " GROUP BY 1 ORDER BY min(a.level_order)"),
			      &q, f))
		return -1;
	query_bind_int(q, ":id", release ? release : set);
	while ((got = query_next(q, f)) > 0)
		text_printf(manifest, "cover %s %lld\n", query_text(q, "level"),
			(long long)query_int(q, "people"));
	return got;
}

static int write_head_starts(struct ledger *l, const struct release_options *o,
	int64_t release, int64_t set, int64_t at, struct text *manifest, struct fault *f)
{
	struct head_starts starts;

	if (head_start_find(l, o->policy, settings_mode(o->settings), release, set, at,
		    &starts, f))
		return -1;
	head_start_manifest(&starts, manifest);
	return 0;
}

/* To this machine mail may go in clear (wire/dial.c), unless TLS is asked for. */
static bool relay_is_plain(const struct settings_relay *r)
{
	return relay_is_loopback(r->url) && !r->ca_file && !r->cert_file &&
	       strncmp(r->url, "smtps:", 6) != 0;
}

static void write_head(const struct release_options *o, int64_t number, int64_t at,
	struct text *manifest)
{
	const struct settings *s = o->settings;
	const struct settings_relay *r = &s->relay;
	static const char *const in_doubt[] = {"ask", "resend"}, *const pipelining[] = {
									 "on", "full",
									 "off"};
	char when[CLOCK_TEXT];

	text_printf(manifest,
		"breachmail-release 1\nnumber %lld\nincident %s\nmode %s\nmade %s\n",
		(long long)number, s->id, settings_mode(s), clock_write(at, when));
	text_printf(manifest, "relay %s\nfrom %s\nreply-to %s\nenvelope-from %s\n",
		r->url, r->from.text, r->reply_to.text, r->envelope_from);
	text_printf(manifest, "tls %s\n",
		r->capture_dir      ? "none (kept in a folder)"
		: r->ca_file        ? "verified, own authorities"
		: relay_is_plain(r) ? "none (this machine)"
				    : "verified, the system's authorities");
	text_printf(manifest, "connections %u pipelining %s\n", r->connections,
		pipelining[r->pipelining]);
	text_printf(manifest, "limits per-minute %lld per-day %lld\n",
		(long long)r->per_minute, (long long)r->per_day);
	for (size_t i = 0; i < s->more_count; i++)
		text_printf(manifest,
			"relay-%zu %s connections %u pipelining %s per-minute %lld per-day %lld\n",
			i + 2, s->more[i].url, s->more[i].connections,
			pipelining[s->more[i].pipelining],
			(long long)s->more[i].per_minute, (long long)s->more[i].per_day);
	text_printf(manifest, "in-doubt %s\napprovals %d\n",
		in_doubt[o->policy->in_doubt], (int)o->policy->approvals);
}

static int next_number(struct ledger *l, int64_t *ret, struct fault *f)
{
	if (ledger_number(l, SQL("SELECT max(id) FROM release"), 0, ret, f))
		return -1;
	(*ret)++;
	return 0;
}

/* `release` 0: a draft of the next one. */
static int write_manifest(struct ledger *l, const struct release_options *o,
	int64_t release, int64_t set, int64_t at, struct text *manifest,
	int64_t *ret_count, struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t number = release;

	if (!release && next_number(l, &number, f))
		return -1;
	text_clear(manifest);
	write_head(o, number, at, manifest);
	if (open_items(l, settings_mode(o->settings), release, &q, f) ||
		write_levels(q, manifest, ret_count, f) ||
		write_covers(l, release, set, manifest, f) ||
		write_head_starts(l, o, release, set, at, manifest, f) ||
		write_excluded(l, set, manifest, f) ||
		write_held(l, release, set, manifest, f))
		return -1;
	text_printf(manifest, "notices %lld\n", (long long)*ret_count);
	return 0;
}

static void digest_of(const struct text *manifest, char digest[RELEASE_DIGEST])
{
	unsigned char sha256[VAULT_SHA256];

	vault_sha256(manifest->bytes, manifest->length, sha256);
	vault_hex(sha256, sizeof(sha256), digest);
}

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

/* What was expected when the release was made: nothing that send goes by. */
static int write_forecast(struct ledger *l, const struct release_options *o,
	struct text *manifest, struct fault *f)
{
	const struct outlook_options all = {.settings = o->settings, .policy = o->policy};
	json_t *outlook;

	if (outlook_gather(l, &all, &outlook, f))
		return -1;
	outlook_manifest(outlook, manifest);
	json_decref(outlook);
	return 0;
}

/* A forecast is not made anew: it stands as it was released. */
static void copy_forecast(const char *released, struct text *manifest)
{
	for (const char *line = released, *end; (end = strchr(line, '\n'));
		line = end + 1)
		if (!strncmp(line, OUTLOOK_LINE, strlen(OUTLOOK_LINE)))
			text_add(manifest, line, (size_t)(end - line) + 1);
}

static int draft(struct ledger *l, const struct release_options *o, int64_t at,
	struct text *manifest, char digest[RELEASE_DIGEST], int64_t *ret_set,
	int64_t *ret_count, struct fault *f)
{
	if (newest_set(l, settings_mode(o->settings), ret_set, f) ||
		write_manifest(l, o, 0, *ret_set, at, manifest, ret_count, f) ||
		write_forecast(l, o, manifest, f))
		return -1;
	digest_of(manifest, digest);
	return 0;
}

int release_draft(struct ledger *l, const struct release_options *o,
	struct text *manifest, char digest[RELEASE_DIGEST], int64_t *ret_count,
	struct fault *f)
{
	int64_t set;

	return draft(l, o, clock_now(), manifest, digest, &set, ret_count, f);
}

static int insert_release(struct ledger *l, const char *mode, int64_t set, int64_t at,
	const char *digest, const struct text *manifest, int64_t *ret_id, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (next_number(l, ret_id, f) ||
		ledger_query(l,
			SQL("INSERT INTO release (id, run_id, compose_set_id, mode, at, digest, manifest)"
			    " VALUES (:id, :run, :set, :mode, :at, :digest, :manifest)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", *ret_id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":set", set);
	query_bind_text(q, ":mode", mode);
	query_bind_int(q, ":at", at);
	query_bind_text(q, ":digest", digest);
	query_bind_text(q, ":manifest", text_string(manifest));
	return query_run(q, f);
}

static int insert_items(
	struct ledger *l, const char *mode, int64_t release, struct fault *f)
{
	auto_query struct query *items = NULL, *q = NULL;
	int64_t *notices = NULL;
	size_t count = 0, room = 0;
	int got;

	if (open_items(l, mode, 0, &items, f) ||
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

int release_make(struct ledger *l, const struct release_options *o,
	char digest[RELEASE_DIGEST], int64_t *ret_count, struct fault *f)
{
	auto_text_buffer manifest = {0};
	int64_t set, id, at = clock_now() / 1000 * 1000;

	if (o->settings->live)
		return fault_set(f, FAULT_REFUSED,
			"mode live needs a release signed by %d people (approve --sign), which is not in this version",
			(int)o->policy->approvals);
	if (ledger_begin(l, f)) /* before the draft: no decision comes in between */
		return -1;
	if (draft(l, o, at, &manifest, digest, &set, ret_count, f) ||
		refuse_empty(*ret_count, f) ||
		insert_release(l, settings_mode(o->settings), set, at, digest, &manifest,
			&id, f) ||
		insert_items(l, settings_mode(o->settings), id, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
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
		    SQL("SELECT id, digest FROM release_valid WHERE mode = :mode ORDER BY id DESC LIMIT 1"),
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
	auto_text_buffer now = {0};
	char digest[RELEASE_DIGEST], line[80];
	int64_t count;

	if (write_manifest(l, o, query_int(q, "id"), query_int(q, "compose_set_id"),
		    query_int(q, "at"), &now, &count, f))
		return -1;
	copy_forecast(query_text(q, "manifest"), &now);
	digest_of(&now, digest);
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
		    SQL("SELECT r.id, r.compose_set_id, r.at, r.digest, r.manifest, EXISTS (SELECT 1 FROM release_item i"
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
