/* SPDX-License-Identifier: MIT */
/*
 * The book of reviewers. What they see is federation.c's, what they did visits.c's.
 */
#include "mailer/reviewer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mailer/page/journal.h"
#include "mailer/page/shelf.h"
#include "mailer/show.h"
#include "recipients/clock.h"
#include "recipients/hatch.h"
#include "recipients/scope.h"

#define SEAL_PAD 256
#define DAY_MS 86400000ll

/* A rehearsal's clock may be fixed, and the page's not: both are to let them in. */
int64_t reviewer_from(void)
{
	int64_t now = clock_now(), real = (int64_t)time(NULL) * 1000;

	return now > real ? now : real;
}

/* --- what is sealed, and secrets --- */

static void bind_said(
	struct query *q, const char *place, int64_t row, const struct reviewer_new *n)
{
	auto_row said = {0};

	if (n->name)
		row_add(&said, "name", n->name);
	row_add(&said, "by", n->by);
	row_add(&said, "reason", n->reason);
	query_bind_sealed(q, ":said_sealed", place, row, said.packed.bytes,
		said.packed.length, SEAL_PAD);
}

/* Twenty signs of those that are not taken for others when they are read out: 90 bits. */
static void make_secret(char out[REVIEWER_SECRET], char ret_plain[REVIEWER_SECRET])
{
	static const char signs[] = "23456789ACFHJKLMPQRTWXY";
	size_t shown = 0, count = 0;
	unsigned char byte;

	while (count < 20) {
		vault_random(&byte, 1);
		if (byte >= 253) /* 11 * 23: every sign is equally likely */
			continue;
		if (count && count % 5 == 0)
			out[shown++] = '-';
		out[shown++] = ret_plain[count++] = signs[byte % 23];
	}
	out[shown] = ret_plain[count] = '\0';
}

static int insert_secret(struct ledger *l, const struct reviewer_new *n,
	struct reviewer_given *given, struct fault *f)
{
	auto_query struct query *q = NULL;
	char plain[REVIEWER_SECRET], hash[HATCH_HASH];
	struct reviewer_new said = {.by = n->by, .reason = n->reason};
	int64_t id;

	make_secret(given->secret, plain);
	if (hatch_hash(plain, hash, f) ||
		ledger_number(l, SQL("SELECT max(id) FROM reviewer_secret"), 0, &id, f) ||
		ledger_query(l,
			SQL("INSERT INTO reviewer_secret (id, reviewer_id, run_id, at, hash, expires_at, said_sealed)"
			    " VALUES (:id, :reviewer, :run, :at, :hash, :expires, :said_sealed)"),
			&q, f))
		return -1;
	hatch_wipe(plain, sizeof(plain));
	given->secret_expires = reviewer_from() + REVIEWER_SECRET_MS;
	query_bind_int(q, ":id", ++id);
	query_bind_int(q, ":reviewer", given->id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_text(q, ":hash", hash);
	query_bind_int(q, ":expires", given->secret_expires);
	bind_said(q, "reviewer_secret.said_sealed", id, &said);
	return query_run(q, f);
}

/* --- finding --- */

static void page_key(const struct ledger *l, unsigned char key[HATCH_KEY])
{
	vault_derive(ledger_vault(l), "page", key);
}

/* `*ret` 0: nobody of this name. */
static int find(struct ledger *l, const char *mode, const char *name, int64_t *ret,
	size_t *ret_count, struct fault *f)
{
	auto_query struct query *q = NULL;
	unsigned char key[HATCH_KEY], wanted[HATCH_DIGEST], digest[HATCH_DIGEST];
	int got;

	*ret = 0;
	*ret_count = 0;
	page_key(l, key);
	shelf_name(key, name, wanted);
	if (ledger_query(l,
		    SQL("SELECT id, said_sealed FROM reviewer_now WHERE mode = :mode"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	while ((got = query_next(q, f)) > 0) {
		int64_t id = query_int(q, "id");
		auto_row said = {0};
		const char *theirs;

		if (query_sealed(q, "said_sealed", "reviewer.said_sealed", id,
			    &said.packed, f))
			return -1;
		theirs = row_value(&said, "name");
		shelf_name(key, theirs ? theirs : "", digest);
		if (!memcmp(digest, wanted, sizeof(digest)))
			*ret = id;
		++*ret_count;
	}
	return got;
}

static int must_find(
	struct ledger *l, const struct reviewer_new *n, int64_t *ret, struct fault *f)
{
	size_t count;

	if (find(l, n->mode, n->name, ret, &count, f))
		return -1;
	return *ret ? 0
		    : fault_set(f, FAULT_USAGE,
			      "there is no reviewer of this name (review --list shows them)");
}

/* --- adding and removing --- */

static int check(struct ledger *l, const struct reviewer_new *n, struct fault *f)
{
	int64_t known, now = clock_now();
	unsigned scope;
	size_t count;

	if (!n->name[strspn(n->name, " ")] || strlen(n->name) > REVIEWER_NAME)
		return fault_set(f, FAULT_USAGE,
			"a name has at most %d bytes, and at least one", REVIEWER_NAME);
	if (strcmp(n->role, "rep") != 0 && strcmp(n->role, "desk") != 0)
		return fault_set(f, FAULT_USAGE, "--role takes rep or desk");
	if (!strcmp(n->role, "rep") && !n->scope)
		return fault_set(f, FAULT_USAGE,
			"for which ranks? --scope \"constable to chief inspector\"");
	if (n->scope && scope_parse(n->scope, &scope, f))
		return -1;
	if (n->expires <= now ||
		n->expires > reviewer_from() + REVIEWER_LONGEST_DAYS * DAY_MS)
		return fault_set(f, FAULT_USAGE,
			"--expires takes a time to come, within %d days",
			REVIEWER_LONGEST_DAYS);
	if (find(l, n->mode, n->name, &known, &count, f))
		return -1;
	if (known)
		return fault_set(f, FAULT_USAGE,
			"there is a reviewer of this name already (review --secret gives a new secret, --remove takes them off)");
	return count < REVIEWER_MOST
		       ? 0
		       : fault_set(f, FAULT_USAGE,
				 "there are %d reviewers, the limit: remove some",
				 REVIEWER_MOST);
}

static int insert(struct ledger *l, const struct reviewer_new *n,
	struct reviewer_given *ret, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (check(l, n, f) ||
		ledger_number(l, SQL("SELECT max(id) FROM reviewer"), 0, &ret->id, f) ||
		ledger_query(l,
			SQL("INSERT INTO reviewer (id, run_id, at, role, scope, expires_at, said_sealed)"
			    " VALUES (:id, :run, :at, :role, :scope, :expires, :said_sealed)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", ++ret->id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_text(q, ":role", n->role);
	query_bind_text(q, ":scope", strcmp(n->role, "desk") ? n->scope : "");
	query_bind_int(q, ":expires", n->expires);
	bind_said(q, "reviewer.said_sealed", ret->id, n);
	return query_run(q, f) || insert_secret(l, n, ret, f) ? -1 : 0;
}

static int insert_removed(struct ledger *l, const struct reviewer_new *n, struct fault *f)
{
	auto_query struct query *q = NULL;
	struct reviewer_new said = {.by = n->by, .reason = n->reason};
	int64_t id;

	if (must_find(l, n, &id, f) ||
		ledger_query(l,
			SQL("INSERT INTO reviewer_removed (reviewer_id, run_id, at, said_sealed)"
			    " VALUES (:id, :run, :at, :said_sealed)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	bind_said(q, "reviewer_removed.said_sealed", id, &said);
	return query_run(q, f);
}

static int end(struct ledger *l, int failed, struct fault *f)
{
	if (!failed)
		return ledger_commit(l, f);
	ledger_rollback(l);
	return -1;
}

int reviewer_add(struct ledger *l, const struct reviewer_new *n,
	struct reviewer_given *ret, struct fault *f)
{
	return ledger_begin(l, f) ? -1 : end(l, insert(l, n, ret, f), f);
}

int reviewer_renew(struct ledger *l, const struct reviewer_new *n,
	struct reviewer_given *ret, struct fault *f)
{
	if (ledger_begin(l, f))
		return -1;
	return end(l, must_find(l, n, &ret->id, f) || insert_secret(l, n, ret, f), f);
}

int reviewer_remove(struct ledger *l, const struct reviewer_new *n, struct fault *f)
{
	return ledger_begin(l, f) ? -1 : end(l, insert_removed(l, n, f), f);
}

/* --- reading --- */

int reviewer_list(struct ledger *l, const char *mode, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t now = clock_now();
	int got;

	*ret = json_array();
	if (ledger_query(l,
		    SQL("SELECT id, at, role, scope, expires_at, said_sealed FROM reviewer_now"
			" WHERE mode = :mode ORDER BY id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	while ((got = query_next(q, f)) > 0) {
		auto_row said = {0};
		int64_t id = query_int(q, "id");

		if (query_sealed(q, "said_sealed", "reviewer.said_sealed", id,
			    &said.packed, f))
			return -1;
		(void)json_array_append_new(*ret,
			json_pack("{s:I,s:s?,s:s,s:s,s:o,s:o,s:b}", "id", (json_int_t)id,
				"name", row_value(&said, "name"), "role",
				query_text(q, "role"), "scope", query_text(q, "scope"),
				"added_at", show_time(q, "at"), "expires_at",
				show_time(q, "expires_at"), "over",
				query_int(q, "expires_at") <= now));
	}
	return got;
}

int reviewer_name(struct ledger *l, int64_t id, char **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};
	const char *name;

	if (ledger_query(
		    l, SQL("SELECT said_sealed FROM reviewer WHERE id = :id"), &q, f))
		return -1;
	query_bind_int(q, ":id", id);
	if (query_next(q, f) <= 0)
		return fault_set(
			f, FAULT_LEDGER, "there is no reviewer %lld", (long long)id);
	if (query_sealed(q, "said_sealed", "reviewer.said_sealed", id, &said.packed, f))
		return -1;
	name = row_value(&said, "name");
	*ret = text_copy(name ? name : "");
	return 0;
}

/* --- the page's file --- */

int reviewer_write_file(
	const char *dir, const char *name, const json_t *value, struct fault *f)
{
	auto_text path = text_format("%s/%s", dir, name);
	auto_text new = text_format("%s.%ld", path, (long)getpid());
	int fd, failed;
	FILE *out;

	if (journal_folder(dir, f))
		return -1;
	(void)unlink(new);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", new, strerror(errno));
	out = fdopen(fd, "w"); /* in large pieces */
	failed = !out || json_dumpf(value, out, JSON_COMPACT);
	if ((out ? fclose(out) : close(fd)) || failed || rename(new, path)) {
		(void)unlink(new);
		return fault_set(f, FAULT_CANTCREATE, "%s could not be written", path);
	}
	return 0;
}

static json_t *hex_of(const unsigned char *bytes, size_t length)
{
	char hex[2 * HATCH_KEY + 1];

	vault_hex(bytes, length, hex);
	return json_string(hex);
}

static int add_reviewer(struct query *q, const unsigned char key[HATCH_KEY], json_t *list,
	struct fault *f)
{
	auto_row said = {0};
	unsigned char name[HATCH_DIGEST];
	const char *theirs;

	if (query_sealed(q, "said_sealed", "reviewer.said_sealed", query_int(q, "id"),
		    &said.packed, f))
		return -1;
	theirs = row_value(&said, "name");
	shelf_name(key, theirs ? theirs : "", name);
	return json_array_append_new(
		list, json_pack("{s:I,s:I,s:o,s:s,s:s,s:I,s:s,s:I}", "id",
			      (json_int_t)query_int(q, "id"), "serial",
			      (json_int_t)query_int(q, "serial"), "name",
			      hex_of(name, sizeof(name)), "role", query_text(q, "role"),
			      "scope", query_text(q, "scope"), "expires",
			      (json_int_t)query_int(q, "expires_at"), "secret",
			      query_text(q, "hash"), "secret_expires",
			      (json_int_t)query_int(q, "secret_expires_at")));
}

static int add_reviewers(struct ledger *l, const char *mode,
	const unsigned char key[HATCH_KEY], json_t *list, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT id, serial, role, scope, expires_at, hash, secret_expires_at, said_sealed"
			" FROM reviewer_now WHERE mode = :mode ORDER BY id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	while ((got = query_next(q, f)) > 0)
		if (add_reviewer(q, key, list, f))
			return -1;
	return got;
}

int reviewer_publish(struct ledger *l, const char *dir, const char *mode, struct fault *f)
{
	unsigned char key[HATCH_KEY], seed[HATCH_KEY], public[HATCH_KEY],
		secret[HATCH_KEY];
	json_t *list = json_array(), *file;
	int failed;

	page_key(l, key);
	vault_derive(ledger_vault(l), "page-box", seed);
	hatch_pair(seed, public, secret);
	hatch_wipe(secret, sizeof(secret));
	hatch_wipe(seed, sizeof(seed));
	file = json_pack("{s:i,s:s,s:o,s:o,s:O}", "version", 1, "mode", mode, "key",
		hex_of(key, sizeof(key)), "box", hex_of(public, sizeof(public)),
		"reviewers", list);
	failed = add_reviewers(l, mode, key, list, f) ||
		 reviewer_write_file(dir, SHELF_REVIEWERS, file, f);
	json_decref(list);
	json_decref(file);
	return failed ? -1 : 0;
}
