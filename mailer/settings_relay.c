/* SPDX-License-Identifier: MIT */
/*
 * How mail leaves, as incident.json says it: where to, by which login, how much at a
 * time. That a relay can be reached is not asked here (doctor).
 */
#include "mailer/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/config.h"
#include "recipients/text.h"

#define LINE 1000
#define DOMAINS 1000

static const char *const relay_keys[] = {"url", "from", "reply_to", "envelope_from",
	"user", "password_file", "token_file", "ca_file", "cert_file", "key_file",
	"connections", "per_connection", "per_minute", "per_day", "pipelining", "timeout",
	"retry_for", "hold_for", "stop_after", "per_domain", NULL};

static int read_address(
	struct config c, char **ret_name, struct address *ret, struct fault *f)
{
	const char *text = NULL;
	struct fault why;

	if (config_string(c, LINE, &text, f))
		return -1;
	return text && address_parse_named(text, ret_name, ret, &why)
		       ? config_fault(c, f, "%s", why.text)
		       : 0;
}

/* Where bounces go. `unless`: if nothing is said. */
static int read_envelope(const struct config *c, const char *unless,
	struct settings_relay *r, struct fault *f)
{
	struct config envelope = config_member(c, "envelope_from");
	auto_text probe = NULL;
	const char *token;
	struct address parsed;
	struct fault why;

	r->envelope_from = unless;
	if (config_string(envelope, LINE, &r->envelope_from, f))
		return -1;
	token = strstr(r->envelope_from, "{token}");
	probe = token ? text_format("%.*s%s%s", (int)(token - r->envelope_from),
				r->envelope_from, "0123456789abcdef",
				token + strlen("{token}"))
		      : text_copy(r->envelope_from);
	if (token && strstr(token + 1, "{token}"))
		return config_fault(envelope, f, "holds {token} twice");
	return address_parse(probe, strlen(probe), &parsed, &why)
		       ? config_fault(envelope, f, "%s", why.text)
		       : 0;
}

static int read_addresses(
	const struct config *c, struct settings_relay *r, struct fault *f)
{
	struct config reply = config_member(c, "reply_to");
	auto_text unused = NULL;
	struct fault why;

	if (read_address(config_needed(c, "from"), &r->from_name, &r->from, f))
		return -1;
	if (!config_present(reply))
		(void)address_parse(
			r->from.text, strlen(r->from.text), &r->reply_to, &why);
	else if (read_address(reply, &unused, &r->reply_to, f))
		return -1;
	return read_envelope(c, r->from.text, r, f);
}

/* Where mail may go in each mode: a rehearsal never leaves this machine, live never ends
 * in a folder. */
static int check_mode(
	struct config url, const struct settings_relay *r, bool live, struct fault *f)
{
	struct server parts;
	struct fault why;

	if (r->capture_dir && live)
		return config_fault(url, f,
			"mode live cannot send to capture: (set smtp:// or smtps://)");
	if (r->capture_dir)
		return 0;
	if (relay_url_parse(r->url, &parts, &why))
		return config_fault(url, f, "%s", why.text);
	if (live)
		return 0;
	if (!parts.loopback)
		return config_fault(url, f,
			"a rehearsal may only send to capture: or to a relay on this machine");
	if (parts.port == 25 || parts.port == 465 || parts.port == 587)
		return config_fault(url, f,
			"a rehearsal may not use port 25, 465 or 587: the mail server there would forward the mail");
	return 0;
}

static int read_limits(const struct config *c, struct settings_relay *r, struct fault *f)
{
	static const char *const modes[] = {"on", "full", "off", NULL},
				 *const stop_keys[] = {"count", "share", NULL};
	struct config stop = config_member(c, "stop_after");
	int64_t connections = 4, per_connection = 0, count = 20;
	int pipelining = RELAY_PIPELINING_ON;

	r->stop_share = 0.5;
	if (config_integer(config_member(c, "connections"), 1, RELAY_CONNECTIONS_MAX,
		    &connections, f) ||
		config_integer(config_member(c, "per_connection"), 1, 1000000,
			&per_connection, f) ||
		config_integer(
			config_member(c, "per_minute"), 1, 10000000, &r->per_minute, f) ||
		config_integer(
			config_member(c, "per_day"), 1, 1000000000, &r->per_day, f) ||
		config_choice(config_member(c, "pipelining"), modes, &pipelining, f) ||
		config_duration(config_member(c, "timeout"), &r->timeout, f) ||
		config_duration(config_member(c, "retry_for"), &r->retry_for, f) ||
		config_duration(config_member(c, "hold_for"), &r->hold_for, f) ||
		config_known(stop, stop_keys, f) ||
		config_integer(config_member(&stop, "count"), 1, 1000000, &count, f) ||
		config_number(config_member(&stop, "share"), 0, 1, &r->stop_share, f))
		return -1;
	if (config_present(config_member(c, "timeout")) && r->timeout < 1000)
		return config_fault(
			config_member(c, "timeout"), f, "is less than a second");
	if (config_present(config_member(c, "retry_for")) && !r->retry_for)
		return config_fault(config_member(c, "retry_for"), f,
			"is no time at all (leave it out to try without end)");
	r->connections = (unsigned)connections;
	r->per_connection = (unsigned)per_connection;
	r->pipelining = (enum relay_pipelining)pipelining;
	r->stop_count = (size_t)count;
	return 0;
}

static int read_file(const struct config *c, const char *name, const char *dir,
	char **ret, struct fault *f)
{
	return config_path(config_member(c, name), dir, LINE, ret, f);
}

/* Whom we trust, and the certificate that we show. Its key may stand in the same file. */
static int read_trust(const struct config *c, const char *dir, struct settings_relay *r,
	struct fault *f)
{
	if (read_file(c, "ca_file", dir, &r->ca_file, f) ||
		read_file(c, "cert_file", dir, &r->cert_file, f) ||
		read_file(c, "key_file", dir, &r->key_file, f))
		return -1;
	if (r->key_file && !r->cert_file)
		return config_fault(config_member(c, "key_file"), f, "needs a cert_file");
	if (r->cert_file && !r->key_file)
		r->key_file = text_copy(r->cert_file);
	return 0;
}

static int read_login(const struct config *c, const char *dir, struct settings_relay *r,
	struct fault *f)
{
	if (config_string(config_member(c, "user"), LINE, &r->user, f) ||
		read_file(c, "password_file", dir, &r->password_file, f) ||
		read_file(c, "token_file", dir, &r->token_file, f))
		return -1;
	if (r->user && !r->password_file && !r->token_file)
		return config_fault(config_member(c, "user"), f,
			"needs a password_file or a token_file");
	if (r->token_file && !r->user)
		return config_fault(config_member(c, "token_file"), f, "needs a user");
	if (r->token_file && r->password_file)
		return config_fault(config_member(c, "token_file"), f,
			"stands beside password_file; one of them logs in");
	return 0;
}

static int read_one_relay(struct config c, const struct settings *s,
	struct settings_relay *r, struct fault *f)
{
	c.needed = true;
	if (config_known(c, relay_keys, f) ||
		config_string(config_needed(&c, "url"), LINE, &r->url, f))
		return -1;
	if (!strncmp(r->url, "capture:", 8))
		r->capture_dir = r->url + 8;
	if (r->capture_dir && !*r->capture_dir)
		return config_fault(
			config_member(&c, "url"), f, "names no folder behind capture:");
	if (read_limits(&c, r, f) || read_trust(&c, s->dir, r, f) ||
		read_login(&c, s->dir, r, f))
		return -1;
	return check_mode(config_member(&c, "url"), r, s->live, f);
}

/* --- recipient domains --- */

static int read_domain_limits(
	const struct config *c, struct settings_domain *ret, struct fault *f)
{
	int64_t connections = 0;

	if (config_integer(config_member(c, "connections"), 1,
		    (int64_t)SETTINGS_RELAYS * RELAY_CONNECTIONS_MAX, &connections, f) ||
		config_integer(
			config_member(c, "per_minute"), 1, 10000000, &ret->per_minute, f))
		return -1;
	ret->connections = (unsigned)connections;
	return 0;
}

/* One that is named has its own limits, in place of those of each. */
static int read_named_domain(
	const struct config *list, const char *name, struct settings *s, struct fault *f)
{
	static const char *const keys[] = {"connections", "per_minute", NULL};
	struct settings_domain *d = &s->domains[s->domains_count];
	struct config c = config_needed(list, name);
	auto_text probe = text_format("x@%s", name);
	struct fault why;

	if (address_parse(probe, strlen(probe), &d->name, &why))
		return config_fault(c, f, "is not the name of a domain");
	if (config_known(c, keys, f) || read_domain_limits(&c, d, f))
		return -1;
	for (size_t i = 0; i < s->domains_count; i++)
		if (!strcmp(s->domains[i].name.domain, d->name.domain))
			return config_fault(c, f, "is named twice");
	s->domains_count++;
	return 0;
}

static int read_domains(const struct config *relay, struct settings *s, struct fault *f)
{
	static const char *const keys[] = {"connections", "per_minute", "domains", NULL};
	struct config c = config_member(relay, "per_domain"),
		      list = config_member(&c, "domains");
	const char *name;
	size_t count;
	json_t *value;

	if (config_known(c, keys, f) || read_domain_limits(&c, &s->each_domain, f) ||
		config_object(list, DOMAINS, &count, f))
		return -1;
	s->domains = text_alloc((count + 1) * sizeof(*s->domains));
	json_object_foreach(list.value, name, value)
	{
		if (read_named_domain(&list, name, s, f))
			return -1;
	}
	return 0;
}

/* --- one or several --- */

/* Everyone's mail has one From, whichever relay takes it: the first relay's. */
static int same_sender(
	const struct config *first, const struct config *c, struct fault *f)
{
	static const char *const keys[] = {"from", "reply_to", "retry_for", "hold_for",
		"stop_after", "per_domain", NULL};

	for (const char *const *key = keys; *key; key++) {
		struct config mine = config_member(c, *key);

		if (mine.value &&
			!json_equal(mine.value, config_member(first, *key).value))
			return config_fault(mine, f,
				"is not that of the first relay, which holds for all");
	}
	return 0;
}

int settings_relay_read(const struct config *root, struct settings *s, struct fault *f)
{
	struct config list = config_member(root, "relays"),
		      first = config_member(root, "relay");
	size_t count = 1;

	if (config_present(list)) {
		if (config_present(first))
			return config_fault(list, f, "write either `relay` or `relays`");
		if (config_list(list, SETTINGS_RELAYS, &count, f) ||
			(!count && config_fault(list, f, "names no relay")))
			return -1;
		first = config_item(&list, 0);
	}
	(void)snprintf(s->relay.name, sizeof(s->relay.name), "%s",
		config_present(list) ? "relays[0]" : "relay");
	if (read_one_relay(first, s, &s->relay, f) ||
		read_addresses(&first, &s->relay, f) || read_domains(&first, s, f))
		return -1;
	s->more = text_alloc(count * sizeof(*s->more));
	for (size_t i = 1; i < count; i++) {
		struct config c = config_item(&list, i);

		struct settings_relay *r = &s->more[i - 1];

		s->more_count++;
		(void)snprintf(r->name, sizeof(r->name), "relays[%zu]", i);
		if (read_one_relay(c, s, r, f) || same_sender(&first, &c, f) ||
			read_envelope(&c, s->relay.envelope_from, r, f))
			return -1;
	}
	return 0;
}

size_t settings_relays(const struct settings *s)
{
	return s->more_count + 1;
}

const struct settings_relay *settings_relay(const struct settings *s, size_t place)
{
	return place ? &s->more[place - 1] : &s->relay;
}

static void relay_done(struct settings_relay *r)
{
	free(r->from_name);
	free(r->password_file);
	free(r->token_file);
	free(r->ca_file);
	free(r->cert_file);
	free(r->key_file);
}

void settings_relay_done(struct settings *s)
{
	relay_done(&s->relay);
	for (size_t i = 0; i < s->more_count; i++)
		relay_done(&s->more[i]);
	free(s->more);
	free(s->domains);
}

int settings_password(const struct settings_relay *r, char **ret, struct fault *f)
{
	char line[1024];
	FILE *file;

	if (!r->password_file)
		return 0;
	file = fopen(r->password_file, "re");
	if (!file || !fgets(line, sizeof(line), file)) {
		if (file)
			(void)fclose(file);
		return fault_set(f, FAULT_CONFIG,
			"incident.json: %s.password_file cannot be read, or is empty",
			r->name);
	}
	(void)fclose(file);
	line[strcspn(line, "\r\n")] = '\0';
	if (!*line)
		return fault_set(f, FAULT_CONFIG,
			"incident.json: %s.password_file is empty in its first line",
			r->name);
	*ret = text_copy(line);
	explicit_bzero(line, sizeof(line));
	return 0;
}
