/* SPDX-License-Identifier: MIT */
/*
 * Looks at the first names of the directory in a compound file, which tell old workbooks
 * from documents and from what is under a password. Their content is not looked at.
 */
#include "recipients/compound.h"

#include <stdint.h>
#include <string.h>

#define LOOKED_AT                                                                        \
	4096 /* bytes of the directory: 32 entries, if its sectors follow each other */
#define ENTRY 128

bool compound_is(const unsigned char *head, size_t length)
{
	return length >= 8 && !memcmp(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
}

/* Names are UTF-16, little end first. */
static bool is_called(const unsigned char *entry, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i <= length; i++)
		if (entry[2 * i] != (unsigned char)name[i] || entry[2 * i + 1])
			return false;
	return true;
}

static const char *words_of(const unsigned char *entry)
{
	static const struct {
		const char *name, *words;
	} kinds[] = {
		{"EncryptedPackage",
			"is protected with a password; open it, save it without, and import that"},
		{"EncryptionInfo",
			"is protected with a password; open it, save it without, and import that"},
		{"Workbook",
			"is an old Excel workbook (xls); open it and save it as xlsx"},
		{"Book", "is an old Excel workbook (xls); open it and save it as xlsx"},
		{"WordDocument", "is a Word document, not a table"},
		{"PowerPoint Document", "is a PowerPoint file, not a table"},
		{"__properties_version1.0",
			"is a mail out of Outlook; save what is attached to it"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (is_called(entry, kinds[i].name))
			return kinds[i].words;
	return NULL;
}

static int read_directory(struct reader *r, unsigned char entries[LOOKED_AT],
	size_t *ret_length, struct fault *f)
{
	size_t length;
	const unsigned char *head = reader_head(r, &length);
	size_t sector = length > 31 && head[30] == 12 ? 4096 : 512, number = 0;

	*ret_length = 0;
	if (length < 52)
		return 0;
	for (size_t i = 52; i > 48; i--)
		number = number << 8 | head[i - 1];
	return reader_read_at(
		r, (number + 1) * sector, entries, LOOKED_AT, ret_length, f);
}

int compound_refuse(struct reader *r, struct fault *f)
{
	unsigned char entries[LOOKED_AT];
	size_t length;

	if (read_directory(r, entries, &length, f))
		return -1;
	for (size_t i = 0; i + ENTRY <= length; i += ENTRY) {
		const char *words = words_of(entries + i);

		if (words)
			return fault_set(f, FAULT_INPUT, "%s: %s", reader_name(r), words);
	}
	return fault_set(f, FAULT_INPUT,
		"%s: is an old Excel workbook (xls) or another Office file; open it and save it as xlsx",
		reader_name(r));
}
