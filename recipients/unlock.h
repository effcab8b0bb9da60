/* SPDX-License-Identifier: MIT */
/*
 * unlock: which way in is taken.
 *
 * A file that was named (--key-file) may be a key file, the file of a slot, or a slots file. Without one, words that were named
 * (--passphrase-file) open a slot. Else the credential, $BREACHMAIL_KEY_FILE and the default place, as in keyring.h; and if
 * nothing lies in the default place, but there are slots, the passphrase is asked for.
 */
#ifndef RECIPIENTS_UNLOCK_H
#define RECIPIENTS_UNLOCK_H

#include <stdbool.h>

#include "recipients/fault.h"
#include "recipients/vault.h"

struct slots;
struct unlock {
	const char *key_file; /* as it was asked for; NULL: nobody did */
	/* The passphrase or recovery code, borrowed, and wiped by its owner; NULL: there is nobody to ask. */
	int (*words)(void *context, const char **ret, struct fault *f);
	void *context;
	bool by_words; /* the words were named: they count before what lies about */
};

/* `*ret_key_file`: where the key is or should be, the caller's, also after a fault (or NULL). */
int unlock_open(const struct unlock *u, const char *id, char **ret_key_file, struct vault **ret, struct fault *f);

/* What there is of ways in. `*ret_path`: of the slots file; `*ret_key`: of the key file, NULL if there is none. The caller frees. */
int unlock_slots(const char *key_file, const char *id, struct slots *ret, char **ret_path, char **ret_key, struct fault *f);

#endif
