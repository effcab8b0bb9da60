/* SPDX-License-Identifier: MIT */
/*
 * From a table to rows in the ledger. How files are read is table.c's, which column is
 * which field, and whose, is columns.c's, who is who in the leak is match.c's.
 *
 * Rows are sealed and written in the order of their random ids, a block at a time:
 * neither the ids nor the pages of the file tell in which order people stood in the list.
 */
#include "recipients/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/columns.h"
#include "recipients/facts.h"
#include "recipients/known.h"
#include "recipients/roster.h"
#include "recipients/shield.h"
#include "recipients/table.h"
#include "recipients/text.h"

#define BLOCK_BYTES ((size_t)48 << 20) /* of packed rows that wait to be written */
#define SEAL_PAD 128

struct waiting { /* a packed row that is not written yet */
	int64_t id, person;
	size_t offset, length;
};

struct import {
	struct ledger *ledger;
	const struct import_options *options;
	struct import_tally *tally;
	struct table *table;
	const char *sheet; /* of a workbook, the one that is read; else NULL */
	struct columns columns;
	int64_t source;
	unsigned char digest[VAULT_DIGEST];
	struct known *known; /* people lists: who is there already */
	struct facts_row entry;
	struct text packed; /* bytes of the waiting rows */
	struct waiting *waiting;
	size_t waiting_count, waiting_room;
	int64_t *new_people;
	size_t new_people_count, new_people_room;
	struct text reject_reasons; /* NUL-separated */
};

/* --- columns --- */

static int map_columns(struct import *im, struct fault *f)
{
	const struct import_options *o = im->options;
	const char *kind = o->people ? "people" : "breach";
	struct columns_wish wish = {.file = o->file,
		.people = o->people,
		.maps = o->maps,
		.maps_count = o->maps_count};
	size_t count;
	const char *const *header = table_header(im->table, &count);

	if (o->policy)
		wish.policy = json_object_get(o->policy->matching, kind);
	if (columns_map(&im->columns, header, count, &wish, f))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (table_hidden(im->table, i))
			(void)json_array_append_new(
				im->tally->hidden_columns, json_string(header[i]));
	im->tally->format = table_format(im->table);
	im->tally->encoding = table_encoding(im->table);
	columns_tally(&im->columns, &im->tally->columns, &im->tally->unmapped);
	return 0;
}

/* --- writing --- */

static int compare_waiting(const void *a, const void *b)
{
	const struct waiting *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static int compare_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int write_people(struct import *im, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (!im->new_people_count)
		return 0;
	qsort(im->new_people, im->new_people_count, sizeof(*im->new_people), compare_id);
	if (ledger_query(im->ledger,
		    SQL("INSERT INTO person (id, source_id) VALUES (:id, :source)"), &q,
		    f))
		return -1;
	query_bind_int(q, ":source", im->source);
	for (size_t i = 0; i < im->new_people_count; i++) {
		query_bind_int(q, ":id", im->new_people[i]);
		if (query_run(q, f))
			return -1;
	}
	im->new_people_count = 0;
	return 0;
}

static int write_rows(struct import *im, struct fault *f)
{
	bool people = im->options->people;
	auto_query struct query *q = NULL;

	if (write_people(im, f) ||
		ledger_query(im->ledger,
			people ? SQL("INSERT INTO entry (id, person_id, source_id, fields_sealed)"
				     " VALUES (:id, :person, :source, :fields_sealed)")
			       : SQL("INSERT INTO record (id, source_id, fields_sealed)"
				     " VALUES (:id, :source, :fields_sealed)"),
			&q, f))
		return -1;
	if (im->waiting_count)
		qsort(im->waiting, im->waiting_count, sizeof(*im->waiting),
			compare_waiting);
	query_bind_int(q, ":source", im->source);
	for (size_t i = 0; i < im->waiting_count; i++) {
		const struct waiting *w = &im->waiting[i];

		query_bind_int(q, ":id", w->id);
		if (people)
			query_bind_int(q, ":person", w->person);
		query_bind_sealed(q, ":fields_sealed",
			people ? "entry.fields_sealed" : "record.fields_sealed", w->id,
			im->packed.bytes + w->offset, w->length, SEAL_PAD);
		if (query_run(q, f))
			return -1;
	}
	im->waiting_count = 0;
	text_clear(&im->packed);
	return 0;
}

static int write_rejects(struct import *im, struct fault *f)
{
	auto_query struct query *q = NULL;
	const char *reason = im->reject_reasons.bytes;
	int64_t *ids;
	int failed = 0;

	if (ledger_query(im->ledger,
		    SQL("INSERT INTO reject (id, source_id, reason_sealed) VALUES (:id, :source, :reason_sealed)"),
		    &q, f))
		return -1;
	ids = vault_random_ids(
		im->tally->rejected); /* rejects are listed as in the file */
	query_bind_int(q, ":source", im->source);
	for (size_t i = 0; !failed && i < im->tally->rejected; i++) {
		query_bind_int(q, ":id", ids[i]);
		query_bind_sealed(q, ":reason_sealed", "reject.reason_sealed", ids[i],
			reason, strlen(reason), SEAL_PAD);
		failed = query_run(q, f);
		reason += strlen(reason) + 1;
	}
	free(ids);
	return failed;
}

static void describe(const struct import *im, struct row *about)
{
	row_add(about, "#file", im->options->file);
	row_add(about, "#format", table_format(im->table));
	row_add(about, "#encoding", table_encoding(im->table));
	row_add(about, "#sheet", im->sheet);
	row_add(about, "#controller", im->options->controller);
	columns_describe(&im->columns, about);
}

static int write_source(struct import *im, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row about = {0};

	if (ledger_query(im->ledger,
		    SQL("INSERT INTO source (id, run_id, kind, as_of, digest, rows, accepted, rejected, people, known_before,"
			" protected, about_sealed) VALUES (:id, :run, :kind, :as_of, :digest, :rows, :accepted, :rejected,"
			" :people, :known_before, :protected, :about_sealed)"),
		    &q, f))
		return -1;
	describe(im, &about);
	query_bind_int(q, ":id", im->source);
	query_bind_int(q, ":run", ledger_run(im->ledger));
	query_bind_text(q, ":kind", im->options->people ? "people" : "breach");
	query_bind_text(q, ":as_of", im->options->as_of);
	query_bind_blob(q, ":digest", im->digest, sizeof(im->digest));
	query_bind_int(q, ":rows", (int64_t)im->tally->rows);
	query_bind_int(q, ":accepted", (int64_t)im->tally->accepted);
	query_bind_int(q, ":rejected", (int64_t)im->tally->rejected);
	query_bind_int(q, ":people", (int64_t)im->tally->people);
	query_bind_int(q, ":known_before", (int64_t)im->tally->known_before);
	query_bind_int(q, ":protected", (int64_t)im->tally->protected);
	query_bind_sealed(q, ":about_sealed", "source.about_sealed", im->source,
		about.packed.bytes, about.packed.length, SEAL_PAD);
	return query_run(q, f);
}

/* --- rows --- */

static void reject(struct import *im, const struct table_row *row, const char *column,
	const char *reason)
{
	auto_text words = text_format("row %zu%s%s: %s", row->number, column ? ", " : "",
		column ? column : "", reason);

	text_add(&im->reject_reasons, words, strlen(words) + 1);
	if (im->tally->rejected < IMPORT_REJECTS_SHOWN) {
		im->tally->rejects[im->tally->rejected] = words;
		words = NULL;
	}
	im->tally->rejected++;
}

/* Does the row that was packed last say this of itself? */
static bool said_by_row(const struct row *packed, size_t start, const char *field)
{
	const char *name = NULL, *value;

	while (row_packed_next(packed->packed.bytes + start,
		packed->packed.length - start, &name, &value))
		if (!strcmp(name, field))
			return true;
	return false;
}

/* Appends the row's fields to the packed bytes; returns where they begin. */
static size_t pack(struct import *im, size_t party, const struct table_row *row)
{
	struct row packed = {im->packed};
	size_t start = packed.packed.length;
	char number[24];

	(void)snprintf(number, sizeof(number), "%zu", row->number);
	row_add(&packed, ROSTER_ROW, number);
	columns_pack(&im->columns, party, row->values, &packed);
	if (im->options->controller && !said_by_row(&packed, start, "controller"))
		row_add(&packed, "controller", im->options->controller);
	im->packed = packed.packed;
	return start;
}

/* Told in person, or withheld from the reps. An ordinary officer is neither, although
 * above the default level. */
static bool is_protected(struct import *im, const char *packed, size_t length)
{
	struct policy_verdict verdict = {0};
	const struct facts facts = {.person = &im->entry};
	const struct policy *p = im->options->policy;
	size_t level;

	if (!p)
		return false;
	facts_row_read(&im->entry, &p->book, FACTS_PERSON, packed, length);
	policy_judge(p, &facts, &verdict);
	level = policy_level_of(p, &verdict);
	return level < p->default_level && (p->levels[level].review == POLICY_WITHHELD ||
						   p->levels[level].route != POLICY_MAIL);
}

/* Gives a list's row its person. 1: rejected. */
static int take_person(
	struct import *im, const struct table_row *row, size_t start, struct waiting *w)
{
	const char *packed = im->packed.bytes + start;
	size_t length = im->packed.length - start;
	struct known_answer answer;

	known_find(im->known, packed, length, (uint32_t)row->number, &answer);
	if (answer.reason) {
		reject(im, row, answer.field, answer.reason);
		return 1;
	}
	if (answer.is_new) {
		if (im->new_people_count == im->new_people_room) {
			im->new_people_room =
				im->new_people_room ? im->new_people_room * 2 : 1024;
			im->new_people = text_realloc(im->new_people,
				im->new_people_room * sizeof(*im->new_people));
		}
		im->new_people[im->new_people_count++] = answer.person;
	}
	if (answer.first_in_list) {
		im->tally->people++;
		im->tally->known_before += answer.listed;
		im->tally->protected += is_protected(im, packed, length);
	}
	w->person = answer.person;
	return 0;
}

/* A row, or what it says of one party. 1: rejected. */
static int take_record(struct import *im, size_t party, const struct table_row *row)
{
	struct waiting w = {.id = vault_random_id(), .offset = pack(im, party, row)};

	if (im->options->people && take_person(im, row, w.offset, &w)) {
		im->packed.length = w.offset;
		return 1;
	}
	w.length = im->packed.length - w.offset;
	if (im->waiting_count == im->waiting_room) {
		im->waiting_room = im->waiting_room ? im->waiting_room * 2 : 1024;
		im->waiting = text_realloc(
			im->waiting, im->waiting_room * sizeof(*im->waiting));
	}
	im->waiting[im->waiting_count++] = w;
	im->tally->records++;
	return 0;
}

static int take_row(struct import *im, const struct table_row *row, struct fault *f)
{
	size_t parties[COLUMNS_PARTIES], count, rejected = 0;

	im->tally->rows++;
	im->tally->hidden_rows += row->hidden;
	if (row->reason) {
		reject(im, row, row->column, row->reason);
		return 0;
	}
	count = columns_records(&im->columns, row->values, parties);
	for (size_t i = 0; i < count; i++)
		rejected += (size_t)take_record(im, parties[i], row);
	im->tally->accepted += !rejected;
	return im->packed.length > BLOCK_BYTES ? write_rows(im, f) : 0;
}

static int take_rows(struct import *im, struct fault *f)
{
	const struct table_row *row;
	int got;

	while ((got = table_next(im->table, &row, f)) > 0) {
		if (im->tally->rows % 1000 == 0 &&
			progress_step(im->options->progress, "reading rows",
				im->tally->rows, 0, f))
			return -1;
		if (take_row(im, row, f))
			return -1;
	}
	return got;
}

/* --- the whole --- */

/* Another sheet of a file is another source. */
static int digest_file(struct import *im, struct fault *f)
{
	const struct vault *v = ledger_vault(im->ledger);
	auto_text_buffer both = {0};

	if (vault_digest_file(v, "file", im->options->file, im->digest, f))
		return -1;
	if (!im->sheet)
		return 0;
	text_add(&both, im->digest, sizeof(im->digest));
	text_add_string(&both, im->sheet);
	vault_digest(v, "sheet", both.bytes, both.length, im->digest);
	return 0;
}

/* The source that this file is already; one that was withdrawn is not it, and what is
 * imported then is known by a digest over its digest. */
static int select_already(struct import *im, struct query *q, struct fault *f)
{
	int got;

	query_bind_text(q, ":kind", im->options->people ? "people" : "breach");
	for (;;) {
		unsigned char digest[VAULT_DIGEST];

		query_bind_blob(q, ":digest", im->digest, sizeof(im->digest));
		got = query_next(q, f);
		if (got <= 0 || !query_int(q, "withdrawn"))
			return got;
		query_reset(q);
		vault_digest(ledger_vault(im->ledger), "again", im->digest,
			sizeof(im->digest), digest);
		memcpy(im->digest, digest, sizeof(digest));
	}
}

static bool is_same(const char *a, const char *b)
{
	return !a || !b ? a == b : !strcmp(a, b);
}

/* 1: this file is in the ledger; the tally says what it gave then. */
static int find_already(struct import *im, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row about = {0}, before = {0};
	const char *name = NULL, *column = NULL;
	bool other = false;
	int got;

	if (digest_file(im, f) ||
		ledger_query(im->ledger,
			SQL("SELECT id, rows, accepted, rejected, people, known_before, protected, about_sealed,"
			    " (SELECT count(*) FROM record r WHERE r.source_id = source.id) AS records,"
			    " id IN (SELECT source_id FROM source_withdrawn) AS withdrawn FROM source"
			    " WHERE kind = :kind AND digest = :digest"),
			&q, f))
		return -1;
	got = select_already(im, q, f);
	if (got <= 0)
		return got;
	if (query_sealed(q, "about_sealed", "source.about_sealed", query_int(q, "id"),
		    &before.packed, f))
		return -1;
	describe(im, &about);
	while (row_next(&about, &name, &column))
		other |= *name != '#' && !is_same(row_value(&before, name), column);
	if (other || !is_same(row_value(&before, "#controller"), im->options->controller))
		return fault_set(f, FAULT_REFUSED,
			"%s was imported before, with other columns or another controller, and the ledger keeps what it has: to read it otherwise, take it back first (import --list, import --withdraw)",
			im->options->file);
	im->tally->already = true;
	im->tally->rows = (size_t)query_int(q, "rows");
	im->tally->accepted = (size_t)query_int(q, "accepted");
	im->tally->rejected = (size_t)query_int(q, "rejected");
	im->tally->records = im->options->people ? im->tally->accepted
						 : (size_t)query_int(q, "records");
	im->tally->people = (size_t)query_int(q, "people");
	im->tally->known_before = (size_t)query_int(q, "known_before");
	im->tally->protected = (size_t)query_int(q, "protected");
	return 1;
}

/* The source row comes last (it counts the others), so foreign keys wait for the commit.
 */
/* A file without one good row is not what it was taken for. */
static int refuse_all_bad(const struct import *im, struct fault *f)
{
	if (!im->columns.count && !im->tally->rows)
		return fault_set(f, FAULT_INPUT, "%s: holds no rows", im->options->file);
	if (im->tally->accepted || !im->tally->rejected)
		return 0;
	return fault_set(f, FAULT_INPUT, "%s: no row can be used; the first: %s",
		im->options->file, im->tally->rejects[0]);
}

static int write_all(struct import *im, struct fault *f)
{
	if (ledger_begin(im->ledger, f) ||
		ledger_do(im->ledger, SQL("PRAGMA defer_foreign_keys=ON"), f))
		return -1;
	if (im->options->people && known_load(im->ledger, &im->known, f))
		return -1;
	if (take_rows(im, f) || refuse_all_bad(im, f) || write_rows(im, f) ||
		write_source(im, f) || write_rejects(im, f) ||
		(im->options->people && shield_resolve(im->ledger, f)))
		return -1;
	return ledger_commit(im->ledger, f);
}

/* What a workbook holds: nothing hidden goes unsaid. */
static void tell_sheets(struct import *im)
{
	static const char *const shown[] = {"visible", "hidden", "veryHidden"};
	size_t count;
	const struct table_sheet *s = table_sheets(im->table, &count);

	im->tally->header = table_header_row(im->table, &im->tally->above);
	if (!count)
		return;
	im->tally->sheets = json_array();
	im->tally->unread = json_array();
	im->tally->hidden_columns = json_array();
	for (; count--; s++) {
		if (s->read)
			im->sheet = s->name;
		(void)json_array_append_new(im->tally->sheets,
			json_pack("{s:s,s:s,s:b,s:b,s:I,s:I,s:I}", "name", s->name,
				"state", shown[s->shown], "hidden",
				s->shown != TABLE_SHOWN, "read", (int)s->read, "rows",
				(json_int_t)s->rows, "hidden_rows",
				(json_int_t)s->hidden_rows, "hidden_columns",
				(json_int_t)s->hidden_columns));
	}
	for (const char *const *u = table_unread(im->table); *u; u++)
		(void)json_array_append_new(im->tally->unread, json_string(*u));
}

static int check_needs(const struct import *im, struct fault *f)
{
	auto_text midnight =
		text_format("%sT00:00:00Z", im->options->as_of ? im->options->as_of : "");
	int64_t day;

	if (im->options->as_of && clock_parse(midnight, &day))
		return fault_set(
			f, FAULT_USAGE, "--as-of takes a day such as 2023-08-01");
	if (!im->options->people || !im->columns.count) /* no column: every row is bad */
		return 0;
	if (columns_feed(&im->columns, "surname") || columns_feed(&im->columns, "name"))
		return 0;
	return fault_set(f, FAULT_INPUT,
		"%s: a list of people needs a column with surnames or whole names (--map surname=...)",
		im->options->file);
}

static void import_done(struct import *im)
{
	table_close(im->table);
	known_free(im->known);
	columns_done(&im->columns);
	text_done(&im->packed);
	free(im->waiting);
	free(im->new_people);
	facts_row_done(&im->entry);
	text_done(&im->reject_reasons);
}

int import_run(struct ledger *l, const struct import_options *o, struct import_tally *ret,
	struct fault *f)
{
	struct import im = {
		.ledger = l, .options = o, .tally = ret, .source = vault_random_id()};
	const struct table_options how = {.sheet = o->sheet, .header = o->header};
	int got = table_open(o->file, &how, &im.table, f);

	*ret = (struct import_tally){0};
	if (!got)
		tell_sheets(&im);
	if (!got)
		got = map_columns(&im, f) || check_needs(&im, f) ? -1
								 : find_already(&im, f);
	if (!got)
		got = write_all(&im, f);
	if (got < 0)
		ledger_rollback(l);
	import_done(&im);
	return got < 0 ? -1 : 0;
}

void import_tally_done(struct import_tally *t)
{
	json_decref(t->sheets);
	json_decref(t->unread);
	json_decref(t->hidden_columns);
	json_decref(t->columns);
	json_decref(t->unmapped);
	for (size_t i = 0; i < IMPORT_REJECTS_SHOWN; i++)
		text_freep(&t->rejects[i]);
}
