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

int clock_parse(const char *text, int64_t *ret_ms)
{
	struct tm t = {0}, back;
	int year, month, offset, ms = 0, scale = 100;
	const char *p = text;
	time_t seconds;

	if (digits(&p, 4, &year) || expect(&p, "-") || digits(&p, 2, &month) ||
		expect(&p, "-") || digits(&p, 2, &t.tm_mday) || expect(&p, "Tt ") ||
		digits(&p, 2, &t.tm_hour) || expect(&p, ":") ||
		digits(&p, 2, &t.tm_min) || expect(&p, ":") || digits(&p, 2, &t.tm_sec))
		return -1;
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9'; p++, scale /= 10)
			ms += (*p - '0') * scale;
	if (parse_offset(&p, &offset) || *p || t.tm_hour > 23 || t.tm_min > 59 ||
		t.tm_sec > 60)
		return -1;
	t.tm_year = year - 1900;
	t.tm_mon = month - 1;
	back = t;
	seconds = timegm(&back);
	if (back.tm_mon != t.tm_mon ||
		(back.tm_mday != t.tm_mday && t.tm_sec != 60)) /* 31 February */
		return -1;
	*ret_ms = ((int64_t)seconds - offset * 60) * 1000 + ms;
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

static int64_t unit_ms(char unit, int time_part)
{
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
		return 60000;
	case 'M':
		return time_part ? 60000 : 0; /* months have no length */
	case 's':
	case 'S':
		return 1000;
	}
	return 0;
}

/* One "12h"; at most 100 years, so that sums cannot overflow. */
static int parse_amount(const char **p, int time_part, int64_t *total)
{
	char *end;
	long n;
	int64_t unit;

	if (**p < '0' || **p > '9')
		return -1;
	errno = 0;
	n = strtol(*p, &end, 10);
	unit = unit_ms(*end, time_part);
	if (errno || !unit || n > 100LL * 366 * 86400000 / unit)
		return -1;
	*total += n * unit;
	*p = end + 1;
	return 0;
}

int clock_parse_duration(const char *text, int64_t *ret_ms)
{
	const char *p = text;
	int64_t total = 0;
	int iso = *p == 'P', time_part = 0;

	if (iso)
		p++;
	if (!*p)
		return -1;
	while (*p) {
		if (iso && !time_part && *p == 'T') {
			time_part = 1;
			p++;
			if (!*p)
				return -1;
		}
		if (parse_amount(&p, time_part, &total))
			return -1;
		if (!iso && *p)
			return -1;
	}
	*ret_ms = total;
	return 0;
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
