/* SPDX-License-Identifier: MIT */
/* check: opens every seal and looks through the file. Writes nothing. The work is
 * recipients/ledger.c. */
#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "recipients/audit.h"

int verb_check(struct command *c, struct fault *f)
{
	char n[SHOW_NUMBER];
	int64_t seals;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail check takes no arguments");
	if (audit_run(c->ledger, &seals, f))
		return -1;
	show_count(c, "seals", seals);
	show(c, "The ledger is whole: its file and its references are in order, and of %s seals none is broken.\n",
		show_number(seals, n));
	return 0;
}
