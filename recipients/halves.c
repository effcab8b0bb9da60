/* SPDX-License-Identifier: MIT */
/*
 * fork, and an anonymous file in memory. What is split, linkage.c says.
 *
 * What can go wrong: the child is killed (memory, a human). Its half is then done here.
 */
#include "recipients/halves.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void halves_split(struct halves *h)
{
	pid_t parent = getpid();

	*h = (struct halves){-1, -1};
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return;
	h->memory = memfd_create("halves", MFD_CLOEXEC);
	if (h->memory < 0)
		return;
	h->child = fork();
	if (h->child < 0) {
		(void)close(h->memory);
		*h = (struct halves){-1, -1};
	}
	if (h->child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent) /* it died in between */
			_exit(1);
	}
}

static bool write_all(int file, const char *bytes, size_t length)
{
	while (length) {
		ssize_t wrote = write(file, bytes, length);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		bytes += wrote;
		length -= (size_t)wrote;
	}
	return true;
}

void halves_end(struct halves *h, bool failed, const struct text *bytes)
{
	if (!failed && !write_all(h->memory, bytes->bytes, bytes->length))
		failed = true;
	_exit(failed ? 1 : 0);
}

static bool read_all(int file, struct text *ret)
{
	char buffer[16384];
	ssize_t got;

	if (lseek(file, 0, SEEK_SET))
		return false;
	while ((got = read(file, buffer, sizeof(buffer))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		text_add(ret, buffer, (size_t)got);
	}
	return true;
}

int halves_join(struct halves *h, struct text *ret_bytes, struct fault *f)
{
	int status = 0;
	bool taken;

	if (h->child < 0)
		return 0;
	while (waitpid(h->child, &status, 0) < 0)
		if (errno != EINTR)
			return fault_set(f, FAULT_INTERNAL,
				"the other half of the matching is lost: %s",
				strerror(errno));
	h->child = -1;
	taken = WIFEXITED(status) && !WEXITSTATUS(status) &&
		read_all(h->memory, ret_bytes);
	halves_done(h);
	if (!taken)
		text_clear(ret_bytes);
	return taken;
}

void halves_done(struct halves *h)
{
	if (h->child > 0) {
		(void)kill(h->child, SIGKILL);
		while (waitpid(h->child, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	if (h->memory >= 0)
		(void)close(h->memory);
	*h = (struct halves){-1, -1};
}
