/* SPDX-License-Identifier: MIT */
/*
 * Template files: reading one, and finding a partial by its name.
 *
 * What it does not do: know the shipped texts (they are built in) or what is in a
 * template (mustache.c). What can go wrong: no such file, no permission, not a regular
 * file, too large, not UTF-8, a name that leads out.
 */
#include "templates/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utf8proc.h>

#include "templates/tag.h"

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static int read_all(int fd, const char *path, struct text *ret, struct fault *f)
{
	char bytes[16384];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof(bytes))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fault_set(f, FAULT_INPUT, "%s: %s", path, strerror(errno));
		text_add(ret, bytes, (size_t)got);
		if (ret->length > TAG_SOURCE_LIMIT)
			return fault_set(f, FAULT_INPUT,
				"%s: a template of more than %zu bytes", path,
				TAG_SOURCE_LIMIT);
	}
	return 0;
}

static void drop_byte_order_mark(struct text *t)
{
	if (t->length < 3 || memcmp(t->bytes, "\xef\xbb\xbf", 3) != 0)
		return;
	t->length -= 3;
	memmove(t->bytes, t->bytes + 3, t->length + 1);
}

static int check_utf8(const struct text *t, const char *path, struct fault *f)
{
	const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text_string(t);
	utf8proc_ssize_t left = (utf8proc_ssize_t)t->length, got;
	utf8proc_int32_t rune;
	unsigned line = 1;

	for (; left > 0; bytes += got, left -= got) {
		got = utf8proc_iterate(bytes, left, &rune);
		if (got <= 0)
			return fault_set(f, FAULT_INPUT, "%s:%u: not UTF-8", path, line);
		line += rune == '\n';
	}
	return 0;
}

/* 1 read, 0 there is no such file, -1 a fault. */
static int read_if_there(const char *path, struct text *ret, struct fault *f)
{
	/* Not blocking: a FIFO in the folder must not hold us up. */
	__attribute__((cleanup(close_fd))) int fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	text_clear(ret);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return fault_set(f, FAULT_INPUT, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fault_set(f, FAULT_INPUT, "%s: not a regular file", path);
	if (read_all(fd, path, ret, f))
		return -1;
	drop_byte_order_mark(ret);
	return check_utf8(ret, path, f) ? -1 : 1;
}

int folder_read(const char *path, struct text *ret, struct fault *f)
{
	int got = read_if_there(path, ret, f);

	if (!got)
		return fault_set(f, FAULT_INPUT, "%s: no such file", path);
	return got < 0 ? -1 : 0;
}

/* No way out of the folder: each part between slashes is a name. */
static bool stays_inside(const char *name)
{
	for (;;) {
		size_t length = strcspn(name, "/");

		if (!length || (length <= 2 && !strncmp(name, "..", length)))
			return false;
		if (!name[length])
			return true;
		name += length + 1;
	}
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int folder_load(void *user, const char *name, struct text *ret_source, struct fault *f)
{
	const struct folder *folder = user;
	const char *endings[] = {folder->ending, ".mustache", ".txt", ".html", ""};

	if (!stays_inside(name))
		return fault_set(
			f, FAULT_INPUT, "the name '%s' leads out of the folder", name);
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		auto_text path = NULL;
		int got;

		if (!endings[i])
			continue;
		path = text_format("%s/%s%s", folder->dir, name, endings[i]);
		/* "notice" may be a folder of templates and no template. */
		if (!*endings[i] && is_directory(path))
			continue;
		got = read_if_there(path, ret_source, f);
		if (got)
			return got;
	}
	return 0;
}
