/* SPDX-License-Identifier: MIT */
/*
 * Times, durations, and the wish to stop. No zone arithmetic for people here: which zone
 * a text speaks of is mailer/settings.c's.
 */
#include "recipients/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t fixed = -1;
static volatile sig_atomic_t stop_signal;

static int64_t clock_read(clockid_t which)
{
	struct timespec t;

	if (clock_gettime(which, &t))
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_now(void)
{
	return fixed >= 0 ? fixed : clock_read(CLOCK_REALTIME);
}

int64_t clock_monotonic(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

void clock_fix(int64_t ms)
{
	fixed = ms;
}

bool clock_is_fixed(void)
{
	return fixed >= 0;
}

/* Exactly `width` digits. */
static int digits(const char **p, int width, int *ret)
{
	int value = 0;

	for (int i = 0; i < width; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return -1;
		value = value * 10 + (**p - '0');
	}
	*ret = value;
	return 0;
}

static int expect(const char **p, const char *any)
{
	if (!**p || !strchr(any, **p))
		return -1;
	(*p)++;
	return 0;
}

static int parse_offset(const char **p, int *ret_minutes)
{
	int hours, minutes, sign = **p == '-' ? -1 : 1;

	*ret_minutes = 0;
	if (!expect(p, "Zz"))
		return 0;
	if (expect(p, "+-") || digits(p, 2, &hours) || expect(p, ":") ||
		digits(p, 2, &minutes))
		return -1;
	if (hours > 23 || minutes > 59)
		return -1;
	*ret_minutes = sign * (hours * 60 + minutes);
	return 0;
}

/* ".5", ".999999": what is finer than a millisecond is cut. */
static int parse_fraction(const char **p, int *ret_ms)
{
	int scale = 100;

	*ret_ms = 0;
	if (**p != '.')
		return 0;
	if ((*p)[1] < '0' || (*p)[1] > '9')
		return -1;
	for ((*p)++; **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
		*ret_ms += (**p - '0') * scale;
	return 0;
}

int clock_parse(const char *text, int64_t *ret_ms)
{
	struct tm t = {0}, back;
	int year, month, offset, ms, leap;
	const char *p = text;
	int64_t seconds;

	if (digits(&p, 4, &year) || expect(&p, "-") || digits(&p, 2, &month) ||
		expect(&p, "-") || digits(&p, 2, &t.tm_mday) || expect(&p, "Tt ") ||
		digits(&p, 2, &t.tm_hour) || expect(&p, ":") ||
		digits(&p, 2, &t.tm_min) || expect(&p, ":") || digits(&p, 2, &t.tm_sec) ||
		parse_fraction(&p, &ms) || parse_offset(&p, &offset) || *p)
		return -1;
	if (t.tm_hour > 23 || t.tm_min > 59 || t.tm_sec > 60)
		return -1;
	leap = t.tm_sec == 60;
	t.tm_sec -= leap;
	t.tm_year = year - 1900;
	t.tm_mon = month - 1;
	back = t;
	seconds = (int64_t)timegm(&back) + leap - offset * 60;
	if (back.tm_mon != t.tm_mon || back.tm_mday != t.tm_mday) /* 31 February */
		return -1;
	if (leap && seconds % 86400) /* RFC 3339, 5.7: only where a day of UTC ends */
		return -1;
	*ret_ms = seconds * 1000 + ms;
	return 0;
}

const char *clock_write(int64_t ms, char out[CLOCK_TEXT])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm t;

	if (!gmtime_r(&seconds, &t) ||
		!strftime(out, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &t))
		out[0] = '\0';
	return out;
}

/* Months have no length, so "m" is a minute; ISO 8601 asks for its capitals. */
static int64_t unit_ms(char unit, const char *units)
{
	if (!unit || !strchr(units, unit))
		return 0;
	switch (unit) {
	case 'w':
	case 'W':
		return 7 * 86400000LL;
	case 'd':
	case 'D':
		return 86400000;
	case 'h':
	case 'H':
		return 3600000;
	case 'm':
	case 'M':
		return 60000;
	}
	return 1000;
}

/* One "12h"; at most 100 years, so that sums cannot overflow. */
static int parse_amount(const char **p, const char *units, int64_t *total)
{
	char *end;
	long n;
	int64_t unit;

	if (**p < '0' || **p > '9')
		return -1;
	errno = 0;
	n = strtol(*p, &end, 10);
	unit = unit_ms(*end, units);
	if (errno || !unit || n > 100LL * 366 * 86400000 / unit)
		return -1;
	*total += n * unit;
	*p = end + 1;
	return 0;
}

static int parse_iso(const char *p, int64_t *total)
{
	const char *units = "WD";

	if (!*p)
		return -1;
	while (*p) {
		if (*p == 'T' && *units == 'W') {
			units = "HMS";
			p++;
		}
		if (parse_amount(&p, units, total))
			return -1;
	}
	return 0;
}

int clock_parse_duration(const char *text, int64_t *ret_ms)
{
	const char *p = text;
	int64_t total = 0;

	if (*p == 'P' ? parse_iso(p + 1, &total)
		      : parse_amount(&p, "wdhmsWDHS", &total) || *p)
		return -1;
	*ret_ms = total;
	return 0;
}

const char *clock_write_duration(int64_t ms, char out[CLOCK_DURATION])
{
	static const struct {
		int64_t ms;
		char letter;
	} units[] = {{86400000, 'd'}, {3600000, 'h'}, {60000, 'm'}, {1000, 's'}};
	size_t i = 0;

	while (i < 3 && ms % units[i].ms)
		i++;
	(void)snprintf(out, CLOCK_DURATION, "%lld%c", (long long)(ms / units[i].ms),
		units[i].letter);
	return out;
}

/* The second signal does not wait for us. */
static void on_signal(int number)
{
	if (stop_signal)
		_exit(128 + number);
	stop_signal = number;
}

void clock_catch_signals(void)
{
	struct sigaction act = {.sa_handler = on_signal};

	sigemptyset(&act.sa_mask);
	(void)sigaction(SIGINT, &act, NULL);
	(void)sigaction(SIGTERM, &act, NULL);
	act.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &act, NULL);
}

int clock_interrupted(void)
{
	return stop_signal;
}

int progress_step(const struct progress *p, const char *what, size_t done, size_t total,
	struct fault *f)
{
	if (stop_signal)
		return fault_set(f, FAULT_INTERRUPTED, "stopped; nothing was changed");
	if (p && p->show)
		p->show(p->user, what, done, total);
	return 0;
}
