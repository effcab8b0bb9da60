/* SPDX-License-Identifier: MIT */
/*
 * Paths of keys. Nothing here opens or reads one.
 */
#include "recipients/keyring.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/text.h"
#include "recipients/vault.h"

#define SUFFIX 8 /* bytes that tell the folder of a rehearsal */

/* DATA/breachmail/FOLDER/ID.ENDING; NULL: there is no home. */
static char *at_home(const char *folder, const char *id, const char *ending)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (data && *data == '/')
		return text_format("%s/breachmail/%s/%s.%s", data, folder, id, ending);
	if (home && *home == '/')
		return text_format(
			"%s/.local/share/breachmail/%s/%s.%s", home, folder, id, ending);
	return NULL;
}

static int default_place(const char *id, char **ret, struct fault *f)
{
	*ret = at_home("keys", id, "key");
	return *ret ? 0
		    : fault_set(f, FAULT_CONFIG,
			      "neither HOME nor XDG_DATA_HOME is set: name the key with --key-file");
}

static const char *asked_for(const char *asked)
{
	const char *named = getenv("BREACHMAIL_KEY_FILE");

	return asked ? asked : named && *named ? named : NULL;
}

int keyring_find(const char *asked, const char *id, char **ret, struct fault *f)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");

	if (!asked && credentials && *credentials) {
		*ret = text_format("%s/breachmail.key", credentials);
		if (!access(*ret, F_OK))
			return 0;
		text_freep(ret);
	}
	asked = asked_for(asked);
	if (!asked)
		return default_place(id, ret, f);
	*ret = text_copy(asked);
	return 0;
}

bool keyring_unasked(const char *asked, const char *key_file, const char *id)
{
	auto_text home = at_home("keys", id, "key");

	return !asked_for(asked) && home && !strcmp(home, key_file);
}

/* The file, if it is there; else NULL. */
static char *if_there(char *path)
{
	if (!access(path, F_OK))
		return path;
	free(path);
	return NULL;
}

char *keyring_slots(const char *key_file, const char *id)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	char *path = NULL;

	if (credentials && *credentials)
		path = if_there(text_format("%s/breachmail.slots", credentials));
	if (!path)
		path = if_there(text_format("%s.slots", key_file));
	if (!path)
		path = at_home("slots", id, "slots");
	return path ? path : text_format("%s.slots", key_file);
}

int keyring_folders(char *path, struct fault *f)
{
	for (char *p = path + 1; *p; p++) {
		int failed;

		if (*p != '/')
			continue;
		*p = '\0';
		failed = mkdir(path, 0700) && errno != EEXIST;
		if (failed)
			fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
		*p = '/';
		if (failed)
			return -1;
	}
	return 0;
}

int keyring_apart(const char *dir, const char *key_file, struct fault *f)
{
	auto_text folder = text_copy(key_file);
	auto_text real_dir = realpath(dir, NULL);
	auto_text real_folder = NULL;
	char *slash = strrchr(folder, '/');
	size_t length;

	if (slash)
		slash[slash == folder] = '\0'; /* "/x" lies in "/" */
	real_folder = realpath(slash ? folder : ".", NULL);
	if (!real_dir || !real_folder)
		return fault_set(f, FAULT_CANTCREATE, "the key's folder is not there: %s",
			slash ? folder : ".");
	length = strlen(real_dir);
	if (!strncmp(real_folder, real_dir, length) &&
		(real_folder[length] == '/' || !real_folder[length]))
		return fault_set(f, FAULT_CONFIG,
			"the key must not lie in the incident's folder: choose another --key-file");
	return 0;
}

int keyring_place(
	const char *dir, const char *asked, const char *id, char **ret, struct fault *f)
{
	asked = asked_for(asked);
	if (asked)
		*ret = text_copy(asked);
	else if (default_place(id, ret, f) || keyring_folders(*ret, f))
		return -1;
	return keyring_apart(dir, *ret, f);
}

char *keyring_certificate(const char *key_file, const char *dir)
{
	auto_text real = realpath(dir, NULL);
	unsigned char sha256[VAULT_SHA256];
	char hex[2 * VAULT_SHA256 + 1];
	const char *slash = strrchr(key_file, '/');

	vault_sha256(real ? real : "", real ? strlen(real) : 0, sha256);
	vault_hex(sha256, 8, hex);
	return text_format("%.*s/review-%s.pem", slash ? (int)(slash - key_file) : 1,
		slash ? key_file : ".", hex);
}

/* --- all of it --- */

struct files {
	char **list;
	size_t count;
};

static void add_file(struct files *all, char *path)
{
	struct stat st;

	for (size_t i = 0; i < all->count; i++)
		if (!strcmp(all->list[i], path)) {
			free(path);
			return;
		}
	if (lstat(path, &st) || !S_ISREG(st.st_mode)) {
		free(path);
		return;
	}
	all->list = text_realloc(all->list, (all->count + 2) * sizeof(*all->list));
	all->list[all->count++] = path;
	all->list[all->count] = NULL;
}

/* What keyring_beside and the slots put behind a key file's name; "work" is not to be
 * taken for "work-2". */
static bool is_beside(const char *ending)
{
	static const char *const endings[] = {
		".slots", ".slots.new", ".head", ".history", NULL};

	if (*ending == '-' && strspn(ending + 1, "0123456789abcdef") == 2 * SUFFIX)
		ending += 1 + 2 * SUFFIX;
	for (const char *const *e = endings; *e; e++)
		if (!strcmp(*e, ending))
			return true;
	return false;
}

static bool is_anything(const char *ending)
{
	(void)ending;
	return true;
}

/* The files in a folder whose names begin like this and end so. */
static void add_beginning(struct files *all, const char *folder, const char *name,
	bool (*fits)(const char *ending))
{
	DIR *dir = opendir(folder);
	size_t length = strlen(name);

	for (const struct dirent *e; dir && (e = readdir(dir));)
		if (!strncmp(e->d_name, name, length) && fits(e->d_name + length))
			add_file(all, text_format("%s/%s", folder, e->d_name));
	if (dir)
		(void)closedir(dir);
}

static void add_home(struct files *all, const char *id)
{
	auto_text some = at_home("keys", id, "key");
	char *end = some ? strstr(some, "/keys/") : NULL;
	DIR *dir;

	if (!end)
		return;
	*end = '\0';
	dir = opendir(some);
	for (const struct dirent *e; dir && (e = readdir(dir));) {
		auto_text folder = text_format("%s/%s", some, e->d_name);

		if (*e->d_name != '.')
			add_beginning(all, folder, id, is_anything);
	}
	if (dir)
		(void)closedir(dir);
}

char **keyring_files(const char *key_file, const char *id)
{
	auto_text folder = text_copy(key_file);
	char *slash = strrchr(folder, '/');
	struct files all = {text_alloc(sizeof(char *)), 0};

	if (slash)
		slash[slash == folder] = '\0';
	add_file(&all, text_copy(key_file));
	add_beginning(&all, slash ? folder : ".",
		slash ? strrchr(key_file, '/') + 1 : key_file, is_beside);
	add_home(&all, id);
	return all.list;
}

void keyring_free(char **files)
{
	for (size_t i = 0; files && files[i]; i++)
		free(files[i]);
	free(files);
}

void keyring_freep(char ***files)
{
	keyring_free(*files);
	*files = NULL;
}

/* In a rehearsal a copy in another folder is a rehearsal of its own. */
static char *suffix(const char *dir, bool live)
{
	auto_text real = live ? NULL : realpath(dir, NULL);
	unsigned char sha256[VAULT_SHA256];
	char hex[2 * VAULT_SHA256 + 1];

	if (!real)
		return text_copy("");
	vault_sha256(real, strlen(real), sha256);
	vault_hex(sha256, SUFFIX, hex);
	return text_format("-%s", hex);
}

char *keyring_beside(const char *key_file, const char *id, const char *dir, bool live,
	const char *ending)
{
	static const char keys[] = "/breachmail/keys";
	auto_text end = suffix(dir, live);
	const char *name = strrchr(key_file, '/');
	size_t folder = name ? (size_t)(name - key_file) : 0, length = strlen(keys);

	if (folder >= length && !strncmp(key_file + folder - length, keys, length))
		return text_format("%.*sheads/%s%s.%s", (int)(folder - strlen("keys")),
			key_file, id, end, ending);
	return text_format("%s%s.%s", key_file, end, ending);
}
