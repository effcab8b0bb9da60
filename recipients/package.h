/* SPDX-License-Identifier: MIT */
/*
 * package: the parts in a zip file, each as a stream of bytes. The only door to zip.h.
 *
 * Nothing is ever unpacked to a disk, so a part's name is a name and no path. Names are
 * compared without regard to case, as the standard says (ECMA-376-2, 6.2.2.3).
 *
 * Limits, each a fault that names it: PACKAGE_PARTS parts; PACKAGE_BYTES unpacked over all
 * parts that are opened, and, above 16 MiB, no more than PACKAGE_RATIO times their packed
 * size; a part does not hold more than it says. Faults of this room have no file name in
 * front: the caller's to add.
 */
#ifndef RECIPIENTS_PACKAGE_H
#define RECIPIENTS_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "recipients/fault.h"
#include "recipients/reader.h"

#define PACKAGE_PARTS 10000
#define PACKAGE_BYTES ((size_t)1 << 30)
#define PACKAGE_RATIO 100

struct package;

/*
 * `r` stays the caller's and must live as long. FAULT_INPUT: no zip file or a broken one,
 * too many parts, two parts of one name, a part under a password.
 */
int package_open(struct reader *r, struct package **ret, struct fault *f);
void package_close(struct package *p); /* NULL is fine */

bool package_has(const struct package *p, const char *part);
/* How many parts have a name that begins so. */
size_t package_count(const struct package *p, const char *beginning);

struct part;
/* Opens a part. FAULT_INPUT: it is not there, a limit, packed in a way that is not known. */
int part_open(struct package *p, const char *name, struct part **ret, struct fault *f);
void part_close(struct part *part); /* NULL is fine */
/* Its next bytes; 0 at the end, which is reached only if length and checksum are right. */
int part_read(struct part *part, void *out, size_t room, size_t *ret, struct fault *f);
/* FAULT_INPUT "its part 'NAME' WORDS". Returns -1. */
int part_fault(const struct part *part, struct fault *f, const char *words);

#endif
