/* SPDX-License-Identifier: MIT */
/*
 * IMAP URLs, as much of RFC 5092 as a setting needs: no user (it has its own setting), no
 * letter, no search. Hosts and ports: server.c.
 */
#include "mailer/wire/imap_url.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool imap_url_is(const char *url)
{
	return !strncasecmp(url, "imap://", 7) || !strncasecmp(url, "imaps://", 8);
}

static int hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* A byte, or "%XX". -1: neither. */
static int next_byte(const char **s)
{
	int high, low;

	if (**s != '%')
		return (unsigned char)*(*s)++;
	high = hex((*s)[1]);
	low = high < 0 ? -1 : hex((*s)[2]);
	*s += 3;
	return low < 0 ? -1 : high * 16 + low;
}

static int parse_folder(const char *s, char out[static IMAP_FOLDER_MAX + 1])
{
	size_t length = 0;
	int c;

	while (*s) {
		if (*s == ';' || *s == '?' || length == IMAP_FOLDER_MAX)
			return -1;
		c = next_byte(&s);
		if (c < ' ' || c > '~')
			return -1;
		out[length++] = (char)c;
	}
	out[length] = '\0';
	return 0;
}

int imap_url_parse(const char *url, struct imap_url *ret, struct fault *f)
{
	static const unsigned ports[2] = {143, 993};
	const char *rest;

	*ret = (struct imap_url){.folder = "INBOX"};
	if (server_parse(url, "imap", ports, "mailbox.url", &ret->server, &rest, f))
		return -1;
	if (!*rest || !strcmp(rest, "/"))
		return 0;
	if (*rest != '/' || parse_folder(rest + 1, ret->folder))
		return fault_set(f, FAULT_CONFIG,
			"mailbox.url has no valid port, or no valid folder behind it (as the "
			"server lists it; %%XX for a byte that is not printable ASCII)");
	return 0;
}
