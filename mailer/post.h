/* SPDX-License-Identifier: MIT */
/*
 * post: mails to the relays that the settings name, by SMTP or into a folder. What is handed over, and what becomes of it,
 * is the caller's (relay.h: events).
 */
#ifndef MAILER_POST_H
#define MAILER_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mailer/settings.h"
#include "mailer/wire/probe.h"
#include "mailer/wire/relay.h"
#include "recipients/fault.h"

struct post_limits {
	unsigned connections; /* to each relay; 0: the settings' */
	double per_second;    /* of all relays together; 0: no more limit than the settings' */
	const int64_t *left;  /* how many each relay may still be given, by its place; NULL: no limit */
};

/*
 * All relays at the same time, as relay_run_all; folders before them, one after the other. `sums`: NULL, or one for each
 * relay. FAULT_CONFIG: no password; else as relay_run_all and capture_run.
 */
int post_run(const struct settings *s, const struct post_limits *limits, const struct relay_events *e, void *user,
	struct relay_summary *sums, struct fault *f);

/* The same with one relay, by its place from 0. */
int post_to(const struct settings *s, size_t relay, const struct post_limits *limits, const struct relay_events *e,
	void *user, struct fault *f);

/* Connects to one that is no folder, as a send would, logs in, and leaves. Faults: probe_run. */
int post_probe(const struct settings *s, size_t relay, struct probe *ret, struct fault *f);

#endif
