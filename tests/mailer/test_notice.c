/* SPDX-License-Identifier: MIT */
/*
 * notice: how people are addressed, what they are told of, and templates that ask for
 * what there is not.
 */
#include "tests/mailer/incident.h"

#include "mailer/notice.h"

static struct incident incident;
static char *templates;

static int set_up(void **state)
{
	(void)state;
	incident_make(&incident);
	templates = text_format("%s/templates", incident.book.top);
	(void)mkdir(templates, 0700);
	{
		auto_text notice = text_format("%s/notice", templates);

		return mkdir(notice, 0700);
	}
}

static int tear_down(void **state)
{
	(void)state;
	free(templates);
	incident_remove(&incident);
	return 0;
}

/* Writes one notice by a template of our own; -1 and the fault if it cannot be. */
static int write_by(const char *template, const struct row *row,
	const struct notice_person *who, struct notice_words *w, struct fault *f)
{
	auto_policy *p = book_policy(
		"{'levels': [{'name': 'all', 'default': true, 'route': 'mail',"
		" 'template': 'notice/own'}]}");
	struct texts texts = {templates};
	auto_notice_maker *m = NULL;
	struct roster_row entry = {
		.packed = row->packed.bytes, .length = row->packed.length};
	struct notice_person person = *who;

	(void)book_file(&incident.book, "templates/notice/own.txt", template);
	person.entry = &entry;
	if (!person.code)
		person.code = "22222-22222";
	if (notice_maker_new(incident.settings, p, &texts, &m, f))
		return -1;
	return notice_write(m, "notice/own", &person, w, f);
}

/* Rank or title, names: how they are addressed. */
static const struct {
	const char *rank, *title, *forenames, *surname, *name, *employment, *salutation;
} addressed[] = {
	{"PC", NULL, "Jo", "Sample", NULL, NULL, "Constable Sample"},
	{"Detective Sergeant", "Ms", "Mary", "O'Neill", NULL, "officer",
		"Detective Sergeant O'Neill"},
	{"Chief Imaginer", NULL, "Jo", "Sample", NULL, "officer",
		"Chief Imaginer Sample"},
	{NULL, "Ms", "Ann", "Patel", NULL, "staff", "Ms Patel"},
	{NULL, NULL, "Ann", "Patel", NULL, "staff", "Ann Patel"},
	{NULL, NULL, NULL, "Patel", NULL, NULL, "Patel"},
	{"PC", NULL, "Ann", "Patel", NULL, "police staff",
		"Ann Patel"}, /* a grade, not a rank */
	{NULL, NULL, NULL, NULL, "Ann Patel", NULL, "Ann Patel"},
};

static void salutations(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(addressed); i++) {
		const struct notice_person who = {.certain = true};
		struct notice_words w = {0};
		auto_row row = {0};
		auto_text expected = text_format("Dear %s,\n", addressed[i].salutation);
		struct fault f = {0};

		row_add(&row, "rank", addressed[i].rank);
		row_add(&row, "title", addressed[i].title);
		row_add(&row, "forenames", addressed[i].forenames);
		row_add(&row, "surname", addressed[i].surname);
		row_add(&row, "name", addressed[i].name);
		row_add(&row, "employment", addressed[i].employment);
		fine(write_by("Subject: One\n\nDear {{{salutation}}},\n\nIt is so.\n",
			     &row, &who, &w, &f),
			&f);
		assert_string_equal(w.subject, "One");
		if (!strstr(text_string(&w.text), expected))
			fail_msg("case %zu: %s", i, text_string(&w.text));
		notice_words_done(&w);
	}
}

/* What stands in the column of a name and is none greets nobody. */
static void no_names(void **state)
{
	static const struct {
		const char *rank, *surname, *unit;
	} odd[] = {
		{"PC", "Sample 104417", NULL},
		{"PC", "Sample (Traffic)", NULL},
		{"PC", "Sample/Traffic", NULL},
		{"PC", "Sample Traffic", "Traffic"},
		{"Surveillance Lead", "Sample", "surveillance"},
		{"SO15 Lead", "Sample", NULL},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(odd); i++) {
		const struct notice_person who = {.certain = true};
		struct notice_words w = {0};
		auto_row row = {0};
		struct fault f = {0};

		row_add(&row, "rank", odd[i].rank);
		row_add(&row, "surname", odd[i].surname);
		row_add(&row, "unit", odd[i].unit);
		row_add(&row, "employment", "officer");
		fine(write_by(
			     "Subject: One\n\n{{#salutation}}Dear{{/salutation}}{{^salutation}}Hello{{/salutation}}\n",
			     &row, &who, &w, &f),
			&f);
		if (!strstr(text_string(&w.text), "Hello"))
			fail_msg("case %zu: %s", i, text_string(&w.text));
		notice_words_done(&w);
	}
}

static void kinds_and_forms(void **state)
{
	static const char template[] =
		"Subject: One\n\n{{#certain}}You are.{{/certain}}{{^certain}}You may be.{{/certain}}\n\n"
		"{{#exposed}}{{words}}; {{/exposed}}\n\n"
		"{{#has.vetting}}vetted{{/has.vetting}}{{^has.vetting}}not vetted{{/has.vetting}},"
		" {{#officer}}officer{{/officer}}{{^officer}}staff{{/officer}}, {{code}}\n";
	static const char *const kinds[] = {
		"pay_number", "surname", "forenames", "vetting"};
	struct notice_person who = {
		.kinds = kinds, .kinds_count = 4, .code = "4K7QR-X2MTH"};
	struct notice_words w = {0};
	auto_row row = {0};
	struct fault f = {0};
	const char *name;

	(void)state;
	row_add(&row, "surname", "Patel");
	fine(write_by(template, &row, &who, &w, &f), &f);
	assert_non_null(strstr(w.text.bytes, "You may be."));
	assert_non_null(strstr(w.text.bytes, "your pay number"));
	assert_non_null(strstr(w.text.bytes, "vetted"));
	assert_null(strstr(w.text.bytes, "not vetted"));
	assert_non_null(strstr(w.text.bytes, "staff, 4K7QR-X2MTH"));
	name = strstr(w.text.bytes, "your name");
	assert_non_null(name);
	assert_null(strstr(name + 1, "your name")); /* once, though two columns show it */
	who.certain = true;
	who.kinds_count = 1;
	fine(write_by(template, &row, &who, &w, &f), &f); /* used again */
	assert_non_null(strstr(w.text.bytes, "You are."));
	assert_null(strstr(w.text.bytes, "your name"));
	assert_non_null(strstr(w.text.bytes, "not vetted"));
	assert_non_null(strstr(w.html.bytes, "You are."));
	notice_words_done(&w);
}

/* A value is a value: no mark-up, no line of its own. */
static void hostile_names(void **state)
{
	const struct notice_person who = {.certain = true};
	struct notice_words w = {0};
	auto_row row = {0};
	struct fault f = {0};

	(void)state;
	row_add(&row, "surname", "<b>Sample</b>\n\n# Heading\n{{code}}");
	fine(write_by("Subject: One\n\nDear {{{salutation}}},\n\nIt is so.\n", &row, &who,
		     &w, &f),
		&f);
	assert_null(strstr(w.html.bytes, "<b>Sample"));
	assert_null(strstr(w.html.bytes, ">Heading"));
	/* but for the last line of a text that has no code of its own */
	assert_ptr_equal(strstr(w.text.bytes, "22222"),
		strstr(w.text.bytes, "Reference: ") + strlen("Reference: "));
	notice_words_done(&w);
}

/* What is wrong with a template is said before anyone is written to, or at the first. */
static const struct {
	const char *template, *says;
} bad[] = {
	{"Subject: One\n\n{{nobody.knows}}\n", "notice/own"},
	{"Subject: One\n\n{{#certain}}\n", "notice/own"},
	{"Subject: One\n\n{{> notice/none}}\n", "notice/none"},
	{"No subject.\n\nIt is so.\n", "notice/own"},
	{"", "notice/own"},
};

static void bad_templates(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		const struct notice_person who = {.certain = true};
		struct notice_words w = {0};
		auto_row row = {0};
		struct fault f = {0};

		row_add(&row, "surname", "Sample");
		if (!write_by(bad[i].template, &row, &who, &w, &f))
			fail_msg("taken: %s", bad[i].template);
		notice_words_done(&w);
		if (f.kind != FAULT_INPUT && f.kind != FAULT_CONFIG)
			fail_msg("%s: %s", fault_kind_name(f.kind), f.text);
		if (!strstr(f.text, bad[i].says))
			fail_msg("%s", f.text);
		assert_null(strstr(f.text, "Sample"));
	}
}

static void a_template_that_is_not_there(void **state)
{
	auto_policy *p = book_policy(
		"{'levels': [{'name': 'all', 'default': true, 'route': 'mail',"
		" 'template': 'notice/none'}]}");
	struct notice_maker *m = NULL;
	struct fault f = {0};

	(void)state;
	assert_int_equal(
		notice_maker_new(incident.settings, p, &incident.texts, &m, &f), -1);
	assert_int_equal(f.kind, FAULT_CONFIG);
	assert_non_null(strstr(f.text, "notice/none"));
	assert_null(m);
	notice_maker_free(NULL);
}

/* The shipped texts, for each level and both forms. */
static void shipped_texts(void **state)
{
	static const char *const kinds[] = {
		"surname", "rank", "photo", "vetting", "pay_number"};
	auto_notice_maker *m = NULL;
	struct notice_words w = {0};
	auto_row row = {0};
	struct fault f = {0};

	(void)state;
	fine(notice_maker_new(
		     incident.settings, incident.policy, &incident.texts, &m, &f),
		&f);
	row_add(&row, "surname", "Sample");
	row_add(&row, "rank", "PC");
	for (size_t i = 0; i < incident.policy->levels_count * 2; i++) {
		const struct policy_level *level = &incident.policy->levels[i / 2];
		const struct roster_row entry = {
			.packed = row.packed.bytes, .length = row.packed.length};
		const struct notice_person who = {.entry = &entry,
			.kinds = kinds,
			.kinds_count = 5,
			.certain = i & 1,
			.code = "4K7QR-X2MTH"};

		if (level->route != POLICY_MAIL)
			continue;
		fine(notice_write(m, level->template, &who, &w, &f), &f);
		assert_non_null(strstr(w.text.bytes, "Constable Sample"));
		assert_non_null(strstr(w.text.bytes, "4K7QR-X2MTH"));
		assert_non_null(
			strstr(w.text.bytes, "Dr Amina Castellane")); /* the DPO */
		assert_non_null(strstr(w.text.bytes, "pay number"));
		assert_null(strstr(w.text.bytes, "{{"));
		assert_null(strstr(w.text.bytes, level->title)); /* never the level */
		assert_true(*w.subject && strlen(w.subject) < 200);
	}
	notice_words_done(&w);
}

/* A follow-up says again what the notice of the level said, under words of its own. */
static void follow_ups_stand_on_the_level(void **state)
{
	static const char *const advice[][2] = {
		{"counter-terrorism", "strangers who offer you work"},
		{"protection", "that someone is following you"},
		{"undercover", "Take off your pass"}, /* no text: the default level's */
		{"no such level", "Take off your pass"}};
	auto_notice_maker *m = NULL;
	struct notice_words w = {0};
	auto_row row = {0};
	struct fault f = {0};

	(void)state;
	row_add(&row, "surname", "Sample");
	fine(notice_maker_new(
		     incident.settings, incident.policy, &incident.texts, &m, &f),
		&f);
	for (size_t i = 0; i < 8; i++) {
		const struct roster_row entry = {
			.packed = row.packed.bytes, .length = row.packed.length};
		const struct notice_person who = {.entry = &entry,
			.code = "4K7QR-X2MTH",
			.own = notice_own(incident.policy, advice[i % 4][0])};
		const char *text = i < 4 ? "follow-up/reminder" : NOTICE_CHANGED;

		fine(notice_write(m, text, &who, &w, &f), &f);
		assert_non_null(strstr(w.html.bytes, advice[i % 4][1]));
		assert_non_null(strstr(w.html.bytes,
			i < 4 ? "cannot be sure that the message reached you"
			      : "<h2>What has changed</h2>"));
	}
	notice_words_done(&w);
}

/* A level's own text has no place for what a reminder says. */
static void follow_ups_of_a_bare_text(void **state)
{
	struct texts texts = {templates};
	auto_notice_maker *m = NULL;
	struct notice_words w = {0};
	auto_row row = {0};
	struct roster_row entry;
	const struct notice_person who = {
		.entry = &entry, .code = "4K7QR-X2MTH", .own = "notice/staff"};
	struct fault f = {0};

	(void)state;
	row_add(&row, "surname", "Sample");
	entry = (struct roster_row){
		.packed = row.packed.bytes, .length = row.packed.length};
	(void)book_file(&incident.book, "templates/notice/staff.txt",
		"Subject: Bare\n\nBare words. {{code}}\n");
	fine(notice_maker_new(incident.settings, incident.policy, &texts, &m, &f), &f);
	fine(notice_write(m, "follow-up/reminder", &who, &w, &f), &f);
	assert_null(strstr(w.text.bytes, "Bare words"));
	assert_non_null(
		strstr(w.html.bytes, "cannot be sure that the message reached you"));
	notice_words_done(&w);
}

/* In their language, where there is one: the text itself, and what it stands on. */
static void texts_in_a_language(void **state)
{
	struct texts texts = {templates};
	auto_notice_maker *m = NULL;
	struct notice_words w = {0};
	auto_text dir = text_format("%s/pl", templates);
	auto_text notice = text_format("%s/pl/notice", templates);
	auto_text follow_up = text_format("%s/pl/follow-up", templates);
	auto_text first = NULL;
	auto_text second = NULL;
	auto_text third = NULL;
	auto_row row = {0};
	struct roster_row entry;
	struct notice_person who = {
		.entry = &entry, .code = "4K7QR-X2MTH", .own = "notice/staff"};
	struct fault f = {0};

	(void)state;
	(void)mkdir(dir, 0700);
	(void)mkdir(notice, 0700);
	(void)mkdir(follow_up, 0700);
	row_add(&row, "surname", "Nowak");
	row_add(&row, "language", "Polish");
	entry = (struct roster_row){
		.packed = row.packed.bytes, .length = row.packed.length};
	(void)book_file(&incident.book, "templates/pl/notice/staff.txt",
		"Subject: Wiadomo\n\n{{$opening}}\nDzien dobry.\n{{/opening}}\n\nTekst. {{code}}\n");
	first = notice_text(&texts, "follow-up/reminder", "notice/staff", &entry);
	assert_string_equal(first, "pl/notice/staff");
	second = notice_text(&texts, NOTICE_CORRECTION, NULL, &entry);
	assert_string_equal(second, NOTICE_CORRECTION);
	(void)book_file(&incident.book, "templates/pl/follow-up/reminder.txt",
		"{{<notice/level}}\n{{$opening}}\nPiszemy znowu.\n{{/opening}}\n{{/notice/level}}\n");
	third = notice_text(&texts, "follow-up/reminder", "notice/staff", &entry);
	assert_string_equal(third, "pl/follow-up/reminder");
	fine(notice_maker_new(incident.settings, incident.policy, &texts, &m, &f), &f);
	fine(notice_write(m, third, &who, &w, &f), &f);
	assert_non_null(strstr(w.text.bytes, "Piszemy znowu.\n\nTekst."));
	assert_null(strstr(w.text.bytes, "Dzien"));
	notice_words_done(&w);
}

/* What the digest of a set rests on changes with an override. */
static void texts_of_a_policy(void **state)
{
	auto_text_buffer shipped = {0}, own = {0};
	struct texts texts = {templates};
	struct fault f = {0};

	(void)state;
	fine(notice_texts(incident.policy, &texts, &shipped, &f), &f);
	(void)book_file(&incident.book, "templates/notice/officer.txt",
		"Subject: Own\n\nOwn words.\n");
	fine(notice_texts(incident.policy, &texts, &own, &f), &f);
	assert_string_not_equal(shipped.bytes, own.bytes);
	assert_non_null(strstr(own.bytes, "Own words."));
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(salutations),
		EACH(no_names),
		EACH(kinds_and_forms),
		EACH(hostile_names),
		EACH(bad_templates),
		EACH(a_template_that_is_not_there),
		EACH(shipped_texts),
		EACH(follow_ups_stand_on_the_level),
		EACH(follow_ups_of_a_bare_text),
		EACH(texts_in_a_language),
		EACH(texts_of_a_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
