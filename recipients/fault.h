/* SPDX-License-Identifier: MIT */
/*
 * fault: the one error of the program.
 *
 * A function that can fail takes a `struct fault *` last, returns -1 and fills it; on success the fault is
 * untouched. Its kind is the exit code (sysexits.h, and 73/130 as the manual lists them). Its text names file,
 * row and field so that a person can mend the input, and never holds the value found there: faults are printed,
 * logged and mailed, and a value may be a name. It is whole UTF-8 without control characters: what a file's name or a
 * damaged file brings of them is a "?".
 */
#ifndef RECIPIENTS_FAULT_H
#define RECIPIENTS_FAULT_H

enum fault_kind {
	FAULT_NONE = 0,
	FAULT_USAGE = 64,	/* wrong option, or a prompt was needed and there is no terminal */
	FAULT_INPUT = 65,	/* a file is not what it claims to be */
	FAULT_UNAVAILABLE = 69, /* relay or mailbox cannot be reached or trusted */
	FAULT_INTERNAL = 70,	/* our fault */
	FAULT_CANTCREATE = 73,	/* output exists, disk full, no permission */
	FAULT_LEDGER = 74,	/* the ledger is damaged, or a seal does not open */
	FAULT_TEMPORARY = 75,	/* locked, or deferred work is left: run again */
	FAULT_REFUSED = 77,	/* a rule or a missing approval */
	FAULT_CONFIG = 78,	/* settings, policy or key */
	FAULT_INTERRUPTED = 130 /* Ctrl-C or SIGTERM, everything in order */
};

struct fault {
	enum fault_kind kind;
	char text[1024];
};

/* Sets kind and text; always returns -1, so that `return fault_set(f, ...)` reads well. */
int fault_set(struct fault *f, enum fault_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "PREFIX: " before the text, to say where (file, row). Always returns -1. */
int fault_prefix(struct fault *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "INPUT", "CONFIG" ...: the kind's name in JSON. */
const char *fault_kind_name(enum fault_kind kind);

#endif
