/* SPDX-License-Identifier: MIT */
/*
 * page: HTML out of the templates under page/ and report/. They fill the blocks of page/layout.html: `title`, `service`,
 * `account`, `nav`, `main`, `foot`.
 *
 * Two uses of one layout, both with the style sheet inside. A page that is served has its content security policy in a header;
 * a report is one file that stands alone, with its policy in it. Either allows that sheet, by its digest, and nothing else: no
 * script, no picture, no request; a page that is served may hand a form to where it came from.
 *
 * Values are escaped by the template, where it says {{x}}; charts are HTML already (chart.h): {{{x}}}. What the layout itself
 * takes out of the data: `rehearsal` (true: it says so).
 */
#ifndef MAILER_PAGE_H
#define MAILER_PAGE_H

#include <stdbool.h>

#include <jansson.h>

#include "recipients/fault.h"
#include "recipients/text.h"

#define PAGE_LIMIT ((size_t)16 * 1024 * 1024) /* bytes */

/*
 * Renders the text NAME ("report/summary.html") with an object; adds `alone`, `style` and `policy` to it. Only shipped
 * texts: what a page shows, and to whom, is not for an incident's folder to change. A name that the data does not have is a
 * fault.
 */
int page_render(const char *name, json_t *data, bool alone, struct text *out, struct fault *f);

/* The content security policy of a page that stands alone, or is served. */
void page_policy(bool alone, struct text *out);

#endif
