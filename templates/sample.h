/* SPDX-License-Identifier: MIT */
/*
 * sample: a text tried with made-up facts, before there is an incident.
 *
 * The facts (lint/sample.json) are of each kind: everything known and exposed, nothing known; certain and not. Every name
 * that a template may use is in them (notice.h in the floor below says where each comes from).
 */
#ifndef TEMPLATES_SAMPLE_H
#define TEMPLATES_SAMPLE_H

#include "templates/lint.h"
#include "templates/texts.h"

/*
 * Adds the findings (lint.h) of one text, and of the texts of its own folder that it includes. A notice has to have all
 * blocks; that is any text in a folder notice/, with a subject line, or with one of the blocks. One in report/ is nobody's
 * letter: only whether it can be read is looked at. `file` is what findings
 * call it.
 */
void sample_lint(struct lint_report *r, const char *file, const char *source, size_t length, struct texts *texts);

#endif
