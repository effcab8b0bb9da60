/* SPDX-License-Identifier: MIT */
/*
 * Headers, maps and the policy's word on them. What a header means is field.c's, whom it
 * speaks of part.c's; values are never looked at here, but for whether there is one.
 *
 * What can go wrong: a column is taken for what it is not. The whole mapping is shown
 * with each import, and with `import -n` before it.
 */
#include "recipients/columns.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recipients/field.h"
#include "recipients/roster.h"

/* --- parties --- */

static struct columns_party *find_party(struct columns *c, const char *name)
{
	for (size_t i = 0; i < c->parties_count; i++)
		if (!strcmp(c->parties[i].name, name))
			return &c->parties[i];
	return NULL;
}

/* NULL: there are too many. */
static struct columns_party *add_party(struct columns *c, const char *name)
{
	struct columns_party *p = find_party(c, name);

	if (p || c->parties_count == COLUMNS_PARTIES)
		return p;
	p = &c->parties[c->parties_count++];
	memcpy(p->name, name, strlen(name) + 1);
	p->fields = text_alloc(c->count * sizeof(*p->fields));
	p->given = text_alloc(c->count * sizeof(*p->given));
	return p;
}

static bool is_field(const struct columns *c, const struct columns_party *p, size_t i)
{
	return p->fields[i] && p->fields[i] != c->own[i];
}

static bool has_field(
	const struct columns *c, const struct columns_party *p, const char *field)
{
	for (size_t i = 0; i < c->count; i++)
		if (p->fields[i] && !strcmp(p->fields[i], field))
			return true;
	return false;
}

static bool is_one_of(const char *field, const char *const *names)
{
	for (; *names; names++)
		if (!strcmp(field, *names))
			return true;
	return false;
}

/* What a column without a part must be for it to speak of a human of its own. */
static bool names_somebody(const char *field)
{
	static const char *const names[] = {"name", "surname", "person_id", "pay_number",
		"warrant_number", "collar_number", "service_number", "email",
		"email_personal", NULL};

	return is_one_of(field, names);
}

/* Of the case, and so of each party in it. */
static bool is_of_case(const char *field)
{
	static const char *const names[] = {
		"case_ref", "row_id", "offence", "controller", "text", NULL};

	return is_one_of(field, names);
}

/* Does a column without a part go into the record of each party? */
static bool is_shared(const struct columns *c, size_t i)
{
	const struct columns_party *first = &c->parties[0];

	if (!first->fields[i])
		return false;
	return !is_field(c, first, i) || is_of_case(first->fields[i]) ||
	       (first->given[i] && !c->alone);
}

/* --- by header --- */

/* A person's parts are found only beside a victim, a witness or a suspect: else "Officer
 * Name" is a list of officers. */
static bool has_sides(const struct columns *c)
{
	char part[PART_NAME];
	const struct field *field;

	for (size_t i = 0; i < c->count; i++)
		if (part_recognise(c->header[i], part, &field) && field &&
			part_side(part) != PART_NEUTRAL)
			return true;
	return false;
}

/* The first column of a kind has it; a second keeps its own name. */
static void recognise_for(
	struct columns *c, struct columns_party *p, size_t i, const struct field *field)
{
	p->fields[i] = field && !has_field(c, p, field->name) ? field->name : c->own[i];
}

static void recognise(struct columns *c, bool parts)
{
	char part[PART_NAME];
	const struct field *field;

	for (size_t i = 0; parts && i < c->count; i++)
		if (part_recognise(c->header[i], part, &field) && field)
			(void)add_party(c, part);
	for (size_t i = 0; i < c->count; i++) {
		struct columns_party *p = NULL;

		if (parts && part_recognise(c->header[i], part, &field))
			p = find_party(c, part);
		if (p)
			recognise_for(c, p, i, field);
		else
			recognise_for(
				c, &c->parties[0], i, field_recognise(c->header[i]));
	}
}

/* --- by word --- */

static size_t column_named(const struct columns *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (!strcmp(c->header[i], name))
			return i;
	for (size_t i = 0; i < c->count; i++)
		if (!strcasecmp(c->header[i], name))
			return i;
	return SIZE_MAX;
}

/* A party's field goes to one column only; whoever had it before keeps his own name. A
 * column that was taken for somebody else's by its header is theirs no more. */
static void assign(
	struct columns *c, struct columns_party *p, const char *field, size_t column)
{
	for (size_t i = 0; i < c->count; i++)
		if (p->fields[i] && !strcmp(p->fields[i], field))
			p->fields[i] = c->own[i];
	for (size_t k = 0; k < c->parties_count; k++)
		if (!c->parties[k].given[column])
			c->parties[k].fields[column] = NULL;
	p->fields[column] = field;
	p->given[column] = true;
}

/* "victim.surname", or "surname". A word about what is wrong, or NULL. */
static const char *parse_target(struct columns *c, const char *name, bool people,
	struct columns_party **ret, const struct field **ret_field)
{
	const char *dot = strchr(name, '.');
	char part[PART_NAME] = "";

	*ret_field = field_find(dot ? dot + 1 : name);
	if (!*ret_field)
		return "is not a known field";
	if (dot && people)
		return "is for leaked files: a list of people has one human in a row";
	if (dot && !part_parse(name, (size_t)(dot - name), part))
		return "begins with no name of a part, such as victim or suspect2";
	*ret = add_party(c, part);
	return *ret ? NULL : "is one part too many: a row has at most 16";
}

static int map_one(
	struct columns *c, const char *map, const struct columns_wish *w, struct fault *f)
{
	const char *equals = strchr(map, '='), *wrong;
	auto_text name = text_format("%.*s", equals ? (int)(equals - map) : 0, map);
	const struct field *field;
	struct columns_party *p = NULL;
	size_t column;

	if (!equals || !*name || !equals[1])
		return fault_set(
			f, FAULT_USAGE, "--map takes FIELD=COLUMN or PART.FIELD=COLUMN");
	wrong = parse_target(c, name, w->people, &p, &field);
	if (wrong)
		return fault_set(f, FAULT_USAGE, "--map: '%s' %s", name, wrong);
	column = column_named(c, equals + 1);
	if (column == SIZE_MAX)
		return fault_set(f, FAULT_INPUT,
			"%s: has no column named as --map %s= says", w->file, name);
	assign(c, p, field->name, column);
	return 0;
}

/* A column that this file lacks may be another's. */
static int map_by_policy(struct columns *c, const struct columns_wish *w, struct fault *f)
{
	const char *name, *wrong;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)w->policy, name, value)
	{
		size_t column = column_named(c, json_string_value(value));
		struct columns_party *p = NULL;
		const struct field *field;

		if (column == SIZE_MAX)
			continue;
		wrong = parse_target(c, name, w->people, &p, &field);
		if (wrong)
			return fault_set(f, FAULT_CONFIG,
				"policy.json: matching.%s.%s %s",
				w->people ? "people" : "breach", name, wrong);
		assign(c, p, field->name, column);
	}
	return 0;
}

/* Beside parts, a column without one that is not of the case ("Location", "Status") is
 * the case's own, not the party's. */
static void settle(struct columns *c)
{
	struct columns_party *first = &c->parties[0];

	if (c->parties_count == 1)
		return;
	for (size_t i = 0; i < c->count; i++)
		c->alone |= is_field(c, first, i) && names_somebody(first->fields[i]);
	for (size_t i = 0; i < c->count; i++)
		if (!c->alone && is_field(c, first, i) && !is_shared(c, i))
			first->fields[i] = c->own[i];
}

/* A column that lost its field must not be taken for it. */
static char *own_name(const char *header)
{
	bool taken = field_find(header) || !strcmp(header, ROSTER_ROW) ||
		     !strcmp(header, ROSTER_PART);

	return text_format("%s%s", taken ? "column:" : "", header);
}

int columns_map(struct columns *c, const char *const *header, size_t count,
	const struct columns_wish *w, struct fault *f)
{
	*c = (struct columns){.header = header, .count = count};
	c->own = text_alloc(count * sizeof(*c->own));
	for (size_t i = 0; i < count; i++)
		c->own[i] = own_name(header[i]);
	(void)add_party(c, "");
	recognise(c, !w->people && has_sides(c));
	if (map_by_policy(c, w, f))
		return -1;
	for (size_t i = 0; i < w->maps_count; i++)
		if (map_one(c, w->maps[i], w, f))
			return -1;
	settle(c);
	return 0;
}

void columns_done(struct columns *c)
{
	for (size_t i = 0; c->own && i < c->count; i++)
		free(c->own[i]);
	free(c->own);
	for (size_t k = 0; k < c->parties_count; k++) {
		free(c->parties[k].fields);
		free(c->parties[k].given);
	}
	*c = (struct columns){0};
}

bool columns_feed(const struct columns *c, const char *field)
{
	for (size_t k = 0; k < c->parties_count; k++)
		if (has_field(c, &c->parties[k], field))
			return true;
	return false;
}

/* --- rows --- */

static bool is_named(const struct columns *c, size_t party, const char *const *values)
{
	const struct columns_party *p = &c->parties[party];

	for (size_t i = 0; i < c->count; i++)
		if (*values[i] && is_field(c, p, i) &&
			(party ? !is_of_case(p->fields[i])
			       : names_somebody(p->fields[i])))
			return true;
	return false;
}

size_t columns_records(
	const struct columns *c, const char *const *values, size_t ret[COLUMNS_PARTIES])
{
	size_t count = 0;

	for (size_t k = c->alone ? 0 : 1; k < c->parties_count; k++)
		if (is_named(c, k, values))
			ret[count++] = k;
	if (!count)
		ret[count++] = 0;
	return count;
}

/* Each record of a row has a name of its own: "R7/victim". */
static void add_value(const struct columns_party *p, const char *field, const char *value,
	struct row *ret)
{
	auto_text name = NULL;

	if (*p->name && *value && !strcmp(field, "row_id"))
		name = text_format("%s/%s", value, p->name);
	row_add(ret, field, name ? name : value);
}

void columns_pack(
	const struct columns *c, size_t party, const char *const *values, struct row *ret)
{
	const struct columns_party *p = &c->parties[party], *first = &c->parties[0];
	char role[PART_NAME];

	part_role(p->name, role);
	row_add(ret, ROSTER_PART, p->name);
	if (!has_field(c, p, "part"))
		row_add(ret, "part", role);
	for (size_t i = 0; i < c->count; i++) {
		bool shared = party && !p->fields[i] && is_shared(c, i);
		const char *field = shared ? first->fields[i] : p->fields[i];

		if (field && !(shared && has_field(c, p, field)))
			add_value(p, field, values[i], ret);
	}
}

/* --- telling --- */

void columns_describe(const struct columns *c, struct row *ret)
{
	for (size_t k = 0; k < c->parties_count; k++)
		for (size_t i = 0; i < c->count; i++) {
			const struct columns_party *p = &c->parties[k];
			auto_text name = NULL;

			if (!p->fields[i])
				continue;
			name = text_format("%s%s%s", p->name, k ? "." : "", p->fields[i]);
			row_add(ret, name, c->header[i]);
		}
}

void columns_tally(const struct columns *c, json_t **ret_columns, json_t **ret_unmapped)
{
	*ret_columns = json_object();
	*ret_unmapped = json_array();
	for (size_t i = 0; i < c->count; i++) {
		bool mapped = false;

		for (size_t k = 0; k < c->parties_count; k++) {
			const struct columns_party *p = &c->parties[k];
			auto_text name = NULL;

			if (!is_field(c, p, i))
				continue;
			mapped = true;
			name = text_format("%s%s%s", p->name, k ? "." : "", p->fields[i]);
			(void)json_object_set_new(
				*ret_columns, name, json_string(c->header[i]));
		}
		if (!mapped)
			(void)json_array_append_new(
				*ret_unmapped, json_string(c->header[i]));
	}
}
