/* SPDX-License-Identifier: MIT */
/*
 * Reads a mailbox for tests/server/test_mailbox.py and for measuring.
 *
 * mailbox_driver KEY=VALUE...: url, user, password, token_file, ca_file, timeout (ms),
 * uidvalidity and uid (the position), pause (ms after each letter), quiet=1 (no line a
 * letter), keep=DIR (each letter into a file there). One JSON object a letter on stdout:
 * uidvalidity, uid, length, cut, and start, its first 40 bytes; at the end one with the
 * count and the memory that it took; exit code of the fault.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "mailer/wire/mailbox.h"
#include "recipients/clock.h"
#include "recipients/text.h"

static const char *option(int argc, char **argv, const char *name)
{
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], name, strlen(name)) && argv[i][strlen(name)] == '=')
			return argv[i] + strlen(name) + 1;
	return NULL;
}

static long number(int argc, char **argv, const char *name)
{
	const char *value = option(argc, argv, name);

	return value ? strtol(value, NULL, 10) : 0;
}

static void print(json_t *o)
{
	(void)json_dumpf(o, stdout, JSON_COMPACT);
	(void)putchar('\n');
	(void)fflush(stdout);
	json_decref(o);
}

static void show(const struct mailbox_letter *l)
{
	char start[41] = "";

	for (size_t i = 0; i < sizeof(start) - 1 && i < l->length; i++)
		start[i] = (char)(l->bytes[i] >= ' ' && l->bytes[i] <= '~' ? l->bytes[i]
									   : '.');
	print(json_pack("{s:I s:I s:I s:b s:s}", "uidvalidity",
		(json_int_t)l->at.uidvalidity, "uid", (json_int_t)l->at.uid, "length",
		(json_int_t)l->length, "cut", l->cut, "start", start));
}

static void keep(const char *dir, int count, const struct mailbox_letter *l)
{
	auto_text path = text_format("%s/%06d", dir, count);
	FILE *file = fopen(path, "wxe");

	if (!file || fwrite(l->bytes, 1, l->length, file) != l->length || fclose(file))
		exit(73);
}

int main(int argc, char **argv)
{
	struct mailbox_settings s = {.url = option(argc, argv, "url"),
		.user = option(argc, argv, "user"),
		.password = option(argc, argv, "password"),
		.token_file = option(argc, argv, "token_file"),
		.ca_file = option(argc, argv, "ca_file"),
		.timeout = number(argc, argv, "timeout")};
	struct mailbox_position after = {(uint32_t)number(argc, argv, "uidvalidity"),
		(uint32_t)number(argc, argv, "uid")};
	long pause = number(argc, argv, "pause");
	const struct timespec nap = {pause / 1000, pause % 1000 * 1000000};
	const char *dir = option(argc, argv, "keep");
	bool quiet = number(argc, argv, "quiet");
	auto_mailbox *m = NULL;
	struct mailbox_letter l;
	struct fault f = {0};
	struct rusage usage;
	int count = 0, got = 0;

	clock_catch_signals();
	if (!mailbox_open(&s, &after, &m, &f))
		while ((got = mailbox_next(m, &l, &f)) > 0) {
			count++;
			if (!quiet)
				show(&l);
			if (dir)
				keep(dir, count, &l);
			(void)nanosleep(&nap, NULL);
		}
	(void)getrusage(RUSAGE_SELF, &usage);
	print(json_pack("{s:i s:s s:i s:I}", "exit", (int)f.kind, "fault", f.text,
		"letters", count, "memory", (json_int_t)usage.ru_maxrss * 1024));
	return (int)f.kind;
}
