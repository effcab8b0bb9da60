/* SPDX-License-Identifier: MIT */
/*
 * Looks at each member before anybody uses it. A bool is looked at as a byte first: one
 * that is neither 0 nor 1 must not be read as a bool at all.
 */
#include "mailer/wire/letter_check.h"

#include <string.h>

/* The length of the UTF-8 sequence at `s`, 0 if there is none (RFC 3629). */
static size_t sequence_length(const unsigned char *s, size_t room)
{
	size_t length = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

	if (length == 1)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4 || length > room)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
		(s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return length;
}

/* Ends within its room, and is UTF-8 without controls (C0, DEL, C1). */
static bool is_text(const char *text, size_t room, bool lines)
{
	const unsigned char *s = (const unsigned char *)text;
	const char *nul = memchr(text, 0, room);
	size_t length;

	if (!nul)
		return false;
	for (size_t i = 0, end = (size_t)(nul - text); i < end; i += length) {
		length = sequence_length(s + i, end - i);
		if (!length || s[i] == 0x7f || (s[i] == 0xc2 && s[i + 1] < 0xa0) ||
			(s[i] < ' ' && !(lines && s[i] == '\n')))
			return false;
	}
	return true;
}

/* As reports have them, which is more than mail can be sent to: X.400, "@host:user@host",
 * a name alone. No blanks but in quotes, no angle brackets. */
static bool is_address(const char *s)
{
	bool quoted = false;

	if (!is_text(s, LETTER_ADDRESS, false))
		return false;
	for (; *s; s++) {
		if (*s == '"')
			quoted = !quoted;
		else if (*s == '<' || *s == '>' || (*s == ' ' && !quoted))
			return false;
	}
	return true;
}

/* RFC 3463: "5.1.1", one digit, then one to three, twice. */
static bool is_status(const char *s, size_t room)
{
	size_t digits;

	if (!memchr(s, 0, room))
		return false;
	if (!*s)
		return true;
	if (!strchr("245", *s++))
		return false;
	for (unsigned i = 0; i < 2; i++) {
		digits = *s == '.' ? strspn(s + 1, "0123456789") : 0;
		if (digits < 1 || digits > 3)
			return false;
		s += digits + 1;
	}
	return !*s;
}

static bool is_word(const char *s, size_t room, const char *signs)
{
	return memchr(s, 0, room) && !s[strspn(s, signs)];
}

static bool is_time(int64_t seconds)
{
	return seconds >= 0 && seconds < INT64_C(253402300800); /* the year 10000 */
}

static bool is_flag(const bool *flag)
{
	unsigned char byte;

	memcpy(&byte, flag, sizeof(byte));
	return byte <= 1;
}

static const char *check_recipient(const struct letter_recipient *r)
{
	if (!is_address(r->address))
		return "recipients.address";
	if (!is_address(r->final))
		return "recipients.final";
	if ((unsigned)r->class >= LETTER_CLASSES)
		return "recipients.class";
	if ((unsigned)r->reason >= LETTER_REASONS)
		return "recipients.reason";
	if ((unsigned)r->evidence >= LETTER_EVIDENCES)
		return "recipients.evidence";
	if (!is_status(r->status, sizeof(r->status)))
		return "recipients.status";
	return is_text(r->diagnostic, sizeof(r->diagnostic), false)
		       ? NULL
		       : "recipients.diagnostic";
}

static const char *check_lists(const struct letter *l)
{
	if (l->n_references > LETTER_PLACES || l->n_to > LETTER_PLACES ||
		l->n_codes > LETTER_CODES)
		return "count";
	for (unsigned i = 0; i < l->n_references; i++)
		if (!is_text(l->references[i], LETTER_ID, false))
			return "references";
	for (unsigned i = 0; i < l->n_to; i++)
		if (!is_address(l->to[i]))
			return "to";
	for (unsigned i = 0; i < l->n_codes; i++)
		if (!is_text(l->codes[i], sizeof(l->codes[i]), false) ||
			!is_flag(&l->codes_quoted[i]))
			return "codes";
	return NULL;
}

static const char *check_texts(const struct letter *l)
{
	if (!is_text(l->message_id, LETTER_ID, false))
		return "message_id";
	if (!is_text(l->orig_message_id, LETTER_ID, false))
		return "orig_message_id";
	if (!is_text(l->envelope_id, LETTER_ID, false))
		return "envelope_id";
	if (!is_address(l->from))
		return "from";
	if (!is_text(l->subject, LETTER_WORDS, false))
		return "subject";
	if (!is_word(l->disposition, sizeof(l->disposition),
		    "abcdefghijklmnopqrstuvwxyz-/0123456789"))
		return "disposition";
	return is_text(l->text, LETTER_TEXT, true) ? NULL : "text";
}

static const char *check_head(const struct letter *l)
{
	if ((unsigned)l->class >= LETTER_CLASSES)
		return "class";
	if ((unsigned)l->evidence >= LETTER_EVIDENCES)
		return "evidence";
	if ((unsigned)l->reason >= LETTER_REASONS)
		return "reason";
	if (!is_flag(&l->cut) || !is_flag(&l->null_sender) || !is_flag(&l->says_ack) ||
		!is_flag(&l->asks) || !is_flag(&l->worried))
		return "flag";
	return is_time(l->away_until) && is_time(l->date_ms / 1000) ? NULL : "time";
}

const char *letter_check(const struct letter *l, size_t size)
{
	const char *wrong;

	if (size < offsetof(struct letter, recipients) ||
		l->n_recipients > LETTER_RECIPIENTS || size != LETTER_SIZE(l))
		return "size";
	wrong = check_head(l);
	if (!wrong)
		wrong = check_texts(l);
	if (!wrong)
		wrong = check_lists(l);
	for (unsigned i = 0; !wrong && i < l->n_recipients; i++)
		wrong = check_recipient(&l->recipients[i]);
	return wrong;
}
