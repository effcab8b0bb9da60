/* SPDX-License-Identifier: MIT */
/*
 * Audit paths for one person. The digests are those of evidence.c's messages.
 *
 * What can go wrong: the bytes were dropped (the proof says so, and proves their digest);
 * the ledger was tampered with (FAULT_LEDGER).
 */
#include "mailer/proof.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/manifest.h"
#include "mailer/merkle.h"
#include "mailer/store.h"

/* All leaf hashes of the level of one notice, and where it stands among them. */
struct place {
	unsigned char (*row)[VAULT_SHA256];
	size_t count, room, index;
	unsigned char leaf[MANIFEST_LEAF];
	bool found;
};

static void place_done(struct place *p)
{
	free(p->row);
}

static void add_leaf(struct place *p, const struct manifest_item *item, int64_t notice)
{
	if (p->count == p->room) {
		p->room = p->room ? 2 * p->room : 1024;
		p->row = text_realloc(p->row, p->room * sizeof(*p->row));
	}
	merkle_leaf(item->leaf, sizeof(item->leaf), p->row[p->count]);
	if (item->id == notice) {
		memcpy(p->leaf, item->leaf, sizeof(p->leaf));
		p->index = p->count;
		p->found = true;
	}
	p->count++;
}

static int find_place(struct ledger *l, const char *mode, int64_t release, int64_t notice,
	struct place *p, struct fault *f)
{
	const struct manifest_of of = {.release = release};
	auto_query struct query *q = NULL;
	struct manifest_item item;
	int64_t order = -1;
	int got;

	if (manifest_items(l, mode, &of, &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		manifest_read(q, &item);
		if (item.level_order != order) {
			if (p->found) /* its level is over */
				break;
			order = item.level_order;
			p->count = 0;
		}
		add_leaf(p, &item, notice);
	}
	if (got < 0)
		return -1;
	return p->found ? 0
			: fault_set(f, FAULT_LEDGER,
				  "a released message is gone from the ledger");
}

static void add_hex(
	struct text *out, const char *word, const unsigned char *bytes, size_t length)
{
	char hex[2 * MANIFEST_LEAF + 1];

	vault_hex(bytes, length, hex);
	text_printf(out, "%s %s\n", word, hex);
}

static int add_bytes(
	struct store_reader *store, int64_t notice, struct text *out, struct fault *f)
{
	auto_text_buffer bytes = {0};
	int got = store_get(store, notice, &bytes, f);

	if (got < 0)
		return -1;
	if (!got) {
		text_add_string(out, "bytes gone\n");
		return 0;
	}
	text_printf(out, "bytes %zu\n", bytes.length);
	text_add(out, bytes.bytes, bytes.length);
	text_add_char(out, '\n');
	return 0;
}

static int add_mail(struct ledger *l, const char *mode, struct query *q,
	struct store_reader *store, struct text *out, struct fault *f)
{
	__attribute__((cleanup(place_done))) struct place p = {0};
	int64_t release = query_int(q, "release_id"), notice = query_int(q, "notice_id");
	unsigned char path[MERKLE_PATH][VAULT_SHA256];
	size_t length;

	if (find_place(l, mode, release, notice, &p, f))
		return -1;
	text_printf(out,
		"breachmail-proof 1\nledger %s\nrelease %lld sha256:%s\nmessage %zu of %zu\n",
		ledger_id(l), (long long)release, query_text(q, "digest"), p.index + 1,
		p.count);
	add_hex(out, "leaf", p.leaf, sizeof(p.leaf));
	length = merkle_path(p.row, p.count, p.index, path);
	for (size_t i = 0; i < length; i++)
		add_hex(out, "path", path[i], VAULT_SHA256);
	return add_bytes(store, notice, out, f);
}

static int add_mails(struct ledger *l, const char *mode, int64_t person,
	struct store_reader *store, struct text *out, int64_t *ret_count, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT i.release_id, i.notice_id, r.digest FROM notice n JOIN release_item i ON i.notice_id = n.id"
			" JOIN release r ON r.id = i.release_id WHERE n.person_id = :person AND r.mode = :mode"
			" ORDER BY i.release_id, i.position"),
		    &q, f))
		return -1;
	query_bind_int(q, ":person", person);
	query_bind_text(q, ":mode", mode);
	for (*ret_count = 0; (got = query_next(q, f)) > 0; (*ret_count)++)
		if (add_mail(l, mode, q, store, out, f))
			return -1;
	return got;
}

int proof_write(struct ledger *l, const struct settings *s, int64_t person,
	struct text *ret, int64_t *ret_count, struct fault *f)
{
	struct store_reader *store;
	int failed;

	text_clear(ret);
	if (store_reader_open(l, &store, f))
		return -1;
	failed = add_mails(l, settings_mode(s), person, store, ret, ret_count, f);
	store_reader_close(store);
	if (failed)
		return -1;
	return *ret_count
		       ? 0
		       : fault_set(f, FAULT_INPUT,
				 "no mail of a release was made for this person: there is nothing to prove");
}
