/* SPDX-License-Identifier: MIT */
/*
 * Three changes. What a policy means is recipients/policy.c's, how it is
 * written pen.c's.
 */
#include "mailer/amend.h"

#include <string.h>

#include "mailer/pen.h"
#include "recipients/config.h"
#include "recipients/policy.h"

/* `list` may be absent, and is then made. */
static json_t *list_in(json_t *o, const char *key)
{
	json_t *list = json_object_get(o, key);

	if (!list) {
		list = json_array();
		(void)json_object_set_new(o, key, list);
	}
	return list;
}

static int save(const char *path, json_t *policy, struct fault *f)
{
	auto_text_buffer bytes = {0};
	auto_policy *checked = NULL;

	pen_text(policy, &bytes);
	if (policy_parse(path, bytes.bytes, bytes.length, &checked, f))
		return -1;
	return pen_write(path, policy, f);
}

int amend_known_units(const char *path, json_t *units, struct fault *f)
{
	auto_json *policy = NULL;

	if (config_load(path, &policy, f))
		return -1;
	(void)json_array_extend(list_in(policy, "known_units"), units);
	return save(path, policy, f);
}

int amend_level_units(const char *path, const char *level, json_t *units, struct fault *f)
{
	auto_json *policy = NULL;
	json_t *levels, *one;
	size_t i;

	if (config_load(path, &policy, f))
		return -1;
	levels = json_object_get(policy, "levels");
	json_array_foreach(levels, i, one)
	{
		const char *name = json_string_value(json_object_get(one, "name"));

		if (!name || strcmp(name, level) != 0)
			continue;
		(void)json_array_append_new(list_in(one, "when"),
			json_pack("{s:{s:O}}", "person.unit", "in", units));
		return save(path, policy, f);
	}
	return fault_set(f, FAULT_CONFIG, "the policy has no such level");
}

int amend_allowed_domains(const char *path, json_t *domains, struct fault *f)
{
	auto_json *incident = NULL;

	if (config_load(path, &incident, f))
		return -1;
	(void)json_object_set(incident, "allowed_domains", domains);
	return pen_write(path, incident, f);
}
