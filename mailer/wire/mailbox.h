/* SPDX-License-Identifier: MIT */
/*
 * mailbox: letters out of an IMAP mailbox, a Maildir, an mbox, or files; one at a time.
 *
 * It only reads: nothing is marked as seen, moved, changed or removed. What a letter is
 * and proves is letter.h's; that it counts once is the ledger's, by its digest: a letter
 * may come again (a Maildir is always read from its beginning, a mailbox when it was made
 * anew), and with other line ends (CRLF by IMAP, LF out of a file). So take the digest
 * without CR.
 *
 * url
 *	imaps://HOST[:PORT]/FOLDER   TLS from the first byte (993)
 *	imap://HOST[:PORT]/FOLDER    STARTTLS is demanded (143), but on loopback without a
 *	                             ca_file. FOLDER: %XX for odd bytes; INBOX if left out.
 *	maildir:DIR                  new and cur
 *	mbox:FILE                    split at "From " lines, ">From " put right (mboxrd)
 *	PATH                         a Maildir, a folder of such files, or a file: an mbox
 *	                             if it begins with a "From " line, else one letter
 */
#ifndef MAILER_WIRE_MAILBOX_H
#define MAILER_WIRE_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recipients/fault.h"

#define MAILBOX_LETTER_MAX ((size_t)32 << 20)	/* bytes of a letter; of a larger one its start */
#define MAILBOX_LETTERS_MAX ((size_t)1000000)	/* new letters that one run may find */

struct mailbox_settings {
	const char *url;
	const char *user; /* IMAP; NULL: no login */
	const char *password;
	const char *token_file; /* instead of a password: an OAuth 2 access token (XOAUTH2) */
	const char *ca_file;	/* instead of the system's authorities, not beside them */
	int64_t timeout;	/* the longest wait for an answer, ms; 0: a minute */
};

/*
 * How far an IMAP mailbox was read (RFC 9051 section 2.3.1.1); {0, 0} from its beginning.
 * Of another mailbox than the one that we know (other uidvalidity) all letters come.
 */
struct mailbox_position {
	uint32_t uidvalidity, uid;
};

struct mailbox_letter {
	const char *bytes; /* as they are; the mailbox's, until the next call; never NULL */
	size_t length;
	bool cut;		    /* the start of a larger one */
	struct mailbox_position at; /* IMAP: commit it together with the letter */
};

struct mailbox;

/*
 * FAULT_CONFIG: settings that cannot work. FAULT_UNAVAILABLE: it is not there, cannot be
 * trusted, refuses the login. FAULT_TEMPORARY: it says to come again. FAULT_INPUT: a PATH
 * that cannot be read.
 */
int mailbox_open(const struct mailbox_settings *s, const struct mailbox_position *after,
	struct mailbox **ret, struct fault *f);

/*
 * 1: a letter. 0: there are no more. -1: a fault, as above; all letters before it are good,
 * and with the last committed position the next run goes on where this one ended. A
 * connection that breaks is made again some times before that is FAULT_TEMPORARY. Letters
 * that were removed meanwhile are passed over; one that the server will not give is not:
 * the position stays before it, the others come, and the end is FAULT_TEMPORARY.
 * FAULT_INTERRUPTED soon after a signal (clock.h).
 */
int mailbox_next(struct mailbox *m, struct mailbox_letter *ret, struct fault *f);

void mailbox_close(struct mailbox *m); /* NULL is fine */
void mailbox_closep(struct mailbox **m);
#define auto_mailbox __attribute__((cleanup(mailbox_closep))) struct mailbox

#endif
