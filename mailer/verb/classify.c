/* SPDX-License-Identifier: MIT */
/*
 * track --classify: what kind of letters are these? A line of JSON for each file, in
 * order, whatever is in it; no incident, no key. The letters are read in the cage
 * (wire/cage.h); what they are is wire/letter.h's.
 *
 * A file with several letters (an mbox) is one line too: its class is the first letter's,
 * its recipients are those of all. A file that cannot be read is "unparsable" with the
 * reason, and makes the exit code 65 when all lines are out.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mailer/verb/doors.h"
#include "mailer/wire/cage.h"
#include "mailer/wire/letter.h"
#include "mailer/wire/scan.h"
#include "recipients/clock.h"
#include "recipients/text.h"

#define LETTERS_MAX 1000 /* of one file */

struct work {
	struct command *c;
	struct cage *cage;
	char *bytes; /* SCAN_LETTER_MAX of them: the file in hand */
	size_t length;
	bool cut;
	struct letter letter;
	size_t files, unread;
	bool asked_one_by_one; /* whoever sends names through a pipe waits for the lines */
};

/* --- files --- */

/* NULL, or why it cannot be read. */
static const char *take_bytes(int fd, struct work *w)
{
	struct stat st;
	size_t most;
	ssize_t n;

	if (fstat(fd, &st))
		return strerror(errno);
	if (S_ISDIR(st.st_mode))
		return strerror(EISDIR);
	if (!S_ISREG(st.st_mode))
		return "Not a file";
	w->cut = st.st_size > SCAN_LETTER_MAX;
	most = w->cut ? SCAN_ENOUGH : (size_t)st.st_size;
	for (w->length = 0; w->length < most; w->length += (size_t)n) {
		n = read(fd, w->bytes + w->length, most - w->length);
		if (n < 0)
			return strerror(errno);
		if (n == 0)
			break;
	}
	return NULL;
}

/* A pipe or a device might never end: it is looked at without waiting, and not read. */
static const char *take_file(const char *path, struct work *w)
{
	const char *wrong;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return strerror(errno);
	wrong = take_bytes(fd, w);
	(void)close(fd);
	return wrong;
}

/* --- lines --- */

static void put(json_t *line, const char *name, const char *value)
{
	(void)json_object_set_new(line, name, json_string(value));
}

static void put_if_any(json_t *line, const char *name, const char *value)
{
	if (*value)
		put(line, name, value);
}

static void put_if(json_t *line, const char *name, bool holds)
{
	if (holds)
		(void)json_object_set_new(line, name, json_true());
}

/* A name that is not UTF-8 is shown with a "?" for each byte beyond ASCII. */
static void put_path(json_t *line, const char *path)
{
	auto_text shown = text_copy(path);
	json_t *name = json_string(path);

	for (char *p = shown; !name && *p; p++)
		if (*p & 0x80)
			*p = '?';
	(void)json_object_set_new(line, "file", name ? name : json_string(shown));
}

static void add_recipients(json_t *list, const struct letter *l)
{
	const struct letter_recipient *r;
	json_t *one;

	for (unsigned i = 0; i < l->n_recipients; i++) {
		r = &l->recipients[i];
		one = json_object();
		put(one, "recipient", r->address);
		put_if_any(one, "final", r->final);
		put(one, "class", letter_class_name(r->class));
		put(one, "status", r->status);
		put_if_any(one, "reason", letter_reason_words(r->reason));
		put(one, "evidence", letter_evidence_name(r->evidence));
		put_if_any(one, "diagnostic", r->diagnostic);
		(void)json_array_append_new(list, one);
	}
}

static void describe(json_t *line, const struct letter *l)
{
	bool unparsable = l->class == LETTER_UNPARSABLE;

	put(line, "class", letter_class_name(l->class));
	put(line, "orig_message_id", l->orig_message_id);
	(void)json_object_set_new(line, "recipients", json_array());
	put(line, "evidence", letter_evidence_name(l->evidence));
	put(line, "reason", unparsable ? l->subject : letter_reason_words(l->reason));
	put_if_any(line, "disposition", l->disposition);
	put_if(line, "acknowledges", l->says_ack);
	put_if(line, "asks", l->asks);
	put_if(line, "worried", l->worried);
	put_if(line, "cut", l->cut);
}

static void describe_unread(json_t *line, const char *wrong)
{
	put(line, "class", letter_class_name(LETTER_UNPARSABLE));
	put(line, "orig_message_id", "");
	(void)json_object_set_new(line, "recipients", json_array());
	put(line, "evidence", letter_evidence_name(LETTER_BY_NOTHING));
	put(line, "reason", wrong);
}

/* All letters of the file in hand. */
static int describe_letters(struct work *w, json_t *line, struct fault *f)
{
	const char *rest = w->bytes, *end = w->bytes + w->length;
	size_t letters = 0, length;

	do {
		length = scan_first(rest, (size_t)(end - rest));
		if (cage_read(w->cage, rest, length, w->cut, &w->letter, f))
			return -1;
		if (!letters++)
			describe(line, &w->letter);
		else if (!*json_string_value(json_object_get(line, "orig_message_id")))
			put(line, "orig_message_id", w->letter.orig_message_id);
		add_recipients(json_object_get(line, "recipients"), &w->letter);
		rest += length;
	} while (rest < end && letters < LETTERS_MAX);
	if (letters > 1)
		(void)json_object_set_new(
			line, "letters", json_integer((json_int_t)letters));
	return 0;
}

static int classify_file(struct work *w, const char *path, struct fault *f)
{
	const char *wrong = take_file(path, w);
	json_t *line = json_object();
	int result = 0;

	put_path(line, path);
	if (wrong)
		describe_unread(line, wrong);
	else
		result = describe_letters(w, line, f);
	if (!result) {
		w->files++;
		w->unread += wrong != NULL;
		(void)json_dumpf(line, stdout, JSON_COMPACT);
		(void)fputc('\n', stdout);
		if (w->asked_one_by_one)
			(void)fflush(stdout);
	}
	json_decref(line);
	return result ? result
		      : progress_step(&w->c->progress, "letters", w->files, 0, f);
}

static int classify_names(struct work *w, struct fault *f)
{
	char *name = NULL;
	struct stat st;
	size_t room = 0;
	ssize_t length;
	int result = 0;

	w->asked_one_by_one = fstat(STDIN_FILENO, &st) || !S_ISREG(st.st_mode);
	while (!result && (length = getline(&name, &room, stdin)) > 0) {
		if (name[length - 1] == '\n')
			name[length - 1] = '\0';
		if (*name)
			result = classify_file(w, name, f);
	}
	free(name);
	return result;
}

static int classify_all(struct work *w, struct fault *f)
{
	const struct command *c = w->c;
	int result = 0;

	for (size_t i = 0; !result && i < c->arguments_count; i++)
		result = strcmp(c->arguments[i], "-")
				 ? classify_file(w, c->arguments[i], f)
				 : classify_names(w, f);
	if (!result && w->unread)
		return fault_set(f, FAULT_INPUT, "%zu of %zu files could not be read",
			w->unread, w->files);
	return result;
}

int track_classify(struct command *c, struct fault *f)
{
	auto_cage *cage = NULL;
	struct work *w;
	int result;

	if (!c->arguments_count)
		return fault_set(f, FAULT_USAGE,
			"breachmail track --classify FILE... (- for names from the "
			"standard input)");
	c->document = true;
	if (cage_open(&cage, f))
		return -1;
	w = text_alloc(sizeof(*w));
	w->c = c;
	w->cage = cage;
	w->bytes = text_alloc(SCAN_LETTER_MAX);
	result = classify_all(w, f);
	free(w->bytes);
	free(w);
	return result;
}
