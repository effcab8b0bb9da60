/* SPDX-License-Identifier: MIT */
/*
 * Verdicts on recipients. Fields are dsn.c's, words bounce.c's, reasons reason.c's; what
 * kind of letter it is at all is letter.c's. What can go wrong: a failure taken for less
 * leaves a person untold, and a delay taken for a failure sends somebody to their door:
 * so both are asked of action, status and words together.
 */
#include "mailer/wire/verdict.h"

#include <string.h>

#include "mailer/wire/header.h"
#include "mailer/wire/reason.h"

struct letter_recipient *verdict_add(struct letter *l, const char *address)
{
	struct letter_recipient *r;

	if (l->n_recipients == LETTER_RECIPIENTS)
		return NULL;
	r = &l->recipients[l->n_recipients++];
	memset(r, 0, sizeof(*r));
	(void)span_copy(span_of(address), r->address, sizeof(r->address));
	return r;
}

/* How bad: the letter is what its worst recipient is. */
static unsigned rank(enum letter_class c)
{
	switch (c) {
	case LETTER_BOUNCE_HARD:
		return 9;
	case LETTER_BOUNCE_SOFT:
		return 8;
	case LETTER_BOUNCE_ANY:
		return 7;
	case LETTER_DELAYED:
		return 6;
	case LETTER_RELAYED:
		return 5;
	case LETTER_EXPANDED:
		return 4;
	case LETTER_DELIVERED:
		return 3;
	case LETTER_UNPARSABLE:
	case LETTER_OTHER:
	case LETTER_MDN:
	case LETTER_AUTO_REPLY:
	case LETTER_CHALLENGE:
	case LETTER_FEEDBACK:
	case LETTER_HUMAN:
	case LETTER_CLASSES:
		break;
	}
	return 0;
}

void verdict_sum(struct letter *l)
{
	const struct letter_recipient *worst = NULL;

	for (unsigned i = 0; i < l->n_recipients; i++)
		if (!worst || rank(l->recipients[i].class) > rank(worst->class))
			worst = &l->recipients[i];
	if (!worst)
		return;
	l->class = worst->class;
	l->reason = worst->reason;
	l->evidence = worst->evidence;
}

/* --- what is said of one --- */

/* The line of the words that a person should see: the one with the code, or the last. */
static void set_diagnostic(struct letter_recipient *r, struct span words)
{
	struct span line, best = span_of("");
	size_t at = 0;

	while (span_line(words, &at, &line)) {
		line = span_trim(line);
		if (!line.length)
			continue;
		best = line;
		if (dsn_find_reply(line))
			break;
	}
	(void)span_copy(best, r->diagnostic, sizeof(r->diagnostic));
}

/* --- fields --- */

static void take_address(struct span field, char *out, size_t room)
{
	size_t at = 0;

	if (header_address(field, &at, out, room))
		return;
	while (field.length && (*field.at == '<' || *field.at == '"' || *field.at == ' '))
		field = span_from(field, 1);
	for (at = 0; at < field.length && field.at[at] > ' ' &&
		     !strchr("<>\"(;", field.at[at]);)
		at++;
	field.length = at;
	(void)span_copy(field, out, room);
	out[strcspn(out, " ")] = '\0'; /* what stood for a control character */
}

static void take_addresses(const struct dsn_recipient *d, struct letter_recipient *r)
{
	char original[LETTER_ADDRESS], final[LETTER_ADDRESS];

	take_address(d->original, original, sizeof(original));
	take_address(d->final.length ? d->final : d->actual, final, sizeof(final));
	memcpy(r->address, strchr(original, '@') || !final[0] ? original : final,
		sizeof(r->address));
	if (final[0] && !span_is(span_of(final), r->address))
		memcpy(r->final, final, sizeof(r->final));
}

/* It waits and will be tried again; OpenSMTPD says so of its last attempt too. A failure
 * may have been late before. */
static bool is_late(const struct bounce_tone *tone)
{
	bool late = tone->retried ||
		    (tone->delayed && !tone->subject_final && !tone->perhaps_final);
	bool final = tone->final || dsn_find_reply(tone->words) >= 500;

	return (tone->subject_delayed || (late && !final)) &&
	       !span_has(tone->words, "envelope expired");
}

static enum letter_class action_class(const struct dsn_recipient *d, const char *status,
	const struct bounce_tone *tone, struct span said)
{
	switch (d->action) {
	case DSN_FAILED:
		return LETTER_BOUNCE_ANY;
	case DSN_DELAYED:
		return span_has(said, "envelope expired") ||
				       span_has(d->diagnostic, "envelope expired")
			       ? LETTER_BOUNCE_ANY
			       : LETTER_DELAYED;
	case DSN_DELIVERED:
		return span_has(d->comment, "relayed") || span_has(said, "non-dsn")
			       ? LETTER_RELAYED
			       : LETTER_DELIVERED;
	case DSN_RELAYED:
		return LETTER_RELAYED;
	case DSN_EXPANDED:
		return LETTER_EXPANDED;
	case DSN_OTHER_ACTION: /* "error"; "deliverable" asks for nothing */
		return status[0] == '5' ? LETTER_BOUNCE_ANY : LETTER_OTHER;
	case DSN_NO_ACTION:
		break;
	}
	if (status[0] == '2')
		return LETTER_DELIVERED;
	return status[0] == '4' && is_late(tone) ? LETTER_DELAYED : LETTER_BOUNCE_ANY;
}

/* A status so common that it tells nothing: then what is written about it counts too. */
static bool is_vague(const char *status)
{
	static const char *const vague[] = {
		".0.0", ".3.0", ".5.0", ".7.1", ".7.0", ".1.0", ".2.0", ".4.0"};

	for (size_t i = 0; status[0] && i < sizeof(vague) / sizeof(*vague); i++)
		if (!strcmp(status + 1, vague[i]))
			return true;
	return !status[0];
}

/* Reason from the report, or from the words about this recipient if the report has none.
 */
static void find_reason(struct letter_recipient *r, struct span diagnostic,
	struct span said, struct reason *ret)
{
	struct reason words;

	reason_find(diagnostic, said, r->status, ret);
	if (ret->phrase || (ret->reason != LETTER_NO_REASON && !is_vague(r->status)))
		return;
	reason_find(said, span_of(""), r->status, &words);
	if (words.phrase)
		*ret = words;
}

/* "5.0.0" in the fields, "554 5.3.0 unknown mailer error" in the words. */
static void take_better_status(struct letter_recipient *r, struct span said)
{
	char status[DSN_CODE];

	dsn_status(span_of(""), said, status);
	if (dsn_is_telling(status) && (!r->status[0] || status[0] == r->status[0]))
		memcpy(r->status, status, sizeof(r->status));
}

#define SAID_MAX 8192 /* bytes of the words that are looked at for one recipient */

static struct span words_about(
	const struct bounce *b, const char *address, struct span all)
{
	for (size_t i = 0; i < b->count; i++)
		if (span_is(span_of(b->recipients[i].address), address))
			return (struct span){
				text_string(&b->words) + b->recipients[i].words,
				b->recipients[i].words_end - b->recipients[i].words};
	if (all.length > SAID_MAX)
		all.length = SAID_MAX;
	return b->count > 1 ? span_of("") : all;
}

static bool nobody(const char *address, void *context)
{
	(void)address;
	(void)context;
	return false;
}

bool verdict_report(const struct reading *r, struct span fields,
	const struct bounce_tone *tone, struct letter *l)
{
	static struct dsn dsn;
	static struct bounce bounce;

	(void)r;
	dsn_read(fields, &dsn);
	if (!dsn.count)
		return false;
	bounce_read(tone->words, nobody, NULL, &bounce);
	(void)dsn_xtext(dsn.envelope_id, l->envelope_id, sizeof(l->envelope_id));
	for (size_t i = 0; i < dsn.count; i++) {
		const struct dsn_recipient *d = &dsn.recipients[i];
		struct letter_recipient *to = verdict_add(l, "");
		struct reason reason;
		struct span said;

		if (!to)
			break;
		take_addresses(d, to);
		said = words_about(&bounce, to->address, tone->words);
		dsn_status(d->status, d->diagnostic.length ? d->diagnostic : said,
			to->status);
		if (!dsn_is_telling(to->status) && !dsn_find_reply(d->diagnostic))
			take_better_status(to, said);
		to->class = action_class(d, to->status, tone, said);
		to->evidence = LETTER_BY_REPORT;
		if (d->diagnostic.length)
			(void)span_copy(
				d->diagnostic, to->diagnostic, sizeof(to->diagnostic));
		else
			set_diagnostic(to, said);
		if (to->class == LETTER_BOUNCE_ANY || to->class == LETTER_DELAYED) {
			find_reason(to, d->diagnostic, said, &reason);
			to->reason = reason.reason;
		}
		if (to->class == LETTER_BOUNCE_ANY)
			to->class = reason.hard ? LETTER_BOUNCE_HARD : LETTER_BOUNCE_SOFT;
		if (to->class == LETTER_DELAYED) /* its own, not the server's */
			dsn_status(d->status, span_of(""), to->status);
	}
	verdict_sum(l);
	return true;
}

/* --- words --- */

static bool ours(const char *address, void *context)
{
	const struct letter *l = context;

	if (span_is(span_of(l->from), address))
		return true;
	for (unsigned i = 0; i < l->n_to; i++)
		if (span_is(span_of(l->to[i]), address))
			return true;
	return false;
}

static enum letter_evidence words_evidence(
	struct span said, const struct reason *reason, const struct bounce_tone *tone)
{
	char status[DSN_CODE];
	size_t at = 0;

	if (dsn_find_status(said, &at, status) || dsn_find_reply(said))
		return LETTER_BY_DIAGNOSTIC;
	if (tone->family || reason->family)
		return LETTER_BY_FAMILY;
	return LETTER_BY_PHRASE;
}

/* A success in plain words; such letters also speak of errors that may come. */
static bool is_success(const struct bounce_tone *tone)
{
	return (tone->delivered || tone->relayed) &&
	       (!tone->failed || tone->subject_delivered) && !tone->subject_delayed &&
	       !dsn_find_reply(tone->words);
}

static enum letter_class words_class(const struct reason *reason, bool late,
	const struct bounce_tone *tone, const char *status)
{
	if (is_success(tone) && reason->reason == LETTER_NO_REASON)
		return tone->relayed ? LETTER_RELAYED : LETTER_DELIVERED;
	if (late)
		return LETTER_DELAYED;
	if (reason->hard)
		return LETTER_BOUNCE_HARD;
	return tone->failed || tone->subject_failed || status[0] ? LETTER_BOUNCE_SOFT
								 : LETTER_BOUNCE_ANY;
}

static void judge_words(struct letter_recipient *to, struct span said, bool late,
	const struct bounce_tone *tone)
{
	struct reason reason;

	dsn_status(span_of(""), said, to->status);
	reason_find(said, tone->words, to->status, &reason);
	if (!reason.phrase && !to->status[0]) {
		dsn_status(span_of(""), tone->words, to->status);
		reason_find(tone->words, span_of(""), to->status, &reason);
	}
	to->reason = reason.reason;
	to->class = words_class(&reason, late, tone, to->status);
	to->evidence = words_evidence(said, &reason, tone);
	set_diagnostic(to, said);
}

/* Whom the returned mail was to. */
static bool returned_recipient(
	const struct reading *r, const struct bounce_tone *tone, char *out, size_t room)
{
	static const char *const fields[] = {
		"x-failed-recipients", "x-original-to", "delivered-to", "to", "cc"};
	struct span head = reading_span(&r->returned);

	if (!head.length)
		head = (struct span){tone->returned.at, tone->returned.length};
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		struct span value;
		size_t at = 0;

		if (header_find(head, fields[i], &value) &&
			header_address(value, &at, out, room))
			return true;
	}
	return false;
}

void verdict_words(
	const struct reading *r, const struct bounce_tone *tone, struct letter *l)
{
	static struct bounce bounce;
	bool late = is_late(tone);
	char address[LETTER_ADDRESS] = "";

	bounce_read(tone->words, ours, l, &bounce);
	if ((!bounce.count || bounce.vague) &&
		returned_recipient(r, tone, address, sizeof(address))) {
		bounce.count = 0;
	} else if (!bounce.count) {
		bounce_read(tone->words, nobody, NULL, &bounce);
	}
	for (size_t i = 0; i < bounce.count; i++) {
		struct letter_recipient *to =
			verdict_add(l, bounce.recipients[i].address);

		if (to)
			judge_words(to,
				words_about(&bounce, bounce.recipients[i].address,
					tone->words),
				late, tone);
	}
	if (!l->n_recipients)
		judge_words(verdict_add(l, address), tone->words, late, tone);
	verdict_sum(l);
}
