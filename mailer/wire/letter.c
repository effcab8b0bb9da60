/* SPDX-License-Identifier: MIT */
/*
 * What kind of letter it is. First verdicts only.
 */
#include "mailer/wire/letter.h"

#include <string.h>

static const char *const class_names[LETTER_CLASSES] = {"unparsable", "other",
	"bounce-hard", "bounce-soft", "bounce-any", "delayed", "delivered", "relayed",
	"expanded", "mdn", "auto-reply", "challenge", "feedback", "human"};

const char *letter_class_name(enum letter_class c)
{
	return class_names[c];
}

int letter_class_find(const char *name, enum letter_class *ret)
{
	for (unsigned i = 0; i < LETTER_CLASSES; i++) {
		if (strcmp(class_names[i], name))
			continue;
		*ret = (enum letter_class)i;
		return 0;
	}
	return -1;
}

bool letter_is_bounce(enum letter_class c)
{
	return c == LETTER_BOUNCE_HARD || c == LETTER_BOUNCE_SOFT ||
	       c == LETTER_BOUNCE_ANY;
}

static const char *const reasons[LETTER_REASONS][2] = {
	{"", ""},
	{"no-person", "no such person"},
	{"no-domain", "no such domain"},
	{"no-mail-there", "the domain takes no mail"},
	{"moved", "the person has moved"},
	{"closed", "mailbox closed"},
	{"mailbox-full", "mailbox full"},
	{"filtered", "the mailbox refuses it"},
	{"too-big", "message too big"},
	{"spam", "taken for spam"},
	{"virus", "taken for a virus"},
	{"blocked", "our server is blocked"},
	{"no-ptr", "our server has no name in reverse DNS"},
	{"reputation", "our server has a bad reputation"},
	{"sender", "our sender address is refused"},
	{"auth", "SPF, DKIM or DMARC failed"},
	{"policy", "refused by a rule there"},
	{"form", "the form of the message is refused"},
	{"no-relay", "the server does not serve that address"},
	{"tls", "no encrypted connection"},
	{"rate", "too many messages in a short time"},
	{"later", "asked to come later"},
	{"expired", "not delivered in time"},
	{"network", "the server cannot be reached"},
	{"system", "trouble at the mail server"},
	{"mailer", "a program behind the mailbox failed"},
	{"protocol", "the servers did not understand each other"},
	{"away", "the person is away"},
};

const char *letter_reason_name(enum letter_reason r)
{
	return reasons[r][0];
}

const char *letter_reason_words(enum letter_reason r)
{
	return reasons[r][1];
}

int letter_reason_find(const char *name, enum letter_reason *ret)
{
	for (unsigned i = 0; i < LETTER_REASONS; i++) {
		if (strcmp(reasons[i][0], name))
			continue;
		*ret = (enum letter_reason)i;
		return 0;
	}
	return -1;
}

const char *letter_evidence_name(enum letter_evidence e)
{
	static const char *const names[LETTER_EVIDENCES] = {"nothing", "report", "header",
		"diagnostic", "sender", "subject", "phrase", "family phrase"};

	return names[e];
}

void letter_read(const char *bytes, size_t length, struct letter *ret)
{
	memset(ret, 0, offsetof(struct letter, recipients));
	ret->class = LETTER_HUMAN;
	if (!length)
		ret->class = LETTER_UNPARSABLE;
	if (memmem(bytes, length, "message/delivery-status", 23)) {
		ret->class = LETTER_BOUNCE_ANY;
		ret->evidence = LETTER_BY_REPORT;
	}
}
