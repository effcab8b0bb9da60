/* SPDX-License-Identifier: MIT */
/* cage: what a reader that has gone mad can do, and what becomes of the letters. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "mailer/wire/cage.h"
#include "mailer/wire/scan.h"
#include "recipients/clock.h"
#include "recipients/text.h"

static char secret[] = "the key is 0123456789 in the parent's memory";

/* --- the child: does what the letter says --- */

/* Each piece is kept, or a compiler that sees that nobody reads them makes nothing of it. */
static void eat_memory(void)
{
	static char *volatile last;

	while ((last = malloc(1 << 20)))
		memset(last, 1, 1 << 20);
	abort();
}

static void lie(const char *how, struct letter *ret)
{
	if (!strcmp(how, "class"))
		ret->class = LETTER_CLASSES;
	else if (!strcmp(how, "address"))
		memset(ret->from, 'x', sizeof(ret->from));
	else if (!strcmp(how, "control"))
		memcpy(ret->subject, "\x1b[2J", 5);
	else if (!strcmp(how, "count"))
		ret->n_to = LETTER_PLACES + 1;
	else if (!strcmp(how, "flag"))
		memset(&ret->asks, 7, 1);
}

/* Whether the system call was refused; if it is not allowed to fail either, we are dead.
 */
static void try_what(const char *what, struct letter *ret)
{
	bool done = false;

	if (!strcmp(what, "open"))
		done = open("/etc/passwd", O_RDONLY) >= 0;
	else if (!strcmp(what, "socket"))
		done = socket(AF_INET, SOCK_STREAM, 0) >= 0;
	else if (!strcmp(what, "fork"))
		done = fork() >= 0;
	else if (!strcmp(what, "kill"))
		done = kill(getppid(), SIGKILL) == 0;
	else if (!strcmp(what, "execute"))
		done = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
	else if (!strcmp(what, "exec"))
		done = execl("/bin/true", "true", (char *)NULL) == 0;
	(void)snprintf(
		ret->subject, sizeof(ret->subject), "%s", done ? "done" : "refused");
}

static void read_madly(const char *bytes, size_t length, struct letter *ret)
{
	auto_text_buffer words = {0};
	const char *word;

	memset(ret, 0, offsetof(struct letter, recipients));
	ret->class = LETTER_HUMAN;
	text_add(&words, bytes, length);
	word = text_string(&words);
	if (!strcmp(word, "crash"))
		__builtin_trap();
	if (!strcmp(word, "hang"))
		for (;;)
			(void)clock_monotonic();
	if (!strcmp(word, "end"))
		_exit(3);
	if (!strcmp(word, "eat"))
		eat_memory();
	if (!strncmp(word, "lie ", 4))
		lie(word + 4, ret);
	if (!strncmp(word, "try ", 4))
		try_what(word + 4, ret);
	if (!strcmp(word, "secret"))
		(void)snprintf(ret->subject, sizeof(ret->subject), "%s", secret);
	if (!strcmp(word, "environment"))
		ret->n_codes = environ && *environ ? 1 : 0;
	if (!strcmp(word, "length"))
		ret->away_until = 1;
	if (length > 1000)
		ret->away_until = (int64_t)length;
}

/* --- the parent --- */

static struct letter letter;
static struct fault f;

static int begin(void **state)
{
	return cage_open((struct cage **)state, &f);
}

static int end(void **state)
{
	cage_close(*state);
	return 0;
}

static const char *ask(struct cage *c, const char *words)
{
	assert_int_equal(cage_read(c, words, strlen(words), false, &letter, &f), 0);
	return letter.class == LETTER_UNPARSABLE ? letter.subject : NULL;
}

static void letters_go_in_and_records_come_out(void **state)
{
	auto_text_buffer big = {0};

	assert_null(ask(*state, "fine"));
	assert_int_equal(letter.class, LETTER_HUMAN);
	assert_string_equal(ask(*state, ""), "it is empty");
	text_add_string(&big, "A: b\n\n");
	while (big.length < SCAN_LETTER_MAX)
		text_add_string(&big, "0123456789abcde\n");
	assert_int_equal(
		cage_read(*state, big.bytes, SCAN_LETTER_MAX, false, &letter, &f), 0);
	assert_int_equal(letter.away_until, SCAN_LETTER_MAX);
	assert_false(letter.cut);
	assert_int_equal(cage_read(*state, big.bytes, big.length, false, &letter, &f), 0);
	assert_true(letter.cut);
	assert_int_equal(letter.away_until, 6 + SCAN_START_MAX);
	assert_int_equal(cage_read(*state, "x", 1, true, &letter, &f), 0);
	assert_true(letter.cut);
}

static void a_death_costs_one_letter(void **state)
{
	static const char *const deaths[][2] = {
		{"crash", "crashed"}, {"end", "ended early"}};

	for (size_t i = 0; i < 2; i++) {
		assert_non_null(strstr(ask(*state, deaths[i][0]), deaths[i][1]));
		assert_null(ask(*state, "fine"));
	}
}

static void hanging_costs_one_letter_and_little_time(void **state)
{
#ifdef BREACHMAIL_SANITIZED
	(void)state;
	print_message("# %s: not with sanitizers\n", __func__);
	skip();
#else
	int64_t start = clock_monotonic();

	assert_string_equal(ask(*state, "hang"), "reading it took too long");
	assert_in_range(clock_monotonic() - start, CAGE_MS, 2000);
	assert_null(ask(*state, "fine"));
#endif
}

static void lies_are_not_believed(void **state)
{
	static const char *const lies[] = {
		"lie class", "lie address", "lie control", "lie count", "lie flag"};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		assert_string_equal(
			ask(*state, lies[i]), "its reader answered what cannot be");
		assert_null(ask(*state, "fine"));
	}
}

static void the_child_can_do_nothing(void **state)
{
#ifdef BREACHMAIL_SANITIZED
	(void)state;
	print_message("# %s: not with sanitizers\n", __func__);
	skip();
#else
	static const char *const tries[] = {
		"try socket", "try fork", "try kill", "try execute", "try exec"};

	assert_null(ask(*state, "try open"));
	assert_string_equal(letter.subject, "refused");
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		assert_string_equal(
			ask(*state, tries[i]), "its reader tried what it must not");
	assert_non_null(ask(*state, "eat"));
	assert_null(ask(*state, "fine"));
#endif
}

static void the_child_knows_nothing(void **state)
{
	memset(secret, 'x', sizeof(secret) - 1); /* ours is changed, its was never ours */
	assert_null(ask(*state, "secret"));
	assert_non_null(strstr(letter.subject, "0123456789"));
	assert_int_equal(setenv("BREACHMAIL_KEY_FILE", "/nowhere", 1), 0);
	assert_non_null(ask(*state, "end")); /* the next child is begun with that */
	assert_null(ask(*state, "environment"));
#ifndef BREACHMAIL_SANITIZED
	assert_int_equal(letter.n_codes, 0);
#endif
}

static void killed_from_outside_costs_nothing(void **state)
{
	char path[64], command[64] = "";
	bool found = false;

	assert_null(ask(*state, "fine"));
	for (pid_t p = getpid() + 1; !found && p < getpid() + 2000; p++) {
		int fd;

		(void)snprintf(path, sizeof(path), "/proc/%d/cmdline", p);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		found = read(fd, command, sizeof(command) - 1) > 0 &&
			!strcmp(command, "breachmail: reader of letters") &&
			waitid(P_PID, (id_t)p, NULL, WEXITED | WNOHANG | WNOWAIT) == 0;
		(void)close(fd);
		if (found)
			assert_int_equal(kill(p, SIGKILL), 0);
	}
	assert_true(found);
	assert_null(ask(*state, "fine"));
}

static void the_child_is_renewed(void **state)
{
#ifdef BREACHMAIL_SANITIZED
	(void)state;
	print_message("# %s: not with sanitizers\n", __func__);
	skip();
#else
	for (size_t i = 0; i < CAGE_LETTERS + 10; i++)
		assert_null(ask(*state, "fine"));
#endif
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			letters_go_in_and_records_come_out, begin, end),
		cmocka_unit_test_setup_teardown(a_death_costs_one_letter, begin, end),
		cmocka_unit_test_setup_teardown(
			hanging_costs_one_letter_and_little_time, begin, end),
		cmocka_unit_test_setup_teardown(lies_are_not_believed, begin, end),
		cmocka_unit_test_setup_teardown(the_child_can_do_nothing, begin, end),
		cmocka_unit_test_setup_teardown(the_child_knows_nothing, begin, end),
		cmocka_unit_test_setup_teardown(
			killed_from_outside_costs_nothing, begin, end),
		cmocka_unit_test_setup_teardown(the_child_is_renewed, begin, end),
	};

	if (cage_is_child(argc, argv))
		return cage_work(read_madly);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
