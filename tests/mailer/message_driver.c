/* SPDX-License-Identifier: MIT */
/*
 * Writes messages for test_message.py: one JSON object a line in, "LENGTH\n" and the
 * bytes out; a refusal is "-1 TEXT\n". With a number as argument: writes the first one
 * that often and prints the rate, by processor time.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mailer/wire/message.h"

static const char *member(const json_t *o, const char *name)
{
	return json_string_value(json_object_get(o, name));
}

static double seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void bench(const struct message *m, long times)
{
	auto_text_buffer out = {0};
	struct fault f = {0};
	double start = seconds();

	for (long i = 0; i < times; i++) {
		text_clear(&out);
		if (message_write(m, &out, &f))
			exit(1);
	}
	printf("%zu bytes, %.0f a second\n", out.length,
		(double)times / (seconds() - start));
}

static void one(const char *line, long times)
{
	json_t *o = json_loads(line, 0, NULL);
	auto_text_buffer out = {0};
	struct fault f = {0};
	struct message m = {
		.from_name = member(o, "from_name"),
		.from = member(o, "from"),
		.to_name = member(o, "to_name"),
		.to = member(o, "to"),
		.reply_to = member(o, "reply_to"),
		.subject = member(o, "subject"),
		.date_ms = json_integer_value(json_object_get(o, "date_ms")),
		.message_id = member(o, "message_id"),
		.boundary = member(o, "boundary"),
		.text = member(o, "text"),
		.html = member(o, "html"),
	};

	if (times) {
		bench(&m, times);
	} else if (message_write(&m, &out, &f)) {
		printf("-1 %s\n", f.text);
	} else {
		printf("%zu\n", out.length);
		(void)fwrite(out.bytes, 1, out.length, stdout);
	}
	json_decref(o);
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, stdin) > 0)
		one(line, argc > 1 ? strtol(argv[1], NULL, 10) : 0);
	free(line);
	return 0;
}
