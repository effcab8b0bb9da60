/* SPDX-License-Identifier: MIT */
/*
 * The program, run many times in one process, with one thing going wrong in each run: a
 * statement of the ledger, a write, a new process, memory that acts as a file. For
 * tests/flow/test_unlucky.py.
 *
 * A run fails at the first call whose way there (the calls that led to it) has a step
 * that no run failed at before. So after as many runs as there are such steps every call
 * of the program has seen each of its callees fail once, and a run ends without anything
 * going wrong.
 *
 * A line on stdin is a run: N, FILE, then the program's arguments, parted by tabs: of the
 * calls that would fail each Nth does (0: none). What it writes goes into FILE and
 * FILE.err. Here comes a line each: its exit code, and what failed ("-": nothing).
 */
#include <execinfo.h>
#include <spawn.h>
#include <sqlite3.h>

int program_main(int argc, char **argv);
#define main program_main
#include "mailer/main.c"
#undef main

#define WORDS 64
#define STEPS 16384
#define DEPTH 48

extern char __executable_start, __etext;

static void *steps[STEPS];
static size_t steps_count, calls_count, each;
static const char *failed = "-";

static bool is_new(void *step)
{
	if ((char *)step < &__executable_start || (char *)step > &__etext)
		return false; /* a library's */
	for (size_t i = 0; i < steps_count; i++)
		if (steps[i] == step)
			return false;
	if (steps_count == STEPS)
		abort();
	steps[steps_count++] = step;
	return true;
}

/* The one that goes wrong in this run? */
static bool goes_wrong(const char *what)
{
	void *way[DEPTH];
	int length = each ? backtrace(way, DEPTH) : 0;
	bool is_one = false;

	for (int i = 2; i < length; i++) /* from the wrapper's caller on */
		is_one = is_new(way[i]) || is_one;
	if (!is_one || ++calls_count % each)
		return false;
	each = 0;
	failed = what;
	return true;
}

/* --- what may: `__wrap_X` is called in place of X, by the linker --- */

#define STANDS_FOR(result, name, arguments, call, wrong)                                 \
	result __real_##name arguments;                                                  \
	result __wrap_##name arguments;                                                  \
	result __wrap_##name arguments                                                   \
	{                                                                                \
		if (goes_wrong(#name))                                                   \
			return wrong;                                                    \
		return __real_##name call;                                               \
	}

static int no(int why)
{
	errno = why;
	return -1;
}

STANDS_FOR(int, sqlite3_prepare_v3,
	(sqlite3 * db, const char *sql, int length, unsigned flags, sqlite3_stmt **ret,
		const char **rest),
	(db, sql, length, flags, ret, rest), SQLITE_NOMEM)
STANDS_FOR(int, sqlite3_step, (sqlite3_stmt * s), (s), SQLITE_IOERR)
STANDS_FOR(int, sqlite3_exec,
	(sqlite3 * db, const char *sql, int (*row)(void *, int, char **, char **),
		void *user, char **error),
	(db, sql, row, user, error), SQLITE_FULL)
STANDS_FOR(ssize_t, write, (int fd, const void *bytes, size_t length),
	(fd, bytes, length), no(ENOSPC))
STANDS_FOR(
	int, memfd_create, (const char *name, unsigned flags), (name, flags), no(EMFILE))
STANDS_FOR(int, pipe2, (int ends[2], int flags), (ends, flags), no(EMFILE))
STANDS_FOR(off_t, lseek, (int fd, off_t at, int from), (fd, at, from), no(EIO))
STANDS_FOR(int, posix_spawnp,
	(pid_t * ret, const char *file, const posix_spawn_file_actions_t *files,
		const posix_spawnattr_t *how, char *const words[], char *const vars[]),
	(ret, file, files, how, words, vars), EAGAIN)
STANDS_FOR(int, mkdir, (const char *path, mode_t mode), (path, mode), no(ENOSPC))

/* --- runs --- */

static int run_line(char *line)
{
	char *words[WORDS + 1] = {NULL}, *state = NULL;
	const char *often = strtok_r(line, "\t", &state);
	auto_text errors = NULL;
	int count = 1, code;

	words[0] = strtok_r(NULL, "\t", &state);
	while (count < WORDS && (words[count] = strtok_r(NULL, "\t", &state)))
		count++;
	errors = text_format("%s.err", words[0]);
	if (!freopen(words[0], "w", stdout) || !freopen(errors, "w", stderr))
		return FAULT_CANTCREATE;
	failed = "-";
	each = strtoul(often, NULL, 10);
	code = program_main(count, words);
	each = 0;
	return fflush(stdout) || fflush(stderr) ? FAULT_CANTCREATE : code;
}

int main(void)
{
	FILE *answers = fdopen(dup(STDOUT_FILENO), "w");
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	while (answers && (length = getline(&line, &room, stdin)) > 0) {
		int code;

		line[length - 1] = '\0';
		code = run_line(line);
		(void)fprintf(answers, "%d %s\n", code, failed);
		(void)fflush(answers);
	}
	free(line);
	return answers ? fclose(answers) : 1;
}
