/* SPDX-License-Identifier: MIT */
/*
 * The door where letters come in. What they are is receipt.c's to write, in what order
 * things happen track.c's.
 */
#include "mailer/intake.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/clock.h"

#define BODY_PAD 1024

struct intake {
	struct ledger *ledger;
	const char *mode;
	struct text plain; /* scratch: a letter without CR */
	struct query *known, *letter, *body, *unread, *fetch;
	int64_t next;
};

int intake_open(struct ledger *l, const char *mode, struct intake **ret, struct fault *f)
{
	auto_intake *i = text_alloc(sizeof(*i));

	i->ledger = l;
	i->mode = mode;
	if (ledger_number(l, SQL("SELECT max(id) FROM letter"), 0, &i->next, f) ||
		ledger_query(l,
			SQL("SELECT id FROM letter WHERE mode = :mode AND digest = :digest"),
			&i->known, f) ||
		ledger_query(l,
			SQL("INSERT INTO letter (id, run_id, at, mode, source, digest, length, cut)"
			    " VALUES (:id, :run, :at, :mode, :source, :digest, :length, :cut)"),
			&i->letter, f) ||
		ledger_query(l,
			SQL("INSERT INTO letter_body (letter_id, bytes_sealed) VALUES (:letter, :bytes_sealed)"),
			&i->body, f) ||
		ledger_query(l,
			/* + keeps it off the index by mode, which would go through all of them */
			SQL("SELECT l.id FROM letter l WHERE l.id > :after AND +l.mode = :mode AND NOT EXISTS"
			    " (SELECT 1 FROM reading r WHERE r.letter_id = l.id) ORDER BY l.id LIMIT 1"),
			&i->unread, f) ||
		ledger_query(l,
			SQL("SELECT l.at, l.cut, b.bytes_sealed FROM letter l JOIN letter_body b ON b.letter_id = l.id"
			    " WHERE l.id = :letter"),
			&i->fetch, f))
		return -1;
	*ret = i;
	i = NULL;
	return 0;
}

void intake_close(struct intake *i)
{
	if (!i)
		return;
	text_done(&i->plain);
	query_close(i->known);
	query_close(i->letter);
	query_close(i->body);
	query_close(i->unread);
	query_close(i->fetch);
	free(i);
}

void intake_closep(struct intake **i)
{
	intake_close(*i);
	*i = NULL;
}

/* --- taking in --- */

static void digest_of(struct intake *i, const struct mailbox_letter *letter,
	unsigned char out[VAULT_DIGEST])
{
	const char *at = letter->bytes, *end = at + letter->length;

	text_clear(&i->plain);
	while (at < end) {
		const char *cr = memchr(at, '\r', (size_t)(end - at));
		const char *stop = cr ? cr : end;

		text_add(&i->plain, at, (size_t)(stop - at));
		at = stop + (cr != NULL);
	}
	vault_digest(ledger_vault(i->ledger), "letter", text_string(&i->plain),
		i->plain.length, out);
}

static int is_known(struct intake *i, const unsigned char digest[VAULT_DIGEST], bool *ret,
	struct fault *f)
{
	int got;

	query_bind_text(i->known, ":mode", i->mode);
	query_bind_blob(i->known, ":digest", digest, VAULT_DIGEST);
	got = query_next(i->known, f);
	query_reset(i->known);
	*ret = got > 0;
	return got < 0 ? -1 : 0;
}

int intake_take(struct intake *i, const struct mailbox_letter *letter, const char *source,
	int64_t *ret, struct fault *f)
{
	unsigned char digest[VAULT_DIGEST];
	bool known;

	*ret = 0;
	digest_of(i, letter, digest);
	if (is_known(i, digest, &known, f))
		return -1;
	if (known)
		return 0;
	query_bind_int(i->letter, ":id", ++i->next);
	query_bind_int(i->letter, ":run", ledger_run(i->ledger));
	query_bind_int(i->letter, ":at", clock_now());
	query_bind_text(i->letter, ":mode", i->mode);
	query_bind_text(i->letter, ":source", source);
	query_bind_blob(i->letter, ":digest", digest, sizeof(digest));
	query_bind_int(i->letter, ":length", (int64_t)letter->length);
	query_bind_int(i->letter, ":cut", letter->cut);
	query_bind_int(i->body, ":letter", i->next);
	query_bind_sealed(i->body, ":bytes_sealed", "letter_body.bytes_sealed", i->next,
		letter->bytes, letter->length, BODY_PAD);
	*ret = i->next;
	return query_run(i->letter, f) || query_run(i->body, f) ? -1 : 0;
}

/* --- giving out --- */

int intake_unread(struct intake *i, int64_t after, int64_t *ret, struct fault *f)
{
	int got;

	query_bind_int(i->unread, ":after", after);
	query_bind_text(i->unread, ":mode", i->mode);
	got = query_next(i->unread, f);
	*ret = got > 0 ? query_int(i->unread, "id") : 0;
	query_reset(i->unread);
	return got < 0 ? -1 : 0;
}

int intake_fetch(struct intake *i, int64_t letter, struct text *out, int64_t *ret_at,
	bool *ret_cut, struct fault *f)
{
	int got;

	query_bind_int(i->fetch, ":letter", letter);
	got = query_next(i->fetch, f);
	if (got < 0)
		return -1;
	if (!got)
		return fault_set(f, FAULT_LEDGER, "the bytes of letter %lld are gone",
			(long long)letter);
	*ret_at = query_int(i->fetch, "at");
	*ret_cut = query_int(i->fetch, "cut") != 0;
	if (query_sealed(
		    i->fetch, "bytes_sealed", "letter_body.bytes_sealed", letter, out, f))
		return -1;
	query_reset(i->fetch);
	return 0;
}

/* --- how far --- */

int intake_position(struct intake *i, const struct letterbox *b,
	struct mailbox_position *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = (struct mailbox_position){0};
	if (ledger_query(i->ledger,
		    SQL("SELECT uidvalidity, uid FROM mailbox_position WHERE mode = :mode AND mailbox = :mailbox"
			" ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", i->mode);
	query_bind_blob(q, ":mailbox", b->digest, sizeof(b->digest));
	got = query_next(q, f);
	if (got > 0)
		*ret = (struct mailbox_position){(uint32_t)query_int(q, "uidvalidity"),
			(uint32_t)query_int(q, "uid")};
	return got < 0 ? -1 : 0;
}

int intake_move(struct intake *i, const struct letterbox *b,
	const struct mailbox_position *to, struct fault *f)
{
	auto_query struct query *q = NULL;
	struct mailbox_position now;

	if (intake_position(i, b, &now, f))
		return -1;
	if (now.uidvalidity == to->uidvalidity && now.uid == to->uid)
		return 0;
	if (ledger_query(i->ledger,
		    SQL("INSERT INTO mailbox_position (id, run_id, mode, mailbox, uidvalidity, uid) VALUES"
			" ((SELECT coalesce(max(id), 0) + 1 FROM mailbox_position), :run, :mode, :mailbox, :uidvalidity,"
			" :uid)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":run", ledger_run(i->ledger));
	query_bind_text(q, ":mode", i->mode);
	query_bind_blob(q, ":mailbox", b->digest, sizeof(b->digest));
	query_bind_int(q, ":uidvalidity", to->uidvalidity);
	query_bind_int(q, ":uid", to->uid);
	return query_run(q, f);
}
