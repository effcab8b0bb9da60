/* SPDX-License-Identifier: MIT */
/*
 * rows: for tests, rows written "field=value|field=value", and evidence made of them.
 */
#ifndef TESTS_RECIPIENTS_ROWS_H
#define TESTS_RECIPIENTS_ROWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/evidence.h"
#include "recipients/text.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static inline void row_read(struct row *r, const char *text)
{
	auto_text copy = text_copy(text);
	char *rest = copy, *field, *value;

	row_clear(r);
	while ((field = strsep(&rest, "|"))) {
		value = strchr(field, '=');
		if (!value)
			continue;
		*value = '\0';
		row_add(r, field, value + 1);
	}
}

/* Numbered in the order of adding. */
static inline void evidence_row_add(
	struct evidence *e, enum evidence_side side, const char *text)
{
	auto_row r = {0};
	struct fault f = {0};

	row_read(&r, text);
	assert_int_equal(evidence_add(e, side, (uint32_t)e->lists[side].count, r.packed.bytes,
				 r.packed.length, &f),
		0);
}

static inline const struct evidence_row *evidence_record(const struct evidence *e, size_t i)
{
	return &e->lists[EVIDENCE_RECORDS].rows[i];
}

/* One of 168 surnames that are not alike. */
static inline const char *row_surname(uint32_t i, char out[32])
{
	static const char *const starts[] = {"Bar", "Cor", "Dal", "Fen", "Gil", "Hol", "Kes",
		"Lam", "Mor", "Nor", "Pen", "Ros", "Tan", "Wes"};
	static const char *const ends[] = {"by", "combe", "dale", "field", "ham", "ley", "more",
		"ridge", "stock", "thorpe", "well", "worth"};

	(void)snprintf(out, 32, "%s%s", starts[i % 14], ends[i / 14 % 12]);
	return out;
}

static inline const char *row_forename(uint32_t i)
{
	static const char *const names[] = {"Adam", "Beth", "Callum", "Donna", "Esther",
		"Frank", "Gemma", "Harold", "Irene", "Kevin", "Laura"};

	return names[i % LENGTH(names)];
}

#endif
