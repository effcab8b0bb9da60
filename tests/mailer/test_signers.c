/* SPDX-License-Identifier: MIT */
/*
 * signers: which texts are lists, who may stand on one, and whose signatures count. The
 * stand-in for ssh-keygen says that each signature is good; the real one is in
 * tests/flow/test_sign.py.
 */
#include "tests/recipients/book.h"

#include "mailer/signers.h"
#include "recipients/clock.h"

#define NOW 1795251600000
#define DAY 86400000
#define ARMOUR                                                                           \
	"-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQAAADM=\n"                          \
	"-----END SSH SIGNATURE-----\n"

static struct book book;
#define L (book.ledger)

static int set_up(void **state)
{
	(void)state;
	clock_fix(NOW);
	book_make(&book);
	(void)book_file(&book, "ssh-keygen",
		"#!/bin/sh\n"
		"case \"$*\" in *-l*) echo 256 SHA256:abc x ;; *) echo signer-0 ;; esac\n");
	return setenv("PATH", book.top, 1) || chmod(book.paths[0], 0700);
}

static int tear_down(void **state)
{
	(void)state;
	clock_fix(-1);
	book_remove(&book);
	return 0;
}

static void is_fault(int failed, const struct fault *f, enum fault_kind kind)
{
	if (!failed || f->kind != kind)
		fail_msg("%d %s: %s", failed, fault_kind_name(f->kind), f->text);
}

/* --- who may stand on a list --- */

static int add(struct signers *s, const char *name, const char *key, struct fault *f)
{
	auto_text fingerprint = text_format("SHA256:%s", key);

	return signers_add(s, name, key, fingerprint, 0, f);
}

static void names_and_keys(void **state)
{
	static const char *const none[] = {
		"", " ", " Ann", "Ann ", "Ann\nBob", "Ann\x7f", "...", "\x01"};
	auto_signers s = {0};
	auto_text longest = text_format("%0200d", 1);
	auto_text longer = text_format("%0201d", 1);
	struct fault f = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(none); i++)
		is_fault(add(&s, none[i], "a", &f), &f, FAULT_USAGE);
	is_fault(add(&s, longer, "a", &f), &f, FAULT_USAGE);
	fine(add(&s, longest, "a", &f), &f);
	is_fault(add(&s, longest, "b", &f), &f, FAULT_REFUSED); /* a name is one person */
	is_fault(add(&s, "Bob", "a", &f), &f, FAULT_REFUSED);   /* and so is a key */
	is_fault(signers_add(&s, "Bob", "b", "SHA256:a", 0, &f), &f, FAULT_REFUSED);
	is_fault(signers_add(&s, "Bob", "a", "SHA256:b", 0, &f), &f, FAULT_REFUSED);
	while (s.count < POLICY_MAX_SIGNERS) {
		auto_text name = text_format("Signer %zu", s.count);

		fine(add(&s, name, name, &f), &f);
	}
	is_fault(add(&s, "One more", "z", &f), &f, FAULT_REFUSED);
	assert_non_null(signers_named(&s, "SIGNER-3"));
	assert_null(signers_named(&s, "Signer 99"));
}

static void pinned(void **state)
{
	struct signers s = {.set = 1, .approvals = 2, .count = 2};

	(void)state;
	assert_true(signers_pinned(&s));
	s.count = 1;
	assert_false(signers_pinned(&s));
	s = (struct signers){.approvals = 1, .count = 1};
	assert_false(signers_pinned(&s));
}

/* --- texts of lists --- */

/* `text` as the list that takes effect, until the ledger is rolled back. */
static void put_list(const char *text, int64_t id, struct proposal *p)
{
	auto_query struct query *q = NULL;
	auto_text_buffer bytes = {0};
	struct fault f = {0};

	text_add_string(&bytes, text);
	fine(proposal_make(L, PROPOSAL_SIGNERS, "rehearsal", NOW, &bytes, p, &f), &f);
	fine(ledger_query(L,
		     SQL("INSERT INTO signer_set (id, proposal_id, run_id, at)"
			 " VALUES (:id, :proposal, :run, 1)"),
		     &q, &f),
		&f);
	query_bind_int(q, ":id", id);
	query_bind_int(q, ":proposal", p->id);
	query_bind_int(q, ":run", ledger_run(L));
	fine(query_run(q, &f), &f);
}

#define HEAD "breachmail-signers 1\nledger %s\nmade X\n"
#define RULES "approvals 2\nemergency on\nbefore none\n"
#define ANN "signer SHA256:A never ssh-ed25519 A Ann Example\n"
#define BOB "signer SHA256:B 2026-12-31T00:00:00Z ssh-ed25519 B Bob\n"

static int load(const char *pattern, struct signers *ret, struct fault *f)
{
	const char *at = strstr(pattern, "%s"), *id = at ? ledger_id(L) : "";
	int head = at ? (int)(at - pattern) : 0;
	auto_text text =
		text_format("%.*s%s%s", head, pattern, id, at ? at + 2 : pattern);
	auto_proposal p = {0};
	int failed;

	fine(ledger_begin(L, f), f);
	put_list(text, 1, &p);
	failed = signers_load(L, ret, f);
	ledger_rollback(L);
	return failed;
}

static void lists(void **state)
{
	static const char *const none[] = {
		"breachmail-signers 1\nledger 00\n" RULES ANN, /* another incident's */
		HEAD "approvals 2\nbefore sha256:00\n" ANN,    /* after another list */
		HEAD "approvals 0\n" ANN,
		HEAD "approvals -1\n" ANN,
		HEAD "approvals 2x\n" ANN,
		HEAD ANN BOB, /* and how many sign? */
		"",
		HEAD RULES "junk\n",
		HEAD RULES "signer\n",
		HEAD RULES "signer SHA256:A\n",
		HEAD RULES "signer SHA256:A never\n",
		HEAD RULES "signer SHA256:A never ssh-ed25519 A\n",
		HEAD RULES "signer SHA256:A someday ssh-ed25519 A Ann\n",
		HEAD RULES
		"signer SHA256:A never ssh-ed25519 A ...\n", /* nobody's name */
		HEAD RULES ANN ANN,
		HEAD RULES ANN "signer SHA256:A never ssh-ed25519 C Cat\n",
		HEAD RULES ANN "signer SHA256:C never ssh-ed25519 A Cat\n",
	};
	auto_signers s = {0};
	struct fault f = {0};

	(void)state;
	fine(load(HEAD RULES ANN BOB, &s, &f), &f);
	assert_int_equal(s.count, 2);
	assert_int_equal(s.approvals, 2);
	assert_true(s.emergency && signers_pinned(&s));
	assert_string_equal(s.list[0].name, "Ann Example");
	assert_string_equal(s.list[0].key, "ssh-ed25519 A");
	assert_int_equal(s.list[0].expires, 0);
	assert_true(s.list[1].expires > NOW);
	for (size_t i = 0; i < LENGTH(none); i++)
		is_fault(load(none[i], &s, &f), &f, FAULT_REFUSED);
}

/* Who is on a list lets the next one in: as many of them as must. */
static void a_list_after_another(void **state)
{
	auto_text first = text_format(HEAD RULES ANN BOB, ledger_id(L));
	auto_text second = NULL;
	auto_proposal p = {0}, next = {0};
	auto_signers s = {0};
	struct fault f = {0};
	bool effect;

	(void)state;
	fine(ledger_begin(L, &f), &f);
	put_list(first, 1, &p);
	second = text_format(
		HEAD "approvals 1\nbefore sha256:%s\n" ANN, ledger_id(L), p.digest);
	fine(signers_load(L, &s, &f), &f);
	put_list(second, 2, &next);
	is_fault(signers_load(L, &s, &f), &f, FAULT_REFUSED); /* nobody signed it */
	fine(proposal_sign(L, next.id, "SHA256:A", ARMOUR, &f), &f);
	is_fault(signers_load(L, &s, &f), &f, FAULT_REFUSED);
	fine(proposal_sign(L, next.id, "SHA256:Z", ARMOUR, &f), &f); /* a stranger */
	is_fault(signers_load(L, &s, &f), &f, FAULT_REFUSED);
	fine(proposal_sign(L, next.id, "SHA256:B", ARMOUR, &f), &f);
	fine(signers_load(L, &s, &f), &f);
	assert_int_equal(s.set, 2);
	assert_int_equal(s.count, 1);
	/* it follows another list than the one that counts now */
	is_fault(signers_settle(L, &s, &next, &effect, &f), &f, FAULT_REFUSED);
	ledger_rollback(L);
}

/* --- whose signatures count --- */

static size_t count(const struct signers *s, const struct proposal *p, const char *space)
{
	struct signers_tally tally;
	struct fault f = {0};

	fine(signers_count(L, s, p, space, &tally, &f), &f);
	return tally.count;
}

static int check(const struct signers *s, const struct proposal *p, const char *space,
	struct fault *f)
{
	const struct signer *who;

	return signers_check(L, s, p, space, ARMOUR, &who, f);
}

static void terms_and_revocations(void **state)
{
	struct signers s = {.set = 1, .approvals = 1};
	auto_text_buffer text = {0};
	auto_proposal p = {0};
	struct fault f = {0};

	(void)state;
	text_add_string(&text, "text");
	fine(ledger_begin(L, &f), &f);
	fine(proposal_make(L, PROPOSAL_RELEASE, "rehearsal", NOW, &text, &p, &f), &f);
	fine(add(&s, "Ann", "A", &f) || add(&s, "Bob", "B", &f), &f);
	fine(check(&s, &p, RELEASE_SPACE, &f), &f);
	fine(proposal_sign(L, p.id, "SHA256:A", ARMOUR, &f), &f);
	is_fault(check(&s, &p, RELEASE_SPACE, &f), &f, FAULT_REFUSED); /* twice */
	assert_int_equal(count(&s, &p, RELEASE_SPACE), 1);
	s.list[0].expires = NOW + DAY;
	assert_int_equal(count(&s, &p, RELEASE_SPACE), 1);
	clock_fix(NOW + DAY); /* over: not for a release; a list was signed in time */
	assert_int_equal(count(&s, &p, RELEASE_SPACE), 0);
	assert_int_equal(count(&s, &p, SIGNERS_SPACE), 1);
	is_fault(check(&s, &p, RELEASE_SPACE, &f), &f, FAULT_REFUSED);
	clock_fix(NOW);
	s.list[0].expires = 0;
	s.list[0].revoked = true;
	assert_int_equal(count(&s, &p, RELEASE_SPACE), 0);
	assert_int_equal(count(&s, &p, SIGNERS_SPACE), 0);
	is_fault(check(&s, &p, SIGNERS_SPACE, &f), &f, FAULT_REFUSED);
	s.approvals = 2; /* too few are left: for another list the revoked count again */
	assert_int_equal(count(&s, &p, RELEASE_SPACE), 0);
	assert_int_equal(count(&s, &p, SIGNERS_SPACE), 1);
	ledger_rollback(L);
	signers_done(&s);
}

/* --- what the policy asks for --- */

static void the_policys_signers(void **state)
{
	struct policy_signer named[] = {{.name = "Ann", .key = "ssh-ed25519 A"}};
	struct policy p = {.approvals = 1, .signers = named, .signers_count = 1};
	auto_signers now = {.set = 1}, wanted = {0};
	struct fault f = {0};
	bool changed;

	(void)state;
	/* not pinned: nothing to agree with */
	now.approvals = 1;
	fine(signers_agree(&now, &p, &f), &f);
	fine(signers_wanted(&now, &p, &wanted, &changed, &f), &f);
	assert_true(changed && wanted.count == 1);
	fine(signers_add(&now, "Ann", "ssh-ed25519 A", "SHA256:abc", 0, &f), &f);
	fine(signers_agree(&now, &p, &f), &f);
	fine(signers_wanted(&now, &p, &wanted, &changed, &f), &f);
	assert_false(changed);
	named[0].expires = NOW; /* another term */
	is_fault(signers_agree(&now, &p, &f), &f, FAULT_REFUSED);
	fine(signers_wanted(&now, &p, &wanted, &changed, &f), &f);
	assert_true(changed && wanted.list[0].expires == NOW);
	named[0] = (struct policy_signer){.name = "Ann", .key = "ssh-ed25519 B"};
	is_fault(signers_agree(&now, &p, &f), &f, FAULT_REFUSED); /* another key */
	is_fault(signers_wanted(&now, &p, &wanted, &changed, &f), &f, FAULT_REFUSED);
	named[0] = (struct policy_signer){.name = "Bob", .key = "ssh-ed25519 A"};
	is_fault(signers_agree(&now, &p, &f), &f, FAULT_REFUSED); /* somebody else */
	named[0].key = "junk";
	is_fault(signers_agree(&now, &p, &f), &f, FAULT_CONFIG);
	is_fault(signers_wanted(&now, &p, &wanted, &changed, &f), &f, FAULT_CONFIG);
	now.list[0].revoked = true; /* the file has not heard of it: neither is on it */
	named[0] = (struct policy_signer){.name = "ann", .key = "ssh-ed25519 A"};
	fine(signers_wanted(&now, &p, &wanted, &changed, &f), &f);
	assert_true(changed && !wanted.count);
	p = (struct policy){.approvals = 2};
	is_fault(signers_agree(&now, &p, &f), &f, FAULT_REFUSED);
	p = (struct policy){.approvals = 1, .emergency = true};
	is_fault(signers_agree(&now, &p, &f), &f, FAULT_REFUSED);
	fine(signers_wanted(&now, &p, &wanted, &changed, &f), &f);
	assert_true(changed);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_keys),
		cmocka_unit_test(pinned),
		EACH(lists),
		EACH(a_list_after_another),
		EACH(terms_and_revocations),
		EACH(the_policys_signers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
