/* SPDX-License-Identifier: MIT */
/*
 * From settings to relays. SMTP is wire/relay.c's, the folder wire/capture.c's. Passwords
 * are in memory for as long as the run lasts, and wiped.
 */
#include "mailer/post.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/wire/capture.h"
#include "recipients/text.h"

#define PROBE_MS 30000

/* Those that are used in this run. */
struct post {
	struct relay_settings *smtp;
	char **passwords;
	size_t count;
};

static void wipe(char **password)
{
	if (*password)
		explicit_bzero(*password, strlen(*password));
	text_freep(password);
}

static void post_done(struct post *p)
{
	for (size_t i = 0; i < p->count; i++) {
		wipe(&p->passwords[i]);
	}
	free(p->passwords);
	free(p->smtp);
}

static struct relay_settings to_wire(
	const struct settings_relay *r, size_t place, const struct post_limits *limits)
{
	return (struct relay_settings){.name = r->name,
		.url = r->url,
		.user = r->user,
		.token_file = r->token_file,
		.ca_file = r->ca_file,
		.cert_file = r->cert_file,
		.key_file = r->key_file,
		.connections = limits->connections ? limits->connections : r->connections,
		.per_connection = r->per_connection,
		.pipelining = r->pipelining,
		.per_second = (double)r->per_minute / 60,
		.dsn = true,
		.most = limits->left && limits->left[place] != INT64_MAX
				? (size_t)limits->left[place]
				: 0,
		.place = place,
		.timeouts = {.connect = r->timeout,
			.command = r->timeout,
			.data = r->timeout,
			.block = r->timeout,
			.dot = r->timeout}};
}

static int to_folder(const struct settings *s, const struct settings_relay *r,
	const struct relay_settings *wire, double per_second,
	const struct relay_events *e, void *user, struct relay_summary *sum,
	struct fault *f)
{
	auto_text dir = *r->capture_dir == '/'
				? text_copy(r->capture_dir)
				: text_format("%s/%s", s->dir, r->capture_dir);
	struct relay_settings limited = *wire;
	auto_capture *capture = NULL;

	if (limited.per_second <= 0 ||
		(per_second > 0 && per_second < limited.per_second))
		limited.per_second = per_second;
	return capture_open(dir, &capture, f) ||
			       capture_run(capture, &limited, e, user, sum, f)
		       ? -1
		       : 0;
}

/* Folders are filled at once, what is SMTP is put on the list. */
static int add(struct post *p, const struct settings *s, size_t place,
	const struct post_limits *limits, const struct relay_events *e, void *user,
	struct relay_summary *sum, struct fault *f)
{
	const struct settings_relay *r = settings_relay(s, place);
	struct relay_settings wire = to_wire(r, place, limits);

	if (limits->left && limits->left[place] <= 0)
		return 0;
	if (r->capture_dir)
		return to_folder(s, r, &wire, limits->per_second, e, user, sum, f);
	p->count++;
	if (settings_password(r, &p->passwords[p->count - 1], f))
		return -1;
	wire.password = p->passwords[p->count - 1];
	p->smtp[p->count - 1] = wire;
	return 0;
}

static int run(const struct settings *s, size_t first, size_t count,
	const struct post_limits *limits, const struct relay_events *e, void *user,
	struct relay_summary *sums, struct fault *f)
{
	struct relay_summary *own = text_alloc(count * sizeof(*own));
	struct post p = {text_alloc(count * sizeof(*p.smtp)),
		text_alloc(count * sizeof(*p.passwords)), 0};
	int failed = 0;

	for (size_t i = 0; !failed && i < count; i++)
		failed = add(&p, s, first + i, limits, e, user,
			sums ? &sums[first + i] : own, f);
	if (!failed && p.count)
		failed = relay_run_all(
			p.smtp, p.count, limits->per_second, e, user, own, f);
	for (size_t i = 0; sums && i < p.count; i++)
		if (p.smtp[i].url)
			sums[p.smtp[i].place] = own[i];
	post_done(&p);
	free(own);
	return failed;
}

int post_run(const struct settings *s, const struct post_limits *limits,
	const struct relay_events *e, void *user, struct relay_summary *sums,
	struct fault *f)
{
	if (sums)
		memset(sums, 0, settings_relays(s) * sizeof(*sums));
	return run(s, 0, settings_relays(s), limits, e, user, sums, f);
}

int post_to(const struct settings *s, size_t relay, const struct post_limits *limits,
	const struct relay_events *e, void *user, struct fault *f)
{
	return run(s, relay, 1, limits, e, user, NULL, f);
}

int post_probe(const struct settings *s, size_t relay, struct probe *ret, struct fault *f)
{
	const struct settings_relay *r = settings_relay(s, relay);
	__attribute__((cleanup(wipe))) char *password = NULL;
	struct dial_settings place = {.name = r->name,
		.scheme = "smtp",
		.user = r->user,
		.token_file = r->token_file,
		.ca_file = r->ca_file,
		.cert_file = r->cert_file,
		.key_file = r->key_file,
		.timeout = r->timeout && r->timeout < PROBE_MS ? r->timeout : PROBE_MS};

	if (relay_url_parse(r->url, &place.server, f) ||
		settings_password(r, &password, f))
		return -1;
	place.password = password;
	return probe_run(&place, ret, f);
}
