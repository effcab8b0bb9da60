/* SPDX-License-Identifier: MIT */
/*
 * parcel: one mail to the first relay that takes it, outside of any release. What is kept of it is the caller's.
 */
#ifndef MAILER_PARCEL_H
#define MAILER_PARCEL_H

#include "mailer/settings.h"
#include "mailer/wire/relay_mail.h"
#include "recipients/fault.h"
#include "recipients/text.h"

struct parcel {
	const char *from, *to; /* of the envelope */
	const struct text *bytes;
};
struct parcel_result {
	enum relay_kind kind;
	int code;
	char words[400];   /* the relay's, in one line, without addresses */
	struct text reply; /* all of it, and to whom; empty: no relay took it up. The caller's */
};
/* Faults as of post_to. `ret` is `{0}` before; also filled where -1 comes back. */
int parcel_send(const struct settings *s, const struct parcel *p, struct parcel_result *ret, struct fault *f);

#endif
