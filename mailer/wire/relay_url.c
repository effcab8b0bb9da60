/* SPDX-License-Identifier: MIT */
/*
 * Relay URLs, and whether mail would stay on this machine. Hosts and ports: server.c.
 */
#include "mailer/wire/relay_url.h"

int relay_url_parse(const char *url, struct server *ret, struct fault *f)
{
	static const unsigned ports[2] = {587, 465};
	const char *rest;

	if (server_parse(url, "smtp", ports, "relay.url", ret, &rest, f))
		return -1;
	return *rest ? fault_set(f, FAULT_CONFIG,
			       "relay.url has no valid port, or something behind it (nothing may follow)")
		     : 0;
}

bool relay_is_loopback(const char *url)
{
	struct server parsed;
	struct fault ignored;

	return !relay_url_parse(url, &parsed, &ignored) && parsed.loopback;
}
