/* SPDX-License-Identifier: MIT */
/*
 * The child that removes a socket. Which one it is host.c knows.
 *
 * What can go wrong: both processes are killed at the same time. Then the socket stays,
 * and the next page finds that nobody listens at it.
 */
#include "mailer/page/sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void wait_and_sweep(const struct host_place *place, int end)
{
	char nothing;

	(void)signal(SIGINT, SIG_IGN); /* those are the page's */
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	if (end != STDIN_FILENO && dup2(end, STDIN_FILENO) < 0)
		_exit(1);
	(void)close_range(STDIN_FILENO + 1, ~0u, 0);
	while (read(STDIN_FILENO, &nothing, 1) < 0 && errno == EINTR)
		;
	host_place_remove(place);
	_exit(0);
}

int sweep_begin(const struct host_place *place, struct sweep *ret, struct fault *f)
{
	int ends[2];
	pid_t child;

	*ret = (struct sweep){.pipe = -1};
	if (!place->path)
		return 0;
	if (pipe2(ends, O_CLOEXEC))
		return fault_set(f, FAULT_INTERNAL, "no pipe: %s", strerror(errno));
	child = fork();
	if (!child)
		wait_and_sweep(place, ends[0]);
	(void)close(ends[0]);
	if (child < 0) {
		(void)close(ends[1]);
		return fault_set(f, FAULT_INTERNAL, "no child: %s", strerror(errno));
	}
	*ret = (struct sweep){ends[1], child};
	return 0;
}

void sweep_end(struct sweep *s)
{
	if (!s->child)
		return;
	(void)close(s->pipe);
	while (waitpid(s->child, NULL, 0) < 0 && errno == EINTR)
		;
	s->child = 0;
}
