/* SPDX-License-Identifier: MIT */
/*
 * From the ledger to the mail that relay is given. That the release itself is unchanged
 * is release.c's to check.
 */
#include "mailer/released.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/scribe.h"
#include "mailer/store.h"
#include "recipients/vault.h"

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
		    SQL("SELECT message_sha256, recipient_digest, facts_sealed FROM notice WHERE id = :notice"),
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

static int read_recipient(
	struct released *r, int64_t notice, struct released_mail *m, struct fault *f)
{
	struct query *q = r->select_notice;
	unsigned char digest[VAULT_DIGEST];
	auto_row facts = {0};
	const void *then;
	size_t length;

	if (query_sealed(
		    q, "facts_sealed", "notice.facts_sealed", notice, &facts.packed, f))
		return refuse_changed(f);
	m->to = text_copy(row_value(&facts, SCRIBE_ADDRESS));
	m->token = text_copy(row_value(&facts, SCRIBE_TOKEN));
	if (!m->to || !m->token)
		return refuse_changed(f);
	vault_digest(ledger_vault(r->ledger), "recipient", m->to, strlen(m->to), digest);
	then = query_blob(q, "recipient_digest", &length);
	if (length != sizeof(digest) || memcmp(then, digest, length) != 0)
		return refuse_changed(f);
	m->envelope_from = released_sender(r->envelope_from, m->token);
	return 0;
}

static int gone(struct fault *f)
{
	return fault_set(f, FAULT_LEDGER, "a released message is gone from the ledger");
}

int released_get(
	struct released *r, int64_t notice, struct released_mail *m, struct fault *f)
{
	struct query *q = r->select_notice;
	unsigned char sha256[VAULT_SHA256];
	const void *then;
	size_t length;
	int got;

	query_bind_int(q, ":notice", notice);
	got = query_next(q, f);
	if (got <= 0)
		return got ? -1 : gone(f);
	if (read_recipient(r, notice, m, f))
		return -1;
	got = store_get(r->store, notice, &m->bytes, f);
	if (got <= 0)
		return got ? refuse_changed(f) : gone(f);
	vault_sha256(m->bytes.bytes, m->bytes.length, sha256);
	then = query_blob(q, "message_sha256", &length);
	if (length != sizeof(sha256) || memcmp(then, sha256, length) != 0)
		return refuse_changed(f);
	query_reset(q);
	return 0;
}

int released_to(struct released *r, int64_t notice, char **ret, struct fault *f)
{
	struct released_mail m = {0};
	int got;

	query_bind_int(r->select_notice, ":notice", notice);
	got = query_next(r->select_notice, f);
	if (got <= 0)
		return got ? -1 : gone(f);
	got = read_recipient(r, notice, &m, f);
	query_reset(r->select_notice);
	*ret = m.to;
	m.to = NULL;
	released_mail_done(&m);
	return got;
}
