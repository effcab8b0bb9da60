/* SPDX-License-Identifier: MIT */
/*
 * clock: RFC 3339 times, durations, a fixed clock, and the wish to stop.
 */
#include "recipients/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define S 1000LL
#define DAY (86400 * S)

static const struct {
	const char *text;
	int64_t ms;
} times[] = {
	{"1970-01-01T00:00:00Z", 0},
	{"1970-01-01t00:00:00z", 0},
	{"1970-01-01 00:00:00Z", 0},
	{"1970-01-01T00:00:00.001Z", 1},
	{"1970-01-01T00:00:00.1Z", 100},
	{"1970-01-01T00:00:00.999999999Z", 999},
	{"1970-01-01T01:00:00+01:00", 0},
	{"1969-12-31T16:00:00-08:00", 0},
	{"1970-01-01T05:45:00+05:45", 0},
	{"1970-01-01T00:00:00-00:00", 0},
	{"1970-01-01T23:59:00+23:59", 0},
	{"1969-12-31T23:59:59Z", -S},
	{"2000-02-29T00:00:00Z", 951782400 * S},
	{"2023-08-26T08:00:00+01:00", 1693033200 * S},
	{"2026-11-21T09:00:00Z", 1795251600 * S},
	{"9999-12-31T23:59:59Z", 253402300799 * S},
	/* RFC 3339, 5.8 */
	{"1985-04-12T23:20:50.52Z", 482196050520},
	{"1996-12-19T16:39:57-08:00", 851042397 * S},
	{"1990-12-31T23:59:60Z", 662688000 * S},
	{"1990-12-31T15:59:60-08:00", 662688000 * S},
	{"1937-01-01T12:00:27.87+00:20", -1041337172130},
	{"2015-06-30T23:59:60Z", 1435708800 * S},
};

static const char *const no_times[] = {"", "2026", "2026-11-21", "2026-11-21T09:00:00",
	"2026-11-21T09:00Z", "2026-11-21T9:00:00Z", "26-11-21T09:00:00Z",
	"2026-11-21T09:00:00.Z", "2026-11-21T09:00:00,5Z", "2026-11-21T09:00:00ZZ",
	"2026-11-21T09:00:00Z ", " 2026-11-21T09:00:00Z", "2026-11-21T09:00:00+0100",
	"2026-11-21T09:00:00+01", "2026-11-21T09:00:00+24:00",
	"2026-11-21T09:00:00+01:60", "2026-11-21T24:00:00Z", "2026-11-21T09:60:00Z",
	"2026-11-21T09:00:61Z", "2026-02-29T00:00:00Z", "2026-02-30T00:00:00Z",
	"2026-02-31T00:00:00Z", "2026-02-31T23:59:60Z", "2026-04-31T00:00:00Z",
	"1900-02-29T00:00:00Z", "2026-00-21T09:00:00Z", "2026-13-21T09:00:00Z",
	"2026-11-00T09:00:00Z", "2026-11-32T09:00:00Z", "-2026-11-21T09:00:00Z",
	"2026/11/21T09:00:00Z", "2026-11-21X09:00:00Z", "+026-11-21T09:00:00Z",
	"2026-11-21T09:00:00\342\210\22201:00", /* a minus sign of typographers */
	/* a second more than a minute has, where no day ends */
	"2026-11-21T12:30:60Z", "1990-12-31T23:59:60+01:00"};

static void parse(void **state)
{
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < LENGTH(times); i++) {
		if (clock_parse(times[i].text, &ms))
			fail_msg("%s is none", times[i].text);
		if (ms != times[i].ms)
			fail_msg("%s is %lld", times[i].text, (long long)ms);
	}
	for (size_t i = 0; i < LENGTH(no_times); i++) {
		ms = 5;
		if (!clock_parse(no_times[i], &ms))
			fail_msg("%s is %lld", no_times[i], (long long)ms);
		assert_true(ms == 5);
	}
}

/* Where the machine stands does not matter. */
static void parse_in_another_zone(void **state)
{
	int64_t ms;

	(void)state;
	assert_int_equal(setenv("TZ", "XYZ-13", 1), 0);
	assert_int_equal(clock_parse("1970-01-01T00:00:00Z", &ms), 0);
	assert_true(ms == 0);
	(void)unsetenv("TZ");
}

static void write_and_parse(void **state)
{
	char out[CLOCK_TEXT];
	int64_t back;

	(void)state;
	assert_string_equal(clock_write(0, out), "1970-01-01T00:00:00Z");
	assert_string_equal(
		clock_write(951782400 * S + 999, out), "2000-02-29T00:00:00Z");
	assert_string_equal(clock_write(253402300799 * S, out), "9999-12-31T23:59:59Z");
	for (int64_t ms = 0; ms < 5000 * DAY; ms += 12345678000LL) {
		assert_int_equal(clock_parse(clock_write(ms, out), &back), 0);
		assert_true(back == ms);
	}
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {{"24h", DAY}, {"3d", 3 * DAY}, {"90m", 5400 * S}, {"2w", 14 * DAY},
		{"45s", 45 * S}, {"0h", 0}, {"24H", DAY}, {"PT24H", DAY},
		{"P3D", 3 * DAY}, {"P1W", 7 * DAY}, {"P1DT12H", DAY + DAY / 2},
		{"PT1H30M5S", 5405 * S}, {"PT90M", 5400 * S}, {"36600d", 36600 * DAY}};
	static const char *const bad[] = {"", "24", "h", "3 d", "3d4h", "-3d", "+3d",
		"1.5h", "P", "PT", "P1", "PT1", "P1DT", "P1M", "P1Y", "5M", "3y", "p3d",
		"24h ", " 24h", "PT1D", "P1H", "P1m", "PT5m", "P3d", "P1DT1HT1M",
		"99999999999999999999h", "999999999d", "36601d"};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		if (clock_parse_duration(good[i].text, &ms))
			fail_msg("%s is none", good[i].text);
		if (ms != good[i].ms)
			fail_msg("%s is %lld", good[i].text, (long long)ms);
	}
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (!clock_parse_duration(bad[i], &ms))
			fail_msg("%s is %lld", bad[i], (long long)ms);
}

static void a_fixed_clock(void **state)
{
	int64_t before = clock_monotonic();

	(void)state;
	clock_fix(12345);
	assert_true(clock_now() == 12345);
	assert_true(clock_monotonic() >= before && clock_monotonic() < before + 60 * S);
	clock_fix(0);
	assert_true(clock_now() == 0);
	clock_fix(-1);
	assert_true(clock_now() > 1700000000 * S);
}

static size_t shown;

static void show(void *user, const char *what, size_t done, size_t total)
{
	assert_ptr_equal(user, &shown);
	assert_string_equal(what, "reading");
	assert_true(done <= total);
	shown++;
}

static void progress(void **state)
{
	const struct progress p = {show, &shown}, silent = {NULL, NULL};
	struct fault f = {0};

	(void)state;
	assert_int_equal(progress_step(&p, "reading", 1, 2, &f), 0);
	assert_int_equal(progress_step(&silent, "reading", 1, 2, &f), 0);
	assert_int_equal(progress_step(NULL, "reading", 1, 2, &f), 0);
	assert_int_equal(shown, 1);
	assert_int_equal(f.kind, FAULT_NONE);
}

/* In a child, since the wish to stop stays. */
static int interrupted(int signals)
{
	struct fault f = {0};
	int status;
	pid_t child = fork();

	if (!child) {
		clock_catch_signals();
		(void)raise(SIGPIPE); /* a relay that hangs up ends no process */
		if (clock_interrupted())
			_exit(2);
		for (int i = 0; i < signals; i++)
			(void)raise(i ? SIGINT : SIGTERM);
		if (clock_interrupted() != SIGTERM)
			_exit(3);
		if (progress_step(NULL, "reading", 1, 2, &f) != -1)
			_exit(4);
		_exit(f.kind == FAULT_INTERRUPTED ? 0 : 5);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void signals(void **state)
{
	(void)state;
	assert_int_equal(interrupted(0), 3);
	assert_int_equal(interrupted(1), 0);
	assert_int_equal(interrupted(2), 128 + SIGINT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse),
		cmocka_unit_test(parse_in_another_zone),
		cmocka_unit_test(write_and_parse),
		cmocka_unit_test(durations),
		cmocka_unit_test(a_fixed_clock),
		cmocka_unit_test(progress),
		cmocka_unit_test(signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
