/* SPDX-License-Identifier: MIT */
/*
 * key: who can open the ledger: list, add, remove. The work is recipients/key.c's.
 */
#include "recipients/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/show.h"
#include "mailer/verb/doors.h"

const struct verb_option key_options[] = {
	{"label", "TEXT", "add: what it is called, such as \"stick in the red safe\""},
	{"new-passphrase-file", "FILE", "add passphrase: its first line is the new one"},
	{"new-passphrase-fd", "NUMBER", "the same, from a descriptor"},
	{NULL, NULL, NULL}};

static const char usage[] =
	"breachmail key list | add passphrase|recovery | add key-file|credential FILE | remove "
	"NUMBER";

bool key_only_looks(const struct command *c)
{
	return !c->arguments_count || !strcmp(c->arguments[0], "list");
}

static bool is_new_named(const struct command *c)
{
	return command_option(c, "new-passphrase-file") ||
	       command_option(c, "new-passphrase-fd");
}

bool key_names_new_words(const struct command *c)
{
	return c->arguments_count > 1 && !strcmp(c->arguments[0], "add") &&
	       !strcmp(c->arguments[1], "passphrase") && !is_new_named(c);
}

/* --- list --- */

static const char *words_of(const char *kind)
{
	return !strcmp(kind, "key")
		       ? "key file: the key itself, opens without anything else"
	       : !strcmp(kind, "passphrase") ? "passphrase"
	       : !strcmp(kind, "recovery")   ? "recovery code, on paper"
	       : !strcmp(kind, "key-file")   ? "key file of its own"
					     : "credential, for a service";
}

static void show_slot(struct command *c, json_t *list, const struct key_slot *s)
{
	char at[CLOCK_TEXT] = "";

	if (s->at)
		(void)clock_write(s->at, at);
	(void)json_array_append_new(
		list, json_pack("{s:i,s:s,s:s*,s:s*}", "slot", s->number, "kind", s->kind,
			      "at", s->at ? at : NULL, "label", s->label));
	if (c->json)
		return;
	show(c, "%4d  %s", s->number, words_of(s->kind));
	if (s->label) {
		(void)fputs(": ", stdout);
		show_safely(stdout, s->label);
	}
	show(c, "%s%s\n", s->at ? ", since " : "", at);
}

static int list(struct command *c, struct fault *f)
{
	auto_key_list all = {0};
	json_t *slots = json_array();

	show_json(c, "slots", slots);
	if (key_list(c->ledger, &all, f))
		return -1;
	for (size_t i = 0; i < all.count; i++)
		show_slot(c, slots, &all.slots[i]);
	show_count(c, "count", (int64_t)all.count);
	show_string(c, "slots_file", all.slots_file);
	show_json(c, "key_file", all.key_file ? json_string(all.key_file) : json_null());
	if (all.key_file)
		show(c, "\nKey file:    %s\n", all.key_file);
	if (all.count > (all.key_file != NULL))
		show(c, "%sSlots file:  %s\n", all.key_file ? "" : "\n", all.slots_file);
	show_json(c, "warning", all.count < 2 ? json_string(KEY_ONLY_ONE) : json_null());
	if (all.count < 2) {
		show(c, "\n%s\n", KEY_ONLY_ONE);
		(void)snprintf(c->next, sizeof(c->next), "breachmail key add recovery");
	}
	return 0;
}

/* --- add --- */

static int add_words(struct command *c, const struct key_change *change, int *ret_number,
	struct fault *f)
{
	struct secret new = {.file = command_option(c, "new-passphrase-file"),
		.out = stderr,
		.prompt = "New passphrase: ",
		.again = "Once more: "};
	const char *words;
	long fd;
	int failed;

	if (command_number(c, "new-passphrase-fd", 0, 65535, -1, &fd, f))
		return -1;
	new.fd = (int)fd;
	if (!is_new_named(c)) {
		new.file = c->words->file;
		new.fd = c->words->fd;
	}
	failed = secret_words(&new, &words, f) ||
		 key_add_words(c->ledger, words, &vault_cost, change, ret_number, f);
	secret_done(&new);
	return failed ? -1 : 0;
}

static int add_recovery(struct command *c, const struct key_change *change,
	int *ret_number, struct fault *f)
{
	char code[RECOVERY_TEXT];
	int failed = key_add_recovery(c->ledger, change, code, ret_number, f);

	if (!failed && !c->dry_run) {
		show_string(c, "code", code);
		show(c,
			"\n    %s\n\nThis is shown once. Write it down on paper, read it back, and keep "
			"it in a safe, apart from this\nmachine. Typed at the prompt for a passphrase, "
			"it opens the ledger.\n\n",
			code);
	}
	vault_wipe(code, sizeof(code));
	return failed;
}

static int add_kind(struct command *c, enum slot_kind kind,
	const struct key_change *change, int *ret_number, struct fault *f)
{
	bool is_file = kind == SLOT_KEY_FILE || kind == SLOT_CREDENTIAL;

	if (c->arguments_count != (is_file ? 3 : 2))
		return fault_set(f, FAULT_USAGE,
			is_file ? "which file is to be made? breachmail key add %s FILE"
				: "breachmail key add %s takes no further argument",
			slot_kind_name(kind));
	switch (kind) {
	case SLOT_PASSPHRASE:
		return add_words(c, change, ret_number, f);
	case SLOT_RECOVERY:
		return add_recovery(c, change, ret_number, f);
	case SLOT_KEY_FILE:
	case SLOT_CREDENTIAL:
		break;
	}
	return key_add_file(c->ledger, kind, c->arguments[2], change, ret_number, f);
}

static int add(struct command *c, const struct key_change *change, struct fault *f)
{
	auto_key_list all = {0};
	enum slot_kind kind;
	int number;

	if (c->arguments_count < 2 || slot_kind_of(c->arguments[1], &kind))
		return fault_set(f, FAULT_USAGE,
			"add what? breachmail key add passphrase, recovery, key-file FILE or credential FILE");
	if (add_kind(c, kind, change, &number, f) || key_list(c->ledger, &all, f))
		return -1;
	show_count(c, "slot", number);
	show_string(c, "kind", slot_kind_name(kind));
	show_string(c, "slots_file", all.slots_file);
	show(c, "Slot %d, %s, opens this ledger as well.\n", number,
		words_of(slot_kind_name(kind)));
	if (c->arguments_count == 3) {
		show_string(c, "file", c->arguments[2]);
		show(c, "%s opens it together with the slots file, %s: it is nothing without that one.\n",
			c->arguments[2], all.slots_file);
	}
	(void)snprintf(c->next, sizeof(c->next), "breachmail key list");
	return 0;
}

/* --- remove --- */

static int remove_slot(
	struct command *c, const struct key_change *change, struct fault *f)
{
	auto_text file = NULL;
	char *end;
	long number;

	if (c->arguments_count != 2)
		return fault_set(f, FAULT_USAGE, "which? breachmail key remove NUMBER");
	number = strtol(c->arguments[1], &end, 10);
	if (end == c->arguments[1] || *end || number < 1 || number > 1000000)
		return fault_set(f, FAULT_USAGE,
			"a slot is named by its number: breachmail key list");
	if (key_remove(c->ledger, (int)number, change, &file, f))
		return -1;
	show_count(c, "removed", number);
	show(c, "Slot %ld opens nothing any more.\n", number);
	if (file) {
		show_string(c, "file", file);
		show(c, "%s is gone. It was the key itself: each copy of it still opens the ledger. Destroy them.\n",
			file);
	}
	(void)snprintf(c->next, sizeof(c->next), "breachmail key list");
	return 0;
}

int verb_key(struct command *c, struct fault *f)
{
	const struct key_change change = {c->by, c->reason, command_option(c, "label")};

	if (change.label && strlen(change.label) > 200)
		return fault_set(f, FAULT_USAGE, "--label takes at most 200 bytes");
	if (key_only_looks(c))
		return c->arguments_count > 1 ? fault_set(f, FAULT_USAGE, "%s", usage)
					      : list(c, f);
	if (!strcmp(c->arguments[0], "add"))
		return add(c, &change, f);
	if (!strcmp(c->arguments[0], "remove"))
		return remove_slot(c, &change, f);
	return fault_set(f, FAULT_USAGE, "%s", usage);
}
