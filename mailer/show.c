/* SPDX-License-Identifier: MIT */
/*
 * Printing: lines, numbers, tallies, files, progress. What is in a report is report.c's.
 */
#include "mailer/show.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "recipients/text.h"

void show(const struct command *c, const char *format, ...)
{
	va_list list;

	if (c->json || c->document)
		return;
	va_start(list, format);
	(void)vprintf(format, list);
	va_end(list);
}

const char *show_number(int64_t n, char out[SHOW_NUMBER])
{
	char plain[SHOW_NUMBER];
	size_t digits, at = 0;
	const char *p = plain;

	(void)snprintf(plain, sizeof(plain), "%lld", (long long)n);
	if (*p == '-')
		out[at++] = *p++;
	digits = strlen(p);
	while (*p) {
		out[at++] = *p++;
		if (--digits && digits % 3 == 0)
			out[at++] = ',';
	}
	out[at] = '\0';
	return out;
}

const char *show_when(int64_t ms, char out[SHOW_WHEN])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm t;

	if (!localtime_r(&seconds, &t) ||
		!strftime(out, SHOW_WHEN, "%a %-d %b %Y, %H:%M", &t))
		out[0] = '\0';
	return out;
}

json_t *show_time(struct query *q, const char *column)
{
	char text[CLOCK_TEXT];

	return query_null(q, column)
		       ? json_null()
		       : json_string(clock_write(query_int(q, column), text));
}

void show_json(struct command *c, const char *name, json_t *value)
{
	(void)json_object_set_new(c->tally, name, value);
}

void show_count(struct command *c, const char *name, int64_t n)
{
	show_json(c, name, json_integer(n));
}

void show_real(struct command *c, const char *name, double n)
{
	show_json(c, name, json_real(n));
}

void show_string(struct command *c, const char *name, const char *value)
{
	show_json(c, name, value ? json_string(value) : json_null());
}

/* U+200B..200F, 202A..202E, 2060..2069, FEFF: seen by nobody, obeyed by terminals. */
static size_t unseen(const unsigned char *p)
{
	if (p[0] == 0xe2 && p[1] == 0x80 &&
		((p[2] >= 0x8b && p[2] <= 0x8f) || (p[2] >= 0xaa && p[2] <= 0xae)))
		return 3;
	if (p[0] == 0xe2 && p[1] == 0x81 && p[2] >= 0xa0 && p[2] <= 0xa9)
		return 3;
	return p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf ? 3 : 0;
}

void show_safely(FILE *out, const char *value)
{
	const unsigned char *p = (const unsigned char *)value;

	for (; *p; p++) {
		size_t skip = unseen(p);

		if (skip) {
			(void)fputs("\\u", out);
			p += skip - 1;
		} else if (*p < 32 || *p == 127 ||
			   (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)) {
			(void)fprintf(out, "\\x%02x", *p);
		} else {
			(void)fputc(*p, out);
		}
	}
}

/* Columns of the bytes: signs, not bytes. Marks that combine are rare here, and make a
 * line shorter. */
static unsigned columns_of(const char *bytes, size_t length)
{
	unsigned columns = 0;

	for (size_t i = 0; i < length; i++)
		columns += ((unsigned char)bytes[i] & 0xc0) != 0x80;
	return columns;
}

void show_wrapped(FILE *out, const char *words, unsigned column, unsigned indent)
{
	static const char space[] = " \t\r\n";
	bool begun = false;

	for (words += strspn(words, space); *words; words += strspn(words, space)) {
		size_t length = strcspn(words, space);
		unsigned wide = columns_of(words, length);
		auto_text word = text_format("%.*s", (int)length, words);

		if (begun && column + 1 + wide > SHOW_WIDTH) {
			(void)fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (begun) {
			(void)fputc(' ', out);
			column++;
		}
		show_safely(out, word);
		column += wide;
		words += length;
		begun = true;
	}
	(void)fputc('\n', out);
}

int show_file_open(const char *path, struct show_file *ret, struct fault *f)
{
	struct stat st;
	int fd;

	*ret = (struct show_file){0};
	if (!strcmp(path, "-")) {
		ret->stream = stdout;
		return 0;
	}
	ret->path = text_copy(path);
	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		/* A pipe or a device is written to, never replaced by a file. */
		fd = open(path, O_WRONLY | O_CLOEXEC);
	} else {
		ret->temporary = text_format("%s.XXXXXX", path);
		fd = mkstemp(ret->temporary); /* 0600 */
	}
	ret->stream = fd < 0 ? NULL : fdopen(fd, "w");
	if (!ret->stream) {
		fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
		text_freep(&ret->temporary);
		return -1;
	}
	return 0;
}

int show_file_close(struct show_file *o, struct fault *f)
{
	FILE *stream = o->stream;
	bool failed;

	if (stream == stdout)
		return fflush(stdout) || ferror(stdout)
			       ? fault_set(f, FAULT_CANTCREATE,
					 "the output could not be written")
			       : 0;
	o->stream = NULL;
	failed = fflush(stream) || ferror(stream) ||
		 (o->temporary && fsync(fileno(stream)));
	failed = fclose(stream) || failed;
	if (failed || (o->temporary && rename(o->temporary, o->path)))
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", o->path, strerror(errno));
	text_freep(&o->temporary);
	return 0;
}

void show_file_drop(struct show_file *o)
{
	if (o->stream && o->stream != stdout)
		(void)fclose(o->stream);
	if (o->temporary)
		(void)unlink(o->temporary);
	text_freep(&o->temporary);
	text_freep(&o->path);
	o->stream = NULL;
}

/* Digits with a sign and a point: a spreadsheet has nothing to work out. */
static bool plain_number(const char *v)
{
	size_t digits;

	v += *v == '-' || *v == '+';
	digits = strspn(v, "0123456789");
	v += digits;
	if (*v == '.') {
		v++;
		digits += strspn(v, "0123456789");
		v += strspn(v, "0123456789");
	}
	return digits && !*v;
}

/* What a spreadsheet may take for a formula: the signs of OWASP's list, also in full
 * width. */
static bool is_formula(const char *v)
{
	static const char *const wide[] = {
		"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (!strncmp(v, wide[i], 3))
			return true;
	return *v && strchr("=+-@\t\r\n", *v) && !plain_number(v);
}

void show_cell(FILE *out, const char *value, char end)
{
	const char *v = value ? value : "";
	bool formula = is_formula(v);

	if (formula || strpbrk(v, ",\"\r\n")) {
		(void)fputc('"', out);
		if (formula)
			(void)fputc('\'', out);
		for (; *v; v++) {
			if (*v == '"')
				(void)fputc('"', out);
			(void)fputc(*v, out);
		}
		(void)fputc('"', out);
	} else {
		(void)fputs(v, out);
	}
	(void)fputc(end, out);
}

/* One process, one progress: the time of the last line. */
static int64_t shown_at, begun_at;
static bool terminal;

static void progress_line(void *user, const char *what, size_t done, size_t total)
{
	int64_t now = clock_monotonic();
	char a[SHOW_NUMBER], b[SHOW_NUMBER], bar[31];
	size_t filled = total ? done * 30 / total : 0;

	if (!begun_at) {
		begun_at = shown_at = now;
		terminal = isatty(STDERR_FILENO);
	}
	if (now - shown_at < 100)
		return;
	if (terminal ? now - begun_at < 400 : now - shown_at < 10000)
		return;
	shown_at = now;
	(void)show_number((int64_t)done, a);
	(void)show_number((int64_t)total, b);
	if (!total) { /* nobody knows how many there are */
		(void)fprintf(stderr, terminal ? "\r%s: %s\033[K" : "%s: %s\n", what, a);
		return;
	}
	if (!terminal) {
		(void)fprintf(stderr, "%s: %s of %s\n", what, a, b);
		return;
	}
	for (size_t i = 0; i < 30; i++)
		bar[i] = i < filled ? '#' : '.';
	bar[30] = '\0';
	(void)fprintf(stderr, "\r%s [%s] %s of %s\033[K%s", what, bar, a, b,
		done >= total ? "\n" : "");
	(void)user;
}

struct progress show_progress(struct command *c)
{
	struct progress p = {c->quiet ? NULL : progress_line, c};

	return p;
}

void show_findings(struct command *c, const struct lint_report *report)
{
	json_t *list = json_array();

	for (size_t i = 0; i < report->count; i++) {
		const struct lint_finding *found = &report->list[i];

		if (found->line)
			show(c, "%s:%u: %s: %s\n", found->file, found->line, found->rule,
				found->text);
		else
			show(c, "%s: %s: %s\n", found->file, found->rule, found->text);
		(void)json_array_append_new(
			list, json_pack("{s:s,s:i,s:s,s:s,s:s}", "file", found->file,
				      "line", (int)found->line, "rule", found->rule,
				      "asked_by", found->asked_by, "text", found->text));
	}
	show_json(c, "findings", list);
}
