/* SPDX-License-Identifier: MIT */
/*
 * Lines out of ledger, settings and policy. What follows from a manifest that differs is
 * release.c's to say.
 */
#include "mailer/manifest.h"

#include <string.h>

#include "mailer/head_start.h"
#include "mailer/outlook.h"
#include "mailer/standing.h"
#include "recipients/clock.h"
#include "recipients/vault.h"

/*
 * The notices of a draft are those of the newest set that no valid release has, and the
 * follow-ups that belong to it; of a release, its items.
 */
int manifest_items(struct ledger *l, const char *mode, const struct manifest_of *m,
	struct query **ret, struct fault *f)
{
	if (m->release) {
		if (ledger_query(l,
			    SQL("SELECT n.id, n.level, n.level_order, n.message_sha256, n.recipient_digest, u.kind FROM release_item i"
				" JOIN notice n ON n.id = i.notice_id LEFT JOIN follow_up u ON u.notice_id = n.id"
				" WHERE i.release_id = :release ORDER BY i.position"),
			    ret, f))
			return -1;
		query_bind_int(*ret, ":release", m->release);
		return 0;
	}
	if (m->chosen) {
		if (ledger_query(l,
			    SQL("SELECT n.id, n.level, n.level_order, n.message_sha256, n.recipient_digest, u.kind FROM json_each(:chosen) j"
				" JOIN notice n ON n.id = j.value JOIN follow_up u ON u.notice_id = n.id ORDER BY n.level_order, n.id"),
			    ret, f))
			return -1;
		query_bind_text(*ret, ":chosen", m->chosen);
		return 0;
	}
	if (ledger_query(l,
		    SQL("SELECT n.id, n.level, n.level_order, n.message_sha256, n.recipient_digest, w.kind FROM"
			" (SELECT p.notice_id, NULL AS kind FROM plan p JOIN compose_set_now c ON c.id = p.set_id WHERE c.mode = :mode"
			" UNION ALL SELECT u.notice_id, u.kind FROM follow_up u JOIN compose_set_now c ON c.id = u.set_id"
			" WHERE c.mode = :mode) w JOIN notice n ON n.id = w.notice_id"
			" WHERE n.id NOT IN (SELECT notice_id FROM notice_taken) AND n.id NOT IN (SELECT notice_id FROM notice_void)"
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

static const char *const follow_ups[] = {
	"reminder", "what-changed", "correction", "resend"};
#define FOLLOW_UPS (sizeof(follow_ups) / sizeof(follow_ups[0]))

static void count_follow_up(const char *kind, int64_t counts[FOLLOW_UPS])
{
	for (size_t i = 0; kind && i < FOLLOW_UPS; i++)
		counts[i] += !strcmp(kind, follow_ups[i]);
}

/* A leaf: message digest, recipient commitment, in the order of sending. */
static int write_levels(
	struct query *q, struct text *manifest, int64_t *ret_count, struct fault *f)
{
	struct level_digest d = {.order = -1};
	int64_t counts[FOLLOW_UPS] = {0};
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
		count_follow_up(query_text(q, "kind"), counts);
	}
	write_level(&d, manifest);
	for (size_t i = 0; i < FOLLOW_UPS; i++)
		if (counts[i])
			text_printf(manifest, "follow-ups %s %lld\n", follow_ups[i],
				(long long)counts[i]);
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

static const char *tls_of(const struct settings_relay *r)
{
	return r->capture_dir      ? "none (kept in a folder)"
	       : r->ca_file        ? "verified, own authorities"
	       : relay_is_plain(r) ? "none (this machine)"
				   : "verified, the system's authorities";
}

/* 0 is no limit. */
static void write_domain(
	const struct settings_domain *d, const char *name, struct text *manifest)
{
	if (d->connections || d->per_minute || d->name.domain)
		text_printf(manifest, "domain %s connections %u per-minute %lld\n", name,
			d->connections, (long long)d->per_minute);
}

/* To whom mail may not go any more, should it change after the release. */
static void write_list(const struct settings *s, const char *key, const char *name,
	struct text *manifest)
{
	const json_t *item, *list = json_object_get(s->json, key);
	size_t i;

	if (!json_array_size(list))
		return;
	text_printf(manifest, "%s", name);
	json_array_foreach(list, i, item)
	{
		text_printf(manifest, "%s %s", i ? ";" : "", json_string_value(item));
	}
	text_add_char(manifest, '\n');
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
	text_printf(manifest, "tls %s\n", tls_of(r));
	text_printf(manifest, "connections %u pipelining %s\n", r->connections,
		pipelining[r->pipelining]);
	text_printf(manifest, "limits per-minute %lld per-day %lld\n",
		(long long)r->per_minute, (long long)r->per_day);
	for (size_t i = 0; i < s->more_count; i++)
		text_printf(manifest,
			"relay-%zu %s envelope-from %s tls %s connections %u pipelining %s per-minute %lld per-day %lld\n",
			i + 2, s->more[i].url, s->more[i].envelope_from,
			tls_of(&s->more[i]), s->more[i].connections,
			pipelining[s->more[i].pipelining],
			(long long)s->more[i].per_minute, (long long)s->more[i].per_day);
	write_domain(&s->each_domain, "each", manifest);
	for (size_t i = 0; i < s->domains_count; i++)
		write_domain(&s->domains[i], s->domains[i].name.domain, manifest);
	write_list(s, "allowed_domains", "allowed-domains", manifest);
	write_list(s, "closed_channels", "closed-channels", manifest);
	text_printf(manifest, "in-doubt %s\n", in_doubt[o->policy->in_doubt]);
	for (size_t i = 0; i < o->policy->levels_count; i++)
		if (o->policy->levels[i].in_doubt != o->policy->in_doubt)
			text_printf(manifest, "in-doubt-of %s %s\n",
				o->policy->levels[i].name,
				in_doubt[o->policy->levels[i].in_doubt]);
	text_printf(manifest, "approvals %d\n", (int)o->policy->approvals);
}

int manifest_next(struct ledger *l, int64_t *ret, struct fault *f)
{
	if (ledger_number(l, SQL("SELECT max(id) FROM release"), 0, ret, f))
		return -1;
	(*ret)++;
	return 0;
}

static int write_covering(
	struct ledger *l, int64_t covered_by, struct text *manifest, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (!covered_by)
		return 0;
	if (ledger_query(l, SQL("SELECT digest FROM release WHERE id = :id"), &q, f))
		return -1;
	query_bind_int(q, ":id", covered_by);
	got = query_next(q, f);
	if (got <= 0)
		return got ? -1 : fault_set(f, FAULT_LEDGER, "a release is gone");
	text_printf(manifest, "covered-by %s\n", query_text(q, "digest"));
	return 0;
}

/* Who is left out, and who waits: of what a human releases. */
static int write_others(struct ledger *l, const struct release_options *o,
	const struct manifest_of *m, struct text *manifest, struct fault *f)
{
	if (m->covered_by)
		return 0;
	return write_covers(l, m->release, m->set, manifest, f) ||
			       write_head_starts(
				       l, o, m->release, m->set, m->at, manifest, f) ||
			       write_excluded(l, m->set, manifest, f) ||
			       write_held(l, m->release, m->set, manifest, f)
		       ? -1
		       : 0;
}

static int write_facts(struct ledger *l, const struct release_options *o,
	const struct manifest_of *m, struct text *manifest, int64_t *ret_count,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t number = m->release;

	if (!number && manifest_next(l, &number, f))
		return -1;
	text_clear(manifest);
	write_head(o, number, m->at, manifest);
	if (write_covering(l, m->covered_by, manifest, f) ||
		manifest_items(l, settings_mode(o->settings), m, &q, f) ||
		write_levels(q, manifest, ret_count, f) ||
		write_others(l, o, m, manifest, f))
		return -1;
	text_printf(manifest, "notices %lld\n", (long long)*ret_count);
	return 0;
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

/* What it foretells and allows is not made anew: that stands as it was released. */
static void copy_promises(const char *released, struct text *manifest)
{
	for (const char *line = released, *end; (end = strchr(line, '\n'));
		line = end + 1)
		if (!strncmp(line, OUTLOOK_LINE, strlen(OUTLOOK_LINE)) ||
			!strncmp(line, STANDING_LINE, strlen(STANDING_LINE)))
			text_add(manifest, line, (size_t)(end - line) + 1);
}

int manifest_write(struct ledger *l, const struct release_options *o,
	const struct manifest_of *m, struct text *ret, int64_t *ret_count,
	struct fault *f)
{
	if (write_facts(l, o, m, ret, ret_count, f))
		return -1;
	if (m->covered_by)
		return 0;
	return standing_write(o->settings, o->policy, ret, f) ||
			       write_forecast(l, o, ret, f)
		       ? -1
		       : 0;
}

int manifest_again(struct ledger *l, const struct release_options *o,
	const struct manifest_of *m, const char *released, struct text *ret,
	struct fault *f)
{
	int64_t count;

	if (write_facts(l, o, m, ret, &count, f))
		return -1;
	copy_promises(released, ret);
	return 0;
}

void manifest_digest(const struct text *manifest, char digest[RELEASE_DIGEST])
{
	unsigned char sha256[VAULT_SHA256];

	vault_sha256(manifest->bytes, manifest->length, sha256);
	vault_hex(sha256, sizeof(sha256), digest);
}
