/* SPDX-License-Identifier: MIT */
/*
 * sshsig: SSH signatures over a text, made and checked by ssh-keygen (OpenSSH, package openssh-client; PROTOCOL.sshsig), as
 * git does it. Keys may lie in a file, in an agent, or on a FIDO2 token.
 *
 * Passphrases are asked for by ssh-keygen itself, at the terminal (or through SSH_ASKPASS); none ever reaches this program,
 * its arguments or its environment. Nothing is written to a disk but the key that is asked for: what ssh-keygen reads as a
 * file lies in memory.
 */
#ifndef MAILER_SSHSIG_H
#define MAILER_SSHSIG_H

#include <stddef.h>

#include "recipients/fault.h"
#include "recipients/text.h"

#define SSHSIG_FINGERPRINT 64	/* "SHA256:..." */
#define SSHSIG_SIGNATURE_MAX 16384 /* bytes of one, in armour */

/*
 * "ssh-ed25519 AAAA..." out of the line of a public key; its comment is left out. FAULT_INPUT: no key that we take, which
 * are ed25519, ecdsa, RSA of 2048 bits and more, and their kinds on a token (sk-); certificates and DSA are not among them.
 */
int sshsig_key(const char *line, char **ret, char fingerprint[SSHSIG_FINGERPRINT], struct fault *f);
/* The same out of a file. */
int sshsig_key_file(const char *path, char **ret, char fingerprint[SSHSIG_FINGERPRINT], struct fault *f);

/*
 * A new ed25519 key at `path`, `path`.pub beside it. FAULT_CANTCREATE: there is one. FAULT_USAGE: nobody could be asked for
 * a passphrase, or it is empty; then there is no key.
 */
int sshsig_make(const char *path, struct fault *f);

/* Signs: the armoured signature. FAULT_REFUSED: ssh-keygen did not (it says why), FAULT_INPUT: there is no such key. */
int sshsig_sign(const char *key_file, const char *space, const char *bytes, size_t length, struct text *ret, struct fault *f);

/*
 * Which of these keys made it, if it is good; -1 without a fault: none of them, or it is not over these bytes in this
 * namespace. `ret_named`: which of them it names as its own, good or not; -1: none. NULL: nobody asks.
 */
int sshsig_who(const char *const *keys, size_t count, const char *space, const char *signature, const char *bytes,
	size_t length, int *ret, int *ret_named, struct fault *f);

#endif
