/* SPDX-License-Identifier: MIT */
/*
 * settings: what incident.json may say, and the place that is named when it may not.
 */
#include "tests/recipients/book.h"

#include <jansson.h>

#include "mailer/settings.h"
#include "recipients/clock.h"
#include "recipients/exposure.h"

static char top[] = "/tmp/test_settings.XXXXXX";

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(top) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(top);
}

#define RELAY                                                                            \
	"'relay': {'url': 'capture:outbox', 'from': 'Notices <notices@force.example>'}"
static const char least[] =
	"{'id': 'one', 'title': 'One', 'kind': 'disclosure', 'regime': 'uk-gdpr',"
	" 'aware_at': '2023-08-26T08:00:00+01:00', 'mode': 'rehearsal', 'nature': 'It was taken.',"
	" 'controller': {'name': 'A Force', 'dpo': {'name': 'Ann Example', 'email': 'dpo@force.example'}},"
	" 'help': {'line': '01632 960001'}, 'verify': {'where': 'the intranet'}, " RELAY
	"}";

static json_t *read_json(const char *words)
{
	auto_text copy = text_copy(words);
	json_t *json;

	for (char *s = copy; *s; s++)
		if (*s == '\'')
			*s = '"';
	json = json_loads(copy, JSON_DECODE_ANY, NULL);
	if (!json)
		fail_msg("no JSON: %s", words);
	return json;
}

/* Sets "relay.url" and the like; no value takes it out. */
static void put(json_t *root, const char *path, const char *value)
{
	auto_text copy = text_copy(path);
	char *dot = strchr(copy, '.');
	json_t *inner;

	if (dot) {
		*dot = '\0';
		inner = json_object_get(root, copy);
		if (!inner) {
			inner = json_object();
			assert_int_equal(json_object_set_new(root, copy, inner), 0);
		}
		put(inner, dot + 1, value);
	} else if (value) {
		assert_int_equal(json_object_set_new(root, copy, read_json(value)), 0);
	} else {
		(void)json_object_del(root, copy);
	}
}

static int load(json_t *root, struct settings **ret, struct fault *f)
{
	auto_text path = text_format("%s/incident.json", top);
	int got;

	assert_int_equal(json_dump_file(root, path, 0), 0);
	got = settings_load(top, ret, f);
	assert_int_equal(unlink(path), 0);
	return got;
}

/* The least that is needed, with one value changed. */
static int load_with(
	const char *path, const char *value, struct settings **ret, struct fault *f)
{
	json_t *root = read_json(least);
	int got;

	put(root, path, value);
	got = load(root, ret, f);
	json_decref(root);
	return got;
}

static struct settings *with(const char *path, const char *value)
{
	struct settings *s = NULL;
	struct fault f = {0};

	if (load_with(path, value, &s, &f))
		fail_msg("%s: %s", path, f.text);
	return s;
}

static void defaults(void **state)
{
	auto_settings *s = with("title", "'Another'");

	(void)state;
	assert_string_equal(s->id, "one");
	assert_string_equal(s->title, "Another");
	assert_false(s->live);
	assert_string_equal(settings_mode(s), "rehearsal");
	assert_true(s->aware_at == 1693033200000);
	assert_int_equal(s->clock_hours, 72);
	assert_string_equal(s->timezone, "Europe/London");
	assert_int_equal(s->sending_from, -1);
	assert_int_equal(s->allowed_domains_count, 0);
	assert_true(settings_allows(s, "anywhere.example"));
	assert_string_equal(s->relay.capture_dir, "outbox");
	assert_string_equal(s->relay.from_name, "Notices");
	assert_string_equal(s->relay.from.text, "notices@force.example");
	assert_string_equal(s->relay.reply_to.text, "notices@force.example");
	assert_string_equal(s->relay.envelope_from, "notices@force.example");
	assert_int_equal(s->relay.connections, 4);
	assert_int_equal(s->relay.pipelining, RELAY_PIPELINING_ON);
	assert_int_equal(s->relay.per_minute + s->relay.per_day + s->relay.retry_for, 0);
	assert_int_equal(s->relay.stop_count, 20);
	assert_null(s->relay.user);
}

/* Files and folders lie in the incident's folder, wherever we are run. */
static void mailbox(void **state)
{
	auto_settings *beside = with("mailbox",
		"{'url': 'maildir:letters', 'user': 'u', 'password_file': 'p', 'ca_file': '/ca'}");
	auto_settings *elsewhere = with("mailbox", "{'url': 'mbox:/var/mail/x'}");
	auto_settings *server = with("mailbox",
		"{'url': 'IMAPS://LocalHost/a%20b', 'user': 'u', 'token_file': 't'}");
	auto_settings *none = with("title", "'T'");
	auto_text dir = text_format("maildir:%s/letters", top);
	auto_text password = text_format("%s/p", top);

	(void)state;
	assert_string_equal(beside->mailbox.url, dir);
	assert_string_equal(beside->mailbox.password_file, password);
	assert_string_equal(beside->mailbox.ca_file, "/ca");
	assert_false(beside->mailbox.imap);
	assert_string_equal(elsewhere->mailbox.url, "mbox:/var/mail/x");
	assert_true(server->mailbox.imap);
	assert_string_equal(server->mailbox.url, "IMAPS://LocalHost/a%20b");
	assert_int_equal(server->mailbox.timeout, 0);
	assert_null(none->mailbox.url);
}

/* What may be said, one at a time. */
static const struct {
	const char *path, *value;
} good[] = {
	{"kind", "'publication'"},
	{"kind", "'loss-of-device'"},
	{"kind", "'loss-of-data'"},
	{"regime", "'dpa-part-3'"},
	{"occurred", "{'from': '2023-08-10T00:00:00Z', 'to': '2023-08-10T00:00:00Z'}"},
	{"occurred", "{'from': '2023-08-10T00:00:00Z'}"},
	{"occurred", "{}"},
	{"nature", "'Two\\nlines.'"},
	{"exposed", "['name', 'photo']"},
	{"not_exposed", "[]"},
	{"consequences", "['One.', 'Two.']"},
	{"measures", "['One.']"},
	{"closed_channels", "['the help desk']"},
	{"next_update", "'by Friday'"},
	{"help", "{'line': '1', 'hours': '2', 'welfare': '3'}"},
	{"verify.hours", "'always'"},
	{"controller.dpo.phone", "'01632 960002'"},
	{"timezone", "'UTC'"},
	{"timezone", "'America/New_York'"},
	{"sending_hours", "'07:00-22:00'"},
	{"sending_hours", "'00:00-24:00'"},
	{"allowed_domains", "[]"},
	{"relay.url", "'capture:/tmp/elsewhere'"},
	{"relay.url", "'smtp://localhost:2525'"},
	{"relay.url", "'smtp://127.0.0.1:2525'"},
	{"relay.url", "'smtp://[::1]:2525'"},
	{"relay.reply_to", "'answers@force.example'"},
	{"relay.envelope_from", "'bounces+{token}@force.example'"},
	{"relay.connections", "1"},
	{"relay.per_minute", "600"},
	{"relay.per_day", "10000"},
	{"relay.pipelining", "'full'"},
	{"relay.retry_for", "'24h'"},
	{"relay.stop_after", "{'count': 5, 'share': 0.25}"},
	{"relay.password_file", "'secret'"},
	{"relay.ca_file", "'ca.pem'"},
	{"relay.cert_file", "'ours.pem'"},
	{"relay.timeout", "'30s'"},
	{"relay.hold_for", "'30m'"},
	{"relay.per_connection", "100"},
	{"relay.per_domain", "{}"},
	{"relay.per_domain", "{'connections': 2}"},
	{"relay.per_domain", "{'per_minute': 30, 'domains': {'Big.Example': {}}}"},
	{"relay.per_domain",
		"{'domains': {'big.example': {'connections': 1}, 'b.test': {}}}"},
	{"relays", NULL},
	{"mailbox",
		"{'url': 'imaps://127.0.0.1:2993/INBOX', 'user': 'u', 'password_file': 'p'}"},
	{"mailbox", "{'url': 'maildir:letters'}"},
	{"mailbox", "{'url': 'mbox:letters', 'ca_file': 'c'}"},
	{"mailbox",
		"{'url': 'imap://localhost', 'user': 'u', 'token_file': 't', 'timeout': '9s'}"},
};

static void may_be_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		auto_settings *s = with(good[i].path, good[i].value);

		assert_non_null(s);
	}
}

/* What may not, and the place that is named. */
static const struct {
	const char *path, *value, *says;
} bad[] = {
	{"id", NULL, "incident.json: id: "},
	{"id", "''", "incident.json: id: "},
	{"id", "7", "incident.json: id: "},
	{"id", "'two\\nlines'", "incident.json: id: "},
	{"title", NULL, "incident.json: title: "},
	{"kind", NULL, "incident.json: kind: "},
	{"kind", "'disclosures'", "incident.json: kind: "},
	{"regime", "'gdpr'", "incident.json: regime: "},
	{"aware_at", NULL, "incident.json: aware_at: "},
	{"aware_at", "'2023-08-26'", "incident.json: aware_at: "},
	{"aware_at", "'2023-02-31T00:00:00Z'", "incident.json: aware_at: "},
	{"mode", NULL, "incident.json: mode: "},
	{"mode", "'Live'", "incident.json: mode: "},
	{"nature", NULL, "incident.json: nature: "},
	{"occurred", "{'from': '2023-08-12T00:00:00Z', 'to': '2023-08-10T00:00:00Z'}",
		"incident.json: occurred.to: "},
	{"occurred.until", "'x'", "incident.json: occurred"},
	{"controller", NULL, "incident.json: controller: "},
	{"controller.name", NULL, "incident.json: controller.name: "},
	{"controller.dpo", NULL, "incident.json: controller.dpo: "},
	{"controller.dpo.email", NULL, "incident.json: controller.dpo.email: "},
	{"controller.dpo.fax", "'x'", "incident.json: controller.dpo"},
	{"exposed", "'name'", "incident.json: exposed: "},
	{"exposed", "['name', '']", "incident.json: exposed[1]: "},
	{"exposed", "['name', 7]", "incident.json: exposed[1]: "},
	{"measures", "[['x']]", "incident.json: measures[0]: "},
	{"help", NULL, "incident.json: help: "},
	{"help.line", NULL, "incident.json: help.line: "},
	{"verify", NULL, "incident.json: verify: "},
	{"verify.where", "''", "incident.json: verify.where: "},
	{"timezone", "'Europe/Lodnon'", "incident.json: timezone: "},
	{"timezone", "'Europe'", "incident.json: timezone: "},
	{"timezone", "''", "incident.json: timezone: "},
	{"timezone", "'../../etc/passwd'", "incident.json: timezone: "},
	{"timezone", "'/etc/localtime'", "incident.json: timezone: "},
	{"timezone", "':Europe/London'", "incident.json: timezone: "},
	{"sending_hours", "'7-22'", "incident.json: sending_hours: "},
	{"sending_hours", "'07:00-07:00'", "incident.json: sending_hours: "},
	{"sending_hours", "'07:60-22:00'", "incident.json: sending_hours: "},
	{"sending_hours", "'07:00-24:01'", "incident.json: sending_hours: "},
	{"sending_hours", "'07:00-25:00'", "incident.json: sending_hours: "},
	{"sending_hours", "'07:00-22:00h'", "incident.json: sending_hours: "},
	{"sending_hours", "'-1:00-22:00'", "incident.json: sending_hours: "},
	{"sending_hours", "' 7:00-22:00'", "incident.json: sending_hours: "},
	{"sending_hours", "'22:00-07:00'",
		"incident.json: sending_hours: ends before it begins"},
	{"allowed_domains", "[7]", "incident.json: allowed_domains[0]: "},
	{"allowed_domains", "['a.test', '@force.example']",
		"incident.json: allowed_domains[1]: is not"},
	{"allowed_domains", "['*.example']", "incident.json: allowed_domains[0]: is not"},
	{"allowed_domains", "['force.example.']",
		"incident.json: allowed_domains[0]: is not"},
	{"allowed_domains", "['force.example ']",
		"incident.json: allowed_domains[0]: is not"},
	{"relay", NULL, "incident.json: relay: "},
	{"relay.url", NULL, "incident.json: relay.url: "},
	{"relay.url", "'capture:'", "incident.json: relay.url: names no folder"},
	{"relay.url", "'smtp://me:secret@127.0.0.1:2525'",
		"incident.json: relay.url: relay.url has no valid host (user names"},
	{"relay.url", "'http://localhost:2525'", "incident.json: relay.url: "},
	{"relay.url", "'smtp://mail.force.example:2525'",
		"incident.json: relay.url: a rehearsal"},
	{"relay.url", "'smtp://localhost:25'",
		"incident.json: relay.url: a rehearsal may not use port"},
	{"relay.url", "'smtp://localhost'",
		"incident.json: relay.url: a rehearsal may not use port"},
	{"relay.url", "'smtp://localhost:587'",
		"incident.json: relay.url: a rehearsal may not use port"},
	{"relay.url", "'smtps://localhost:465'",
		"incident.json: relay.url: a rehearsal may not use port"},
	{"relay.url", "'smtps://localhost'",
		"incident.json: relay.url: a rehearsal may not use port"},
	{"relay.url", "'smtp://127.0.0.1.force.example:2525'",
		"incident.json: relay.url: a rehearsal"},
	{"relay.from", NULL, "incident.json: relay.from: "},
	{"relay.from", "'notices'", "incident.json: relay.from: "},
	{"relay.reply_to", "'a@b@c'", "incident.json: relay.reply_to: "},
	{"relay.envelope_from", "'{token}'", "incident.json: relay.envelope_from: "},
	{"relay.envelope_from", "'a{token}b{token}@a.test'",
		"incident.json: relay.envelope_from: holds {token} twice"},
	{"relay.connections", "0", "incident.json: relay.connections: "},
	{"relay.connections", "100000", "incident.json: relay.connections: "},
	{"relay.connections", "'4'", "incident.json: relay.connections: "},
	{"relay.per_minute", "0", "incident.json: relay.per_minute: "},
	{"relay.per_day", "-1", "incident.json: relay.per_day: "},
	{"relay.pipelining", "'yes'", "incident.json: relay.pipelining: "},
	{"relay.retry_for", "'soon'", "incident.json: relay.retry_for: "},
	{"relay.retry_for", "'0h'", "incident.json: relay.retry_for: is no time at all"},
	{"relay.stop_after.count", "0", "incident.json: relay.stop_after.count: "},
	{"relay.stop_after.share", "2", "incident.json: relay.stop_after.share: "},
	{"relay.stop_after.shares", "1", "incident.json: relay.stop_after"},
	{"relay.user", "'u'", "incident.json: relay.user: needs a password_file"},
	{"relay.token_file", "'t'", "incident.json: relay.token_file: needs a user"},
	{"relay.key_file", "'k'", "incident.json: relay.key_file: needs a cert_file"},
	{"relay.ca_file", "''", "incident.json: relay.ca_file: names no file"},
	{"relay.timeout", "'0s'", "incident.json: relay.timeout: is less than a second"},
	{"relay.password", "'p'", "incident.json: relay"},
	{"relay.hold_for", "'a while'", "incident.json: relay.hold_for: "},
	{"relay.per_connection", "0", "incident.json: relay.per_connection: "},
	{"relay.per_domain", "3", "incident.json: relay.per_domain: "},
	{"relay.per_domain.connections", "0",
		"incident.json: relay.per_domain.connections: "},
	{"relay.per_domain.per_minute", "'x'",
		"incident.json: relay.per_domain.per_minute: "},
	{"relay.per_domain.per_day", "9", "incident.json: relay.per_domain"},
	{"relay.per_domain", "{'domains': ['a.test']}",
		"incident.json: relay.per_domain.domains: "},
	{"relay.per_domain", "{'domains': {'a b.test': {}}}",
		"incident.json: relay.per_domain.domains."},
	{"relay.per_domain", "{'domains': {'a.test': {'connections': -1}}}",
		"incident.json: relay.per_domain.domains."},
	{"relay.per_domain", "{'domains': {'a.test': {}, 'A.TEST': {}}}",
		"incident.json: relay.per_domain.domains."},
	{"relays", "[]", "incident.json: relays: "},
	{"mailbox", "{}", "incident.json: mailbox.url: "},
	{"mailbox.url", "'pop3://x'", "incident.json: mailbox.url: "},
	{"mailbox.url", "'maildir:'", "incident.json: mailbox.url: "},
	{"mailbox.url", "'imap://127.0.0.1'", "incident.json: mailbox.url: needs a user"},
	{"mailbox", "{'url': 'imaps://[::1]/a', 'user': 'u'}",
		"incident.json: mailbox.user: needs a password_file"},
	{"mailbox",
		"{'url': 'imaps://[::1]', 'user': 'u', 'password_file': 'p', 'token_file': 't'}",
		"incident.json: mailbox.token_file: stands beside"},
	{"mailbox",
		"{'url': 'imaps://mail.force.example', 'user': 'u', 'password_file': 'p'}",
		"incident.json: mailbox.url: a rehearsal"},
	{"mailbox.url", "'imaps://localhost:0/'", "incident.json: mailbox.url: "},
	{"mailbox.url", "'imaps://u:p@localhost/'", "incident.json: mailbox.url: "},
	{"mailbox.url", "'imaps://localhost/INBOX;UID=5'",
		"incident.json: mailbox.url: "},
	{"mailbox", "{'url': 'mbox:m', 'password_file': ''}",
		"incident.json: mailbox.password_file: names no file"},
	{"mailbox", "{'url': 'mbox:m', 'timeout': '0s'}",
		"incident.json: mailbox.timeout: is less than a second"},
	{"mailbox", "{'url': 'mbox:m', 'password': 'p'}", "incident.json: mailbox"},
	{"moed", "'live'", "incident.json"},
};

static void may_not_be_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct settings *s = NULL;
		struct fault f = {0};

		if (!load_with(bad[i].path, bad[i].value, &s, &f))
			fail_msg("%s: %s is taken", bad[i].path, bad[i].value);
		assert_null(s);
		assert_int_equal(f.kind, FAULT_CONFIG);
		if (strncmp(f.text, bad[i].says, strlen(bad[i].says)) != 0)
			fail_msg("%s: %s: %s", bad[i].path, bad[i].value, f.text);
	}
}

static void no_file(void **state)
{
	struct settings *s = NULL;
	struct fault f = {0};

	(void)state;
	assert_int_equal(settings_load(top, &s, &f), -1);
	assert_int_equal(f.kind, FAULT_CONFIG);
	assert_null(s);
}

/* Live: never into a folder, and anywhere by SMTP. */
static void live(void **state)
{
	static const struct {
		const char *url;
		bool taken;
	} urls[] = {{"'capture:outbox'", false}, {"'smtp://mail.force.example'", true},
		{"'smtps://mail.force.example:465'", true},
		{"'smtp://localhost:2525'", true}};

	(void)state;
	for (size_t i = 0; i < LENGTH(urls); i++) {
		json_t *root = read_json(least);
		auto_settings *s = NULL;
		struct fault f = {0};

		put(root, "mode", "'live'");
		put(root, "relay.url", urls[i].url);
		assert_int_equal(load(root, &s, &f), urls[i].taken ? 0 : -1);
		json_decref(root);
		if (s)
			assert_string_equal(settings_mode(s), "live");
		else
			assert_int_equal(
				strncmp(f.text, "incident.json: relay.url: mode live",
					34),
				0);
	}
}

/* A list of one is that one; further ones are used at the same time. */
static void relays(void **state)
{
	json_t *root = read_json(least), *list = json_array();
	struct fault f = {0};
	struct settings *s = NULL;

	(void)state;
	assert_int_equal(json_array_append(list, json_object_get(root, "relay")), 0);
	assert_int_equal(json_object_set(root, "relays", list), 0);
	assert_int_equal(load(root, &s, &f), -1); /* both */
	assert_non_null(strstr(f.text, "either"));
	put(root, "relay", NULL);
	if (load(root, &s, &f))
		fail_msg("%s", f.text);
	assert_string_equal(s->relay.capture_dir, "outbox");
	settings_freep(&s);
	assert_int_equal(
		json_array_append_new(list, json_deep_copy(json_array_get(list, 0))), 0);
	if (load(root, &s, &f))
		fail_msg("%s", f.text);
	assert_int_equal(s->more_count, 1);
	assert_string_equal(s->more[0].capture_dir, "outbox");
	settings_freep(&s);
	put(json_array_get(list, 0), "envelope_from", "'one@force.example'");
	if (load(root, &s, &f))
		fail_msg("%s", f.text);
	assert_string_equal(settings_relay(s, 1)->envelope_from, "one@force.example");
	settings_freep(&s);
	put(json_array_get(list, 1), "envelope_from", "'two+{token}@force.example'");
	put(json_array_get(list, 0), "per_domain", "{'connections': 1}");
	if (load(root, &s, &f))
		fail_msg("%s", f.text);
	assert_int_equal(settings_relays(s), 2);
	assert_string_equal(settings_relay(s, 0)->envelope_from, "one@force.example");
	assert_string_equal(
		settings_relay(s, 1)->envelope_from, "two+{token}@force.example");
	assert_string_equal(settings_relay(s, 1)->name, "relays[1]");
	settings_freep(&s);
	put(json_array_get(list, 1), "per_domain",
		"{'connections': 2}"); /* one for all */
	assert_int_equal(load(root, &s, &f), -1);
	assert_int_equal(strncmp(f.text, "incident.json: relays[1].per_domain: ", 36), 0);
	put(json_array_get(list, 1), "per_domain", NULL);
	put(json_array_get(list, 1), "from",
		"'other@force.example'"); /* one sender for all */
	assert_int_equal(load(root, &s, &f), -1);
	assert_int_equal(strncmp(f.text, "incident.json: relays[1].from: ", 31), 0);
	put(json_array_get(list, 0), "from", "'bad'");
	assert_int_equal(json_array_remove(list, 1), 0);
	assert_int_equal(load(root, &s, &f), -1);
	assert_int_equal(strncmp(f.text, "incident.json: relays[0].from: ", 31), 0);
	json_decref(list);
	json_decref(root);
}

static void many_kinds_of_data(void **state)
{
	json_t *root = read_json(least), *list = json_array();
	struct settings *s = NULL;
	struct fault f = {0};

	(void)state;
	assert_int_equal(json_object_set_new(root, "exposed", list), 0);
	for (int i = 0; i < EXPOSURE_NAMED_MAX; i++)
		assert_int_equal(
			json_array_append_new(list, json_sprintf("kind %d", i)), 0);
	if (load(root, &s, &f))
		fail_msg("%s", f.text);
	settings_freep(&s);
	assert_int_equal(json_array_append_new(list, json_string("one more")), 0);
	assert_int_equal(load(root, &s, &f), -1);
	assert_int_equal(strncmp(f.text, "incident.json: exposed: ", 24), 0);
	json_decref(root);
}

static void domains(void **state)
{
	auto_settings *s = with("allowed_domains",
		"['force.example', 'Other.Example', 'B\u00fccher.example']");

	(void)state;
	assert_true(settings_allows(s, "force.example"));
	assert_true(settings_allows(s, "other.example"));
	assert_true(settings_allows(s, "xn--bcher-kva.example"));
	assert_false(settings_allows(s, "sub.force.example"));
	assert_false(settings_allows(s, "notforce.example"));
	assert_false(settings_allows(s, ""));
}

/* What of closed_channels speaks of an address, and of which. */
static const struct {
	const char *channel, *address;
	bool work, closed;
} closings[] = {
	{"force.example", "a@force.example", true, true},
	{"Force.Example", "a@FORCE.example", true, true},
	{"@force.example", "a@force.example", true, true},
	{"force.example", "a@sub.force.example", true, true},
	{"force.example", "a@reinforce.example", true, false},
	{"force.example", "a@force.example.test", true, false},
	{"a@force.example", "A@force.example", true, true},
	{"a@force.example", "b@force.example", true, false},
	{"e-mail", "a@home.example", false, true},
	{"Email", "a@home.example", false, true},
	{"work e-mail", "a@force.example", true, true},
	{"work e-mail", "a@home.example", false, false},
	{"the help desk of the company", "a@home.example", false, false},
	{"", "a@home.example", false, false},
};

static void closed_channels(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(closings); i++) {
		auto_text list = text_format("[\"%s\"]", closings[i].channel);
		auto_settings *s = *closings[i].channel ? with("closed_channels", list)
							: with("closed_channels", "[]");

		if (settings_closes(s, closings[i].address, closings[i].work) !=
			closings[i].closed)
			fail_msg("case %zu", i);
	}
}

static void hours_and_days(void **state)
{
	auto_settings *s = with("sending_hours", "'07:30-22:00'");
	char out[SETTINGS_DAY];
	int64_t summer = 0, winter = 0;

	(void)state;
	assert_int_equal(s->sending_from, 450);
	assert_int_equal(s->sending_to, 1320);
	assert_int_equal(clock_parse("2023-08-25T23:30:00Z", &summer) ||
				 clock_parse("2023-12-25T23:30:00Z", &winter),
		0);
	assert_string_equal(settings_day(summer, out), "26 August 2023"); /* in London */
	assert_int_equal(settings_minute(summer), 30);
	assert_string_equal(settings_day(winter, out), "25 December 2023");
	assert_int_equal(settings_minute(winter), 23 * 60 + 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(mailbox),
		cmocka_unit_test(may_be_said),
		cmocka_unit_test(may_not_be_said),
		cmocka_unit_test(no_file),
		cmocka_unit_test(live),
		cmocka_unit_test(relays),
		cmocka_unit_test(many_kinds_of_data),
		cmocka_unit_test(domains),
		cmocka_unit_test(closed_channels),
		cmocka_unit_test(hours_and_days),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
