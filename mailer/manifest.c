/* SPDX-License-Identifier: MIT */
/*
 * The lines that hold, out of ledger, settings and policy. What else is told is told.c's,
 * what follows from a manifest that differs release.c's to say.
 *
 * What cannot be read (a file of authorities) is said in its line, which then does not
 * hold.
 */
#include "mailer/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/head_start.h"
#include "mailer/merkle.h"
#include "recipients/clock.h"
#include "recipients/vault.h"

#define FILE_MOST ((size_t)64 << 20)
#define HOUR 3600000

/*
 * The notices of a draft are those of the newest set that no valid release has, and the
 * follow-ups that belong to it; of a release, its items.
 */
int manifest_items(struct ledger *l, const char *mode, const struct manifest_of *m,
	struct query **ret, struct fault *f)
{
	if (m->release) {
		if (ledger_query(l,
			    SQL("SELECT n.id, n.level, n.level_order, n.message_sha256, n.recipient_digest, n.token_digest, u.kind FROM release_item i"
				" JOIN notice n ON n.id = i.notice_id LEFT JOIN follow_up u ON u.notice_id = n.id"
				" WHERE i.release_id = :release ORDER BY i.position"),
			    ret, f))
			return -1;
		query_bind_int(*ret, ":release", m->release);
		return 0;
	}
	if (m->chosen) {
		if (ledger_query(l,
			    SQL("SELECT n.id, n.level, n.level_order, n.message_sha256, n.recipient_digest, n.token_digest, u.kind FROM json_each(:chosen) j"
				" JOIN notice n ON n.id = j.value JOIN follow_up u ON u.notice_id = n.id ORDER BY n.level_order, n.id"),
			    ret, f))
			return -1;
		query_bind_text(*ret, ":chosen", m->chosen);
		return 0;
	}
	if (ledger_query(l,
		    SQL("SELECT n.id, n.level, n.level_order, n.message_sha256, n.recipient_digest, n.token_digest, w.kind FROM"
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

struct level {
	int64_t order;
	struct merkle tree;
	struct text name;
};

static void write_level(struct level *d, struct text *out)
{
	unsigned char root[VAULT_SHA256];
	char hex[2 * VAULT_SHA256 + 1];

	if (!d->tree.count)
		return;
	merkle_root(&d->tree, root);
	vault_hex(root, sizeof(root), hex);
	text_printf(out, "level %s %lld sha256:%s\n", text_string(&d->name),
		(long long)d->tree.count, hex);
	d->tree.count = 0;
}

/* A leaf says which bytes go to whom, under which token. What has another length was
 * tampered with. */
static void read_leaf(struct query *q, unsigned char leaf[MANIFEST_LEAF])
{
	static const char *const columns[] = {
		"message_sha256", "recipient_digest", "token_digest"};
	static const size_t lengths[] = {VAULT_SHA256, VAULT_DIGEST, VAULT_DIGEST};
	size_t at = 0;

	memset(leaf, 0, MANIFEST_LEAF);
	for (size_t i = 0; i < 3; at += lengths[i++]) {
		size_t length;
		const void *bytes = query_blob(q, columns[i], &length);

		if (length == lengths[i])
			memcpy(leaf + at, bytes, length);
	}
}

void manifest_read(struct query *q, struct manifest_item *ret)
{
	ret->id = query_int(q, "id");
	ret->level = query_text(q, "level");
	ret->level_order = query_int(q, "level_order");
	read_leaf(q, ret->leaf);
}

static const char *const follow_ups[] = {
	"reminder", "what-changed", "correction", "resend"};
#define FOLLOW_UPS (sizeof(follow_ups) / sizeof(follow_ups[0]))

static void count_follow_up(const char *kind, int64_t counts[FOLLOW_UPS])
{
	for (size_t i = 0; kind && i < FOLLOW_UPS; i++)
		counts[i] += !strcmp(kind, follow_ups[i]);
}

void manifest_ids_done(struct manifest_ids *ids)
{
	free(ids->list);
	*ids = (struct manifest_ids){0};
}

static void add_id(struct manifest_ids *ids, int64_t id)
{
	if (ids->count == ids->room) {
		ids->room = ids->room * 2 + 1024;
		ids->list = text_realloc(ids->list, ids->room * sizeof(*ids->list));
	}
	ids->list[ids->count++] = id;
}

/* One pass, in the order of sending. */
static int write_levels(struct query *q, struct manifest_ids *ids, struct text *out,
	int64_t *ret_count, struct fault *f)
{
	struct level d = {.order = -1};
	unsigned char leaf[MANIFEST_LEAF];
	int64_t counts[FOLLOW_UPS] = {0};
	int got;

	*ret_count = 0;
	while ((got = query_next(q, f)) > 0) {
		if (query_int(q, "level_order") != d.order)
			write_level(&d, out);
		if (!d.tree.count) {
			text_clear(&d.name);
			text_add_string(&d.name, query_text(q, "level"));
			d.order = query_int(q, "level_order");
		}
		read_leaf(q, leaf);
		merkle_add(&d.tree, leaf, sizeof(leaf));
		(*ret_count)++;
		if (ids)
			add_id(ids, query_int(q, "id"));
		count_follow_up(query_text(q, "kind"), counts);
	}
	write_level(&d, out);
	for (size_t i = 0; i < FOLLOW_UPS; i++)
		if (counts[i])
			text_printf(out, "follow-ups %s %lld\n", follow_ups[i],
				(long long)counts[i]);
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
	return relay_is_loopback(r->url) && !r->cert_file &&
	       strncmp(r->url, "smtps:", 6) != 0;
}

/* SHA-256 of a file as it is now; "cannot be read" otherwise. */
void manifest_file(const char *path, struct text *out)
{
	unsigned char sha256[VAULT_SHA256];
	char hex[2 * VAULT_SHA256 + 1], bytes[16384];
	auto_text_buffer whole = {0};
	FILE *file = fopen(path, "re");
	size_t got;

	while (file && whole.length <= FILE_MOST &&
		(got = fread(bytes, 1, sizeof(bytes), file)) > 0)
		text_add(&whole, bytes, got);
	if (whole.length && whole.length <= FILE_MOST && !ferror(file)) {
		vault_sha256(whole.bytes, whole.length, sha256);
		vault_hex(sha256, sizeof(sha256), hex);
		text_printf(out, "sha256:%s", hex);
	} else {
		text_add_string(out, "cannot be read");
	}
	if (file)
		(void)fclose(file);
}

/* Whom the relay is trusted by. */
static void add_trust(const struct settings_relay *r, struct text *out)
{
	if (r->ca_file) {
		text_add_string(out, "verified, own authorities ");
		manifest_file(r->ca_file, out);
		return;
	}
	text_add_string(out, r->capture_dir      ? "none (kept in a folder)"
			     : relay_is_plain(r) ? "none (this machine)"
						 : "verified, the system's authorities");
}

int64_t manifest_until(const struct policy *p, int64_t at)
{
	return at + p->release_hours * HOUR;
}

/* 0 is no limit. */
static void write_domain(
	const struct settings_domain *d, const char *name, struct text *out)
{
	if (d->connections || d->per_minute || d->name.domain)
		text_printf(out, "domain %s connections %u per-minute %lld\n", name,
			d->connections, (long long)d->per_minute);
}

/* To whom mail may not go any more, should it change after the release. */
static void write_list(
	const struct settings *s, const char *key, const char *name, struct text *out)
{
	const json_t *item, *list = json_object_get(s->json, key);
	size_t i;

	if (!json_array_size(list))
		return;
	text_printf(out, "%s", name);
	json_array_foreach(list, i, item)
	{
		text_printf(out, "%s %s", i ? ";" : "", json_string_value(item));
	}
	text_add_char(out, '\n');
}

static void write_relays(const struct settings *s, struct text *out)
{
	static const char *const pipelining[] = {"on", "full", "off"};
	const struct settings_relay *r = &s->relay;

	text_printf(out, "relay %s\nfrom %s\nreply-to %s\nenvelope-from %s\ntls ", r->url,
		r->from.text, r->reply_to.text, r->envelope_from);
	add_trust(r, out);
	text_printf(out, "\nconnections %u pipelining %s\n", r->connections,
		pipelining[r->pipelining]);
	text_printf(out, "limits per-minute %lld per-day %lld\n",
		(long long)r->per_minute, (long long)r->per_day);
	for (size_t i = 0; i < s->more_count; i++) {
		r = &s->more[i];
		text_printf(out,
			"relay-%zu %s envelope-from %s connections %u pipelining %s per-minute %lld per-day %lld tls ",
			i + 2, r->url, r->envelope_from, r->connections,
			pipelining[r->pipelining], (long long)r->per_minute,
			(long long)r->per_day);
		add_trust(r, out);
		text_add_char(out, '\n');
	}
	write_domain(&s->each_domain, "each", out);
	for (size_t i = 0; i < s->domains_count; i++)
		write_domain(&s->domains[i], s->domains[i].name.domain, out);
	write_list(s, "allowed_domains", "allowed-domains", out);
	write_list(s, "closed_channels", "closed-channels", out);
}

static void write_rules(const struct policy *p, struct text *out)
{
	static const char *const in_doubt[] = {"ask", "resend"};

	text_printf(out, "in-doubt %s\n", in_doubt[p->in_doubt]);
	for (size_t i = 0; i < p->levels_count; i++)
		if (p->levels[i].in_doubt != p->in_doubt)
			text_printf(out, "in-doubt-of %s %s\n", p->levels[i].name,
				in_doubt[p->levels[i].in_doubt]);
	text_printf(out, "approvals %d\nemergency %s\n", (int)p->approvals,
		p->emergency ? "on (one person may release the highest level alone)"
			     : "off");
}

static void write_head(struct ledger *l, const struct release_options *o,
	const struct manifest_of *m, int64_t number, struct text *out)
{
	const struct settings *s = o->settings;
	char when[CLOCK_TEXT];

	text_printf(out,
		"breachmail-release 1\nnumber %lld\nincident %s\nledger %s\nmode %s\nmade %s\n",
		(long long)number, s->id, ledger_id(l), settings_mode(s),
		clock_write(m->at, when));
	if (!m->covered_by) /* else as long as the one that allows it */
		text_printf(out, "valid-until %s%s\n",
			clock_write(manifest_until(o->policy, m->at), when),
			s->live ? "" : " (if it is signed)");
	write_relays(s, out);
	write_rules(o->policy, out);
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

int manifest_write(struct ledger *l, const struct release_options *o,
	const struct manifest_of *m, struct text *manifest, int64_t *ret_count,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t number = m->release;

	if (!number && manifest_next(l, &number, f))
		return -1;
	text_clear(manifest);
	write_head(l, o, m, number, manifest);
	if (write_covering(l, m->covered_by, manifest, f) ||
		manifest_items(l, settings_mode(o->settings), m, &q, f) ||
		write_levels(q, m->ids, manifest, ret_count, f) ||
		write_others(l, o, m, manifest, f))
		return -1;
	text_printf(manifest, "notices %lld\n", (long long)*ret_count);
	return 0;
}

int manifest_highest(
	struct ledger *l, const struct release_options *o, int64_t *ret, struct fault *f)
{
	const struct manifest_of draft = {0};
	auto_query struct query *q = NULL;
	int got;

	if (manifest_items(l, settings_mode(o->settings), &draft, &q, f))
		return -1;
	got = query_next(q, f);
	if (got < 0)
		return -1;
	*ret = got ? query_int(q, "level_order") : INT64_MAX;
	return *ret < (int64_t)o->policy->default_level
		       ? 0
		       : fault_set(f, FAULT_REFUSED,
				 "nobody above the default level is in this release: there is no emergency that one person may decide");
}
