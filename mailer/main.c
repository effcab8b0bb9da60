/* SPDX-License-Identifier: MIT */
/*
 * main: the verb table in the order of the flow, options, exit code. What a verb does is
 * in mailer/verb/.
 *
 * The exit code is the fault's kind; without a fault 0, 1 (done, but some people need a
 * human) or 75 (run again).
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mailer/help.h"
#include "mailer/manual.h"
#include "mailer/show.h"
#include "mailer/verb.h"
#include "mailer/verb/doors.h"
#include "mailer/wire/cage.h"
#include "recipients/config.h"
#include "recipients/text.h"
#include "recipients/vault.h"

static const struct verb_option global_options[] = {
	{"directory", "DIR",
		"the incident's folder (default: the current one; short: -C)"},
	{"json", NULL, "the result as one JSON object"},
	{"quiet", NULL, "no progress (short: -q)"},
	{"dry-run", NULL, "change nothing, show what would be (short: -n)"},
	{"key-file", "FILE", "the ledger's key"},
	{"passphrase-file", "FILE",
		"its first line is the passphrase of a slot, or a recovery code (see key)"},
	{"passphrase-fd", "NUMBER", "the same, from a descriptor"},
	{"operator", "NAME", "who is at the keyboard (default: the login name)"},
	{"by", "NAME", "who decides"}, {"reason", "TEXT", "why"},
	{"wait", "SECONDS", "how long to wait when the ledger is in use"},
	{"color", "WHEN", "auto, always or never"},
	{"help", NULL, "this help (short: -h)"}, {"version", NULL, "the version"},
	{NULL, NULL, NULL}};

static bool wants_help, wants_version, color_is_chosen;
static const char *topic; /* of help, beside the verbs */

/* --- options --- */

const char *command_option(const struct command *c, const char *name)
{
	for (size_t i = c->choices_count; i-- > 0;)
		if (!strcmp(c->choices[i].name, name))
			return c->choices[i].value ? c->choices[i].value : "";
	return NULL;
}

size_t command_options(const struct command *c, const char *name, const char ***ret)
{
	size_t count = 0;

	*ret = text_alloc(c->choices_count * sizeof(**ret));
	for (size_t i = 0; i < c->choices_count; i++)
		if (!strcmp(c->choices[i].name, name))
			(*ret)[count++] = c->choices[i].value;
	return count;
}

int command_number(const struct command *c, const char *name, long min, long max,
	long otherwise, long *ret, struct fault *f)
{
	const char *text = command_option(c, name);
	char *end;

	*ret = otherwise;
	if (!text)
		return 0;
	errno = 0;
	*ret = strtol(text, &end, 10);
	if (errno || end == text || *end || *ret < min || *ret > max)
		return fault_set(f, FAULT_USAGE,
			"--%s takes a whole number from %ld to %ld", name, min, max);
	return 0;
}

int command_policy(struct command *c, struct fault *f)
{
	auto_text path = text_format("%s/policy.json", c->dir);

	return c->policy ? 0 : policy_load(path, &c->policy, f);
}

int command_decides(const struct command *c, struct fault *f)
{
	if (c->by && *c->by && c->reason && *c->reason)
		return strlen(c->by) <= VERB_WORDS_MAX &&
				       strlen(c->reason) <= VERB_WORDS_MAX
			       ? 0
			       : fault_set(f, FAULT_USAGE,
					 "--by and --reason take at most %d bytes each",
					 VERB_WORDS_MAX);
	return fault_set(f, FAULT_USAGE,
		"a decision is kept for good: say who and why with --by NAME --reason TEXT");
}

static const struct verb_option *find_option(
	const struct verb_option *list, const char *name, size_t length)
{
	for (; list && list->name; list++)
		if (strlen(list->name) == length && !strncmp(list->name, name, length))
			return list;
	return NULL;
}

static const char *nearest_option(const struct verb_option *own, const char *name)
{
	const char *names[64];
	size_t count = 0;

	for (const struct verb_option *o = own; o && o->name && count < 40; o++)
		names[count++] = o->name;
	for (const struct verb_option *o = global_options; o->name && count < 63; o++)
		names[count++] = o->name;
	names[count] = NULL;
	return config_nearest(name, names);
}

static int set_global(
	struct command *c, const char *name, const char *value, struct fault *f)
{
	char *end = NULL;

	if (!strcmp(name, "directory"))
		c->dir = value;
	else if (!strcmp(name, "json"))
		c->json = true;
	else if (!strcmp(name, "quiet"))
		c->quiet = true;
	else if (!strcmp(name, "dry-run"))
		c->dry_run = true;
	else if (!strcmp(name, "key-file"))
		c->key_file = value;
	else if (!strcmp(name, "passphrase-file"))
		c->words->file = value;
	else if (!strcmp(name, "operator"))
		c->operator= value;
	else if (!strcmp(name, "by"))
		c->by = value;
	else if (!strcmp(name, "reason"))
		c->reason = value;
	else if (!strcmp(name, "help"))
		wants_help = true;
	else if (!strcmp(name, "version"))
		wants_version = true;
	else if (!strcmp(name, "passphrase-fd")) {
		long n = strtol(value, &end, 10);

		if (end == value || *end || n < 0 || n > 65535)
			return fault_set(f, FAULT_USAGE,
				"--passphrase-fd takes the number of an open descriptor");
		c->words->fd = (int)n;
		(void)fcntl(c->words->fd, F_SETFD, FD_CLOEXEC); /* not for our children */
	} else if (!strcmp(name, "wait")) {
		long n = strtol(value, &end, 10);

		if (end == value || *end || n < 0 || n > 86400)
			return fault_set(
				f, FAULT_USAGE, "--wait takes seconds, at most 86400");
		c->wait_seconds = (int)n;
	} else if (!strcmp(value, "always") || !strcmp(value, "never")) {
		c->color = !strcmp(value, "always");
		color_is_chosen = true;
	} else if (!strcmp(value, "auto")) {
		color_is_chosen = false;
	} else {
		return fault_set(f, FAULT_USAGE, "--color takes auto, always or never");
	}
	return 0;
}

/* On a terminal that knows colours, unless NO_COLOR is set (no-color.org). */
static bool color_by_itself(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

static int set_long(struct command *c, char **argv, int *at, struct fault *f)
{
	const char *word = argv[*at] + 2, *equals = strchr(word, '='),
		   *value = equals ? equals + 1 : NULL, *near;
	size_t length = equals ? (size_t)(equals - word) : strlen(word);
	const struct verb_option *own = c->verb ? c->verb->options : NULL;
	const struct verb_option *o = find_option(own, word, length);
	bool is_own = o != NULL;

	if (!o)
		o = find_option(global_options, word, length);
	if (!o) {
		auto_text name = text_format("%.*s", (int)length, word);

		near = nearest_option(own, name);
		return fault_set(f, FAULT_USAGE, "unknown option --%s%s%s%s", name,
			near ? " (did you mean --" : "", near ? near : "",
			near ? "?)" : "");
	}
	if (o->argument && !value)
		value = argv[*at + 1] ? argv[++*at] : NULL;
	if (o->argument && !value)
		return fault_set(f, FAULT_USAGE, "--%s takes %s", o->name, o->argument);
	if (!o->argument && value)
		return fault_set(f, FAULT_USAGE, "--%s takes no value", o->name);
	if (!is_own)
		return set_global(c, o->name, value ? value : "auto", f);
	c->choices[c->choices_count++] = (struct verb_choice){o->name, value};
	return 0;
}

static int set_short(struct command *c, char **argv, int *at, struct fault *f)
{
	for (const char *p = argv[*at] + 1; *p; p++)
		switch (*p) {
		case 'C':
			c->dir = p[1] ? p + 1 : argv[*at + 1] ? argv[++*at] : NULL;
			return c->dir ? 0
				      : fault_set(f, FAULT_USAGE, "-C takes a folder");
		case 'n':
			c->dry_run = true;
			break;
		case 'q':
			c->quiet = true;
			break;
		case 'h':
			wants_help = true;
			break;
		case 'V':
			wants_version = true;
			break;
		default:
			return fault_set(f, FAULT_USAGE, "unknown option -%c", *p);
		}
	return 0;
}

static const struct verb *find_verb(const char *name)
{
	for (const struct verb *v = verbs; v->name; v++)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

/* A typo is answered with a suggestion, and never run. */
static int unknown_verb(const char *name, struct fault *f)
{
	const char *names[64], *near;
	size_t count = 0;

	for (const struct verb *v = verbs; v->name && count < 63; v++)
		names[count++] = v->name;
	names[count] = NULL;
	near = config_nearest(name, names);
	return fault_set(f, FAULT_USAGE, "there is no command '%s'%s%s%s", name,
		near ? " (did you mean '" : "", near ? near : "",
		near ? "'?)" : "; see breachmail --help");
}

/* Global options stand before or after the verb; the verb's own behind it. */
static int parse(struct command *c, int argc, char **argv, struct fault *f)
{
	bool plain = false;

	c->choices = text_alloc((size_t)argc * sizeof(*c->choices));
	c->arguments = text_alloc((size_t)argc * sizeof(*c->arguments));
	for (int i = 1; i < argc; i++) {
		if (!plain && !strcmp(argv[i], "--")) {
			plain = true;
		} else if (!plain && !strncmp(argv[i], "--", 2)) {
			if (set_long(c, argv, &i, f))
				return -1;
		} else if (!plain && argv[i][0] == '-' && argv[i][1]) {
			if (set_short(c, argv, &i, f))
				return -1;
		} else if (!c->verb) {
			if (!strcmp(argv[i], "help")) {
				wants_help = true;
				continue;
			}
			c->verb = find_verb(argv[i]);
			topic = wants_help && manual_has(argv[i]) ? argv[i] : NULL;
			if (!c->verb && !topic)
				return unknown_verb(argv[i], f);
		} else {
			c->arguments[c->arguments_count++] = argv[i];
		}
	}
	return 0;
}

/* A script that asked for JSON gets it, even where its command line is wrong. */
static bool asks_for_json(char **argv)
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++)
		if (!strcmp(*argv, "--json"))
			return true;
	return false;
}

/* --- help --- */

static void print_help(const struct verb *v)
{
	if (v)
		help_verb(stdout, v);
	else if (topic)
		manual_show(stdout, topic, global_options);
	else
		help_overview(stdout, global_options);
}

/* --- running --- */

static const char *login_name(void)
{
	const struct passwd *pw = getpwuid(getuid());

	return pw && pw->pw_name ? pw->pw_name : "unknown";
}

/* In a rehearsal the clock may be fixed, so that what is due in three days can be played
 * tonight. */
static int fix_clock(const struct settings *s, struct fault *f)
{
	const char *now = getenv("BREACHMAIL_NOW");
	int64_t ms;

	if (!now || !*now)
		return 0;
	if (s->live)
		return fault_set(f, FAULT_CONFIG,
			"BREACHMAIL_NOW is set, but the clock can only be fixed in a rehearsal");
	if (clock_parse(now, &ms))
		return fault_set(f, FAULT_CONFIG,
			"BREACHMAIL_NOW is not a time such as 2026-11-21T09:00:00Z");
	clock_fix(ms);
	return 0;
}

int command_settings(struct command *c, struct fault *f)
{
	struct stat st;

	if (stat(c->dir, &st) || !S_ISDIR(st.st_mode))
		return fault_set(f, FAULT_CONFIG, "there is no folder %s", c->dir);
	return settings_load(c->dir, &c->settings, f) || fix_clock(c->settings, f) ? -1
										   : 0;
}

/* Short, and a human waits for it: taking a file back is one too. */
static bool is_decision(const struct command *c)
{
	return c->verb->needs == VERB_DECIDES ||
	       (c->verb->run == verb_import &&
		       (command_option(c, "withdraw") ||
			       (c->arguments_count &&
				       !strcmp(c->arguments[0], "shield")))) ||
	       (c->verb->run == verb_send && command_option(c, "lift-head-start")) ||
	       (c->verb->run == verb_approve &&
		       (command_option(c, "sign") || command_option(c, "signature") ||
			       command_option(c, "revoke"))) ||
	       (c->verb->run == verb_track && track_decides(c));
}

struct ledger_options command_ledger(struct command *c, const char *verb)
{
	struct ledger_options o = {.unlock = {.key_file = c->key_file,
					   .words = secret_words,
					   .context = c->words,
					   .by_words = secret_is_named(c->words)},
		.verb = verb ? verb : c->verb->name,
		.wait_seconds = c->wait_seconds};

	o.operator= c->operator;
	return o;
}

static int open_incident(struct command *c, struct fault *f)
{
	struct ledger_options o = command_ledger(c, NULL);
	enum ledger_mode mode = LEDGER_WRITE;

	if (command_settings(c, f))
		return -1;
	o.beside = is_decision(c);
	if (c->verb->run == verb_key && key_names_new_words(c))
		o.unlock.by_words = false; /* they are for the new slot */
	o.mode = settings_mode(c->settings);
	o.head_file = c->settings->head_file;
	if (c->verb->needs == VERB_READS ||
		(c->verb->only_looks && c->verb->only_looks(c)))
		mode = LEDGER_READ;
	else if (c->dry_run)
		mode = LEDGER_REHEARSE;
	return ledger_open(c->dir, mode, &o, &c->ledger, f);
}

static bool stands_alone(const struct command *c)
{
	return c->verb->needs == VERB_ALONE ||
	       (c->verb->run == verb_track && track_stands_alone(c)) ||
	       (c->verb->run == verb_archive && archive_stands_alone(c)) ||
	       (c->verb->run == verb_review && review_stands_alone(c));
}

/* May what reps have handed in become mails now? Not while the notices themselves are
 * being made. */
static bool serves_requests(const struct command *c)
{
	return !is_decision(c) &&
	       (c->verb->run == verb_send || c->verb->run == verb_track ||
		       c->verb->run == verb_remind || c->verb->run == verb_resend ||
		       c->verb->run == verb_approve);
}

/* With --json stdout holds one object and nothing else. `--find -` reads. */
static int refuse_two_documents(const struct command *c, struct fault *f)
{
	for (size_t i = 0; c->json && i < c->choices_count; i++)
		if (c->choices[i].value && !strcmp(c->choices[i].value, "-") &&
			strcmp(c->choices[i].name, "find") != 0)
			return fault_set(f, FAULT_USAGE,
				"--%s - and --json both want the standard output: name a file",
				c->choices[i].name);
	return 0;
}

static int run(struct command *c, struct fault *f)
{
	int failed;

	if (refuse_two_documents(c, f))
		return -1;
	if (stands_alone(c))
		return c->verb->run(c, f);
	if (open_incident(c, f))
		return -1;
	if (ledger_writes(c->ledger))
		review_take(c, serves_requests(c));
	failed = c->verb->run(c, f);
	if (ledger_run(c->ledger) && ledger_writes(c->ledger))
		review_show(c);
	return failed;
}

static void print_json(struct command *c, const struct fault *f)
{
	json_t *out = json_object();

	(void)json_object_set_new(out, "version", json_integer(1));
	(void)json_object_set_new(
		out, "verb", c->verb ? json_string(c->verb->name) : json_null());
	if (f)
		(void)json_object_set_new(out, "error",
			json_pack("{s:s,s:s}", "kind", fault_kind_name(f->kind),
				"message", f->text));
	if (!f || c->found)
		(void)json_object_update(out, c->tally);
	(void)json_dumpf(out, stdout, JSON_COMPACT);
	(void)fputc('\n', stdout);
	json_decref(out);
}

static void print_end(struct command *c, const struct fault *f)
{
	if (c->json && !(c->document && !f)) {
		if (!f && *c->next)
			show_string(c, "next", c->next);
		print_json(c, f);
	}
	if (f)
		(void)fprintf(stderr, "breachmail%s%s: %s\n", c->verb ? " " : "",
			c->verb ? c->verb->name : "", f->text);
	else if (!c->json && !c->document && c->dry_run)
		(void)puts("\nA dry run: nothing of this was done, nothing was changed.");
	else if (!c->json && !c->document && *c->next)
		(void)printf("\nNext: %s\n", c->next);
}

static int exit_code_of(const struct command *c, const struct fault *f)
{
	if (!f)
		return c->exit_code;
	if (f->kind == FAULT_INTERRUPTED && clock_interrupted() == SIGTERM)
		return 143;
	return (int)f->kind;
}

static void command_done(struct command *c)
{
	settings_free(c->settings);
	policy_free(c->policy);
	json_decref(c->spoken);
	json_decref(c->tally);
	free(c->choices);
	free(c->arguments);
	secret_done(c->words);
}

int main(int argc, char **argv)
{
	struct secret words = {
		.fd = -1, .out = stderr, .prompt = "Passphrase or recovery code: "};
	struct command c = {.dir = ".", .operator= login_name(), .words = &words};
	struct fault f = {0};
	bool failed;
	int code;

	if (cage_is_child(argc, argv)) {
		letter_prepare();
		return cage_work(letter_read);
	}
	(void)umask(077);
	clock_catch_signals();
	(void)signal(
		SIGXFSZ, SIG_IGN); /* a limit on file sizes is told like a full disk */
	c.tally = json_object();
	c.progress = show_progress(&c);
	failed = vault_start(&f) || parse(&c, argc, argv, &f);
	c.json = c.json || (failed && asks_for_json(argv));
	c.color = color_is_chosen ? c.color : color_by_itself();
	if (!failed && wants_version) {
		(void)puts("breachmail " BREACHMAIL_VERSION);
	} else if (!failed && wants_help) {
		print_help(c.verb);
	} else {
		if (!failed && !c.verb)
			failed = fault_set(
				&f, FAULT_USAGE, "which command? See breachmail --help");
		c.progress = show_progress(&c);
		failed = failed || run(&c, &f);
		code = exit_code_of(&c, failed ? &f : NULL);
		ledger_close(c.ledger, code);
		print_end(&c, failed ? &f : NULL);
	}
	code = exit_code_of(&c, failed ? &f : NULL);
	command_done(&c);
	if ((fflush(stdout) || ferror(stdout)) && !failed)
		return FAULT_CANTCREATE;
	return code;
}
