/* SPDX-License-Identifier: MIT */
/*
 * settings_mailbox: `mailbox` of incident.json: where letters come back to.
 */
#ifndef MAILER_SETTINGS_MAILBOX_H
#define MAILER_SETTINGS_MAILBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "recipients/config.h"
#include "recipients/fault.h"

struct settings_mailbox {
	/* As mailbox.h has it; a folder or file is absolute, or in the incident's folder. NULL: none is named. */
	char *url;
	bool imap;
	const char *user;
	/* Files: absolute, or in the incident's folder; NULL if not set. */
	char *password_file;
	char *token_file; /* instead of a password: an OAuth 2 access token (XOAUTH2) */
	char *ca_file;
	int64_t timeout; /* the longest wait for an answer, ms; 0: that of mailbox.h */
};

/* Checked: FAULT_CONFIG with the path. A rehearsal reads mailboxes on this machine only. Undone by _done in any case. */
int settings_mailbox_read(const struct config *root, const char *dir, bool live, struct settings_mailbox *ret,
	struct fault *f);
void settings_mailbox_done(struct settings_mailbox *m);

#endif
