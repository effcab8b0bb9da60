/* SPDX-License-Identifier: MIT */
/*
 * language: in which language somebody is written to, out of what a list says of them.
 */
#ifndef RECIPIENTS_LANGUAGE_H
#define RECIPIENTS_LANGUAGE_H

#include <stdbool.h>

#define LANGUAGE_CODE 4

/*
 * The code (ISO 639-1) of "pl", "pl-PL", "PL (spoken)", "Polish"; "??" for a language whose name is not known here. False:
 * English, or nothing is said.
 */
bool language_foreign(const char *text, char ret_code[LANGUAGE_CODE]);

#endif
