/* SPDX-License-Identifier: MIT */
/*
 * post: mails to the relay that the settings name, by SMTP or into a folder. What is handed over, and what becomes of it,
 * is the caller's (relay.h: events).
 */
#ifndef MAILER_POST_H
#define MAILER_POST_H

#include "mailer/settings.h"
#include "mailer/wire/relay.h"
#include "recipients/fault.h"

struct post_limits {
	unsigned connections; /* 0: the settings' */
	double per_second;    /* 0: no more limit than the settings' */
};

/* FAULT_CONFIG: no password; else as relay_run and capture_run. */
int post_run(const struct settings *s, const struct post_limits *limits, const struct relay_events *e, void *user,
	struct fault *f);

#endif
