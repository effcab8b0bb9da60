/* SPDX-License-Identifier: MIT */
/*
 * From the ledger to the mail that relay is given. That the release itself is unchanged
 * is release.c's to check.
 */
#include "mailer/released.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/scribe.h"

struct released {
	struct ledger *ledger;
	const char *envelope_from;
	struct query *select_notice;
	struct store_reader *store;
};

int released_open(struct ledger *l, const char *envelope_from, struct released **ret,
	struct fault *f)
{
	struct released *r = text_alloc(sizeof(*r));

	r->ledger = l;
	r->envelope_from = envelope_from;
	if (ledger_query(l,
		    SQL("SELECT message_sha256, recipient_digest, token_digest, facts_sealed FROM notice WHERE id = :notice"),
		    &r->select_notice, f) ||
		store_reader_open(l, &r->store, f)) {
		released_close(r);
		return -1;
	}
	*ret = r;
	return 0;
}

void released_close(struct released *r)
{
	if (!r)
		return;
	query_close(r->select_notice);
	store_reader_close(r->store);
	free(r);
}

void released_mail_done(struct released_mail *m)
{
	text_freep(&m->to);
	text_freep(&m->envelope_from);
	text_freep(&m->token);
	text_done(&m->bytes);
	text_done(&m->facts);
	text_done(&m->piece.sealed);
}

char *released_sender(const char *pattern, const char *token)
{
	const char *at = strstr(pattern, "{token}");

	return at ? text_format("%.*s%s%s", (int)(at - pattern), pattern, token,
			    at + strlen("{token}"))
		  : text_copy(pattern);
}

static int refuse_changed(struct fault *f)
{
	return fault_set(f, FAULT_REFUSED,
		"a message is not the one that was released; nothing more was sent. Keep the ledger, call for help");
}

/* A seal that does not open was changed; a ledger that cannot be read says so itself. */
static int refuse_damaged(struct fault *f)
{
	return f->kind == FAULT_LEDGER ? refuse_changed(f) : -1;
}

static int gone(struct fault *f)
{
	return fault_set(f, FAULT_LEDGER, "a released message is gone from the ledger");
}

static bool take_digest(
	struct query *q, const char *column, unsigned char *out, size_t length)
{
	size_t there;
	const void *digest = query_blob(q, column, &there);

	if (there != length)
		return false;
	memcpy(out, digest, length);
	return true;
}

static int take_notice(
	struct released *r, int64_t notice, struct released_mail *m, struct fault *f)
{
	struct query *q = r->select_notice;
	const void *facts;
	size_t length;
	int got;

	query_reset(q); /* the one before may have been a fault */
	query_bind_int(q, ":notice", notice);
	got = query_next(q, f);
	if (got <= 0)
		return got ? -1 : gone(f);
	facts = query_blob(q, "facts_sealed", &length);
	text_add(&m->facts, facts, length);
	if (!take_digest(q, "message_sha256", m->sha256, sizeof(m->sha256)) ||
		!take_digest(q, "recipient_digest", m->recipient, sizeof(m->recipient)) ||
		!take_digest(q, "token_digest", m->of_token, sizeof(m->of_token)))
		return refuse_changed(f);
	query_reset(q);
	return 0;
}

int released_take(
	struct released *r, int64_t notice, struct released_mail *m, struct fault *f)
{
	int got;

	if (take_notice(r, notice, m, f))
		return -1;
	got = store_take(r->store, notice, &m->piece, f);
	return got > 0 ? 0 : got ? -1 : gone(f);
}

/* Is this the value that stood in the release's leaf (manifest.h)? */
static bool is_of_release(const struct released *r, const char *purpose,
	const char *value, const unsigned char then[VAULT_DIGEST])
{
	unsigned char digest[VAULT_DIGEST];

	vault_digest(ledger_vault(r->ledger), purpose, value, strlen(value), digest);
	return !memcmp(then, digest, sizeof(digest));
}

static int prove_recipient(
	struct released *r, int64_t notice, struct released_mail *m, struct fault *f)
{
	auto_row facts = {0};

	if (vault_unseal(ledger_vault(r->ledger), "notice.facts_sealed", notice,
		    m->facts.bytes, m->facts.length, &facts.packed, f))
		return refuse_changed(f);
	m->to = text_copy(row_value(&facts, SCRIBE_ADDRESS));
	m->token = text_copy(row_value(&facts, SCRIBE_TOKEN));
	if (!m->to || !m->token)
		return refuse_changed(f);
	if (!is_of_release(r, "recipient", m->to, m->recipient) ||
		!is_of_release(r, "token", m->token, m->of_token))
		return refuse_changed(f);
	m->envelope_from = released_sender(r->envelope_from, m->token);
	return 0;
}

int released_prove(
	struct released *r, int64_t notice, struct released_mail *m, struct fault *f)
{
	unsigned char sha256[VAULT_SHA256];

	if (prove_recipient(r, notice, m, f))
		return -1;
	if (store_open(r->store, notice, &m->piece, &m->bytes, f))
		return refuse_damaged(f);
	vault_sha256(m->bytes.bytes, m->bytes.length, sha256);
	return memcmp(m->sha256, sha256, sizeof(sha256)) != 0 ? refuse_changed(f) : 0;
}

int released_to(struct released *r, int64_t notice, char **ret, struct fault *f)
{
	struct released_mail m = {0};
	int failed = take_notice(r, notice, &m, f) || prove_recipient(r, notice, &m, f);

	*ret = m.to;
	m.to = NULL;
	released_mail_done(&m);
	return failed ? -1 : 0;
}
