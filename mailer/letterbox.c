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
	text_freep(&b->token_file);
	text_freep(&b->ca_file);
}

static void set_digest(struct letterbox *b, const struct vault *v)
{
	auto_text place =
		text_format("%s\n%s", b->url, b->mailbox.user ? b->mailbox.user : "");

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

static const char *member(const struct settings *s, const char *name)
{
	return json_string_value(
		json_object_get(json_object_get(s->json, "mailbox"), name));
}

/* Files and folders beside incident.json are looked for there. */
static char *beside(const struct settings *s, const char *path)
{
	return !path          ? NULL
	       : *path == '/' ? text_copy(path)
			      : text_format("%s/%s", s->dir, path);
}

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
	*ret = text_copy(line);
	explicit_bzero(line, sizeof(line));
	return 0;
}

int letterbox_settled(const struct settings *s, const struct vault *v,
	struct letterbox *ret, struct fault *f)
{
	const char *url = member(s, "url"), *password = member(s, "password_file");
	auto_text password_file = beside(s, password);
	size_t scheme;

	*ret = (struct letterbox){0};
	if (!url)
		return fault_set(f, FAULT_CONFIG,
			"incident.json names no `mailbox`: set its url, or say --from maildir:DIR, mbox:FILE or FILE");
	ret->source = source_of(url, &scheme);
	if (!strcmp(ret->source, "imap")) {
		ret->url = text_copy(url);
	} else {
		auto_text path = beside(s, url + scheme);

		ret->url = text_format("%.*s%s", (int)scheme, url, path);
	}
	ret->token_file = beside(s, member(s, "token_file"));
	ret->ca_file = beside(s, member(s, "ca_file"));
	if (password_file && read_password(password_file, &ret->password, f))
		return -1;
	ret->mailbox = (struct mailbox_settings){.url = ret->url,
		.user = member(s, "user"),
		.password = ret->password,
		.token_file = ret->token_file,
		.ca_file = ret->ca_file};
	set_digest(ret, v);
	return 0;
}
