/* SPDX-License-Identifier: MIT */
/*
 * route: the address that is taken, and each reason for none.
 */
#include "tests/recipients/book.h"

#include "recipients/clock.h"
#include "recipients/roster.h"
#include "recipients/route.h"

#define TODAY 1795305600000LL /* 2026-11-22 */

static struct book book;

static int set_up(void **state)
{
	(void)state;
	book_make(&book);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	book_remove(&book);
	return 0;
}

/* The caller's view: what holds "bad" is none, work mail goes to force.example only. */
static const char *refuses(void *user, const char *address, bool work)
{
	assert_string_equal(user, "me");
	if (strstr(address, "bad"))
		return "address-unusable";
	return work && !strstr(address, "@force.example") ? "outside-domains" : NULL;
}

#define HEAD                                                                             \
	"Staff ID,Surname,Email,Personal Email,Contact,Status,Rank,Date of Birth,Needs\n"

/* A row of the list, and the address or the reason. */
static const struct {
	const char *row, *address, *reason;
} cases[] = {
	{"Sample,a@force.example,,,,,,", "a@force.example", NULL},
	{"Sample,A@force.example,a@home.example,,,,,", "A@force.example", NULL},
	{"Sample,,a@home.example,,,,,", "a@home.example", NULL},
	{"Sample,,,,,,,", NULL, "no-address"},
	{"Sample,bad,,,,,,", NULL, "address-unusable"},
	{"Sample,bad,a@home.example,,,,,", "a@home.example", NULL},
	{"Sample,a@elsewhere.example,,,,,,", NULL, "outside-domains"},
	{"Sample,a@elsewhere.example,bad,,,,,", NULL,
		"outside-domains"}, /* the first reason */
	{"Sample,a@elsewhere.example,a@home.example,,,,,", "a@home.example", NULL},
	{"Sample,desk@force.example,,,,,,", NULL, "address-shared"},
	{"Sample,DESK@force.example,,,,,,", NULL, "address-shared"},
	{"Sample,desk@force.example,a@home.example,,,,,", "a@home.example", NULL},
	{"Sample,a@force.example,,safe@home.example,,,,", "safe@home.example", NULL},
	{"Sample,a@force.example,,bad@home.example,,,,", NULL,
		"address-unusable"}, /* no other */
	{"Sample,a@force.example,,desk@force.example,,,,", NULL, "address-shared"},
	{"Sample,a@force.example,,ring my sister,,,,", NULL, "contact-stated"},
	{"Sample,a@force.example,a@home.example,,Deceased,,,", NULL, "deceased"},
	{"Sample,a@force.example,,safe@home.example,died 2020,,,", NULL, "deceased"},
	{"Sample,a@force.example,,,suspended,,,", NULL, "away"},
	{"Sample,a@force.example,a@home.example,,Suspended,,,", "a@home.example", NULL},
	{"Sample,a@force.example,,,career-break,,,", NULL, "away"},
	{"Sample,a@force.example,,,left,,,", NULL, "away"},
	{"Sample,a@force.example,bad,,left,,,", NULL, "address-unusable"},
	{"Sample,a@force.example,,safe@home.example,left,,,", "safe@home.example", NULL},
	{"Sample,a@force.example,,,in-post,,,", "a@force.example", NULL},
	{"Sample,a@force.example,,,sick,,,", "a@force.example", NULL},
	{"Sample,a@force.example,,,parental,,,", "a@force.example", NULL},
	{"Sample,a@force.example,,,seconded,,,", "a@force.example", NULL},
	{"Sample,a@force.example,,,in-post,PC,1970-01-31,", "a@force.example", NULL},
	{"Sample,a@force.example,a@home.example,,in-post,Commander,,", NULL,
		"mailbox-read"},
	{"Sample,a@force.example,,,,T/ACC,,", NULL, "mailbox-read"},
	{"Sample,a@force.example,,,,Chief Constable,,", NULL, "mailbox-read"},
	{"Sample,a@force.example,,,,Chief Superintendent,,", "a@force.example", NULL},
	{"Sample,a@force.example,,,,DC,,", "a@force.example", NULL},
	{"Sample,a@force.example,a@home.example,,left,Commander,,", "a@home.example",
		NULL},
	{"Sample,a@force.example,,safe@home.example,,Commander,,", "safe@home.example",
		NULL},
	{"Sample,a@force.example,,,,,2008-11-23,", NULL, "under-18"},
	{"Sample,a@force.example,,safe@home.example,,,2008-11-23,", NULL, "under-18"},
	{"Sample,a@force.example,,,,,2008-11-22,", "a@force.example", NULL}, /* today */
	{"Sample,a@force.example,,,,,2028-11-22,", "a@force.example", NULL}, /* a slip */
	{"Sample,a@force.example,,,,,not known,", "a@force.example", NULL},
	{"Sample,a@force.example,,,,,,Large print", NULL, "needs"},
	{"Sample,a@force.example,,safe@home.example,,,,braille", NULL, "needs"},
	{"Sample,a@force.example,,,,,,none", "a@force.example", NULL},
	{"Sample,custody.desk@force.example,,,,,,", NULL, "address-role"},
	{"Sample,Office2@force.example,,,,,,", NULL, "address-role"},
	{"Sample,no-reply@force.example,a@home.example,,,,,", "a@home.example", NULL},
	{"Sample,press.john@force.example,,,,,,", "press.john@force.example", NULL},
	{"Sample,,info@home.example,,,,,", "info@home.example", NULL}, /* their own */
};

static void one_person(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		auto_text rows = text_format(
			HEAD "1,%s\n2,Other,desk@force.example,,,,,,\n", cases[i].row);
		auto_roster people = {0};
		struct route_book *routes;
		struct route_person who;
		struct route_address to;
		struct fault f = {0};

		book_make(&book);
		clock_fix(TODAY);
		book_import(&book, true, rows);
		fine(roster_load_entries(book.ledger, &people, &f), &f);
		routes = route_book_new(&people);
		who = (struct route_person){
			&people.rows[0], true, refuses, (void *)(uintptr_t) "me"};
		route_find(routes, &who, &to);
		if (cases[i].address
				? !to.address || strcmp(to.address, cases[i].address) != 0
				: to.address || strcmp(to.reason, cases[i].reason) != 0)
			fail_msg("%s: %s (%s)", cases[i].row, to.address, to.reason);
		if (to.reason) /* in words */
			assert_string_not_equal(route_reason_text(to.reason), to.reason);
		route_book_free(routes);
		book_remove(&book);
	}
}

/* One human with the same address in two lists shares it with nobody. */
static void the_same_person_twice(void **state)
{
	auto_roster people = {0};
	struct route_person who = {.has_text = true};
	struct route_book *routes;
	struct route_address to;
	struct fault f = {0};

	(void)state;
	book_import(&book, true, "Person ID,Surname,Email\n1,Sample,a@force.example\n");
	book_import(&book, true,
		"Person ID,Surname,Email,Contact\n1,Sample,a@force.example,a@force.example\n");
	fine(roster_load_entries(book.ledger, &people, &f), &f);
	assert_int_equal(people.people_count, 1);
	routes = route_book_new(&people);
	who.entry = roster_newest(&people, 0);
	route_find(routes, &who, &to);
	assert_string_equal(to.address, "a@force.example");
	route_book_free(routes);
	route_book_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_person),
		cmocka_unit_test_setup_teardown(the_same_person_twice, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
