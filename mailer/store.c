/* SPDX-License-Identifier: MIT */
/*
 * Bytes in, bytes out. What they say is compose.c's; that they are the released ones is send.c's to check.
 */
#include "mailer/store.h"

#include <stdlib.h>

#include "mailer/stencil.h"

#define PAD 128

struct store_writer {
	struct ledger *ledger;
	int64_t set, next_id;
	struct stencil {
		int64_t id; /* 0: none yet */
		struct text bytes;
	} stencils[STORE_KINDS];
	struct text difference;
	struct query *insert_stencil, *insert_message;
};

int store_writer_open(struct ledger *l, int64_t set, struct store_writer **ret, struct fault *f)
{
	struct store_writer *w = text_alloc(sizeof(*w));

	w->ledger = l;
	w->set = set;
	if (ledger_number(l, SQL("SELECT max(id) FROM stencil"), 0, &w->next_id, f) ||
		ledger_query(l, SQL("INSERT INTO stencil (id, set_id, bytes_sealed) VALUES (:id, :set, :bytes_sealed)"),
			&w->insert_stencil, f) ||
		ledger_query(l,
			SQL("INSERT INTO message (notice_id, stencil_id, bytes_sealed) VALUES (:notice, :stencil, :bytes_sealed)"),
			&w->insert_message, f)) {
		store_writer_close(w);
		return -1;
	}
	query_bind_int(w->insert_stencil, ":set", set);
	*ret = w;
	return 0;
}

void store_writer_close(struct store_writer *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < STORE_KINDS; i++)
		text_done(&w->stencils[i].bytes);
	text_done(&w->difference);
	query_close(w->insert_stencil);
	query_close(w->insert_message);
	free(w);
}

static int new_stencil(struct store_writer *w, struct stencil *s, const struct text *bytes, struct fault *f)
{
	s->id = ++w->next_id;
	text_clear(&s->bytes);
	text_add(&s->bytes, bytes->bytes, bytes->length);
	query_bind_int(w->insert_stencil, ":id", s->id);
	query_bind_sealed(w->insert_stencil, ":bytes_sealed", "stencil.bytes_sealed", s->id, bytes->bytes, bytes->length,
		PAD);
	return query_run(w->insert_stencil, f);
}

int store_put(struct store_writer *w, unsigned kind, int64_t notice, const struct text *bytes, struct fault *f)
{
	struct stencil *s = &w->stencils[kind % STORE_KINDS];

	if (bytes->length > STORE_MESSAGE_MAX)
		return fault_set(f, FAULT_INPUT, "a message is larger than %zu bytes", STORE_MESSAGE_MAX);
	text_clear(&w->difference);
	stencil_cut(s->bytes.bytes, s->bytes.length, bytes->bytes, bytes->length, &w->difference);
	if (!s->id || w->difference.length > bytes->length / 4) { /* not alike after all */
		if (new_stencil(w, s, bytes, f))
			return -1;
		text_clear(&w->difference);
		stencil_cut(s->bytes.bytes, s->bytes.length, bytes->bytes, bytes->length, &w->difference);
	}
	query_bind_int(w->insert_message, ":notice", notice);
	query_bind_int(w->insert_message, ":stencil", s->id);
	query_bind_sealed(w->insert_message, ":bytes_sealed", "message.bytes_sealed", notice, w->difference.bytes,
		w->difference.length, PAD);
	return query_run(w->insert_message, f);
}

/* --- reading --- */

struct store_reader {
	struct ledger *ledger;
	struct stencil stencils[STORE_KINDS]; /* a cache, by id modulo its size */
	struct text difference;
	struct store_piece piece;
	struct query *select_stencil, *select_message;
};

int store_reader_open(struct ledger *l, struct store_reader **ret, struct fault *f)
{
	struct store_reader *r = text_alloc(sizeof(*r));

	r->ledger = l;
	if (ledger_query(l, SQL("SELECT bytes_sealed FROM stencil WHERE id = :id"), &r->select_stencil, f) ||
		ledger_query(l, SQL("SELECT stencil_id, bytes_sealed FROM message WHERE notice_id = :notice"),
			&r->select_message, f)) {
		store_reader_close(r);
		return -1;
	}
	*ret = r;
	return 0;
}

void store_reader_close(struct store_reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < STORE_KINDS; i++)
		text_done(&r->stencils[i].bytes);
	text_done(&r->difference);
	text_done(&r->piece.sealed);
	query_close(r->select_stencil);
	query_close(r->select_message);
	free(r);
}

static int find_stencil(struct store_reader *r, int64_t id, const struct stencil **ret, struct fault *f)
{
	struct stencil *s = &r->stencils[(uint64_t)id % STORE_KINDS];
	int got;

	*ret = s;
	if (s->id == id)
		return 0;
	s->id = 0;
	query_reset(r->select_stencil);
	query_bind_int(r->select_stencil, ":id", id);
	got = query_next(r->select_stencil, f);
	if (got <= 0)
		return got ? -1 : fault_set(f, FAULT_LEDGER, "the stencil of a message is gone");
	if (query_sealed(r->select_stencil, "bytes_sealed", "stencil.bytes_sealed", id, &s->bytes, f))
		return -1;
	query_reset(r->select_stencil);
	s->id = id;
	return 0;
}

int store_take(struct store_reader *r, int64_t notice, struct store_piece *ret, struct fault *f)
{
	struct query *q = r->select_message;
	const void *sealed;
	size_t length;
	int got;

	text_clear(&ret->sealed);
	query_reset(q); /* the one before may have been a fault */
	query_bind_int(q, ":notice", notice);
	got = query_next(q, f);
	if (got <= 0)
		return got;
	ret->stencil = query_int(q, "stencil_id");
	sealed = query_blob(q, "bytes_sealed", &length);
	text_add(&ret->sealed, sealed, length);
	query_reset(q);
	return 1;
}

int store_open(struct store_reader *r, int64_t notice, const struct store_piece *piece, struct text *out, struct fault *f)
{
	const struct stencil *s;

	text_clear(out);
	if (vault_unseal(ledger_vault(r->ledger), "message.bytes_sealed", notice, piece->sealed.bytes,
		    piece->sealed.length, &r->difference, f) ||
		find_stencil(r, piece->stencil, &s, f))
		return -1;
	text_reserve(out, s->bytes.length + r->difference.length);
	return stencil_fill(s->bytes.bytes, s->bytes.length, r->difference.bytes, r->difference.length, STORE_MESSAGE_MAX,
		out, f);
}

int store_get(struct store_reader *r, int64_t notice, struct text *out, struct fault *f)
{
	int got;

	text_clear(out);
	got = store_take(r, notice, &r->piece, f);
	if (got <= 0)
		return got;
	return store_open(r, notice, &r->piece, out, f) ? -1 : 1;
}

int store_drop_replaced(struct ledger *l, const char *mode, int64_t set, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("DELETE FROM message WHERE notice_id IN (SELECT n.id FROM notice n JOIN compose_set s ON s.id = n.set_id"
			" WHERE s.mode = :mode AND s.id < :set AND n.id NOT IN (SELECT notice_id FROM release_item))"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	query_bind_int(q, ":set", set);
	if (query_run(q, f))
		return -1;
	return ledger_do(l, SQL("DELETE FROM stencil WHERE id NOT IN (SELECT stencil_id FROM message)"), f);
}
