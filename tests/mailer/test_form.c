/* SPDX-License-Identifier: MIT */
/*
 * form: fields as a browser sends them; whatever could be read in two ways is refused.
 */
#include "mailer/page/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void fields(void **state)
{
	static const char typed[] =
		"name=Rae+Holt&secret=a%26b%3dc&empty=&lines=one%0D%0Atwo&%C3%BC=%c3%a9&flag";
	auto_form f = {0};

	(void)state;
	assert_int_equal(form_parse(typed, strlen(typed), &f), 0);
	assert_int_equal(f.count, 6);
	assert_string_equal(form_value(&f, "name"), "Rae Holt");
	assert_string_equal(form_value(&f, "secret"), "a&b=c");
	assert_string_equal(form_value(&f, "empty"), "");
	assert_string_equal(form_value(&f, "lines"), "one\ntwo");
	assert_string_equal(form_value(&f, "\xc3\xbc"), "\xc3\xa9");
	assert_string_equal(form_value(&f, "flag"), "");
	assert_null(form_value(&f, "nam"));
	assert_true(form_has_only(&f, (const char *const[]){"name", "secret", "empty",
					      "lines", "flag", "\xc3\xbc", NULL}));
	assert_false(form_has_only(&f, (const char *const[]){"name", NULL}));
}

static void refused(void **state)
{
	static const char *const wrong[] = {"a=b&a=c", "a=b&%61=c", "=b", "&a=b",
		"a=b&&c=d", "a=%", "a=%4", "a=%zz", "a=%00", "a=%01", "a=%7f", "a=%ff",
		"a=%c3%28", "%ff=a", "a=\x1b", "a=\xc3"};
	auto_form f = {0};
	char many[200] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (!form_parse(wrong[i], strlen(wrong[i]), &f))
			fail_msg("taken: %s", wrong[i]);
		assert_null(f.bytes);
	}
	assert_int_equal(form_parse("a\0=b", 4, &f), -1);
	assert_int_equal(form_parse("", 0, &f), 0);
	form_done(&f);
	for (int i = 0; i < FORM_FIELDS; i++)
		(void)snprintf(many + strlen(many), 8, "%sf%d", i ? "&" : "", i);
	assert_int_equal(form_parse(many, strlen(many), &f), 0);
	form_done(&f);
	(void)snprintf(many + strlen(many), 8, "&one");
	assert_int_equal(form_parse(many, strlen(many), &f), -1);
}

static void cookies(void **state)
{
	char out[5] = "";

	(void)state;
	assert_true(form_cookie("a=b; id=1234; c=d", "id", out, 4));
	assert_string_equal(out, "1234");
	assert_true(form_cookie("id=1234", "id", out, 4));
	assert_false(form_cookie("id=12345", "id", out, 4));
	assert_false(form_cookie("id=123", "id", out, 4));
	assert_false(form_cookie("xid=1234; id2=1234", "id", out, 4));
	assert_false(form_cookie("id=1234; id=5678", "id", out, 4));
	assert_false(form_cookie("id=1234; id=5", "id", out, 4));
	assert_false(form_cookie("ID=1234", "id", out, 4));
	assert_false(form_cookie(";;; ;", "id", out, 4));
	assert_false(form_cookie("", "id", out, 4));
	assert_false(form_cookie(NULL, "id", out, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(refused),
		cmocka_unit_test(cookies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
