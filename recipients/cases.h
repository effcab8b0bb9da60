/* SPDX-License-Identifier: MIT */
/*
 * cases: leaked rows that are a case and no person. The people are its parties, and the list says who they are: its rows
 * carry the same case_ref.
 *
 * A record is a case if it has a case_ref and nothing by which a human could be found, or if it has no part and the list
 * knows its case. One that has a part ("officer") stands for the parties of this part only. A record that has a part and
 * names somebody is that somebody's, whatever its case: linkage.h finds them.
 *
 * References are compared without signs, blanks, case and leading zeros: "36/000123/21" is "36 123 21".
 */
#ifndef RECIPIENTS_CASES_H
#define RECIPIENTS_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cases;
struct cases *cases_new(void);
void cases_free(struct cases *c); /* NULL is fine */

/* The normal form of a reference, cut to CASES_REF; empty: none is left. */
#define CASES_REF 64
void cases_ref(const char *value, char ret[CASES_REF]);

/* Each record, then each row of the lists, with the numbers of linkage.h; then cases_end. Rows are packed (text.h). */
void cases_add_record(struct cases *c, uint32_t record, const char *packed, size_t length);
void cases_add_person(struct cases *c, uint32_t person, const char *packed, size_t length);
void cases_end(struct cases *c);

/* Is a field of people of any use? Once all records are in. */
bool cases_wants(const struct cases *c, const char *field);

/*
 * The parties of a record that is a case: each person once, in ascending order. False: it is no case.
 * A list without references knows no case. `*ret_named`: it names somebody all the same, who is one of its people too.
 */
bool cases_parties(const struct cases *c, uint32_t record, const uint32_t **ret, size_t *ret_count, bool *ret_named);

#endif
