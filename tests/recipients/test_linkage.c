/* SPDX-License-Identifier: MIT */
/*
 * linkage: a force, and for each leaked row who it must be found to be, and why; and what
 * must hold whatever the weights are. Rows are written "field=value|field=value". The
 * hard cases are those that real files hold.
 */
#include "tests/recipients/rows.h"

#include <math.h>

#include "recipients/linkage.h"

#define NOBODY UINT32_MAX

static void person_add(struct linkage *l, uint32_t person, const char *text)
{
	auto_row r = {0};
	struct fault f = {0};

	row_read(&r, text);
	assert_int_equal(
		linkage_add_person(l, person, r.packed.bytes, r.packed.length, &f), 0);
}

static void record_add(struct linkage *l, uint32_t record, const char *text)
{
	auto_row r = {0};
	struct fault f = {0};

	row_read(&r, text);
	assert_int_equal(
		linkage_add_record(l, record, r.packed.bytes, r.packed.length, &f), 0);
}

static void run_once(struct linkage *l, enum linkage_once once)
{
	const struct linkage_settings settings = {.once = once};
	struct fault f = {0};

	assert_int_equal(linkage_run(l, &settings, NULL, &f), 0);
}

static void run(struct linkage *l)
{
	struct fault f = {0};

	assert_int_equal(linkage_run(l, NULL, NULL, &f), 0);
}

enum {
	JOHN,
	JANE,
	ALIKE_1,
	ALIKE_2,
	FATHER,
	SON,
	ONEILL,
	MCDONALD,
	HYPHEN,
	MARRIED,
	KNOWN,
	TWO_POSTS,
	BANDA,
	INITIALS,
	SPECIAL,
	LUCA,
	SHARED_1,
	SHARED_2,
	FORCE
};

static const struct {
	uint32_t person;
	const char *row;
} force[] = {
	{JOHN, "pay_number=P100001|surname=Smith|forenames=John|middle_names=Andrew|rank=Police Constable|"
	       "vetting=MV|unit=Central South BCU|location=Brixton|email=john.smith@force.example|"
	       "date_of_birth=1975-04-05|postcode=SW1A 1AA"},
	{JANE, "pay_number=P100002|surname=Smith|forenames=Jane|rank=Sergeant|vetting=RV|unit=Custody|"
	       "location=Brixton|email=jane.smith@force.example"},
	{ALIKE_1,
		"pay_number=P100003|surname=Jones|forenames=Jack|rank=PC|vetting=RV|unit=Response|"
		"location=Bow"},
	{ALIKE_2,
		"pay_number=P100004|surname=Jones|forenames=James|rank=PC|vetting=RV|unit=Response|"
		"location=Bow"},
	{FATHER,
		"pay_number=P100005|surname=Patel|forenames=Ravi|rank=Inspector|unit=Response|"
		"location=Ealing|date_of_birth=1961-02-03|postcode=HA1 2AB"},
	{SON, "pay_number=P100006|surname=Patel|forenames=Ravi|rank=PC|unit=Response|location=Ealing|"
	      "date_of_birth=1992-05-06|postcode=HA1 2AB"},
	{ONEILL,
		"pay_number=P100007|surname=O'Neill|forenames=Se\xc3\xa1n|rank=DC|vetting=SC|unit=CID|"
		"location=Newry"},
	{MCDONALD,
		"pay_number=P100008|surname=MacDonald|forenames=Fiona|rank=DS|vetting=DV|unit=CID|"
		"location=Bow"},
	{HYPHEN,
		"pay_number=P100009|surname=Gurung-Ahmed|forenames=Aisha|rank=PC|vetting=RV|"
		"unit=Response|location=Acton"},
	{MARRIED,
		"pay_number=P100010|surname=Baker|former_surname=Cooper|forenames=Susan|rank=PC|"
		"vetting=CTC|unit=Ports|location=Larne"},
	{KNOWN, "pay_number=P100011|surname=Best|forenames=William|middle_names=Robert|known_as=Bobby|"
		"rank=PC|vetting=MV|unit=Roads|location=Lurgan"},
	{TWO_POSTS,
		"pay_number=P100012|surname=Owusu|forenames=Ama|rank=Band C|unit=Custody|location=Bow"},
	{TWO_POSTS,
		"pay_number=P100012|surname=Owusu|forenames=Ama|rank=Special Constable|unit=Response|"
		"location=Acton"},
	{BANDA, "pay_number=P100013|surname=Banda|forenames=Grace|rank=Band A|unit=Finance|location=Bow"},
	{INITIALS,
		"pay_number=P100014|surname=Quill|forenames=Edward|middle_names=Alan|rank=PC|"
		"vetting=RV|unit=Dogs|location=Lewes"},
	{SPECIAL,
		"warrant_number=700001|surname=Constable|forenames=Rex|rank=SC|unit=Response|"
		"location=Acton"},
	{LUCA, "pay_number=P100016|surname=De Luca|forenames=Maria|rank=PC|vetting=MV|unit=Dogs|"
	       "location=Bow"},
	{SHARED_1,
		"pay_number=P100020|surname=Adler|forenames=Ruth|rank=PC|unit=Ports|location=Larne"},
	{SHARED_2,
		"pay_number=P100020|surname=Finch|forenames=Paul|rank=PC|unit=Ports|location=Larne"},
};

/* Others on the list, of names that are not alike. */
static void filler_write(uint32_t i, char out[256], bool damaged)
{
	static const char *const ranks[] = {"PC", "PC", "PC", "PC", "PC", "DC", "DC",
		"Sergeant", "Inspector", "PCSO", "Band C", "Band D", "SC"};
	static const char *const units[] = {
		"Response", "Custody", "CID", "Ports", "Roads", "Dogs", "Finance"};
	static const char *const places[] = {
		"Bow", "Acton", "Ealing", "Brixton", "Larne", "Lewes", "Lurgan", "Newry"};
	char surname[32];

	(void)snprintf(out, 256,
		"surname=%s%s|forenames=%s|rank=%s|vetting=%s|unit=%s|location=%s|"
		"date_of_birth=%u-%02u-%02u",
		row_surname(i, surname), damaged ? "e" : "", row_forename(i * 5),
		ranks[i * 7 % 13], i % 3 ? "RV" : "MV", units[i * 3 % 7],
		places[i * 11 % 8], 1960 + i * 7 % 40, 1 + i * 5 % 12, 1 + i * 11 % 28);
}

static void filler_add(struct linkage *l, uint32_t from, uint32_t count)
{
	char row[256], whole[300];

	for (uint32_t i = 0; i < count; i++) {
		filler_write(i, row, false);
		(void)snprintf(
			whole, sizeof(whole), "pay_number=P%u|%s", 200000 + i * 37, row);
		person_add(l, from + i, whole);
	}
}

#define FILLERS 600

/* Enough rows of them to learn from. */
static void filler_leak(struct linkage *l)
{
	char row[256];

	for (uint32_t i = 0; i < 300; i++) {
		filler_write(2 * i, row, false);
		record_add(l, 1000 + i, row);
	}
}

static const struct {
	const char *row;
	enum linkage_outcome outcome;
	enum linkage_reason reason;
	uint32_t person; /* the first candidate */
	uint32_t other;  /* who is listed too */
} rows[] = {
	/* The number is on the list. */
	{"pay_number=100001|name=John Smith|rank=PC|vetting=MV", LINKAGE_MATCHED,
		LINKAGE_NUMBER_AND_NAME, JOHN, NOBODY},
	{"pay_number=p 0100001|name=SMITH, J A", LINKAGE_MATCHED, LINKAGE_NUMBER_AND_NAME,
		JOHN, NOBODY},
	{"pay_number=100001.0|name=Smyth John", LINKAGE_MATCHED, LINKAGE_NUMBER_AND_NAME,
		JOHN, NOBODY},
	{"pay_number=100010|name=Susan Cooper", LINKAGE_MATCHED, LINKAGE_NUMBER_AND_NAME,
		MARRIED, NOBODY},
	{"pay_number=100011|name=Bobby Best", LINKAGE_MATCHED, LINKAGE_NUMBER_AND_NAME,
		KNOWN, NOBODY},
	{"pay_number=100009|name=Aisha Ahmed", LINKAGE_MATCHED, LINKAGE_NUMBER_AND_NAME,
		HYPHEN, NOBODY},
	{"pay_number=100008|name=Mcdonald Fiona", LINKAGE_MATCHED,
		LINKAGE_NUMBER_AND_NAME, MCDONALD, NOBODY},
	{"service_number=100007|surname=ONEILL|initials=S", LINKAGE_MATCHED,
		LINKAGE_NUMBER_AND_NAME, ONEILL, NOBODY},
	{"pay_number=100001", LINKAGE_MATCHED, LINKAGE_NUMBER_ONLY, JOHN, NOBODY},
	{"email=JOHN.SMITH@force.example|surname=Smith", LINKAGE_MATCHED,
		LINKAGE_NUMBER_AND_NAME, JOHN, NOBODY},
	/* Somebody else's number: the holder, and whom the name fits. */
	{"pay_number=100001|name=Maria De Luca", LINKAGE_POSSIBLE, LINKAGE_CONFLICT, LUCA,
		JOHN},
	{"pay_number=100001|name=Edward Quill|rank=PC|unit=Dogs", LINKAGE_POSSIBLE,
		LINKAGE_CONFLICT, INITIALS, JOHN},
	{"pay_number=100001|name=Zebedee Xylo", LINKAGE_POSSIBLE, LINKAGE_CONFLICT, JOHN,
		NOBODY},
	{"pay_number=100001|name=James Smith|rank=PC|vetting=MV", LINKAGE_POSSIBLE,
		LINKAGE_CONFLICT, JOHN, NOBODY},
	{"pay_number=100001|surname=Smith|forenames=Julian|unit=Central South BCU",
		LINKAGE_POSSIBLE, LINKAGE_CONFLICT, JOHN, NOBODY},
	{"pay_number=100001|email=jane.smith@force.example", LINKAGE_POSSIBLE,
		LINKAGE_CONFLICT, JOHN, JANE},
	{"pay_number=100001|email=jane.smith@force.example|name=Jane Smith",
		LINKAGE_POSSIBLE, LINKAGE_CONFLICT, JANE, JOHN},
	/* A number that two people have. */
	{"pay_number=100020|name=Paul Finch", LINKAGE_MATCHED, LINKAGE_NUMBER_AND_NAME,
		SHARED_2, SHARED_1},
	{"pay_number=100020|rank=PC", LINKAGE_AMBIGUOUS, LINKAGE_SHARED_NUMBER, SHARED_1,
		SHARED_2},
	/* A number that nobody has. */
	{"pay_number=100091|name=John Smith|rank=PC|vetting=MV", LINKAGE_MATCHED,
		LINKAGE_MOST_FIELDS, JOHN, NOBODY},
	{"pay_number=555555", LINKAGE_UNMATCHED, LINKAGE_NOBODY, NOBODY, NOBODY},
	{"pay_number=n/a|name=John Smith|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS,
		JOHN, NOBODY},
	/* All fields, or nearly. */
	{"name=SMITH, John|rank=Con|vetting=Management Vetting", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, JOHN, NOBODY},
	{"name=PC John Smith|unit=Central South", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS,
		JOHN, NOBODY},
	{"surname=John|forenames=Smith|rank=PC|unit=Central South", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, JOHN, NOBODY},
	{"surname=SMITH|initials=JA|rank=PC|location=brixton police station",
		LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, JOHN, NOBODY},
	{"surname=Smith|forenames=John|date_of_birth=5/4/75|postcode=sw1a1aa",
		LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, JOHN, NOBODY},
	{"surname=Smith|forenames=John|date_of_birth=04/05/1975", LINKAGE_MATCHED,
		LINKAGE_MOST_FIELDS, JOHN, NOBODY},
	{"surname=Smith|forenames=John|date_of_birth=27489|postcode=SW1A",
		LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, JOHN, NOBODY},
	{"surname=JONES|initials=J|rank=PC|unit=Response|location=Bow", LINKAGE_AMBIGUOUS,
		LINKAGE_SEVERAL, ALIKE_1, ALIKE_2},
	{"name=PC Jones|location=Bow", LINKAGE_AMBIGUOUS, LINKAGE_SEVERAL, ALIKE_1,
		ALIKE_2},
	{"surname=JONES|forenames=James|rank=PC|unit=Response", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, ALIKE_2, NOBODY},
	{"name=Ravi Patel|postcode=HA1 2AB", LINKAGE_AMBIGUOUS, LINKAGE_SEVERAL, FATHER,
		SON},
	{"name=Ravi Patel|date_of_birth=1992-05-06", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS,
		SON, NOBODY},
	{"surname=\xc3\x93 N\xc3\x89ILL|initials=S|rank=D/C", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, ONEILL, NOBODY},
	{"surname=ONEILL|initials=S|rank=Detective Constable", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, ONEILL, NOBODY},
	{"name=Se\xc3\x83\xc2\xa1n O\xc3\xa2\xe2\x82\xac\xe2\x84\xa2Neill|rank=DC",
		LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, ONEILL, NOBODY},
	{"name=Shaun O'Neil|rank=DC", LINKAGE_MATCHED, LINKAGE_MOST_FIELDS, ONEILL,
		NOBODY},
	{"name=Fiona Mc Donald|rank=Det Sgt", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS,
		MCDONALD, NOBODY},
	{"name=GURUNG AHMED, Aisha|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, HYPHEN,
		NOBODY},
	{"surname=Cooper|initials=S|rank=PC|location=Larne", LINKAGE_MATCHED,
		LINKAGE_MOST_FIELDS, MARRIED, NOBODY},
	{"surname=Best|initials=B|rank=PC", LINKAGE_MATCHED, LINKAGE_MOST_FIELDS, KNOWN,
		NOBODY},
	{"surname=Best|forenames=Bill|rank=PC", LINKAGE_MATCHED, LINKAGE_MOST_FIELDS,
		KNOWN, NOBODY},
	{"surname=Best|initials=WR|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, KNOWN,
		NOBODY},
	{"surname=Owusu|initials=A|rank=Band C|unit=Custody", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, TWO_POSTS, NOBODY},
	{"surname=Owusu|initials=A|rank=SC|unit=Response", LINKAGE_MATCHED,
		LINKAGE_ALL_FIELDS, TWO_POSTS, NOBODY},
	{"name=Banda Grace|rank=A", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, BANDA, NOBODY},
	{"name=Band A Grace Banda", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, BANDA, NOBODY},
	{"name=Quill EA|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, INITIALS, NOBODY},
	{"name=E Quill|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, INITIALS, NOBODY},
	{"name=Edward Quill", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, INITIALS, NOBODY},
	{"name=Maria De Luca|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, LUCA, NOBODY},
	{"name=De Luca Maria|rank=PC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, LUCA, NOBODY},
	{"name=Rex Constable|rank=SC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, SPECIAL,
		NOBODY},
	{"name=Constable, Rex|rank=SC", LINKAGE_MATCHED, LINKAGE_ALL_FIELDS, SPECIAL,
		NOBODY},
	/* Too little, or nothing. */
	{"surname=Quill", LINKAGE_POSSIBLE, LINKAGE_TOO_LITTLE, INITIALS, NOBODY},
	{"rank=PC", LINKAGE_UNMATCHED, LINKAGE_NOBODY, NOBODY, NOBODY},
	{"name=Zebedee Xylo|rank=PC|unit=Dogs", LINKAGE_UNMATCHED, LINKAGE_NOBODY, NOBODY,
		NOBODY},
	{"row_id=17|flags=John Smith", LINKAGE_UNMATCHED, LINKAGE_NOTHING, NOBODY,
		NOBODY},
	{"", LINKAGE_UNMATCHED, LINKAGE_NOTHING, NOBODY, NOBODY},
};

/* In turn from `turn` on. */
static void people_add(struct linkage *l, size_t turn)
{
	if (!turn)
		filler_add(l, FORCE, FILLERS);
	for (size_t i = 0; i < LENGTH(force); i++) {
		size_t at = (i + turn) % LENGTH(force);

		person_add(l, force[at].person, force[at].row);
	}
	if (turn)
		filler_add(l, FORCE, FILLERS);
}

/* Rows are tried side by side: none takes a person from another. */
static struct linkage *force_linked(bool people_first, size_t turn)
{
	struct linkage *l = linkage_new();

	if (people_first)
		people_add(l, turn);
	for (size_t i = 0; i < LENGTH(rows); i++)
		record_add(l, (uint32_t)i, rows[i].row);
	if (!people_first)
		people_add(l, turn);
	run_once(l, LINKAGE_OFTEN);
	return l;
}

static bool is_listed(const struct linkage_result *r, uint32_t person)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->candidates[i].person == person)
			return true;
	return false;
}

static void check_row(const struct linkage *l, uint32_t row)
{
	struct linkage_result r;
	double sum = 0;

	linkage_result(l, row, &r);
	if (r.outcome != rows[row].outcome || r.reason != rows[row].reason ||
		(rows[row].person != NOBODY &&
			(!r.count || r.candidates[0].person != rows[row].person)) ||
		(rows[row].other != NOBODY && !is_listed(&r, rows[row].other)))
		fail_msg("%s: %s, %s, %zu fit, person %u", rows[row].row,
			linkage_outcome_name(r.outcome), linkage_reason_text(r.reason),
			r.fit, r.count ? r.candidates[0].person : NOBODY);
	assert_true(r.count <= r.fit && r.count <= LINKAGE_CANDIDATES);
	for (size_t k = 0; k < r.count; k++) {
		/* Less is shown of whoever holds the number. */
		assert_true(r.candidates[k].probability >= LINKAGE_LEAST ||
			    strstr(rows[row].row, "number"));
		assert_true(!k || r.candidates[k].probability <=
					  r.candidates[k - 1].probability);
		sum += r.candidates[k].probability;
	}
	assert_true(sum <= 1 + 1e-9);
	if (r.outcome == LINKAGE_MATCHED)
		assert_true(r.candidates[0].probability >= LINKAGE_THRESHOLD);
	if (r.outcome == LINKAGE_AMBIGUOUS)
		assert_true(
			r.count > 1 && r.candidates[0].probability < LINKAGE_THRESHOLD);
}

static void hard_cases(void **state)
{
	auto_linkage *people_first = force_linked(true, 0),
		     *records_first = force_linked(false, 0);

	(void)state;
	for (uint32_t i = 0; i < LENGTH(rows); i++) {
		check_row(people_first, i);
		check_row(records_first, i);
	}
}

static double probability_of(const struct linkage *l, uint32_t record, uint32_t person)
{
	struct linkage_result r;

	linkage_result(l, record, &r);
	for (size_t i = 0; i < r.count; i++)
		if (r.candidates[i].person == person)
			return r.candidates[i].probability;
	return 0;
}

/* The same, whichever side and whoever comes first; the same bytes when nothing changes.
 */
static void order_is_nothing(void **state)
{
	auto_linkage *l = force_linked(true, 0), *again = force_linked(true, 0),
		     *turned = force_linked(false, 7);

	(void)state;
	for (uint32_t i = 0; i < LENGTH(rows); i++) {
		struct linkage_result a, b;

		linkage_result(l, i, &a);
		linkage_result(again, i, &b);
		assert_int_equal(a.count, b.count);
		for (size_t k = 0; k < a.count; k++) {
			assert_int_equal(a.candidates[k].person, b.candidates[k].person);
			assert_memory_equal(&a.candidates[k].probability,
				&b.candidates[k].probability, sizeof(double));
			assert_true(fabs(a.candidates[k].probability -
					    probability_of(turned, i,
						    a.candidates[k].person)) < 1e-6);
		}
	}
	for (uint32_t p = 0; p < FORCE + FILLERS; p++) {
		double tellable, other;

		assert_true(fabs(linkage_person(l, p, &tellable) -
				    linkage_person(turned, p, &other)) < 1e-6);
		assert_true(fabs(tellable - other) < 1e-6);
	}
}

/* What is explained adds up to the log odds of what is shown, for whoever is asked about.
 */
static void explanations_add_up(void **state)
{
	auto_linkage *l = force_linked(true, 0);

	(void)state;
	for (uint32_t i = 0; i < LENGTH(rows); i++)
		for (uint32_t person = 0; person < FORCE; person++) {
			struct linkage_explanation x;
			double bits = 0, shown = probability_of(l, i, person);

			assert_true(linkage_explain(l, i, person, &x));
			assert_in_range(x.count, 2, LINKAGE_LINES);
			for (size_t k = 0; k < x.count; k++) {
				assert_true(*x.lines[k].what && *x.lines[k].how);
				bits += x.lines[k].bits;
			}
			assert_true(fabs(exp2(bits) / (1 + exp2(bits)) - x.probability) <
				    1e-9);
			if (shown > 0)
				assert_true(fabs(x.probability - shown) < 1e-12);
		}
}

static void sides_in_turn(void **state)
{
	auto_linkage *l = linkage_new();
	auto_row r = {0};
	struct fault f = {0};

	(void)state;
	record_add(l, 0, "surname=Hart|service_number=1234");
	person_add(l, 0, "surname=Hart|forenames=Ann|warrant_number=1234");
	row_read(&r, "surname=Hart");
	assert_int_equal(
		linkage_add_record(l, 1, r.packed.bytes, r.packed.length, &f), -1);
	assert_int_equal(f.kind, FAULT_INTERNAL);
}

/* A leaked row that two fit: both are listed, and the leak holds one of them. */
static void two_of_a_name(void **state)
{
	auto_linkage *l = linkage_new();
	struct linkage_result r;
	double tellable;

	(void)state;
	assert_true(linkage_person(l, 0, NULL) == 0); /* before anything */
	filler_add(l, 10, FILLERS);
	person_add(l, 0, "surname=Smith|forenames=John|rank=PC");
	person_add(l, 1, "surname=Smith|forenames=James|rank=PC");
	person_add(l, 2, "surname=Reed|forenames=Tim|rank=PC");
	record_add(l, 5, "surname=Smith|initials=J|rank=PC");
	run(l);
	linkage_result(l, 5, &r);
	assert_int_equal(r.outcome, LINKAGE_AMBIGUOUS);
	assert_int_equal(r.count, 2);
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(r.candidates[i].person, i);
		assert_float_equal(r.candidates[i].probability, .5, .01);
		assert_float_equal(linkage_person(l, i, &tellable), .5, .01);
		assert_float_equal(tellable, .5, .01);
	}
	assert_true(linkage_person(l, 2, NULL) < LINKAGE_LEAST);
	assert_true(linkage_person(l, 4000, NULL) == 0);
	linkage_result(l, 3, &r); /* never added */
	assert_int_equal(r.outcome, LINKAGE_UNMATCHED);
	assert_int_equal(r.reason, LINKAGE_NOTHING);
	linkage_result(l, 4000, &r);
	assert_int_equal(r.count, 0);
}

/* As many rows as people, and nobody else: no row is identifiable, everyone is in it. */
static void closed_groups(void **state)
{
	static const uint32_t sizes[] = {2, 3, 8, 9, 32};

	for (size_t k = 0; k < LENGTH(sizes); k++) {
		uint32_t size = sizes[k];
		auto_linkage *l = linkage_new();
		struct linkage_result r;

		(void)state;
		filler_add(l, 50, FILLERS);
		for (uint32_t i = 0; i < size; i++)
			person_add(l, i, "surname=Smith|forenames=John|rank=PC");
		for (uint32_t i = 0; i < size; i++)
			record_add(l, i, "surname=Smith|initials=J|rank=PC");
		filler_leak(l);
		run(l);
		for (uint32_t i = 0; i < size; i++) {
			linkage_result(l, i, &r);
			assert_int_equal(r.outcome, LINKAGE_AMBIGUOUS);
			assert_int_equal(r.reason, LINKAGE_SEVERAL);
			assert_int_equal(r.count, size);
			for (uint32_t c = 0; c < size; c++)
				assert_true(fabs(r.candidates[c].probability -
						    1.0 / size) < .01);
			assert_true(linkage_person(l, i, NULL) > .99);
		}
	}
}

/* Two rows fit one person, and one of them fits better: the other is somebody else, of
 * whom the list knows nothing. */
static void taken(void **state)
{
	auto_linkage *l = linkage_new();
	struct linkage_result r;

	(void)state;
	filler_add(l, 10, FILLERS);
	person_add(l, 0,
		"surname=Osgood|forenames=Miriam|rank=PC|unit=Dogs|date_of_birth=1971-02-03");
	record_add(l, 0,
		"surname=Osgood|forenames=Miriam|rank=PC|unit=Dogs|date_of_birth=1971-02-03");
	record_add(l, 1, "surname=Osgood|forenames=Miriam|rank=PC");
	record_add(l, 2, "surname=Zylberberg|forenames=Quentin|rank=PC");
	filler_leak(l);
	run_once(l, LINKAGE_ONCE);
	linkage_result(l, 0, &r);
	assert_int_equal(r.outcome, LINKAGE_MATCHED);
	linkage_result(l, 1, &r);
	assert_int_equal(r.outcome, LINKAGE_UNMATCHED);
	assert_int_equal(r.reason, LINKAGE_TAKEN);
	linkage_result(l, 2, &r);
	assert_int_equal(r.outcome, LINKAGE_UNMATCHED);
	assert_int_equal(r.reason, LINKAGE_NOBODY);
}

/* One more person than rows, and nobody is certain. */
static void open_groups(void **state)
{
	auto_linkage *l = linkage_new();

	(void)state;
	filler_add(l, 10, FILLERS);
	for (uint32_t i = 0; i < 3; i++)
		person_add(l, i, "surname=Smith|forenames=John|rank=PC");
	record_add(l, 0, "surname=Smith|initials=J|rank=PC");
	record_add(l, 1, "surname=Smith|initials=J|rank=PC");
	filler_leak(l);
	run(l);
	for (uint32_t i = 0; i < 3; i++)
		assert_float_equal(linkage_person(l, i, NULL), 2.0 / 3, .01);
}

/* A human says who one row is: the other row is the other person. Or nobody at all. */
static void settled(void **state)
{
	for (int nobody = 0; nobody < 2; nobody++) {
		auto_linkage *l = linkage_new();
		struct linkage_result r;

		(void)state;
		filler_add(l, 10, FILLERS);
		person_add(l, 0, "surname=Smith|forenames=John|rank=PC");
		person_add(l, 1, "surname=Smith|forenames=James|rank=PC");
		record_add(l, 0, "surname=Smith|initials=J|rank=PC");
		record_add(l, 1, "surname=Smith|initials=J|rank=PC|location=Bow");
		linkage_settle(l, 0, nobody ? LINKAGE_NO_ONE : 1);
		run_once(l, LINKAGE_ONCE);
		linkage_result(l, 0, &r);
		if (nobody) {
			assert_int_equal(r.outcome, LINKAGE_UNMATCHED);
			assert_int_equal(r.count, 0);
			assert_float_equal(linkage_person(l, 0, NULL), .5, .01);
			continue;
		}
		assert_int_equal(r.outcome, LINKAGE_MATCHED);
		assert_int_equal(r.candidates[0].person, 1);
		assert_true(r.candidates[0].probability > .999);
		linkage_result(l, 1, &r);
		assert_int_equal(r.outcome, LINKAGE_MATCHED);
		assert_int_equal(r.candidates[0].person, 0);
		assert_true(linkage_person(l, 0, NULL) > .98);
		assert_true(linkage_person(l, 1, NULL) > .999);
	}
}

static void mover_write(uint32_t i, uint32_t surname, char out[128])
{
	char word[32];

	(void)snprintf(out, 128, "surname=%s|forenames=%s|location=Town %c",
		row_surname(surname, word), row_forename(i * 5), 'A' + (int)(i % 25));
}

/* Rows of people whose surname is another one now: what a human says of most of them is
 * learned, and the last one is likelier; or the other way round. */
static void decided(void **state)
{
	double p[3];

	(void)state;
	for (uint32_t said = 0; said < 3; said++) {
		auto_linkage *l = linkage_new();
		char row[128];

		for (uint32_t i = 0; i < 300; i++) {
			mover_write(i, i, row);
			person_add(l, i, row);
		}
		for (uint32_t i = 0; i < 300; i++) {
			mover_write(i, i % 10 ? i : i + 83, row);
			record_add(l, i, row);
			if (said && i && i % 10 == 0)
				linkage_settle(l, i, said == 1 ? i : LINKAGE_NO_ONE);
		}
		run(l);
		p[said] = probability_of(l, 0, 0);
	}
	assert_true(p[1] > p[0] + .02);
	assert_true(p[2] < p[0] - .3);
}

/* A row in conflict makes nobody tellable, whatever it makes of them. */
static void conflicts_are_not_told(void **state)
{
	auto_linkage *l = linkage_new();
	double tellable;

	(void)state;
	people_add(l, 0);
	record_add(l, 0, "pay_number=100001|name=Maria De Luca|rank=PC");
	record_add(l, 1, "pay_number=100008|name=Fiona MacDonald");
	run(l);
	assert_true(linkage_person(l, LUCA, &tellable) > .5);
	assert_true(tellable < LINKAGE_LEAST);
	assert_true(linkage_person(l, JOHN, &tellable) > LINKAGE_LEAST);
	assert_true(tellable < LINKAGE_LEAST);
	assert_true(linkage_person(l, MCDONALD, &tellable) > .99);
	assert_true(tellable > .99);
}

/* A field that the record lacks, that the person lacks, or that nobody has a use for. */
static void missing_is_no_evidence(void **state)
{
	static const char *const same[] = {"surname=Smith|initials=J|unit=Custody",
		"surname=Smith|initials=J|unit=Custody|postcode=SW1A 1AA",
		"surname=Smith|initials=J|unit=Custody|date_of_birth=unknown",
		"surname=Smith|initials=J|unit=Custody|favourite colour=blue",
		"surname=Smith|initials=J|unit=Custody|rank=",
		"surname=Smith|initials=J|unit=Custody|#row=8"};
	auto_linkage *l = linkage_new();

	(void)state;
	person_add(l, 0, "surname=Smith|forenames=John|rank=PC|unit=Custody");
	person_add(l, 1, "surname=Smith|forenames=Jane|rank=DC|unit=Response");
	filler_add(l, 10, FILLERS);
	for (uint32_t i = 0; i < LENGTH(same); i++)
		record_add(l, i, same[i]);
	/* Somebody has a postcode, but none of these two. */
	person_add(l, 5, "surname=Patel|forenames=Ravi|postcode=HA1 2AB");
	run_once(l, LINKAGE_OFTEN);
	for (uint32_t i = 1; i < LENGTH(same); i++)
		for (uint32_t person = 0; person < 2; person++) {
			struct linkage_explanation a, b;

			assert_true(linkage_explain(l, 0, person, &a));
			assert_true(linkage_explain(l, i, person, &b));
			if (i !=
				1) /* of a postcode nobody has, "nobody" has to be told */
				assert_true(fabs(a.probability - b.probability) < 1e-9);
			assert_int_equal(a.count, b.count);
			for (size_t k = 0; k < a.count; k++)
				assert_string_equal(a.lines[k].what, b.lines[k].what);
		}
}

static void many_candidates_are_cut(void **state)
{
	auto_linkage *l = linkage_new();
	struct linkage_result r;

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		person_add(l, 99 - i, "surname=Smith|forenames=John|rank=PC");
	filler_add(l, 100, FILLERS);
	record_add(l, 0, "surname=Smith|initials=J|rank=PC");
	filler_leak(l);
	run(l);
	linkage_result(l, 0, &r);
	assert_int_equal(r.outcome, LINKAGE_AMBIGUOUS);
	assert_int_equal(r.fit, 100);
	assert_int_equal(r.count, LINKAGE_CANDIDATES);
	for (uint32_t k = 0; k < r.count; k++) {
		assert_int_equal(r.candidates[k].person, k); /* ties by number */
		assert_float_equal(r.candidates[k].probability, .01, .001);
	}
	for (uint32_t i = 0; i < 100; i++)
		assert_float_equal(linkage_person(l, i, NULL), .01, .001);
}

/* Many namesakes: another field finds those who matter. */
static void many_namesakes(void **state)
{
	auto_linkage *l = linkage_new();
	struct linkage_result r;
	char row[128];

	(void)state;
	for (uint32_t i = 0; i < 300; i++) {
		(void)snprintf(row, sizeof(row),
			"surname=Smith|forenames=John|rank=%s|location=%c%c%c ground",
			i % 2 ? "PC" : "DC", 'a' + i % 7, 'k' + i % 11, 'e' + i % 13);
		person_add(l, i, row);
	}
	record_add(l, 0, "surname=Smith|initials=J|rank=DC|location=bsm ground"); /* 8 */
	record_add(l, 1, "surname=Smith|initials=J|rank=PC");
	run(l);
	linkage_result(l, 0, &r);
	assert_int_equal(r.candidates[0].person, 8);
	assert_true(r.candidates[0].probability > .8);
	linkage_result(l, 1, &r);
	assert_int_not_equal(r.outcome, LINKAGE_MATCHED);
	assert_true(r.fit >= 150); /* all who fit alike */
}

/*
 * A leak of half of the force, a fifth of the rows with a slip in the surname, and of
 * people who are not on the list: what is learned from it tells all of them apart.
 */
static void learned(void **state)
{
	auto_linkage *l = linkage_new();
	char row[256];
	double expected = 0;

	(void)state;
	filler_add(l, 0, FILLERS);
	for (uint32_t i = 0; i < FILLERS / 2; i++) {
		filler_write(2 * i, row, i % 5 == 0);
		record_add(l, i, row);
	}
	for (uint32_t i = 0; i < 60; i++) {
		(void)snprintf(row, sizeof(row),
			"surname=%c%c%cczyk|forenames=Zbigniew|rank=DC|vetting=MV|unit=Roads|"
			"location=Bow|date_of_birth=%u-03-29",
			'a' + i % 5, 'o' + i % 3, 'q' + i % 7, 2001 + i % 3);
		record_add(l, FILLERS / 2 + i, row);
	}
	run(l);
	for (uint32_t i = 0; i < FILLERS / 2 + 60; i++) {
		struct linkage_result r;

		linkage_result(l, i, &r);
		assert_int_equal(
			r.outcome, i < FILLERS / 2 ? LINKAGE_MATCHED : LINKAGE_UNMATCHED);
		if (i < FILLERS / 2)
			assert_int_equal(r.candidates[0].person, 2 * i);
	}
	for (uint32_t i = 0; i < FILLERS; i++)
		expected += linkage_person(l, i, NULL);
	assert_float_equal(expected, FILLERS / 2, 2);
}

/* Rows that read alike are decided once; those that only look so are not. */
static void twins(void **state)
{
	auto_linkage *l = linkage_new();
	struct linkage_explanation a, b;

	(void)state;
	filler_add(l, 10, FILLERS);
	person_add(l, 0, "surname=Smith|forenames=John|rank=PC");
	person_add(l, 1, "surname=John|forenames=Smith|rank=PC");
	record_add(l, 0, "name=Smith, John");
	record_add(l, 1, "name=John Smith");
	record_add(l, 2, "name=john smith");
	run_once(l, LINKAGE_OFTEN);
	assert_true(probability_of(l, 1, 0) == probability_of(l, 2, 0));
	assert_true(probability_of(l, 0, 0) > probability_of(l, 1, 0));
	assert_true(linkage_explain(l, 1, 0, &a) && linkage_explain(l, 2, 0, &b));
	assert_memory_equal(&a, &b, sizeof(a));
}

static void threshold(void **state)
{
	auto_linkage *l = linkage_new();
	struct linkage_settings s = {.threshold = 0.999999};
	struct linkage_result r;
	struct fault f = {0};

	(void)state;
	people_add(l, 0);
	record_add(l, 0, "surname=Quill|initials=E");
	record_add(l, 1,
		"pay_number=100008|name=Fiona MacDonald|rank=DS|vetting=DV|unit=CID");
	assert_int_equal(linkage_run(l, &s, NULL, &f), 0);
	linkage_result(l, 0, &r);
	assert_int_equal(r.outcome, LINKAGE_POSSIBLE);
	assert_true(r.candidates[0].probability > LINKAGE_THRESHOLD);
	linkage_result(l, 1, &r);
	assert_int_equal(r.outcome, LINKAGE_MATCHED);
}

static void unknown_columns(void **state)
{
	auto_linkage *l = linkage_new();

	(void)state;
	filler_add(l, 10, FILLERS);
	person_add(l, 0, "surname=Hart|forenames=Ann|Shift Team=Blue|Only Here=1");
	person_add(l, 1, "surname=Hart|forenames=Alma|Shift Team=Red");
	record_add(l, 0, "surname=Hart|initials=A|shift_team=red |#row=7|only there=9");
	record_add(l, 1, "surname=Hart|initials=A|shift_team=green");
	run_once(l, LINKAGE_OFTEN);
	assert_true(probability_of(l, 0, 1) > .85);
	assert_true(probability_of(l, 0, 1) > 5 * probability_of(l, 0, 0));
	assert_float_equal(probability_of(l, 1, 0), probability_of(l, 1, 1), .01);
}

static bool says(const struct linkage_explanation *x, const char *what, const char *how)
{
	for (size_t i = 0; i < x->count; i++)
		if (!strcmp(x->lines[i].what, what) && strstr(x->lines[i].how, how))
			return true;
	return false;
}

/* In words: of names of fields and counts, never a value. */
static void explained(void **state)
{
	auto_linkage *l = linkage_new();
	struct linkage_explanation x;

	(void)state;
	filler_add(l, 10, FILLERS);
	person_add(l, 0,
		"pay_number=10012345|surname=Secretname|forenames=Ann|rank=PC|unit=Kennels|gender=F");
	record_add(l, 0,
		"pay_number=10012845|name=A Secretname|rank=DC|unit=kennels|role=Secretrole");
	run(l);
	assert_true(linkage_explain(l, 0, 0, &x));
	assert_true(says(&x, "surname", "equal; about 1 of 601 agree"));
	assert_true(says(&x, "initial", "equal"));
	assert_true(says(&x, "pay_number", "a slip"));
	assert_true(says(&x, "rank", "detective or not"));
	assert_true(says(&x, "unit", "equal"));
	assert_true(says(&x, "before any field", "601 people"));
	assert_false(says(&x, "role", ""));
	for (size_t i = 0; i < x.count; i++) {
		assert_null(strcasestr(x.lines[i].how, "secret"));
		assert_null(strcasestr(x.lines[i].how, "kennels"));
	}
	assert_true(linkage_explain(l, 0, 10, &x)); /* no candidate */
	assert_true(says(&x, "surname", "different"));
	assert_false(linkage_explain(l, 7, 0, &x));
	assert_false(linkage_explain(l, 0, 5000, &x));
	assert_false(linkage_explain(l, 0, 5, &x)); /* a number that nobody has */
}

static void keys_are_reported(void **state)
{
	auto_linkage *l = force_linked(true, 0);
	auto_text_buffer out = {0};

	(void)state;
	linkage_keys(l, &out);
	assert_non_null(strstr(text_string(&out), "surname"));
	assert_non_null(strstr(text_string(&out), "pay_number"));
	assert_null(strcasestr(text_string(&out), "smith"));
}

static void limits(void **state)
{
	auto_linkage *l = linkage_new();
	auto_row r = {0};
	struct fault f = {0};
	char name[32];

	(void)state;
	assert_int_equal(linkage_add_person(l, LINKAGE_LIMIT, NULL, 0, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	for (int i = 0; i < 200; i++) {
		(void)snprintf(name, sizeof(name), "column %d", i);
		row_add(&r, name, "x");
	}
	assert_int_equal(
		linkage_add_record(l, 0, r.packed.bytes, r.packed.length, &f), -1);
	assert_int_equal(f.kind, FAULT_INPUT);
	assert_non_null(strstr(f.text, "128"));
}

static void nobody_at_all(void **state)
{
	auto_linkage *l = linkage_new(), *none = NULL;
	struct linkage_result r;

	(void)state;
	record_add(l, 0, "name=Ann Hart|pay_number=12345|rank=PC");
	run(l);
	linkage_result(l, 0, &r);
	assert_int_equal(r.outcome, LINKAGE_UNMATCHED);
	linkage_free(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hard_cases),
		cmocka_unit_test(order_is_nothing),
		cmocka_unit_test(explanations_add_up),
		cmocka_unit_test(sides_in_turn),
		cmocka_unit_test(two_of_a_name),
		cmocka_unit_test(closed_groups),
		cmocka_unit_test(taken),
		cmocka_unit_test(open_groups),
		cmocka_unit_test(settled),
		cmocka_unit_test(decided),
		cmocka_unit_test(conflicts_are_not_told),
		cmocka_unit_test(missing_is_no_evidence),
		cmocka_unit_test(many_candidates_are_cut),
		cmocka_unit_test(many_namesakes),
		cmocka_unit_test(learned),
		cmocka_unit_test(twins),
		cmocka_unit_test(threshold),
		cmocka_unit_test(unknown_columns),
		cmocka_unit_test(explained),
		cmocka_unit_test(keys_are_reported),
		cmocka_unit_test(limits),
		cmocka_unit_test(nobody_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
