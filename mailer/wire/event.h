/* SPDX-License-Identifier: MIT */
/*
 * event: delivery events that a sending service mails as JSON.
 *
 * Amazon SES tells of bounces, complaints and deliveries by a subscription that may be a
 * mailbox; mails wrap and cut the JSON, so it is read by names of members, not as a whole.
 */
#ifndef MAILER_WIRE_EVENT_H
#define MAILER_WIRE_EVENT_H

#include "mailer/wire/letter.h"
#include "mailer/wire/span.h"

/* Adds the recipients of such an event. False if the text is none. */
bool event_read(struct span text, struct letter *l);

#endif
