/* SPDX-License-Identifier: MIT */
/*
 * Takes a letter apart. The structure is mime.c's (libetpan), the meaning letter.c's.
 * What can go wrong: reports that are attached to a mail, or brought back by another
 * report; the letter's own come first, and those only if it has none of its own.
 */
#include "mailer/wire/reading.h"

#include <string.h>

#include "mailer/wire/charset.h"
#include "mailer/wire/header.h"
#include "mailer/wire/plain.h"

#define WORDS_MAX (128 * 1024)
#define SUBJECT_MAX 8192 /* bytes of its field; RFC 5322 has 998 in a line */

struct span reading_span(const struct text *t)
{
	return (struct span){text_string(t), t->length};
}

static bool is(const struct mime_part *p, const char *type)
{
	return !strcmp(p->type, type);
}

static void decode_first(const struct mime_part *p, struct text *ret)
{
	if (!ret->length)
		mime_decode(p, ret);
}

/* The header block that a message/rfc822 or a list of headers begins with. */
static void take_returned(const struct mime_part *p, struct reading *r)
{
	struct text decoded = {0};
	struct span whole;

	if (r->returned.length)
		return;
	mime_decode(p, &decoded);
	whole = reading_span(&decoded);
	while (whole.length && (*whole.at == '\n' || *whole.at == '\r'))
		whole = span_from(whole, 1);
	text_add(&r->returned, whole.at, header_length(whole));
	text_done(&decoded);
}

static void take_report(const struct mime_part *p, struct reading *r)
{
	if (is(p, "message/delivery-status") || is(p, "message/global-delivery-status"))
		decode_first(p, &r->status);
	else if (is(p, "message/disposition-notification") ||
		 is(p, "message/global-disposition-notification"))
		decode_first(p, &r->disposition);
	else if (is(p, "message/feedback-report"))
		decode_first(p, &r->feedback);
}

static void take_html(const struct mime_part *p, struct reading *r)
{
	struct text decoded = {0};

	mime_decode(p, &decoded);
	plain_from_html(reading_span(&decoded), &r->words);
	text_done(&decoded);
}

/* Some forget the header of the part, so that the returned mail's own stands there. */
static bool is_bare_mail(const struct mime_part *p, const struct reading *r)
{
	struct span value;

	return p->head.at != r->head.at && header_find(p->head, "message-id", &value) &&
	       header_find(p->head, "from", &value);
}

static bool brings_back(const struct mime_part *p)
{
	return is(p, "message/rfc822") || is(p, "message/global") ||
	       is(p, "text/rfc822-headers") || is(p, "message/rfc822-headers") ||
	       is(p, "message/global-headers") || is(p, "text/rfc822-header") ||
	       is(p, "message/partial");
}

static void take_part(const struct mime_part *p, struct reading *r)
{
	if (is_bare_mail(p, r)) {
		if (!r->returned.length)
			text_add(&r->returned, p->head.at, p->head.length);
		return;
	}
	if (brings_back(p))
		take_returned(p, r);
	else if (is(p, "text/plain") && r->words.length < WORDS_MAX)
		mime_decode(p, &r->words);
	else
		take_report(p, r);
}

/* A report in a mail that is brought back: what stands behind it is what it speaks of,
 * not the mail that it is in. */
static void take_passed_on(const struct mime_part *p, struct reading *r)
{
	bool had = r->status.length > 0;

	take_report(p, r);
	if (!had && r->status.length)
		text_clear(&r->returned);
	else if (had && brings_back(p))
		take_returned(p, r);
}

static bool is_blank(const struct text *t)
{
	return !span_trim(reading_span(t)).length;
}

/* What has no text of its own shows its HTML, or whatever text it has. */
static void take_other_words(struct reading *r)
{
	for (size_t i = 0; i < r->mime.count && is_blank(&r->words); i++) {
		const struct mime_part *p = &r->mime.parts[i];

		if (p->returned || strncmp(p->type, "text/", 5) || is(p, "text/plain") ||
			is(p, "text/rfc822-headers"))
			continue;
		if (is(p, "text/html"))
			take_html(p, r);
		else
			mime_decode(p, &r->words);
		r->html = true;
	}
}

static struct span shortened(struct span s, size_t most)
{
	return s.length > most ? (struct span){s.at, most} : s;
}

void reading_read(struct span letter, struct reading *ret)
{
	text_clear(&ret->subject);
	text_clear(&ret->words);
	text_clear(&ret->status);
	text_clear(&ret->disposition);
	text_clear(&ret->feedback);
	text_clear(&ret->returned);
	ret->html = false;
	mime_read(letter, &ret->mime);
	ret->head = ret->mime.head;
	header_read(ret->head, &ret->fields);
	ret->report = span_starts(
		header_field_value(&ret->fields, "content-type"), "multipart/report");
	header_decode(shortened(header_field_value(&ret->fields, "subject"), SUBJECT_MAX),
		&ret->subject);
	for (size_t i = 0; i < ret->mime.count; i++)
		if (!ret->mime.parts[i].returned)
			take_part(&ret->mime.parts[i], ret);
	take_other_words(ret);
	if (is_blank(&ret->words) &&
		!ret->status.length) /* no structure, or a broken one */
		charset_decode(span_of(""),
			shortened(span_from(letter, ret->head.length), WORDS_MAX),
			&ret->words);
	/* a report that somebody passed on as an attachment */
	for (size_t i = 0; i < ret->mime.count && !ret->report; i++)
		if (ret->mime.parts[i].returned)
			take_passed_on(&ret->mime.parts[i], ret);
}

void reading_done(struct reading *r)
{
	text_done(&r->subject);
	text_done(&r->words);
	text_done(&r->status);
	text_done(&r->disposition);
	text_done(&r->feedback);
	text_done(&r->returned);
}
