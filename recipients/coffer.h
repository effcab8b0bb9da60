/* SPDX-License-Identifier: MIT */
/*
 * coffer: a file that is sealed here and can be opened only elsewhere, by a key that this machine does not have.
 *
 *	breachmail-archive 1
 *	NAME VALUE             lines of the writer's, in the clear
 *	for FINGERPRINT        of the public key: the first 16 hex digits of its SHA-256
 *	key HEX                the file's own key, sealed for it (libsodium's sealed box: X25519, XSalsa20-Poly1305)
 *	(an empty line)
 *
 * and behind it, binary, libsodium's secretstream (XChaCha20-Poly1305): its header of 24 bytes, then pieces of COFFER_PIECE
 * bytes and 17 more each, the last one shorter and marked as the last. Each piece is bound to the SHA-256 of the lines above: if
 * one of them is changed, or the end is cut off, it does not open.
 *
 * The pair of keys is two small text files, FILE and FILE.pub. Only FILE.pub belongs on a machine with a ledger.
 */
#ifndef RECIPIENTS_COFFER_H
#define RECIPIENTS_COFFER_H

#include <stddef.h>
#include <stdio.h>

#include "recipients/fault.h"
#include "recipients/text.h"

#define COFFER_PIECE 65536
#define COFFER_FINGERPRINT 17
#define COFFER_HEAD_MAX 4096 /* bytes of the lines in the clear */

/* Makes a pair, FILE (0600) and FILE.pub. FAULT_CANTCREATE if either is there: a key is never overwritten. */
int coffer_make_key(const char *file, char fingerprint[COFFER_FINGERPRINT], struct fault *f);

/* A public key. FAULT_INPUT: it is none, or it is the secret one, which does not belong here. */
struct coffer_key {
	unsigned char public[32];
	char fingerprint[COFFER_FINGERPRINT];
};
int coffer_key_read(const char *file, struct coffer_key *ret, struct fault *f);

struct coffer;
/* Writes to `out`, which stays the caller's. `lines`: those in the clear, each ending in LF. */
int coffer_open(FILE *out, const struct coffer_key *key, const char *lines, struct coffer **ret, struct fault *f);
int coffer_add(struct coffer *c, const void *bytes, size_t length, struct fault *f);
int coffer_end(struct coffer *c, struct fault *f); /* the last piece */
void coffer_free(struct coffer *c);		   /* NULL is fine */
void coffer_freep(struct coffer **c);
#define auto_coffer __attribute__((cleanup(coffer_freep))) struct coffer

/* Its lines in the clear. FAULT_INPUT: it is no such file. */
int coffer_lines(const char *path, struct text *ret, struct fault *f);
/* Opens it with the secret key and writes what is in it. FAULT_INPUT: another key, changed, cut off. */
int coffer_read(const char *path, const char *key_file, FILE *out, struct fault *f);

#endif
