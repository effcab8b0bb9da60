/* SPDX-License-Identifier: MIT */
/*
 * Judges refusals, and keeps the request to stop. Stopping itself (no new mails, those on
 * the wire are finished) is send.c's. What can go wrong: a request that nobody took away
 * must not stop the next run, so it names the run that it is for.
 */
#include "mailer/brake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "recipients/lock.h"
#include "recipients/text.h"

/* Equal: the same code and the same enhanced code; 5.1.1 and 5.7.1 are two causes. */
static bool is_same(const struct brake *b, const struct relay_verdict *v)
{
	return b->in_row && b->code == v->code && !strcmp(b->enhanced, v->enhanced);
}

static bool share_is_over(struct brake *b)
{
	bool over = b->bad && (double)b->bad >= b->stop_share * BRAKE_SHARE_OF;

	if (b->judged < BRAKE_SHARE_OF)
		return false;
	b->judged = b->bad = 0;
	return over;
}

bool brake_feel(struct brake *b, const struct relay_verdict *v)
{
	bool refused = v->kind == RELAY_REFUSED, doubtful = v->kind == RELAY_IN_DOUBT;

	if (v->session || (!refused && !doubtful && v->kind != RELAY_ACCEPTED))
		return false; /* speaks of nobody, or not for good */
	b->judged++;
	b->all_judged++;
	b->bad += refused || doubtful;
	b->all_refused += refused;
	b->all_doubtful += doubtful;
	if (!refused) {
		b->in_row = doubtful ? b->in_row : 0;
		return share_is_over(b);
	}
	b->in_row = is_same(b, v) ? b->in_row + 1 : 1;
	b->code = v->code;
	(void)snprintf(b->enhanced, sizeof(b->enhanced), "%s", v->enhanced);
	b->row = b->in_row >= b->stop_count;
	return b->row || share_is_over(b);
}

int brake_fault(const struct brake *b, struct fault *f)
{
	static const char advice[] =
		"See breachmail report --kind people; mend the cause, then run approve --withdraw,"
		" approve --release and send: the refused are tried again. If so many addresses are"
		" really gone, raise relay.stop_after and run send again";

	if (!b->row && b->all_doubtful > b->all_refused)
		return fault_set(f, FAULT_UNAVAILABLE,
			"stopped: of %zu mails %zu were handed over whole and never answered, so they are in"
			" doubt. Something breaks connections off behind the mail: ask the relay's"
			" administrator what its log says, settle these (status lists their numbers, send"
			" --resolve NUMBER says how), and run send again when the cause is mended",
			b->all_judged, b->all_doubtful);
	if (!b->code)
		return fault_set(f, FAULT_UNAVAILABLE,
			"stopped: the relay takes no mail as large as these. %s", advice);
	if (b->row)
		return fault_set(f, FAULT_UNAVAILABLE,
			"stopped: the relay refused %zu mails in a row alike, with code %d%s%s. %s",
			b->in_row, b->code, *b->enhanced ? " " : "", b->enhanced, advice);
	return fault_set(f, FAULT_UNAVAILABLE,
		"stopped: the relay refused %zu of %zu mails, the last with code %d%s%s. %s",
		b->all_refused, b->all_judged, b->code, *b->enhanced ? " " : "",
		b->enhanced, advice);
}

static char *path_of(const char *dir)
{
	return text_format("%s/send.stop", dir);
}

int brake_request(const char *dir, struct fault *f)
{
	auto_text path = path_of(dir);
	char holder[LOCK_HOLDER];
	bool written;
	int fd;

	if (!lock_holder(dir, holder))
		return 0; /* it has just ended */
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
	written = write(fd, holder, strlen(holder)) == (ssize_t)strlen(holder);
	(void)close(fd);
	return written ? 0
		       : fault_set(f, FAULT_CANTCREATE, "%s: cannot be written", path);
}

bool brake_requested(const char *dir)
{
	auto_text path = path_of(dir);
	char holder[LOCK_HOLDER], wanted[LOCK_HOLDER];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, wanted, sizeof(wanted) - 1);
	(void)close(fd);
	wanted[got > 0 ? got : 0] = '\0';
	return lock_holder(dir, holder) && !strcmp(holder, wanted);
}

void brake_forget(const char *dir)
{
	auto_text path = path_of(dir);

	(void)unlink(path);
}
