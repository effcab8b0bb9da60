/* SPDX-License-Identifier: MIT */
/*
 * probe: connects to a relay as a send would, logs in, and says goodbye. No mail, no sender, no recipient.
 */
#ifndef MAILER_WIRE_PROBE_H
#define MAILER_WIRE_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "mailer/wire/dial.h"
#include "recipients/fault.h"

struct probe {
	bool tls, dsn, pipelining;
	size_t size; /* the largest mail it takes; 0: it did not say */
};

/* Faults as dial_init and dial_result; FAULT_INTERRUPTED. */
int probe_run(const struct dial_settings *s, struct probe *ret, struct fault *f);

#endif
