/* SPDX-License-Identifier: MIT */
/*
 * Every shipped text: what must stand in it, and what never may. Run with the project's
 * folder as argument (or in it). The people and numbers are in notice.json.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "templates/mustache.h"
#include "templates/prose.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define PREVIEW 150 /* characters that a locked screen may show */

static const char subject_of_all[] = "A notice about your personal data";

/* To the force's own people, to others, and about what is gone, not out. */
enum about {
	STAFF,
	PUBLIC,
	LOST
};
/* One for each level; those of one incident are alike from outside. */
static const struct {
	const char *name, *incident;
	enum about about;
} notices[] = {
	{"notice/officer", "supplier", STAFF},
	{"notice/staff", "supplier", STAFF},
	{"notice/firearms", "supplier", STAFF},
	{"notice/protection", "supplier", STAFF},
	{"notice/counter-terrorism", "supplier", STAFF},
	{"notice/foi-release/officer", "foi-release", STAFF},
	{"notice/foi-release/staff", "foi-release", STAFF},
	{"notice/foi-release/specialist", "foi-release", STAFF},
	{"notice/publication/officer", "publication", STAFF},
	{"notice/publication/staff", "publication", STAFF},
	{"notice/publication/specialist", "publication", STAFF},
	{"notice/lost-notebook/officer", "lost-notebook", STAFF},
	{"notice/lost-notebook/staff", "lost-notebook", STAFF},
	{"notice/lost-notebook/specialist", "lost-notebook", STAFF},
	{"notice/crime-data/victim", "crime-data", PUBLIC},
	{"notice/crime-data/witness", "crime-data", PUBLIC},
	{"notice/crime-data/suspect", "crime-data", PUBLIC},
	{"notice/crime-data/person", "crime-data", PUBLIC},
	{"notice/lost-footage/victim", "lost-footage", LOST},
	{"notice/lost-footage/witness", "lost-footage", LOST},
	{"notice/lost-footage/suspect", "lost-footage", LOST},
	{"notice/lost-footage/person", "lost-footage", LOST},
	{"notice/lost-footage/officer", "lost-footage", LOST},
};

/* What is said of the same matter besides: each stands on the notice of the reader's
 * level. */
static const struct {
	const char *name, *holds; /* holds: what it says and the notice does not */
	bool corrects;
} others[] = {
	{"follow-up/reminder", "We are writing again because", false},
	{"follow-up/what-changed", "# What has changed", false},
	{"follow-up/correction", "# What was wrong", true},
	{"follow-up/all-clear", "This is our last message about it", false},
	{"task/letter", "This letter says the same in writing", false},
};

static const char *const blocks[] = {"salutation", "nature", "exposed", "consequences",
	"measures", "steps", "advice", "will_do", "contact", "support", "genuine",
	"never_ask", "next"};

/* Words that would tell a bystander what the reader's work is, or how others see their
 * risk. */
static const char *const give_aways[] = {"undercover", "covert", "surveillance",
	"counter-terrorism", "counter terrorism", "terrorism", "terrorist", "terrorists",
	"royal", "royals", "royalty", "firearm", "firearms", "armed", "weapon", "weapons",
	"gun", "ammunition", "informant", "informants", "source", "sources",
	"source handling", "CHIS", "witness", "anti-corruption", "corruption",
	"specialist", "special branch", "protection command", "protection team",
	"close protection", "protected person", "principal", "VIP", "diplomatic",
	"embassy", "parliament", "parliamentary", "minister", "ministers", "intelligence",
	"secret work", "SO15", "MO19", "RaSP", "PaDP", "DV", "high risk", "higher risk",
	"highest risk", "risk level", "level of risk", "risk group", "your level",
	"your unit", "your team", "sensitive role", "because of your role"};

static const char *const lures[] = {"urgent", "urgently", "immediately", "at once",
	"straight away", "act now", "as soon as possible", "deadline", "expires",
	"within 24 hours", "click", "log in", "login", "sign in", "download", "attached",
	"confirm your", "verify your", "update your", "compensation", "claim", "refund",
	"dear customer", "valued"};

static const char *const links[] = {"://", "http", "www.", "mailto", ".com", ".org",
	".net", ".police", ".gov", ".co.", ".example", "@"};

/* ------------------------------------------------------------------------------------------
 */

static bool file_read(const char *path, struct text *ret)
{
	char bytes[4096];
	FILE *file = fopen(path, "r");
	size_t n;

	if (!file)
		return false;
	while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		text_add(ret, bytes, n);
	(void)fclose(file);
	return true;
}

static const char *own = "notice/level"; /* the notice of the reader's level */

static int file_load(void *user, const char *name, struct text *ret, struct fault *f)
{
	auto_text path = text_format(
		"templates/%s.txt", strcmp(name, "notice/level") != 0 ? name : own);

	(void)user;
	(void)f;
	return file_read(path, ret);
}

static const struct mustache_loader loader = {file_load, NULL};

static void source_render(
	const char *name, const char *source, const json_t *data, struct text *ret)
{
	auto_mustache *m = NULL;
	struct fault f = {0};

	if (mustache_compile(
		    name, source, strlen(source), MUSTACHE_STRICT, &loader, &m, &f) < 0 ||
		mustache_render(m, data, ret, &f) < 0)
		fail_msg("%s: %s", name, f.text);
}

static void notice_render(const char *name, const json_t *data, struct text *ret)
{
	auto_text_buffer source = {0};

	if (!file_load(NULL, name, &source, NULL))
		fail_msg("templates/%s.txt is not there", name);
	source_render(name, text_string(&source), data, ret);
}

/* The two parts of a mail. */
static void notice_parts(const char *name, const json_t *data, struct text *ret_text,
	struct text *ret_html)
{
	auto_text_buffer notice = {0};
	auto_text subject = NULL;
	const char *prose;
	struct fault f = {0};

	notice_render(name, data, &notice);
	assert_int_equal(prose_split_subject(notice.bytes, &subject, &prose, &f), 0);
	assert_string_equal(subject, subject_of_all);
	assert_int_equal(prose_text(prose, ret_text, &f), 0);
	assert_int_equal(prose_html(subject, prose, ret_html, &f), 0);
}

static json_t *data_load(void)
{
	json_error_t error;
	json_t *data = json_load_file(
		"tests/templates/notice.json", JSON_REJECT_DUPLICATES, &error);

	if (!data)
		fail_msg("notice.json:%d: %s", error.line, error.text);
	return data;
}

/* Takes from the data all that an incident may leave out. */
static void data_thin(json_t *data)
{
	static const char *const lists[] = {
		"consequences", "measures", "exposed", "not_exposed", "closed_channels"};
	const char *key;
	json_t *value, *has = json_object_get(data, "has");

	for (size_t i = 0; i < COUNT(lists); i++)
		json_object_set_new(data, lists[i], json_array());
	json_object_foreach(has, key, value) json_object_set_new(has, key, json_false());
	json_object_set_new(data, "next_update", json_null());
	json_object_set_new(data, "told", json_false());
	json_object_set_new(data, "what_changed", json_array());
	json_object_set_new(data, "salutation", json_null());
	json_object_set_new(json_object_get(data, "incident"), "occurred", json_false());
	json_object_set_new(json_object_get(data, "help"), "hours", json_null());
	json_object_set_new(json_object_get(data, "help"), "welfare", json_null());
	json_object_set_new(json_object_get(data, "verify"), "hours", json_null());
	json_object_set_new(json_object_get(json_object_get(data, "controller"), "dpo"),
		"phone", json_null());
}

/* Form 0 to 15: certain or not, officer or not, either law, all values or only those that
 * must be. */
static json_t *data_form(unsigned form)
{
	json_t *data = data_load(), *regime = json_object_get(data, "regime");

	json_object_set_new(data, "certain", json_boolean(!(form & 1)));
	json_object_set_new(data, "officer", json_boolean(!(form & 2)));
	json_object_set_new(regime, "uk_gdpr", json_boolean(!(form & 4)));
	json_object_set_new(regime, "dpa_part_3", json_boolean(form & 4));
	if (form & 8)
		data_thin(data);
	return data;
}

/* As a word of its own, whatever its case. */
static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = text; (at = strcasestr(at, word)); at++)
		if ((at == text || !isalnum((unsigned char)at[-1])) &&
			!isalnum((unsigned char)at[length]))
			return true;
	return false;
}

/* ------------------------------------------------------------------------------------------
 */

static void source_check(const char *path)
{
	static const char known[] = "report@phishing.gov.uk";
	auto_text_buffer source = {0};
	char *at;

	assert_true(file_read(path, &source));
	for (size_t i = 0; i < source.length;
		i++) /* no dashes, quotes or blanks that only look like it */
		if (source.bytes[i] != '\n' && !isprint((unsigned char)source.bytes[i]))
			fail_msg("%s: byte %zu is not plain ASCII", path, i);
	while ((at = strstr(source.bytes, known)))
		memset(at, ' ', strlen(known));
	if (!strncmp(source.bytes, "{{!", 3)) /* a remark for whoever writes texts */
		source.bytes[2] = ' ';
	for (size_t i = 0; i < COUNT(links); i++)
		if (strcasestr(source.bytes, links[i]))
			fail_msg("%s: holds \"%s\"", path, links[i]);
	for (size_t i = 0; i < COUNT(lures); i++)
		if (has_word(source.bytes, lures[i]))
			fail_msg("%s: sounds like a lure: \"%s\"", path, lures[i]);
	if (strstr(source.bytes, " -- ") || strchr(source.bytes, '!'))
		fail_msg("%s: holds a dash or an exclamation mark", path);
}

static void test_sources(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob("templates/{notice,notice/*,advice,follow-up,task}/*.txt",
				 GLOB_BRACE, NULL, &found),
		0);
	assert_true(found.gl_pathc >= COUNT(notices));
	for (size_t i = 0; i < found.gl_pathc; i++)
		source_check(found.gl_pathv[i]);
	globfree(&found);
}

static void parts_check(
	const char *name, unsigned form, const char *text, const char *html)
{
	static const char *const holes[] = {
		"{{", "}}", "  .", " .", " ,", "()", "( ", " )", ".."};
	static const char *const empty[] = {
		"</h2>\n<h2>", "</h2>\n</body>", "<p></p>", "<li></li>", "<h2></h2>"};

	for (size_t i = 0; i < COUNT(holes); i++)
		if (strstr(text, holes[i]))
			fail_msg("%s, form %u: holds \"%s\"", name, form, holes[i]);
	for (size_t i = 0; i < COUNT(empty); i++)
		if (strstr(html, empty[i]))
			fail_msg("%s, form %u: an empty part", name, form);
	for (size_t i = 0; i < COUNT(give_aways); i++)
		if (has_word(text, give_aways[i]))
			fail_msg("%s, form %u: tells of the level: \"%s\"", name, form,
				give_aways[i]);
	for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
		if (strcspn(at, "\n") > PROSE_COLUMNS)
			fail_msg("%s, form %u: a line is too long", name, form);
}

static void every_form(const char *name, unsigned step)
{
	for (unsigned form = 0; form < 16; form += step) {
		auto_text_buffer text = {0}, html = {0};
		json_t *data = data_form(form);

		notice_parts(name, data, &text, &html);
		parts_check(name, form, text.bytes, html.bytes);
		json_decref(data);
	}
}

static void test_every_form(void **state)
{
	(void)state;
	for (size_t n = 0; n < COUNT(notices); n++)
		every_form(notices[n].name, 1);
	for (size_t n = 0; n < COUNT(notices); n++, own = "notice/level")
		for (size_t k = 0; k < COUNT(others); k++) {
			own = notices[n].name;
			every_form(others[k].name, 5);
		}
}

/* Kinds of incident by levels by texts: in each a reader finds what they need, and the
 * advice of their own level, unless nothing is advised. */
static void test_table(void **state)
{
	static const char *const needed[] = {"999", "116 123", "0303 123 1113",
		"020 7946 0901", "7946 0900", "rights", "BM-7KQ4-M2XT",
		"# What happens next", "# What we will never ask", "# How to check"};

	(void)state;
	for (size_t n = 0; n < COUNT(notices); n++)
		for (size_t k = 0; k < COUNT(others); k++) {
			auto_text_buffer notice = {0}, other = {0};
			json_t *data = data_form(k & 1);
			const char *support;

			notice_render(notices[n].name, data, &notice);
			own = notices[n].name;
			notice_render(others[k].name, data, &other);
			own = "notice/level";
			assert_non_null(strstr(other.bytes, others[k].holds));
			assert_null(strstr(notice.bytes, others[k].holds));
			for (size_t i = 0; i < COUNT(needed); i++)
				if (!strstr(other.bytes, needed[i]))
					fail_msg("%s on %s lacks %s", others[k].name,
						notices[n].name, needed[i]);
			support = strstr(notice.bytes, "# Who you can talk to");
			assert_non_null(support); /* to the end it is the level's own */
			if (!strncmp(others[k].name, "task/", 5))
				assert_non_null(strstr(other.bytes, support));
			json_decref(data);
		}
}

/* What is read out: in each call and visit the same is said, and to whom it is corrected
 * never that they are concerned. */
static void test_sheets(void **state)
{
	static const char *const sheets[] = {"task/call", "task/visit", "task/liaison",
		"task/guardian", "task/child", "task/next-of-kin"};
	static const char *const needed[] = {"999", "116 123", "020 7946 0901",
		"dpo@northmoor.example", "the front page of the intranet", "rights"};

	(void)state;
	for (size_t n = 0; n < COUNT(sheets) * 8; n++) {
		bool corrects = n & 1, changed = n & 2, lost = n & 4;
		json_t *data = data_form(lost ? 4 : 0),
		       *task = json_object_get(data, "task");
		auto_text_buffer sheet = {0};

		json_object_set_new(task, "corrects", json_boolean(corrects));
		json_object_set_new(task, "changed", json_boolean(changed));
		json_object_set_new(json_object_get(data, "kind"), "loss_of_data",
			json_boolean(lost));
		notice_render(sheets[n / 8], data, &sheet);
		for (size_t i = 0; i < COUNT(needed); i++)
			if (!strstr(sheet.bytes, needed[i]))
				fail_msg("%s, form %zu: lacks \"%s\"", sheets[n / 8],
					n % 8, needed[i]);
		assert_int_equal(
			strstr(sheet.bytes, "It is good news") != NULL, corrects);
		assert_int_equal(strstr(sheet.bytes, "was part of a data breach.") ||
					 strstr(sheet.bytes, "have been lost. We are"),
			!corrects);
		assert_int_equal(
			strstr(sheet.bytes, "Addresses were on the list, too.") != NULL,
			changed && !corrects);
		assert_int_equal(
			strstr(sheet.bytes, "by 1 September") != NULL, !corrects);
		assert_int_equal(strstr(sheet.bytes, "0808 2000 247") != NULL, lost);
		json_decref(data);
	}
}

/* What a locked screen shows tells nothing and is the same for all. */
static void test_preview(void **state)
{
	static const char *const telling[] = {"police", "officer", "breach", "risk",
		"danger", "Dear", "O'Neill", "Sergeant", "Northmoor", "private",
		"warrant"};
	char first[PREVIEW + 1] = "";

	(void)state;
	for (size_t n = 0; n < COUNT(notices); n++)
		for (unsigned form = 0; form < 16; form++) {
			auto_text_buffer text = {0}, html = {0};
			json_t *data = data_form(form);

			notice_parts(notices[n].name, data, &text, &html);
			assert_true(text.length > PREVIEW);
			text.bytes[PREVIEW] = '\0';
			if (!*first)
				memcpy(first, text.bytes, sizeof(first));
			assert_string_equal(text.bytes, first);
			json_decref(data);
		}
	for (size_t i = 0; i < COUNT(telling); i++)
		assert_null(strcasestr(first, telling[i]));
}

/* Each block is in each notice and says something: without it the text is shorter. */
static void test_blocks(void **state)
{
	(void)state;
	for (size_t n = 0; n < COUNT(notices); n++)
		for (unsigned form = 0; form < 16; form += 8) {
			auto_text_buffer whole = {0};
			json_t *data = data_form(form);

			notice_render(notices[n].name, data, &whole);
			for (size_t i = 0; i < COUNT(blocks); i++) {
				auto_text_buffer less = {0};
				auto_text source = text_format(
					"{{<%s}}{{$%s}}{{/%s}}{{/%s}}", notices[n].name,
					blocks[i], blocks[i], notices[n].name);

				source_render("test", source, data, &less);
				if (less.length + 60 > whole.length)
					fail_msg("%s: block %s is empty", notices[n].name,
						blocks[i]);
			}
			json_decref(data);
		}
}

/* What every reader needs, in every form; the lines may be broken anywhere, so it is one
 * word or number. */
static void test_needed(void **state)
{
	static const char *const needed[] = {"999", "7726", "159",
		"report@phishing.gov.uk", "dpo@northmoor.example", "Brackenbury",
		"BM-7KQ4-M2XT", "Northmoor", "intranet", "Commissioner's", "password",
		"\"I have", "anonymously"};

	(void)state;
	for (size_t n = 0; n < COUNT(notices); n++)
		for (unsigned form = 0; form < 16; form++) {
			auto_text_buffer text = {0}, html = {0};
			json_t *data = data_form(form);

			notice_parts(notices[n].name, data, &text, &html);
			for (size_t i = 0;
				i < COUNT(needed) - (notices[n].about != STAFF); i++)
				if (!strstr(text.bytes, needed[i]))
					fail_msg("%s, form %u: lacks \"%s\"",
						notices[n].name, form, needed[i]);
			json_decref(data);
		}
}

#define OURS "supplier foi-release publication lost-notebook"
#define LEAKS OURS " crime-data"

/* One switch of the data, the words that come and go with it, and in which incidents. */
static const struct {
	const char *group, *name, *words, *incidents;
} switches[] = {
	{NULL, "certain", "was part of a data breach", LEAKS},
	{NULL, "certain", "had a part have been lost", "lost-footage"},
	{NULL, "officer", "Police Federation", OURS},
	{NULL, "officer", "Your warrant card", "supplier"},
	{"regime", "uk_gdpr", "Article 34", LEAKS " lost-footage"},
	{"regime", "dpa_part_3", "section 68", LEAKS " lost-footage"},
	{"has", "photo", "One photo of you", OURS},
	{"has", "photo", "with your name or photo", "supplier"},
	{"has", "vetting", "Do not talk about your vetting", LEAKS},
	{"has", "pay_number", "even your pay number,", LEAKS},
	{"has", "pay_number", "Your pay number alone", "supplier"},
	{"has", "location", "Change where you park", OURS},
	{"has", "address", "Check your locks", LEAKS},
	{"has", "email", "Expect more unwanted messages", LEAKS},
	{"has", "phone", "You can let calls", LEAKS},
	{"has", "date_of_birth", "credit reference agencies", "supplier crime-data"},
	{"has", "date_of_birth", "Cifas", "supplier crime-data"},
};

static void test_switches(void **state)
{
	(void)state;
	for (size_t n = 0; n < COUNT(notices); n++)
		for (size_t i = 0; i < COUNT(switches); i++) {
			json_t *data = data_form(8), *group = data;
			auto_text_buffer off = {0}, on = {0};

			if (!strstr(switches[i].incidents, notices[n].incident)) {
				json_decref(data);
				continue;
			}
			if (switches[i].group)
				group = json_object_get(data, switches[i].group);
			json_object_set_new(group, switches[i].name, json_false());
			notice_render(notices[n].name, data, &off);
			json_object_set_new(group, switches[i].name, json_true());
			notice_render(notices[n].name, data, &on);
			if (strstr(off.bytes, switches[i].words) ||
				!strstr(on.bytes, switches[i].words))
				fail_msg("%s: \"%s\" does not go with %s",
					notices[n].name, switches[i].words,
					switches[i].name);
			json_decref(data);
		}
}

/* Someone who only may be concerned is never told that they are. */
static void test_not_certain(void **state)
{
	static const char *const certain[] = {"was part of", "have been lost. We",
		"information about you that was exposed", "was involved, as"};

	(void)state;
	for (size_t n = 0; n < COUNT(notices); n++) {
		auto_text_buffer notice = {0};
		json_t *data = data_form(1);

		notice_render(notices[n].name, data, &notice);
		for (size_t i = 0; i < COUNT(certain); i++)
			assert_null(strstr(notice.bytes, certain[i]));
		assert_non_null(strstr(notice.bytes, notices[n].about == LOST
							     ? "may have been lost, and"
							     : "may have been part of"));
		assert_non_null(
			strstr(notice.bytes, "If you are one of the people concerned"));
		if (notices[n].about != STAFF) /* nor what they would be in it */
			assert_non_null(strstr(notice.bytes, "\nIf so, "));
		json_decref(data);
	}
}

/* Whoever sees only the length of a mail must not learn the level from it. */
static void test_sizes(void **state)
{
	size_t lengths[COUNT(notices)];

	(void)state;
	for (unsigned form = 0; form < 16; form++) {
		for (size_t n = 0; n < COUNT(notices); n++) {
			auto_text_buffer text = {0}, html = {0};
			json_t *data = data_form(form);

			notice_parts(notices[n].name, data, &text, &html);
			lengths[n] = text.length;
			json_decref(data);
		}
		for (size_t n = 0; n < COUNT(notices); n++)
			for (size_t k = 0; k < COUNT(notices); k++)
				if (!strcmp(notices[n].incident, notices[k].incident) &&
					lengths[n] * 100 > lengths[k] * 108)
					fail_msg("%s is longer than %s: %zu, %zu",
						notices[n].name, notices[k].name,
						lengths[n], lengths[k]);
	}
}

/*
 * Easy to read: the Automated Readability Index (Senter and Smith 1967) is the school
 * year, about the age less five. Each block of the page ends a sentence.
 */
static void test_reading(void **state)
{
	(void)state;
	for (size_t n = 0; n < COUNT(notices); n++) {
		auto_text_buffer text = {0}, html = {0};
		json_t *data = data_form(1);
		size_t letters = 0, words = 0, sentences = 0, length = 0;
		double index;

		notice_parts(notices[n].name, data, &text, &html);
		for (const char *at = strstr(html.bytes, "</h1>"); at && *at; at++) {
			if (*at == '<') {
				at += strcspn(at, ">");
				sentences += length > 3;
				length = 0;
			} else if (isalnum((unsigned char)*at)) {
				letters++;
				if (strchr(" \n>(\"", at[-1])) {
					words++;
					length++;
				}
			} else if (strchr(".:?", *at) && strchr(" \n", at[1])) {
				if (length > 32)
					fail_msg("%s: a sentence of %zu words",
						notices[n].name, length);
				sentences++;
				length = 0;
			}
		}
		index = 4.71 * (double)letters / (double)words +
			0.5 * (double)words / (double)sentences - 21.43;
		if (index > 7 || words / sentences > 14)
			fail_msg("%s: hard to read, index %.1f", notices[n].name, index);
		if (words > 1500)
			fail_msg("%s: %zu words are too many", notices[n].name, words);
		json_decref(data);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_every_form),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_sheets),
		cmocka_unit_test(test_preview),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_needed),
		cmocka_unit_test(test_switches),
		cmocka_unit_test(test_not_certain),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_reading),
	};

	if (argc > 1 && chdir(argv[1])) {
		perror(argv[1]);
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
