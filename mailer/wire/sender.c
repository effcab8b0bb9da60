/* SPDX-License-Identifier: MIT */
/*
 * Senders. What they write is bounce.c's and automatic.c's to understand. What can go
 * wrong: a person whose name or office sounds like a machine's: so a name that is no
 * address counts only where nothing is answered.
 */
#include "mailer/wire/sender.h"

#include "mailer/wire/header.h"

static bool has_any(struct span s, const char *const words[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_has(s, words[i]))
			return true;
	return false;
}

static bool is_mail_system(struct span from)
{
	static const char *const names[] = {"mailer-daemon", "postmaster",
		"mail delivery s", "mail delivery system", "mail delivery subsystem",
		"mail administrator", "mail system", "mailerdaemon", "maildaemon",
		"mail-daemon", "system administrator", "internet mail delivery", "mmdf",
		"mailer daemon", "delivery subsystem", "delivery service", "mail_service",
		"mailserver", "mail server", "administrator", "mail router", "ndr ",
		"microsoftexchange", "virusalert", "amavis", "mailscanner",
		"content filter", "mail gateway", "email gateway", "spam firewall"};

	return has_any(from, names, sizeof(names) / sizeof(*names));
}

/* An address of a mailing list, a task, an answering machine. */
static bool is_robot(struct span address)
{
	static const char *const within[] = {"-bounces@", "-bounces+", "-request@",
		"auto-reply@", "autoreply@", "autoresponder@"};
	static const char *const starts[] = {
		"root@", "daemon@", "listserv@", "majordomo@", "owner-"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (span_starts(address, starts[i]))
			return true;
	return has_any(address, within, sizeof(within) / sizeof(*within));
}

/* "Do not answer here": automatic answers and bulk mail; but a form that a person has
 * filled in comes from there, too. */
static bool is_no_reply(struct span address)
{
	static const char *const within[] = {"no-reply", "noreply", "no_reply",
		"donotreply", "do-not-reply", "do_not_reply"};

	return has_any(address, within, sizeof(within) / sizeof(*within));
}

static bool is_bulk_or_answer(const struct header *head)
{
	struct span value = header_field_value(head, "precedence");

	return span_is(value, "bulk") || span_is(value, "junk") ||
	       header_field(head, "in-reply-to", &value) ||
	       header_field(head, "references", &value);
}

/* RFC 3834 section 5: whatever it says but "no". */
static bool is_made(const struct header *head)
{
	struct span value;

	return header_field(head, "auto-submitted", &value) && !span_starts(value, "no");
}

static bool is_from_list(const struct header *head)
{
	static const char *const fields[] = {"list-id", "list-post", "list-unsubscribe",
		"list-subscribe", "mailing-list", "x-beenthere", "x-mlserver"};
	struct span value;

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (header_field(head, fields[i], &value))
			return true;
	return false;
}

static bool is_reply(struct span subject)
{
	return span_starts(subject, "re:") || span_starts(subject, "fw:") ||
	       span_starts(subject, "fwd:") || span_starts(subject, "aw:") ||
	       span_starts(subject, "re :");
}

struct sender sender_read(
	const struct header *head, const char *address, struct span subject)
{
	struct span path = header_field_value(head, "return-path");
	struct span from = header_field_value(head, "from");
	struct sender s = {.replies = is_reply(subject), .list = is_from_list(head)};

	/* "Ann Lee (mail administrator)" may answer */
	s.named = is_mail_system(s.replies && *address ? span_of(address) : from);
	s.machine = s.named || span_is(path, "<>") ||
		    span_starts(path, "<mailer-daemon") ||
		    span_starts(path, "<postmaster") || !span_trim(from).length ||
		    span_is(from, "<>");
	s.unattended =
		is_robot(span_of(address)) || is_made(head) ||
		(is_no_reply(span_of(address)) && (s.list || is_bulk_or_answer(head)));
	return s;
}
