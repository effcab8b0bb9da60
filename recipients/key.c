/* SPDX-License-Identifier: MIT */
/*
 * Adds, removes, lists. Sole writer of key_event. What can go wrong: no place for the
 * slots file (FAULT_CANTCREATE), one that would lie beside the ledger (FAULT_CONFIG).
 */
#include "recipients/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/clock.h"
#include "recipients/keyring.h"

#define PAD 64
#define KEY_KIND "key"

/* --- what the ledger keeps of it --- */

static int insert_event(struct ledger *l, const char *what, int slot, const char *kind,
	const struct key_change *c, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};
	int64_t id;

	if (ledger_number(l, SQL("SELECT max(id) FROM key_event"), 0, &id, f) ||
		ledger_query(l,
			SQL("INSERT INTO key_event (id, run_id, at, what, slot, kind, said_sealed)"
			    " VALUES (:id, :run, :at, :what, :slot, :kind, :said_sealed)"),
			&q, f))
		return -1;
	id++;
	row_add(&said, "by", c->by ? c->by : "");
	row_add(&said, "reason", c->reason ? c->reason : "");
	row_add(&said, "label", c->label ? c->label : "");
	query_bind_int(q, ":id", id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_text(q, ":what", what);
	query_bind_int(q, ":slot", slot);
	query_bind_text(q, ":kind", kind);
	query_bind_sealed(q, ":said_sealed", "key_event.said_sealed", id,
		said.packed.bytes, said.packed.length, PAD);
	return query_run(q, f);
}

static int keep_event(struct ledger *l, const char *what, int slot, const char *kind,
	const struct key_change *c, struct fault *f)
{
	if (ledger_begin(l, f))
		return -1;
	if (insert_event(l, what, slot, kind, c, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

/* What the slot was called when it was added; NULL: nothing. */
static int find_label(struct ledger *l, int slot, char **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text_buffer said = {0};
	const char *name = NULL, *value;
	int got;

	*ret = NULL;
	if (ledger_query(l,
		    SQL("SELECT id, said_sealed FROM key_event WHERE slot = :slot AND what = 'add'"
			" ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_int(q, ":slot", slot);
	got = query_next(q, f);
	if (got <= 0)
		return got;
	if (query_sealed(q, "said_sealed", "key_event.said_sealed", query_int(q, "id"),
		    &said, f))
		return -1;
	while (row_packed_next(said.bytes, said.length, &name, &value))
		if (!strcmp(name, "label"))
			*ret = text_copy(value);
	return 0;
}

/* --- the slots --- */

struct ring {
	struct slots slots;
	char *path, *key;
};

static void ring_done(struct ring *r)
{
	free(r->path);
	free(r->key);
}
#define auto_ring __attribute__((cleanup(ring_done))) struct ring

static int ring_open(struct ledger *l, struct ring *r, struct fault *f)
{
	return unlock_slots(
		ledger_key_file(l), ledger_id(l), &r->slots, &r->path, &r->key, f);
}

static int write_ring(struct ledger *l, const struct ring *r, struct fault *f)
{
	auto_text folders = text_copy(r->path);

	if (!ledger_writes(l))
		return 0;
	return keyring_folders(folders, f) || keyring_apart(ledger_dir(l), r->path, f) ||
			       slots_write(r->path, &r->slots, f)
		       ? -1
		       : 0;
}

static int new_number(struct ledger *l, const struct ring *r, int *ret, struct fault *f)
{
	int64_t highest;

	return ledger_number(l, SQL("SELECT max(slot) FROM key_event"), 0, &highest, f) ||
			       slots_number(&r->slots, (int)highest, ret, f)
		       ? -1
		       : 0;
}

/* The ledger first: there is never a way in of which the book does not know. */
static int add(struct ledger *l, enum slot_kind kind, const void *secret, size_t length,
	const struct vault_cost *cost, struct ring *r, int number,
	const struct key_change *c, struct fault *f)
{
	return slots_add(&r->slots, ledger_vault(l), number, kind, secret, length, cost,
		       f) || keep_event(l, "add", number, slot_kind_name(kind), c, f) ||
			       write_ring(l, r, f)
		       ? -1
		       : 0;
}

static size_t characters(const char *words)
{
	size_t count = 0;

	for (; *words; words++)
		count += ((unsigned char)*words & 0xc0) != 0x80;
	return count;
}

int key_add_words(struct ledger *l, const char *words, const struct vault_cost *cost,
	const struct key_change *c, int *ret_number, struct fault *f)
{
	auto_ring r = {0};

	if (characters(words) < SLOTS_WORDS_MIN || strlen(words) > SLOTS_WORDS_MAX)
		return fault_set(f, FAULT_INPUT,
			"a passphrase has from %d characters to %d bytes. Four or five words that "
			"do not belong together are good",
			SLOTS_WORDS_MIN, SLOTS_WORDS_MAX);
	return ring_open(l, &r, f) || new_number(l, &r, ret_number, f) ||
			       add(l, SLOT_PASSPHRASE, words, strlen(words), cost, &r,
				       *ret_number, c, f)
		       ? -1
		       : 0;
}

int key_add_file(struct ledger *l, enum slot_kind kind, const char *path,
	const struct key_change *c, int *ret_number, struct fault *f)
{
	unsigned char secret[VAULT_KEY];
	auto_ring r = {0};
	int failed;

	if (!access(path, F_OK))
		return fault_set(f, FAULT_CANTCREATE,
			"%s: %s (a key is never overwritten)", path, strerror(EEXIST));
	if (keyring_apart(ledger_dir(l), path, f) || ring_open(l, &r, f) ||
		new_number(l, &r, ret_number, f))
		return -1;
	vault_random(secret, sizeof(secret));
	failed = ledger_writes(l) &&
		 slot_file_write(path, ledger_id(l), *ret_number, secret, f);
	if (!failed &&
		add(l, kind, secret, sizeof(secret), NULL, &r, *ret_number, c, f)) {
		(void)unlink(path); /* opens nothing */
		failed = -1;
	}
	vault_wipe(secret, sizeof(secret));
	return failed ? -1 : 0;
}

int key_add_recovery(struct ledger *l, const struct key_change *c,
	char code[RECOVERY_TEXT], int *ret_number, struct fault *f)
{
	auto_ring r = {0};

	recovery_make(code);
	return ring_open(l, &r, f) || new_number(l, &r, ret_number, f) ||
			       add(l, SLOT_RECOVERY, code, strlen(code), NULL, &r,
				       *ret_number, c, f)
		       ? -1
		       : 0;
}

static const char *kind_of(const struct ring *r, int number)
{
	if (number == SLOTS_KEY_FILE && r->key)
		return KEY_KIND;
	for (size_t i = 0; i < r->slots.count; i++)
		if (r->slots.list[i].number == number)
			return slot_kind_name(r->slots.list[i].kind);
	return NULL;
}

/* Its bytes as well, for what that is worth (slots.c). */
static int destroy_key(const char *path, struct fault *f)
{
	static const char zeros[512];
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) &&
		st.st_size <= (off_t)sizeof(zeros)) {
		(void)!write(fd, zeros, (size_t)st.st_size);
		(void)fsync(fd);
	}
	if (fd >= 0)
		(void)close(fd);
	return unlink(path)
		       ? fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno))
		       : 0;
}

int key_remove(struct ledger *l, int number, const struct key_change *c, char **ret_file,
	struct fault *f)
{
	auto_ring r = {0};
	const char *kind;

	*ret_file = NULL;
	if (ring_open(l, &r, f))
		return -1;
	kind = kind_of(&r, number);
	if (!kind)
		return fault_set(f, FAULT_USAGE,
			"there is no slot %d; breachmail key list shows them", number);
	if (r.slots.count + (r.key != NULL) == 1)
		return fault_set(f, FAULT_REFUSED,
			"slot %d is the last: without it nobody opens this ledger again. Add another "
			"first (breachmail key add), or end the incident (breachmail close)",
			number);
	/* The way in first: the book never says that it is gone while it opens. */
	if (number == SLOTS_KEY_FILE) {
		if (ledger_writes(l) && destroy_key(r.key, f))
			return -1;
		*ret_file = text_copy(r.key);
	} else {
		(void)slots_remove(&r.slots, number);
		if (write_ring(l, &r, f))
			return -1;
	}
	return keep_event(l, "remove", number, kind, c, f);
}

int key_list(struct ledger *l, struct key_list *ret, struct fault *f)
{
	auto_ring r = {0};

	memset(ret, 0, sizeof(*ret));
	if (ring_open(l, &r, f))
		return -1;
	if (r.key)
		ret->slots[ret->count++] =
			(struct key_slot){SLOTS_KEY_FILE, KEY_KIND, 0, NULL};
	for (size_t i = 0; i < r.slots.count; i++) {
		const struct slot *s = &r.slots.list[i];
		struct key_slot *out = &ret->slots[ret->count++];

		*out = (struct key_slot){s->number, slot_kind_name(s->kind), s->at, NULL};
		if (find_label(l, s->number, &out->label, f)) {
			key_list_done(ret);
			return -1;
		}
	}
	ret->slots_file = text_copy(r.path);
	ret->key_file = text_copy(r.key);
	return 0;
}

char *key_warning(struct ledger *l, size_t *ret_count)
{
	auto_ring r = {0};
	struct fault f;
	bool failed = ring_open(l, &r, &f);

	*ret_count = failed ? 0 : r.slots.count + (r.key != NULL);
	return failed           ? text_copy(f.text)
	       : *ret_count < 2 ? text_copy(KEY_ONLY_ONE)
				: NULL;
}

void key_list_done(struct key_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->slots[i].label);
	free(list->slots_file);
	free(list->key_file);
	memset(list, 0, sizeof(*list));
}
