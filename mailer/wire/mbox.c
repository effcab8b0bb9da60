/* SPDX-License-Identifier: MIT */
/*
 * Splits files of letters. Which files: maildir.c and mailbox.c. Any bytes will do: lines
 * without an end, NULs, no line end at the end. Memory is a window and the letter in
 * hand. What can go wrong: an mbox whose writer did not quote "From " in a body is split
 * there if the line looks like a separator down to the year; nobody can tell.
 */
#include "mailer/wire/mbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WINDOW 65536
#define SEPARATOR_MAX 1024 /* bytes in which a separator line ends */
#define LOCK_TRIES 50      /* of 100 ms */

struct mbox {
	int fd;
	char *name;
	bool several;
	bool begun;      /* its first separator, or the one letter, was taken */
	bool line_start; /* the window begins with a line */
	bool after_gap;  /* of an mbox: the line before was empty, or there was none */
	int64_t left;    /* bytes of the file behind the window */
	size_t at, filled;
	char window[WINDOW];
};

/* --- opening --- */

/* Whoever delivers into an mbox holds a lock; waiting for it shows whole letters only. */
static int wait_for_writers(const struct mbox *m, struct fault *f)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	const struct timespec nap = {.tv_nsec = 100000000};

	for (int i = 0; fcntl(m->fd, F_SETLK, &lock); i++) {
		if (errno != EACCES && errno != EAGAIN)
			return 0; /* a place without locks */
		if (i == LOCK_TRIES)
			return fault_set(f, FAULT_TEMPORARY,
				"%s: another program keeps it locked", m->name);
		(void)nanosleep(&nap, NULL);
	}
	return 0;
}

static int look(struct mbox *m, enum mbox_form form, struct fault *f)
{
	struct flock none = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
	struct stat st;

	if (form != MBOX_ONE && wait_for_writers(m, f))
		return -1;
	if (fstat(m->fd, &st))
		return fault_set(f, FAULT_INPUT, "%s: %s", m->name, strerror(errno));
	if (form != MBOX_ONE)
		(void)fcntl(m->fd, F_SETLK, &none);
	if (!S_ISREG(st.st_mode))
		return fault_set(f, FAULT_INPUT, "%s: is no file", m->name);
	m->left = st.st_size;
	return 0;
}

/* --- the window --- */

/* More bytes into the window, as far as there are any. */
static int fill(struct mbox *m, struct fault *f)
{
	size_t room;
	ssize_t got;

	memmove(m->window, m->window + m->at, m->filled - m->at);
	m->filled -= m->at;
	m->at = 0;
	while (m->left && (room = WINDOW - m->filled)) {
		if ((int64_t)room > m->left)
			room = (size_t)m->left;
		got = read(m->fd, m->window + m->filled, room);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fault_set(
				f, FAULT_INPUT, "%s: %s", m->name, strerror(errno));
		m->left = got ? m->left - got : 0; /* somebody made it shorter */
		m->filled += (size_t)got;
	}
	return 0;
}

/* A line, or as much of it as is in the window; 0 bytes at the end of the file. */
static int piece(struct mbox *m, const char **ret, size_t *ret_length, struct fault *f)
{
	const char *end;

	if (m->filled - m->at < SEPARATOR_MAX && m->left && fill(m, f))
		return -1;
	*ret = m->window + m->at;
	*ret_length = m->filled - m->at;
	end = memchr(*ret, '\n', *ret_length);
	if (end)
		*ret_length = (size_t)(end - *ret) + 1;
	return 0;
}

static void pass(struct mbox *m, const char *bytes, size_t length)
{
	bool whole = bytes[length - 1] == '\n';
	size_t words = length - whole;

	if (words && bytes[words - 1] == '\r')
		words--;
	m->after_gap = whole && m->line_start && !words;
	m->line_start = whole;
	m->at += length;
}

/* --- separators --- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "From ", and somewhere behind it a time and a year: "From a@b Thu Aug 24 09:00:00
 * 2023". */
static bool is_separator(const char *line, size_t length)
{
	bool time = false;

	if (length < 5 || length > SEPARATOR_MAX || memcmp(line, "From ", 5) != 0)
		return false;
	for (size_t i = 5; i + 4 < length; i++) {
		const char *s = line + i;

		if (is_digit(s[0]) && is_digit(s[1]) && s[2] == ':' && is_digit(s[3]) &&
			is_digit(s[4]))
			time = true;
		else if (time && s[0] == ' ' && (s[1] == '1' || s[1] == '2') &&
			 is_digit(s[2]) && is_digit(s[3]) && is_digit(s[4]))
			return true;
	}
	return false;
}

/* ">From ", ">>From " ... */
static bool is_quoted(const char *line, size_t length)
{
	size_t i = 0;

	while (i < length && line[i] == '>')
		i++;
	return i && length - i >= 5 && !memcmp(line + i, "From ", 5);
}

int mbox_open(
	int fd, const char *name, enum mbox_form form, struct mbox **ret, struct fault *f)
{
	auto_mbox *m = text_alloc(sizeof(*m));
	const char *line;
	size_t length;

	m->fd = fd;
	m->name = text_copy(name);
	m->line_start = m->after_gap = true;
	if (look(m, form, f) || piece(m, &line, &length, f))
		return -1;
	m->several = form == MBOX_SEVERAL ||
		     (form == MBOX_TOLD_BY_START && is_separator(line, length));
	if (form == MBOX_SEVERAL && length && !is_separator(line, length))
		return fault_set(f, FAULT_INPUT,
			"%s: is no mbox, it does not begin with a \"From \" line",
			m->name);
	*ret = m;
	m = NULL;
	return 0;
}

/* --- letters --- */

static void keep(
	struct text *out, size_t most, const char *bytes, size_t length, bool *ret_cut)
{
	size_t room = most - out->length;

	if (length > room)
		*ret_cut = true;
	text_add(out, bytes, length < room ? length : room);
}

/* The empty line before a separator, or before the end of an mbox. */
static void drop_gap(struct text *out)
{
	size_t n = out->length;

	if (!n || out->bytes[n - 1] != '\n')
		return;
	n -= n > 1 && out->bytes[n - 2] == '\r' ? 2 : 1;
	if (!n || out->bytes[n - 1] == '\n')
		text_cut(out, n);
}

/* The first separator, passed. 0 if there is nothing at all. */
static int begin(struct mbox *m, struct fault *f)
{
	const char *line;
	size_t length;

	if (m->begun && !m->several)
		return 0;
	if (!m->several)
		return m->begun = true;
	if (piece(m, &line, &length, f))
		return -1;
	if (!length)
		return 0;
	pass(m, line, length); /* always a separator */
	return m->begun = true;
}

int mbox_next(
	struct mbox *m, size_t most, struct text *out, bool *ret_cut, struct fault *f)
{
	const char *line;
	size_t length;
	int got = begin(m, f);

	text_clear(out);
	*ret_cut = false;
	if (got <= 0)
		return got;
	for (;;) {
		bool first = m->several && m->line_start;

		if (piece(m, &line, &length, f))
			return -1;
		if (!length || (first && m->after_gap && is_separator(line, length)))
			break;
		pass(m, line, length);
		if (first && is_quoted(line, length))
			line++, length--;
		keep(out, most, line, length, ret_cut);
	}
	if (m->several && !*ret_cut)
		drop_gap(out);
	return 1;
}

void mbox_close(struct mbox *m)
{
	if (!m)
		return;
	(void)close(m->fd);
	free(m->name);
	free(m);
}

void mbox_closep(struct mbox **m)
{
	mbox_close(*m);
	*m = NULL;
}
