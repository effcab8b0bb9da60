/* SPDX-License-Identifier: MIT */
/*
 * letterbox: where letters come from: the mailbox of incident.json, or a folder or file that somebody names. How it is read
 * is wire/mailbox.h's.
 */
#ifndef MAILER_LETTERBOX_H
#define MAILER_LETTERBOX_H

#include "mailer/settings.h"
#include "mailer/wire/mailbox.h"
#include "recipients/fault.h"
#include "recipients/vault.h"

struct letterbox {
	struct mailbox_settings mailbox;
	const char *source; /* "imap", "maildir", "mbox" or "file" */
	/* Which mailbox it is, for its position: keyed, over place and user. */
	unsigned char digest[VAULT_DIGEST];
	char *url, *password; /* what `mailbox` points into */
};

/* Of the settings; FAULT_CONFIG if they name none. Without a vault: no digest. */
int letterbox_settled(const struct settings *s, const struct vault *v, struct letterbox *ret, struct fault *f);
/* "maildir:DIR", "mbox:FILE", or a file or folder; from where we are. FAULT_USAGE for anything else. */
int letterbox_named(const char *from, const struct vault *v, struct letterbox *ret, struct fault *f);
void letterbox_done(struct letterbox *b);
#define auto_letterbox __attribute__((cleanup(letterbox_done))) struct letterbox

#endif
