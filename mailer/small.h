/* SPDX-License-Identifier: MIT */
/*
 * small: counts for somebody else than the controller. Who knows the place knows who "2 refused" are, so a count below
 * SMALL_LEAST is not told, nor what it could be worked out from.
 *
 * Small ones are told as one, "others". Where even that is small, all that is told of it is that it is less than SMALL_LEAST,
 * and the largest count becomes "at least", so that whoever knows the sum learns no more.
 */
#ifndef MAILER_SMALL_H
#define MAILER_SMALL_H

#include <stddef.h>
#include <stdint.h>

#define SMALL_LEAST 5

enum small_how {
	SMALL_EXACTLY,
	SMALL_AT_LEAST,
	SMALL_NOT /* it is one of the others */
};
struct small_count {
	int64_t count;	    /* the caller's */
	int64_t told;	    /* what may be told of it */
	enum small_how how; /* and as what */
};

#define SMALL_NONE 0
#define SMALL_FEWER (-1)
/* What is to be told of the others: how many there are (SMALL_LEAST or more), SMALL_NONE, or SMALL_FEWER than SMALL_LEAST. */
int64_t small_hide(struct small_count *counts, size_t length);

#endif
