/* SPDX-License-Identifier: MIT */
/*
 * reader: a file, or bytes in memory, as one window of UTF-8 text that moves from its
 * beginning to its end.
 *
 * The window is what was read and not yet passed. Use:
 *	reader_start(r, f);
 *	for (;;) {
 *		p = reader_window(r, &length);
 *		if (... p has what is needed in its first n bytes ...)
 *			reader_pass(r, n);
 *		else if ((got = reader_more(r, f)) <= 0)
 *			... 0: the file ends with the window; -1: fault ...
 *	}
 * Memory is what the caller leaves in the window and a block; it does not grow with the
 * file.
 */
#ifndef RECIPIENTS_READER_H
#define RECIPIENTS_READER_H

#include <stddef.h>

#include "recipients/encoding.h"
#include "recipients/fault.h"

#define READER_HEAD 4096

struct reader;

/*
 * FAULT_INPUT, naming the file: it is not there, may not be read, is a folder, a pipe or
 * another thing that is no file, is empty, or is larger than `limit` bytes. A pipe is
 * never waited for.
 */
int reader_open(const char *path, size_t limit, struct reader **ret, struct fault *f);
/* `bytes` stay the caller's and must live as long; `name` is what faults call it. */
int reader_open_memory(const char *name, const void *bytes, size_t length, size_t limit,
	struct reader **ret, struct fault *f);
void reader_close(struct reader *r);
void reader_closep(struct reader **r);
#define auto_reader __attribute__((cleanup(reader_closep))) struct reader

const char *reader_name(const struct reader *r);

/* The first bytes as they are in the file, at most READER_HEAD: they tell its kind. */
const unsigned char *reader_head(const struct reader *r, size_t *ret_length);

/* Its bytes as they are, wherever they stand: for packed files, which have no encoding. */
size_t reader_size(const struct reader *r);
/* Up to `room` bytes from `at` on; fewer, or 0, only at the end of the file. */
int reader_read_at(struct reader *r, size_t at, void *out, size_t room, size_t *ret,
	struct fault *f);

/* Goes to the beginning, as often as wanted. The first time reads all to tell the encoding. */
int reader_start(struct reader *r, struct fault *f);
enum encoding reader_encoding(const struct reader *r);

/* Pointers into the window hold until reader_more, reader_pass or reader_start. */
const char *reader_window(const struct reader *r, size_t *ret_length);
/* 1: the window has grown, a large one to twice its size; 0: the file ends with it; -1. */
int reader_more(struct reader *r, struct fault *f);
void reader_pass(struct reader *r, size_t length);

#endif
