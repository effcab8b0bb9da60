/* SPDX-License-Identifier: MIT */
/*
 * The parent's side of the cage: hands letters over, waits no longer than it must, and
 * believes nothing. What the child may do is cage_child.c's.
 *
 * One letter at a time: a round trip costs a hundredth of what reading costs, and it is
 * always clear whose fault a death is. Who dies at once is tried once more, since a child
 * may also be killed from outside.
 */
#include "mailer/wire/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mailer/wire/cage_state.h"
#include "mailer/wire/letter_check.h"
#include "mailer/wire/scan.h"
#include "recipients/clock.h"
#include "recipients/text.h"

#ifdef BREACHMAIL_SANITIZED
#define PATIENCE 10 /* sanitizers are slow */
static const bool is_quiet = false;
#else
#define PATIENCE 1
static const bool is_quiet =
	true; /* what libraries say when they die tells nobody anything */
#endif

#define START_MS (10000 * PATIENCE)
#define RETRY_MS (CAGE_MS / 3)
#define WORKED_MS                                                                        \
	10000 /* a child that has worked so long is near its limit of processor time */

struct cage {
	int socket; /* -1: no child */
	pid_t child;
	unsigned letters; /* that it has read */
	int64_t worked_ms;
	struct cage_answer *answer; /* with room for all of a record */
};

#define HEAD sizeof(struct cage_answer)

enum outcome {
	DONE,
	DIED,
	LATE
};

/* --- the child's life --- */

/* Ends it, whatever it is doing. How it ended, as waitpid says. */
static int stop_child(struct cage *c)
{
	int status = 0;

	if (c->socket < 0)
		return 0;
	(void)close(c->socket);
	c->socket = -1;
	(void)kill(c->child, SIGKILL);
	while (waitpid(c->child, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* Nothing of ours, but where a sanitizer's reports go. */
static void make_environment(char *ret[3])
{
	size_t count = 0;

	for (char **e = environ; !is_quiet && *e && count < 2; e++)
		if (!strncmp(*e, "ASAN_OPTIONS=", 13) ||
			!strncmp(*e, "UBSAN_OPTIONS=", 14))
			ret[count++] = *e;
	ret[count] = NULL;
}

static int spawn_child(int its_socket, pid_t *ret)
{
	char name[] = CAGE_CHILD, *argv[] = {name, NULL}, *environment[3];
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error;

	make_environment(environment);
	(void)sigemptyset(&none);
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawnattr_init(&attributes);
	(void)posix_spawnattr_setsigmask(&attributes, &none);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	error = posix_spawn_file_actions_adddup2(&files, its_socket, STDIN_FILENO);
	for (int fd = STDOUT_FILENO; is_quiet && !error && fd <= STDERR_FILENO; fd++)
		error = posix_spawn_file_actions_addopen(
			&files, fd, "/dev/null", O_RDWR, 0);
	if (!error)
		error = posix_spawn(
			ret, "/proc/self/exe", &files, &attributes, argv, environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&files);
	return error;
}

/* Waits until the socket can be used, or the time is over. */
static bool wait_for(const struct cage *c, short events, int64_t until)
{
	struct pollfd p = {.fd = c->socket, .events = events};
	int64_t left;
	int n;

	do {
		left = until - clock_monotonic();
		n = left > 0 ? poll(&p, 1, (int)left) : 0;
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

/* The request and its letter in one go: the child is woken once. */
static enum outcome hand_over(const struct cage *c, const struct cage_request *r,
	const char *bytes, int64_t until)
{
	const size_t head = sizeof(*r), all = head + r->length;
	ssize_t n;

	for (size_t done = 0; done < all;) {
		size_t first = done < head ? head - done : 0, rest = all - done - first;
		struct iovec parts[] = {/* which sending does not change */
			{(void *)((uintptr_t)r + head - first), first},
			{(void *)((uintptr_t)bytes + r->length - rest), rest}};
		struct msghdr m = {.msg_iov = parts, .msg_iovlen = 2};

		n = sendmsg(c->socket, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return DIED;
		if (n < 0 && !wait_for(c, POLLOUT, until))
			return LATE;
		if (n > 0)
			done += (size_t)n;
	}
	return DONE;
}

/* At least so many bytes, and at most so many, into `to`. */
static enum outcome take_back(const struct cage *c, void *to, size_t least, size_t most,
	int64_t until, size_t *ret)
{
	ssize_t n;

	for (*ret = 0; *ret < least;) {
		if (!wait_for(c, POLLIN, until))
			return LATE;
		n = recv(c->socket, (char *)to + *ret, most - *ret, MSG_DONTWAIT);
		if (!n || (n < 0 && errno != EAGAIN && errno != EINTR))
			return DIED;
		if (n > 0)
			*ret += (size_t)n;
	}
	return DONE;
}

static int start_child(struct cage *c, struct fault *f)
{
	uint32_t step = CAGE_READY;
	int ends[2], error;
	size_t got;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return fault_set(
			f, FAULT_INTERNAL, "the reader of letters: %s", strerror(errno));
	error = spawn_child(ends[1], &c->child);
	(void)close(ends[1]);
	c->socket = ends[0];
	c->letters = 0;
	c->worked_ms = 0;
	if (error) {
		(void)close(c->socket);
		c->socket = -1;
		return fault_set(
			f, FAULT_INTERNAL, "the reader of letters: %s", strerror(error));
	}
	if (take_back(c, &step, sizeof(step), sizeof(step), clock_monotonic() + START_MS,
		    &got) == DONE &&
		step == CAGE_READY)
		return 0;
	(void)stop_child(c);
	return fault_set(f, FAULT_INTERNAL, "the reader of letters does not come up%s",
		step == CAGE_NO_FILTER ? ": this system has no seccomp filter" : "");
}

/* --- letters --- */

static enum outcome exchange(
	struct cage *c, const char *bytes, const struct cage_request *r, int64_t until)
{
	const size_t least = HEAD + offsetof(struct letter, text);
	struct cage_answer *a = c->answer;
	enum outcome o = hand_over(c, r, bytes, until);
	size_t got, rest;

	if (o == DONE)
		o = take_back(c, a, least, HEAD + sizeof(struct letter), until, &got);
	if (o != DONE)
		return o;
	if (a->length > sizeof(struct letter) || HEAD + a->length < got)
		return DIED;
	rest = HEAD + a->length - got;
	return take_back(c, (char *)a + got, rest, rest, until, &got);
}

/* Each piece to where it belongs. False if they cannot be a letter's. */
static bool unpack(const struct cage_answer *a, struct letter *ret)
{
	const char *from = a->record;
	size_t text = a->text;
	struct iovec pieces[CAGE_PIECES];

	memcpy(ret, from, offsetof(struct letter, text));
	if (ret->n_references > LETTER_PLACES || ret->n_to > LETTER_PLACES ||
		ret->n_recipients > LETTER_RECIPIENTS || !text || text > LETTER_TEXT ||
		cage_pieces(ret, text, pieces) != a->length)
		return false;
	for (size_t i = 0; i < CAGE_PIECES; from += pieces[i++].iov_len)
		memcpy(pieces[i].iov_base, from, pieces[i].iov_len);
	return !ret->text[text - 1] && !letter_check(ret, LETTER_SIZE(ret));
}

/* In words that make sense behind "unparsable: ". */
static const char *name_death(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status) == FAULT_INTERNAL
			       ? "reading it took too much memory"
			       : "its reader ended early";
	switch (WTERMSIG(status)) {
	case SIGSYS:
		return "its reader tried what it must not";
	case SIGXCPU:
		return "reading it took too long";
	case SIGKILL:
		return "its reader was ended";
	default:
		return "its reader crashed";
	}
}

/* One try. 0: `ret` holds the answer, or what became of the child. */
static int try_letter(struct cage *c, const char *bytes, const struct cage_request *r,
	int64_t most_ms, struct letter *ret, enum outcome *ret_outcome, struct fault *f)
{
	int64_t began;

	if (c->socket < 0 && start_child(c, f))
		return -1;
	began = clock_monotonic();
	*ret_outcome = exchange(c, bytes, r, began + most_ms * PATIENCE);
	c->worked_ms += clock_monotonic() - began;
	if (*ret_outcome == DIED) {
		cage_unparsable(ret, name_death(stop_child(c)));
	} else if (*ret_outcome == LATE) {
		(void)stop_child(c);
		cage_unparsable(ret, "reading it took too long");
	} else if (!unpack(c->answer, ret)) {
		(void)stop_child(c);
		cage_unparsable(ret, "its reader answered what cannot be");
	}
	if (++c->letters >= CAGE_LETTERS || c->worked_ms > WORKED_MS)
		(void)stop_child(c);
	return 0;
}

int cage_read(struct cage *c, const char *bytes, size_t length, bool cut,
	struct letter *ret, struct fault *f)
{
	bool too_long = length > SCAN_LETTER_MAX;
	struct cage_request r = {
		(uint32_t)(too_long ? SCAN_ENOUGH : length), cut || too_long};
	int64_t began = clock_monotonic();
	enum outcome o;

	if (try_letter(c, bytes, &r, CAGE_MS, ret, &o, f))
		return -1;
	if (o == DIED && !clock_interrupted() && clock_monotonic() - began < RETRY_MS &&
		try_letter(c, bytes, &r, CAGE_MS - RETRY_MS, ret, &o, f))
		return -1;
	if (o == DIED && clock_interrupted())
		return fault_set(f, FAULT_INTERRUPTED, "interrupted");
	ret->cut = ret->cut || r.cut;
	return 0;
}

int cage_open(struct cage **ret, struct fault *f)
{
	auto_cage *c = text_alloc(sizeof(*c));

	c->socket = -1;
	c->answer = text_alloc(HEAD + sizeof(struct letter));
	if (start_child(c, f))
		return -1;
	*ret = c;
	c = NULL;
	return 0;
}

void cage_close(struct cage *c)
{
	if (!c)
		return;
	(void)stop_child(c);
	free(c->answer);
	free(c);
}

void cage_closep(struct cage **c)
{
	cage_close(*c);
}
