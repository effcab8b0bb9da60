/* SPDX-License-Identifier: MIT */
/*
 * From settings to a relay. SMTP is wire/relay.c's, the folder wire/capture.c's. The
 * password is in memory for as long as the run lasts, and wiped.
 */
#include "mailer/post.h"

#include <string.h>

#include "mailer/wire/capture.h"
#include "recipients/text.h"

static double rate(const struct settings_relay *r, const struct post_limits *limits)
{
	double limit = (double)r->per_minute / 60;

	if (limit <= 0 || (limits->per_second > 0 && limits->per_second < limit))
		limit = limits->per_second;
	return limit;
}

static int to_folder(const char *in, const char *given, double per_second,
	const struct relay_events *e, void *user, struct fault *f)
{
	auto_text dir =
		*given == '/' ? text_copy(given) : text_format("%s/%s", in, given);
	auto_capture *capture = NULL;
	struct relay_summary summary;

	if (capture_open(dir, &capture, f))
		return -1;
	return capture_run(capture, per_second, e, user, &summary, f);
}

static void wipe(char **password)
{
	if (*password)
		explicit_bzero(*password, strlen(*password));
	text_freep(password);
}

static int to_one(const struct settings_relay *r, const char *dir,
	const struct post_limits *limits, const struct relay_events *e, void *user,
	struct fault *f)
{
	__attribute__((cleanup(wipe))) char *password = NULL;
	struct relay_summary summary;
	struct relay_settings relay = {.url = r->url,
		.user = r->user,
		.token_file = r->token_file,
		.ca_file = r->ca_file,
		.cert_file = r->cert_file,
		.key_file = r->key_file,
		.connections = limits->connections ? limits->connections : r->connections,
		.per_connection = r->per_connection,
		.pipelining = r->pipelining,
		.per_second = rate(r, limits),
		.dsn = true,
		.timeouts = {.connect = r->timeout,
			.command = r->timeout,
			.data = r->timeout,
			.block = r->timeout,
			.dot = r->timeout}};

	if (r->capture_dir)
		return to_folder(dir, r->capture_dir, relay.per_second, e, user, f);
	if (settings_password(r, &password, f))
		return -1;
	relay.password = password;
	return relay_run(&relay, e, user, &summary, f);
}

int post_run(const struct settings *s, const struct post_limits *limits,
	const struct relay_events *e, void *user, struct fault *f)
{
	int failed = 0;

	for (size_t i = 0; i <= s->more_count; i++) {
		if (limits->begin && !limits->begin(user, i))
			continue;
		failed = to_one(
			i ? &s->more[i - 1] : &s->relay, s->dir, limits, e, user, f);
		if (f->kind == FAULT_INTERNAL && failed)
			return -1;
	}
	return failed;
}
