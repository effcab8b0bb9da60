/* SPDX-License-Identifier: MIT */
/* What the newest match set says. It is made in match.c. */
#include "recipients/match.h"

#include "recipients/presume.h"

int match_tally(struct ledger *l, struct match_tally *ret, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("SELECT count(*) AS rows, total(outcome = 'matched') AS matched, total(outcome = 'ambiguous') AS"
			" ambiguous, total(outcome = 'possible') AS possible, total(outcome = 'unmatched') AS unmatched,"
			" (SELECT count(*) FROM presence_now WHERE tellable >= 0.99) AS people,"
			" (SELECT count(*) FROM presence_now WHERE tellable < 0.99) AS people_maybe FROM match_now"),
		    &q, f) ||
		query_next(q, f) < 0)
		return -1;
	ret->rows = query_int(q, "rows");
	ret->matched = query_int(q, "matched");
	ret->ambiguous = query_int(q, "ambiguous");
	ret->possible = query_int(q, "possible");
	ret->unmatched = query_int(q, "unmatched");
	ret->people = query_int(q, "people");
	ret->people_maybe = query_int(q, "people_maybe");
	return presume_stands(l, &ret->presumed, f);
}
