/* SPDX-License-Identifier: MIT */
/*
 * federation_page: what federation.h gathers, as people read it: a page, a text, a table. Pure functions of the view, so that
 * whoever holds a view and no key (the page for representatives) shows the same words, pictures and numbers.
 */
#ifndef MAILER_FEDERATION_PAGE_H
#define MAILER_FEDERATION_PAGE_H

#include <stdio.h>

#include <jansson.h>

#include "recipients/fault.h"

/*
 * What a template shows, the caller's: numbers and times as words (in the process's time zone), charts as HTML.
 *
 *	title, stage_words, written, draft, rehearsal, scope
 *	incident	{id, title, kind, law, nature, occurred, controller, dpo {name, email, phone}, exposed [], not_exposed [],
 *			 consequences [], measures [], next_update, help {line, hours, welfare}, verify {where, hours}}; false
 *			where nothing is known
 *	clock		{aware, hours, of, over, regulator}
 *	texts		[{id, label, what, subject, blocks, text, sha256, html_sha256, proof, proof_words}]: blocks is HTML, with
 *			headings from h4 on
 *	proof		{texts_sha256, words [], releases [{digest, at, words}]}
 *	figures		{now [{name, count, hidden, words}], at, words [], bars, lines}: bars and lines are HTML; lines is false where
 *			there is nothing over time
 */
json_t *federation_page(const json_t *view);

/* One file that stands alone; plain text; `part,name,at,value` with a line for each fact (RFC 4180). */
int federation_write_html(FILE *out, const json_t *view, struct fault *f);
void federation_write_text(FILE *out, const json_t *view);
void federation_write_csv(FILE *out, const json_t *view);

#endif
