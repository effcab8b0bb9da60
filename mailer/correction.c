/* SPDX-License-Identifier: MIT */
/* Reads the view of the schema. */
#include "mailer/correction.h"

#include "recipients/clock.h"

int correction_list(struct ledger *l, const char *mode, const struct whom *w,
	json_t **ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	json_t *list = json_array();
	int got;

	*ret = list;
	if (ledger_query(l,
		    SQL("SELECT c.person_id, c.told_at, coalesce(p.probability, 0.0) AS probability FROM correction_due c"
			" LEFT JOIN presence_now p ON p.person_id = c.person_id WHERE c.mode = :mode"
			" AND coalesce(p.probability, 0.0) < :possible"
			" ORDER BY c.told_at, c.person_id"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	query_bind_real(q, ":possible", CORRECTION_POSSIBLE);
	while ((got = query_next(q, f)) > 0) {
		char scratch[ROSTER_NAME], at[CLOCK_TEXT];
		int64_t person = query_int(q, "person_id");
		const char *reference = whom_reference(w, person);

		(void)json_array_append_new(
			list, json_pack("{s:s?,s:s?,s:s,s:f}", "person_id",
				      reference ? NULL : whom_name(w, person, scratch),
				      "reference", reference, "told_at",
				      clock_write(query_int(q, "told_at"), at),
				      "probability", query_real(q, "probability")));
	}
	return got;
}

static int count_due(struct ledger *l, const char *mode, int64_t *ret, struct fault *f)
{
	auto_query struct query *q = NULL;

	if (ledger_query(l,
		    SQL("SELECT count(*) AS people FROM correction_due c LEFT JOIN presence_now p ON p.person_id = c.person_id"
			" WHERE c.mode = :mode AND coalesce(p.probability, 0.0) < :possible"),
		    &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	query_bind_real(q, ":possible", CORRECTION_POSSIBLE);
	if (query_next(q, f) < 0)
		return -1;
	*ret = query_int(q, "people");
	return 0;
}

int correction_ids(struct ledger *l, const char *mode, size_t most, json_t **ret,
	int64_t *ret_count, struct fault *f)
{
	json_t *list, *one;
	auto_whom whom = {0};
	size_t i;

	*ret = json_array();
	if (count_due(l, mode, ret_count, f))
		return -1;
	if (!*ret_count) /* the lists are read only where somebody is on it */
		return 0;
	if (whom_load(l, &whom, f) || correction_list(l, mode, &whom, &list, f))
		return -1;
	json_array_foreach(list, i, one)
	{
		json_t *id = json_object_get(one, "person_id");

		if (i < most)
			(void)json_array_append(
				*ret, json_is_null(id) ? json_object_get(one, "reference")
						       : id);
	}
	json_decref(list);
	return 0;
}
