/* SPDX-License-Identifier: MIT */
/*
 * show: numbers as people write them, values that cannot harm a terminal or a
 * spreadsheet, and files that are complete or not there.
 */
#include "tests/recipients/book.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "mailer/show.h"

static char top[] = "/tmp/test_show.XXXXXX";

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(top) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(top);
}

static void numbers(void **state)
{
	static const struct {
		int64_t n;
		const char *text;
	} cases[] = {{0, "0"}, {7, "7"}, {999, "999"}, {1000, "1,000"}, {47000, "47,000"},
		{100000, "100,000"}, {1000000, "1,000,000"}, {-1, "-1"}, {-999, "-999"},
		{-1000, "-1,000"}, {INT64_MAX, "9,223,372,036,854,775,807"},
		{INT64_MIN, "-9,223,372,036,854,775,808"}};
	char out[SHOW_NUMBER];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_string_equal(show_number(cases[i].n, out), cases[i].text);
}

/* What a writer puts out, as a string. */
static char *written(void (*write)(FILE *out, const char *value), const char *value)
{
	char *bytes = NULL;
	size_t length;
	FILE *out = open_memstream(&bytes, &length);

	assert_non_null(out);
	write(out, value);
	assert_int_equal(fclose(out), 0);
	return bytes;
}

static void write_cell(FILE *out, const char *value)
{
	show_cell(out, value, ',');
}

static void cells(void **state)
{
	static const struct {
		const char *value, *text;
	} cases[] = {{"Sample", "Sample,"}, {"", ","}, {NULL, ","}, {"a,b", "\"a,b\","},
		{"say \"so\"", "\"say \"\"so\"\"\","}, {"two\nlines", "\"two\nlines\","},
		{"two\rlines", "\"two\rlines\","}, {" blank", " blank,"},
		/* what a spreadsheet would take for a formula */
		{"=1+1", "\"'=1+1\","}, {"+44 1632 960001", "\"'+44 1632 960001\","},
		{"-5-2", "\"'-5-2\","}, {"\n=1", "\"'\n=1\","},
		{"\xef\xbc\x9d"
		 "1+1",
			"\"'\xef\xbc\x9d"
			"1+1\","},
		{"-", "\"'-\","}, {"-.", "\"'-.\","}, {"+1.2.3", "\"'+1.2.3\","},
		{"-2+3+cmd|' /C calc'!A0", "\"'-2+3+cmd|' /C calc'!A0\","},
		/* numbers are none */
		{"-5", "-5,"}, {"+447911123456", "+447911123456,"}, {"-0.25", "-0.25,"},
		{"-.5", "-.5,"}, {"@SUM(A1)", "\"'@SUM(A1)\","}, {"\tx", "\"'\tx\","},
		{"\rx", "\"'\rx\","}, {"=a\"b", "\"'=a\"\"b\","}, {"a=b", "a=b,"},
		{"O'Neill", "O'Neill,"}, {"a-b", "a-b,"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		auto_text got = written(write_cell, cases[i].value);

		assert_string_equal(got, cases[i].text);
	}
}

static void safe_values(void **state)
{
	static const struct {
		const char *value, *text;
	} cases[] = {{"Sample", "Sample"}, {"M\xc3\xbcller", "M\xc3\xbcller"}, {"", ""},
		{"a\x1b[2Jb", "a\\x1b[2Jb"}, {"a\nb", "a\\x0ab"}, {"\x7f", "\\x7f"}};
	static const char *const unseen[] = {"\xe2\x80\xae", "\xe2\x80\x8f",
		"\xe2\x81\xa6", "\xef\xbb\xbf", "\xc2\x9b", "\xe2\x80\x8b"};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		auto_text got = written(show_safely, cases[i].value);

		assert_string_equal(got, cases[i].text);
	}
	for (size_t i = 0; i < LENGTH(unseen); i++) {
		auto_text value = text_format("a%sb", unseen[i]);
		auto_text got = written(show_safely, value);

		assert_null(strstr(got, unseen[i]));
		assert_int_equal(got[0], 'a');
		assert_int_equal(got[strlen(got) - 1], 'b');
	}
}

/* A sign cut off at the end reads no further. */
static void cut_signs(void **state)
{
	static const char *const cut[] = {
		"\xe2", "\xe2\x80", "\xe2\x81", "\xef", "\xef\xbb", "\xc2"};

	(void)state;
	for (size_t i = 0; i < LENGTH(cut); i++) {
		auto_text value = text_copy(cut[i]);
		auto_text got = written(show_safely, value);

		assert_non_null(got);
	}
}

/* --- files --- */

static size_t files(void)
{
	size_t count = 0;
	DIR *folder = opendir(top);

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	(void)closedir(folder);
	assert_true(count >= 2); /* itself and what is above */
	count -= 2;
	return count;
}

static void a_file(void **state)
{
	auto_text path = text_format("%s/out.csv", top);
	struct show_file o;
	struct fault f = {0};
	struct stat st;

	(void)state;
	for (int turn = 0; turn < 2; turn++) { /* the second replaces the first */
		fine(show_file_open(path, &o, &f), &f);
		assert_int_equal(
			access(path, F_OK), turn ? 0 : -1); /* not before its end */
		assert_int_equal(
			fputs(turn ? "second\n" : "first and longer\n", o.stream) < 0, 0);
		fine(show_file_close(&o, &f), &f);
		show_file_drop(&o);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		assert_int_equal(st.st_size, turn ? 7 : 17);
		assert_int_equal(files(), 1);
	}
	assert_int_equal(unlink(path), 0);
}

static void a_file_that_is_given_up(void **state)
{
	auto_text path = text_format("%s/out.csv", top);
	struct fault f = {0};

	(void)state;
	{
		auto_show_file o = {0};

		fine(show_file_open(path, &o, &f), &f);
		assert_int_equal(fputs("half a li", o.stream) < 0, 0);
	}
	assert_int_equal(files(), 0);
}

static void no_place_for_it(void **state)
{
	auto_text path = text_format("%s/none/out.csv", top);
	auto_text folder = text_format("%s/folder", top);
	auto_show_file o = {0};
	struct fault f = {0};

	(void)state;
	assert_int_equal(show_file_open(path, &o, &f), -1);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	show_file_drop(&o);
	assert_int_equal(mkdir(folder, 0700), 0); /* in the way of the new name */
	assert_int_equal(show_file_open(folder, &o, &f), -1);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	show_file_drop(&o);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(files(), 0);
}

/* The disk is full, in a child: no file, and a fault that says so. */
static void a_full_disk(void **state)
{
	auto_text path = text_format("%s/out.csv", top);
	int status;
	pid_t child = fork();

	(void)state;
	if (!child) {
		const struct rlimit small = {1000, 1000};
		struct show_file o;
		struct fault f = {0};

		(void)signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &small) || show_file_open(path, &o, &f))
			_exit(2);
		for (int i = 0; i < 1000; i++)
			(void)fputs("a line of some length\n", o.stream);
		if (show_file_close(&o, &f) != -1 || f.kind != FAULT_CANTCREATE)
			_exit(3);
		show_file_drop(&o);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(files(), 0);
}

/* A device is written to as it is, and stays what it is. */
static void a_device(void **state)
{
	struct show_file o;
	struct fault f = {0};
	struct stat st;

	(void)state;
	fine(show_file_open("/dev/null", &o, &f), &f);
	assert_int_equal(fputs("x", o.stream) < 0, 0);
	fine(show_file_close(&o, &f), &f);
	show_file_drop(&o);
	fine(show_file_open("/dev/full", &o, &f), &f);
	assert_int_equal(fputs("x", o.stream) < 0, 0);
	assert_int_equal(show_file_close(&o, &f), -1);
	assert_int_equal(f.kind, FAULT_CANTCREATE);
	show_file_drop(&o);
	assert_int_equal(stat("/dev/full", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

static void standard_output(void **state)
{
	struct show_file o;
	struct fault f = {0};

	(void)state;
	fine(show_file_open("-", &o, &f), &f);
	assert_ptr_equal(o.stream, stdout);
	fine(show_file_close(&o, &f), &f);
	show_file_drop(&o);
	assert_int_equal(fputs("", stdout) < 0, 0); /* still open */
}

static void tallies(void **state)
{
	struct command c = {.tally = json_object(), .json = true};

	(void)state;
	show_count(&c, "rows", 7);
	show_real(&c, "rate", 0.5);
	show_string(&c, "name", NULL);
	show_json(&c, "list", json_array());
	show(&c, "not %s with --json", "printed");
	assert_int_equal(json_integer_value(json_object_get(c.tally, "rows")), 7);
	assert_true(json_is_null(json_object_get(c.tally, "name")));
	assert_int_equal(json_object_size(c.tally), 4);
	json_decref(c.tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(cells),
		cmocka_unit_test(safe_values),
		cmocka_unit_test(cut_signs),
		cmocka_unit_test(a_file),
		cmocka_unit_test(a_file_that_is_given_up),
		cmocka_unit_test(no_place_for_it),
		cmocka_unit_test(a_full_disk),
		cmocka_unit_test(a_device),
		cmocka_unit_test(standard_output),
		cmocka_unit_test(tallies),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
