/* SPDX-License-Identifier: MIT */
/*
 * value: what a field is for the comparison of two rows, and whether two values of it agree.
 *
 * A value is kept as two small numbers; its text is in a dictionary that both sides share.
 */
#ifndef RECIPIENTS_VALUE_H
#define RECIPIENTS_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/dictionary.h"

enum value_kind {
	VALUE_SKIPPED,  /* says nothing about who somebody is */
	VALUE_NAME,     /* a part of the name: name.h */
	VALUE_NUMBER,   /* number.h */
	VALUE_EMAIL,    /* the whole address, blind to case */
	VALUE_RANK,     /* rank.h */
	VALUE_VETTING,  /* vetting.h */
	VALUE_DATE,     /* date.h; the swapped reading does not agree */
	VALUE_POSTCODE, /* postcode.h */
	VALUE_PLACE,    /* place.h */
	VALUE_MONEY,    /* whole units of the currency */
	VALUE_GENDER,   /* its first letter where it is male or female in full or short */
	VALUE_TEXT      /* folded words */
};

/*
 * Of a known field (interface of the command line); a column that is no known field is
 * VALUE_TEXT. `ret_strong` is set for what identifies one person by itself: pay, warrant and
 * service number, work e-mail, person_id.
 */
enum value_kind value_kind_of(const char *field, bool *ret_strong);

struct value {
	uint32_t main;  /* 0: nothing to compare */
	uint32_t other; /* prefix of a number, second rank, inward half of a postcode, the
			   date with day and month swapped; 0: none */
};

/* "Unknown", "n/k", "-", "tbc" and the like: nothing to compare, whatever the kind. */
bool value_is_missing(enum value_kind kind, const char *text);

/* For any kind but VALUE_SKIPPED and VALUE_NAME. */
struct value value_parse(enum value_kind kind, const char *text, struct dictionary *forms);

/*
 * How well two values agree. What the levels between mean depends on the kind:
 *
 *             near                       close                    part
 * number      a typing error
 * e-mail      a typing error
 * rank        a step up or down          a detective or not
 * date        a typing error, or day     the same day of          the first of January of
 *             and month swapped          another year             that year
 * postcode    a typing error             the same outward half
 * place,text  a typing error or two      a short form             a word in common
 * money       rounded                    within 4 %
 */
enum value_level {
	VALUE_EQUAL,
	VALUE_NEAR,
	VALUE_CLOSE,
	VALUE_PART,
	VALUE_OTHER,
	VALUE_LEVELS
};

/* Both must have something to compare. */
enum value_level value_compare(enum value_kind kind, struct value a, struct value b,
	const struct dictionary *forms);
/* How far an amount that agrees better than VALUE_OTHER may be from this one; amounts are `main`. */
uint32_t value_reach(uint32_t amount);
bool value_equal(enum value_kind kind, struct value a, struct value b);

/*
 * Texts by which values that are alike can be found (alike.h): the first, with n = 0, may have
 * a typing error, further ones must be equal. False: no value of this kind has an n-th.
 */
#define VALUE_ROOM 128
bool value_text(enum value_kind kind, struct value v, const struct dictionary *forms,
	unsigned n, char out[VALUE_ROOM]);

#endif
