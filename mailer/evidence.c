/* SPDX-License-Identifier: MIT */
/*
 * Puts a pack together out of releases, lists of signers and history. How one is
 * verified is scripts/verify-evidence's, by others; how a release went passage.c's; a
 * person's own proof proof.c's.
 *
 * What can go wrong: the ledger was tampered with, and its parts do not fit together
 * (FAULT_LEDGER): what does not verify is no evidence, and is not written.
 */
#include "mailer/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/lines.h"
#include "mailer/manifest.h"
#include "mailer/merkle.h"
#include "mailer/passage.h"
#include "mailer/proposal.h"
#include "mailer/signers.h"
#include "recipients/clock.h"
#include "recipients/history.h"
#include "templates/texts.h"

#define README "report/evidence.txt"

struct writer {
	struct ledger *ledger;
	const struct settings *settings;
	struct pack *pack;
	struct text facts; /* evidence.txt */
	struct signers signers;
	struct evidence *told;
};

static int broken(int64_t release, const char *what, struct fault *f)
{
	return fault_set(f, FAULT_LEDGER,
		"release %lld: %s. Nothing was written: breachmail check",
		(long long)release, what);
}

static void add_file(struct writer *w, struct text *bytes, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void add_file(struct writer *w, struct text *bytes, const char *format, ...)
{
	char name[PACK_NAME];
	va_list words;

	va_start(words, format);
	(void)vsnprintf(name, sizeof(name), format, words);
	va_end(words);
	pack_add(w->pack, name, bytes);
}

static void add_time(struct text *out, const char *word, int64_t at)
{
	char when[CLOCK_TEXT];

	text_printf(out, " %s %s", word, clock_write(at, when));
}

/* --- signatures --- */

/* `of`: "release" or "signers". Each in a file of its own, and a line that names it. */
static int add_signatures(
	struct writer *w, const char *of, int64_t n, int64_t proposal, struct fault *f)
{
	auto_signatures kept = {0};

	if (proposal_signatures(w->ledger, proposal, &kept, f))
		return -1;
	for (size_t i = 0; i < kept.count; i++) {
		auto_text_buffer armour = {0};

		text_printf(&w->facts, "signature %s-%lld-signature-%zu.sig %s", of,
			(long long)n, i + 1, kept.list[i].fingerprint);
		add_time(&w->facts, "at", kept.list[i].at);
		text_add_char(&w->facts, '\n');
		text_add_string(&armour, kept.list[i].armour);
		add_file(
			w, &armour, "%s-%lld-signature-%zu.sig", of, (long long)n, i + 1);
		w->told->signatures++;
	}
	return 0;
}

static int add_revoked(struct writer *w, int64_t set, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(w->ledger,
		    SQL("SELECT fingerprint, at FROM signer_revoked WHERE set_id = :set ORDER BY at, id"),
		    &q, f))
		return -1;
	query_bind_int(q, ":set", set);
	while ((got = query_next(q, f)) > 0) {
		text_printf(&w->facts, "revoked %s", query_text(q, "fingerprint"));
		add_time(&w->facts, "at", query_int(q, "at"));
		text_add_char(&w->facts, '\n');
	}
	return got;
}

static int add_list(
	struct writer *w, int64_t set, int64_t proposal, int64_t at, struct fault *f)
{
	auto_proposal p = {0};

	if (proposal_get(w->ledger, proposal, &p, f))
		return -1;
	text_printf(&w->facts, "signers %lld sha256:%s", (long long)set, p.digest);
	add_time(&w->facts, "since", at);
	text_add_char(&w->facts, '\n');
	add_file(w, &p.text, "signers-%lld.txt", (long long)set);
	w->told->lists++;
	return add_signatures(w, "signers", set, proposal, f) || add_revoked(w, set, f)
		       ? -1
		       : 0;
}

/* All lists, the oldest first. That they follow from one another signers.c says. */
static int add_lists(struct writer *w, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (signers_load(w->ledger, &w->signers, f) ||
		ledger_query(w->ledger,
			SQL("SELECT id, proposal_id, at FROM signer_set ORDER BY id"), &q,
			f))
		return -1;
	while ((got = query_next(q, f)) > 0)
		if (add_list(w, query_int(q, "id"), query_int(q, "proposal_id"),
			    query_int(q, "at"), f))
			return -1;
	return got;
}

/* --- messages --- */

struct level {
	int64_t order, count;
	struct text name, hashes;
	struct merkle tree;
};

static void level_done(struct level *d)
{
	text_done(&d->name);
	text_done(&d->hashes);
}

/* Its messages must give the root that the manifest says. */
static int end_level(struct level *d, int64_t release, const char *manifest,
	struct text *out, struct fault *f)
{
	unsigned char root[VAULT_SHA256];
	char hex[2 * VAULT_SHA256 + 1];
	auto_text line = NULL;
	size_t length;

	if (!d->count)
		return 0;
	merkle_root(&d->tree, root);
	vault_hex(root, sizeof(root), hex);
	line = text_format("level %s %lld sha256:%s", text_string(&d->name),
		(long long)d->count, hex);
	if (!lines_find(manifest, line, &length) || length)
		return broken(release, "its messages are not those of its manifest", f);
	text_printf(out, "level %s %lld\n", text_string(&d->name), (long long)d->count);
	text_add(out, d->hashes.bytes, d->hashes.length);
	text_clear(&d->hashes);
	d->tree = (struct merkle){0};
	d->count = 0;
	return 0;
}

static void add_message(struct level *d, const struct manifest_item *item)
{
	unsigned char hash[VAULT_SHA256];
	char hex[2 * VAULT_SHA256 + 1];

	if (!d->count++) {
		text_clear(&d->name);
		text_add_string(&d->name, item->level);
		d->order = item->level_order;
	}
	merkle_leaf(item->leaf, sizeof(item->leaf), hash);
	merkle_add(&d->tree, item->leaf, sizeof(item->leaf));
	vault_hex(hash, sizeof(hash), hex);
	text_printf(&d->hashes, "%s\n", hex);
}

static int write_messages(struct writer *w, int64_t release, const char *manifest,
	struct text *out, int64_t *ret_count, struct fault *f)
{
	const struct manifest_of of = {.release = release};
	__attribute__((cleanup(level_done))) struct level d = {0};
	auto_query struct query *q = NULL;
	struct manifest_item item;
	int got;

	if (manifest_items(w->ledger, settings_mode(w->settings), &of, &q, f))
		return -1;
	for (*ret_count = 0; (got = query_next(q, f)) > 0; (*ret_count)++) {
		manifest_read(q, &item);
		if (d.count && item.level_order != d.order &&
			end_level(&d, release, manifest, out, f))
			return -1;
		add_message(&d, &item);
	}
	return got < 0 || end_level(&d, release, manifest, out, f) ? -1 : 0;
}

/* --- releases --- */

/* What was signed is this manifest, and no signature of somebody on today's list is bad.
 */
static int check_signed(struct writer *w, int64_t release, int64_t proposal,
	const char *manifest, struct fault *f)
{
	struct signers_tally tally;
	auto_proposal p = {0};

	if (proposal_get(w->ledger, proposal, &p, f))
		return -1;
	if (strcmp(text_string(&p.text), manifest) != 0)
		return broken(release, "what was signed is another manifest", f);
	return signers_count(w->ledger, &w->signers, &p, RELEASE_SPACE, &tally, f);
}

static int add_release_signatures(
	struct writer *w, struct query *q, const char *manifest, struct fault *f)
{
	int64_t id = query_int(q, "id"), proposal;

	if (query_null(q, "proposal_id"))
		return 0;
	proposal = query_int(q, "proposal_id");
	return check_signed(w, id, proposal, manifest, f) ||
			       add_signatures(w, "release", id, proposal, f)
		       ? -1
		       : 0;
}

/* Who let one level go alone, and until when the others could be opened. */
static int add_emergency(struct writer *w, int64_t release, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(w->ledger,
		    SQL("SELECT e.at, e.until, (SELECT n.level FROM release_item i JOIN notice n ON n.id = i.notice_id"
			" WHERE i.release_id = e.release_id AND n.level_order = e.level_order LIMIT 1) AS level"
			" FROM release_emergency e WHERE e.release_id = :release"),
		    &q, f))
		return -1;
	query_bind_int(q, ":release", release);
	got = query_next(q, f);
	if (got <= 0)
		return got;
	text_add_string(&w->facts, "emergency");
	add_time(&w->facts, "at", query_int(q, "at"));
	add_time(&w->facts, "until", query_int(q, "until"));
	text_printf(&w->facts, " level %s\n",
		query_text(q, "level") ? query_text(q, "level") : "none");
	return 0;
}

static void add_release_line(struct writer *w, struct query *q, const char *digest)
{
	text_printf(&w->facts, "release %lld sha256:%s", (long long)query_int(q, "id"),
		digest);
	add_time(&w->facts, "made", query_int(q, "at"));
	if (!query_null(q, "withdrawn_at"))
		add_time(&w->facts, "withdrawn", query_int(q, "withdrawn_at"));
	text_add_char(&w->facts, '\n');
}

static int add_sending(struct writer *w, int64_t release, const char *digest,
	int64_t notices, struct fault *f)
{
	auto_text_buffer out = {0};

	text_printf(&out, "breachmail-sending 1\nrelease %lld sha256:%s\n",
		(long long)release, digest);
	if (passage_write(w->ledger, release, notices, &out, f))
		return -1;
	add_file(w, &out, "release-%lld-sending.txt", (long long)release);
	return 0;
}

static int add_release(struct writer *w, struct query *q, struct fault *f)
{
	int64_t id = query_int(q, "id"), notices;
	auto_text_buffer manifest = {0}, messages = {0};
	char digest[PROPOSAL_DIGEST];

	text_add_string(&manifest, query_text(q, "manifest"));
	proposal_digest(&manifest, digest);
	if (strcmp(digest, query_text(q, "digest")) != 0)
		return broken(id, "its manifest is not what its digest names", f);
	add_release_line(w, q, digest);
	text_printf(&messages, "breachmail-messages 1\nrelease %lld sha256:%s\n",
		(long long)id, digest);
	if (write_messages(w, id, text_string(&manifest), &messages, &notices, f) ||
		add_emergency(w, id, f))
		return -1;
	if (add_release_signatures(w, q, text_string(&manifest), f))
		return -1;
	add_file(w, &manifest, "release-%lld-manifest.txt", (long long)id);
	add_file(w, &messages, "release-%lld-messages.txt", (long long)id);
	w->told->releases++;
	w->told->messages += notices;
	return add_sending(w, id, digest, notices, f);
}

static int add_releases(struct writer *w, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(w->ledger,
		    SQL("SELECT r.id, r.at, r.digest, r.manifest, s.proposal_id, w.at AS withdrawn_at FROM release r"
			" LEFT JOIN release_signed s ON s.release_id = r.id"
			" LEFT JOIN release_withdrawn w ON w.release_id = r.id WHERE r.mode = :mode ORDER BY r.id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(w->settings));
	while ((got = query_next(q, f)) > 0)
		if (add_release(w, q, f))
			return -1;
	return got;
}

/* --- history --- */

/* Does this entry name the one before it, and is its hash its own? */
static bool follows(const struct text *entry, const char *hash, const char *before)
{
	auto_text last = text_format("\nprevious %s\n", before);
	size_t length = strlen(last);
	char own[PROPOSAL_DIGEST];

	proposal_digest(entry, own);
	return !strcmp(own, hash) && entry->length > length &&
	       !strcmp(text_string(entry) + entry->length - length, last);
}

static int add_history(struct writer *w, struct fault *f)
{
	char hash[HISTORY_HASH], before[HISTORY_HASH], line[HISTORY_LINE];
	auto_text_buffer all = {0};
	struct history_head head;
	int got;

	memset(before, '0', sizeof(before) - 1);
	before[sizeof(before) - 1] = '\0';
	if (history_head(w->ledger, &head, f))
		return -1;
	for (int64_t seq = 1; seq <= head.seq; seq++) {
		auto_text_buffer entry = {0};

		got = history_entry(w->ledger, seq, &entry, hash, f);
		if (got < 0)
			return -1;
		if (!got || !follows(&entry, hash, before))
			return fault_set(f, FAULT_LEDGER,
				"entry %lld of the history is not as it was written. Nothing was written: breachmail check",
				(long long)seq);
		memcpy(before, hash, sizeof(before));
		text_add(&all, entry.bytes, entry.length);
	}
	w->told->entries = head.seq;
	text_add_string(&w->facts, history_line(&head, line));
	add_file(w, &all, "history.txt");
	return 0;
}

/* --- the pack --- */

static void begin(struct writer *w, int64_t now)
{
	char when[CLOCK_TEXT];

	text_printf(&w->facts,
		"breachmail-evidence 1\nincident %s\nledger %s\nmode %s\ntool breachmail " BREACHMAIL_VERSION
		"\nwritten %s\n",
		w->settings->id, ledger_id(w->ledger), settings_mode(w->settings),
		clock_write(now, when));
}

static int fill(struct writer *w, struct fault *f)
{
	/* While this stands at its row, all that is read is of one moment: nobody
	 * commits. */
	auto_query struct query *moment = NULL;
	auto_text_buffer readme = {0};

	text_add_string(&readme, texts_shipped(README));
	add_file(w, &readme, "README.txt");
	if (ledger_query(w->ledger, SQL("SELECT id FROM ledger"), &moment, f) ||
		query_next(moment, f) < 0)
		return -1;
	if (add_lists(w, f) || add_releases(w, f) || add_history(w, f))
		return -1;
	add_file(w, &w->facts, "evidence.txt");
	return 0;
}

int evidence_write(struct ledger *l, const struct settings *s, const char *out,
	struct evidence *ret, struct fault *f)
{
	auto_pack *pack = NULL;
	struct writer w = {.ledger = l, .settings = s, .told = ret};
	int64_t now = clock_now();
	int failed;

	*ret = (struct evidence){0};
	if (pack_open(out, now, &pack, f))
		return -1;
	w.pack = pack;
	begin(&w, now);
	failed = fill(&w, f);
	text_done(&w.facts);
	signers_done(&w.signers);
	return failed || pack_write(pack, ret->digest, f) ? -1 : 0;
}
