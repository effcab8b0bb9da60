/* SPDX-License-Identifier: MIT */
/*
 * From words to a mailbox that can be opened. That the settings are well-formed was
 * checked when they were loaded (settings.c).
 */
#include "mailer/letterbox.h"

#include <stdio.h>
#include <string.h>

#include "recipients/text.h"

static const struct {
	const char *scheme, *source;
} schemes[] = {{"imaps://", "imap"}, {"imap://", "imap"}, {"maildir:", "maildir"},
	{"mbox:", "mbox"}};
#define SCHEMES (sizeof(schemes) / sizeof(schemes[0]))

static const char *source_of(const char *url, size_t *ret_scheme)
{
	for (size_t i = 0; i < SCHEMES; i++) {
		*ret_scheme = strlen(schemes[i].scheme);
		if (!strncmp(url, schemes[i].scheme, *ret_scheme))
			return schemes[i].source;
	}
	*ret_scheme = 0;
	return "file";
}

void letterbox_done(struct letterbox *b)
{
	if (b->password)
		explicit_bzero(b->password, strlen(b->password));
	text_freep(&b->url);
	text_freep(&b->password);
}

static void set_digest(struct letterbox *b, const struct vault *v)
{
	auto_text place =
		text_format("%s\n%s", b->url, b->mailbox.user ? b->mailbox.user : "");

	if (!v)
		return;
	vault_digest(v, "mailbox", place, strlen(place), b->digest);
}

int letterbox_named(
	const char *from, const struct vault *v, struct letterbox *ret, struct fault *f)
{
	size_t scheme;

	*ret = (struct letterbox){.source = source_of(from, &scheme)};
	if (!strcmp(ret->source, "imap"))
		return fault_set(f, FAULT_USAGE,
			"--from takes maildir:DIR, mbox:FILE or files (a mailbox on a server stands in incident.json)");
	if (!from[scheme])
		return fault_set(f, FAULT_USAGE, "--from names no file");
	ret->url = text_copy(from);
	ret->mailbox.url = ret->url;
	set_digest(ret, v);
	return 0;
}

/* --- incident.json --- */

static int read_password(const char *path, char **ret, struct fault *f)
{
	FILE *file = fopen(path, "re");
	char line[1024] = "";

	if (!file || !fgets(line, sizeof(line), file)) {
		if (file)
			(void)fclose(file);
		return fault_set(f, FAULT_CONFIG,
			"incident.json: mailbox.password_file cannot be read, or is empty");
	}
	(void)fclose(file);
	line[strcspn(line, "\r\n")] = '\0';
	if (!*line)
		return fault_set(f, FAULT_CONFIG,
			"incident.json: mailbox.password_file is empty in its first line");
	*ret = text_copy(line);
	explicit_bzero(line, sizeof(line));
	return 0;
}

int letterbox_settled(const struct settings *s, const struct vault *v,
	struct letterbox *ret, struct fault *f)
{
	const struct settings_mailbox *m = &s->mailbox;
	size_t ignored;

	*ret = (struct letterbox){0};
	if (!m->url)
		return fault_set(f, FAULT_CONFIG,
			"incident.json names no `mailbox`: set its url, or say --from maildir:DIR, mbox:FILE or FILE");
	if (m->password_file && read_password(m->password_file, &ret->password, f))
		return -1;
	ret->url = text_copy(m->url);
	ret->source = m->imap ? "imap" : source_of(ret->url, &ignored);
	ret->mailbox = (struct mailbox_settings){.url = ret->url,
		.user = m->user,
		.password = ret->password,
		.token_file = m->token_file,
		.ca_file = m->ca_file,
		.timeout = m->timeout};
	set_digest(ret, v);
	return 0;
}
