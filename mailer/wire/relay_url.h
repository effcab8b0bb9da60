/* SPDX-License-Identifier: MIT */
/*
 * relay_url: what relay.url says. "smtp://HOST:PORT" (587; STARTTLS is demanded off
 * loopback) or "smtps://HOST:PORT" (465; TLS from the first byte); HOST is a name, an
 * IPv4 address, or an IPv6 address in [ ].
 */
#ifndef MAILER_WIRE_RELAY_URL_H
#define MAILER_WIRE_RELAY_URL_H

#include <stdbool.h>

#include "recipients/fault.h"

#define RELAY_HOST_MAX 255

struct relay_url {
	bool tls;		       /* smtps: TLS from the first byte */
	char host[RELAY_HOST_MAX + 1]; /* without the [ ] of IPv6 */
	unsigned port;
	bool loopback; /* 127.0.0.0/8, ::1 or "localhost": nothing leaves this machine by it */
};
int relay_url_parse(const char *url, struct relay_url *ret, struct fault *f);
bool relay_is_loopback(const char *url); /* false for what is no relay URL */


#endif
