/* SPDX-License-Identifier: MIT */
/*
 * Reads a file twice: once to tell its encoding, once to hand it out as UTF-8. Knows
 * nothing of rows (table_csv.c, table_json.c).
 *
 * What can go wrong: somebody writes to the file meanwhile. Only as many bytes are read
 * as it had when it was opened, and a file that became shorter is a fault.
 */
#include "recipients/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 65536

struct reader {
	char *name;
	int fd; /* -1: the bytes are in memory */
	const unsigned char *memory;
	size_t size, at; /* of the file, and where the next block begins */
	unsigned char head[READER_HEAD];
	size_t head_length;
	enum encoding encoding;
	size_t mark; /* bytes of the encoding's mark */
	bool told;   /* the encoding is known */
	bool ended;  /* all bytes are in the window */
	struct encoding_state state;
	struct text window;
	size_t passed; /* bytes at the front of `window` that are done */
	unsigned char block[BLOCK];
};

size_t reader_size(const struct reader *r)
{
	return r->size;
}

int reader_read_at(
	struct reader *r, size_t at, void *out, size_t room, size_t *ret, struct fault *f)
{
	size_t left = at < r->size ? r->size - at : 0, want = left < room ? left : room,
	       got = 0;

	while (got < want) {
		ssize_t n;

		if (r->fd < 0) {
			memcpy(out, r->memory + at, want);
			n = (ssize_t)want;
		} else {
			n = pread(
				r->fd, (char *)out + got, want - got, (off_t)(at + got));
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_set(f, FAULT_INPUT, "%s: cannot be read: %s",
				r->name, strerror(errno));
		if (!n)
			return fault_set(f, FAULT_INPUT,
				"%s: became shorter while it was read", r->name);
		got += (size_t)n;
	}
	*ret = got;
	return 0;
}

/* Reads up to `room` bytes at r->at; 0 at the end. */
static int next_block(
	struct reader *r, unsigned char *out, size_t room, size_t *ret, struct fault *f)
{
	if (reader_read_at(r, r->at, out, room, ret, f))
		return -1;
	r->at += *ret;
	return 0;
}

static int check_kind(const char *path, const struct stat *st, struct fault *f)
{
	if (S_ISREG(st->st_mode))
		return 0;
	if (S_ISDIR(st->st_mode))
		return fault_set(f, FAULT_INPUT, "%s: is a folder, not a file", path);
	return fault_set(f, FAULT_INPUT,
		"%s: is a pipe or a device; a file is needed, since it is read twice",
		path);
}

static int check_size(struct reader *r, size_t limit, struct fault *f)
{
	if (!r->size)
		return fault_set(f, FAULT_INPUT, "%s: the file is empty", r->name);
	if (r->size > limit)
		return fault_set(f, FAULT_INPUT,
			"%s: is larger than %zu bytes, the limit for a file", r->name,
			limit);
	if (next_block(r, r->head, sizeof(r->head), &r->head_length, f))
		return -1;
	r->at = 0;
	return 0;
}

int reader_open(const char *path, size_t limit, struct reader **ret, struct fault *f)
{
	auto_reader *r = text_alloc(sizeof(*r));
	struct stat st;

	r->name = text_copy(path);
	r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (r->fd < 0 && errno == ENOENT)
		return fault_set(f, FAULT_INPUT, "%s: there is no such file", path);
	if (r->fd < 0 || fstat(r->fd, &st))
		return fault_set(f, FAULT_INPUT, "%s: cannot be opened: %s", path,
			strerror(errno));
	if (check_kind(path, &st, f))
		return -1;
	r->size = (size_t)st.st_size;
	if (check_size(r, limit, f))
		return -1;
	*ret = r;
	r = NULL;
	return 0;
}

int reader_open_memory(const char *name, const void *bytes, size_t length, size_t limit,
	struct reader **ret, struct fault *f)
{
	auto_reader *r = text_alloc(sizeof(*r));

	r->name = text_copy(name);
	r->fd = -1;
	r->memory = bytes;
	r->size = length;
	if (check_size(r, limit, f))
		return -1;
	*ret = r;
	r = NULL;
	return 0;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		(void)close(r->fd);
	text_done(&r->window);
	free(r->name);
	free(r);
}

void reader_closep(struct reader **r)
{
	reader_close(*r);
}

const char *reader_name(const struct reader *r)
{
	return r->name;
}

const unsigned char *reader_head(const struct reader *r, size_t *ret_length)
{
	*ret_length = r->head_length;
	return r->head;
}

enum encoding reader_encoding(const struct reader *r)
{
	return r->encoding;
}

static int tell_encoding(struct reader *r, struct fault *f)
{
	struct encoding_scan scan = {0};
	size_t length;

	r->at = 0;
	do {
		if (next_block(r, r->block, sizeof(r->block), &length, f))
			return -1;
		encoding_scan_feed(&scan, r->block, length);
	} while (length);
	r->encoding = encoding_scan_end(&scan, &r->mark);
	r->told = true;
	return 0;
}

int reader_start(struct reader *r, struct fault *f)
{
	if (!r->told && tell_encoding(r, f))
		return -1;
	r->at = r->mark;
	r->ended = false;
	r->passed = 0;
	r->state = (struct encoding_state){0};
	text_clear(&r->window);
	return 0;
}

const char *reader_window(const struct reader *r, size_t *ret_length)
{
	*ret_length = r->window.length - r->passed;
	return text_string(&r->window) + r->passed;
}

void reader_pass(struct reader *r, size_t length)
{
	r->passed += length;
}

int reader_more(struct reader *r, struct fault *f)
{
	struct text *w = &r->window;
	size_t kept = w->length - r->passed, want = kept > BLOCK ? 2 * kept : kept + 1;

	if (r->ended)
		return 0;
	if (r->passed)
		memmove(w->bytes, w->bytes + r->passed, kept);
	r->passed = 0;
	w->length = kept;
	while (!r->ended && w->length < want) {
		size_t length;

		if (next_block(r, r->block, sizeof(r->block), &length, f))
			return -1;
		r->ended = r->at == r->size;
		encoding_decode(r->encoding, &r->state, r->block, length, r->ended, w);
	}
	return w->length > kept;
}
