/* SPDX-License-Identifier: MIT */
/*
 * The steps of closing.h. What opens the ledger again in between is verb/close.c's. What
 * can go wrong: somebody is still to be told (FAULT_REFUSED), the ledger is broken
 * (FAULT_LEDGER), a file cannot be written or removed (FAULT_CANTCREATE); a key that
 * cannot be removed is told.
 */
#include "mailer/closing.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mailer/archive.h"
#include "mailer/evidence.h"
#include "mailer/needs.h"
#include "mailer/note.h"
#include "mailer/page/journal.h"
#include "mailer/remains.h"
#include "mailer/shred.h"
#include "mailer/status.h"
#include "mailer/wire/capture.h"
#include "recipients/audit.h"
#include "recipients/clock.h"
#include "recipients/history.h"
#include "recipients/keyring.h"

/* --- is it over? --- */

static json_int_t count_of(const json_t *counts, const char *name)
{
	return json_integer_value(json_object_get(counts, name));
}

static void move_count(const json_t *from, const char *name, json_t *to)
{
	json_int_t n = count_of(from, name);

	if (n)
		(void)json_object_set_new(to, name, json_integer(n));
}

static int count_sql(struct ledger *l, const char *mode, const char *sql,
	const char *name, json_t *to, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l, sql, &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	if (got > 0 && query_int(q, "n"))
		(void)json_object_set_new(to, name, json_integer(query_int(q, "n")));
	return got < 0 ? -1 : 0;
}

int closing_open(struct ledger *l, const struct settings *s, const struct policy *p,
	json_t **ret, json_t **ret_left, struct fault *f)
{
	static const char *const told[] = {"accepted", "relayed", "delivered",
		"acknowledged", "reached", "restricted", "none", NULL};
	static const char *const waiting[] = {"letters_worried", "letters_question",
		"corrections", "restrictions_to_review", NULL};
	static const char *const rows[] = {"rows_in_conflict", "rows_possible",
		"rows_unmatched", "rows_other_controller", "rows_ambiguous_untold",
		"letters_unsure", "letters_orphan", NULL};
	json_t *status, *states, *needs, *open = json_object(), *left = json_object();

	if (status_gather(l, s, p, &status, f)) {
		json_decref(open);
		json_decref(left);
		return -1;
	}
	states = json_object_get(status, "states");
	needs = json_object_get(status, "needs_human");
	(void)json_object_update(open, states);
	for (const char *const *name = told; *name; name++)
		(void)json_object_del(open, *name);
	for (const char *const *name = waiting; *name; name++)
		move_count(needs, *name, open);
	for (const char *const *name = rows; *name; name++)
		move_count(needs, *name, left);
	json_decref(status);
	*ret = open;
	*ret_left = left;
	return count_sql(l, settings_mode(s),
		       SQL("SELECT count(*) AS n FROM task_now WHERE mode = :mode AND stands AND state IN ('open', 'not_reached')"),
		       "tasks", open,
		       f) || count_sql(l, settings_mode(s),
				     SQL("SELECT count(*) AS n FROM proposal_open WHERE kind = 'release' AND mode = :mode"),
				     "unsigned", open, f)
		       ? -1
		       : 0;
}

const char *closing_words(const char *what)
{
	return !strcmp(what, "tasks")      ? "tasks that are open (task --open)"
	       : !strcmp(what, "unsigned") ? "release that waits for signatures (approve)"
	       : strchr(what, '_') || !strcmp(what, "corrections") ? needs_words(what)
								   : status_words(what);
}

static int refuse(json_t *open, struct fault *f)
{
	auto_text_buffer words = {0};
	const char *what;
	json_t *count;

	json_object_foreach(open, what, count)
		text_printf(&words, "%s%lld: %s", words.length ? "; " : "",
			(long long)json_integer_value(count), closing_words(what));
	return fault_set(f, FAULT_REFUSED,
		"it is not over: %s. After it nobody can know who they are. --anyway closes it all the same",
		text_string(&words));
}

/* Who was told in live is not forgotten by a rehearsal. */
static int check_mode(struct ledger *l, const struct settings *s, struct fault *f)
{
	int64_t live;

	if (s->live)
		return 0;
	if (ledger_number(l,
		    SQL("SELECT count(*) FROM attempt a JOIN release r ON r.id = a.release_id WHERE r.mode = 'live'"),
		    0, &live, f))
		return -1;
	return live ? fault_set(f, FAULT_REFUSED,
			      "people were told in live with this ledger: close it with \"mode\": \"live\"")
		    : 0;
}

static int check_open(
	struct ledger *l, const struct closing *c, json_t *result, struct fault *f)
{
	json_t *open = NULL, *left = NULL;
	int failed = check_mode(l, c->settings, f) ||
		     closing_open(l, c->settings, c->policy, &open, &left, f);

	if (!failed && !c->anyway && !c->dry_run && json_object_size(open))
		failed = refuse(open, f);
	if (open)
		(void)json_object_set_new(result, "open", open);
	if (left)
		(void)json_object_set_new(result, "left", left);
	return failed;
}

/* --- what goes --- */

/* Its path below DIR (new memory); NULL: it is elsewhere. The file need not be there yet,
 * its folder must. */
static char *below(const char *dir, const char *path)
{
	auto_text folder = text_copy(path);
	char *slash = strrchr(folder, '/');
	auto_text real_dir = realpath(dir, NULL);
	auto_text real = NULL;
	size_t length;

	if (slash)
		slash[slash == folder] = '\0';
	real = realpath(slash ? folder : ".", NULL);
	length = real_dir ? strlen(real_dir) : 0;
	if (!length || !real || strncmp(real, real_dir, length) != 0)
		return NULL;
	slash = strrchr(path, '/');
	path = slash ? slash + 1 : path;
	if (!real[length])
		return text_copy(path);
	return real[length] == '/' ? text_format("%s/%s", real + length + 1, path) : NULL;
}

static void add_outbox(const char *dir, const char *capture, json_t *to)
{
	auto_text path =
		*capture == '/' ? text_copy(capture) : text_format("%s/%s", dir, capture);
	auto_text real = realpath(path, NULL);
	json_t *one;
	size_t i;

	json_array_foreach(
		to, i, one) if (real && !strcmp(json_string_value(one), real)) return;
	if (real)
		(void)json_array_append_new(to, json_string(real));
}

static json_t *list_outboxes(const struct settings *s)
{
	json_t *list = json_array();

	add_outbox(s->dir, "outbox", list);
	for (size_t i = 0; i < settings_relays(s); i++)
		if (settings_relay(s, i)->capture_dir)
			add_outbox(s->dir, settings_relay(s, i)->capture_dir, list);
	return list;
}

static json_t *list_keys(struct ledger *l, const char *dir)
{
	auto_text certificate = keyring_certificate(ledger_key_file(l), dir);
	auto_keyring_files files = keyring_files(ledger_key_file(l), ledger_id(l));
	json_t *list = json_array();

	for (char **file = files; *file; file++) {
		auto_text real = realpath(*file, NULL);

		(void)json_array_append_new(list, json_string(real ? real : *file));
	}
	if (!access(certificate, F_OK))
		(void)json_array_append_new(list, json_string(certificate));
	return list;
}

/* What is ours, and looked through by nobody: kept for good, or gone in a moment. */
#define KNOWN_MOST 64
struct known {
	char *names[KNOWN_MOST + 1];
	size_t count;
};

static void known_done(struct known *k)
{
	for (size_t i = 0; i < k->count; i++)
		free(k->names[i]);
}

static void know(struct known *k, char *name)
{
	if (name && k->count < KNOWN_MOST)
		k->names[k->count++] = name;
	else
		free(name);
}

static int find_remains(struct ledger *l, const struct closing *c, const json_t *outboxes,
	json_t *result, json_t **ret, struct fault *f)
{
	static const char *const ours[] = {"incident.json", SHRED_CLOSED, "ledger.db",
		"ledger.db-journal", "ledger.lock", "flight.journal", NULL};
	__attribute__((cleanup(known_done))) struct known known = {{NULL}, 0};
	const char *dir = c->settings->dir;
	json_t *outbox;
	size_t left, i;

	for (const char *const *o = ours; *o; o++)
		know(&known, text_copy(*o));
	know(&known, text_copy(JOURNAL_FOLDER));
	know(&known, below(dir, c->archive));
	know(&known, below(dir, c->evidence));
	json_array_foreach(outboxes, i, outbox)
		know(&known, below(dir, json_string_value(outbox)));
	if (remains_find(l, dir, (const char *const *)known.names, ret, &left, f))
		return -1;
	(void)json_object_set(result, "found", *ret);
	(void)json_object_set_new(result, "others", json_integer((json_int_t)left));
	return 0;
}

static int refuse_remains(const json_t *found, struct fault *f)
{
	return fault_set(f, FAULT_REFUSED,
		"%zu files in the incident's folder speak of people, or cannot be looked into, such as %s. "
		"Move them to where they belong, or let them go too: close --remove-found (close -n lists them)",
		json_array_size(found),
		json_string_value(json_object_get(json_array_get(found, 0), "file")));
}

/* --- looking --- */

/* Whether it may be closed: asked before anything is written, and again under the lock.
 */
static int look(struct ledger *l, const struct closing *c, const json_t *outboxes,
	json_t *result, json_t **ret_found, struct fault *f)
{
	if (check_open(l, c, result, f) ||
		find_remains(l, c, outboxes, result, ret_found, f))
		return -1;
	if (c->dry_run || c->remove_found || !json_array_size(*ret_found))
		return 0;
	(void)refuse_remains(*ret_found, f);
	json_decref(*ret_found);
	*ret_found = NULL;
	return -1;
}

static int look_first(
	struct ledger *l, const struct closing *c, json_t *result, struct fault *f)
{
	const char *heads[] = {c->settings->head_file, NULL};
	json_t *outboxes = list_outboxes(c->settings), *found = NULL;
	struct history_head head;
	int64_t seals, gone;
	int failed = look(l, c, outboxes, result, &found, f) || audit_run(l, &seals, f) ||
		     audit_schema(l, &gone, f) || history_check(l, heads, &head, f);

	json_decref(found);
	json_decref(outboxes);
	return failed;
}

/* --- what is kept --- */

int closing_keep(
	struct ledger *l, const struct closing *c, json_t *result, struct fault *f)
{
	auto_text words = text_format("closed: %s", c->reason);
	const struct note n = {"decision", words, c->by, clock_now()};
	struct archive a = {0};
	int64_t number;

	if (!c->key && c->settings->live)
		return fault_set(f, FAULT_USAGE,
			"for whom is the list of who was told to be sealed? close --to FILE.pub (archive --make-key)");
	if (look_first(l, c, result, f) || note_write(l, &n, &number, f) ||
		(c->key && archive_seal(
				   l, c->settings, c->policy, c->key, c->archive, &a, f)))
		return -1;
	if (!c->key)
		return 0;
	(void)json_object_set_new(result, "archive", json_string(c->archive));
	(void)json_object_set_new(result, "people", json_integer(a.telling.people));
	(void)json_object_set_new(result, "keep_until", json_string(a.keep_until));
	return 0;
}

/* Complete or not there. */
static int write_evidence(
	struct ledger *l, const struct closing *c, json_t *result, struct fault *f)
{
	auto_text fresh = text_format("%s.new", c->evidence);
	struct evidence e;

	(void)unlink(fresh); /* of one that was killed */
	if (evidence_write(l, c->settings, fresh, &e, f))
		return -1;
	if (rename(fresh, c->evidence))
		return fault_set(
			f, FAULT_CANTCREATE, "%s: %s", c->evidence, strerror(errno));
	(void)json_object_set_new(result, "evidence", json_string(c->evidence));
	(void)json_object_set_new(result, "evidence_digest", json_string(e.digest));
	return 0;
}

/* What a close that was killed left half written: it is sealed, or of nobody, and goes
 * all the same. */
static void add_halves(const char *dir, const char *path, const char *ending, json_t *to)
{
	auto_text name = below(dir, path);
	auto_text begins = name ? text_format("%s%s", name, ending) : NULL;
	DIR *folder = name && !strchr(name, '/') ? opendir(dir) : NULL;

	for (const struct dirent *e; folder && (e = readdir(folder));)
		if (!strncmp(e->d_name, begins, strlen(begins)))
			(void)json_array_append_new(to, json_string(e->d_name));
	if (folder)
		(void)closedir(folder);
}

/* Where something is that stays: below the folder, if it is there. */
static json_t *place(const struct closing *c, const json_t *result, const char *name)
{
	const char *path = json_string_value(json_object_get(result, name));
	auto_text inside = path ? below(c->settings->dir, path) : NULL;

	return path ? json_string(inside ? inside : path) : NULL;
}

static json_t *make_plan(struct ledger *l, const struct closing *c, json_t *outboxes,
	const json_t *found, const json_t *result)
{
	json_t *files = json_array(), *one;
	char now[CLOCK_TEXT];
	size_t i;

	json_array_foreach(found, i, one)(void)
		json_array_append(files, json_object_get(one, "file"));
	add_halves(c->settings->dir, c->archive, ".", files);
	add_halves(c->settings->dir, c->evidence, ".new", files);
	return json_pack("{s:i,s:s,s:s,s:s,s:s,s:o*,s:O*,s:o*,s:O*,s:o,s:O,s:s,s:o}",
		"breachmail-closed", 1, "incident", c->settings->id, "ledger",
		ledger_id(l), "mode", settings_mode(c->settings), "at",
		clock_write(clock_now(), now), "evidence", place(c, result, "evidence"),
		"evidence_digest", json_object_get(result, "evidence_digest"), "archive",
		place(c, result, "archive"), "keep_until",
		json_object_get(result, "keep_until"), "keys",
		list_keys(l, c->settings->dir), "outboxes", outboxes, "page",
		JOURNAL_FOLDER, "files", files);
}

int closing_plan(
	struct ledger *l, const struct closing *c, json_t *result, struct fault *f)
{
	json_t *outboxes = list_outboxes(c->settings), *found = NULL;
	int failed = look(l, c, outboxes, result, &found, f) ||
		     (!c->dry_run && write_evidence(l, c, result, f));

	if (!failed)
		(void)json_object_set_new(
			result, "plan", make_plan(l, c, outboxes, found, result));
	json_decref(found);
	json_decref(outboxes);
	return failed;
}
