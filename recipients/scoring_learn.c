/* SPDX-License-Identifier: MIT */
/*
 * What a model is learned from: a sample of the records, each with whom it may be. How it
 * is learned is model.c's.
 *
 * What can go wrong: a record that a human decided wrongly teaches that such
 * disagreement is usual. One decision weighs as much as one record, no more.
 */
#include "recipients/scoring.h"

#include <math.h>

void scoring_sample(const struct scoring *s, const struct evidence_row *record,
	struct model_sample *sample)
{
	model_sample_record(sample, s->likely);
	for (size_t i = 0; i < s->count && i < SCORING_MOST; i++)
		model_sample_add(sample, s->list[i].pattern,
			s->list[i].log_u - s->list[i].log_reading - s->list[i].log_joint -
				s->list[i].log_kin);
	for (unsigned part = 0; part < NAMING_PARTS && record->names_count; part++)
		for (int level = 0; level < s->model.levels[part]; level++)
			sample->usual[model_class(s->listing, part)][part][level] +=
				exp(s->naming.log_u[part][level]);
	for (uint32_t i = 0; i < s->comparisons.count; i++)
		for (int level = 0; s->comparisons.list[i].value && level < VALUE_LEVELS;
			level++)
			sample->usual[model_class(s->listing, NAMING_PARTS + i)]
				     [NAMING_PARTS + i][level] +=
				exp(s->comparisons.list[i].log_u[level]);
}

#define CERTAIN 1000.0 /* log; more than any evidence */

/* Of a record that a human decided, only the person whom they named is left, for certain;
 * or nobody. */
static void keep_known(
	struct scoring *s, const struct evidence_row *record, uint32_t known)
{
	struct score score;
	size_t i = 0;

	while (i < s->count && s->list[i].person != known - 1)
		i++;
	if (known == SCORING_NO_ONE) {
		s->count = 0;
	} else if (i < s->count) {
		s->list[0] = s->list[i];
		s->count = 1;
	} else if (scoring_weigh(s, record, known - 1, &score)) {
		s->list[0] = score;
		s->count = 1;
	}
	if (s->count == 1)
		s->list[0].log_u -= CERTAIN;
}

static void learn_row(
	struct scoring *s, const struct evidence_row *record, struct model_sample *sample)
{
	uint32_t known = record->owner < s->known_room ? s->known[record->owner] : 0;

	scoring_find(s, record);
	if (known)
		keep_known(s, record, known);
	scoring_sample(s, record, sample);
}

void scoring_learn(struct scoring *s)
{
	const struct evidence_list *records = &s->evidence->lists[EVIDENCE_RECORDS];
	size_t step = records->count / SCORING_SAMPLE + 1;
	struct model_sample sample = {0};

	for (size_t i = 0; i < records->count; i += step)
		learn_row(s, &records->rows[i], &sample);
	model_learn(&s->model, &sample, s->people);
	model_sample_done(&sample);
}
