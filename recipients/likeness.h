/* SPDX-License-Identifier: MIT */
/*
 * likeness: how alike two normal forms are.
 */
#ifndef RECIPIENTS_LIKENESS_H
#define RECIPIENTS_LIKENESS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Typing errors between two words: letters added, lost, changed, or two neighbours swapped
 * (optimal string alignment; Damerau, CACM 7(3), 1964). Counts up to `limit` and says limit + 1
 * for anything beyond it.
 */
size_t likeness_errors(const char *a, const char *b, size_t limit);

/* One or two typing errors apart: one in words up to five letters, two in longer ones, none in
 * one letter. */
bool likeness_typing(const char *a, const char *b);

#endif
