/* SPDX-License-Identifier: MIT */
/*
 * The last look at a mail before it goes to a relay. Addresses and message were made by
 * rooms that refuse what does harm (address.c, message.c); here it is asked once more,
 * where a mistake would be a second command, or the start of somebody else's mail.
 */
#include "mailer/wire/relay_mail.h"

#include <string.h>

#define PATH_MAX_BYTES 254
#define ENVID_MAX 100 /* RFC 3461 section 4.4, encoded */
#define LINE_MAX_BYTES 998

/* An address holds visible ASCII, and nothing that ends the "<" it stands in. */
static bool is_path(const char *s)
{
	size_t length = strlen(s);

	if (length > PATH_MAX_BYTES)
		return false;
	for (; *s; s++)
		if (*s <= ' ' || *s > '~' || *s == '<' || *s == '>')
			return false;
	return true;
}

static bool is_envid(const char *s)
{
	size_t encoded = 0;

	for (; *s; s++) {
		if (*s <= ' ' || *s > '~')
			return false;
		encoded += *s == '+' || *s == '=' ? 3 : 1;
	}
	return encoded > 0 && encoded <= ENVID_MAX;
}

/* What a message consists of, counted in one go: it is looked at before each mail, and
 * blocks of a fixed size are done many bytes at a time. */
struct census {
	size_t cr, lf, crlf, nul;
	unsigned char all; /* the bits that any byte has */
};
#define BLOCK 240 /* its counts fit a byte */

/* A block, and the byte behind it, which may belong to a CR. */
static void count_block(struct census *c, const unsigned char s[static BLOCK + 1])
{
	unsigned char cr = 0, lf = 0, crlf = 0, nul = 0, all = 0;

	for (size_t i = 0; i < BLOCK; i++) {
		cr = (unsigned char)(cr + (s[i] == '\r'));
		lf = (unsigned char)(lf + (s[i] == '\n'));
		crlf = (unsigned char)(crlf + ((s[i] == '\r') & (s[i + 1] == '\n')));
		nul = (unsigned char)(nul + (s[i] == '\0'));
		all |= s[i];
	}
	c->cr += cr;
	c->lf += lf;
	c->crlf += crlf;
	c->nul += nul;
	c->all |= all;
}

static struct census count(const char *bytes, size_t length)
{
	const unsigned char *s = (const unsigned char *)bytes;
	unsigned char last[BLOCK + 1];
	struct census c = {0};

	for (; length > BLOCK; s += BLOCK, length -= BLOCK)
		count_block(&c, s);
	memset(last, ' ', sizeof(last));
	memcpy(last, s, length);
	count_block(&c, last);
	return c;
}

/* Every CR before an LF, every LF behind a CR: read otherwise, one mail may be two. */
static bool are_lines(const char *s, size_t length, const struct census *c)
{
	return c->cr == c->lf && c->cr == c->crlf && s[length - 1] == '\n';
}

/* Wherever a line starts, one must end within the bytes that it may have. */
static bool are_short(const char *s, size_t length)
{
	const char *end = s + length;

	while (end - s > LINE_MAX_BYTES + 2) {
		const char *lf = memrchr(s, '\n', LINE_MAX_BYTES + 2);

		if (!lf)
			return false;
		s = lf + 1;
	}
	return true;
}

static const char *check_message(const char *bytes, size_t length)
{
	struct census c;

	if (length == 0)
		return "message is empty";
	c = count(bytes, length);
	if (c.all & 0x80)
		return "message is not 7 bit";
	if (c.nul)
		return "message holds a NUL";
	if (!are_lines(bytes, length, &c))
		return "message has a line that does not end in CR LF, or has one inside";
	return are_short(bytes, length) ? NULL : "message has a line of over 998 bytes";
}

int relay_mail_check(const struct relay_mail *mail, struct fault *f)
{
	const char *reason = NULL;

	if (!is_path(mail->from))
		reason = "envelope sender is not fit for the wire";
	else if (!*mail->to || !is_path(mail->to))
		reason = "envelope recipient is not fit for the wire";
	else if (mail->envid && !is_envid(mail->envid))
		reason = "envelope id is empty, too long or not ASCII";
	else
		reason = check_message(mail->bytes, mail->length);
	return reason ? fault_set(f, FAULT_INTERNAL, "mail %lld: %s", (long long)mail->id,
				reason)
		      : 0;
}

const char *relay_kind_name(enum relay_kind kind)
{
	switch (kind) {
	case RELAY_ACCEPTED:
		return "accepted";
	case RELAY_REFUSED:
		return "refused";
	case RELAY_DEFERRED:
		return "deferred";
	case RELAY_IN_DOUBT:
		return "in doubt";
	case RELAY_NOT_SENT:
		return "not sent";
	}
	return "";
}
