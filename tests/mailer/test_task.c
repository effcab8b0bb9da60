/* SPDX-License-Identifier: MIT */
/*
 * task: how somebody is reached and by when, and what may be said of a task in which
 * state.
 */
#include "tests/mailer/incident.h"

#include "mailer/task.h"
#include "recipients/clock.h"

#define NOW 1795251600000 /* 2026-11-21 */
#define HOUR 3600000LL

static struct incident incident;
#define L (incident.book.ledger)

static int set_up(void **state)
{
	(void)state;
	clock_fix(NOW);
	incident_make(&incident);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	clock_fix(-1);
	incident_remove(&incident);
	return 0;
}

/* --- pure --- */

static const struct {
	const char *reason;
	bool above;
	const char *address, *phone, *kind;
	bool by_hand;
} kinds[] = {
	{"level", true, "1 High St", "1", "visit", true},
	{"level", false, NULL, NULL, "visit", true},
	{"deceased", false, "1 High St", "1", "next-of-kin", true},
	{"shielded", true, "1 High St", "1", "liaison", true},
	{"contact-stated", true, "1 High St", "1", "call", true},
	{"address-unsafe", false, "1 High St", "1", "call", true},
	{"no-address", false, "1 High St", "1", "letter", false},
	{"no-address", false, NULL, "1", "call", false},
	{"no-address", false, NULL, NULL, "call", false},
	{"no-address", true, "1 High St", "1", "call", false},
	{"no-address", true, "1 High St", NULL, "visit", false},
	{"address-shared", false, "1 High St", NULL, "letter", false},
	{"address-unusable", true, NULL, NULL, "call", false},
	{"outside-domains", false, "1 High St", NULL, "letter", false},
	{"away", false, "1 High St", "1", "letter", false},
	{"decided", false, "1 High St", "1", "call", false},
	{"decided", false, "1 High St", NULL, "visit", false},
	{"decided", true, "1 High St", "1", "visit", false},
	{"address-role", false, "1 High St", "1", "letter", false},
	{"channel-closed", true, "1 High St", "1", "call", false},
	{"mailbox-read", true, "1 High St", "1", "call", false},
	{"language", false, "1 High St", "1", "call", false},
	{"language", false, "1 High St", NULL, "visit", false},
	{"under-18", false, "1 High St", "1", "call", true},
	{"under-18", true, "1 High St", "1", "visit", true},
	{"guardian-is-party", false, "1 High St", "1", "visit", true},
	{"a reason of tomorrow", false, NULL, NULL, "visit", false},
};

static void how_to_reach_somebody(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		auto_row row = {0};
		struct roster_row entry;

		if (kinds[i].address)
			row_add(&row, "address", kinds[i].address);
		if (kinds[i].phone)
			row_add(&row, "phone", kinds[i].phone);
		entry = (struct roster_row){
			.packed = row.packed.bytes, .length = row.packed.length};
		if (strcmp(task_kind(kinds[i].reason, kinds[i].above, &entry),
			    kinds[i].kind) != 0)
			fail_msg("case %zu: %s", i,
				task_kind(kinds[i].reason, kinds[i].above, &entry));
		if (task_by_hand(kinds[i].reason) != kinds[i].by_hand)
			fail_msg("case %zu: by hand", i);
	}
}

static void by_when(void **state)
{
	(void)state;
	assert_true(task_due("visit", true, NOW) == NOW + 24 * HOUR);
	assert_true(task_due("visit", false, NOW) == NOW + 72 * HOUR);
	assert_true(task_due("letter", true, NOW) == NOW + 72 * HOUR);
}

/* --- in the book: 4 is watched over by nobody's mail, 5 has no address --- */

static struct task_list find(const char *mode, bool fallen)
{
	const struct task_filter filter = {.mode = mode, .fallen = fallen};
	struct task_list list;
	struct fault f = {0};

	fine(task_find(L, &filter, &list, &f), &f);
	return list;
}

static int say(int64_t number, const char *what, int64_t *letter, struct fault *f)
{
	const struct task_said s = {.what = what,
		.to = strcmp(what, "assign") ? NULL : "Jo",
		.by = "Ann Example",
		.reason = "Seen."};

	return task_say(L, "rehearsal", number, &s, letter, f);
}

static void composed(void **state)
{
	auto_task_list list = find("rehearsal", false), live = find("live", false);

	(void)state;
	assert_int_equal(list.count, 2);
	assert_int_equal(live.count, 0);
	assert_string_equal(list.tasks[0].level, "undercover");
	assert_string_equal(list.tasks[0].kind, "visit");
	assert_true(
		list.tasks[0].due == NOW + 24 * HOUR && list.tasks[0].opened_at == NOW);
	assert_string_equal(list.tasks[1].kind, "call");
	assert_string_equal(list.tasks[1].reason, "no-address");
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(list.tasks[i].state, "open");
		assert_true(list.tasks[i].stands && !list.tasks[i].held &&
			    !list.tasks[i].owner);
		assert_true(!list.tasks[i].attempts && !list.tasks[i].tried_at);
	}
}

#define STATES                                                                           \
	SQL("SELECT count(*) FROM person_state WHERE mode = 'rehearsal' AND state = 'reached'")

static void from_open_to_done(void **state)
{
	struct fault f = {0};
	int64_t letter;

	(void)state;
	fine(say(1, "assign", &letter, &f), &f);
	fine(say(1, "not-reached", &letter, &f), &f);
	{
		auto_task_list list = find("rehearsal", false);

		assert_string_equal(list.tasks[0].state, "not_reached");
		assert_string_equal(list.tasks[0].owner, "Jo");
		assert_true(list.tasks[0].attempts == 1 && list.tasks[0].tried_at == NOW);
		assert_true(list.tasks[0].due == NOW + 24 * HOUR);
	}
	assert_int_equal(book_number(&incident.book, STATES), 0);
	fine(say(1, "done", &letter, &f), &f);
	assert_int_equal(letter, 3);
	assert_int_equal(book_number(&incident.book, STATES), 1);
	assert_int_equal(say(1, "done", &letter, &f), -1);
	assert_int_equal(f.kind, FAULT_REFUSED);
	fine(say(1, "reopen", &letter, &f), &f);
	assert_int_equal(book_number(&incident.book, STATES), 0);
	{
		auto_task_list standing = find("rehearsal", false);
		auto_task_list all = find("rehearsal", true);

		assert_int_equal(
			standing.count, 2); /* the letter went with the mistake */
		assert_int_equal(all.count, 3);
	}
}

static void what_is_refused(void **state)
{
	static const struct {
		int64_t number;
		const char *what;
		enum fault_kind kind;
	} wrong[] = {{9, "done", FAULT_USAGE}, {0, "done", FAULT_USAGE},
		{1, "reopen", FAULT_REFUSED}};
	struct fault f;
	int64_t letter;

	(void)state;
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		assert_int_equal(say(wrong[i].number, wrong[i].what, &letter, &f), -1);
		if (f.kind != wrong[i].kind)
			fail_msg("case %zu: %s", i, f.text);
	}
	assert_int_equal(
		book_number(&incident.book, SQL("SELECT count(*) FROM task_event")), 0);
}

static void history(void **state)
{
	struct fault f = {0};
	json_t *events;
	int64_t letter;

	(void)state;
	fine(say(2, "not-reached", &letter, &f), &f);
	fine(task_history(L, 2, false, &events, &f), &f);
	assert_int_equal(json_array_size(events), 1);
	assert_null(json_object_get(json_array_get(events, 0), "note"));
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(events, 0), "due")),
		"2026-11-21T13:00:00Z"); /* a call: four hours later */
	json_decref(events);
	fine(task_history(L, 2, true, &events, &f), &f);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(events, 0), "note")),
		"Seen.");
	json_decref(events);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_to_reach_somebody),
		cmocka_unit_test(by_when),
		EACH(composed),
		EACH(from_open_to_done),
		EACH(what_is_refused),
		EACH(history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
