/* SPDX-License-Identifier: MIT */
/*
 * Reads, writes and opens slots. Where the file is: keyring.c; which way in is tried:
 * unlock.c; the cryptography: vault.c. What can go wrong: a file that is not as it was
 * written, or that others may read (FAULT_CONFIG); a disk that takes nothing.
 */
#include "recipients/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/clock.h"
#include "recipients/keyring.h"
#include "recipients/recovery.h"
#include "recipients/text.h"

#define HEAD "breachmail-slots 1\nledger "
#define SLOT_HEAD "breachmail-slot 1\nledger "
#define FILE_MAX 8192
#define COST_PASSES_MAX 100
#define COST_BYTES_MAX (UINT64_C(4) << 30)
#define BOUND_MAX 120

static const char *const kinds[] = {[SLOT_PASSPHRASE] = "passphrase",
	[SLOT_KEY_FILE] = "key-file",
	[SLOT_CREDENTIAL] = "credential",
	[SLOT_RECOVERY] = "recovery"};

const char *slot_kind_name(enum slot_kind kind)
{
	return kinds[kind];
}

int slot_kind_of(const char *name, enum slot_kind *ret)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i], name)) {
			*ret = (enum slot_kind)i;
			return 0;
		}
	return -1;
}

/* --- files --- */

/* The whole of a file that only its owner can read. 1; 0 there is none; -1. */
static int read_file(const char *path, char text[FILE_MAX], struct fault *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t length = -1;
	struct stat st;

	if (fd < 0)
		return errno == ENOENT ? 0
				       : fault_set(f, FAULT_CONFIG, "%s: %s", path,
						 strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (st.st_mode & 077))
		fault_set(f, FAULT_CONFIG,
			"%s must be a plain file that only its owner can read (chmod 600)",
			path);
	else if ((length = read(fd, text, FILE_MAX)) == FILE_MAX || length < 0)
		length = fault_set(
			f, FAULT_CONFIG, "%s is too long, or cannot be read", path);
	(void)close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length < 0 ? -1 : 1;
}

static int write_bytes(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t wrote = write(fd, bytes, length);

		if (wrote < 0)
			return -1;
		bytes += wrote;
		length -= (size_t)wrote;
	}
	return fsync(fd);
}

/* Zeros where the old slots were. On a disk that writes elsewhere what it is told to
 * write here (SSD, copy on write) they may still lie about. */
static void overwrite(int fd)
{
	static const char zeros[FILE_MAX];
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st) && st.st_size > 0 && st.st_size <= FILE_MAX &&
		!lseek(fd, 0, SEEK_SET))
		(void)write_bytes(fd, zeros, (size_t)st.st_size);
}

static void sync_folder(const char *path)
{
	auto_text folder = text_copy(path);
	char *slash = strrchr(folder, '/');
	int fd;

	if (slash)
		slash[slash == folder] = '\0';
	fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

static int replace(const char *path, const char *bytes, size_t length, struct fault *f)
{
	auto_text temporary = text_format("%s.new", path);
	int old = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	int fd = open(
		temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool failed = fd < 0 || write_bytes(fd, bytes, length);

	if (fd >= 0)
		failed = close(fd) || failed;
	if (failed || rename(temporary, path)) {
		fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
		(void)unlink(temporary);
		failed = true;
	} else {
		overwrite(old);
		sync_folder(path);
	}
	if (old >= 0)
		(void)close(old);
	return failed ? -1 : 0;
}

/* --- lines --- */

/* What a slot is bound to: none of it can be changed without breaking it. */
static const char *bound(const char *id, const struct slot *s, char out[BOUND_MAX])
{
	(void)snprintf(out, BOUND_MAX, "%s %d %s %" PRIu64 " %" PRIu64, id, s->number,
		kinds[s->kind], s->cost.passes, s->cost.bytes);
	return out;
}

static int parse_slot(const char *line, struct slot *ret)
{
	char kind[16], salt[2 * VAULT_SALT + 1], wrapped[2 * VAULT_WRAPPED + 1];
	int end = 0;

	if (sscanf(line,
		    "slot %9d %15s %" SCNd64 " %9" SCNu64 " %12" SCNu64 " %32s %144s%n",
		    &ret->number, kind, &ret->at, &ret->cost.passes, &ret->cost.bytes,
		    salt, wrapped, &end) != 7 ||
		line[end])
		return -1;
	return ret->number <= SLOTS_KEY_FILE || slot_kind_of(kind, &ret->kind) ||
			       ret->cost.passes > COST_PASSES_MAX ||
			       ret->cost.bytes > COST_BYTES_MAX ||
			       vault_unhex(salt, ret->salt, VAULT_SALT) ||
			       vault_unhex(wrapped, ret->wrapped, VAULT_WRAPPED)
		       ? -1
		       : 0;
}

static int parse(char *text, struct slots *ret)
{
	char *line = text, *end;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		if (ret->count == SLOTS_MAX || parse_slot(line, &ret->list[ret->count]))
			return -1;
		ret->count++;
	}
	return *line ? -1 : 0;
}

/* Behind HEAD and the ledger's id; NULL: it is not so. */
static char *behind_head(
	char *text, const char *head, const char *id, const char **ret_why)
{
	*ret_why = "is damaged, or not of this program";
	if (strncmp(text, head, strlen(head)) != 0)
		return NULL;
	text += strlen(head);
	if (strncmp(text, id, strlen(id)) != 0 || text[strlen(id)] != '\n') {
		*ret_why = "belongs to another ledger";
		return NULL;
	}
	return text + strlen(id) + 1;
}

int slots_read(const char *path, const char *id, struct slots *ret, struct fault *f)
{
	char text[FILE_MAX], *rest;
	const char *why;
	int got;

	memset(ret, 0, sizeof(*ret));
	(void)snprintf(ret->id, sizeof(ret->id), "%s", id);
	got = read_file(path, text, f);
	if (got <= 0)
		return got;
	rest = behind_head(text, HEAD, id, &why);
	if (rest && !parse(rest, ret))
		return 0;
	ret->count = 0;
	return fault_set(f, FAULT_CONFIG, "the slots file %s %s", path, why);
}

int slots_write(const char *path, const struct slots *s, struct fault *f)
{
	auto_text folders = text_copy(path);
	auto_text_buffer out = {0};
	char salt[2 * VAULT_SALT + 1], wrapped[2 * VAULT_WRAPPED + 1];

	text_printf(&out, "%s%s\n", HEAD, s->id);
	for (size_t i = 0; i < s->count; i++) {
		const struct slot *x = &s->list[i];

		vault_hex(x->salt, VAULT_SALT, salt);
		vault_hex(x->wrapped, VAULT_WRAPPED, wrapped);
		text_printf(&out,
			"slot %d %s %" PRId64 " %" PRIu64 " %" PRIu64 " %s %s\n",
			x->number, kinds[x->kind], x->at, x->cost.passes, x->cost.bytes,
			salt, wrapped);
	}
	return keyring_folders(folders, f) || replace(path, out.bytes, out.length, f) ? -1
										      : 0;
}

/* --- making and opening --- */

int slots_number(const struct slots *s, int history, int *ret, struct fault *f)
{
	if (s->count == SLOTS_MAX)
		return fault_set(f, FAULT_REFUSED,
			"there are %d slots, and no more can be: remove one first",
			SLOTS_MAX);
	*ret = history < SLOTS_KEY_FILE ? SLOTS_KEY_FILE : history;
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].number > *ret)
			*ret = s->list[i].number;
	(*ret)++;
	return 0;
}

static int key_of(const struct slot *s, const void *secret, size_t length,
	unsigned char out[VAULT_KEY], struct fault *f)
{
	if (s->kind == SLOT_PASSPHRASE)
		return vault_key_of_words(secret, length, s->salt, &s->cost, out, f);
	vault_key_of_secret(secret, length, s->salt, out);
	return 0;
}

int slots_add(struct slots *s, const struct vault *v, int number, enum slot_kind kind,
	const void *secret, size_t length, const struct vault_cost *cost, struct fault *f)
{
	struct slot new = {.number = number, .kind = kind, .at = clock_now()};
	unsigned char key[VAULT_KEY];
	char to[BOUND_MAX];

	if (s->count == SLOTS_MAX)
		return fault_set(f, FAULT_REFUSED, "there is no room for another slot");
	if (cost)
		new.cost = *cost;
	vault_random(new.salt, sizeof(new.salt));
	if (key_of(&new, secret, length, key, f))
		return -1;
	vault_wrap(v, key, bound(s->id, &new, to), new.wrapped);
	vault_wipe(key, sizeof(key));
	s->list[s->count++] = new;
	return 0;
}

int slots_remove(struct slots *s, int number)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].number == number) {
			memmove(s->list + i, s->list + i + 1,
				(s->count - i - 1) * sizeof(s->list[0]));
			s->count--;
			return 0;
		}
	return -1;
}

/* 1 it opens, 0 it does not, -1. */
static int open_slot(const struct slots *s, const struct slot *x, const void *secret,
	size_t length, struct vault **ret, struct fault *f)
{
	unsigned char key[VAULT_KEY];
	char to[BOUND_MAX];
	int got;

	if (key_of(x, secret, length, key, f))
		return -1;
	got = vault_unwrap(key, bound(s->id, x, to), x->wrapped, ret, f);
	vault_wipe(key, sizeof(key));
	return got;
}

static int open_kind(const struct slots *s, enum slot_kind kind, const char *words,
	struct vault **ret, struct fault *f)
{
	int got = 0;

	for (size_t i = 0; i < s->count && !got; i++)
		if (s->list[i].kind == kind)
			got = open_slot(s, &s->list[i], words, strlen(words), ret, f);
	return got;
}

int slots_open_words(
	const struct slots *s, const char *words, struct vault **ret, struct fault *f)
{
	char code[RECOVERY_TEXT];
	int wrong = recovery_read(words, code),
	    got = wrong ? 0 : open_kind(s, SLOT_RECOVERY, code, ret, f);

	vault_wipe(code, sizeof(code));
	if (!got)
		got = open_kind(s, SLOT_PASSPHRASE, words, ret, f);
	if (got)
		return got > 0 ? 0 : -1;
	if (wrong > 0)
		return fault_set(f, FAULT_CONFIG,
			"no slot opens with this. If it is a recovery code: there is a mistake in its group %d",
			wrong);
	return fault_set(f, FAULT_CONFIG, "no slot opens with this %s",
		wrong ? "passphrase: look at the keyboard's layout and Caps Lock. (A recovery "
			"code has 7 groups of 5 signs.)"
		      : "recovery code: it is without a mistake, but of another ledger, or its "
			"slot was removed");
}

/* --- the file of one slot --- */

int slot_file_write(const char *path, const char *id, int number,
	const unsigned char secret[VAULT_KEY], struct fault *f)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char hex[2 * VAULT_KEY + 1], text[256];
	int failed;

	if (fd < 0)
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
	vault_hex(secret, VAULT_KEY, hex);
	(void)snprintf(text, sizeof(text), "%s%s\nslot %d\nsecret %s\n", SLOT_HEAD, id,
		number, hex);
	failed = write_bytes(fd, text, strlen(text));
	vault_wipe(hex, sizeof(hex));
	vault_wipe(text, sizeof(text));
	if (!close(fd) && !failed)
		return 0;
	(void)unlink(path);
	return fault_set(f, FAULT_CANTCREATE, "%s could not be written", path);
}

static int parse_secret(
	const char *text, int *ret_number, unsigned char secret[VAULT_KEY])
{
	char hex[2 * VAULT_KEY + 1];
	int end = 0, failed;

	failed = sscanf(text, "slot %9d\nsecret %64s\n%n", ret_number, hex, &end) != 2 ||
		 text[end] || vault_unhex(hex, secret, VAULT_KEY);
	vault_wipe(hex, sizeof(hex));
	return failed ? -1 : 0;
}

static int open_number(const struct slots *s, int number,
	const unsigned char secret[VAULT_KEY], struct vault **ret, struct fault *f)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct slot *x = &s->list[i];

		if (x->number == number &&
			(x->kind == SLOT_KEY_FILE || x->kind == SLOT_CREDENTIAL))
			return open_slot(s, x, secret, VAULT_KEY, ret, f);
	}
	return 0;
}

int slot_file_open(
	const char *path, const struct slots *s, struct vault **ret, struct fault *f)
{
	char text[FILE_MAX], *rest;
	unsigned char secret[VAULT_KEY];
	const char *why;
	int number, got = read_file(path, text, f);

	if (got <= 0)
		return got ? -1
			   : fault_set(f, FAULT_CONFIG, "the key is not there: %s", path);
	rest = behind_head(text, SLOT_HEAD, s->id, &why);
	got = rest && !parse_secret(rest, &number, secret);
	vault_wipe(text, sizeof(text));
	if (!got)
		return fault_set(f, FAULT_CONFIG, "key file %s %s", path, why);
	got = open_number(s, number, secret, ret, f);
	vault_wipe(secret, sizeof(secret));
	if (got)
		return got > 0 ? 0 : -1;
	return fault_set(f, FAULT_CONFIG,
		"key file %s opens nothing: slot %d was removed, or the slots file is not here",
		path, number);
}

enum slot_file slot_file_look(const char *path)
{
	char head[18] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got;

	if (fd < 0)
		return SLOT_FILE_OTHER;
	got = read(fd, head, sizeof(head) - 1);
	(void)close(fd);
	if (got != sizeof(head) - 1)
		return SLOT_FILE_OTHER;
	return !strcmp(head, "breachmail-slots ")   ? SLOT_FILE_SLOTS
	       : !strcmp(head, "breachmail-slot 1") ? SLOT_FILE_SLOT
						    : SLOT_FILE_OTHER;
}
