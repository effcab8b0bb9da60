/* SPDX-License-Identifier: MIT */
/*
 * Delivery reports. What a failure means is reason.c's; reports in plain words are
 * bounce.c's. What can go wrong: everything in a report may be forged or wrong; Sendmail
 * derives its Status from the SMTP code, Exim always writes x.0.0, so the code in the
 * diagnostic is worth more.
 */
#include "mailer/wire/dsn.h"

#include <stdio.h>
#include <string.h>

#include "mailer/wire/header.h"

/* --- fields --- */

static enum dsn_action take_action(struct span value, struct span *ret_comment)
{
	static const struct {
		const char *word;
		enum dsn_action action;
	} words[] = {{"failed", DSN_FAILED}, {"failure", DSN_FAILED},
		{"delayed", DSN_DELAYED}, {"delivered", DSN_DELIVERED},
		{"relayed", DSN_RELAYED}, {"expanded", DSN_EXPANDED}};
	size_t length = 0;

	while (length < value.length && span_lower(value.at[length]) >= 'a' &&
		span_lower(value.at[length]) <= 'z')
		length++;
	*ret_comment = span_trim(span_from(value, length));
	value.length = length;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (span_is(value, words[i].word))
			return words[i].action;
	return DSN_OTHER_ACTION;
}

/* "rfc822; ann@force.example" without the type. */
static struct span without_type(struct span value, struct span *ret_type)
{
	const char *semicolon = value.length ? memchr(value.at, ';', value.length) : NULL;

	*ret_type = span_of("");
	if (!semicolon || semicolon - value.at > 20)
		return value;
	*ret_type = span_trim((struct span){value.at, (size_t)(semicolon - value.at)});
	return span_trim(span_from(value, (size_t)(semicolon - value.at) + 1));
}

static bool empty(const struct dsn_recipient *r)
{
	return !r->original.length && !r->final.length && !r->actual.length &&
	       !r->status.length && !r->action;
}

static void take_field(struct dsn_recipient *r, struct span name, struct span value)
{
	struct span type, bare = without_type(value, &type);

	if (span_is(name, "original-recipient")) {
		r->original = bare;
	} else if (span_is(name, "final-recipient")) {
		r->final = bare;
	} else if (span_is(name, "x-actual-recipient")) {
		r->actual = bare;
	} else if (span_is(name, "action")) {
		r->action = take_action(value, &r->comment);
	} else if (span_is(name, "status") && !r->status.length) {
		r->status = value;
	} else if (span_is(name, "remote-mta")) {
		r->remote = bare;
	} else if (span_is(name, "diagnostic-code") && !r->diagnostic.length) {
		r->diagnostic = type.length ? bare : value;
		r->smtp = span_is(type, "smtp") || !type.length;
	}
}

/* A blank line behind less than this parts nothing: some write them between fields. */
static bool is_whole(const struct dsn_recipient *r)
{
	return (r->final.length || r->original.length) && (r->action || r->status.length);
}

/* A second one of these in a block begins the next recipient. */
static bool begins_next(const struct dsn_recipient *r, struct span name)
{
	if (span_is(name, "final-recipient"))
		return r->final.length > 0;
	if (span_is(name, "original-recipient"))
		return r->original.length > 0;
	return false;
}

/* Closes a block: a recipient, or one that says nothing and is used again. */
static struct dsn_recipient *next_recipient(struct dsn *d)
{
	struct dsn_recipient *r = &d->recipients[d->count];

	if (empty(r))
		return r;
	if (d->count + 1 == DSN_RECIPIENTS) {
		d->more = true;
		return r;
	}
	r = &d->recipients[++d->count];
	memset(r, 0, sizeof(*r));
	return r;
}

static bool ends_block(struct span text, size_t from, size_t to)
{
	struct span gap = {text.at + from, to - from};
	size_t at = 0;
	struct span line;

	while (span_line(gap, &at, &line))
		if (!span_trim(line).length)
			return true;
	return false;
}

static void lend(const struct dsn_recipient *from, struct dsn_recipient *to)
{
	if (!to->status.length)
		to->status = from->status;
	if (!to->diagnostic.length)
		to->diagnostic = from->diagnostic;
}

/* The blocks of one report belong together: one without a recipient lends its fields to
 * the recipient before it. */
static void drop_empty(struct dsn *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->count; i++) {
		const struct dsn_recipient *r = &d->recipients[i];
		bool named = r->final.length || r->original.length || r->actual.length;

		if (named || r->action)
			d->recipients[kept++] = *r;
		else if (kept)
			lend(r, &d->recipients[kept - 1]);
	}
	d->count = kept;
}

void dsn_read(struct span text, struct dsn *ret)
{
	struct span name, value;
	size_t at = 0, before = 0;
	struct dsn_recipient *r = &ret->recipients[0];

	ret->count = 0;
	ret->more = false;
	ret->envelope_id = ret->reporter = span_of("");
	memset(r, 0, sizeof(*r));
	while (!ret->more && header_next(text, &at, &name, &value)) {
		size_t start = (size_t)(name.at - text.at);

		if ((is_whole(r) && ends_block(text, before, start)) ||
			begins_next(r, name))
			r = next_recipient(ret);
		before = at;
		if (span_is(name, "original-envelope-id"))
			ret->envelope_id = value;
		else if (span_is(name, "reporting-mta"))
			(void)(ret->reporter = without_type(value, &(struct span){0}));
		else
			take_field(r, name, value);
	}
	if (!empty(r))
		ret->count++;
	drop_empty(ret);
}

size_t dsn_xtext(struct span s, char *out, size_t room)
{
	static const char hex[] = "0123456789ABCDEF";
	struct text plain = {0};
	size_t length;

	for (size_t i = 0; i < s.length; i++) {
		const char *high = i + 2 < s.length ? strchr(hex, s.at[i + 1]) : NULL;
		const char *low = i + 2 < s.length ? strchr(hex, s.at[i + 2]) : NULL;

		if (s.at[i] == '+' && high && *high && low && *low) {
			text_add_char(&plain, (char)((high - hex) << 4 | (low - hex)));
			i += 2;
		} else {
			text_add_char(&plain, s.at[i]);
		}
	}
	length = span_copy((struct span){plain.bytes, plain.length}, out, room);
	text_done(&plain);
	return length;
}

/* --- codes --- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (span_lower(c) >= 'a' && span_lower(c) <= 'z') || c == '_';
}

/* Digits at `at`, at most three; 0 if there are none or more. */
static size_t digits(struct span s, size_t at)
{
	size_t length = 0;

	while (at + length < s.length && is_digit(s.at[at + length]) && length < 4)
		length++;
	return length > 3 ? 0 : length;
}

/* "5.1.1" at `at`: its length, or 0. */
static size_t status_at(struct span s, size_t at)
{
	size_t subject, detail, end;

	if (s.at[at] != '2' && s.at[at] != '4' && s.at[at] != '5')
		return 0;
	if (at && (is_word(s.at[at - 1]) || strchr(".-/@", s.at[at - 1])) &&
		!(at > 3 && s.at[at - 1] == '-' && is_digit(s.at[at - 2])))
		return 0;
	if (at + 1 >= s.length || s.at[at + 1] != '.')
		return 0;
	subject = digits(s, at + 2);
	end = at + 2 + subject;
	if (!subject || subject > 1 || end >= s.length || s.at[end] != '.')
		return 0;
	detail = digits(s, end + 1);
	end += 1 + detail;
	if (!detail || s.at[at + 2] > '7' ||
		(end < s.length && (is_word(s.at[end]) || s.at[end] == '@')) ||
		(end + 1 < s.length && strchr(".-", s.at[end]) &&
			is_digit(s.at[end + 1])))
		return 0;
	return end - at;
}

bool dsn_find_status(struct span text, size_t *at, char out[static DSN_CODE])
{
	for (; *at + 4 < text.length; (*at)++) {
		size_t length = text.at[*at + 1] == '.' ? status_at(text, *at) : 0;

		if (!length)
			continue;
		(void)span_copy((struct span){text.at + *at, length}, out, DSN_CODE);
		*at += length;
		return true;
	}
	out[0] = '\0';
	return false;
}

static int reply_at(struct span s, size_t at)
{
	char before = at ? s.at[at - 1] : ' ';
	char behind = at + 3 < s.length ? s.at[at + 3] : ' ';

	if ((s.at[at] != '4' && s.at[at] != '5') || !is_digit(s.at[at + 1]) ||
		s.at[at + 1] > '7' || !is_digit(s.at[at + 2]))
		return 0;
	if (!strchr(" \t\r\n:[(<'\"#,;|>=", before) ||
		!strchr(" -\t\r\n:])>'\",;.", behind) ||
		(behind == '.' && at + 4 < s.length && is_digit(s.at[at + 4])) ||
		(before == ':' && at > 1 && is_digit(s.at[at - 2])) ||
		(behind == ':' && at + 4 < s.length && is_digit(s.at[at + 4])))
		return 0;
	return 100 * (s.at[at] - '0') + 10 * (s.at[at + 1] - '0') + s.at[at + 2] - '0';
}

size_t dsn_reply_place(struct span text)
{
	for (size_t at = 0; at + 2 < text.length; at++)
		if ((text.at[at] == '4' || text.at[at] == '5') && reply_at(text, at))
			return at;
	return text.length;
}

int dsn_find_reply(struct span text)
{
	size_t at = dsn_reply_place(text);

	return at < text.length ? reply_at(text, at) : 0;
}

/* x.0.0 says nothing but the class. */
bool dsn_is_telling(const char *status)
{
	return status[0] && strcmp(status + 1, ".0.0") != 0;
}

/* A code right behind a reply code ("550 5.1.1", "550-'5.7.1") is the server's own. */
static bool follows_reply(struct span s, size_t end, const char *status)
{
	size_t start = end - strlen(status);

	while (start && strchr(" -'\"(#:", s.at[start - 1]))
		start--;
	return start >= 3 && reply_at(s, start - 3) / 100 == status[0] - '0';
}

/* What a code in a text is worth. */
enum worth {
	NOTHING,
	CLASS_ALONE,
	SOMEWHERE,
	AT_START,
	BEHIND_REPLY
};

/* The best code of a text: one behind a reply code, then one that tells something. */
static enum worth find_best(struct span s, char out[static DSN_CODE])
{
	char found[DSN_CODE];
	enum worth best = NOTHING;
	size_t at = 0;

	out[0] = '\0';
	while (best < BEHIND_REPLY && dsn_find_status(s, &at, found)) {
		enum worth worth = found[0] == '2'               ? NOTHING
				   : !dsn_is_telling(found)      ? CLASS_ALONE
				   : follows_reply(s, at, found) ? BEHIND_REPLY
				   : at == strlen(found)         ? AT_START
								 : SOMEWHERE;

		if (worth <= best)
			continue;
		best = worth;
		memcpy(out, found, DSN_CODE);
	}
	return best;
}

void dsn_status(struct span status, struct span diagnostic, char out[static DSN_CODE])
{
	char said[DSN_CODE], best[DSN_CODE];
	size_t at = 0;
	int code = dsn_find_reply(diagnostic);

	(void)dsn_find_status(status, &at, said);
	/* a code elsewhere in the text may be anything; it counts where there is no other
	 */
	if (find_best(diagnostic, best) < AT_START && said[0])
		best[0] = '\0';
	if (code && best[0] && best[0] - '0' != code / 100 && dsn_is_telling(said))
		best[0] = '\0'; /* it stands for something else */
	if (said[0] == '5' && best[0] == '4')
		best[0] = '\0'; /* it was for now, and is for good */
	if (said[0] == '2' || (best[0] && !dsn_is_telling(best) && dsn_is_telling(said)))
		best[0] = '\0';
	memcpy(out, best[0] ? best : said, DSN_CODE);
}
