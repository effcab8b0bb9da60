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

static bool is_seven_bit(const char *s, size_t length)
{
	uint64_t eight, all = 0;

	for (; length >= sizeof(eight); s += sizeof(eight), length -= sizeof(eight)) {
		memcpy(&eight, s, sizeof(eight));
		all |= eight;
	}
	for (; length; length--)
		all |= (unsigned char)*s++;
	return !(all & 0x8080808080808080);
}

/* Every CR before an LF, every LF behind a CR: read otherwise, one mail may be two. */
static const char *check_lines(const char *s, size_t length)
{
	const char *end = s + length;

	if (length == 0)
		return "message is empty";
	if (memchr(s, '\0', length))
		return "message holds a NUL";
	while (s < end) {
		const char *lf = memchr(s, '\n', (size_t)(end - s));
		const char *cr = memchr(s, '\r', (size_t)(end - s));

		if (!lf || !cr || cr + 1 != lf)
			return "message has a line that does not end in CR LF, or has one inside";
		if (cr - s > LINE_MAX_BYTES)
			return "message has a line of over 998 bytes";
		s = lf + 1;
	}
	return NULL;
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
	else if (!is_seven_bit(mail->bytes, mail->length))
		reason = "message is not 7 bit";
	else
		reason = check_lines(mail->bytes, mail->length);
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
