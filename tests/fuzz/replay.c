/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target without a fuzzer: every file of the given folder whole, cut short at
 * every length, and with every byte replaced. No search for new inputs: that is
 * libFuzzer's work (-Dfuzz=true). TAP on stdout, a line a seed. A target that objects
 * aborts, so a seed without its "ok" line is the one that failed.
 */
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

#define SEED_MAX 65536
#define MANY 2048 /* of a long seed, this many cuts and this many replaced bytes */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* A copy of just this length, so that a sanitizer sees a read past the end. */
static void run(const uint8_t *bytes, size_t length)
{
	uint8_t *copy = text_alloc(length ? length : 1);

	memcpy(copy, bytes, length);
	(void)LLVMFuzzerTestOneInput(copy, length);
	free(copy);
}

static void run_changed(uint8_t *bytes, size_t length)
{
	static const uint8_t nasty[] = {0, '"', '{', '\n', ',', 0x80, 0xff, '9'};
	size_t step = length / MANY + 1;

	for (size_t i = 0; i < length; i += step) {
		uint8_t before = bytes[i];

		run(bytes, i);
		bytes[i] = nasty[i % sizeof(nasty)];
		run(bytes, length);
		bytes[i] = before;
	}
}

static int replay(const char *path)
{
	static uint8_t bytes[SEED_MAX];
	FILE *file = fopen(path, "rb");
	size_t length;

	if (!file)
		return -1;
	length = fread(bytes, 1, sizeof(bytes), file);
	(void)fclose(file);
	run(bytes, length);
	run_changed(bytes, length);
	return 0;
}

int main(int argc, char **argv)
{
	char pattern[4096];
	glob_t seeds;
	int failed = 0;

	if (argc != 2 || snprintf(pattern, sizeof(pattern), "%s/*", argv[1]) < 0 ||
		glob(pattern, 0, NULL, &seeds)) {
		(void)fprintf(stderr, "usage: replay FOLDER (with at least one seed)\n");
		return 64;
	}
	printf("1..%zu\n", seeds.gl_pathc);
	for (size_t i = 0; i < seeds.gl_pathc; i++) {
		int bad = replay(seeds.gl_pathv[i]);

		printf("%s %zu - %s\n", bad ? "not ok" : "ok", i + 1, seeds.gl_pathv[i]);
		(void)fflush(stdout);
		failed |= bad;
	}
	globfree(&seeds);
	return failed ? 1 : 0;
}
