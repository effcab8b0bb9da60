/* SPDX-License-Identifier: MIT */
/*
 * pack: files that are handed over as one: a tar archive (POSIX ustar), or an empty folder. The last of them, PACK_DIGESTS,
 * says the SHA-256 of each of the others, as sha256sum -c reads it; its own SHA-256 is the digest of the pack.
 *
 * The same files and time give the same bytes. It is complete or not there: files are held in memory, written at the end,
 * and read again.
 */
#ifndef MAILER_PACK_H
#define MAILER_PACK_H

#include <stdint.h>

#include "recipients/fault.h"
#include "recipients/text.h"

#define PACK_DIGESTS "digests.txt"
#define PACK_FOLDER "evidence/" /* what the archive unpacks to */
#define PACK_NAME 80		/* bytes of a file's name */
#define PACK_DIGEST 65		/* SHA-256 in hex */

struct pack;

/*
 * `out`: a new file, "-" for stdout, or a folder: one that is there and empty, or a name that ends in "/". `at`: the time of
 * the files. FAULT_CANTCREATE.
 */
int pack_open(const char *out, int64_t at, struct pack **ret, struct fault *f);
/* Takes the bytes; `bytes` is empty afterwards. `name` without a folder. */
void pack_add(struct pack *p, const char *name, struct text *bytes);
/* Writes all of it. */
int pack_write(struct pack *p, char digest[PACK_DIGEST], struct fault *f);
void pack_free(struct pack *p); /* NULL is fine */
void pack_freep(struct pack **p);
#define auto_pack __attribute__((cleanup(pack_freep))) struct pack

#endif
