/* SPDX-License-Identifier: MIT */
/*
 * Overwrites and removes. What must be kept before is closing.c's. What can go wrong: a
 * file that will not go; then it is not closed, and close is to be run again.
 */
#include "mailer/shred.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/config.h"
#include "recipients/text.h"

#define HEAD_MAX 80
#define ID_LENGTH 32

static void sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

/* --- closed.json --- */

static int write_closed(const char *dir, const json_t *closed, struct fault *f)
{
	auto_text path = text_format("%s/" SHRED_CLOSED, dir);
	auto_text fresh = text_format("%s.new", path);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool failed = fd < 0 || json_dumpfd(closed, fd, JSON_INDENT(1)) ||
		      write(fd, "\n", 1) != 1 || fsync(fd);

	if (fd >= 0)
		failed = close(fd) || failed;
	if (failed || rename(fresh, path)) {
		fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
		(void)unlink(fresh);
		return -1;
	}
	sync_folder(dir);
	return 0;
}

int shred_read(const char *dir, json_t **ret, struct fault *f)
{
	auto_text path = text_format("%s/" SHRED_CLOSED, dir);

	if (access(path, F_OK))
		return 0;
	return config_load(path, ret, f) ? -1 : 1;
}

bool shred_is_done(const json_t *closed)
{
	const char *state = json_string_value(json_object_get(closed, "state"));

	return state && !strcmp(state, "closed");
}

int shred_begin(const char *dir, const json_t *plan, struct fault *f)
{
	json_t *closed = json_deep_copy(plan);
	int failed;

	(void)json_object_set_new(closed, "state", json_string("closing"));
	failed = write_closed(dir, closed, f);
	json_decref(closed);
	return failed;
}

/* --- files --- */

static void write_zeros(int fd, off_t length)
{
	static const char zeros[65536];

	while (length > 0) {
		ssize_t wrote = write(fd, zeros,
			length < (off_t)sizeof(zeros) ? (size_t)length : sizeof(zeros));

		if (wrote <= 0)
			return;
		length -= wrote;
	}
}

/* `sync`: at once; else the caller sees to it, before the file is removed. */
static void overwrite(const char *path, bool sync)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		write_zeros(fd, st.st_size);
	if (sync)
		(void)fsync(fd);
	(void)close(fd);
}

/* 0 it is gone, -1 it is not. */
static int shred(const char *path)
{
	overwrite(path, true);
	return unlink(path) && errno != ENOENT ? -1 : 0;
}

/*
 * By its first words and the ledger that they name, or by its own name; or it was
 * overwritten by a run that was killed. Another ledger's key is never taken for ours.
 */
static bool is_ours(const char *path, const char *id)
{
	static const char *const keys[] = {"breachmail-key 1\nledger ",
		"breachmail-slots 1\nledger ", "breachmail-slot 1\nledger ", NULL};
	static const char *const others[] = {
		"breachmail-head ", "breachmail-history-head ", "-----BEGIN ", NULL};
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char head[HEAD_MAX + 1] = "";
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, head, HEAD_MAX);
	(void)close(fd);
	if (got <= 0 || !*head || !strncmp(name, id, strlen(id)))
		return true;
	for (const char *const *key = keys; *key; key++)
		if (!strncmp(head, *key, strlen(*key)))
			return !strncmp(head + strlen(*key), id, strlen(id));
	for (const char *const *other = others; *other; other++)
		if (!strncmp(head, *other, strlen(*other)))
			return true;
	return false;
}

static json_int_t shred_keys(const json_t *closed, json_t *not_removed)
{
	const char *id = json_string_value(json_object_get(closed, "ledger"));
	json_int_t count = 0;
	json_t *key;
	size_t i;

	json_array_foreach(json_object_get(closed, "keys"), i, key)
	{
		const char *path = json_string_value(key);

		if (!path || access(path, F_OK))
			continue;
		if (id && strlen(id) == ID_LENGTH && is_ours(path, id) && !shred(path))
			count++;
		else
			(void)json_array_append(not_removed, key);
	}
	return count;
}

/* Thousands of files: zeros in all of them, one wait for the disk, and then they go. */
static int shred_folder(const char *folder, json_int_t *count, struct fault *f)
{
	DIR *dir = opendir(folder);
	bool failed = false;

	for (int pass = 0; dir && pass < 2; pass++) {
		for (const struct dirent *e; !failed && (e = readdir(dir));) {
			auto_text path = text_format("%s/%s", folder, e->d_name);

			if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
				continue;
			if (pass)
				failed = unlink(path) && errno != ENOENT;
			else
				overwrite(path, false);
			*count += pass && !failed;
		}
		if (!pass)
			(void)syncfs(dirfd(dir));
		rewinddir(dir);
	}
	if (dir)
		(void)closedir(dir);
	(void)rmdir(folder);
	return failed ? fault_set(f, FAULT_CANTCREATE,
				"%s: %s; run breachmail close again", folder,
				strerror(errno))
		      : 0;
}

/* The mails were not sealed: they are overwritten too, as far as that goes. */
static int shred_outboxes(const json_t *closed, json_int_t *ret, struct fault *f)
{
	static const char *const folders[] = {"new", "cur", "tmp", NULL};
	json_t *outbox;
	size_t i;

	*ret = 0;
	json_array_foreach(json_object_get(closed, "outboxes"), i, outbox)
	{
		const char *dir = json_string_value(outbox);

		if (!dir || access(dir, F_OK))
			continue;
		for (const char *const *folder = folders; *folder; folder++) {
			auto_text path = text_format("%s/%s", dir, *folder);

			if (shred_folder(path, ret, f))
				return -1;
		}
		(void)rmdir(dir);
	}
	return 0;
}

/* What the page kept: who may look at it, and who did. */
static int shred_page(
	const char *dir, const json_t *closed, json_int_t *ret, struct fault *f)
{
	const char *folder = json_string_value(json_object_get(closed, "page"));
	auto_text path = text_format("%s/%s", dir, folder ? folder : "");

	*ret = 0;
	return !folder || strchr(folder, '/') || access(path, F_OK)
		       ? 0
		       : shred_folder(path, ret, f);
}

static int shred_files(
	const char *dir, const json_t *files, json_int_t *ret, struct fault *f)
{
	json_t *file;
	size_t i;

	*ret = 0;
	json_array_foreach(files, i, file)
	{
		const char *name = json_string_value(file);
		auto_text path = text_format("%s/%s", dir, name ? name : "");

		if (!name || *name == '/' || strstr(name, "..") || access(path, F_OK))
			continue;
		if (shred(path))
			return fault_set(f, FAULT_CANTCREATE,
				"%s: %s; run breachmail close again", path,
				strerror(errno));
		++*ret;
	}
	return 0;
}

/* Sealed, and nothing opens it: it is only removed. */
static int remove_ledger(const char *dir, struct fault *f)
{
	static const char *const names[] = {"ledger.db", "ledger.db-journal",
		"ledger.db-wal", "ledger.db-shm", "flight.journal", NULL};

	for (const char *const *name = names; *name; name++) {
		auto_text path = text_format("%s/%s", dir, *name);

		if (unlink(path) && errno != ENOENT)
			return fault_set(f, FAULT_CANTCREATE,
				"%s: %s; run breachmail close again", path,
				strerror(errno));
	}
	sync_folder(dir);
	return 0;
}

static int finish(
	const char *dir, json_t *closed, const json_t *not_removed, struct fault *f)
{
	(void)json_object_del(closed, "keys");
	(void)json_object_del(closed, "outboxes");
	(void)json_object_del(closed, "page");
	(void)json_object_del(closed, "files");
	(void)json_object_set_new(closed, "keys_left",
		json_integer((json_int_t)json_array_size(not_removed)));
	(void)json_object_set_new(closed, "state", json_string("closed"));
	return write_closed(dir, closed, f);
}

int shred_run(const char *dir, json_t *closed, json_t *result, struct fault *f)
{
	json_t *not_removed = json_array();
	json_int_t keys = shred_keys(closed, not_removed), mails = 0, files = 0, page = 0;

	(void)json_object_set_new(result, "not_removed", not_removed);
	if (shred_outboxes(closed, &mails, f) || shred_page(dir, closed, &page, f) ||
		shred_files(dir, json_object_get(closed, "files"), &files, f) ||
		remove_ledger(dir, f) || finish(dir, closed, not_removed, f))
		return -1;
	(void)json_object_set_new(result, "removed",
		json_pack("{s:I,s:I,s:I}", "keys", keys, "mails", mails, "files",
			files + page));
	return 0;
}

void shred_lock(const char *dir)
{
	auto_text path = text_format("%s/ledger.lock", dir);

	(void)unlink(path);
}
