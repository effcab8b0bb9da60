/* SPDX-License-Identifier: MIT */
/*
 * The child that grinds, and the queue in front of it. What the work is for is
 * sign_in.c's; who waits for it is host.c's.
 */
#include "mailer/page/mill.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recipients/text.h"

#define NICE 10

struct mill {
	int socket; /* each piece a message; -1: no child */
	pid_t child;
	void *waiting[MILL_WAITING]; /* a ring, in the order in which they came */
	size_t first, count;
};

void mill_work_do(struct mill_work *w)
{
	struct fault f;

	w->fits = !*w->hash || hatch_fits(w->hash, w->secret);
	w->failed = w->fits && w->new[0] && hatch_hash(w->new, w->made, &f);
	w->done = true;
}

/* --- the child --- */

static void end_strings(struct mill_work *w)
{
	w->hash[sizeof(w->hash) - 1] = '\0';
	w->secret[sizeof(w->secret) - 1] = '\0';
	w->new[sizeof(w->new) - 1] = '\0';
	w->made[sizeof(w->made) - 1] = '\0';
}

/* Ends when the page does: its end of the socket is closed then. Ctrl-C is the page's. */
static _Noreturn void grind(int socket)
{
	const struct rlimit none = {0, 0};
	struct mill_work w;

	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	(void)setrlimit(RLIMIT_CORE, &none);
	if (socket != STDIN_FILENO && dup2(socket, STDIN_FILENO) < 0)
		_exit(1);
	(void)close_range(STDIN_FILENO + 1, ~0u, 0);
	while (recv(STDIN_FILENO, &w, sizeof(w), 0) == (ssize_t)sizeof(w)) {
		end_strings(&w);
		mill_work_do(&w);
		if (send(STDIN_FILENO, &w, sizeof(w), MSG_NOSIGNAL) < 0)
			break;
		hatch_wipe(&w, sizeof(w));
	}
	_exit(0);
}

static int start(struct mill *m)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -1;
	m->child = fork();
	if (!m->child)
		grind(ends[1]);
	(void)close(ends[1]);
	m->socket = ends[0];
	if (m->child > 0)
		return 0;
	(void)close(m->socket);
	m->socket = -1;
	return -1;
}

static void stop(struct mill *m)
{
	if (m->socket < 0)
		return;
	(void)close(m->socket);
	m->socket = -1;
	(void)kill(m->child, SIGKILL);
	while (waitpid(m->child, NULL, 0) < 0 && errno == EINTR)
		;
}

/* --- the page's side --- */

int mill_open(struct mill **ret, struct fault *f)
{
	struct mill *m = text_alloc(sizeof(*m));

	m->socket = -1;
	if (start(m)) {
		free(m);
		return fault_set(f, FAULT_INTERNAL,
			"the process that looks at passphrases cannot be started: %s",
			strerror(errno));
	}
	*ret = m;
	return 0;
}

void mill_close(struct mill *m)
{
	if (!m)
		return;
	stop(m);
	free(m);
}

int mill_fd(const struct mill *m)
{
	return m->socket;
}

bool mill_give(struct mill *m, void *user, const struct mill_work *w)
{
	if (m->count == MILL_WAITING)
		return false;
	/* those of a child that has died are answered before there is another one */
	if (m->socket < 0 && (m->count || start(m)))
		return false;
	if (send(m->socket, w, sizeof(*w), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return false;
	m->waiting[(m->first + m->count++) % MILL_WAITING] = user;
	return true;
}

void *mill_drop(struct mill *m)
{
	void *user = m->count ? m->waiting[m->first] : NULL;

	if (!m->count)
		return NULL;
	m->first = (m->first + 1) % MILL_WAITING;
	m->count--;
	return user;
}

void *mill_take(struct mill *m, struct mill_work *ret)
{
	ssize_t got =
		m->socket < 0 ? 0 : recv(m->socket, ret, sizeof(*ret), MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return NULL;
	if (got == (ssize_t)sizeof(*ret)) {
		end_strings(ret);
	} else {
		stop(m); /* it has died: nothing comes any more */
		*ret = (struct mill_work){.done = true, .failed = true};
	}
	return mill_drop(m);
}
