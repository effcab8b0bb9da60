/* SPDX-License-Identifier: MIT */
/*
 * Parses the place in a URL, and says whether it is this machine. What may follow it:
 * relay_url.c, imap_url.c.
 */
#include "mailer/wire/server.h"

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

static int parse_port(const char **s, unsigned *ret)
{
	size_t length = strspn(*s, "0123456789");
	unsigned port = 0;

	if (!length || length > 5)
		return -1;
	while (length--)
		port = port * 10 + (unsigned)(*(*s)++ - '0');
	if (port == 0 || port > 65535)
		return -1;
	*ret = port;
	return 0;
}

static int parse_host(const char **s, char host[static SERVER_HOST_MAX + 1])
{
	static const char name_bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789-."
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	bool bracket = **s == '[';
	const char *start = *s + bracket;
	size_t length = strspn(start, bracket ? "0123456789abcdefABCDEF:." : name_bytes);

	if (length == 0 || length > SERVER_HOST_MAX || (bracket && start[length] != ']'))
		return -1;
	memcpy(host, start, length);
	host[length] = '\0';
	*s = start + length + bracket;
	return 0;
}

int server_parse(const char *url, const char *scheme, const unsigned ports[2],
	const char *setting, struct server *ret, const char **ret_rest, struct fault *f)
{
	size_t length = strlen(scheme);
	const char *s = url;

	*ret = (struct server){0};
	if (!strncasecmp(s, scheme, length)) {
		s += length;
		ret->tls = *s == 's' || *s == 'S';
		s += ret->tls;
	}
	if (s == url || strncmp(s, "://", 3) != 0)
		return fault_set(f, FAULT_CONFIG,
			"%s is neither %s://HOST:PORT nor %ss://HOST:PORT", setting,
			scheme, scheme);
	s += 3;
	ret->port = ports[ret->tls];
	if (memchr(s, '@', strcspn(s, "/")) || parse_host(&s, ret->host))
		return fault_set(f, FAULT_CONFIG,
			"%s has no valid host (user names and passwords do not go there)",
			setting);
	if (*s == ':' && (s++, parse_port(&s, &ret->port)))
		return fault_set(f, FAULT_CONFIG, "%s has no valid port", setting);
	ret->loopback = is_loopback(ret->host);
	*ret_rest = s;
	return 0;
}
