/* SPDX-License-Identifier: MIT */
/*
 * Mailbox syntax of RFC 5321 and the normal form of a domain. Whether the mailbox exists
 * is the relay's to say (relay.c); whether it is the right person's is matching's. What
 * can go wrong: libidn2 knows no label in a script newer than its tables; such an address
 * is refused, and the person is seen by a human.
 */
#include "mailer/wire/address.h"

#include <idn2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "recipients/text.h"

#define INPUT_MAX 1024 /* a domain in another script may be longer than its A-labels */

static const char atext_marks[] = "!#$%&'*+-/=?^_`{|}~";

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_atext(char c)
{
	return is_letter_or_digit(c) || (c && strchr(atext_marks, c));
}

/* What may stand nowhere, quoted or not. */
static const char *forbidden(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c == ' ')
			return "address holds a blank";
		if (c < ' ' || c == 0x7f)
			return "address holds a control character";
		if (c == '<' || c == '>')
			return "address holds \"<\" or \">\"";
	}
	return NULL;
}

/* The length of the quoted string at the start, quotes and all; 0 if it does not end. */
static size_t quoted_length(const char *bytes, size_t length)
{
	for (size_t i = 1; i < length; i++) {
		if (bytes[i] == '\\')
			i++;
		else if (bytes[i] == '"')
			return i + 1;
	}
	return 0;
}

static const char *check_dot_string(const char *local, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (local[i] == '.') {
			if (i == 0 || i + 1 == length || local[i + 1] == '.')
				return "local part has a dot at its start or end, or two in a row";
		} else if (!is_atext(local[i])) {
			return "local part holds a character that may only stand in quotes";
		}
	}
	return NULL;
}

static const char *check_local(const char *local, size_t length)
{
	if (length == 0)
		return "nothing stands before the \"@\" (source routes are not taken)";
	if (length > ADDRESS_LOCAL_MAX)
		return "local part is longer than 64 bytes";
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)local[i] >= 0x80)
			return "local part needs SMTPUTF8, which this version does not send";
	if (local[0] == '"')
		return NULL; /* its end was found by quoted_length, its bytes seen by
				forbidden */
	return check_dot_string(local, length);
}

/* `domain` is what libidn2 made; if it is pure ASCII, hardly anything was looked at. */
static const char *check_domain(const char *domain)
{
	static const char ldh[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
	const char *last = strrchr(domain, '.');

	if (domain[strspn(domain, ldh)] || domain[0] == '-' || strstr(domain, ".-") ||
		strstr(domain, "-.") || domain[strlen(domain) - 1] == '-')
		return "domain is not a valid name";
	if (!last)
		return "domain has no dot: the whole name is needed";
	if (domain[0] == '.' || last[1] == '\0' || strstr(domain, ".."))
		return "domain has a dot at its start or end, or two in a row";
	if (last[1 + strspn(last + 1, "0123456789")] == '\0')
		return "domain ends in a number: an IP address is no mail domain";
	return NULL;
}

static utf8proc_int32_t lower(utf8proc_int32_t point, void *unused)
{
	(void)unused;
	return utf8proc_tolower(point);
}

/*
 * Lower case, composed, then IDNA 2008 to the letter. Not libidn2's mapping of UTS 46:
 * with it a domain loses what is not allowed in it, and mail for "for_ce" goes to
 * "force".
 */
static const char *convert_domain(const char *bytes, size_t length, char **ret)
{
	const utf8proc_option_t composed = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	utf8proc_uint8_t *mapped = NULL;
	uint8_t *made = NULL;
	int error = IDN2_ENCODING_ERROR;

	if (length == 0)
		return "nothing stands behind the \"@\"";
	if (bytes[0] == '[')
		return "domain is an IP address in brackets, which is not taken";
	if (memchr(bytes, '@', length))
		return "address holds more than one \"@\"";
	if (utf8proc_map_custom((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)length,
		    &mapped, composed, lower, NULL) > 0)
		error = idn2_lookup_u8(mapped, &made, IDN2_NO_TR46);
	free(mapped);
	if (error == IDN2_OK && made) {
		*ret = text_copy((const char *)made);
		idn2_free(made);
		return check_domain(*ret);
	}
	if (error == IDN2_TOO_BIG_LABEL || error == IDN2_TOO_BIG_DOMAIN)
		return "domain is too long (63 bytes a label, 255 in all)";
	return "domain is not a valid name";
}

static const char *parse(const char *bytes, size_t length, struct address *ret)
{
	size_t local = 0, domain;
	auto_text made = NULL;
	const char *reason;

	if (length == 0)
		return "address is empty";
	if (length > INPUT_MAX)
		return "address is longer than 254 bytes";
	if ((reason = forbidden(bytes, length)))
		return reason;
	if (bytes[0] == '"' && !(local = quoted_length(bytes, length)))
		return "a quote in the address is not closed";
	if (!local)
		while (local < length && bytes[local] != '@')
			local++;
	if (local == length || bytes[local] != '@')
		return "address has no \"@\" behind its local part";
	if ((reason = check_local(bytes, local)) ||
		(reason = convert_domain(bytes + local + 1, length - local - 1, &made)))
		return reason;
	domain = strlen(made);
	if (local + 1 + domain > ADDRESS_MAX)
		return "address is longer than 254 bytes";
	memcpy(ret->text, bytes, local + 1);
	memcpy(ret->text + local + 1, made, domain + 1);
	ret->domain = ret->text + local + 1;
	return NULL;
}

int address_parse(const char *bytes, size_t length, struct address *ret, struct fault *f)
{
	const char *reason = parse(bytes, length, ret);

	return reason ? fault_set(f, FAULT_INPUT, "%s", reason) : 0;
}

/* A display name without quotes and outer blanks; NULL if its quotes do not fit. */
static char *unquote_name(const char *from, const char *to)
{
	char *name = text_alloc((size_t)(to - from) + 1), *out = name;
	size_t length;

	while (from < to && *from == ' ')
		from++;
	while (to > from && to[-1] == ' ')
		to--;
	length = (size_t)(to - from);
	if (!memchr(from, '"', length))
		return memcpy(name, from, length);
	if (*from != '"' || quoted_length(from, length) != length) {
		text_freep(&name);
		return NULL;
	}
	for (from++, to--; from < to; from++) {
		if (*from == '\\')
			from++;
		*out++ = *from;
	}
	return name;
}

int address_parse_named(
	const char *text, char **ret_name, struct address *ret, struct fault *f)
{
	size_t length = strlen(text);
	const char *open = strrchr(text, '<');

	*ret_name = NULL;
	if (!open || text[length - 1] != '>')
		return address_parse(text, length, ret, f);
	if (address_parse(open + 1, (size_t)(text + length - 1 - (open + 1)), ret, f))
		return -1;
	if (!memchr(text, '"', (size_t)(open - text)) &&
		(memchr(text, '<', (size_t)(open - text)) ||
			memchr(text, '>', (size_t)(open - text))))
		return fault_set(f, FAULT_INPUT, "there is more than one address");
	*ret_name = unquote_name(text, open);
	if (!*ret_name)
		return fault_set(f, FAULT_INPUT, "the quotes of the name do not fit");
	if (!**ret_name)
		text_freep(ret_name);
	return 0;
}
