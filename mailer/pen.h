/* SPDX-License-Identifier: MIT */
/*
 * pen: writes JSON as a person would, for the files that a person may go on editing: what fits stands on one line, lists of
 * words fill their lines, keys stay in their order.
 */
#ifndef MAILER_PEN_H
#define MAILER_PEN_H

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/text.h"

#define PEN_WIDTH 100

void pen_text(json_t *json, struct text *out);
/* The whole file, 0600, complete or as it was before. FAULT_CANTCREATE. */
int pen_write(const char *path, json_t *json, struct fault *f);

#endif
