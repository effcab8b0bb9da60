/* SPDX-License-Identifier: MIT */
/*
 * config: every way in which a hand-written file can be wrong ends in a fault with its
 * path, and without the value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/config.h"
#include "recipients/trail.h"
#include "recipients/text.h"

static const char *const team_keys[] = {"name", "note", "size", "share", "open", "after",
	"at", "day", "route", "places", "people", "aliases", NULL};
static const char *const person_keys[] = {"rank", "unit", NULL};
static const char *const routes[] = {"mail", "task", "none", NULL};

struct team {
	const char *name, *note, *day, *rank;
	int64_t size, after, at;
	double share;
	bool open;
	int route;
	const char **places;
	size_t places_count, people, aliases;
};

static int read_people(const struct config *c, struct team *t, struct fault *f)
{
	struct config list = config_member(c, "people");

	if (config_list(list, 3, &t->people, f))
		return -1;
	for (size_t i = 0; i < t->people; i++) {
		struct config person = config_item(&list, i);

		if (config_known(person, person_keys, f) ||
			config_string(config_needed(&person, "rank"), 20, &t->rank, f))
			return -1;
	}
	return 0;
}

static int read_team(struct config c, struct team *t, struct fault *f)
{
	if (config_known(c, team_keys, f) ||
		config_string(config_needed(&c, "name"), 10, &t->name, f) ||
		config_text(config_member(&c, "note"), 40, &t->note, f) ||
		config_integer(config_member(&c, "size"), 1, 99, &t->size, f) ||
		config_number(config_member(&c, "share"), 0, 1, &t->share, f) ||
		config_bool(config_member(&c, "open"), &t->open, f) ||
		config_duration(config_member(&c, "after"), &t->after, f) ||
		config_time(config_member(&c, "at"), &t->at, f) ||
		config_date(config_member(&c, "day"), &t->day, f) ||
		config_choice(config_member(&c, "route"), routes, &t->route, f) ||
		config_strings(config_member(&c, "places"), 2, 8, &t->places,
			&t->places_count, f))
		return -1;
	if (config_object(config_member(&c, "aliases"), 2, &t->aliases, f))
		return -1;
	return read_people(&c, t, f);
}

static int parse_team(
	const char *bytes, size_t length, json_t **json, struct team *t, struct fault *f)
{
	if (config_parse("/some/where/team.json", bytes, length, json, f))
		return -1;
	return read_team(config_root(*json, "/some/where/team.json"), t, f);
}

static void test_reads(void **state)
{
	static const char json[] =
		"\xef\xbb\xbf{\"name\": \"Anna\", \"note\": \"two\\nlines\", \"size\": 7, \"share\": 1,"
		" \"open\": true, \"after\": \"24h\", \"at\": \"2026-11-21T09:00:00Z\","
		" \"day\": \"2024-02-29\", \"route\": \"task\", \"places\": [\"a\", \"b\"],"
		" \"people\": [{\"rank\": \"x\"}, {\"rank\": \"y\", \"unit\": \"z\"}],"
		" \"aliases\": {\"a\": \"b\"}}";
	struct team t = {0};
	struct fault f = {0};
	auto_json *root = NULL;

	(void)state;
	assert_int_equal(parse_team(json, strlen(json), &root, &t, &f), 0);
	assert_string_equal(t.name, "Anna");
	assert_string_equal(t.note, "two\nlines");
	assert_int_equal(t.size, 7);
	assert_true(t.share > 0.99 && t.share < 1.01);
	assert_true(t.open);
	assert_int_equal(t.after, 24 * 3600 * 1000);
	assert_int_equal(t.at, 1795251600000);
	assert_string_equal(t.day, "2024-02-29");
	assert_int_equal(t.route, 1);
	assert_int_equal(t.places_count, 2);
	assert_string_equal(t.places[1], "b");
	assert_string_equal(t.rank, "y");
	assert_int_equal(t.aliases, 1);
	free(t.places);
}

static void test_absent_keeps_default(void **state)
{
	struct team t = {.note = "kept", .size = 5, .share = 0.5, .route = 2, .after = 9};
	struct fault f = {0};
	auto_json *root = NULL;

	(void)state;
	assert_int_equal(parse_team("{\"name\":\"A\"}", 12, &root, &t, &f), 0);
	assert_string_equal(t.note, "kept");
	assert_int_equal(t.size, 5);
	assert_int_equal(t.route, 2);
	assert_int_equal(t.after, 9);
	assert_int_equal(t.places_count, 0);
	assert_null(t.places);
}

static const struct {
	const char *json, *fault;
} broken[] = {
	/* the bytes */
	{"", "team.json: line 1, column 0: ends too early"},
	{"[", "team.json: line 1, column 1: ends too early"},
	{"{\"name\": \"A\"", "team.json: line 1, column 12: ends too early"},
	{"{\"name\": \"A\",}", "team.json: line 1, column 14: is not JSON here"},
	{"{\n\"name\" \"A\"}", "team.json: line 2, column 10: is not JSON here"},
	{"{\"name\": 'A'}", "team.json: line 1, column 10: is not JSON here"},
	{"{\"name\": \"\xff\"}", "is not UTF-8"},
	{"{\"name\": \"\xed\xa0\x80\"}", "is not UTF-8"},
	{"{\"name\": \"a\\u0000b\"}", "a NUL is not allowed"},
	{"{\"size\": 1e999}", "a number is too big"},
	{"{\"size\": 99999999999999999999}", "a number is too big"},
	{"{\"name\": \"A\"} x", "goes on after its end"},
	{"\"A\"", "team.json: line 1, column 3: is not JSON here"},
	/* twice */
	{"{\"name\": \"A\",\n \"name\": \"B\"}",
		"team.json: name: repeated key (line 2)"},
	{"{\"people\": [{\"rank\": \"A\"}, {\"rank\": \"A:{\\\"\", \"rank\": \"C\"}]}",
		"team.json: people[1].rank: repeated key (line 1)"},
	{"{\"aliases\": {\"x y\": \"A\", \"b\": [{\"q\": 1}], \"x y\": \"B\"}}",
		"team.json: aliases.x y: repeated key"},
	/* keys */
	{"[]", "team.json: is a list, not an object"},
	{"{\"nam\": \"A\"}", "team.json: nam: unknown key; did you mean name?"},
	{"{\"Name\": \"A\"}", "team.json: Name: unknown key; did you mean name?"},
	{"{\"naem\": \"A\"}", "team.json: naem: unknown key; did you mean name?"},
	{"{\"colour\": \"A\"}", "team.json: colour: unknown key"},
	{"{\"name\": \"A\", \"people\": [{\"rank\": \"a\"}, {\"rnk\": \"b\"}]}",
		"team.json: people[1].rnk: unknown key; did you mean rank?"},
	{"{\"bad\\u001b[2Jkey\\u202e\": 1}", "team.json: bad?[2Jkey?: unknown key"},
	{"{\"0123456789012345678901234567890123456789012345678901234567890123\": 1}",
		"team.json: 012345678901234567890123456789012345678901234567890123456789...: unknown"},
	{"{}", "team.json: name: missing"},
	/* values */
	{"{\"name\": 5}", "team.json: name: is a number, not text"},
	{"{\"name\": null}", "team.json: name: is null, not text"},
	{"{\"name\": \"  \"}", "team.json: name: is empty"},
	{"{\"name\": \"0123456789a\"}",
		"team.json: name: has 11 characters; the limit is 10"},
	{"{\"name\": \"a\\nb\"}",
		"team.json: name: holds a control character or a line end"},
	{"{\"name\": \"a\\u0085b\"}",
		"team.json: name: holds a control character or a line end"},
	{"{\"name\": \"a\\u2028b\"}",
		"team.json: name: holds a control character or a line end"},
	{"{\"name\": \"A\", \"note\": \"a\\u0007b\"}",
		"team.json: note: holds a control character"},
	{"{\"name\": \"A\", \"size\": 0}", "team.json: size: is not between 1 and 99"},
	{"{\"name\": \"A\", \"size\": 100}", "team.json: size: is not between 1 and 99"},
	{"{\"name\": \"A\", \"size\": 7.5}", "team.json: size: is not a whole number"},
	{"{\"name\": \"A\", \"size\": \"7\"}",
		"team.json: size: is text, not a whole number"},
	{"{\"name\": \"A\", \"share\": 1.01}",
		"team.json: share: is not between 0 and 1"},
	{"{\"name\": \"A\", \"share\": true}",
		"team.json: share: is true or false, not a number"},
	{"{\"name\": \"A\", \"open\": \"yes\"}",
		"team.json: open: is text, not true or false"},
	{"{\"name\": \"A\", \"after\": \"soon\"}", "team.json: after: is not a duration"},
	{"{\"name\": \"A\", \"after\": 24}", "team.json: after: is a number, not text"},
	{"{\"name\": \"A\", \"at\": \"2026-11-21\"}",
		"team.json: at: is not a time such as"},
	{"{\"name\": \"A\", \"day\": \"2026-02-29\"}",
		"team.json: day: is not a date such as"},
	{"{\"name\": \"A\", \"day\": \"2026-02-2\"}",
		"team.json: day: is not a date such as"},
	{"{\"name\": \"A\", \"day\": \"2026-02-20T\"}",
		"team.json: day: is not a date such as"},
	{"{\"name\": \"A\", \"route\": \"mial\"}",
		"team.json: route: is none of mail, task, none; did you mean mail?"},
	{"{\"name\": \"A\", \"route\": \"Task\"}",
		"team.json: route: is none of mail, task, none; did you mean task?"},
	{"{\"name\": \"A\", \"route\": \"pigeon\"}",
		"team.json: route: is none of mail, task, none"},
	{"{\"name\": \"A\", \"places\": \"a\"}",
		"team.json: places: is text, not a list"},
	{"{\"name\": \"A\", \"places\": [\"a\", 1]}",
		"team.json: places[1]: is a number, not text"},
	{"{\"name\": \"A\", \"places\": [\"\"]}", "team.json: places[0]: is empty"},
	{"{\"name\": \"A\", \"places\": [\"a\", \"b\", \"c\"]}",
		"team.json: places: has 3 items; the limit is 2"},
	{"{\"name\": \"A\", \"people\": {}}",
		"team.json: people: is an object, not a list"},
	{"{\"name\": \"A\", \"people\": [[]]}",
		"team.json: people[0]: is a list, not an object"},
	{"{\"name\": \"A\", \"people\": [{}]}", "team.json: people[0].rank: missing"},
	{"{\"name\": \"A\", \"aliases\": {\"a\": 1, \"b\": 1, \"c\": 1}}",
		"team.json: aliases: has 3 keys; the limit is 2"},
	{"{\"name\": \"A\", \"aliases\": {\"\": 1}}", "team.json: aliases.: is empty"},
	{"{\"name\": \"A\", \"aliases\": {\"a\\tb\": 1}}",
		"team.json: aliases.a?b: holds a control character"},
};

static void test_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		const char *json = broken[i].json;
		struct team t = {0};
		struct fault f = {0};
		auto_json *root = NULL;

		assert_int_equal(parse_team(json, strlen(json), &root, &t, &f), -1);
		if (strncmp(f.text, "team.json: ", 11) ||
			!strstr(f.text, broken[i].fault))
			fail_msg("case %zu: \"%s\", wanted \"%s\"", i, f.text,
				broken[i].fault);
		assert_int_equal(f.kind, FAULT_CONFIG);
		free(t.places);
	}
}

/* A value may be somebody's name: whatever is wrong with it, it is not in the fault. */
static void test_value_is_never_told(void **state)
{
	static const char *const shapes[] = {"{\"name\": \"%s\nb\"}",
		"{\"name\": \"%s\" \"b\"}", "{\"name\": \"A\", \"route\": \"%s\"}",
		"{\"name\": \"A\", \"day\": \"%s\"}",
		"{\"name\": \"A\", \"after\": \"%s\"}",
		"{\"name\": \"A\", \"at\": \"%s\"}",
		"{\"name\": \"%s\", \"name\": \"%s\"}",
		"{\"name\": \"A\", \"size\": \"%s\"}", "{\"name\": \"%s %s\"}",
		"{\"name\": \"A\", \"places\": [\"%s %s\"]}"};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		auto_text_buffer json = {0};
		struct team t = {0};
		struct fault f = {0};
		auto_json *root = NULL;

		for (const char *p = shapes[i]; *p; p++) {
			if (*p == '%')
				text_add_string(&json, "Zebedee"), p++;
			else
				text_add_char(&json, *p);
		}
		assert_int_equal(parse_team(json.bytes, json.length, &root, &t, &f), -1);
		assert_null(strstr(f.text, "Zebedee"));
	}
}

static void test_limits(void **state)
{
	auto_text_buffer deep = {0}, big = {0};
	struct fault f = {0};
	auto_json *root = NULL;

	(void)state;
	for (int i = 0; i < TRAIL_MAX_DEPTH; i++)
		text_add_char(&deep, '[');
	for (int i = 0; i < TRAIL_MAX_DEPTH; i++)
		text_add_char(&deep, ']');
	assert_int_equal(config_parse("x", deep.bytes, deep.length, &root, &f), 0);
	text_clear(&deep);
	for (int i = 0; i < 100000; i++)
		text_add_char(&deep, '[');
	config_freep(&root);
	assert_int_equal(config_parse("x", deep.bytes, deep.length, &root, &f), -1);
	assert_string_equal(f.text, "x: line 1: over 32 levels deep, the limit");

	text_add_string(&big, "{\"a\": \"");
	while (big.length < CONFIG_MAX_BYTES - 2)
		text_add_char(&big, 'a');
	text_add_string(&big, "\"}");
	assert_int_equal(config_parse("x", big.bytes, big.length, &root, &f), 0);
	text_add_char(&big, ' ');
	config_freep(&root);
	assert_int_equal(config_parse("x", big.bytes, big.length, &root, &f), -1);
	assert_string_equal(f.text, "x: over 1048576 bytes, the limit");
}

static void test_load(void **state)
{
	char path[] = "/tmp/test_config.XXXXXX", fifo[64];
	struct fault f = {0};
	auto_json *root = NULL;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "{\"a\": 1}\n", 9), 9);
	assert_int_equal(config_load(path, &root, &f), 0);
	assert_int_equal(json_integer_value(json_object_get(root, "a")), 1);
	config_freep(&root);

	assert_int_equal(ftruncate(fd, CONFIG_MAX_BYTES * 4), 0);
	assert_int_equal(config_load(path, &root, &f), -1);
	assert_non_null(strstr(f.text, "the limit"));
	close(fd);
	unlink(path);

	assert_int_equal(config_load(path, &root, &f), -1);
	assert_int_equal(f.kind, FAULT_CONFIG);
	assert_non_null(strstr(f.text, "cannot open"));
	assert_int_equal(config_load("/tmp", &root, &f), -1);
	assert_non_null(strstr(f.text, "not a regular file"));

	(void)snprintf(fifo, sizeof(fifo), "%s.fifo", path);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(config_load(fifo, &root, &f), -1); /* and returns */
	assert_non_null(strstr(f.text, "not a regular file"));
	unlink(fifo);
}

static void test_nearest(void **state)
{
	static const char *const names[] = {
		"import", "match", "group", "compose", "is", "in", NULL};
	static const char *const none[] = {NULL};
	static const struct {
		const char *given, *nearest;
	} cases[] = {{"improt", "import"}, {"imprt", "import"}, {"imports", "import"},
		{"IMPORT", "import"}, {"mtach", "match"}, {"grp", "group"},
		{"gruop", "group"}, {"iss", "is"}, {"i", NULL}, {"", NULL}, {"xyz", NULL},
		{"comp", NULL}, {"compo", "compose"}, {"", NULL}};
	char endless[300];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *got = config_nearest(cases[i].given, names);

		if (!cases[i].nearest ? got != NULL
				      : !got || strcmp(got, cases[i].nearest))
			fail_msg("%s: %s", cases[i].given, got ? got : "nothing");
	}
	assert_null(config_nearest("import", none));
	memset(endless, 'i', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	assert_null(config_nearest(endless, names));
}

/* Any beginning of a file, and any file with a byte turned, is read or refused. */
static void test_damage(void **state)
{
	static const char json[] =
		"{\"name\": \"Ann\\u00e9\", \"people\": [{\"rank\": \"a\\\"b\"}],"
		" \"places\": [\"a\"], \"aliases\": {\"a\": \"b\"}}";
	unsigned int seed = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(json) - 1; i++) {
		char copy[sizeof(json)];
		struct team t = {0};
		struct fault f = {0};
		auto_json *part = NULL, *turned = NULL;

		assert_int_equal(config_parse("x", json, i, &part, &f), -1);
		for (int round = 0; round < 20; round++) {
			memcpy(copy, json, sizeof(json));
			copy[i] = (char)(rand_r(&seed) & 0xff);
			f.kind = FAULT_NONE;
			if (parse_team(copy, sizeof(json) - 1, &turned, &t, &f))
				assert_int_equal(f.kind, FAULT_CONFIG);
			free(t.places);
			t.places = NULL;
			config_freep(&turned);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_absent_keeps_default),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_value_is_never_told),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
