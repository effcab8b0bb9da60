/* SPDX-License-Identifier: MIT */
/*
 * sweep: takes the page's Unix socket away once the page has ended, however it ended.
 *
 * The page is shut in by then (shut_in.h), and can remove no file. A child from before that waits for the end of a pipe, and
 * removes the socket if it is still the one that was made. It is asked nothing, and reads nothing.
 */
#ifndef MAILER_PAGE_SWEEP_H
#define MAILER_PAGE_SWEEP_H

#include "mailer/page/host.h"

struct sweep {
	int pipe;
	int child; /* 0: none, as on a place that is no Unix socket */
};
/* Before shut_in; a child that is killed leaves the socket to the next page. FAULT_INTERNAL. */
int sweep_begin(const struct host_place *place, struct sweep *ret, struct fault *f);
/* It is gone when this returns. */
void sweep_end(struct sweep *s);

#endif
