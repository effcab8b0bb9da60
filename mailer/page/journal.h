/* SPDX-License-Identifier: MIT */
/*
 * journal: the page's own small database, DIR/review/visits.jsonl: what was looked at, tried and handed in, a line each, only
 * ever added to.
 *
 * The page writes it and has it locked; the verbs, which have the key, take over into the ledger what is new (visits.h). The
 * first line names the journal; each further one is an object:
 *
 *	at		ms since 1970
 *	who		the reviewer's number, 0 nobody
 *	what		start, sign-in, refused, slowed, sign-out, passphrase, view, download, check, request, point
 *	about		which page or file
 *	from		address of the visitor
 *	serial		of the secret that was used (sign-in, passphrase)
 *	mode		request, point: "rehearsal" or "live"
 *	hash		passphrase: as Argon2id; never taken over
 *	sealed		request, point: what was written, sealed to the ledger (hatch.h), in hex
 *
 * A line that was torn by a crash is passed over, and so is one that is none of these: whoever can write here is not trusted.
 */
#ifndef MAILER_PAGE_JOURNAL_H
#define MAILER_PAGE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "recipients/fault.h"

#define JOURNAL_FOLDER "review"
#define JOURNAL_LINE ((size_t)128 << 10) /* bytes */
#define JOURNAL_ID 33

/* DIR/review, 0700. */
int journal_folder(const char *dir, struct fault *f);

struct journal;
/* For the page. FAULT_TEMPORARY: another page has it. */
int journal_open(const char *dir, struct journal **ret, struct fault *f);
void journal_close(struct journal *j);
/* Takes `event`. `lasting`: it is on the disk when this returns, and not only the kernel's. FAULT_CANTCREATE. */
int journal_write(struct journal *j, json_t *event, bool lasting, struct fault *f);

/* Bytes; 0: there is none. */
int64_t journal_size(const char *dir);

/*
 * Every whole line behind `*from`, which moves on; `see` gets where the line ends. Stops when it fails. `id`: the journal that
 * `from` is about, "" at first; another one than that is read from its beginning, and named.
 */
struct journal_reader {
	int (*see)(void *user, const json_t *event, int64_t end, struct fault *f);
	void *user;
};
int journal_read(const char *dir, int64_t *from, char id[JOURNAL_ID], const struct journal_reader *r, struct fault *f);

#endif
