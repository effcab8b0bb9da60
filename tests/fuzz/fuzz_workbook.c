/* SPDX-License-Identifier: MIT */
/*
 * A workbook out of any bytes: parts of an Excel workbook, or the content of an
 * OpenDocument one, packed into a zip file here, since a fuzzer cannot guess checksums.
 * The first byte chooses; "\n%\n" parts the parts (sheet, texts, formats, list of
 * sheets). Everything is read, and what table.h promises of rows is checked.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/table.h"
#include "tests/recipients/zipped.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(int holds)
{
	if (!holds)
		abort();
}

/* The next part of the input; the last one goes on to the end. */
static struct zipped_part cut(const char *name, const char **at, const char *end)
{
	static const char mark[] = "\n%\n";
	const char *begin = *at,
		   *found = memmem(begin, (size_t)(end - begin), mark, sizeof(mark) - 1);
	size_t length = (size_t)((found ? found : end) - begin);

	*at = found ? found + sizeof(mark) - 1 : end;
	return (struct zipped_part){name, length ? begin : " ", length ? length : 1};
}

static char *make(const char *at, const char *end, char kind, size_t *ret_length)
{
	struct zipped_part parts[6] = {zipped_root, zipped_links};

	if (kind == 'r') { /* as it is: a zip file */
		char *copy = text_alloc((size_t)(end - at) + 4);

		memcpy(copy, "PK\3\4", 4);
		memcpy(copy + 4, at, (size_t)(end - at));
		*ret_length = (size_t)(end - at) + 4;
		return copy;
	}
	if (kind == 'o') {
		parts[0] = cut("content.xml", &at, end);
		return zipped_by(parts, 1, ZIP_CM_STORE, ret_length);
	}
	parts[2] = cut("xl/one.xml", &at, end);
	parts[3] = cut("xl/strings.xml", &at, end);
	parts[4] = cut("xl/styles.xml", &at, end);
	parts[5] = cut("xl/book.xml", &at, end);
	if (parts[5].length < 2)
		parts[5] = (struct zipped_part){"xl/book.xml",
			"<workbook><sheets><sheet name='One' id='r1'/></sheets></workbook>",
			0};
	return zipped_by(parts, 6, ZIP_CM_STORE, ret_length);
}

static void check_row(const struct table_row *row, size_t columns, size_t number)
{
	size_t filled = 0;

	check_that(row->number > number && !row->reason == !!row->values);
	for (size_t i = 0; row->values && i < columns; i++)
		filled += *row->values[i] != '\0';
	check_that(!row->values || filled);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const struct table_limits narrow = {.row = 64, .cell = 16, .columns = 4};
	struct table_options o = {0};
	auto_table *t = NULL;
	auto_text made = NULL;
	const struct table_row *row;
	struct fault f = {0};
	size_t columns, number = 0, size;
	int got;

	if (length < 2)
		return 0;
	made = make((const char *)bytes + 2, (const char *)bytes + length, (char)bytes[0],
		&size);
	if (bytes[1] == 'n')
		o.limits = narrow;
	if (table_open_memory("file", made, size, &o, &t, &f)) {
		check_that(f.kind == FAULT_INPUT && !strncmp(f.text, "file: ", 6));
		return 0;
	}
	(void)table_header(t, &columns);
	while ((got = table_next(t, &row, &f)) > 0) {
		check_row(row, columns, number);
		number = row->number;
	}
	/* the survey has been through all of it */
	check_that(!got);
	return 0;
}
