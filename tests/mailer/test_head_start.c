/* SPDX-License-Identifier: MIT */
/*
 * head_start: with which release it begins, when it ends, whom it holds back, and that a
 * named person lifts it. The incident has one task at the top, for surveillance.
 */
#include "tests/mailer/incident.h"

#include "mailer/head_start.h"
#include "mailer/queue.h"
#include "mailer/release.h"
#include "recipients/clock.h"

#define NINE 1795251600000 /* 2026-11-21T09:00:00Z */
#define HOUR 3600000

static struct incident incident;
#define L (incident.book.ledger)

static void at(int64_t ms)
{
	clock_fix(ms);
	book_shut(&incident.book);
	book_open(&incident.book, LEDGER_WRITE);
}

static int set_up(void **state)
{
	(void)state;
	clock_fix(NINE);
	incident_make(&incident);
	incident.policy->levels[0].head_start = 2 * HOUR;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	clock_fix(-1);
	incident_remove(&incident);
	return 0;
}

static void release(void)
{
	const struct release_options o = {
		.settings = incident.settings, .policy = incident.policy};
	char digest[RELEASE_DIGEST];
	struct fault f = {0};
	int64_t count;

	fine(release_make(L, &o, digest, &count, &f), &f);
}

static struct head_starts newest(void)
{
	struct head_starts h;
	struct fault f = {0};

	fine(head_start_newest(L, incident.policy, "rehearsal", &h, &f), &f);
	return h;
}

static size_t lift(void)
{
	struct fault f = {0};
	size_t lifted;

	fine(head_start_lift(L, incident.policy, "rehearsal", "Ann Example",
		     "all were told", &lifted, &f),
		&f);
	return lifted;
}

static void none_before_a_release(void **state)
{
	(void)state;
	assert_int_equal(newest().count, 0);
	assert_int_equal(lift(), 0);
	assert_int_equal(book_number(&incident.book,
				 SQL("SELECT count(*) FROM head_start_lifted")),
		0);
}

static void of_a_draft(void **state)
{
	struct head_starts h;
	struct fault f = {0};

	(void)state;
	fine(head_start_find(L, incident.policy, "rehearsal", 0, 1, NINE + HOUR, &h, &f),
		&f);
	assert_int_equal(h.count, 1);
	assert_int_equal(h.list[0].until, NINE + 3 * HOUR);
	assert_string_equal(h.list[0].level, incident.policy->levels[0].name);
}

static void begins_with_the_release(void **state)
{
	struct head_starts h;

	(void)state;
	at(NINE + HOUR);
	release();
	h = newest();
	assert_int_equal(h.count, 1);
	assert_int_equal(h.list[0].until, NINE + 3 * HOUR);
	assert_true(head_start_runs(&h.list[0], NINE + 3 * HOUR - 1));
	assert_false(head_start_runs(&h.list[0], NINE + 3 * HOUR));
	assert_int_equal(
		head_start_not_before(&h, 0, NINE + HOUR), 0); /* themselves never wait */
	assert_int_equal(head_start_not_before(&h, 1, NINE + HOUR), NINE + 3 * HOUR);
	assert_int_equal(head_start_not_before(&h, 1, NINE + 3 * HOUR), 0);
}

static void lifted(void **state)
{
	struct head_starts h;

	(void)state;
	release();
	assert_int_equal(lift(), 1);
	h = newest();
	assert_true(h.list[0].lifted);
	assert_int_equal(head_start_not_before(&h, 6, NINE), 0);
	assert_int_equal(lift(), 0);
	assert_int_equal(book_number(&incident.book,
				 SQL("SELECT count(*) FROM head_start_lifted")),
		1);
}

/* What a release says does not change when it is lifted, or when another comes. */
static void stays_as_it_was_released(void **state)
{
	struct head_starts h, again;
	struct fault f = {0};

	(void)state;
	release();
	fine(head_start_find(L, incident.policy, "rehearsal", 1, 0, 0, &h, &f), &f);
	(void)lift();
	at(NINE + 5 * HOUR);
	fine(head_start_find(L, incident.policy, "rehearsal", 1, 0, 0, &again, &f), &f);
	assert_int_equal(h.count, again.count);
	assert_int_equal(h.list[0].until, again.list[0].until);
}

/* The same tasks begin once: a release that comes later waits for what is left of it. */
static void once_for_the_same_tasks(void **state)
{
	struct head_starts h;
	struct fault f = {0};

	(void)state;
	release();
	at(NINE + HOUR);
	fine(head_start_find(L, incident.policy, "rehearsal", 0, 1, NINE + HOUR, &h, &f),
		&f);
	assert_int_equal(h.count, 1);
	assert_int_equal(h.list[0].until, NINE + 2 * HOUR);
	fine(head_start_find(
		     L, incident.policy, "rehearsal", 0, 1, NINE + 2 * HOUR, &h, &f),
		&f);
	assert_int_equal(h.count, 0); /* over */
}

static void a_level_told_by_mail(void **state)
{
	struct head_starts h;
	size_t order = 0;

	(void)state;
	incident.policy->levels[0].head_start = 0;
	while (strcmp(incident.policy->levels[order].name, "counter-terrorism") != 0)
		order++;
	incident.policy->levels[order].head_start = HOUR;
	release();
	h = newest();
	assert_int_equal(h.count, 1);
	assert_int_equal(h.list[0].order, order);
	assert_int_equal(
		head_start_not_before(&h, (int64_t)order + 1, NINE), NINE + HOUR);
}

static void the_queue_waits(void **state)
{
	struct queue_item *items;
	struct head_starts h;
	struct fault f = {0};
	size_t count;

	(void)state;
	release();
	h = newest();
	fine(queue_load(L, 1, incident.policy, &items, &count, &f), &f);
	assert_int_equal(count, INCIDENT_NOTICES);
	assert_int_equal(queue_wait(items, &count, &h, NINE + 2 * HOUR), 0);
	assert_int_equal(count, INCIDENT_NOTICES);
	assert_int_equal(queue_wait(items, &count, &h, NINE), INCIDENT_NOTICES);
	assert_int_equal(count, 0);
	free(items);
}

static void in_words(void **state)
{
	auto_text_buffer manifest = {0};
	struct head_starts h;
	json_t *json;

	(void)state;
	release();
	h = newest();
	head_start_manifest(&h, &manifest);
	assert_string_equal(
		manifest.bytes, "head-start undercover until 2026-11-21T11:00:00Z\n");
	json = head_start_json(&h, NINE);
	assert_true(json_is_true(json_object_get(json_array_get(json, 0), "running")));
	json_decref(json);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(none_before_a_release),
		EACH(of_a_draft),
		EACH(begins_with_the_release),
		EACH(lifted),
		EACH(stays_as_it_was_released),
		EACH(once_for_the_same_tasks),
		EACH(a_level_told_by_mail),
		EACH(the_queue_waits),
		EACH(in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
