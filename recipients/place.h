/* SPDX-License-Identifier: MIT */
/*
 * place: units and locations as text that can be compared.
 *
 * Folded words; the usual short forms are spelt out ("Rd", "HQ", "Dept") and words that only
 * say what kind of place it is go ("Police Station", "BCU"), unless nothing else would be left.
 * A force's own aliases are policy.json's.
 */
#ifndef RECIPIENTS_PLACE_H
#define RECIPIENTS_PLACE_H

#include <stddef.h>

/* Returns the length; "" if there is nothing to compare. */
size_t place_write(const char *text, char *out, size_t room);

#endif
