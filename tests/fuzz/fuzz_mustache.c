/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a template, its data and its partials: up to four parts with a line "%%"
 * between them, the template, JSON, the partials `p` and `q`. A fault names one of them
 * and leaves no output; the same again gives the same; what passes strictly reads the
 * same without strictness; text without tags stays as it is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "templates/mustache.h"

#define LARGEST 8192
#define OUTPUT 65536

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct part {
	const char *bytes;
	size_t length;
};

static void check_that(bool holds)
{
	if (!holds)
		abort();
}

static int load(void *user, const char *name, struct text *ret_source, struct fault *f)
{
	const struct part *parts = user;
	const struct part *part = !strcmp(name, "p") ? &parts[2] : &parts[3];

	(void)f;
	if ((strcmp(name, "p") != 0 && strcmp(name, "q") != 0) || !part->bytes)
		return 0;
	text_add(ret_source, part->bytes, part->length);
	return 1;
}

static void check_fault(const struct fault *f)
{
	check_that(f->kind == FAULT_INPUT);
	check_that(!strncmp(f->text, "letter:", 7) || !strncmp(f->text, "p:", 2) ||
		   !strncmp(f->text, "q:", 2));
}

static int see(void *user, const char *file, const struct node *tag)
{
	check_that(file && tag->name && *tag->name && tag->line);
	*(size_t *)user += 1;
	return 0;
}

/* 0 and the text, or -1. */
static int render(
	struct part *parts, const json_t *data, unsigned flags, struct text *out)
{
	struct mustache_loader loader = {load, parts};
	auto_text_buffer again = {0};
	auto_mustache *m = NULL;
	struct fault f = {0};
	size_t seen = 0;
	int result;

	if (mustache_compile(
		    "letter", parts->bytes, parts->length, flags, &loader, &m, &f)) {
		check_fault(&f);
		return -1;
	}
	check_that(mustache_walk(m, see, &seen) == 0 && seen <= MUSTACHE_TAGS);
	mustache_limit(m, OUTPUT);
	result = mustache_render(m, data, out, &f);
	check_that(out->length <= OUTPUT && (!result || !out->length));
	if (result) {
		check_fault(&f);
		return -1;
	}
	check_that(mustache_render(m, data, &again, &f) == 0);
	check_that(again.length == out->length &&
		   !memcmp(text_string(&again), text_string(out), out->length));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const char between[] = "\n%%\n";
	struct part parts[4] = {{(const char *)bytes, length}};
	auto_text_buffer out = {0}, strict = {0};
	json_t *data;
	int result;

	if (length > LARGEST)
		return 0;
	for (int i = 0; i < 3; i++) {
		const char *end = memmem(
			parts[i].bytes, parts[i].length, between, sizeof(between) - 1);

		if (!end)
			break;
		parts[i + 1].bytes = end + sizeof(between) - 1;
		parts[i + 1].length =
			length - (size_t)(parts[i + 1].bytes - (const char *)bytes);
		parts[i].length = (size_t)(end - parts[i].bytes);
	}
	data = parts[1].bytes ? json_loadb(parts[1].bytes, parts[1].length,
					JSON_DECODE_ANY, NULL)
			      : NULL;
	if (!data)
		data = json_object();
	result = render(parts, data, MUSTACHE_HTML, &out);
	if (!render(parts, data, MUSTACHE_HTML | MUSTACHE_STRICT, &strict))
		check_that(!result && strict.length == out.length &&
			   !memcmp(text_string(&strict), text_string(&out), out.length));
	if (!result && !memmem(parts->bytes, parts->length, "{{", 2))
		check_that(out.length == parts->length &&
			   !memcmp(text_string(&out), parts->bytes, out.length));
	json_decref(data);
	return 0;
}
