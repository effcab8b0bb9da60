/* SPDX-License-Identifier: MIT */
/*
 * Lines of a manifest, written and looked up. Which releases are made by them is
 * release.c's, which follow-ups are due remind.c's.
 */
#include "mailer/standing.h"

#include <string.h>

#include "mailer/basis.h"
#include "recipients/clock.h"
#include "recipients/vault.h"

#define RESEND STANDING_LINE "resend once a person, the same words to the same address\n"

static void add_follow_up(const struct policy_level *level, size_t step, struct text *out)
{
	const struct policy_follow_up *up = &level->follow_ups[step - 1];
	char after[CLOCK_DURATION];

	text_printf(out, STANDING_LINE "follow-up %s %zu after %s proof %s template %s\n",
		level->name, step, clock_write_duration(up->after, after),
		policy_proof_name(level->proof), up->template);
}

static int add_words(const struct settings *s, const struct policy *p, struct text *out,
	struct fault *f)
{
	auto_text over = text_format("%s/templates", s->dir);
	struct texts texts = {over};
	const struct basis basis = {s, p, &texts};
	auto_text_buffer words = {0};
	unsigned char sha256[VAULT_SHA256];
	char hex[2 * VAULT_SHA256 + 1];

	if (basis_words(&basis, &words, f))
		return -1;
	vault_sha256(words.bytes, words.length, sha256);
	vault_hex(sha256, sizeof(sha256), hex);
	text_printf(out, STANDING_LINE "words sha256:%s\n", hex);
	return 0;
}

int standing_write(const struct settings *s, const struct policy *p, struct text *out,
	struct fault *f)
{
	if (p->follow_ups == POLICY_EACH)
		return 0;
	for (size_t i = 0; i < p->levels_count; i++) {
		const struct policy_level *level = &p->levels[i];

		if (level->route != POLICY_MAIL || !level->follow_ups_count)
			continue;
		for (size_t step = 1; step <= level->follow_ups_count; step++)
			add_follow_up(level, step, out);
		text_printf(out, STANDING_LINE "most %s %zu a person\n", level->name,
			level->follow_ups_count);
	}
	text_add_string(out, RESEND);
	return add_words(s, p, out, f);
}

/* --- looking them up --- */

/* Is this whole line in it? `line` ends with "\n". */
static bool has_line(const char *manifest, const char *line)
{
	const char *at = strstr(manifest, line);

	while (at && at != manifest && at[-1] != '\n')
		at = strstr(at + 1, line);
	return at != NULL;
}

static bool same_words(const char *manifest, const char *now)
{
	const char *line = strstr(now, STANDING_LINE "words ");

	return line && has_line(manifest, line);
}

bool standing_allows(const char *manifest, const char *now,
	const struct policy_level *level, size_t step)
{
	auto_text_buffer line = {0};

	if (!step || step > level->follow_ups_count)
		return false;
	add_follow_up(level, step, &line);
	return has_line(now, text_string(&line)) &&
	       has_line(manifest, text_string(&line)) && same_words(manifest, now);
}

/* The words of what is sent again are those that were released. */
bool standing_allows_resend(const char *manifest, const char *now)
{
	return has_line(manifest, RESEND) && has_line(now, RESEND);
}
