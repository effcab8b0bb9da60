/* SPDX-License-Identifier: MIT */
/*
 * What each class of letter does to the state of its notice, line by line, in every order;
 * and what humans make of it.
 */
#include "tests/mailer/back.h"

static struct back back;
static struct letter letter;

static int set_up(void **state)
{
	(void)state;
	back_make(&back);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	back_remove(&back);
	return 0;
}

/* Each case begins as the one before it. */
static void begin(const char *verdict)
{
	struct fault f = {0};

	fine(ledger_begin(back.incident.book.ledger, &f), &f);
	back_attempt(&back, verdict);
}

static void end(void)
{
	ledger_rollback(back.incident.book.ledger);
	back.attempts = back.letters = 0;
}

/* Marks of a letter that its class does not tell. */
enum mark {
	PLAIN,
	DISPLAYED,
	DELETED,
	ACK,
	ASKS,
	ACK_ASKS,
	WORRIED_ACK,
};

static int64_t come(enum letter_class class, enum mark mark)
{
	back_letter(&back, class, &letter);
	if (class == LETTER_MDN)
		(void)snprintf(letter.disposition, sizeof(letter.disposition), "%s",
			mark == DISPLAYED ? "displayed" : "deleted");
	letter.says_ack = mark == ACK || mark == ACK_ASKS || mark == WORRIED_ACK;
	letter.asks = mark == ASKS || mark == ACK_ASKS;
	letter.worried = mark == WORRIED_ACK;
	if (class == LETTER_AUTO_REPLY)
		letter.away_until = 4102444800; /* 2100 */
	return back_come(&back, &letter);
}

/* The state and the facts of Jo's notice, in one line: "delivered read". */
static void expect(const char *expected)
{
	auto_query struct query *q = NULL;
	struct fault f = {0};

	fine(ledger_query(back.incident.book.ledger,
		     SQL("SELECT state || iif(bounced_at IS NOT NULL AND state <> 'bounced', ' failed', '')"
			 " || iif(hard, ' hard', '') || iif(read_at IS NOT NULL, ' read', '')"
			 " || iif(away_at IS NOT NULL, ' away', '') || iif(delayed_at IS NOT NULL, ' delayed', '')"
			 " || iif(expanded, ' expanded', '') || iif(challenge, ' challenge', '')"
			 " || iif(complaint, ' complaint', '') || iif(question, ' question', '')"
			 " || iif(worried, ' worried', '') || iif(conflict, ' conflict', '') AS line"
			 " FROM person_proof WHERE mode = 'rehearsal' AND notice_id = :notice"),
		     &q, &f),
		&f);
	query_bind_int(q, ":notice", back.notice);
	assert_int_equal(query_next(q, &f), 1);
	assert_string_equal(query_text(q, "line"), expected);
}

static char *one_text(const char *sql)
{
	auto_query struct query *q = NULL;
	struct fault f = {0};

	fine(ledger_query(back.incident.book.ledger, sql, &q, &f), &f);
	return query_next(q, &f) > 0 ? text_copy(query_text(q, "text")) : NULL;
}

static void each_class(void **state)
{
	static const struct {
		enum letter_class class;
		enum mark mark;
		const char *then;
	} lines[] = {
		{LETTER_DELIVERED, PLAIN, "delivered"},
		{LETTER_RELAYED, PLAIN, "relayed"},
		{LETTER_EXPANDED, PLAIN, "relayed expanded"},
		{LETTER_DELAYED, PLAIN, "accepted delayed"},
		{LETTER_BOUNCE_HARD, PLAIN, "bounced hard"},
		{LETTER_BOUNCE_SOFT, PLAIN, "bounced"},
		{LETTER_BOUNCE_ANY, PLAIN, "bounced"},
		{LETTER_MDN, DISPLAYED, "delivered read"},
		{LETTER_MDN, DELETED, "accepted"},
		{LETTER_AUTO_REPLY, PLAIN, "accepted away"},
		{LETTER_CHALLENGE, PLAIN, "accepted challenge"},
		{LETTER_FEEDBACK, PLAIN, "accepted complaint"},
		{LETTER_HUMAN, ACK, "acknowledged"},
		{LETTER_HUMAN, ASKS, "delivered question"},
		{LETTER_HUMAN, ACK_ASKS, "delivered question"},
		{LETTER_HUMAN, WORRIED_ACK, "acknowledged worried"},
		{LETTER_HUMAN, PLAIN, "delivered question"},
		{LETTER_OTHER, PLAIN, "accepted"},
		{LETTER_UNPARSABLE, PLAIN, "accepted"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++) {
		begin("accepted");
		expect("accepted");
		(void)come(lines[i].class, lines[i].mark);
		expect(lines[i].then);
		(void)come(lines[i].class, lines[i].mark); /* again: the same */
		expect(lines[i].then);
		end();
	}
}

/* What comes later, or came before: a state is read off facts, so the order is nothing. */
static void one_upon_another(void **state)
{
	static const struct {
		enum letter_class a, b;
		enum mark a_mark, b_mark;
		const char *both;
	} lines[] = {
		{LETTER_RELAYED, LETTER_BOUNCE_HARD, PLAIN, PLAIN, "bounced hard"},
		{LETTER_RELAYED, LETTER_DELIVERED, PLAIN, PLAIN, "delivered"},
		{LETTER_DELAYED, LETTER_BOUNCE_SOFT, PLAIN, PLAIN, "bounced"},
		{LETTER_DELAYED, LETTER_DELIVERED, PLAIN, PLAIN, "delivered"},
		{LETTER_DELAYED, LETTER_RELAYED, PLAIN, PLAIN, "relayed delayed"},
		{LETTER_DELIVERED, LETTER_BOUNCE_HARD, PLAIN, PLAIN, "bounced hard conflict"},
		{LETTER_MDN, LETTER_BOUNCE_SOFT, DISPLAYED, PLAIN, "bounced read conflict"},
		{LETTER_HUMAN, LETTER_BOUNCE_ANY, ACK, PLAIN, "acknowledged failed conflict"},
		{LETTER_HUMAN, LETTER_BOUNCE_ANY, ASKS, PLAIN, "bounced question conflict"},
		{LETTER_HUMAN, LETTER_DELIVERED, ACK, PLAIN, "acknowledged"},
		{LETTER_HUMAN, LETTER_AUTO_REPLY, ACK, PLAIN, "acknowledged away"},
		{LETTER_AUTO_REPLY, LETTER_BOUNCE_SOFT, PLAIN, PLAIN, "bounced away"},
		{LETTER_FEEDBACK, LETTER_DELIVERED, PLAIN, PLAIN, "delivered complaint"},
		{LETTER_CHALLENGE, LETTER_BOUNCE_SOFT, PLAIN, PLAIN, "bounced challenge"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++)
		for (int turn = 0; turn < 2; turn++) {
			begin("accepted");
			if (!turn)
				(void)come(lines[i].a, lines[i].a_mark);
			(void)come(lines[i].b, lines[i].b_mark);
			if (turn)
				(void)come(lines[i].a, lines[i].a_mark);
			expect(lines[i].both);
			end();
		}
}

/* A report proves that the relay took the mail: nobody has to settle that any more. */
static void in_doubt_is_settled(void **state)
{
	static const struct {
		const char *verdict, *before;
		enum letter_class class;
		enum mark mark;
		const char *then;
	} lines[] = {
		{"in_doubt", "in_doubt", LETTER_DELIVERED, PLAIN, "delivered"},
		{"in_doubt", "in_doubt", LETTER_BOUNCE_HARD, PLAIN, "bounced hard"},
		{"in_doubt", "in_doubt", LETTER_DELAYED, PLAIN, "accepted delayed"},
		{"in_doubt", "in_doubt", LETTER_AUTO_REPLY, PLAIN, "accepted away"},
		{"in_doubt", "in_doubt", LETTER_HUMAN, ACK, "acknowledged"},
		{NULL, "claimed", LETTER_RELAYED, PLAIN, "relayed"},
		{"deferred", "deferred", LETTER_HUMAN, ACK, "acknowledged"},
		{"deferred", "deferred", LETTER_DELAYED, PLAIN, "deferred delayed"},
		{"refused", "refused", LETTER_BOUNCE_SOFT, PLAIN, "refused failed"},
		{"refused", "refused", LETTER_DELIVERED, PLAIN, "delivered"},
		{"not_sent", "pending", LETTER_DELIVERED, PLAIN, "delivered"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++) {
		begin(lines[i].verdict);
		expect(lines[i].before);
		(void)come(lines[i].class, lines[i].mark);
		expect(lines[i].then);
		end();
	}
}

/* What a human said first stands beside it. */
static void a_decision_and_a_report(void **state)
{
	(void)state;
	begin("in_doubt");
	back_do(&back, SQL("INSERT INTO decision (id, run_id, at, kind, attempt_id, choice, said_sealed)"
			   " SELECT 1, max(id), 1, 'resolve', 1, 'resend', x'00' FROM run"));
	expect("pending");
	(void)come(LETTER_DELIVERED, PLAIN); /* so it need not go again */
	expect("delivered");
	end();
	begin("in_doubt");
	back_do(&back, SQL("INSERT INTO decision (id, run_id, at, kind, attempt_id, choice, said_sealed)"
			   " SELECT 1, max(id), 1, 'resolve', 1, 'accepted', x'00' FROM run"));
	expect("accepted");
	(void)come(LETTER_BOUNCE_HARD, PLAIN);
	expect("bounced hard");
	end();
}

/* Sent again: what failed before is over, what was proved stays. */
static void a_later_hand_over(void **state)
{
	(void)state;
	begin("accepted");
	(void)come(LETTER_BOUNCE_SOFT, PLAIN);
	expect("bounced");
	back_attempt(&back, "accepted");
	expect("accepted");
	(void)come(LETTER_BOUNCE_SOFT, PLAIN);
	expect("bounced");
	end();
	begin("accepted");
	(void)come(LETTER_HUMAN, ACK);
	back_attempt(&back, "accepted");
	expect("acknowledged");
	end();
}

static void from_others(const char *from, const char *recipient, const char *then)
{
	begin("accepted");
	back_letter(&back, from ? LETTER_HUMAN : LETTER_BOUNCE_HARD, &letter);
	letter.says_ack = true;
	if (from)
		(void)snprintf(letter.from, LETTER_ADDRESS, "%s", from);
	if (recipient)
		(void)snprintf(letter.recipients[0].address, LETTER_ADDRESS, "%s", recipient);
	(void)back_come(&back, &letter);
	expect(then);
	end();
}

static void only_from_and_about_the_recipient(void **state)
{
	auto_text need = NULL;

	(void)state;
	from_others("jo@met.police.example", NULL, "acknowledged");
	from_others("ann@met.police.example", NULL, "accepted");
	from_others("", NULL, "accepted");
	from_others(NULL, "jo@met.police.example", "bounced hard");
	from_others(NULL, "", "bounced hard");
	from_others(NULL, "ann@met.police.example", "accepted");
	begin("accepted"); /* a forward of hers: a human looks */
	back_letter(&back, LETTER_BOUNCE_HARD, &letter);
	(void)snprintf(letter.recipients[0].address, LETTER_ADDRESS, "jo@elsewhere.example");
	(void)back_come(&back, &letter);
	need = one_text(SQL("SELECT need AS text FROM letter_now"));
	assert_string_equal(need, "unsure");
	end();
}

/* A report of several: hers counts, the others are no business of this notice. */
static void a_report_of_several(void **state)
{
	(void)state;
	begin("accepted");
	back_letter(&back, LETTER_BOUNCE_HARD, &letter);
	letter.n_recipients = 3;
	for (unsigned i = 1; i < 3; i++)
		letter.recipients[i] = letter.recipients[0];
	(void)snprintf(letter.recipients[0].address, LETTER_ADDRESS, "member1@list.example");
	(void)snprintf(letter.recipients[2].address, LETTER_ADDRESS, "member2@list.example");
	letter.recipients[1].class = LETTER_EXPANDED;
	(void)back_come(&back, &letter);
	expect("relayed expanded");
	end();
}

static void by_code_alone(void **state)
{
	auto_text need = NULL;

	(void)state;
	begin("accepted"); /* a forged report with recipient and code moves nothing */
	back_letter(&back, LETTER_BOUNCE_HARD, &letter);
	letter.orig_message_id[0] = '\0';
	letter.n_codes = 1;
	(void)snprintf(letter.codes[0], 16, "%s", back.code);
	(void)back_come(&back, &letter);
	expect("accepted");
	need = one_text(SQL("SELECT need AS text FROM letter_now"));
	assert_string_equal(need, "unsure");
	end();
	for (int quoted = 0; quoted < 2; quoted++) {
		begin("accepted"); /* but who writes from there has read it */
		back_letter(&back, LETTER_HUMAN, &letter);
		letter.says_ack = true;
		letter.n_references = 0;
		letter.n_codes = 1;
		(void)snprintf(letter.codes[0], 16, "%s", back.code);
		letter.codes_quoted[0] = quoted;
		(void)back_come(&back, &letter);
		expect("acknowledged");
		(void)snprintf(letter.from, LETTER_ADDRESS, "stranger@else.example");
		end();
		begin("accepted");
		(void)back_come(&back, &letter);
		expect("accepted");
		end();
	}
}

static void say(int64_t number, const char *choice)
{
	auto_query struct query *q = NULL;
	struct fault f = {0};

	fine(ledger_query(back.incident.book.ledger,
		     SQL("INSERT INTO letter_ruling (id, run_id, at, letter_id, choice, said_sealed) SELECT"
			 " (SELECT count(*) FROM letter_ruling) + 1, max(id), 2000, :letter, :choice, x'00' FROM run"),
		     &q, &f),
		&f);
	query_bind_int(q, ":letter", number);
	query_bind_text(q, ":choice", choice);
	fine(query_run(q, &f), &f);
}

static void what_humans_say(void **state)
{
	int64_t number;

	(void)state;
	begin("accepted");
	number = come(LETTER_HUMAN, ASKS);
	expect("delivered question");
	say(number, "answered");
	expect("delivered");
	say(number, "ack");
	expect("acknowledged");
	say(number, "nothing");
	expect("accepted");
	say(number, "reopen");
	expect("delivered question");
	end();
	begin("in_doubt"); /* misread: what followed is taken back */
	number = come(LETTER_DELIVERED, PLAIN);
	expect("delivered");
	say(number, "nothing");
	expect("in_doubt");
	say(number, "bounced");
	expect("bounced");
	end();
}

/* The newest reading of a letter counts, and what an older one said is gone. */
static void read_again(void **state)
{
	struct receipt_letter which = {.tie = {.kind = TIE_HAND}};
	auto_receipts *receipts = NULL;
	struct fault f = {0};
	int64_t reading;

	(void)state;
	begin("accepted");
	which.id = come(LETTER_BOUNCE_HARD, PLAIN);
	which.tie.notice = back.notice;
	expect("bounced hard");
	back_letter(&back, LETTER_DELIVERED, &letter);
	fine(receipts_open(back.incident.book.ledger, back.ties, &receipts, &f) ||
			receipt_write(receipts, &which, &letter, &reading, &f),
		&f);
	expect("delivered");
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_class),
		cmocka_unit_test(one_upon_another),
		cmocka_unit_test(in_doubt_is_settled),
		cmocka_unit_test(a_decision_and_a_report),
		cmocka_unit_test(a_later_hand_over),
		cmocka_unit_test(only_from_and_about_the_recipient),
		cmocka_unit_test(a_report_of_several),
		cmocka_unit_test(by_code_alone),
		cmocka_unit_test(what_humans_say),
		cmocka_unit_test(read_again),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
