/* SPDX-License-Identifier: MIT */
/*
 * A child, a pipe, and what comes out of it. Which command is run when is verb/run.c's.
 */
#include "mailer/errand.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MOST (16 * 1024 * 1024)

/* --- the command, for people --- */

static bool needs_quotes(const char *word)
{
	return !*word ||
	       strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789_-./=:,@%+") != strlen(word);
}

static void add_word(const char *word, struct text *out)
{
	text_add_char(out, ' ');
	if (!needs_quotes(word)) {
		text_add_string(out, word);
		return;
	}
	text_add_char(out, '\'');
	for (; *word; word++)
		if (*word == '\'')
			text_add_string(out, "'\\''");
		else
			text_add_char(out, *word);
	text_add_char(out, '\'');
}

void errand_line(const struct errand *e, const char *const *words, struct text *out)
{
	text_add_string(out, "breachmail");
	if (strcmp(e->dir, ".") != 0) {
		text_add_string(out, " -C");
		add_word(e->dir, out);
	}
	for (; *words; words++)
		add_word(*words, out);
}

/* --- the child --- */

/* The words of the child; it never gives them back. */
struct words {
	char *list[ERRAND_WORDS + 1];
	size_t count;
};

static void add(struct words *w, const char *word)
{
	if (w->count < ERRAND_WORDS)
		w->list[w->count++] = text_copy(word);
}

/* A look (`json`) says what is wrong in its object; its other words are for nobody. */
static void be_the_child(
	const struct errand *e, const char *const *words, bool json, int write_end)
{
	struct words w = {{NULL}, 0};
	int nowhere = json ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;

	add(&w, "breachmail");
	add(&w, "-C");
	add(&w, e->dir);
	for (const char *const *h = e->hidden; h && *h; h++)
		add(&w, *h);
	add(&w, e->color && !json ? "--color=always" : "--color=never");
	if (json)
		add(&w, "--json");
	for (; *words; words++)
		add(&w, *words);
	if (dup2(write_end, STDOUT_FILENO) < 0 ||
		(nowhere >= 0 && dup2(nowhere, STDERR_FILENO) < 0))
		_exit(70);
	(void)execv("/proc/self/exe", w.list);
	(void)execvp(program_invocation_name, w.list);
	_exit(70);
}

static int start(const struct errand *e, const char *const *words, bool json,
	pid_t *ret_child, int *ret_read, struct fault *f)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return fault_set(f, FAULT_INTERNAL, "no pipe: %s", strerror(errno));
	*ret_child = fork();
	if (!*ret_child)
		be_the_child(e, words, json, ends[1]);
	(void)close(ends[1]);
	*ret_read = ends[0];
	if (*ret_child > 0)
		return 0;
	(void)close(ends[0]);
	return fault_set(f, FAULT_INTERNAL, "no new process: %s", strerror(errno));
}

static int finish(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static ssize_t read_some(int fd, char *bytes, size_t room)
{
	ssize_t got;

	do
		got = read(fd, bytes, room);
	while (got < 0 && errno == EINTR);
	return got;
}

/* --- what it says --- */

/* A line as it comes; empty lines wait for what is behind them. */
static void pass_on(FILE *out, const char *line, size_t *blanks)
{
	if (!*line) {
		(*blanks)++;
		return;
	}
	if (!strncmp(line, "Next: ", strlen("Next: "))) {
		*blanks = 0;
		return;
	}
	for (; *blanks; (*blanks)--)
		(void)fputc('\n', out);
	(void)fprintf(out, "%s\n", line);
}

static void pass_all(FILE *out, int fd)
{
	auto_text_buffer line = {0};
	char bytes[8192];
	size_t blanks = 0;
	ssize_t got;

	while ((got = read_some(fd, bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; out && i < got; i++) {
			if (bytes[i] != '\n') {
				text_add_char(&line, bytes[i]);
				continue;
			}
			pass_on(out, text_string(&line), &blanks);
			text_clear(&line);
		}
	if (out && line.length)
		pass_on(out, text_string(&line), &blanks);
}

int errand_run(
	const struct errand *e, const char *const *words, int *ret_code, struct fault *f)
{
	auto_text_buffer line = {0};
	pid_t child;
	int fd;

	errand_line(e, words, &line);
	if (e->out) {
		(void)fprintf(e->out, "\n%s$ %s%s\n", e->color ? "\033[1m" : "",
			text_string(&line), e->color ? "\033[0m" : "");
		(void)fflush(e->out);
	}
	if (start(e, words, false, &child, &fd, f))
		return -1;
	pass_all(e->out, fd);
	(void)close(fd);
	*ret_code = finish(child);
	if (e->out)
		(void)fflush(e->out);
	return 0;
}

int errand_ask(const struct errand *e, const char *const *words, json_t **ret,
	int *ret_code, struct fault *f)
{
	auto_text_buffer all = {0};
	char bytes[8192];
	ssize_t got;
	pid_t child;
	int fd;

	*ret = NULL;
	if (start(e, words, true, &child, &fd, f))
		return -1;
	while ((got = read_some(fd, bytes, sizeof(bytes))) > 0)
		if (all.length < OUTPUT_MOST)
			text_add(&all, bytes, (size_t)got);
	(void)close(fd);
	*ret_code = finish(child);
	if (all.length)
		*ret = json_loadb(all.bytes, all.length, 0, NULL);
	return 0;
}
