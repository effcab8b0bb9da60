/* SPDX-License-Identifier: MIT */
/* outbox: how much mail a rehearsal keeps on this machine, and --purge empties it. */
#include <string.h>

#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "mailer/wire/capture.h"

const struct verb_option outbox_options[] = {
	{"purge", NULL, "remove the mails"}, {NULL, NULL, NULL}};

int verb_outbox(struct command *c, struct fault *f)
{
	const char *capture = c->settings->relay.capture_dir
				      ? c->settings->relay.capture_dir
				      : "outbox";
	auto_text dir = *capture == '/' ? text_copy(capture)
					: text_format("%s/%s", c->dir, capture);
	bool purge = command_option(c, "purge") && !c->dry_run;
	char n[SHOW_NUMBER];
	size_t count;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail outbox [--purge]");
	if (purge ? capture_purge(dir, &count, f) : capture_count(dir, &count, f))
		return -1;
	show_count(c, purge ? "purged" : "mails", (int64_t)count);
	show(c, "%s mails %s %s\n", show_number((int64_t)count, n),
		purge ? "removed from" : "in", dir);
	return 0;
}
