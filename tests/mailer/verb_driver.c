/* SPDX-License-Identifier: MIT */
/*
 * The program, started once and run many times: most of a short run is the loading of
 * libraries. For tests/flow/test_promises.py.
 *
 * A line on stdin is a run: FILE, then the program's arguments, parted by tabs. What it
 * writes goes into FILE and FILE.err; here comes its exit code, a line each.
 */
int program_main(int argc, char **argv);
#define main program_main
#include "mailer/main.c"
#undef main

#define WORDS 64

static int run_line(char *line)
{
	char *words[WORDS + 1] = {NULL}, *state = NULL;
	auto_text errors = NULL;
	int count = 1, code;

	words[0] = strtok_r(line, "\t", &state);
	while (count < WORDS && (words[count] = strtok_r(NULL, "\t", &state)))
		count++;
	errors = text_format("%s.err", words[0]);
	if (!freopen(words[0], "w", stdout) || !freopen(errors, "w", stderr))
		return FAULT_CANTCREATE;
	code = program_main(count, words);
	return fflush(stdout) || fflush(stderr) ? FAULT_CANTCREATE : code;
}

int main(void)
{
	FILE *answers = fdopen(dup(STDOUT_FILENO), "w");
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	while (answers && (length = getline(&line, &room, stdin)) > 0) {
		line[length - 1] = '\0';
		(void)fprintf(answers, "%d\n", run_line(line));
		(void)fflush(answers);
	}
	free(line);
	return answers ? fclose(answers) : 1;
}
