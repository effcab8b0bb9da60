/* SPDX-License-Identifier: MIT */
/*
 * store: messages come out of the ledger as they went in, whatever their kind was said to
 * be; what was replaced is dropped, and what was released is kept.
 */
#include "tests/mailer/incident.h"

#include <sqlite3.h>

#include "mailer/release.h"
#include "mailer/store.h"

static struct incident incident;
#define L (incident.book.ledger)

static int set_up(void **state)
{
	(void)state;
	incident_make(&incident);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	incident_remove(&incident);
	return 0;
}

/* New notices to hang messages on, one after the other. */
static int64_t add_notice(void)
{
	auto_query struct query *q = NULL;
	int64_t id = vault_random_id();
	struct fault f = {0};

	fine(ledger_query(L,
		     SQL("INSERT INTO notice (id, set_id, person_id, level, level_order, kind, message_sha256,"
			 " recipient_digest, code_digest, token_digest, facts_sealed)"
			 " SELECT :id, set_id, person_id, level, level_order, kind, message_sha256, recipient_digest,"
			 " randomblob(16), randomblob(16), facts_sealed FROM notice LIMIT 1"),
		     &q, &f),
		&f);
	query_bind_int(q, ":id", id);
	fine(query_run(q, &f), &f);
	return id;
}

static int64_t put(
	struct store_writer *w, unsigned kind, const char *bytes, size_t length)
{
	int64_t notice = add_notice();
	auto_text_buffer t = {0};
	struct fault f = {0};

	text_add(&t, bytes, length);
	fine(store_put(w, kind, notice, &t, &f), &f);
	return notice;
}

static void get(struct store_reader *r, int64_t notice, const char *bytes, size_t length)
{
	auto_text_buffer out = {0};
	struct fault f = {0};

	text_add_string(&out, "left over");
	if (store_get(r, notice, &out, &f) != 1)
		fail_msg("it is gone: %s", f.text);
	assert_int_equal(out.length, length);
	assert_memory_equal(out.bytes, bytes, length);
}

static struct store_writer *writer(void)
{
	struct store_writer *w = NULL;
	struct fault f = {0};

	fine(ledger_begin(L, &f) || store_writer_open(L, 1, &w, &f), &f);
	return w;
}

static void write_end(struct store_writer *w)
{
	struct fault f = {0};

	store_writer_close(w);
	fine(ledger_commit(L, &f), &f);
}

static struct store_reader *reader(void)
{
	struct store_reader *r = NULL;
	struct fault f = {0};

	fine(store_reader_open(L, &r, &f), &f);
	return r;
}

/* One of the letters of a kind: nearly all of it is the same in each. */
static char *letter(unsigned i)
{
	auto_text_buffer t = {0};

	text_printf(&t, "To: person%u@force.example\n\n", i);
	for (int line = 0; line < 20; line++)
		text_printf(
			&t, "Line %d is the same for all who get one of these.\n", line);
	return text_format("%sAnd this is number %u.\n", t.bytes, i);
}

/* 600 letters, of very many kinds and of one, read in another order. */
static void there_and_back(void **state)
{
	struct store_writer *w = writer();
	struct store_reader *r;
	int64_t notices[600];

	(void)state;
	for (unsigned i = 0; i < 600; i++) {
		auto_text words = letter(i);

		notices[i] = put(w, i < 300 ? i : 7, words, strlen(words));
	}
	write_end(w);
	assert_true(book_number(&incident.book, SQL("SELECT count(*) FROM stencil")) <
		    STORE_KINDS + 10);
	r = reader();
	for (unsigned k = 0; k < 600; k++) {
		unsigned i = k * 211 % 600;
		auto_text words = letter(i);

		get(r, notices[i], words, strlen(words));
	}
	store_reader_close(r);
}

static void any_bytes(void **state)
{
	struct store_writer *w = writer();
	struct store_reader *r;
	char *large = text_alloc(STORE_MESSAGE_MAX);
	int64_t empty, again, nul, big;

	(void)state;
	vault_random(large, STORE_MESSAGE_MAX);
	empty = put(w, 0, "", 0);
	again = put(w, 0, "", 0);
	nul = put(w, 0, "a\0b\n\0", 5);
	big = put(w, 0, large, STORE_MESSAGE_MAX);
	write_end(w);
	r = reader();
	get(r, empty, "", 0);
	get(r, again, "", 0);
	get(r, nul, "a\0b\n\0", 5);
	get(r, big, large, STORE_MESSAGE_MAX);
	store_reader_close(r);
	free(large);
}

static void too_large(void **state)
{
	struct store_writer *w = writer();
	auto_text_buffer t = {0};
	char *large = text_alloc(STORE_MESSAGE_MAX + 1);
	struct fault f = {0};

	(void)state;
	text_add(&t, large, STORE_MESSAGE_MAX + 1);
	free(large);
	assert_int_equal(store_put(w, 0, add_notice(), &t, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	store_writer_close(w);
	ledger_rollback(L);
}

static void gone(void **state)
{
	struct store_reader *r = reader();
	auto_text_buffer out = {0};
	struct fault f = {0};

	(void)state;
	text_add_string(&out, "left over");
	assert_int_equal(store_get(r, 12345, &out, &f), 0);
	assert_int_equal(out.length, 0);
	store_reader_close(r);
	store_reader_close(NULL);
	store_writer_close(NULL);
}

static void tamper(const char *sql)
{
	auto_text path = text_format("%s/ledger.db", incident.book.dir);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL))
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	(void)sqlite3_close(db);
}

/* A damaged message costs itself, not the ones behind it. */
static void damaged(void **state)
{
	static const char first[] = "first: one letter that is long enough\n";
	static const char second[] = "second: quite another letter of its own\n";
	struct store_writer *w = writer();
	auto_text_buffer out = {0};
	auto_text spoil = NULL;
	struct store_reader *r;
	struct fault f = {0};
	int64_t a, b;

	(void)state;
	a = put(w, 200, first, strlen(first));
	b = put(w, 201, second, strlen(second));
	write_end(w);
	book_shut(&incident.book);
	spoil = text_format(
		"DROP TRIGGER message_no_update; DROP TRIGGER stencil_no_update;"
		"UPDATE message SET bytes_sealed = (SELECT bytes_sealed FROM message WHERE"
		" notice_id = %lld) WHERE notice_id = %lld",
		(long long)b, (long long)a);
	tamper(spoil);
	book_open(&incident.book, LEDGER_WRITE);
	r = reader();
	assert_int_equal(store_get(r, a, &out, &f), -1);
	assert_int_equal(f.kind, FAULT_LEDGER);
	get(r, b, second, strlen(second));
	store_reader_close(r);

	book_shut(&incident.book);
	tamper("DELETE FROM stencil");
	book_open(&incident.book, LEDGER_WRITE);
	r = reader();
	assert_int_equal(store_get(r, b, &out, &f), -1);
	assert_int_equal(f.kind, FAULT_LEDGER);
	assert_non_null(strstr(f.text, "stencil"));
	store_reader_close(r);
}

/* A change of words: a new set, and the old one's letters go. */
static void dropped_when_replaced(void **state)
{
	(void)state;
	assert_int_equal(book_number(&incident.book, SQL("SELECT count(*) FROM message")),
		INCIDENT_NOTICES);
	incident_settings(&incident, "day and night", "by day");
	assert_int_equal(incident_compose(&incident).notices, INCIDENT_NOTICES);
	assert_int_equal(book_number(&incident.book, SQL("SELECT count(*) FROM notice")),
		2 * INCIDENT_NOTICES);
	assert_int_equal(book_number(&incident.book, SQL("SELECT count(*) FROM message")),
		INCIDENT_NOTICES);
	assert_int_equal(
		book_number(&incident.book,
			SQL("SELECT count(*) FROM message WHERE stencil_id NOT IN (SELECT id FROM stencil)")),
		0);
}

static void kept_when_released(void **state)
{
	const struct release_options o = {
		.settings = incident.settings, .policy = incident.policy};
	char digest[RELEASE_DIGEST];
	struct store_reader *r;
	auto_text_buffer out = {0};
	struct fault f = {0};
	int64_t count;

	(void)state;
	fine(release_make(L, &o, digest, &count, &f), &f);
	fine(release_withdraw(L, &o, digest, &f), &f);
	incident_settings(&incident, "day and night", "by day");
	assert_int_equal(incident_compose(&incident).notices, INCIDENT_NOTICES);
	assert_int_equal(book_number(&incident.book, SQL("SELECT count(*) FROM message")),
		2 * INCIDENT_NOTICES);
	r = reader();
	assert_int_equal(store_get(r,
				 book_number(&incident.book,
					 SQL("SELECT min(notice_id) FROM release_item")),
				 &out, &f),
		1);
	assert_non_null(strstr(out.bytes, "Message-ID: "));
	store_reader_close(r);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(there_and_back),
		EACH(any_bytes),
		EACH(too_large),
		EACH(gone),
		EACH(damaged),
		EACH(dropped_when_replaced),
		EACH(kept_when_released),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
