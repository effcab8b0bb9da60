/* SPDX-License-Identifier: MIT */
/*
 * parties: as what records speak of people, and whom nobody may write to for that. The
 * whole way to a route is tests/flow/test_parties.py.
 */
#include "tests/recipients/book.h"

#include "recipients/household.h"
#include "recipients/match.h"
#include "recipients/parties.h"

static struct book book;
static struct roster people, records;
static struct parties *parties;

static int set_up(void **state)
{
	(void)state;
	book_make(&book);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	parties_free(parties);
	parties = NULL;
	roster_done(&people);
	roster_done(&records);
	book_remove(&book);
	return 0;
}

static void load(const char *list, const char *leak)
{
	struct match_tally t;
	struct fault f = {0};

	book_import(&book, true, list);
	book_import(&book, false, leak);
	fine(match_run(book.ledger, NULL, &t, &f) ||
			roster_load_entries(book.ledger, &people, &f) ||
			roster_load_records(book.ledger, &records, &f) ||
			parties_load(book.ledger, &people, &records, &parties, &f),
		&f);
}

/* What a person, by their place in the list, is in their records: "victim witness". */
static void roles_are(size_t person, const char *wanted)
{
	auto_text_buffer got = {0};
	size_t count;
	const struct link *link = parties_links(parties, person - 1, &count);

	for (size_t i = 0; i < count; i++)
		text_printf(
			&got, "%s%s", i ? " " : "", link[i].role ? link[i].role : "-");
	assert_string_equal(text_string(&got), wanted);
}

static void reason_is(size_t person, const char *wanted)
{
	const char *reason = parties_reason(parties, person - 1);

	assert_string_equal(reason ? reason : "", wanted);
}

/* One case, a couple whose names are alike: neither is what the other is. */
static void alike_names(void **state)
{
	(void)state;
	load("person_id,surname,forenames,date_of_birth,address,postcode,phone\n"
	     "K1,Potts,Susan,1948-11-01,\"136 Alder Road, Narborne\",NA19 4LE,07700 900808\n"
	     "K2,Potts,Simon,1947-04-09,\"136 Alder Rd, Narborne\",NA19 4LE,07700 900632\n"
	     "K3,Potts,Sandra,1950-04-09,\"7 Elm Road, Narborne\",NA19 9ZZ,07700 900633\n",
		"Crime Ref,Victim Name,Victim DOB,Suspect Name,Suspect DOB,Witness Name,Witness DOB\n"
		"C1,Susan Potts,1948-11-01,Simon Potts,1947-04-09,Sandra Potts,1950-04-09\n");
	roles_are(1, "victim");
	roles_are(2, "suspect");
	roles_are(3, "witness");
	reason_is(1, "opposed-household");
	reason_is(2, "opposed-household");
	reason_is(3, "");
	assert_true(parties_share_case(parties, 0, 2));
	assert_false(parties_both(parties, 0));
}

/* Cases without names: the parts are the list's, and each case has its own. */
static void parts_of_the_list(void **state)
{
	size_t count;
	const struct link *links;
	const struct roster_row *first, *second;

	(void)state;
	load("person_id,surname,case_ref,part,email_personal\n"
	     "K1,Alder,14/1,victim,both@inbox.example\n"
	     "K2,Birch,14/1,suspect,birch@inbox.example\n"
	     "K1,Alder,14/2,suspect,both@inbox.example\n"
	     "K3,Cedar,14/2,officer,cedar@inbox.example\n"
	     "K4,Dogwood,14/3,victim,BIRCH@inbox.example\n",
		"case_ref,pieces\n14/1,3\n14/02,1\n14/3,9\n");
	roles_are(1, "victim suspect");
	roles_are(2, "suspect");
	roles_are(3, "officer");
	reason_is(1, "several-parts");
	reason_is(2, ""); /* that of another case has the same mailbox: route.c's */
	reason_is(3, "");
	reason_is(4, "");
	links = parties_links(parties, 0, &count);
	assert_int_equal(count, 2);
	first = roster_entry(&people, 0, NULL);
	second = roster_entry(&people, 0, first);
	assert_true(parties_pair(parties, &links[0], first));
	assert_false(parties_pair(parties, &links[0], second));
	assert_true(parties_pair(parties, &links[1], second));
	assert_false(parties_share_case(parties, 1, 2));
}

/* Somebody on no list: what the leak says of where they live is enough. */
static void strangers(void **state)
{
	(void)state;
	load("person_id,surname,forenames,date_of_birth,address,postcode\n"
	     "K1,Alder,Ann,1981-01-11,\"1 Hill Road, Wexbourne\",WE1 1AA\n"
	     "K2,Birch,Ben,1982-02-12,\"2 Mill Lane, Wexbourne\",WE1 2BB\n"
	     "K3,Cedar,Cat,1983-03-13,\"3 Mill Lane, Wexbourne\",WE1 2BB\n",
		"Crime Ref,Victim Name,Victim DOB,Suspect Name,Suspect Postcode,Suspect Address\n"
		"C1,Ann Alder,1981-01-11,Quentin Quinn,we11aa,\n"
		"C2,Ben Birch,1982-02-12,Rex Rowan,WE1 2BB,\"9 Mill Lane, Wexbourne\"\n"
		"C3,Cat Cedar,1983-03-13,Sid Sloe,WE1,\n");
	reason_is(
		1, "opposed-household"); /* only his postcode is known, and it is hers */
	reason_is(2, "");                /* another house there */
	reason_is(3, "");                /* half a postcode says nothing */
}

static void household(void **state)
{
	static const char *const same[][2] = {
		{"address\037Flat 2, 136 Alder Road, Narborne\037postcode\037NA19 4LE",
			"address\037136 Alder Rd Flat 4\037postcode\037na194le"},
		{"phone\03707700 900123", "contact\037+44 7700 900123"},
		{"email\037A@B.example", "contact\037a@b.example"}};
	struct household h[2] = {{0}};

	(void)state;
	for (size_t i = 0; i < LENGTH(same); i++) {
		bool meet = false;

		for (size_t k = 0; k < 2; k++) {
			auto_text words = text_copy(same[i][k]);
			auto_row packed = {0};
			char *rest = words, *name, *value;

			while ((name = strsep(&rest, "\037")) &&
				(value = strsep(&rest, "\037")))
				row_add(&packed, name, value);
			household_add(
				&h[k], &(struct roster_row){.packed = packed.packed.bytes,
					       .length = packed.packed.length});
		}
		for (size_t a = 0; a < h[0].count; a++)
			for (size_t b = 0; b < h[1].count; b++)
				meet |= h[0].keys[a] == h[1].keys[b];
		if (!meet)
			fail_msg("%zu", i);
		household_done(&h[0]);
		household_done(&h[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(alike_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(parts_of_the_list, set_up, tear_down),
		cmocka_unit_test_setup_teardown(strangers, set_up, tear_down),
		cmocka_unit_test(household),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
