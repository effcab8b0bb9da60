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
	{"auth", LETTER_AUTH},
	{"no-ptr", LETTER_NO_PTR},
	{"rate", LETTER_RATE},
	{"no-relay", LETTER_NO_RELAY},
	{"no-person", LETTER_NO_PERSON},
	{"no-mail-there", LETTER_NO_MAIL_THERE},
	{"sender", LETTER_SENDER},
	{"no-domain", LETTER_NO_DOMAIN},
	{"filtered", LETTER_FILTERED},
	{"virus", LETTER_VIRUS},
	{"reputation", LETTER_REPUTATION},
	{"spam", LETTER_SPAM},
	{"blocked", LETTER_BLOCKED},
	{"form", LETTER_FORM},
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
	{"away", LETTER_AWAY},
};
#define ORDER (sizeof(order) / sizeof(*order))
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

void reason_find(struct span diagnostic, const char *status, struct reason *ret)
{
	struct phrase_hit hits[HITS];
	size_t count;
	const struct phrase *best = NULL;

	reason_prepare();
	count = phrase_scan(&set, diagnostic, hits, HITS);
	for (size_t i = 0; i < count; i++)
		if (!best || hits[i].phrase->kind < best->kind)
			best = hits[i].phrase;
	*ret = (struct reason){.reason = status_reason(status)};
	if (!best)
		return;
	ret->phrase = true;
	ret->family = best->family;
	ret->reason = order[best->kind].reason;
}

bool reason_is_hard(enum letter_reason r)
{
	return r == LETTER_NO_PERSON || r == LETTER_NO_DOMAIN || r == LETTER_MOVED ||
	       r == LETTER_NO_MAIL_THERE;
}
