/* SPDX-License-Identifier: MIT */
/*
 * scribe: writes one notice after the other into a compose set: words, exact bytes, the row. Sole writer of notice.
 *
 * Used by whatever makes notices: compose the first ones, remind and round what follows them. Their ids are the caller's, since
 * they say the order of sending (smaller ids first).
 */
#ifndef MAILER_SCRIBE_H
#define MAILER_SCRIBE_H

#include <stdbool.h>
#include <stdint.h>

#include "mailer/code.h"
#include "mailer/notice.h"
#include "mailer/settings.h"
#include "mailer/store.h"
#include "recipients/exposure.h"
#include "recipients/fault.h"
#include "recipients/ledger.h"
#include "recipients/policy.h"
#include "recipients/text.h"
#include "templates/texts.h"

/*
 * All messages are of one length: a multiple of this that has room for the longest letter that the policy can make, and for
 * names and kinds of data beyond the made-up reader's. Should somebody's letter need more (`outgrown` is what it needs), the
 * caller takes back what was written and begins anew with that as `least`.
 */
#define SCRIBE_SIZE_STEP ((size_t)8192)

struct scribe {
	struct ledger *ledger;
	const struct settings *settings;
	struct texts *texts;
	struct notice_maker *maker;
	struct notice_words words;
	struct text bytes; /* of the last message */
	char boundary[33]; /* one for all of a set: structure tells nothing */
	int64_t set, now;
	struct store_writer *store;
	struct query *notice;
	struct code_maker codes;
	size_t size_class, outgrown; /* outgrown: 0, nobody's is longer */
};

/* Ready to write bytes; into the ledger only after scribe_begin. `now` stands in their Date. */
int scribe_open(const struct settings *s, const struct policy *p, struct texts *texts, int64_t now, size_t least,
	struct scribe *ret, struct fault *f);
int scribe_begin(struct scribe *s, struct ledger *l, int64_t set, struct fault *f);
void scribe_done(struct scribe *s);
#define auto_scribe __attribute__((cleanup(scribe_done))) struct scribe

/* `s->bytes`: the message that this person gets, `text` as notice_text gives it. `token`: 32 hex digits. */
int scribe_bytes(struct scribe *s, const char *text, const struct notice_person *who, const char *to,
	const char *token, struct fault *f);

/* The kinds of a person's data, out of their assignment (group.h). Strings are `why`'s. Returns how many. */
size_t scribe_kinds(const struct row *why, const char *kinds[EXPOSURE_KINDS_MAX]);

struct scribe_notice {
	int64_t id, person, level_order;
	const char *level, *address;
	const char *template, *instead; /* instead: notice_text */
	unsigned kind; /* of messages that look alike (store.h) */
	bool cover;
	struct notice_person who; /* its code is made here */
};
/* Within a transaction. The recipient is as address_parse writes it. */
int scribe_write(struct scribe *s, struct scribe_notice *n, struct fault *f);

/* The same mail to the same address once more, under a new Message-ID and date. FAULT_INPUT: its bytes are gone. */
struct scribe_again {
	int64_t id, notice; /* the new one, and which */
	unsigned kind;
};
int scribe_again(struct scribe *s, struct store_reader *store, const struct scribe_again *a, struct fault *f);

/* What `notice.facts_sealed` holds, as a row. */
#define SCRIBE_ADDRESS "address"
#define SCRIBE_CODE "code"
#define SCRIBE_TOKEN "token" /* 32 hex digits: the left side of the Message-ID, and the VERP token */

#endif
