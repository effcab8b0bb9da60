/* SPDX-License-Identifier: MIT */
/*
 * ssh-keygen in a child. Whose signature counts is signers.c's, what is signed
 * release.c's.
 *
 * What can go wrong: it is not installed (FAULT_CONFIG); nobody is there to type a
 * passphrase.
 */
#include "mailer/sshsig.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recipients/clock.h"

#define PROGRAM "ssh-keygen"
#define OUTPUT_MOST 65536
#define KEY_LINE 8192
#define FILE_PATH 40   /* "/proc/self/fd/N" */
#define RSA_LEAST 2048 /* bits; NIST SP 800-131A */

/* --- the child --- */

static void close_file(int *fd)
{
	(void)close(*fd);
}
#define auto_fd __attribute__((cleanup(close_file))) int

/* Bytes that a child may read as a file, by the name `path`. -1 with a fault. */
static int hold(const char *bytes, size_t length, char path[FILE_PATH], struct fault *f)
{
	int fd = memfd_create("breachmail", 0);

	if (fd < 0 || write(fd, bytes, length) != (ssize_t)length ||
		lseek(fd, 0, SEEK_SET)) {
		(void)fault_set(
			f, FAULT_INTERNAL, "no room in memory: %s", strerror(errno));
		(void)close(fd);
		return -1;
	}
	(void)snprintf(path, FILE_PATH, "/proc/self/fd/%d", fd);
	return fd;
}

#define WORDS 16
struct call {
	const char *words[WORDS]; /* the last is NULL */
	int in;                   /* its standard input; -1: ours */
	bool silent;              /* what it complains of is for nobody */
};

/* 0, or why it does not run (an errno). */
static int start(const struct call *c, int out, pid_t *ret)
{
	posix_spawn_file_actions_t files;
	char *words[WORDS];
	int why;

	memcpy(words, c->words, sizeof(words)); /* its words are not ours to change */
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	if (c->in >= 0)
		(void)posix_spawn_file_actions_adddup2(&files, c->in, STDIN_FILENO);
	if (c->silent)
		(void)posix_spawn_file_actions_addopen(
			&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	why = posix_spawnp(ret, PROGRAM, &files, NULL, words, environ);
	(void)posix_spawn_file_actions_destroy(&files);
	return why;
}

static void read_all(int fd, struct text *said)
{
	char bytes[4096];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof(bytes))) > 0 || (got < 0 && errno == EINTR))
		if (got > 0 && said->length < OUTPUT_MOST)
			text_add(said, bytes, (size_t)got);
}

/* To its end; what it printed, and its exit code. */
static int call(const struct call *c, struct text *said, int *ret_code, struct fault *f)
{
	int ends[2], status, why;
	pid_t child;

	text_clear(said);
	if (pipe2(ends, O_CLOEXEC))
		return fault_set(f, FAULT_INTERNAL, "no pipe: %s", strerror(errno));
	(void)fflush(NULL);
	why = start(c, ends[1], &child);
	(void)close(ends[1]);
	if (why) {
		(void)close(ends[0]);
		return fault_set(f, why == ENOENT ? FAULT_CONFIG : FAULT_INTERNAL,
			PROGRAM
			" cannot be run (%s): is the package openssh-client installed?",
			strerror(why));
	}
	read_all(ends[0], said);
	(void)close(ends[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	*ret_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return clock_interrupted()
		       ? fault_set(f, FAULT_INTERRUPTED, "stopped: nothing was signed")
		       : 0;
}

/* --- keys --- */

static bool is_known_type(const char *type, size_t length)
{
	static const char *const known[] = {"ssh-ed25519", "sk-ssh-ed25519@openssh.com",
		"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
		"sk-ecdsa-sha2-nistp256@openssh.com", "ssh-rsa"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i]) == length && !strncmp(known[i], type, length))
			return true;
	return false;
}

/* "256 SHA256:... no comment (ED25519)": the second word, if the key is long enough. */
static int read_fingerprint(
	const char *said, char fingerprint[SSHSIG_FINGERPRINT], struct fault *f)
{
	const char *at = strchr(said, ' ');
	size_t length = at ? strcspn(at + 1, " \n") : 0;

	if (!at || strncmp(at + 1, "SHA256:", 7) != 0 || length >= SSHSIG_FINGERPRINT)
		return fault_set(f, FAULT_INPUT, "this is not a public SSH key");
	if (strstr(said, "(RSA)") && strtol(said, NULL, 10) < RSA_LEAST)
		return fault_set(f, FAULT_INPUT,
			"an RSA key of %ld bits is too weak to sign with: %d at least, or better ed25519",
			strtol(said, NULL, 10), RSA_LEAST);
	memcpy(fingerprint, at + 1, length);
	fingerprint[length] = '\0';
	return 0;
}

int sshsig_key(const char *line, char **ret, char fingerprint[SSHSIG_FINGERPRINT],
	struct fault *f)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
	size_t type = strcspn(line, " \t\r\n"),
	       body = line[type] ? strspn(line + type + 1, letters) : 0;
	auto_text key = NULL;
	auto_text_buffer said = {0};
	char path[FILE_PATH];
	auto_fd in = -1;
	int code;

	if (!is_known_type(line, type) || !body ||
		!strchr(" \t\r\n", line[type + 1 + body]))
		return fault_set(f, FAULT_INPUT,
			"this is not a public SSH key of a kind that can sign here (the line of a .pub file: ssh-ed25519 AAAA...)");
	key = text_format("%.*s %.*s\n", (int)type, line, (int)body, line + type + 1);
	in = hold(key, strlen(key), path, f);
	if (in < 0 || call(&(struct call){{PROGRAM, "-l", "-f", "-"}, in, true}, &said,
			      &code, f))
		return -1;
	if (read_fingerprint(code ? "" : text_string(&said), fingerprint, f))
		return -1;
	key[strlen(key) - 1] = '\0';
	*ret = key;
	key = NULL;
	return 0;
}

int sshsig_key_file(const char *path, char **ret, char fingerprint[SSHSIG_FINGERPRINT],
	struct fault *f)
{
	char line[KEY_LINE] = "";
	FILE *file = fopen(path, "re");
	bool read = file && fgets(line, sizeof(line), file);

	if (file)
		(void)fclose(file);
	if (!read)
		return fault_set(f, FAULT_INPUT, "%s: cannot be read, or is empty", path);
	if (!strncmp(line, "-----BEGIN", 10)) /* and we have read no more of it */
		return fault_set(f, FAULT_INPUT,
			"%s: this is a private key. Name the file with .pub, and give the other to nobody",
			path);
	return sshsig_key(line, ret, fingerprint, f) ? fault_prefix(f, "%s", path) : 0;
}

/* Does it open without a passphrase? */
static int is_bare(const char *path, bool *ret, struct fault *f)
{
	auto_text_buffer said = {0};
	char nothing[FILE_PATH];
	auto_fd in = hold("", 0, nothing, f);
	const struct call c = {{PROGRAM, "-y", "-P", "", "-f", path}, in, true};
	int code;

	if (in < 0 || call(&c, &said, &code, f))
		return -1;
	*ret = !code;
	return 0;
}

int sshsig_make(const char *path, struct fault *f)
{
	const struct call c = {
		{PROGRAM, "-q", "-t", "ed25519", "-C", "breachmail", "-f", path}, -1,
		false};
	auto_text public = text_format("%s.pub", path);
	auto_text_buffer said = {0};
	bool bare = true;
	int code, failed;

	if (!access(path, F_OK) || !access(public, F_OK))
		return fault_set(f, FAULT_CANTCREATE,
			"%s: there is a key already; it is never overwritten", path);
	failed = call(&c, &said, &code, f) ||
		 (!access(path, F_OK) && is_bare(path, &bare, f));
	if (!failed && !code && !bare)
		return 0;
	(void)unlink(path);
	(void)unlink(public);
	if (failed)
		return -1;
	return fault_set(f, FAULT_USAGE,
		code ? "%s: no key was made; ssh-keygen says why above (it asks for a passphrase at the terminal)"
		     : "%s: a key that releases letters needs a passphrase: none was typed, so no key was made",
		path);
}

/* --- signatures --- */

int sshsig_sign(const char *key_file, const char *space, const char *bytes, size_t length,
	struct text *ret, struct fault *f)
{
	struct call c = {{PROGRAM, "-Y", "sign", "-n", space, "-f", key_file}, -1, false};
	char path[FILE_PATH];
	auto_fd in = -1;
	int code;

	if (access(key_file, R_OK))
		return fault_set(f, FAULT_INPUT, "%s: %s", key_file, strerror(errno));
	c.in = in = hold(bytes, length, path, f);
	if (in < 0 || call(&c, ret, &code, f))
		return -1;
	return code || !ret->length
		       ? fault_set(f, FAULT_REFUSED,
				 "ssh-keygen did not sign with this key; it says why above")
		       : 0;
}

/* The number of "signer-7"; -1: none. */
static int read_who(const char *said, size_t count)
{
	static const char prefix[] = "signer-";
	char *end;
	long n;

	if (strncmp(said, prefix, strlen(prefix)) != 0)
		return -1;
	n = strtol(said + strlen(prefix), &end, 10);
	return end == said + strlen(prefix) || n < 0 || (size_t)n >= count ? -1 : (int)n;
}

/* In armour of which ssh-keygen overlooks two things: a version of 0, which is not
 * signed, and what stands behind its end. */
static bool is_armour(const char *signature)
{
	static const char head[] = "-----BEGIN SSH SIGNATURE-----",
			  body[] = "U1NIU0lHAAAAAQ", /* "SSHSIG", version 1 */
		tail[] = "\n-----END SSH SIGNATURE-----";
	const char *begins = signature + strlen(head), *end = strstr(signature, tail);

	if (!end || strncmp(signature, head, strlen(head)) != 0)
		return false;
	begins += strspn(begins, "\r\n");
	end += strlen(tail);
	return !strncmp(begins, body, strlen(body)) && !end[strspn(end, "\r\n")];
}

int sshsig_who(const char *const *keys, size_t count, const char *space,
	const char *signature, const char *bytes, size_t length, int *ret, int *ret_named,
	struct fault *f)
{
	auto_text_buffer allowed = {0}, said = {0};
	char allowed_path[FILE_PATH], signature_path[FILE_PATH], path[FILE_PATH], who[32];
	auto_fd allowed_fd = -1;
	auto_fd signature_fd = -1;
	auto_fd in = -1;
	struct call find = {{PROGRAM, "-Y", "find-principals", "-s", signature_path, "-f",
				    allowed_path},
			    -1, true},
		    verify = {{PROGRAM, "-Y", "verify", "-f", allowed_path, "-I", who,
				      "-n", space, "-s", signature_path},
			    -1, true};
	int code, found;

	*ret = -1;
	if (ret_named)
		*ret_named = -1;
	if (!is_armour(signature))
		return 0;
	for (size_t i = 0; i < count; i++)
		text_printf(
			&allowed, "signer-%zu namespaces=\"%s\" %s\n", i, space, keys[i]);
	allowed_fd = hold(text_string(&allowed), allowed.length, allowed_path, f);
	signature_fd = hold(signature, strlen(signature), signature_path, f);
	find.in = verify.in = in = hold(bytes, length, path, f);
	if (allowed_fd < 0 || signature_fd < 0 || in < 0 || call(&find, &said, &code, f))
		return -1;
	found = code ? -1 : read_who(text_string(&said), count);
	if (found < 0)
		return 0;
	if (ret_named)
		*ret_named = found;
	(void)snprintf(who, sizeof(who), "signer-%d", found);
	(void)lseek(in, 0, SEEK_SET);
	if (call(&verify, &said, &code, f))
		return -1;
	if (!code)
		*ret = found;
	return 0;
}
