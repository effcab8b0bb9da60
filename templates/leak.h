/* SPDX-License-Identifier: MIT */
/*
 * leak: the words of texts, so arranged that one can ask for a hundred thousand values where they stand.
 *
 * A word is a run of letters and digits in any case; apostrophes within it do not count, all other signs part words, and
 * a value is a row of them; a number has no noughts in front: "s.white@force.example" is four words and is found in
 * "S White, force example" too. Digits in groups ("0300 123 456"), on two lines too, are one number, and none of its groups
 * is one. Words that an author would write in any text are found with a capital alone, where the value has one: "Public
 * Order", not "public order".
 *
 * It holds hashes of 64 bits, not the words. Which values are asked for is mailer/leakage.h's.
 */
#ifndef TEMPLATES_LEAK_H
#define TEMPLATES_LEAK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct leak_texts;

struct leak_texts *leak_texts_new(void);
void leak_texts_free(struct leak_texts *t);
void leak_texts_freep(struct leak_texts **t);
#define auto_leak_texts __attribute__((cleanup(leak_texts_freep))) struct leak_texts

/*
 * Adds a text. `where`: what in the file it is (a path in JSON), its lines are 0 then; NULL: the file itself. `template`:
 * what stands between {{ and }} is not text.
 */
void leak_texts_add(struct leak_texts *t, const char *file, const char *where, const char *text, bool template);

#define LEAK_VALUE_MAX 16 /* words: of a longer value its beginning is looked for */
struct leak_value {
	uint64_t words[LEAK_VALUE_MAX];
	bool capital[LEAK_VALUE_MAX];
	size_t count, letters, digits; /* signs, not words */
	uint64_t joined; /* all of it as one word */
};
void leak_value_read(const char *value, struct leak_value *ret);

struct leak_place {
	const char *file, *where;
	unsigned line;
};
/* The first place, in the order in which texts came, where a value of two words or more stands. `capital`: written as it is. */
bool leak_texts_find(struct leak_texts *t, const struct leak_value *v, bool capital, struct leak_place *ret);
/* The same for a single word, or a number written in groups. `proper`: with a capital that is not the sentence's. */
bool leak_texts_find_word(struct leak_texts *t, uint64_t word, bool proper, struct leak_place *ret);

#endif
