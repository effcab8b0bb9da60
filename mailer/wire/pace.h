/* SPDX-License-Identifier: MIT */
/*
 * pace: when the next mail, and the next attempt after a failure, may go out.
 * Arithmetic only: the time is passed in (milliseconds, clock_monotonic), nothing waits
 * here.
 */
#ifndef MAILER_WIRE_PACE_H
#define MAILER_WIRE_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Evenly at most so many a second: a bucket of a tenth of a second's worth, at least 1. */
struct pace {
	double per_second; /* 0: no limit */
	double tokens;
	int64_t at;
};

void pace_init(struct pace *p, double per_second, int64_t now);
bool pace_take(struct pace *p, int64_t now);	    /* one may go now, and is counted */
int64_t pace_wait(const struct pace *p, int64_t now); /* milliseconds until one may */

/*
 * Failures in a row, each followed by a pause twice as long as the one before, up to 30
 * times the first.
 */
struct back_off {
	int64_t first; /* milliseconds */
	unsigned in_row;
	int64_t until;
};

/* Failures during a pause are of the same cause and not counted again: false. */
bool back_off_hit(struct back_off *b, int64_t now);
void back_off_clear(struct back_off *b);

#endif
