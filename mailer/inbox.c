/* SPDX-License-Identifier: MIT */
/*
 * Reads only. What a letter proves is receipt.c's to write, what a human says of it
 * settle.c's.
 */
#include "mailer/inbox.h"

#include <string.h>

#include "mailer/receipt.h"
#include "mailer/settings.h"
#include "mailer/wire/letter.h"
#include "recipients/clock.h"
#include "recipients/config.h"
#include "recipients/text.h"

/* A list, by what its letters need, say, or are. NULL: that does not matter. */
static const struct list {
	const char *name, *need, *says, *class, *tied;
	bool open, conflict;
} lists[] = {
	{.name = "open", .open = true},
	{.name = "worried", .need = "worried"},
	{.name = "questions", .need = "question"},
	{.name = "orphans", .tied = "orphan"},
	{.name = "unsure", .need = "unsure"},
	{.name = "unparsable", .class = "unparsable"},
	{.name = "challenges", .says = "challenge"},
	{.name = "complaints", .says = "complaint"},
	{.name = "conflicts", .conflict = true},
	{.name = "bounced", .says = "bounced"},
	{.name = "delayed", .says = "delayed"},
	{.name = "delivered", .says = "delivered"},
	{.name = "relayed", .says = "relayed"},
	{.name = "expanded", .says = "expanded"},
	{.name = "acknowledged", .says = "acknowledged"},
	{.name = "read", .says = "read"},
	{.name = "away", .says = "away"},
	{.name = "other-mode", .tied = "other-mode"},
	{.name = "other", .class = "other"},
	{.name = "all"},
};
#define LISTS (sizeof(lists) / sizeof(lists[0]))

const char *const inbox_lists[] = {"open", "worried", "questions", "orphans", "unsure",
	"unparsable", "challenges", "complaints", "conflicts", "bounced", "delayed",
	"delivered", "relayed", "expanded", "acknowledged", "read", "away", "other-mode",
	"other", "all", NULL};

static int find_list(const char *name, const struct list **ret, struct fault *f)
{
	const char *near;

	for (size_t i = 0; i < LISTS; i++)
		if (!strcmp(lists[i].name, name ? name : "all")) {
			*ret = &lists[i];
			return 0;
		}
	near = config_nearest(name, inbox_lists);
	return fault_set(f, FAULT_USAGE,
		"there is no such list of letters%s%s%s (track --help names them)",
		near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static json_t *time_json(int64_t ms)
{
	char text[CLOCK_TEXT];

	return json_string(clock_write(ms, text));
}

static json_t *yes_no(struct query *q, const char *column)
{
	return query_null(q, column) ? json_null()
				     : json_boolean((int)query_int(q, column));
}

/* --- one letter of a list --- */

/* What it says, each thing once, and by what it hangs on its notice. */
static int add_receipts(struct query *q, int64_t reading, json_t *entry, struct fault *f)
{
	json_t *says = json_array();
	int got;

	(void)json_object_set_new(entry, "says", says);
	(void)json_object_set_new(entry, "tie", json_null());
	(void)json_object_set_new(entry, "agrees", json_null());
	(void)json_object_set_new(entry, "counts", json_false());
	query_bind_int(q, ":reading", reading);
	while ((got = query_next(q, f)) > 0) {
		(void)json_array_append_new(says, json_string(query_text(q, "says")));
		(void)json_object_set_new(
			entry, "tie", json_string(query_text(q, "tie")));
		(void)json_object_set_new(entry, "agrees", yes_no(q, "agrees"));
		if (query_int(q, "counts"))
			(void)json_object_set_new(entry, "counts", json_true());
	}
	return got;
}

static json_t *letter_json(struct query *q, const struct whom *whom)
{
	int64_t person = whom ? query_int(q, "person_id") : 0;
	const char *reference = person ? whom_reference(whom, person) : NULL;
	char scratch[ROSTER_NAME];

	return json_pack("{s:I,s:o,s:s?,s:s?,s:s?,s:s?,s:s?,s:s?,s:s?,s:s?,s:b}",
		"letter", (json_int_t)query_int(q, "letter_id"), "at",
		time_json(query_int(q, "at")), "class", query_text(q, "class"),
		"evidence", query_text(q, "evidence"), "reason", query_text(q, "reason"),
		"need", query_text(q, "need"), "ruling", query_text(q, "ruling"), "tied",
		query_text(q, "tied"), "person_id",
		person && !reference ? whom_name(whom, person, scratch) : NULL,
		"reference", reference, "cut", (int)query_int(q, "cut"));
}

int inbox_list(struct ledger *l, const struct whom *whom,
	const struct inbox_filter *filter, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL, *receipts = NULL;
	const struct list *list = NULL;
	int got;

	if (find_list(filter->list, &list, f) ||
		ledger_query(l,
			SQL("SELECT l.*, n.person_id FROM letter_now l LEFT JOIN notice n ON n.id = (SELECT min(c.notice_id)"
			    " FROM receipt c WHERE c.reading_id = l.reading_id)"
			    " WHERE l.mode = :mode AND (:letter = 0 OR l.letter_id = :letter)"
			    " AND (:person = 0 OR n.person_id = :person) AND (NOT :open OR l.need IS NOT NULL)"
			    " AND (:need IS NULL OR l.need = :need) AND (:class IS NULL OR l.class = :class)"
			    " AND (:tied IS NULL OR l.tied = :tied)"
			    " AND (:says IS NULL OR EXISTS (SELECT 1 FROM receipt c WHERE c.reading_id = l.reading_id AND c.says = :says))"
			    " AND (NOT :conflict OR EXISTS (SELECT 1 FROM receipt c JOIN person_proof p ON p.notice_id = c.notice_id"
			    "   WHERE c.reading_id = l.reading_id AND c.says = 'bounced' AND c.counts AND p.conflict))"
			    " ORDER BY CASE l.need WHEN 'worried' THEN 0 WHEN 'question' THEN 1 WHEN 'challenge' THEN 2"
			    " WHEN 'complaint' THEN 3 WHEN 'unsure' THEN 4 WHEN 'orphan' THEN 5 WHEN 'unparsable' THEN 6 ELSE 7 END,"
			    " l.letter_id"),
			&q, f) ||
		ledger_query(l,
			SQL("SELECT says, min(tie) AS tie, max(agrees) AS agrees, max(counts) AS counts FROM receipt"
			    " WHERE reading_id = :reading GROUP BY says ORDER BY min(id)"),
			&receipts, f))
		return -1;
	query_bind_text(q, ":mode", filter->mode);
	query_bind_int(q, ":letter", filter->letter);
	query_bind_int(q, ":person", filter->person);
	query_bind_int(q, ":open", list->open);
	query_bind_text(q, ":need", list->need);
	query_bind_text(q, ":class", list->class);
	query_bind_text(q, ":tied", list->tied);
	query_bind_text(q, ":says", list->says);
	query_bind_int(q, ":conflict", list->conflict);
	*ret = json_array();
	while ((got = query_next(q, f)) > 0) {
		json_t *entry = letter_json(q, whom);

		(void)json_array_append_new(*ret, entry);
		if (add_receipts(receipts, query_int(q, "reading_id"), entry, f)) {
			got = -1;
			break;
		}
	}
	if (got < 0) {
		json_decref(*ret);
		*ret = NULL;
	}
	return got;
}

/* --- one letter, opened --- */

static int add_recipients(
	struct ledger *l, int64_t reading, bool shielded, json_t *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	json_t *list = json_array();
	auto_row said = {0};
	int got;

	(void)json_object_set_new(ret, "recipients", list);
	if (ledger_query(l,
		    SQL("SELECT id, says, kind, agrees, counts, until, status, reason, evidence, said_sealed FROM receipt"
			" WHERE reading_id = :reading ORDER BY id"),
		    &q, f))
		return -1;
	query_bind_int(q, ":reading", reading);
	while ((got = query_next(q, f)) > 0) {
		if (query_sealed(q, "said_sealed", "receipt.said_sealed",
			    query_int(q, "id"), &said.packed, f))
			return -1;
		(void)json_array_append_new(list,
			json_pack("{s:s,s:s,s:o,s:b,s:o,s:s,s:s,s:s,s:s?,s:s?,s:s?}",
				"says", query_text(q, "says"), "kind",
				query_text(q, "kind"), "agrees", yes_no(q, "agrees"),
				"counts", (int)query_int(q, "counts"), "until",
				query_null(q, "until") ? json_null()
						       : time_json(query_int(q, "until")),
				"status", query_text(q, "status"), "reason",
				query_text(q, "reason"), "evidence",
				query_text(q, "evidence"), "recipient",
				shielded ? NULL : row_value(&said, RECEIPT_RECIPIENT),
				"final",
				shielded ? NULL : row_value(&said, RECEIPT_FINAL),
				"diagnostic",
				shielded ? NULL : row_value(&said, RECEIPT_DIAGNOSTIC)));
	}
	return got;
}

static int add_reading(
	struct ledger *l, int64_t letter, bool shielded, json_t *ret, struct fault *f)
{
	static const char *const names[] = {
		RECEIPT_FROM, RECEIPT_SUBJECT, RECEIPT_DATE, RECEIPT_TEXT};
	auto_query struct query *q = NULL;
	auto_row said = {0};
	int64_t reading;

	if (ledger_query(l,
		    SQL("SELECT id, said_sealed FROM reading WHERE letter_id = :letter ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_int(q, ":letter", letter);
	switch (query_next(q, f)) {
	case -1:
		return -1;
	case 0: /* kept, and not read yet */
		return 0;
	}
	reading = query_int(q, "id");
	if (query_sealed(
		    q, "said_sealed", "reading.said_sealed", reading, &said.packed, f))
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = shielded ? NULL : row_value(&said, names[i]);

		(void)json_object_set_new(
			ret, names[i], value ? json_string(value) : json_null());
	}
	query_reset(q);
	return add_recipients(l, reading, shielded, ret, f);
}

static int add_said(struct query *q, const char *place, json_t *list, struct fault *f)
{
	auto_row said = {0};
	int got;

	while ((got = query_next(q, f)) > 0) {
		if (query_sealed(
			    q, "said_sealed", place, query_int(q, "id"), &said.packed, f))
			return -1;
		(void)json_array_append_new(
			list, json_pack("{s:o,s:s,s:s?,s:s?}", "at",
				      time_json(query_int(q, "at")), "what",
				      query_text(q, "what"), "by", row_value(&said, "by"),
				      "because", row_value(&said, "reason")));
	}
	return got;
}

/* What humans said of it, ties first. */
static int add_history(struct ledger *l, int64_t letter, json_t *ret, struct fault *f)
{
	auto_query struct query *rulings = NULL, *ties = NULL;
	json_t *list = json_array();

	(void)json_object_set_new(ret, "history", list);
	if (ledger_query(l,
		    SQL("SELECT t.reading_id AS id, r.at, 'tied' AS what, t.said_sealed FROM letter_tied t"
			" JOIN reading r ON r.id = t.reading_id WHERE r.letter_id = :letter ORDER BY t.reading_id"),
		    &ties, f) ||
		ledger_query(l,
			SQL("SELECT id, at, choice AS what, said_sealed FROM letter_ruling WHERE letter_id = :letter ORDER BY id"),
			&rulings, f))
		return -1;
	query_bind_int(ties, ":letter", letter);
	query_bind_int(rulings, ":letter", letter);
	return add_said(ties, "letter_tied.said_sealed", list, f) ||
			       add_said(rulings, "letter_ruling.said_sealed", list, f)
		       ? -1
		       : 0;
}

int inbox_show(struct ledger *l, const struct whom *whom, const char *mode,
	int64_t letter, json_t **ret, struct fault *f)
{
	const struct inbox_filter filter = {.mode = mode, .letter = letter};
	auto_json *list = NULL;
	json_t *one;
	bool shielded;

	if (letter > 0 && inbox_list(l, whom, &filter, &list, f))
		return -1;
	if (!json_array_size(list))
		return fault_set(f, FAULT_USAGE,
			"there is no letter %lld (breachmail track --list all lists them)",
			(long long)letter);
	one = json_incref(json_array_get(list, 0));
	shielded = !json_is_null(json_object_get(one, "reference"));
	if (add_reading(l, letter, shielded, one, f) || add_history(l, letter, one, f)) {
		json_decref(one);
		return -1;
	}
	*ret = one;
	return 0;
}

/* --- counts --- */

int inbox_needs(struct ledger *l, const char *mode, json_t *needs, struct fault *f)
{
	auto_query struct query *q = NULL, *conflicts = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT need, count(*) AS letters FROM letter_now WHERE mode = :mode AND need IS NOT NULL GROUP BY need"
			" ORDER BY CASE need WHEN 'worried' THEN 0 WHEN 'question' THEN 1 ELSE 2 END, need"),
		    &q, f) ||
		ledger_query(l,
			SQL("SELECT count(*) AS people FROM person_proof WHERE mode = :mode AND conflict_open"
			    " AND notice_id IN (SELECT first_id FROM round_fact)"),
			&conflicts, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	while ((got = query_next(q, f)) > 0) {
		auto_text name = text_format("letters_%s", query_text(q, "need"));

		(void)json_object_set_new(
			needs, name, json_integer(query_int(q, "letters")));
	}
	query_bind_text(conflicts, ":mode", mode);
	if (got < 0 || query_next(conflicts, f) < 0)
		return -1;
	if (query_int(conflicts, "people"))
		(void)json_object_set_new(
			needs, "conflicts", json_integer(query_int(conflicts, "people")));
	return 0;
}

static bool is_away(struct query *q)
{
	if (query_null(q, "away_at"))
		return false;
	return query_null(q, "away_until") || query_int(q, "away_until") > clock_now();
}

/* The facts of a row of person_proof, each by its name. */
static size_t facts_of(struct query *q, const char *ret[10])
{
	const struct {
		const char *name;
		bool is_so;
	} all[] = {{"worried", query_int(q, "worried") != 0},
		{"question", query_int(q, "question") != 0},
		{"conflict", query_int(q, "conflict") != 0},
		{"read", !query_null(q, "read_at")}, {"away", is_away(q)},
		{"delayed", !query_null(q, "delayed_at")},
		{"expanded", query_int(q, "expanded") != 0},
		{"challenge", query_int(q, "challenge") != 0},
		{"complaint", query_int(q, "complaint") != 0}};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].is_so)
			ret[count++] = all[i].name;
	return count;
}

char *inbox_fact_words(struct query *q)
{
	auto_text_buffer words = {0};
	char day[SETTINGS_DAY];
	const char *facts[10];
	size_t count = facts_of(q, facts);

	for (size_t i = 0; i < count; i++) {
		text_printf(&words, "%s%s", i ? "; " : "", facts[i]);
		if (!strcmp(facts[i], "away") && !query_null(q, "away_until"))
			text_printf(&words, " until %s",
				settings_day(query_int(q, "away_until"), day));
	}
	return text_copy(text_string(&words));
}

int inbox_person(
	struct ledger *l, const char *mode, int64_t person, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	const char *facts[10];
	size_t count = 0;
	int got;

	if (ledger_query(l,
		    SQL("SELECT * FROM person_proof WHERE mode = :mode AND person_id = :person"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	query_bind_int(q, ":person", person);
	got = query_next(q, f);
	if (got < 0)
		return -1;
	if (got)
		count = facts_of(q, facts);
	*ret = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(*ret, json_string(facts[i]));
	return 0;
}

int inbox_facts(struct ledger *l, const char *mode, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	const char *facts[10];
	int got;

	/* of the others nothing came back: ten times quicker without them */
	if (ledger_query(l,
		    SQL("SELECT * FROM person_proof WHERE mode = :mode"
			" AND notice_id IN (SELECT first_id FROM round_fact)"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	*ret = json_object();
	while ((got = query_next(q, f)) > 0) {
		size_t count = facts_of(q, facts);

		for (size_t i = 0; i < count; i++) {
			json_int_t n =
				json_integer_value(json_object_get(*ret, facts[i]));

			(void)json_object_set_new(*ret, facts[i], json_integer(n + 1));
		}
	}
	if (got < 0)
		json_decref(*ret);
	return got;
}
