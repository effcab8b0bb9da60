/* SPDX-License-Identifier: MIT */
/* status: the screen, or the same as JSON. The work is mailer/status.c. */
#include "mailer/board.h"
#include "mailer/status.h"

#include <stdio.h>

#include "mailer/show.h"
#include "mailer/verb/doors.h"

int verb_status(struct command *c, struct fault *f)
{
	json_t *status;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail status takes no arguments");
	if (command_policy(c, f) ||
		status_gather(c->ledger, c->settings, c->policy, &status, f))
		return -1;
	(void)snprintf(c->next, sizeof(c->next), "%s",
		json_string_value(json_object_get(status, "next")));
	if (!c->json)
		board_write(stdout, status, c->settings, c->color);
	(void)json_object_update(c->tally, status);
	json_decref(status);
	return 0;
}
