/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a name, and as every other kind of field. Normal forms must be normal:
 * folding what is folded changes nothing, whoever is compared with themselves agrees, and
 * a row that is on the list is found there.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/date.h"
#include "recipients/fold.h"
#include "recipients/likeness.h"
#include "recipients/linkage.h"
#include "recipients/name.h"
#include "recipients/nickname.h"
#include "recipients/number.h"
#include "recipients/place.h"
#include "recipients/postcode.h"
#include "recipients/vetting.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_that(bool holds)
{
	if (!holds)
		abort();
}

static void check_folds(const char *text)
{
	char once[FOLD_ROOM], twice[FOLD_ROOM];
	size_t length = fold_words(text, once, sizeof(once));

	check_that(length == strlen(once));
	if (length + 1 < FOLD_ROOM / 2) /* what is cut is not looked at */
		check_that(fold_words(once, twice, sizeof(twice)) == length &&
			   !strcmp(once, twice));
	length = fold_letters(text, once, sizeof(once));
	check_that(length == strlen(once));
	check_that(!length || (once[0] != ' ' && once[length - 1] != ' '));
}

/* Whoever is compared with themselves is equal; which side comes first matters not. */
static void check_likeness(const char *a, const char *b)
{
	struct likeness_word left, right;
	struct nickname nick_left, nick_right;
	char form[LIKENESS_ROOM];

	likeness_prepare(a, &left);
	likeness_prepare(b, &right);
	check_that(likeness_names(&left, &left) == LIKENESS_EQUAL);
	likeness_sound(a, form);
	check_that(strlen(form) < LIKENESS_ROOM);
	likeness_scanned(a, form);
	check_that(strlen(form) <= strlen(a));
	if (!strchr(a, '?') && !strchr(b, '?')) { /* any letter, in the first one only */
		check_that(likeness_errors(a, b, 3) == likeness_errors(b, a, 3));
		check_that(
			likeness_names(&left, &right) == likeness_names(&right, &left));
	}
	nickname_look(a, &nick_left);
	nickname_look(b, &nick_right);
	check_that(!nickname_pair(&nick_left, &nick_left));
	check_that(nickname_pair(&nick_left, &nick_right) ==
		   nickname_pair(&nick_right, &nick_left));
}

static void check_readings(const char *text)
{
	struct name readings[NAME_READINGS];
	size_t count = name_read(text, readings);
	char key[NAME_ROOM];

	check_that(count <= NAME_READINGS);
	for (size_t i = 0; i < count; i++) {
		const struct name *n = &readings[i], *other = &readings[count - 1 - i];

		check_that(*n->surname && strlen(n->surname) < NAME_ROOM);
		check_that(strlen(n->forenames) < NAME_ROOM);
		name_key(n->surname, key);
		check_that(*key && !strchr(key, '-'));
		check_that(n->order < NAME_ORDERS);
		check_likeness(n->surname, other->surname);
		check_likeness(n->forenames, other->forenames);
	}
}

static void check_parts(const char *text)
{
	char out[NAME_ROOM], place[64];
	struct number number;
	struct postcode postcode;
	struct date date;
	struct rank_set rank = rank_parse(text);
	uint32_t vetting = vetting_parse(text);

	(void)name_surname(text, out);
	check_that(strlen(out) < NAME_ROOM);
	(void)name_forenames(text, out);
	check_that(strlen(out) < NAME_ROOM);
	(void)name_initials(text, out);
	check_that(strlen(out) < NAME_ROOM);
	check_that(!rank.first || (rank_name(rank.first) && rank_equal(rank, rank)));
	check_that(!vetting || vetting_equal(vetting, vetting));
	check_that(!number_parse(text, &number) || number_equal(&number, &number));
	check_that(
		!postcode_parse(text, &postcode) || postcode_equal(&postcode, &postcode));
	if (date_parse(text, &date))
		check_that(date.day > -50000 && date.day < 70000);
	check_that(place_write(text, place, sizeof(place)) == strlen(place));
}

/* Probabilities are such, and an explanation adds up to one. */
static void check_result(struct linkage *l, uint32_t record)
{
	struct linkage_explanation x;
	struct linkage_result r;
	double sum = 0, tellable;

	linkage_result(l, record, &r);
	check_that(r.count <= 1 && r.count == r.fit);
	check_that(r.outcome != LINKAGE_MATCHED || r.count == 1);
	for (size_t i = 0; i < r.count; i++)
		check_that(r.candidates[i].probability > 0 &&
			   r.candidates[i].probability <= 1);
	check_that(linkage_person(l, 0, &tellable) >= tellable && tellable >= 0);
	check_that(linkage_person(l, 0, NULL) <= 1);
	check_that(linkage_explain(l, record, 0, &x));
	for (size_t i = 0; i < x.count; i++)
		sum += x.lines[i].bits;
	check_that(fabs(exp2(sum) / (1 + exp2(sum)) - x.probability) < 1e-6);
}

/* The same row on both sides, the text in several fields. */
static void check_linkage(const char *text)
{
	static const char *const fields[] = {"name", "rank", "unit", "date_of_birth",
		"postcode", "salary", "gender", "vetting", "role", "known_as",
		"former_surname"};
	auto_linkage *l = linkage_new();
	auto_row row = {0};
	struct fault f = {0};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		row_add(&row, fields[i], text);
	check_that(!linkage_add_person(l, 0, row.packed.bytes, row.packed.length, &f));
	check_that(!linkage_add_record(l, 0, row.packed.bytes, row.packed.length, &f));
	row_add(&row, "pay_number", text);
	check_that(!linkage_add_record(l, 1, row.packed.bytes, row.packed.length, &f));
	check_that(!linkage_run(l, NULL, NULL, &f));
	for (uint32_t i = 0; i < 2; i++)
		check_result(l, i);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	auto_text_buffer buffer = {0};
	const char *text;

	text_add(&buffer, bytes, length < 2000 ? length : 2000);
	text = text_string(&buffer);
	check_folds(text);
	check_readings(text);
	check_parts(text);
	check_linkage(text);
	return 0;
}
