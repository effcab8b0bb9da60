/* SPDX-License-Identifier: MIT */
/* One statement a table, within match.c's transaction. */
#include "recipients/match_set.h"

void match_set_close(struct match_set *s)
{
	query_close(s->match);
	query_close(s->candidate);
	query_close(s->presence);
	query_close(s->apart);
}

int match_set_open(struct ledger *l, int64_t set, struct match_set *ret, struct fault *f)
{
	*ret = (struct match_set){0};
	if (ledger_query(l,
		    SQL("INSERT INTO match (set_id, record_id, outcome, reason) VALUES (:set, :record, :outcome, :reason)"),
		    &ret->match, f) ||
		ledger_query(l,
			SQL("INSERT INTO candidate (set_id, record_id, person_id, probability)"
			    " VALUES (:set, :record, :person, :probability)"),
			&ret->candidate, f) ||
		ledger_query(l,
			SQL("INSERT INTO presence (set_id, person_id, probability, tellable)"
			    " VALUES (:set, :person, :probability, :tellable)"),
			&ret->presence, f) ||
		ledger_query(l,
			SQL("INSERT INTO record_apart (set_id, record_id, controller) VALUES (:set, :record, :controller)"),
			&ret->apart, f))
		return -1;
	query_bind_int(ret->match, ":set", set);
	query_bind_int(ret->candidate, ":set", set);
	query_bind_int(ret->presence, ":set", set);
	query_bind_int(ret->apart, ":set", set);
	return 0;
}

int match_set_record(struct match_set *s, int64_t record, const char *outcome,
	const char *reason, struct fault *f)
{
	query_bind_int(s->match, ":record", record);
	query_bind_text(s->match, ":outcome", outcome);
	query_bind_text(s->match, ":reason", reason);
	return query_run(s->match, f);
}

int match_set_candidate(struct match_set *s, int64_t record, int64_t person,
	double probability, struct fault *f)
{
	query_bind_int(s->candidate, ":record", record);
	query_bind_int(s->candidate, ":person", person);
	query_bind_real(s->candidate, ":probability", probability);
	return query_run(s->candidate, f);
}

int match_set_presence(struct match_set *s, int64_t person, double probability,
	double tellable, struct fault *f)
{
	query_bind_int(s->presence, ":person", person);
	query_bind_real(s->presence, ":probability", probability);
	query_bind_real(s->presence, ":tellable", tellable);
	return query_run(s->presence, f);
}

int match_set_apart(
	struct match_set *s, int64_t record, const char *controller, struct fault *f)
{
	query_bind_int(s->apart, ":record", record);
	query_bind_text(s->apart, ":controller", controller);
	return query_run(s->apart, f);
}
