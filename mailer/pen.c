/* SPDX-License-Identifier: MIT */
/*
 * Where the lines break. What may stand in the files is settings.c's and policy.c's.
 */
#include "mailer/pen.h"

#include <stdlib.h>

#include "mailer/show.h"

#define DEEPEST                                                                          \
	32 /* as deep as such a file is read (config.h); deeper stands on one line */

static void write_value(json_t *v, int depth, size_t used, struct text *out);

static void new_line(int depth, struct text *out)
{
	text_printf(out, "\n%*s", 2 * depth, "");
}

static void write_flat(const json_t *v, struct text *out)
{
	char *flat = json_dumps(v, JSON_ENCODE_ANY);

	text_add_string(out, flat ? flat : "null");
	free(flat);
}

static bool all_plain(json_t *list)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i,
		item) if (json_is_object(item) || json_is_array(item)) return false;
	return true;
}

/* Words: as many to a line as fit. Others: a line each. */
static void write_list(json_t *list, int depth, struct text *out)
{
	bool fill = all_plain(list);
	size_t i, line = 0, count = json_array_size(list);
	json_t *item;

	text_add_char(out, '[');
	json_array_foreach(list, i, item)
	{
		auto_text_buffer one = {0};

		write_value(item, depth + 1, 2 * (size_t)depth + 3, &one);
		if (!i || !fill || out->length - line + one.length + 2 > PEN_WIDTH) {
			line = out->length + 1;
			new_line(depth + 1, out);
		} else {
			text_add_char(out, ' ');
		}
		text_add(out, one.bytes, one.length);
		text_add_string(out, i + 1 < count ? "," : "");
	}
	new_line(depth, out);
	text_add_char(out, ']');
}

static void write_object(json_t *o, int depth, struct text *out)
{
	size_t left = json_object_size(o);
	const char *key;
	json_t *value;

	text_add_char(out, '{');
	json_object_foreach(o, key, value)
	{
		json_t *name = json_string(key);
		size_t from;

		new_line(depth + 1, out);
		from = out->length;
		write_flat(name, out);
		json_decref(name);
		text_add_string(out, ": ");
		write_value(value, depth + 1,
			2 * (size_t)(depth + 1) + out->length - from, out);
		text_add_string(out, --left ? "," : "");
	}
	new_line(depth, out);
	text_add_char(out, '}');
}

/* `used`: columns of the line that are taken already. */
static void write_value(json_t *v, int depth, size_t used, struct text *out)
{
	auto_text_buffer flat = {0};

	write_flat(v, &flat);
	if (depth >= DEEPEST || (depth && used + flat.length + 1 <= PEN_WIDTH) ||
		(!json_array_size(v) && !json_object_size(v)))
		text_add(out, flat.bytes, flat.length);
	else if (json_is_array(v))
		write_list(v, depth, out);
	else
		write_object(v, depth, out);
}

void pen_text(json_t *json, struct text *out)
{
	write_value(json, 0, 0, out);
	text_add_char(out, '\n');
}

int pen_write(const char *path, json_t *json, struct fault *f)
{
	auto_text_buffer text = {0};
	auto_show_file file = {0};

	pen_text(json, &text);
	if (show_file_open(path, &file, f))
		return -1;
	(void)fwrite(text.bytes, 1, text.length, file.stream);
	return show_file_close(&file, f);
}
