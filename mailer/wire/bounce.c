/* SPDX-License-Identifier: MIT */
/*
 * Reports in plain words. Those with fields are dsn.c's, what a failure means is
 * reason.c's, and who may send one is letter.c's question. What can go wrong: a person
 * who quotes a bounce, or who writes "could not be delivered": so words alone are never
 * enough there.
 */
#include "mailer/wire/bounce.h"

#include <string.h>

#include "mailer/wire/dsn.h"
#include "mailer/wire/header.h"
#include "mailer/wire/phrase.h"
#include "words.h"

enum {
	FAILED,
	TRANSCRIPT,
	DELAYED,
	RETRIED,
	FINAL,
	PERHAPS_FINAL,
	DELIVERED,
	RELAYED,
	RETURNED,
	SUBJECT_FAILED,
	SUBJECT_REPORT,
	SUBJECT_DELAYED,
	SUBJECT_DELIVERED,
	OPENING
};
static const char *const sections[] = {"failed", "transcript", "delayed", "retried",
	"final", "perhaps final", "delivered", "relayed", "returned", "subject failed",
	"subject report", "subject delayed", "subject delivered", "opening", NULL};
static struct phrase_set set = {.source = words_bounce, .sections = sections};

#define HITS 256
#define NEARBY 300      /* bytes */
#define SPOKEN_MAX 4096 /* bytes of what is said of one recipient */
#define OPENING_MAX 200 /* bytes: of a text's beginning */
#define OPENING_AT 40   /* where at the latest it says who writes */

void bounce_prepare(void)
{
	phrase_prepare(&set);
}

/* --- where the returned mail begins --- */

static bool is_mail_field(struct span line)
{
	static const char *const names[] = {"received:", "return-path:", "message-id:",
		"from:", "to:", "subject:", "date:", "mime-version:", "content-type:",
		"dkim-signature:", "x-", "delivered-to:", "reply-to:", "cc:", "sender:",
		"domainkey-signature:", "in-reply-to:", "references:", "arc-"};

	if (!memchr(line.at, ':', line.length))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_starts(line, names[i]))
			return true;
	return false;
}

static bool is_strong_field(struct span line)
{
	return span_starts(line, "received:") || span_starts(line, "return-path:") ||
	       span_starts(line, "message-id:") || span_starts(line, "dkim-signature:") ||
	       span_starts(line, "mime-version:");
}

/* Quotation marks and indents before a line of a quoted mail. */
static struct span unquoted(struct span line)
{
	while (line.length && (*line.at == '>' || *line.at == ' ' || *line.at == '\t' ||
				      *line.at == '|'))
		line = span_from(line, 1);
	return line;
}

/* Three fields within five lines, one of them such as only mails have. */
static bool header_run(struct span text, size_t at)
{
	unsigned fields = 0, strong = 0;
	struct span line;

	for (unsigned i = 0; i < 8 && span_line(text, &at, &line); i++) {
		line = unquoted(line);
		if (!line.length && fields)
			break;
		fields += is_mail_field(line);
		strong += is_strong_field(line);
	}
	return fields >= 3 && strong;
}

static size_t line_start(struct span text, size_t at)
{
	while (at && text.at[at - 1] != '\n')
		at--;
	return at;
}

/* A line that is nothing but the announcement: "----- Original message -----". */
static bool announces(struct span text, const struct phrase_hit *hit)
{
	size_t start = line_start(text, hit->start), letters = 0;
	const char *end = hit->end < text.length ? memchr(text.at + hit->end, '\n',
							   text.length - hit->end)
						 : NULL;
	size_t stop = end ? (size_t)(end - text.at) : text.length;

	for (size_t i = start; i < hit->start; i++)
		letters += span_lower(text.at[i]) >= 'a' && span_lower(text.at[i]) <= 'z';
	while (stop > hit->end && strchr(" \t\r", text.at[stop - 1]))
		stop--;
	return letters <= 14 && stop - hit->end <= 60 &&
	       (stop == hit->end || strchr("-=*#_:.>])", text.at[stop - 1]));
}

/* The first header block from `start` on, from its first line; text.length if none. */
static size_t find_header(struct span text, size_t start)
{
	size_t at = start;
	struct span line;

	while (span_line(text, &at, &line)) {
		if (is_mail_field(unquoted(line)) && header_run(text, start))
			return start;
		start = at;
	}
	return text.length;
}

/* A few fields that say which mail the report is about, with the report behind them:
 * they have no way by which it came. Where that excerpt ends; text.length if it is none.
 */
static size_t excerpt_end(struct span text, size_t at)
{
	struct span line;

	while (span_line(text, &at, &line)) {
		line = unquoted(line);
		if (!line.length)
			return at;
		if (span_starts(line, "received:") || span_starts(line, "return-path:"))
			break;
	}
	return text.length;
}

/* --- tone --- */

static void take_hit(struct bounce_tone *t, const struct phrase *phrase, bool subject)
{
	switch (phrase->kind) {
	case FAILED:
		t->failed = true;
		break;
	case TRANSCRIPT:
		t->transcript = true;
		break;
	case DELAYED:
		t->delayed = true;
		break;
	case RETRIED:
		t->delayed = t->retried = true;
		break;
	case FINAL:
		t->final = true;
		break;
	case PERHAPS_FINAL:
		t->perhaps_final = true;
		break;
	case DELIVERED:
		t->delivered = true;
		break;
	case RELAYED:
		t->relayed = true;
		break;
	case SUBJECT_FAILED:
		t->subject_final |= subject && !t->subject_delayed;
		t->subject_failed |= subject;
		break;
	case SUBJECT_REPORT:
		t->subject_failed |= subject;
		break;
	case SUBJECT_DELAYED: /* behind a failure it is what the mail is about */
		t->subject_delayed |= subject && !t->subject_final;
		break;
	case SUBJECT_DELIVERED:
		t->subject_delivered |= subject && !t->subject_final;
		break;
	}
}

static void take_text(struct bounce_tone *t, struct span text, size_t header)
{
	struct phrase_hit hits[HITS];
	size_t count = phrase_scan(&set, (struct span){text.at, header}, hits, HITS);
	size_t cut = header;
	bool general = false;

	for (size_t i = 0; i < count && cut == header; i++)
		if (hits[i].phrase->kind == RETURNED && i && announces(text, &hits[i]))
			cut = line_start(text, hits[i].start);
	for (size_t i = 0; i < count && hits[i].end <= cut; i++) {
		take_hit(t, hits[i].phrase, false);
		general |= hits[i].phrase->kind == FAILED && !hits[i].phrase->family;
	}
	if (t->transcript && !t->delivered && !t->relayed)
		t->failed = general = true;
	t->family = t->failed && !general;
	t->words.length = cut;
	t->returned = span_from(text, cut);
}

bool bounce_opens(struct span text)
{
	struct phrase_hit hits[HITS];
	size_t count;

	if (text.length > OPENING_MAX)
		text.length = OPENING_MAX;
	count = phrase_scan(&set, text, hits, HITS);
	for (size_t i = 0; i < count; i++)
		if (hits[i].phrase->kind == OPENING && hits[i].start < OPENING_AT)
			return true;
	return false;
}

static bool has_tone(const struct bounce_tone *t)
{
	return t->failed || t->delayed || t->delivered || t->relayed;
}

void bounce_tone(
	struct span subject, struct span text, bool suspect, struct bounce_tone *ret)
{
	struct phrase_hit hits[HITS];
	size_t count, header = find_header(text, 0);

	*ret = (struct bounce_tone){.words = {text.at, header}};
	ret->returned = span_from(text, header);
	count = phrase_scan(&set, subject, hits, HITS);
	for (size_t i = 0; i < count; i++)
		if (hits[i].phrase->kind >= SUBJECT_FAILED)
			take_hit(ret, hits[i].phrase, true);
	if (suspect || ret->subject_failed || ret->subject_delayed)
		take_text(ret, text, header);
}

void bounce_pass_excerpt(struct span text, struct bounce_tone *tone)
{
	size_t behind = excerpt_end(text, tone->words.length);

	if (!has_tone(tone) && behind < text.length)
		take_text(tone, text, find_header(text, behind));
}

/* --- whom it speaks of --- */

enum tier {
	NOBODY,
	OFFICE,
	MENTIONED,
	ADDRESSED,
	BESIDE,
	REFUSED,
	ALONE
};

struct place {
	size_t line, start, end; /* bytes of the words */
	enum tier tier;
	char address[LETTER_ADDRESS];
};

static bool is_office(const char *address)
{
	static const char *const offices[] = {"postmaster@", "mailer-daemon@", "abuse@",
		"support@", "helpdesk@", "hostmaster@", "noreply@", "no-reply@", "root@",
		"admin@", "administrator@", "webmaster@", "mailmaster@"};

	for (size_t i = 0; i < sizeof(offices) / sizeof(*offices); i++)
		if (span_starts(span_of(address), offices[i]))
			return true;
	return false;
}

static bool only_marks(struct span s)
{
	for (size_t i = 0; i < s.length; i++)
		if (!strchr(" \t\"'<>([{*-#|:.&;=", s.at[i]) || !s.at[i])
			return false;
	return true;
}

/* "<ann@force.example>:", "ann@force.example... User unknown", "ann@force.example on Thu"
 */
static bool begins_entry(struct span behind)
{
	while (behind.length && strchr(">\"')]}", *behind.at) && *behind.at)
		behind = span_from(behind, 1);
	if (!behind.length || strchr(":;,.(<[|-", *behind.at))
		return true;
	behind = span_trim(behind);
	return !behind.length || strchr("(<[:-=|", *behind.at) ||
	       span_starts(behind, "on ") || span_starts(behind, "smtp") ||
	       span_starts(behind, "#") || span_starts(behind, "unknown") ||
	       span_starts(behind, "...");
}

/* Languages without blanks write on right before and behind an address; X.400 and old
 * Exchange write "SMTP=" before it. */
static size_t trim_address(char *address)
{
	char *sign = strrchr(address, '@'), *start = sign, *end = sign;
	size_t cut;

	while (start > address && !(start[-1] & 0x80))
		start--;
	while (*end && !(*end & 0x80))
		end++;
	cut = strlen(end);
	if (span_starts(span_of(start), "smtp="))
		start += strlen("smtp=");
	memmove(address, start, (size_t)(end - start));
	address[end - start] = '\0';
	return cut;
}

/* "ann@force.example <bea@force.example>:": an address as the name of another. */
static bool is_name(struct span behind, struct span line, size_t start, size_t end)
{
	char other[LETTER_ADDRESS];
	size_t at = 0;

	behind = span_trim(behind);
	if (!behind.length || *behind.at != '<' || span_starts(behind, "<mailto:"))
		return false;
	return header_address(behind, &at, other, sizeof(other)) &&
	       !span_is((struct span){line.at + start, end - start}, other);
}

static bool any_of(struct span s, const char *const words[])
{
	for (; *words; words++)
		if (span_has(s, *words))
			return true;
	return false;
}

static enum tier judge_place(struct span line, size_t start, size_t end)
{
	static const char *const not_them[] = {"mail from", "from:", "return-path",
		"sender", "contact", "http", "reply-to", "message-id", "reporting",
		"envelope-from", "generated from", "originator", "please use",
		"please try <", NULL};
	static const char *const them[] = {"rcpt", "recipient", "user", "address",
		"deliver", "unknown", "failed", "reject", "refuse", "mailbox",
		"message to", "mail to", "account", "undeliverable", "reach", "not found",
		"send to", "sent to", "empf", "destinat", "adresse", "bounced", "<<<",
		">>>", NULL};
	struct span before = {line.at, start}, behind = span_from(line, end);

	if (span_starts(span_trim(line), "original-recipient") ||
		span_starts(span_trim(line), "final-recipient"))
		return ALONE;
	if (only_marks(before) && is_name(behind, line, start, end))
		return MENTIONED;
	if (only_marks(before) && begins_entry(behind))
		return ALONE;
	if (any_of(before, not_them))
		return OFFICE;
	if (span_is(span_trim(before), "to:") || span_is(span_trim(before), "to: <") ||
		span_starts(span_trim(before), "recipient"))
		return ADDRESSED;
	if (dsn_find_reply(before) || dsn_find_reply(behind))
		return REFUSED;
	if (any_of(line, them))
		return BESIDE;
	return MENTIONED;
}

/* Of a long line only what is near counts: a line may hold thousands of addresses. */
static enum tier judge_nearby(struct span line, size_t start, size_t end)
{
	size_t from = start > NEARBY ? start - NEARBY : 0;

	line.length = line.length > end + NEARBY ? end + NEARBY : line.length;
	return judge_place(span_from(line, from), start - from, end - from);
}

struct places {
	struct place list[BOUNCE_RECIPIENTS];
	size_t count;
	enum tier best;
};

static bool known(const struct places *p, const struct place *place)
{
	for (size_t i = 0; i < p->count; i++)
		if (span_is(span_of(p->list[i].address), place->address))
			return true;
	return false;
}

/* "user ann@force.example not found", "user bea@force.example not found": a list too. */
static bool same_form(struct span words, const struct place *a, const struct place *b)
{
	size_t length = a->start - a->line;

	return length && b->start - b->line == length &&
	       !memcmp(words.at + a->line, words.at + b->line, length);
}

/* "ann@force.example, bea@force.example and cy@force.example" */
static bool goes_on(struct span words, const struct place *a, const struct place *b)
{
	static const char *const joints[] = {
		",", ";", "&", " and ", " und ", " et ", " y ", " en ", " och ", NULL};
	struct span between = {words.at + a->end, b->start - a->end};

	return a->line == b->line && b->start > a->end && between.length <= 8 &&
	       any_of(between, joints);
}

static void add_place(struct places *p, const struct place *place, struct span words)
{
	if (place->tier < p->best || place->tier == NOBODY)
		return;
	if (place->tier > p->best) {
		p->best = place->tier;
		p->count = 0;
	}
	/* where it merely stands in a sentence, the first is meant */
	if (p->count && p->best < REFUSED && !same_form(words, &p->list[0], place) &&
		!goes_on(words, &p->list[p->count - 1], place))
		return;
	if (p->count < BOUNCE_RECIPIENTS && !known(p, place))
		p->list[p->count++] = *place;
}

static void find_places(struct span words, bool (*ours)(const char *, void *),
	void *context, struct places *ret)
{
	size_t at = 0, start = 0;
	struct span line;
	struct place place;

	ret->count = 0;
	ret->best = NOBODY;
	for (; span_line(words, &at, &line); start = at) {
		size_t in = 0;

		while (header_address(line, &in, place.address, sizeof(place.address))) {
			size_t cut = trim_address(place.address);

			if (*place.address == '@')
				continue;
			place.line = start;
			place.end = start + in - cut;
			place.start = place.end - strlen(place.address);
			place.tier = judge_nearby(
				line, place.start - start, place.end - start);
			if (is_office(place.address))
				place.tier = OFFICE;
			if (ours(place.address, context))
				place.tier = NOBODY + (place.tier > OFFICE);
			add_place(ret, &place, words);
		}
	}
}

/* Every line that names the address, and its own entry up to the next one's. */
static void add_spoken(
	struct span words, const struct places *p, size_t which, struct text *out)
{
	const struct place *mine = &p->list[which];
	size_t end = which + 1 < p->count ? p->list[which + 1].line : words.length;
	size_t before = out->length, at = 0;
	struct span line;

	if (p->best < REFUSED) {
		text_add(out, words.at,
			words.length < SPOKEN_MAX ? words.length : SPOKEN_MAX);
		return;
	}
	if (end > mine->end + SPOKEN_MAX)
		end = mine->end + SPOKEN_MAX;
	text_add(out, words.at + mine->line, end - mine->line);
	while (p->count > 1 && span_line(words, &at, &line) &&
		out->length - before < 2 * SPOKEN_MAX) {
		size_t start = (size_t)(line.at - words.at);

		if (start >= mine->line && start < end)
			continue;
		if (span_find(line, mine->address) < 0)
			continue;
		text_add(out, line.at, line.length);
		text_add_char(out, '\n');
	}
}

void bounce_read(struct span words, bool (*ours)(const char *address, void *context),
	void *context, struct bounce *ret)
{
	static struct places places; /* large; one letter at a time */

	text_clear(&ret->words);
	ret->count = 0;
	find_places(words, ours, context, &places);
	ret->vague = places.best < ADDRESSED;
	for (size_t i = 0; i < places.count; i++) {
		struct bounce_recipient *r = &ret->recipients[ret->count++];

		memcpy(r->address, places.list[i].address, sizeof(r->address));
		r->words = ret->words.length;
		add_spoken(words, &places, i, &ret->words);
		r->words_end = ret->words.length;
	}
}

void bounce_done(struct bounce *b)
{
	text_done(&b->words);
}
