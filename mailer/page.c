/* SPDX-License-Identifier: MIT */
/*
 * Puts data, layout and style sheet together. What the data says is the reports' own; how
 * pages are served, and with which headers, is the server's.
 */
#include "mailer/page.h"

#include <string.h>

#include "recipients/vault.h"
#include "templates/mustache.h"
#include "templates/texts.h"

static const char *page_style(void)
{
	return texts_shipped("page/style.css");
}

/* RFC 4648 section 4. */
static void add_base64(struct text *out, const unsigned char *bytes, size_t length)
{
	static const char signs[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < length; i += 3) {
		unsigned three = (unsigned)bytes[i] << 16;

		if (i + 1 < length)
			three |= (unsigned)bytes[i + 1] << 8;
		if (i + 2 < length)
			three |= bytes[i + 2];
		text_add_char(out, signs[three >> 18]);
		text_add_char(out, signs[three >> 12 & 63]);
		text_add_char(out, i + 1 < length ? signs[three >> 6 & 63] : '=');
		text_add_char(out, i + 2 < length ? signs[three & 63] : '=');
	}
}

void page_policy(bool alone, struct text *out)
{
	unsigned char digest[VAULT_SHA256];

	vault_sha256(page_style(), strlen(page_style()), digest);
	text_clear(out);
	text_add_string(out, "default-src 'none'; style-src 'sha256-");
	add_base64(out, digest, sizeof(digest));
	text_add_string(out, "'; base-uri 'none'; ");
	text_add_string(out, alone ? "form-action 'none'"
				   : "form-action 'self'; frame-ancestors 'none'");
}

int page_render(
	const char *name, json_t *data, bool alone, struct text *out, struct fault *f)
{
	const char *source = texts_shipped(name);
	struct texts shipped = {NULL};
	struct mustache_loader loader = texts_loader(&shipped);
	auto_mustache *m = NULL;
	auto_text_buffer policy = {0};

	if (!source)
		return fault_set(f, FAULT_INTERNAL, "there is no page %s", name);
	page_policy(true, &policy);
	(void)json_object_set_new(data, "alone", json_boolean(alone));
	(void)json_object_set_new(data, "style", json_string(page_style()));
	(void)json_object_set_new(data, "policy", json_string(text_string(&policy)));
	if (!json_object_get(data, "rehearsal"))
		(void)json_object_set_new(data, "rehearsal", json_false());
	if (mustache_compile(name, source, strlen(source),
		    MUSTACHE_HTML | MUSTACHE_STRICT, &loader, &m, f))
		return -1;
	mustache_limit(m, PAGE_LIMIT);
	return mustache_render(m, data, out, f);
}
