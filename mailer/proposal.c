/* SPDX-License-Identifier: MIT */
/*
 * Texts and signatures in the ledger, and nothing of what they mean.
 */
#include "mailer/proposal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/clock.h"
#include "recipients/vault.h"

void proposal_done(struct proposal *p)
{
	text_done(&p->text);
}

void proposal_digest(const struct text *text, char digest[PROPOSAL_DIGEST])
{
	unsigned char sha256[VAULT_SHA256];

	vault_sha256(text_string(text), text->length, sha256);
	vault_hex(sha256, sizeof(sha256), digest);
}

static int read_proposal(struct query *q, struct proposal *ret, struct fault *f)
{
	int got = query_next(q, f);

	if (got <= 0)
		return got;
	ret->id = query_int(q, "id");
	ret->at = query_int(q, "at");
	text_clear(&ret->text);
	text_add_string(&ret->text, query_text(q, "text"));
	proposal_digest(&ret->text, ret->digest);
	if (strcmp(ret->digest, query_text(q, "digest")) != 0)
		return fault_set(f, FAULT_REFUSED,
			"what was proposed for signing is not what it was: something changed the ledger. Keep it, call for help");
	return 1;
}

int proposal_open(struct ledger *l, const char *kind, const char *mode,
	struct proposal *ret, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("SELECT id, at, digest, text FROM proposal_open WHERE kind = :kind AND (mode = :mode OR kind = 'signers')"
			" ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":kind", kind);
	query_bind_text(q, ":mode", mode);
	return read_proposal(q, ret, f);
}

int proposal_get(struct ledger *l, int64_t id, struct proposal *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT id, at, digest, text FROM proposal WHERE id = :id"), &q,
		    f))
		return -1;
	query_bind_int(q, ":id", id);
	got = read_proposal(q, ret, f);
	if (got)
		return got < 0 ? -1 : 0;
	return fault_set(f, FAULT_REFUSED, "what was signed is gone from the ledger");
}

int proposal_make(struct ledger *l, const char *kind, const char *mode, int64_t at,
	const struct text *text, struct proposal *ret, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_number(l, SQL("SELECT max(id) FROM proposal"), 0, &ret->id, f) ||
		ledger_query(l,
			SQL("INSERT INTO proposal (id, run_id, at, kind, mode, digest, text)"
			    " VALUES (:id, :run, :at, :kind, :mode, :digest, :text)"),
			&q, f))
		return -1;
	ret->id++;
	ret->at = at;
	text_clear(&ret->text);
	text_add(&ret->text, text_string(text), text->length);
	proposal_digest(&ret->text, ret->digest);
	query_bind_int(q, ":id", ret->id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", at);
	query_bind_text(q, ":kind", kind);
	query_bind_text(q, ":mode", mode);
	query_bind_text(q, ":digest", ret->digest);
	query_bind_text(q, ":text", text_string(text));
	return query_run(q, f);
}

int proposal_withdraw(struct ledger *l, int64_t id, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("INSERT INTO proposal_withdrawn (proposal_id, run_id, at) VALUES (:id, :run, :at)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":id", id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	return query_run(q, f);
}

/* --- signatures --- */

void proposal_signatures_done(struct proposal_signatures *s)
{
	for (size_t i = 0; i < s->count; i++)
		text_freep(&s->list[i].armour);
	free(s->list);
	*s = (struct proposal_signatures){0};
}

int proposal_signatures(
	struct ledger *l, int64_t id, struct proposal_signatures *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	proposal_signatures_done(ret);
	if (ledger_query(l,
		    SQL("SELECT fingerprint, at, armour FROM signature WHERE proposal_id = :id ORDER BY at, fingerprint"),
		    &q, f))
		return -1;
	query_bind_int(q, ":id", id);
	while ((got = query_next(q, f)) > 0) {
		struct proposal_signature *s;

		ret->list =
			text_realloc(ret->list, (ret->count + 1) * sizeof(*ret->list));
		s = &ret->list[ret->count++];
		*s = (struct proposal_signature){.at = query_int(q, "at")};
		(void)snprintf(s->fingerprint, sizeof(s->fingerprint), "%s",
			query_text(q, "fingerprint"));
		s->armour = text_copy(query_text(q, "armour"));
	}
	return got;
}

int proposal_sign(struct ledger *l, int64_t id, const char *fingerprint,
	const char *armour, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("INSERT INTO signature (proposal_id, fingerprint, run_id, at, armour)"
			" VALUES (:id, :fingerprint, :run, :at, :armour)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":id", id);
	query_bind_text(q, ":fingerprint", fingerprint);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_text(q, ":armour", armour);
	return query_run(q, f);
}
