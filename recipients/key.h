/* SPDX-License-Identifier: MIT */
/*
 * key: who may open this ledger. Slots are added and removed (slots.h), and the ledger keeps that they were, by whom and
 * why: an addition before it can open anything, a removal once nothing opens by it.
 *
 * Two ways in are a must: whoever has one, and loses it, has lost the ledger. Nothing here enforces it but that the last is
 * never removed.
 */
#ifndef RECIPIENTS_KEY_H
#define RECIPIENTS_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/recovery.h"
#include "recipients/slots.h"

/* What whoever has only one way in is told. */
#define KEY_ONLY_ONE "Only one way opens this ledger: if it is lost, so is the ledger. Add another: breachmail key add recovery"

struct key_change {
	const char *by, *reason; /* NULL: nothing was said */
	const char *label;	 /* "Anna's stick", or NULL */
};

/* A passphrase (of SLOTS_WORDS_MIN characters at least: FAULT_INPUT). */
int key_add_words(struct ledger *l, const char *words, const struct vault_cost *cost, const struct key_change *c,
	int *ret_number, struct fault *f);
/* Writes a file at `path` that opens: SLOT_KEY_FILE or SLOT_CREDENTIAL. Not in the incident's folder. */
int key_add_file(struct ledger *l, enum slot_kind kind, const char *path, const struct key_change *c, int *ret_number,
	struct fault *f);
/* A code for paper. */
int key_add_recovery(struct ledger *l, const struct key_change *c, char code[RECOVERY_TEXT], int *ret_number,
	struct fault *f);

/* FAULT_REFUSED: it is the last. FAULT_USAGE: there is none of this number. `*ret_file`: a key file that is gone now (the
 * caller frees), or NULL. */
int key_remove(struct ledger *l, int number, const struct key_change *c, char **ret_file, struct fault *f);

struct key_slot {
	int number;
	const char *kind; /* "key" for the key file, else as in slot_kind_name */
	int64_t at;	  /* 0: with the ledger */
	char *label;	  /* NULL: none */
};
struct key_list {
	struct key_slot slots[SLOTS_MAX + 1];
	size_t count;
	char *slots_file, *key_file; /* key_file: NULL if it is not there */
};
/* Is there something wrong with it: fewer than two, or a slots file that cannot be read? The caller frees; NULL: all is well. */
char *key_warning(struct ledger *l, size_t *ret_count);
int key_list(struct ledger *l, struct key_list *ret, struct fault *f);
void key_list_done(struct key_list *list);
#define auto_key_list __attribute__((cleanup(key_list_done))) struct key_list

#endif
