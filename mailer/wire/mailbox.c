/* SPDX-License-Identifier: MIT */
/*
 * One face for all kinds of mailboxes. Their own ways: imap.c, maildir.c, mbox.c. It
 * holds one letter and nothing else.
 */
#include "mailer/wire/mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mailer/wire/imap.h"
#include "mailer/wire/imap_url.h"
#include "mailer/wire/maildir.h"
#include "mailer/wire/mbox.h"
#include "recipients/clock.h"
#include "recipients/text.h"

#define KEPT_ROOM ((size_t)1 << 20) /* a larger letter gives its memory back */

struct mailbox {
	struct imap *imap;
	struct maildir *files; /* where the next file comes from */
	struct mbox *file;     /* the one in hand */
	enum mbox_form form;   /* of these files */
	enum fault_kind
		not_there; /* what a place of ours that cannot be read is called */
	struct text letter;
};

/* --- opening --- */

static int open_file(
	struct mailbox *m, const char *path, enum mbox_form form, struct fault *f)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return fault_set(f, FAULT_INPUT, "%s: %s", path, strerror(errno));
	return mbox_open(fd, path, form, &m->file, f);
}

static int open_folder(struct mailbox *m, const char *path, struct fault *f)
{
	m->form = maildir_is(path) ? MBOX_ONE : MBOX_TOLD_BY_START;
	return maildir_open(path, MAILBOX_LETTERS_MAX, &m->files, f);
}

static int open_path(struct mailbox *m, const char *path, struct fault *f)
{
	struct stat st;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return open_folder(m, path, f);
	return open_file(m, path, MBOX_TOLD_BY_START, f);
}

static int open_maildir(struct mailbox *m, const char *path, struct fault *f)
{
	struct stat st;

	if (!stat(path, &st) && !maildir_is(path))
		return fault_set(f, FAULT_INPUT,
			"%s: is no Maildir (it has no folders new and cur)", path);
	return open_folder(m, path, f);
}

static int open_place(struct mailbox *m, const char *url, struct fault *f)
{
	m->not_there = FAULT_UNAVAILABLE;
	if (!strncmp(url, "maildir:", 8))
		return open_maildir(m, url + 8, f);
	if (!strncmp(url, "mbox:", 5))
		return open_file(m, url + 5, MBOX_SEVERAL, f);
	m->not_there = FAULT_INPUT;
	return open_path(m, url, f);
}

/* A mailbox that cannot be read is not there; a file that the user names is bad input. */
static int told(const struct mailbox *m, int got, struct fault *f)
{
	if (got < 0 && f->kind == FAULT_INPUT)
		f->kind = m->not_there;
	return got;
}

int mailbox_open(const struct mailbox_settings *s, const struct mailbox_position *after,
	struct mailbox **ret, struct fault *f)
{
	auto_mailbox *m = text_alloc(sizeof(*m));

	if (imap_url_is(s->url) ? imap_open(s, after, &m->imap, f)
				: told(m, open_place(m, s->url, f), f))
		return -1;
	*ret = m;
	m = NULL;
	return 0;
}

/* --- letters --- */

static int next_file(struct mailbox *m, struct fault *f)
{
	int fd, got;

	mbox_closep(&m->file);
	if (!m->files)
		return 0;
	got = maildir_next(m->files, &fd, f);
	if (got <= 0)
		return got;
	return mbox_open(fd, "a letter", m->form, &m->file, f) ? -1 : 1;
}

static int next_letter(struct mailbox *m, bool *ret_cut, struct fault *f)
{
	int got = 1;

	if (!m->file)
		got = next_file(m, f);
	while (got > 0) {
		got = mbox_next(m->file, MAILBOX_LETTER_MAX, &m->letter, ret_cut, f);
		if (got)
			return got;
		got = next_file(m, f);
	}
	return got;
}

int mailbox_next(struct mailbox *m, struct mailbox_letter *ret, struct fault *f)
{
	int got;

	*ret = (struct mailbox_letter){0};
	if (m->letter.room > KEPT_ROOM)
		text_done(&m->letter);
	if (clock_interrupted())
		return fault_set(f, FAULT_INTERRUPTED, "interrupted");
	if (m->imap)
		got = imap_next(m->imap, &m->letter, &ret->cut, &ret->at, f);
	else
		got = told(m, next_letter(m, &ret->cut, f), f);
	ret->bytes = text_string(&m->letter);
	ret->length = m->letter.length;
	return got;
}

void mailbox_close(struct mailbox *m)
{
	if (!m)
		return;
	imap_close(m->imap);
	maildir_close(m->files);
	mbox_close(m->file);
	text_done(&m->letter);
	free(m);
}

void mailbox_closep(struct mailbox **m)
{
	mailbox_close(*m);
	*m = NULL;
}
