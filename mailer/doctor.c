/* SPDX-License-Identifier: MIT */
/*
 * Looks, and says what it sees. Connections are wire/probe.c's and wire/imap.c's; texts
 * are read by proofread.c. What can go wrong is what this room is for: it becomes a
 * finding, and the next thing is looked at.
 */
#include "mailer/doctor.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "mailer/letterbox.h"
#include "mailer/post.h"
#include "mailer/proofread.h"
#include "recipients/clock.h"
#include "recipients/key.h"
#include "recipients/keyring.h"

#define MEBIBYTE (INT64_C(1) << 20)
#define SPARE (500 * MEBIBYTE) /* beside room for the ledger once more */

enum finding {
	WELL,
	NOTE,
	CARE,
	ILL
};

struct looking {
	const struct doctor *d;
	json_t *list;
	int code;
	struct fault stopped; /* somebody wants us to end */
};

/* `kind`: the exit code, of what is ill. */
static void tell(struct looking *l, const char *check, enum finding is,
	enum fault_kind kind, const char *words)
{
	static const char *const names[] = {"well", "note", "care", "ill"};

	if (is == CARE && !l->d->settings->live)
		is = NOTE;
	(void)json_array_append_new(
		l->list, json_pack("{s:s,s:s,s:s+}", "check", check, "is", names[is],
				 "words", words, ""));
	if (is == ILL && l->code <= 1)
		l->code = (int)kind;
	if (is == CARE && !l->code)
		l->code = 1;
}

static void tell_fault(struct looking *l, const char *check, const struct fault *f)
{
	if (f->kind == FAULT_INTERRUPTED)
		l->stopped = *f;
	else
		tell(l, check, ILL, f->kind, f->text);
}

/* --- the ledger and its key --- */

/* Who has one way in, and loses it, has lost the ledger. */
static void look_at_slots(struct looking *l)
{
	size_t count;
	auto_text warning = key_warning(l->d->ledger, &count);
	auto_text words = text_format("%zu ways in (breachmail key list)", count);

	tell(l, "slots", warning ? CARE : WELL, FAULT_NONE, warning ? warning : words);
}

static void look_at_key(struct looking *l)
{
	const struct doctor *d = l->d;
	struct stat st;
	struct fault f = {0};
	const char *path;

	if (!d->ledger) {
		tell_fault(l, "key", &d->no_ledger);
		return;
	}
	path = ledger_key_file(d->ledger);
	auto_text where =
		text_format("the ledger opens%s%s", access(path, F_OK) ? "" : ", by ",
			access(path, F_OK) ? " by its slots" : path);
	auto_text open = text_format("%s: others may read it; chmod 600", path);
	if (keyring_apart(d->settings->dir, path, &f))
		tell_fault(l, "key", &f);
	else if (!stat(path, &st) && (st.st_mode & 077))
		tell(l, "key", CARE, FAULT_NONE, open);
	else
		tell(l, "key", WELL, FAULT_NONE, where);
	look_at_slots(l);
}

/* --- the relays --- */

static void tell_relay(struct looking *l, const char *name, const struct probe *p)
{
	auto_text words = text_format("connected%s, logged in where asked; %s%s",
		p->tls ? ", encrypted" : "",
		p->dsn ? "it will report what becomes of a mail (DSN)"
		       : "it offers no reports of delivery (DSN): accepted is the most that "
			 "will be known, but for bounces",
		p->size && p->size < 65536 ? "; it takes very small mails only" : "");

	tell(l, name, p->dsn ? WELL : CARE, FAULT_NONE, words);
}

static void look_at_relays(struct looking *l)
{
	const struct settings *s = l->d->settings;

	for (size_t i = 0; i < settings_relays(s) && !l->stopped.kind; i++) {
		const struct settings_relay *r = settings_relay(s, i);
		struct fault f = {0};
		struct probe p;

		if (r->capture_dir)
			tell(l, r->name, WELL, FAULT_NONE,
				"mails go into a folder: nothing leaves this machine");
		else if (post_probe(s, i, &p, &f))
			tell_fault(l, r->name, &f);
		else
			tell_relay(l, r->name, &p);
	}
}

/* --- the mailbox --- */

static void look_at_mailbox(struct looking *l)
{
	const struct settings *s = l->d->settings;
	auto_letterbox b = {0};
	auto_mailbox *m = NULL;
	struct fault f = {0};
	auto_text words = text_format(
		"it opens, for reading only. It must receive both %s (bounces) and %s "
		"(answers): that cannot be seen from here; send --test shows it",
		s->relay.envelope_from, s->relay.reply_to.text);

	if (!s->mailbox.url) {
		tell(l, "mailbox", CARE, FAULT_NONE,
			"none is named in incident.json: nobody reads what comes back");
		return;
	}
	if (letterbox_settled(s, NULL, &b, &f) ||
		mailbox_open(&b.mailbox, &(struct mailbox_position){0, 0}, &m, &f)) {
		tell_fault(l, "mailbox", &f);
		return;
	}
	tell(l, "mailbox", WELL, FAULT_NONE, words);
	if (!strstr(s->relay.envelope_from, "{token}"))
		tell(l, "mailbox", CARE, FAULT_NONE,
			"relay.envelope_from has no {token}: with it each notice has a bounce "
			"address of its own, the surest tie");
}

/* --- this machine --- */

static void look_at_clock(struct looking *l)
{
	struct timex t = {0};

	if (clock_now() < l->d->settings->aware_at)
		tell(l, "clock", ILL, FAULT_CONFIG,
			"it is before aware_at of incident.json: one of them is wrong");
	else if (adjtimex(&t) == TIME_ERROR)
		tell(l, "clock", CARE, FAULT_NONE,
			"it is not kept in step with others (NTP): times in the record may be "
			"doubted");
	else
		tell(l, "clock", WELL, FAULT_NONE, "in step with others (NTP)");
}

static void look_at_disk(struct looking *l)
{
	const char *dir = l->d->settings->dir;
	auto_text path = text_format("%s/ledger.db", dir);
	auto_text words = NULL;
	struct stat st = {0};
	struct statvfs disk;
	int64_t left, wanted;

	if (statvfs(dir, &disk)) {
		tell(l, "disk", ILL, FAULT_CANTCREATE, strerror(errno));
		return;
	}
	(void)stat(path, &st);
	wanted = (int64_t)st.st_size + SPARE;
	left = (int64_t)(disk.f_bavail * disk.f_frsize);
	words = text_format(
		"%lld MiB are free where the ledger is; at least %lld should be",
		(long long)(left / MEBIBYTE), (long long)(wanted / MEBIBYTE));
	if ((disk.f_flag & ST_RDONLY) || access(dir, W_OK))
		tell(l, "disk", ILL, FAULT_CANTCREATE,
			"nothing can be written into the incident's folder");
	else
		tell(l, "disk", left < wanted ? CARE : WELL, FAULT_NONE, words);
}

/* --- texts --- */

static void look_at_templates(struct looking *l)
{
	auto_text dir = text_format("%s/templates", l->d->settings->dir);
	struct texts texts = {.dir = dir};
	auto_lint_report report = {0};
	auto_text words = NULL;
	struct fault f = {0};

	if (!l->d->policy) {
		tell_fault(l, "policy", &l->d->no_policy);
		return;
	}
	if (proofread_run(l->d->settings, l->d->policy, &texts, &report, NULL, &f)) {
		tell_fault(l, "templates", &f);
		return;
	}
	words = text_format("%zu finding%s about the letters would stop a release "
			    "(breachmail approve lists them)",
		report.count, report.count == 1 ? "" : "s");
	if (report.count)
		tell(l, "templates", ILL, FAULT_REFUSED, words);
	else
		tell(l, "templates", WELL, FAULT_NONE, "every letter can be made");
}

int doctor_look(const struct doctor *d, json_t **ret, int *ret_code, struct fault *f)
{
	static void (*const looks[])(struct looking *) = {look_at_key, look_at_relays,
		look_at_mailbox, look_at_clock, look_at_disk, look_at_templates};
	struct looking l = {.d = d, .list = json_array()};

	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]) && !l.stopped.kind; i++)
		looks[i](&l);
	if (l.stopped.kind) {
		json_decref(l.list);
		*f = l.stopped;
		return -1;
	}
	*ret = l.list;
	*ret_code = l.code;
	return 0;
}

/* --- the sheet --- */

static void add_sender(const struct settings *s, struct text *out)
{
	const struct settings_relay *r = &s->relay;

	text_printf(out, "From                %s\n", r->from.text);
	text_printf(out, "Reply-To            %s\n", r->reply_to.text);
	text_printf(out, "Envelope sender     %s\n", r->envelope_from);
	if (strstr(r->envelope_from, "{token}"))
		text_add_string(out,
			"                    {token} is 16 letters and digits, other ones for each "
			"mail: all such addresses\n"
			"                    must reach the bounce mailbox (plus addressing, or a "
			"rule)\n");
	text_printf(out, "Bounce mailbox      %s\n",
		s->mailbox.url ? s->mailbox.url : "(none is named yet)");
	text_add_string(out,
		"                    must receive the envelope sender and Reply-To, also from "
		"the empty sender <>,\n"
		"                    without spam filter, forwarding or automatic answers\n");
}

static void add_limit(struct text *out, const char *words, int64_t n, const char *without)
{
	if (n)
		text_printf(out, "                    %s %lld\n", words, (long long)n);
	else if (without)
		text_printf(out, "                    %s\n", without);
}

static void add_rate(const struct settings *s, int64_t notices, struct text *out)
{
	for (size_t i = 0; i < settings_relays(s); i++) {
		const struct settings_relay *r = settings_relay(s, i);

		text_printf(out, "Relay               %s\n", r->url);
		add_limit(out, "connections at a time: at most", r->connections, NULL);
		add_limit(out, "mails a minute: at most", r->per_minute,
			"mails a minute: as many as it takes");
		add_limit(out, "mails a day: at most", r->per_day, NULL);
	}
	if (notices)
		text_printf(out, "Mails               %lld, one recipient each\n",
			(long long)notices);
	if (s->sending_from >= 0)
		text_printf(out, "Hours               %02d:%02d to %02d:%02d, %s\n",
			s->sending_from / 60, s->sending_from % 60, s->sending_to / 60,
			s->sending_to % 60, s->timezone);
}

void doctor_sheet(const struct settings *s, int64_t notices, struct text *out)
{
	const char *domain = strrchr(s->relay.from.text, '@') + 1,
		   *bounces = strrchr(s->relay.envelope_from, '@') + 1;

	text_add_string(out, "For the administrator of the mail servers\n\n");
	add_sender(s, out);
	add_rate(s, notices, out);
	text_printf(out,
		"\nPlease check\n"
		"  SPF       %s names the addresses from which these mails leave\n"
		"  DKIM      they are signed for %s\n"
		"  DMARC     %s\n",
		bounces, domain,
		strcmp(domain, bounces)
			? "envelope and From are of two domains: only DKIM can align"
			: "envelope and From are of one domain: SPF and DKIM align");
	text_add_string(out,
		"  DSN       requests for reports (RFC 3461) are passed on, reports come back\n"
		"  Limits    no greylisting, quota or outbound limit below these figures\n"
		"  Filters   links and contents are not rewritten; no banner hides the first line\n"
		"  Journal   these mails are personal data of those affected: whoever can read a\n"
		"            journal or an archive can read them. Leave them out, or say who may look\n"
		"  Logs      keep the mail logs (queue ids, answers of other servers) until the\n"
		"            incident is closed: what is in doubt is settled by them\n"
		"  Answers   Reply-To is read by people; no automatic answers go to it\n");
}
