/* SPDX-License-Identifier: MIT */
/*
 * The known fields. How their values are compared stands in name.c, rank.c, number.c ...;
 * which column of a file feeds which field is decided in import.c, where the user has the
 * last word (--map).
 *
 * What can go wrong: a header that means something else than it says ("Position: 51.5
 * N"). The mapping is shown with each import for that. Forms that are as often used for
 * other things are left out on purpose: "type", "code", "contract", "duty", "pay",
 * "service", "date", "comments", "id".
 */
#include "recipients/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const struct field fields[] = {
	{"person_id", NULL,
		"staff id, employee id, employee identifier, emp id, hr id, "
		"personnel id, person number, person ref, person reference, "
		"individual id, worker id, member id, unique person id"},
	{"row_id", NULL,
		"leak row id, row, row number, row ref, record id, rec id, "
		"record number, line id, line number, ref, reference, reference number, "
		"unique reference, unique id"},
	{"case_ref", NULL,
		"case reference, case number, case id, crime ref, crime reference, "
		"crime number, crime id, crime reference number, crn, urn, occurrence, "
		"occurrence number, occurrence ref, incident number, incident ref, "
		"incident reference, investigation number"},
	{"part", NULL,
		"party, party type, role in case, involvement, involvement type, "
		"part in case, case role"},
	{"pay_number", "your pay number",
		"pay id, pay ref, pay reference, payroll, payroll number, payroll id, "
		"payroll ref, payroll reference, employee number, emp number, "
		"personnel number, pers number, per number, assignment number"},
	{"warrant_number", "your warrant number",
		"warrant, warrant card, warrant card number, warrant id"},
	{"collar_number", "your collar number",
		"collar, shoulder number, shoulder, epaulette number, divisional number, "
		"badge number, collar or shoulder number, collar/shoulder number"},
	{"service_number", "your service number",
		"service/staff number, service or staff number, staff number, "
		"staff/service number"},
	{"name", "your name",
		"full name, whole name, display name, officer name, staff member, "
		"nominal, nominal name, name in full, person name, "
		"surname and forenames, surname forenames, forename surname, "
		"surname forename, first name last name"},
	{"title", "your name", "salutation, honorific, name title, name prefix"},
	{"surname", "your name",
		"last name, last names, family name, family names, surnames, sname, "
		"lname, legal surname, name last"},
	{"forenames", "your name",
		"forename, forename(s), first name, first names, first name(s), "
		"given name, given names, christian name, christian names, "
		"first forename, fname, name first"},
	{"middle_names", "your name",
		"middle name, middle name(s), second forename, second forenames, "
		"other forenames, other forename, other names, mname"},
	{"initials", "your name",
		"initial, initial(s), first initial, first initials, first initial(s), "
		"forename initial, forename initials, init, inits"},
	{"known_as", "your name",
		"known name, preferred name, preferred forename, preferred first name, "
		"nickname, known by, goes by"},
	{"former_surname", "your former name",
		"maiden name, previous surname, former name, former names, "
		"previous name, birth name, surname at birth, nee, other surname"},
	{"rank", "your rank or grade",
		"grade, rank or grade, rank/grade, grade/rank, rank grade, "
		"substantive rank, substantive grade, police rank, pay grade, band, "
		"pay band, grade or rank"},
	{"role", "your job title or role",
		"job title, job role, job, job name, role title, role name, position, "
		"position title, position name, post, post title, post name, occupation, "
		"job description, role description, post held"},
	{"unit", "your team, unit or department",
		"unit name, team, team name, department, department name, dept, "
		"dept name, bcu, command, ocu, b/ocu, directorate, division, branch, "
		"section, squad, business group, business unit, business area, "
		"department/unit, unit/department, organisation unit, "
		"organisational unit, organisational unit name, organization unit, "
		"org unit, work unit"},
	{"location", "where you work",
		"location name, station, station name, police station, place of work, "
		"workplace, work place, work location, site, site name, base, "
		"base location, building, duty station, office, posting location"},
	{"employment", "your type of employment",
		"employee type, employment type, staff type, worker type, person type, "
		"workforce type, employee category, staff category, employment category, "
		"employee group, officer or staff, officer/staff, "
		"police officer or staff, officer staff"},
	{"status", "your employment status",
		"employment status, employee status, assignment status, staff status, "
		"working status, leave status, officer status, current status"},
	{"vetting", "your vetting level",
		"vetting level, vetting status, vetting clearance, vetting type, "
		"clearance, clearance level, security clearance, security vetting, "
		"security clearance level"},
	{"gender", "your gender", "sex, gender identity, m/f, male/female"},
	{"date_of_birth", "your date of birth",
		"dob, d.o.b, birth date, birthdate, birthday, date born, born"},
	{"postcode", "your postcode",
		"post code, postal code, home postcode, home post code, zip, zip code, "
		"pcode"},
	{"address", "your home address",
		"home address, full address, postal address, residential address, "
		"street address, correspondence address, address line 1, address 1, "
		"address line"},
	{"salary", "your salary",
		"annual salary, base salary, basic salary, gross salary, fte salary, "
		"actual salary, basic pay, annual pay, gross pay, salary gbp, "
		"salary per annum, total salary"},
	{"allowances", "your allowances", "allowance, total allowances, allowances gbp"},
	{"email", "your work email address",
		"e-mail, mail, email address, e-mail address, work email, work e-mail, work mail, "
		"work email address, work e-mail address, email work, force email, "
		"force email address, business email, business email address, "
		"official email, corporate email, primary email, primary email address, "
		"smtp address, email id"},
	{"email_personal", "your personal email address",
		"personal email, personal e-mail, personal email address, "
		"personal e-mail address, home email, home e-mail, home email address, "
		"private email, private email address, email home, email private"},
	{"phone", "your phone number",
		"telephone, mobile, phone number, telephone number, mobile number, "
		"mobile phone, mobile phone number, mobile telephone number, "
		"contact number, contact telephone, contact phone, tel, tel number, "
		"home phone, home phone number, work phone, work phone number, "
		"personal mobile, work mobile, home telephone, work telephone, mob, "
		"cell phone, contact telephone number"},
	{"contact", "how to contact you safely",
		"safe contact, safe contact method, safe way to contact, contact method, "
		"preferred contact, preferred contact method, safe contact details"},
	{"line_manager", "the name of your line manager",
		"manager, line manager id, manager id, line manager name, manager name, "
		"supervisor, supervisor name, supervisor id, reports to, "
		"first line manager, reporting to"},
	{"guardian", "the name of your parent or guardian",
		"parent or guardian, parent/guardian, parent/carer, parent or carer, "
		"carer, responsible adult, guardian name"},
	{"needs", "your access or communication needs",
		"communication needs, access needs, accessibility, accessibility needs, "
		"adjustments, reasonable adjustments, special needs, additional needs"},
	{"language", "your preferred language",
		"preferred language, first language, language preference, main language, "
		"language spoken"},
	{"flags", "markers on your record",
		"flag, marker, markers, warning marker, warning markers, warning flags, "
		"protective flag, protective flags, risk flag, risk flags, "
		"sensitive flag, sensitivity"},
	{"offence", "details of an offence",
		"offence type, offence title, offence description, offence name, "
		"offense, crime type, crime description, offence category, hoclass, "
		"home office class"},
	{"controller", NULL,
		"force, force name, police force, data controller, organisation, "
		"organization, employer, organisation name, constabulary"},
	{"text", "what was written about you",
		"entry, entry text, line, note, notes, note text, free text, "
		"notebook entry, notebook line, narrative, line text"},
};

#define COUNT (sizeof(fields) / sizeof(fields[0]))

/* The longest form is half as long; a longer header is a sentence. */
#define FOLDED 64

static bool letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* "no" and the like at the end are "number". */
static void fold_number(char out[FOLDED], size_t length)
{
	static const char *const short_forms[] = {"num", "nbr", "nos", "no", "nr"};

	if (length >= 5 && !strcmp(out + length - 5, "annum"))
		return; /* a salary's */
	for (size_t i = 0; i < sizeof(short_forms) / sizeof(short_forms[0]); i++) {
		size_t n = strlen(short_forms[i]), at = length - n;

		if (length <= n || strcmp(out + at, short_forms[i]))
			continue;
		if (at + sizeof("number") <= FOLDED)
			memcpy(out + at, "number", sizeof("number"));
		return;
	}
}

/* Letters and digits alone, in lower case. An empty string if it is too long. */
static void fold(const char *s, size_t length, char out[FOLDED])
{
	size_t n = 0;

	for (size_t i = 0; i < length; i++) {
		const char *add = s[i] == '#' ? "no" : s + i;
		size_t size = s[i] == '#' ? 2 : 1;

		if (s[i] != '#' && !letter_or_digit(s[i]))
			continue;
		if (n + size >= FOLDED) {
			n = 0;
			break;
		}
		for (size_t k = 0; k < size; k++)
			out[n++] = (char)(add[k] >= 'A' && add[k] <= 'Z' ? add[k] + 32
									 : add[k]);
	}
	out[n] = '\0';
	fold_number(out, n);
}

/* Is a form of ours, up to its comma, the same as a folded header? Ours are in lower case
 * and end in no "no". */
static bool same(const char *form, size_t length, const char *folded)
{
	for (size_t i = 0; i < length; i++)
		if (letter_or_digit(form[i]) && form[i] != *folded++)
			return false;
	return !*folded;
}

static bool has_form(const struct field *p, const char *folded)
{
	const char *form = p->forms;

	if (same(p->name, strlen(p->name), folded))
		return true;
	while (*form) {
		size_t length = strcspn(form, ",");

		if (same(form, length, folded))
			return true;
		form += length + (form[length] == ',');
	}
	return false;
}

static const struct field *recognise(const char *folded)
{
	for (size_t i = 0; *folded && i < COUNT; i++)
		if (has_form(&fields[i], folded))
			return &fields[i];
	return NULL;
}

/* Says whose the field is, which the kind of file says too. Not "manager" or "victim":
 * those are other people. */
static const char *without_owner(const char *folded)
{
	static const char *const owners[] = {"employee", "officer", "staff", "personal",
		"person", "emp", "current", "legal", "primary"};

	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		size_t n = strlen(owners[i]);

		if (!strncmp(folded, owners[i], n))
			return folded + n;
	}
	return folded;
}

static void cut_description(char *folded)
{
	static const char *const ends[] = {"description", "desc"};
	size_t length = strlen(folded);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(ends[i]);

		if (length > n && !strcmp(folded + length - n, ends[i])) {
			folded[length - n] = '\0';
			return;
		}
	}
}

const struct field *field_recognise(const char *header)
{
	char folded[FOLDED];
	const struct field *p;

	fold(header, strlen(header), folded);
	p = recognise(folded);
	if (p)
		return p;
	cut_description(folded);
	p = recognise(folded);
	return p ? p : recognise(without_owner(folded));
}

const struct field *field_find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (!strcmp(fields[i].name, name))
			return &fields[i];
	return NULL;
}

const struct field *field_next(const struct field *p)
{
	if (!p)
		return fields;
	return p + 1 < fields + COUNT ? p + 1 : NULL;
}
