/* SPDX-License-Identifier: MIT */
/*
 * Reads replies and judges them. Which reply belongs to which command is dialogue.c's;
 * when to slow down or stop is relay.c's. What can go wrong: relays differ in which code
 * they use for what. A refusal wrongly taken for one of the session costs a retry; one
 * wrongly charged to a person costs that person the notice. So in doubt it is the
 * session's.
 */
#include "mailer/wire/reply.h"

#include <ctype.h>
#include <string.h>

/* --- putting lines together --- */

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : -1;
}

/* "250-words", "250 words" or "250". */
static int take_line(struct reply *r)
{
	const char *s = r->line;
	int code;

	if (r->length && s[r->length - 1] == '\r')
		r->length--;
	if (r->length < 3 || digit(s[0]) < 1 || digit(s[0]) > 5 || digit(s[1]) < 0 ||
		digit(s[2]) < 0 || (r->length > 3 && s[3] != ' ' && s[3] != '-'))
		return -1;
	code = 100 * digit(s[0]) + 10 * digit(s[1]) + digit(s[2]);
	if ((r->lines && code != r->code) || ++r->lines > REPLY_LINES_MAX)
		return -1;
	r->code = code;
	if (r->lines > 1)
		text_add_char(&r->text, '\n');
	for (size_t i = 4; i < r->length; i++)
		text_add_char(&r->text, s[i] >= ' ' && s[i] < 0x7f ? s[i] : '?');
	r->complete = r->length == 3 || s[3] == ' ';
	r->length = 0;
	return r->complete;
}

int reply_feed(struct reply *r, const char *bytes, size_t length, size_t *ret_used)
{
	*ret_used = 0;
	if (r->complete) {
		text_clear(&r->text);
		r->complete = false;
		r->lines = 0;
	}
	while (*ret_used < length) {
		const char *start = bytes + *ret_used;
		const char *end = memchr(start, '\n', length - *ret_used);
		size_t part = end ? (size_t)(end - start) : length - *ret_used;
		int got;

		if (r->length + part > REPLY_LINE_MAX)
			return -1;
		memcpy(r->line + r->length, start, part);
		r->length += part;
		*ret_used += part + (end ? 1 : 0);
		if (!end)
			return 0;
		got = take_line(r);
		if (got)
			return got;
	}
	return 0;
}

void reply_done(struct reply *r)
{
	text_done(&r->text);
}

/* --- what it means --- */

/* "4.7.1 words": class, subject, detail, as far as they fit the code. */
static void read_enhanced(const struct reply *r, char out[static 12])
{
	const char *s = text_string(&r->text);
	size_t length = strspn(s, "0123456789."), subject, detail;

	out[0] = '\0';
	if (length < 5 || length > 9 || digit(s[0]) != r->code / 100 || s[1] != '.')
		return;
	subject = strcspn(s + 2, ".");
	if (subject < 1 || subject > 3 || 2 + subject >= length)
		return;
	detail = length - 3 - subject;
	if (detail < 1 || detail > 3 || memchr(s + 3 + subject, '.', detail) ||
		(s[length] && s[length] != ' ' && s[length] != '\n'))
		return;
	memcpy(out, s, length);
	out[length] = '\0';
}

static bool says(const char *text, const char *const words[])
{
	for (; *words; words++)
		if (strcasestr(text, *words))
			return true;
	return false;
}

static bool enhanced_is(const char *enhanced, const char *tail)
{
	return enhanced[0] && !strncmp(enhanced + 1, tail, strlen(tail));
}

/* Does it speak of us and the relay rather than of this recipient and this mail? */
static bool is_session(int code, const char *enhanced, const char *text)
{
	static const char *const rate_words[] = {"rate limit", "ratelimit", "throttl",
		"slow down", "too many messages", "too many mails", "too many emails",
		"too many connections", "too many errors", "sending limit", NULL};
	static const char *const grey_words[] = {
		"greylist", "graylist", "grey-list", NULL};

	switch (code) {
	case 421: /* closing */
	case 454: /* TLS or authentication, for now */
	case 502: /* what we said is not known, or came out of turn */
	case 503:
	case 530: /* authentication wanted, too weak, wrong, unencrypted */
	case 534:
	case 535:
	case 538:
		return true;
	}
	if (enhanced_is(enhanced, ".1.") || enhanced_is(enhanced, ".2."))
		return false; /* address or mailbox, RFC 3463 section 3.2, 3.3 */
	if (code < 500 && says(text, grey_words))
		return false;
	if (code < 500 && (enhanced_is(enhanced, ".7.") || enhanced_is(enhanced, ".3.")))
		return true; /* policy or mail system: everybody's, while it lasts */
	return says(text, rate_words);
}

static bool is_id_byte(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("._-+=", c));
}

static void copy_id(const char *s, char *out, size_t room)
{
	size_t length = 0;

	while (length + 1 < room && is_id_byte(s[length]))
		length++;
	while (length && s[length - 1] == '.')
		length--;
	memcpy(out, s, length);
	out[length] = '\0';
}

/* Postfix, Exim, Exchange by a word before; Sendmail, OpenSMTPD by the words behind. */
static void read_queue_id(const char *text, char *out, size_t room)
{
	static const char *const before[] = {"queued as ", "InternalId=", " id=", NULL};
	static const char behind[] = " Message accepted";
	const char *at;

	out[0] = '\0';
	for (const char *const *word = before; *word; word++) {
		at = strcasestr(text, *word);
		if (at) {
			copy_id(at + strlen(*word), out, room);
			return;
		}
	}
	at = strcasestr(text, behind);
	while (at && at > text && is_id_byte(at[-1]))
		at--;
	if (at)
		copy_id(at, out, room);
	if (!strpbrk(out, "0123456789") || out[strspn(out, "0123456789.")] == '\0')
		out[0] = '\0'; /* a word or an enhanced code */
}

/* Whom a refusal is charged to: a recipient only if the reply speaks of them. */
static enum relay_kind judge(const struct reply *r, const char *stage, bool session)
{
	bool dot = !strcmp(stage, "dot");

	switch (r->code / 100) {
	case 2:
		return dot ? RELAY_ACCEPTED : RELAY_NOT_SENT;
	case 4:
		return session && !dot ? RELAY_NOT_SENT : RELAY_DEFERRED;
	case 5:
		return session ? RELAY_NOT_SENT : RELAY_REFUSED;
	}
	return dot ? RELAY_IN_DOUBT : RELAY_NOT_SENT;
}

void reply_judge(const struct reply *r, const char *stage, struct relay_verdict *ret)
{
	*ret = (struct relay_verdict){.code = r->code, .stage = stage};
	ret->text = text_string(&r->text);
	read_enhanced(r, ret->enhanced);
	if (r->code / 100 != 2)
		ret->session = is_session(r->code, ret->enhanced, ret->text);
	if (!strcmp(stage, "MAIL")) /* only a size speaks of the mail here */
		ret->session = r->code != 552 && !enhanced_is(ret->enhanced, ".3.4");
	ret->kind = judge(r, stage, ret->session);
	if (ret->kind == RELAY_ACCEPTED)
		read_queue_id(ret->text, ret->queue_id, sizeof(ret->queue_id));
}

void reply_public(const char *text, char *out, size_t room)
{
	static const char instead[] = "(address)";
	size_t length = 0;

	while (*text) {
		size_t word = strcspn(text, " \n"), width = word;
		const char *from = text;

		if (memchr(text, '@', word)) {
			from = instead;
			width = strlen(instead);
		}
		if (length + width + 2 > room)
			break;
		for (size_t i = 0; i < width; i++)
			out[length++] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
		text += word;
		if (*text) {
			out[length++] = ' ';
			text++;
		}
	}
	out[length] = '\0';
}
