/* SPDX-License-Identifier: MIT */
/*
 * approve --read: letters and who gets none, on the screen or into a folder. Which ones
 * is mailer/perusal.c's.
 *
 * What is shown holds names, as letters do: it is for those who sign.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "mailer/perusal.h"
#include "mailer/show.h"
#include "mailer/store.h"
#include "mailer/verb/sign.h"

static int write_file(const char *path, const struct text *bytes, struct fault *f)
{
	auto_show_file out = {0};

	if (show_file_open(path, &out, f))
		return -1;
	(void)fwrite(bytes->bytes, 1, bytes->length, out.stream);
	return show_file_close(&out, f);
}

static char *heading(const struct perusal_letter *r)
{
	char n[SHOW_NUMBER];

	switch (r->why) {
	case PERUSAL_TEXT:
		return text_format("%s: %s letter%s like this one", r->level,
			show_number((int64_t)r->like, n), r->like == 1 ? "" : "s");
	case PERUSAL_SHORTEST:
		return text_format("the shortest, %s", r->level);
	case PERUSAL_LONGEST:
		return text_format("the longest, %s", r->level);
	case PERUSAL_ONE:
		break;
	}
	return text_format("one at random, %s", r->level);
}

static int show_letter(struct command *c, const struct perusal_letter *r, size_t number,
	const struct whom *whom, struct store_reader *store, json_t *list,
	struct fault *f)
{
	const char *dir = command_option(c, "out");
	auto_text_buffer bytes = {0}, plain = {0};
	char scratch[ROSTER_NAME];
	auto_text words = heading(r);
	auto_text file = NULL;

	if (store_get(store, r->notice, &bytes, f) < 0)
		return -1;
	perusal_plain(&bytes, &plain);
	(void)json_array_append_new(
		list, json_pack("{s:s,s:s,s:I,s:s}", "why", perusal_word(r->why), "level",
			      r->level, "like", (json_int_t)r->like, "person_id",
			      whom_name(whom, r->person, scratch)));
	if (dir) {
		file = text_format("%s/%02zu-%s.eml", dir, number, perusal_word(r->why));
		return write_file(file, &bytes, f);
	}
	(void)json_object_set_new(json_array_get(list, number - 1), "text",
		json_string(text_string(&plain)));
	show(c, "\n======== %zu. %s (to %s) ========\n\n%s", number, words,
		whom_name(whom, r->person, scratch), text_string(&plain));
	return 0;
}

static int show_letters(struct command *c, const struct perusal *r,
	const struct whom *whom, struct fault *f)
{
	struct store_reader *store;
	json_t *list = json_array();
	int failed = 0;

	show_json(c, "letters", list);
	if (store_reader_open(c->ledger, &store, f))
		return -1;
	for (size_t i = 0; !failed && i < r->count; i++)
		failed = show_letter(c, &r->list[i], i + 1, whom, store, list, f);
	store_reader_close(store);
	return failed;
}

static void add_left_out(const json_t *list, struct text *out)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *id = json_string_value(json_object_get(one, "person_id"));

		text_printf(out, "  %-24s %-20s %-10s %s\n",
			id ? id : json_string_value(json_object_get(one, "reference")),
			json_string_value(json_object_get(one, "level")),
			json_string_value(json_object_get(one, "route")),
			json_string_value(json_object_get(one, "reason")));
	}
}

static int show_left_out(
	struct command *c, int64_t set, const struct whom *whom, struct fault *f)
{
	const char *dir = command_option(c, "out");
	auto_text path = dir ? text_format("%s/left-out.txt", dir) : NULL;
	auto_text_buffer lines = {0};
	json_t *list;

	if (perusal_left_out(c->ledger, set, whom, &list, f))
		return -1;
	add_left_out(list, &lines);
	if (!dir)
		show(c, "\n======== Who gets no letter, and why ========\n\n%s",
			lines.length ? text_string(&lines) : "  nobody\n");
	show_json(c, "left_out", list);
	return dir ? write_file(path, &lines, f) : 0;
}

int read_letters(struct command *c, const struct release_options *o, struct fault *f)
{
	const char *dir = command_option(c, "out"), *mode = settings_mode(c->settings);
	struct manifest_of m = {0};
	auto_perusal r = {0};
	auto_whom whom = {0};

	if (release_waiting(c->ledger, mode, &m, f) ||
		perusal_choose(c->ledger, o, &m, &r, f) || whom_load(c->ledger, &whom, f))
		return -1;
	if (!r.letters)
		return fault_set(f, FAULT_REFUSED,
			"no notice is waiting for a release, and none of the newest is left to read (breachmail status)");
	if (dir && mkdir(dir, 0700))
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", dir, strerror(errno));
	if (show_letters(c, &r, &whom, f) || show_left_out(c, m.set, &whom, f))
		return -1;
	show_count(c, "all", (int64_t)r.letters);
	show_count(c, "texts_not_shown", (int64_t)r.more);
	if (r.more)
		show(c, "\n%zu letters have other texts than the %d above.\n", r.more,
			PERUSAL_TEXTS);
	if (dir)
		show(c, "%zu letters in %s, and who gets none: left-out.txt. Read them, then delete them.\n",
			r.count, dir);
	(void)snprintf(c->next, sizeof(c->next), "breachmail approve --sign KEYFILE");
	return 0;
}
