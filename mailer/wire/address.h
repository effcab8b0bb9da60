/* SPDX-License-Identifier: MIT */
/*
 * address: is this an address that mail can be sent to, and how is it written on the
 * wire?
 *
 * RFC 5321 section 4.1.2: local part (dot-string or quoted string), "@", domain. Limits
 * of section 4.5.3.1: 64 bytes, 255 bytes, 254 for the whole (a path is at most 256
 * with its "<" and ">"). The domain becomes ASCII lower case; labels in other scripts
 * become A-labels (IDNA 2008, libidn2). The local part is left alone: only its own
 * domain may say which letters are the same (section 2.4).
 *
 * Refused, each with its reason: source routes, address literals, a domain without a
 * dot (section 2.3.5 wants it fully qualified), comments, and everywhere, also inside
 * quotes, CR, LF, NUL, other controls, blanks, "<" and ">": none of them is worth a
 * second command on the wire. A local part beyond ASCII needs SMTPUTF8 (RFC 6531),
 * which this version does not send.
 */
#ifndef MAILER_WIRE_ADDRESS_H
#define MAILER_WIRE_ADDRESS_H

#include <stddef.h>

#include "recipients/fault.h"

#define ADDRESS_MAX 254
#define ADDRESS_LOCAL_MAX 64
#define ADDRESS_DOMAIN_MAX 255

struct address {
	char text[ADDRESS_MAX + 1]; /* "local@domain", normal form */
	const char *domain;	    /* into text, behind the "@" */
};

/*
 * `bytes` need no NUL behind them and may hold anything. FAULT_INPUT with the reason,
 * which never holds the address. A struct address must not be copied by assignment:
 * `domain` points into it.
 */
int address_parse(const char *bytes, size_t length, struct address *ret, struct fault *f);

/*
 * As settings have it: "Name <local@domain>", "\"Name, N.\" <local@domain>" or the
 * address alone. `*ret_name` is the name without its quotes (UTF-8, for struct
 * message), NULL if there is none; the caller frees it.
 */
int address_parse_named(const char *text, char **ret_name, struct address *ret,
	struct fault *f);

#endif
