/* SPDX-License-Identifier: MIT */
/*
 * incident: for tests, a made-up incident that is composed and can be released: the
 * example's settings and policy, a list of five people and a leak of them.
 */
#ifndef TESTS_MAILER_INCIDENT_H
#define TESTS_MAILER_INCIDENT_H

#include "tests/recipients/book.h"

#include "mailer/compose.h"
#include "mailer/settings.h"
#include "recipients/group.h"
#include "recipients/match.h"
#include "templates/texts.h"

struct incident {
	struct book book;
	struct settings *settings;
	struct policy *policy;
	struct texts texts;
};

#define INCIDENT_LIST                                                                    \
	"Pay No,Surname,Forenames,Rank,Employment,Unit,Email\n"                                \
	"1,Sample,Jo,PC,officer,Response Policing,jo@met.police.example\n"                     \
	"2,Patel,Ann,,staff,Finance,ann@met.police.example\n"                                  \
	"3,O'Neill,Mary,Sergeant,officer,SO15,mary@met.police.example\n"                       \
	"4,Castle,Bob,DC,officer,Surveillance,bob@met.police.example\n"                        \
	"5,Okafor,Zed,,staff,Finance,\n"
#define INCIDENT_LEAK                                                                    \
	"Row ID,Pay No,Surname,Forenames\nR1,1,Sample,Jo\nR2,2,Patel,Ann\nR3,3,O'Neill,Mary\n" \
	"R4,4,Castle,Bob\nR5,5,Okafor,Zed\n"
#define INCIDENT_NOTICES 3 /* the other two are tasks: surveillance, and no address */

/* incident.json of the example into the folder, with one text replaced by another. */
static inline void incident_settings(struct incident *i, const char *old, const char *new)
{
	const char *words = texts_shipped("example/supplier/incident.json"),
		   *at = old ? strstr(words, old) : words;
	struct fault f = {0};
	auto_text changed = NULL;

	assert_non_null(at);
	changed = old ? text_format("%.*s%s%s", (int)(at - words), words, new, at + strlen(old))
		      : text_copy(words);
	(void)book_file(&i->book, "incident/incident.json", changed);
	settings_freep(&i->settings);
	fine(settings_load(i->book.dir, &i->settings, &f), &f);
}

static inline struct compose_tally incident_compose(struct incident *i)
{
	const struct group_options group = {.policy = i->policy,
		.exposed = json_object_get(i->settings->json, "exposed")};
	const struct compose_options o = {.settings = i->settings,
		.policy = i->policy,
		.texts = &i->texts,
		.group_is_current = true};
	struct match_tally matched;
	struct group_run grouped;
	struct compose_tally composed = {0};
	struct fault f = {0};

	fine(match_run(i->book.ledger, NULL, &matched, &f) ||
			group_run(i->book.ledger, &group, &grouped, &f) ||
			compose_run(i->book.ledger, &o, &composed, &f),
		&f);
	return composed;
}

static inline void incident_make(struct incident *i)
{
	const char *policy = texts_shipped("example/supplier/policy.json");
	struct fault f = {0};

	*i = (struct incident){0};
	book_make(&i->book);
	book_import(&i->book, true, INCIDENT_LIST);
	book_import(&i->book, false, INCIDENT_LEAK);
	incident_settings(i, NULL, NULL);
	fine(policy_parse("policy.json", policy, strlen(policy), &i->policy, &f), &f);
	i->texts.dir = "/nowhere";
	assert_int_equal(incident_compose(i).notices, INCIDENT_NOTICES);
}

static inline void incident_remove(struct incident *i)
{
	settings_free(i->settings);
	policy_free(i->policy);
	book_remove(&i->book);
}

#endif
