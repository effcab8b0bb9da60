/* SPDX-License-Identifier: MIT */
/*
 * The list into its file, the words out of the ledger, one row that says so. Sole writer
 * of archived. What can go wrong: the file cannot be written (FAULT_CANTCREATE); then
 * nothing is dropped either.
 */
#include "mailer/archive.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mailer/show.h"
#include "recipients/clock.h"

/* The list as one digest, so that it is known whether it has changed. */
struct sum {
	struct coffer *coffer; /* NULL: only the digest */
	unsigned char sha256[VAULT_SHA256];
};

static int take(void *context, const char *line, size_t length, struct fault *f)
{
	struct sum *sum = context;
	unsigned char both[2 * VAULT_SHA256];

	memcpy(both, sum->sha256, VAULT_SHA256);
	vault_sha256(line, length, both + VAULT_SHA256);
	vault_sha256(both, sizeof(both), sum->sha256);
	return sum->coffer ? coffer_add(sum->coffer, line, length, f) : 0;
}

/* The day on which the period ends, so many years after the last was told. */
static int64_t end_of_term(int64_t from, int64_t years, char day[ARCHIVE_DAY])
{
	time_t seconds = (time_t)(from / 1000);
	struct tm tm;

	(void)gmtime_r(&seconds, &tm);
	tm.tm_year += (int)years;
	seconds = timegm(&tm);
	(void)gmtime_r(&seconds, &tm);
	(void)strftime(day, ARCHIVE_DAY, "%Y-%m-%d", &tm);
	return (int64_t)seconds * 1000;
}

/* Is the file that is there the one that was last written, and would it say the same? */
static int is_written(struct ledger *l, const char *mode, const struct coffer_key *key,
	const unsigned char list[VAULT_DIGEST], const char *path, bool *ret,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	unsigned char file[VAULT_DIGEST];
	struct fault ignored;
	const void *was_list, *was_file;
	size_t length, file_length;
	int got;

	*ret = false;
	if (access(path, F_OK) ||
		vault_digest_file(ledger_vault(l), "archive-file", path, file, &ignored))
		return 0;
	if (ledger_query(l,
		    SQL("SELECT list, file, sealed_for FROM archived WHERE mode = :mode AND list IS NOT NULL"
			" ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	if (got <= 0)
		return got;
	was_list = query_blob(q, "list", &length);
	was_file = query_blob(q, "file", &file_length);
	*ret = length == VAULT_DIGEST && file_length == VAULT_DIGEST &&
	       !memcmp(was_list, list, length) && !memcmp(was_file, file, file_length) &&
	       !strcmp(query_text(q, "sealed_for"), key->fingerprint);
	return 0;
}

/* --- the file --- */

static int write_list(struct ledger *l, const struct settings *s, const struct policy *p,
	const struct coffer_key *key, const char *path, struct archive *a,
	struct fault *f)
{
	auto_show_file out = {0};
	auto_coffer *coffer = NULL;
	char now[CLOCK_TEXT];
	auto_text lines =
		text_format("incident %s\nledger %s\nmode %s\nmade %s\nkeep-until %s\n",
			s->id, ledger_id(l), settings_mode(s),
			clock_write(clock_now(), now), a->keep_until);
	struct sum sum = {0};

	if (show_file_open(path, &out, f) ||
		coffer_open(out.stream, key, lines, &coffer, f))
		return -1;
	sum.coffer = coffer;
	return telling_write(l, s, p, take, &sum, &a->telling, f) ||
			       coffer_end(coffer, f) || show_file_close(&out, f)
		       ? -1
		       : 0;
}

static int insert(struct ledger *l, const char *mode, const struct archive *a,
	const struct coffer_key *key, const unsigned char *list,
	const unsigned char *file, int64_t until, struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t id;

	if (ledger_number(l, SQL("SELECT max(id) FROM archived"), 0, &id, f) ||
		ledger_query(l,
			SQL("INSERT INTO archived (id, run_id, at, mode, messages, letters, people, list, file, sealed_for,"
			    " keep_until) VALUES (:id, :run, :at, :mode, :messages, :letters, :people, :list, :file,"
			    " :sealed_for, :keep_until)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", id + 1);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_text(q, ":mode", mode);
	query_bind_int(q, ":messages", a->retention.messages);
	query_bind_int(q, ":letters", a->retention.letters);
	if (list && file) {
		query_bind_int(q, ":people", a->telling.people);
		query_bind_blob(q, ":list", list, VAULT_DIGEST);
		query_bind_blob(q, ":file", file, VAULT_DIGEST);
		query_bind_text(q, ":sealed_for", key->fingerprint);
		query_bind_int(q, ":keep_until", until);
	}
	return query_run(q, f);
}

/* Looks first: a list that says what the file says is not written again. */
int archive_seal(struct ledger *l, const struct settings *s, const struct policy *p,
	const struct coffer_key *key, const char *path, struct archive *a,
	struct fault *f)
{
	unsigned char list[VAULT_DIGEST], file[VAULT_DIGEST];
	struct sum sum = {0};
	int64_t until;

	if (telling_write(l, s, p, take, &sum, &a->telling, f))
		return -1;
	until = end_of_term(a->telling.last_at, p->archive_years, a->keep_until);
	vault_digest(ledger_vault(l), "archive-list", sum.sha256, VAULT_SHA256, list);
	if (is_written(l, settings_mode(s), key, list, path, &a->already, f))
		return -1;
	if (a->already || !ledger_writes(l))
		return 0;
	if (write_list(l, s, p, key, path, a, f) ||
		vault_digest_file(ledger_vault(l), "archive-file", path, file, f))
		return -1;
	if (ledger_begin(l, f))
		return -1;
	if (insert(l, settings_mode(s), a, key, list, file, until, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

/* --- the words --- */

static int drop(struct ledger *l, const char *mode, int64_t days, struct archive *a,
	struct fault *f)
{
	struct retention *r = &a->retention;

	if (ledger_begin(l, f))
		return -1;
	if (retention_run(l, days, r, f)) {
		ledger_rollback(l);
		return -1;
	}
	if (!r->messages && !r->letters) { /* a run that does nothing leaves no trace */
		ledger_rollback(l);
		return 0;
	}
	if (insert(l, mode, a, NULL, NULL, NULL, 0, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f) || ledger_shrink(l, f) ? -1 : 0;
}

int archive_run(struct ledger *l, const struct settings *s, const struct policy *p,
	const struct coffer_key *key, const char *path, struct archive *ret,
	struct fault *f)
{
	*ret = (struct archive){0};
	if (key && archive_seal(l, s, p, key, path, ret, f))
		return -1;
	return drop(l, settings_mode(s), p->retention_days, ret, f);
}
