/* SPDX-License-Identifier: MIT */
/*
 * code: the reference code of a notice, read out on the telephone.
 *
 * Ten signs in two groups, "4K7QR-X2MTH": nine random ones (23^9, 40 bits) and a check sign. The 23 signs leave out
 * letters that look or sound like others. The check (weighted sum modulo the prime 23) catches every single wrong
 * sign and every swap of two neighbours. It tells nothing: random, tied to the notice in the ledger only.
 */
#ifndef MAILER_CODE_H
#define MAILER_CODE_H

#include "recipients/fault.h"
#include "recipients/ledger.h"

#define CODE_SIGNS 10
#define CODE_TEXT (CODE_SIGNS + 2) /* with the dash and a NUL */

/* A random one, as it is shown. */
void code_make(char out[CODE_TEXT]);

/*
 * Those that no notice and no letter by hand of this ledger has. Of 47,000 random ones two are the same in one incident of
 * 1,600, of 1,000,000 in one of four: then another is drawn. Within a transaction, or somebody else may take it.
 */
struct code_maker {
	struct ledger *ledger;
	struct query *taken;
	void (*make)(char out[CODE_TEXT]); /* code_make */
};
int code_maker_open(struct ledger *l, struct code_maker *ret, struct fault *f);
void code_maker_done(struct code_maker *m);
int code_new(struct code_maker *m, char out[CODE_TEXT], struct fault *f);

/*
 * What a person typed or wrote down (case, blanks, dashes of any kind, full stops and commas do not count) as it is shown; -1 if
 * it cannot be one.
 */
int code_read(const char *typed, char out[CODE_TEXT]);

#endif
