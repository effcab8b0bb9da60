/* SPDX-License-Identifier: MIT */
/*
 * The four events of a relay for one mail. Who writes it, and why, is trial.c's and
 * alert.c's.
 */
#include "mailer/parcel.h"

#include "mailer/post.h"
#include "mailer/wire/reply.h"
#include "recipients/clock.h"

struct carrier {
	const struct parcel *parcel;
	struct parcel_result *result;
	bool given;
};

static int on_next(void *user, struct relay_mail *ret, struct fault *f)
{
	struct carrier *c = user;

	(void)f;
	if (c->given)
		return RELAY_END;
	c->given = true;
	*ret = (struct relay_mail){.id = 1,
		.from = c->parcel->from,
		.to = c->parcel->to,
		.bytes = c->parcel->bytes->bytes,
		.length = c->parcel->bytes->length};
	return RELAY_MAIL;
}

static void on_handing_over(void *user, const struct relay_mail *mail, unsigned slot)
{
	(void)user;
	(void)mail;
	(void)slot;
}

static int on_settled(void *user, const struct relay_mail *mail,
	const struct relay_verdict *v, unsigned slot, struct fault *f)
{
	struct carrier *c = user;
	const char *text = v->text ? v->text : "";

	(void)mail;
	(void)slot;
	(void)f;
	c->result->kind = v->kind;
	c->result->code = v->code;
	reply_public(text, c->result->words, sizeof(c->result->words));
	text_printf(&c->result->reply, "to %s\n%s", c->parcel->to, text);
	return 0;
}

static int on_turn(void *user, bool idle, struct fault *f)
{
	(void)user;
	(void)idle;
	(void)f;
	return clock_interrupted() ? 0 : 1;
}

int parcel_send(const struct settings *s, const struct parcel *p,
	struct parcel_result *ret, struct fault *f)
{
	static const struct relay_events events = {.next = on_next,
		.handing_over = on_handing_over,
		.settled = on_settled,
		.turn = on_turn};
	const struct post_limits one = {.connections = 1};
	struct carrier c = {.parcel = p, .result = ret};
	int failed = 0;

	ret->kind = RELAY_NOT_SENT;
	for (size_t i = 0; !c.given && i < settings_relays(s); i++)
		failed = post_to(s, i, &one, &events, &c, f);
	return failed;
}
