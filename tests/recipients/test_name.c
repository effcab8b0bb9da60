/* SPDX-License-Identifier: MIT */
/*
 * name: readings of whole names, normal forms of parts, which forenames fit, and what
 * contradicts. For each whole name the right reading must be among the readings.
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

static void fits(void **state)
{
	static const struct {
		const char *given, *listed;
		enum name_fit fit;
	} cases[] = {
		{"john", "john", NAME_FITS},
		{"john", "john paul", NAME_FITS},
		{"john p", "john paul", NAME_FITS},
		{"j p", "john paul", NAME_FITS},
		{"j", "john paul", NAME_FITS},
		{"john", "j", NAME_FITS},
		{"john q", "john peter quentin", NAME_FITS},
		{"maryjane", "mary jane", NAME_FITS},
		{"", "john", NAME_FITS},
		{"john", "", NAME_FITS},
		{"john paul", "john", NAME_EXTRA},
		{"j p", "john", NAME_EXTRA},
		{"john q", "john paul", NAME_DIFFERS},
		{"paul", "john paul", NAME_DIFFERS},
		{"jane", "john", NAME_DIFFERS},
		{"john quentin peter", "john peter quentin", NAME_EXTRA},
		{"k", "john", NAME_DIFFERS},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		if (name_forenames_fit(cases[i].given, cases[i].listed) != cases[i].fit)
			fail_msg("%s against %s", cases[i].given, cases[i].listed);
}

static void contradictions(void **state)
{
	static const struct {
		struct name a, b;
		bool contradicts;
	} cases[] = {
		{{"smith", "john", {0, 0}}, {"smith", "john", {0, 0}}, false},
		{{"smith", "john", {0, 0}}, {"smyth", "john", {0, 0}}, false},
		{{"smith", "john", {0, 0}}, {"smith", "jack", {0, 0}}, false},
		{{"smith", "j", {0, 0}}, {"smith", "john", {0, 0}}, false},
		{{"smith", "", {0, 0}}, {"smith", "john", {0, 0}}, false},
		{{"smith", "bill", {0, 0}}, {"smith", "william", {0, 0}}, false},
		{{"smith", "peter", {0, 0}}, {"smith", "john peter", {0, 0}}, false},
		{{"smith", "eussell", {0, 0}}, {"smith", "russell", {0, 0}}, false},
		{{"jones", "ann", {0, 0}}, {"smith-jones", "ann", {0, 0}}, false},
		{{"john", "smith", {0, 0}}, {"smith", "john", {0, 0}}, false},
		{{"smith", "mary", {0, 0}}, {"smith", "john", {0, 0}}, true},
		{{"jones", "john", {0, 0}}, {"smith", "john", {0, 0}}, true},
		{{"jones", "", {0, 0}}, {"smith", "", {0, 0}}, true},
		{{"lee", "john", {0, 0}}, {"li", "john", {0, 0}}, true},
		{{"khan", "aisha", {0, 0}}, {"begum", "fatima", {0, 0}}, true},
		{{"smith", "j", {0, 0}}, {"jones", "s", {0, 0}}, true},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		if (name_contradicts(&cases[i].a, &cases[i].b) != cases[i].contradicts ||
			name_contradicts(&cases[i].b, &cases[i].a) !=
				cases[i].contradicts)
			fail_msg("%s %s against %s %s", cases[i].a.forenames,
				cases[i].a.surname, cases[i].b.forenames,
				cases[i].b.surname);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_names),
		cmocka_unit_test(no_names),
		cmocka_unit_test(too_many_words),
		cmocka_unit_test(surnames),
		cmocka_unit_test(forenames),
		cmocka_unit_test(fits),
		cmocka_unit_test(contradictions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
