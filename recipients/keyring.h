/* SPDX-License-Identifier: MIT */
/*
 * keyring: where a ledger's key file lies. What is in it is vault.c's.
 *
 * The order of search: the file that was asked for (--key-file), $CREDENTIALS_DIRECTORY/breachmail.key,
 * $BREACHMAIL_KEY_FILE (a path), $XDG_DATA_HOME/breachmail/keys/ID.key (default ~/.local/share). A new key goes to
 * the first of these but the credential, which is somebody else's to provide.
 */
#ifndef RECIPIENTS_KEYRING_H
#define RECIPIENTS_KEYRING_H

#include <stdbool.h>

#include "recipients/fault.h"

/* Where the key of ledger `id` should be; it need not be there. The caller frees. */
int keyring_find(const char *asked, const char *id, char **ret, struct fault *f);
/* Does it lie in the default place: did nobody say where it is? */
bool keyring_unasked(const char *asked, const char *key_file, const char *id);

/*
 * Where the slots of ledger `id` are (slots.h), or should be: $CREDENTIALS_DIRECTORY/breachmail.slots and KEYFILE.slots if they
 * are there, else $XDG_DATA_HOME/breachmail/slots/ID.slots; KEYFILE.slots where there is no home. The caller frees.
 */
char *keyring_slots(const char *key_file, const char *id);

/*
 * FAULT_CONFIG if a key file lies in the incident's folder `dir`: the key must not travel with the ledger, or a copy of
 * the folder would open itself. FAULT_CANTCREATE if the key's folder is not there.
 */
int keyring_apart(const char *dir, const char *key_file, struct fault *f);

/* mkdir -p for what is before the last "/", 0700 each; `path` is as it was afterwards. */
int keyring_folders(char *path, struct fault *f);
/* Where to put a new one: makes the default's folders, and sees that it is apart. */
int keyring_place(const char *dir, const char *asked, const char *id, char **ret, struct fault *f);

/* The page's own certificate: beside the keys, one for each folder. The caller frees. */
char *keyring_certificate(const char *key_file, const char *dir);

/*
 * Every file that has to do with the key of ledger `id`: those in the default folders that begin with the id, the key file itself,
 * and what lies beside it under its name. `*ret` ends with NULL; the caller frees (keyring_free).
 */
char **keyring_files(const char *key_file, const char *id);
void keyring_free(char **files);
void keyring_freep(char ***files);
#define auto_keyring_files __attribute__((cleanup(keyring_freep))) char **

/*
 * Where to keep what tells an older copy of ledger `id` from the newest, outside the ledger's backup: beside the key,
 * KEYFILE.ENDING, or ../heads/ID.ENDING where the key has its default place. A rehearsal has one for each folder, so that
 * a copy may be played with; live has one. The caller frees.
 */
char *keyring_beside(const char *key_file, const char *id, const char *dir, bool live, const char *ending);

#endif
