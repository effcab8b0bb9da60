/* SPDX-License-Identifier: MIT */
/*
 * Rates and pauses. Who is slowed down, and when it is time to give up, is relay.c's.
 */
#include "mailer/wire/pace.h"

#define LONGEST 30 /* times the first pause */
#define WHOLE                                                                            \
	0.999999 /* a token; sums of many small parts fall a little short of one         \
		  */

static double most(const struct pace *p)
{
	return p->per_second > 10 ? p->per_second / 10 : 1;
}

static double tokens_at(const struct pace *p, int64_t now)
{
	double tokens = p->tokens + (double)(now - p->at) * p->per_second / 1000;

	return tokens > most(p) ? most(p) : tokens;
}

void pace_init(struct pace *p, double per_second, int64_t now)
{
	*p = (struct pace){.per_second = per_second, .tokens = 1, .at = now};
}

bool pace_take(struct pace *p, int64_t now)
{
	if (p->per_second <= 0)
		return true;
	p->tokens = tokens_at(p, now);
	p->at = now;
	if (p->tokens < WHOLE)
		return false;
	p->tokens -= 1;
	return true;
}

int64_t pace_wait(const struct pace *p, int64_t now)
{
	double tokens;

	if (p->per_second <= 0)
		return 0;
	tokens = tokens_at(p, now);
	return tokens >= WHOLE ? 0 : (int64_t)((1 - tokens) * 1000 / p->per_second) + 1;
}

bool back_off_hit(struct back_off *b, int64_t now)
{
	int64_t pause = b->first;

	if (now < b->until)
		return false;
	for (unsigned i = 0; i < b->in_row && pause < LONGEST * b->first; i++)
		pause *= 2;
	if (pause > LONGEST * b->first)
		pause = LONGEST * b->first;
	b->in_row++;
	b->until = now + pause;
	return true;
}

void back_off_clear(struct back_off *b)
{
	b->in_row = 0;
	b->until = 0;
}
