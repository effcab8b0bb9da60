/* SPDX-License-Identifier: MIT */
/*
 * Seals, and opens elsewhere. What is put in is the caller's business. What can go wrong:
 * a key that is none, a file that was changed or cut off (FAULT_INPUT), a full disk.
 */
#include "recipients/coffer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "recipients/vault.h"

#define MAGIC "breachmail-archive 1\n"
#define SECRET_HEAD "breachmail-archive-secret 1\nkey "
#define PUBLIC_HEAD "breachmail-archive-public 1\nkey "
#define KEY crypto_secretstream_xchacha20poly1305_KEYBYTES
#define HEADER crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define EXTRA crypto_secretstream_xchacha20poly1305_ABYTES
#define SEALED (crypto_box_SEALBYTES + KEY)
#define KEY_FILE 128

/* --- keys --- */

static void fingerprint(const unsigned char public[32], char out[COFFER_FINGERPRINT])
{
	unsigned char sha256[VAULT_SHA256];

	vault_sha256(public, 32, sha256);
	vault_hex(sha256, (COFFER_FINGERPRINT - 1) / 2, out);
}

static int key_write(const char *path, const char *head, const unsigned char key[32],
	mode_t mode, struct fault *f)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	char hex[65], text[KEY_FILE];
	ssize_t length, wrote;
	int failed;

	if (fd < 0)
		return fault_set(f, FAULT_CANTCREATE, "%s: %s%s", path, strerror(errno),
			errno == EEXIST ? " (a key is never overwritten)" : "");
	vault_hex(key, 32, hex);
	length = snprintf(text, sizeof(text), "%s%s\n", head, hex);
	wrote = write(fd, text, (size_t)length);
	failed = wrote != length || fsync(fd);
	vault_wipe(hex, sizeof(hex));
	vault_wipe(text, sizeof(text));
	if (!close(fd) && !failed)
		return 0;
	(void)unlink(path);
	return fault_set(f, FAULT_CANTCREATE, "%s could not be written", path);
}

int coffer_make_key(const char *file, char ret[COFFER_FINGERPRINT], struct fault *f)
{
	auto_text public_file = text_format("%s.pub", file);
	unsigned char public[32], secret[32];
	int failed;

	(void)crypto_box_keypair(public, secret);
	fingerprint(public, ret);
	failed = key_write(public_file, PUBLIC_HEAD, public, 0644, f);
	if (!failed && key_write(file, SECRET_HEAD, secret, 0600, f)) {
		(void)unlink(public_file);
		failed = -1;
	}
	vault_wipe(secret, sizeof(secret));
	return failed;
}

/* 1 it is such a key, 0 it is not, -1. */
static int key_read(
	const char *file, const char *head, unsigned char key[32], struct fault *f)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), right;
	char text[KEY_FILE];
	ssize_t got;

	if (fd < 0)
		return fault_set(f, FAULT_INPUT, "%s: %s", file, strerror(errno));
	got = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (got < 0)
		return fault_set(f, FAULT_INPUT, "%s: %s", file, strerror(errno));
	while (got > 0 && strchr("\r\n", text[got - 1]))
		got--;
	text[got] = '\0';
	right = !strncmp(text, head, strlen(head)) &&
		!vault_unhex(text + strlen(head), key, 32);
	vault_wipe(text, sizeof(text));
	return right;
}

int coffer_key_read(const char *file, struct coffer_key *ret, struct fault *f)
{
	unsigned char secret[32];
	int got = key_read(file, PUBLIC_HEAD, ret->public, f), is_secret;

	if (got < 0)
		return -1;
	if (got) {
		fingerprint(ret->public, ret->fingerprint);
		return 0;
	}
	is_secret = key_read(file, SECRET_HEAD, secret, f);
	vault_wipe(secret, sizeof(secret));
	return is_secret > 0
		       ? fault_set(f, FAULT_INPUT,
				 "%s is the secret key: it must not be on this machine. The one to seal "
				 "for is %s.pub",
				 file, file)
		       : fault_set(f, FAULT_INPUT,
				 "%s is no public key of an archive (archive --make-key makes one)",
				 file);
}

/* --- writing --- */

struct coffer {
	FILE *out;
	crypto_secretstream_xchacha20poly1305_state state;
	unsigned char head[VAULT_SHA256]; /* of the lines */
	size_t length;
	unsigned char piece[COFFER_PIECE], sealed[COFFER_PIECE + EXTRA];
};

static int broken(struct fault *f)
{
	return fault_set(f, FAULT_CANTCREATE, "the archive could not be written: %s",
		strerror(errno));
}

static int write_head(struct coffer *c, const struct coffer_key *key, const char *lines,
	const unsigned char own[KEY], struct fault *f)
{
	unsigned char sealed[SEALED], header[HEADER];
	char hex[2 * SEALED + 1];
	auto_text_buffer head = {0};

	if (crypto_box_seal(sealed, own, KEY, key->public))
		return fault_set(f, FAULT_INPUT, "the archive's key is no key");
	vault_hex(sealed, SEALED, hex);
	text_printf(&head, MAGIC "%sfor %s\nkey %s\n\n", lines, key->fingerprint, hex);
	if (head.length > COFFER_HEAD_MAX)
		return fault_set(f, FAULT_INPUT, "the archive's head is too long");
	vault_sha256(head.bytes, head.length, c->head);
	(void)crypto_secretstream_xchacha20poly1305_init_push(&c->state, header, own);
	return fwrite(head.bytes, 1, head.length, c->out) != head.length ||
			       fwrite(header, 1, HEADER, c->out) != HEADER
		       ? broken(f)
		       : 0;
}

int coffer_open(FILE *out, const struct coffer_key *key, const char *lines,
	struct coffer **ret, struct fault *f)
{
	auto_coffer *c = text_alloc(sizeof(*c));
	unsigned char own[KEY];
	int failed;

	c->out = out;
	crypto_secretstream_xchacha20poly1305_keygen(own);
	failed = write_head(c, key, lines, own, f);
	vault_wipe(own, sizeof(own));
	if (failed)
		return -1;
	*ret = c;
	c = NULL;
	return 0;
}

static int put_piece(struct coffer *c, unsigned char tag, struct fault *f)
{
	unsigned long long length;

	(void)crypto_secretstream_xchacha20poly1305_push(&c->state, c->sealed, &length,
		c->piece, c->length, c->head, sizeof(c->head), tag);
	c->length = 0;
	return fwrite(c->sealed, 1, length, c->out) != length ? broken(f) : 0;
}

int coffer_add(struct coffer *c, const void *bytes, size_t length, struct fault *f)
{
	const unsigned char *p = bytes;

	while (length) {
		size_t room = COFFER_PIECE - c->length,
		       part = length < room ? length : room;

		memcpy(c->piece + c->length, p, part);
		c->length += part;
		p += part;
		length -= part;
		if (c->length == COFFER_PIECE && put_piece(c, 0, f))
			return -1;
	}
	return 0;
}

int coffer_end(struct coffer *c, struct fault *f)
{
	return put_piece(c, crypto_secretstream_xchacha20poly1305_TAG_FINAL, f);
}

void coffer_free(struct coffer *c)
{
	if (!c)
		return;
	vault_wipe(c, sizeof(*c));
	free(c);
}

void coffer_freep(struct coffer **c)
{
	coffer_free(*c);
	*c = NULL;
}

/* --- reading --- */

/* Up to and with the empty line. */
static int read_head(FILE *in, const char *path, struct text *ret, struct fault *f)
{
	int byte;

	text_clear(ret);
	while ((byte = fgetc(in)) != EOF && byte && ret->length < COFFER_HEAD_MAX) {
		text_add_char(ret, (char)byte);
		if (ret->length > 1 && !strcmp(ret->bytes + ret->length - 2, "\n\n") &&
			!strncmp(ret->bytes, MAGIC, strlen(MAGIC)))
			return 0;
	}
	return fault_set(f, FAULT_INPUT, "%s is no archive of this program", path);
}

static FILE *open_file(const char *path, struct fault *f)
{
	FILE *in = fopen(path, "re");

	if (!in)
		fault_set(f, FAULT_INPUT, "%s: %s", path, strerror(errno));
	return in;
}

int coffer_lines(const char *path, struct text *ret, struct fault *f)
{
	FILE *in = open_file(path, f);
	int failed = in ? read_head(in, path, ret, f) : -1;

	if (in)
		(void)fclose(in);
	return failed;
}

/* The file's own key, out of its head. */
static int open_key(
	const struct text *head, const unsigned char secret[32], unsigned char own[KEY])
{
	const char *line = strstr(text_string(head), "\nkey ");
	unsigned char public[32], sealed[SEALED];
	auto_text hex = NULL;

	if (!line)
		return -1;
	line += strlen("\nkey ");
	hex = text_format("%.*s", (int)strcspn(line, "\n"), line);
	return vault_unhex(hex, sealed, SEALED) ||
			       crypto_scalarmult_base(public, secret) ||
			       crypto_box_seal_open(own, sealed, SEALED, public, secret)
		       ? -1
		       : 0;
}

static int read_pieces(FILE *in, const char *path, const struct text *head,
	const unsigned char own[KEY], FILE *out, struct fault *f)
{
	crypto_secretstream_xchacha20poly1305_state state;
	unsigned char header[HEADER], sha256[VAULT_SHA256], tag = 0;
	auto_text plain = text_alloc(COFFER_PIECE);
	auto_text sealed = text_alloc(COFFER_PIECE + EXTRA);
	bool whole =
		fread(header, 1, HEADER, in) == HEADER &&
		!crypto_secretstream_xchacha20poly1305_init_pull(&state, header, own);

	vault_sha256(head->bytes, head->length, sha256);
	while (whole && tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) {
		size_t got = fread(sealed, 1, COFFER_PIECE + EXTRA, in);
		unsigned long long length;

		whole = !crypto_secretstream_xchacha20poly1305_pull(&state,
			(unsigned char *)plain, &length, &tag, (unsigned char *)sealed,
			got, sha256, sizeof(sha256));
		if (whole && fwrite(plain, 1, length, out) != length)
			return fault_set(f, FAULT_CANTCREATE, "%s", strerror(errno));
	}
	vault_wipe(plain, COFFER_PIECE);
	return whole && fgetc(in) == EOF
		       ? 0
		       : fault_set(f, FAULT_INPUT,
				 "%s was changed or cut off: what it says cannot be relied on",
				 path);
}

int coffer_read(const char *path, const char *key_file, FILE *out, struct fault *f)
{
	unsigned char secret[32], own[KEY];
	auto_text_buffer head = {0};
	FILE *in;
	int got = key_read(key_file, SECRET_HEAD, secret, f);

	if (got <= 0)
		return got ? -1
			   : fault_set(f, FAULT_INPUT,
				     "%s is no secret key of an archive", key_file);
	in = open_file(path, f);
	got = in ? read_head(in, path, &head, f) : -1;
	if (!got && open_key(&head, secret, own))
		got = fault_set(f, FAULT_INPUT,
			"%s was sealed for another key than %s, or was changed", path,
			key_file);
	if (!got)
		got = read_pieces(in, path, &head, own, out, f);
	vault_wipe(secret, sizeof(secret));
	vault_wipe(own, sizeof(own));
	if (in)
		(void)fclose(in);
	return got;
}
