/* SPDX-License-Identifier: MIT */
/*
 * Events as JSON. All other reports are verdict.c's. What can go wrong: a service that
 * names its members otherwise; then the letter is taken for what else it looks like.
 */
#include "mailer/wire/event.h"

#include <string.h>

#include "mailer/wire/dsn.h"
#include "mailer/wire/reason.h"
#include "mailer/wire/verdict.h"

/* The string behind the next `"name":`, from `*at` on; empty and false if there is none.
 */
static bool next_string(struct span s, const char *name, size_t *at, struct span *ret)
{
	struct span rest = span_from(s, *at);
	long found = span_find(rest, name);
	const char *end;

	*ret = span_of("");
	if (found < 0)
		return false;
	rest = span_from(rest, (size_t)found + strlen(name));
	while (rest.length && strchr(" \t\r\n:[", *rest.at) && *rest.at)
		rest = span_from(rest, 1);
	*at = (size_t)(rest.at - s.at);
	if (!rest.length || *rest.at != '"')
		return false;
	rest = span_from(rest, 1);
	end = memchr(rest.at, '"', rest.length);
	*ret = (struct span){rest.at, end ? (size_t)(end - rest.at) : 0};
	return end != NULL;
}

static struct span string(struct span s, const char *name)
{
	size_t at = 0;
	struct span value;

	(void)next_string(s, name, &at, &value);
	return value;
}

static struct letter_recipient *add(struct letter *l, struct span address)
{
	char copy[LETTER_ADDRESS];
	struct letter_recipient *r;

	(void)span_copy(address, copy, sizeof(copy));
	r = strpbrk(copy, " <>") ? NULL : verdict_add(l, copy);
	if (r)
		r->evidence = LETTER_BY_FAMILY;
	return r;
}

static void add_bounced(
	struct span entry, struct span type, struct letter *l, struct span address)
{
	struct letter_recipient *r = add(l, address);
	struct span diagnostic = string(entry, "\"diagnosticcode\"");
	struct reason reason;

	if (!r)
		return;
	dsn_status(string(entry, "\"status\""), diagnostic, r->status);
	reason_find(diagnostic, span_of(""), r->status, &reason);
	r->reason = reason.reason;
	r->class = reason.hard && !span_is(type, "transient") ? LETTER_BOUNCE_HARD
							      : LETTER_BOUNCE_SOFT;
	(void)span_copy(diagnostic, r->diagnostic, sizeof(r->diagnostic));
}

static void take_bounces(struct span text, struct letter *l)
{
	static const char name[] = "\"emailaddress\"";
	struct span type = string(text, "\"bouncetype\""), address, entry;
	size_t at = 0;

	while (next_string(text, name, &at, &address)) {
		long end;

		entry = span_from(text, at);
		end = span_find(entry, name);
		if (end >= 0)
			entry.length = (size_t)end;
		add_bounced(entry, type, l, address);
	}
}

static void take_complaint(struct span text, struct letter *l)
{
	struct letter_recipient *r = add(l, string(text, "\"emailaddress\""));

	if (r)
		r->class = LETTER_FEEDBACK;
	l->class = LETTER_FEEDBACK;
	l->evidence = LETTER_BY_FAMILY;
}

static void take_delivery(struct span text, struct letter *l)
{
	struct letter_recipient *r = add(l, string(text, "\"recipients\""));
	struct span reply = string(text, "\"smtpresponse\"");
	size_t at = 0;

	if (!r)
		return;
	r->class = LETTER_DELIVERED;
	(void)dsn_find_status(reply, &at, r->status);
	(void)span_copy(reply, r->diagnostic, sizeof(r->diagnostic));
}

bool event_read(struct span text, struct letter *l)
{
	struct span type = string(text, "\"notificationtype\"");

	if (!type.length)
		type = string(text, "\"eventtype\"");
	if (span_is(type, "bounce"))
		take_bounces(text, l);
	else if (span_is(type, "complaint"))
		take_complaint(text, l);
	else if (span_is(type, "delivery"))
		take_delivery(text, l);
	if (l->class != LETTER_FEEDBACK)
		verdict_sum(l);
	return l->n_recipients > 0;
}
