/* SPDX-License-Identifier: MIT */
/*
 * Reads a mailbox. Connections and answers: imap_talk.c. What can go wrong: the
 * connection breaks (it is made again, from the last letter on), the mailbox is another
 * one than before (all its letters come), letters go while we read (passed over), the
 * server will not give one that is there. Where a letter could be lost is told_position:
 * once one was withheld, no position behind it is told.
 */
#include "mailer/wire/imap.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mailer/wire/imap_talk.h"
#include "mailer/wire/imap_url.h"
#include "recipients/clock.h"

#define TIMEOUT_MS 60000
#define CONNECT_MS 30000
#define AHEAD 16        /* letters that are asked for ahead of their answers */
#define FAILURES 4      /* of connections, in a row; silence counts for two */
#define BACK_OFF_MS 500 /* after the first, then twice that ... */
#define CHANGES 3       /* of UIDVALIDITY in one run */

struct imap {
	struct imap_talk talk;
	char folder[2 * IMAP_FOLDER_MAX + 1]; /* with its quotes' escapes */
	struct mailbox_position at; /* up to here all were given, or will not be */
	struct imap_numbers found;  /* UIDs above it, when we looked last */
	size_t next, asked;  /* of them: the first that we wait for; what was asked */
	bool settled[AHEAD]; /* of next .. asked, at index % AHEAD */
	uint32_t first_tag;  /* of the command that asks for the first */
	struct imap_numbers missing; /* found, and then not given */
	unsigned failures, changes;
};

/* --- what is new --- */

static enum imap_step examine(struct imap *m, struct fault *f)
{
	struct imap_answer a;
	enum imap_step step = imap_talk_say(&m->talk, f, "EXAMINE \"%s\"", m->folder);

	if (step == IMAP_DONE)
		step = imap_talk_result(&m->talk, &a, f);
	if (step != IMAP_DONE)
		return step;
	if (a.result != IMAP_OK)
		return imap_talk_refused(
			&m->talk, &a, "the folder in mailbox.url cannot be opened", f);
	if (!m->talk.uidvalidity)
		return imap_talk_refused(
			&m->talk, &a, "it has no lasting numbers for letters", f);
	if (m->talk.uidvalidity == m->at.uidvalidity)
		return IMAP_DONE;
	if (m->changes++ == CHANGES)
		return imap_talk_refused(
			&m->talk, &a, "it is another mailbox each time", f);
	m->at = (struct mailbox_position){.uidvalidity = m->talk.uidvalidity};
	m->missing.count = 0;
	return IMAP_DONE;
}

/* UIDs from `first` to `last`; 0: to the end. */
static enum imap_step search(struct imap *m, uint32_t first, uint32_t last,
	struct imap_numbers *out, struct fault *f)
{
	struct imap_answer a;
	enum imap_step step;

	out->count = 0;
	m->talk.answers.found = out;
	m->talk.answers.most_found = MAILBOX_LETTERS_MAX;
	step = last ? imap_talk_say(&m->talk, f, "UID SEARCH UID %u:%u", first, last)
		    : imap_talk_say(&m->talk, f, "UID SEARCH UID %u:*", first);
	if (step == IMAP_DONE)
		step = imap_talk_result(&m->talk, &a, f);
	m->talk.answers.found = NULL;
	if (step == IMAP_DONE && a.result != IMAP_OK)
		return imap_talk_refused(&m->talk, &a, "it does not look for letters", f);
	imap_numbers_sort(out);
	return step;
}

static enum imap_step look_for_new(struct imap *m, struct fault *f)
{
	struct imap_numbers *n = &m->found;
	enum imap_step step = IMAP_DONE;
	size_t old = 0;

	m->next = m->asked = n->count = 0;
	if (m->at.uid < UINT32_MAX)
		step = search(m, m->at.uid + 1, 0, n, f);
	/* "5:*" of a mailbox that ends with 3 is 3 */
	while (old < n->count && n->list[old] <= m->at.uid)
		old++;
	n->count -= old;
	if (n->count)
		memmove(n->list, n->list + old, n->count * sizeof(*n->list));
	m->first_tag = m->talk.tag + 1;
	return step;
}

static enum imap_step start(struct imap *m, struct fault *f)
{
	enum imap_step step = imap_talk_connect(&m->talk, f);

	if (step == IMAP_DONE)
		step = examine(m, f);
	return step == IMAP_DONE ? look_for_new(m, f) : step;
}

/* --- letters --- */

static enum imap_step ask_ahead(struct imap *m, struct fault *f)
{
	enum imap_step step = IMAP_DONE;

	while (step == IMAP_DONE && m->asked < m->found.count &&
		m->asked < m->next + AHEAD) {
		m->settled[m->asked % AHEAD] = false;
		step = imap_talk_say(&m->talk, f, "UID FETCH %u (UID BODY.PEEK[]<0.%zu>)",
			m->found.list[m->asked++], MAILBOX_LETTER_MAX + 1);
	}
	return step;
}

/* A server may answer in another order than it was asked. */
static void settle(struct imap *m, size_t which)
{
	m->settled[which % AHEAD] = true;
	while (m->next < m->asked && m->settled[m->next % AHEAD]) {
		m->at.uid = m->found.list[m->next++];
		m->failures = 0;
	}
}

static bool waits_for(const struct imap *m, size_t which)
{
	return which >= m->next && which < m->asked && !m->settled[which % AHEAD];
}

/* A letter that we wait for? One without a number can only be the first. */
static bool take_letter(struct imap *m, const struct imap_answer *a)
{
	size_t i = m->next;

	while (a->uid && i < m->asked && m->found.list[i] != a->uid)
		i++;
	if (!waits_for(m, i) || (a->broken && i != m->next))
		return false;
	if (a->broken) /* it has no end: another connection for the others */
		imap_talk_end(&m->talk);
	settle(m, i);
	return true;
}

/* The end of a FETCH. What was not given by now will not be. */
static bool take_result(struct imap *m, const struct imap_answer *a)
{
	size_t i = a->tag - m->first_tag;

	if (a->tag < m->first_tag || i >= m->asked)
		return false;
	if (waits_for(m, i)) {
		imap_numbers_add(&m->missing, m->found.list[i]);
		settle(m, i);
	}
	return true;
}

/* The next letter: `*ret_given`; or that there are none any more. */
static enum imap_step fetch(
	struct imap *m, bool *ret_given, bool *ret_cut, struct fault *f)
{
	struct imap_answer a;
	enum imap_step step = IMAP_DONE;

	while (!*ret_given && m->next < m->found.count) {
		step = ask_ahead(m, f);
		if (step == IMAP_DONE)
			step = imap_talk_hear(&m->talk, &a, f);
		if (step != IMAP_DONE)
			return step;
		*ret_given = a.kind == IMAP_LETTER && take_letter(m, &a);
		*ret_cut = a.cut;
		if (!*ret_given && (a.kind == IMAP_LETTER || !take_result(m, &a)))
			return imap_talk_refused(
				&m->talk, &a, "it answers what was not asked", f);
	}
	return step;
}

static void told_position(struct imap *m, struct mailbox_position *ret)
{
	*ret = m->at;
	imap_numbers_sort(&m->missing);
	if (m->missing.count && m->missing.list[0] <= ret->uid)
		ret->uid = m->missing.list[0] - 1;
}

/* Those that are still there now will not be given: that is not the end of them. */
static enum imap_step account(struct imap *m, struct fault *f)
{
	struct imap_numbers there = {0};
	enum imap_step step;
	size_t withheld = 0, j = 0;
	struct imap_answer none = {.later = true};

	if (!m->missing.count)
		return IMAP_DONE;
	imap_numbers_sort(&m->missing);
	step = search(
		m, m->missing.list[0], m->missing.list[m->missing.count - 1], &there, f);
	for (size_t i = 0; i < m->missing.count; i++) {
		while (j < there.count && there.list[j] < m->missing.list[i])
			j++;
		withheld += j < there.count && there.list[j] == m->missing.list[i];
	}
	imap_numbers_done(&there);
	if (step != IMAP_DONE || !withheld)
		return step;
	return imap_talk_refused(&m->talk, &none,
		"it does not give some of its letters; the next run asks again", f);
}

/* --- one after another --- */

/* After a loss: a pause, or the end. */
static int try_again(struct imap *m, struct fault *f)
{
	int64_t ms = BACK_OFF_MS << m->failures;
	const struct timespec nap = {ms / 1000, ms % 1000 * 1000000};

	imap_talk_end(&m->talk);
	m->failures += m->talk.silent ? 2 : 1;
	if (m->failures >= FAILURES) {
		*f = m->talk.why;
		return -1;
	}
	if (nanosleep(&nap, NULL) && clock_interrupted())
		return fault_set(f, FAULT_INTERRUPTED, "interrupted");
	return 0;
}

static int connected(struct imap *m, struct fault *f)
{
	while (!m->talk.connected) {
		enum imap_step step = start(m, f);

		if (step == IMAP_FAILED || (step == IMAP_LOST && try_again(m, f)))
			return -1;
	}
	return 0;
}

int imap_next(struct imap *m, struct text *out, bool *ret_cut,
	struct mailbox_position *ret_at, struct fault *f)
{
	m->talk.answers.letter = out;
	m->talk.answers.most = MAILBOX_LETTER_MAX;
	for (;;) {
		bool given = false;
		enum imap_step step;

		if (connected(m, f))
			return -1;
		step = fetch(m, &given, ret_cut, f);
		if (step == IMAP_DONE && !given)
			step = account(m, f);
		if (step == IMAP_FAILED || (step == IMAP_LOST && try_again(m, f)))
			return -1;
		if (step != IMAP_DONE)
			continue;
		if (given)
			told_position(m, ret_at);
		return given;
	}
}

/* --- opening and closing --- */

static void quote_folder(const char *folder, char *out)
{
	for (; *folder; *out++ = *folder++)
		if (*folder == '"' || *folder == '\\')
			*out++ = '\\';
	*out = '\0';
}

int imap_open(const struct mailbox_settings *s, const struct mailbox_position *after,
	struct imap **ret, struct fault *f)
{
	auto_imap *m = text_alloc(sizeof(*m));
	struct dial_settings *place = &m->talk.place;
	struct imap_url url;

	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	if (imap_url_parse(s->url, &url, f))
		return -1;
	quote_folder(url.folder, m->folder);
	m->at = *after;
	m->talk.timeout = s->timeout ? s->timeout : TIMEOUT_MS;
	*place = (struct dial_settings){.name = "mailbox",
		.scheme = "imap",
		.server = url.server,
		.user = s->user,
		.password = s->password,
		.token_file = s->token_file,
		.ca_file = s->ca_file,
		.timeout = m->talk.timeout < CONNECT_MS ? m->talk.timeout : CONNECT_MS};
	if (!s->user)
		return fault_set(f, FAULT_CONFIG, "mailbox.user is not set");
	if (connected(m, f))
		return -1;
	*ret = m;
	m = NULL;
	return 0;
}

void imap_close(struct imap *m)
{
	if (!m)
		return;
	imap_talk_end(&m->talk);
	imap_numbers_done(&m->found);
	imap_numbers_done(&m->missing);
	free(m);
	curl_global_cleanup();
}

void imap_closep(struct imap **m)
{
	imap_close(*m);
	*m = NULL;
}
