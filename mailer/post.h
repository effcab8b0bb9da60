/* SPDX-License-Identifier: MIT */
/*
 * post: mails to the relay that the settings name, by SMTP or into a folder. What is handed over, and what becomes of it,
 * is the caller's (relay.h: events).
 */
#ifndef MAILER_POST_H
#define MAILER_POST_H

#include <stdbool.h>
#include <stddef.h>

#include "mailer/settings.h"
#include "mailer/wire/relay.h"
#include "recipients/fault.h"

struct post_limits {
	unsigned connections; /* 0: the settings' */
	double per_second;    /* 0: no more limit than the settings' */
	/* Asked before each relay, by its place from 0: is there anything for it? NULL: always. */
	bool (*begin)(void *user, size_t relay);
};

/*
 * Relay after relay: one that misbehaves, or has had its share of the day, is left out from then on, and the next goes on
 * with what is left. FAULT_CONFIG: no password; else as relay_run and capture_run, of the last that was begun.
 */
int post_run(const struct settings *s, const struct post_limits *limits, const struct relay_events *e, void *user,
	struct fault *f);

#endif
