/* SPDX-License-Identifier: MIT */
/*
 * date: days of birth and of service.
 *
 * Reads ISO 8601 (1975-04-19, 19750419, with a time behind it), day/month/year in the order of
 * the United Kingdom with / . - or a space between, months by name (19 Apr 1975, April 19th,
 * 1975), and the serial numbers of spreadsheets (27503 is 1975-04-19). Two digits of a year are
 * 1930 to 2029.
 *
 * A day is counted from 1970-01-01, which is 0.
 */
#ifndef RECIPIENTS_DATE_H
#define RECIPIENTS_DATE_H

#include <stdbool.h>
#include <stdint.h>

struct date {
	int32_t day;
	int32_t swapped; /* day and month the other way round; equal to `day` where that is no
			    date */
};

/* False if it is not a date between 1000 and 2150. */
bool date_parse(const char *text, struct date *ret);
uint32_t date_number(int32_t day); /* as yyyymmdd: 19750419 */

#endif
