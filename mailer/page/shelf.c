/* SPDX-License-Identifier: MIT */
/*
 * Reads what the verbs export. Who writes it: export.c and reviewer.c.
 */
#include "mailer/page/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/fold.h"
#include "recipients/text.h"

#define REVIEWERS_MOST 1000
#define FILE_MOST ((off_t)64 << 20)
#define DAY_MS 86400000ll

/* One of the two files, and by what a new one is known. */
struct board {
	char *path;
	json_t *json; /* NULL: none */
	struct stat seen;
};
struct shelf {
	struct board people, export;
	bool keyed;
	unsigned char key[HATCH_KEY], box[HATCH_KEY];
	struct shelf_reviewer *reviewers;
	size_t reviewers_count;
	unsigned char *codes;
	size_t codes_count;
	int64_t version;
};

struct shelf *shelf_new(const char *dir)
{
	struct shelf *s = text_alloc(sizeof(*s));

	s->people.path = text_format("%s/" SHELF_REVIEWERS, dir);
	s->export.path = text_format("%s/" SHELF_EXPORT, dir);
	s->reviewers = text_alloc(REVIEWERS_MOST * sizeof(*s->reviewers));
	return s;
}

static void board_done(struct board *b)
{
	json_decref(b->json);
	free(b->path);
}

void shelf_free(struct shelf *s)
{
	if (!s)
		return;
	board_done(&s->people);
	board_done(&s->export);
	free(s->reviewers);
	free(s->codes);
	free(s);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
	       a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* In one go: jansson's own reading of a descriptor asks the system for each byte. */
static json_t *read_whole(int fd, off_t size)
{
	auto_text_buffer all = {0};
	ssize_t got;

	text_reserve(&all, (size_t)size + 1);
	while ((got = read(fd, all.bytes + all.length, all.room - all.length - 1)) > 0)
		all.length += (size_t)got;
	return json_loadb(all.bytes, all.length, JSON_REJECT_DUPLICATES, NULL);
}

/* True: it was read anew, or is gone. */
static bool board_look(struct board *b)
{
	struct stat st = {0};
	int fd;

	(void)stat(b->path, &st); /* nothing there: all zeroes */
	if (is_same(&st, &b->seen))
		return false;
	b->seen = st;
	json_decref(b->json);
	b->json = NULL;
	fd = open(b->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return true;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size <= FILE_MOST) {
		b->seen = st;
		b->json = read_whole(fd, st.st_size);
	}
	(void)close(fd);
	return true;
}

static const char *string_of(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

static int64_t number_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static int read_reviewer(const json_t *from, struct shelf_reviewer *r)
{
	const char *hash = string_of(from, "secret");

	*r = (struct shelf_reviewer){.id = number_of(from, "id"),
		.serial = number_of(from, "serial"),
		.desk = strcmp(string_of(from, "role"), "rep") != 0,
		.scope = string_of(from, "scope"),
		.expires = number_of(from, "expires"),
		.secret_expires = number_of(from, "secret_expires")};
	(void)snprintf(r->secret, sizeof(r->secret), "%s", hash);
	return r->id <= 0 || hatch_unhex(string_of(from, "name"), r->name, HATCH_DIGEST);
}

static void read_people(struct shelf *s)
{
	const json_t *list = json_object_get(s->people.json, "reviewers"), *one;
	size_t i;

	s->reviewers_count = 0;
	s->keyed = !hatch_unhex(string_of(s->people.json, "key"), s->key, HATCH_KEY) &&
		   !hatch_unhex(string_of(s->people.json, "box"), s->box, HATCH_KEY);
	json_array_foreach(list, i, one)
	{
		if (s->reviewers_count < REVIEWERS_MOST &&
			!read_reviewer(one, &s->reviewers[s->reviewers_count]))
			s->reviewers_count++;
	}
}

static void read_codes(struct shelf *s)
{
	const char *codes = string_of(s->export.json, "codes");
	size_t count = strlen(codes) / 2 / SHELF_RECORD;

	free(s->codes);
	s->codes = text_alloc(count * SHELF_RECORD + 1);
	s->codes_count = hatch_unhex(codes, s->codes, count * SHELF_RECORD) ? 0 : count;
	if (s->export.json) /* the text is not needed any more */
		(void)json_object_del(s->export.json, "codes");
}

void shelf_look(struct shelf *s)
{
	if (board_look(&s->people))
		read_people(s);
	if (board_look(&s->export)) {
		read_codes(s);
		s->version++;
	}
}

int64_t shelf_version(const struct shelf *s)
{
	return s->version;
}

void shelf_name(const unsigned char key[HATCH_KEY], const char *name,
	unsigned char out[HATCH_DIGEST])
{
	char folded[FOLD_ROOM];
	size_t length = fold_words(name, folded, sizeof(folded));

	hatch_digest(key, "name", folded, length, out);
}

void shelf_code(const unsigned char key[HATCH_KEY], const char *code,
	unsigned char out[HATCH_DIGEST])
{
	hatch_digest(key, "code", code, strlen(code), out);
}

bool shelf_keys(const struct shelf *s, unsigned char ret_key[HATCH_KEY],
	unsigned char ret_box[HATCH_KEY])
{
	memcpy(ret_key, s->key, HATCH_KEY);
	memcpy(ret_box, s->box, HATCH_KEY);
	return s->keyed;
}

const char *shelf_mode(const struct shelf *s)
{
	return string_of(s->people.json, "mode");
}

const struct shelf_reviewer *shelf_find_name(
	const struct shelf *s, const unsigned char name[HATCH_DIGEST], int64_t now)
{
	for (size_t i = 0; i < s->reviewers_count; i++)
		if (hatch_same(s->reviewers[i].name, name, HATCH_DIGEST))
			return now < s->reviewers[i].expires ? &s->reviewers[i] : NULL;
	return NULL;
}

const struct shelf_reviewer *shelf_find(const struct shelf *s, int64_t id, int64_t now)
{
	for (size_t i = 0; i < s->reviewers_count; i++)
		if (s->reviewers[i].id == id)
			return now < s->reviewers[i].expires ? &s->reviewers[i] : NULL;
	return NULL;
}

json_t *shelf_export(const struct shelf *s)
{
	return s->export.json;
}

json_t *shelf_view(const struct shelf *s, const char *scope)
{
	return json_object_get(json_object_get(s->export.json, "views"), scope);
}

json_t *shelf_points(const struct shelf *s, int64_t reviewer)
{
	char id[24];

	(void)snprintf(id, sizeof(id), "%lld", (long long)reviewer);
	return json_object_get(json_object_get(s->export.json, "points"), id);
}

static int compare_record(const void *digest, const void *record)
{
	return memcmp(digest, record, HATCH_DIGEST);
}

bool shelf_genuine(
	const struct shelf *s, const char *code, const char **ret_kind, int64_t *ret_at)
{
	unsigned char digest[HATCH_DIGEST];
	const unsigned char *found;
	const json_t *kind;

	if (!s->keyed || !s->codes_count)
		return false;
	shelf_code(s->key, code, digest);
	found = bsearch(digest, s->codes, s->codes_count, SHELF_RECORD, compare_record);
	if (!found)
		return false;
	kind = json_array_get(json_object_get(s->export.json, "kinds"), found[16]);
	*ret_kind = string_of(kind, "text");
	*ret_at = (found[17] << 16 | found[18] << 8 | found[19]) * DAY_MS;
	return true;
}
