/* SPDX-License-Identifier: MIT */
/*
 * The parts of an Excel workbook, but for the cells (table_xlsx.c).
 *
 * What can go wrong: two sheets that are one part, which would be read as often as
 * somebody likes. That is a fault.
 */
#include "recipients/xlsx.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "recipients/display.h"

static bool is(const char *name, const char *other)
{
	return !strcmp(name, other);
}

static void need_root(struct markup *m, size_t depth, const char *name, const char *root)
{
	if (!depth && !is(name, root))
		markup_refuse(m, "begins with another element than '%s'", root);
}

/* True, and the part is refused: a list has all that it may have. */
static bool full(struct markup *m, size_t count, size_t limit, const char *what)
{
	if (count == limit)
		markup_refuse(m, "has more than %zu %s, the limit", limit, what);
	return count == limit;
}

/* A list with room for one more. */
static void *grown(void *list, size_t size, size_t count, size_t *room)
{
	if (count < *room)
		return list;
	*room = *room ? *room * 2 : 64;
	return text_realloc(list, *room * size);
}

/* --- relations --- */

/* Where a target leads from a part: "sheets/../a.xml" beside "xl/b.xml" is "xl/a.xml".
 * NULL: out of the file. */
static char *resolve(const char *base, const char *target)
{
	const char *stroke = strrchr(base, '/'), *next;
	size_t folder = *target == '/' || !stroke ? 0 : (size_t)(stroke - base);
	auto_text_buffer path = {0};

	text_add(&path, base, folder);
	for (const char *p = target; *p; p = next) {
		size_t length = strcspn(p, "/");

		next = p + length + (p[length] == '/');
		if (!length || (length == 1 && *p == '.'))
			continue;
		if (length == 2 && !strncmp(p, "..", 2)) {
			if (!path.length)
				return NULL;
			while (path.length && path.bytes[path.length - 1] != '/')
				path.length--;
			path.length -= path.length > 0;
			continue;
		}
		if (path.length)
			text_add_char(&path, '/');
		text_add(&path, p, length);
	}
	return path.length ? text_format("%.*s", (int)path.length, path.bytes) : NULL;
}

static void relation_start(void *user, struct markup *m, size_t depth, const char *name,
	const char **attributes)
{
	struct xlsx *x = user;
	const char *id = markup_attribute(attributes, "Id"),
		   *type = markup_attribute(attributes, "Type"),
		   *target = markup_attribute(attributes, "Target"),
		   *mode = markup_attribute(attributes, "TargetMode"), *word;
	struct xlsx_relation *r;

	need_root(m, depth, name, "Relationships");
	if (depth != 1 || !is(name, "Relationship") || !id || !type || !target)
		return;
	if (full(m, x->relations_count, XLSX_RELATIONS, "relations"))
		return;
	x->relations =
		grown(x->relations, sizeof(*r), x->relations_count, &x->relations_room);
	word = strrchr(type, '/');
	r = &x->relations[x->relations_count++];
	*r = (struct xlsx_relation){text_copy(id), text_copy(word ? word + 1 : type),
		resolve(x->base, target), mode && is(mode, "External")};
}

static void forget_relations(struct xlsx *x)
{
	for (size_t i = 0; i < x->relations_count; i++) {
		text_freep(&x->relations[i].id);
		text_freep(&x->relations[i].type);
		text_freep(&x->relations[i].target);
	}
	x->relations_count = 0;
}

/* Those of a part; "" is the package itself. */
static int read_relations(struct xlsx *x, const char *part, struct fault *f)
{
	static const struct markup_events events = {.start = relation_start};
	const char *stroke = strrchr(part, '/'), *last = stroke ? stroke + 1 : part;
	auto_text path = text_format("%.*s_rels/%s.rels", (int)(last - part), part, last);

	forget_relations(x);
	x->base = part;
	return markup_read(x->workbook.table->package, path, &events, x, f);
}

/* The part that the first relation of a type leads to; NULL: there is none. */
static int related(struct xlsx *x, const char *type, char **ret, struct fault *f)
{
	*ret = NULL;
	for (size_t i = 0; i < x->relations_count; i++) {
		const struct xlsx_relation *r = &x->relations[i];

		if (!is(r->type, type))
			continue;
		if (r->outside || !r->target)
			return fault_set(
				f, FAULT_INPUT, "its %s lies outside of the file", type);
		*ret = text_copy(r->target);
		return 0;
	}
	return 0;
}

/* --- the list of sheets --- */

static const struct xlsx_relation *relation_of(const struct xlsx *x, const char *id)
{
	for (size_t i = 0; id && i < x->relations_count; i++)
		if (is(x->relations[i].id, id))
			return &x->relations[i];
	return NULL;
}

static enum table_shown shown(const char *state)
{
	if (!state || is(state, "visible"))
		return TABLE_SHOWN;
	return is(state, "hidden") ? TABLE_HIDDEN : TABLE_VERY_HIDDEN;
}

static void add_sheet(struct xlsx *x, struct markup *m, const char **attributes)
{
	const struct xlsx_relation *r =
		relation_of(x, markup_attribute(attributes, "id"));
	size_t i = x->workbook.table->sheet_count;
	struct fault f;

	if (!r || r->outside || !r->target) {
		markup_refuse(
			m, "has a sheet (number %zu) that is not in the file", i + 1);
		return;
	}
	if (workbook_add_sheet(&x->workbook, markup_attribute(attributes, "name"),
		    shown(markup_attribute(attributes, "state")), &f)) {
		markup_refuse(m, "cannot be read: %s", f.text);
		return;
	}
	x->parts = text_realloc(x->parts, (i + 1) * sizeof(*x->parts));
	x->parts[i] = is(r->type, "worksheet") ? text_copy(r->target) : NULL;
	for (size_t j = 0; x->parts[i] && j < i; j++)
		if (x->parts[j] && !strcasecmp(x->parts[j], x->parts[i]))
			markup_refuse(m,
				"has two sheets (numbers %zu and %zu) in one part", j + 1,
				i + 1);
}

static void book_start(void *user, struct markup *m, size_t depth, const char *name,
	const char **attributes)
{
	struct xlsx *x = user;
	const char *value;

	need_root(m, depth, name, "workbook");
	if (depth == 1 && is(name, "workbookPr")) {
		value = markup_attribute(attributes, "date1904");
		x->from_1904 = value && (is(value, "1") || is(value, "true"));
	} else if (depth == 2 && is(name, "sheet")) {
		add_sheet(x, m, attributes);
	}
}

/* --- shared texts --- */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The number in "_xHHHH_", or -1; halves of pairs stay as they are. */
static int escaped(const char *p, size_t length)
{
	int n = 0;

	if (length < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_')
		return -1;
	for (int i = 2; i < 6; i++) {
		if (hex(p[i]) < 0)
			return -1;
		n = n << 4 | hex(p[i]);
	}
	return n >= 0xd800 && n < 0xe000 ? -1 : n;
}

static size_t put_utf8(char *out, int n)
{
	if (n < 0x80) {
		out[0] = (char)n;
		return 1;
	}
	if (n < 0x800) {
		out[0] = (char)(0xc0 | n >> 6);
		out[1] = (char)(0x80 | (n & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | n >> 12);
	out[1] = (char)(0x80 | (n >> 6 & 0x3f));
	out[2] = (char)(0x80 | (n & 0x3f));
	return 3;
}

size_t xlsx_unescape(char *bytes, size_t length)
{
	size_t to = 0;

	if (!length || !memchr(bytes, '_', length))
		return length;
	for (size_t i = 0; i < length;) {
		int n = escaped(bytes + i, length - i);

		if (n < 0) {
			bytes[to++] = bytes[i++];
		} else {
			to += put_utf8(bytes + to, n);
			i += 7;
		}
	}
	return to;
}

static size_t string_start(const struct xlsx *x, size_t i)
{
	return i ? x->string_at[i - 1] : 0;
}

/* <si><t> or <si><r><t>; not <si><rPh><t>, which says how Japanese is pronounced. */
static void strings_start(void *user, struct markup *m, size_t depth, const char *name,
	const char **attributes)
{
	struct xlsx *x = user;

	(void)attributes;
	need_root(m, depth, name, "sst");
	if (depth == 2)
		x->in_run = is(name, "r");
	if (is(name, "t"))
		x->in_text = depth == 2 || (depth == 3 && x->in_run);
}

static void strings_text(void *user, struct markup *m, const char *bytes, size_t length)
{
	struct xlsx *x = user;
	size_t limit = x->workbook.table->limits.cell + 1,
	       had = x->strings.length - string_start(x, x->string_count);

	if (!x->in_text)
		return;
	if (length > limit - had)
		length = limit - had;
	text_add(&x->strings, bytes, length);
	if (x->strings.length > XLSX_STRING_BYTES)
		markup_refuse(m, "has more than %zu bytes of text, the limit",
			XLSX_STRING_BYTES);
}

static void strings_end(void *user, struct markup *m, size_t depth, const char *name)
{
	struct xlsx *x = user;
	size_t start = string_start(x, x->string_count);

	x->in_text = false;
	if (depth != 1 || !is(name, "si"))
		return;
	if (full(m, x->string_count, XLSX_STRINGS, "texts"))
		return;
	if (x->strings.length > start)
		x->strings.length = start + xlsx_unescape(x->strings.bytes + start,
						    x->strings.length - start);
	x->string_at = grown(
		x->string_at, sizeof(*x->string_at), x->string_count, &x->string_room);
	x->string_at[x->string_count++] = (uint32_t)x->strings.length;
}

const char *xlsx_string(const struct xlsx *x, size_t i, size_t *ret_length)
{
	size_t start;

	if (i >= x->string_count)
		return NULL;
	start = string_start(x, i);
	*ret_length = x->string_at[i] - start;
	return text_string(&x->strings) + start;
}

/* --- formats --- */

static unsigned format_id(const char **attributes)
{
	return (unsigned)markup_number(attributes, "numFmtId", 0, 1 << 30);
}

static void add_format(struct xlsx *x, struct markup *m, const char **attributes)
{
	const char *code = markup_attribute(attributes, "formatCode");

	if (!code)
		return;
	if (strlen(code) > DISPLAY_CODE) {
		markup_refuse(
			m, "has a format of more than %d bytes, the limit", DISPLAY_CODE);
		return;
	}
	if (full(m, x->format_count, XLSX_FORMATS, "formats"))
		return;
	x->formats =
		grown(x->formats, sizeof(*x->formats), x->format_count, &x->format_room);
	x->formats[x->format_count++] =
		(struct xlsx_format){format_id(attributes), text_copy(code)};
}

static void add_style(struct xlsx *x, struct markup *m, const char **attributes)
{
	if (full(m, x->style_count, XLSX_STYLES, "styles"))
		return;
	x->styles = grown(x->styles, sizeof(*x->styles), x->style_count, &x->style_room);
	x->styles[x->style_count++] = format_id(attributes);
}

static void styles_start(void *user, struct markup *m, size_t depth, const char *name,
	const char **attributes)
{
	struct xlsx *x = user;

	need_root(m, depth, name, "styleSheet");
	if (depth == 1)
		x->in_styles = is(name, "cellXfs");
	if (depth == 2 && is(name, "numFmt"))
		add_format(x, m, attributes);
	if (depth == 2 && is(name, "xf") && x->in_styles)
		add_style(x, m, attributes);
}

static int compare_formats(const void *a, const void *b)
{
	const struct xlsx_format *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

const char *xlsx_format(const struct xlsx *x, size_t style)
{
	const struct xlsx_format *found;
	struct xlsx_format key = {0};

	if (style >= x->style_count)
		return NULL;
	key.id = x->styles[style];
	found = x->format_count ? bsearch(&key, x->formats, x->format_count, sizeof(key),
					  compare_formats)
				: NULL;
	return found ? found->code : display_builtin(key.id);
}

/* --- all of it --- */

/* Read only if there is such a part: a workbook of numbers alone shares no texts. */
static int read_related(struct xlsx *x, const char *type,
	const struct markup_events *events, struct fault *f)
{
	auto_text part = NULL;

	if (related(x, type, &part, f))
		return -1;
	return part ? markup_read(x->workbook.table->package, part, events, x, f) : 0;
}

/* What is not read, and may hold what the sheets do not show any more. */
static void tell_unread(struct table *t)
{
	static const struct {
		const char *beginning, *words;
	} kinds[] = {
		{"xl/pivotCache/pivotCacheRecords",
			"a pivot table's own copy of its data"},
		{"xl/externalLinks/externalLink", "copies of cells of other workbooks"},
		{"xl/model/", "a data model"},
		{"xl/comments", "comments"},
		{"xl/threadedComments/", "comments with answers"},
		{"xl/charts/chart", "charts, with copies of their data"},
		{"xl/drawings/drawing", "drawings or text boxes"},
		{"xl/media/", "pictures"},
		{"xl/embeddings/", "files within the file"},
		{"xl/revisions/", "changes that were tracked"},
		{"xl/vbaProject", "macros"},
		{"xl/macrosheets/", "sheets of macros"},
	};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (count < TABLE_UNREAD && package_count(t->package, kinds[i].beginning))
			t->unread[count++] = kinds[i].words;
}

int xlsx_load(struct xlsx *x, struct fault *f)
{
	static const struct markup_events book = {.start = book_start},
					  strings = {strings_start, strings_end,
						  strings_text},
					  styles = {.start = styles_start};
	struct package *p = x->workbook.table->package;
	auto_text part = NULL;

	if (read_relations(x, "", f) || related(x, "officeDocument", &part, f))
		return -1;
	if (!part)
		return fault_set(f, FAULT_INPUT,
			"is a zip file, and no workbook; unpack it first");
	if (read_relations(x, part, f) || markup_read(p, part, &book, x, f) ||
		read_related(x, "sharedStrings", &strings, f) ||
		read_related(x, "styles", &styles, f))
		return -1;
	if (x->format_count)
		qsort(x->formats, x->format_count, sizeof(*x->formats), compare_formats);
	tell_unread(x->workbook.table);
	if (!x->workbook.table->sheet_count)
		return fault_set(f, FAULT_INPUT, "has no sheets");
	return 0;
}

void xlsx_done(struct xlsx *x)
{
	forget_relations(x);
	free(x->relations);
	for (size_t i = 0; x->parts && i < x->workbook.table->sheet_count; i++)
		free(x->parts[i]);
	free(x->parts);
	text_done(&x->strings);
	free(x->string_at);
	for (size_t i = 0; i < x->format_count; i++)
		free(x->formats[i].code);
	free(x->formats);
	free(x->styles);
}
