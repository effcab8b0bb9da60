/* SPDX-License-Identifier: MIT */
/* By what a letter finds its notice, and what no stranger can do. */
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

static struct tie find(void)
{
	struct fault f = {0};
	struct tie tie;

	fine(tie_find(back.ties, &letter, &tie, &f), &f);
	return tie;
}

static void expect(enum tie_kind kind)
{
	struct tie tie = find();

	assert_string_equal(tie_name(tie.kind), tie_name(kind));
	assert_true(tie.notice == (kind ? back.notice : 0));
	assert_false(tie.other_mode);
}

static void came_to(const char *before, const char *token, const char *behind)
{
	memset(&letter, 0, sizeof(letter));
	letter.n_to = 1;
	(void)snprintf(letter.to[0], LETTER_ADDRESS, "%s%s%s", before, token, behind);
}

/* Upper case, as some mail systems make it. */
static char *shouted(const char *token)
{
	char *out = text_copy(token);

	for (char *p = out; *p; p++)
		if (*p >= 'a' && *p <= 'f')
			*p = (char)(*p - 'a' + 'A');
	return out;
}

static void token_in_the_address(void **state)
{
	auto_text upper = shouted(back.token);
	auto_text longer = text_format("%s0", back.token);

	(void)state;
	came_to("bounce+", back.token, "@met.police.example");
	expect(TIE_TOKEN);
	came_to("bounce+", upper, "@met.police.example");
	expect(TIE_TOKEN);
	came_to("prvs=0123456789=bounce-", back.token, "@relay.example"); /* BATV */
	expect(TIE_TOKEN);
	came_to("SRS0=aB3d=XY=met.police.example=b+", back.token, "@forward.example");
	expect(TIE_TOKEN);
	came_to("bounce+", longer, "@met.police.example");
	expect(TIE_NONE);
	came_to("bounce+", back.token + 1, "@met.police.example");
	expect(TIE_NONE);
	came_to("bounce+", "0123456789abcdef0123456789abcdef", "@met.police.example");
	expect(TIE_NONE);
}

/* Each of them alone; then the strongest of all. */
static void strongest_first(void **state)
{
	(void)state;
	memset(&letter, 0, sizeof(letter));
	expect(TIE_NONE);
	letter.n_codes = 2;
	(void)snprintf(letter.codes[0], 16, "22222-22222");
	(void)snprintf(letter.codes[1], 16, "%s", back.code);
	letter.codes_quoted[1] = true;
	expect(TIE_CODE_QUOTED);
	letter.codes_quoted[1] = false;
	expect(TIE_CODE);
	letter.n_references = 2;
	(void)snprintf(letter.references[0], LETTER_ID, "someone@else.example");
	(void)snprintf(letter.references[1], LETTER_ID, "%s@met.police.example", back.token);
	expect(TIE_REFERENCES);
	(void)snprintf(letter.orig_message_id, LETTER_ID, "%s@met.police.example", back.token);
	expect(TIE_MESSAGE_ID);
	(void)snprintf(letter.envelope_id, LETTER_ID, "%s", back.token);
	expect(TIE_ENVID);
	letter.n_to = 2;
	(void)snprintf(letter.to[0], LETTER_ADDRESS, "notices@met.police.example");
	(void)snprintf(letter.to[1], LETTER_ADDRESS, "bounce+%s@met.police.example", back.token);
	expect(TIE_TOKEN);
}

static void what_a_stranger_guesses(void **state)
{
	struct receipt says[RECEIPT_MOST];

	(void)state;
	back_letter(&back, LETTER_BOUNCE_HARD, &letter);
	(void)snprintf(letter.orig_message_id, LETTER_ID,
		"00000000000000000000000000000000@met.police.example");
	expect(TIE_NONE);
	letter.n_codes = 1; /* read over a shoulder */
	(void)snprintf(letter.codes[0], 16, "%s", back.code);
	expect(TIE_CODE);
	assert_int_equal(receipt_of(&letter, &letter.recipients[0], says), 1);
	assert_string_equal(says[0].says, "bounced");
	assert_false(receipt_counts(&says[0], TIE_CODE, 1));
	assert_true(receipt_counts(&says[0], TIE_MESSAGE_ID, 1));
	assert_true(receipt_counts(&says[0], TIE_MESSAGE_ID, -1));
	assert_false(receipt_counts(&says[0], TIE_MESSAGE_ID, 0));
	assert_true(receipt_counts(&says[0], TIE_HAND, 0));
}

static void of_the_other_mode(void **state)
{
	struct ties *mine = back.ties;
	struct fault f = {0};
	struct tie tie;

	(void)state;
	back_letter(&back, LETTER_DELIVERED, &letter);
	back.incident.settings->live = true;
	back.ties = NULL;
	fine(ties_open(back.incident.book.ledger, back.incident.settings, &back.ties, &f), &f);
	tie = find();
	assert_true(!tie.notice && tie.other_mode && !tie.kind);
	ties_close(back.ties);
	back.ties = mine;
	expect(TIE_MESSAGE_ID);
}

static void by_hand(void **state)
{
	auto_text lower = text_copy(back.code);
	struct fault f = {0};
	int64_t notice;

	(void)state;
	for (char *p = lower; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
	fine(tie_code(back.ties, lower, &notice, &f), &f);
	assert_true(notice == back.notice);
	fine(tie_code(back.ties, "22222-22222", &notice, &f), &f);
	assert_true(!notice);
	fine(tie_code(back.ties, "what?", &notice, &f), &f);
	assert_true(!notice);
}

static int agrees(const char *address, const char *final)
{
	struct letter_recipient r = {0};
	struct fault f = {0};
	int ret;

	(void)snprintf(r.address, sizeof(r.address), "%s", address);
	(void)snprintf(r.final, sizeof(r.final), "%s", final);
	fine(tie_recipient(back.ties, back.notice, &r, &ret, &f), &f);
	return ret;
}

static void the_recipient_must_agree(void **state)
{
	(void)state;
	assert_int_equal(agrees("", ""), -1);
	assert_int_equal(agrees("jo@met.police.example", ""), 1);
	assert_int_equal(agrees("JO@Met.Police.Example", ""), 1);
	assert_int_equal(agrees("jo@met.police.example", "jo2@inner.example"), 1);
	assert_int_equal(agrees("", "jo@met.police.example"), 1);
	assert_int_equal(agrees("jo@exch01.met.police.example", ""), 1);
	assert_int_equal(agrees("jo@police.example", ""), 0);
	assert_int_equal(agrees("ann@exch01.met.police.example", ""), 0);
	assert_int_equal(agrees("jo@xmet.police.example", ""), 0);
	assert_int_equal(agrees("ann@met.police.example", ""), 0);
	assert_int_equal(agrees("jo@met.police.example.evil.example", ""), 0);
	assert_int_equal(agrees("not an address", ""), 0);
}

static int sent_by(const char *from)
{
	struct fault f = {0};
	int ret;

	fine(tie_sender(back.ties, back.notice, from, &ret, &f), &f);
	return ret;
}

/* By an address of any list, this one or an older one. */
static void whose_letter_it_is(void **state)
{
	(void)state;
	assert_int_equal(sent_by(""), -1);
	assert_int_equal(sent_by("Jo@met.police.example"), 1);
	assert_int_equal(sent_by("ann@met.police.example"), 0);
	assert_int_equal(sent_by("jo@home.example"), 0);
	book_import(&back.incident.book, true,
		"Pay No,Surname,Forenames,Email,Personal email\n1,Sample,Jo,jo.sample@met.police.example,jo@home.example\n");
	ties_close(back.ties);
	fine(ties_open(back.incident.book.ledger, back.incident.settings, &back.ties,
		     &(struct fault){0}),
		&(struct fault){0});
	assert_int_equal(sent_by("jo@home.example"), 1);
	assert_int_equal(sent_by("jo.sample@met.police.example"), 1);
	assert_int_equal(sent_by("jo@met.police.example"), 1);
	assert_int_equal(sent_by("ann@met.police.example"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(token_in_the_address),
		cmocka_unit_test(strongest_first),
		cmocka_unit_test(what_a_stranger_guesses),
		cmocka_unit_test(of_the_other_mode),
		cmocka_unit_test(by_hand),
		cmocka_unit_test(the_recipient_must_agree),
		cmocka_unit_test(whose_letter_it_is),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
