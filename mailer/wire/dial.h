/* SPDX-License-Identifier: MIT */
/*
 * dial: makes one connection to a mail server, by libcurl, and stops where the mail begins.
 *
 * libcurl does name resolution, TCP, greeting, EHLO, STARTTLS or TLS with verification
 * of chain and host name, login (CURLOPT_CONNECT_ONLY). TLS 1.2 or newer. There is no
 * option to verify less, and no plaintext but to loopback. What was said in clear
 * before STARTTLS counts for nothing (RFC 3207 section 4.2).
 *
 * The easy handle may go into the caller's multi handle; then it must stay there while the
 * connection is used, for taking it out closes the socket.
 */
#ifndef MAILER_WIRE_DIAL_H
#define MAILER_WIRE_DIAL_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mailer/wire/server.h"
#include "recipients/fault.h"

struct dial_settings {
	const char *name;   /* of the object in incident.json, for faults: "relay", "mailbox" */
	const char *scheme; /* "smtp" or "imap" */
	struct server server;
	const char *ehlo; /* SMTP: our name; NULL: the name of this machine */
	const char *user; /* NULL: no login */
	const char *password;
	const char *token_file; /* instead of a password; see relay.h */
	const char *ca_file;	/* instead of the system's authorities */
	const char *cert_file, *key_file;
	int64_t timeout; /* ms: TCP, greeting, TLS, login together */
};

struct dial {
	CURL *easy;
	bool tls; /* from the first byte, or by STARTTLS */
	/* SMTP: what the relay said it can, since its last "220" */
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
 * work, FAULT_INTERNAL for a libcurl without SMTP, IMAP or TLS.
 */
int dial_init(struct dial *d, const struct dial_settings *s, struct fault *f);
void dial_done(struct dial *d);

/*
 * Before each connection (curl_multi_add_handle): forgets what the last one said, and
 * reads the token. FAULT_CONFIG if it cannot be read.
 */
int dial_reset(struct dial *d, const struct dial_settings *s, struct fault *f);

/*
 * libcurl says the connection stands or has failed (`code`). 0: it can be used. -1: the
 * fault says why, in libcurl's words and the server's, and what to do. `*ret_hopeless`:
 * the same will happen again (trust, login, settings).
 */
int dial_result(const struct dial *d, CURLcode code, const struct dial_settings *s,
	bool *ret_hopeless, struct fault *f);

#endif
