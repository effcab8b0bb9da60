/* SPDX-License-Identifier: MIT */
/*
 * domain: how much mail a recipient domain is given at a time, within send's run (`relay.per_domain`).
 *
 * A provider that gets hundreds of mails at once puts them off or takes us for a nuisance, and the staff's own server has
 * other mail, too. So a domain may have a limit of mails at the same time (claimed and not answered), and of mails a
 * minute, evenly. A notice whose domain has its fill is passed over and kept here, and others go first; it goes as soon as
 * its domain may. Nobody is passed over across levels: the barrier waits for those that are kept here.
 */
#ifndef MAILER_DOMAIN_H
#define MAILER_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mailer/queue.h"
#include "mailer/settings.h"

struct domains;
struct domain;

/* NULL: there are no limits. All below take that NULL, and a NULL domain: it has no limit. */
struct domains *domain_new(const struct settings *s);
void domain_free(struct domains *d);

/* That of an address in normal form. */
struct domain *domain_of(struct domains *d, const char *address);

/* May it be given one more now (clock_monotonic)? */
bool domain_may(const struct domain *x, int64_t now);
/* It is given one; what became of it is known. */
void domain_begin(struct domain *x, int64_t now);
void domain_end(struct domain *x);

/* Keeps a notice that its domain may not be given yet. */
void domain_keep(struct domains *d, struct domain *x, struct queue_item *item);
size_t domain_kept(const struct domains *d); /* how many are kept */
/* One of them that may go now, the longest kept of its domain first, and domains in turn; NULL: none. Not kept any more. */
struct queue_item *domain_next(struct domains *d, int64_t now, struct domain **ret);
bool domain_has_next(const struct domains *d, int64_t now);

#endif
