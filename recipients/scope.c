/* SPDX-License-Identifier: MIT */
/*
 * Ranks to groups. What a rank is, however it was written, is rank.c's; who may see which
 * scope is the officer's to say.
 */
#include "recipients/scope.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "recipients/fold.h"
#include "recipients/rank.h"

#define WORDS 64 /* of a whole scope */
#define OFFICERS ((1u << (SCOPE_CHIEF_OFFICER + 1)) - 1)

static const char *const names[SCOPE_GROUPS] = {
	[SCOPE_CONSTABLE] = "Constable",
	[SCOPE_SERGEANT] = "Sergeant",
	[SCOPE_INSPECTOR] = "Inspector",
	[SCOPE_CHIEF_INSPECTOR] = "Chief Inspector",
	[SCOPE_SUPERINTENDENT] = "Superintendent",
	[SCOPE_CHIEF_SUPERINTENDENT] = "Chief Superintendent",
	[SCOPE_CHIEF_OFFICER] = "Chief officers",
	[SCOPE_PCSO] = "Community support officers",
	[SCOPE_STAFF] = "Police staff",
	[SCOPE_OTHER] = "Rank not known",
};

#define GROUP(name) (1u << SCOPE_##name)
#define STAFF (GROUP(PCSO) | GROUP(STAFF))
#define SUPERINTENDENTS (GROUP(SUPERINTENDENT) | GROUP(CHIEF_SUPERINTENDENT))
#define FEDERATED                                                                        \
	(GROUP(CONSTABLE) | GROUP(SERGEANT) | GROUP(INSPECTOR) | GROUP(CHIEF_INSPECTOR))

/* Words for several groups at once, folded. A plural of one rank is that rank. */
static const struct {
	const char *words;
	unsigned scope;
} unions[] = {
	{"federation", FEDERATED},
	{"federated ranks", FEDERATED},
	{"police federation", FEDERATED},
	{"metropolitan police federation", FEDERATED},
	{"mpf", FEDERATED},
	{"pfni", FEDERATED},
	{"superintendents association", SUPERINTENDENTS},
	{"police superintendents association", SUPERINTENDENTS},
	{"psa", SUPERINTENDENTS},
	{"sani", SUPERINTENDENTS},
	{"cposa", GROUP(CHIEF_OFFICER)},
	{"unison", STAFF},
	{"unite", STAFF},
	{"gmb", STAFF},
	{"pcs", STAFF},
	{"nipsa", STAFF},
	{"superintendents", SUPERINTENDENTS},
	{"superintending ranks", SUPERINTENDENTS},
	{"inspecting ranks", GROUP(INSPECTOR) | GROUP(CHIEF_INSPECTOR)},
	{"chief officer", GROUP(CHIEF_OFFICER)},
	{"chief officers", GROUP(CHIEF_OFFICER)},
	{"officers", OFFICERS},
	{"police officers", OFFICERS},
	{"all officers", OFFICERS},
	{"staff", STAFF},
	{"police staff", STAFF},
	{"staff union", STAFF},
	{"pcsos", GROUP(PCSO)},
	{"community support officers", GROUP(PCSO)},
	{"everyone", SCOPE_EVERYONE},
	{"all", SCOPE_EVERYONE},
	{"all ranks", SCOPE_EVERYONE},
};

static enum scope_group group_of_rank(unsigned rank)
{
	int seniority = rank_seniority(rank);

	if (seniority > SCOPE_CHIEF_OFFICER)
		return SCOPE_CHIEF_OFFICER;
	if (seniority > 0)
		return (enum scope_group)(SCOPE_CONSTABLE + seniority - 1);
	return !strcmp(rank_name(rank), "PCSO") ? SCOPE_PCSO : SCOPE_STAFF;
}

enum scope_group scope_group_of(const char *rank, const char *employment)
{
	struct rank_set set = rank_parse(rank ? rank : "");
	bool staff = employment && strcasestr(employment, "staff");
	enum scope_group group = set.first ? group_of_rank(set.first) : SCOPE_OTHER;

	if (group == SCOPE_OTHER && employment && strcasestr(employment, "pcso"))
		return SCOPE_PCSO;
	return staff && group != SCOPE_PCSO ? SCOPE_STAFF : group;
}

/* --- what people write --- */

static int one_rank(const char *words, unsigned *ret, struct fault *f)
{
	auto_text one = text_copy(words);
	size_t length = strlen(one);
	struct rank_set set = rank_parse(one);

	if (!set.first && length > 2 && one[length - 1] == 's') {
		one[length - 1] = '\0';
		set = rank_parse(one);
	}
	if (!set.first)
		return fault_set(f, FAULT_USAGE,
			"--scope: a word in it is no rank that is known here: ranks, ranges of them, 'superintendents', 'staff'");
	if (set.second && group_of_rank(set.first) != group_of_rank(set.second))
		return fault_set(f, FAULT_USAGE,
			"--scope: a short form in it means two ranks: write the rank in full");
	*ret = 1u << group_of_rank(set.first);
	return *ret == GROUP(STAFF)
		       ? fault_set(f, FAULT_USAGE,
				 "--scope: grades of staff are not told apart: 'staff'")
		       : 0;
}

static int one_scope(const char *words, unsigned *ret, struct fault *f)
{
	for (size_t i = 0; i < sizeof(unions) / sizeof(*unions); i++)
		if (!strcmp(unions[i].words, words)) {
			*ret = unions[i].scope;
			return 0;
		}
	return one_rank(words, ret, f);
}

/* From the lower of the two to the higher, whichever comes first. */
static int range(const char *from, const char *to, unsigned *ret, struct fault *f)
{
	unsigned a, b, low, high;

	if (one_scope(from, &a, f) || one_scope(to, &b, f))
		return -1;
	if ((a | b) & ~OFFICERS)
		return fault_set(f, FAULT_USAGE,
			"--scope: a range goes from one rank of officers to another");
	low = a | b;
	low &= ~low + 1;
	high = a > b ? a : b;
	while (high & (high - 1))
		high &= high - 1;
	*ret = (high << 1) - low;
	return 0;
}

/* The words from `first` up to `end`, with one blank between. */
static char *joined(const char *const words[], size_t first, size_t end)
{
	auto_text_buffer out = {0};

	for (size_t i = first; i < end; i++)
		text_printf(&out, "%s%s", i > first ? " " : "", words[i]);
	return text_copy(text_string(&out));
}

/* One item of a list: a rank, or a range. */
static int item(const char *const words[], size_t count, unsigned *scope, struct fault *f)
{
	auto_text whole = joined(words, 0, count);
	auto_text from = NULL;
	auto_text to = NULL;
	unsigned one = 0;
	size_t at = 0;

	while (at < count && strcmp(words[at], "to") != 0)
		at++;
	if (at == count) {
		if (one_scope(whole, &one, f))
			return -1;
	} else {
		from = joined(words, 0, at);
		to = joined(words, at + 1, count);
		if (range(from, to, &one, f))
			return -1;
	}
	*scope |= one;
	return 0;
}

#define EN_DASH "\xe2\x80\x93"

/* A comma, a semicolon, "+" and "&" part items; a dash between blanks, and "..", are
 * "to". */
static void spell_out(const char *words, struct text *out)
{
	for (const char *p = words; *p; p++) {
		bool dash = !strncmp(p, EN_DASH, 3), dots = !strncmp(p, "..", 2);

		if (strchr(",;+&\n", *p))
			text_add_string(out, " and ");
		else if (dash || dots || (p > words && !strncmp(p - 1, " - ", 3)))
			text_add_string(out, " to ");
		else
			text_add_char(out, *p);
		p += dash ? 2 : dots;
	}
}

int scope_parse(const char *words, unsigned *ret, struct fault *f)
{
	auto_text_buffer plain = {0};
	char folded[FOLD_ROOM];
	const char *list[WORDS + 1];
	size_t count, from = 0;

	*ret = 0;
	spell_out(words, &plain);
	if (plain.length >= FOLD_ROOM)
		return fault_set(f, FAULT_USAGE, "--scope is too long");
	fold_words(text_string(&plain), folded, sizeof(folded));
	count = fold_split(folded, list, WORDS + 1);
	if (!count || count > WORDS)
		return fault_set(f, FAULT_USAGE,
			"--scope takes ranks: \"constable to chief inspector\", \"superintendents\", \"staff\"");
	for (size_t i = 0; i <= count; i++) {
		if (i < count && strcmp(list[i], "and") != 0)
			continue;
		if (i > from && item(list + from, i - from, ret, f))
			return -1;
		from = i + 1;
	}
	return *ret ? 0 : fault_set(f, FAULT_USAGE, "--scope names no rank");
}

/* --- and back --- */

const char *scope_group_name(enum scope_group group)
{
	return names[group];
}

void scope_write(unsigned scope, struct text *out)
{
	size_t start = out->length;

	if (scope == SCOPE_EVERYONE) {
		text_add_string(out, "Everyone");
		return;
	}
	for (unsigned i = 0, last; i < SCOPE_GROUPS; i = last + 1) {
		last = i;
		if (!(scope >> i & 1))
			continue;
		while (last + 1 <= SCOPE_CHIEF_OFFICER && scope >> (last + 1) & 1)
			last++;
		text_printf(out, "%s%s", out->length > start ? ", " : "", names[i]);
		if (last > i)
			text_printf(
				out, " %s %s", last > i + 1 ? "to" : "and", names[last]);
	}
}
