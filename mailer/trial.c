/* SPDX-License-Identifier: MIT */
/*
 * One mail about nobody. The words are notice.c's, the way is parcel.c's. No claim, no
 * outcome: nothing of the release moves by it.
 */
#include "mailer/trial.h"

#include <stdio.h>
#include <string.h>

#include "mailer/notice.h"
#include "mailer/outcome.h"
#include "mailer/parcel.h"
#include "mailer/released.h"
#include "mailer/wire/address.h"
#include "mailer/wire/message.h"
#include "recipients/clock.h"
#include "recipients/roster.h"
#include "recipients/text.h"

#define CODE "22222-22222" /* as in compose --preview: nobody's */
#define REPLY_PAD 64

struct trial {
	const struct trial_options *options;
	struct trial_result *result;
	struct address to;
	char token[33];
	char *sender;
	struct text bytes;
	struct parcel_result sent;
};

static void trial_done(struct trial *t)
{
	text_freep(&t->sender);
	text_done(&t->bytes);
	text_done(&t->sent.reply);
}
#define auto_trial __attribute__((cleanup(trial_done))) struct trial

static int check_address(struct trial *t, struct fault *f)
{
	const struct settings *s = t->options->settings;
	struct fault why;

	if (address_parse(t->options->to, strlen(t->options->to), &t->to, &why))
		return fault_set(f, FAULT_USAGE, "--test takes an address: %s", why.text);
	if (!settings_allows(s, t->to.domain))
		return fault_set(f, FAULT_REFUSED,
			"--test: the address is outside allowed_domains (incident.json)");
	return 0;
}

static const struct policy_level *find_level(const struct policy *p)
{
	if (p->levels[p->default_level].route == POLICY_MAIL)
		return &p->levels[p->default_level];
	for (size_t i = 0; i < p->levels_count; i++)
		if (p->levels[i].route == POLICY_MAIL)
			return &p->levels[i];
	return NULL;
}

static int write_words(struct trial *t, const struct policy_level *level,
	struct notice_words *words, struct fault *f)
{
	const struct trial_options *o = t->options;
	const char *kinds[] = {"name", "rank", "vetting", "pay_number"};
	auto_notice_maker *maker = NULL;
	auto_row row = {0};
	auto_text text = NULL;
	struct roster_row entry;
	struct notice_person who = {.entry = &entry,
		.kinds = kinds,
		.kinds_count = 4,
		.certain = true,
		.code = CODE};

	row_add(&row, "rank", "Constable");
	row_add(&row, "surname", "Sample");
	row_add(&row, "employment", "officer");
	entry = (struct roster_row){
		.packed = row.packed.bytes, .length = row.packed.length};
	text = notice_text(o->texts, level->template, NULL, &entry);
	return notice_maker_new(o->settings, o->policy, o->texts, &maker, f) ||
			       notice_write(maker, text, &who, words, f)
		       ? -1
		       : 0;
}

static int write_mail(struct trial *t, const struct policy_level *level, struct fault *f)
{
	const struct settings_relay *r = &t->options->settings->relay;
	struct notice_words words = {0};
	struct message m = {.from_name = r->from_name,
		.from = r->from.text,
		.to = t->to.text,
		.reply_to = r->reply_to.text,
		.date_ms = clock_now(),
		.message_id = t->result->message_id,
		.boundary = t->token};
	unsigned char random[16];
	int failed;

	vault_random(random, sizeof(random));
	vault_hex(random, sizeof(random), t->token);
	(void)snprintf(t->result->message_id, sizeof(t->result->message_id), "%s@%s",
		t->token, r->from.domain);
	t->sender = released_sender(r->envelope_from, t->token);
	failed = write_words(t, level, &words, f);
	if (!failed) {
		m.subject = words.subject;
		m.text = text_string(&words.text);
		m.html = text_string(&words.html);
		failed = message_write(&m, &t->bytes, f);
	}
	notice_words_done(&words);
	return failed;
}

/* --- kept --- */

static int keep(struct ledger *l, const struct trial *t, struct fault *f)
{
	auto_query struct query *q = NULL;
	int64_t id;

	if (ledger_begin(l, f) ||
		ledger_number(l, SQL("SELECT max(id) FROM test_mail"), 0, &id, f) ||
		ledger_query(l,
			SQL("INSERT INTO test_mail (id, run_id, at, level, verdict, code, reply_sealed)"
			    " VALUES (:id, :run, :at, :level, :verdict, :code, :reply_sealed)"),
			&q, f))
		return -1;
	query_bind_int(q, ":id", ++id);
	query_bind_int(q, ":run", ledger_run(l));
	query_bind_int(q, ":at", clock_now());
	query_bind_text(q, ":level", t->result->level);
	query_bind_text(q, ":verdict", outcome_word(t->sent.kind));
	query_bind_int(q, ":code", t->sent.code);
	query_bind_sealed(q, ":reply_sealed", "test_mail.reply_sealed", id,
		t->sent.reply.bytes, t->sent.reply.length, REPLY_PAD);
	return query_run(q, f) || ledger_commit(l, f) ? -1 : 0;
}

int trial_run(struct ledger *l, const struct trial_options *o, struct trial_result *ret,
	struct fault *f)
{
	const struct policy_level *level = find_level(o->policy);
	auto_trial t = {.options = o, .result = ret};
	struct parcel parcel = {.to = t.to.text, .bytes = &t.bytes};
	struct fault ignored;
	int failed;

	*ret = (struct trial_result){.kind = RELAY_NOT_SENT};
	if (check_address(&t, f))
		return -1;
	if (!level)
		return fault_set(f, FAULT_REFUSED, "--test: no level is told by mail");
	ret->level = level->name;
	if (write_mail(&t, level, f))
		return -1;
	if (o->dry_run)
		return 0;
	parcel.from = t.sender;
	failed = parcel_send(o->settings, &parcel, &t.sent, f);
	ret->kind = t.sent.kind;
	ret->code = t.sent.code;
	(void)snprintf(ret->words, sizeof(ret->words), "%s", t.sent.words);
	if (t.sent.reply.length && keep(l, &t, failed ? &ignored : f))
		return -1;
	return failed;
}
