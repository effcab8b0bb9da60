/* SPDX-License-Identifier: MIT */
/*
 * The log. The clock that it stops is status.c's, the report in which it stands
 * regulator.c's.
 */
#include "mailer/note.h"

#include <string.h>

#include "mailer/show.h"
#include "recipients/clock.h"
#include "recipients/config.h"
#include "recipients/text.h"

#define SEAL_PAD 256

const char *const note_kinds[] = {"regulator-told", "decision", "delay", "measure", NULL};

static int check(const struct note *n, struct fault *f)
{
	const char *near = config_nearest(n->kind, note_kinds);

	for (const char *const *k = note_kinds;; k++) {
		if (!*k)
			return fault_set(f, FAULT_USAGE,
				"--kind takes regulator-told, decision, delay or measure%s%s%s",
				near ? " (did you mean " : "", near ? near : "",
				near ? "?)" : "");
		if (!strcmp(*k, n->kind))
			break;
	}
	if (!n->text[strspn(n->text, " \t\r\n")])
		return fault_set(f, FAULT_USAGE, "a note without words says nothing");
	if (strlen(n->text) > NOTE_TEXT_MAX)
		return fault_set(
			f, FAULT_USAGE, "a note has at most %d bytes", NOTE_TEXT_MAX);
	if (n->at > clock_now())
		return fault_set(f, FAULT_USAGE,
			"a note is about what was: its time has not come yet");
	return 0;
}

static int insert(struct ledger *l, const struct note *n, int64_t about,
	int64_t *ret_number, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row said = {0};

	if (ledger_number(l, SQL("SELECT max(id) FROM note"), 0, ret_number, f) ||
		ledger_query(l,
			SQL("INSERT INTO note (id, run_id, at, happened_at, kind, note_id, text_sealed)"
			    " VALUES (:id, :run, :at, :happened_at, :kind, :note, :text_sealed)"),
			&q, f))
		return -1;
	row_add(&said, "by", n->by);
	row_add(&said, "text", n->text);
	query_bind_int(q, ":id", ++*ret_number);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_int(q, ":happened_at", n->at);
	query_bind_text(q, ":kind", n->kind);
	if (about)
		query_bind_int(q, ":note", about);
	else
		query_bind_null(q, ":note");
	query_bind_sealed(q, ":text_sealed", "note.text_sealed", *ret_number,
		said.packed.bytes, said.packed.length, SEAL_PAD);
	return query_run(q, f);
}

int note_write(
	struct ledger *l, const struct note *n, int64_t *ret_number, struct fault *f)
{
	if (check(n, f) || ledger_begin(l, f))
		return -1;
	if (insert(l, n, 0, ret_number, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

static int check_stands(
	struct ledger *l, const char *mode, int64_t number, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l, SQL("SELECT 1 FROM note_now WHERE id = :id AND mode = :mode"),
		    &q, f))
		return -1;
	query_bind_int(q, ":id", number);
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	query_reset(q);
	if (got)
		return got < 0 ? -1 : 0;
	return fault_set(f, FAULT_USAGE,
		"there is no note %lld, or it is withdrawn already (breachmail note lists them)",
		(long long)number);
}

int note_withdraw(struct ledger *l, const char *mode, int64_t number, const char *by,
	const char *reason, struct fault *f)
{
	const struct note n = {
		.kind = "withdrawn", .text = reason, .by = by, .at = clock_now()};
	int64_t written;

	if (ledger_begin(l, f))
		return -1;
	if (check_stands(l, mode, number, f) || insert(l, &n, number, &written, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

/* --- reading --- */

static json_t *find(json_t *list, json_int_t number)
{
	json_t *note;
	size_t i;

	json_array_foreach(list, i, note) if (json_integer_value(json_object_get(note,
						      "number")) == number) return note;
	return NULL;
}

/* A withdrawal stands with what it withdraws, which the order has brought before it. */
static int read_note(struct query *q, json_t *list, struct fault *f)
{
	auto_row said = {0};
	const char *by, *text;

	if (query_sealed(q, "text_sealed", "note.text_sealed", query_int(q, "id"),
		    &said.packed, f))
		return -1;
	by = row_value(&said, "by");
	text = row_value(&said, "text");
	if (!query_null(q, "note_id"))
		return json_object_set_new(find(list, query_int(q, "note_id")),
			       "withdrawn",
			       json_pack("{s:o,s:s?,s:s?}", "written_at",
				       show_time(q, "at"), "by", by, "text", text))
			       ? fault_set(f, FAULT_LEDGER, "a note withdraws nothing")
			       : 0;
	(void)json_array_append_new(list,
		json_pack("{s:I,s:s,s:o,s:o,s:s?,s:s?,s:n}", "number",
			(json_int_t)query_int(q, "id"), "kind", query_text(q, "kind"),
			"at", show_time(q, "happened_at"), "written_at",
			show_time(q, "at"), "by", by, "text", text, "withdrawn"));
	return 0;
}

int note_list(struct ledger *l, const char *mode, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = json_array();
	if (ledger_query(l,
		    SQL("SELECT n.* FROM note n JOIN run r ON r.id = n.run_id WHERE r.mode = :mode"
			" ORDER BY n.note_id IS NOT NULL, n.happened_at, n.id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	while ((got = query_next(q, f)) > 0)
		if (read_note(q, *ret, f))
			return -1;
	return got;
}

int note_regulator_told(struct ledger *l, const char *mode, int64_t *ret, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("SELECT coalesce(min(happened_at), 0) AS told FROM note_now"
			" WHERE kind = 'regulator-told' AND mode = :mode"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	if (query_next(q, f) < 0)
		return -1;
	*ret = query_int(q, "told");
	return 0;
}

int note_count(struct ledger *l, const char *mode, const char *kind, int64_t *ret,
	struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("SELECT count(*) AS notes FROM note_now WHERE kind = :kind AND mode = :mode"),
		    &q, f))
		return -1;
	query_bind_text(q, ":kind", kind);
	query_bind_text(q, ":mode", mode);
	if (query_next(q, f) < 0)
		return -1;
	*ret = query_int(q, "notes");
	return 0;
}
