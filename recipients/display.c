/* SPDX-License-Identifier: MIT */
/*
 * Number formats of workbooks. A number is taken as the 15 decimal digits that Excel has
 * of it, so that 1.005 with two places is 1.01, as shown, and not 1.00, as its binary
 * form would have it.
 *
 * Not done: formats that add words to text cells, and the many ways to write a date.
 */
#include "recipients/display.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define DIGITS 15
#define SECTIONS 4
#define DAY 86400
#define LAST_DAY 2958465    /* 9999-12-31, from 1900 */
#define EPOCH_1900 (-25569) /* 1899-12-30, as days from 1970 */
#define EPOCH_1904 (-24107)

/* The ones below 164 that have a meaning everywhere (18.8.30); of dates only that they
 * are. */
const char *display_builtin(unsigned id)
{
	static const char *const codes[] = {[1] = "0",
		[2] = "0.00",
		[3] = "#,##0",
		[4] = "#,##0.00",
		[9] = "0%",
		[10] = "0.00%",
		[14] = "d/m/yyyy",
		[15] = "d-mmm-yy",
		[16] = "d-mmm",
		[17] = "mmm-yy",
		[18] = "h:mm AM/PM",
		[19] = "h:mm:ss AM/PM",
		[20] = "h:mm",
		[21] = "h:mm:ss",
		[22] = "d/m/yyyy h:mm",
		[37] = "#,##0;-#,##0",
		[38] = "#,##0;-#,##0",
		[39] = "#,##0.00;-#,##0.00",
		[40] = "#,##0.00;-#,##0.00",
		[45] = "mm:ss",
		[46] = "[h]:mm:ss",
		[47] = "mm:ss"};

	/* 27 to 36 and 50 to 58 are dates in East Asian versions. */
	if ((id >= 27 && id <= 36) || (id >= 50 && id <= 58))
		return codes[14];
	return id < sizeof(codes) / sizeof(codes[0]) ? codes[id] : NULL;
}

/* --- decimal digits --- */

/* 0.d1 d2 d3 ... times ten to the power of `point`. */
struct decimal {
	char digits[DIGITS + 1];
	int point; /* how many digits stand before the decimal point */
};

static void decimal_of(double value, struct decimal *d)
{
	char form[DIGITS + 16];
	int exponent = 0;

	(void)snprintf(form, sizeof(form), "%.*e", DIGITS - 1, fabs(value));
	d->digits[0] = form[0];
	memcpy(d->digits + 1, form + 2, DIGITS - 1);
	d->digits[DIGITS] = '\0';
	if (sscanf(form + DIGITS + 1, "e%d", &exponent) != 1)
		exponent = 0;
	d->point = exponent + 1;
}

static char digit_at(const struct decimal *d, int i)
{
	return (char)(i >= 0 && i < DIGITS ? d->digits[i] : '0');
}

/* Rounds to so many places behind the point, half away from zero. */
static void decimal_round(struct decimal *d, int places)
{
	int keep = d->point + places, i = keep - 1;
	bool up = keep >= 0 && digit_at(d, keep) >= '5';

	if (keep >= DIGITS)
		return;
	for (int j = keep < 0 ? 0 : keep; j < DIGITS; j++)
		d->digits[j] = '0';
	for (; up && i >= 0; i--) {
		up = d->digits[i] == '9';
		d->digits[i] = (char)(up ? '0' : d->digits[i] + 1);
	}
	if (up) { /* 9.99 became 10.0 */
		memmove(d->digits + 1, d->digits, DIGITS - 1);
		d->digits[0] = '1';
		d->point++;
	}
}

static bool decimal_zero(const struct decimal *d)
{
	return strspn(d->digits, "0") == DIGITS;
}

static void add_general(double value, struct text *out)
{
	struct decimal d;
	int last = DIGITS;

	if (!isfinite(value))
		return;
	decimal_of(value, &d);
	if (decimal_zero(&d)) {
		text_add_char(out, '0');
		return;
	}
	if (d.point > 21 || d.point < -8) { /* nobody's number */
		text_printf(out, "%.*g", DIGITS, value);
		return;
	}
	if (value < 0)
		text_add_char(out, '-');
	while (d.digits[last - 1] == '0')
		last--;
	if (d.point <= 0)
		text_add_char(out, '0');
	for (int i = d.point < 0 ? d.point : 0; i < last || i < d.point; i++) {
		if (i == d.point)
			text_add_char(out, '.');
		text_add_char(out, digit_at(&d, i));
	}
}

/* --- sections --- */

/* Steps over one piece of a format: a quoted text, a sign behind a backslash, a bracket,
 * the sign behind _ or *, or a single sign. */
static const char *step(const char *p, const char *end)
{
	const char *close = NULL;
	size_t left = (size_t)(end - p);

	if (*p == '"')
		close = memchr(p + 1, '"', left - 1);
	else if (*p == '[')
		close = memchr(p + 1, ']', left - 1);
	else if ((*p == '\\' || *p == '_' || *p == '*') && left > 1)
		return p + 2;
	if (close)
		return close + 1;
	return *p == '"' || *p == '[' ? end : p + 1;
}

struct section {
	const char *begin, *end;
	char relation[3]; /* of a condition such as [>=100]; "": none */
	double bound;
};

static void read_condition(struct section *s)
{
	for (const char *p = s->begin; p < s->end; p = step(p, s->end)) {
		char relation[3] = "";
		double bound;

		if (*p == '[' && sscanf(p, "[%2[<>=]%lf]", relation, &bound) == 2) {
			memcpy(s->relation, relation, sizeof(relation));
			s->bound = bound;
			return;
		}
	}
}

static size_t split(const char *code, struct section sections[SECTIONS])
{
	const char *end = code + strlen(code), *p = code;
	size_t count = 0;

	while (count < SECTIONS) {
		struct section *s = &sections[count++];

		*s = (struct section){.begin = p};
		while (p < end && *p != ';')
			p = step(p, end);
		s->end = p < end ? p : end;
		read_condition(s);
		if (p >= end)
			break;
		p++;
	}
	return count;
}

static bool holds(const struct section *s, double value)
{
	bool less = value<s->bound, more = value> s->bound;

	if (!strcmp(s->relation, "<"))
		return less;
	if (!strcmp(s->relation, ">"))
		return more;
	if (!strcmp(s->relation, "<="))
		return !more;
	if (!strcmp(s->relation, ">="))
		return !less;
	if (!strcmp(s->relation, "<>"))
		return less || more;
	return !less && !more;
}

/* Without conditions: one section for all, or two for 0 and more, and less; or three for
 * more, less, and 0. */
static bool applies(const struct section *sections, size_t count, size_t i, double value)
{
	if (sections[i].relation[0])
		return holds(&sections[i], value);
	if (i == 0)
		return count < 2 || value > 0 || (count == 2 && value >= 0);
	return i == 1 ? count == 2 || value < 0 : i == 2;
}

/* --- dates --- */

struct kind {
	bool general, date, time, elapsed;
};

static bool begins(const char *p, const char *end, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(end - p) >= length && !strncasecmp(p, word, length);
}

static size_t run(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && (*q | 0x20) == (*p | 0x20))
		q++;
	return (size_t)(q - p);
}

/* "m" is a month, but minutes beside hours or seconds. */
static void tell(const struct section *s, struct kind *k)
{
	bool month = false, name = false;

	*k = (struct kind){0};
	for (const char *p = s->begin; p < s->end; p = step(p, s->end)) {
		switch (*p | 0x20) {
		case 'y':
		case 'd':
			k->date = true;
			break;
		case 'm':
			month = true;
			name = name || run(p, s->end) > 2;
			break;
		case 'h':
		case 's':
			k->time = true;
			break;
		}
		if (begins(p, s->end, "General") || *p == '@' || *p == '/' ||
			begins(p, s->end, "E+") || begins(p, s->end, "E-"))
			k->general = true;
		if (begins(p, s->end, "[h") || begins(p, s->end, "[m]") ||
			begins(p, s->end, "[mm]") || begins(p, s->end, "[s"))
			k->elapsed = k->time = true;
	}
	k->date = k->date || name || (month && !k->time);
	if (k->date || k->time)
		k->general = false; /* the stroke of d/m/yyyy is no fraction's */
}

static void add_time(int64_t seconds, struct text *out)
{
	text_printf(out, "%02lld:%02lld:%02lld", (long long)(seconds / 3600),
		(long long)(seconds / 60 % 60), (long long)(seconds % 60));
}

/* False: it is no date that could be shown. */
static bool add_date(const struct kind *k, double value, bool from_1904, struct text *out)
{
	double days = floor(value);
	int64_t seconds;
	struct tm tm;
	time_t at;

	if (!(value >= 0 && value <= LAST_DAY))
		return false;
	seconds = llround((value - days) * DAY);
	if (seconds == DAY && k->time) { /* a breath before midnight */
		days++;
		seconds = 0;
	}
	if (k->elapsed || !k->date) {
		add_time((int64_t)(k->elapsed ? days : 0) * DAY + seconds % DAY, out);
		return true;
	}
	if (!from_1904 && days < 1)
		return false;
	if (!from_1904 && days < 60)
		days++; /* before the 29th of February 1900, which Excel believes in */
	at = ((time_t)days + (from_1904 ? EPOCH_1904 : EPOCH_1900)) * DAY;
	if (!gmtime_r(&at, &tm))
		return false;
	text_printf(out, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	if (k->time) {
		text_add_char(out, 'T');
		add_time(seconds, out);
	}
	return true;
}

/* --- numbers --- */

/* How many places for digits a format has, and where. */
struct places {
	int before, behind, percent, thousands;
	bool point;
};

static bool is_place(char c)
{
	return c == '0' || c == '#' || c == '?';
}

static void count_places(const struct section *s, struct places *n)
{
	int commas = 0;

	*n = (struct places){0};
	for (const char *p = s->begin; p < s->end; p = step(p, s->end)) {
		if (is_place(*p)) {
			n->before += !n->point;
			n->behind += n->point;
			commas = 0;
		} else if (*p == ',') {
			commas++;
		} else if (*p == '.' && !n->point) {
			n->point = true;
			n->thousands = commas;
			commas = 0;
		} else if (*p == '%') {
			n->percent++;
		}
	}
	if (n->before + n->behind)
		n->thousands += commas; /* behind the last place: in thousands */
}

/* What a format says besides digits. */
static void add_words(const char *p, const char *end, struct text *out)
{
	const char *dash;

	switch (*p) {
	case '"':
		text_add(out, p + 1,
			(size_t)(end - p) - (end[-1] == '"' && end > p + 1) - 1);
		break;
	case '[':
		dash = memchr(p, '-', (size_t)(end - p));
		if (p[1] == '$' && end > p + 2)
			text_add(out, p + 2, (size_t)((dash ? dash : end - 1) - p) - 2);
		break;
	case '\\':
		if (end > p + 1)
			text_add_char(out, p[1]);
		break;
	case '_':
		text_add_char(out, ' ');
		break;
	case '*':
	case ',':
		break;
	default: /* a sign that stands for itself */
		text_add_char(out, *p);
	}
}

/* The digits of the place `at` (from the left, from 0); the first has all that are before
 * it. */
static void add_place(
	char c, int at, const struct places *n, const struct decimal *d, struct text *out)
{
	int i = d->point - n->before + at; /* which digit */

	if (at >= n->before) { /* behind the point */
		bool rest = false;

		i = d->point + at - n->before;
		for (int j = i < 0 ? 0 : i; j < DIGITS; j++)
			rest = rest || d->digits[j] != '0';
		if (c == '0' || rest)
			text_add_char(out, digit_at(d, i));
		return;
	}
	for (int j = 0; !at && j < i; j++)
		text_add_char(out, digit_at(d, j));
	if (i >= 0 && d->point > 0)
		text_add_char(out, digit_at(d, i));
	else if (c == '0')
		text_add_char(out, '0');
}

static void add_number(const struct section *s, double value, bool sign, struct text *out)
{
	struct places n;
	struct decimal d;
	size_t start = out->length, point = 0;
	int at = 0;

	count_places(s, &n);
	decimal_of(value, &d);
	d.point += 2 * n.percent - 3 * n.thousands;
	decimal_round(&d, n.behind);
	if (decimal_zero(&d))
		d.point = 0;
	if (sign && value < 0 && !decimal_zero(&d))
		text_add_char(out, '-');
	for (const char *p = s->begin, *next; p < s->end; p = next) {
		next = step(p, s->end);
		if (is_place(*p)) {
			add_place(*p, at++, &n, &d, out);
		} else if (*p == '.' && !point) {
			for (int i = 0; !n.before && i < d.point; i++)
				text_add_char(out, digit_at(&d, i));
			text_add_char(out, '.');
			point = out->length;
		} else {
			add_words(p, next, out);
		}
		if (point && at == n.before + n.behind && out->length == point)
			text_cut(out, point - 1); /* "5." is 5 */
	}
	if (strspn(text_string(out) + start, " ") == out->length - start) {
		text_cut(out, start); /* nothing hides by its format */
		add_general(value, out);
	}
}

void display_number(const char *code, double value, bool from_1904, struct text *out)
{
	struct section sections[SECTIONS];
	size_t count, i = 0;
	struct kind kind;

	if (!code || !*code || !isfinite(value)) {
		add_general(value, out);
		return;
	}
	count = split(code, sections);
	while (i < count && i < 3 && !applies(sections, count, i, value))
		i++;
	if (i == count || i == 3) {
		add_general(value, out);
		return;
	}
	tell(&sections[i], &kind);
	if ((kind.date || kind.time) && add_date(&kind, value, from_1904, out))
		return;
	if (kind.date || kind.time || kind.general)
		add_general(value, out);
	else /* a section for negative numbers writes its own sign */
		add_number(&sections[i], value, i == 0 || sections[i].relation[0], out);
}
