/* SPDX-License-Identifier: MIT */
/*
 * findability: how easily is this person found? How many people on the list share surname, first initial, rank and
 * location with them (1: nobody else does). A rare name at a small station is found without an address.
 */
#ifndef RECIPIENTS_FINDABILITY_H
#define RECIPIENTS_FINDABILITY_H

#include <stddef.h>

#include "recipients/roster.h"

struct findability;
struct findability *findability_new(const struct roster *people);
void findability_free(struct findability *b);
double findability_of(const struct findability *b, size_t person);

#endif
