/* SPDX-License-Identifier: MIT */
/*
 * inbox: the letters that came back, as lists and one by one; and how many people they leave a human to deal with.
 *
 * Lists hold numbers and verdicts. From whom a letter is and what stands in it is told of one letter, on demand, and of
 * whoever is shielded not even that: their liaison's reference stands in their place, and the letter is the liaison's.
 */
#ifndef MAILER_INBOX_H
#define MAILER_INBOX_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "mailer/whom.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"

/* "open" (what needs a human), "questions", "orphans", "bounced" ...; NULL behind the last. */
extern const char *const inbox_lists[];

struct inbox_filter {
	const char *mode;
	const char *list; /* one of inbox_lists; NULL: "all" */
	int64_t letter;	  /* this one; 0: any */
	int64_t person;	  /* of this person; 0: anybody's */
};
/*
 * `whom` NULL: without "person_id" and "reference".
 * [{"letter", "at", "class", "evidence", "reason", "need", "ruling", "tied", "person_id", "reference", "says" [..], "tie",
 * "agrees", "counts"}]: the most urgent first. FAULT_USAGE: there is no such list.
 */
int inbox_list(struct ledger *l, const struct whom *whom, const struct inbox_filter *filter, json_t **ret,
	struct fault *f);
/*
 * All about one, opened: the same, and "from", "subject", "date", "text", "recipients" [{"says", "kind", "recipient",
 * "final", "status", "reason", "diagnostic", "evidence", "counts", "agrees"}], "history" [{"at", "what", "by", "because"}].
 * FAULT_USAGE: there is none.
 */
int inbox_show(struct ledger *l, const struct whom *whom, const char *mode, int64_t letter, json_t **ret,
	struct fault *f);

/* Adds what of this needs a human: "letters_worried", "letters_question" ..., "conflicts". */
int inbox_needs(struct ledger *l, const char *mode, json_t *needs, struct fault *f);
/* {"read": 12, "away": 3, ...}: people of whose newest round it is so; nothing that is so of nobody. */
int inbox_facts(struct ledger *l, const char *mode, json_t **ret, struct fault *f);

/* ["read", "away"]: what is so of one person. */
int inbox_person(struct ledger *l, const char *mode, int64_t person, json_t **ret, struct fault *f);
/* The facts of a row of person_proof: "read; away until 3 December 2026". New memory; "" for none. */
char *inbox_fact_words(struct query *q);

#endif
