/* SPDX-License-Identifier: MIT */
/*
 * cage: letters are read in a child that has nothing to lose and nothing to give away.
 *
 * The child is this program again (/proc/self/exe), so that neither the key nor anything
 * else of the parent is in its memory; its environment is empty, its one descriptor is the
 * socket to the parent. Before it sees a byte it has given up everything but reading,
 * writing, memory and its own end (seccomp); memory, processor time, files and core dumps
 * are limited. Each letter has CAGE_SECONDS. A child that dies of a letter, or hangs over
 * it, costs that letter (LETTER_UNPARSABLE, `subject` says why); the next one gets a new
 * child. What the child answers is checked field by field (letter_check.h).
 *
 * Every program that opens a cage asks in the first line of its main:
 *
 *	if (cage_is_child(argc, argv))
 *		return cage_work(letter_read);
 */
#ifndef MAILER_WIRE_CAGE_H
#define MAILER_WIRE_CAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "mailer/wire/letter.h"
#include "recipients/fault.h"

#define CAGE_MS 1500	     /* for one letter */
#define CAGE_MEMORY (512u << 20) /* bytes of address space */
#define CAGE_LETTERS 20000    /* after which a child has served */

struct cage;

/* Starts the first child. FAULT_INTERNAL if it does not come up: without seccomp no letter is read. */
int cage_open(struct cage **ret, struct fault *f);
void cage_close(struct cage *c);
void cage_closep(struct cage **c);
#define auto_cage __attribute__((cleanup(cage_closep))) struct cage

/*
 * What one letter is. Of more than SCAN_LETTER_MAX bytes only the start is read; `cut`
 * says that the caller has already left the rest out (SCAN_ENOUGH bytes will do).
 * A fault is never the letter's: FAULT_INTERNAL (no child comes up), FAULT_INTERRUPTED.
 * The child ignores Ctrl-C and SIGTERM, so that the letter in hand is not lost by them.
 */
int cage_read(struct cage *c, const char *bytes, size_t length, bool cut, struct letter *ret,
	struct fault *f);

/* The child's side. `read` is letter_read; tests have others. Its value is the exit code. */
typedef void cage_reader(const char *bytes, size_t length, struct letter *ret);
bool cage_is_child(int argc, char **argv);
int cage_work(cage_reader *read);

#endif
