/* SPDX-License-Identifier: MIT */
/*
 * match_set: writes one complete match set: every record's outcome and candidates, every person's presence. Sole writer of
 * match, candidate, presence, record_apart; what stands in them is match.c's to say.
 */
#ifndef RECIPIENTS_MATCH_SET_H
#define RECIPIENTS_MATCH_SET_H

#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"

struct match_set {
	struct query *match, *candidate, *presence, *apart;
};
int match_set_open(struct ledger *l, int64_t set, struct match_set *ret, struct fault *f);
void match_set_close(struct match_set *s);
#define auto_match_set __attribute__((cleanup(match_set_close))) struct match_set

int match_set_record(struct match_set *s, int64_t record, const char *outcome, const char *reason, struct fault *f);
int match_set_candidate(struct match_set *s, int64_t record, int64_t person, double probability, struct fault *f);
int match_set_presence(struct match_set *s, int64_t person, double probability, double tellable, struct fault *f);
/* The record is another controller's. */
int match_set_apart(struct match_set *s, int64_t record, const char *controller, struct fault *f);

#endif
