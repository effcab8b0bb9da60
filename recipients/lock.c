/* SPDX-License-Identifier: MIT */
/*
 * The writer's lock. That readers need none is SQLite's doing.
 */
#include "recipients/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/clock.h"
#include "recipients/text.h"

#define PAUSE_US 50000
#define GRACE_MS 500 /* lock_held looks for a moment; that alone is no holder */

static int ours = -1; /* the lock that this process holds */

static void read_words(int fd, char out[LOCK_HOLDER])
{
	ssize_t got = pread(fd, out, LOCK_HOLDER - 1, 0);

	out[got > 0 ? got : 0] = '\0';
}

/* The first line: the one for people. */
static void read_holder(int fd, char out[LOCK_HOLDER])
{
	read_words(fd, out);
	out[strcspn(out, "\n")] = '\0';
}

static int wait_for(int fd, const char *path, int wait_seconds, struct fault *f)
{
	int64_t began = clock_monotonic(), until = began + (int64_t)wait_seconds * 1000;
	char holder[LOCK_HOLDER];

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fault_set(
				f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
		read_holder(fd, holder);
		if (clock_interrupted())
			return fault_set(f, FAULT_INTERRUPTED,
				"stopped while waiting for the ledger");
		if (clock_monotonic() >= until &&
			(*holder || clock_monotonic() - began > GRACE_MS))
			return fault_set(f, FAULT_TEMPORARY,
				"the ledger is in use: %s. Wait, or use --wait=SECONDS",
				*holder ? holder : "by another run");
		(void)usleep(PAUSE_US);
	}
	return 0;
}

int lock_take(const char *dir, const char *verb, const char *operator, int wait_seconds,
	int *ret_fd, struct fault *f)
{
	auto_text path = text_format("%s/ledger.lock", dir);
	auto_text words = NULL;
	char now[CLOCK_TEXT];
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
	if (wait_for(fd, path, wait_seconds, f)) {
		(void)close(fd);
		return -1;
	}
	words = text_format("%s by %.150s since %s\nprocess %ld\n", verb, operator,
		clock_write(clock_now(), now), (long)getpid());
	if (!ftruncate(fd, 0)) /* the words are a courtesy; the lock is the kernel's */
		(void)!pwrite(fd, words, strlen(words), 0);
	*ret_fd = ours = fd;
	return 0;
}

void lock_drop(int fd)
{
	if (fd < 0)
		return;
	if (fd == ours)
		ours = -1;
	(void)!ftruncate(fd, 0);
	(void)close(fd);
}

bool lock_held(const char *dir)
{
	auto_text path = text_format("%s/ledger.lock", dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool held;

	if (fd < 0)
		return false;
	held = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	(void)close(fd);
	return held;
}

bool lock_held_elsewhere(const char *dir)
{
	auto_text path = text_format("%s/ledger.lock", dir);
	struct stat theirs, own;

	if (ours >= 0 && !fstat(ours, &own) && !stat(path, &theirs) &&
		own.st_ino == theirs.st_ino && own.st_dev == theirs.st_dev)
		return false;
	return lock_held(dir);
}

bool lock_holder(const char *dir, char out[LOCK_HOLDER])
{
	auto_text path = text_format("%s/ledger.lock", dir);
	int fd;

	if (!lock_held(dir))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	read_words(fd, out);
	(void)close(fd);
	return *out;
}

bool lock_names(const char *dir, const char *verb)
{
	char holder[LOCK_HOLDER];

	return lock_holder(dir, holder) && !strncmp(holder, verb, strlen(verb)) &&
	       holder[strlen(verb)] == ' ';
}
