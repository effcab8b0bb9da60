/* SPDX-License-Identifier: MIT */
/*
 * Reading manifests. How one is written is manifest.c's.
 */
#include "mailer/lines.h"

#include <stdlib.h>
#include <string.h>

static const char *const told[] = {"window", "tool", "settings", "policy", "texts",
	"signers", "signer", "standing", "escalate", "left-out", "again", "change",
	"forecast"};

void lines_held(const char *manifest, struct text *out)
{
	text_clear(out);
	for (const char *line = manifest, *end; *line; line = end) {
		size_t word = strcspn(line, " \n");
		bool tells = false;

		end = strchrnul(line, '\n');
		end += *end == '\n';
		for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
			if (strlen(told[i]) == word && !strncmp(line, told[i], word))
				tells = true;
		if (!tells)
			text_add(out, line, (size_t)(end - line));
	}
}

const char *lines_find(const char *manifest, const char *words, size_t *ret_length)
{
	size_t length = strlen(words);

	for (const char *line = manifest, *end; (end = strchr(line, '\n'));
		line = end + 1)
		if (!strncmp(line, words, length)) {
			*ret_length = (size_t)(end - line) - length;
			return line + length;
		}
	return NULL;
}

/* "counter-terrorism 12 sha256:...": name and count. */
static bool next_level(const char **at, struct text *name, int64_t *count)
{
	const char *line = *at, *end;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		const char *p = end;

		if (strncmp(line, "level ", 6) != 0)
			continue;
		for (int blanks = 0; p > line + 6 && blanks < 2;)
			blanks += *--p == ' ';
		text_clear(name);
		text_add(name, line + 6, (size_t)(p - line - 6));
		*count = strtoll(p, NULL, 10);
		*at = end + 1;
		return true;
	}
	return false;
}

static int64_t count_of(const char *manifest, const char *level)
{
	auto_text words = text_format("level %s ", level);
	size_t length;
	const char *rest = lines_find(manifest, words, &length);

	return rest ? strtoll(rest, NULL, 10) : 0;
}

bool lines_same(const char *a, const char *b, const char *words)
{
	size_t x = 0, y = 0;
	const char *one = lines_find(a, words, &x), *two = lines_find(b, words, &y);

	return one && two && x == y && !strncmp(one, two, x);
}

void lines_compare(const char *then, int64_t number, const char *now, struct text *out)
{
	static const char *const parts[] = {"tool ", "settings ", "policy ", "texts ",
		"relay ", "tls ", "limits ", "signers "};
	auto_text_buffer name = {0};
	int64_t count, before;

	for (const char *at = now; next_level(&at, &name, &count);) {
		before = count_of(then, text_string(&name));
		text_printf(out, "change %s %+lld (release %lld had %lld)\n",
			text_string(&name), (long long)(count - before),
			(long long)number, (long long)before);
	}
	for (const char *at = then; next_level(&at, &name, &before);)
		if (!count_of(now, text_string(&name)))
			text_printf(out, "change %s %+lld (release %lld had %lld)\n",
				text_string(&name), -(long long)before, (long long)number,
				(long long)before);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!lines_same(then, now, parts[i]))
			text_printf(out, "change %sis another than in release %lld\n",
				parts[i], (long long)number);
}
