/* SPDX-License-Identifier: MIT */
/*
 * relay_url: what relay.url says. "smtp://HOST:PORT" (587; STARTTLS is demanded off
 * loopback) or "smtps://HOST:PORT" (465; TLS from the first byte).
 */
#ifndef MAILER_WIRE_RELAY_URL_H
#define MAILER_WIRE_RELAY_URL_H

#include <stdbool.h>

#include "mailer/wire/server.h"
#include "recipients/fault.h"

int relay_url_parse(const char *url, struct server *ret, struct fault *f);
bool relay_is_loopback(const char *url); /* false for what is no relay URL */

#endif
