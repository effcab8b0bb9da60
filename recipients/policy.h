/* SPDX-License-Identifier: MIT */
/*
 * policy: policy.json. How people are told apart by risk, by which route each level is told, and what follows.
 *
 * Levels stand in order, the highest risk first. Any rule of a level suffices; several levels may apply: the
 * highest wins, all are kept. Exactly one level is the default: it has no rules and takes whom no rule of any level
 * catches. Everything is checked when it is loaded, also what a later verb uses; faults are FAULT_CONFIG and name the
 * JSON path.
 *
 * The policy is read only after loading; all strings in it belong to it.
 */
#ifndef RECIPIENTS_POLICY_H
#define RECIPIENTS_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/rule.h"
#include "recipients/text.h"

#define POLICY_MAX_LEVELS 64 /* a set of levels is a uint64_t */
#define POLICY_MAX_RULES 1000
#define POLICY_MAX_FOLLOW_UPS 16

enum policy_route {
	POLICY_MAIL,	   /* a notice by mail */
	POLICY_TASK,	   /* a human tells them; no message is ever made */
	POLICY_RESTRICTED, /* not told for now, on a ground that somebody owns and reviews */
	POLICY_NONE	   /* nothing is sent, nobody is asked */
};
enum policy_proof {
	POLICY_ACCEPTED,
	POLICY_DELIVERED,
	POLICY_ACKNOWLEDGED
};
enum policy_review {
	POLICY_FULL,
	POLICY_WITHHELD
};
enum policy_in_doubt {
	POLICY_ASK,
	POLICY_RESEND
};

struct policy_follow_up {
	int64_t after; /* milliseconds after the notice before it */
	const char *template;
};

struct policy_level {
	const char *name;  /* distinct, case-blind */
	const char *title; /* the name, unless given */
	bool is_default;
	struct rule **rules; /* none for the default */
	size_t rules_count;
	enum policy_route route;
	const char *template; /* NULL: none; never on route mail */
	double tell_at;	      /* 0..1, 0.5 unless given */
	struct policy_follow_up *follow_ups; /* each later than the one before */
	size_t follow_ups_count;
	struct {
		int64_t after;
		const char *to; /* NULL: no escalation */
	} escalate;
	enum policy_proof proof;
	int64_t head_start; /* milliseconds before the next level may begin */
	bool cover;
	struct {
		const char *ground; /* NULL unless the route is restricted */
		const char *owner;
		const char *review_by; /* YYYY-MM-DD */
	} restriction;
	enum policy_review review;
};

struct policy {
	int approvals; /* 1 to 16; 2 unless given. Whether one suffices is approve's to say. */
	enum policy_in_doubt in_doubt;
	int retention_days; /* 1 to 3,650; 365 unless given */
	struct policy_level *levels;
	size_t levels_count;
	size_t default_level;
	struct rule_book book; /* the fields that rules speak of: book.fields[RULE_PERSON].names[i] */
	const json_t *matching; /* NULL: none. An object {"people": {FIELD: COLUMN}, "breach": {FIELD or PART.FIELD:
				   COLUMN}, "compare": {record field: person field}}, checked */
	char **known_units;	/* folded, after aliases, sorted */
	size_t known_units_count;
	json_t *json; /* the file */
};

int policy_load(const char *path, struct policy **ret, struct fault *f);
/* From bytes; `name` stands for the file in faults. */
int policy_parse(const char *name, const char *bytes, size_t length, struct policy **ret, struct fault *f);
void policy_free(struct policy *p);
void policy_freep(struct policy **p);
#define auto_policy __attribute__((cleanup(policy_freep))) struct policy

/* The policy as bytes that do not depend on blanks or the order of keys: what a digest is taken of. */
void policy_canonical(const struct policy *p, struct text *out);

/*
 * What the rules say of one person (or one unmatched record). Start with `{0}`, judge every pair of an entry of the
 * person and a record of theirs (either may be NULL), then ask.
 */
struct policy_verdict {
	uint64_t levels;	       /* bit i: a rule of level i holds */
	uint16_t rule[POLICY_MAX_LEVELS]; /* for each such level, the first of its rules that was seen to hold */
};
void policy_judge(const struct policy *p, const struct rule_subject *person,
	const struct rule_subject *record, const struct rule_facts *facts, struct policy_verdict *v);
/* The level that wins: the highest whose rule holds, else the default. */
size_t policy_level_of(const struct policy *p, const struct policy_verdict *v);
/* "undercover: person.unit is one of SO15, SO18", or "standard: no rule holds". */
void policy_explain(const struct policy *p, const struct policy_verdict *v, size_t level, struct text *out);

/* The level of that name (exactly), or NULL. */
const struct policy_level *policy_level_named(const struct policy *p, const char *name);
/* The levels (bits) whose rules speak of field number `field` of that side. */
uint64_t policy_field_levels(const struct policy *p, enum rule_side side, size_t field);
/* Does `known_units` or a condition on person.unit name this unit? As written in the list. */
bool policy_unit_known(const struct policy *p, const char *unit);

const char *policy_route_name(enum policy_route route);
const char *policy_proof_name(enum policy_proof proof);

#endif
