/* SPDX-License-Identifier: MIT */
/*
 * Zip files by libzip, which unpacks and compares checksums; here is what may not be left
 * to it: limits, and names that two parts share (each program would read another one).
 * What stands in the parts is not known here (markup.c, xlsx.c).
 *
 * What can go wrong: an archive that lies. Counts are looked at before libzip makes room
 * for them, sizes while the bytes come out.
 */
#include "recipients/package.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zip.h>

#include "recipients/text.h"

#define NEVER_A_BOMB ((zip_uint64_t)16 << 20)
#define NAME_MAX_BYTES 1024
#define ENOUGH ((size_t)1 << 32) /* parts: a sum of many such does not run over */
#define SAID_MAX 100             /* bytes of a name that a fault says */

struct entry {
	char *name;
	zip_uint64_t index, size, packed;
	bool counted; /* its sizes are in `opened` and `packed` */
};

struct package {
	struct reader *reader;
	zip_t *zip;
	size_t at;          /* where libzip reads next */
	struct fault fault; /* why it could not, if it could not */
	zip_error_t error;
	struct entry *entries; /* by name */
	size_t count;
	zip_uint64_t opened, packed; /* sizes of the parts that were opened */
};

struct part {
	struct package *package;
	const struct entry *entry;
	zip_file_t *file;
	zip_uint64_t left;
};

/* --- libzip reads what our reader reads --- */

static zip_int64_t read_some(struct package *p, void *out, zip_uint64_t room)
{
	size_t got;

	if (reader_read_at(p->reader, p->at, out, room, &got, &p->fault)) {
		zip_error_set(&p->error, ZIP_ER_READ, 0);
		return -1;
	}
	p->at += got;
	return (zip_int64_t)got;
}

static zip_int64_t seek(struct package *p, void *arguments, zip_uint64_t length)
{
	zip_int64_t to = zip_source_seek_compute_offset(
		p->at, reader_size(p->reader), arguments, length, &p->error);

	if (to < 0)
		return -1;
	p->at = (size_t)to;
	return 0;
}

static zip_int64_t stat_all(const struct package *p, void *out)
{
	zip_stat_t *st = out;

	zip_stat_init(st);
	st->valid = ZIP_STAT_SIZE;
	st->size = reader_size(p->reader);
	return sizeof(*st);
}

static zip_int64_t serve(
	void *user, void *data, zip_uint64_t length, zip_source_cmd_t command)
{
	struct package *p = user;

	switch (command) {
	case ZIP_SOURCE_OPEN:
		p->at = 0;
		return 0;
	case ZIP_SOURCE_READ:
		return read_some(p, data, length);
	case ZIP_SOURCE_SEEK:
		return seek(p, data, length);
	case ZIP_SOURCE_TELL:
		return (zip_int64_t)p->at;
	case ZIP_SOURCE_STAT:
		return stat_all(p, data);
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&p->error, data, length);
	case ZIP_SOURCE_SUPPORTS:
		return ZIP_SOURCE_SUPPORTS_SEEKABLE;
	case ZIP_SOURCE_CLOSE:
	case ZIP_SOURCE_FREE:
		return 0;
	default: /* libzip's enum, not ours: the rest writes */
		zip_error_set(&p->error, ZIP_ER_OPNOTSUPP, 0);
		return -1;
	}
}

/* --- opening --- */

static size_t number_at(const unsigned char *p, size_t bytes)
{
	size_t n = 0;

	while (bytes--)
		n = n << 8 | p[bytes];
	return n;
}

/* Of an end of the large kind (APPNOTE 4.3.14), to which `locator` points. */
static int count_large(
	struct reader *r, const unsigned char *locator, size_t *count, struct fault *f)
{
	unsigned char end[40];
	size_t length, parts;

	if (reader_read_at(r, number_at(locator + 8, 8), end, sizeof(end), &length, f))
		return -1;
	if (length < sizeof(end) || memcmp(end, "PK\6\6", 4) != 0)
		return 0;
	parts = number_at(end + 32, 8);
	*count += parts < ENOUGH ? parts : ENOUGH;
	return 0;
}

/*
 * How many parts the file says it has, before libzip makes room for each: the sum over
 * all that look like its end (APPNOTE 4.3.16), since which one libzip takes is its own
 * affair.
 */
static int count_parts(struct reader *r, size_t *ret, struct fault *f)
{
	const size_t room = 65535 + 22 + 20;
	auto_text tail = text_alloc(room);
	const unsigned char *p = (unsigned char *)tail;
	size_t size = reader_size(r), length;

	if (reader_read_at(r, size > room ? size - room : 0, tail, room, &length, f))
		return -1;
	*ret = 0;
	for (size_t i = 0; i + 20 <= length; i++) {
		if (!memcmp(p + i, "PK\5\6", 4))
			*ret += number_at(p + i + 10, 2);
		else if (!memcmp(p + i, "PK\6\7", 4) && count_large(r, p + i, ret, f))
			return -1;
	}
	return 0;
}

static int too_many(struct fault *f)
{
	return fault_set(f, FAULT_INPUT,
		"has more than %d parts, the limit for a workbook", PACKAGE_PARTS);
}

static int open_zip(struct package *p, struct fault *f)
{
	zip_error_t error;
	zip_source_t *source;
	size_t parts;

	if (count_parts(p->reader, &parts, f))
		return -1;
	if (parts > PACKAGE_PARTS)
		return too_many(f);
	source = zip_source_function_create(serve, p, &p->error);
	if (!source)
		return fault_set(f, FAULT_INTERNAL, "libzip has no memory");
	zip_error_init(&error);
	p->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
	if (!p->zip) {
		zip_source_free(source);
		if (p->fault.kind)
			*f = p->fault;
		else
			(void)fault_set(f, FAULT_INPUT,
				"is a broken zip file (%s); was it cut short on the way?",
				zip_error_strerror(&error));
	}
	zip_error_fini(&error);
	return p->zip ? 0 : -1;
}

static int compare_names(const void *a, const void *b)
{
	return strcasecmp(
		((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static int read_entry(struct package *p, zip_uint64_t index, struct fault *f)
{
	struct entry *e = &p->entries[p->count];
	zip_stat_t st;

	if (zip_stat_index(p->zip, index, 0, &st) || !(st.valid & ZIP_STAT_NAME) ||
		!(st.valid & ZIP_STAT_SIZE) || !(st.valid & ZIP_STAT_COMP_SIZE))
		return fault_set(f, FAULT_INPUT, "is a broken zip file");
	if (strlen(st.name) > NAME_MAX_BYTES)
		return fault_set(f, FAULT_INPUT,
			"has a part whose name is longer than %d bytes, the limit",
			NAME_MAX_BYTES);
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method)
		return fault_set(f, FAULT_INPUT,
			"is protected with a password; open it, save it without, and import that");
	*e = (struct entry){text_copy(st.name), index, st.size, st.comp_size, false};
	p->count++;
	return 0;
}

static int read_entries(struct package *p, struct fault *f)
{
	zip_int64_t count = zip_get_num_entries(p->zip, 0);

	if (count > PACKAGE_PARTS)
		return too_many(f);
	p->entries = text_alloc((size_t)count * sizeof(*p->entries));
	for (zip_int64_t i = 0; i < count; i++)
		if (read_entry(p, (zip_uint64_t)i, f))
			return -1;
	if (p->count)
		qsort(p->entries, p->count, sizeof(*p->entries), compare_names);
	for (size_t i = 1; i < p->count; i++)
		if (!compare_names(&p->entries[i - 1], &p->entries[i]))
			return fault_set(f, FAULT_INPUT,
				"has two parts of one name: programs would read different ones");
	return 0;
}

int package_open(struct reader *r, struct package **ret, struct fault *f)
{
	struct package *p = text_alloc(sizeof(*p));

	p->reader = r;
	zip_error_init(&p->error);
	if (open_zip(p, f) || read_entries(p, f)) {
		package_close(p);
		return -1;
	}
	*ret = p;
	return 0;
}

void package_close(struct package *p)
{
	if (!p)
		return;
	if (p->zip)
		zip_discard(p->zip);
	zip_error_fini(&p->error);
	for (size_t i = 0; i < p->count; i++)
		free(p->entries[i].name);
	free(p->entries);
	free(p);
}

/* --- parts --- */

static struct entry *find(const struct package *p, const char *name)
{
	struct entry key = {0};
	auto_text copy = text_copy(name);

	key.name = copy;
	return p->count ? bsearch(&key, p->entries, p->count, sizeof(key), compare_names)
			: NULL;
}

bool package_has(const struct package *p, const char *part)
{
	return find(p, part) != NULL;
}

size_t package_count(const struct package *p, const char *beginning)
{
	size_t count = 0, length = strlen(beginning);

	for (size_t i = 0; i < p->count; i++)
		count += !strncasecmp(p->entries[i].name, beginning, length);
	return count;
}

/* A name as a fault may say it: a hostile one must not speak to the terminal. */
static const char *said(const char *name, char out[SAID_MAX + 1])
{
	size_t i = 0;

	for (; name[i] && i < SAID_MAX; i++)
		out[i] = (char)(name[i] >= 0x20 && name[i] < 0x7f ? name[i] : '?');
	out[i] = '\0';
	return out;
}

/* Small bombs count together. */
static int check_size(struct package *p, struct entry *e, struct fault *f)
{
	char name[SAID_MAX + 1];

	if (!e->counted) {
		e->counted = true;
		p->opened += e->size < PACKAGE_BYTES ? e->size : PACKAGE_BYTES + 1;
		p->packed += e->packed < PACKAGE_BYTES ? e->packed : PACKAGE_BYTES;
	}
	if (p->opened > NEVER_A_BOMB && p->opened / PACKAGE_RATIO > p->packed)
		return fault_set(f, FAULT_INPUT,
			"unpacks to more than %d times its size, the limit (at its part '%s'): this is made to fill memory",
			PACKAGE_RATIO, said(e->name, name));
	if (p->opened > PACKAGE_BYTES)
		return fault_set(f, FAULT_INPUT,
			"unpacks to more than %zu bytes, the limit for a workbook",
			PACKAGE_BYTES);
	return 0;
}

static int broken(const struct part *part, zip_error_t *error, struct fault *f)
{
	char name[SAID_MAX + 1];

	(void)said(part->entry->name, name);
	if (part->package->fault.kind) {
		*f = part->package->fault;
		return -1;
	}
	switch (zip_error_code_zip(error)) {
	case ZIP_ER_COMPNOTSUPP:
	case ZIP_ER_ENCRNOTSUPP:
		return fault_set(f, FAULT_INPUT,
			"its part '%s' is packed in a way that workbooks are not", name);
	case ZIP_ER_CRC:
		return fault_set(f, FAULT_INPUT,
			"its part '%s' is damaged (its checksum is wrong)", name);
	}
	return fault_set(f, FAULT_INPUT, "its part '%s' is damaged (%s)", name,
		zip_error_strerror(error));
}

int part_open(struct package *p, const char *name, struct part **ret, struct fault *f)
{
	struct entry *e = find(p, name);
	struct part *part;
	char shown[SAID_MAX + 1];

	if (!e)
		return fault_set(
			f, FAULT_INPUT, "lacks its part '%s'", said(name, shown));
	if (check_size(p, e, f))
		return -1;
	part = text_alloc(sizeof(*part));
	*part = (struct part){.package = p, .entry = e, .left = e->size};
	part->file = zip_fopen_index(p->zip, e->index, 0);
	if (!part->file) {
		(void)broken(part, zip_get_error(p->zip), f);
		part_close(part);
		return -1;
	}
	*ret = part;
	return 0;
}

void part_close(struct part *part)
{
	if (!part)
		return;
	if (part->file)
		(void)zip_fclose(part->file);
	free(part);
}

int part_fault(const struct part *part, struct fault *f, const char *words)
{
	char name[SAID_MAX + 1];

	return fault_set(
		f, FAULT_INPUT, "its part '%s' %s", said(part->entry->name, name), words);
}

int part_read(struct part *part, void *out, size_t room, size_t *ret, struct fault *f)
{
	zip_int64_t got = zip_fread(part->file, out, room);

	if (got < 0)
		return broken(part, zip_file_get_error(part->file), f);
	if ((zip_uint64_t)got > part->left)
		return part_fault(part, f, "holds more than it says");
	part->left -= (zip_uint64_t)got;
	if (!got && part->left)
		return part_fault(part, f, "ends too early");
	*ret = (size_t)got;
	return 0;
}
