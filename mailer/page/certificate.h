/* SPDX-License-Identifier: MIT */
/*
 * certificate: a self-signed certificate for the page, where the force has none of its own for it.
 *
 * ECDSA on P-256, a year, for "localhost", 127.0.0.1, ::1 and the host that is listened on. Key and certificate lie in one file
 * (PEM, 0600) beside the keys; it is made once, and anew when less than a month of it is left. The fingerprint (SHA-256 of the
 * certificate) is what a browser shows: read it out to whoever signs in.
 */
#ifndef MAILER_PAGE_CERTIFICATE_H
#define MAILER_PAGE_CERTIFICATE_H

#include <stdbool.h>

#include "recipients/fault.h"
#include "recipients/text.h"

#define CERTIFICATE_FINGERPRINT 96 /* "3F:A2:...", with its NUL */

/* PEM, both parts; wiped by certificate_done. */
struct certificate {
	struct text chain, key;
	char fingerprint[CERTIFICATE_FINGERPRINT];
};
/* The force's own. FAULT_CONFIG: they are not there, not readable, do not belong together, or are not valid now. */
int certificate_load(const char *chain, const char *key, struct certificate *ret, struct fault *f);
/* The one in the file, or a new one. FAULT_CANTCREATE. */
int certificate_own(const char *path, const char *host, struct certificate *ret, struct fault *f);
void certificate_done(struct certificate *c);
#define auto_certificate __attribute__((cleanup(certificate_done))) struct certificate

#endif
