/* SPDX-License-Identifier: MIT */
/*
 * From a person and a template to sealed bytes. Words are notice.c's, MIME is
 * wire/message.c's, how bytes are kept store.c's; who gets one is its caller's.
 */
#include "mailer/scribe.h"

#include <stdio.h>
#include <string.h>

#include "mailer/code.h"
#include "mailer/wire/message.h"
#include "recipients/group.h"
#include "recipients/vault.h"

#define FACTS_PAD 128

/* --- how long they all are --- */

#define SAMPLE_ADDRESS "somebody.with.a.long.name@a.force.with.a.long.name.example"
#define SAMPLE_TOKEN "00000000000000000000000000000000"
#define SPARE 2048 /* for other names and kinds than the made-up reader's */

/* The longest that this text becomes for a made-up reader. What does not come out at all
 * is not told here. */
static void measure_text(
	struct scribe *s, const char *template, const char *own, size_t *longest)
{
	const char *kinds[EXPOSURE_NAMED_MAX];
	size_t count = notice_incident_kinds(s->settings, kinds);
	auto_row officer = {0};
	auto_row staff = {0};
	struct fault f = {0};

	row_add(&officer, "rank", "Detective Chief Superintendent");
	row_add(&officer, "surname", "Featherstonehaugh");
	row_add(&staff, "title", "Professor");
	row_add(&staff, "surname", "Featherstonehaugh");
	for (unsigned i = 0; i < 4; i++) {
		const struct row *row = i & 1 ? &officer : &staff;
		const struct roster_row entry = {
			.packed = row->packed.bytes, .length = row->packed.length};
		const struct notice_person who = {.entry = &entry,
			.kinds = kinds,
			.kinds_count = count,
			.certain = i & 2,
			.code = "22222-22222",
			.told_at = s->now,
			.own = own};

		if (scribe_bytes(s, template, &who, SAMPLE_ADDRESS, SAMPLE_TOKEN, &f))
			return;
		if (s->bytes.length > *longest)
			*longest = s->bytes.length;
	}
}

/* Of all that goes by mail to any level: then a reminder is as long as the notice. A
 * correction is shorter. */
static size_t measure(struct scribe *s, const struct policy *p)
{
	size_t longest = 0;

	for (size_t i = 0; i < p->levels_count; i++) {
		const struct policy_level *level = &p->levels[i];

		if (level->route != POLICY_MAIL)
			continue;
		measure_text(s, level->template, NULL, &longest);
		measure_text(s, NOTICE_CHANGED, level->template, &longest);
		for (size_t k = 0; k < level->follow_ups_count; k++)
			measure_text(s, level->follow_ups[k].template, level->template,
				&longest);
	}
	longest += longest / 15 + SPARE;
	return (longest + SCRIBE_SIZE_STEP - 1) / SCRIBE_SIZE_STEP * SCRIBE_SIZE_STEP;
}

int scribe_open(const struct settings *s, const struct policy *p, struct texts *texts,
	int64_t now, size_t least, struct scribe *ret, struct fault *f)
{
	unsigned char random[16];

	*ret = (struct scribe){.settings = s, .texts = texts, .now = now};
	vault_random(random, sizeof(random));
	vault_hex(random, sizeof(random), ret->boundary);
	if (notice_maker_new(s, p, texts, &ret->maker, f))
		return -1;
	ret->size_class = measure(ret, p);
	if (ret->size_class < least)
		ret->size_class = least;
	return 0;
}

int scribe_begin(struct scribe *s, struct ledger *l, int64_t set, struct fault *f)
{
	s->ledger = l;
	s->set = set;
	if (ledger_query(l,
		    SQL("INSERT INTO notice (id, set_id, person_id, level, level_order, kind, message_sha256, recipient_digest,"
			" code_digest, token_digest, cover, facts_sealed) VALUES (:id, :set, :person, :level, :level_order, 'notice',"
			" :message_sha256, :recipient_digest, :code_digest, :token_digest, :cover, :facts_sealed)"),
		    &s->notice, f) ||
		code_maker_open(l, &s->codes, f))
		return -1;
	query_bind_int(s->notice, ":set", set);
	return store_writer_open(l, set, &s->store, f);
}

void scribe_done(struct scribe *s)
{
	notice_maker_free(s->maker);
	notice_words_done(&s->words);
	text_done(&s->bytes);
	query_close(s->notice);
	code_maker_done(&s->codes);
	store_writer_close(s->store);
}

int scribe_bytes(struct scribe *s, const char *text, const struct notice_person *who,
	const char *to, const char *token, struct fault *f)
{
	const struct settings_relay *r = &s->settings->relay;
	auto_text id = text_format("%s@%s", token, r->from.domain);
	struct message m = {.from_name = r->from_name,
		.from = r->from.text,
		.to = to,
		.reply_to = r->reply_to.text,
		.date_ms = s->now,
		.message_id = id,
		.boundary = s->boundary,
		.size_class = s->size_class};

	if (notice_write(s->maker, text, who, &s->words, f))
		return -1;
	m.subject = s->words.subject;
	m.text = text_string(&s->words.text);
	m.html = text_string(&s->words.html);
	text_clear(&s->bytes);
	return message_write(&m, &s->bytes, f);
}

size_t scribe_kinds(const struct row *why, const char *kinds[EXPOSURE_KINDS_MAX])
{
	const char *name = NULL, *value;
	size_t count = 0;

	while (row_next(why, &name, &value))
		if (!strcmp(name, GROUP_KIND) && count < EXPOSURE_KINDS_MAX)
			kinds[count++] = value;
	return count;
}

/* --- the row --- */

struct row_of {
	const char *address, *code, *token;
	const char *own_code; /* by which it is found */
};

static int insert(struct scribe *s, const struct scribe_notice *n, const struct row_of *o,
	struct fault *f)
{
	const struct vault *v = ledger_vault(s->ledger);
	unsigned char sha256[VAULT_SHA256], digest[VAULT_DIGEST];
	auto_row facts = {0};

	row_add(&facts, SCRIBE_ADDRESS, o->address);
	row_add(&facts, SCRIBE_CODE, o->code);
	row_add(&facts, SCRIBE_TOKEN, o->token);
	query_bind_int(s->notice, ":id", n->id);
	query_bind_int(s->notice, ":person", n->person);
	query_bind_text(s->notice, ":level", n->level);
	query_bind_int(s->notice, ":level_order", n->level_order);
	query_bind_int(s->notice, ":cover", n->cover);
	vault_sha256(s->bytes.bytes, s->bytes.length, sha256);
	query_bind_blob(s->notice, ":message_sha256", sha256, sizeof(sha256));
	vault_digest(v, "recipient", o->address, strlen(o->address), digest);
	query_bind_blob(s->notice, ":recipient_digest", digest, sizeof(digest));
	vault_digest(v, "code", o->own_code, strlen(o->own_code), digest);
	query_bind_blob(s->notice, ":code_digest", digest, sizeof(digest));
	vault_digest(v, "token", o->token, strlen(o->token), digest);
	query_bind_blob(s->notice, ":token_digest", digest, sizeof(digest));
	query_bind_sealed(s->notice, ":facts_sealed", "notice.facts_sealed", n->id,
		facts.packed.bytes, facts.packed.length, FACTS_PAD);
	if (query_run(s->notice, f))
		return -1;
	return store_put(s->store, n->kind, n->id, &s->bytes, f);
}

static void make_token(char token[33])
{
	unsigned char random[16];

	vault_random(random, sizeof(random));
	vault_hex(random, sizeof(random), token);
}

int scribe_write(struct scribe *s, struct scribe_notice *n, struct fault *f)
{
	char code[CODE_TEXT], token[33];
	struct address to;
	struct row_of row = {.code = code, .token = token, .own_code = code};
	auto_text text = notice_text(s->texts, n->template, n->instead, n->who.entry);

	if (address_parse(n->address, strlen(n->address), &to, f))
		return -1;
	row.address = to.text;
	make_token(token);
	n->who.code = code;
	if (code_new(&s->codes, code, f) ||
		scribe_bytes(s, text, &n->who, to.text, token, f))
		return -1;
	if (s->bytes.length > s->size_class && s->bytes.length > s->outgrown)
		s->outgrown = s->bytes.length;
	return insert(s, n, &row, f);
}

/* --- once more --- */

/* A header field with its folded lines, from its name to behind its CRLF; false if there
 * is none. `name` begins with "\r\n". */
static bool find_field(
	const struct text *mail, const char *name, size_t *ret_from, size_t *ret_to)
{
	const char *bytes = text_string(mail), *body = strstr(bytes, "\r\n\r\n"),
		   *field = strstr(bytes, name), *end = field;

	if (!field || !body || field > body)
		return false;
	do
		end = strstr(end + 2, "\r\n");
	while (end && (end[2] == ' ' || end[2] == '\t'));
	*ret_from = (size_t)(field - bytes) + 2;
	*ret_to = (size_t)(end - bytes) + 2;
	return true;
}

/* `to` gets this field as it stands in `from`. */
static int take_field(
	const struct text *from, struct text *to, const char *name, struct fault *f)
{
	auto_text_buffer out = {0};
	size_t a, b, c, d;

	if (!find_field(from, name, &a, &b) || !find_field(to, name, &c, &d))
		return fault_set(f, FAULT_INTERNAL, "a message without%s", name + 1);
	text_add(&out, to->bytes, c);
	text_add(&out, from->bytes + a, b - a);
	text_add(&out, to->bytes + d, to->length - d);
	text_clear(to);
	text_add(to, out.bytes, out.length);
	return 0;
}

/* Date and Message-ID as a message of now has them. */
static int renew(struct scribe *s, const char *token, struct fault *f)
{
	const struct settings_relay *r = &s->settings->relay;
	auto_text id = text_format("%s@%s", token, r->from.domain);
	struct message m = {.from = r->from.text,
		.to = r->from.text,
		.subject = "-",
		.date_ms = s->now,
		.message_id = id,
		.boundary = s->boundary,
		.text = "-",
		.html = "-"};
	auto_text_buffer fresh = {0};

	if (message_write(&m, &fresh, f) ||
		take_field(&fresh, &s->bytes, "\r\nDate:", f) ||
		take_field(&fresh, &s->bytes, "\r\nMessage-ID:", f))
		return -1;
	return 0;
}

static int read_old(struct scribe *s, int64_t notice, struct scribe_notice *ret,
	char level[256], struct row *facts, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	if (ledger_query(s->ledger,
		    SQL("SELECT person_id, level, level_order, facts_sealed FROM notice WHERE id = :id"),
		    &q, f))
		return -1;
	query_bind_int(q, ":id", notice);
	got = query_next(q, f);
	if (got <= 0)
		return got ? -1 : fault_set(f, FAULT_INTERNAL, "no such notice");
	ret->person = query_int(q, "person_id");
	ret->level_order = query_int(q, "level_order");
	(void)snprintf(level, 256, "%s", query_text(q, "level"));
	ret->level = level;
	return query_sealed(
		q, "facts_sealed", "notice.facts_sealed", notice, &facts->packed, f);
}

int scribe_again(struct scribe *s, struct store_reader *store,
	const struct scribe_again *a, struct fault *f)
{
	struct scribe_notice n = {.id = a->id, .kind = a->kind};
	char code[CODE_TEXT], token[33], level[256];
	auto_row facts = {0};
	struct row_of row = {.token = token, .own_code = code};
	int got;

	if (read_old(s, a->notice, &n, level, &facts, f))
		return -1;
	got = store_get(store, a->notice, &s->bytes, f);
	if (got <= 0)
		return got ? -1
			   : fault_set(f, FAULT_INPUT,
				     "the words of this notice are kept no more");
	row.address = row_value(&facts, SCRIBE_ADDRESS);
	row.code = row_value(&facts, SCRIBE_CODE);
	make_token(token);
	if (!row.address || !row.code)
		return fault_set(f, FAULT_LEDGER, "a notice without an address");
	return code_new(&s->codes, code, f) || renew(s, token, f)
		       ? -1
		       : insert(s, &n, &row, f);
}
