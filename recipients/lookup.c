/* SPDX-License-Identifier: MIT */
/*
 * Goes through all rows; a list of 50,000 takes a part of a second. Who a leaked row is,
 * is linkage.c's to say, with evidence: here a human looks at every hit.
 */
#include "recipients/lookup.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recipients/fold.h"
#include "recipients/likeness.h"
#include "recipients/name.h"
#include "recipients/nickname.h"
#include "recipients/number.h"
#include "recipients/text.h"

struct lookup {
	const char *text;
	char joined[FOLD_ROOM]; /* letters and digits alone */
	struct number number;
	bool is_number;
	struct name names[NAME_READINGS];
	size_t names_count;
};

struct lookup *lookup_new(const char *asked)
{
	struct lookup *a = text_alloc(sizeof(*a));

	a->text = asked;
	(void)fold_words(asked, a->joined, sizeof(a->joined));
	(void)fold_join(a->joined, a->joined, sizeof(a->joined));
	a->is_number = number_parse(asked, &a->number);
	if (!a->is_number && !strchr(asked, '@'))
		a->names_count = name_read(asked, a->names);
	return a;
}

void lookup_free(struct lookup *l)
{
	free(l);
}

/* --- numbers and addresses --- */

static bool same_number(const struct lookup *a, const struct roster_row *row)
{
	static const char *const fields[] = {"person_id", "pay_number", "warrant_number",
		"service_number", "collar_number", NULL};
	char joined[FOLD_ROOM];
	struct number n;

	for (const char *const *field = fields; *field; field++) {
		const char *value = roster_value(row, *field);

		if (!value)
			continue;
		(void)fold_words(value, joined, sizeof(joined));
		(void)fold_join(joined, joined, sizeof(joined));
		if (*joined && !strcmp(joined, a->joined))
			return true;
		if (a->is_number && number_parse(value, &n) &&
			number_equal(&n, &a->number))
			return true;
	}
	return false;
}

static bool same_address(const struct lookup *a, const struct roster_row *row)
{
	static const char *const fields[] = {"email", "email_personal", "contact", NULL};

	for (const char *const *field = fields; *field; field++) {
		const char *value = roster_value(row, *field);

		if (value && !strcasecmp(value, a->text))
			return true;
	}
	return false;
}

/* --- names --- */

/* Mike and Michael begin alike, Tom is short for something with a T; Bill and William are
 * in the table. */
static bool words_alike(const char *a, const char *b)
{
	struct nickname x, y;
	size_t n = strlen(a), m = strlen(b), shorter = n < m ? n : m;

	nickname_look(a, &x);
	nickname_look(b, &y);
	return nickname_pair(&x, &y) || likeness_typing(a, b) ||
	       !strncmp(a, b, shorter <= 3 ? 1 : 2);
}

/* Equal, or one is the initial of the other. */
static bool words_fit(const char *a, const char *b)
{
	return !strcmp(a, b) || (*a == *b && (!a[1] || !b[1]));
}

/* All forenames that were said, in their order, among those on the list; nobody says more
 * than the list has. None on either side says nothing against it. */
static enum lookup_fit fit_forenames(const char *asked, const char *listed)
{
	auto_text a = text_copy(asked);
	auto_text b = text_copy(listed);
	const char *said[NAME_WORDS], *have[NAME_WORDS];
	size_t said_count = fold_split(a, said, NAME_WORDS),
	       have_count = fold_split(b, have, NAME_WORDS), at = 0;

	if (!said_count || !have_count)
		return LOOKUP_EXACT;
	for (size_t i = 0; i < said_count; i++, at++) {
		while (at < have_count && !words_fit(said[i], have[at]))
			at++;
		if (at == have_count)
			return words_alike(said[0], have[0]) ? LOOKUP_LIKE : LOOKUP_NOT;
	}
	return LOOKUP_EXACT;
}

static enum lookup_fit compare_names(const struct name *asked, const struct name *listed)
{
	enum lookup_fit forenames = fit_forenames(asked->forenames, listed->forenames);
	struct likeness_word a, b;

	if (!*asked->surname || !*listed->surname || forenames == LOOKUP_NOT)
		return LOOKUP_NOT;
	likeness_prepare(asked->surname, &a);
	likeness_prepare(listed->surname, &b);
	switch (likeness_names(&a, &b)) {
	case LIKENESS_EQUAL:
		return forenames;
	case LIKENESS_NEAR:
	case LIKENESS_CLOSE:
	case LIKENESS_PART:
		return LOOKUP_LIKE;
	case LIKENESS_NONE:
		return LOOKUP_NOT;
	}
	return LOOKUP_NOT;
}

static enum lookup_fit fit_name(const struct lookup *a, const struct name *listed)
{
	enum lookup_fit best = LOOKUP_NOT;

	for (size_t i = 0; i < a->names_count; i++) {
		enum lookup_fit fit = compare_names(&a->names[i], listed);

		if (fit < best)
			best = fit;
	}
	return best;
}

/* One of the ways of calling them; the first is always there, perhaps without any. */
static bool read_forenames(const struct roster_row *row, size_t way, char out[NAME_ROOM])
{
	const char *first = roster_value(row, "forenames"),
		   *middle = roster_value(row, "middle_names"),
		   *known_as = roster_value(row, "known_as"),
		   *initials = roster_value(row, "initials");
	auto_text all = text_format("%s %s", first ? first : "", middle ? middle : "");

	*out = '\0';
	switch (way) {
	case 0:
		(void)name_forenames(all, out);
		return true;
	case 1:
		return known_as && name_forenames(known_as, out);
	default:
		return initials && name_initials(initials, out);
	}
}

/* Each surname that they have or had with each way of calling them. */
static enum lookup_fit fit_parts(const struct lookup *a, const struct roster_row *row)
{
	static const char *const surnames[] = {"surname", "former_surname"};
	enum lookup_fit best = LOOKUP_NOT;

	for (size_t s = 0; s < sizeof(surnames) / sizeof(surnames[0]); s++) {
		const char *surname = roster_value(row, surnames[s]);
		struct name listed = {0};

		if (!surname || !name_surname(surname, listed.surname))
			continue;
		for (size_t way = 0; way < 3; way++) {
			enum lookup_fit fit = read_forenames(row, way, listed.forenames)
						      ? fit_name(a, &listed)
						      : LOOKUP_NOT;

			if (fit < best)
				best = fit;
		}
	}
	return best;
}

static enum lookup_fit fit_whole(const struct lookup *a, const struct roster_row *row)
{
	const char *whole = roster_value(row, "name");
	struct name readings[NAME_READINGS];
	enum lookup_fit best = LOOKUP_NOT;
	size_t count = whole ? name_read(whole, readings) : 0;

	for (size_t i = 0; i < count; i++) {
		enum lookup_fit fit = fit_name(a, &readings[i]);

		if (fit < best)
			best = fit;
	}
	return best;
}

enum lookup_fit lookup_row(const struct lookup *a, const struct roster_row *row)
{
	enum lookup_fit parts, whole;

	if (same_number(a, row) || same_address(a, row))
		return LOOKUP_EXACT;
	if (!a->names_count)
		return LOOKUP_NOT;
	parts = fit_parts(a, row);
	whole = fit_whole(a, row);
	return parts < whole ? parts : whole;
}

/* --- all rows --- */

static int compare_hits(const void *a, const void *b)
{
	const struct lookup_hit *x = a, *y = b;

	if (x->fit != y->fit)
		return x->fit < y->fit ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

void lookup_find(const struct roster *r, const char *asked, struct lookup_hit **ret,
	size_t *ret_count)
{
	size_t owners = r->people_count ? r->people_count : r->count;
	unsigned char *fits = text_alloc(owners ? owners : 1);
	struct lookup *l = lookup_new(asked);

	memset(fits, LOOKUP_NOT, owners);
	*ret = text_alloc((owners ? owners : 1) * sizeof(**ret));
	*ret_count = 0;
	for (size_t i = 0; i < r->count; i++) {
		size_t owner = r->people_count ? r->rows[i].person : i;
		enum lookup_fit fit = lookup_row(l, &r->rows[i]);

		if (fit < fits[owner])
			fits[owner] = (unsigned char)fit;
	}
	for (size_t i = 0; i < owners; i++)
		if (fits[i] != LOOKUP_NOT)
			(*ret)[(*ret_count)++] =
				(struct lookup_hit){i, (enum lookup_fit)fits[i]};
	if (*ret_count)
		qsort(*ret, *ret_count, sizeof(**ret), compare_hits);
	free(fits);
	lookup_free(l);
}
