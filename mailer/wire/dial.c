/* SPDX-License-Identifier: MIT */
/*
 * Connections by libcurl. Commands and mails are dialogue.c's and imap.c's, when to try
 * again is relay.c's and imap.c's, what to say of a failure trouble.c's. What can go
 * wrong: a certificate nobody vouches for, a server that offers no STARTTLS (or somebody
 * on the way who strips it), a wrong password. All of these end the run before a byte of
 * mail; libcurl's words go into the fault, never the password.
 */
#include "mailer/wire/dial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "mailer/wire/trouble.h"
#include "recipients/text.h"

#define TOKEN_MAX 8192 /* well over what Microsoft's and Google's have */

/* --- what the server says while libcurl talks to it --- */

static void forget(struct dial *d)
{
	d->pipelining = d->dsn = d->auth = d->sizes = false;
	d->size = 0;
	d->replies = 0;
}

static void read_capability(struct dial *d, const char *words)
{
	if (!strcasecmp(words, "PIPELINING"))
		d->pipelining = true;
	else if (!strcasecmp(words, "DSN"))
		d->dsn = true;
	else if (!strncasecmp(words, "AUTH ", 5))
		d->auth = true;
	else if (!strcasecmp(words, "SIZE") || !strncasecmp(words, "SIZE ", 5)) {
		d->sizes = true;
		d->size = words[4] ? strtoul(words + 5, NULL, 10) : 0;
	}
}

static size_t on_line(char *bytes, size_t one, size_t length, void *user)
{
	struct dial *d = user;
	size_t kept = length < sizeof(d->last) - 1 ? length : sizeof(d->last) - 1;

	(void)one;
	memcpy(d->last, bytes, kept);
	d->last[kept] = '\0';
	d->last[strcspn(d->last, "\r\n")] = '\0';
	if (!strncmp(d->last, "220", 3))
		forget(d); /* also the reply to STARTTLS */
	else if (!strncmp(d->last, "250", 3) && d->replies++ && d->last[3])
		read_capability(d, d->last + 4); /* the first line is its name */
	return length;
}

static size_t on_body(char *bytes, size_t one, size_t length, void *user)
{
	(void)bytes;
	(void)one;
	(void)user;
	return length;
}

/* The first line of the token file; the caller wipes it. */
static int read_token(const struct dial_settings *s, char out[TOKEN_MAX], struct fault *f)
{
	FILE *file = fopen(s->token_file, "re");
	size_t length;

	out[0] = '\0';
	if (!file)
		return fault_set(f, FAULT_CONFIG, "%s.token_file cannot be read: %s",
			s->name, strerror(errno));
	if (!fgets(out, TOKEN_MAX, file))
		out[0] = '\0';
	(void)fclose(file);
	length = strcspn(out, "\r\n");
	out[length] = '\0';
	if (!length || length == TOKEN_MAX - 1 || out[strcspn(out, "\001 \t")])
		return fault_set(f, FAULT_CONFIG,
			"%s.token_file holds no access token in its first line", s->name);
	return 0;
}

int dial_reset(struct dial *d, const struct dial_settings *s, struct fault *f)
{
	char token[TOKEN_MAX];
	int failed;

	forget(d);
	d->last[0] = d->error[0] = '\0';
	if (!s->token_file)
		return 0;
	failed = read_token(s, token, f);
	if (!failed && curl_easy_setopt(d->easy, CURLOPT_XOAUTH2_BEARER, token))
		failed = fault_set(f, FAULT_INTERNAL, "libcurl takes no token");
	explicit_bzero(token, sizeof(token));
	return failed;
}

/* --- making the handle --- */

static int check_file(const struct dial_settings *s, const char *path, const char *name,
	struct fault *f)
{
	return path && access(path, R_OK)
		       ? fault_set(f, FAULT_CONFIG, "%s.%s cannot be read: %s", s->name,
				 name, strerror(errno))
		       : 0;
}

/* libcurl takes a file without any for "nobody is trusted", and blames the server. */
static int check_authorities(const struct dial_settings *s, struct fault *f)
{
	const char *path = s->ca_file;
	char line[256];
	FILE *file;
	bool found = false;

	if (!path || check_file(s, path, "ca_file", f))
		return path ? -1 : 0;
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, "-----BEGIN ") && strstr(line, "CERTIFICATE-----");
	if (file)
		(void)fclose(file);
	return found ? 0
		     : fault_set(f, FAULT_CONFIG,
			       "%s.ca_file holds no certificate in PEM form", s->name);
}

static int check_settings(const struct dial_settings *s, struct fault *f)
{
	static const char name_bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789-."
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (s->ehlo && (!*s->ehlo || s->ehlo[strspn(s->ehlo, name_bytes)]))
		return fault_set(f, FAULT_CONFIG, "the name for EHLO is no host name");
	if (check_authorities(s, f) || check_file(s, s->cert_file, "cert_file", f) ||
		check_file(s, s->key_file, "key_file", f) ||
		check_file(s, s->token_file, "token_file", f))
		return -1;
	if (s->user && !s->password && !s->token_file)
		return fault_set(f, FAULT_CONFIG,
			"%s.user is set and %s.password_file is not", s->name, s->name);
	if (s->user && (strpbrk(s->user, "\r\n") ||
			       (s->password && strpbrk(s->password, "\r\n"))))
		return fault_set(f, FAULT_CONFIG,
			"%s user or password holds a line break", s->name);
	return 0;
}

/* Whether TLS is asked for in the conversation; smtps and imaps have it from the first
 * byte. */
static long starttls(const struct dial_settings *s)
{
	return s->server.loopback && !s->ca_file && !s->cert_file ? CURLUSESSL_NONE
								  : CURLUSESSL_ALL;
}

static CURLcode set_place(CURL *e, const struct dial_settings *s)
{
	const struct server *v = &s->server;
	bool six = strchr(v->host, ':');
	auto_text text = text_format("%s%s://%s%s%s:%u/%s", s->scheme, v->tls ? "s" : "",
		six ? "[" : "", v->host, six ? "]" : "", v->port, s->ehlo ? s->ehlo : "");

	/* No proxy, whatever the environment says: mail goes where the settings say. */
	return curl_easy_setopt(e, CURLOPT_URL, text) |
	       curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "smtp,smtps,imap,imaps") |
	       curl_easy_setopt(e, CURLOPT_PROXY, "") |
	       curl_easy_setopt(e, CURLOPT_CONNECT_ONLY, 1L) |
	       curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
}

static CURLcode set_trust(CURL *e, const struct dial_settings *s)
{
	CURLcode code =
		curl_easy_setopt(e, CURLOPT_USE_SSL, starttls(s)) |
		curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L) |
		curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L) |
		curl_easy_setopt(e, CURLOPT_CERTINFO, 1L) | /* for trouble.c */
		curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);

	/* CAINFO alone would be added to the system's authorities, not replace them. */
	if (s->ca_file)
		code |= curl_easy_setopt(e, CURLOPT_CAINFO, s->ca_file) |
			curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	if (s->cert_file)
		code |= curl_easy_setopt(e, CURLOPT_SSLCERT, s->cert_file) |
			curl_easy_setopt(e, CURLOPT_SSLKEY, s->key_file);
	return code;
}

/* With a token libcurl takes OAUTHBEARER or XOAUTH2; it is set in dial_reset. */
static CURLcode set_login(CURL *e, const struct dial_settings *s)
{
	CURLcode code = CURLE_OK;

	if (s->user)
		code |= curl_easy_setopt(e, CURLOPT_USERNAME, s->user);
	if (s->user && !s->token_file)
		code |= curl_easy_setopt(e, CURLOPT_PASSWORD, s->password);
	return code;
}

static CURLcode set_calls(struct dial *d, const struct dial_settings *s)
{
	int64_t limit = s->timeout;

	return curl_easy_setopt(d->easy, CURLOPT_HEADERFUNCTION, on_line) |
	       curl_easy_setopt(d->easy, CURLOPT_HEADERDATA, d) |
	       curl_easy_setopt(d->easy, CURLOPT_WRITEFUNCTION, on_body) |
	       curl_easy_setopt(d->easy, CURLOPT_ERRORBUFFER, d->error) |
	       curl_easy_setopt(d->easy, CURLOPT_NOSIGNAL, 1L) |
	       curl_easy_setopt(d->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)limit) |
	       curl_easy_setopt(d->easy, CURLOPT_TIMEOUT_MS, (long)limit);
}

int dial_init(struct dial *d, const struct dial_settings *s, struct fault *f)
{
	*d = (struct dial){0};
	if (check_settings(s, f))
		return -1;
	d->tls = s->server.tls || starttls(s) == CURLUSESSL_ALL;
	d->easy = curl_easy_init();
	if (!d->easy || set_place(d->easy, s) || set_trust(d->easy, s) ||
		set_login(d->easy, s) || set_calls(d, s))
		return fault_set(f, FAULT_INTERNAL,
			"libcurl does not take our settings; is it built with SMTP, IMAP and TLS?");
	return 0;
}

void dial_done(struct dial *d)
{
	curl_easy_cleanup(d->easy);
	d->easy = NULL;
}

/* --- how it went --- */

int dial_result(const struct dial *d, CURLcode code, const struct dial_settings *s,
	bool *ret_hopeless, struct fault *f)
{
	*ret_hopeless = false;
	if (code == CURLE_OK && (!s->user || d->auth || !strcmp(s->scheme, "imap")))
		return 0;
	return trouble_tell(d, code, s, ret_hopeless, f);
}
