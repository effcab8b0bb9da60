/* SPDX-License-Identifier: MIT */
/*
 * vetting: the two ladders, held side by side, so a person has a set: force vetting (RV, MV,
 * NPPV 1, 2 abbreviated, 2 full, 3) and national security vetting (CTC, SC, eSC, DV). College
 * of Policing, APP Vetting.
 */
#ifndef RECIPIENTS_VETTING_H
#define RECIPIENTS_VETTING_H

#include <stdbool.h>
#include <stdint.h>

/* The set as bits; 0 if no level was recognised. "MV, SC", "Management Vetting/Security Check",
 * "NPPV Level 2". */
uint32_t vetting_parse(const char *text);
/* One set holds the other: a leak often shows one level of two. */
bool vetting_equal(uint32_t a, uint32_t b);

#endif
