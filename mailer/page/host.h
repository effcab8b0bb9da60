/* SPDX-License-Identifier: MIT */
/*
 * host: HTTPS in front of pages.h, by libmicrohttpd, in this thread.
 *
 * Each connection carries one request and is closed behind its answer, so that no proxy and no browser can disagree with us
 * about where the next one begins. What two readers might read in two ways is answered with 400: a body with a transfer coding,
 * lengths or hosts given twice, a body where none belongs. Limits: connections, bytes of a head, bytes of a body, the time for a
 * whole request, the time for its answer.
 *
 * TLS 1.2 or newer. On a Unix socket there is none: a server in front (nginx, Apache) brings it, and says in X-Forwarded-For
 * who is there; that header counts on a Unix socket alone.
 */
#ifndef MAILER_PAGE_HOST_H
#define MAILER_PAGE_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "mailer/page/certificate.h"
#include "mailer/page/pages.h"
#include "recipients/fault.h"

#define HOST_CONNECTIONS 128
#define HOST_HEAD ((size_t)32 << 10)	/* bytes, of request line and headers, and what is to be written */
#define HOST_REQUEST_MS 10000		/* from the connection's beginning to the last byte of its request */
#define HOST_LONGEST_MS 60000		/* and to that of its answer */

struct host_place {
	char *host; /* as it was written; NULL: a Unix socket */
	char *path; /* of the socket */
	uint64_t device, inode; /* of that, as it was made */
	unsigned port;
	bool open; /* other machines may reach it */
	int fd;
};
/* "127.0.0.1:8443", "[::1]:8443", "localhost:8443", "unix:PATH"; port 0: any. FAULT_USAGE, FAULT_CANTCREATE. */
int host_listen(const char *where, struct host_place *ret, struct fault *f);
/* Closes it, and removes a socket if it is still the one that was made; the latter alone. */
void host_place_done(struct host_place *p);
void host_place_remove(const struct host_place *p);
#define auto_host_place __attribute__((cleanup(host_place_done))) struct host_place

struct host;
/* `c` NULL: on a Unix socket. Takes the place's descriptor; all must live as long. Nobody is answered yet. FAULT_CONFIG. */
int host_open(struct host_place *place, const struct certificate *c, struct pages *pages, struct host **ret, struct fault *f);
void host_close(struct host *h); /* NULL is fine */
/* Until somebody says stop: FAULT_INTERRUPTED, as everywhere. */
int host_run(struct host *h, struct fault *f);

#endif
