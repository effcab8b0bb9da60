/* SPDX-License-Identifier: MIT */
/*
 * Runs relay_run for tests/server/test_relay.py and for measuring.
 *
 * relay_driver KEY=VALUE...: url, connections, pipelining=on|full|off, ca_file,
 * cert_file, key_file, user, password, token_file, per_second, dsn=1, failures, connect,
 * command, data, dot, block, back_off, idle (milliseconds); stop_after=N: finish gently
 * after N verdicts, fail_after=N: fail in settled; pause=N: next has nothing for N
 * milliseconds after each mail; bench=N: N mails of bytes=N (5,000) each, and no line for
 * each. Else one mail a line on stdin: "ID SENDER RECIPIENT LENGTH", a "-" as sender is
 * the null sender. stdout: "handing ID SLOT" and one JSON object a verdict, at the end
 * one with the summary; exit code of the fault.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailer/wire/capture.h"
#include "mailer/wire/relay.h"
#include "recipients/clock.h"
#include "recipients/text.h"

struct mail {
	struct mail *before;
	char sender[300], recipient[300], envid[40];
	struct text bytes;
};

struct driver {
	size_t stop_after, fail_after, bench, given, settled;
	int64_t pause, ready;
	struct mail shared;
	struct mail *last; /* all that were given, for the end */
};

static void make_bytes(struct text *out, long id, size_t length)
{
	text_printf(
		out, "Message-ID: <m%ld@force.example>\r\n\r\n.dot\r\n..dots\r\n", id);
	while (out->length + 72 < length)
		text_add_string(out,
			"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n");
}

static int next(void *user, struct relay_mail *ret, struct fault *f)
{
	struct driver *d = user;
	struct mail *m;
	char *line = NULL;
	size_t room = 0, length;
	long id;

	(void)f;
	if (d->bench) {
		if (d->given == d->bench)
			return RELAY_END;
		*ret = (struct relay_mail){.id = (int64_t)++d->given,
			.from = "a@b.example",
			.to = "c@d.example",
			.bytes = d->shared.bytes.bytes,
			.length = d->shared.bytes.length};
		return RELAY_MAIL;
	}
	if (d->pause && clock_monotonic() < d->ready)
		return RELAY_NONE_NOW;
	d->ready = clock_monotonic() + d->pause;
	if (getline(&line, &room, stdin) <= 0) {
		free(line);
		return RELAY_END;
	}
	m = text_alloc(sizeof(*m));
	m->before = d->last;
	d->last = m;
	if (sscanf(line, "%ld %299s %299s %zu", &id, m->sender, m->recipient, &length) !=
		4)
		exit(64);
	free(line);
	if (!strcmp(m->sender, "-"))
		m->sender[0] = '\0';
	(void)snprintf(m->envid, sizeof(m->envid), "m+%ld", id);
	make_bytes(&m->bytes, id, length);
	*ret = (struct relay_mail){.id = id,
		.from = m->sender,
		.to = m->recipient,
		.envid = m->envid,
		.bytes = m->bytes.bytes,
		.length = m->bytes.length};
	return RELAY_MAIL;
}

static void handing_over(void *user, const struct relay_mail *mail, unsigned slot)
{
	const struct driver *d = user;

	if (d->bench)
		return;
	printf("handing %lld %u\n", (long long)mail->id, slot);
	(void)fflush(stdout);
}

static int settled(void *user, const struct relay_mail *mail,
	const struct relay_verdict *v, unsigned slot, struct fault *f)
{
	struct driver *d = user;
	json_t *o;

	d->settled++;
	if (d->bench)
		return 0;
	o = json_pack("{s:I s:s s:i s:s s:s s:s s:s s:b s:i}", "id", (json_int_t)mail->id,
		"kind", relay_kind_name(v->kind), "code", v->code, "enhanced",
		v->enhanced, "queue_id", v->queue_id, "text", v->text, "stage", v->stage,
		"session", (int)v->session, "slot", (int)slot);
	(void)json_dumpf(o, stdout, JSON_COMPACT);
	(void)putchar('\n');
	(void)fflush(stdout);
	json_decref(o);
	if (d->settled == d->fail_after)
		return fault_set(f, FAULT_LEDGER, "told to fail");
	return 0;
}

static int turn(void *user, bool idle, struct fault *f)
{
	const struct driver *d = user;

	(void)idle;
	(void)f;
	return !d->stop_after || d->settled < d->stop_after;
}

static const char *option(int argc, char **argv, const char *name)
{
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], name, strlen(name)) && argv[i][strlen(name)] == '=')
			return argv[i] + strlen(name) + 1;
	return NULL;
}

static long number(int argc, char **argv, const char *name)
{
	const char *value = option(argc, argv, name);

	return value ? strtol(value, NULL, 10) : 0;
}

static enum relay_pipelining pipelining(const char *word)
{
	if (word && !strcmp(word, "off"))
		return RELAY_PIPELINING_OFF;
	return word && !strcmp(word, "full") ? RELAY_PIPELINING_FULL
					     : RELAY_PIPELINING_ON;
}

static int run(const struct relay_settings *s, struct driver *d,
	struct relay_summary *sum, struct fault *f)
{
	static const struct relay_events events = {.next = next,
		.handing_over = handing_over,
		.settled = settled,
		.turn = turn};
	auto_capture *c = NULL;

	if (strncmp(s->url, "capture:", 8))
		return relay_run(s, &events, d, sum, f);
	if (capture_open(s->url + 8, &c, f))
		return -1;
	return capture_run(c, s, &events, d, sum, f);
}

int main(int argc, char **argv)
{
	struct driver d = {.stop_after = (size_t)number(argc, argv, "stop_after"),
		.fail_after = (size_t)number(argc, argv, "fail_after"),
		.bench = (size_t)number(argc, argv, "bench"),
		.pause = number(argc, argv, "pause")};
	struct relay_settings s = {.url = option(argc, argv, "url"),
		.ehlo = "client.test",
		.user = option(argc, argv, "user"),
		.password = option(argc, argv, "password"),
		.token_file = option(argc, argv, "token_file"),
		.ca_file = option(argc, argv, "ca_file"),
		.cert_file = option(argc, argv, "cert_file"),
		.key_file = option(argc, argv, "key_file"),
		.connections = (unsigned)number(argc, argv, "connections"),
		.pipelining = pipelining(option(argc, argv, "pipelining")),
		.per_second = (double)number(argc, argv, "per_second"),
		.dsn = number(argc, argv, "dsn") != 0,
		.failures = (unsigned)number(argc, argv, "failures"),
		.timeouts = {.connect = number(argc, argv, "connect"),
			.command = number(argc, argv, "command"),
			.data = number(argc, argv, "data"),
			.block = number(argc, argv, "block"),
			.dot = number(argc, argv, "dot"),
			.back_off = number(argc, argv, "back_off"),
			.idle = number(argc, argv, "idle")}};
	struct relay_summary sum = {0};
	struct fault f = {0};
	json_t *o;

	if (d.bench) {
		size_t bytes = (size_t)number(argc, argv, "bytes");

		make_bytes(&d.shared.bytes, 1, bytes ? bytes : 5000);
	}
	(void)run(&s, &d, &sum, &f);
	o = json_pack("{s:i s:s s:i s:i s:i s:i s:i s:i s:b s:b s:i}", "exit",
		(int)f.kind, "fault", f.text, "accepted", (int)sum.accepted, "refused",
		(int)sum.refused, "deferred", (int)sum.deferred, "in_doubt",
		(int)sum.in_doubt, "not_sent", (int)sum.not_sent, "connections",
		(int)sum.connections, "tls", (int)sum.tls, "pipelining",
		(int)sum.pipelining, "milliseconds", (int)sum.milliseconds);
	(void)json_dumpf(o, stdout, JSON_COMPACT);
	(void)putchar('\n');
	json_decref(o);
	text_done(&d.shared.bytes);
	while (d.last) {
		struct mail *m = d.last;

		d.last = m->before;
		text_done(&m->bytes);
		free(m);
	}
	return (int)f.kind;
}
