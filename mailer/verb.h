/* SPDX-License-Identifier: MIT */
/*
 * verb: what a subcommand is made of. A verb is a file in mailer/verb/, a test file, and a section of the manual,
 * under one name. The doors live there (options in, tally out) and stay thin: the rooms behind them do the work.
 *
 * main opens what the verb needs before it runs: settings (incident.json), and the ledger for reading or under the
 * writer's lock. Only main, the doors and show print.
 */
#ifndef MAILER_VERB_H
#define MAILER_VERB_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "mailer/secret.h"
#include "mailer/settings.h"
#include "recipients/clock.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"

struct verb_option {
	const char *name;
	const char *argument; /* NULL: a flag */
	const char *help; /* begins with the words that may be given, if there are such: "text, json or csv" */
};

enum verb_needs {
	VERB_ALONE,  /* no incident */
	VERB_READS,  /* settings, and the ledger for reading */
	VERB_WRITES, /* settings, and the ledger under the writer's lock */
	VERB_DECIDES /* the same, but what it writes is short: it need not wait for a `send` at work */
};

struct command;
struct verb {
	const char *name;
	const char *arguments; /* for the usage line: "people|breach FILE" */
	const char *summary;
	enum verb_needs needs;
	const struct verb_option *options; /* ends with a name of NULL */
	/* A run that only looks: reads although the verb writes. NULL: never. */
	bool (*only_looks)(const struct command *c);
	int (*run)(struct command *c, struct fault *f);
};

/* All verbs, in the order of the flow; ends with a name of NULL. */
extern const struct verb verbs[];

struct verb_choice {
	const char *name, *value;
};

/* One call of the program. */
struct command {
	const struct verb *verb;
	const char *dir;
	const char *key_file, *operator, *by, *reason;
	struct secret *words; /* the passphrase: what was named (secret.h), and once it was read, it */
	int wait_seconds;
	bool json, quiet, dry_run, color;
	struct verb_choice *choices; /* the verb's own options, in order */
	size_t choices_count;
	char **arguments;
	size_t arguments_count;

	struct settings *settings;
	struct policy *policy; /* command_policy */
	json_t *spoken;	       /* door_group_options */
	struct ledger *ledger;
	struct progress progress;

	json_t *tally;	  /* the verb's result; printed with --json */
	bool document;	  /* the verb prints a document instead: no tally, and no word beside it */
	bool found;	  /* the tally is worth telling beside the fault (doctor) */
	int exit_code;	  /* 0, 1 or 75 when there was no fault */
	char next[200];	  /* "Next: ..." */
};

/* The value of an option, NULL if it was not given; for a flag "". */
const char *command_option(const struct command *c, const char *name);
/* The values of an option that may repeat: `*ret` is new memory (free), its strings are borrowed. */
size_t command_options(const struct command *c, const char *name, const char ***ret);
/* A whole number in a range, or `otherwise` when not given. */
int command_number(const struct command *c, const char *name, long min, long max, long otherwise, long *ret,
	struct fault *f);
/* incident.json, and in a rehearsal the fixed clock. */
int command_settings(struct command *c, struct fault *f);
/* How the ledger is opened: the key or the passphrase, the operator, how long to wait. `verb` may be NULL: this one. */
struct ledger_options command_ledger(struct command *c, const char *verb);
/* policy.json, loaded once. */
int command_policy(struct command *c, struct fault *f);
/* --by and --reason, which every human decision takes. */
#define VERB_WORDS_MAX 4000 /* bytes of either */
int command_decides(const struct command *c, struct fault *f);

#endif
