/* SPDX-License-Identifier: MIT */
/*
 * rule: one rule of policy.json, and whether it holds.
 *
 * A rule is an object of conditions that must all hold; a condition is an object of tests that must all hold:
 *
 *	{"person.unit": {"in": ["SO15", "SO18"], "not_in": ["SO15 Payroll"]}, "record.location": {"present": true}}
 *
 * Subjects
 *	person.FIELD  a field of the staff list; record.FIELD  of the leak. FIELD is a known field (field.h), or a
 *		column of one's own list by its header, exactly: as it stands when it holds a capital, a blank or any
 *		sign that no known field has ("person.Duty Type"), else behind "column:" ("person.column:duty_type").
 *		A slip near a known field ("person.untt", "person.Rnk") is a fault, never a column.
 *	exposed       the kinds of this person's data that are in the leak
 *	shielded      true or false
 *	findability   a number: how many on the list look like this person; low is easy to find
 *
 * Tests, all blind to case, to runs of white space and to how a letter is coded (Unicode's NFKC_Casefold); an
 * accent counts. Where a list is taken, any entry suffices.
 *	is        the whole value (shielded: true or false; findability: a number)
 *	in        a list: one of these is the whole value
 *	not_in    a list: none of these is the whole value
 *	contains  text or a list: stands somewhere in the value (exposed: is one of the kinds)
 *	matches   pattern or a list: shell pattern over the whole value (pattern.h)
 *	present, missing   true: there is a value, there is none
 *	at_least, below    a number, or a date YYYY-MM-DD
 *
 * A value that is missing makes `not_in` and `missing` true and every other test false: whoever has no unit is
 * in none of the ordinary units. A value that is not a number (or date) is neither `at_least` nor `below`.
 *
 * A unit (person.unit, record.unit) is compared under its name after `unit_aliases`, in the list as in the rule;
 * `contains` and `matches` also look at the name as written, since an alias must raise, never hide.
 *
 * All conditions of a rule speak of the same entry of the person and the same record: the caller tries each pair.
 * A rule that speaks of a person does not hold where there is no person, whatever its test; likewise of records.
 */
#ifndef RECIPIENTS_RULE_H
#define RECIPIENTS_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/config.h"
#include "recipients/fault.h"
#include "recipients/text.h"

#define RULE_MAX_CONDITIONS 32
#define RULE_MAX_STRINGS 10000 /* of all rules of a book */
#define RULE_MAX_CHARACTERS 200

enum rule_side {
	RULE_PERSON,
	RULE_RECORD
};

/*
 * What the rules of one policy share: the fields they speak of, numbered, and other names of units. `{0}` is an
 * empty one.
 */
struct rule_fields {
	const char **names; /* as in a row: "unit", "Duty Type" */
	size_t count;
};
struct rule_alias;
struct rule_book {
	struct rule_fields fields[2]; /* by enum rule_side */
	struct rule_alias *aliases;
	size_t aliases_count;
	size_t strings; /* in lists so far */
};

/*
 * `unit_aliases`: {"name as written": "unit"}. Before the first rule. Two names that fold to one, and an alias of
 * an alias, are faults.
 */
int rule_book_aliases(struct rule_book *b, struct config c, struct fault *f);
void rule_book_done(struct rule_book *b);

struct rule;

/* Borrows names and texts from the JSON. */
int rule_parse(struct config c, struct rule_book *b, struct rule **ret, struct fault *f);
void rule_free(struct rule *r);

/*
 * One entry of a person, or one record, as rules see it: the fields of the book, folded. Memory is used again by
 * the next read: `{0}` before the first, rule_subject_done after the last.
 */
struct rule_value {
	const char *text;    /* NULL: missing */
	const char *written; /* of a unit: before its alias; else the same as text */
};
struct rule_subject {
	struct rule_value *values; /* by the book's numbers */
	size_t count;
	size_t *places;
	struct text bytes;
};
/* From a packed row (text.h). The first of a name counts. */
void rule_subject_read(struct rule_subject *s, const struct rule_book *b, enum rule_side side,
	const char *packed, size_t length);
void rule_subject_done(struct rule_subject *s);
#define auto_subject __attribute__((cleanup(rule_subject_done))) struct rule_subject

/* What is known of the person beside the rows. */
struct rule_facts {
	const char *const *exposed; /* kinds of data, each folded by rule_fold */
	size_t exposed_count;
	bool shielded;
	double findability; /* NAN: not known */
};

/* `person` or `record` may be NULL; `facts` too: then nothing is known of `exposed` and the others. */
bool rule_holds(const struct rule *r, const struct rule_subject *person, const struct rule_subject *record,
	const struct rule_facts *facts);

/* Plain words: "person.unit is one of SO15, SO18 and record.location is present". Long lists are counted. */
void rule_describe(const struct rule *r, struct text *out);
/* Does it speak of field number `field` of this side? */
bool rule_uses(const struct rule *r, enum rule_side side, size_t field);
/* Is this unit (of rule_unit) named by a condition on person.unit: in a list, by a pattern, by a part? */
bool rule_names_unit(const struct rule *r, struct rule_value unit);

/* The form in which values are compared, appended with a NUL behind. */
void rule_fold(const char *value, struct text *out);
/* A folded unit under its own name; itself when there is no alias. */
const char *rule_unit(const struct rule_book *b, const char *folded);

#endif
