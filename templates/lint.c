/* SPDX-License-Identifier: MIT */
/*
 * The rules of a notice. Lures are lure.c's, words are words.c's. A finding is no fault:
 * whoever asked decides what follows.
 */
#include "templates/lint.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "templates/bait.h"
#include "templates/excuse.h"
#include "templates/lure.h"
#include "templates/prose.h"
#include "templates/words.h"

/* Who asks for it, and how that is said. */
struct asked {
	const char *by, *words;
};
#define LAW(where)                                                                       \
	{                                                                                \
		"law", "the law asks for it (" where ")"                                 \
	}
#define GUIDANCE(where)                                                                  \
	{                                                                                \
		"guidance", "guidance asks for it (" where ")"                           \
	}
#define AGAINST(where)                                                                   \
	{                                                                                \
		"guidance", "against guidance (" where ")"                               \
	}
#define PRACTICE                                                                         \
	{                                                                                \
		"practice", "against good practice"                                      \
	}
#define ICO GUIDANCE("ICO, personal data breaches")
#define NCSC GUIDANCE("NCSC, data breaches")

static const struct block {
	const char *name, *what;
	struct asked asked;
} blocks[] = {
	{"nature", "what happened", LAW("UK GDPR Art. 34(2); DPA 2018 s. 68(2)")},
	{"contact", "whom to ask",
		LAW("UK GDPR Art. 33(3)(b) and 34(2); DPA 2018 s. 68(2)")},
	{"consequences", "what it could mean",
		LAW("UK GDPR Art. 33(3)(c) and 34(2); DPA 2018 s. 68(2)")},
	{"measures", "what was done",
		LAW("UK GDPR Art. 33(3)(d) and 34(2); DPA 2018 s. 68(2)")},
	{"steps", "what the reader can do", ICO},
	{"exposed", "which kinds of their data", ICO},
	{"support", "help and welfare", ICO},
	{"genuine",
		"how to check that the message is genuine, in a way that the reader already knows",
		NCSC},
	{"never_ask", "what we will never ask", NCSC},
};
#define BLOCKS (sizeof(blocks) / sizeof(*blocks))

/* The rules but those of blocks; what is not here is good practice. */
static const struct {
	const char *rule;
	struct asked asked;
} rules[] = {
	{"no-contact", LAW("UK GDPR Art. 33(3)(b) and 34(2); DPA 2018 s. 68(2)")},
	{"reading-age",
		LAW("clear and plain language, UK GDPR Art. 34(2); DPA 2018 s. 52")},
	{"own-channel", AGAINST("NCSC, data breaches")},
	{"link", AGAINST("NCSC, data breaches")},
	{"address", AGAINST("NCSC, data breaches")},
	{"attachment", AGAINST("NCSC, data breaches")},
	{"urgency", AGAINST("NCSC, data breaches")},
	{"reward", AGAINST("NCSC, data breaches")},
	{"payment", AGAINST("NCSC, data breaches")},
	{"request", AGAINST("NCSC, data breaches")},
	{"secrecy", AGAINST("NCSC, data breaches")},
	{"greeting", AGAINST("NCSC, data breaches")},
	{"sender", AGAINST("NCSC, email security")},
	{"look-alike", AGAINST("NCSC, email security")},
	{"subject", AGAINST("GOV.UK Notify, information security")},
	{"lock-screen", AGAINST("GOV.UK Notify, information security")},
	{"subject-differs", AGAINST("ICO, email and security")},
	{"give-away", AGAINST("ICO, email and security")},
	{"leak", AGAINST("GOV.UK Notify, information security")},
	{"template", {"practice", NULL}}, /* it cannot be read at all */
};

/* Words with which false letters call. */
static const char calling[] =
	"important|alert|attention|warning|re|fw|fwd|reminder|action";

/* A check that the message itself offers. */
static const char *const own_channels[] = {
	"reply|respond|answer|write ... this|message|email|letter|it|us",
	"call|ring|phone ... number below|above|here"};

/* Words that tell a stranger who looks at a telephone. */
static const char *const telling[] = {
	"breach*|leak*|hack*|stolen|theft|exposed|disclosed|disclosure",
	"police*|officer*|constable*|sergeant*|inspector*",
	"undercover|covert|surveillance|informant*|intelligence",
	"counter-terror*|terror*|firearms|armed|protection officer*",
	"risk*|danger*|threat*|safety|security|vetting",
	"victim*|witness*|suspect*|crime*|criminal*|offence*|offender*|assault*|abuse*"};

bool lint_asks_for(const char *block)
{
	for (size_t i = 0; i < BLOCKS; i++)
		if (!strcmp(block, blocks[i].name))
			return true;
	return false;
}

/* --- the report --- */

void lint_report_done(struct lint_report *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->list[i].file);
		free(r->list[i].text);
	}
	free(r->list);
	json_decref(r->seen);
	*r = (struct lint_report){0};
}

static struct asked asked_for(const char *rule)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (!strcmp(rules[i].rule, rule))
			return rules[i].asked;
	return (struct asked)PRACTICE;
}

static void add_asked(struct lint_report *r, const char *file, unsigned line,
	const char *rule, const char *what, const struct asked *asked)
{
	auto_text text = text_format("%s%s%s", what, asked->words ? "; " : "",
		asked->words ? asked->words : "");

	for (size_t i = 0; i < r->count; i++)
		if (r->list[i].line == line && !strcmp(r->list[i].file, file) &&
			!strcmp(r->list[i].rule, rule) && !strcmp(r->list[i].text, text))
			return;
	if ((r->count & (r->count - 1)) == 0)
		r->list = text_realloc(
			r->list, (r->count ? r->count * 2 : 8) * sizeof(*r->list));
	r->list[r->count++] = (struct lint_finding){
		text_copy(file), line, rule, asked->by, text_copy(text)};
}

void lint_add(struct lint_report *r, const char *file, unsigned line, const char *rule,
	const char *text)
{
	const struct asked asked = asked_for(rule);

	add_asked(r, file, line, rule, text, &asked);
}

bool lint_has(const struct lint_report *r, const char *rule, const char *text)
{
	for (size_t i = 0; i < r->count; i++)
		if (!strcmp(r->list[i].rule, rule) && strstr(r->list[i].text, text))
			return true;
	return false;
}

/* --- sources and values --- */

struct place {
	struct lint_report *report;
	const char *file, *where; /* where: of a value; NULL */
	bool rendered;
};

static void found(void *user, unsigned line, const char *rule, const char *what)
{
	const struct place *p = user;
	auto_text text =
		p->where ? text_format("%s: %s", p->where, what) : text_copy(what);

	if (p->rendered && lint_has(p->report, rule, what))
		return;
	lint_add(p->report, p->file, p->where ? 0 : line, rule, text);
}

static bool is_long_number(const char *word)
{
	const char *first = word + (islower((unsigned char)*word) != 0);
	size_t digits = strspn(first, "0123456789");

	return digits >= 5 && !first[digits] && *first != '0';
}

/* "0300 123456": the second half of a telephone number. */
static bool is_telephone(const struct words *w, size_t at)
{
	return at > 0 && w->list[at - 1].sentence == w->list[at].sentence &&
	       strspn(w->list[at - 1].text, "0123456789") ==
		       strlen(w->list[at - 1].text) &&
	       (w->list[at - 1].text[0] == '0' || strlen(w->list[at - 1].text) <= 4);
}

static void find_leaks(struct place *p, const char *source, bool template)
{
	static const char rank_and_unit[] =
		"constable|sergeant|inspector|superintendent|commander|detective|pc|dc|ps|sgt|ds|di|dci|dsu|acc"
		" ... unit|command|branch|squad|bcu|division|so1*|mo19|sco19|surveillance|undercover|firearms|counter-terror*";
	const uint64_t begins = words_beginnings(rank_and_unit);
	auto_words words = {0};

	words_read(source, template, &words);
	for (size_t i = 0; i < words.count; i++) {
		if (is_long_number(words.list[i].text) && !is_telephone(&words, i))
			found(p, words.list[i].line, "leak",
				"a number like a pay or warrant number");
		if (words_may_begin(&words, i, begins) &&
			words_match(&words, i, rank_and_unit))
			found(p, words.list[i].line, "leak",
				"a rank with a unit: leave out one of them");
	}
}

void lint_source(struct lint_report *r, const char *file, const char *source,
	const char *const *allowed)
{
	struct place p = {.report = r, .file = file};
	const struct lure_text t = {source, true, allowed};

	lure_find(&t, found, &p);
	find_leaks(&p, source, true);
}

void lint_value(struct lint_report *r, const char *file, const char *where,
	const char *value, const char *const *allowed)
{
	struct place p = {.report = r, .file = file, .where = where};
	const struct lure_text t = {value, false, allowed};

	lure_find(&t, found, &p);
	find_leaks(&p, value, false);
}

/* --- one rendering --- */

struct rendering {
	struct lint_report *report;
	const char *file;
	const struct text *out;
	bool seen[BLOCKS];
	const char *salutation, *code;
	size_t never_from, never_to; /* where block never_ask stands */
};

/* Three words or more beside headings. */
static bool says_something(const char *prose, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length && count < 3;) {
		const char *line = prose + i, *end = memchr(line, '\n', length - i);
		size_t n = end ? (size_t)(end - line) + 1 : length - i;
		auto_text text = text_format("%.*s", (int)n, line);
		auto_words words = {0};

		if (*line != '#')
			words_read(text, false, &words);
		count += words.count;
		i += n;
	}
	return count >= 3;
}

static bool has_number(const char *s, size_t length)
{
	size_t digits = 0;

	for (size_t i = 0; i < length; i++) {
		if (s[i] >= '0' && s[i] <= '9')
			digits++;
		else if (s[i] != ' ' && s[i] != '-' && s[i] != '(' && s[i] != ')')
			digits = 0;
		if (digits >= 7)
			return true;
	}
	return false;
}

/* "Reply to this message, and we will say that it is ours." */
static bool offers_itself(const char *text, size_t length)
{
	auto_text copy = text_format("%.*s", (int)length, text);
	auto_words w = {0};

	words_read(copy, false, &w);
	for (size_t i = 0; i < w.count; i++)
		for (size_t k = 0; k < sizeof(own_channels) / sizeof(*own_channels);
			k++) {
			size_t count = words_match(&w, i, own_channels[k]);

			if (count && !excuse_denied(copy, &w, i, count))
				return true;
		}
	return false;
}

static void judge_contents(struct rendering *x, const char *file, unsigned line,
	const char *name, const char *words, size_t length)
{
	bool reachable = memchr(words, '@', length) || has_number(words, length);

	if (!strcmp(name, "contact") && !reachable)
		lint_add(x->report, file, line, "no-contact",
			"block 'contact' gives no address and no number");
	if (!strcmp(name, "genuine") && (reachable || offers_itself(words, length)))
		lint_add(x->report, file, line, "own-channel",
			"block 'genuine' offers this message's own number, address or reply: name a way that the reader already knows");
}

static void see_block(void *user, const char *file, const struct node *tag,
	const char *words, size_t length)
{
	struct rendering *x = user;

	if (!strcmp(tag->name, "never_ask")) {
		x->never_from = (size_t)(words - x->out->bytes);
		x->never_to = x->never_from + length;
	}
	for (size_t i = 0; i < BLOCKS; i++) {
		if (strcmp(tag->name, blocks[i].name) != 0)
			continue;
		x->seen[i] = true;
		if (!says_something(words, length)) {
			auto_text text = text_format("block '%s' (%s) says nothing",
				blocks[i].name, blocks[i].what);

			add_asked(x->report, file, tag->line, "empty-block", text,
				&blocks[i].asked);
			continue;
		}
		judge_contents(x, file, tag->line, tag->name, words, length);
	}
}

static void judge_blocks(struct rendering *x)
{
	for (size_t i = 0; i < BLOCKS; i++) {
		auto_text text = NULL;

		if (x->seen[i])
			continue;
		text = text_format(
			"has no block '%s', or not in each of its forms (a section around it): %s",
			blocks[i].name, blocks[i].what);
		add_asked(x->report, x->file, 1, "missing-block", text, &blocks[i].asked);
	}
}

static void judge_telling(struct rendering *x, const char *text, unsigned line,
	const char *rule, const char *where)
{
	auto_words words = {0};

	words_read(text, false, &words); /* a few: a subject, a preview */
	for (size_t i = 0; i < words.count; i++)
		for (size_t k = 0; k < sizeof(telling) / sizeof(*telling); k++)
			if (words_match(&words, i, telling[k])) {
				auto_text what = text_format(
					"\"%s\" in %s tells a stranger what it is about",
					words.list[i].text, where);

				lint_add(x->report, x->file, line, rule, what);
			}
	if (x->salutation && strstr(text, x->salutation)) {
		auto_text what = text_format("the reader's name stands in %s", where);

		lint_add(x->report, x->file, line, rule, what);
	}
}

/* Up to `count` characters of UTF-8, in one line. */
static char *beginning(const char *text, size_t count)
{
	auto_text_buffer out = {0};
	const char *s = text;

	for (size_t n = 0; *s && n < count; s++) {
		n += ((unsigned char)*s & 0xC0) != 0x80;
		text_add_char(&out, *s == '\n' ? ' ' : *s);
	}
	return text_copy(text_string(&out));
}

static void judge_age(struct rendering *x, const char *prose)
{
	auto_words words = {0};
	double age;

	words_read(prose, false, &words);
	age = words_reading_age(&words);
	if (age > x->report->reading_age)
		x->report->reading_age = age;
	if (age > LINT_READING_AGE) {
		auto_text text = text_format(
			"is for a reading age of %.1f, above %.0f (Automated Readability Index): shorter words and sentences",
			age, LINT_READING_AGE);

		lint_add(x->report, x->file, 1, "reading-age", text);
	}
}

/* What a subject may not say of any letter; its code is for the telephone. */
static void judge_calling(struct rendering *x, const char *subject)
{
	auto_words w = {0};

	words_read(subject, false, &w);
	for (size_t i = 0; i < w.count; i++)
		if (words_match(&w, i, calling)) {
			auto_text what = text_format(
				"\"%s\" in the subject is what false letters say",
				w.list[i].text);

			lint_add(x->report, x->file, 1, "subject", what);
		}
	if (x->code && strstr(subject, x->code))
		lint_add(x->report, x->file, 1, "subject",
			"the reference code stands in the subject");
}

static void judge_beginning(struct rendering *x, const char *subject, const char *prose)
{
	auto_text first = beginning(prose, LINT_PREVIEW);

	judge_telling(x, subject, 1, "subject", "the subject");
	judge_calling(x, subject);
	judge_telling(x, first, 1, "lock-screen", "the first 150 characters");
}

/* Letters of an incident have most paragraphs in common, and nothing is said twice: of
 * those that were looked at only the lines stay. No phrase reaches beyond its paragraph.
 */
static void blank_seen(struct lint_report *r, char *body)
{
	if (!r->seen)
		r->seen = json_object();
	for (char *from = body, *to; *from; from = to) {
		char *blank = strstr(from, "\n\n"), end;

		to = blank ? blank + 2 : from + strlen(from);
		end = *to;
		*to = '\0';
		if (!json_object_get(r->seen, from))
			(void)json_object_set_new(r->seen, from, json_true());
		else
			for (char *s = from; *s; s++)
				*s = *s == '\n' ? '\n' : ' ';
		*to = end;
	}
}

static void judge_lures(struct rendering *x, const char *subject, const char *prose,
	const char *const *allowed)
{
	struct place p = {.report = x->report, .file = x->file, .rendered = true};
	auto_text body = text_copy(prose);
	size_t before = (size_t)(prose - text_string(x->out));
	const struct lure_text t = {body, false, allowed}, s = {subject, false, allowed};

	if (x->never_from >= before)
		bait_hide_promises(body, x->never_from - before, x->never_to - before);
	blank_seen(x->report, body);
	lure_find(&t, found, &p);
	lure_find(&s, found, &p);
}

/* "FILE:LINE: words" as a finding in that file. */
void lint_fault(struct lint_report *r, const char *file, const struct fault *f)
{
	const char *words = f->text, *colon = strchr(words, ':');
	unsigned line = 1;

	for (; colon; colon = strchr(colon + 1, ':')) {
		char *end;
		unsigned long n = strtoul(colon + 1, &end, 10);

		if (end == colon + 1 || *end != ':')
			continue;
		line = (unsigned)n;
		words = strncmp(words, file, strlen(file)) == 0 ? end + 2 : words;
		break;
	}
	lint_add(r, file, line, "template", words);
}

void lint_rendering(struct lint_report *r, const char *file, const struct mustache *m,
	const json_t *data, const char *const *allowed, bool words)
{
	auto_text_buffer out = {0};
	auto_text subject = NULL;
	struct rendering x = {.report = r,
		.file = file,
		.out = &out,
		.salutation = json_string_value(json_object_get(data, "salutation")),
		.code = json_string_value(json_object_get(data, "code"))};
	const struct mustache_watch watch = {see_block, &x};
	const char *prose;
	struct fault f = {0};

	if (mustache_render_watched(m, data, &watch, &out, &f)) {
		lint_fault(r, file, &f);
		return;
	}
	judge_blocks(&x);
	if (prose_split_subject(text_string(&out), &subject, &prose, &f)) {
		lint_add(r, file, 1, "subject",
			"has no subject: the first line is 'Subject: ...', the second is blank");
		return;
	}
	judge_beginning(&x, subject, prose);
	if (!words)
		return;
	judge_age(&x, prose);
	judge_lures(&x, subject, prose, allowed);
}
