/* SPDX-License-Identifier: MIT */
/*
 * schedule: days, nights, the change of summer time, a limit by the day, and who begins
 * first. Each case can be worked out by hand.
 */
#include "mailer/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "recipients/clock.h"

#define HOURS(h) ((h)*60)

struct expected {
	int64_t mails;
	const char *not_before, *ends;
};
struct timetable {
	const char *name, *now;
	double per_second;
	int64_t per_day;
	int from, to;
	struct expected steps[3];
};

/* In London: UTC in winter; in 2026 summer time begins on 29 March and ends on 25
 * October, both at 01:00 UTC. */
static const struct timetable cases[] = {
	{"as fast as it goes", "2026-11-21T09:00:00Z", 10, 0, -1, -1,
		{{600, NULL, "2026-11-21T09:01:00Z"},
			{1200, NULL, "2026-11-21T09:03:00Z"},
			{1, NULL, "2026-11-21T09:03:00.1Z"}}},
	{"a level without mails takes no time", "2026-11-21T09:00:00Z", 1, 0, -1, -1,
		{{0, NULL, "2026-11-21T09:00:00Z"}, {60, NULL, "2026-11-21T09:01:00Z"}}},
	{"47,000 at 100 a minute", "2026-11-21T00:00:00Z", 100.0 / 60, 0, -1, -1,
		{{47000, NULL, "2026-11-21T07:50:00Z"}}},
	{"a night in between", "2026-11-21T21:00:00Z", 1, 0, HOURS(7), HOURS(22),
		{{3600, NULL, "2026-11-21T22:00:00Z"},
			{3600, NULL, "2026-11-22T08:00:00Z"}}},
	{"begun in the night", "2026-11-21T23:30:00Z", 1, 0, HOURS(7), HOURS(22),
		{{60, NULL, "2026-11-22T07:01:00Z"}}},
	{"the hours close at this very minute", "2026-11-21T22:00:00Z", 1, 0, HOURS(7),
		HOURS(22), {{60, NULL, "2026-11-22T07:01:00Z"}}},
	{"until midnight", "2026-11-21T23:59:00Z", 1, 0, HOURS(7), HOURS(24),
		{{120, NULL, "2026-11-22T07:01:00Z"}}},
	{"several nights", "2026-11-20T07:00:00Z", 1.0 / 60, 0, HOURS(9), HOURS(17),
		{{480, NULL, "2026-11-20T17:00:00Z"},
			{481, NULL, "2026-11-22T09:01:00Z"}}},
	{"summer time begins: seven o'clock is an hour earlier", "2026-03-28T21:59:00Z",
		1, 0, HOURS(7), HOURS(22), {{120, NULL, "2026-03-29T06:01:00Z"}}},
	{"summer time ends: seven o'clock is an hour later", "2026-10-24T20:59:00Z", 1, 0,
		HOURS(7), HOURS(22), {{120, NULL, "2026-10-25T07:01:00Z"}}},
	{"the hour that is missing", "2026-03-28T23:00:00Z", 1, 0, HOURS(1) + 30,
		HOURS(3), {{60, NULL, "2026-03-29T01:01:00Z"}}},
	{"hours that are all missing that day", "2026-03-28T23:00:00Z", 1, 0,
		HOURS(1) + 10, HOURS(1) + 50, {{60, NULL, "2026-03-30T00:11:00Z"}}},
	{"the hour that comes twice is open twice", "2026-10-24T23:00:00Z", 1.0 / 60, 0,
		HOURS(1), HOURS(2), {{120, NULL, "2026-10-25T02:00:00Z"}}},
	{"so many in a day", "2026-11-21T09:00:00Z", 1, 1000, -1, -1,
		{{1000, NULL, "2026-11-21T09:16:40Z"},
			{1000, NULL, "2026-11-22T09:16:40Z"},
			{1, NULL, "2026-11-23T09:00:01Z"}}},
	{"the limit is just kept", "2026-11-21T09:00:00Z", 1, 60, -1, -1,
		{{60, NULL, "2026-11-21T09:01:00Z"}}},
	{"in a day, and only by day", "2026-11-21T21:00:00Z", 1.0 / 60, 120, HOURS(7),
		HOURS(22),
		{{120, NULL, "2026-11-22T08:00:00Z"}, {60, NULL, "2026-11-22T22:00:00Z"},
			{1, NULL, "2026-11-23T07:01:00Z"}}},
	{"a head start holds the others back", "2026-11-21T09:00:00Z", 1, 0, -1, -1,
		{{10, NULL, "2026-11-21T09:00:10Z"},
			{60, "2026-11-21T13:00:00Z", "2026-11-21T13:01:00Z"},
			{60, NULL, "2026-11-21T13:02:00Z"}}},
	{"a head start that ends at night", "2026-11-21T21:00:00Z", 1, 0, HOURS(7),
		HOURS(22),
		{{10, NULL, "2026-11-21T21:00:10Z"},
			{60, "2026-11-22T01:00:00Z", "2026-11-22T07:01:00Z"}}},
	{"a head start that is over", "2026-11-21T09:00:00Z", 1, 0, -1, -1,
		{{10, "2026-11-21T08:00:00Z", "2026-11-21T09:00:10Z"}}},
};

static int64_t ms_of(const char *text)
{
	int64_t ms;

	assert_int_equal(clock_parse(text, &ms), 0);
	return ms;
}

/* Tenths of a second: sums of many small parts are a little off. */
static void near_enough(const char *name, int64_t got, const char *expected)
{
	char text[CLOCK_TEXT];
	int64_t off = got - ms_of(expected);

	if (off < -100 || off > 100)
		fail_msg("%s: %s, not %s", name, clock_write(got, text), expected);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct timetable *c = &cases[i];
		const struct schedule_terms t = {
			c->per_second, c->per_day, c->from, c->to, NULL, 0, 0};
		struct schedule_step steps[3] = {0};
		size_t count = 0;

		for (; count < 3 && c->steps[count].ends; count++)
			steps[count] = (struct schedule_step){c->steps[count].mails,
				c->steps[count].not_before
					? ms_of(c->steps[count].not_before)
					: 0,
				0};
		assert_int_equal(schedule_run(&t, ms_of(c->now), steps, count), 0);
		for (size_t k = 0; k < count; k++)
			near_enough(c->name, steps[k].ends, c->steps[k].ends);
	}
}

/* What went this morning counts for today. */
static void test_used(void **state)
{
	const int64_t used[] = {ms_of("2026-11-21T06:00:00Z"),
		ms_of("2026-11-21T07:00:00Z"), ms_of("2026-11-21T08:00:00Z")};
	struct schedule_terms t = {1, 3, -1, -1, used, 3, 0};
	struct schedule_step step = {.mails = 2};
	int64_t now = ms_of("2026-11-21T09:00:00Z");

	(void)state;
	assert_int_equal(schedule_run(&t, now, &step, 1), 0);
	near_enough("three of three", step.ends, "2026-11-22T07:00:01Z");
	t.per_day = 4;
	assert_int_equal(schedule_run(&t, now, &step, 1), 0);
	near_enough("three of four", step.ends, "2026-11-22T06:00:01Z");
	t.per_day = 2; /* the limit was lowered since */
	assert_int_equal(schedule_run(&t, now, &step, 1), 0);
	near_enough("three of two", step.ends, "2026-11-22T08:00:01Z");
}

static void test_never(void **state)
{
	const struct schedule_terms t = {100, 1, -1, -1, NULL, 0, 0};
	struct schedule_step step = {.mails = SCHEDULE_DAYS + 2};

	(void)state;
	assert_int_equal(schedule_run(&t, 0, &step, 1), -1);
	step.mails = SCHEDULE_DAYS;
	assert_int_equal(schedule_run(&t, 0, &step, 1), 0);
}

static int in_london(void **state)
{
	(void)state;
	(void)setenv("TZ", "Europe/London", 1);
	tzset();
	return 0;
}

/* Friday evening: the next mail goes on Monday, whatever happens to the clocks. */
static void test_days(void **state)
{
	const struct schedule_terms t = {
		.per_second = 1, .from = 540, .to = 1020, .days = 0x1f};
	struct schedule_step step = {.mails = 1};

	(void)state;
	assert_int_equal(schedule_run(&t, ms_of("2026-10-23T18:00:00Z"), &step, 1), 0);
	assert_true(step.ends >= ms_of("2026-10-26T09:00:00Z"));
	assert_true(step.ends <= ms_of("2026-10-26T09:00:02Z"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_used), cmocka_unit_test(test_never)};

	return cmocka_run_group_tests(tests, in_london, NULL);
}
