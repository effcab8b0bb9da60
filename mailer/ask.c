/* SPDX-License-Identifier: MIT */
/*
 * Asking, and no more: what is asked is interview.c's and guide.c's. What has no terminal
 * is never asked; the doors see to that.
 */
#include "mailer/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "recipients/clock.h"

#define INDENT 3
#define SHORT 40 /* columns of an answer that stands in the prompt */

/* --- saying --- */

static size_t columns(const char *word, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)word[i] & 0xc0) != 0x80;
	return count;
}

static void say_line(FILE *out, size_t indent, const char *line, size_t length)
{
	size_t at = 0, word;

	while (length) {
		word = 0;
		while (word < length && line[word] != ' ')
			word++;
		if (at && at + 1 + columns(line, word) > ASK_WIDTH) {
			(void)fputc('\n', out);
			at = 0;
		}
		(void)fprintf(out, "%*s%.*s", at ? 1 : (int)indent, "", (int)word, line);
		at += (at ? 1 : indent) + columns(line, word);
		while (word < length && line[word] == ' ')
			word++;
		line += word;
		length -= word;
	}
	(void)fputc('\n', out);
}

void ask_say(FILE *out, size_t indent, const char *words)
{
	for (const char *end; *words; words = *end ? end + 1 : end) {
		end = words + strcspn(words, "\n");
		say_line(out, indent, words, (size_t)(end - words));
	}
}

void ask_heading(const struct ask *a, const char *words)
{
	(void)fprintf(a->out, "\n%s%s%s\n", a->color ? "\033[1m" : "", words,
		a->color ? "\033[0m" : "");
}

/* --- hearing --- */

static int leave(struct ask *a, struct fault *f)
{
	a->left = true;
	return fault_set(f, FAULT_INTERRUPTED, "left");
}

/*
 * Byte by byte: what comes behind the line is somebody else's. 1 a line, 0 the end.
 * `*ret_long`: it was longer than an answer may be.
 */
static int read_bytes(struct ask *a, char line[ASK_LINE + 1], bool *ret_long)
{
	size_t length = 0;
	char byte;
	ssize_t got;

	*ret_long = false;
	while ((got = read(a->in, &byte, 1)) == 1 && byte != '\n') {
		if (length < ASK_LINE)
			line[length++] = byte ? byte : '\001';
		else
			*ret_long = true;
	}
	line[length] = '\0';
	if (got < 0 && errno == EINTR)
		return -1;
	return got == 1 || length;
}

static void trim(char *line)
{
	size_t length = strlen(line), blanks = strspn(line, " \t\r");

	while (length > blanks && strchr(" \t\r", line[length - 1]))
		line[--length] = '\0';
	memmove(line, line + blanks, length - blanks + 1);
}

static bool is_plain(const char *line)
{
	json_t *text = json_string(line); /* NULL: not UTF-8 */

	json_decref(text);
	for (const char *p = line; text && *p; p++)
		if (((unsigned char)*p < 32 && *p != '\t') || *p == 127)
			return false;
	return text != NULL;
}

/* One line; what cannot be an answer to anything is asked again. */
static int hear(
	struct ask *a, const char *prompt, char line[ASK_LINE + 1], struct fault *f)
{
	bool too_long;
	int got;

	for (;;) {
		(void)fputs(prompt, a->out);
		(void)fflush(a->out);
		got = clock_interrupted() ? -1 : read_bytes(a, line, &too_long);
		if (got <= 0)
			(void)fputc('\n', a->out);
		if (got < 0)
			return fault_set(f, FAULT_INTERRUPTED, "stopped");
		trim(line);
		if (!got || !strcasecmp(line, "q"))
			return leave(a, f);
		if (!too_long && is_plain(line))
			return 0;
		ask_say(a->out, INDENT,
			too_long
				? "That is too long: at most 2,000 letters, please."
				: "There is something in it that is not text, such as an arrow key. Once more, please.");
	}
}

/* --- asking --- */

static void put(struct ask *a, const struct question *q)
{
	(void)fputc('\n', a->out);
	ask_say(a->out, 0, q->words);
	if (q->why)
		ask_say(a->out, INDENT, q->why);
	if (q->otherwise && columns(q->otherwise, strlen(q->otherwise)) > SHORT) {
		auto_text enter = text_format("Enter: %s", q->otherwise);

		ask_say(a->out, INDENT, enter);
	}
}

static char *prompt_of(const struct question *q)
{
	const char *enter = q->otherwise ? q->otherwise : q->enter;

	return enter && columns(enter, strlen(enter)) <= SHORT
		       ? text_format("   [Enter: %s] ", enter)
		       : text_copy("   > ");
}

/* 0: `*ret` is it; 1: not yet. */
static int judge(struct ask *a, const struct question *q, const char *answer, char **ret)
{
	auto_text_buffer wrong = {0};

	*ret = NULL;
	if (!*answer) {
		if (q->enter)
			return 0;
		ask_say(a->out, INDENT, "This needs an answer. (q leaves.)");
		return 1;
	}
	if (q->check && q->check(answer, ret, &wrong)) {
		ask_say(a->out, INDENT, text_string(&wrong));
		return 1;
	}
	if (!*ret)
		*ret = text_copy(answer);
	return 0;
}

int ask_line(struct ask *a, const struct question *q, char **ret, struct fault *f)
{
	auto_text prompt = prompt_of(q);
	char line[ASK_LINE + 1];

	put(a, q);
	do {
		if (hear(a, prompt, line, f))
			return -1;
	} while (judge(a, q, *line || !q->otherwise ? line : q->otherwise, ret));
	return 0;
}

int ask_list(struct ask *a, const struct question *q, const json_t *otherwise,
	json_t **ret, struct fault *f)
{
	auto_text how = text_format(
		"A line each; Enter on an empty line ends it. At once: %s.", q->enter);
	json_t *list = json_array();
	char line[ASK_LINE + 1];
	char *item;

	put(a, q);
	ask_say(a->out, INDENT, how);
	while (json_array_size(list) < ASK_LINES) {
		if (hear(a, "   - ", line, f)) {
			json_decref(list);
			return -1;
		}
		if (!*line)
			break;
		if (judge(a, q, line, &item))
			continue;
		(void)json_array_append_new(list, json_string(item));
		text_freep(&item);
	}
	if (!json_array_size(list) && otherwise) {
		json_decref(list);
		list = json_deep_copy(otherwise);
	}
	*ret = list;
	return 0;
}

static void put_choices(struct ask *a, const struct choice *choices, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		(void)fprintf(a->out, "   %s%2s%s  %s\n", a->color ? "\033[1m" : "",
			choices[i].key, a->color ? "\033[0m" : "", choices[i].words);
		if (choices[i].means)
			ask_say(a->out, 7, choices[i].means);
	}
	(void)fputs("    q  leave\n", a->out);
}

int ask_choice(struct ask *a, const char *words, const struct choice *choices,
	const char *otherwise, size_t *ret, struct fault *f)
{
	const struct question q = {.words = words, .otherwise = otherwise};
	auto_text prompt = prompt_of(&q);
	auto_text_buffer keys = {0};
	char line[ASK_LINE + 1];
	size_t count = 0;

	for (; choices[count].key; count++)
		text_printf(&keys, "%s%s", count ? ", " : "", choices[count].key);
	put(a, &q);
	put_choices(a, choices, count);
	for (;;) {
		if (hear(a, prompt, line, f))
			return -1;
		for (*ret = 0; *ret < count; (*ret)++)
			if (!strcasecmp(choices[*ret].key,
				    *line || !otherwise ? line : otherwise))
				return 0;
		(void)fprintf(a->out, "   Please type one of %s, or q to leave.\n",
			text_string(&keys));
	}
}
