/* SPDX-License-Identifier: MIT */
/*
 * recovery: a code is read as people write it, and a slip is told by its group.
 */
#include "tests/recipients/book.h"

#include "recipients/recovery.h"

static void as_people_write_it(void **state)
{
	char code[RECOVERY_TEXT], read[RECOVERY_TEXT];
	auto_text_buffer typed = {0};

	(void)state;
	for (int n = 0; n < 200; n++) {
		recovery_make(code);
		assert_int_equal(strlen(code), RECOVERY_TEXT - 1);
		assert_int_equal(recovery_read(code, read), 0);
		assert_string_equal(read, code);
		text_clear(&typed);
		for (const char *p = code; *p; p++) {
			char c = *p == '0' ? 'o' : *p == '1' ? (n & 1 ? 'l' : 'I') : *p;

			text_add_char(&typed, c == '-' ? ' '
					      : c >= 'A' && c <= 'Z' && n & 2
						      ? (char)(c + 32)
						      : c);
		}
		assert_int_equal(recovery_read(text_string(&typed), read), 0);
		assert_string_equal(read, code);
	}
}

static void one_wrong_sign(void **state)
{
	static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char code[RECOVERY_TEXT], wrong[RECOVERY_TEXT], read[RECOVERY_TEXT];

	(void)state;
	recovery_make(code);
	for (size_t at = 0; code[at]; at++)
		for (const char *s = signs; *s && code[at] != '-'; s++) {
			if (*s == code[at])
				continue;
			memcpy(wrong, code, sizeof(code));
			wrong[at] = *s;
			assert_int_equal(recovery_read(wrong, read),
				(int)(at / (RECOVERY_GROUP + 1)) + 1);
		}
}

static void groups_swapped(void **state)
{
	char code[RECOVERY_TEXT], wrong[RECOVERY_TEXT], read[RECOVERY_TEXT];

	(void)state;
	do
		recovery_make(code);
	while (!memcmp(code, code + 6, RECOVERY_GROUP));
	memcpy(wrong, code, sizeof(code));
	memcpy(wrong, code + 6, RECOVERY_GROUP);
	memcpy(wrong + 6, code, RECOVERY_GROUP);
	assert_int_equal(recovery_read(wrong, read), 1);
}

static void no_code(void **state)
{
	static const char *const typed[] = {"", "correct horse battery staple", "7K3QM",
		"7K3QM-0ZT4R-9HXWC-2B6NE-V81PD-5SJG0-ATFY", "\xc3\xa9",
		"7K3QM-0ZT4R-9HXWC-2B6NE-V81PD-5SJG0-ATFY33",
		"7K3QM-0ZT4R-9HXWC-2B6NE-V81PD-5SJG0-ATFYU"};
	char read[RECOVERY_TEXT];

	(void)state;
	for (size_t i = 0; i < LENGTH(typed); i++)
		assert_int_equal(recovery_read(typed[i], read), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(as_people_write_it),
		cmocka_unit_test(one_wrong_sign), cmocka_unit_test(groups_swapped),
		cmocka_unit_test(no_code)};
	struct fault f;

	return vault_start(&f) || cmocka_run_group_tests(tests, NULL, NULL);
}
