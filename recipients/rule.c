/* SPDX-License-Identifier: MIT */
/*
 * Reads a rule, folding and sorting its texts once, and asks it of facts. Which levels
 * there are and what follows from them is policy.c's; what a person's rows say is
 * facts.c's.
 *
 * What can go wrong: a field, test or value that means nothing. A rule that is silently
 * never true may leave somebody in danger among the ordinary cases, so every slip that
 * can be seen here is a fault.
 */
#include "recipients/rule.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/amount.h"
#include "recipients/date.h"
#include "recipients/field.h"
#include "recipients/pattern.h"
#include "recipients/trail.h"

#define LIST_SHOWN 4 /* texts of a list in a description */
#define MAX_FIELDS 128

enum about {
	ABOUT_PERSON,
	ABOUT_RECORD,
	ABOUT_EXPOSED,
	ABOUT_SHIELDED,
	ABOUT_FINDABILITY
};

enum test {
	IS,
	IN,
	NOT_IN,
	CONTAINS,
	MATCHES,
	PRESENT,
	MISSING,
	AT_LEAST,
	BELOW
};
static const char *const test_names[] = {"is", "in", "not_in", "contains", "matches",
	"present", "missing", "at_least", "below", NULL};
static const char *const test_words[] = {"is", "is", "is", "contains", "matches",
	"is present", "is missing", "is at least", "is below"};

/* Which tests make sense of what: bits by enum test. */
static const unsigned int tests_of[] = {
	[ABOUT_PERSON] = ~0u,
	[ABOUT_RECORD] = ~0u,
	[ABOUT_EXPOSED] = 1u << IN | 1u << NOT_IN | 1u << CONTAINS | 1u << MATCHES |
			  1u << PRESENT | 1u << MISSING,
	[ABOUT_SHIELDED] = 1u << IS,
	[ABOUT_FINDABILITY] =
		1u << IS | 1u << PRESENT | 1u << MISSING | 1u << AT_LEAST | 1u << BELOW,
};

struct condition {
	enum about about;
	enum test test;
	size_t field;        /* of a person or record: its number in the book */
	const char *subject; /* "person.unit" */
	bool unit;
	char **texts; /* folded, sorted */
	const char **written;
	size_t count;
	double number;    /* at_least, below; is, of findability */
	const char *date; /* the same as a date; NULL: a number */
	int32_t day;
	bool truth; /* is, of shielded */
};

struct rule {
	struct condition conditions[RULE_MAX_CONDITIONS];
	size_t count;
};

static int text_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int text_named(const void *text, const void *item)
{
	return strcmp(text, *(char *const *)item);
}

/* What a text is compared as: a unit under its own name, a kind of data as import calls
 * it. */
static char *compile_text(const struct condition *to, const struct facts_book *b,
	const char *written, const char *folded)
{
	const struct field *kind;

	if (to->test == MATCHES || (to->test == CONTAINS && to->about != ABOUT_EXPOSED))
		return text_copy(folded);
	kind = to->about == ABOUT_EXPOSED ? field_recognise(written) : NULL;
	if (kind && kind->words)
		return text_copy(kind->name);
	return text_copy(to->unit ? facts_unit(b, folded) : folded);
}

static int compile_texts(struct condition *to, const struct facts_book *b,
	struct config c, struct fault *f)
{
	const char *wrong;

	to->texts = text_alloc(to->count * sizeof(*to->texts));
	for (size_t i = 0; i < to->count; i++) {
		struct config item = json_is_array(c.value) ? config_item(&c, i) : c;
		auto_text_buffer folded = {0};

		facts_fold(to->written[i], &folded);
		if (!*folded.bytes)
			return config_fault(item, f, "is empty");
		wrong = to->test == MATCHES ? pattern_check(folded.bytes) : NULL;
		if (wrong)
			return config_fault(item, f, "%s", wrong);
		to->texts[i] = compile_text(to, b, to->written[i], folded.bytes);
	}
	qsort(to->texts, to->count, sizeof(*to->texts), text_order);
	return 0;
}

static int read_one_text(struct condition *to, struct config c, struct fault *f)
{
	to->written = text_alloc(sizeof(*to->written));
	to->count = 1;
	return config_string(c, FACTS_MAX_CHARACTERS, &to->written[0], f);
}

static int read_texts(struct condition *to, const struct facts_book *b, struct config c,
	size_t *strings, struct fault *f)
{
	bool either = to->test == CONTAINS || to->test == MATCHES;

	if (to->test == IS || (either && json_is_string(c.value))) {
		if (read_one_text(to, c, f))
			return -1;
	} else if (either && !json_is_array(c.value)) {
		return config_fault(c, f, "is neither a text nor a list of texts");
	} else if (config_strings(c, RULE_MAX_STRINGS, FACTS_MAX_CHARACTERS, &to->written,
			   &to->count, f)) {
		return -1;
	}
	if (!to->count)
		return config_fault(c, f, "is an empty list");
	*strings += to->count;
	if (*strings > RULE_MAX_STRINGS)
		return config_fault(
			c, f, "over %d texts in all rules, the limit", RULE_MAX_STRINGS);
	return compile_texts(to, b, c, f);
}

static int read_bound(struct condition *to, struct config c, struct fault *f)
{
	struct date date;

	if (json_is_number(c.value))
		return config_number(c, -1e15, 1e15, &to->number, f);
	if (!json_is_string(c.value) || to->about == ABOUT_FINDABILITY)
		return config_fault(c, f, "is not a number%s",
			to->about == ABOUT_FINDABILITY
				? ""
				: " or a date such as \"2026-11-21\"");
	if (config_date(c, &to->date, f))
		return -1;
	if (!date_parse(to->date, &date))
		return config_fault(c, f, "is not a date between 1000 and 2150");
	to->day = date.day;
	return 0;
}

static int read_true(struct config c, const char *other, struct fault *f)
{
	bool truth = false;

	if (config_bool(c, &truth, f))
		return -1;
	return truth ? 0 : config_fault(c, f, "is false; write {\"%s\": true}", other);
}

/* What stands behind a test's name. */
static int read_operand(struct condition *to, const struct facts_book *b, struct config c,
	size_t *strings, struct fault *f)
{
	switch (to->test) {
	case IS:
		if (to->about == ABOUT_SHIELDED)
			return config_bool(c, &to->truth, f);
		if (to->about == ABOUT_FINDABILITY)
			return config_number(c, 0, 1e15, &to->number, f);
		return read_texts(to, b, c, strings, f);
	case IN:
	case NOT_IN:
	case CONTAINS:
	case MATCHES:
		return read_texts(to, b, c, strings, f);
	case PRESENT:
		return read_true(c, "missing", f);
	case MISSING:
		return read_true(c, "present", f);
	case AT_LEAST:
	case BELOW:
		return read_bound(to, c, f);
	}
	return 0;
}

static const char *nearest_field(const char *name)
{
	const struct field *field = field_recognise(name);
	const char *names[MAX_FIELDS + 1];
	size_t count = 0;

	if (field)
		return field->name;
	for (field = field_next(NULL); field && count < MAX_FIELDS;
		field = field_next(field))
		names[count++] = field->name;
	names[count] = NULL;
	return config_nearest(name, names);
}

/* No known field has a sign other than these. */
static bool is_header(const char *name)
{
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0';
}

static int read_field(struct condition *to, struct facts_book *b, enum facts_side side,
	const char *name, struct config c, struct fault *f)
{
	static const char own[] = "column:";
	const char *nearest;

	if (!strncmp(name, own, sizeof(own) - 1)) {
		name += sizeof(own) - 1;
		if (!*name)
			return config_fault(c, f, "no column is named behind %s", own);
	} else if (!field_find(name)) {
		nearest = nearest_field(name);
		if (nearest)
			return config_fault(c, f,
				"unknown field; did you mean %s? Another column is "
				"written column:NAME",
				nearest);
		if (!is_header(name))
			return config_fault(c, f,
				"unknown field; a column of your own is written column:NAME");
	}
	to->field = facts_book_field(b, side, name);
	to->unit = !strcmp(name, "unit");
	return 0;
}

static int read_subject(
	struct condition *to, struct facts_book *b, struct config c, struct fault *f)
{
	static const char *const others[] = {"exposed", "shielded", "findability", NULL};

	to->subject = c.name;
	if (!strncmp(c.name, "person.", 7)) {
		to->about = ABOUT_PERSON;
		return read_field(to, b, FACTS_PERSON, c.name + 7, c, f);
	}
	if (!strncmp(c.name, "record.", 7)) {
		to->about = ABOUT_RECORD;
		return read_field(to, b, FACTS_RECORD, c.name + 7, c, f);
	}
	for (int i = 0; others[i]; i++) {
		if (!strcmp(c.name, others[i])) {
			to->about = (enum about)(ABOUT_EXPOSED + i);
			return 0;
		}
	}
	return config_unknown(c,
		"is none of person.FIELD, record.FIELD, exposed, shielded, findability",
		c.name, others, f);
}

static int read_test(struct condition *to, struct config c, struct fault *f)
{
	for (int i = 0; test_names[i]; i++) {
		if (strcmp(c.name, test_names[i]))
			continue;
		to->test = (enum test)i;
		if (tests_of[to->about] & 1u << i)
			return 0;
		return config_fault(c, f, "cannot be asked of %s", to->subject);
	}
	return config_unknown(c, "unknown test", c.name, test_names, f);
}

static int check_tests(struct config c, struct fault *f)
{
	if (json_is_array(c.value))
		return config_fault(c, f, "is a list; write {\"in\": [...]}");
	if (!json_is_object(c.value))
		return config_fault(c, f, "is a bare value; write {\"is\": ...}");
	if (!json_object_size(c.value))
		return config_fault(c, f, "has no test");
	return 0;
}

/* One key of a rule: a subject and its tests. */
static int read_conditions(struct rule *r, struct facts_book *b, struct config c,
	size_t *strings, struct fault *f)
{
	struct condition about = {0}, *to;
	const char *name;
	json_t *value;

	if (read_subject(&about, b, c, f) || check_tests(c, f))
		return -1;
	json_object_foreach(c.value, name, value)
	{
		struct config operand = config_needed(&c, name);

		if (r->count == RULE_MAX_CONDITIONS)
			return config_fault(operand, f,
				"over %d tests in one rule, the limit",
				RULE_MAX_CONDITIONS);
		to = &r->conditions[r->count++];
		*to = about;
		if (read_test(to, operand, f) || read_operand(to, b, operand, strings, f))
			return -1;
	}
	return 0;
}

static void rule_freep(struct rule **r)
{
	rule_free(*r);
}

int rule_parse(struct config c, struct facts_book *b, size_t *strings, struct rule **ret,
	struct fault *f)
{
	__attribute__((cleanup(rule_freep))) struct rule *r = text_alloc(sizeof(*r));
	const char *name;
	json_t *value;

	if (!json_is_object(c.value))
		return config_fault(c, f, "is not an object of conditions");
	if (!json_object_size(c.value))
		return config_fault(c, f, "has no condition");
	json_object_foreach(c.value, name, value)
	{
		if (read_conditions(r, b, config_member(&c, name), strings, f))
			return -1;
	}
	*ret = r;
	r = NULL;
	return 0;
}

void rule_free(struct rule *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++) {
		struct condition *c = &r->conditions[i];

		for (size_t k = 0; c->texts && k < c->count; k++)
			free(c->texts[k]);
		free(c->texts);
		free(c->written);
	}
	free(r);
}

static bool is_listed(const struct condition *c, const char *text)
{
	return bsearch(text, c->texts, c->count, sizeof(*c->texts), text_named);
}

static bool has_part(const struct condition *c, const char *text)
{
	for (size_t i = 0; i < c->count; i++)
		if (strstr(text, c->texts[i]))
			return true;
	return false;
}

static bool has_pattern(const struct condition *c, const char *text)
{
	for (size_t i = 0; i < c->count; i++)
		if (pattern_matches(c->texts[i], text))
			return true;
	return false;
}

/* -1: less than the bound, 0: at least, 1: cannot be compared. */
static int against_bound(const struct condition *c, const char *text)
{
	struct date date;
	double value;

	if (c->date)
		return date_parse(text, &date) ? -(date.day < c->day) : 1;
	return amount_parse(text, &value) ? -(value < c->number) : 1;
}

static bool value_holds(const struct condition *c, struct facts_value v)
{
	if (!v.text)
		return c->test == NOT_IN || c->test == MISSING;
	switch (c->test) {
	case IS:
	case IN:
		return is_listed(c, v.text);
	case NOT_IN:
		return !is_listed(c, v.text);
	case CONTAINS:
		return has_part(c, v.text) ||
		       (v.written != v.text && has_part(c, v.written));
	case MATCHES:
		return has_pattern(c, v.text) ||
		       (v.written != v.text && has_pattern(c, v.written));
	case PRESENT:
		return true;
	case MISSING:
		return false;
	case AT_LEAST:
		return against_bound(c, v.text) == 0;
	case BELOW:
		return against_bound(c, v.text) < 0;
	}
	return false;
}

static bool exposed_holds(const struct condition *c, const struct facts *facts)
{
	bool found = false;

	if (c->test == PRESENT || c->test == MISSING)
		return (facts->exposed_count > 0) == (c->test == PRESENT);
	for (size_t i = 0; i < facts->exposed_count && !found; i++)
		found = c->test == MATCHES ? has_pattern(c, facts->exposed[i])
					   : is_listed(c, facts->exposed[i]);
	return found != (c->test == NOT_IN);
}

static bool findability_holds(const struct condition *c, double value)
{
	bool known = value > 0;

	if (c->test == PRESENT || c->test == MISSING)
		return known == (c->test == PRESENT);
	if (c->test == AT_LEAST)
		return known && value >= c->number;
	if (c->test == BELOW)
		return known && value < c->number;
	return known && value >= c->number && value <= c->number;
}

static bool condition_holds(const struct condition *c, const struct facts *facts)
{
	switch (c->about) {
	case ABOUT_PERSON:
		return facts->person && value_holds(c, facts->person->values[c->field]);
	case ABOUT_RECORD:
		return facts->record && value_holds(c, facts->record->values[c->field]);
	case ABOUT_EXPOSED:
		return exposed_holds(c, facts);
	case ABOUT_SHIELDED:
		return facts->shielded == c->truth;
	case ABOUT_FINDABILITY:
		return findability_holds(c, facts->findability);
	}
	return false;
}

bool rule_holds(const struct rule *r, const struct facts *facts)
{
	for (size_t i = 0; i < r->count; i++)
		if (!condition_holds(&r->conditions[i], facts))
			return false;
	return true;
}

/* " is one of SO15, SO18", " contains secret", " matches one of 12 patterns". */
static bool is_among(const struct condition *c, const char *const *known)
{
	if (c->about != ABOUT_PERSON && c->about != ABOUT_RECORD)
		return false;
	while (*known && strcmp(strchr(c->subject, '.') + 1, *known) != 0)
		known++;
	return *known != NULL;
}

bool rule_holds_among(const struct rule *r, const struct facts *facts,
	const char *const *known, bool otherwise)
{
	for (size_t i = 0; i < r->count; i++)
		if (is_among(&r->conditions[i], known)
				? !condition_holds(&r->conditions[i], facts)
				: !otherwise)
			return false;
	return true;
}

static void describe_texts(const struct condition *c, struct text *out)
{
	const char *things = c->test == MATCHES ? "patterns"
			     : c->unit          ? "units"
						: "values";
	const char *of = c->count > 1 ? " one of" : "";

	if (c->test == NOT_IN)
		of = c->count > 1 ? " none of" : " not";
	text_printf(out, " %s%s", test_words[c->test], of);
	if (c->count > LIST_SHOWN) {
		text_printf(out, " %zu %s", c->count, things);
		return;
	}
	for (size_t i = 0; i < c->count; i++)
		text_printf(out, "%s %s", i ? "," : "", c->written[i]);
}

static void describe(const struct condition *c, struct text *out)
{
	trail_write_key(c->subject, strlen(c->subject), out);
	if (c->count) {
		describe_texts(c, out);
		return;
	}
	text_printf(out, " %s", test_words[c->test]);
	if (c->about == ABOUT_SHIELDED)
		text_add_string(out, c->truth ? " true" : " false");
	else if (c->date)
		text_printf(out, " %s", c->date);
	else if (c->test != PRESENT && c->test != MISSING)
		text_printf(out, " %.15g", c->number);
}

void rule_describe(const struct rule *r, struct text *out)
{
	for (size_t i = 0; i < r->count; i++) {
		if (i)
			text_add_string(out, " and ");
		describe(&r->conditions[i], out);
	}
}

bool rule_uses(const struct rule *r, enum facts_side side, size_t field)
{
	enum about about = side == FACTS_PERSON ? ABOUT_PERSON : ABOUT_RECORD;

	for (size_t i = 0; i < r->count; i++)
		if (r->conditions[i].about == about && r->conditions[i].field == field)
			return true;
	return false;
}

static bool names_unit(const struct condition *c, struct facts_value unit)
{
	if (c->about != ABOUT_PERSON || !c->unit || !c->count)
		return false;
	if (c->test == CONTAINS || c->test == MATCHES)
		return value_holds(c, unit);
	return is_listed(c, unit.text);
}

bool rule_names_unit(const struct rule *r, struct facts_value unit)
{
	for (size_t i = 0; i < r->count; i++)
		if (names_unit(&r->conditions[i], unit))
			return true;
	return false;
}
