/* SPDX-License-Identifier: MIT */
/*
 * A shield file, read and kept. How files are read is table.c's; who is meant is
 * shield.c's.
 *
 * What can go wrong: the file holds more than it should, and a name would lie where it
 * must not. So a column that does not belong is a fault that names it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recipients/field.h"
#include "recipients/roster.h"
#include "recipients/shield_state.h"
#include "recipients/table.h"
#include "recipients/text.h"

static const char *const identifiers[] = {"person_id", "pay_number", "warrant_number",
	"collar_number", "service_number", "email", "email_personal", NULL};

static bool is_identifier(const char *name)
{
	for (const char *const *id = identifiers; *id; id++)
		if (!strcmp(name, *id))
			return true;
	return false;
}

/* --- the file --- */

struct reading {
	const struct shield_options *options;
	struct table *table;
	const char *const *header;
	size_t columns, reference, identifier; /* SIZE_MAX: not found */
	const char *field;                     /* of the identifier */
	const char *sheet;                     /* of a workbook, the one that is read */
};

static void reading_done(struct reading *r)
{
	table_close(r->table);
}
#define auto_reading __attribute__((cleanup(reading_done))) struct reading

static bool has_word(const char *header, const char *const *wanted)
{
	char folded[FOLD_ROOM];
	const char *words[16];
	size_t count;

	(void)fold_words(header, folded, sizeof(folded));
	count = fold_split(folded, words, 16);
	for (size_t i = 0; i < count; i++)
		for (const char *const *w = wanted; *w; w++)
			if (!strcmp(words[i], *w))
				return true;
	return false;
}

/* What a header means: a kind of identifier, "identifier", "reference"; NULL: it does not
 * belong here. */
static const char *meaning_of(const char *header)
{
	static const char *const references[] = {"ref", "reference", "liaison",
		"liaisons", "code", "codename", "alias", NULL};
	static const char *const more[] = {"name", "names", "note", "notes", "comment",
		"comments", "address", NULL}; /* "liaison notes" */
	static const char *const any[] = {"identifier", NULL};
	const struct field *field = field_recognise(header);

	if (field && is_identifier(field->name))
		return field->name;
	if (field && strcmp(field->name, "row_id") != 0)
		return NULL;
	if (field || (has_word(header, references) && !has_word(header, more)))
		return SHIELD_REFERENCE;
	return has_word(header, any) || !strcasecmp(header, "id") ? SHIELD_ANY : NULL;
}

static int take_column(
	struct reading *r, size_t column, const char *meaning, struct fault *f)
{
	bool reference = !strcmp(meaning, SHIELD_REFERENCE);
	size_t *place = reference ? &r->reference : &r->identifier;

	if (*place != SIZE_MAX)
		return fault_set(f, FAULT_INPUT,
			"%s: columns '%s' and '%s': one %s is enough, and more does not belong here; take one out",
			r->options->file, r->header[*place], r->header[column],
			reference ? "reference" : "identifier");
	*place = column;
	if (!reference)
		r->field = meaning;
	return 0;
}

/* A column that was mapped, by its index; SIZE_MAX: none of that name. */
static size_t column_named(const struct reading *r, const char *name)
{
	for (size_t i = 0; i < r->columns; i++)
		if (!strcasecmp(r->header[i], name))
			return i;
	return SIZE_MAX;
}

/* "reference=Code": what the map makes of its column; NULL in `ret[i]`: not mapped. */
static int read_maps(struct reading *r, const char **ret, struct fault *f)
{
	for (size_t i = 0; i < r->options->maps_count; i++) {
		const char *map = r->options->maps[i], *equals = strchr(map, '=');
		auto_text name =
			text_format("%.*s", equals ? (int)(equals - map) : 0, map);
		const char *meaning = NULL;
		size_t column;

		for (const char *const *id = identifiers; *id; id++)
			meaning = !strcmp(*id, name) ? *id : meaning;
		meaning = !strcmp(name, SHIELD_REFERENCE) ? SHIELD_REFERENCE
			  : !strcmp(name, SHIELD_ANY)     ? SHIELD_ANY
							  : meaning;
		if (!meaning || !equals[1])
			return fault_set(f, FAULT_USAGE,
				"--map takes FIELD=COLUMN, and FIELD is reference, identifier or a kind of number or address");
		column = column_named(r, equals + 1);
		if (column == SIZE_MAX)
			return fault_set(f, FAULT_INPUT,
				"%s: has no column named as --map %s= says",
				r->options->file, name);
		ret[column] = meaning;
	}
	return 0;
}

static int read_columns(struct reading *r, struct fault *f)
{
	const char **meanings;
	int failed = 0;

	r->header = table_header(r->table, &r->columns);
	r->reference = r->identifier = SIZE_MAX;
	meanings = text_alloc((r->columns + 1) * sizeof(*meanings));
	failed = read_maps(r, meanings, f);
	for (size_t i = 0; !failed && i < r->columns; i++) {
		const char *meaning =
			meanings[i] ? meanings[i] : meaning_of(r->header[i]);

		failed =
			meaning ? take_column(r, i, meaning, f)
				: fault_set(f, FAULT_INPUT,
					  "%s: column '%s' does not belong in it: the liaison's reference and one identifier,"
					  " nothing else; take it out (or say what it is: --map reference=COLUMN)",
					  r->options->file, r->header[i]);
	}
	free(meanings);
	if (failed || (r->reference != SIZE_MAX && r->identifier != SIZE_MAX))
		return failed;
	return fault_set(f, FAULT_INPUT, "%s: has no column with %s (--map %s=COLUMN)",
		r->options->file,
		r->reference == SIZE_MAX ? "the liaison's references"
					 : "an identifier such as a pay number",
		r->reference == SIZE_MAX ? SHIELD_REFERENCE : SHIELD_ANY);
}

static bool is_plain(const char *reference)
{
	for (const unsigned char *p = (const unsigned char *)reference; *p; p++)
		if (*p < 32 || *p == 127)
			return false;
	return true;
}

static const char *row_fault(const struct shield_line *line)
{
	char a[FOLD_ROOM], b[FOLD_ROOM];

	shield_joined(line->reference, a);
	shield_joined(line->value, b);
	if (!*a)
		return "has no reference";
	if (!*b)
		return "has no identifier";
	if (strlen(line->reference) > SHIELD_REFERENCE_MAX)
		return "has a reference of more than 64 bytes";
	if (!is_plain(line->reference))
		return "has a reference of more than one line";
	if (!strcmp(a, b))
		return "the reference is the identifier";
	return NULL;
}

static void add_line(
	struct shield_lines *s, const struct reading *r, const struct table_row *row)
{
	struct shield_line *line =
		shield_line_add(s, row->reason ? "" : row->values[r->reference], r->field,
			row->reason ? "" : row->values[r->identifier]);

	line->id = vault_random_id();
	line->number = row->number;
	line->reason = row->reason ? "cannot be read" : row_fault(line);
}

/* One identifier under two references: nobody can know which the liaison means. */
static void reject_repeats(struct shield_lines *s)
{
	shield_lines_sort(s);
	for (size_t i = 1; i < s->count; i++) {
		const struct shield_line *before = &s->lines[s->by_key[i - 1]];
		struct shield_line *line = &s->lines[s->by_key[i]];

		if (!line->reason && !before->reason && !strcmp(line->key, before->key) &&
			!strcmp(line->value, before->value) &&
			strcmp(line->reference, before->reference) != 0)
			line->reason =
				"an earlier row has this identifier under another reference";
	}
}

static int read_lines(struct shield_lines *s, const struct reading *r, struct fault *f)
{
	const struct table_row *row;
	int got;

	while ((got = table_next(r->table, &row, f)) > 0) {
		if (s->count == SHIELD_ROWS_MAX)
			return fault_set(f, FAULT_INPUT,
				"%s: more than %d rows, the limit", r->options->file,
				SHIELD_ROWS_MAX);
		add_line(s, r, row);
	}
	reject_repeats(s);
	return got;
}

/* --- the source --- */

static void describe(const struct reading *r, struct row *about)
{
	row_add(about, "#file", r->options->file);
	row_add(about, "#sheet", r->sheet);
	row_add(about, SHIELD_REFERENCE, r->header[r->reference]);
	row_add(about, r->field, r->header[r->identifier]);
}

/* Of the file, its sheet, and that it is a shield; and once more where it was withdrawn.
 */
static int digest_file(struct ledger *l, const struct reading *r,
	unsigned char out[VAULT_DIGEST], struct fault *f)
{
	auto_text_buffer both = {0};

	if (vault_digest_file(ledger_vault(l), "file", r->options->file, out, f))
		return -1;
	text_add(&both, out, VAULT_DIGEST);
	text_add_string(&both, r->sheet ? r->sheet : "");
	vault_digest(ledger_vault(l), "shield", both.bytes, both.length, out);
	return 0;
}

/* 1: it is in the ledger; the tally says what it gave then. */
static int find_already(struct ledger *l, const struct reading *r,
	unsigned char digest[VAULT_DIGEST], struct shield_tally *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row about = {0};
	const char *then;
	int got;

	if (digest_file(l, r, digest, f) ||
		ledger_query(l,
			SQL("SELECT id, rows, accepted, rejected, people, about_sealed,"
			    " (SELECT count(*) FROM shield_now n WHERE n.run_id = source.run_id AND n.person_id IS NULL) AS waiting,"
			    " (SELECT count(*) FROM (SELECT 1 FROM shield_now n WHERE n.run_id = source.run_id"
			    "  GROUP BY n.shield_id HAVING count(n.person_id) > 1)) AS several,"
			    " id IN (SELECT source_id FROM source_withdrawn) AS withdrawn FROM source"
			    " WHERE kind = 'people' AND digest = :digest"),
			&q, f))
		return -1;
	for (;;) {
		query_bind_blob(q, ":digest", digest, VAULT_DIGEST);
		got = query_next(q, f);
		if (got <= 0)
			return got;
		if (!query_int(q, "withdrawn"))
			break;
		query_reset(q);
		vault_digest(ledger_vault(l), "again", digest, VAULT_DIGEST, digest);
	}
	if (query_sealed(q, "about_sealed", "source.about_sealed", query_int(q, "id"),
		    &about.packed, f))
		return -1;
	then = row_value(&about, r->field);
	if (!then || strcmp(then, r->header[r->identifier]) != 0)
		return fault_set(f, FAULT_REFUSED,
			"%s was imported before, with other columns: to read it otherwise, take it back first (import --list, import --withdraw)",
			r->options->file);
	ret->already = true;
	ret->rows = (size_t)query_int(q, "rows");
	ret->accepted = (size_t)query_int(q, "accepted");
	ret->rejected = (size_t)query_int(q, "rejected");
	ret->people = (size_t)query_int(q, "people");
	ret->waiting = (size_t)query_int(q, "waiting"); /* by now */
	ret->several = (size_t)query_int(q, "several");
	return 1;
}

static int write_source(struct ledger *l, const struct reading *r, int64_t source,
	const unsigned char digest[VAULT_DIGEST], const struct shield_tally *t,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_row about = {0};

	if (ledger_query(l,
		    SQL("INSERT INTO source (id, run_id, kind, purpose, digest, rows, accepted, rejected, people, known_before,"
			" protected, about_sealed) VALUES (:id, :run, 'people', 'shield', :digest, :rows, :accepted, :rejected,"
			" :people, 0, 0, :about_sealed)"),
		    &q, f))
		return -1;
	describe(r, &about);
	query_bind_int(q, ":id", source);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_blob(q, ":digest", digest, VAULT_DIGEST);
	query_bind_int(q, ":rows", (int64_t)t->rows);
	query_bind_int(q, ":accepted", (int64_t)t->accepted);
	query_bind_int(q, ":rejected", (int64_t)t->rejected);
	query_bind_int(q, ":people", (int64_t)t->people);
	query_bind_sealed(q, ":about_sealed", "source.about_sealed", source,
		about.packed.bytes, about.packed.length, SHIELD_PAD);
	return query_run(q, f);
}

static int write_lines(
	struct ledger *l, const struct shield_lines *s, int64_t source, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("INSERT INTO shield (id, source_id, said_sealed) VALUES (:id, :source, :said_sealed)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":source", source);
	for (size_t i = 0; i < s->count; i++) {
		const struct shield_line *line = &s->lines[i];
		auto_row said = {0};
		char number[24];

		if (line->reason)
			continue;
		(void)snprintf(number, sizeof(number), "%zu", line->number);
		row_add(&said, ROSTER_ROW, number);
		row_add(&said, SHIELD_REFERENCE, line->reference);
		row_add(&said, SHIELD_FIELD, line->field);
		row_add(&said, SHIELD_VALUE, line->value);
		query_bind_int(q, ":id", line->id);
		query_bind_sealed(q, ":said_sealed", "shield.said_sealed", line->id,
			said.packed.bytes, said.packed.length, SHIELD_PAD);
		if (query_run(q, f))
			return -1;
	}
	return 0;
}

static int write_rejects(
	struct ledger *l, const struct shield_lines *s, int64_t source, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("INSERT INTO reject (id, source_id, reason_sealed) VALUES (:id, :source, :reason_sealed)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":source", source);
	for (size_t i = 0; i < s->count; i++) {
		const struct shield_line *line = &s->lines[i];
		auto_text words = NULL;

		if (!line->reason)
			continue;
		words = text_format("row %zu: %s", line->number, line->reason);
		query_bind_int(q, ":id", line->id);
		query_bind_sealed(q, ":reason_sealed", "reject.reason_sealed", line->id,
			words, strlen(words), SHIELD_PAD);
		if (query_run(q, f))
			return -1;
	}
	return 0;
}

/* --- the whole --- */

static int compare_people(const void *a, const void *b)
{
	const struct shield_link *x = a, *y = b;

	return x->person < y->person ? -1 : x->person > y->person;
}

static size_t count_people(struct shield_lines *s)
{
	int64_t last = 0;
	size_t people = 0;

	if (s->links_count)
		qsort(s->links, s->links_count, sizeof(*s->links), compare_people);
	for (size_t i = 0; i < s->links_count; i++) {
		if (s->lines[s->links[i].line].reason || s->links[i].person == last)
			continue;
		last = s->links[i].person;
		people++;
	}
	return people;
}

static void tell(char *places[SHIELD_LINES_SHOWN], size_t at,
	const struct shield_line *line, const char *words)
{
	if (at < SHIELD_LINES_SHOWN)
		places[at] = text_format("row %zu: %s", line->number, words);
}

static void count(struct shield_lines *s, struct shield_tally *t)
{
	t->rows = s->count;
	for (size_t i = 0; i < s->count; i++) {
		const struct shield_line *line = &s->lines[i];

		if (line->reason)
			tell(t->rejects, t->rejected++, line, line->reason);
		else if (!line->person)
			tell(t->waits, t->waiting++, line,
				"nobody on the lists has this identifier");
		else
			t->several += line->several;
	}
	t->accepted = t->rows - t->rejected;
	t->people = count_people(s);
}

static int refuse_all_bad(
	const struct reading *r, const struct shield_tally *t, struct fault *f)
{
	if (!t->rows)
		return fault_set(f, FAULT_INPUT, "%s: holds no rows", r->options->file);
	if (t->accepted)
		return 0;
	return fault_set(f, FAULT_INPUT, "%s: no row can be used; the first: %s",
		r->options->file, t->rejects[0]);
}

static int newest_list(struct ledger *l, int64_t *ret, struct fault *f)
{
	return ledger_number(l,
		SQL("SELECT max(run_id) FROM source_now WHERE kind = 'people'"), 0, ret,
		f);
}

/* A list that came in meanwhile has not seen these rows, nor they it. */
static int match_again(
	struct ledger *l, int64_t before, struct shield_lines *s, struct fault *f)
{
	int64_t now;

	if (newest_list(l, &now, f))
		return -1;
	return now == before ? 0 : shield_lines_match(l, s, f);
}

static int write_file(struct ledger *l, const struct reading *r,
	const unsigned char digest[VAULT_DIGEST], struct shield_lines *s,
	struct shield_tally *ret, struct fault *f)
{
	int64_t source = vault_random_id();

	count(s, ret);
	return refuse_all_bad(r, ret, f) || write_source(l, r, source, digest, ret, f) ||
			       write_lines(l, s, source, f) ||
			       shield_lines_link(l, s, f) ||
			       write_rejects(l, s, source, f)
		       ? -1
		       : 0;
}

/* What takes time comes before the transaction: a send may be at work beside us. */
static int write_all(struct ledger *l, const struct reading *r,
	const unsigned char digest[VAULT_DIGEST], struct shield_tally *ret,
	struct fault *f)
{
	auto_shield_lines s = {0};
	int64_t before;

	if (read_lines(&s, r, f) || newest_list(l, &before, f) ||
		shield_lines_match(l, &s, f) || ledger_begin(l, f))
		return -1;
	if (match_again(l, before, &s, f) || write_file(l, r, digest, &s, ret, f)) {
		ledger_rollback(l);
		return -1;
	}
	return ledger_commit(l, f);
}

static void tell_columns(const struct reading *r, struct shield_tally *ret)
{
	ret->format = table_format(r->table);
	ret->encoding = table_encoding(r->table);
	ret->columns = json_pack("{s:s,s:s}", SHIELD_REFERENCE, r->header[r->reference],
		r->field, r->header[r->identifier]);
}

int shield_import(struct ledger *l, const struct shield_options *o,
	struct shield_tally *ret, struct fault *f)
{
	const struct table_options how = {.sheet = o->sheet, .header = o->header};
	auto_reading r = {.options = o};
	unsigned char digest[VAULT_DIGEST];
	const struct table_sheet *sheets;
	size_t sheets_count;
	int got;

	*ret = (struct shield_tally){0};
	if (table_open(o->file, &how, &r.table, f) || read_columns(&r, f))
		return -1;
	sheets = table_sheets(r.table, &sheets_count);
	for (size_t i = 0; i < sheets_count; i++)
		if (sheets[i].read)
			r.sheet = sheets[i].name;
	tell_columns(&r, ret);
	got = find_already(l, &r, digest, ret, f);
	if (got)
		return got < 0 ? -1 : 0;
	return write_all(l, &r, digest, ret, f);
}

void shield_tally_done(struct shield_tally *t)
{
	json_decref(t->columns);
	for (size_t i = 0; i < SHIELD_LINES_SHOWN; i++) {
		text_freep(&t->rejects[i]);
		text_freep(&t->waits[i]);
	}
}
