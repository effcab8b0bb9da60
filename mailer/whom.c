/* SPDX-License-Identifier: MIT */
/* Looks people up. Who is shielded is recipients/shield.c's. */
#include "mailer/whom.h"

#include <string.h>

int whom_load(struct ledger *l, struct whom *ret, struct fault *f)
{
	*ret = (struct whom){0};
	return roster_load_entries(l, &ret->people, f) ||
			       shields_load(l, &ret->shields, f)
		       ? -1
		       : 0;
}

void whom_done(struct whom *w)
{
	roster_done(&w->people);
	shields_free(w->shields);
	w->shields = NULL;
}

const char *whom_reference(const struct whom *w, int64_t person)
{
	return shields_reference(w->shields, person);
}

const char *whom_name(const struct whom *w, int64_t person, char scratch[ROSTER_NAME])
{
	const char *reference = whom_reference(w, person);
	size_t at = reference ? SIZE_MAX : roster_person(&w->people, person);

	if (reference)
		return reference;
	return at == SIZE_MAX ? "" : roster_person_name(&w->people, at, scratch);
}

bool whom_is_shielded(const struct whom *w, int64_t person, const char *reason)
{
	return whom_reference(w, person) || !strcmp(reason, "shielded");
}

const char *whom_task(const struct whom *w, int64_t person, const char *reason,
	char scratch[ROSTER_NAME])
{
	if (whom_is_shielded(w, person, reason) && !whom_reference(w, person))
		return WHOM_WITHHELD;
	return whom_name(w, person, scratch);
}
