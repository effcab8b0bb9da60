/* SPDX-License-Identifier: MIT */
/*
 * clock: what time it is, how times are written, and whether somebody asked us to stop.
 *
 * A time is milliseconds since 1970 in UTC. In mode `rehearsal` BREACHMAIL_NOW fixes the clock (main asks for
 * that by clock_fix); time-outs never use this clock but clock_monotonic.
 */
#ifndef RECIPIENTS_CLOCK_H
#define RECIPIENTS_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/fault.h"

int64_t clock_now(void);
int64_t clock_monotonic(void); /* milliseconds from an unknown start; never jumps */
bool clock_is_fixed(void);
void clock_fix(int64_t ms);    /* from now on clock_now says this; negative: the real time again */

/* RFC 3339, to and from: "2026-11-21T09:00:00Z", offsets and fractions allowed. -1 if it is not one. */
int clock_parse(const char *text, int64_t *ret_ms);
#define CLOCK_TEXT 40
const char *clock_write(int64_t ms, char out[CLOCK_TEXT]); /* UTC, seconds, "Z" */

/* "24h", "3d", "90m", "2w" or ISO 8601 ("PT24H", "P3D", "P1W", "P1DT12H"), to milliseconds. -1 if neither. */
int clock_parse_duration(const char *text, int64_t *ret_ms);
/* And back, in the largest unit that fits: "3d", "36h", "90m", "45s". */
#define CLOCK_DURATION 32
const char *clock_write_duration(int64_t ms, char out[CLOCK_DURATION]);

/*
 * Ctrl-C and SIGTERM set a flag; long work asks for it between two steps and returns FAULT_INTERRUPTED with
 * nothing half done. A second signal ends the process at once.
 */
void clock_catch_signals(void);
int clock_interrupted(void); /* 0, or the signal's number */

/* How far a long piece of work is. `show` is main's (a bar, a line, nothing); library code never prints. */
struct progress {
	void (*show)(void *user, const char *what, size_t done, size_t total);
	void *user;
};
/* Call it at each step; cheap. -1 with FAULT_INTERRUPTED when we were asked to stop. `p` may be NULL. */
int progress_step(const struct progress *p, const char *what, size_t done, size_t total, struct fault *f);

#endif
