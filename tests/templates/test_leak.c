/* SPDX-License-Identifier: MIT */
/* leak: where values stand in texts, and where they only seem to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "templates/leak.h"

static const char text[] =
	"# Police Staff in Leeds\n"
	"Ask J. White, or S White, force example. Ring 0300 123 4567 or PC 412.\n"
	"\n"
	"White, Megan O\xe2\x80\x99Neill-Smith is in Public Order; they keep public peace.\n"
	"- Gravesend is far. We met at Bexley on 03/04/1985.\n"
	"{{controller.name}} {{\nincident.nature}} Mill {{x}} Lane {{{y}}} \xc2\xa3"
	"38,205 \xe2\x80\x94 CS960 and 100 099, Smith' said; \xe2x or 0303\xc2\xa0\x31\x32\x33\n  1113; \xc2";

/* How each is asked for. */
enum as {
	WORDS,
	CAPITAL,
	ONE,
	PROPER
};
static const struct {
	const char *value;
	enum as as;
	unsigned line; /* 0: it is not there */
} asked[] = {
	{"s.white@force.example", WORDS, 2},
	{"White; Megan", WORDS, 4},
	{"megan o'neill smith", WORDS, 4},
	{"Megan ONeill", CAPITAL, 4},
	{"O Neill", WORDS, 0},
	{"public order", CAPITAL, 4}, /* it asks for no capitals */
	{"Public Order", CAPITAL, 4},
	{"Public Peace", CAPITAL, 0},
	{"Public Peace", WORDS, 4},
	{"412 White", WORDS, 2}, /* signs and blank lines part nothing */
	{"3 4 1985", WORDS, 5},
	{"mill lane", WORDS, 0}, /* a tag stands between */
	{"cs960 cs960", WORDS, 0},
	{"nature", ONE, 0}, /* a name in a tag */
	{"01234567", ONE, 0},
	{"3001234567", ONE, 2},
	{"03001234567", ONE, 2},
	{"123", ONE, 0}, /* a part of that number */
	{"100099", ONE, 7},
	{"412", ONE, 2},
	{"CS960", ONE, 7},
	{"38", ONE, 7},
	{"\xc2\xa3"
	 "38",
		ONE, 7},
	{"peace", ONE, 4},
	{"Peace", PROPER, 0},
	{"Leeds", PROPER, 1},
	{"Police", PROPER, 0}, /* the first of its line */
	{"Gravesend", PROPER, 0},
	{"Bexley", PROPER, 5},
	{"Smith said", WORDS, 7},
	{"3031231113", ONE, 7}, /* it goes on in the next line */
	{"303123", ONE, 0},
	{"\xe2x", ONE, 7},
};

static void values_where_they_stand(void **state)
{
	auto_leak_texts *t = leak_texts_new();

	(void)state;
	leak_texts_add(t, "notice/own", NULL, text, true);
	leak_texts_add(t, "incident.json", "nature", "It was in Bexley.", false);
	leak_texts_add(t, "empty", NULL, "", false);
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		struct leak_place at = {0};
		struct leak_value v;
		bool found;

		leak_value_read(asked[i].value, &v);
		found = asked[i].as <= CAPITAL
				? leak_texts_find(t, &v, asked[i].as == CAPITAL, &at)
				: leak_texts_find_word(
					  t, v.words[0], asked[i].as == PROPER, &at);
		if (found != (asked[i].line > 0) || at.line != asked[i].line)
			fail_msg("'%s': line %u, not %u", asked[i].value, at.line,
				asked[i].line);
		if (found)
			assert_string_equal(at.file, "notice/own");
	}
}

static void values_of_json(void **state)
{
	auto_leak_texts *t = leak_texts_new(), *nothing = leak_texts_new();
	struct leak_place at;
	struct leak_value v;

	(void)state;
	leak_texts_add(t, "incident.json", "nature", "One.\nTwo words.", false);
	leak_value_read("two words", &v);
	assert_int_equal(v.count, 2);
	assert_int_equal(v.letters, 8);
	assert_true(leak_texts_find(t, &v, false, &at));
	assert_string_equal(at.where, "nature");
	assert_int_equal(at.line, 0);
	assert_false(leak_texts_find(nothing, &v, false, &at));
	assert_false(leak_texts_find_word(nothing, v.words[0], false, &at));
	leak_texts_add(t, "b", NULL, "Added later on", false); /* after a question */
	leak_value_read("later on", &v);
	assert_true(leak_texts_find(t, &v, false, &at));
	assert_string_equal(at.file, "b");
	leak_value_read("one", &v); /* a row of one word is none */
	assert_false(leak_texts_find(t, &v, false, &at));
	leak_value_read(" ,- ", &v);
	assert_int_equal(v.count, 0);
	leak_value_read("a b c d e f g h i j k l m n o p q r s", &v);
	assert_int_equal(v.count, LEAK_VALUE_MAX);
	leak_texts_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_where_they_stand),
		cmocka_unit_test(values_of_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
