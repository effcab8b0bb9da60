/* SPDX-License-Identifier: MIT */
/*
 * compound: files of the kind in which Office once kept everything, and still keeps
 * workbooks with a password ([MS-CFB]). None of them is read: this says which one it is.
 */
#ifndef RECIPIENTS_COMPOUND_H
#define RECIPIENTS_COMPOUND_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/fault.h"
#include "recipients/reader.h"

/* By the first bytes of a file. */
bool compound_is(const unsigned char *head, size_t length);
/* FAULT_INPUT: what the file is, and what to do. Returns -1. */
int compound_refuse(struct reader *r, struct fault *f);

#endif
