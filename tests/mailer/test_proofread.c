/* SPDX-License-Identifier: MIT */
/*
 * proofread and leakage, at the edges of their rules: senders, a folder's texts that
 * cannot be read, and values of rows. Whole letters are tried in tests/flow/test_lint.py.
 */
#include "tests/mailer/incident.h"

#include <dlfcn.h>
#include <sqlite3.h>

#include "mailer/leakage.h"
#include "mailer/proofread.h"

static struct incident incident;
static char *templates;

static int set_up(void **state)
{
	(void)state;
	incident_make(&incident);
	templates = text_format("%s/templates", incident.book.top);
	incident.texts.dir = templates;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	incident_remove(&incident);
	free(templates);
	return 0;
}

/* A text of the incident's own. */
static void own_text(const char *name, const char *words)
{
	auto_text path = text_format("templates/%s", name);
	auto_text folder = text_format("%s/%s", incident.book.top, path);

	for (char *s = strchr(folder + strlen(incident.book.top) + 1, '/'); s;
		s = strchr(s + 1, '/')) {
		*s = '\0';
		(void)mkdir(folder, 0700);
		*s = '/';
	}
	(void)book_file(&incident.book, path, words);
}

static struct lint_report read_all(const struct policy *policy)
{
	struct lint_report r = {0};
	struct fault f = {0};

	fine(proofread_run(incident.settings, policy, &incident.texts, &r, NULL, &f), &f);
	return r;
}

static bool is_found(
	const struct lint_report *r, const char *file, const char *rule, const char *says)
{
	for (size_t i = 0; i < r->count; i++)
		if (!strcmp(r->list[i].file, file) && !strcmp(r->list[i].rule, rule) &&
			strstr(r->list[i].text, says))
			return true;
	return false;
}

/* --- senders --- */

static void senders(void **state)
{
	static const char from[] =
		"\"from\": \"Data protection notices <notices@met.police.example>\"";
	static const struct {
		const char *old, *new, *rule, *says; /* rule NULL: nothing is found */
	} changes[] = {
		{from, "\"from\": \"notices@met.police.example\"", NULL, NULL},
		{from, "\"from\": \"The met@police office <notices@met.police.example>\"",
			"sender", "holds an address"},
		{from, "\"from\": \"Urgent notices <notices@met.police.example>\"",
			"urgency", "relay.from"},
		{from, "\"from\": \"notices@rnet.police.example\"", "look-alike",
			"taken for another"},
		{from, "\"from\": \"notices@elsewhere.example\"", "sender",
			"another domain"},
		{"\"allowed_domains\": []",
			"\"allowed_domains\": [\"met.police.example\"]", NULL, NULL},
		{"\"allowed_domains\": []",
			"\"allowed_domains\": [\"rnet.police.example\"]", "look-alike",
			"taken for another"},
		{"\"envelope_from\": \"notices-return@met.police.example\",", "", NULL,
			NULL},
		{"\"email\": \"data.protection@met.police.example\"", "\"email\": \"-\"",
			NULL, NULL},
		{"\"closed_channels\": [\"the card company's website or help desk\"]",
			"\"closed_channels\": []", NULL, NULL},
		{"\"hours\": \"every day, 7am to 10pm\"", "\"hours\": \"until 104417\"",
			"leak", "help.hours"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(changes); i++) {
		auto_lint_report r = {0};

		incident_settings(&incident, changes[i].old, changes[i].new);
		r = read_all(incident.policy);
		if (!changes[i].rule && r.count)
			fail_msg("%s: %s: %s", changes[i].new, r.list[0].rule,
				r.list[0].text);
		if (changes[i].rule &&
			!is_found(&r, "incident.json", changes[i].rule, changes[i].says))
			fail_msg("%s: not found", changes[i].new);
	}
}

/* --- texts --- */

#define RULES                                                                            \
	"'when': [{'person.unit': {'in': ['Late Shift', 'SO15', 'Finance']}}], "         \
	"'give_away': ['Covert']"
#define TWO_LEVELS(template, after)                                                                   \
	"{'levels': [{'name': 'a', 'title': 'A', 'route': 'mail', 'template': '" template "', " RULES \
		after "}, {'name': 'b', 'title': 'B', 'route': 'mail',"                               \
											  " 'template': 'notice/officer', 'default': true}]}"

static void policies(void **state)
{
	static const struct {
		const char *json, *file, *rule, *says;
	} odd[] = {
		{TWO_LEVELS("notice/none", ""), "policy.json", "template", "no template"},
		{TWO_LEVELS("own/short", ""), "own/short", "missing-block", "nature"},
		{TWO_LEVELS("own/other", ""), "notice/officer", "subject-differs",
			"outside"},
		{TWO_LEVELS("notice/staff",
			 ", 'follow_up': [{'after': '1d', 'template': 'own/broken'}]"),
			"own/broken", "template", "nobody"},
		{TWO_LEVELS("notice/staff", ""), "notice/officer", "give-away",
			"\"late shift\""},
		{TWO_LEVELS("notice/staff", ""), "notice/officer", "give-away",
			"\"covert\""},
		{TWO_LEVELS("notice/staff", ""), "pl/notice/officer", "lock-screen", ""},
	};

	(void)state;
	own_text("own/short.txt", "Subject: A notice about your personal data\n\nOne.\n");
	own_text("own/other.txt",
		"Subject: Another notice\n\nThe late shift, covert, and SO15 too.\n");
	own_text("own/broken.txt", "Subject: One\n\n{{nobody}}\n");
	own_text("notice/officer.txt",
		"{{<notice/layout}}\n{{$advice}}\n- The Late Shift is covert.\n{{/advice}}\n{{/notice/layout}}\n");
	own_text("pl/notice/officer.txt",
		"Subject: Police notice\n\nConstable, this is in another tongue.\n");
	for (size_t i = 0; i < LENGTH(odd); i++) {
		struct policy *p = book_policy(odd[i].json);
		auto_lint_report r = read_all(p);

		if (!is_found(&r, odd[i].file, odd[i].rule, odd[i].says))
			fail_msg("case %zu: not found among %zu", i, r.count);
		policy_free(p);
	}
}

/* A text that is no text stops the reading: it is nobody's finding. */
static void texts_that_cannot_be_read(void **state)
{
	static const struct {
		const char *file, *policy;
	} odd[] = {
		{"own/late.txt",
			TWO_LEVELS("notice/staff",
				", 'follow_up': [{'after': '1d', 'template': 'own/late'}]")},
		{"own/first.txt", TWO_LEVELS("own/first", "")},
		{"advice/online.txt", TWO_LEVELS("notice/staff", "")},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(odd); i++) {
		struct policy *p = book_policy(odd[i].policy);
		auto_lint_report r = {0};
		struct fault f = {0};

		own_text(odd[i].file, "Subject: One\n\n\xff\n");
		assert_int_equal(proofread_run(incident.settings, p, &incident.texts, &r,
					 NULL, &f),
			-1);
		assert_non_null(strstr(f.text, odd[i].file));
		assert_int_equal(
			unlink(incident.book.paths[incident.book.paths_count - 1]), 0);
		policy_free(p);
	}
}

/* --- what rows say --- */

static int refuse_at;

int sqlite3_prepare_v3(sqlite3 *db, const char *sql, int length, unsigned flags,
	sqlite3_stmt **ret, const char **tail)
{
	return refuse_at && --refuse_at == 0 ? SQLITE_NOMEM
					     : ((__typeof__(&sqlite3_prepare_v3))dlsym(
						       RTLD_NEXT, "sqlite3_prepare_v3"))(
						       db, sql, length, flags, ret, tail);
}

#define HEADER                                                                           \
	"Row ID,Pay No,Surname,Forenames,Name,Collar No,Phone,Date of Birth,Postcode,Address,Unit,Role,Photo\n"
#define MANY(n) n ",P4" n ",,,,,,,,,,Night Driver,\n"

static const struct {
	const char *words, *field; /* field NULL: nothing is found */
} sayings[] = {
	{"It was 40012.", "pay_number"},
	{"It was 4 01 12 then.", NULL},
	{"Number 88 is too short.", NULL},
	{"Badge No 881 is not.", "collar_number"},
	{"Of 881 sheep.", NULL},
	{"Badge AB77 is one.", NULL}, /* too short to stand alone */
	{"Ring +44 7700 900555 today.", "phone"},
	{"Ring 07700 900556 today.", "phone"},
	{"Ring 44 7700 900557 today.", "phone"},
	{"Ring 020 7946 0100 to ask us.", NULL}, /* the officer's number is on the list */
	{"It was on 1990-02-01.", "date_of_birth"},
	{"It was on February 1, 1990.", "date_of_birth"},
	{"It was on 1 Feb 1990.", "date_of_birth"},
	{"It was on 2 January 1990.", NULL},
	{"In NM1 9AB it is.", "postcode"},
	{"In NM19AB it is.", "postcode"},
	{"In NM2 there are many.", NULL},
	{"At 9 High Road, if you know it.", "address"},
	{"In Green Villa, Upper Weald, it is.", "address"},
	{"In The Lodge it is.", NULL},
	{"Ann Marie Fenwick knows.", "name"},
	{"Fenwick, Ann knows.", "name"},
	{"Ann Fenwick knows.", "name"},
	{"Ann Marie knows, and marie fenwick too.", NULL},
	{"Madonna knows.", NULL},
	{"Dr Amina Castellane knows.", NULL}, /* who is to be asked */
	{"Data Protection knows.", NULL},     /* which stands in our own texts */
	{"We asked Late Shift about it.", "unit"},
	{"We asked a late shift about it.", NULL},
	{"We asked Q2 about it.", NULL},
	{"We asked TSG9 about it.", "unit"},
	{"We asked Quillets about it.", "unit"},
	{"Quillets were asked.", NULL}, /* any sentence begins so */
	{"In AB CDE, and in ZZ9 9 too.", NULL},
	{"Of 99 one.", NULL},
	{"One was a Lamp Trimmer there.", "role"},
	{"One was a Night Driver there.", NULL}, /* so are many */
	{"One was a Lamp Post there.", "role"},
	{"See IMG4411 for it.", "photo"},
	{"See IMG for it.", NULL},
	{"The Metropolitan Police Service is right.", NULL},
};

static void what_rows_say(void **state)
{
	auto_text_buffer words = {0};
	auto_lint_report r = {0};
	struct fault f = {0};

	(void)state;
	book_import(&incident.book, false,
		HEADER
		"A,00040012,Fenwick,Ann Marie,,,07700 900555,1/2/1990,nm1 9ab,\"9 High Road, Northmoor\",Late Shift,Lamp Trimmer,IMG4411\n"
		"B,AB77,Fenwick,,\"Fenwick, Ann\",88,+44 7700 900556,soon,NM2,\"Green Villa, Upper Weald\",TSG9,Lamp Trimmer,IMG\n"
		"C,,,Ann,Madonna,881,44 7700 900557,,,The Lodge,Quillets,Lamp Trimmer,IMG4411\n"
		"D,,Castellane,Amina,Dr Amina Castellane,,020 7946 0100,,,Metropolitan Police Service,Metropolitan,,\n"
		"E,none,,,,,900,,AB CDE,,Q2,,\nF,,Wick,Walter,,,,,ZZ9 9,,10442,TSG9,\nG,,,,\"Data Protection\",,,,,,99,Lamp Post,Lamp Post\n" MANY(
			"1") MANY("2") MANY("3") MANY("4") MANY("5") MANY("6"));
	text_add_string(&words, "{{<notice/layout}}\n{{$advice}}\n");
	for (size_t i = 0; i < LENGTH(sayings); i++)
		text_printf(&words, "- Here is one more. %s\n", sayings[i].words);
	text_add_string(&words, "{{/advice}}\n{{/notice/layout}}\n");
	own_text("notice/officer.txt", text_string(&words));
	for (int at = 1, failed = -1; failed; at++) {
		lint_report_done(&r);
		refuse_at = at;
		failed = leakage_run(incident.book.ledger, incident.settings,
			incident.policy, &incident.texts, &r, &f);
		assert_true(!failed || refuse_at == 0);
		assert_in_range(at, 1, 40);
	}
	refuse_at = 0;
	for (size_t i = 0; i < LENGTH(sayings); i++) {
		const char *found = NULL;

		for (size_t k = 0; k < r.count && !found; k++)
			if (r.list[k].line == i + 3 && !strcmp(r.list[k].rule, "leak") &&
				strstr(r.list[k].text, " says ("))
				found = r.list[k].text;
		if (!sayings[i].field != !found)
			fail_msg("%s: %s", sayings[i].words, found ? found : "not found");
		if (found && !strcasestr(found, sayings[i].field))
			fail_msg("%s: %s", sayings[i].words, found);
	}
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		EACH(senders),
		EACH(policies),
		EACH(texts_that_cannot_be_read),
		EACH(what_rows_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
