/* SPDX-License-Identifier: MIT */
/*
 * zipped: for tests and fuzz targets, zip files in memory, and what makes workbooks of them.
 */
#ifndef TESTS_RECIPIENTS_ZIPPED_H
#define TESTS_RECIPIENTS_ZIPPED_H

#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "recipients/text.h"

struct zipped_part {
	const char *name, *bytes;
	size_t length; /* 0: up to the NUL */
};

static inline void zipped_need(int holds)
{
	if (!holds)
		abort();
}

/* The bytes of a zip file, the caller's to free. */
static inline char *zipped_by(const struct zipped_part *parts, size_t count,
	zip_int32_t method, size_t *ret_length)
{
	zip_error_t error;
	zip_source_t *whole = zip_source_buffer_create(NULL, 0, 0, &error);
	zip_t *zip = zip_open_from_source(whole, ZIP_TRUNCATE, &error);
	zip_stat_t st;
	char *bytes;

	zipped_need(whole && zip);
	zip_source_keep(whole);
	for (size_t i = 0; i < count; i++) {
		size_t length = parts[i].length ? parts[i].length : strlen(parts[i].bytes);
		zip_int64_t index = zip_file_add(zip, parts[i].name,
			zip_source_buffer(zip, parts[i].bytes, length, 0),
			ZIP_FL_ENC_UTF_8);

		zipped_need(index >= 0 && !zip_set_file_compression(zip,
						  (zip_uint64_t)index, method, 0));
	}
	zipped_need(!zip_close(zip));
	zipped_need(!zip_source_open(whole) && !zip_source_stat(whole, &st));
	*ret_length = (size_t)st.size;
	bytes = text_alloc(*ret_length + 1);
	zipped_need(zip_source_read(whole, bytes, *ret_length) ==
		    (zip_int64_t)*ret_length);
	zip_source_close(whole);
	zip_source_free(whole);
	return bytes;
}

static inline char *zipped_make(
	const struct zipped_part *parts, size_t count, size_t *ret_length)
{
	return zipped_by(parts, count, ZIP_CM_DEFLATE, ret_length);
}

#define ZIPPED_TYPE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define ZIPPED_LINK(id, type, target)                                                    \
	"<Relationship Id='" id "' Type='" ZIPPED_TYPE type "' Target='" target "'/>"

/* What of an Excel workbook stands around two sheets, the texts and the formats. */
static const struct zipped_part zipped_root = {"_rels/.rels",
	"<Relationships>" ZIPPED_LINK("a", "officeDocument", "xl/book.xml") "</Relationships>", 0};
static const struct zipped_part zipped_links = {"xl/_rels/book.xml.rels",
	"<Relationships>" ZIPPED_LINK("r1", "worksheet", "one.xml")
		ZIPPED_LINK("r2", "worksheet", "../xl/./two.xml")
			ZIPPED_LINK("r3", "chartsheet", "/xl/chart.xml")
				ZIPPED_LINK("s", "sharedStrings", "/xl/strings.xml")
					ZIPPED_LINK("f", "styles", "styles.xml") "</Relationships>",
	0};

#endif
