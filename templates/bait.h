/* SPDX-License-Identifier: MIT */
/*
 * bait: phrases that lures use: "click here", "reply within 24 hours", "confirm your password". Where they are none,
 * excuse.h says. Findings are lure.h's rules, said with the text's own words.
 */
#ifndef TEMPLATES_BAIT_H
#define TEMPLATES_BAIT_H

#include <stddef.h>

#include "templates/words.h"

/* `line`: from 1. `what`: for people, without the place. */
typedef void bait_found(void *user, unsigned line, const char *rule, const char *what);

/* `source`: what the words were read from. */
void bait_find(const char *source, const struct words *w, bait_found *found, void *user);

/*
 * Blanks out of `text`, which lies between two bytes in block `never_ask`, what is promised there: list items, and sentences
 * with a "never" or "not" in them. Anything else stays, as in any block.
 */
void bait_hide_promises(char *text, size_t from, size_t to);

#endif
