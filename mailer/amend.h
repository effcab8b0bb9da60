/* SPDX-License-Identifier: MIT */
/*
 * amend: changes of policy.json and incident.json that somebody decided in words. A policy is read, changed, checked like any
 * other, and only then written: a change that would make it wrong is a fault, and nothing is written.
 */
#ifndef MAILER_AMEND_H
#define MAILER_AMEND_H

#include <jansson.h>

#include "recipients/fault.h"

/* These units (a list of strings) are ordinary: known_units. */
int amend_known_units(const char *path, json_t *units, struct fault *f);
/* Whoever is in one of these units is of that level, by a rule of its own. FAULT_CONFIG: there is no such level, or it is the
 * default, which has no rules. */
int amend_level_units(const char *path, const char *level, json_t *units, struct fault *f);
/* incident.json: mail to work addresses goes to these domains only. */
int amend_allowed_domains(const char *path, json_t *domains, struct fault *f);

#endif
