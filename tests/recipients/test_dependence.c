/* SPDX-License-Identifier: MIT */
/*
 * dependence: fields that go together on a list, and what is taken for it; nothing where
 * they do not.
 */
#include "tests/recipients/rows.h"

#include <math.h>

#include "recipients/dependence.h"

enum {
	SURNAME,
	FORENAME,
	FIRST_COMPARISON
};

struct list {
	struct evidence e;
	struct comparisons c;
	struct dependence d;
};

static void list_open(struct list *l, const char *record)
{
	evidence_row_add(&l->e, EVIDENCE_RECORDS, record);
	comparisons_init(&l->c, &l->e);
	comparisons_alike(&l->c);
	dependence_init(&l->d, &l->c, NULL);
}

static void list_close(struct list *l)
{
	dependence_done(&l->d);
	comparisons_done(&l->c);
	evidence_done(&l->e);
}

static uint32_t field(const struct list *l, const char *name)
{
	for (uint32_t i = 0; i < l->c.count; i++)
		if (!strcmp(l->e.columns[l->c.list[i].column].name, name))
			return FIRST_COMPARISON + i;
	return UINT32_MAX;
}

static bool is_paired(const struct list *l, uint32_t a, uint32_t b)
{
	for (uint32_t i = 0; i < l->d.count; i++)
		if ((l->d.pairs[i].a == a && l->d.pairs[i].b == b) ||
			(l->d.pairs[i].a == b && l->d.pairs[i].b == a))
			return true;
	return false;
}

/* What an entry has, as scoring.c says it. */
static uint32_t value_of(const struct list *l, uint32_t entry, uint32_t field)
{
	const struct evidence_row *row = &l->e.lists[EVIDENCE_PEOPLE].rows[entry];

	if (field == SURNAME)
		return l->e.names[row->names].surname;
	if (field == FORENAME)
		return l->e.names[row->names].forenames[0];
	return l->c.matrix[(size_t)entry * l->c.columns +
			   l->c.list[field - FIRST_COMPARISON].listed[0]];
}

/* For a record that agrees with an entry in two fields, of which it is said how common
 * they are. */
static double take(const struct list *l, uint32_t entry, uint32_t a, double u_a,
	uint32_t b, double u_b)
{
	uint32_t values[DEPENDENCE_FIELDS] = {0};
	double log_u[DEPENDENCE_FIELDS] = {0};

	values[a] = value_of(l, entry, a);
	values[b] = value_of(l, entry, b);
	log_u[a] = log(u_a);
	log_u[b] = log(u_b);
	return dependence_take(&l->d, values, log_u, NULL);
}

/* Fifty households of four: a surname and a postcode each. */
static void households(void **state)
{
	struct list l = {0};
	char row[128], surname[32];
	uint32_t postcode;

	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		(void)snprintf(row, sizeof(row),
			"surname=%s|forenames=%s|postcode=AB%u %uXY",
			row_surname(i / 4, surname), row_forename(i * 7), i / 4 % 9 + 1,
			i / 36);
		evidence_row_add(&l.e, EVIDENCE_PEOPLE, row);
	}
	/* One who shares their postcode with nobody, and one who moved to another family.
	 */
	evidence_row_add(
		&l.e, EVIDENCE_PEOPLE, "surname=Xylo|forenames=Una|postcode=ZZ9 9ZZ");
	evidence_row_add(
		&l.e, EVIDENCE_PEOPLE, "surname=Barby|forenames=Una|postcode=AB2 0XY");
	list_open(&l, "surname=Barby|forenames=Adam|postcode=AB1 0XY");
	postcode = field(&l, "postcode");
	assert_true(is_paired(&l, SURNAME, postcode));
	assert_false(is_paired(&l, SURNAME, FORENAME));
	/* Of 202 the other three agree in both: that, and not a fiftieth of a fiftieth.
	 */
	assert_true(fabs(take(&l, 0, SURNAME, 4 / 202., postcode, 4 / 202.) -
			    (2 * log(4 / 202.) - log(3 / 202.))) < 1e-9);
	assert_true(take(&l, 200, SURNAME, 1 / 202., postcode, 1 / 202.) == 0);
	assert_true(take(&l, 201, SURNAME, 5 / 202., postcode, 4 / 202.) == 0);
	/* Agreeing in one of them only is no double count. */
	assert_true(take(&l, 0, SURNAME, 4 / 202., FORENAME, .1) == 0);
	list_close(&l);
}

static void independent(void **state)
{
	struct list l = {0};
	char row[128], surname[32];

	(void)state;
	for (uint32_t i = 0; i < 600; i++) {
		(void)snprintf(row, sizeof(row),
			"surname=%s|forenames=%s|rank=%s|gender=%s",
			row_surname(i % 24, surname), row_forename(i / 24 % 5),
			i / 120 % 2 ? "PC" : "DC", i / 240 ? "F" : "M");
		evidence_row_add(&l.e, EVIDENCE_PEOPLE, row);
	}
	list_open(&l, "surname=Barby|forenames=Adam|rank=PC|gender=F");
	assert_false(is_paired(&l, SURNAME, FORENAME));
	assert_false(is_paired(&l, SURNAME, field(&l, "rank")));
	assert_false(is_paired(&l, FORENAME, field(&l, "gender")));
	list_close(&l);
}

/* Unit, place and grade all say the same: two pairs of them, no third that closes the
 * circle. */
static void tree(void **state)
{
	static const char *const units[] = {"Ports", "Roads", "Kennels", "Custody",
		"Finance"},
				 *const places[] = {"Larne", "Acton", "Lewes", "Brixton",
					 "Ealing"},
				 *const roles[] = {"Warden", "Driver", "Handler",
					 "Gaoler", "Clerk"};
	struct list l = {0};
	char row[160], surname[32];
	uint32_t paired = 0, three[3];
	double sum;
	uint32_t values[DEPENDENCE_FIELDS] = {0};
	double log_u[DEPENDENCE_FIELDS] = {0};

	(void)state;
	for (uint32_t i = 0; i < 500; i++) {
		(void)snprintf(row, sizeof(row), "surname=%s|unit=%s|location=%s|role=%s",
			row_surname(i / 5 % 100, surname), units[i % 5], places[i % 5],
			roles[i % 5]);
		evidence_row_add(&l.e, EVIDENCE_PEOPLE, row);
	}
	list_open(&l, "unit=Ports|location=Larne|role=Warden");
	three[0] = field(&l, "unit");
	three[1] = field(&l, "location");
	three[2] = field(&l, "role");
	for (int i = 0; i < 3; i++) {
		paired += is_paired(&l, three[i], three[(i + 1) % 3]);
		values[three[i]] = value_of(&l, 0, three[i]);
		log_u[three[i]] = log(.2);
	}
	assert_int_equal(paired, 2);
	/* All three together weigh as one of them: a fifth of the list. */
	sum = dependence_take(&l.d, values, log_u, NULL);
	assert_true(fabs(-3 * log(.2) + sum - -log(.2)) < .05);
	list_close(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(households),
		cmocka_unit_test(independent),
		cmocka_unit_test(tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
