/* SPDX-License-Identifier: MIT */
/*
 * Writes and reads decisions about people. What one does at once is mailer/decide.c's,
 * what follows from it later group.c's.
 */
#include "recipients/ruling.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/clock.h"
#include "recipients/text.h"

#define SEAL_PAD 128

struct rulings {
	struct ruling_now *list; /* sorted by person */
	size_t count;
};

int ruling_write(
	struct ledger *l, const struct ruling *r, int64_t *ret_id, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};
	int64_t set;

	if (ledger_number(l, SQL("SELECT max(id) FROM person_decision"), 0, ret_id, f) ||
		ledger_number(l, SQL("SELECT max(id) FROM compose_set"), 0, &set, f) ||
		ledger_query(l,
			SQL("INSERT INTO person_decision (id, run_id, at, person_id, choice, value, bars, set_id, review_by,"
			    " said_sealed) VALUES (:id, :run, :at, :person, :choice, :value, :bars, :set, :review_by,"
			    " :said_sealed)"),
			&q, f))
		return -1;
	(*ret_id)++;
	row_add(&said, "by", r->by);
	row_add(&said, "reason", r->reason);
	query_bind_int(q, ":id", *ret_id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_int(q, ":person", r->person);
	query_bind_text(q, ":choice", r->choice);
	query_bind_text(q, ":value", r->value);
	query_bind_int(q, ":bars", r->bars);
	query_bind_int(q, ":set", set);
	query_bind_text(q, ":review_by", r->review_by);
	query_bind_sealed(q, ":said_sealed", "person_decision.said_sealed", *ret_id,
		said.packed.bytes, said.packed.length, SEAL_PAD);
	return query_run(q, f);
}

int ruling_newest(struct ledger *l, int64_t *ret, struct fault *f)
{
	return ledger_number(l,
		SQL("SELECT max(id) FROM person_decision WHERE choice <> 'hold' AND choice <> 'unhold'"),
		0, ret, f);
}

int ruling_newest_unhold(struct ledger *l, int64_t *ret, struct fault *f)
{
	return ledger_number(l,
		SQL("SELECT max(id) FROM person_decision WHERE choice = 'unhold'"), 0, ret, f);
}

static void keep(char **place, const char *value)
{
	free(*place);
	*place = text_copy(value);
}

/* The decisions come in order, so each overrides the one before it. */
static void take(struct ruling_now *now, const char *choice, const char *value)
{
	if (!strcmp(choice, "hold") || !strcmp(choice, "unhold")) {
		now->held = !strcmp(choice, "hold");
	} else if (!strcmp(choice, "raise")) {
		keep(&now->level, value);
	} else if (!strcmp(choice, "deceased")) {
		now->deceased = true;
	} else if (!strcmp(choice, "address-unsafe")) {
		now->address_unsafe = true;
	} else if (value && !strcmp(value, "mail")) {
		now->deceased = now->address_unsafe = false;
		keep(&now->route, NULL);
	} else {
		keep(&now->route, value);
	}
}

int rulings_load(struct ledger *l, struct rulings **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	struct rulings *r = text_alloc(sizeof(*r));
	size_t room = 0;
	int got;

	*ret = r;
	if (ledger_query(l,
		    SQL("SELECT person_id, choice, value FROM person_decision ORDER BY person_id, id"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		int64_t person = query_int(q, "person_id");

		if (!r->count || r->list[r->count - 1].person != person) {
			if (r->count == room) {
				room = room ? room * 2 : 64;
				r->list = text_realloc(r->list, room * sizeof(*r->list));
			}
			r->list[r->count++] = (struct ruling_now){.person = person};
		}
		take(&r->list[r->count - 1], query_text(q, "choice"),
			query_text(q, "value"));
	}
	return got;
}

void rulings_free(struct rulings *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++) {
		free(r->list[i].level);
		free(r->list[i].route);
	}
	free(r->list);
	free(r);
}

static int compare(const void *key, const void *item)
{
	int64_t person = *(const int64_t *)key;
	const struct ruling_now *now = item;

	return person < now->person ? -1 : person > now->person;
}

const struct ruling_now *rulings_find(const struct rulings *r, int64_t person)
{
	return r->count ? bsearch(&person, r->list, r->count, sizeof(*r->list), compare)
			: NULL;
}
