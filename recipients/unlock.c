/* SPDX-License-Identifier: MIT */
/*
 * Tries the ways in, one after the other. Paths are keyring.c's, slots slots.c's.
 */
#include "recipients/unlock.h"

#include <stdlib.h>
#include <unistd.h>

#include "recipients/keyring.h"
#include "recipients/slots.h"
#include "recipients/text.h"

static int open_by_words(const struct unlock *u, const char *slots_file, const char *id,
	struct vault **ret, struct fault *f)
{
	struct slots slots;
	const char *words;

	if (slots_read(slots_file, id, &slots, f))
		return -1;
	if (!slots.count)
		return fault_set(f, FAULT_CONFIG,
			"there is no slot that a passphrase could open: no %s",
			slots_file);
	if (!u->words)
		return fault_set(f, FAULT_CONFIG,
			"the key is not there, and nobody can be asked for a passphrase");
	return u->words(u->context, &words, f) ? -1
					       : slots_open_words(&slots, words, ret, f);
}

static int open_by_file(const struct unlock *u, const char *path, const char *slots_file,
	const char *id, struct vault **ret, struct fault *f)
{
	struct slots slots;

	switch (slot_file_look(path)) {
	case SLOT_FILE_OTHER:
		return vault_open(path, id, ret, f);
	case SLOT_FILE_SLOTS:
		return open_by_words(u, path, id, ret, f);
	case SLOT_FILE_SLOT:
		break;
	}
	return slots_read(slots_file, id, &slots, f) ||
			       slot_file_open(path, &slots, ret, f)
		       ? -1
		       : 0;
}

int unlock_open(const struct unlock *u, const char *id, char **ret_key_file,
	struct vault **ret, struct fault *f)
{
	auto_text slots_file = NULL;
	const char *path;

	if (keyring_find(u->key_file, id, ret_key_file, f))
		return -1;
	path = *ret_key_file;
	slots_file = keyring_slots(path, id);
	if ((u->by_words && !u->key_file) ||
		(keyring_unasked(u->key_file, path, id) && access(path, F_OK) &&
			!access(slots_file, F_OK)))
		return open_by_words(u, slots_file, id, ret, f);
	return open_by_file(u, path, slots_file, id, ret, f);
}

/* The path of a key file that opens by itself, if it is there. */
static char *plain_key(const char *path)
{
	return path && !access(path, F_OK) && slot_file_look(path) == SLOT_FILE_OTHER
		       ? text_copy(path)
		       : NULL;
}

int unlock_slots(const char *key_file, const char *id, struct slots *ret, char **ret_path,
	char **ret_key, struct fault *f)
{
	auto_text home = NULL;
	struct fault ignored;

	*ret_path = slot_file_look(key_file) == SLOT_FILE_SLOTS
			    ? text_copy(key_file)
			    : keyring_slots(key_file, id);
	*ret_key = plain_key(key_file);
	if (!*ret_key && !keyring_find(NULL, id, &home, &ignored))
		*ret_key = plain_key(home);
	if (!slots_read(*ret_path, id, ret, f))
		return 0;
	text_freep(ret_path);
	text_freep(ret_key);
	return -1;
}
