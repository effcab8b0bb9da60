/* SPDX-License-Identifier: MIT */
/* compound: each file of the old kind is called what it is, and says what to do. */
#include "recipients/compound.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define MAGIC "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

/* A file whose directory begins in this sector and has these names. */
static size_t make(
	unsigned char *file, unsigned sector, const char *const *names, size_t count)
{
	unsigned char *entry = file + (sector + 1) * 512;

	memset(file, 0, 8192);
	memcpy(file, MAGIC, 8);
	file[30] = 9;
	file[48] = (unsigned char)sector;
	for (size_t i = 0; i < count; i++, entry += 128)
		for (size_t j = 0; names[i][j]; j++)
			entry[2 * j] = (unsigned char)names[i][j];
	return 8192;
}

static void refused(const unsigned char *file, size_t length, const char *says)
{
	struct reader *r = NULL;
	struct fault f = {0};

	if (reader_open_memory("file", file, length, SIZE_MAX, &r, &f))
		fail_msg("%s", f.text);
	assert_int_equal(compound_refuse(r, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	if (strncmp(f.text, "file: is ", 9) != 0 || !strstr(f.text, says))
		fail_msg("%s (wanted: %s)", f.text, says);
	reader_close(r);
}

static void kinds(void **state)
{
	static const struct {
		const char *name, *says;
	} cases[] = {{"Workbook", "(xls); open it and save it as xlsx"},
		{"Book", "(xls); open it and save it as xlsx"},
		{"EncryptedPackage", "protected with a password"},
		{"EncryptionInfo", "protected with a password"},
		{"WordDocument", "Word document"}, {"PowerPoint Document", "PowerPoint"},
		{"__properties_version1.0", "mail"},
		{"Workbooks", "or another Office file"},
		{"Boo", "or another Office file"}};
	unsigned char file[8192];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		for (unsigned sector = 0; sector < 7; sector++) {
			const char *names[] = {"Root Entry", "\6DataSpaces", "Version",
				"Primary", "DataSpaceMap", cases[i].name};

			refused(file, make(file, sector, names, LENGTH(names)),
				cases[i].says);
		}
}

static void odd(void **state)
{
	static const char *const names[] = {"Workbook"};
	unsigned char file[8192];
	size_t length = make(file, 2, names, 1);

	(void)state;
	/* cut short, and a directory that is nowhere */
	for (size_t i = 9; i < 1600; i += 7)
		refused(file, i, "or another Office file");
	memset(file + 48, 0xff, 4);
	refused(file, length, "or another Office file");
	file[30] = 12;
	refused(file, length, "or another Office file");
}

static void others(void **state)
{
	(void)state;
	assert_true(compound_is((const unsigned char *)MAGIC, 8));
	assert_false(compound_is((const unsigned char *)MAGIC, 7));
	assert_false(compound_is((const unsigned char *)"surname,", 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(odd),
		cmocka_unit_test(others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
