/* SPDX-License-Identifier: MIT */
/*
 * imap_url: what mailbox.url says of an IMAP mailbox: "imaps://HOST:PORT/FOLDER" (993; TLS
 * from the first byte) or "imap://HOST:PORT/FOLDER" (143; STARTTLS is demanded off
 * loopback).
 *
 * FOLDER is as the server lists it, down to its separators and its own spelling of letters
 * that are not ASCII (RFC 3501 section 5.1.3); %XX stands for any byte. Without one: INBOX.
 */
#ifndef MAILER_WIRE_IMAP_URL_H
#define MAILER_WIRE_IMAP_URL_H

#include <stdbool.h>

#include "mailer/wire/server.h"
#include "recipients/fault.h"

#define IMAP_FOLDER_MAX 500

struct imap_url {
	struct server server;
	char folder[IMAP_FOLDER_MAX + 1]; /* printable ASCII */
};

bool imap_url_is(const char *url); /* does it begin like one? */
int imap_url_parse(const char *url, struct imap_url *ret, struct fault *f); /* FAULT_CONFIG */

#endif
