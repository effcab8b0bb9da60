/* SPDX-License-Identifier: MIT */
/*
 * SMTP on one connection. The connection is made by dial.c; replies are read and judged
 * by reply.c; which mail comes next, and when, is relay.c's. What can go wrong:
 * everything on the wire. The rule that holds through all of it: once the system took the
 * final dot, only the complete reply to that dot says what became of the mail.
 */
#include "mailer/wire/dialogue.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/clock.h"

#define READ_SIZE 16384
#define ORCPT_MAX 500    /* RFC 3461 section 4.2 */
#define TLS_RECORD 16384 /* the most that one holds, RFC 8446 section 5.1 */

static const char *stage_name(enum stage stage)
{
	static const char *const names[] = {[STAGE_RSET] = "RSET",
		[STAGE_MAIL] = "MAIL",
		[STAGE_RCPT] = "RCPT",
		[STAGE_DATA] = "DATA",
		[STAGE_DOT] = "dot",
		[STAGE_LONE_DOT] = "dot",
		[STAGE_QUIT] = "QUIT"};

	return names[stage];
}

static int64_t stage_limit(const struct relay_timeouts *t, enum stage stage)
{
	switch (stage) {
	case STAGE_RSET:
	case STAGE_MAIL:
	case STAGE_RCPT:
		return t->command;
	case STAGE_DATA:
		return t->data;
	case STAGE_DOT:
	case STAGE_LONE_DOT:
		return t->dot;
	case STAGE_QUIT:
		return t->quit;
	}
	return t->command;
}

/* --- verdicts --- */

static void settle(struct dialogue *d, struct flight *fl)
{
	fl->verdict.text = text_string(&fl->words);
	fl->used = false;
	d->calls->settled(d->calls->owner, &fl->mail, &fl->verdict, d->slot);
}

/* Keeps the first refusal; the mail is settled when its group's last reply is there. */
static void refuse(struct flight *fl, const struct reply *r, enum stage stage)
{
	if (fl->refused)
		return;
	reply_judge(r, stage_name(stage), &fl->verdict);
	text_clear(&fl->words);
	text_add_string(&fl->words, fl->verdict.text);
	fl->refused = true;
}

/* The connection is gone. Of a mail whose dot went out nobody knows any more. */
static void settle_lost(
	struct dialogue *d, struct flight *fl, enum stage stage, const char *why)
{
	if (!fl->used)
		return;
	if (!fl->refused) {
		fl->verdict = (struct relay_verdict){
			.kind = fl->dot ? RELAY_IN_DOUBT : RELAY_NOT_SENT,
			.stage = stage_name(fl->dot ? STAGE_DOT : stage),
		};
		text_clear(&fl->words);
		text_add_string(&fl->words, why);
	}
	settle(d, fl);
}

void dialogue_give_up(struct dialogue *d, const char *why)
{
	struct flight *older = &d->flight[0];
	enum stage stage = d->due ? d->expected[d->first].stage : STAGE_MAIL;

	if (d->lost)
		return;
	d->lost = true;
	if (d->due && d->expected[d->first].flight)
		older = d->expected[d->first].flight;
	settle_lost(d, older, stage, why);
	settle_lost(d, older == d->flight ? d->flight + 1 : d->flight, STAGE_MAIL, why);
}

void dialogue_time_out(struct dialogue *d)
{
	auto_text why = NULL;

	if (d->waits_write)
		why = text_copy("the relay took no more bytes in time");
	else
		why = text_format("no reply to %s in time",
			d->due ? stage_name(d->expected[d->first].stage) : "anything");
	dialogue_give_up(d, why);
}

/* --- writing --- */

static void set_deadline(struct dialogue *d)
{
	const struct relay_timeouts *t = &d->settings->timeouts;

	if (d->waits_write)
		d->deadline = clock_monotonic() + t->block;
	else if (d->due)
		d->deadline =
			clock_monotonic() + stage_limit(t, d->expected[d->first].stage);
	else
		d->deadline = 0;
}

/*
 * Which dots the system has. A record that TLS could not write at once stays with it, and
 * may yet go out, even when the connection is closed.
 */
static void note_dots(struct dialogue *d)
{
	size_t gone = d->sent + (d->dial->tls && d->waits_write ? TLS_RECORD : 0);

	for (struct flight *fl = d->flight; fl < d->flight + 2; fl++)
		if (fl->used && fl->handed && gone >= fl->dot_end)
			fl->dot = true;
}

/*
 * The one place where bytes leave. After CURLE_AGAIN the same bytes must be offered
 * again, so `out` does not change before it is empty.
 */
static void flush(struct dialogue *d)
{
	d->waits_write = false;
	while (d->sent < d->out.length) {
		size_t took = 0;
		CURLcode code;

		if (d->calls->halted(d->calls->owner))
			return;
		code = curl_easy_send(d->dial->easy, d->out.bytes + d->sent,
			d->out.length - d->sent, &took);
		if (code == CURLE_AGAIN || (code == CURLE_OK && took == 0)) {
			d->waits_write = true;
			break;
		}
		if (code != CURLE_OK) {
			d->broken = true; /* last words may still be there to be read */
			break;
		}
		d->sent += took;
	}
	note_dots(d);
	set_deadline(d);
}

void dialogue_write(struct dialogue *d)
{
	if (!d->lost)
		flush(d);
}

static bool is_sent(const struct dialogue *d)
{
	return d->sent == d->out.length;
}

static void expect(struct dialogue *d, enum stage stage, struct flight *fl)
{
	unsigned at = (d->first + d->due++) % DIALOGUE_EXPECTED;

	d->expected[at].stage = stage;
	d->expected[at].flight = fl;
}

/* RFC 3461 section 4: printable ASCII but "+" and "=" as it is, all else "+XX". */
static void add_xtext(struct text *out, const char *s)
{
	for (; *s; s++) {
		if (*s > ' ' && *s <= '~' && *s != '+' && *s != '=')
			text_add_char(out, *s);
		else
			text_printf(out, "+%02X", (unsigned)(unsigned char)*s);
	}
}

static bool wants_dsn(const struct dialogue *d, const struct flight *fl)
{
	return d->settings->dsn && d->dial->dsn && fl->mail.envid;
}

static void add_mail(struct dialogue *d, const struct flight *fl)
{
	text_add_string(&d->out, "MAIL FROM:<");
	text_add_string(&d->out, fl->mail.from);
	text_add_char(&d->out, '>');
	if (d->dial->sizes)
		text_printf(&d->out, " SIZE=%zu", fl->mail.length);
	if (wants_dsn(d, fl)) {
		text_add_string(&d->out, " RET=HDRS ENVID=");
		add_xtext(&d->out, fl->mail.envid);
	}
	text_add_string(&d->out, "\r\n");
}

static void add_rcpt(struct dialogue *d, const struct flight *fl)
{
	text_add_string(&d->out, "RCPT TO:<");
	text_add_string(&d->out, fl->mail.to);
	text_add_char(&d->out, '>');
	if (wants_dsn(d, fl)) {
		auto_text_buffer orcpt = {0};

		add_xtext(&orcpt, fl->mail.to);
		text_add_string(&d->out, " NOTIFY=SUCCESS,FAILURE,DELAY");
		if (orcpt.length <= ORCPT_MAX - strlen("rfc822;"))
			text_printf(&d->out, " ORCPT=rfc822;%s", text_string(&orcpt));
	}
	text_add_string(&d->out, "\r\n");
}

/* A command into `out`, its reply onto the list. */
static void say(struct dialogue *d, enum stage stage, struct flight *fl)
{
	switch (stage) {
	case STAGE_RSET:
		text_add_string(&d->out, "RSET\r\n");
		break;
	case STAGE_MAIL:
		add_mail(d, fl);
		break;
	case STAGE_RCPT:
		add_rcpt(d, fl);
		break;
	case STAGE_DATA:
		text_add_string(&d->out, "DATA\r\n");
		break;
	case STAGE_DOT:
	case STAGE_LONE_DOT:
		text_add_string(&d->out, ".\r\n");
		break;
	case STAGE_QUIT:
		text_add_string(&d->out, "QUIT\r\n");
		break;
	}
	expect(d, stage, fl);
}

/* False, and the connection given up, if the relay answers what it cannot have read. */
static bool empty_out(struct dialogue *d)
{
	if (!is_sent(d)) {
		dialogue_give_up(d, "the relay answered before it was asked");
		return false;
	}
	text_clear(&d->out);
	d->sent = 0;
	return true;
}

static bool pipelines(const struct dialogue *d)
{
	return d->dial->pipelining && d->settings->pipelining != RELAY_PIPELINING_OFF;
}

/* A transaction: its whole group, DATA last (RFC 2920 section 3.1), or one step. */
static void say_group(
	struct dialogue *d, struct flight *fl, const struct relay_mail *mail)
{
	struct text words = fl->words;
	bool rset = d->rset;

	*fl = (struct flight){.mail = *mail, .used = true, .words = words};
	d->rset = false;
	if (rset)
		say(d, STAGE_RSET, fl);
	if (rset && !pipelines(d))
		return;
	say(d, STAGE_MAIL, fl);
	if (!pipelines(d))
		return;
	say(d, STAGE_RCPT, fl);
	say(d, STAGE_DATA, fl);
}

/* The body with a second dot where a line starts with one (RFC 5321 section 4.5.2). */
static void add_stuffed(struct text *out, const char *bytes, size_t length)
{
	const char *end = bytes + length, *from = bytes, *dot = bytes;

	while ((dot = memchr(dot, '.', (size_t)(end - dot)))) {
		if (dot == bytes || dot[-1] == '\n') {
			text_add(out, from, (size_t)(dot - from));
			text_add_char(out, '.');
			from = dot;
		}
		dot++;
	}
	text_add(out, from, (size_t)(end - from));
}

/*
 * The point of no return. The owner writes down that the dot goes out before it does: if
 * we die between the two lines the mail is in doubt though it was not sent, never the
 * reverse.
 */
static void hand_over(struct dialogue *d, struct flight *fl)
{
	struct flight *next = fl == d->flight ? d->flight + 1 : d->flight;
	struct relay_mail mail;

	if (!empty_out(d))
		return;
	add_stuffed(&d->out, fl->mail.bytes, fl->mail.length);
	say(d, STAGE_DOT, fl);
	fl->dot_end = d->out.length;
	if (pipelines(d) && d->settings->pipelining == RELAY_PIPELINING_FULL &&
		d->calls->more(d->calls->owner, d->dial, &mail))
		say_group(d, next, &mail);
	fl->handed = true;
	d->calls->handing_over(d->calls->owner, &fl->mail, d->slot);
	flush(d);
}

/* --- reading --- */

static void say_now(struct dialogue *d, enum stage stage, struct flight *fl)
{
	if (!empty_out(d))
		return;
	say(d, stage, fl);
	flush(d);
}

/* No more replies of this transaction are due but perhaps the one to a lone dot. */
static void finish(struct dialogue *d, struct flight *fl)
{
	d->verdicts += !fl->verdict.session;
	settle(d, fl);
}

/* A reply to MAIL or RCPT; `next` comes behind it, or went out with it. */
static void on_step(
	struct dialogue *d, struct flight *fl, enum stage stage, enum stage next)
{
	bool taken = d->reply.code / 100 == 2;

	if (!taken)
		refuse(fl, &d->reply, stage);
	else if (stage == STAGE_MAIL)
		fl->opened = true;
	if (pipelines(d))
		return;
	if (taken) {
		say_now(d, next, fl);
	} else {
		d->rset = fl->opened;
		finish(d, fl);
	}
}

/* 354 though nobody is to get it: ended empty, and the reply to that tells nothing. */
static void on_data(struct dialogue *d, struct flight *fl)
{
	bool go = d->reply.code == 354;

	if (!go)
		refuse(fl, &d->reply, STAGE_DATA);
	if (go && !fl->refused) {
		hand_over(d, fl);
		return;
	}
	d->rset = fl->opened && !go;
	finish(d, fl);
	if (go)
		say_now(d, STAGE_LONE_DOT, fl);
}

static void on_dot(struct dialogue *d, struct flight *fl)
{
	bool early = !fl->dot;

	refuse(fl, &d->reply, STAGE_DOT);
	if (early && fl->verdict.kind == RELAY_ACCEPTED) /* what it cannot have read? */
		fl->verdict.kind = RELAY_IN_DOUBT;
	finish(d, fl);
	if (early)
		dialogue_give_up(d, "the relay answered before the mail was sent");
}

/* 421 at any stage: the relay goes away, and says why (RFC 5321 section 3.8). */
static void on_goodbye(struct dialogue *d, struct flight *fl, enum stage stage)
{
	struct flight *other = fl == d->flight ? d->flight + 1 : d->flight;

	if (fl && fl->used) {
		refuse(fl, &d->reply, stage == STAGE_RSET ? STAGE_MAIL : stage);
		finish(d, fl);
	}
	if (fl && other->used)
		refuse(other, &d->reply, STAGE_MAIL);
	dialogue_give_up(d, "the relay closed the connection");
}

static bool is_answer(int code, enum stage stage)
{
	if (code / 100 == 4 || code / 100 == 5)
		return true;
	return stage == STAGE_DATA ? code == 354 : code / 100 == 2;
}

static void on_reply(struct dialogue *d)
{
	struct flight *fl = d->due ? d->expected[d->first].flight : NULL;
	enum stage stage = d->due ? d->expected[d->first].stage : STAGE_QUIT;

	if (!fl || d->reply.code == 421) {
		on_goodbye(d, fl, stage);
		return;
	}
	if (!is_answer(d->reply.code, stage)) {
		dialogue_give_up(d, "the relay's reply does not fit the command");
		return;
	}
	d->first = (d->first + 1) % DIALOGUE_EXPECTED;
	d->due--;
	switch (stage) {
	case STAGE_RSET:
		if (!pipelines(d))
			say_now(d, STAGE_MAIL, fl);
		break;
	case STAGE_MAIL:
		on_step(d, fl, stage, STAGE_RCPT);
		break;
	case STAGE_RCPT:
		on_step(d, fl, stage, STAGE_DATA);
		break;
	case STAGE_DATA:
		on_data(d, fl);
		break;
	case STAGE_DOT:
		on_dot(d, fl);
		break;
	case STAGE_LONE_DOT:
		break;
	case STAGE_QUIT:
		d->lost = true;
		break;
	}
	set_deadline(d);
}

static void take(struct dialogue *d, const char *bytes, size_t length)
{
	while (length && !d->lost && !d->calls->halted(d->calls->owner)) {
		size_t used;
		int got = reply_feed(&d->reply, bytes, length, &used);

		bytes += used;
		length -= used;
		if (got < 0)
			dialogue_give_up(d, "the relay's reply is not SMTP, or too long");
		else if (got)
			on_reply(d);
	}
}

/* Over TLS until nothing is left: it may hold bytes that epoll does not see. */
void dialogue_read(struct dialogue *d)
{
	char bytes[READ_SIZE];

	while (!d->lost && !d->calls->halted(d->calls->owner)) {
		size_t length = 0;
		CURLcode code =
			curl_easy_recv(d->dial->easy, bytes, sizeof(bytes), &length);

		if (code == CURLE_AGAIN && !d->broken)
			return;
		if (code != CURLE_OK || length == 0) {
			dialogue_give_up(d, "the connection to the relay was lost");
			return;
		}
		take(d, bytes, length);
		if (!d->dial->tls && length < sizeof(bytes))
			return;
	}
}

/* --- for the owner --- */

void dialogue_open(struct dialogue *d, const struct relay_settings *s,
	const struct dialogue_calls *calls, struct dial *dial, unsigned slot)
{
	dialogue_done(d);
	d->settings = s;
	d->calls = calls;
	d->dial = dial;
	d->slot = slot;
}

void dialogue_done(struct dialogue *d)
{
	text_done(&d->flight[0].words);
	text_done(&d->flight[1].words);
	text_done(&d->out);
	reply_done(&d->reply);
	*d = (struct dialogue){0};
}

bool dialogue_is_idle(const struct dialogue *d)
{
	return !d->lost && d->due == 0 && is_sent(d);
}

bool dialogue_has_mail(const struct dialogue *d)
{
	return d->flight[0].used || d->flight[1].used;
}

void dialogue_start(struct dialogue *d, const struct relay_mail *mail)
{
	if (!empty_out(d))
		return;
	say_group(d, d->flight, mail);
	flush(d);
}

void dialogue_quit(struct dialogue *d)
{
	say_now(d, STAGE_QUIT, d->flight);
}
