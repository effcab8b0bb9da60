/* SPDX-License-Identifier: MIT */
/*
 * server: the place in a URL: HOST or HOST:PORT. HOST is a name, an IPv4 address, or an
 * IPv6 address in [ ].
 */
#ifndef MAILER_WIRE_SERVER_H
#define MAILER_WIRE_SERVER_H

#include <stdbool.h>

#include "recipients/fault.h"

#define SERVER_HOST_MAX 255

struct server {
	bool tls;			/* from the first byte */
	char host[SERVER_HOST_MAX + 1]; /* without the [ ] of IPv6 */
	unsigned port;
	bool loopback; /* 127.0.0.0/8, ::1 or "localhost": nothing leaves this machine by it */
};

/*
 * Reads the place behind "SCHEME://" or "SCHEMEs://" (then `tls`) and says what comes
 * behind it in `*ret_rest`, a part of `url`. Ports: without and with TLS, if it names
 * none. `setting` is what faults (FAULT_CONFIG) call the URL. It resolves nothing: a name
 * that only leads to loopback is not loopback. Rehearsals rest on this.
 */
int server_parse(const char *url, const char *scheme, const unsigned ports[2],
	const char *setting, struct server *ret, const char **ret_rest, struct fault *f);

#endif
