/* SPDX-License-Identifier: MIT */
/*
 * The parts of a letter. What they say is letter.c's and its neighbours'. libetpan finds
 * the boundaries and no more: header fields are header.c's and transfer encodings
 * transfer.c's, for it reads beyond the end of broken ones.
 */
#include "mailer/wire/mime.h"

#include <string.h>

#include <libetpan/charconv.h>
#include <libetpan/libetpan.h>

#include "mailer/wire/charset.h"
#include "mailer/wire/header.h"
#include "mailer/wire/transfer.h"

static void set_type(struct mime_part *p, const char *otherwise)
{
	struct span value = header_value(p->head, "content-type");
	size_t length = 0;

	while (length < value.length && length + 1 < sizeof(p->type) &&
		value.at[length] > ' ' && value.at[length] != ';') {
		p->type[length] = span_lower(value.at[length]);
		length++;
	}
	p->type[length] = '\0';
	if (!strchr(p->type, '/'))
		(void)span_copy(span_of(otherwise), p->type, sizeof(p->type));
}

static struct mime_part *add_part(
	struct mime *m, struct span head, struct span body, int encoding)
{
	struct mime_part *p;

	if (m->count == MIME_PARTS)
		return NULL;
	p = &m->parts[m->count++];
	*p = (struct mime_part){.head = head, .body = body, .encoding = encoding};
	set_type(p, "text/plain");
	return p;
}

static struct span data_span(const struct mailmime_data *data)
{
	if (!data || data->dt_type != MAILMIME_DATA_TEXT ||
		!data->dt_data.dt_text.dt_data)
		return span_of("");
	return (struct span){
		data->dt_data.dt_text.dt_data, data->dt_data.dt_text.dt_length};
}

struct walk {
	struct mime *ret;
	struct span head; /* of the message around a part that has none of its own */
	bool returned;
	unsigned depth;
};

/* The header block of a part: libetpan points to its start. */
static struct span part_head(const struct walk *w, const struct mailmime *mime)
{
	struct span whole = {mime->mm_mime_start, mime->mm_length};

	if (mime->mm_parent && mime->mm_parent->mm_type == MAILMIME_MESSAGE)
		return w->head;
	if (!whole.at)
		return span_of("");
	whole.length = header_length(whole);
	return whole;
}

static void walk_mime(struct walk w, struct mailmime *mime);

static void walk_children(struct walk w, clist *list)
{
	w.depth++;
	for (clistiter *i = list ? clist_begin(list) : NULL; i; i = clist_next(i))
		walk_mime(w, clist_content(i));
}

static void walk_message(struct walk w, struct mailmime *mime)
{
	struct mime_part *p;
	struct span body = data_span(mime->mm_body);

	if (mime->mm_parent) { /* not the letter itself */
		p = add_part(w.ret, part_head(&w, mime), body, MAILMIME_MECHANISM_8BIT);
		if (p)
			p->returned = w.returned;
		w.returned = true;
		w.head = (struct span){body.at, header_length(body)};
	}
	w.depth++;
	walk_mime(w, mime->mm_data.mm_message.mm_msg_mime);
}

/* libetpan goes no deeper than what the pre-scan lets through; nor do we. */
static void walk_mime(struct walk w, struct mailmime *mime)
{
	struct mime_part *p;

	if (!mime || w.depth > MIME_DEPTH)
		return;
	switch (mime->mm_type) {
	case MAILMIME_MULTIPLE:
		walk_children(w, mime->mm_data.mm_multipart.mm_mp_list);
		return;
	case MAILMIME_MESSAGE:
		walk_message(w, mime);
		return;
	}
	p = add_part(w.ret, part_head(&w, mime), data_span(mime->mm_data.mm_single),
		mime->mm_data.mm_single ? mime->mm_data.mm_single->dt_encoding
					: MAILMIME_MECHANISM_8BIT);
	if (p)
		p->returned = w.returned;
}

/* A boundary that never comes makes libetpan lose the text: better one part than none. */
static bool has_boundary(struct span letter, struct span head)
{
	struct span boundary =
		header_parameter(header_value(head, "content-type"), "boundary");
	struct span body = span_from(letter, head.length);

	return !boundary.length ||
	       memmem(body.at, body.length, boundary.at, boundary.length) != NULL;
}

/* Has it parts at all? Most letters of people have none, and need no library. */
static bool has_structure(struct span head)
{
	struct span type = header_value(head, "content-type");

	return span_starts(type, "multipart/") || span_starts(type, "message/");
}

/* Where the first field that says something of the parts begins: those before it would
 * be taken apart and thrown away. A line among them that is no field ends the header for
 * the library, as it does for the pre-scan: then it has to see it. */
static size_t structure_start(struct span head)
{
	size_t at = 0, start = 0;
	struct span name, value;

	for (; header_next(head, &at, &name, &value); start = at) {
		if (name.at != head.at + start)
			return 0;
		if (span_starts(name, "content-"))
			return start;
	}
	return 0;
}

static int encoding_of(struct span head)
{
	struct span value = header_value(head, "content-transfer-encoding");

	if (span_starts(value, "quoted-printable"))
		return MAILMIME_MECHANISM_QUOTED_PRINTABLE;
	if (span_starts(value, "base64"))
		return MAILMIME_MECHANISM_BASE64;
	return MAILMIME_MECHANISM_8BIT;
}

/* The library would open a converter for each word of a field. All that is used of its
 * fields are types, encodings and boundaries: bytes. Never an error, for then it may free
 * `out` twice. */
static int keep_bytes(const char *to, const char *from, const char *bytes, size_t length,
	char *out, size_t *length_out)
{
	(void)to;
	(void)from;
	if (length > *length_out)
		length = *length_out; /* it is six times as much */
	memcpy(out, bytes, length);
	*length_out = length;
	return MAIL_CHARCONV_NO_ERROR;
}

void mime_read(struct span letter, struct mime *ret)
{
	struct mailmime *tree = NULL;
	size_t at;

	extended_charconv = keep_bytes;
	ret->count = 0;
	ret->head = (struct span){letter.at, header_length(letter)};
	at = structure_start(ret->head);
	if (has_structure(ret->head) && has_boundary(letter, ret->head) &&
		mailmime_parse(letter.at, letter.length, &at, &tree) == MAILIMF_NO_ERROR)
		walk_mime((struct walk){.ret = ret, .head = ret->head}, tree);
	if (tree)
		mailmime_free(tree);
	if (!ret->count)
		(void)add_part(ret, ret->head, span_from(letter, ret->head.length),
			encoding_of(ret->head));
}

void mime_decode(const struct mime_part *p, struct text *out)
{
	struct span charset =
		header_parameter(header_value(p->head, "content-type"), "charset");
	struct span body = p->body;
	struct text decoded = {0};

	if (body.length > MIME_TEXT_MAX)
		body.length = MIME_TEXT_MAX;
	if (p->encoding == MAILMIME_MECHANISM_QUOTED_PRINTABLE)
		transfer_quoted(body, false, &decoded);
	else if (p->encoding == MAILMIME_MECHANISM_BASE64)
		transfer_base64(body, &decoded);
	else
		charset_decode(charset, body, out);
	charset_decode(charset, (struct span){decoded.bytes, decoded.length}, out);
	text_done(&decoded);
}
