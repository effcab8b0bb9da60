/* SPDX-License-Identifier: MIT */
/*
 * The journal, read once at the start, and kept up as the page goes on.
 */
#include "mailer/page/guests.h"

#include <stdio.h>
#include <string.h>

#include "mailer/page/journal.h"

const struct guest *guests_find(const struct guests *g, int64_t reviewer, int64_t serial)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->list[i].reviewer == reviewer && g->list[i].serial == serial)
			return &g->list[i];
	return NULL;
}

bool guests_note(struct guests *g, int64_t reviewer, int64_t serial, const char *hash)
{
	const struct guest *known = guests_find(g, reviewer, serial);
	struct guest *one = &g->list[known ? (size_t)(known - g->list) : g->count];

	if (!known && g->count == GUESTS_MOST)
		return false;
	if (!known)
		g->list[g->count++] =
			(struct guest){.reviewer = reviewer, .serial = serial};
	one->used = true;
	if (hash)
		(void)snprintf(one->hash, sizeof(one->hash), "%s", hash);
	return true;
}

static int see(void *user, const json_t *event, int64_t end, struct fault *f)
{
	const char *what = json_string_value(json_object_get(event, "what"));
	int64_t serial = json_integer_value(json_object_get(event, "serial"));
	const char *hash = json_string_value(json_object_get(event, "hash"));

	(void)end;
	(void)f;
	if (what && serial && (!strcmp(what, "sign-in") || !strcmp(what, "passphrase")))
		(void)guests_note(user, json_integer_value(json_object_get(event, "who")),
			serial, !strcmp(what, "passphrase") ? hash : NULL);
	return 0;
}

int guests_load(const char *dir, struct guests *ret, struct fault *f)
{
	const struct journal_reader reader = {see, ret};
	char id[JOURNAL_ID] = "";
	int64_t from = 0;

	ret->count = 0;
	return journal_read(dir, &from, id, &reader, f);
}
