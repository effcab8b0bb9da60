/* SPDX-License-Identifier: MIT */
/* circumstance: what each word of a list means for the way in which somebody is told. */
#include "tests/recipients/rows.h"

#include "recipients/circumstance.h"

#define TODAY 1795305600000LL /* 2026-11-22 */
#define DAY 86400000LL

static const struct {
	const char *row, *apart;
	bool away, chief;
	enum circumstance_need need;
} cases[] = {
	{"surname=Sample", NULL, false, false, CIRCUMSTANCE_NONE},
	{"status=in-post|rank=Constable|date_of_birth=1980-01-01|needs=none", NULL, false,
		false, CIRCUMSTANCE_NONE},
	{"status=Deceased 2020", "deceased", false, false, CIRCUMSTANCE_NONE},
	{"status=died|date_of_birth=2015-01-01", "deceased", false, false,
		CIRCUMSTANCE_NONE},
	{"status=suspended", NULL, true, false, CIRCUMSTANCE_NONE},
	{"status=Career Break", NULL, true, false, CIRCUMSTANCE_NONE},
	{"status=retired", NULL, true, false, CIRCUMSTANCE_NONE},
	{"status=sick", NULL, false, false, CIRCUMSTANCE_NONE},
	{"date_of_birth=2008-11-22", NULL, false, false, CIRCUMSTANCE_NONE},
	{"date_of_birth=23/11/2008", "under-18", false, false, CIRCUMSTANCE_NONE},
	{"date_of_birth=2026-11-22", "under-18", false, false, CIRCUMSTANCE_NONE},
	{"date_of_birth=2026-11-23", NULL, false, false, CIRCUMSTANCE_NONE},
	{"date_of_birth=unknown", NULL, false, false, CIRCUMSTANCE_NONE},
	{"guardian=her mother", "under-18", false, false, CIRCUMSTANCE_NONE},
	{"guardian=n/a", NULL, false, false, CIRCUMSTANCE_NONE},
	{"rank=Commander", NULL, false, true, CIRCUMSTANCE_NONE},
	{"rank=T/Deputy Chief Constable", NULL, false, true, CIRCUMSTANCE_NONE},
	{"rank=Commissioner", NULL, false, true, CIRCUMSTANCE_NONE},
	{"rank=Chief Superintendent", NULL, false, false, CIRCUMSTANCE_NONE},
	{"rank=DC", NULL, false, false, CIRCUMSTANCE_NONE},
	{"rank=Band A", NULL, false, false, CIRCUMSTANCE_NONE},
	{"rank=Chief Imaginer", NULL, false, false, CIRCUMSTANCE_NONE},
	{"needs=Large Print", NULL, false, false, CIRCUMSTANCE_PAPER},
	{"needs=Braille (grade 2)", NULL, false, false, CIRCUMSTANCE_PAPER},
	{"needs=easy read", NULL, false, false, CIRCUMSTANCE_PAPER},
	{"needs=BSL interpreter, large print", NULL, false, false, CIRCUMSTANCE_PRESENCE},
	{"needs=British Sign Language", NULL, false, false, CIRCUMSTANCE_PRESENCE},
	{"needs=ask her carer", NULL, false, false, CIRCUMSTANCE_OTHER},
	{"needs=N/A", NULL, false, false, CIRCUMSTANCE_NONE},
};

static void each(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		auto_row row = {0};
		struct roster_row entry;
		const char *apart;

		row_read(&row, cases[i].row);
		entry = (struct roster_row){
			.packed = row.packed.bytes, .length = row.packed.length};
		apart = circumstance_apart(&entry, TODAY);
		if (cases[i].apart ? !apart || strcmp(apart, cases[i].apart) != 0
				   : apart != NULL)
			fail_msg("%s: apart", cases[i].row);
		if (circumstance_away(&entry) != cases[i].away ||
			circumstance_chief(&entry) != cases[i].chief ||
			circumstance_need(&entry) != cases[i].need)
			fail_msg("%s", cases[i].row);
	}
}

/* Of age from the day on, in leap years too. */
static void of_age(void **state)
{
	auto_row row = {0};
	struct roster_row entry;

	(void)state;
	row_read(&row, "date_of_birth=2008-02-29|needs=Large print, please");
	entry = (struct roster_row){
		.packed = row.packed.bytes, .length = row.packed.length};
	assert_non_null(circumstance_apart(&entry, 1772236800000LL));   /* 2026-02-28 */
	assert_null(circumstance_apart(&entry, 1772236800000LL + DAY)); /* 2026-03-01 */
	assert_true(circumstance_large_print(&entry));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each), cmocka_unit_test(of_age)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
