/* SPDX-License-Identifier: MIT */
/*
 * dial: makes one connection to a relay, by libcurl, and stops where the mail begins.
 *
 * libcurl does name resolution, TCP, greeting, EHLO, STARTTLS or TLS with verification
 * of chain and host name, AUTH (CURLOPT_CONNECT_ONLY). TLS 1.2 or newer. There is no
 * option to verify less, and no plaintext but to loopback. What was said in clear
 * before STARTTLS counts for nothing (RFC 3207 section 4.2).
 *
 * The easy handle goes into the caller's multi handle and must stay there while the
 * connection is used; taking it out closes the socket.
 */
#ifndef MAILER_WIRE_DIAL_H
#define MAILER_WIRE_DIAL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "mailer/wire/relay.h"
#include "recipients/fault.h"

struct dial {
	CURL *easy;
	bool tls; /* from the first byte, or by STARTTLS */
	/* what the relay said it can, since its last "220" */
	bool pipelining, dsn, auth;
	size_t size; /* the largest message it takes; 0: it did not say */
	bool sizes;  /* it takes SIZE= */
	/* from here on dial's own */
	char error[CURL_ERROR_SIZE];
	char last[256];	  /* the last line it said */
	unsigned replies; /* lines of 250 since the last 220 */
};

/*
 * Makes the handle. `d` must not move afterwards. FAULT_CONFIG for settings that cannot
 * work, FAULT_INTERNAL for a libcurl without SMTP or TLS.
 */
int dial_init(struct dial *d, const struct relay_settings *s, const struct relay_url *url,
	struct fault *f);
void dial_done(struct dial *d);

/*
 * Before each curl_multi_add_handle: forgets what the last connection said, and reads the
 * token. FAULT_CONFIG if it cannot be read.
 */
int dial_reset(struct dial *d, const struct relay_settings *s, struct fault *f);

/*
 * libcurl says the connection stands or has failed (`code`). 0: it can be used. -1: the
 * fault says why, in libcurl's words and the relay's, and what to do. `*ret_hopeless`:
 * the same will happen again (trust, login, settings).
 */
int dial_result(const struct dial *d, CURLcode code, const struct relay_settings *s,
	const struct relay_url *url, bool *ret_hopeless, struct fault *f);

#endif
