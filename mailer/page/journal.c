/* SPDX-License-Identifier: MIT */
/*
 * Lines at the end of a file. What becomes of them in the ledger is visits.c's.
 *
 * What can go wrong: the disk is full (then nothing is shown either: what is not kept was
 * not seen), a crash tears the last line (the next start ends it).
 */
#include "mailer/page/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/text.h"
#include "recipients/vault.h"

#define FILE_NAME JOURNAL_FOLDER "/visits.jsonl"

struct journal {
	int fd;
	char *path;
};

int journal_folder(const char *dir, struct fault *f)
{
	auto_text path = text_format("%s/" JOURNAL_FOLDER, dir);

	return mkdir(path, 0700) && errno != EEXIST
		       ? fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno))
		       : 0;
}

static int put(const struct journal *j, const char *bytes, size_t length, struct fault *f)
{
	ssize_t wrote = write(j->fd, bytes, length);

	return wrote == (ssize_t)length
		       ? 0
		       : fault_set(f, FAULT_CANTCREATE, "%s: %s", j->path,
				 wrote < 0 ? strerror(errno) : "the disk is full");
}

/* The first line of a new one; an end to a line that a crash has torn. */
static int begin(const struct journal *j, struct fault *f)
{
	unsigned char random[16];
	char id[JOURNAL_ID], last = '\n';
	struct stat st;

	if (fstat(j->fd, &st))
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", j->path, strerror(errno));
	if (!st.st_size) {
		auto_text line = NULL;

		vault_random(random, sizeof(random));
		vault_hex(random, sizeof(random), id);
		line = text_format("{\"breachmail-visits\":1,\"id\":\"%s\"}\n", id);
		return put(j, line, strlen(line), f);
	}
	if (pread(j->fd, &last, 1, st.st_size - 1) == 1 && last != '\n')
		return put(j, "\n", 1, f);
	return 0;
}

int journal_open(const char *dir, struct journal **ret, struct fault *f)
{
	struct journal *j;

	if (journal_folder(dir, f))
		return -1;
	j = text_alloc(sizeof(*j));
	j->path = text_format("%s/" FILE_NAME, dir);
	j->fd = open(j->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (j->fd < 0)
		(void)fault_set(f, FAULT_CANTCREATE, "%s: %s", j->path, strerror(errno));
	else if (flock(j->fd, LOCK_EX | LOCK_NB))
		(void)fault_set(f, FAULT_TEMPORARY,
			"a page of this incident is at work already (%s)", j->path);
	else if (!begin(j, f)) {
		*ret = j;
		return 0;
	}
	journal_close(j);
	return -1;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	if (j->fd >= 0)
		(void)close(j->fd);
	free(j->path);
	free(j);
}

int journal_write(struct journal *j, json_t *event, bool lasting, struct fault *f)
{
	char *text = json_dumps(event, JSON_COMPACT);
	auto_text line = text ? text_format("%s\n", text) : NULL;

	free(text);
	json_decref(event);
	if (!line || strlen(line) > JOURNAL_LINE)
		return fault_set(f, FAULT_INTERNAL, "a line for the journal is too long");
	if (put(j, line, strlen(line), f))
		return -1;
	if (lasting && fdatasync(j->fd))
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", j->path, strerror(errno));
	return 0;
}

/* The first line says which journal it is. */
static bool read_id(const json_t *line, char id[JOURNAL_ID])
{
	const char *name = json_string_value(json_object_get(line, "id"));

	if (json_integer_value(json_object_get(line, "breachmail-visits")) != 1 ||
		!name || strlen(name) != JOURNAL_ID - 1)
		return false;
	memcpy(id, name, JOURNAL_ID);
	return true;
}

static int see_line(const char *line, size_t length, int64_t end,
	const struct journal_reader *r, struct fault *f)
{
	json_t *event = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
	int failed = json_is_object(event) ? r->see(r->user, event, end, f) : 0;

	json_decref(event);
	return failed;
}

int64_t journal_size(const char *dir)
{
	auto_text path = text_format("%s/" FILE_NAME, dir);
	struct stat st;

	return stat(path, &st) ? 0 : st.st_size;
}

/* Lines from where `in` stands; one that is too long is passed over. */
static int read_lines(
	FILE *in, int64_t *from, const struct journal_reader *r, struct fault *f)
{
	char *line = text_alloc(JOURNAL_LINE + 1);
	int64_t start = *from, end;
	bool torn = false;
	int failed = 0;

	for (; !failed && fgets(line, (int)JOURNAL_LINE + 1, in); start = end) {
		size_t length;

		end = ftello(in);
		length = (size_t)(end - start);
		if (line[length - 1] != '\n') {
			torn = true;
			continue;
		}
		failed = torn ? 0 : see_line(line, length, end, r, f);
		torn = false;
		if (!failed)
			*from = end;
	}
	free(line);
	return failed;
}

/* Which journal it is; another one than before is read from its beginning. */
static int find_start(FILE *in, int64_t *from, char id[JOURNAL_ID])
{
	char known[JOURNAL_ID], line[256];
	json_t *first = fgets(line, sizeof(line), in) ? json_loads(line, 0, NULL) : NULL;
	bool is = first && read_id(first, known);

	json_decref(first);
	if (!is)
		return -1;
	if (strcmp(known, id) != 0 || *from < ftello(in))
		*from = ftello(in);
	memcpy(id, known, sizeof(known));
	return fseeko(in, (off_t)*from, SEEK_SET);
}

int journal_read(const char *dir, int64_t *from, char id[JOURNAL_ID],
	const struct journal_reader *r, struct fault *f)
{
	auto_text path = text_format("%s/" FILE_NAME, dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), failed;
	struct stat st;
	FILE *in;

	if (fd < 0)
		return errno == ENOENT ? 0
				       : fault_set(f, FAULT_INPUT, "%s: %s", path,
						 strerror(errno));
	in = fstat(fd, &st) || !S_ISREG(st.st_mode) ? NULL : fdopen(fd, "re");
	if (!in) {
		(void)close(fd);
		return fault_set(f, FAULT_INPUT, "%s is not a plain file", path);
	}
	failed = find_start(in, from, id) ? 0 : read_lines(in, from, r, f);
	(void)fclose(in);
	return failed;
}
