/* SPDX-License-Identifier: MIT */
/*
 * perusal: letters as their readers see them, and which of them are shown to those who
 * sign: each text once, the shortest, the longest, five at random.
 */
#include "tests/mailer/incident.h"

#include "mailer/perusal.h"
#include "mailer/release.h"
#include "recipients/clock.h"

static void words_of_a_message(void **state)
{
#define PLAIN "Content-Type: text/plain; charset=utf-8\r\n\r\n"
	static const struct {
		const char *message, *wanted;
	} cases[] = {
		{"", ""},
		{"From: a\r\nSubject: Hello\r\nTo: b\r\n", "Subject: Hello\n\n"},
		{PLAIN "one\r\ntwo\r\n--end", "one\ntwo"},
		{PLAIN "no boundary\r\n", "no boundary\n"},
		{"Content-Type: text/plain\r\n", ""}, /* cut short */
		{PLAIN "Zo=C3=AB, =\r\nit goes on =3D", "Zo\xc3\xab, it goes on ="},
		{PLAIN "= =4 =zz =A- =3d =\rx =F0", "= =4 =zz =A- =3d =x \xf0"},
		{PLAIN "=:4 =4: =4A", "=:4 =4: J"},
		{PLAIN "x=4", "x=4"},
		{PLAIN "x=", "x="},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		auto_text_buffer message = {0}, out = {0};

		text_add_string(&message, cases[i].message);
		perusal_plain(&message, &out);
		assert_string_equal(text_string(&out), cases[i].wanted);
	}
}

#define MORE 20

/* So many people more, who are told alike; the name of some has other letters. */
static void more_people(struct incident *i)
{
	auto_text_buffer list = {0}, leak = {0};

	text_add_string(&list, INCIDENT_LIST);
	text_add_string(&leak, "Row ID,Pay No,Surname,Forenames\n");
	for (unsigned n = 10; n < 10 + MORE; n++) {
		text_printf(&list,
			"%u,Zo\xc3\xab%u,May,,staff,Finance,m%u@met.police.example\n", n,
			n, n);
		text_printf(&leak, "S%u,%u,Zo\xc3\xab%u,May\n", n, n, n);
	}
	book_import(&i->book, true, text_string(&list));
	book_import(&i->book, false, text_string(&leak));
	assert_int_equal(incident_compose(i).notices, INCIDENT_NOTICES + MORE);
}

static void what_is_shown(void **state)
{
	struct incident incident;
	struct manifest_of m;
	struct fault f = {0};
	struct release_options o = {0};
	auto_perusal r = {0};
	size_t whys[4] = {0}, like = 0;

	(void)state;
	clock_fix(1795251600000);
	incident_make(&incident);
	o.settings = incident.settings;
	o.policy = incident.policy;
	fine(release_waiting(incident.book.ledger, "rehearsal", &m, &f) ||
			perusal_choose(incident.book.ledger, &o, &m, &r, &f),
		&f);
	assert_int_equal(r.letters, INCIDENT_NOTICES); /* fewer than five: all of them */
	for (size_t i = 0; i < r.count; i++)
		whys[r.list[i].why]++;
	assert_int_equal(whys[PERUSAL_ONE], INCIDENT_NOTICES);
	more_people(&incident);
	fine(release_waiting(incident.book.ledger, "rehearsal", &m, &f), &f);
	for (int turn = 0; turn < 5; turn++) { /* which five, chance says */
		fine(perusal_choose(incident.book.ledger, &o, &m, &r, &f), &f);
		memset(whys, 0, sizeof(whys));
		like = 0;
		for (size_t i = 0; i < r.count; i++) {
			whys[r.list[i].why]++;
			like += r.list[i].why == PERUSAL_TEXT ? r.list[i].like : 0;
		}
		assert_int_equal(r.letters, INCIDENT_NOTICES + MORE);
		assert_int_equal(like, r.letters);
		assert_true(whys[PERUSAL_TEXT] > 1 && whys[PERUSAL_TEXT] < r.letters);
		assert_int_equal(whys[PERUSAL_SHORTEST], 1);
		assert_int_equal(whys[PERUSAL_LONGEST], 1);
		assert_int_equal(whys[PERUSAL_ONE], PERUSAL_RANDOM);
	}
	incident_remove(&incident);
	clock_fix(-1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_a_message),
		cmocka_unit_test(what_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
