/* SPDX-License-Identifier: MIT */
/*
 * letter: what kind of letter came back, and what it proves.
 *
 * Delivery reports (RFC 3464), receipts (RFC 8098), complaints (RFC 5965), automatic
 * answers (RFC 3834), bounces in plain words, and letters of people. The verdict stands
 * per recipient and says what it rests on, so that a person can judge the judge.
 *
 * The record is flat: no pointers, fixed sizes, every string ends in NUL and is UTF-8
 * without controls (`text` has line feeds). It crosses a pipe out of a caged child, whose
 * word is checked field by field. What may be long stands last, so that only what is used
 * of it has to cross.
 *
 * Nothing here knows a notice. To whom a letter belongs is for those who have the ledger;
 * what stands in a letter may be forged.
 */
#ifndef MAILER_WIRE_LETTER_H
#define MAILER_WIRE_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LETTER_ADDRESS 321 /* bytes with the NUL, everywhere below */
#define LETTER_ID 256
#define LETTER_WORDS 256
#define LETTER_TEXT 4096
#define LETTER_PLACES 16
#define LETTER_CODES 8
#define LETTER_RECIPIENTS 200

/* What a letter is. In the order of names[] in letter.c; written down by name, never as a
 * number. */
enum letter_class {
	LETTER_UNPARSABLE, /* over a limit, empty, or its reader died: a person looks */
	LETTER_OTHER,	   /* list mail, advertising, a test of an address */
	LETTER_BOUNCE_HARD, /* failed: the address is bad */
	LETTER_BOUNCE_SOFT, /* failed: the address may be good */
	LETTER_BOUNCE_ANY,  /* failed: nothing says why */
	LETTER_DELAYED,	    /* not failed yet */
	LETTER_DELIVERED,
	LETTER_RELAYED,	 /* handed on to a system that sends no reports: not delivered */
	LETTER_EXPANDED, /* handed on to a list: not delivered */
	LETTER_MDN,	 /* a receipt: displayed, deleted; not an acknowledgement */
	LETTER_AUTO_REPLY,
	LETTER_CHALLENGE, /* wants a click before it delivers */
	LETTER_FEEDBACK,  /* somebody pressed "spam" */
	LETTER_HUMAN,
	LETTER_CLASSES
};

/* "bounce-hard", "auto-reply" ... */
const char *letter_class_name(enum letter_class c);
/* -1 if there is none of that name. */
int letter_class_find(const char *name, enum letter_class *ret);
/* One of the three. */
bool letter_is_bounce(enum letter_class c);

/* Why it failed or waits. */
enum letter_reason {
	LETTER_NO_REASON, /* none given, or not understood */
	LETTER_NO_PERSON,
	LETTER_NO_DOMAIN,
	LETTER_NO_MAIL_THERE, /* the domain takes no mail */
	LETTER_MOVED,
	LETTER_CLOSED,
	LETTER_FULL,
	LETTER_FILTERED,
	LETTER_TOO_BIG,
	LETTER_SPAM,
	LETTER_VIRUS,
	LETTER_BLOCKED,
	LETTER_NO_PTR,
	LETTER_REPUTATION,
	LETTER_SENDER,
	LETTER_AUTH,
	LETTER_POLICY,
	LETTER_FORM,
	LETTER_NO_RELAY,
	LETTER_TLS,
	LETTER_RATE,
	LETTER_LATER, /* greylisting */
	LETTER_EXPIRED,
	LETTER_NETWORK,
	LETTER_SYSTEM,
	LETTER_MAILER,
	LETTER_PROTOCOL,
	LETTER_AWAY,
	LETTER_REASONS
};

/* For scripts: "mailbox-full"; for people: "mailbox full". Both "" for no reason. */
const char *letter_reason_name(enum letter_reason r);
const char *letter_reason_words(enum letter_reason r);
int letter_reason_find(const char *name, enum letter_reason *ret);

/* What a verdict rests on, the strongest first. */
enum letter_evidence {
	LETTER_BY_NOTHING,    /* what is left when nothing else fits */
	LETTER_BY_REPORT,     /* the fields of a report part */
	LETTER_BY_HEADER,     /* a header field made for it */
	LETTER_BY_DIAGNOSTIC, /* an SMTP reply or status code beside an address */
	LETTER_BY_SENDER,     /* it comes from a mail system */
	LETTER_BY_SUBJECT,
	LETTER_BY_PHRASE, /* wording that many systems share */
	LETTER_BY_FAMILY, /* wording or form of one mail system */
	LETTER_EVIDENCES
};

/* "report", "header", "diagnostic", "sender", "subject", "phrase", "family phrase",
 * "nothing". */
const char *letter_evidence_name(enum letter_evidence e);

struct letter_recipient {
	char address[LETTER_ADDRESS]; /* whom it was sent to (Original-Recipient first) */
	char final[LETTER_ADDRESS];   /* where it went in the end, if that is another */
	enum letter_class class;
	enum letter_reason reason;
	enum letter_evidence evidence;
	char status[16];	       /* RFC 3463: "5.1.1", or "" */
	char diagnostic[LETTER_WORDS]; /* what the server said, cut */
};

struct letter {
	enum letter_class class; /* of the whole: the worst of its recipients */
	enum letter_evidence evidence;
	enum letter_reason reason; /* UNPARSABLE: none; `subject` says what is wrong */
	bool cut;		   /* more than its limit: only the start was read */

	char message_id[LETTER_ID];	 /* all ids without "<" and ">" */
	char orig_message_id[LETTER_ID]; /* of the mail that it speaks of */
	char envelope_id[LETTER_ID];	 /* Original-Envelope-Id, xtext decoded */
	char from[LETTER_ADDRESS];
	int64_t date_ms; /* of its Date field, since 1970; 0: none */
	char subject[LETTER_WORDS];

	/* What looks like a reference code, as it stands there; whoever knows codes
	 * checks it. */
	unsigned n_codes;
	char codes[LETTER_CODES][16];
	bool codes_quoted[LETTER_CODES]; /* in quoted or returned text alone */

	bool null_sender;	  /* Return-Path: <> */
	int64_t away_until;	  /* LETTER_AUTO_REPLY: seconds since 1970; 0: not said */
	char disposition[32];	  /* LETTER_MDN: "displayed", "deleted" ...; "" where only words say it */
	/* LETTER_HUMAN, of what the person wrote anew (text): */
	bool says_ack;
	bool asks;
	bool worried;

	unsigned n_references, n_to, n_recipients;
	char text[LETTER_TEXT];
	char references[LETTER_PLACES][LETTER_ID]; /* In-Reply-To first, then the newest */
	/* where it came to: Delivered-To and its like, then To and Cc */
	char to[LETTER_PLACES][LETTER_ADDRESS];
	struct letter_recipient recipients[LETTER_RECIPIENTS];
};

/* Bytes of a record that say something. */
#define LETTER_SIZE(l) \
	(offsetof(struct letter, recipients) + \
		(l)->n_recipients * sizeof(struct letter_recipient))

/*
 * Reads one letter. Always gives a verdict; `ret` need not be cleared. For the caged child
 * and for tests: the bytes are hostile and a library reads them. They have been through
 * the pre-scan (scan.h).
 */
void letter_read(const char *bytes, size_t length, struct letter *ret);

/* Loads vocabularies and conversion tables, which letter_read would do when it needs them:
 * for a process that is about to lose its files. */
void letter_prepare(void);

#endif
