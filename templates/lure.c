/* SPDX-License-Identifier: MIT */
/*
 * Addresses, telephone numbers, amounts, accounts and signs; phrases are bait.c's. What
 * is found is said with its words, which are the template's own, never a person's.
 */
#include "templates/lure.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "templates/bait.h"
#include "templates/words.h"

#define NEVER_ASK "never_ask"
#define NUMBER_MAX 20 /* digits */

struct finder {
	const struct lure_text *t;
	lure_found *found;
	void *user;
};

static void tell(
	const struct finder *x, unsigned line, const char *rule, const char *what)
{
	x->found(x->user, line, rule, what);
}

/* --- addresses --- */

static bool is_host(unsigned char c)
{
	return isalnum(c) || c == '-' || c == '.' || c == '_' || c >= 0x80;
}

static bool is_local(unsigned char c)
{
	return is_host(c) || c == '+' || c == '%';
}

static bool is_allowed(const struct lure_text *t, const char *from, size_t length)
{
	static const char reports[] = "report@phishing.gov.uk";

	if (length == strlen(reports) && !strncasecmp(from, reports, length))
		return true;
	for (const char *const *a = t->allowed; a && *a; a++)
		if (length == strlen(*a) && !strncasecmp(from, *a, length))
			return true;
	return false;
}

/* A name with a point in it whose last part is a domain's: two letters or more, no
 * digits, in lower case. */
static bool is_domain(const char *from, size_t length)
{
	const char *point = memrchr(from, '.', length);
	size_t last = point ? length - (size_t)(point + 1 - from) : 0, numbers = 0;

	for (size_t i = 0; i < length; i++)
		numbers += isdigit((unsigned char)from[i]) || from[i] == '.';
	if (numbers == length) { /* 192.168.0.1 */
		size_t points = 0;

		for (size_t i = 0; i < length; i++)
			points += from[i] == '.';
		return points == 3;
	}
	if (last < 2 || point == from || strchr(".-_", point[-1]))
		return false;
	for (size_t i = 1; i <= last; i++)
		if (!isalpha((unsigned char)point[i]))
			return false;
	return true;
}

static void tell_bytes(const struct finder *x, unsigned line, const char *rule,
	const char *from, size_t length)
{
	auto_text what = text_format("'%.*s'", (int)(length > 60 ? 60 : length), from);

	tell(x, line, rule, what);
}

static void judge_name(
	const struct finder *x, unsigned line, const char *from, size_t length)
{
	const char *at = memchr(from, '@', length);

	while (length && (from[length - 1] == '.' || from[length - 1] == '-'))
		length--;
	if (at && at > from && at + 1 < from + length) {
		if (!is_allowed(x->t, from, length))
			tell_bytes(x, line, "address", from, length);
		return;
	}
	if (is_domain(from, length) && !is_allowed(x->t, from, length))
		tell_bytes(x, line, "link", from, length);
}

static size_t tag_length(const struct finder *x, const char *s)
{
	const char *end =
		x->t->template && s[0] == '{' && s[1] == '{' ? strstr(s, "}}") : NULL;

	return end ? (size_t)(end + 2 - s) : 0;
}

/* "skype:force", "data:text/html": a name, a colon, and no blank behind it. */
static bool is_scheme(const char *s, size_t length)
{
	static const char *const all[] = {"about", "bitcoin", "blob", "callto", "cid",
		"data", "facetime", "file", "ftp", "geo", "http", "https", "intent",
		"javascript", "magnet", "mailto", "mms", "signal", "sip", "sips", "skype",
		"smb", "sms", "smsto", "ssh", "tel", "telnet", "tg", "viber", "vbscript",
		"whatsapp", "xmpp"};

	if (s[length] != ':' || !s[length + 1] || isspace((unsigned char)s[length + 1]))
		return false;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (strlen(all[i]) == length && !strncasecmp(s, all[i], length))
			return true;
	return false;
}

static size_t find_scheme(const struct finder *x, unsigned line, const char *s)
{
	static const char *const marks[] = {"://", "mailto:", "hxxp", "tel:", "[.]",
		"(dot)", "[dot]", "(.)", "\\\\", "url(", "href=", "src="};

	/* At most places none can begin. */
	if (!strchr(":mMhHtT[(\\uUsS", *s))
		return 0;
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (!strncasecmp(s, marks[i], strlen(marks[i]))) {
			tell_bytes(x, line, "link", s, strcspn(s, " \n"));
			return strcspn(s, " \n");
		}
	return 0;
}

static void find_addresses(const struct finder *x)
{
	unsigned line = 1;

	for (const char *s = x->t->text; *s;) {
		size_t length = tag_length(x, s), skip = find_scheme(x, line, s);

		for (size_t i = 0; i < length; i++)
			line += s[i] == '\n';
		if (!length && !skip) {
			while (is_local((unsigned char)s[length]) || s[length] == '@')
				length++;
			if (length && is_scheme(s, length))
				tell_bytes(x, line, "link", s, strcspn(s, " \n"));
			else if (length)
				judge_name(x, line, s, length);
			else
				line += *s == '\n';
		}
		s += length ? length : skip ? skip : 1;
	}
}

/* --- numbers --- */

/* The digits of a telephone number that begins here, as dialled within the country, with
 * blanks, dashes and brackets between them. Returns how many signs they take. */
static size_t read_number(const char *s, char digits[NUMBER_MAX + 1])
{
	size_t count = 0, length = 0;

	for (size_t i = *s == '+'; s[i] && strchr("0123456789 -()", s[i]); i++) {
		if (!isdigit((unsigned char)s[i]))
			continue;
		if (i - length > 2 || count == NUMBER_MAX)
			break;
		digits[count++] = s[i];
		length = i + 1;
	}
	digits[count] = '\0';
	if (!strncmp(s, "0044", 4)) {
		digits[0] = '0';
		memmove(digits + 1, digits + 4, strlen(digits + 4) + 1);
	}
	if (*s == '+' && digits[0] == '4' && digits[1] == '4') {
		size_t from = 2 + strspn(digits + 2, "0");

		memmove(digits + 1, digits + from, strlen(digits + from) + 1);
		digits[0] = '0';
	}
	return length;
}

/* Of numbers in the United Kingdom: premium rate (09), service charge (084, 087),
 * personal numbers (070), directories (118). Ofcom, "The National Telephone Numbering
 * Plan". */
static bool costs_extra(const char *digits)
{
	static const char *const dear[] = {"09", "084", "087", "070"};
	size_t length = strlen(digits);

	if (length == 6 && !strncmp(digits, "118", 3))
		return true;
	for (size_t i = 0; i < sizeof(dear) / sizeof(*dear); i++)
		if (length >= 10 && !strncmp(digits, dear[i], strlen(dear[i])))
			return true;
	return false;
}

static void find_numbers(const struct finder *x)
{
	unsigned line = 1;

	for (const char *s = x->t->text; *s;) {
		bool begins = s == x->t->text || !isalnum((unsigned char)s[-1]);
		char digits[NUMBER_MAX + 1];
		size_t length = 0;

		if (begins && (isdigit((unsigned char)*s) || *s == '+'))
			length = read_number(s, digits);
		/* "09-11-2023 10" is a day */
		if (length && strspn(s, "+0123456789") > 2 && costs_extra(digits))
			tell_bytes(x, line, "payment", s, length);
		line += *s == '\n';
		s += length ? length : 1;
	}
}

/* Letters and digits alone; counts the digits. */
static bool is_code(const char *s, size_t *ret_digits)
{
	size_t digits = 0, length = strlen(s);

	for (size_t i = 0; i < length; i++) {
		if (!isalnum((unsigned char)s[i]))
			return false;
		digits += isdigit((unsigned char)s[i]) != 0;
	}
	*ret_digits = digits;
	return true;
}

/* An IBAN in groups of four, or a long row of letters and digits: an IBAN, a purse. */
static bool is_account(const struct words *w, size_t at)
{
	const char *s = w->list[at].text;
	size_t length = strlen(s), digits, groups = 0, all = 0;

	if (!is_code(s, &digits))
		return false;
	if (length >= 15)
		return digits >= 6 && length - digits >= 2;
	if (length != 4 || digits != 2 || !isdigit((unsigned char)s[2]) ||
		!isdigit((unsigned char)s[3]))
		return false;
	for (size_t i = at + 1; i < w->count && groups < 5; i++, groups++) {
		if (strlen(w->list[i].text) != 4 || !is_code(w->list[i].text, &digits))
			break;
		all += digits;
	}
	return groups >= 3 && all >= 8;
}

/* "500 pounds", "GBP 500" */
static bool is_amount(const struct words *w, size_t at)
{
	return words_match(w, at,
		       "# pound|pounds|euro|euros|dollar|dollars|gbp|eur|usd|quid") ||
	       words_match(w, at, "gbp|eur|usd #");
}

static void find_figures(const struct finder *x, const struct words *w)
{
	for (size_t i = 0; i < w->count; i++) {
		if (is_amount(w, i))
			tell(x, w->list[i].line, "reward", "an amount of money");
		if (is_account(w, i))
			tell(x, w->list[i].line, "payment", "a number like an account's");
	}
}

/* --- signs --- */

static bool is_single(const struct words *w, size_t at)
{
	return !w->list[at].text[1] && isalpha((unsigned char)w->list[at].text[0]);
}

/* "u r g e n t", "passw0rd": so that no program finds the word. */
static void find_spelt(const struct finder *x, const char *source, const struct words *w)
{
	size_t row = 0;

	for (size_t i = 0; i < w->count; i++) {
		bool next = row && w->list[i].from == w->list[i - 1].to + 1;

		row = is_single(w, i) ? (next ? row + 1 : 1) : 0;
		if (row == 4)
			tell(x, w->list[i].line, "disguise", "a word letter by letter");
		for (size_t k = w->list[i].from + 1; k + 1 < w->list[i].to; k++)
			if (strchr("0135", source[k]) &&
				islower((unsigned char)source[k - 1]) &&
				islower((unsigned char)source[k + 1]))
				tell(x, w->list[i].line, "disguise",
					"a digit in the place of a letter");
	}
}

static bool is_unseen(utf8proc_int32_t c)
{
	return c == 0xAD || c == 0x34F || c == 0x61C || c == 0x115F || c == 0x1160 ||
	       c == 0x180E || c == 0x2800 || c == 0x3164 ||
	       (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
	       (c >= 0xE0000 && c <= 0xE007F);
}

/* Scripts whose letters look like Latin ones. */
static bool is_alike(utf8proc_int32_t c)
{
	return (c >= 0x370 && c <= 0x58F) || (c >= 0x13A0 && c <= 0x13FF) ||
	       (c >= 0xFF21 && c <= 0xFF5A) || (c >= 0x1D400 && c <= 0x1D7FF) ||
	       (c >= 0x2100 && c <= 0x214F);
}

/* Letters and signs that nobody types and that are taken for those one does, and
 * pictures. */
static bool is_costume(utf8proc_int32_t c)
{
	return (c >= 0xFF01 && c <= 0xFF5E) || (c >= 0x1D400 && c <= 0x1D7FF) ||
	       (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F189) ||
	       c == 0x2024 || c == 0x3002 || c == 0xFF61 || c == 0x2044 || c == 0x2215 ||
	       (c >= 0x2600 && c <= 0x27BF) || (c >= 0x1F300 && c <= 0x1FAFF) ||
	       c == 0x2236 || c == 0xA789 || c == 0xFE52 || c == 0xFE6B;
}

static void find_disguises(const struct finder *x)
{
	const utf8proc_uint8_t *s = (const utf8proc_uint8_t *)x->t->text;
	bool latin = false, other = false;
	unsigned line = 1;

	while (*s) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n = utf8proc_iterate(s, -1, &c);

		if (n < 1)
			break;
		latin = latin || (c < 0x80 && isalpha(c));
		other = other || is_alike(c);
		if (is_unseen(c))
			tell(x, line, "disguise", "a sign that is not seen");
		if (is_costume(c))
			tell(x, line, "disguise",
				"a sign that is taken for another, or a picture");
		if (latin && other) {
			tell(x, line, "disguise", "a word with letters of two scripts");
			other = false;
		}
		if (c < 0x80 && !isalpha(c))
			latin = other = false;
		line += c == '\n';
		s += n;
	}
}

/* Pounds or euros; dollars before a number. */
static bool is_currency(const char *s)
{
	const unsigned char *c = (const unsigned char *)s;

	return (c[0] == 0xC2 && c[1] == 0xA3) ||
	       (c[0] == 0xE2 && c[1] == 0x82 && c[2] == 0xAC) ||
	       (c[0] == '$' && isdigit(c[1]));
}

static bool opens_markup(const char *s)
{
	size_t name = strspn(s + (*s == '&'),
		"#0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return (s[0] == '<' &&
		       (isalpha((unsigned char)s[1]) || s[1] == '/' || s[1] == '!')) ||
	       (s[0] == ']' && (s[1] == '(' || s[1] == '[')) ||
	       (s[0] == '&' && name && s[1 + name] == ';'); /* &nbsp; */
}

static void find_marks(const struct finder *x)
{
	unsigned line = 1;

	for (const char *s = x->t->text; *s;) {
		size_t tag = tag_length(x, s);

		for (size_t i = 0; i < tag; i++)
			line += s[i] == '\n';
		s += tag;
		if (tag)
			continue;
		if (*s == '!')
			tell(x, line, "urgency", "an exclamation mark");
		if (opens_markup(s))
			tell(x, line, "markup", "HTML or a hidden link");
		if (*s == '[' && isupper((unsigned char)s[1]))
			tell(x, line, "placeholder", "words in brackets");
		if (is_currency(s))
			tell(x, line, "reward", "an amount of money");
		line += *s == '\n';
		s++;
	}
}

/* The text without what is promised in block never_ask: there a request is what we do not
 * make. */
static char *without_promises(const struct lure_text *t)
{
	char *copy = text_copy(t->text);
	char *from = t->template ? strstr(copy, "{{$" NEVER_ASK "}}") : NULL;
	char *to = from ? strstr(from, "{{/" NEVER_ASK "}}") : NULL;

	if (to)
		bait_hide_promises(copy, (size_t)(from - copy), (size_t)(to - copy));
	return copy;
}

void lure_find(const struct lure_text *t, lure_found *found, void *user)
{
	struct finder x = {t, found, user};
	auto_text rest = without_promises(t);
	auto_words words = {0};

	words_read(rest, t->template, &words);
	bait_find(rest, &words, found, user);
	find_figures(&x, &words);
	find_spelt(&x, rest, &words);
	find_numbers(&x);
	find_addresses(&x);
	find_disguises(&x);
	find_marks(&x);
}

/* --- domains --- */

/* As the eye takes it: 0 is o, 1 and i are l, rn is m, vv is w; no dashes. */
static char *skeleton(const char *domain)
{
	char *out = text_alloc(strlen(domain) + 1), *to = out;

	for (const char *s = domain; *s; s++) {
		char c = (char)tolower((unsigned char)*s);

		if ((c == 'r' && tolower((unsigned char)s[1]) == 'n') ||
			(c == 'v' && tolower((unsigned char)s[1]) == 'v')) {
			*to++ = c == 'r' ? 'm' : 'w';
			s++;
		} else if (c != '-') {
			*to++ = (char)(c == '0'               ? 'o'
				       : c == '1' || c == 'i' ? 'l'
				       : c == '5'             ? 's'
							      : c);
		}
	}
	return out;
}

/* They differ: in one sign more, fewer or other? */
static bool is_one_off(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);

	if (la > lb)
		return is_one_off(b, a);
	if (lb - la > 1)
		return false;
	while (*a && *a == *b)
		a++, b++;
	return !strcmp(a, b + 1) || (la == lb && !strcmp(a + 1, b + 1));
}

static bool is_part(const char *whole, const char *part)
{
	size_t w = strlen(whole), p = strlen(part);

	return w > p && whole[w - p - 1] == '.' && !strcasecmp(whole + w - p, part);
}

bool lure_domains_alike(const char *a, const char *b)
{
	auto_text x = skeleton(a);
	auto_text y = skeleton(b);
	auto_text name = NULL;

	if (!strcasecmp(a, b) || is_part(a, b) || is_part(b, a))
		return false;
	if (!strcmp(x, y) || is_one_off(x, y))
		return true;
	/* The same name under another roof: force.example and force-notices.example */
	name = text_copy(y);
	name[strcspn(name, ".")] = '\0';
	return strlen(name) >= 5 && strstr(x, name) != NULL;
}
