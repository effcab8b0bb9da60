/* SPDX-License-Identifier: MIT */
/*
 * Reads letters in process: names of files on stdin, one JSON object a line out. With a
 * number as argument: reads them that often without a word and prints the rate, by
 * processor time.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mailer/wire/letter.h"
#include "recipients/text.h"

static json_t *recipients(const struct letter *l)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < l->n_recipients; i++) {
		const struct letter_recipient *r = &l->recipients[i];

		json_array_append_new(
			list, json_pack("{ss ss ss ss ss ss ss}", "recipient", r->address,
				      "final", r->final, "class",
				      letter_class_name(r->class), "status", r->status,
				      "reason", letter_reason_name(r->reason), "evidence",
				      letter_evidence_name(r->evidence), "diagnostic",
				      r->diagnostic));
	}
	return list;
}

static void print_letter(const char *file, const struct letter *l)
{
	json_t *o = json_pack("{ss ss ss ss sI si so}", "file", file, "class",
		letter_class_name(l->class), "evidence",
		letter_evidence_name(l->evidence), "orig_message_id", l->orig_message_id,
		"away_until", (json_int_t)l->away_until, "references",
		(int)l->n_references, "recipients", recipients(l));

	if (!o)
		exit(2); /* not UTF-8 */
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static size_t read_file(const char *file, char **ret)
{
	FILE *in = fopen(file, "r");
	struct text bytes = {0};
	char piece[8192];
	size_t got;

	if (!in)
		exit(1);
	while ((got = fread(piece, 1, sizeof(piece), in)) > 0)
		text_add(&bytes, piece, got);
	(void)fclose(in);
	*ret = bytes.bytes;
	return bytes.length;
}

static double seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	long times = argc > 1 ? strtol(argv[1], NULL, 10) : 0, letters = 0;
	struct letter *l = text_alloc(sizeof(*l));
	char *line = NULL;
	size_t room = 0;
	double spent = 0;

	while (getline(&line, &room, stdin) > 0) {
		char *bytes = NULL;
		size_t length;
		double start;

		line[strcspn(line, "\n")] = '\0';
		length = read_file(line, &bytes);
		start = seconds();
		for (long i = 0; i < (times ? times : 1); i++, letters++)
			letter_read(bytes ? bytes : "", length, l);
		spent += seconds() - start;
		if (!times)
			print_letter(line, l);
		free(bytes);
	}
	if (times)
		printf("%ld letters, %.0f a second\n", letters, (double)letters / spent);
	free(line);
	free(l);
	return 0;
}
