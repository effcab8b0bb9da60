/* SPDX-License-Identifier: MIT */
/* check: opens every seal, adds up every row, follows the history, holds it against the
 * heads outside. Writes nothing. The work is recipients/audit.c's, history.c's and
 * mailer/head.c's. */
#include "mailer/head.h"
#include "mailer/show.h"
#include "mailer/verb/doors.h"
#include "recipients/audit.h"
#include "recipients/history.h"

int verb_check(struct command *c, struct fault *f)
{
	char n[SHOW_NUMBER];
	const char *heads[] = {c->settings->head_file, NULL};
	struct history_head head;
	int64_t seals, gone;

	if (c->arguments_count)
		return fault_set(f, FAULT_USAGE, "breachmail check takes no arguments");
	if (audit_run(c->ledger, &seals, f) ||
		history_check(c->ledger, heads, &head, f) ||
		head_check(c->ledger, c->settings->dir, false, f) ||
		head_check(c->ledger, c->settings->dir, true, f) ||
		audit_schema(c->ledger, &gone, f))
		return -1;
	show_count(c, "seals", seals);
	show_count(c, "entries", head.seq);
	show_count(c, "rows", head.rows);
	show_string(c, "head", head.hash);
	show_count(c, "guards_gone", gone);
	show(c, "The ledger is whole: its file and its references are in order, and of %s seals none is broken.\n",
		show_number(seals, n));
	show(c, "Its history has %s entries, and every row is as it was written. Head: %lld %s\n",
		show_number(head.seq, n), (long long)head.seq, head.hash);
	if (gone)
		show(c, "%lld of its triggers, which keep other programs from changing rows, are gone. Ask who was at it.\n",
			(long long)gone);
	return 0;
}
