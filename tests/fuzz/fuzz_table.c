/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a table: every row is read, and what table.h promises of rows is checked.
 * The first byte chooses the limits, so that small inputs reach them.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "recipients/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(int holds)
{
	if (!holds)
		abort();
}

/* Valid UTF-8 in normal form C, without control characters, trimmed. */
static void check_value(const char *s)
{
	utf8proc_uint8_t *composed = utf8proc_NFC((const utf8proc_uint8_t *)s);
	size_t length = strlen(s);

	check_that(composed && !strcmp((const char *)composed, s));
	free(composed);
	for (size_t i = 0; i < length; i++)
		check_that((unsigned char)s[i] >= 0x20 || s[i] == '\t' || s[i] == '\n');
	check_that(
		!length || (!strchr(" \t\n", s[0]) && !strchr(" \t\n", s[length - 1])));
}

static void check_header(const char *const *names, size_t columns)
{
	for (size_t i = 0; i < columns; i++) {
		check_value(names[i]);
		check_that(*names[i] != '\0');
		for (size_t j = 0; j < i; j++)
			check_that(strcmp(names[i], names[j]) != 0);
	}
}

static void check_row(
	const struct table_row *row, size_t columns, size_t number, size_t line)
{
	size_t filled = 0;

	check_that(row->number > number && row->line >= line);
	check_that(!row->reason == !!row->values);
	for (size_t i = 0; row->values && i < columns; i++) {
		check_value(row->values[i]);
		filled += *row->values[i] != '\0';
	}
	check_that(!row->values || filled);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const struct table_limits narrow = {
		.row = 64, .lines = 3, .cell = 16, .columns = 4};
	struct table_options o = {0};
	auto_table *t = NULL;
	const struct table_row *row;
	struct fault f = {0};
	size_t columns, number = 0, line = 0;
	const char *const *names;
	int got;

	if (!length)
		return 0;
	if (*bytes & 1)
		o.limits = narrow;
	if (table_open_memory("file", bytes + 1, length - 1, &o, &t, &f)) {
		check_that(f.kind == FAULT_INPUT && !strncmp(f.text, "file: ", 6));
		return 0;
	}
	names = table_header(t, &columns);
	check_header(names, columns);
	while ((got = table_next(t, &row, &f)) > 0) {
		check_row(row, columns, number, line);
		number = row->number;
		line = row->line;
	}
	/* bytes in memory do not change, so a file that opened can be read to its end */
	check_that(!got);
	return 0;
}
