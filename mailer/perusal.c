/* SPDX-License-Identifier: MIT */
/*
 * Which letters to show. What they look like on a screen or in files is verb/read.c's.
 */
#include "mailer/perusal.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/scribe.h"
#include "mailer/store.h"
#include "recipients/roster.h"
#include "recipients/vault.h"

const char *perusal_word(enum perusal_why why)
{
	static const char *const words[] = {"text", "shortest", "longest", "random"};

	return words[why];
}

void perusal_done(struct perusal *r)
{
	for (size_t i = 0; i < r->count; i++)
		text_freep(&r->list[i].level);
	free(r->list);
	*r = (struct perusal){0};
}

/* --- the words in a message --- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Quoted-printable (RFC 2045, 6.7), up to `end`. */
static void add_decoded(const char *p, const char *end, struct text *out)
{
	for (; p < end; p++) {
		if (*p == '\r')
			continue;
		if (*p == '=' && end - p > 2 && p[1] == '\r' && p[2] == '\n') {
			p += 2;
		} else if (*p == '=' && end - p > 2 && hex_digit(p[1]) >= 0 &&
			   hex_digit(p[2]) >= 0) {
			text_add_char(
				out, (char)(hex_digit(p[1]) * 16 + hex_digit(p[2])));
			p += 2;
		} else {
			text_add_char(out, *p);
		}
	}
}

/* From the header on: "Subject: ..." as it stands there, then the plain part. */
void perusal_plain(const struct text *message, struct text *out)
{
	const char *all = text_string(message), *subject = strstr(all, "\r\nSubject: "),
		   *part = strstr(all, "Content-Type: text/plain"),
		   *body = part ? strstr(part, "\r\n\r\n") : NULL,
		   *end = body ? strstr(body, "\r\n--") : NULL;

	text_clear(out);
	if (subject) {
		subject += 2;
		text_printf(out, "%.*s\n\n", (int)strcspn(subject, "\r\n"), subject);
	}
	if (body)
		add_decoded(body + 4, end ? end : body + strlen(body), out);
}

/* --- which letters are alike --- */

struct kind {
	unsigned char sha256[VAULT_SHA256];
	size_t letter; /* its place in the list */
};

struct chooser {
	struct ledger *ledger;
	struct perusal *perusal;
	struct store_reader *store;
	struct query *notice;
	struct roster people;
	struct kind *kinds;
	size_t kinds_count, shortest, longest, short_length, long_length;
	struct text bytes, plain, same;
	struct row facts;
};

static void chooser_done(struct chooser *c)
{
	store_reader_close(c->store);
	query_close(c->notice);
	roster_done(&c->people);
	free(c->kinds);
	text_done(&c->bytes);
	text_done(&c->plain);
	text_done(&c->same);
	row_done(&c->facts);
}
#define auto_chooser __attribute__((cleanup(chooser_done))) struct chooser

static bool is_named(void *context, const char *field)
{
	(void)context;
	return !strcmp(field, "surname") || !strcmp(field, "name") ||
	       !strcmp(field, "forenames");
}

static bool has_word(const char *line, size_t length, const char *word)
{
	return word && *word && memmem(line, length, word, strlen(word));
}

/*
 * The text without what is the reader's own: lines that address them, and their code.
 * Where words wrap does not count.
 */
static void add_same(struct chooser *c, const struct roster_row *e, const char *code)
{
	static const char *const names[] = {"surname", "name", "forenames"};

	text_clear(&c->same);
	for (const char *line = text_string(&c->plain), *end; *line; line = end) {
		size_t length = strcspn(line, "\n");
		bool own = has_word(line, length, code);

		end = line + length + (line[length] == '\n');
		for (size_t i = 0; e && i < 3; i++)
			own = own || has_word(line, length, roster_value(e, names[i]));
		if (own)
			text_add_char(&c->same, '*');
		for (size_t i = 0; !own && i < length; i++)
			if (line[i] != ' ')
				text_add_char(&c->same, line[i]);
	}
}

static size_t add_letter(struct chooser *c, enum perusal_why why, int64_t notice,
	int64_t person, const char *level)
{
	struct perusal *r = c->perusal;

	r->list = text_realloc(r->list, (r->count + 1) * sizeof(*r->list));
	r->list[r->count] =
		(struct perusal_letter){why, notice, person, 1, text_copy(level)};
	return r->count++;
}

static void set_letter(
	struct chooser *c, size_t at, int64_t notice, int64_t person, const char *level)
{
	struct perusal_letter *to = &c->perusal->list[at];

	text_freep(&to->level);
	to->notice = notice;
	to->person = person;
	to->level = text_copy(level);
}

/* A text that was not there before, or one more letter with it. */
static void count_kind(
	struct chooser *c, int64_t notice, int64_t person, const char *level)
{
	unsigned char sha256[VAULT_SHA256];

	text_printf(&c->same, "\n%s", level);
	vault_sha256(c->same.bytes, c->same.length, sha256);
	for (size_t i = 0; i < c->kinds_count; i++)
		if (!memcmp(c->kinds[i].sha256, sha256, sizeof(sha256))) {
			c->perusal->list[c->kinds[i].letter].like++;
			return;
		}
	if (c->kinds_count == PERUSAL_TEXTS) {
		c->perusal->more++;
		return;
	}
	c->kinds = text_realloc(c->kinds, (c->kinds_count + 1) * sizeof(*c->kinds));
	memcpy(c->kinds[c->kinds_count].sha256, sha256, sizeof(sha256));
	c->kinds[c->kinds_count++].letter =
		add_letter(c, PERUSAL_TEXT, notice, person, level);
}

/* Each of the letters so far has the same chance to be among the five. */
static void draw(struct chooser *c, int64_t notice, int64_t person, const char *level)
{
	size_t seen = c->perusal->letters;
	uint64_t random;

	vault_random(&random, sizeof(random));
	random %= seen;
	if (seen > PERUSAL_RANDOM && random < PERUSAL_RANDOM)
		set_letter(c, 2 + (size_t)random, notice, person, level);
	else if (seen <= PERUSAL_RANDOM)
		set_letter(c, 1 + seen, notice, person, level);
}

static int take(struct chooser *c, int64_t notice, const char *level, struct fault *f)
{
	struct query *q = c->notice;
	int64_t person;
	size_t at;
	int got;

	query_bind_int(q, ":id", notice);
	got = query_next(q, f);
	if (got <= 0)
		return got;
	person = query_int(q, "person_id");
	if (query_int(q, "cover")) {
		query_reset(q);
		return 0;
	}
	row_clear(&c->facts);
	got = query_sealed(
		q, "facts_sealed", "notice.facts_sealed", notice, &c->facts.packed, f);
	query_reset(q);
	if (got || store_get(c->store, notice, &c->bytes, f) < 0)
		return -1;
	perusal_plain(&c->bytes, &c->plain);
	at = roster_person(&c->people, person);
	add_same(c, at == SIZE_MAX ? NULL : roster_newest(&c->people, at),
		row_value(&c->facts, SCRIBE_CODE));
	c->perusal->letters++;
	if (c->plain.length < c->short_length || c->perusal->letters == 1) {
		c->short_length = c->plain.length;
		set_letter(c, 0, notice, person, level);
	}
	if (c->plain.length > c->long_length) {
		c->long_length = c->plain.length;
		set_letter(c, 1, notice, person, level);
	}
	draw(c, notice, person, level);
	count_kind(c, notice, person, level);
	return 0;
}

/* Shortest, longest and random ones have their places first; those that stayed empty go,
 * and the texts come to the front. */
static void put_in_order(struct perusal *r)
{
	const size_t first = 2 + PERUSAL_RANDOM;
	struct perusal_letter *ordered = text_alloc((r->count + 1) * sizeof(*ordered));
	size_t count = 0;

	for (size_t i = first; i < r->count; i++)
		ordered[count++] = r->list[i];
	for (size_t i = 0; i < first; i++)
		if (r->list[i].notice)
			ordered[count++] = r->list[i];
		else
			text_freep(&r->list[i].level);
	free(r->list);
	r->list = ordered;
	r->count = count;
}

int perusal_choose(struct ledger *l, const struct release_options *o,
	const struct manifest_of *m, struct perusal *ret, struct fault *f)
{
	const struct roster_wish names = {is_named, NULL};
	auto_chooser c = {.ledger = l, .perusal = ret};
	auto_query struct query *q = NULL;
	int got;

	perusal_done(ret);
	for (size_t i = 0; i < 2 + PERUSAL_RANDOM; i++)
		(void)add_letter(&c,
			i == 0   ? PERUSAL_SHORTEST
			: i == 1 ? PERUSAL_LONGEST
				 : PERUSAL_ONE,
			0, 0, "");
	if (store_reader_open(l, &c.store, f) ||
		roster_load_entries_of(l, &names, &c.people, f) ||
		ledger_query(l,
			SQL("SELECT id, person_id, cover, facts_sealed FROM notice WHERE id = :id"),
			&c.notice, f) ||
		manifest_items(l, settings_mode(o->settings), m, &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0)
		if (take(&c, query_int(q, "id"), query_text(q, "level"), f))
			return -1;
	put_in_order(ret);
	return got;
}

/* --- who gets none --- */

int perusal_left_out(struct ledger *l, int64_t set, const struct whom *whom, json_t **ret,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	char scratch[ROSTER_NAME];
	int got;

	*ret = json_array();
	if (ledger_query(l,
		    SQL("SELECT a.person_id, a.level, CASE WHEN p.task_id IS NOT NULL THEN 'task' ELSE a.route END AS route, a.route_reason"
			" FROM compose_set c JOIN assignment a ON a.set_id = c.group_set_id"
			" LEFT JOIN plan p ON p.set_id = c.id AND p.person_id = a.person_id"
			" WHERE c.id = :set AND p.notice_id IS NULL UNION ALL"
			" SELECT n.person_id, n.level, 'held', 'held back by a person' FROM plan p JOIN notice n ON n.id = p.notice_id"
			" WHERE p.set_id = :set AND n.person_id IN (SELECT person_id FROM person_held) ORDER BY 2, 3"),
		    &q, f))
		return -1;
	query_bind_int(q, ":set", set);
	while ((got = query_next(q, f)) > 0) {
		int64_t person = query_int(q, "person_id");
		const char *reference = whom_reference(whom, person),
			   *reason = query_text(q, "route_reason");

		(void)json_array_append_new(
			*ret, json_pack("{s:s,s:s,s:s,s:s}",
				      reference ? "reference" : "person_id",
				      whom_task(whom, person, reason, scratch), "level",
				      query_text(q, "level"), "route",
				      query_text(q, "route"), "reason", reason));
	}
	return got;
}
