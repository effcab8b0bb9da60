/* SPDX-License-Identifier: MIT */
/*
 * relay: what it promises its caller, against a small relay of our own in a child
 * process: who is called, when, and what is known after a kill. Every fault of the wire
 * is in tests/server/test_relay.py.
 */
#include "mailer/wire/relay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/tcp.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAILS 20000

/* What both sides write down; it outlives them. */
struct book {
	unsigned char handed[MAILS], settled[MAILS], accepted[MAILS];
	unsigned connections, live, out_of_turn;
};

static struct book *book;
static pid_t server;
static char url[64];

/* ---- the relay ---- */

static void serve_body(FILE *in, FILE *out)
{
	char line[2048];
	long id = -1;

	fputs("354 go on\r\n", out);
	(void)fflush(out);
	while (fgets(line, sizeof(line), in) && strcmp(line, ".\r\n"))
		if (!strncmp(line, "Subject: ", 9))
			id = strtol(line + 9, NULL, 10);
	if (strcmp(line, ".\r\n") || id < 0 || id >= MAILS)
		return; /* the client is gone */
	if (!book->handed[id])
		__atomic_add_fetch(&book->out_of_turn, 1, __ATOMIC_SEQ_CST);
	book->accepted[id]++;
	fputs("250 2.0.0 Ok: queued as X1\r\n", out);
}

static _Noreturn void serve_one(int fd)
{
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	int at_once = 1; /* or an answer waits 40 ms for the client's delayed ACK */
	char line[2048];
	int on = 1;

	/* Or a second short answer waits 40 ms for the client's delayed ACK. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once));
	__atomic_add_fetch(&book->connections, 1, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&book->live, 1, __ATOMIC_SEQ_CST);
	fputs("220 relay.test\r\n", out);
	(void)fflush(out);
	while (fgets(line, sizeof(line), in)) {
		if (!strncmp(line, "EHLO", 4))
			fputs("250-relay.test\r\n250 PIPELINING\r\n", out);
		else if (!strncmp(line, "DATA", 4))
			serve_body(in, out);
		else
			fputs("250 2.0.0 ok\r\n", out);
		if (strncmp(line, "MAIL", 4) && strncmp(line, "RCPT", 4))
			(void)fflush(out);
	}
	__atomic_sub_fetch(&book->live, 1, __ATOMIC_SEQ_CST);
	_exit(0);
}

static int start_server(void **state)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), client;

	(void)state;
	book = mmap(NULL, sizeof(*book), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (book == MAP_FAILED || bind(fd, (struct sockaddr *)&a, sizeof(a)) ||
		listen(fd, 100) || getsockname(fd, (struct sockaddr *)&a, &length))
		return -1;
	(void)snprintf(url, sizeof(url), "smtp://127.0.0.1:%u", ntohs(a.sin_port));
	server = fork();
	if (server) {
		(void)close(fd);
		return server < 0 ? -1 : 0;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGCHLD, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN); /* or a killed client takes serve_one with it */
	while ((client = accept(fd, NULL, NULL)) >= 0) {
		if (!fork())
			serve_one(client);
		(void)close(client);
	}
	_exit(0);
}

static int stop_server(void **state)
{
	(void)state;
	(void)kill(server, SIGKILL);
	(void)waitpid(server, NULL, 0);
	return munmap(book, sizeof(*book));
}

/* Until the relay has read all that was sent to it. */
static void wait_quiet(void)
{
	for (int i = 0; i < 1000 && __atomic_load_n(&book->live, __ATOMIC_SEQ_CST); i++)
		(void)usleep(10000);
	assert_int_equal(book->live, 0);
}

static int clean_book(void **state)
{
	(void)state;
	wait_quiet();
	memset(book, 0, sizeof(*book));
	return 0;
}

/* ---- the caller ---- */

struct caller {
	long mails, given, settled;
	long next_fails, settled_fails, turn_fails,
		turn_ends;   /* when this many were settled or given */
	unsigned none_first; /* how often next has nothing at the start */
	unsigned turns, idle_turns, calls_after_fault;
	bool failed, unfit;
};

static int own_fault(struct caller *c, struct fault *f)
{
	c->failed = true;
	return fault_set(f, FAULT_LEDGER, "the caller's own");
}

static int next(void *user, struct relay_mail *ret, struct fault *f)
{
	struct caller *c = user;
	static char all[MAILS][64];
	char *bytes = all[c->given % MAILS];

	c->calls_after_fault += c->failed;
	if (c->next_fails && c->given == c->next_fails)
		return own_fault(c, f);
	if (c->none_first) {
		c->none_first--;
		return RELAY_NONE_NOW;
	}
	if (c->given == c->mails)
		return RELAY_END;
	(void)snprintf(bytes, sizeof(all[0]), "Subject: %ld\r\n\r\nHello%s\r\n", c->given,
		c->unfit ? "\n" : "");
	*ret = (struct relay_mail){.id = c->given++,
		.from = "sender@force.example",
		.to = "ann@force.example",
		.bytes = bytes,
		.length = strlen(bytes)};
	return RELAY_MAIL;
}

static void handing_over(void *user, const struct relay_mail *mail, unsigned slot)
{
	struct caller *c = user;

	(void)slot;
	c->calls_after_fault += c->failed;
	book->handed[mail->id]++;
}

static int settled(void *user, const struct relay_mail *mail,
	const struct relay_verdict *v, unsigned slot, struct fault *f)
{
	struct caller *c = user;

	(void)slot;
	(void)v;
	c->calls_after_fault += c->failed;
	c->settled++;
	book->settled[mail->id]++;
	return c->settled_fails && c->settled == c->settled_fails ? own_fault(c, f) : 0;
}

static int turn(void *user, bool idle, struct fault *f)
{
	struct caller *c = user;

	c->calls_after_fault += c->failed;
	c->turns++;
	c->idle_turns += idle;
	if (c->turn_fails && c->settled >= c->turn_fails)
		return own_fault(c, f);
	return !c->turn_ends || c->settled < c->turn_ends;
}

static const struct relay_events events = {
	.next = next, .handing_over = handing_over, .settled = settled, .turn = turn};

static struct relay_settings settings(unsigned connections)
{
	return (struct relay_settings){.url = url,
		.ehlo = "client.test",
		.connections = connections,
		.timeouts = {.back_off = 20}};
}

static void test_all_go_out(void **state)
{
	struct relay_settings s = settings(8);
	struct caller c = {.mails = 2000};
	struct relay_summary sum;
	struct fault f = {0};

	(void)state;
	assert_int_equal(relay_run(&s, &events, &c, &sum, &f), 0);
	assert_int_equal(sum.accepted, 2000);
	assert_int_equal(sum.connections, book->connections);
	assert_in_range(sum.connections, 1, 8);
	assert_true(sum.pipelining && !sum.tls);
	assert_int_equal(book->out_of_turn, 0);
	for (long i = 0; i < c.mails; i++)
		assert_true(book->handed[i] == 1 && book->settled[i] == 1 &&
			    book->accepted[i] == 1);
}

static void test_nothing_to_do(void **state)
{
	struct relay_settings s = settings(8);
	struct caller c = {.none_first = 3};
	struct relay_summary sum;
	struct fault f = {0};

	(void)state;
	assert_int_equal(relay_run(&s, &events, &c, &sum, &f), 0);
	assert_int_equal(book->connections, 0);
	assert_int_equal(c.idle_turns, 3);
	assert_int_equal(c.turns, 3);
}

static void test_few_mails_open_few(void **state)
{
	struct relay_settings s = settings(64);
	struct caller c = {.mails = 3, .none_first = 1};
	struct relay_summary sum;
	struct fault f = {0};

	(void)state;
	assert_int_equal(relay_run(&s, &events, &c, &sum, &f), 0);
	assert_int_equal(sum.accepted, 3);
	assert_in_range(book->connections, 1, 4);
}

static void test_callers_faults(void **state)
{
	struct caller cases[] = {
		{.mails = 500, .next_fails = 100},
		{.mails = 500, .settled_fails = 100},
		{.mails = 500, .turn_fails = 100},
		{.mails = 500, .next_fails = 0, .settled_fails = 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct relay_settings s = settings(4);
		struct relay_summary sum;
		struct fault f = {0};
		long open = 0;

		clean_book(state);
		s.pipelining = i % 2 ? RELAY_PIPELINING_FULL : RELAY_PIPELINING_ON;
		assert_int_equal(relay_run(&s, &events, &cases[i], &sum, &f), -1);
		assert_int_equal(f.kind, FAULT_LEDGER);
		assert_string_equal(f.text, "the caller's own");
		assert_int_equal(cases[i].calls_after_fault, 0);
		wait_quiet();
		for (long n = 0; n < 500; n++) {
			assert_true(book->handed[n] >= book->accepted[n]);
			open += book->handed[n] - book->settled[n];
		}
		assert_in_range(open, 0, 4);
	}
}

static void test_gentle_end(void **state)
{
	struct relay_settings s = settings(4);
	struct caller c = {.mails = 500, .turn_ends = 50};
	struct relay_summary sum;
	struct fault f = {0};

	(void)state;
	assert_int_equal(relay_run(&s, &events, &c, &sum, &f), 0);
	assert_true(c.given < 100 && c.given == c.settled);
	for (long i = 0; i < c.mails; i++)
		assert_true(book->handed[i] == book->accepted[i] &&
			    book->settled[i] >= book->handed[i]);
}

static void test_unfit(void **state)
{
	struct relay_settings s = settings(4);
	struct caller c = {.mails = 5, .unfit = true};
	struct relay_summary sum;
	struct fault f = {0};

	(void)state;
	assert_int_equal(relay_run(&s, &events, &c, &sum, &f), -1);
	assert_int_equal(f.kind, FAULT_INTERNAL);
	assert_int_equal(sum.not_sent, 1);
	assert_int_equal(c.settled, 1);
	assert_int_equal(book->connections, 0);
}

/* Whatever the moment of a kill: what was accepted was handed over before, and little is
 * open. */
static void test_kill(void **state)
{
	for (unsigned round = 0; round < 30; round++) {
		struct relay_settings s = settings(6);
		long open = 0, accepted = 0;
		pid_t pid;

		clean_book(state);
		s.pipelining = round % 2 ? RELAY_PIPELINING_FULL : RELAY_PIPELINING_ON;
		pid = fork();
		if (!pid) {
			struct caller c = {.mails = MAILS};
			struct relay_summary sum;
			struct fault f = {0};

			(void)relay_run(&s, &events, &c, &sum, &f);
			_exit(0);
		}
		for (int i = 0; i < 1000 && !book->handed[10 + round * 20]; i++)
			(void)usleep(10000);
		(void)usleep(round * 137 % 1000);
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		wait_quiet();
		for (long i = 0; i < MAILS; i++) {
			assert_true(book->accepted[i] <= 1);
			assert_true(book->handed[i] >= book->accepted[i]);
			assert_true(book->accepted[i] >= book->settled[i]);
			open += book->handed[i] - book->settled[i];
			accepted += book->accepted[i];
		}
		assert_in_range(open, 0, 6);
		assert_true(accepted > round * 20);
	}
	assert_int_equal(book->out_of_turn, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_all_go_out, clean_book),
		cmocka_unit_test_setup(test_nothing_to_do, clean_book),
		cmocka_unit_test_setup(test_few_mails_open_few, clean_book),
		cmocka_unit_test_setup(test_callers_faults, clean_book),
		cmocka_unit_test_setup(test_gentle_end, clean_book),
		cmocka_unit_test_setup(test_unfit, clean_book),
		cmocka_unit_test_setup(test_kill, clean_book),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
