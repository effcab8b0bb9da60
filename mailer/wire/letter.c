/* SPDX-License-Identifier: MIT */
/*
 * What kind of letter it is: the order of the questions. A report counts before anything
 * that its header says of itself, since bounces carry the same marks as automatic
 * answers; a person is who is left when nothing speaks of a machine.
 *
 * Taking the letter apart is reading.c's, what a report proves verdict.c's, to which
 * notice it belongs is for those who have the ledger. What can go wrong: a machine taken
 * for a person reads like an answer, a person taken for a machine is not heard.
 */
#include "mailer/wire/letter.h"

#include <string.h>

#include "mailer/wire/automatic.h"
#include "mailer/wire/bounce.h"
#include "mailer/wire/charset.h"
#include "mailer/wire/event.h"
#include "mailer/wire/header.h"
#include "mailer/wire/letter_code.h"
#include "mailer/wire/reading.h"
#include "mailer/wire/reason.h"
#include "mailer/wire/reply_sense.h"
#include "mailer/wire/reply_text.h"
#include "mailer/wire/sender.h"
#include "mailer/wire/verdict.h"

static const char *const class_names[LETTER_CLASSES] = {"unparsable", "other",
	"bounce-hard", "bounce-soft", "bounce-any", "delayed", "delivered", "relayed",
	"expanded", "mdn", "auto-reply", "challenge", "feedback", "human"};

const char *letter_class_name(enum letter_class c)
{
	return class_names[c];
}

int letter_class_find(const char *name, enum letter_class *ret)
{
	for (unsigned i = 0; i < LETTER_CLASSES; i++) {
		if (strcmp(class_names[i], name))
			continue;
		*ret = (enum letter_class)i;
		return 0;
	}
	return -1;
}

bool letter_is_bounce(enum letter_class c)
{
	return c == LETTER_BOUNCE_HARD || c == LETTER_BOUNCE_SOFT ||
	       c == LETTER_BOUNCE_ANY;
}

static const char *const reasons[LETTER_REASONS][2] = {
	{"", ""},
	{"no-person", "no such person"},
	{"no-domain", "no such domain"},
	{"no-mail-there", "the domain takes no mail"},
	{"moved", "the person has moved"},
	{"closed", "mailbox closed"},
	{"mailbox-full", "mailbox full"},
	{"filtered", "the mailbox refuses it"},
	{"too-big", "message too big"},
	{"spam", "taken for spam"},
	{"virus", "taken for a virus"},
	{"blocked", "our server is blocked"},
	{"no-ptr", "our server has no name in reverse DNS"},
	{"reputation", "our server has a bad reputation"},
	{"sender", "our sender address is refused"},
	{"auth", "SPF, DKIM or DMARC failed"},
	{"policy", "refused by a rule there"},
	{"form", "the form of the message is refused"},
	{"no-relay", "the server does not serve that address"},
	{"tls", "no encrypted connection"},
	{"rate", "too many messages in a short time"},
	{"later", "asked to come later"},
	{"expired", "not delivered in time"},
	{"network", "the server cannot be reached"},
	{"system", "trouble at the mail server"},
	{"mailer", "a program behind the mailbox failed"},
	{"protocol", "the servers did not understand each other"},
	{"away", "the person is away"},
};

const char *letter_reason_name(enum letter_reason r)
{
	return reasons[r][0];
}

const char *letter_reason_words(enum letter_reason r)
{
	return reasons[r][1];
}

int letter_reason_find(const char *name, enum letter_reason *ret)
{
	for (unsigned i = 0; i < LETTER_REASONS; i++) {
		if (strcmp(reasons[i][0], name))
			continue;
		*ret = (enum letter_reason)i;
		return 0;
	}
	return -1;
}

const char *letter_evidence_name(enum letter_evidence e)
{
	static const char *const names[LETTER_EVIDENCES] = {"nothing", "report", "header",
		"diagnostic", "sender", "subject", "phrase", "family phrase"};

	return names[e];
}

/* --- the header --- */

/* References has the oldest first; what was answered, last. What is over the room goes.
 */
static void add_first(const char *id, struct letter *l)
{
	unsigned at = 0;

	while (at < l->n_references && strcmp(l->references[at], id))
		at++;
	if (at == l->n_references && l->n_references < LETTER_PLACES)
		l->n_references++;
	if (at == LETTER_PLACES)
		at--;
	memmove(l->references[1], l->references[0], at * LETTER_ID);
	memcpy(l->references[0], id, strlen(id) + 1);
}

static void take_ids(const struct header *head, struct letter *l)
{
	struct span value = header_field_value(head, "references");
	char id[LETTER_ID];
	size_t at = 0;

	(void)header_id(
		header_field_value(head, "message-id"), &at, l->message_id, LETTER_ID);
	for (at = 0; header_id(value, &at, id, sizeof(id));)
		add_first(id, l);
	value = header_field_value(head, "in-reply-to");
	for (at = 0; header_id(value, &at, id, sizeof(id));)
		add_first(id, l);
}

static bool has_place(const struct letter *l, const char *address)
{
	for (unsigned i = 0; i < l->n_to; i++)
		if (span_is(span_of(l->to[i]), address))
			return true;
	return false;
}

static void take_places(const struct header *head, struct letter *l)
{
	static const char *const fields[] = {"delivered-to", "x-original-to",
		"envelope-to", "x-envelope-to", "x-delivered-to", "to", "cc"};
	char address[LETTER_ADDRESS];
	struct span value;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		for (size_t at = 0; header_field_next(head, &at, fields[i], &value);) {
			size_t in = 0;

			while (l->n_to < LETTER_PLACES &&
				header_address(value, &in, address, sizeof(address)))
				if (!has_place(l, address))
					memcpy(l->to[l->n_to++], address,
						sizeof(address));
		}
	}
}

/* The one in angle brackets: a name may look like somebody else's address. */
static void take_sender(struct span from, char *out)
{
	bool quoted = false;
	size_t at = 0;

	for (size_t i = 0; i < from.length; i++) {
		if (from.at[i] == '"')
			quoted = !quoted;
		if (from.at[i] == '<' && !quoted) {
			at = i;
			break;
		}
	}
	if (!header_address(from, &at, out, LETTER_ADDRESS)) {
		at = 0;
		(void)header_address(from, &at, out, LETTER_ADDRESS);
	}
}

static void take_header(const struct reading *r, struct letter *l)
{
	struct span path;

	take_ids(&r->fields, l);
	take_places(&r->fields, l);
	take_sender(header_field_value(&r->fields, "from"), l->from);
	l->date_ms = header_date(header_field_value(&r->fields, "date"));
	if (l->date_ms < 0)
		l->date_ms = 0;
	(void)span_copy(span_trim(reading_span(&r->subject)), l->subject, LETTER_WORDS);
	l->null_sender =
		header_field(&r->fields, "return-path", &path) && span_is(path, "<>");
}

/* --- what it brings back --- */

/* "Message-ID: <...>" at the start of a line of the text. */
static bool find_inline_id(struct span text, char *out)
{
	struct span line;
	size_t at = 0;

	while (span_line(text, &at, &line)) {
		size_t in = 0;
		struct span rest = line;

		while (rest.length && *rest.at && strchr("> \t|*", *rest.at))
			rest = span_from(rest, 1);
		if (!span_starts(rest, "message-id:") &&
			!span_starts(rest, "message-id :"))
			continue;
		if (header_id(span_from(rest, 11), &in, out, LETTER_ID))
			return true;
		/* folded: the id is on the next line */
		if (span_line(text, &at, &line) && header_id(line, &in, out, LETTER_ID))
			return true;
	}
	return false;
}

/* "10:04:11: *  Message-ID: <...>" in the log of a session. */
static void find_logged_id(struct span text, char *out)
{
	long found = span_find(text, " message-id: <");
	size_t in = 0;

	if (found >= 0)
		(void)header_id(span_from(text, (size_t)found), &in, out, LETTER_ID);
}

static void find_original(
	const struct reading *r, const struct bounce_tone *tone, struct letter *l)
{
	size_t at = 0;
	struct span value =
		header_value(reading_span(&r->disposition), "original-message-id");

	if (value.length && header_id(value, &at, l->orig_message_id, LETTER_ID))
		return;
	at = 0;
	if (header_id(header_value(reading_span(&r->returned), "message-id"), &at,
		    l->orig_message_id, LETTER_ID))
		return;
	if (find_inline_id(tone->returned, l->orig_message_id) ||
		find_inline_id(reading_span(&r->words), l->orig_message_id))
		return;
	if (l->n_references)
		memcpy(l->orig_message_id, l->references[0], LETTER_ID);
	else
		find_logged_id(tone->words, l->orig_message_id);
}

/* --- the questions, in their order --- */

/* The header of the mail that it brings back, as a part or in the text. */
static struct span returned_head(const struct reading *r, const struct bounce_tone *tone)
{
	return r->returned.length ? reading_span(&r->returned) : tone->returned;
}

static bool try_feedback(
	const struct reading *r, const struct bounce_tone *tone, struct letter *l)
{
	struct span fields = reading_span(&r->feedback);
	struct span head = returned_head(r, tone), value;
	char address[LETTER_ADDRESS];
	size_t at = 0;
	bool jmrp = header_find(head, "x-hmxmroriginalrecipient", &value) ||
		    header_field(&r->fields, "x-hmxmroriginalrecipient", &value);

	if (!fields.length && !jmrp)
		return false;
	if (!value.length)
		value = header_value(fields, "original-rcpt-to");
	if (!value.length)
		value = header_value(fields, "removal-recipient");
	if (!value.length)
		value = header_value(head, "to");
	l->class = LETTER_FEEDBACK;
	l->evidence = fields.length ? LETTER_BY_REPORT : LETTER_BY_HEADER;
	if (header_address(value, &at, address, sizeof(address))) {
		struct letter_recipient *to = verdict_add(l, address);

		to->class = LETTER_FEEDBACK;
		to->evidence = l->evidence;
	}
	return true;
}

/* A filter that refuses sends a receipt that says so (Sieve "reject"): a failure. But who
 * deletes a mail about something that was refused has it. */
static bool says_rejected(const struct reading *r)
{
	static const char *const words[] = {"automatically rejected", "was rejected",
		"has been rejected", "is rejected", "was refused", "has been refused",
		"is refused", "not accepted", "could not be delivered",
		"automatisch abgelehnt", "wurde abgelehnt", "a été rejeté",
		"a été refusé", "rechazado", "rifiutato", "geweigerd"};

	if (span_has(reading_span(&r->words), "without being read"))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (span_has(reading_span(&r->words), words[i]))
			return true;
	return span_has(reading_span(&r->subject), "rejected") ||
	       span_has(reading_span(&r->subject), "refused");
}

/* "displayed", "deleted/error": a word in lower case, or nothing. */
static void take_disposition(struct span value, struct letter *l)
{
	size_t i;

	for (i = 0; i < value.length && i + 1 < sizeof(l->disposition); i++) {
		char c = span_lower(value.at[i]);

		if (!(c >= 'a' && c <= 'z') && c != '-' && c != '/')
			break;
		l->disposition[i] = c;
	}
	l->disposition[i] = '\0';
}

static bool try_receipt(const struct reading *r, struct letter *l)
{
	struct span fields = reading_span(&r->disposition), value;
	char address[LETTER_ADDRESS];
	struct letter_recipient *to;
	size_t at = 0;

	if (!fields.length)
		return false;
	value = header_value(fields, "original-recipient");
	if (!value.length)
		value = header_value(fields, "final-recipient");
	if (!header_address(value, &at, address, sizeof(address)))
		address[0] = '\0';
	value = header_value(fields, "disposition");
	for (at = 0; at < value.length; at++)
		if (value.at[at] == ';')
			break;
	value = span_trim(span_from(value, at + 1));
	take_disposition(value, l);
	l->evidence = LETTER_BY_REPORT;
	l->class = LETTER_MDN;
	to = verdict_add(l, address);
	if (!span_starts(value, "displayed") && says_rejected(r)) {
		struct reason reason;

		reason_find(reading_span(&r->words), span_of(""), "", &reason);
		l->class = LETTER_BOUNCE_SOFT;
		l->reason = reason.reason == LETTER_FULL ? LETTER_FULL : LETTER_FILTERED;
	}
	to->class = l->class;
	to->reason = l->reason;
	to->evidence = l->evidence;
	return true;
}

static bool try_report(
	const struct reading *r, const struct bounce_tone *tone, struct letter *l)
{
	struct span words = reading_span(&r->words);

	if (r->status.length && verdict_report(r, reading_span(&r->status), tone, l))
		return true;
	/* the same fields in the text */
	return span_has(words, "final-recipient:") && span_has(words, "action:") &&
	       verdict_report(r, words, tone, l);
}

static bool try_failed_recipients(
	const struct reading *r, const struct bounce_tone *tone, struct letter *l)
{
	struct span value = header_field_value(&r->fields, "x-failed-recipients");
	char address[LETTER_ADDRESS];
	struct letter_recipient *first = &l->recipients[0], *to;
	bool known = false;
	size_t at = 0;

	if (!value.length)
		return false;
	verdict_words(r, tone, l);
	if (l->n_recipients != 1)
		return true;
	while (header_address(value, &at, address, sizeof(address)))
		known |= span_is(span_of(first->address), address);
	for (at = 0; header_address(value, &at, address, sizeof(address)); known = true) {
		if (span_is(span_of(first->address), address))
			continue;
		to = known ? verdict_add(l, address) : first;
		if (to && known)
			*to = *first;
		if (to)
			memcpy(to->address, address, sizeof(address));
	}
	return true;
}

/* "550 ..." or "5.1.1" is a refusal in any language. */
static bool says_code(struct span words)
{
	char status[DSN_CODE];

	if (dsn_find_reply(words) >= 500)
		return true;
	for (size_t at = 0; dsn_find_status(words, &at, status);)
		if (status[0] == '5')
			return true;
	return false;
}

/* "I moved", "my old address": of those whom nothing else shows to be a machine. But some
 * machines say "I", and bring the mail back. */
static bool is_personal(const struct bounce_tone *tone)
{
	static const char *const own[] = {" my ", " ich ", " meine ", " mon ", " mi ",
		" mio ", " mia ", " mijn ", " meu ", " minha "};
	struct span words = tone->words;

	if (tone->returned.length)
		return false;
	for (size_t i = 0; i + 1 < words.length; i++)
		if (words.at[i] == 'I' && words.at[i + 1] == ' ' &&
			(!i || strchr(" \n\r", words.at[i - 1])))
			return true;
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (span_has(words, own[i]))
			return true;
	return false;
}

/* It brings a mail back, or names an address or a code. */
static bool is_about_mail(const struct reading *r, const struct bounce_tone *tone)
{
	return r->returned.length || tone->returned.length ||
	       memchr(tone->words.at, '@', tone->words.length) || says_code(tone->words);
}

/* Not any number in an answer of a machine: "ring 555 0100". */
static bool refuses_mail(struct span words)
{
	int code = dsn_find_reply(words);

	return code >= 550 && code <= 554 && memchr(words.at, '@', words.length);
}

static bool says_success(const struct bounce_tone *tone)
{
	return tone->delivered || tone->relayed;
}

/* Words of a bounce, from a mail system or under the subject of one. */
static bool try_words(const struct reading *r, const struct bounce_tone *tone,
	struct sender from, bool sure, struct letter *l)
{
	bool machine = from.machine, named = from.named;
	bool subject = tone->subject_failed || tone->subject_delayed;
	bool body =
		tone->failed || tone->delayed ||
		(machine && (says_code(tone->words) || (named && says_success(tone))));
	bool enough = named ? subject || body : machine && subject && body;

	if (!enough && body) /* an automatic answer, by its fields */
		enough = (machine && refuses_mail(tone->words)) ||
			 (tone->subject_failed && from.unattended && !from.list &&
				 is_about_mail(r, tone));
	if (from.replies && !machine)
		return false;
	if (!sure) /* and it is no automatic answer */
		enough = (machine && (subject || body)) ||
			 (subject && body && is_about_mail(r, tone) &&
				 !is_personal(tone) && (!l->n_references || from.list)) ||
			 (named && tone->returned.length) || (named && r->report);
	if (enough)
		verdict_words(r, tone, l);
	return enough;
}

/* What a person alone says, and an officer is to hear. */
static bool is_of_a_person(struct span words)
{
	auto_text_buffer text = {0};
	struct reply_sense sense;

	reply_text_find(words, &text);
	reply_sense_read(reading_span(&text), &sense);
	return sense.says_ack || sense.worried;
}

static bool take_answer(
	const struct automatic *answer, struct span words, struct letter *l)
{
	struct letter_recipient *to;

	if (answer->class == LETTER_OTHER || (answer->unmarked && is_of_a_person(words)))
		return false;
	l->class = answer->class;
	l->evidence = answer->evidence;
	if (l->class == LETTER_AUTO_REPLY)
		l->away_until = automatic_until(words, l->date_ms / 1000);
	if (l->class == LETTER_MDN) {
		to = verdict_add(l, l->from);
		to->class = l->class;
		to->evidence = answer->evidence;
	}
	return true;
}

static bool is_suspect(const struct reading *r, struct sender from)
{
	return r->report || r->status.length || from.machine || from.unattended ||
	       header_field_value(&r->fields, "x-failed-recipients").length ||
	       span_has(reading_span(&r->words), "final-recipient:");
}

/* An answer that is sure before reports are looked at: those that ask for a confirmation
 * come as reports, too. */
static bool is_challenge(const struct reading *r, const struct automatic *answer)
{
	return answer->class == LETTER_CHALLENGE &&
	       (!r->status.length || answer->evidence == LETTER_BY_FAMILY);
}

/* Reports, from what is sure to what is likely. */
static bool try_reports(const struct reading *r, const struct bounce_tone *tone,
	struct sender from, const struct automatic *answer, struct letter *l)
{
	if (try_report(r, tone, l) || try_failed_recipients(r, tone, l) ||
		try_words(r, tone, from, true, l))
		return true;
	/* an answer that is one by its words alone, and not by a field, may be a report
	 */
	return answer->class == LETTER_AUTO_REPLY &&
	       answer->evidence == LETTER_BY_PHRASE && try_words(r, tone, from, false, l);
}

static void judge(const struct reading *r, struct letter *l)
{
	struct span words = reading_span(&r->words), subject = reading_span(&r->subject);
	struct sender from = sender_read(&r->fields, l->from, subject);
	struct bounce_tone tone;
	struct automatic answer;

	if (bounce_opens(words))
		from.machine = from.named = true;
	bounce_tone(subject, words, is_suspect(r, from), &tone);
	if (!r->status.length &&
		(is_suspect(r, from) || tone.subject_failed || tone.subject_delayed))
		bounce_pass_excerpt(words, &tone);
	automatic_read(&r->fields, subject, tone.words, &answer);
	find_original(r, &tone, l);
	if ((*text_string(&r->words) == '{' && event_read(words, l)) ||
		try_feedback(r, &tone, l) || try_receipt(r, l))
		return;
	if (!is_challenge(r, &answer) && try_reports(r, &tone, from, &answer, l))
		return;
	if (take_answer(&answer, tone.words, l) || try_words(r, &tone, from, false, l))
		return;
	l->class = from.machine || from.unattended ? LETTER_OTHER : LETTER_HUMAN;
	l->evidence = LETTER_BY_NOTHING;
	/* nobody to answer to, and it answers: RFC 3834 section 3.3 */
	if ((l->null_sender || from.unattended) && l->n_references && !from.named) {
		l->class = LETTER_AUTO_REPLY;
		l->evidence = LETTER_BY_SENDER;
	}
}

/* What the person wrote, cut at a whole character. */
static void take_reply(const struct reading *r, struct letter *l)
{
	auto_text_buffer text = {0};
	struct reply_sense sense;
	size_t length;

	reply_text_find(reading_span(&r->words), &text);
	reply_sense_read(reading_span(&text), &sense);
	l->says_ack = sense.says_ack;
	l->asks = sense.asks;
	l->worried = sense.worried;
	length = text.length < LETTER_TEXT ? text.length : LETTER_TEXT - 1;
	while (length < text.length && length && (text.bytes[length] & 0xc0) == 0x80)
		length--;
	memcpy(l->text, text_string(&text), length);
	l->text[length] = '\0';
}

/* Marks, blank lines and an mbox's "From " before the header: the pre-scan takes them
 * too, but a letter may come here without it. */
static struct span without_prefix(struct span s)
{
	if (span_starts(s, "\xef\xbb\xbf"))
		s = span_from(s, 3);
	for (;;) {
		struct span line, rest = s;
		size_t at = 0;

		if (!span_line(rest, &at, &line))
			return s;
		if (span_trim(line).length && !span_starts(line, "From ") &&
			!span_starts(line, ">From "))
			return s;
		s = span_from(s, at);
	}
}

void letter_prepare(void)
{
	bounce_prepare();
	automatic_prepare();
	reason_prepare();
	reply_text_prepare();
	reply_sense_prepare();
	charset_prepare();
}

void letter_read(const char *bytes, size_t length, struct letter *ret)
{
	static struct reading reading; /* large, and its rooms are used again */
	struct span letter = without_prefix((struct span){bytes, length});

	memset(ret, 0, offsetof(struct letter, recipients));
	if (!letter.length) {
		(void)span_copy(span_of("empty"), ret->subject, sizeof(ret->subject));
		return;
	}
	reading_read(letter, &reading);
	take_header(&reading, ret);
	judge(&reading, ret);
	if (ret->class == LETTER_HUMAN)
		take_reply(&reading, ret);
	letter_code_find(&reading, ret);
}
