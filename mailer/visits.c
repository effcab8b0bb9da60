/* SPDX-License-Identifier: MIT */
/*
 * From the journal to the ledger. How it is written is page/journal.c's.
 */
#include "mailer/visits.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/page/journal.h"
#include "mailer/point.h"
#include "recipients/clock.h"
#include "recipients/hatch.h"

#define SEAL_PAD 64
#define ASKED_PAD 256
#define ABOUT_MOST 64
#define FROM_MOST 64
#define SEALED_MOST 20000 /* bytes of what was handed in */

static const char *const words[] = {"start", "sign-in", "refused", "slowed", "sign-out",
	"passphrase", "view", "download", "check", "request", "point", NULL};

struct taking {
	struct ledger *ledger;
	const char *mode;
	unsigned char seed[HATCH_KEY];
	struct query *visit, *reviewer;
	int64_t next;
	struct visits_tally *tally;
};

static const char *string_of(const json_t *event, const char *name)
{
	const char *value = json_string_value(json_object_get(event, name));

	return value ? value : "";
}

static const char *known_word(const char *what)
{
	for (const char *const *w = words; *w; w++)
		if (!strcmp(*w, what))
			return *w;
	return NULL;
}

static bool is_plain(const char *s, size_t most)
{
	return strlen(s) <= most &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEF0123456789/.:-") == strlen(s);
}

/* 0: nobody of this mode. */
static int find_reviewer(
	struct taking *t, const json_t *event, int64_t *ret, struct fault *f)
{
	int64_t id = json_integer_value(json_object_get(event, "who"));
	int got;

	*ret = 0;
	if (id <= 0)
		return 0;
	query_bind_int(t->reviewer, ":id", id);
	query_bind_text(t->reviewer, ":mode", t->mode);
	got = query_next(t->reviewer, f);
	query_reset(t->reviewer);
	*ret = got > 0 ? id : 0;
	return got < 0 ? -1 : 0;
}

static int insert_visit(struct taking *t, const json_t *event, const char *what,
	int64_t reviewer, struct fault *f)
{
	const char *about = string_of(event, "about"), *from = string_of(event, "from");
	auto_row said = {0};
	int64_t id = t->next++;

	row_add(&said, "from", is_plain(from, FROM_MOST) ? from : "");
	query_bind_int(t->visit, ":id", id);
	query_bind_int(t->visit, ":run", ledger_run(t->ledger));
	query_bind_int(t->visit, ":at", json_integer_value(json_object_get(event, "at")));
	if (reviewer)
		query_bind_int(t->visit, ":reviewer", reviewer);
	else
		query_bind_null(t->visit, ":reviewer");
	query_bind_text(t->visit, ":what", what);
	query_bind_text(
		t->visit, ":about", *about && is_plain(about, ABOUT_MOST) ? about : NULL);
	query_bind_sealed(t->visit, ":said_sealed", "visit.said_sealed", id,
		said.packed.bytes, said.packed.length, SEAL_PAD);
	t->tally->taken++;
	return query_run(t->visit, f);
}

/* --- what was handed in --- */

static int open_sealed(const struct taking *t, const json_t *event, struct text *out)
{
	const char *hex = string_of(event, "sealed");
	size_t length = strlen(hex) / 2;
	unsigned char *sealed;
	struct fault ignored;
	int failed;

	if (!length || length > SEALED_MOST)
		return -1;
	sealed = text_alloc(length);
	failed = hatch_unhex(hex, sealed, length) ||
		 hatch_open(t->seed, sealed, length, out, &ignored) ||
		 memchr(out->bytes, '\0', out->length);
	free(sealed);
	return failed ? -1 : 0;
}

static int insert_asked(struct taking *t, const json_t *event, int64_t reviewer,
	const struct text *plain, struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t id;

	if (ledger_number(t->ledger, SQL("SELECT max(id) FROM asked"), 0, &id, f) ||
		ledger_query(t->ledger,
			SQL("INSERT INTO asked (id, run_id, at, reviewer_id, said_sealed)"
			    " VALUES (:id, :run, :at, :reviewer, :said_sealed)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", ++id);
	query_bind_int(q, ":run", ledger_run(t->ledger));
	query_bind_int(q, ":at", json_integer_value(json_object_get(event, "at")));
	query_bind_int(q, ":reviewer", reviewer);
	query_bind_sealed(q, ":said_sealed", "asked.said_sealed", id, plain->bytes,
		plain->length, ASKED_PAD);
	t->tally->asked++;
	return query_run(q, f);
}

/* {"text", "words"} */
static int insert_point(struct taking *t, const json_t *event, int64_t reviewer,
	const struct text *plain, struct fault *f)
{
	json_t *point =
		json_loadb(plain->bytes, plain->length, JSON_REJECT_DUPLICATES, NULL);
	const char *said = string_of(point, "words");
	int failed = 0;

	if (*said && strlen(said) <= POINT_WORDS) {
		t->tally->points++;
		failed = point_raise(t->ledger, reviewer,
			json_integer_value(json_object_get(event, "at")),
			string_of(point, "text"), said, f);
	} else {
		t->tally->passed_over++;
	}
	json_decref(point);
	return failed;
}

static int take_sealed(struct taking *t, const json_t *event, const char *what,
	int64_t reviewer, struct fault *f)
{
	auto_text_buffer plain = {0};

	if (!reviewer || strcmp(string_of(event, "mode"), t->mode) != 0 ||
		open_sealed(t, event, &plain)) {
		t->tally->passed_over++;
		return 0;
	}
	return !strcmp(what, "request") ? insert_asked(t, event, reviewer, &plain, f)
					: insert_point(t, event, reviewer, &plain, f);
}

static int take(void *user, const json_t *event, int64_t end, struct fault *f)
{
	struct taking *t = user;
	const char *what = known_word(string_of(event, "what"));
	int64_t reviewer;

	(void)end;
	if (!what) {
		t->tally->passed_over++;
		return 0;
	}
	if (find_reviewer(t, event, &reviewer, f) ||
		insert_visit(t, event, what, reviewer, f))
		return -1;
	if (!strcmp(what, "request") || !strcmp(what, "point"))
		return take_sealed(t, event, what, reviewer, f);
	return 0;
}

/* --- the run --- */

struct place {
	char journal[JOURNAL_ID];
	int64_t upto;
};

static int read_place(struct ledger *l, struct place *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	const char *journal;
	int got;

	*ret = (struct place){0};
	if (ledger_query(l,
		    SQL("SELECT journal, upto FROM visit_read ORDER BY id DESC LIMIT 1"),
		    &q, f))
		return -1;
	got = query_next(q, f);
	if (got > 0) {
		journal = query_text(q, "journal");
		ret->upto = query_int(q, "upto");
		if (strlen(journal) == JOURNAL_ID - 1)
			memcpy(ret->journal, journal, JOURNAL_ID);
	}
	return got < 0 ? -1 : 0;
}

static int write_place(struct ledger *l, const struct place *p, struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t id;

	if (ledger_number(l, SQL("SELECT max(id) FROM visit_read"), 0, &id, f) ||
		ledger_query(l,
			SQL("INSERT INTO visit_read (id, run_id, at, journal, upto)"
			    " VALUES (:id, :run, :at, :journal, :upto)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", id + 1);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_text(q, ":journal", p->journal);
	query_bind_int(q, ":upto", p->upto);
	return query_run(q, f);
}

static int take_all(struct taking *t, const char *dir, struct place *p, struct fault *f)
{
	const struct journal_reader reader = {take, t};
	int64_t from;

	if (ledger_number(t->ledger, SQL("SELECT max(id) FROM visit"), 0, &t->next, f) ||
		ledger_query(t->ledger,
			SQL("INSERT INTO visit (id, run_id, at, reviewer_id, what, about, said_sealed)"
			    " VALUES (:id, :run, :at, :reviewer, :what, :about, :said_sealed)"),
			&t->visit, f) ||
		ledger_query(t->ledger,
			SQL("SELECT v.id FROM reviewer v JOIN run r ON r.id = v.run_id"
			    " WHERE v.id = :id AND r.mode = :mode"),
			&t->reviewer, f))
		return -1;
	t->next++;
	from = p->upto;
	if (journal_read(dir, &p->upto, p->journal, &reader, f))
		return -1;
	return p->upto == from ? 0 : write_place(t->ledger, p, f);
}

/* A look without a lock: is there anything at all? */
static bool is_news(const char *dir, const struct place *p)
{
	return journal_size(dir) > p->upto;
}

int visits_take(struct ledger *l, const char *dir, const char *mode,
	struct visits_tally *ret, struct fault *f)
{
	struct taking t = {.ledger = l, .mode = mode, .tally = ret};
	struct place p;
	int failed;

	*ret = (struct visits_tally){0};
	if (read_place(l, &p, f))
		return -1;
	if (!is_news(dir, &p))
		return 0;
	vault_derive(ledger_vault(l), "page-box", t.seed);
	if (ledger_begin(l, f))
		return -1;
	failed = read_place(l, &p, f) || take_all(&t, dir, &p, f);
	query_close(t.visit);
	query_close(t.reviewer);
	hatch_wipe(t.seed, sizeof(t.seed));
	if (!failed)
		return ledger_commit(l, f);
	ledger_rollback(l);
	return -1;
}

/* --- what waits --- */

struct counting {
	const char *mode;
	struct visits_waiting *counts;
};

static int count_waiting(void *user, const json_t *event, int64_t end, struct fault *f)
{
	const struct counting *c = user;
	const char *what = string_of(event, "what");

	(void)end;
	(void)f;
	if (strcmp(string_of(event, "mode"), c->mode) != 0)
		return 0;
	c->counts->points += !strcmp(what, "point");
	c->counts->requests += !strcmp(what, "request");
	return 0;
}

static int count_taken(
	struct ledger *l, const char *mode, struct visits_waiting *ret, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("SELECT (SELECT count(*) FROM point_open WHERE mode = :mode) AS points,"
			" (SELECT count(*) FROM asked_open WHERE mode = :mode) AS requests"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	if (query_next(q, f) < 0)
		return -1;
	*ret = (struct visits_waiting){query_int(q, "points"), query_int(q, "requests")};
	return 0;
}

int visits_wait(struct ledger *l, const char *dir, const char *mode,
	struct visits_waiting *ret, struct fault *f)
{
	struct counting counting = {mode, ret};
	const struct journal_reader reader = {count_waiting, &counting};
	struct place p;

	if (count_taken(l, mode, ret, f) || read_place(l, &p, f))
		return -1;
	return is_news(dir, &p) ? journal_read(dir, &p.upto, p.journal, &reader, f) : 0;
}

/* --- requests --- */

int visits_next_asked(
	struct ledger *l, const char *mode, struct visits_asked *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT id, reviewer_id, said_sealed FROM asked_open WHERE mode = :mode ORDER BY id LIMIT 1"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	if (got <= 0)
		return got;
	ret->id = query_int(q, "id");
	ret->reviewer = query_int(q, "reviewer_id");
	return query_sealed(
		       q, "said_sealed", "asked.said_sealed", ret->id, &ret->words, f)
		       ? -1
		       : 1;
}

int visits_asked_done(struct ledger *l, int64_t id, int64_t requests, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("INSERT INTO asked_taken (asked_id, run_id, at, requests) VALUES (:id, :run, :at, :requests)"),
		    &q, f))
		return -1;
	query_bind_int(q, ":id", id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_int(q, ":requests", requests);
	return query_run(q, f);
}

/* --- the list --- */

int visits_list(struct ledger *l, const char *mode, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	char at[CLOCK_TEXT];
	int got;

	*ret = json_array();
	if (ledger_query(l,
		    SQL("SELECT v.id, v.at, v.reviewer_id, v.what, v.about, v.said_sealed FROM visit v"
			" JOIN run r ON r.id = v.run_id WHERE r.mode = :mode ORDER BY v.id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	while ((got = query_next(q, f)) > 0) {
		auto_row said = {0};

		if (query_sealed(q, "said_sealed", "visit.said_sealed",
			    query_int(q, "id"), &said.packed, f))
			return -1;
		(void)json_array_append_new(
			*ret, json_pack("{s:s,s:o,s:s,s:s?,s:s?}", "at",
				      clock_write(query_int(q, "at"), at), "reviewer",
				      query_null(q, "reviewer_id")
					      ? json_null()
					      : json_integer(query_int(q, "reviewer_id")),
				      "what", query_text(q, "what"), "about",
				      query_text(q, "about"), "from",
				      row_value(&said, "from")));
	}
	return got;
}
