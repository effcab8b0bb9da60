/* SPDX-License-Identifier: MIT */
/*
 * Dates as people and spreadsheets write them. Times of events are clock.c's.
 *
 * What can go wrong: 04/05/1975 may be meant the American way; `swapped` keeps that
 * reading for whoever compares.
 */
#include "recipients/date.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/fold.h"

#define FIRST_YEAR 1000
#define LAST_YEAR 2150
#define EPOCH_SERIAL 25569 /* the spreadsheet's number of 1970-01-01 */
#define FIRST_SERIAL 3654  /* 1910: below that it is more likely some other number */
#define LAST_SERIAL 73415  /* 2100-12-31 */

/* Days from 1970-01-01 in the Gregorian calendar: years begin in March, so that the leap
 * day is the last. */
static int32_t day_count(int year, int month, int day)
{
	int shifted = month > 2 ? year : year - 1;
	int era = shifted / 400, of_era = shifted % 400;
	int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool day_make(int year, int month, int day, int32_t *ret)
{
	static const int lengths[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1 ||
		day > lengths[month - 1] || (month == 2 && day == 29 && !leap))
		return false;
	*ret = day_count(year, month, day);
	return true;
}

static bool date_make(int year, int month, int day, struct date *ret)
{
	if (!day_make(year, month, day, &ret->day))
		return false;
	if (!day_make(year, day, month, &ret->swapped))
		ret->swapped = ret->day;
	return true;
}

static int month_of(const char *word)
{
	static const char *const months[12] = {"january", "february", "march", "april",
		"may", "june", "july", "august", "september", "october", "november",
		"december"};
	size_t length = strlen(word);

	for (int i = 0; i < 12; i++)
		if (length >= 3 && !strncmp(months[i], word, length))
			return i + 1;
	return strcmp(word, "sept") ? 0 : 9;
}

/* 1 to 8 digits, an ending as in "19th" allowed; -1 if it is not a number. */
static int number_of(const char *word)
{
	size_t digits = strspn(word, "0123456789");
	const char *end = word + digits;

	if (!digits || digits > 8)
		return -1;
	if (*end && strcmp(end, "st") && strcmp(end, "nd") && strcmp(end, "rd") &&
		strcmp(end, "th"))
		return -1;
	return (int)strtol(word, NULL, 10);
}

static int year_of(int number, size_t digits)
{
	if (digits == 4)
		return number;
	return digits != 2 ? -1 : number < 30 ? 2000 + number : 1900 + number;
}

static bool date_of_one(const char *word, struct date *ret)
{
	int number = number_of(word);
	size_t digits = strlen(word);

	if (number < 0)
		return false;
	if (digits == 8)
		return date_make(number / 10000, number / 100 % 100, number % 100, ret) ||
		       date_make(number % 10000, number / 10000 % 100, number / 1000000,
			       ret);
	if (digits > 5 || number < FIRST_SERIAL || number > LAST_SERIAL)
		return false;
	ret->day = ret->swapped = number - EPOCH_SERIAL;
	return true;
}

/* Three words: year first, or day first, or a month by name in the first two. */
static bool date_of_three(const char *const words[], struct date *ret)
{
	int first = number_of(words[0]), second = number_of(words[1]),
	    third = number_of(words[2]);
	int month = month_of(words[1]), day = first, year;

	if (first >= 0 && second >= 0 && strlen(words[0]) == 4)
		return third >= 0 && date_make(first, second, third, ret);
	year = year_of(third, strlen(words[2]));
	if (first >= 0 && second >= 0)
		return date_make(year, second, first, ret);
	if (!month) {
		month = month_of(words[0]);
		day = second;
	}
	if (!month || day < 0 || !date_make(year, month, day, ret))
		return false;
	ret->swapped = ret->day; /* a name cannot be mistaken for a day */
	return true;
}

/* A time behind the date: "1975-04-19T00:00:00Z", "19/04/1975 00:00". */
static void time_cut(char *text)
{
	char *colon = strchr(text, ':');

	if (!colon)
		return;
	while (colon > text && colon[-1] != ' ' && colon[-1] != 'T' && colon[-1] != 't')
		colon--;
	if (colon > text)
		colon[-1] = '\0';
}

static bool is_ending(const char *letters)
{
	return !strncmp(letters, "st", 2) || !strncmp(letters, "nd", 2) ||
	       !strncmp(letters, "rd", 2) || !strncmp(letters, "th", 2);
}

/* Folded words, and a space between digits and a month: "19apr1975". */
static void words_part(const char *text, char *out, size_t room)
{
	char folded[FOLD_ROOM];
	size_t length = 0;

	fold_words(text, folded, sizeof(folded));
	for (const char *p = folded; *p && length + 2 < room; p++) {
		bool digit = *p >= '0' && *p <= '9',
		     next_digit = p[1] >= '0' && p[1] <= '9';

		out[length++] = *p;
		if (p[1] && *p != ' ' && p[1] != ' ' && digit != next_digit &&
			!is_ending(p + 1))
			out[length++] = ' ';
	}
	out[length] = '\0';
}

bool date_parse(const char *text, struct date *ret)
{
	char folded[FOLD_ROOM], plain[FOLD_ROOM], *tail;
	const char *words[4];
	size_t count;

	fold_letters(text, folded, sizeof(folded));
	time_cut(folded);
	tail = strstr(folded, ".0");
	if (tail && strspn(folded, "0123456789") == (size_t)(tail - folded) && !tail[2])
		*tail = '\0'; /* a serial number as a decimal */
	words_part(folded, plain, sizeof(plain));
	count = fold_split(plain, words, 4);
	if (count == 1)
		return date_of_one(words[0], ret);
	return count == 3 && date_of_three(words, ret);
}

/* The way back of day_count: years from March, 400 of them to an era. */
uint32_t date_number(int32_t day)
{
	uint32_t shifted = (uint32_t)(day + 719468), era = shifted / 146097;
	uint32_t of_era = shifted % 146097;
	uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint32_t month = (5 * of_year + 2) / 153,
		 of_month = of_year - (153 * month + 2) / 5 + 1;

	month += month < 10 ? 3u : (uint32_t)-9;
	return (year + era * 400 + (month <= 2)) * 10000 + month * 100 + of_month;
}
