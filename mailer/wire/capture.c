/* SPDX-License-Identifier: MIT */
/*
 * Mails into a Maildir. It judges nothing and refuses nobody; what a relay may answer is
 * relay.c's. What can go wrong: a full disk, a folder that is not ours. A mail is then
 * not there at all, since the rename is its last step.
 */
#include "mailer/wire/capture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "mailer/wire/pace.h"
#include "recipients/clock.h"
#include "recipients/text.h"

#define NAME_ROOM 64

static const char *const folders[] = {"tmp", "new", "cur"};
enum {
	TMP,
	NEW,
	CUR,
	FOLDERS
};

struct capture {
	char *dir;
	int folder[FOLDERS];
	uint64_t random; /* of this run, so that no two runs make the same name */
	unsigned count;
	char name[NAME_ROOM]; /* of the last mail */
};

static int open_folder(const char *dir, const char *name, int *ret, struct fault *f)
{
	auto_text path = text_format("%s%s%s", dir, name ? "/" : "", name ? name : "");

	if (mkdir(path, 0700) && errno != EEXIST)
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
	*ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret < 0)
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
	return 0;
}

int capture_open(const char *dir, struct capture **ret, struct fault *f)
{
	auto_capture *c = text_alloc(sizeof(*c));
	int top = -1;

	c->dir = text_copy(dir);
	for (size_t i = 0; i < FOLDERS; i++)
		c->folder[i] = -1;
	if (open_folder(dir, NULL, &top, f))
		return -1;
	(void)close(top);
	for (size_t i = 0; i < FOLDERS; i++)
		if (open_folder(dir, folders[i], &c->folder[i], f))
			return -1;
	if (getrandom(&c->random, sizeof(c->random), 0) != (ssize_t)sizeof(c->random))
		return fault_set(
			f, FAULT_INTERNAL, "no random bytes: %s", strerror(errno));
	*ret = c;
	c = NULL;
	return 0;
}

void capture_close(struct capture *c)
{
	if (!c)
		return;
	if (c->count)
		(void)syncfs(c->folder[NEW]);
	for (size_t i = 0; i < FOLDERS; i++)
		if (c->folder[i] >= 0)
			(void)close(c->folder[i]);
	free(c->dir);
	free(c);
}

void capture_closep(struct capture **c)
{
	capture_close(*c);
	*c = NULL;
}

/* --- keeping mails --- */

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t took = write(fd, bytes, length);

		if (took < 0 && errno == EINTR)
			continue;
		if (took < 0)
			return -1;
		bytes += took;
		length -= (size_t)took;
	}
	return 0;
}

static int write_tmp(struct capture *c, const struct relay_mail *mail, struct fault *f)
{
	int fd, failed;

	/* Of one run, sorted by name is sorted by sending. */
	(void)snprintf(c->name, sizeof(c->name), "%lld.R%016llxQ%08u.capture",
		(long long)time(NULL), (unsigned long long)c->random, ++c->count);
	fd = openat(
		c->folder[TMP], c->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	failed = fd < 0 || write_all(fd, mail->bytes, mail->length);
	if (fd >= 0)
		failed |= close(fd);
	if (!failed)
		return 0;
	(void)fault_set(f, FAULT_CANTCREATE, "%s/tmp: %s", c->dir, strerror(errno));
	(void)unlinkat(c->folder[TMP], c->name, 0);
	return -1;
}

static int move_to_new(struct capture *c, struct fault *f)
{
	if (!renameat2(
		    c->folder[TMP], c->name, c->folder[NEW], c->name, RENAME_NOREPLACE))
		return 0;
	(void)fault_set(f, FAULT_CANTCREATE, "%s/new: %s", c->dir, strerror(errno));
	(void)unlinkat(c->folder[TMP], c->name, 0);
	return -1;
}

static void accept(const struct capture *c, struct relay_verdict *ret)
{
	*ret = (struct relay_verdict){.kind = RELAY_ACCEPTED,
		.code = 250,
		.enhanced = "2.0.0",
		.text = "2.0.0 kept in the Maildir",
		.stage = "dot"};
	(void)snprintf(ret->queue_id, sizeof(ret->queue_id), "%s", c->name);
}

int capture_mail(struct capture *c, const struct relay_mail *mail,
	struct relay_verdict *ret, struct fault *f)
{
	if (relay_mail_check(mail, f) || write_tmp(c, mail, f) || move_to_new(c, f))
		return -1;
	accept(c, ret);
	return 0;
}

static int deliver(struct capture *c, const struct relay_mail *mail,
	const struct relay_events *e, void *user, struct relay_summary *sum,
	struct fault *f)
{
	struct relay_verdict v;

	if (relay_mail_check(mail, f) || write_tmp(c, mail, f))
		return -1;
	e->handing_over(user, mail, 0);
	if (move_to_new(c, f))
		return -1;
	accept(c, &v);
	relay_count(sum, v.kind);
	return e->settled(user, mail, &v, 0, f);
}

static void nap(int64_t ms)
{
	struct timespec t = {.tv_nsec = (ms < 100 ? ms : 100) * 1000000};

	(void)nanosleep(&t, NULL);
}

int capture_run(struct capture *c, const struct relay_settings *s,
	const struct relay_events *e, void *user, struct relay_summary *ret,
	struct fault *f)
{
	int64_t start = clock_monotonic(), wait;
	int got = RELAY_NONE_NOW, go = 1;
	struct relay_mail mail;
	struct pace pace;

	*ret = (struct relay_summary){0};
	pace_init(&pace, s->per_second, start);
	for (; go > 0 && (!s->most || ret->accepted < s->most);
		go = e->turn(user, got == RELAY_NONE_NOW, f)) {
		wait = pace_wait(&pace, clock_monotonic());
		if (wait) {
			nap(wait);
			continue;
		}
		got = e->next(user, &mail, f);
		if (got < 0 || got == RELAY_END)
			break;
		if (got == RELAY_NONE_NOW) {
			nap(10);
			continue;
		}
		mail.relay = s->place;
		if (e->taken)
			e->taken(user, &mail);
		if (pace_take(&pace, clock_monotonic()) &&
			deliver(c, &mail, e, user, ret, f))
			return -1;
	}
	ret->milliseconds = clock_monotonic() - start;
	return got < 0 || go < 0 ? -1 : 0;
}

/* --- what is there --- */

static bool is_mail(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       (entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN);
}

/* Counts, perhaps removes, one folder's mails. A folder that is not there is empty. */
static int walk(const char *dir, const char *folder, bool remove_them, size_t *ret,
	struct fault *f)
{
	auto_text path = text_format("%s/%s", dir, folder);
	DIR *d = opendir(path);
	const struct dirent *entry;
	int failed = 0;

	if (!d && errno == ENOENT)
		return 0;
	if (!d)
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
	while (!failed && (entry = readdir(d))) {
		if (!is_mail(entry))
			continue;
		if (remove_them)
			failed = unlinkat(dirfd(d), entry->d_name, 0);
		*ret += !failed;
	}
	if (failed)
		(void)fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
	(void)closedir(d);
	return failed;
}

int capture_count(const char *dir, size_t *ret, struct fault *f)
{
	*ret = 0;
	return walk(dir, folders[NEW], false, ret, f) ||
			       walk(dir, folders[CUR], false, ret, f)
		       ? -1
		       : 0;
}

int capture_purge(const char *dir, size_t *ret, struct fault *f)
{
	*ret = 0;
	for (size_t i = 0; i < FOLDERS; i++)
		if (walk(dir, folders[i], true, ret, f))
			return -1;
	return 0;
}
