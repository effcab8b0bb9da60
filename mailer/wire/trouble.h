/* SPDX-License-Identifier: MIT */
/*
 * trouble: why a connection to a mail server could not be made, and what a person can do.
 *
 * libcurl gives a code and a line of words; this finds the sentence that helps. Of a
 * certificate that is not trusted it says what is wrong with it: out of date, another
 * name, or signed by nobody whom we trust.
 */
#ifndef MAILER_WIRE_TROUBLE_H
#define MAILER_WIRE_TROUBLE_H

#include <stdbool.h>

#include "mailer/wire/dial.h"
#include "recipients/fault.h"

/*
 * Always -1, with the fault filled: FAULT_UNAVAILABLE, FAULT_TEMPORARY if the server says
 * so, FAULT_CONFIG for files of ours. CURLE_OK is taken for a login that is not
 * offered. `*ret_hopeless`: the same will happen again.
 */
int trouble_tell(const struct dial *d, CURLcode code, const struct dial_settings *s,
	bool *ret_hopeless, struct fault *f);

#endif
