/* SPDX-License-Identifier: MIT */
/*
 * Words of a list, read for what they mean for the way in which somebody is told. Which
 * address remains is route.c's, who does what instead mailer/task.c's.
 *
 * What can go wrong: words that are not known here. A status that means nothing changes
 * nothing; a need that means nothing is still a need.
 */
#include "recipients/circumstance.h"

#include <string.h>
#include <strings.h>

#include "recipients/date.h"
#include "recipients/rank.h"

#define DAY 86400000LL
#define OF_AGE 180000 /* 18 years, as yyyymmdd */
#define CHIEF 7       /* the seniority of assistant chief constable and commander */

static bool has_one(const char *value, const char *const *words)
{
	for (; value && *words; words++)
		if (strcasestr(value, *words))
			return true;
	return false;
}

/* A value, unless it says that there is none. */
static const char *said(const struct roster_row *e, const char *field)
{
	static const char *const none[] = {"none", "no", "n/a", "-", "nil", NULL};
	const char *value = roster_value(e, field);

	for (const char *const *word = none; value && *word; word++)
		if (!strcasecmp(value, *word))
			return NULL;
	return value;
}

static bool is_minor(const struct roster_row *e, int64_t now)
{
	const char *born = roster_value(e, "date_of_birth");
	int32_t today = (int32_t)(now / DAY);
	struct date date;

	/* Without a birthday, who has a guardian is taken for a child. */
	if (!born || !date_parse(born, &date))
		return said(e, "guardian") != NULL;
	return date.day <= today && date_number(today) - date_number(date.day) < OF_AGE;
}

const char *circumstance_apart(const struct roster_row *e, int64_t now)
{
	static const char *const dead[] = {"deceased", "died", "dead", "death", NULL};

	if (has_one(roster_value(e, "status"), dead))
		return "deceased";
	return is_minor(e, now) ? "under-18" : NULL;
}

bool circumstance_away(const struct roster_row *e)
{
	static const char *const away[] = {"suspend", "career", "left", "leaver",
		"resign", "retire", "dismiss", NULL};

	return has_one(roster_value(e, "status"), away);
}

bool circumstance_chief(const struct roster_row *e)
{
	const char *rank = roster_value(e, "rank");
	struct rank_set set;

	if (!rank)
		return false;
	set = rank_parse(rank); /* "DC" may be a constable: in doubt, no chief */
	return rank_seniority(set.first) >= CHIEF &&
	       (set.second == RANK_NONE || rank_seniority(set.second) >= CHIEF);
}

enum circumstance_need circumstance_need(const struct roster_row *e)
{
	static const char *const presence[] = {
		"interpret", "sign language", "bsl", "lip", "in person", NULL};
	static const char *const paper[] = {
		"print", "braille", "easy read", "audio", "moon", "paper", NULL};
	const char *needs = said(e, "needs");

	return !needs                     ? CIRCUMSTANCE_NONE
	       : has_one(needs, presence) ? CIRCUMSTANCE_PRESENCE
	       : has_one(needs, paper)    ? CIRCUMSTANCE_PAPER
					  : CIRCUMSTANCE_OTHER;
}

bool circumstance_large_print(const struct roster_row *e)
{
	const char *needs = roster_value(e, "needs");

	return needs && strcasestr(needs, "large print");
}
