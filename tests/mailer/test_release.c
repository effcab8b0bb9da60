/* SPDX-License-Identifier: MIT */
/*
 * release: a digest names exactly what may be sent; whatever changes is found, and what
 * is withdrawn can be released again.
 */
#include "tests/mailer/incident.h"

#include <sqlite3.h>

#include "mailer/lines.h"
#include "mailer/permit.h"
#include "mailer/release.h"
#include "mailer/released.h"
#include "recipients/clock.h"

static struct incident incident;
#define L (incident.book.ledger)

static int set_up(void **state)
{
	(void)state;
	clock_fix(1795251600000);
	incident_make(&incident);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	clock_fix(-1);
	incident_remove(&incident);
	return 0;
}

static struct release_options options(void)
{
	return (struct release_options){
		.settings = incident.settings, .policy = incident.policy};
}

/* The digest of what would be released now. */
static int64_t draft(struct text *manifest, char digest[RELEASE_DIGEST])
{
	const struct release_options o = options();
	struct fault f = {0};
	int64_t count;

	fine(release_draft(L, &o, manifest, digest, &count, &f), &f);
	return count;
}

static void make(char digest[RELEASE_DIGEST])
{
	const struct release_options o = options();
	struct fault f = {0};
	int64_t count;

	fine(release_make(L, &o, digest, &count, &f), &f);
	assert_int_equal(count, INCIDENT_NOTICES);
}

static int find(const char *digits, char digest[RELEASE_DIGEST], struct fault *f)
{
	const struct release_options o = options();
	struct permit permit;
	int failed = permit_find(L, &o, digits, &permit, f);

	if (!failed)
		memcpy(digest, permit.digest, sizeof(permit.digest));
	return failed;
}

static void refused(const char *digits, enum fault_kind kind, const char *says)
{
	char digest[RELEASE_DIGEST];
	struct fault f = {0};

	assert_int_equal(find(digits, digest, &f), -1);
	if (f.kind != kind || !strstr(f.text, says))
		fail_msg("%s: %s", fault_kind_name(f.kind), f.text);
}

static void readable(void **state)
{
	static const char *const lines[] = {"breachmail-release 1\nnumber 1\n",
		"incident met-2023-08\n", "mode rehearsal\n",
		"made 2026-11-21T09:00:00Z\n", "relay capture:outbox\n",
		"from notices@met.police.example\n", "tls none", "excluded task 2\n",
		"level counter-terrorism 1 sha256:", "notices 3\n", "approvals 2\n"};
	auto_text_buffer manifest = {0};
	char digest[RELEASE_DIGEST];
	unsigned char sha256[VAULT_SHA256];
	char hex[2 * VAULT_SHA256 + 1];

	(void)state;
	assert_int_equal(draft(&manifest, digest), INCIDENT_NOTICES);
	for (size_t i = 0; i < LENGTH(lines); i++)
		if (!strstr(manifest.bytes, lines[i]))
			fail_msg("not there: %s", lines[i]);
	vault_sha256(manifest.bytes, manifest.length, sha256);
	vault_hex(sha256, sizeof(sha256), hex);
	assert_string_equal(hex, digest);
	assert_null(strstr(manifest.bytes, "jo@")); /* without people */
	assert_null(strstr(manifest.bytes, "Sample"));
}

static void made_and_found(void **state)
{
	char made[RELEASE_DIGEST], found[RELEASE_DIGEST], digits[16];
	auto_text_buffer manifest = {0};
	struct fault f = {0};

	(void)state;
	refused(NULL, FAULT_REFUSED, "nothing is released yet");
	make(made);
	fine(find(NULL, found, &f), &f);
	assert_string_equal(found, made);
	(void)snprintf(digits, sizeof(digits), "%.8s", made);
	fine(find(digits, found, &f), &f);
	assert_string_equal(found, made);
	for (char *p = digits; *p; p++)
		if (*p >= 'a')
			*p = (char)(*p - 32);
	fine(find(digits, found, &f), &f);
	digits[7] = '\0';
	refused(digits, FAULT_USAGE, "8 or more digits");
	refused("no digits", FAULT_USAGE, "8 or more digits");
	refused("%%%%%%%%", FAULT_USAGE, "8 or more digits");
	digits[7] = made[7] == '0' ? '1' : '0';
	refused(digits, FAULT_REFUSED, "no valid release");
	assert_int_equal(draft(&manifest, found), 0); /* nothing more is waiting */
}

static void nothing_waits(void **state)
{
	const struct release_options o = options();
	char digest[RELEASE_DIGEST];
	struct fault f = {0};
	int64_t count;

	(void)state;
	make(digest);
	assert_int_equal(release_make(L, &o, digest, &count, &f), -1);
	assert_int_equal(f.kind, FAULT_REFUSED);
	assert_int_equal(
		book_number(&incident.book, SQL("SELECT count(*) FROM release")), 1);
}

/* In the same second, too. */
static void withdrawn_and_made_again(void **state)
{
	const struct release_options o = options();
	char first[RELEASE_DIGEST], second[RELEASE_DIGEST], other[RELEASE_DIGEST];
	struct fault f = {0};

	(void)state;
	assert_int_equal(release_withdraw(L, &o, other, &f), -1);
	assert_int_equal(f.kind, FAULT_REFUSED);
	make(first);
	fine(release_withdraw(L, &o, other, &f), &f);
	assert_string_equal(other, first);
	refused(NULL, FAULT_REFUSED, "nothing is released yet");
	make(second);
	assert_string_not_equal(first, second);
	fine(find(NULL, other, &f), &f);
	assert_string_equal(other, second);
	refused(first, FAULT_REFUSED, "no valid release");
}

/* Settings that changed after the release, and the line that is named. */
static const struct {
	const char *old, *new, *line;
} changes[] = {
	{"\"met-2023-08\"", "\"met-2023-09\"", "incident"},
	{"capture:outbox", "capture:other", "relay"},
	{"capture:outbox", "smtp://localhost:2525", "relay"},
	{"\"from\": \"Data protection notices <notices@",
		"\"from\": \"Data protection notices <other@", "from"},
	{"\"reply_to\": \"Data protection notices <notices@",
		"\"reply_to\": \"Data protection notices <other@", "reply-to"},
	{"notices-return@", "other-return@", "envelope-from"},
	{"\"connections\": 4", "\"connections\": 5", "connections"},
	{"\"pipelining\": \"on\"", "\"pipelining\": \"off\"", "connections"},
	{"\"retry_for\": \"24h\"", "\"retry_for\": \"24h\", \"per_minute\": 60",
		"limits"},
	{"\"retry_for\": \"24h\"",
		"\"retry_for\": \"24h\", \"per_domain\": {\"connections\": 1}", "domain"},
	{"\"retry_for\": \"24h\"",
		"\"retry_for\": \"24h\", \"per_domain\": {\"per_minute\": 1}", "domain"},
	{"\"retry_for\": \"24h\"",
		"\"retry_for\": \"24h\", \"per_domain\": {\"domains\": {\"big.example\": {}}}",
		"domain"},
	{"\"allowed_domains\": []", "\"allowed_domains\": [\"a.example\", \"b.example\"]",
		"allowed-domains"},
	{"\"allowed_domains\": []", "\"allowed_domains\": [\"met.police.example\"]",
		"allowed-domains"},
};

static void settings_that_changed(void **state)
{
	char digest[RELEASE_DIGEST];
	struct fault f = {0};

	(void)state;
	make(digest);
	for (size_t i = 0; i < LENGTH(changes); i++) {
		auto_text says = text_format("its line '%s'", changes[i].line);

		incident_settings(&incident, changes[i].old, changes[i].new);
		refused(NULL, FAULT_REFUSED, says);
	}
	incident_settings(&incident, NULL, NULL);
	fine(find(NULL, digest, &f), &f);
	incident.policy->in_doubt = POLICY_RESEND;
	refused(NULL, FAULT_REFUSED, "its line 'in-doubt'");
	incident.policy->in_doubt = POLICY_ASK;
	incident.policy->approvals = 1;
	refused(NULL, FAULT_REFUSED, "its line 'approvals'");
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

/* Somebody wrote into the file: another recipient, message, order, one fewer, one more.
 */
static void a_ledger_that_changed(void **state)
{
	static const char *const sql[] = {
		"UPDATE notice SET recipient_digest = x'00' WHERE level = 'officer'",
		"UPDATE notice SET message_sha256 = x'00' WHERE level = 'officer'",
		"UPDATE notice SET level = 'staff', level_order = 9 WHERE level = 'counter-terrorism'",
		"UPDATE release_item SET position = 100 WHERE position = 1",
		"DELETE FROM release_item WHERE position = 1",
		"UPDATE release SET manifest = manifest || 'x'",
		"UPDATE release SET at = at + 1000",
	};
	char digest[RELEASE_DIGEST];

	(void)state;
	for (size_t i = 0; i < LENGTH(sql); i++) {
		if (i) {
			incident_remove(&incident);
			incident_make(&incident);
		}
		make(digest);
		book_shut(&incident.book);
		tamper("DROP TRIGGER notice_no_update; DROP TRIGGER release_item_no_update;"
		       "DROP TRIGGER release_item_no_delete; DROP TRIGGER release_no_update;");
		tamper(sql[i]);
		book_open(&incident.book, LEDGER_WRITE);
		refused(NULL, FAULT_REFUSED, "something changed");
	}
}

/* --- each mail --- */

static int take_mail(int64_t notice, struct released_mail *m, struct fault *f)
{
	struct released *r;
	int failed;

	fine(released_open(L, "bounces+{token}@force.example", &r, f), f);
	failed = released_take(r, notice, m, f) || released_prove(r, notice, m, f);
	released_close(r);
	return failed ? -1 : 0;
}

static int address_of(int64_t notice, char **ret, struct fault *f)
{
	struct released *r;
	int failed;

	fine(released_open(L, "bounces@force.example", &r, f), f);
	failed = released_to(r, notice, ret, f);
	released_close(r);
	return failed;
}

#define ONE " WHERE id = (SELECT min(notice_id) FROM release_item)"

/* Whoever writes into the ledger, after the release was looked at: not one byte of it
 * goes out. `to`: does the address alone still hold? */
static void a_mail_that_changed(void **state)
{
	static const struct {
		const char *sql;
		enum fault_kind kind;
		bool to;
	} cases[] = {
		{"UPDATE notice SET message_sha256 = x'00'" ONE, FAULT_REFUSED, false},
		{"UPDATE notice SET recipient_digest = x'00'" ONE, FAULT_REFUSED, false},
		{"UPDATE notice SET token_digest = x'00'" ONE, FAULT_REFUSED, false},
		{"UPDATE notice SET message_sha256 = zeroblob(32)" ONE, FAULT_REFUSED,
			true},
		{"UPDATE notice SET recipient_digest = zeroblob(16)" ONE, FAULT_REFUSED,
			false},
		{"UPDATE notice SET token_digest = zeroblob(16)" ONE, FAULT_REFUSED,
			false},
		{"UPDATE notice SET facts_sealed = zeroblob(200)" ONE, FAULT_REFUSED,
			false},
		{"UPDATE message SET bytes_sealed = zeroblob(200)", FAULT_REFUSED, true},
		{"UPDATE stencil SET bytes_sealed = zeroblob(200)", FAULT_REFUSED, true},
		{"DELETE FROM stencil", FAULT_REFUSED, true},
		{"DELETE FROM message", FAULT_LEDGER, true},
		{"DELETE FROM notice", FAULT_LEDGER, false},
	};
	struct released_mail m = {0};
	char digest[RELEASE_DIGEST];
	struct fault f = {0};
	int64_t notice;

	(void)state;
	make(digest);
	notice = book_number(
		&incident.book, SQL("SELECT min(notice_id) FROM release_item"));
	book_shut(&incident.book);
	tamper("DROP TRIGGER notice_no_update; DROP TRIGGER notice_no_delete;"
	       "DROP TRIGGER message_no_update; DROP TRIGGER stencil_no_update;");
	book_open(&incident.book, LEDGER_WRITE);
	fine(take_mail(notice, &m, &f), &f);
	assert_non_null(strchr(m.to, '@'));
	assert_ptr_equal(strstr(m.envelope_from, "bounces+"), m.envelope_from);
	released_mail_done(&m);
	fine(ledger_do(L, SQL("PRAGMA foreign_keys=OFF"), &f), &f);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		auto_text to = NULL;

		m = (struct released_mail){0};
		fine(ledger_begin(L, &f) || ledger_do(L, cases[i].sql, &f), &f);
		assert_int_equal(take_mail(notice, &m, &f), -1);
		if (f.kind != cases[i].kind)
			fail_msg("%s: %s", cases[i].sql, f.text);
		released_mail_done(&m);
		assert_int_equal(address_of(notice, &to, &f), cases[i].to ? 0 : -1);
		ledger_rollback(L);
	}
}

/* --- lines of a manifest --- */

static void trusted_by(
	const char *url, const char *ca_file, const char *cert_file, const char *says)
{
	struct settings_relay *relay = &incident.settings->relay, kept = *relay;
	auto_text line = text_format("\ntls %s\n", says);
	auto_text where = text_copy(url);
	auto_text authorities = ca_file ? text_copy(ca_file) : NULL;
	auto_text certificate = cert_file ? text_copy(cert_file) : NULL;
	auto_text_buffer manifest = {0};
	char digest[RELEASE_DIGEST];

	relay->url = where;
	relay->ca_file = authorities;
	relay->cert_file = certificate;
	relay->capture_dir = NULL;
	(void)draft(&manifest, digest);
	*relay = kept;
	if (!strstr(text_string(&manifest), line))
		fail_msg("not there:%s%s", line, text_string(&manifest));
}

/* A file of so many bytes, without writing them. */
static const char *hollow(const char *name, off_t length)
{
	const char *path = book_file(&incident.book, name, "x");

	assert_int_equal(truncate(path, length), 0);
	return path;
}

static void what_a_relay_is_trusted_by(void **state)
{
	static const char here[] = "smtp://127.0.0.1:2525",
			  there[] = "smtp://mail.example",
			  none[] = "verified, own authorities cannot be read",
			  system[] = "verified, the system's authorities";
	const char *nothing = hollow("empty.pem", 0),
		   *much = hollow("large.pem", ((off_t)64 << 20) + 1);

	(void)state;
	trusted_by(here, NULL, NULL, "none (this machine)");
	trusted_by(here, NULL, "/nowhere", system);
	trusted_by("smtps://127.0.0.1:4465", NULL, NULL, system);
	trusted_by(there, NULL, NULL, system);
	trusted_by(there, "/nowhere", NULL, none);
	trusted_by(there, incident.book.dir, NULL, none);
	trusted_by(there, nothing, NULL, none);
	trusted_by(there, much, NULL, none);
	trusted_by(there, book_file(&incident.book, "own.pem", "abc"), NULL,
		"verified, own authorities sha256:"
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void lines_that_differ(void **state)
{
	static const struct {
		const char *then, *now, *says;
	} cases[] = {
		{"level a b 2 sha256:x\n", "level a b 5 sha256:y\n",
			"change a b +3 (release 7 had 2)\n"},
		{"level a 2 sha256:x\n", "", "change a -2 (release 7 had 2)\n"},
		{"", "level a 1 sha256:x\n", "change a +1 (release 7 had 0)\n"},
		{"", "level a\n", "change  +0 (release 7 had 0)\n"}, /* cut short */
		{"tls a\n", "tls a\n", NULL},
		{"tls a\n", "tls ab\n", "change tls is another than in release 7\n"},
		{"tls a\n", "tls b\n", "change tls is another than in release 7\n"},
		{"", "tls b\n", "change tls is another than in release 7\n"},
		{"tls b\n", "", "change tls is another than in release 7\n"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		auto_text_buffer out = {0};

		lines_compare(cases[i].then, 7, cases[i].now, &out);
		if (cases[i].says ? !strstr(text_string(&out), cases[i].says)
				  : strstr(text_string(&out), "change tls") != NULL)
			fail_msg("%s%s: %s", cases[i].then, cases[i].now,
				text_string(&out));
	}
}

/* One person alone lets the highest level go: there has to be one. */
static void the_highest_level(void **state)
{
	const struct release_options o = options();
	char digest[RELEASE_DIGEST];
	struct fault f = {0};
	int64_t order = -1;
	size_t lowest = incident.policy->default_level;

	(void)state;
	fine(manifest_highest(L, &o, &order, &f), &f);
	assert_true(order >= 0 && order < (int64_t)lowest);
	incident.policy->default_level = (size_t)order;
	assert_int_equal(manifest_highest(L, &o, &order, &f), -1);
	assert_int_equal(f.kind, FAULT_REFUSED);
	incident.policy->default_level = lowest;
	make(digest); /* and now nothing waits */
	assert_int_equal(manifest_highest(L, &o, &order, &f), -1);
	assert_int_equal(f.kind, FAULT_REFUSED);
}

static void what_waits(void **state)
{
	struct manifest_of m;
	char digest[RELEASE_DIGEST];
	struct fault f = {0};

	(void)state;
	fine(release_waiting(L, "rehearsal", &m, &f), &f);
	assert_true(m.set && !m.release);
	make(digest);
	fine(release_waiting(L, "rehearsal", &m, &f),
		&f); /* the newest that is released */
	assert_true(m.set && m.release);
	fine(release_waiting(L, "live", &m, &f), &f);
	assert_true(!m.set && !m.release);
}

static void live_needs_signatures(void **state)
{
	const struct release_options o = options();
	char digest[RELEASE_DIGEST];
	struct fault f = {0};
	int64_t count;

	(void)state;
	incident.settings->live = true;
	assert_int_equal(release_make(L, &o, digest, &count, &f), -1);
	assert_int_equal(f.kind, FAULT_REFUSED);
	refused(NULL, FAULT_REFUSED, "nothing is released yet");
	incident.settings->live = false;
	make(digest);
	incident.settings->live = true; /* a rehearsal's release is none in live */
	refused(NULL, FAULT_REFUSED, "nothing is released yet");
	refused(digest, FAULT_REFUSED, "no valid release");
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(readable),
		EACH(made_and_found),
		EACH(nothing_waits),
		EACH(withdrawn_and_made_again),
		EACH(settings_that_changed),
		EACH(a_ledger_that_changed),
		EACH(a_mail_that_changed),
		EACH(what_a_relay_is_trusted_by),
		EACH(lines_that_differ),
		EACH(the_highest_level),
		EACH(what_waits),
		EACH(live_needs_signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
