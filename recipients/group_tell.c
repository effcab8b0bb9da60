/* SPDX-License-Identifier: MIT */
/* What the newest group set says. It is made in group.c. */
#include <string.h>

#include "recipients/group.h"

int group_levels(struct ledger *l, const struct policy *p, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	json_t *list = json_array();
	int got;

	for (size_t i = 0; i < p->levels_count; i++)
		(void)json_array_append_new(list,
			json_pack("{s:s,s:s,s:i,s:i,s:i,s:i,s:i}", "name",
				p->levels[i].name, "title", p->levels[i].title, "people",
				0, "mail", 0, "task", 0, "restricted", 0, "none", 0));
	*ret = list;
	if (ledger_query(l,
		    SQL("SELECT level_order, route, count(*) AS people FROM assignment_now GROUP BY 1, 2"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		json_t *level = json_array_get(list, (size_t)query_int(q, "level_order"));
		const char *names[] = {"people", query_text(q, "route")};

		for (size_t i = 0; level && i < 2; i++)
			(void)json_object_set_new(level, names[i],
				json_integer(json_integer_value(
						     json_object_get(level, names[i])) +
					     query_int(q, "people")));
	}
	return got;
}

int group_questions(struct ledger *l, json_t **ret, size_t *ret_open, struct fault *f)
{
	auto_query struct query *q = NULL;
	auto_text_buffer words = {0};
	int got;

	*ret = json_array();
	*ret_open = 0;
	if (ledger_query(l,
		    SQL("SELECT id, key, text_sealed, accepted FROM question_now ORDER BY key"),
		    &q, f))
		return -1;
	while ((got = query_next(q, f)) > 0) {
		if (query_sealed(q, "text_sealed", "question.text_sealed",
			    query_int(q, "id"), &words, f))
			return -1;
		*ret_open += !query_int(q, "accepted");
		(void)json_array_append_new(
			*ret, json_pack("{s:s,s:s,s:b}", "key", query_text(q, "key"),
				      "text", text_string(&words), "accepted",
				      (int)query_int(q, "accepted")));
	}
	return got;
}

int group_kinds(struct ledger *l, int64_t person, json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	const char *name = NULL, *value;
	auto_row why = {0};
	int got;

	*ret = json_array();
	if (ledger_query(l,
		    SQL("SELECT id, why_sealed FROM assignment_now WHERE person_id = :person"),
		    &q, f))
		return -1;
	query_bind_int(q, ":person", person);
	got = query_next(q, f);
	if (got <= 0)
		return got;
	if (query_sealed(q, "why_sealed", "assignment.why_sealed", query_int(q, "id"),
		    &why.packed, f))
		return -1;
	while (row_next(&why, &name, &value))
		if (!strcmp(name, GROUP_KIND))
			(void)json_array_append_new(*ret, json_string(value));
	return 0;
}
