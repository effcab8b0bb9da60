/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a name, and as every other kind of field. Normal forms must be normal:
 * folding what is folded changes nothing, whoever is compared with themselves agrees, and
 * a row that is on the list is found there.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/date.h"
#include "recipients/fold.h"
#include "recipients/likeness.h"
#include "recipients/linkage.h"
#include "recipients/name.h"
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
		check_that(name_forenames_fit(n->forenames, n->forenames) == NAME_FITS);
		check_that(!name_contradicts(n, n));
		check_that(name_contradicts(n, other) == name_contradicts(other, n));
		check_that(likeness_errors(n->surname, other->surname, 3) ==
			   likeness_errors(other->surname, n->surname, 3));
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

/* The same row on both sides, the text in several fields. */
static void check_linkage(const char *text)
{
	static const char *const fields[] = {"name", "rank", "unit", "date_of_birth",
		"postcode", "salary", "gender", "vetting", "role", "known_as",
		"former_surname"};
	auto_linkage *l = linkage_new();
	struct name readings[NAME_READINGS];
	struct linkage_result r;
	auto_text_buffer words = {0};
	auto_row row = {0};
	struct fault f = {0};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		row_add(&row, fields[i], text);
	check_that(!linkage_add_person(l, 0, row.packed.bytes, row.packed.length, &f));
	check_that(!linkage_add_record(l, 0, row.packed.bytes, row.packed.length, &f));
	row_add(&row, "pay_number", text);
	check_that(!linkage_add_record(l, 1, row.packed.bytes, row.packed.length, &f));
	check_that(!linkage_run(l, NULL, NULL, &f));
	for (uint32_t i = 0; i < 2; i++) {
		linkage_result(l, i, &r);
		check_that((r.outcome != LINKAGE_UNMATCHED) ==
			   (name_read(text, readings) > 0));
		linkage_explain(l, i, 0, &words);
	}
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
