/* SPDX-License-Identifier: MIT */
/*
 * Looks tokens and codes up. What a letter says is wire/letter.c's, what follows from it
 * receipt.c's.
 *
 * What can go wrong: a stranger writes what he likes. Only a token that he cannot know
 * makes a report count.
 */
#include "mailer/tie.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mailer/code.h"
#include "mailer/scribe.h"
#include "mailer/wire/address.h"
#include "recipients/roster.h"
#include "recipients/text.h"

#define TOKEN_SIGNS 32

struct ties {
	struct ledger *ledger;
	const char *mode;
	struct query *by_token, *by_code, *facts;
	bool has_people;
	struct roster people;
};

static const struct {
	const char *name, *words;
} kinds[] = {{"", "nothing"},
	{"token", "the address that it came to holds the notice's token"},
	{"envid", "the report names the notice's envelope id"},
	{"message-id", "it returns or names our Message-ID"},
	{"references", "it answers our Message-ID"},
	{"code", "it has the reference code"},
	{"code-quoted", "it has the reference code, in quoted text alone"},
	{"hand", "a person said so"}};

const char *tie_name(enum tie_kind kind)
{
	return kinds[kind].name;
}

const char *tie_words(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			return kinds[i].words;
	return name;
}

bool tie_is_strong(enum tie_kind kind)
{
	switch (kind) {
	case TIE_TOKEN:
	case TIE_ENVID:
	case TIE_MESSAGE_ID:
	case TIE_REFERENCES:
	case TIE_HAND:
		return true;
	case TIE_NONE:
	case TIE_CODE:
	case TIE_CODE_QUOTED:
		break;
	}
	return false;
}

int ties_open(
	struct ledger *l, const struct settings *s, struct ties **ret, struct fault *f)
{
	auto_ties *t = text_alloc(sizeof(*t));

	t->ledger = l;
	t->mode = settings_mode(s);
	if (ledger_query(l,
		    SQL("SELECT n.id, s.mode FROM notice n JOIN compose_set s ON s.id = n.set_id"
			" WHERE n.token_digest = :digest"),
		    &t->by_token, f) ||
		ledger_query(l,
			SQL("SELECT n.id, s.mode FROM notice n JOIN compose_set s ON s.id = n.set_id"
			    " WHERE n.code_digest = :digest"),
			&t->by_code, f) ||
		ledger_query(l,
			SQL("SELECT person_id, facts_sealed FROM notice WHERE id = :notice"),
			&t->facts, f))
		return -1;
	*ret = t;
	t = NULL;
	return 0;
}

void ties_close(struct ties *t)
{
	if (!t)
		return;
	query_close(t->by_token);
	query_close(t->by_code);
	query_close(t->facts);
	roster_done(&t->people);
	free(t);
}

void ties_closep(struct ties **t)
{
	ties_close(*t);
	*t = NULL;
}

/* --- looking up --- */

/* Sets `*ret` if the secret is a notice's of this mode; of the other mode it only says
 * so. */
static int look_up(struct ties *t, struct query *q, const char *purpose,
	const char *secret, enum tie_kind kind, struct tie *ret, struct fault *f)
{
	unsigned char digest[VAULT_DIGEST];
	int got;

	vault_digest(ledger_vault(t->ledger), purpose, secret, strlen(secret), digest);
	query_bind_blob(q, ":digest", digest, sizeof(digest));
	got = query_next(q, f);
	if (got > 0 && !strcmp(query_text(q, "mode"), t->mode))
		*ret = (struct tie){kind, query_int(q, "id"), false};
	else if (got > 0)
		ret->other_mode = true;
	query_reset(q);
	return got < 0 ? -1 : 0;
}

/* The next run of exactly 32 hex digits from `*at` on, in lower case. */
static bool next_token(const char **at, char token[TOKEN_SIGNS + 1])
{
	while (**at) {
		const char *from = *at;
		size_t length = 0;

		while (isxdigit((unsigned char)from[length]))
			length++;
		*at += length ? length : 1;
		if (length != TOKEN_SIGNS)
			continue;
		for (size_t i = 0; i < length; i++)
			token[i] = (char)tolower((unsigned char)from[i]);
		token[length] = '\0';
		return true;
	}
	return false;
}

/* Wherever it stands in there: bounce addresses are rewritten on the way (SRS, BATV). */
static int find_token(struct ties *t, const char *place, enum tie_kind kind,
	struct tie *ret, struct fault *f)
{
	char token[TOKEN_SIGNS + 1];

	while (!ret->notice && next_token(&place, token))
		if (look_up(t, t->by_token, "token", token, kind, ret, f))
			return -1;
	return 0;
}

static int find_code(struct ties *t, const struct letter *letter, bool quoted,
	struct tie *ret, struct fault *f)
{
	char code[CODE_TEXT];

	for (unsigned i = 0; i < letter->n_codes && !ret->notice; i++) {
		if (letter->codes_quoted[i] != quoted ||
			code_read(letter->codes[i], code))
			continue;
		if (look_up(t, t->by_code, "code", code,
			    quoted ? TIE_CODE_QUOTED : TIE_CODE, ret, f))
			return -1;
	}
	return 0;
}

int tie_find(
	struct ties *t, const struct letter *letter, struct tie *ret, struct fault *f)
{
	*ret = (struct tie){0};
	for (unsigned i = 0; i < letter->n_to && !ret->notice; i++)
		if (find_token(t, letter->to[i], TIE_TOKEN, ret, f))
			return -1;
	if (find_token(t, letter->envelope_id, TIE_ENVID, ret, f) ||
		find_token(t, letter->orig_message_id, TIE_MESSAGE_ID, ret, f))
		return -1;
	for (unsigned i = 0; i < letter->n_references && !ret->notice; i++)
		if (find_token(t, letter->references[i], TIE_REFERENCES, ret, f))
			return -1;
	if (find_code(t, letter, false, ret, f) || find_code(t, letter, true, ret, f))
		return -1;
	return 0;
}

int tie_code(struct ties *t, const char *typed, int64_t *ret, struct fault *f)
{
	struct tie tie = {0};
	char code[CODE_TEXT];

	*ret = 0;
	if (code_read(typed, code))
		return 0;
	if (look_up(t, t->by_code, "code", code, TIE_CODE, &tie, f))
		return -1;
	*ret = tie.notice;
	return 0;
}

/* --- agreeing --- */

/* What an address is in its normal form, or as it stands, if it has none. */
static void normal(const char *address, struct address *ret)
{
	struct fault ignored;

	if (address_parse(address, strlen(address), ret, &ignored))
		(void)snprintf(ret->text, sizeof(ret->text), "%s", address);
}

static bool is_same(const char *a, const char *b)
{
	struct address x, y;

	normal(a, &x);
	normal(b, &y);
	return *x.text && !strcasecmp(x.text, y.text);
}

static bool is_below(const char *domain, const char *of)
{
	size_t length = strlen(domain), tail = strlen(of);

	return length > tail && domain[length - tail - 1] == '.' &&
	       !strcasecmp(domain + length - tail, of);
}

/* The same, or the same name at a host of the domain: so mail systems write an address
 * once they have it. */
static bool is_same_mailbox(const char *named, const char *ours)
{
	const char *x = strrchr(named, '@'), *y = strrchr(ours, '@');

	if (is_same(named, ours))
		return true;
	return x && y && x - named == y - ours &&
	       !strncasecmp(named, ours, (size_t)(x - named)) && is_below(x + 1, y + 1);
}

/* The notice's address and its person. */
static int read_facts(struct ties *t, int64_t notice, struct row *facts,
	int64_t *ret_person, struct fault *f)
{
	int got;

	query_bind_int(t->facts, ":notice", notice);
	got = query_next(t->facts, f);
	if (got < 0)
		return -1;
	if (!got)
		return fault_set(f, FAULT_LEDGER, "a notice is gone from the ledger");
	*ret_person = query_int(t->facts, "person_id");
	if (query_sealed(t->facts, "facts_sealed", "notice.facts_sealed", notice,
		    &facts->packed, f))
		return -1;
	query_reset(t->facts);
	return row_value(facts, SCRIBE_ADDRESS)
		       ? 0
		       : fault_set(f, FAULT_LEDGER, "a notice has no address");
}

int tie_recipient(struct ties *t, int64_t notice, const struct letter_recipient *r,
	int *ret, struct fault *f)
{
	auto_row facts = {0};
	const char *address;
	int64_t person;

	*ret = -1;
	if (!*r->address && !*r->final)
		return 0;
	if (read_facts(t, notice, &facts, &person, f))
		return -1;
	address = row_value(&facts, SCRIBE_ADDRESS);
	*ret = is_same_mailbox(r->address, address) || is_same_mailbox(r->final, address);
	return 0;
}

static bool wants_addresses(void *context, const char *field)
{
	(void)context;
	return !strcmp(field, "email") || !strcmp(field, "email_personal") ||
	       !strcmp(field, "contact");
}

/* On any list, the oldest too: whoever writes from a former address is the same person.
 */
static int is_on_file(
	struct ties *t, int64_t person, const char *from, int *ret, struct fault *f)
{
	static const char *const fields[] = {"email", "email_personal", "contact", NULL};
	const struct roster_wish wish = {wants_addresses, NULL};
	size_t index;

	if (!t->has_people && roster_load_entries_of(t->ledger, &wish, &t->people, f))
		return -1;
	t->has_people = true;
	index = roster_person(&t->people, person);
	if (index == SIZE_MAX)
		return 0;
	for (const struct roster_row *e = NULL; (e = roster_entry(&t->people, index, e));)
		for (const char *const *field = fields; *field; field++)
			if (roster_value(e, *field) &&
				is_same(from, roster_value(e, *field)))
				*ret = 1;
	return 0;
}

int tie_sender(
	struct ties *t, int64_t notice, const char *from, int *ret, struct fault *f)
{
	auto_row facts = {0};
	int64_t person;

	*ret = -1;
	if (!*from)
		return 0;
	if (read_facts(t, notice, &facts, &person, f))
		return -1;
	*ret = is_same(from, row_value(&facts, SCRIBE_ADDRESS));
	return *ret ? 0 : is_on_file(t, person, from, ret, f);
}
