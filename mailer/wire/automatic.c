/* SPDX-License-Identifier: MIT */
/*
 * Automatic answers. Reports are dsn.c's and bounce.c's. What can go wrong: a person who
 * writes "I am on leave until Monday, but thank you": so words in the text count only
 * with a sign of a machine beside them.
 */
#include "mailer/wire/automatic.h"

#include <string.h>
#include <time.h>

#include "mailer/wire/header.h"
#include "mailer/wire/phrase.h"
#include "words.h"

enum {
	SUBJECT_AWAY,
	SUBJECT_PERHAPS,
	AWAY,
	MEANWHILE,
	AUTOMATIC,
	AUTOMATIC_STRONG,
	CHALLENGE,
	CHALLENGE_STRONG,
	SUBJECT_READ,
	READ
};
static const char *const sections[] = {"subject away", "subject perhaps", "away",
	"meanwhile", "automatic", "automatic strong", "challenge", "challenge strong",
	"subject read", "read", NULL};
static struct phrase_set set = {.source = words_automatic, .sections = sections};

#define HITS 128
#define OPENING 1500 /* bytes: what an automatic answer says, it says at once */
#define AT_ONCE 200  /* bytes: who has no other sign says here that somebody is away, */
#define SOON 600     /* and here what to do meanwhile */

void automatic_prepare(void)
{
	phrase_prepare(&set);
}

/* --- fields --- */

/* A field made for it. */
static bool is_marked(const struct header *head)
{
	static const char *const fields[] = {"x-autoreply", "x-autorespond",
		"x-autoresponder", "x-auto-reply", "x-autoreply-from", "x-mail-autoreply",
		"x-away-message", "x-vacation", "x-facebook-autoreply", "autoreply",
		NULL};
	static const char *const precedences[] = {"precedence", "x-precedence", NULL};
	struct span value = header_field_value(head, "auto-submitted");

	if (span_has(value, "auto-replied") || span_has(value, "auto-notified") ||
		span_has(value, "vacation"))
		return true;
	for (const char *const *f = fields; *f; f++)
		for (size_t at = 0; header_field_next(head, &at, *f, &value);)
			if (!span_is(value, "no"))
				return true;
	for (const char *const *f = precedences; *f; f++) {
		value = header_field_value(head, *f);
		if (span_has(value, "auto_reply") || span_has(value, "auto-reply") ||
			span_has(value, "autoreply"))
			return true;
	}
	return span_has(header_field_value(head, "x-post-messageclass"),
		       "autoresponder") ||
	       span_is(header_field_value(head, "x-fc-machinegenerated"), "true") ||
	       span_has(header_field_value(head, "delivered-to"), "autoresponder");
}

/* Signs of a machine that others leave too. */
static bool is_hinted(const struct header *head)
{
	struct span value;

	if (header_field(head, "auto-submitted", &value) && !span_is(value, "no"))
		return true;
	if (header_field(head, "return-path", &value) &&
		(span_is(value, "<>") || span_starts(value, "<mailer-daemon")))
		return true;
	value = header_field_value(head, "precedence");
	return span_is(value, "bulk") || span_is(value, "junk") ||
	       header_field(head, "x-auto-response-suppress", &value);
}

/* --- words --- */

struct tone {
	bool subject, perhaps, away, automatic, sure;
	bool at_once, meanwhile;
	bool subject_read, read;
	unsigned challenge; /* how many phrases */
	bool strong, family;
};

static void take_tone(struct tone *t, struct span s, bool subject)
{
	struct phrase_hit hits[HITS];
	size_t count = phrase_scan(&set, s, hits, HITS);

	for (size_t i = 0; i < count; i++) {
		switch (hits[i].phrase->kind) {
		case SUBJECT_AWAY:
			t->subject |= subject;
			break;
		case SUBJECT_PERHAPS:
			t->perhaps |= subject;
			break;
		case AWAY:
			t->away |= !subject;
			t->at_once |= !subject && hits[i].start < AT_ONCE;
			break;
		case MEANWHILE:
			t->meanwhile |= !subject && hits[i].start < SOON;
			break;
		case AUTOMATIC:
			t->automatic |= !subject;
			break;
		case AUTOMATIC_STRONG:
			t->sure |= !subject;
			break;
		case SUBJECT_READ:
			t->subject_read |= subject && !hits[i].start;
			break;
		case READ:
			t->read |= !subject;
			break;
		case CHALLENGE:
			t->challenge++;
			break;
		case CHALLENGE_STRONG:
			t->strong = true;
			t->family |= hits[i].phrase->family;
			break;
		}
	}
}

static bool is_answer_to(struct span subject)
{
	return span_starts(subject, "re:") || span_starts(subject, "fw:") ||
	       span_starts(subject, "fwd:") || span_starts(subject, "aw:");
}

/* What stands above the mail that is answered. */
static struct span own_words(struct span text)
{
	size_t at = 0, start = 0;
	struct span line;
	bool any = false;

	for (; span_line(text, &at, &line); start = at) {
		line = span_trim(line);
		if (any && (span_starts(line, ">") || span_starts(line, "-----") ||
				   span_starts(line, "from:")))
			return (struct span){text.at, start};
		any |= line.length > 0;
	}
	return text;
}

static bool asks(struct span own)
{
	return own.length && memchr(own.at, '?', own.length);
}

/* "Out of office next week", not "Out of office: your letter". */
static bool is_own(struct span subject)
{
	return subject.length && !memchr(subject.at, ':', subject.length);
}

/* Half of the programs set no field: a note that says at once that somebody is away, then
 * what to do meanwhile, and asks nothing. */
static bool is_note_of_absence(const struct tone *t, struct span own)
{
	return t->at_once && t->meanwhile && !asks(own);
}

void automatic_read(const struct header *head, struct span subject, struct span text,
	struct automatic *ret)
{
	struct tone tone = {0};
	bool hinted = is_hinted(head), answers = is_answer_to(subject);
	struct span own;

	*ret = (struct automatic){LETTER_OTHER, LETTER_BY_NOTHING, false};
	if (text.length > OPENING)
		text.length = OPENING;
	own = own_words(text);
	take_tone(&tone, subject, true);
	take_tone(&tone, own, false);
	if ((tone.family && tone.challenge) || (tone.challenge > 1 && hinted) ||
		((tone.strong ? tone.challenge > 0 : tone.challenge > 2) &&
			(hinted || !answers))) {
		ret->class = LETTER_CHALLENGE;
		ret->evidence = tone.family ? LETTER_BY_FAMILY : LETTER_BY_PHRASE;
		return;
	}
	if (tone.subject_read && tone.read) {
		ret->class = LETTER_MDN;
		ret->evidence = LETTER_BY_PHRASE;
		return;
	}
	if (is_marked(head))
		ret->evidence = LETTER_BY_HEADER;
	else if (tone.subject && (!answers || tone.away || tone.automatic) &&
		 !(is_own(subject) && !hinted && asks(own)))
		ret->evidence = LETTER_BY_SUBJECT;
	else if (tone.perhaps && !answers && (tone.away || tone.automatic || hinted))
		ret->evidence = LETTER_BY_SUBJECT;
	else if (tone.sure || (hinted && !answers && (tone.away || tone.automatic)))
		ret->evidence = LETTER_BY_PHRASE;
	else if (is_note_of_absence(&tone, own)) {
		ret->evidence = LETTER_BY_PHRASE;
		ret->unmarked = true;
	}
	if (ret->evidence != LETTER_BY_NOTHING)
		ret->class = LETTER_AUTO_REPLY;
}

/* --- dates --- */

static const char *const months[][6] = {
	{"january", "januar", "janvier", "enero", "gennaio", "jan"},
	{"february", "februar", "février", "febrero", "febbraio", "feb"},
	{"march", "märz", "mars", "marzo", "maart", "mar"},
	{"april", "avril", "abril", "aprile", "kwiecień", "apr"},
	{"may", "mai", "mayo", "maggio", "mei", "maj"},
	{"june", "juni", "juin", "junio", "giugno", "jun"},
	{"july", "juli", "juillet", "julio", "luglio", "jul"},
	{"august", "août", "agosto", "augustus", "augusti", "aug"},
	{"september", "septembre", "septiembre", "settembre", "wrzesień", "sep"},
	{"october", "oktober", "octobre", "octubre", "ottobre", "oct"},
	{"november", "novembre", "noviembre", "listopad", "marraskuu", "nov"},
	{"december", "dezember", "décembre", "diciembre", "dicembre", "dec"},
};

static int month_at(struct span s)
{
	for (int m = 0; m < 12; m++)
		for (int i = 0; i < 6; i++)
			if (span_starts(s, months[m][i]))
				return m;
	return -1;
}

static size_t take_number(struct span s, int *ret)
{
	size_t length = 0;

	for (*ret = 0; length < s.length && length < 5 && s.at[length] >= '0' &&
		       s.at[length] <= '9';
		length++)
		*ret = *ret * 10 + s.at[length] - '0';
	return length;
}

static int64_t make_date(int day, int m, int year, int64_t now)
{
	time_t said = (time_t)now;
	struct tm t = {0}, today = {0};
	int64_t date;

	(void)gmtime_r(&said, &today);
	t.tm_mday = day;
	t.tm_mon = m;
	t.tm_year = year ? (year < 100 ? year + 100 : year - 1900) : today.tm_year;
	if (day < 1 || day > 31 || m < 0 || m > 11 || t.tm_year < 70 || t.tm_year > 300)
		return 0;
	date = (int64_t)timegm(&t);
	if (!year && date < now - 31 * 86400) { /* "until 3 January", said in December */
		t.tm_year++;
		date = (int64_t)timegm(&t);
	}
	return date;
}

static struct span past(struct span s, const char *marks)
{
	while (s.length && *s.at && strchr(marks, *s.at))
		s = span_from(s, 1);
	return s;
}

/* "3 January 2027", "3rd of January", "03/01/2027" (day first), "2027-01-03". */
static int64_t date_at(struct span s, int64_t now)
{
	int first, second, year = 0, m;
	size_t width = take_number(s, &first);

	if (!width) {
		m = month_at(s);
		while (m >= 0 && s.length && *s.at > ' ')
			s = span_from(s, 1);
		s = past(s, " ");
		return m >= 0 && take_number(s, &first) ? make_date(first, m, 0, now) : 0;
	}
	s = span_from(s, width);
	if (s.length && *s.at && strchr("/.-", *s.at) &&
		(width = take_number(span_from(s, 1), &second)) > 0) {
		s = span_from(s, width + 1);
		if (s.length && *s.at && strchr("/.-", *s.at))
			(void)take_number(span_from(s, 1), &year);
		return first > 31 ? make_date(year, second - 1, first, now)
				  : make_date(first, second - 1, year, now);
	}
	if (span_starts(s, "st") || span_starts(s, "nd") || span_starts(s, "rd") ||
		span_starts(s, "th"))
		s = span_from(s, 2);
	s = past(s, " .,");
	if (span_starts(s, "of ") || span_starts(s, "de "))
		s = span_from(s, 3);
	m = month_at(s);
	if (m < 0)
		return 0;
	while (s.length && *s.at > ' ' && *s.at != ',' && *s.at != '.')
		s = span_from(s, 1);
	if (take_number(past(s, " ,."), &year) != 4)
		year = 0;
	return make_date(first, m, year, now);
}

/* Past the day's name and small words to where a date begins, within the next words. */
static int64_t date_after(struct span s, int64_t now)
{
	for (unsigned words = 0; words < 5 && s.length; words++) {
		int64_t date;

		s = past(s, " \t\r\n,(:");
		date = date_at(s, now);
		if (date)
			return date;
		while (s.length && !(*s.at && strchr(" \t\r\n", *s.at)))
			s = span_from(s, 1);
	}
	return 0;
}

int64_t automatic_until(struct span text, int64_t now)
{
	static const char *const words[] = {"until", "till ", "return on", "returning on",
		"return to work on", "back on", "back in the office on",
		"return to the office", "bis zum", "bis ", "jusqu'au", "de retour le",
		"hasta el", "fino al", "tot ", "até ", "t/m ", "through ", " to "};

	if (text.length > OPENING)
		text.length = OPENING;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		struct span rest = text;
		long found;

		while ((found = span_find(rest, words[i])) >= 0) {
			int64_t date;

			rest = span_from(rest, (size_t)found + strlen(words[i]));
			date = date_after(rest, now);
			if (date >= now - 86400 && now)
				return date;
		}
	}
	return 0;
}
