/* SPDX-License-Identifier: MIT */
/*
 * Levels of vetting out of text. Which level makes a person's case graver is the policy's
 * business.
 */
#include "recipients/vetting.h"

#include <stddef.h>
#include <string.h>

#include "recipients/fold.h"

enum {
	RV = 1,
	MV = 2,
	NPPV_1 = 4,
	NPPV_2A = 8,
	NPPV_2F = 16,
	NPPV_3 = 32,
	CTC = 64,
	SC = 128,
	ESC = 256,
	DV = 512
};

/* Longer forms first: the first that fits is taken. */
static const struct {
	const char *words;
	uint32_t levels;
} forms[] = {
	{"enhanced security check", ESC},
	{"enhanced sc", ESC},
	{"e sc", ESC},
	{"esc", ESC},
	{"recruitment vetting", RV},
	{"rv", RV},
	{"management vetting", MV},
	{"mv", MV},
	{"counter terrorist check", CTC},
	{"counter terrorism check", CTC},
	{"ctc", CTC},
	{"security check", SC},
	{"security clearance", SC},
	{"security cleared", SC},
	{"sc", SC},
	{"developed vetting", DV},
	{"dv", DV},
	{"nppv1", NPPV_1},
	{"nppv 1", NPPV_1},
	{"nppv2 full", NPPV_2F},
	{"nppv 2 full", NPPV_2F},
	{"nppv2f", NPPV_2F},
	{"nppv 2f", NPPV_2F},
	{"nppv2 abbreviated", NPPV_2A},
	{"nppv 2 abbreviated", NPPV_2A},
	{"nppv2a", NPPV_2A},
	{"nppv 2a", NPPV_2A},
	{"nppv2", NPPV_2A | NPPV_2F},
	{"nppv 2", NPPV_2A | NPPV_2F},
	{"nppv3", NPPV_3},
	{"nppv 3", NPPV_3},
};

/* "level 2" and "2" are the same. */
static void level_drop(char *text)
{
	char *p;

	while ((p = strstr(text, "level ")))
		memmove(p, p + 6, strlen(p + 6) + 1);
}

static size_t form_at(const char *text, uint32_t *levels)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		size_t length = strlen(forms[i].words);

		if (strncmp(text, forms[i].words, length) ||
			(text[length] && text[length] != ' '))
			continue;
		*levels |= forms[i].levels;
		return length;
	}
	return 0;
}

uint32_t vetting_parse(const char *text)
{
	char folded[FOLD_ROOM];
	uint32_t levels = 0;

	fold_words(text, folded, sizeof(folded));
	level_drop(folded);
	for (const char *p = folded; *p;) {
		size_t length = form_at(p, &levels);

		p += length ? length : strcspn(p, " ");
		p += strspn(p, " ");
	}
	return levels;
}

bool vetting_equal(uint32_t a, uint32_t b)
{
	uint32_t both = a & b;

	return both && (both == a || both == b);
}
