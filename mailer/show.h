/* SPDX-License-Identifier: MIT */
/*
 * show: how results look. Text to stdout unless --json; a tally is one JSON object.
 */
#ifndef MAILER_SHOW_H
#define MAILER_SHOW_H

#include <stdint.h>
#include <stdio.h>

#include "mailer/verb.h"
#include "recipients/ledger.h"
#include "templates/lint.h"

/* A line of the result for people; silent with --json. */
void show(const struct command *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "47,000": groups of three, as people write numbers. */
#define SHOW_NUMBER 32
const char *show_number(int64_t n, char out[SHOW_NUMBER]);

/* "Sat 21 Nov 2026, 10:12": local time. */
#define SHOW_WHEN 48
const char *show_when(int64_t ms, char out[SHOW_WHEN]);

/* A time that a row holds, as JSON has it (RFC 3339); null where it holds none. */
json_t *show_time(struct query *q, const char *column);

/* Puts a number, a string or an object of the caller's (stolen) into the tally. */
void show_count(struct command *c, const char *name, int64_t n);
void show_real(struct command *c, const char *name, double n);
void show_string(struct command *c, const char *name, const char *value);
void show_json(struct command *c, const char *name, json_t *value);

/* What reading the letters found, a line each, and "findings" in the object. */
void show_findings(struct command *c, const struct lint_report *report);

/* Control characters and marks that turn the direction of writing, as escapes: values on a terminal. */
void show_safely(FILE *out, const char *value);

/*
 * Words on lines of at most SHOW_WIDTH columns, safely: the first stands where `column` is, the next ones `indent` in. Ends
 * the line. What has no space in it is not cut.
 */
#define SHOW_WIDTH 80
void show_wrapped(FILE *out, const char *words, unsigned column, unsigned indent);

/* A file for `--out` or an export: new, 0600, and complete or not there. FAULT_CANTCREATE. "-" is
 * stdout; a pipe or a device is written to as it is. */
struct show_file {
	FILE *stream;
	char *path, *temporary; /* NULL for stdout; no temporary for a device */
};
int show_file_open(const char *path, struct show_file *ret, struct fault *f);
int show_file_close(struct show_file *o, struct fault *f); /* renames it into place */
void show_file_drop(struct show_file *o);		   /* after a fault: leaves nothing */
#define auto_show_file __attribute__((cleanup(show_file_drop))) struct show_file

/* A cell of a CSV file (RFC 4180). What a spreadsheet would take for a formula has an apostrophe in front (OWASP, "CSV
 * injection"); numbers stay as they are. Every CSV file of the program is written with this. */
void show_cell(FILE *out, const char *value, char end);

/* The progress of long work: a bar on a terminal, otherwise a line each 10 s; none with -q. */
struct progress show_progress(struct command *c);

#endif
