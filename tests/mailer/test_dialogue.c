/* SPDX-License-Identifier: MIT */
/*
 * dialogue: SMTP byte by byte, with the wire in the test's hands: what goes out when, how
 * each reply is taken, and what is known of a mail when nothing comes any more. In place
 * of libcurl's two functions stand those of this file.
 */
#include "mailer/wire/dialogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* --- the wire --- */

static struct {
	struct text sent;  /* all that went out */
	size_t room;       /* bytes that may go out now */
	CURLcode send;     /* else OK */
	const char *reply; /* what the relay says next; NULL: nothing yet */
	CURLcode end;      /* what reading gives when nothing is there */
	bool halted;
	const struct relay_mail *more;
	unsigned handed, settled;
	struct {
		int64_t id;
		enum relay_kind kind;
		char stage[8], text[80];
	} verdicts[4];
} wire;

CURLcode curl_easy_send(CURL *easy, const void *bytes, size_t length, size_t *took)
{
	size_t n = length < wire.room ? length : wire.room;

	(void)easy;
	*took = 0;
	if (wire.send)
		return wire.send;
	if (!wire.room)
		return CURLE_AGAIN;
	text_add(&wire.sent, bytes, n);
	wire.room -= n;
	*took = n;
	return CURLE_OK;
}

CURLcode curl_easy_recv(CURL *easy, void *bytes, size_t room, size_t *got)
{
	size_t length = wire.reply ? strlen(wire.reply) : 0;

	(void)easy;
	*got = length < room ? length : room;
	if (!wire.reply)
		return wire.end;
	memcpy(bytes, wire.reply, *got);
	wire.reply = *got < length ? wire.reply + *got : NULL;
	return CURLE_OK;
}

/* --- its owner --- */

static bool more(void *owner, const struct dial *dial, struct relay_mail *ret)
{
	(void)owner;
	(void)dial;
	if (!wire.more)
		return false;
	*ret = *wire.more;
	wire.more = NULL;
	return true;
}

static void handing_over(void *owner, const struct relay_mail *mail, unsigned slot)
{
	(void)owner;
	(void)mail;
	(void)slot;
	wire.handed++;
}

static void settled(void *owner, const struct relay_mail *mail,
	const struct relay_verdict *v, unsigned slot)
{
	(void)owner;
	(void)slot;
	assert_true(wire.settled < 4);
	wire.verdicts[wire.settled].id = mail->id;
	wire.verdicts[wire.settled].kind = v->kind;
	(void)snprintf(wire.verdicts[wire.settled].stage, 8, "%s", v->stage);
	(void)snprintf(wire.verdicts[wire.settled].text, 80, "%s", v->text);
	wire.settled++;
}

static bool halted(void *owner)
{
	(void)owner;
	return wire.halted;
}

static const struct dialogue_calls calls = {more, handing_over, settled, halted, NULL};
static struct relay_settings settings = {
	.timeouts = {
		.command = 1000, .data = 1000, .dot = 1000, .block = 1000, .quit = 1000}};
static struct dial dial;
static struct dialogue d;
static const struct relay_mail mail = {.id = 1,
				       .from = "a@b.example",
				       .to = "c@d.example",
				       .envid = "e+1=2 \x7f",
				       .bytes = ".x\r\n..y\r\nz.z\r\n",
				       .length = 14},
			       second = {.id = 2,
				       .from = "f@b.example",
				       .to = "g@d.example",
				       .bytes = "w\r\n",
				       .length = 3};

static void begin(enum relay_pipelining pipelining)
{
	text_done(&wire.sent);
	memset(&wire, 0, sizeof(wire));
	wire.room = SIZE_MAX;
	wire.end = CURLE_AGAIN;
	settings.pipelining = pipelining;
	settings.dsn = false;
	dial = (struct dial){.pipelining = true};
	dialogue_open(&d, &settings, &calls, &dial, 0);
}

static int tear_down(void **state)
{
	(void)state;
	dialogue_done(&d);
	text_done(&wire.sent);
	return 0;
}

/* What went out since the last time. */
static void out(const char *wanted)
{
	assert_string_equal(text_string(&wire.sent), wanted);
	text_clear(&wire.sent);
}

static void says(const char *reply)
{
	wire.reply = reply;
	dialogue_read(&d);
}

static void is(
	unsigned n, int64_t id, enum relay_kind kind, const char *stage, const char *text)
{
	assert_true(n < wire.settled);
	assert_int_equal(wire.verdicts[n].id, id);
	if (wire.verdicts[n].kind != kind || strcmp(wire.verdicts[n].stage, stage) != 0 ||
		!strstr(wire.verdicts[n].text, text))
		fail_msg("%s at %s: %s", relay_kind_name(wire.verdicts[n].kind),
			wire.verdicts[n].stage, wire.verdicts[n].text);
}

#define MAIL "MAIL FROM:<a@b.example>\r\n"
#define RCPT "RCPT TO:<c@d.example>\r\n"
#define DATA "DATA\r\n"
#define GROUP MAIL RCPT DATA
#define BODY "..x\r\n...y\r\nz.z\r\n.\r\n"
#define GROUP_2 "MAIL FROM:<f@b.example>\r\nRCPT TO:<g@d.example>\r\nDATA\r\n"

/* --- mails that arrive --- */

static void one_by_one(void **state)
{
	(void)state;
	begin(RELAY_PIPELINING_OFF);
	assert_true(dialogue_is_idle(&d) && !dialogue_has_mail(&d));
	dialogue_start(&d, &mail);
	assert_true(!dialogue_is_idle(&d) && dialogue_has_mail(&d));
	out(MAIL);
	says("250 ok\r\n");
	out(RCPT);
	says("250 ok\r\n");
	out(DATA);
	assert_int_equal(wire.handed, 0);
	says("354 go on\r\n");
	assert_int_equal(wire.handed, 1);
	out(BODY);
	says("250 2.0.0 queued as X1\r\n");
	is(0, 1, RELAY_ACCEPTED, "dot", "queued");
	assert_true(dialogue_is_idle(&d) && !d.deadline);
	dialogue_quit(&d);
	out("QUIT\r\n");
	says("221 bye\r\n");
	assert_true(d.lost);
}

static void in_groups(void **state)
{
	(void)state;
	begin(RELAY_PIPELINING_ON);
	dialogue_start(&d, &mail);
	out(GROUP);
	says("250 ok\r\n250 ok\r\n354 go on\r\n");
	out(BODY);
	says("250 ok\r\n");
	is(0, 1, RELAY_ACCEPTED, "dot", "ok");
	begin(RELAY_PIPELINING_ON);
	dial.pipelining = false; /* it does not offer it */
	dialogue_start(&d, &mail);
	out(MAIL);
}

static void the_next_behind_the_dot(void **state)
{
	(void)state;
	begin(RELAY_PIPELINING_FULL);
	dialogue_start(&d, &mail);
	out(GROUP);
	wire.more = &second;
	says("250 ok\r\n250 ok\r\n354 go on\r\n");
	out(BODY GROUP_2);
	says("250 ok\r\n250 ok\r\n250 ok\r\n354 go on\r\n");
	is(0, 1, RELAY_ACCEPTED, "dot", "ok");
	out("w\r\n.\r\n"); /* and no third */
	says("451 4.3.0 later\r\n");
	is(1, 2, RELAY_DEFERRED, "dot", "later");
	assert_true(dialogue_is_idle(&d));
}

static void parameters(void **state)
{
	char local[480], wanted[600];
	struct relay_mail far = mail;

	(void)state;
	begin(RELAY_PIPELINING_ON);
	settings.dsn = dial.dsn = dial.sizes = true;
	dialogue_start(&d, &mail);
	out("MAIL FROM:<a@b.example> SIZE=14 RET=HDRS ENVID=e+2B1+3D2+20+7F\r\n"
	    "RCPT TO:<c@d.example> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;c@d.example\r\n" DATA);
	memset(local, '+',
		sizeof(local) - 1); /* three bytes each: too long to be named */
	local[sizeof(local) - 1] = '\0';
	(void)snprintf(wanted, sizeof(wanted),
		"RCPT TO:<%s> NOTIFY=SUCCESS,FAILURE,DELAY\r\n", local);
	far.to = local;
	begin(RELAY_PIPELINING_ON);
	settings.dsn = dial.dsn = true;
	dialogue_start(&d, &far);
	assert_non_null(strstr(text_string(&wire.sent), wanted));
	far.envid = NULL;
	begin(RELAY_PIPELINING_ON);
	settings.dsn = dial.dsn = true;
	dialogue_start(&d, &far);
	assert_null(strstr(text_string(&wire.sent), "NOTIFY"));
	begin(RELAY_PIPELINING_ON);
	settings.dsn = true; /* not offered */
	dialogue_start(&d, &mail);
	out(GROUP);
}

/* --- refusals --- */

static void refused_and_on(void **state)
{
	(void)state;
	begin(RELAY_PIPELINING_OFF);
	dialogue_start(&d, &mail);
	says("250 ok\r\n");
	says("550 5.1.1 unknown\r\n");
	is(0, 1, RELAY_REFUSED, "RCPT", "unknown");
	out(MAIL RCPT);
	dialogue_start(&d, &second); /* what was begun is ended first */
	out("RSET\r\n");
	says("250 ok\r\n");
	out("MAIL FROM:<f@b.example>\r\n");
	says("451 4.3.0 no\r\n"); /* nothing was begun */
	is(1, 2, RELAY_NOT_SENT, "MAIL", "no");
	dialogue_start(&d, &mail);
	out(MAIL);
}

static void refused_in_a_group(void **state)
{
	(void)state;
	begin(RELAY_PIPELINING_ON);
	dialogue_start(&d, &mail);
	says("250 ok\r\n550 5.1.1 unknown\r\n554 no valid recipients\r\n");
	is(0, 1, RELAY_REFUSED, "RCPT", "unknown");
	wire.sent.length = 0;
	dialogue_start(&d, &second);
	out("RSET\r\n" GROUP_2);
	says("250 ok\r\n250 ok\r\n550 5.1.1 unknown\r\n354 go on all the same\r\n");
	is(1, 2, RELAY_REFUSED, "RCPT", "unknown");
	out(".\r\n"); /* nobody is to get it */
	assert_int_equal(wire.handed, 0);
	says("554 nothing\r\n");
	assert_true(dialogue_is_idle(&d) && wire.settled == 2);
	dialogue_start(&d, &mail);
	out(GROUP);
	says("550 5.7.1 not you\r\n503 order\r\n503 order\r\n");
	is(2, 1, RELAY_NOT_SENT, "MAIL", "not you");
}

static void goodbyes(void **state)
{
	(void)state;
	begin(RELAY_PIPELINING_OFF); /* at RSET */
	dialogue_start(&d, &mail);
	says("250 ok\r\n");
	says("550 5.1.1 unknown\r\n");
	dialogue_start(&d, &second);
	says("421 bye\r\n");
	is(1, 2, RELAY_NOT_SENT, "MAIL", "bye");
	assert_true(d.lost);
	begin(RELAY_PIPELINING_FULL); /* with the next one on the way */
	dialogue_start(&d, &mail);
	wire.more = &second;
	says("250 ok\r\n250 ok\r\n354 go on\r\n");
	says("421 4.3.2 bye\r\n");
	is(0, 1, RELAY_DEFERRED, "dot", "bye");
	is(1, 2, RELAY_NOT_SENT, "MAIL", "bye");
	begin(RELAY_PIPELINING_ON); /* unasked */
	says("421 4.4.2 idle for too long\r\n");
	assert_true(d.lost && !wire.settled);
	begin(RELAY_PIPELINING_ON);
	says("250 what?\r\n");
	assert_true(d.lost && !wire.settled);
}

static void answers_that_do_not_fit(void **state)
{
	static const char *const answers[] = {"354 go on\r\n", "100 x\r\n",
		"250 ok\r\n354 x\r\n", "250 ok\r\n250 ok\r\n250 ok\r\n",
		"HTTP/1.1 400\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		begin(RELAY_PIPELINING_ON);
		dialogue_start(&d, &mail);
		says(answers[i]);
		assert_true(d.lost);
		is(0, 1, RELAY_NOT_SENT,
			i < 2 || i == 4 ? "MAIL"
			: i == 2        ? "RCPT"
					: "DATA",
			"the relay's reply");
	}
}

/* --- when nothing comes any more --- */

static void timeouts(void **state)
{
	(void)state;
	begin(RELAY_PIPELINING_OFF);
	dialogue_start(&d, &mail);
	assert_true(d.deadline > 0);
	dialogue_time_out(&d);
	is(0, 1, RELAY_NOT_SENT, "MAIL", "no reply to MAIL in time");
	dialogue_time_out(&d); /* nothing is said twice */
	assert_int_equal(wire.settled, 1);
	begin(RELAY_PIPELINING_OFF);
	dialogue_start(&d, &mail);
	says("250 ok\r\n");
	says("250 ok\r\n");
	says("354 go on\r\n");
	dialogue_time_out(&d);
	is(0, 1, RELAY_IN_DOUBT, "dot", "no reply to dot in time");
	begin(RELAY_PIPELINING_OFF);
	dialogue_time_out(&d); /* idle */
	assert_true(d.lost && !wire.settled);
	begin(RELAY_PIPELINING_OFF);
	dialogue_quit(&d);
	dialogue_time_out(&d);
	assert_true(d.lost && !wire.settled);
	begin(RELAY_PIPELINING_ON); /* at the lone dot; its mail is settled */
	dialogue_start(&d, &mail);
	says("250 ok\r\n550 no\r\n354 go on\r\n");
	dialogue_time_out(&d);
	assert_int_equal(wire.settled, 1);
}

static void lost_with_two_on_the_way(void **state)
{
	(void)state;
	begin(RELAY_PIPELINING_FULL);
	dialogue_start(&d, &mail);
	wire.more = &second;
	says("250 ok\r\n250 ok\r\n354 go on\r\n");
	wire.end = CURLE_RECV_ERROR;
	dialogue_read(&d);
	is(0, 1, RELAY_IN_DOUBT, "dot", "was lost");
	is(1, 2, RELAY_NOT_SENT, "MAIL", "was lost");
	begin(RELAY_PIPELINING_FULL); /* the second is in the other place now */
	dialogue_start(&d, &mail);
	wire.more = &second;
	says("250 ok\r\n250 ok\r\n354 go on\r\n");
	wire.more = &mail;
	says("250 ok\r\n250 ok\r\n250 ok\r\n354 go on\r\n");
	wire.end = CURLE_OK; /* the end of what it says */
	dialogue_read(&d);
	is(1, 2, RELAY_IN_DOUBT, "dot", "was lost");
	is(2, 1, RELAY_NOT_SENT, "MAIL", "was lost");
}

/* A relay that takes few bytes, or none. */
static void slow(void **state)
{
	(void)state;
	begin(RELAY_PIPELINING_OFF);
	wire.room = 10;
	dialogue_start(&d, &mail);
	assert_true(d.waits_write && !dialogue_is_idle(&d));
	dialogue_time_out(&d);
	is(0, 1, RELAY_NOT_SENT, "MAIL", "took no more bytes");
	dialogue_write(&d); /* too late */
	assert_int_equal(wire.sent.length, 10);
	begin(RELAY_PIPELINING_OFF);
	wire.room = 10;
	dialogue_start(&d, &mail);
	wire.room = SIZE_MAX;
	dialogue_write(&d);
	assert_false(d.waits_write);
	out(MAIL);
	begin(RELAY_PIPELINING_OFF);
	wire.room = 10;
	dialogue_start(&d, &mail);
	dialogue_start(&d, &second); /* not before the first is out */
	assert_true(d.lost);
	begin(RELAY_PIPELINING_OFF);
	wire.room = 10;
	dialogue_start(&d, &mail);
	dialogue_quit(&d);
	assert_true(d.lost);
}

/* It answers what it cannot have read yet. */
static void early(void **state)
{
	static const struct {
		const char *answer;
		enum relay_kind kind;
	} dots[] = {{"250 ok\r\n", RELAY_IN_DOUBT}, {"552 too big\r\n", RELAY_REFUSED}};

	(void)state;
	begin(RELAY_PIPELINING_OFF);
	wire.room = 10;
	dialogue_start(&d, &mail);
	says("250 ok\r\n");
	is(0, 1, RELAY_NOT_SENT, "MAIL", "before it was asked");
	begin(RELAY_PIPELINING_ON);
	wire.room = 50;
	dialogue_start(&d, &mail); /* but DATA */
	says("250 ok\r\n250 ok\r\n354 go on\r\n");
	is(0, 1, RELAY_NOT_SENT, "MAIL", "before it was asked");
	assert_int_equal(wire.handed, 0);
	for (size_t i = 0; i < 2; i++) {
		begin(RELAY_PIPELINING_ON);
		dialogue_start(&d, &mail);
		wire.room = 4;
		says("250 ok\r\n250 ok\r\n354 go on\r\n");
		says(dots[i].answer);
		is(0, 1, dots[i].kind, "dot", "");
		assert_true(d.lost);
	}
}

static void written_into_nothing(void **state)
{
	(void)state;
	begin(RELAY_PIPELINING_OFF);
	wire.send = CURLE_SEND_ERROR;
	dialogue_start(&d, &mail);
	assert_true(d.broken && !d.lost);
	says("421 4.3.2 out of order\r\n"); /* its last words */
	is(0, 1, RELAY_NOT_SENT, "MAIL", "out of order");
	begin(RELAY_PIPELINING_OFF);
	wire.send = CURLE_SEND_ERROR;
	dialogue_start(&d, &mail);
	dialogue_read(&d);
	is(0, 1, RELAY_NOT_SENT, "MAIL", "was lost");
	dialogue_give_up(&d, "again");
	assert_int_equal(wire.settled, 1);
}

static void stopped(void **state)
{
	(void)state;
	begin(RELAY_PIPELINING_OFF);
	wire.halted = true;
	dialogue_start(&d, &mail);
	out("");
	says("250 ok\r\n");
	assert_true(!d.lost && !wire.settled);
	wire.halted = false;
	dialogue_write(&d);
	out(MAIL);
}

/* What TLS could not write stays with it, and may yet go out. */
static void over_tls(void **state)
{
	(void)state;
	begin(RELAY_PIPELINING_ON);
	dial.tls = true;
	dialogue_start(&d, &mail);
	wire.room = 60;
	says("250 ok\r\n250 ok\r\n");
	wire.room = 4;
	says("354 go on\r\n");
	assert_true(d.waits_write);
	dialogue_give_up(&d, "gone");
	is(0, 1, RELAY_IN_DOUBT, "dot", "gone");
	begin(RELAY_PIPELINING_ON); /* in clear what was not taken is not out */
	dialogue_start(&d, &mail);
	wire.room = 4;
	says("250 ok\r\n250 ok\r\n354 go on\r\n");
	dialogue_give_up(&d, "gone");
	is(0, 1, RELAY_NOT_SENT, "dot", "gone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_by_one),
		cmocka_unit_test(in_groups),
		cmocka_unit_test(the_next_behind_the_dot),
		cmocka_unit_test(parameters),
		cmocka_unit_test(refused_and_on),
		cmocka_unit_test(refused_in_a_group),
		cmocka_unit_test(goodbyes),
		cmocka_unit_test(answers_that_do_not_fit),
		cmocka_unit_test(timeouts),
		cmocka_unit_test(lost_with_two_on_the_way),
		cmocka_unit_test(slow),
		cmocka_unit_test(early),
		cmocka_unit_test(written_into_nothing),
		cmocka_unit_test(stopped),
		cmocka_unit_test(over_tls),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
