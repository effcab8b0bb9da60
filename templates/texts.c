/* SPDX-License-Identifier: MIT */
/*
 * Where words come from. How they are rendered is mustache.c's.
 */
#include "templates/texts.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shipped.h"
#include "templates/folder.h"

const char *texts_shipped(const char *name)
{
	for (size_t i = 0; shipped[i].name; i++)
		if (!strcmp(shipped[i].name, name))
			return shipped[i].text;
	return NULL;
}

const char *texts_name(size_t i)
{
	return shipped[i].name;
}

static bool has_ending(const char *name)
{
	const char *slash = strrchr(name, '/'), *dot = strrchr(slash ? slash : name, '.');

	return dot && dot[1];
}

bool texts_overridden(const struct texts *t, const char *name)
{
	auto_text path = text_format(
		"%s/%s%s", t->dir ? t->dir : "", name, has_ending(name) ? "" : ".txt");

	return t->dir && !access(path, F_OK);
}

static int is_language(const struct dirent *entry)
{
	const char *name = entry->d_name;

	return name[0] >= 'a' && name[0] <= 'z' && name[1] >= 'a' && name[1] <= 'z' &&
	       !name[2];
}

void texts_spoken(const struct texts *t, const char *name, json_t *list)
{
	struct dirent **found = NULL;
	int count = t->dir ? scandir(t->dir, &found, is_language, alphasort) : 0;

	for (int i = 0; i < count; i++) {
		auto_text text = text_format("%.2s/%s", found[i]->d_name, name);

		if (texts_overridden(t, text))
			(void)json_array_append_new(list, json_string(text));
		free(found[i]);
	}
	free(found);
}

int texts_load(const struct texts *t, const char *name, struct text *ret, struct fault *f)
{
	struct folder own = {.dir = t->dir, .ending = ".txt"};
	auto_text full = text_format("%s%s", name, has_ending(name) ? "" : ".txt");
	const char *text;
	int got = 0;

	if (t->dir && !access(t->dir, F_OK))
		got = folder_load(&own, full, ret, f);
	if (got > 0) /* written on another system */
		text_line_ends(ret);
	if (got)
		return got;
	text = texts_shipped(full);
	if (!text)
		return 0;
	text_clear(ret);
	text_add_string(ret, text);
	return 1;
}

static int load(void *user, const char *name, struct text *ret_source, struct fault *f)
{
	return texts_load(user, name, ret_source, f);
}

struct mustache_loader texts_loader(struct texts *t)
{
	return (struct mustache_loader){load, t};
}
