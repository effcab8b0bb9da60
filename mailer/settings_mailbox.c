/* SPDX-License-Identifier: MIT */
/*
 * The mailbox in incident.json. All else there: settings.c; reading letters:
 * wire/mailbox.c.
 */
#include "mailer/settings_mailbox.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/wire/imap_url.h"
#include "recipients/text.h"

#define LINE 1000

static int check_place(
	struct config url, const struct settings_mailbox *m, bool live, struct fault *f)
{
	struct imap_url parts;
	struct fault why;

	if (!m->imap)
		return 0;
	if (imap_url_parse(m->url, &parts, &why))
		return config_fault(url, f, "%s", why.text);
	if (!live && !parts.server.loopback)
		return config_fault(
			url, f, "a rehearsal may only read a mailbox on this machine");
	return 0;
}

static int read_url(const struct config *c, const char *dir, bool live,
	struct settings_mailbox *m, struct fault *f)
{
	struct config member = config_needed(c, "url");
	const char *url = NULL, *path;

	if (config_string(member, LINE, &url, f))
		return -1;
	m->imap = imap_url_is(url);
	path = strchr(url, ':');
	if (m->imap)
		m->url = text_copy(url);
	else if ((!strncmp(url, "maildir:", 8) || !strncmp(url, "mbox:", 5)) && path[1])
		m->url = text_format("%.*s%s%s%s", (int)(path + 1 - url), url,
			path[1] == '/' ? "" : dir, path[1] == '/' ? "" : "/", path + 1);
	else
		return config_fault(
			member, f, "is none of imaps://, imap://, maildir:, mbox:");
	return check_place(member, m, live, f);
}

static int check_login(
	const struct config *c, const struct settings_mailbox *m, struct fault *f)
{
	if (m->imap && !m->user)
		return config_fault(
			config_member(c, "url"), f, "needs a user beside it to log in");
	if (m->imap && !m->password_file && !m->token_file)
		return config_fault(config_member(c, "user"), f,
			"needs a password_file or a token_file");
	if (m->token_file && m->password_file)
		return config_fault(config_member(c, "token_file"), f,
			"stands beside password_file; one of them logs in");
	return 0;
}

int settings_mailbox_read(const struct config *root, const char *dir, bool live,
	struct settings_mailbox *ret, struct fault *f)
{
	static const char *const keys[] = {
		"url", "user", "password_file", "token_file", "ca_file", "timeout", NULL};
	struct config c = config_member(root, "mailbox");

	*ret = (struct settings_mailbox){0};
	if (!config_present(c))
		return 0;
	if (config_known(c, keys, f) || read_url(&c, dir, live, ret, f) ||
		config_string(config_member(&c, "user"), LINE, &ret->user, f) ||
		config_path(config_member(&c, "password_file"), dir, LINE,
			&ret->password_file, f) ||
		config_path(config_member(&c, "token_file"), dir, LINE, &ret->token_file,
			f) ||
		config_path(config_member(&c, "ca_file"), dir, LINE, &ret->ca_file, f) ||
		config_duration(config_member(&c, "timeout"), &ret->timeout, f))
		return -1;
	if (config_present(config_member(&c, "timeout")) && ret->timeout < 1000)
		return config_fault(
			config_member(&c, "timeout"), f, "is less than a second");
	return check_login(&c, ret, f);
}

void settings_mailbox_done(struct settings_mailbox *m)
{
	free(m->url);
	free(m->password_file);
	free(m->token_file);
	free(m->ca_file);
}
