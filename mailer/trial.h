/* SPDX-License-Identifier: MIT */
/*
 * trial: one mail about a made-up person, to an address that a human names: does it arrive, and how does it look there? Sole
 * writer of test_mail. It is kept, and counts for nothing.
 *
 * It goes the way of all mails: same relay, same From, the words of the default level (or of the first that is told by
 * mail) as the person on it would get them, with a reference code that is nobody's.
 */
#ifndef MAILER_TRIAL_H
#define MAILER_TRIAL_H

#include "mailer/settings.h"
#include "mailer/wire/relay_mail.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "templates/texts.h"

struct trial_options {
	const struct settings *settings;
	const struct policy *policy;
	struct texts *texts;
	const char *to;
	bool dry_run; /* makes the mail, and opens no connection */
};
struct trial_result {
	const char *level; /* the policy's */
	enum relay_kind kind;
	int code;
	char words[400]; /* the relay's, in one line, without addresses */
	char message_id[400];
};

/*
 * FAULT_USAGE: no address. FAULT_REFUSED: outside allowed_domains, or no level is told by mail. Else as post_run.
 */
int trial_run(struct ledger *l, const struct trial_options *o, struct trial_result *ret, struct fault *f);

#endif
