/* SPDX-License-Identifier: MIT */
/*
 * A line of text in a file of its own: "breachmail-head 1 CLAIM NOTICE". What can
 * go wrong: it is lost (then the next send makes a new one), it cannot be written (then
 * older copies are not known), it was changed, or the ledger is an older one (77).
 */
#include "mailer/head.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/keyring.h"
#include "recipients/text.h"
#include "recipients/vault.h"

#define LINE 100

struct head {
	int fd;
};

/* A claim: its number and its notice, which is random. No other history has the two. */
struct mark {
	int64_t attempt, notice;
};

static int open_file(const char *path, int flags)
{
	auto_text folder = text_copy(path);
	char *slash = strrchr(folder, '/');

	if (slash && flags & O_CREAT) {
		*slash = '\0';
		(void)mkdir(folder, 0700);
	}
	return open(path, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* Always as long, so that nothing of an older one stays behind it. */
static size_t mark_line(const struct mark *m, char line[LINE])
{
	return (size_t)snprintf(line, LINE,
		"breachmail-head 1 %020" PRId64 " %020" PRId64 "\n", m->attempt,
		m->notice);
}

/* 1 and the mark; 0: there is none yet; -1: it is not as it was written. */
static int read_mark(int fd, struct mark *ret)
{
	char line[LINE + 1], whole[LINE];
	ssize_t got = pread(fd, line, LINE, 0);

	line[got > 0 ? got : 0] = '\0';
	if (!*line) /* made, and not yet written to */
		return got > 0 && line[got - 1] ? -1 : 0;
	return sscanf(line, "breachmail-head 1 %" SCNd64 " %" SCNd64, &ret->attempt,
		       &ret->notice) == 2 &&
			       mark_line(ret, whole) == (size_t)got &&
			       !memcmp(line, whole, (size_t)got)
		       ? 1
		       : -1;
}

static void write_mark(int fd, const struct mark *m)
{
	char line[LINE];

	(void)!pwrite(fd, line, mark_line(m, line), 0);
}

/* The newest claim of this ledger; all 0: there is none. */
static int newest(struct ledger *l, struct mark *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = (struct mark){0};
	if (ledger_query(l,
		    SQL("SELECT id, notice_id FROM attempt ORDER BY id DESC LIMIT 1"), &q,
		    f))
		return -1;
	got = query_next(q, f);
	if (got > 0)
		*ret = (struct mark){query_int(q, "id"), query_int(q, "notice_id")};
	return got < 0 ? -1 : 0;
}

/* Is the claim that the file names one of this ledger's? */
static int is_known(struct ledger *l, const struct mark *m, bool *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(l,
		    SQL("SELECT 1 FROM attempt WHERE id = :attempt AND notice_id = :notice"),
		    &q, f))
		return -1;
	query_bind_int(q, ":attempt", m->attempt);
	query_bind_int(q, ":notice", m->notice);
	got = query_next(q, f);
	*ret = got > 0;
	return got < 0 ? -1 : 0;
}

static int refuse(const char *path, const struct mark *kept, const struct mark *now,
	struct fault *f)
{
	return fault_set(f, FAULT_REFUSED,
		"this ledger is an older copy: claim %lld was made by it or by its twin, and it"
		" knows of %lld only. Whoever was told since would be told again. Put the newest"
		" ledger back. If that one is lost, find out from the relay's log who was told;"
		" then remove %s, and send",
		(long long)kept->attempt, (long long)now->attempt, path);
}

/* 0: it fits this ledger. */
static int compare(struct ledger *l, int fd, const char *path, const struct mark *now,
	struct fault *f)
{
	struct mark kept;
	bool known = true;
	int got = read_mark(fd, &kept);

	if (got < 0)
		return fault_set(f, FAULT_REFUSED,
			"%s was changed by something else than this program: it can not be told whether this ledger is an"
			" older copy. If it is the newest there is, remove that file",
			path);
	if (got && is_known(l, &kept, &known, f))
		return -1;
	return known ? 0 : refuse(path, &kept, now, f);
}

int head_check(struct ledger *l, const char *dir, bool live, struct fault *f)
{
	auto_text path =
		keyring_beside(ledger_key_file(l), ledger_id(l), dir, live, "head");
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), failed;
	struct mark now;

	if (fd < 0)
		return 0;
	failed = newest(l, &now, f) || compare(l, fd, path, &now, f);
	(void)close(fd);
	if (failed && f->kind == FAULT_REFUSED)
		f->kind = FAULT_LEDGER;
	return failed ? -1 : 0;
}

int head_open(
	struct ledger *l, const char *dir, bool live, struct head **ret, struct fault *f)
{
	auto_text path =
		keyring_beside(ledger_key_file(l), ledger_id(l), dir, live, "head");
	int fd = open_file(path, O_CREAT);
	struct mark now;

	*ret = NULL;
	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW); /* it still warns */
	if (fd < 0)
		return 0;
	if (newest(l, &now, f) || compare(l, fd, path, &now, f)) {
		(void)close(fd);
		return -1;
	}
	if (now.attempt)
		write_mark(fd, &now);
	*ret = text_alloc(sizeof(**ret));
	(*ret)->fd = fd;
	return 0;
}

void head_move(struct head *h, int64_t attempt, int64_t notice)
{
	if (h)
		write_mark(h->fd, &(struct mark){attempt, notice});
}

void head_close(struct head *h)
{
	if (!h)
		return;
	(void)fdatasync(h->fd);
	(void)close(h->fd);
	free(h);
}
