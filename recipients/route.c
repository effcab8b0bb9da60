/* SPDX-License-Identifier: MIT */
/*
 * The choice of an address. Its syntax and the force's domains are asked of the caller;
 * risk is policy.c's.
 */
#include "recipients/route.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recipients/circumstance.h"
#include "recipients/clock.h"
#include "recipients/text.h"

struct holder {
	uint64_t address; /* hash: two addresses with one hash would cost a task, nothing
			     else */
	uint32_t person;
};

struct route_book {
	struct holder *holders; /* by address, then person */
	size_t count;
};

static uint64_t hash_address(const char *address)
{
	uint64_t hash = 0xcbf29ce484222325ULL; /* FNV-1a, case-blind */

	for (; *address; address++)
		hash = (hash ^ (unsigned char)tolower((unsigned char)*address)) *
		       0x100000001b3ULL;
	return hash;
}

static int compare(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->person < y->person ? -1 : x->person > y->person;
}

struct route_book *route_book_new(const struct roster *people)
{
	static const char *const fields[] = {"email", "email_personal", "contact"};
	struct route_book *b = text_alloc(sizeof(*b));

	b->holders = text_alloc(people->count * 3 * sizeof(*b->holders));
	for (size_t i = 0; i < people->count; i++)
		for (size_t k = 0; k < 3; k++) {
			const char *value = roster_value(&people->rows[i], fields[k]);

			if (value)
				b->holders[b->count++] = (struct holder){
					hash_address(value), people->rows[i].person};
		}
	if (b->count)
		qsort(b->holders, b->count, sizeof(*b->holders), compare);
	return b;
}

void route_book_free(struct route_book *b)
{
	if (!b)
		return;
	free(b->holders);
	free(b);
}

static bool is_shared(const struct route_book *b, const char *address)
{
	uint64_t hash = hash_address(address);
	size_t low = 0, high = b->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (b->holders[middle].address < hash)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low + 1; i < b->count && b->holders[i].address == hash; i++)
		if (b->holders[i].person != b->holders[low].person)
			return true;
	return false;
}

/* "custody.desk", "office2": no part of it is anybody's name. */
static bool is_role(const char *address)
{
	static const char *const roles[] = {"admin", "control", "custody", "desk", "duty",
		"enquiries", "enquiry", "front", "frontdesk", "helpdesk", "hr", "info",
		"inbox", "mail", "mailbox", "no", "noreply", "office", "officer",
		"payroll", "post", "postmaster", "press", "reception", "reply", "room",
		"secretary", "shared", "shift", "staff", "station", "support", "team",
		"unit", NULL};
	size_t parts = 0;

	while (*address && *address != '@') {
		size_t length = strcspn(address, ".-_+@0123456789");
		bool known = !length;

		for (const char *const *r = roles; !known && *r; r++)
			known = strlen(*r) == length && !strncasecmp(address, *r, length);
		if (!known)
			return false;
		parts += length != 0;
		address += length + (address[length] && address[length] != '@');
	}
	return parts > 0;
}

/* Tries one address; the first reason that was met is kept. */
static bool try_address(const struct route_book *b, const struct route_person *p,
	const char *address, bool work, struct route_address *ret)
{
	const char *reason;

	if (!address)
		return false;
	reason = is_shared(b, address)      ? "address-shared"
		 : work && is_role(address) ? "address-role"
		 : p->refuses               ? p->refuses(p->user, address, work)
					    : NULL;
	if (!reason) {
		*ret = (struct route_address){address, NULL};
		return true;
	}
	if (!ret->reason)
		ret->reason = reason;
	return false;
}

/* Why no mail at all, wherever it went. */
static const char *no_mail(const struct route_person *p)
{
	const char *apart = circumstance_apart(p->entry, clock_now()),
		   *contact = roster_value(p->entry, "contact");

	if (apart)
		return apart;
	if (contact && !strchr(contact, '@'))
		return "contact-stated";
	if (circumstance_need(p->entry) != CIRCUMSTANCE_NONE)
		return "needs";
	return p->has_text ? NULL : "language";
}

void route_find(const struct route_book *b, const struct route_person *p,
	struct route_address *ret)
{
	const char *contact = roster_value(p->entry, "contact");
	bool is_away = circumstance_away(p->entry);

	*ret = (struct route_address){.reason = no_mail(p)};
	if (ret->reason)
		return;
	if (contact) { /* the one safe way: no other is tried behind it */
		(void)try_address(b, p, contact, false, ret);
		return;
	}
	if (!is_away && circumstance_chief(p->entry)) {
		ret->reason = "mailbox-read";
		return;
	}
	if (!is_away && try_address(b, p, roster_value(p->entry, "email"), true, ret))
		return;
	if (try_address(b, p, roster_value(p->entry, "email_personal"), false, ret))
		return;
	if (!ret->reason)
		ret->reason = is_away ? "away" : "no-address";
}

const char *route_reason_text(const char *reason)
{
	static const char *const words[][2] = {
		{"level", "so the policy says for their level"},
		{"no-address", "no address is known"},
		{"address-shared", "the address is shared with others on the list"},
		{"address-role", "the address is that of an office, which others read"},
		{"channel-closed",
			"the address is on a channel that is closed in this incident"},
		{"mailbox-read", "a chief officer: others read the mailbox"},
		{"needs", "they need another form than mail"},
		{"language", "there is no text in their language"},
		{"under-18", "under 18: through the parent or guardian"},
		{"guardian-is-party",
			"under 18, and the guardian has a part in the same case"},
		{"address-unusable", "the address is not one that mail can be sent to"},
		{"outside-domains", "the work address is outside the allowed domains"},
		{"deceased", "they have died: next of kin, by visit"},
		{"away",
			"suspended, on a career break or gone, and no personal address is known"},
		{"contact-stated", "they stated another safe way to be reached"},
		{"opposed-household",
			"somebody at their address, mailbox or phone must not know: meet them elsewhere, leave nothing in writing and no message"},
		{"several-parts",
			"more than one record names them: say only what this sheet says"},
		{"address-unsafe", "a person decided: their addresses are not safe"},
		{"shielded", "a liaison shields them, and tells them"},
		{"deferred", "the relay put their mail off for too long"},
		{"silence",
			"no proof has come that they know, though they were written to"},
		{"bounced", "their mail came back or was refused"},
		{"what-changed",
			"they were told in person, and something has changed since"},
		{"correction", "they were told, and are not concerned after all"},
		{"new-address",
			"somebody gave another address for them: see first who it is"},
		{"decided", "a person decided so"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i][0], reason))
			return words[i][1];
	return reason;
}
