/* SPDX-License-Identifier: MIT */
/*
 * book: for tests, a ledger in a folder of its own with the key beside that folder, and
 * files of made-up rows. All of it stands under one temporary folder, which goes at the end.
 */
#ifndef TESTS_RECIPIENTS_BOOK_H
#define TESTS_RECIPIENTS_BOOK_H

#include <ftw.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "recipients/import.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/text.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct book {
	char *top, *dir, *key;
	struct ledger_options options;
	struct ledger *ledger; /* NULL between book_shut and book_open */
	char *paths[64];       /* of the files that were written, to be freed */
	size_t paths_count;
};

/* Stops the test, saying why, unless it went well. */
static inline void fine(int failed, const struct fault *f)
{
	if (failed)
		fail_msg("%s: %s", fault_kind_name(f->kind), f->text);
}

static inline void book_open(struct book *b, enum ledger_mode mode)
{
	struct fault f = {0};

	fine(ledger_open(b->dir, mode, &b->options, &b->ledger, &f), &f);
}

static inline void book_shut(struct book *b)
{
	ledger_close(b->ledger, 0);
	b->ledger = NULL;
}

/* A file as it was kept, or kept as it is. */
static inline void book_copy(const char *path, struct text *kept)
{
	FILE *file = fopen(path, kept->length ? "wx" : "r");
	char bytes[4096];

	assert_non_null(file);
	if (kept->length)
		(void)fwrite(kept->bytes, 1, kept->length, file);
	else
		for (size_t n; (n = fread(bytes, 1, sizeof(bytes), file)) > 0;)
			text_add(kept, bytes, n);
	assert_true(!ferror(file) && !fclose(file) && !chmod(path, 0600));
}

/* A new ledger, open for writing. It takes a while: a program makes one, the others are its
 * copies. */
static inline void book_make(struct book *b)
{
	static struct text ledger, key;
	const char *tmp = getenv("TMPDIR");
	auto_text path = NULL;
	struct fault f = {0};

	*b = (struct book){.top = text_format("%s/test_book.XXXXXX", tmp ? tmp : "/tmp")};
	fine(vault_start(&f), &f);
	assert_non_null(mkdtemp(b->top));
	b->dir = text_format("%s/incident", b->top);
	b->key = text_format("%s/the.key", b->top);
	path = text_format("%s/ledger.db", b->dir);
	assert_int_equal(mkdir(b->dir, 0700), 0);
	b->options = (struct ledger_options){
		.unlock.key_file = b->key, .verb = "test", .mode = "rehearsal"};
	b->options.operator= "Ann Example";
	if (!ledger.length)
		fine(ledger_create(b->dir, &b->options, &f), &f);
	book_copy(path, &ledger);
	book_copy(b->key, &key);
	book_open(b, LEDGER_WRITE);
}

static inline int book_remove_one(
	const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static inline void book_remove(struct book *b)
{
	book_shut(b);
	while (b->paths_count)
		free(b->paths[--b->paths_count]);
	(void)nftw(b->top, book_remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(b->top);
	free(b->dir);
	free(b->key);
}

/* A file beside the incident; its path is the book's. */
static inline const char *book_file(struct book *b, const char *name, const char *words)
{
	char *path = text_format("%s/%s", b->top, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(b->paths_count < LENGTH(b->paths));
	b->paths[b->paths_count++] = path;
	assert_true(fputs(words, file) >= 0 && !fclose(file));
	return path;
}

/* One number out of the ledger. */
static inline int64_t book_number(struct book *b, const char *sql)
{
	struct fault f = {0};
	int64_t n = -1;

	fine(ledger_number(b->ledger, sql, -1, &n, &f), &f);
	return n;
}

/* Changes the file behind the program's back. */
static inline void book_tamper(const struct book *b, const char *sql)
{
	auto_text path = text_format("%s/ledger.db", b->dir);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL) ||
		sqlite3_exec(db, sql, NULL, NULL, NULL))
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* Opening it ends with this fault, which says so. */
static inline void book_stays_shut(const struct book *b, enum ledger_mode mode,
	enum fault_kind kind, const char *says)
{
	struct ledger *l = NULL;
	struct fault f = {0};

	if (!ledger_open(b->dir, mode, &b->options, &l, &f))
		fail_msg("it opens; expected: %s", says);
	assert_null(l);
	if (f.kind != kind || !strstr(f.text, says))
		fail_msg("%s: %s", fault_kind_name(f.kind), f.text);
}

/* A row with something sealed in it. */
static inline void book_decide(struct ledger *l, int64_t id, struct fault *f)
{
	auto_query struct query *q = NULL;

	fine(ledger_query(l,
		     SQL("INSERT INTO decision (id, run_id, at, kind, choice, said_sealed)"
			 " VALUES (:id, :run, 1, 'accept', 'accept', :said_sealed)"),
		     &q, f),
		f);
	query_bind_int(q, ":id", id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_sealed(q, ":said_sealed", "decision.said_sealed", id, "said", 4, 64);
	fine(query_run(q, f), f);
}

/* Rows of a people list, or of the leak, in a run of its own. */
static inline void book_import(struct book *b, bool people, const char *rows)
{
	auto_text name = text_format("rows-%zu.csv", b->paths_count);
	const struct import_options o = {.people = people, .file = book_file(b, name, rows)};
	struct import_tally tally;
	struct fault f = {0};

	fine(import_run(b->ledger, &o, &tally, &f), &f);
	import_tally_done(&tally);
	book_shut(b);
	book_open(b, LEDGER_WRITE);
}

/* A policy written with ' for ", to be readable in C. */
static inline struct policy *book_policy(const char *json)
{
	auto_text copy = text_copy(json);
	struct policy *p = NULL;
	struct fault f = {0};

	for (char *s = copy; *s; s++)
		if (*s == '\'')
			*s = '"';
	fine(policy_parse("policy.json", copy, strlen(copy), &p, &f), &f);
	return p;
}

#endif
