/* SPDX-License-Identifier: MIT */
/*
 * name: readings of whole names, and normal forms of parts. For each whole name the right
 * reading must be among the readings.
 */
#include "recipients/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *text, *surname, *forenames, *rank;
} readings[] = {
	{"SMITH, John", "smith", "john", NULL},
	{"John Smith", "smith", "john", NULL},
	{"Smith John", "smith", "john", NULL},
	{"PC Smith J", "smith", "j", "Constable"},
	{"Smith J", "smith", "j", NULL},
	{"J. Smith", "smith", "j", NULL},
	{"J.R. Smith", "smith", "j r", NULL},
	{"JR Smith", "smith", "j r", NULL},
	{"SMITH, JR", "smith", "j r", NULL},
	{"Smith JR", "smith", "j r", NULL},
	{"Dr John A. Smith", "smith", "john a", NULL},
	{"John Smith Jr", "smith", "john", NULL},
	{"Ms Anne Smith-Jones MBE QPM", "smith-jones", "anne", NULL},
	{"Smith - Jones, Anne MBE", "smith-jones", "anne", NULL},
	{"Anne Smith Jones", "smith-jones", "anne", NULL},
	{"Jean-Paul Martin", "martin", "jean paul", NULL},
	{"T/DI S. McFarlane", "mcfarlane", "s", "Detective Inspector"},
	{"P.C. 1234 John Smith", "smith", "john", "Constable"},
	{"SMITH, Sgt John", "smith", "john", "Sergeant"},
	{"Smith John, T/PS", "smith", "john", "Sergeant"},
	{"Band E Neal", "neal", "", "Band E"},
	{"Banda Grace", "banda", "grace", NULL},
	{"BANDA, Grace E", "banda", "grace e", NULL},
	{"DC Smith", "smith", "", "Detective Constable"},
	{"DC Smith", "smith", "d c", NULL},
	{"John Constable", "constable", "john", NULL},
	{"Sgt John Constable", "constable", "john", "Sergeant"},
	{"CONSTABLE, John", "constable", "john", NULL},
	{"John van der Berg", "vanderberg", "john", NULL},
	{"de Luca Maria", "deluca", "maria", NULL},
	{"Maria Di Marco", "dimarco", "maria", NULL},
	{"Di Marco Maria", "dimarco", "maria", NULL},
	{"N\xc3\xad Riain Aoife", "niriain", "aoife", NULL},
	{"Rae E", "rae", "e", NULL},
	{"O Neill J", "oneill", "j", NULL},
	{"J O Neill", "oneill", "j", NULL},
	{"\xc3\x93 N\xc3\xa9ill, S\xc3\xa9\x61n", "oneill", "sean", NULL},
	{"Zo\xc3\x83\xc2\xab O\xc3\xa2Neill", "oneill", "zoe", NULL},
	{"Gareth Mc'Millan", "mcmillan", "gareth", NULL},
	{"Mac Donald J", "mcdonald", "j", NULL},
	{"Saint John, Ann", "stjohn", "ann", NULL},
	{"John (Jack) Smith", "smith", "john", NULL},
	{"Jones (n\xc3\xa9\x65 Smith), Ann", "jones", "ann", NULL},
	{"simon.taylor", "taylor", "simon", NULL},
	{"Smith", "smith", "", NULL},
	{"NG, Li", "ng", "li", NULL},
	{"Michael NG", "ng", "michael", NULL},
};

static void whole_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(readings); i++) {
		struct name found[NAME_READINGS];
		size_t count = name_read(readings[i].text, found), at = 0;

		while (at < count &&
			(strcmp(found[at].surname, readings[i].surname) != 0 ||
				strcmp(found[at].forenames, readings[i].forenames) != 0))
			at++;
		if (at == count)
			fail_msg("'%s' is not read as '%s', '%s'", readings[i].text,
				readings[i].surname, readings[i].forenames);
		assert_int_equal(
			found[at].rank.first != RANK_NONE, readings[i].rank != NULL);
		if (readings[i].rank)
			assert_string_equal(
				rank_name(found[at].rank.first), readings[i].rank);
	}
}

static void no_names(void **state)
{
	static const char *const texts[] = {
		"", " ", ",", "1234", "J R", "-", "()", "\"\"", ", ,"};
	struct name found[NAME_READINGS];

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++)
		assert_int_equal(name_read(texts[i], found), 0);
}

static void too_many_words(void **state)
{
	char text[1000] = "";
	struct name found[NAME_READINGS];

	(void)state;
	for (size_t i = 0; i < 100; i++)
		strncat(text, "word ", sizeof(text) - strlen(text) - 1);
	assert_in_range(name_read(text, found), 1, NAME_READINGS);
	memset(text, 'a', sizeof(text) - 1);
	assert_in_range(name_read(text, found), 0, NAME_READINGS);
}

static void surnames(void **state)
{
	static const struct {
		const char *text, *key;
	} cases[] = {
		{"O'NEILL", "oneill"},
		{"ONEILL", "oneill"},
		{"\xc3\x93 N\xc3\x89ILL", "oneill"},
		{"O Neill", "oneill"},
		{"O\xe2\x80\x99Neill", "oneill"},
		{"McDonald", "mcdonald"},
		{"MACDONALD", "mcdonald"},
		{"Mac Donald", "mcdonald"},
		{"Mc Donald", "mcdonald"},
		{"Mack", "mack"},
		{"Smith-Jones", "smithjones"},
		{"Smith Jones", "smithjones"},
		{"SmithJones", "smithjones"},
		{"El-Sayed", "elsayed"},
		{"van de la Tour", "vandelatour"},
		{"St. Louis", "stlouis"},
		{"Di Luca", "diluca"},
		{"PC Smith", "smith"},
		{"Constable", "constable"},
		{"Sergeant", "sergeant"},
		{"Miss Jones", "jones"},
		{"Jones MBE", "jones"},
		{"O", "o"},
	};
	char surname[NAME_ROOM], key[NAME_ROOM];

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_true(name_surname(cases[i].text, surname));
		name_key(surname, key);
		assert_string_equal(key, cases[i].key);
	}
	assert_false(name_surname(" - ", surname));
}

static void forenames(void **state)
{
	char out[NAME_ROOM];

	(void)state;
	assert_true(name_forenames("Dr John-Paul Q.", out));
	assert_string_equal(out, "john paul q");
	assert_true(name_forenames("Constance", out));
	assert_string_equal(out, "constance");
	assert_false(name_forenames("", out));
	assert_true(name_initials("J.R.", out));
	assert_string_equal(out, "j r");
	assert_true(name_initials("JRT", out));
	assert_string_equal(out, "j r t");
	assert_true(name_initials("J-P", out));
	assert_string_equal(out, "j p");
	assert_true(name_initials("Robert", out));
	assert_string_equal(out, "robert");
	assert_true(name_initials("Amy", out));
	assert_string_equal(out, "amy");
	assert_false(name_initials("12", out));
}

/* In which order the parts stood, and whether what looks like a rank was read as a name.
 */
static void orders(void **state)
{
	static const struct {
		const char *text, *surname, *forenames;
		enum name_order order;
		bool rank_kept;
	} cases[] = {
		{"SMITH, John", "smith", "john", NAME_COMMA, false},
		{"John Smith", "smith", "john", NAME_FORENAME_FIRST, false},
		{"John Smith", "john", "smith", NAME_SURNAME_FIRST, false},
		{"Smith J", "smith", "j", NAME_SURNAME_FIRST, false},
		{"J Smith", "smith", "j", NAME_FORENAME_FIRST, false},
		{"DC Smith", "smith", "", NAME_FORENAME_FIRST, false},
		{"DC Smith", "smith", "d c", NAME_FORENAME_FIRST, true},
		{"John Constable", "constable", "john", NAME_FORENAME_FIRST, true},
		{"Banda Grace", "banda", "grace", NAME_SURNAME_FIRST, false},
		{"Smith John, T/PS", "smith", "john", NAME_SURNAME_FIRST, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct name found[NAME_READINGS];
		size_t count = name_read(cases[i].text, found), at = 0;

		while (at < count &&
			(strcmp(found[at].surname, cases[i].surname) != 0 ||
				strcmp(found[at].forenames, cases[i].forenames) != 0))
			at++;
		if (at == count || found[at].order != cases[i].order ||
			found[at].rank_kept != cases[i].rank_kept)
			fail_msg("'%s' as '%s', '%s'", cases[i].text, cases[i].surname,
				cases[i].forenames);
	}
}

/* A comma settles the order; without one, both are readings. */
static void how_many(void **state)
{
	struct name found[NAME_READINGS];

	(void)state;
	assert_int_equal(name_read("SMITH, John", found), 1);
	assert_int_equal(name_read("John Smith", found), 2);
	assert_int_equal(name_read("Smith", found), 1);
	assert_int_equal(name_read("Band E Neal", found), 1);
	for (size_t i = 0; i < LENGTH(readings); i++) {
		size_t count = name_read(readings[i].text, found);

		for (size_t k = 0; k < count; k++)
			for (size_t n = 0; n < k; n++)
				assert_true(
					strcmp(found[k].surname, found[n].surname) ||
					strcmp(found[k].forenames, found[n].forenames));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_names),
		cmocka_unit_test(no_names),
		cmocka_unit_test(too_many_words),
		cmocka_unit_test(surnames),
		cmocka_unit_test(forenames),
		cmocka_unit_test(orders),
		cmocka_unit_test(how_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
