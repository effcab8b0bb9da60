/* SPDX-License-Identifier: MIT */
/*
 * Reasons. Where the words stand is bounce.c's and dsn.c's; the words are
 * words/reason.txt. What can go wrong: a server that says "user unknown" of a person it
 * blocks, or "full" of one who left. It is what it says that is told.
 */
#include "mailer/wire/reason.h"

#include <string.h>

#include "mailer/wire/dsn.h"
#include "mailer/wire/phrase.h"
#include "words.h"

/*
 * Of several, the first: what speaks of one mailbox before what speaks of servers, what
 * is rare and exact before what is common and vague.
 */
static const struct {
	const char *section;
	enum letter_reason reason;
} order[] = {
	{"mailbox-full", LETTER_FULL},
	{"too-big", LETTER_TOO_BIG},
	{"closed", LETTER_CLOSED},
	{"moved", LETTER_MOVED},
	{"network first", LETTER_NETWORK},
	{"filtered first", LETTER_FILTERED},
	{"auth", LETTER_AUTH},
	{"no-ptr", LETTER_NO_PTR},
	{"rate", LETTER_RATE},
	{"no-relay", LETTER_NO_RELAY},
	{"no-person", LETTER_NO_PERSON},
	{"vague no-person", LETTER_NO_PERSON},
	{"no-mail-there", LETTER_NO_MAIL_THERE},
	{"sender", LETTER_SENDER},
	{"no-domain", LETTER_NO_DOMAIN},
	{"denied", LETTER_POLICY},
	{"filtered", LETTER_FILTERED},
	{"form", LETTER_FORM},
	{"virus", LETTER_VIRUS},
	{"reputation", LETTER_REPUTATION},
	{"spam", LETTER_SPAM},
	{"blocked", LETTER_BLOCKED},
	{"policy", LETTER_POLICY},
	{"later", LETTER_LATER},
	{"tls", LETTER_TLS},
	{"expired", LETTER_EXPIRED},
	{"network", LETTER_NETWORK},
	{"mailer", LETTER_MAILER},
	{"system", LETTER_SYSTEM},
	{"protocol", LETTER_PROTOCOL},
	{"perhaps no-person", LETTER_NO_PERSON},
	{"perhaps filtered", LETTER_FILTERED},
	{"perhaps policy", LETTER_POLICY},
	{"away", LETTER_AWAY},
	/* no reasons: which command was answered */
	{"at rcpt", LETTER_NO_REASON},
	{"at data", LETTER_NO_REASON},
	{"at mail", LETTER_NO_REASON},
	{"at connect", LETTER_NO_REASON},
};
#define ORDER (sizeof(order) / sizeof(*order))
enum command {
	AT_RCPT = ORDER - 4,
	AT_DATA,
	AT_MAIL,
	AT_CONNECT,
	AT_UNKNOWN
};
#define HITS 64

static const char *sections[ORDER + 1];
static struct phrase_set set = {.source = words_reason, .sections = sections};

void reason_prepare(void)
{
	for (size_t i = 0; i < ORDER; i++)
		sections[i] = order[i].section;
	phrase_prepare(&set);
}

/* RFC 3463 and the IANA register; the first that fits. */
static const struct {
	const char
		*tail; /* behind the class; one that ends in "." stands for a subject */
	enum letter_reason reason;
} by_status[] = {
	{".1.0", LETTER_NO_REASON},
	{".1.1", LETTER_NO_PERSON},
	{".1.2", LETTER_NO_DOMAIN},
	{".1.3", LETTER_NO_PERSON},
	{".1.4", LETTER_FILTERED},
	{".1.6", LETTER_MOVED},
	{".1.7", LETTER_SENDER},
	{".1.8", LETTER_SENDER},
	{".1.9", LETTER_SYSTEM},
	{".1.10", LETTER_NO_MAIL_THERE},
	{".2.0", LETTER_FILTERED},
	{".2.1", LETTER_FILTERED},
	{".2.2", LETTER_FULL},
	{".2.3", LETTER_TOO_BIG},
	{".2.4", LETTER_FILTERED},
	{".3.1", LETTER_SYSTEM},
	{".3.2", LETTER_SYSTEM},
	{".3.3", LETTER_SYSTEM},
	{".3.4", LETTER_TOO_BIG},
	{".3.5", LETTER_SYSTEM},
	{".3.", LETTER_SYSTEM},
	{".4.4", LETTER_NO_DOMAIN},
	{".4.6", LETTER_NETWORK},
	{".4.7", LETTER_EXPIRED},
	{".4.", LETTER_NETWORK},
	{".5.3", LETTER_PROTOCOL},
	{".5.", LETTER_PROTOCOL},
	{".6.", LETTER_POLICY},
	{".7.20", LETTER_AUTH},
	{".7.21", LETTER_AUTH},
	{".7.22", LETTER_AUTH},
	{".7.23", LETTER_AUTH},
	{".7.24", LETTER_AUTH},
	{".7.26", LETTER_AUTH},
	{".7.9", LETTER_AUTH},
	{".7.25", LETTER_NO_PTR},
	{".7.27", LETTER_SENDER},
	{".7.10", LETTER_TLS},
	{".7.13", LETTER_CLOSED},
	{".7.17", LETTER_MOVED},
	{".7.28", LETTER_RATE},
	{".7.", LETTER_POLICY},
};

static enum letter_reason status_reason(const char *status)
{
	if (!status[0])
		return LETTER_NO_REASON;
	for (size_t i = 0; i < sizeof(by_status) / sizeof(*by_status); i++) {
		const char *tail = by_status[i].tail;
		size_t length = strlen(tail);

		if (tail[length - 1] == '.' ? !strncmp(status + 1, tail, length)
					    : !strcmp(status + 1, tail))
			return by_status[i].reason;
	}
	return LETTER_NO_REASON;
}

/* The command before the reply; with the systems that say it behind, the one behind. */
static enum command find_command(
	const struct phrase_hit hits[], size_t count, size_t reply)
{
	enum command before = AT_UNKNOWN, behind = AT_UNKNOWN;

	for (size_t i = 0; i < count; i++) {
		if (hits[i].phrase->kind < AT_RCPT)
			continue;
		if (hits[i].start < reply)
			before = (enum command)hits[i].phrase->kind;
		else if (behind == AT_UNKNOWN)
			behind = (enum command)hits[i].phrase->kind;
	}
	return before != AT_UNKNOWN ? before : behind;
}

/* What is said to MAIL FROM or at the door is about us, whatever the words. */
static enum letter_reason by_command(enum letter_reason r, enum command c)
{
	bool address = r == LETTER_NO_PERSON || r == LETTER_NO_DOMAIN;

	if (c == AT_MAIL && (address || r == LETTER_FILTERED || r == LETTER_POLICY))
		return LETTER_SENDER;
	if (c == AT_CONNECT && (address || r == LETTER_FILTERED || r == LETTER_POLICY ||
				       r == LETTER_SYSTEM))
		return LETTER_BLOCKED;
	return r;
}

static bool is_address_bad(
	const struct reason *r, bool vague, enum command c, const char *status)
{
	if (r->reason == LETTER_MOVED)
		return true;
	if (r->reason == LETTER_NO_DOMAIN || r->reason == LETTER_NO_MAIL_THERE)
		return status[0] != '4'; /* a name server may be wrong for a while */
	if (r->reason != LETTER_NO_PERSON)
		return false;
	if (!vague || c == AT_RCPT || !strncmp(status + (status[0] != 0), ".1.", 3))
		return true;
	return c != AT_DATA && status[0] && strncmp(status + 1, ".2.", 3) &&
	       strncmp(status + 1, ".3.", 3);
}

static bool is_section(const struct phrase *p, const char *name)
{
	return !strcmp(order[p->kind].section, name);
}

static bool is_perhaps(const struct phrase *p)
{
	return !strncmp(order[p->kind].section, "perhaps", 7);
}

static const struct phrase *best_phrase(
	const struct phrase_hit hits[], size_t count, size_t from)
{
	const struct phrase *best = NULL;

	for (size_t i = 0; i < count; i++)
		if (hits[i].start >= from && hits[i].phrase->kind < AT_RCPT &&
			(!best || hits[i].phrase->kind < best->kind))
			best = hits[i].phrase;
	return best;
}

static enum command command_of(struct span words)
{
	struct phrase_hit hits[HITS];
	size_t count = phrase_scan(&set, words, hits, HITS);

	return find_command(hits, count, dsn_reply_place(words));
}

void reason_find(struct span diagnostic, struct span context, const char *status,
	struct reason *ret)
{
	struct phrase_hit hits[HITS];
	size_t count, reply = dsn_reply_place(diagnostic);
	const struct phrase *best;
	enum command command;

	reason_prepare();
	count = phrase_scan(&set, diagnostic, hits, HITS);
	command = find_command(hits, count, reply);
	if (command == AT_UNKNOWN && context.length)
		command = command_of(context);
	best = best_phrase(hits, count, reply < diagnostic.length ? reply : 0);
	if (!best)
		best = best_phrase(hits, count, 0);
	*ret = (struct reason){.reason = status_reason(status)};
	if (best && is_perhaps(best) && !strcmp(status, "5.1.1"))
		best = NULL; /* then the code says more */
	if (best) {
		ret->phrase = true;
		ret->family = best->family;
		ret->reason = by_command(order[best->kind].reason, command);
		if (is_section(best, "denied") && !strcmp(status, "5.4.1"))
			ret->reason = LETTER_NO_PERSON;
	}
	if (!best && command == AT_CONNECT && !dsn_is_telling(status))
		ret->reason = LETTER_BLOCKED;
	ret->hard = is_address_bad(
		ret, best && is_section(best, "vague no-person"), command, status);
}
