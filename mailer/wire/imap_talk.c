/* SPDX-License-Identifier: MIT */
/*
 * The wire of an IMAP connection. What is said and what follows from the answers: imap.c.
 * Answers are taken apart in imap_answer.c. What can go wrong: all that servers and lines
 * do; here it becomes lost (try again) or failed (no use).
 */
#include "mailer/wire/imap_talk.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mailer/wire/reply.h"
#include "recipients/clock.h"
#include "recipients/text.h"

#define STEP 65536   /* bytes that must come within the timeout */
#define WAIT_MS 1000 /* at most between two looks for a signal */
#define GOODBYE_MS 500
#define TALK_MAX 10000 /* answers in a row of which none was asked for */
#define TALK_BYTES ((size_t)4 << 20)

static enum imap_step lost(struct imap_talk *t, const char *how, const char *said)
{
	char words[IMAP_WORDS];

	t->connected = false;
	reply_public(said, words, sizeof(words));
	(void)fault_set(&t->why, FAULT_TEMPORARY, "mailbox %s:%u: %s%s%s%s",
		t->place.server.host, t->place.server.port, how,
		*words ? " (it said: " : "", words, *words ? ")" : "");
	return IMAP_LOST;
}

/* --- bytes --- */

static void renew(struct imap_talk *t, int64_t ms)
{
	t->deadline = clock_monotonic() + ms;
	t->step = 0;
}

/* Until it can be read or written, or a moment. 0: the time is up. */
static int wait_for(struct imap_talk *t, short events, struct fault *f)
{
	struct pollfd p = {.fd = -1, .events = events};
	int64_t left = t->deadline - clock_monotonic();
	curl_socket_t fd;

	if (clock_interrupted())
		return fault_set(f, FAULT_INTERRUPTED, "interrupted");
	if (left <= 0)
		return 0;
	if (!curl_easy_getinfo(t->dial.easy, CURLINFO_ACTIVESOCKET, &fd))
		p.fd = fd;
	(void)poll(&p, 1, (int)(left < WAIT_MS ? left : WAIT_MS));
	return 1;
}

static ssize_t more(void *user, char *out, size_t room, struct fault *f)
{
	struct imap_talk *t = user;
	size_t got = 0;
	int go = 1;

	while (go > 0) {
		CURLcode code = curl_easy_recv(t->dial.easy, out, room, &got);

		if (code == CURLE_OK && got) {
			t->step += got;
			if (t->step >= STEP)
				renew(t, t->timeout);
			return (ssize_t)got;
		}
		if (code != CURLE_AGAIN) {
			(void)lost(t, "the connection broke off", "");
			return 0;
		}
		go = wait_for(t, POLLIN, f);
	}
	if (go < 0)
		return -1;
	t->silent = true;
	(void)lost(t, "it does not answer in time", "");
	return 0;
}

static enum imap_step send_all(
	struct imap_talk *t, const char *bytes, size_t length, struct fault *f)
{
	size_t sent = 0;
	int go = 1;

	while (length && go > 0) {
		CURLcode code = curl_easy_send(t->dial.easy, bytes, length, &sent);

		if (code == CURLE_OK) {
			bytes += sent;
			length -= sent;
		} else if (code == CURLE_AGAIN) {
			go = wait_for(t, POLLOUT, f);
		} else {
			return lost(t, "the connection broke off", "");
		}
	}
	if (go < 0)
		return IMAP_FAILED;
	t->silent = !go;
	return go ? IMAP_DONE : lost(t, "it does not listen", "");
}

/* --- a connection --- */

static int on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)user, (void)a, (void)b, (void)c, (void)d;
	return clock_interrupted();
}

/* A handle of its own for each: that is how libcurl lets go of a connection. */
static int make_handle(struct imap_talk *t, struct fault *f)
{
	if (dial_init(&t->dial, &t->place, f) || dial_reset(&t->dial, &t->place, f))
		return -1;
	if (curl_easy_setopt(t->dial.easy, CURLOPT_XFERINFOFUNCTION, on_progress) ||
		curl_easy_setopt(t->dial.easy, CURLOPT_NOPROGRESS, 0L))
		return fault_set(f, FAULT_INTERNAL, "libcurl does not take our settings");
	return 0;
}

enum imap_step imap_talk_connect(struct imap_talk *t, struct fault *f)
{
	bool hopeless;
	CURLcode code;

	(void)signal(SIGPIPE, SIG_IGN);
	if (make_handle(t, f))
		return IMAP_FAILED;
	code = curl_easy_perform(t->dial.easy);
	if (clock_interrupted()) {
		(void)fault_set(f, FAULT_INTERRUPTED, "interrupted");
		return IMAP_FAILED;
	}
	if (dial_result(&t->dial, code, &t->place, &hopeless, &t->why)) {
		if (t->stood && !hopeless) {
			t->why.kind = FAULT_TEMPORARY;
			return IMAP_LOST;
		}
		*f = t->why;
		return IMAP_FAILED;
	}
	t->connected = t->stood = true;
	t->silent = false;
	t->tag = t->uidvalidity = 0;
	t->answers.more = more;
	t->answers.user = t;
	imap_answers_restart(&t->answers);
	return IMAP_DONE;
}

void imap_talk_end(struct imap_talk *t)
{
	struct fault ignored;

	if (t->connected && !clock_interrupted()) {
		renew(t, GOODBYE_MS);
		(void)send_all(t, "b0 LOGOUT\r\n", strlen("b0 LOGOUT\r\n"), &ignored);
	}
	t->connected = false;
	dial_done(&t->dial);
}

/* --- talk --- */

enum imap_step imap_talk_say(
	struct imap_talk *t, struct fault *f, const char *format, ...)
{
	auto_text words = NULL;
	auto_text line = NULL;
	va_list arguments;
	int got;

	va_start(arguments, format);
	got = vasprintf(&words, format, arguments);
	va_end(arguments);
	if (got < 0) {
		words = NULL;
		(void)fault_set(f, FAULT_INTERNAL, "no memory for a command");
		return IMAP_FAILED;
	}
	line = text_format("b%u %s\r\n", ++t->tag, words);
	renew(t, t->timeout);
	return send_all(t, line, strlen(line), f);
}

/* One answer. A fault names the server. */
static enum imap_step hear_one(
	struct imap_talk *t, struct imap_answer *ret, struct fault *f)
{
	int got;

	renew(t, t->timeout);
	got = imap_answer_read(&t->answers, ret, f);
	if (got > 0)
		return IMAP_DONE;
	if (!got)
		return IMAP_LOST;
	if (f->kind != FAULT_INTERRUPTED)
		(void)fault_prefix(
			f, "mailbox %s:%u", t->place.server.host, t->place.server.port);
	return IMAP_FAILED;
}

enum imap_step imap_talk_hear(
	struct imap_talk *t, struct imap_answer *ret, struct fault *f)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < TALK_MAX && bytes < TALK_BYTES; i++) {
		enum imap_step step = hear_one(t, ret, f);

		bytes += t->answers.length;
		if (step != IMAP_DONE)
			return step;
		if (ret->uidvalidity)
			t->uidvalidity = ret->uidvalidity;
		if (ret->kind == IMAP_BYE)
			return lost(t, "it ended the connection", ret->words);
		if (ret->kind != IMAP_OTHER)
			return IMAP_DONE;
	}
	(void)fault_set(f, FAULT_UNAVAILABLE, "mailbox %s:%u: it talks without an end",
		t->place.server.host, t->place.server.port);
	return IMAP_FAILED;
}

enum imap_step imap_talk_result(
	struct imap_talk *t, struct imap_answer *ret, struct fault *f)
{
	enum imap_step step;

	do
		step = imap_talk_hear(t, ret, f);
	while (step == IMAP_DONE && ret->kind == IMAP_RESULT && ret->tag < t->tag);
	if (step == IMAP_DONE && (ret->kind != IMAP_RESULT || ret->tag > t->tag))
		return imap_talk_refused(t, ret, "it answers what was not asked", f);
	return step;
}

enum imap_step imap_talk_refused(const struct imap_talk *t,
	const struct imap_answer *said, const char *what, struct fault *f)
{
	char words[IMAP_WORDS];

	reply_public(said->words, words, sizeof(words));
	(void)fault_set(f, said->later ? FAULT_TEMPORARY : FAULT_UNAVAILABLE,
		"mailbox %s:%u: %s%s%s%s", t->place.server.host, t->place.server.port,
		what, *words ? " (it said: " : "", words, *words ? ")" : "");
	return IMAP_FAILED;
}
