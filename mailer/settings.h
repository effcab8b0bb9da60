/* SPDX-License-Identifier: MIT */
/*
 * settings: incident.json. What happened, whose data, how mail leaves, and in which mode.
 *
 * Everything is checked when it is loaded; an unknown or repeated key is a fault (FAULT_CONFIG) with its path.
 * Strings belong to the settings.
 */
#ifndef MAILER_SETTINGS_H
#define MAILER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "mailer/settings_mailbox.h"
#include "mailer/wire/address.h"
#include "mailer/wire/relay.h"
#include "recipients/fault.h"

#define SETTINGS_DAY 40
#define SETTINGS_RELAYS 64

struct settings_relay {
	char name[32];		 /* "relay", "relays[1]": as in faults */
	const char *url;	 /* as written */
	const char *capture_dir; /* of "capture:DIR", relative to the incident's folder; NULL: SMTP */
	char *from_name;	 /* display name of From, or NULL */
	struct address from;
	struct address reply_to;      /* of From, unless given */
	const char *envelope_from;    /* as written; may hold "{token}" */
	const char *user; /* NULL: no AUTH */
	/* Files: absolute, or in the incident's folder; NULL if not set. */
	char *password_file;
	char *token_file; /* instead of a password: an OAuth 2 access token (XOAUTH2) */
	char *ca_file;
	char *cert_file, *key_file; /* our own certificate; both, or neither */
	unsigned connections;
	unsigned per_connection; /* mails after which one is ended and another made; 0: no limit */
	enum relay_pipelining pipelining;
	int64_t per_minute, per_day;  /* 0: no limit */
	int64_t timeout; /* the longest wait for an answer, ms; 0: those of relay.h */
	int64_t retry_for;	      /* ms after which a mail that is put off is given up (retry.h); 0: never */
	int64_t hold_for;	      /* ms for which it holds up the lower levels; 0: not at all */
	size_t stop_count;	      /* equal refusals in a row that stop a run */
	double stop_share;	      /* share of refusals of a hundred mails that stops it (brake.h) */
};

/* How much a recipient domain gets at a time, from all relays together (domain.h). */
struct settings_domain {
	struct address name;  /* its `domain`; each_domain has none */
	unsigned connections; /* mails on the wire at the same time; 0: no limit */
	int64_t per_minute;   /* 0: no limit */
};

struct settings {
	const char *dir; /* the incident's folder, as given */
	json_t *json;
	const char *id, *title;
	bool live;
	int64_t aware_at;
	int64_t clock_hours; /* 72 */
	const char *timezone;
	int sending_from, sending_to; /* minutes after midnight, local; -1: any time */
	unsigned sending_days;	      /* bit 0 is Monday, local; 0: any day */
	struct address notify;	      /* who hears that something needs a human; "" nobody */
	struct address *allowed_domains; /* their `domain`, in normal form; none: no limit */
	size_t allowed_domains_count;
	char *head_file; /* gets a line for each entry of the ledger's history; NULL: none */
	struct settings_relay relay;
	/* Further ones of `relays`, used at the same time. What says who writes, and when to give up, is the first one's. */
	struct settings_relay *more;
	size_t more_count;
	struct settings_domain each_domain; /* every one but the named */
	struct settings_domain *domains;    /* the named */
	size_t domains_count;
	struct settings_mailbox mailbox;
};

/* DIR/incident.json. `dir` is kept, not copied. Sets the process's zone (TZ) to the incident's. */
int settings_load(const char *dir, struct settings **ret, struct fault *f);
void settings_free(struct settings *s);
void settings_freep(struct settings **s);
#define auto_settings __attribute__((cleanup(settings_freep))) struct settings

#define SETTINGS_CONTROLLERS 17 /* names of the controller */
/* The day from which on it happened, YYYY-MM-DD; false if the file does not say. */
#define SETTINGS_ISO_DAY 11
bool settings_leak_day(const struct settings *s, char out[SETTINGS_ISO_DAY]);
const char *settings_mode(const struct settings *s); /* "rehearsal" or "live" */

/* The kinds of incident, as the file has them, NULL behind the last; and one in words: "Disclosure of data". */
extern const char *const settings_kinds[];
const char *settings_kind_words(const char *kind);

/* "26 August 2023", in the incident's zone. */
const char *settings_day(int64_t ms, char out[SETTINGS_DAY]);
/* Minutes after local midnight; the day of the week, 0 is Monday. */
int settings_minute(int64_t ms);
int settings_weekday(int64_t ms);

/* May mail go to this domain (lower case)? Limits the work address only. */
bool settings_allows(const struct settings *s, const char *domain);

/*
 * Is this address on a channel that the incident has closed? Of `closed_channels`, "someone@force.example",
 * "force.example" (with all below it), "email" and "work email" speak of addresses; anything else is only for readers.
 */
bool settings_closes(const struct settings *s, const char *address, bool work);

/* FAULT_TEMPORARY outside the sending hours and days: now, or at a time (ms since 1970). */
int settings_within_hours(const struct settings *s, struct fault *f);
int settings_hours_at(const struct settings *s, int64_t ms, struct fault *f);

/* All relays: how many, and each by its place from 0. */
size_t settings_relays(const struct settings *s);
const struct settings_relay *settings_relay(const struct settings *s, size_t place);

/* Parts of settings_load and settings_free (settings_relay.c): relay, more and domains. FAULT_CONFIG. */
struct config;
int settings_relay_read(const struct config *root, struct settings *s, struct fault *f);
void settings_relay_done(struct settings *s);

/* The first line of a relay's password file, NULL if there is none. The caller wipes and frees it. */
int settings_password(const struct settings_relay *r, char **ret, struct fault *f);

#endif
