/* SPDX-License-Identifier: MIT */
/*
 * Counts out of the views of the schema. What time brings (late tasks, reviews) is
 * status.c's.
 */
#include "mailer/needs.h"

#include <string.h>

#include "mailer/handover.h"
#include "mailer/inbox.h"
#include "recipients/stray.h"

/* Leaked rows that are nobody's, by what the rules say of them alone. */
static int gather_strays(
	struct ledger *l, const struct policy *p, json_t *status, struct fault *f)
{
	json_t *levels, *closed, *others;

	if (stray_levels(l, p, &levels, f))
		return -1;
	(void)json_object_set_new(status, "rows_without_person", levels);
	if (stray_closed(l, &closed, f))
		return -1;
	(void)json_object_set_new(status, "rows_closed", closed);
	if (handover_list(l, &others, f))
		return -1;
	return json_object_set_new(status, "other_controllers", others);
}

/* What only a human can move on. */
static int gather_counts(struct ledger *l, json_t *status, struct fault *f)
{
	static const struct {
		const char *name, *sql;
	} counts[] = {
		{"rejected_people_rows",
			SQL("SELECT total(rejected) FROM source_now WHERE kind = 'people'")},
		{"rejected_breach_rows",
			SQL("SELECT total(rejected) FROM source_now WHERE kind = 'breach'")},
		{"rows_in_conflict",
			SQL("SELECT count(*) FROM match_now WHERE reason = 'conflict'"
			    " AND record_id NOT IN (SELECT record_id FROM row_closed)")},
		{"rows_possible",
			SQL("SELECT count(*) FROM match_now WHERE outcome = 'possible' AND reason <> 'conflict'"
			    " AND record_id NOT IN (SELECT record_id FROM row_closed)")},
		{"rows_unmatched",
			SQL("SELECT count(*) FROM match_now WHERE outcome = 'unmatched' AND reason NOT IN ('decided by a person',"
			    " 'other controller') AND record_id NOT IN (SELECT record_id FROM row_closed)")},
		{"rows_other_controller",
			SQL("SELECT count(*) FROM record_apart_now WHERE record_id NOT IN (SELECT record_id FROM row_closed)")},
		{"rows_ambiguous_untold",
			SQL("SELECT count(*) FROM match_now m WHERE m.outcome = 'ambiguous' AND NOT EXISTS (SELECT 1 FROM"
			    " candidate_now c JOIN assignment_now a ON a.person_id = c.person_id WHERE c.record_id = m.record_id)")},
		{"rejected_shield_rows",
			SQL("SELECT total(rejected) FROM source_now WHERE kind = 'shield'")},
		{"shield_rows_unknown",
			SQL("SELECT count(*) FROM shield_now WHERE person_id IS NULL")},
		{"shield_rows_several",
			SQL("SELECT count(*) FROM (SELECT 1 FROM shield_now GROUP BY shield_id HAVING count(person_id) > 1)")},
		{"questions",
			SQL("SELECT count(*) FROM question_now WHERE NOT accepted")},
	};
	const char *mode = json_string_value(json_object_get(status, "mode"));
	json_t *needs = json_object();

	(void)json_object_set_new(status, "needs_human", needs);
	if (inbox_needs(l, mode, needs, f)) /* somebody may be afraid: first */
		return -1;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		int64_t n;

		if (ledger_number(l, counts[i].sql, 0, &n, f))
			return -1;
		if (n)
			(void)json_object_set_new(needs, counts[i].name, json_integer(n));
	}
	for (const char *const *state = (const char *const[]){"task", "not_reached",
		     "held", "refused", "in_doubt", "bounced", NULL};
		*state; state++) {
		json_int_t n = json_integer_value(
			json_object_get(json_object_get(status, "states"), *state));

		if (n)
			(void)json_object_set_new(needs, *state, json_integer(n));
	}
	return 0;
}

int needs_gather(
	struct ledger *l, const struct policy *p, json_t *status, struct fault *f)
{
	return gather_counts(l, status, f) || gather_strays(l, p, status, f) ? -1 : 0;
}

const char *needs_words(const char *need)
{
	static const char *const words[][2] = {
		{"letters_worried",
			"letters of people who are afraid (track --list worried)"},
		{"letters_question",
			"questions and other replies (track --list questions)"},
		{"letters_challenge",
			"mailboxes that want a click before they deliver (track --list challenges)"},
		{"letters_complaint",
			"people who marked the notice as unwanted (track --list complaints)"},
		{"letters_unsure",
			"letters that move nothing until a person has looked (track --list unsure)"},
		{"letters_orphan",
			"letters that belong to no notice, as far as is known (track --list orphans)"},
		{"letters_unparsable",
			"letters that could not be read (track --list unparsable)"},
		{"conflicts",
			"people of whom one letter says that it failed, another not (track --list conflicts)"},
		{"bounced", "people whose notice came back (track --list bounced)"},
		{"rejected_people_rows",
			"rows of people lists that could not be read (report --kind rejects)"},
		{"rejected_breach_rows",
			"rows of the leak that could not be read (report --kind rejects)"},
		{"rows_in_conflict",
			"leaked rows whose number and name point to two people (approve --row)"},
		{"rows_possible", "leaked rows that may be somebody (approve --row)"},
		{"rows_unmatched",
			"leaked rows that are nobody on the list (approve --row, or --close)"},
		{"rows_other_controller",
			"leaked rows of another controller, to be handed over (report --kind controller)"},
		{"rows_ambiguous_untold",
			"leaked rows with too many candidates to tell any"},
		{"rejected_shield_rows",
			"rows of the liaison's file that could not be used (report --kind rejects)"},
		{"shield_rows_unknown",
			"people to be shielded whom nobody on the lists is (report --kind rejects)"},
		{"shield_rows_several",
			"rows of the liaison's file that are several people's (report --kind rejects)"},
		{"corrections",
			"people told who are not in the leak, as far as is known (report --kind corrections)"},
		{"points", "points that reps have raised on the texts (review --points)"},
		{"requests",
			"times that reps asked for notices again (send goes through them)"},
		{"questions", "open questions about lists and policy (approve)"},
		{"to_sign", "texts that wait for signatures (approve --sign KEYFILE)"},
		{"task", "people to be told in person (task)"},
		{"not_reached", "people who were not reached yet (task)"},
		{"held", "people held back by a person (person ID --unhold)"},
		{"tasks_overdue", "tasks that should be done by now (task --overdue)"},
		{"tasks_held_back",
			"tasks that would be too many at once (remind --tasks N)"},
		{"follow_ups_to_release",
			"follow-ups that wait for a release (approve)"},
		{"letters_to_follow",
			"letters that confirm a visit, to be sent (task --kind letter)"},
		{"restrictions_to_review",
			"people not told on a ground whose review is due (person ID)"},
		{"delay_without_reason",
			"the regulator was told late: why? (note --kind delay TEXT)"},
		{"refused",
			"people whose notice the relay refused (report --kind people)"},
		{"in_doubt", "notices in doubt (send --resolve)"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i][0], need))
			return words[i][1];
	return need;
}
