/* SPDX-License-Identifier: MIT */
/*
 * rule: one rule of policy.json, and whether it holds.
 *
 * A rule is an object of conditions, and a condition an object of tests; all must hold:
 *
 *	{"person.unit": {"in": ["SO15", "SO18"]}, "record.location": {"present": true}}
 *
 * What a condition is about
 *	person.FIELD  a field of the staff list
 *	record.FIELD  a field of the leak
 *	exposed       the kinds of this person's data that are in the leak, by any name
 *		      that import knows them by ("pay number", "home address")
 *	shielded      true or false
 *	findability   a number: how many on the list look like this person; low is easy
 *		      to find
 *
 * FIELD is a known field (field.h) or a column of one's own list by its header, exactly. A
 * header is written as it stands when it holds a capital, a blank or any other sign that no
 * known field has ("person.Duty Type"), else behind "column:" ("person.column:duty_type").
 * What is near a known field ("person.untt"), or a header that import takes for one
 * ("person.Grade" is rank), is a fault that names the field, never a column.
 *
 * Tests; texts are compared folded (facts.h), and where a list is taken any entry suffices
 *	is                the whole value; shielded: true or false; findability: a number
 *	in                a list: one of these is the whole value
 *	not_in            a list: none of these is the whole value
 *	contains          a text or a list: stands in the value; exposed: is one of the kinds
 *	matches           a shell pattern or a list (pattern.h), over the whole value
 *	present, missing  true: there is a value; there is none
 *	at_least, below   a number, or a date YYYY-MM-DD
 *
 * Where a value is missing, `not_in` and `missing` hold and no other test does: who has
 * no unit is in none of the ordinary ones. A value that is no number (or no date) is
 * neither `at_least` nor `below`.
 *
 * A unit is compared under the name that `unit_aliases` gives it, on the list as in the
 * rule; `contains` and `matches` look at the name as written too, since an alias may
 * raise but never hide.
 *
 * All conditions of a rule speak of one entry of a person and one record, so that the
 * caller tries every pair. A condition on a person does not hold where there is no
 * person, whatever its test; nor does one on a record without a record.
 */
#ifndef RECIPIENTS_RULE_H
#define RECIPIENTS_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/config.h"
#include "recipients/facts.h"
#include "recipients/fault.h"
#include "recipients/text.h"

#define RULE_MAX_CONDITIONS 32	/* of a rule, each test counted */
#define RULE_MAX_STRINGS 10000 /* texts to compare with, of all rules */

struct rule;

/*
 * Numbers the fields it speaks of in the book, whose aliases must be there already.
 * Names and texts are borrowed from the JSON. `*strings` counts the texts of all rules
 * so far.
 */
int rule_parse(struct config c, struct facts_book *b, size_t *strings, struct rule **ret,
	struct fault *f);
void rule_free(struct rule *r);

bool rule_holds(const struct rule *r, const struct facts *facts);
/*
 * The same of somebody of whom only a few fields are known: conditions on all others count as `otherwise`. True: it holds,
 * whatever they are; with `otherwise`: it may hold. `known` are as in "person.rank" without the side; ends with NULL.
 */
bool rule_holds_among(const struct rule *r, const struct facts *facts, const char *const *known, bool otherwise);

/*
 * "person.unit is one of SO15, SO18 and record.location is present"; long lists are
 * counted.
 */
void rule_describe(const struct rule *r, struct text *out);

/* Does it speak of field number `field` of that side? */
bool rule_uses(const struct rule *r, enum facts_side side, size_t field);
/*
 * Is this unit named by a condition on person.unit: in a list, in part or by a pattern?
 */
bool rule_names_unit(const struct rule *r, struct facts_value unit);

#endif
