/* SPDX-License-Identifier: MIT */
/*
 * Lists and opens files of letters. What is in them: mbox.c. Putting mails into a
 * Maildir: capture.c. What can go wrong: mail readers move files while we read. Therefore
 * new is listed before cur, so that a letter on its way stands in both rather than in
 * neither, and a name that is not where it was is looked for once more.
 */
#include "mailer/wire/maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/text.h"

struct entry {
	char *name;
	unsigned char folder;
};

struct listing {
	struct entry *entries;
	size_t count, room;
};

struct maildir {
	char *dir;
	size_t most;
	int folder[2]; /* new and cur; of a plain folder the one */
	unsigned folders;
	struct listing list;
	size_t next;
};

static void listing_done(struct listing *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->entries[i].name);
	free(l->entries);
	*l = (struct listing){0};
}

/* --- names --- */

/* What stays the same when a letter is moved or flagged: all before ":2,S". */
static void own_name(const struct maildir *m, const char *name, char out[NAME_MAX + 1])
{
	(void)snprintf(out, NAME_MAX + 1, "%s", name);
	if (m->folders > 1)
		out[strcspn(out, ":")] = '\0';
}

static int compare_names(const struct maildir *m, const char *a, const char *b)
{
	char one[NAME_MAX + 1], two[NAME_MAX + 1];

	own_name(m, a, one);
	own_name(m, b, two);
	return strverscmp(one, two);
}

static int by_name(const void *a, const void *b, void *m)
{
	const struct entry *one = a, *two = b;
	int order = compare_names(m, one->name, two->name);

	return order ? order : one->folder - two->folder;
}

static int list_folder(
	const struct maildir *m, unsigned folder, struct listing *out, struct fault *f)
{
	int fd = openat(m->folder[folder], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!d && fd >= 0)
		(void)close(fd);
	if (!d)
		return fault_set(f, FAULT_INPUT, "%s: %s", m->dir, strerror(errno));
	while ((entry = readdir(d)) && out->count < 2 * m->most) {
		if (entry->d_name[0] == '.' ||
			(entry->d_type != DT_REG && entry->d_type != DT_UNKNOWN))
			continue;
		if (out->count == out->room) {
			out->room = out->room ? 2 * out->room : 256;
			out->entries = text_realloc(
				out->entries, out->room * sizeof(*out->entries));
		}
		out->entries[out->count++] =
			(struct entry){.name = text_copy(entry->d_name),
				.folder = (unsigned char)folder};
	}
	(void)closedir(d);
	return 0;
}

/* A letter that was moved between the two looks is where we saw it last. */
static void drop_twins(const struct maildir *m, struct listing *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->count; i++) {
		if (i + 1 < l->count &&
			!compare_names(m, l->entries[i].name, l->entries[i + 1].name))
			free(l->entries[i].name);
		else
			l->entries[kept++] = l->entries[i];
	}
	l->count = kept;
}

static int list_all(struct maildir *m, struct listing *ret, struct fault *f)
{
	*ret = (struct listing){0};
	for (unsigned i = 0; i < m->folders; i++)
		if (list_folder(m, i, ret, f)) {
			listing_done(ret);
			return -1;
		}
	if (ret->count)
		qsort_r(ret->entries, ret->count, sizeof(*ret->entries), by_name, m);
	drop_twins(m, ret);
	if (ret->count <= m->most)
		return 0;
	listing_done(ret);
	return fault_set(f, FAULT_INPUT, "%s: more than %zu letters", m->dir, m->most);
}

/* --- opening --- */

bool maildir_is(const char *dir)
{
	static const char *const names[] = {"new", "cur"};
	struct stat st;

	for (size_t i = 0; i < 2; i++) {
		auto_text path = text_format("%s/%s", dir, names[i]);

		if (stat(path, &st) || !S_ISDIR(st.st_mode))
			return false;
	}
	return true;
}

static int open_folder(struct maildir *m, const char *name, struct fault *f)
{
	auto_text path = text_format("%s%s%s", m->dir, *name ? "/" : "", name);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fault_set(f, FAULT_INPUT, "%s: %s", path, strerror(errno));
	m->folder[m->folders++] = fd;
	return 0;
}

int maildir_open(const char *dir, size_t most, struct maildir **ret, struct fault *f)
{
	auto_maildir *m = text_alloc(sizeof(*m));

	m->dir = text_copy(dir);
	m->most = most;
	if (!maildir_is(dir) ? open_folder(m, "", f)
			     : open_folder(m, "new", f) || open_folder(m, "cur", f))
		return -1;
	if (list_all(m, &m->list, f))
		return -1;
	*ret = m;
	m = NULL;
	return 0;
}

/* --- one after another --- */

/* Looks again, and goes on with `name` if it is there, else with what comes after it. */
static int look_again(struct maildir *m, const char *name, struct fault *f)
{
	struct listing fresh;

	if (list_all(m, &fresh, f))
		return -1;
	for (m->next = 0; m->next < fresh.count; m->next++)
		if (compare_names(m, fresh.entries[m->next].name, name) >= 0)
			break;
	listing_done(&m->list);
	m->list = fresh;
	return 0;
}

static int open_file(const struct maildir *m, const struct entry *e)
{
	int fd = openat(m->folder[e->folder], e->name,
		O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
		(void)close(fd);
		errno = ELOOP;
		return -1;
	}
	return fd;
}

int maildir_next(struct maildir *m, int *ret, struct fault *f)
{
	auto_text sought = NULL; /* where it was, it is not */

	while (m->next < m->list.count) {
		const struct entry *e = &m->list.entries[m->next];

		*ret = open_file(m, e);
		if (*ret >= 0) {
			m->next++;
			return 1;
		}
		if (errno != ENOENT && errno != ELOOP)
			return fault_set(f, FAULT_INPUT, "%s: a letter: %s", m->dir,
				strerror(errno));
		if (errno == ELOOP || (sought && !compare_names(m, sought, e->name))) {
			m->next++;
			continue;
		}
		text_freep(&sought);
		sought = text_copy(e->name);
		if (look_again(m, sought, f))
			return -1;
	}
	return 0;
}

void maildir_close(struct maildir *m)
{
	if (!m)
		return;
	for (unsigned i = 0; i < m->folders; i++)
		(void)close(m->folder[i]);
	listing_done(&m->list);
	free(m->dir);
	free(m);
}

void maildir_closep(struct maildir **m)
{
	maildir_close(*m);
	*m = NULL;
}
