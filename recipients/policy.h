/* SPDX-License-Identifier: MIT */
/*
 * policy: policy.json. How people are told apart by risk, by which route each level is
 * told, and what follows.
 *
 * Levels stand in order, the highest risk first. Any rule of a level suffices; several
 * levels may apply: the highest wins, all are kept. Exactly one level is the default: it
 * has no rules and takes whom no rule of any level catches. Everything is checked when
 * it is loaded, also what only a later verb uses; faults are FAULT_CONFIG and name the
 * JSON path.
 *
 * A loaded policy does not change. All strings in it are its own.
 */
#ifndef RECIPIENTS_POLICY_H
#define RECIPIENTS_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "recipients/facts.h"
#include "recipients/fault.h"
#include "recipients/rule.h"
#include "recipients/text.h"

#define POLICY_MAX_LEVELS 64 /* a set of levels is a uint64_t */
#define POLICY_MAX_RULES 1000
#define POLICY_MAX_SIGNERS 32
#define POLICY_MAX_FOLLOW_UPS 16
#define POLICY_MAX_UNITS 10000

enum policy_route {
	POLICY_MAIL,	   /* a notice by mail */
	POLICY_TASK,	   /* a human tells them; no message is ever made */
	POLICY_RESTRICTED, /* not told for now, on a ground that somebody reviews */
	POLICY_NONE	   /* nothing is sent and nobody is asked */
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
enum policy_once { /* can a person be in the leak more than once? */
	POLICY_AUTO, /* the files tell */
	POLICY_ON,   /* once */
	POLICY_OFF   /* often */
};
enum policy_in_doubt {
	POLICY_ASK,
	POLICY_RESEND
};

enum policy_follow_ups { /* who lets the reminders go? */
	POLICY_COVERED, /* the release of the first notice does (standing.h) */
	POLICY_EACH	/* each needs a release of its own */
};

struct policy_follow_up {
	int64_t after; /* milliseconds after the notice; more than the one before */
	const char *template;
};

struct policy_level {
	const char *name;  /* distinct, case-blind */
	const char *title; /* the name, unless given */
	bool is_default;
	struct rule **rules; /* none of the default, at least one of all others */
	size_t rules_count;
	enum policy_route route;
	const char *template; /* "notice/staff"; NULL: none, never so on route mail */
	double tell_at;	      /* 0 to 1; 0.5 unless given */
	struct policy_follow_up *follow_ups;
	size_t follow_ups_count;
	struct {
		int64_t after; /* milliseconds; 0: silence opens no task */
		const char *to; /* a kind of task ("call"), or who gets it; NULL: no escalation */
		bool on_bounce; /* a mail that came back opens a task at once */
	} escalate;
	enum policy_proof proof; /* accepted unless given */
	int64_t head_start;	 /* milliseconds before the next level may begin */
	bool cover;
	struct { /* why nobody is told, who answers for it: always on route restricted, on none if it is said */
		const char *ground;
		const char *owner;
		const char *review_by; /* YYYY-MM-DD; on none it may be NULL */
	} restriction;
	enum policy_review review; /* full unless given */
	enum policy_in_doubt in_doubt; /* the policy's unless given */
	const char **give_away; /* words that tell this level: never in a subject or sender, nor in other levels' letters */
	size_t give_away_count;
};

/* Who may sign a release, as the file has it. What counts is what was pinned (mailer/signers.h). */
struct policy_signer {
	const char *name;
	const char *key;     /* "ssh-ed25519 AAAA..." */
	int64_t expires;     /* milliseconds since 1970; 0: never */
};

struct policy {
	int64_t approvals; /* 1 to 16; 2 unless given. Where 1 is too few, approve says so */
	struct policy_signer *signers;
	size_t signers_count;
	bool emergency;	       /* one person may release the highest level alone (mailer/emergency.h) */
	int64_t release_hours; /* how long a signed release is valid: 1 to 720; 24 unless given */
	enum policy_in_doubt in_doubt; /* ask unless given */
	enum policy_follow_ups follow_ups; /* covered unless given */
	int64_t retention_days;	       /* 1 to 3650; 365 unless given */
	int64_t archive_years;	       /* how long the sealed list is kept: 1 to 30; 6 unless given */
	struct policy_level *levels;
	size_t levels_count;
	size_t default_level;
	struct facts_book book; /* the fields that rules speak of, for facts_row_read */
	char **known_units;	/* folded, under their own names, sorted */
	size_t known_units_count;
	/*
	 * Which column is which field: {"people": {FIELD: COLUMN}, "breach": {FIELD or
	 * PART.FIELD: COLUMN}, "compare": {COLUMN of the leak: COLUMN of the list}},
	 * checked. NULL: none.
	 */
	const json_t *matching;
	double threshold; /* "threshold": from which a row is matched; 0: not given */
	enum policy_once once; /* "one_to_one" */
	json_t *json; /* the file */
};

int policy_load(const char *path, struct policy **ret, struct fault *f);
/* The same from bytes; `name` stands for the file in faults. */
int policy_parse(const char *name, const char *bytes, size_t length, struct policy **ret,
	struct fault *f);
void policy_free(struct policy *p);
void policy_freep(struct policy **p);
#define auto_policy __attribute__((cleanup(policy_freep))) struct policy

/*
 * Bytes that do not depend on blanks or the order of keys: what a digest is taken of. Who signs, and for how long, is not in
 * them: that changes nobody's level and no letter.
 */
void policy_canonical(const struct policy *p, struct text *out);

/*
 * What the rules say of one person, or of one record that is nobody's. Begin with `{0}`,
 * judge each pair of an entry of the person and a record of theirs, then ask.
 */
struct policy_verdict {
	uint64_t levels; /* bit i: a rule of level i holds */
	/* of each such level, the first rule seen to hold */
	uint16_t rule[POLICY_MAX_LEVELS];
};
void policy_judge(const struct policy *p, const struct facts *facts,
	struct policy_verdict *v);
/* The level that wins: the highest of which a rule holds, else the default. */
size_t policy_level_of(const struct policy *p, const struct policy_verdict *v);
/* Why this level: "person.unit is one of SO15, SO18", or "no rule holds". */
void policy_explain(const struct policy *p, const struct policy_verdict *v, size_t level,
	struct text *out);

/* The level of that name, exactly; NULL if there is none. */
const struct policy_level *policy_level_named(const struct policy *p, const char *name);
/* The levels (bits) whose rules speak of field number `field` of that side. */
uint64_t policy_field_levels(const struct policy *p, enum facts_side side, size_t field);
/*
 * Does `known_units`, or any condition on person.unit, name this unit? As written on the
 * list.
 */
bool policy_unit_known(const struct policy *p, const char *unit);

const char *policy_route_name(enum policy_route route);
const char *policy_proof_name(enum policy_proof proof);

#endif
