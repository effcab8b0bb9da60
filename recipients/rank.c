/* SPDX-License-Identifier: MIT */
/*
 * The table of ranks and of the forms in which they are written. A form is folded words
 * (fold.h) with single letters joined: "P.C." and "p c" are both "pc". Who outranks whom
 * matters to nobody here but is kept, since a promotion is one step.
 *
 * What can go wrong: a force's own short form is missing. Then it compares as text, equal
 * to itself only.
 */
#include "recipients/rank.h"

#include <stdint.h>
#include <string.h>

#include "recipients/fold.h"

#define WORDS 8

enum {
	CONSTABLE = 1,
	DETECTIVE_CONSTABLE,
	SPECIAL_CONSTABLE,
	SERGEANT,
	DETECTIVE_SERGEANT,
	SPECIAL_SERGEANT,
	INSPECTOR,
	DETECTIVE_INSPECTOR,
	SPECIAL_INSPECTOR,
	CHIEF_INSPECTOR,
	DETECTIVE_CHIEF_INSPECTOR,
	SUPERINTENDENT,
	DETECTIVE_SUPERINTENDENT,
	CHIEF_SUPERINTENDENT,
	DETECTIVE_CHIEF_SUPERINTENDENT,
	COMMANDER,
	ASSISTANT_CHIEF_CONSTABLE,
	DEPUTY_ASSISTANT_COMMISSIONER,
	DEPUTY_CHIEF_CONSTABLE,
	ASSISTANT_COMMISSIONER,
	DEPUTY_COMMISSIONER,
	CHIEF_CONSTABLE,
	COMMISSIONER,
	PCSO,
	DETENTION_OFFICER,
	ADMINISTRATIVE_ASSISTANT,
	ADMINISTRATIVE_OFFICER,
	EXECUTIVE_OFFICER_2,
	EXECUTIVE_OFFICER_1,
	STAFF_OFFICER,
	DEPUTY_PRINCIPAL,
	GRADE_7,
	GRADE_6,
	BAND_A, /* then B to Y */
	RANKS = BAND_A + 25
};

static const struct {
	const char *name;
	int8_t seniority;
	bool detective;
} ranks[BAND_A] = {
	[CONSTABLE] = {"Constable", 1, false},
	[DETECTIVE_CONSTABLE] = {"Detective Constable", 1, true},
	[SPECIAL_CONSTABLE] = {"Special Constable", 1, false},
	[SERGEANT] = {"Sergeant", 2, false},
	[DETECTIVE_SERGEANT] = {"Detective Sergeant", 2, true},
	[SPECIAL_SERGEANT] = {"Special Sergeant", 2, false},
	[INSPECTOR] = {"Inspector", 3, false},
	[DETECTIVE_INSPECTOR] = {"Detective Inspector", 3, true},
	[SPECIAL_INSPECTOR] = {"Special Inspector", 3, false},
	[CHIEF_INSPECTOR] = {"Chief Inspector", 4, false},
	[DETECTIVE_CHIEF_INSPECTOR] = {"Detective Chief Inspector", 4, true},
	[SUPERINTENDENT] = {"Superintendent", 5, false},
	[DETECTIVE_SUPERINTENDENT] = {"Detective Superintendent", 5, true},
	[CHIEF_SUPERINTENDENT] = {"Chief Superintendent", 6, false},
	[DETECTIVE_CHIEF_SUPERINTENDENT] = {"Detective Chief Superintendent", 6, true},
	[COMMANDER] = {"Commander", 7, false},
	[ASSISTANT_CHIEF_CONSTABLE] = {"Assistant Chief Constable", 7, false},
	[DEPUTY_ASSISTANT_COMMISSIONER] = {"Deputy Assistant Commissioner", 8, false},
	[DEPUTY_CHIEF_CONSTABLE] = {"Deputy Chief Constable", 8, false},
	[ASSISTANT_COMMISSIONER] = {"Assistant Commissioner", 9, false},
	[DEPUTY_COMMISSIONER] = {"Deputy Commissioner", 10, false},
	[CHIEF_CONSTABLE] = {"Chief Constable", 9, false},
	[COMMISSIONER] = {"Commissioner", 11, false},
	[PCSO] = {"PCSO", 0, false},
	[DETENTION_OFFICER] = {"Detention Officer", 0, false},
	[ADMINISTRATIVE_ASSISTANT] = {"Administrative Assistant", 0, false},
	[ADMINISTRATIVE_OFFICER] = {"Administrative Officer", 0, false},
	[EXECUTIVE_OFFICER_2] = {"Executive Officer II", 0, false},
	[EXECUTIVE_OFFICER_1] = {"Executive Officer I", 0, false},
	[STAFF_OFFICER] = {"Staff Officer", 0, false},
	[DEPUTY_PRINCIPAL] = {"Deputy Principal", 0, false},
	[GRADE_7] = {"Grade 7", 0, false},
	[GRADE_6] = {"Grade 6", 0, false},
};

static const char *const bands[25] = {"Band A", "Band B", "Band C", "Band D", "Band E",
	"Band F", "Band G", "Band H", "Band I", "Band J", "Band K", "Band L", "Band M",
	"Band N", "Band O", "Band P", "Band Q", "Band R", "Band S", "Band T", "Band U",
	"Band V", "Band W", "Band X", "Band Y"};

static const struct form {
	const char *words;
	uint8_t rank, other;
} forms[] = {
	{"pc", CONSTABLE, 0},
	{"con", CONSTABLE, 0},
	{"cons", CONSTABLE, 0},
	{"const", CONSTABLE, 0},
	{"constable", CONSTABLE, 0},
	{"police constable", CONSTABLE, 0},
	{"police con", CONSTABLE, 0},
	{"pol con", CONSTABLE, 0},
	{"wpc", CONSTABLE, 0},
	{"dc", DETECTIVE_CONSTABLE, DEPUTY_COMMISSIONER},
	{"dcon", DETECTIVE_CONSTABLE, 0},
	{"tdc", DETECTIVE_CONSTABLE, 0},
	{"wdc", DETECTIVE_CONSTABLE, 0},
	{"trainee detective constable", DETECTIVE_CONSTABLE, 0},
	{"trainee dc", DETECTIVE_CONSTABLE, 0},
	{"trainee detective", DETECTIVE_CONSTABLE, 0},
	{"detective constable", DETECTIVE_CONSTABLE, 0},
	{"detective con", DETECTIVE_CONSTABLE, 0},
	{"det constable", DETECTIVE_CONSTABLE, 0},
	{"det con", DETECTIVE_CONSTABLE, 0},
	{"det const", DETECTIVE_CONSTABLE, 0},
	{"d con", DETECTIVE_CONSTABLE, 0},
	{"d const", DETECTIVE_CONSTABLE, 0},
	{"d constable", DETECTIVE_CONSTABLE, 0},
	{"sc", SPECIAL_CONSTABLE, 0},
	{"spc", SPECIAL_CONSTABLE, 0},
	{"spl con", SPECIAL_CONSTABLE, 0},
	{"special", SPECIAL_CONSTABLE, 0},
	{"special pc", SPECIAL_CONSTABLE, 0},
	{"special con", SPECIAL_CONSTABLE, 0},
	{"special constable", SPECIAL_CONSTABLE, 0},
	{"ps", SERGEANT, 0},
	{"sgt", SERGEANT, 0},
	{"sergt", SERGEANT, 0},
	{"sergeant", SERGEANT, 0},
	{"police sergeant", SERGEANT, 0},
	{"police sgt", SERGEANT, 0},
	{"wps", SERGEANT, 0},
	{"custody sergeant", SERGEANT, 0},
	{"ds", DETECTIVE_SERGEANT, 0},
	{"dsgt", DETECTIVE_SERGEANT, 0},
	{"wds", DETECTIVE_SERGEANT, 0},
	{"detective sergeant", DETECTIVE_SERGEANT, 0},
	{"detective sgt", DETECTIVE_SERGEANT, 0},
	{"det sergeant", DETECTIVE_SERGEANT, 0},
	{"det sergt", DETECTIVE_SERGEANT, 0},
	{"det sgt", DETECTIVE_SERGEANT, 0},
	{"d sgt", DETECTIVE_SERGEANT, 0},
	{"d sergt", DETECTIVE_SERGEANT, 0},
	{"d sergeant", DETECTIVE_SERGEANT, 0},
	{"special sgt", SPECIAL_SERGEANT, 0},
	{"special sergeant", SPECIAL_SERGEANT, 0},
	{"i", INSPECTOR, 0},
	{"pi", INSPECTOR, 0},
	{"ins", INSPECTOR, 0},
	{"insp", INSPECTOR, 0},
	{"inspector", INSPECTOR, 0},
	{"police inspector", INSPECTOR, 0},
	{"di", DETECTIVE_INSPECTOR, 0},
	{"dinsp", DETECTIVE_INSPECTOR, 0},
	{"detective inspector", DETECTIVE_INSPECTOR, 0},
	{"detective insp", DETECTIVE_INSPECTOR, 0},
	{"det inspector", DETECTIVE_INSPECTOR, 0},
	{"det insp", DETECTIVE_INSPECTOR, 0},
	{"det ins", DETECTIVE_INSPECTOR, 0},
	{"d insp", DETECTIVE_INSPECTOR, 0},
	{"d inspector", DETECTIVE_INSPECTOR, 0},
	{"special insp", SPECIAL_INSPECTOR, 0},
	{"special inspector", SPECIAL_INSPECTOR, 0},
	{"ci", CHIEF_INSPECTOR, 0},
	{"cinsp", CHIEF_INSPECTOR, 0},
	{"c insp", CHIEF_INSPECTOR, 0},
	{"c inspector", CHIEF_INSPECTOR, 0},
	{"ch insp", CHIEF_INSPECTOR, 0},
	{"ch inspector", CHIEF_INSPECTOR, 0},
	{"chief insp", CHIEF_INSPECTOR, 0},
	{"chief inspector", CHIEF_INSPECTOR, 0},
	{"dci", DETECTIVE_CHIEF_INSPECTOR, 0},
	{"d ci", DETECTIVE_CHIEF_INSPECTOR, 0},
	{"dc insp", DETECTIVE_CHIEF_INSPECTOR, 0},
	{"d ch insp", DETECTIVE_CHIEF_INSPECTOR, 0},
	{"det ci", DETECTIVE_CHIEF_INSPECTOR, 0},
	{"det c insp", DETECTIVE_CHIEF_INSPECTOR, 0},
	{"det ch insp", DETECTIVE_CHIEF_INSPECTOR, 0},
	{"det chief insp", DETECTIVE_CHIEF_INSPECTOR, 0},
	{"det chief inspector", DETECTIVE_CHIEF_INSPECTOR, 0},
	{"detective chief insp", DETECTIVE_CHIEF_INSPECTOR, 0},
	{"detective chief inspector", DETECTIVE_CHIEF_INSPECTOR, 0},
	{"supt", SUPERINTENDENT, 0},
	{"superintendent", SUPERINTENDENT, 0},
	{"police superintendent", SUPERINTENDENT, 0},
	{"dsu", DETECTIVE_SUPERINTENDENT, 0},
	{"dsi", DETECTIVE_SUPERINTENDENT, 0},
	{"dsupt", DETECTIVE_SUPERINTENDENT, 0},
	{"d supt", DETECTIVE_SUPERINTENDENT, 0},
	{"d superintendent", DETECTIVE_SUPERINTENDENT, 0},
	{"det supt", DETECTIVE_SUPERINTENDENT, 0},
	{"det superintendent", DETECTIVE_SUPERINTENDENT, 0},
	{"detective supt", DETECTIVE_SUPERINTENDENT, 0},
	{"detective superintendent", DETECTIVE_SUPERINTENDENT, 0},
	{"cs", CHIEF_SUPERINTENDENT, 0},
	{"csupt", CHIEF_SUPERINTENDENT, 0},
	{"c supt", CHIEF_SUPERINTENDENT, 0},
	{"ch supt", CHIEF_SUPERINTENDENT, 0},
	{"ch superintendent", CHIEF_SUPERINTENDENT, 0},
	{"chief supt", CHIEF_SUPERINTENDENT, 0},
	{"chief superintendent", CHIEF_SUPERINTENDENT, 0},
	{"dcs", DETECTIVE_CHIEF_SUPERINTENDENT, 0},
	{"dc supt", DETECTIVE_CHIEF_SUPERINTENDENT, 0},
	{"d ch supt", DETECTIVE_CHIEF_SUPERINTENDENT, 0},
	{"det c supt", DETECTIVE_CHIEF_SUPERINTENDENT, 0},
	{"det ch supt", DETECTIVE_CHIEF_SUPERINTENDENT, 0},
	{"det chief supt", DETECTIVE_CHIEF_SUPERINTENDENT, 0},
	{"det chief superintendent", DETECTIVE_CHIEF_SUPERINTENDENT, 0},
	{"detective chief supt", DETECTIVE_CHIEF_SUPERINTENDENT, 0},
	{"detective chief superintendent", DETECTIVE_CHIEF_SUPERINTENDENT, 0},
	{"cmdr", COMMANDER, 0},
	{"cdr", COMMANDER, 0},
	{"commander", COMMANDER, 0},
	{"acc", ASSISTANT_CHIEF_CONSTABLE, 0},
	{"asst chief constable", ASSISTANT_CHIEF_CONSTABLE, 0},
	{"assistant chief constable", ASSISTANT_CHIEF_CONSTABLE, 0},
	{"dac", DEPUTY_ASSISTANT_COMMISSIONER, 0},
	{"deputy assistant commissioner", DEPUTY_ASSISTANT_COMMISSIONER, 0},
	{"dcc", DEPUTY_CHIEF_CONSTABLE, 0},
	{"deputy chief constable", DEPUTY_CHIEF_CONSTABLE, 0},
	{"ac", ASSISTANT_COMMISSIONER, 0},
	{"assistant commissioner", ASSISTANT_COMMISSIONER, 0},
	{"deputy commissioner", DEPUTY_COMMISSIONER, 0},
	{"cc", CHIEF_CONSTABLE, 0},
	{"chief constable", CHIEF_CONSTABLE, 0},
	{"commissioner", COMMISSIONER, 0},
	{"pcso", PCSO, 0},
	{"cso", PCSO, 0},
	{"community support officer", PCSO, 0},
	{"police community support officer", PCSO, 0},
	{"ddo", DETENTION_OFFICER, 0},
	{"detention officer", DETENTION_OFFICER, 0},
	{"dedicated detention officer", DETENTION_OFFICER, 0},
	{"designated detention officer", DETENTION_OFFICER, 0},
	{"aa", ADMINISTRATIVE_ASSISTANT, 0},
	{"admin assistant", ADMINISTRATIVE_ASSISTANT, 0},
	{"administrative assistant", ADMINISTRATIVE_ASSISTANT, 0},
	{"ao", ADMINISTRATIVE_OFFICER, 0},
	{"admin officer", ADMINISTRATIVE_OFFICER, 0},
	{"administrative officer", ADMINISTRATIVE_OFFICER, 0},
	{"eo2", EXECUTIVE_OFFICER_2, 0},
	{"eoii", EXECUTIVE_OFFICER_2, 0},
	{"eo ii", EXECUTIVE_OFFICER_2, 0},
	{"eo 2", EXECUTIVE_OFFICER_2, 0},
	{"executive officer 2", EXECUTIVE_OFFICER_2, 0},
	{"executive officer ii", EXECUTIVE_OFFICER_2, 0},
	{"eo1", EXECUTIVE_OFFICER_1, 0},
	{"eoi", EXECUTIVE_OFFICER_1, 0},
	{"eo i", EXECUTIVE_OFFICER_1, 0},
	{"eo 1", EXECUTIVE_OFFICER_1, 0},
	{"executive officer 1", EXECUTIVE_OFFICER_1, 0},
	{"executive officer i", EXECUTIVE_OFFICER_1, 0},
	{"so", STAFF_OFFICER, 0},
	{"staff officer", STAFF_OFFICER, 0},
	{"dp", DEPUTY_PRINCIPAL, 0},
	{"deputy principal", DEPUTY_PRINCIPAL, 0},
	{"g7", GRADE_7, 0},
	{"grade 7", GRADE_7, 0},
	{"principal", GRADE_7, 0},
	{"principal officer", GRADE_7, 0},
	{"principal grade 7", GRADE_7, 0},
	{"g6", GRADE_6, 0},
	{"grade 6", GRADE_6, 0},
	{"senior principal", GRADE_6, 0},
};

static struct rank_set form_find(const char *words)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (forms[i].words[0] == words[0] && !strcmp(forms[i].words, words))
			return (struct rank_set){forms[i].rank, forms[i].other};
	return (struct rank_set){RANK_NONE, RANK_NONE};
}

static unsigned band_of(char letter)
{
	return letter >= 'a' && letter <= 'y' ? (unsigned)(BAND_A + letter - 'a')
					      : RANK_NONE;
}

/* Words that say for how long, not what. */
static bool is_temporary(const char *word)
{
	static const char *const words[] = {
		"t", "a", "temp", "temporary", "tempy", "acting"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

/* Puts the words into `out` with one space between, none between single letters; "" if
 * they are too long. */
static void words_write(const char *const words[], size_t count, char *out, size_t room)
{
	bool single = false;
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(words[i]);

		if (used + length + 2 > room) {
			out[0] = '\0';
			return;
		}
		if (used && !(single && length == 1))
			out[used++] = ' ';
		memcpy(out + used, words[i], length + 1);
		used += length;
		single = length == 1;
	}
}

static struct rank_set words_parse(const char *const words[], size_t count)
{
	char form[64];
	struct rank_set set;

	while (count > 1 && is_temporary(words[0])) {
		words++;
		count--;
	}
	words_write(words, count, form, sizeof(form));
	set = form_find(form);
	if (!set.first && (!strncmp(form, "band ", 5) || !strncmp(form, "grade ", 6))) {
		const char *letter = strchr(form, ' ') + 1;

		set.first = letter[1] ? RANK_NONE : band_of(letter[0]);
	}
	return set;
}

/* A collar number behind the rank is not part of it. */
static bool is_number(const char *word)
{
	return strlen(word) >= 3 && word[strspn(word, "0123456789")] == '\0';
}

struct rank_set rank_parse(const char *text)
{
	char folded[FOLD_ROOM];
	const char *words[WORDS];
	struct rank_set set;
	size_t count;

	fold_words(text, folded, sizeof(folded));
	count = fold_split(folded, words, WORDS);
	while (count > 1 && is_number(words[count - 1]))
		count--;
	if (!count)
		return (struct rank_set){RANK_NONE, RANK_NONE};
	if (count == 1 && !words[0][1])
		return words[0][0] == 'i'
			       ? (struct rank_set){INSPECTOR, band_of('i')}
			       : (struct rank_set){band_of(words[0][0]), RANK_NONE};
	set = words_parse(words, count);
	/* "TPS", "ADI": the stroke was lost. */
	if (!set.first && count == 1 && (words[0][0] == 't' || words[0][0] == 'a') &&
		words[0][2])
		set = form_find(words[0] + 1);
	return set;
}

size_t rank_find(
	const char *const words[], size_t count, bool at_end, struct rank_set *ret)
{
	for (size_t n = count < WORDS ? count : WORDS; n > 0; n--) {
		const char *const *run = at_end ? words + count - n : words;

		if (n == 1 && !run[0][1])
			break;
		*ret = words_parse(run, n);
		if (ret->first)
			return n;
	}
	return 0;
}

bool rank_equal(struct rank_set a, struct rank_set b)
{
	return (a.first && (a.first == b.first || a.first == b.second)) ||
	       (a.second && (a.second == b.first || a.second == b.second));
}

const char *rank_name(unsigned rank)
{
	if (rank == RANK_NONE || rank >= RANKS)
		return NULL;
	return rank < BAND_A ? ranks[rank].name : bands[rank - BAND_A];
}

int rank_seniority(unsigned rank)
{
	return rank < BAND_A ? ranks[rank].seniority : 0;
}

bool rank_detective(unsigned rank)
{
	return rank < BAND_A && ranks[rank].detective;
}

static int difference(unsigned a, unsigned b)
{
	return a > b ? (int)(a - b) : (int)(b - a);
}

bool rank_steps(unsigned a, unsigned b, int *ret)
{
	int step = rank_seniority(a) - rank_seniority(b);

	*ret = difference(a, b);
	if (a >= BAND_A && b >= BAND_A)
		return true;
	if (a >= ADMINISTRATIVE_ASSISTANT && a < BAND_A &&
		b >= ADMINISTRATIVE_ASSISTANT && b < BAND_A)
		return true;
	*ret = step < 0 ? -step : step;
	return rank_seniority(a) && rank_seniority(b) &&
	       (!step || rank_detective(a) == rank_detective(b));
}
