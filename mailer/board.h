/* SPDX-License-Identifier: MIT */
/*
 * board: the status as a screen: the clock, what waits for signatures, rows of the leak and what they are, people by level
 * and what became of them, the forecast, what needs a human. At most 80 columns, but for what has no space in it.
 */
#ifndef MAILER_BOARD_H
#define MAILER_BOARD_H

#include <stdio.h>

#include <jansson.h>

#include "mailer/settings.h"

/* `status` is status_gather's. `color`: ANSI colours, which never say anything that the words do not. */
void board_write(FILE *out, const json_t *status, const struct settings *s, int color);

#endif
