/* SPDX-License-Identifier: MIT */
/*
 * group: who is told, at which level, by which route and why; and what stays a question.
 */
#include "tests/recipients/book.h"

#include "recipients/decision.h"
#include "recipients/group.h"
#include "recipients/match.h"
#include "recipients/roster.h"
#include "recipients/ruling.h"

static struct book book;
static struct policy *policy;
static json_t *exposed;

#define LIST                                                                             \
	"Pay No,Surname,Forenames,Unit,Role,Email,Status\n"                              \
	"1,Sample,Jo,SO10,covert,jo@force.example,\n"                                    \
	"2,Patel,Ann,North,desk,ann@force.example,\n"                                    \
	"3,O'Neill,Mary,North,desk,mary.a@force.example,\n"                              \
	"4,O'Neill,Mary,SO15,desk,mary.b@force.example,\n"                               \
	"5,Castle,Bob,North,covert,,\n"                                                  \
	"6,Okafor,Zed,Court,desk,zed@force.example,\n"                                   \
	"7,Absent,Ada,SO10,desk,ada@force.example,\n"
#define LEAK                                                                                  \
	"Row ID,Pay No,Surname,Forenames\nR1,1,Sample,Jo\nR2,2,Patel,Ann\nR3,,O'Neill,Mary\n" \
	"R4,5,Castle,Bob\nR5,6,Okafor,Zed\n"
#define LEVELS                                                                                 \
	"'levels': ["                                                                          \
	"{'name': 'undercover', 'route': 'task', 'tell_at': 0.05,"                             \
	" 'when': [{'person.unit': {'is': 'SO10'}}]},"                                         \
	"{'name': 'terror', 'route': 'mail', 'template': 'notice/ct', 'tell_at': 0.3,"         \
	" 'when': [{'person.unit': {'is': 'SO15'}}]},"                                         \
	"{'name': 'covert', 'route': 'mail', 'template': 'notice/x',"                          \
	" 'when': [{'person.role': {'is': 'covert'}}]},"                                       \
	"{'name': 'court', 'route': 'restricted', 'when': [{'person.unit': {'is': 'court'}}]," \
	" 'restriction': {'ground': 's. 68(7)', 'owner': 'DPO', 'review_by': '2026-12-01'}},"  \
	"{'name': 'standard', 'default': true, 'route': 'mail', 'template': 'notice/staff',"   \
	" 'tell_at': 0.9},"                                                                    \
	"{'name': 'gone', 'route': 'none', 'when': [{'person.status': {'is': 'left'}}]}]"

static int set_up(void **state)
{
	(void)state;
	book_make(&book);
	book_import(&book, true, LIST);
	book_import(&book, false, LEAK);
	policy = book_policy("{'known_units': ['North'], " LEVELS "}");
	exposed = json_pack("[s,s]", "name", "photo");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	policy_free(policy);
	json_decref(exposed);
	book_remove(&book);
	return 0;
}

static const char *refuse_all(void *user, const char *address, bool work)
{
	(void)user;
	(void)address;
	return work ? "outside-domains" : NULL;
}

static int run(struct group_options *o, struct group_run *ret, struct fault *f)
{
	struct match_tally t;

	o->policy = policy;
	o->exposed = exposed;
	fine(match_run(book.ledger, NULL, &t, f), f);
	return group_run(book.ledger, o, ret, f);
}

static struct group_run group(void)
{
	struct group_options o = {0};
	struct group_run ret;
	struct fault f = {0};

	fine(run(&o, &ret, &f), &f);
	return ret;
}

struct given {
	char level[32], route[16], reason[32];
	bool certain;
	struct row why;
};

/* What a person (by pay number) got; false: they are not told. */
static bool find(const char *pay, struct given *ret)
{
	auto_query struct query *q = NULL;
	auto_roster people = {0};
	char scratch[ROSTER_NAME];
	struct fault f = {0};
	size_t p = 0;

	fine(roster_load_entries(book.ledger, &people, &f) ||
			ledger_query(book.ledger,
				SQL("SELECT * FROM assignment_now WHERE person_id = :person"),
				&q, &f),
		&f);
	while (strcmp(roster_person_name(&people, p, scratch), pay) != 0)
		p++;
	query_bind_int(q, ":person", people.people[p]);
	if (query_next(q, &f) <= 0)
		return false;
	(void)snprintf(ret->level, sizeof(ret->level), "%s", query_text(q, "level"));
	(void)snprintf(ret->route, sizeof(ret->route), "%s", query_text(q, "route"));
	(void)snprintf(
		ret->reason, sizeof(ret->reason), "%s", query_text(q, "route_reason"));
	ret->certain = query_int(q, "certain") == 1;
	fine(query_sealed(q, "why_sealed", "assignment.why_sealed", query_int(q, "id"),
		     &ret->why.packed, &f),
		&f);
	return true;
}

static void got(const char *pay, const char *level, const char *route, const char *reason,
	bool certain)
{
	struct given g = {0};

	if (!find(pay, &g))
		fail_msg("%s is not told", pay);
	if (strcmp(g.level, level) || strcmp(g.route, route) ||
		strcmp(g.reason, reason) || g.certain != certain)
		fail_msg("%s: %s, %s (%s), %s", pay, g.level, g.route, g.reason,
			g.certain ? "certain" : "maybe");
	row_done(&g.why);
}

static void not_told(const char *pay)
{
	struct given g = {0};

	if (find(pay, &g))
		fail_msg("%s is told: %s", pay, g.level);
}

static size_t count_of(const struct row *why, const char *name, const char *part)
{
	const char *n = NULL, *value;
	size_t count = 0;

	while (row_next(why, &n, &value))
		count += !strcmp(n, name) && strstr(value, part);
	return count;
}

static void levels_and_routes(void **state)
{
	struct group_run ret = group();

	(void)state;
	assert_false(ret.unchanged);
	assert_int_equal(ret.people, 5);
	got("1", "undercover", "task", "level", true);
	got("2", "standard", "mail", "level", true);
	not_told("3"); /* one of two, and this level tells from .9 on */
	got("4", "terror", "mail", "level", false);
	got("5", "covert", "task", "no-address", true);
	got("6", "court", "restricted", "level", true);
	not_told("7"); /* not in the leak */
}

static void why(void **state)
{
	struct given g = {0};

	(void)state;
	(void)group();
	assert_true(find("1", &g));
	assert_int_equal(count_of(&g.why, GROUP_LEVEL, ""), 2); /* both are kept */
	assert_int_equal(count_of(&g.why, GROUP_LEVEL, "SO10"), 1);
	assert_int_equal(count_of(&g.why, GROUP_LEVEL, "covert"), 1);
	assert_int_equal(count_of(&g.why, GROUP_ADDRESS, ""), 0);
	assert_int_equal(count_of(&g.why, GROUP_KIND, "pay_number"), 1);
	assert_int_equal(count_of(&g.why, GROUP_KIND, "surname"), 1);
	assert_int_equal(
		count_of(&g.why, GROUP_KIND, "photo"), 1); /* no column shows it */
	assert_int_equal(count_of(&g.why, GROUP_KIND, "unit"), 0);
	assert_int_equal(count_of(&g.why, "findability", "1"), 1);
	row_clear(&g.why);
	assert_true(find("4", &g));
	assert_int_equal(count_of(&g.why, GROUP_ADDRESS, "mary.b@force.example"), 1);
	assert_int_equal(count_of(&g.why, GROUP_KIND, "pay_number"), 0);
	assert_int_equal(count_of(&g.why, "findability", "2"), 1);
	row_done(&g.why);
}

static void the_caller_refuses_addresses(void **state)
{
	struct group_options o = {.refuses = refuse_all};
	struct group_run ret;
	struct fault f = {0};

	(void)state;
	fine(run(&o, &ret, &f), &f);
	got("2", "standard", "task", "outside-domains", true);
	got("1", "undercover", "task", "level", true);
}

static void decided(void **state)
{
	struct fault f = {0};

	(void)state;
	fine(decision_row(book.ledger, "R3", NULL, true, "Ann Example", "so", &f), &f);
	(void)group();
	got("3", "standard", "mail", "level",
		false); /* below tell_at, but a human said so */
	fine(decision_row(book.ledger, "R3", "3", false, "Ann Example", "so", &f), &f);
	(void)group();
	got("3", "standard", "mail", "level", true);
	not_told("4");
}

/* A decision about a person (by pay number): "raise", "terror". */
static void rule(const char *pay, const char *choice, const char *value)
{
	struct ruling r = {
		.choice = choice, .value = value, .by = "Ann Example", .reason = "so"};
	auto_roster people = {0};
	char scratch[ROSTER_NAME];
	struct fault f = {0};
	size_t p = 0;
	int64_t id;

	fine(roster_load_entries(book.ledger, &people, &f), &f);
	while (strcmp(roster_person_name(&people, p, scratch), pay) != 0)
		p++;
	r.person = people.people[p];
	fine(ledger_begin(book.ledger, &f) || ruling_write(book.ledger, &r, &id, &f) ||
			ledger_commit(book.ledger, &f),
		&f);
}

static const struct {
	const char *pay, *choice, *value;
	const char *level, *route, *reason; /* what becomes of it */
} rulings[] = {
	{"2", "hold", NULL, "standard", "mail", "level"},
	{"2", "route", "task", "standard", "task", "decided"},
	{"2", "route", "restricted", "standard", "restricted", "decided"},
	{"2", "route", "none", "standard", "none", "decided"},
	{"2", "route", "mail", "standard", "mail", "level"},
	{"2", "deceased", NULL, "standard", "task", "deceased"},
	{"2", "address-unsafe", NULL, "standard", "task", "address-unsafe"},
	{"2", "raise", "terror", "terror", "mail", "level"},
	{"2", "raise", "undercover", "undercover", "task", "level"},
	{"2", "raise", "gone", "standard", "mail", "level"},   /* lower than the rules */
	{"1", "route", "mail", "undercover", "task", "level"}, /* never by a decision */
	{"1", "raise", "standard", "undercover", "task", "level"},
	{"1", "deceased", NULL, "undercover", "task", "deceased"},
	{"5", "address-unsafe", NULL, "covert", "task", "address-unsafe"},
	{"6", "deceased", NULL, "court", "restricted",
		"level"}, /* not told, so not by kin */
	{"6", "route", "task", "court", "task", "decided"},
	{"6", "raise", "terror", "terror", "mail", "level"},
};

static void rulings_about_people(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rulings); i++) {
		assert_int_equal(set_up(NULL), 0);
		rule(rulings[i].pay, rulings[i].choice, rulings[i].value);
		(void)group();
		got(rulings[i].pay, rulings[i].level, rulings[i].route, rulings[i].reason,
			true);
		(void)tear_down(NULL);
	}
}

/* A new decision is seen, a hold is not group's to see; nobody becomes affected by one.
 */
static void rulings_are_seen(void **state)
{
	struct given g = {0};

	(void)state;
	(void)group();
	rule("2", "hold", NULL);
	assert_true(group().unchanged);
	rule("2", "raise", "terror");
	assert_false(group().unchanged);
	assert_true(group().unchanged);
	assert_true(find("2", &g));
	assert_int_equal(count_of(&g.why, GROUP_LEVEL, "raised"), 1);
	row_done(&g.why);
	rule("7", "raise", "undercover");
	(void)group();
	not_told("7");
}

static void a_level_that_is_gone(void **state)
{
	struct group_options o = {0};
	struct group_run ret;
	struct fault f = {0};

	(void)state;
	rule("2", "raise", "of old");
	assert_int_equal(run(&o, &ret, &f), -1);
	assert_int_equal(f.kind, FAULT_CONFIG);
	assert_non_null(strstr(f.text, "of old"));
}

static void sums(void **state)
{
	static const char *const routes[] = {"mail", "task", "restricted", "none"};
	json_t *levels = NULL, *level;
	struct fault f = {0};
	json_int_t people = 0;
	size_t i;

	(void)state;
	(void)group();
	fine(group_levels(book.ledger, policy, &levels, &f), &f);
	assert_int_equal(json_array_size(levels), policy->levels_count);
	json_array_foreach(levels, i, level)
	{
		json_int_t sum = 0;

		assert_string_equal(json_string_value(json_object_get(level, "name")),
			policy->levels[i].name);
		for (size_t k = 0; k < LENGTH(routes); k++)
			sum += json_integer_value(json_object_get(level, routes[k]));
		assert_int_equal(
			sum, json_integer_value(json_object_get(level, "people")));
		people += sum;
	}
	json_decref(levels);
	assert_int_equal(people, 5);
}

static void unchanged_or_not(void **state)
{
	struct group_options o = {0};
	struct group_run ret;
	struct fault f = {0};

	(void)state;
	(void)group();
	ret = group();
	assert_true(ret.unchanged);
	assert_int_equal(ret.people, 5);
	fine(json_array_append_new(exposed, json_string("vetting")), &f);
	assert_false(group().unchanged);
	o.allowed = exposed;
	fine(run(&o, &ret, &f), &f);
	assert_false(ret.unchanged);
	policy_free(policy);
	policy = book_policy("{'known_units': ['North', 'Court'], " LEVELS "}");
	assert_false(group().unchanged);
	assert_int_equal(book_number(&book, SQL("SELECT count(*) FROM group_set")), 4);
}

static void match_comes_first(void **state)
{
	struct group_options o = {.policy = policy, .exposed = exposed};
	struct group_run ret;
	struct fault f = {0};

	(void)state;
	assert_int_equal(group_run(book.ledger, &o, &ret, &f), -1);
	assert_int_equal(f.kind, FAULT_REFUSED);
	(void)group();
	book_import(&book, false, "Row ID,Surname\nR9,Else\n");
	assert_int_equal(group_run(book.ledger, &o, &ret, &f), -1);
	assert_int_equal(f.kind, FAULT_REFUSED);
	assert_non_null(strstr(f.text, "breachmail match"));
}

/* --- questions --- */

static const char *question(json_t *list, const char *key)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (!strncmp(json_string_value(json_object_get(item, "key")), key,
			    strlen(key)))
			return json_string_value(json_object_get(item, "text"));
	}
	return NULL;
}

static void questions(void **state)
{
	json_t *list = NULL;
	size_t open = 0;
	struct fault f = {0};

	(void)state;
	(void)group();
	fine(group_questions(book.ledger, &list, &open, &f), &f);
	assert_int_equal(open, json_array_size(list));
	assert_non_null(question(list, "no-column:person.status"));
	assert_null(question(list, "no-column:person.unit"));
	assert_null(question(list, "empty-level:undercover"));
	assert_null(question(list, "empty-level:standard"));
	assert_null(question(
		list, "empty-level:gone")); /* below the default: no risk is missed */
	assert_null(question(list, "unknown-units:")); /* all are named */
	json_decref(list);
}

static void a_question_is_answered(void **state)
{
	struct fault f = {0};
	int64_t open = group().open;

	(void)state;
	assert_true(open >= 1);
	fine(decision_accept(
		     book.ledger, "no-column:person.status", "Ann Example", "so", &f),
		&f);
	assert_int_equal(group().open, open - 1);
	/* and stays answered in the next set */
	fine(json_array_append_new(exposed, json_string("vetting")), &f);
	assert_int_equal(group().open, open - 1);
}

static void unknown_units(void **state)
{
	json_t *list = NULL;
	size_t open;
	struct fault f = {0};
	const char *text;

	(void)state;
	policy_free(policy);
	policy = book_policy(
		"{'levels': [{'name': 'terror', 'route': 'task', 'when': [{'person.unit': {'is': 'SO99'}}]},"
		"{'name': 'standard', 'default': true, 'route': 'task'}]}");
	(void)group();
	fine(group_questions(book.ledger, &list, &open, &f), &f);
	text = question(list, "unknown-units:");
	assert_non_null(text);
	assert_non_null(strstr(text, "4 units are")); /* the most people first */
	assert_non_null(strstr(text, ": North (3), SO10 (2), Court (1), SO15 (1)"));
	assert_non_null(question(list, "empty-level:terror"));
	json_decref(list);
}

static void lists_against_the_one_before(void **state)
{
	json_t *list = NULL;
	size_t open;
	struct fault f = {0};

	(void)state;
	book_import(&book, true,
		"Pay No,Surname,Forenames,Unit,Role,Status\n"
		"91,New,Nina,North,desk,\n92,New,Ned,,desk,\n");
	(void)group();
	fine(group_questions(book.ledger, &list, &open, &f), &f);
	assert_non_null(question(list, "list-fewer:2"));
	assert_non_null(question(list, "list-unlike:2"));
	assert_null(question(list, "list-older:2"));
	assert_non_null(question(list, "often-empty:person.unit"));
	json_decref(list);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(levels_and_routes),
		EACH(why),
		EACH(the_caller_refuses_addresses),
		EACH(decided),
		cmocka_unit_test(rulings_about_people),
		EACH(rulings_are_seen),
		EACH(a_level_that_is_gone),
		EACH(sums),
		EACH(unchanged_or_not),
		EACH(match_comes_first),
		EACH(questions),
		EACH(a_question_is_answered),
		EACH(unknown_units),
		EACH(lists_against_the_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
