/* SPDX-License-Identifier: MIT */
/*
 * The sentences for a connection that does not stand. Connections are dial.c's, when to
 * try again relay.c's and imap.c's. What the server and its certificate say is a
 * stranger's: it goes
 * through reply_public, and never decides more than the words.
 */
#include "mailer/wire/trouble.h"

#include <string.h>
#include <time.h>

#include "mailer/wire/reply.h"
#include "recipients/text.h"

#define FIELD 200

/* --- certificates --- */

/* A field of the relay's own certificate, as libcurl lists them: "Issuer:CN = x". */
static bool certificate_field(CURL *easy, const char *name, char out[FIELD])
{
	struct curl_certinfo *info = NULL;

	if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) || !info ||
		info->num_of_certs < 1)
		return false;
	for (const struct curl_slist *i = info->certinfo[0]; i; i = i->next) {
		size_t length = strlen(name);

		if (strncmp(i->data, name, length) != 0 || i->data[length] != ':')
			continue;
		reply_public(i->data + length + 1, out, FIELD);
		return true;
	}
	return false;
}

/* "2020-01-02 00:00:00 GMT"; 0 if it is not of that form. */
static time_t certificate_time(CURL *easy, const char *name, char out[FIELD])
{
	struct tm t = {0};

	if (!certificate_field(easy, name, out) ||
		!strptime(out, "%Y-%m-%d %H:%M:%S", &t))
		return 0;
	out[strlen("2020-01-02")] = '\0';
	return timegm(&t);
}

/* "@" stands for the object in incident.json that holds the settings. */
static void add_words(struct text *out, const char *words, const char *name)
{
	for (; *words; words++)
		if (*words == '@')
			text_add_string(out, name);
		else
			text_add_char(out, *words);
}

static void add_certificate(
	const struct dial *d, const struct dial_settings *s, struct text *out)
{
	char from[FIELD] = "", to[FIELD] = "", issuer[FIELD] = "";
	time_t begins = certificate_time(d->easy, "Start Date", from),
	       ends = certificate_time(d->easy, "Expire Date", to), now = time(NULL);

	text_add_string(out, "Its certificate is not trusted, so nothing was sent: ");
	if (ends && ends < now)
		text_printf(out,
			"it expired on %s, and the server's administrator must renew it",
			to);
	else if (begins > now)
		text_printf(out, "it begins on %s; is this machine's clock right?", from);
	else if (strstr(d->error, "does not match"))
		add_words(out,
			"it is for another name; is the host in @.url the server's full "
			"name, or does somebody stand between?",
			s->name);
	else if (certificate_field(d->easy, "Issuer", issuer))
		text_printf(out,
			"nobody whom we trust has signed it, its issuer is \"%s\"; if "
			"that is your own authority, name its file in %s.ca_file",
			issuer, s->name);
	else
		add_words(out,
			"if your own authority signed it, name its file in @.ca_file",
			s->name);
	if (out->bytes[out->length - 1] != '?')
		text_add_char(out, '.');
}

/* --- all else --- */

static bool is_imap(const struct dial_settings *s)
{
	return !strcmp(s->scheme, "imap");
}

/* What is said of ports and of what a token is for. */
static const char *advice_by_protocol(CURLcode code, const struct dial_settings *s)
{
	bool imap = is_imap(s);

	if (code == CURLE_USE_SSL_FAILED)
		return imap ? "It offers no STARTTLS, or somebody on the way removes the "
			      "offer; nothing goes out unencrypted. Is the port right (143, or "
			      "imaps:// and 993)?"
			    : "It offers no STARTTLS, or somebody on the way removes the "
			      "offer; nothing goes out unencrypted. Is the port right (587, or "
			      "smtps:// and 465)?";
	if (code == CURLE_LOGIN_DENIED)
		return imap ? "Check @.user and @.token_file: is the token still valid, and "
			      "may it read this mailbox?"
			    : "Check @.user and @.token_file: is the token still valid, and "
			      "may it send mail?";
	return imap ? "TLS 1.2 or newer could not be agreed. Is the port right (imaps:// for "
		      "993, imap:// for 143)?"
		    : "TLS 1.2 or newer could not be agreed. Is the port right (smtps:// for "
		      "465, smtp:// for 587)?";
}

/* Its last line, where it says no. */
static const char *refusal(const struct dial *d, const struct dial_settings *s)
{
	if (!is_imap(s))
		return *d->last == '4' || *d->last == '5' ? d->last : "";
	return strstr(d->last, " NO ") || strstr(d->last, " BAD ") ||
			       !strncmp(d->last, "* BYE", 5)
		       ? d->last
		       : "";
}

/* "Later": 4xx; of RFC 5530 what passes. */
static bool is_later(const char *said, const struct dial_settings *s)
{
	if (!is_imap(s))
		return *said == '4';
	return strstr(said, "[UNAVAILABLE]") || strstr(said, "[INUSE]") ||
	       strstr(said, "[LIMIT]") || !strncmp(said, "* BYE", 5);
}

/* It speaks the protocol, and does not want us. */
static const char *advice_when_turned_away(
	const char *said, const struct dial_settings *s)
{
	return is_later(said, s)
		       ? "It turns us away for now, so nothing was sent. Run the same command again later."
		       : "It turns us away, so nothing was sent. Ask its administrator what its log says.";
}

static const char *advice(
	const struct dial *d, CURLcode code, const struct dial_settings *s)
{
	switch ((int)code) {
	case CURLE_SSL_CACERT_BADFILE:
		return "@.ca_file cannot be read as PEM certificates.";
	case CURLE_SSL_CERTPROBLEM:
		return "@.cert_file and @.key_file are no certificate with its key.";
	case CURLE_USE_SSL_FAILED:
		return advice_by_protocol(code, s);
	case CURLE_LOGIN_DENIED:
		return s->token_file ? advice_by_protocol(code, s)
				     : "Check @.user and @.password_file.";
	case CURLE_SSL_CONNECT_ERROR:
		return s->cert_file
			       ? "TLS 1.2 or newer could not be agreed; does it know whoever "
				 "signed @.cert_file? Is the port right?"
			       : advice_by_protocol(code, s);
	case CURLE_WEIRD_SERVER_REPLY:
		if (*refusal(d, s))
			return advice_when_turned_away(refusal(d, s), s);
		return "That is no answer to what we said: the port is wrong, or somebody on the "
		       "way puts in words, so nothing was sent.";
	case CURLE_COULDNT_RESOLVE_HOST:
		return "Check the host in @.url, and this machine's name service.";
	case CURLE_COULDNT_CONNECT:
		return "Is the server running, is @.url right, does a firewall stand between?";
	case CURLE_OPERATION_TIMEDOUT:
		return "It does not answer in time. Is the port right?";
	}
	if (d->tls && s->cert_file)
		return "It broke off. Ask its administrator what its log says; does it know "
		       "whoever signed @.cert_file?";
	if (d->tls && !is_imap(s))
		return "It broke off. Ask its administrator what its log says; does it want a "
		       "certificate of ours (@.cert_file)?";
	return "Ask the server's administrator what its log says.";
}

/* A handshake or a connection that broke may have been bad luck; these are not. */
static bool is_hopeless(CURLcode code)
{
	switch ((int)code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_USE_SSL_FAILED:
	case CURLE_LOGIN_DENIED:
		return true;
	}
	return false;
}

/* What libcurl's code does not tell apart. */
static CURLcode understood(
	const struct dial *d, CURLcode code, const struct dial_settings *s)
{
	const char *challenge = is_imap(s) ? "+ " : "334";

	/* Google and Microsoft ask once more before they refuse a token, and libcurl
	 * waits */
	if (code == CURLE_OK || (code == CURLE_OPERATION_TIMEDOUT &&
					!strncmp(d->last, challenge, strlen(challenge))))
		return CURLE_LOGIN_DENIED;
	if (code == CURLE_SSL_CONNECT_ERROR &&
		strstr(d->error, "X.509 key or certificate"))
		return CURLE_SSL_CERTPROBLEM;
	return code;
}

static void write_reason(const struct dial *d, CURLcode code, char out[CURL_ERROR_SIZE])
{
	const char *words = *d->error ? d->error : curl_easy_strerror(code);

	if (code == CURLE_OK)
		words = "it does not offer to log in (AUTH)";
	reply_public(words, out, CURL_ERROR_SIZE);
	for (size_t length = strlen(out); length && out[length - 1] == '.'; length--)
		out[length - 1] = '\0';
}

int trouble_tell(const struct dial *d, CURLcode code, const struct dial_settings *s,
	bool *ret_hopeless, struct fault *f)
{
	CURLcode cause = understood(d, code, s);
	auto_text_buffer what = {0};
	char said[FIELD], reason[CURL_ERROR_SIZE];
	enum fault_kind kind = FAULT_UNAVAILABLE;

	*ret_hopeless = is_hopeless(cause);
	if (cause == CURLE_PEER_FAILED_VERIFICATION)
		add_certificate(d, s, &what);
	else
		add_words(&what, advice(d, cause, s), s->name);
	write_reason(d, code, reason);
	reply_public(refusal(d, s), said, sizeof(said));
	if (cause == CURLE_SSL_CACERT_BADFILE || cause == CURLE_SSL_CERTPROBLEM)
		kind = FAULT_CONFIG;
	if (is_later(said, s)) {
		kind = FAULT_TEMPORARY;
		*ret_hopeless = false;
	}
	return fault_set(f, kind, "%s %s:%u: %s%s%s%s. %s", s->name, s->server.host,
		s->server.port, reason, *said ? " (it said: " : "", said,
		*said ? ")" : "", text_string(&what));
}
