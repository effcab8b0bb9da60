/* SPDX-License-Identifier: MIT */
/*
 * interview: the ten questions of `init`. Begins with the shipped example that is nearest to what happened, and fills it in:
 * facts are asked for, what an example made up is never kept without being shown. Writes nothing.
 */
#ifndef MAILER_INTERVIEW_H
#define MAILER_INTERVIEW_H

#include <jansson.h>

#include "mailer/ask.h"
#include "recipients/fault.h"

/* The columns worth asking HR for: the header of a CSV file. */
extern const char interview_columns[];

/*
 * `*ret`: incident.json, the caller's; `*ret_example`: whose policy.json goes with it. FAULT_INTERRUPTED: left. Sets the
 * process's zone (TZ) to the example's.
 */
int interview_hold(struct ask *a, json_t **ret, const char **ret_example, struct fault *f);

#endif
