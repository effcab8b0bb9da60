/* SPDX-License-Identifier: MIT */
/*
 * slots: further ways to a ledger's key, as LUKS has them. Each slot holds the master key, wrapped under a key of its own:
 *
 *	passphrase   something that a person knows (Argon2id, vault.h)
 *	key-file     a file that somebody holds: a stick in a safe
 *	credential   the same, for systemd to hand to a service
 *	recovery     a code on paper (recovery.h)
 *
 * They stand in one small file, the slots file (keyring.h says where), in lines:
 *
 *	breachmail-slots 1
 *	ledger ID
 *	slot NUMBER KIND MILLISECONDS PASSES BYTES SALT WRAPPED
 *
 * SALT and WRAPPED are hex; PASSES and BYTES are what the passphrase costs, 0 for the others. A slot is bound to ledger, number,
 * kind and cost. A key file or credential is a file of its own:
 *
 *	breachmail-slot 1
 *	ledger ID
 *	slot NUMBER
 *	secret HEX
 *
 * The key file that `init` made is no slot in it but counts as number 1: it is the master key, opens by itself, and is what
 * must be kept best.
 *
 * WHERE. Neither in the ledger nor beside it. Then whoever has a copy of the ledger, today's or an older one, has nothing with
 * it, even if they know each passphrase and hold each code and file; and when the slots file and the key file are destroyed,
 * no copy of the ledger opens again. The price: who loses both has lost the ledger, so a copy of the
 * slots file belongs in a safe of its own, never in a backup of the ledger.
 *
 * WHAT REMOVING A SLOT GIVES. From then on this slots file does not open by it, with whatever copy of the ledger. Who copied the
 * slots file before, and has the secret, still has the key: it did not change. Slot 1 is the key itself: copies of that file
 * open the ledger for as long as there are any.
 */
#ifndef RECIPIENTS_SLOTS_H
#define RECIPIENTS_SLOTS_H

#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/vault.h"

#define SLOTS_MAX 15
#define SLOTS_KEY_FILE 1 /* the number of the key file */
#define SLOTS_WORDS_MIN 8 /* characters of a passphrase */
#define SLOTS_WORDS_MAX 1000

enum slot_kind {
	SLOT_PASSPHRASE,
	SLOT_KEY_FILE,
	SLOT_CREDENTIAL,
	SLOT_RECOVERY
};

struct slot {
	int number; /* from 2, never used again while the file lasts */
	enum slot_kind kind;
	int64_t at;
	struct vault_cost cost;
	unsigned char salt[VAULT_SALT], wrapped[VAULT_WRAPPED];
};

struct slots {
	char id[33];
	size_t count;
	struct slot list[SLOTS_MAX];
};

const char *slot_kind_name(enum slot_kind kind);
int slot_kind_of(const char *name, enum slot_kind *ret); /* -1: no kind */

/* 0, with none in it where there is no file; FAULT_CONFIG: not ours, another ledger's, open to others, damaged. */
int slots_read(const char *path, const char *id, struct slots *ret, struct fault *f);
/* Whole or not at all; what it held before is overwritten on the way out. FAULT_CANTCREATE. */
int slots_write(const char *path, const struct slots *s, struct fault *f);

/* A number for a new slot; FAULT_REFUSED if there are as many as may be. `history`: the highest ever used, or 0. */
int slots_number(const struct slots *s, int history, int *ret, struct fault *f);
/* Adds one; a passphrase costs `cost`, for the others it is NULL. */
int slots_add(struct slots *s, const struct vault *v, int number, enum slot_kind kind, const void *secret, size_t length,
	const struct vault_cost *cost, struct fault *f);
/* -1: there is none of this number. */
int slots_remove(struct slots *s, int number);

/* Words that a person typed, a passphrase or a recovery code. FAULT_CONFIG: no slot opens with them. */
int slots_open_words(const struct slots *s, const char *words, struct vault **ret, struct fault *f);

/* The file of a slot of its own kind: new, 0600. FAULT_CANTCREATE. It is a secret as long as it lasts. */
int slot_file_write(const char *path, const char *id, int number, const unsigned char secret[VAULT_KEY], struct fault *f);
/* Opens by it. FAULT_CONFIG. */
int slot_file_open(const char *path, const struct slots *s, struct vault **ret, struct fault *f);

/* What a file is, by its first line. */
enum slot_file {
	SLOT_FILE_OTHER, /* a key file, something else, or nothing */
	SLOT_FILE_SLOTS,
	SLOT_FILE_SLOT
};
enum slot_file slot_file_look(const char *path);

#endif
