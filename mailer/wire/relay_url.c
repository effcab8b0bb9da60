/* SPDX-License-Identifier: MIT */
/*
 * Parses relay URLs, and says whether mail would stay on this machine. It resolves
 * nothing: a name that only leads to loopback is not loopback. Rehearsals rest on this.
 */
#include "mailer/wire/relay_url.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

static bool is_loopback(const char *host)
{
	struct in_addr four;
	struct in6_addr six;

	if (!strcasecmp(host, "localhost"))
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static int parse_port(const char *s, unsigned *ret)
{
	unsigned port = 0;

	if (!*s || strlen(s) > 5 || s[strspn(s, "0123456789")])
		return -1;
	while (*s)
		port = port * 10 + (unsigned)(*s++ - '0');
	if (port == 0 || port > 65535)
		return -1;
	*ret = port;
	return 0;
}

static int parse_host(const char **s, char host[static RELAY_HOST_MAX + 1])
{
	static const char name_bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789-."
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	bool bracket = **s == '[';
	const char *start = *s + bracket;
	size_t length = strspn(start, bracket ? "0123456789abcdefABCDEF:." : name_bytes);

	if (length == 0 || length > RELAY_HOST_MAX || (bracket && start[length] != ']'))
		return -1;
	memcpy(host, start, length);
	host[length] = '\0';
	*s = start + length + bracket;
	return 0;
}

int relay_url_parse(const char *url, struct relay_url *ret, struct fault *f)
{
	const char *s = url;

	*ret = (struct relay_url){0};
	if (!strncasecmp(s, "smtps://", 8))
		ret->tls = true;
	else if (strncasecmp(s, "smtp://", 7))
		return fault_set(f, FAULT_CONFIG,
			"relay.url is neither smtp://HOST:PORT nor smtps://HOST:PORT");
	s += ret->tls ? 8 : 7;
	ret->port = ret->tls ? 465 : 587;
	if (parse_host(&s, ret->host))
		return fault_set(f, FAULT_CONFIG,
			"relay.url has no valid host (user names and passwords do not go there)");
	if (*s == ':' && !parse_port(s + 1, &ret->port))
		s += strlen(s);
	if (*s)
		return fault_set(f, FAULT_CONFIG,
			"relay.url has no valid port, or something behind it (nothing may follow)");
	ret->loopback = is_loopback(ret->host);
	return 0;
}

bool relay_is_loopback(const char *url)
{
	struct relay_url parsed;
	struct fault ignored;

	return !relay_url_parse(url, &parsed, &ignored) && parsed.loopback;
}
