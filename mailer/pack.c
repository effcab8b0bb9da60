/* SPDX-License-Identifier: MIT */
/*
 * Files as one archive or in a folder. What stands in them is the caller's.
 *
 * What can go wrong: it cannot be written, or does not come back as it was written (73).
 */
#include "mailer/pack.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mailer/show.h"
#include "recipients/vault.h"

#define BLOCK 512 /* of a tar archive */

struct pack_file {
	char name[PACK_NAME];
	struct text bytes;
};

struct pack {
	char *path;
	bool folder;
	int64_t at;
	struct pack_file *files;
	size_t count, room, written;
	struct text digests;
};

void pack_free(struct pack *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++)
		text_done(&p->files[i].bytes);
	free(p->files);
	text_done(&p->digests);
	free(p->path);
	free(p);
}

void pack_freep(struct pack **p)
{
	pack_free(*p);
}

/* --- where it goes --- */

static int cannot(const char *path, const char *why, struct fault *f)
{
	return fault_set(f, FAULT_CANTCREATE, "%s: %s", path, why);
}

static int check_empty(const char *path, struct fault *f)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	int entries = 0;

	if (!folder)
		return cannot(path, strerror(errno), f);
	while ((entry = readdir(folder)))
		entries += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	(void)closedir(folder);
	return entries ? cannot(path,
				 "this folder is not empty: the pack takes a new one", f)
		       : 0;
}

int pack_open(const char *out, int64_t at, struct pack **ret, struct fault *f)
{
	struct pack *p = text_alloc(sizeof(*p));
	size_t length = strlen(out);
	struct stat st;

	*ret = p;
	p->path = text_copy(out);
	p->at = at;
	p->folder = length && out[length - 1] == '/';
	if (strcmp(out, "-") != 0 && !stat(out, &st))
		p->folder = S_ISDIR(st.st_mode);
	else if (p->folder && mkdir(out, 0700))
		return cannot(out, strerror(errno), f);
	return p->folder ? check_empty(out, f) : 0;
}

/* --- files --- */

static struct pack_file *new_file(struct pack *p, const char *name)
{
	struct pack_file *to;

	if (p->count == p->room) {
		p->room = p->room ? 2 * p->room : 16;
		p->files = text_realloc(p->files, p->room * sizeof(*p->files));
	}
	to = &p->files[p->count++];
	*to = (struct pack_file){0};
	(void)snprintf(to->name, sizeof(to->name), "%s", name);
	return to;
}

static void hex_digest(const struct text *bytes, char hex[PACK_DIGEST])
{
	unsigned char sha256[VAULT_SHA256];

	vault_sha256(text_string(bytes), bytes->length, sha256);
	vault_hex(sha256, sizeof(sha256), hex);
}

void pack_add(struct pack *p, const char *name, struct text *bytes)
{
	char digest[PACK_DIGEST];

	hex_digest(bytes, digest);
	text_printf(&p->digests, "%s  %s\n", digest, name);
	new_file(p, name)->bytes = *bytes;
	*bytes = (struct text){0};
}

/* --- the archive --- */

/* All but the last byte of a field, with zeros in front. */
static void octal(char *field, size_t size, unsigned long long value)
{
	for (size_t i = size - 1; i-- > 0; value >>= 3)
		field[i] = (char)('0' + (value & 7));
}

/* A header of POSIX.1-1988 ("ustar"). Nobody's user and group: who wrote it is nobody's
 * business. */
static void add_header(
	const char *name, unsigned long long size, int64_t at, struct text *out)
{
	char block[BLOCK + 1] = {0};
	unsigned sum = 0;

	(void)snprintf(block, 100, PACK_FOLDER "%s", name);
	octal(block + 100, 8, 0644);
	octal(block + 108, 8, 0);
	octal(block + 116, 8, 0);
	octal(block + 124, 12, size);
	octal(block + 136, 12, (unsigned long long)(at / 1000));
	memset(block + 148, ' ', 8);
	block[156] = '0';
	memcpy(block + 257, "ustar\00000", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)block[i];
	octal(block + 148, 7, sum);
	block[154] = '\0';
	text_add(out, block, BLOCK);
}

static void add_padding(size_t length, struct text *out)
{
	static const char nothing[BLOCK];

	text_add(out, nothing, length);
}

static void add_files(const struct pack *p, struct text *out)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct text *bytes = &p->files[i].bytes;

		add_header(p->files[i].name, bytes->length, p->at, out);
		text_add(out, text_string(bytes), bytes->length);
		add_padding((BLOCK - bytes->length % BLOCK) % BLOCK, out);
	}
	add_padding(BLOCK, out);
	add_padding(BLOCK, out);
}

/* --- writing --- */

static int read_again(const char *path, const struct text *bytes, struct fault *f)
{
	FILE *file = fopen(path, "re");
	char part[16384];
	size_t got, at = 0;
	bool same = file != NULL;

	while (same && (got = fread(part, 1, sizeof(part), file)) > 0) {
		same = at + got <= bytes->length && !memcmp(part, bytes->bytes + at, got);
		at += got;
	}
	if (file)
		(void)fclose(file);
	return same && at == bytes->length
		       ? 0
		       : cannot(path, "it does not come back as it was written", f);
}

static int write_file(const char *path, const struct text *bytes, struct fault *f)
{
	auto_show_file out = {0};
	struct stat st;

	if (show_file_open(path, &out, f))
		return -1;
	(void)fwrite(text_string(bytes), 1, bytes->length, out.stream);
	if (show_file_close(&out, f))
		return -1;
	if (!strcmp(path, "-") || stat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	return read_again(path, bytes, f);
}

static int write_folder(struct pack *p, struct fault *f)
{
	for (; p->written < p->count; p->written++) {
		const struct pack_file *file = &p->files[p->written];
		auto_text path = text_format("%s/%s", p->path, file->name);

		if (write_file(path, &file->bytes, f))
			return -1;
	}
	return 0;
}

/* Half a pack is none. */
static void drop_folder(const struct pack *p)
{
	for (size_t i = 0; i <= p->written && i < p->count; i++) {
		auto_text path = text_format("%s/%s", p->path, p->files[i].name);

		(void)unlink(path);
	}
}

int pack_write(struct pack *p, char digest[PACK_DIGEST], struct fault *f)
{
	auto_text_buffer archive = {0};

	hex_digest(&p->digests, digest);
	new_file(p, PACK_DIGESTS)->bytes = p->digests;
	p->digests = (struct text){0};
	if (!p->folder) {
		add_files(p, &archive);
		return write_file(p->path, &archive, f);
	}
	if (!write_folder(p, f))
		return 0;
	drop_folder(p);
	return -1;
}
