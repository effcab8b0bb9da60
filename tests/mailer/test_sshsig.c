/* SPDX-License-Identifier: MIT */
/*
 * sshsig: whatever ssh-keygen says or does, and when it is not there. In its place stands
 * a script; the real one is in tests/flow/test_sign.py.
 */
#include "tests/recipients/book.h"

#include <signal.h>
#include <sys/wait.h>

#include "mailer/sshsig.h"
#include "recipients/clock.h"

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"
#define HEAD "-----BEGIN SSH SIGNATURE-----\n"
#define TAIL "\n-----END SSH SIGNATURE-----"
#define ARMOUR HEAD "U1NIU0lHAAAAAQAAADM=" TAIL "\n"

static char top[] = "/tmp/test_sshsig.XXXXXX";
static char *program, *key, *public;

static void write_file(const char *path, const char *words, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(words, file) >= 0 && !fclose(file));
	assert_int_equal(chmod(path, mode), 0);
}

/* What ssh-keygen does from now on; NULL: there is none. */
static void keygen(const char *does)
{
	auto_text script = does ? text_format("#!/bin/sh\n%s\n", does) : NULL;

	(void)unlink(program);
	if (script)
		write_file(program, script, 0700);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(top))
		return -1;
	program = text_format("%s/ssh-keygen", top);
	key = text_format("%s/key", top);
	public = text_format("%s/key.pub", top);
	return setenv("PATH", top, 1);
}

static int tear_down(void **state)
{
	(void)state;
	keygen(NULL);
	free(program);
	free(key);
	free(public);
	return rmdir(top);
}

static void is_fault(int failed, const struct fault *f, enum fault_kind kind)
{
	if (!failed || f->kind != kind)
		fail_msg("%d %s: %s", failed, fault_kind_name(f->kind), f->text);
}

/* --- keys --- */

static void read_key(const char *line, enum fault_kind kind)
{
	char fingerprint[SSHSIG_FINGERPRINT];
	auto_text text = NULL;
	struct fault f = {0};
	int failed = sshsig_key(line, &text, fingerprint, &f);

	if (kind) {
		is_fault(failed, &f, kind);
		return;
	}
	fine(failed, &f);
	assert_string_equal(text, KEY);
	assert_string_equal(fingerprint, "SHA256:abc");
}

static void lines_of_keys(void **state)
{
	static const char *const none[] = {"", "junk", "ssh-ed25519", "ssh-ed25519 ",
		"ssh-ed25519 !", "ssh-ed25519 AAAA!", "ssh-dss AAAA", "ssh-ed2551 AAAA",
		"ssh-ed25519-cert-v01@openssh.com AAAA"};

	(void)state;
	keygen("echo '256 SHA256:abc no comment (ED25519)'");
	read_key(KEY, FAULT_NONE);
	read_key(KEY "\n", FAULT_NONE);
	read_key(KEY " ann@force.example\n", FAULT_NONE);
	for (size_t i = 0; i < LENGTH(none); i++)
		read_key(none[i], FAULT_INPUT);
	keygen("echo '2048 SHA256:abc no comment (RSA)'");
	read_key(KEY, FAULT_NONE);
	keygen("echo '2047 SHA256:abc no comment (RSA)'");
	read_key(KEY, FAULT_INPUT);
}

static void answers_that_are_none(void **state)
{
	static const char *const says[] = {"", "echo x", "echo 256 MD5:abc", "exit 1",
		"kill -9 $$", "echo 256 SHA256:abc; exit 255",
		"echo 256 SHA256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"i=0; while [ $i -lt 9000 ]; do echo xxxxxxxxxxxx; i=$((i + 1)); done"};

	(void)state;
	for (size_t i = 0; i < LENGTH(says); i++) {
		keygen(says[i]);
		read_key(KEY, FAULT_INPUT);
	}
}

static void a_program_that_is_not_there(void **state)
{
	(void)state;
	keygen(NULL);
	read_key(KEY, FAULT_CONFIG);
	write_file(program, "", 0600);
	read_key(KEY, FAULT_INTERNAL);
}

static void files_of_keys(void **state)
{
	char fingerprint[SSHSIG_FINGERPRINT];
	auto_text text = NULL;
	struct fault f = {0};

	(void)state;
	keygen("echo '256 SHA256:abc no comment (ED25519)'");
	is_fault(sshsig_key_file(key, &text, fingerprint, &f), &f, FAULT_INPUT);
	write_file(key, "", 0600);
	is_fault(sshsig_key_file(key, &text, fingerprint, &f), &f, FAULT_INPUT);
	write_file(key, "-----BEGIN OPENSSH PRIVATE KEY-----\n", 0600);
	is_fault(sshsig_key_file(key, &text, fingerprint, &f), &f, FAULT_INPUT);
	assert_non_null(strstr(f.text, "private key"));
	write_file(key, "junk\n", 0600);
	is_fault(sshsig_key_file(key, &text, fingerprint, &f), &f, FAULT_INPUT);
	assert_non_null(strstr(f.text, key));
	write_file(key, KEY " ann\n", 0600);
	fine(sshsig_key_file(key, &text, fingerprint, &f), &f);
	assert_string_equal(text, KEY);
	(void)unlink(key);
}

/* --- a new key --- */

/* Its options: -q -t ed25519 -C breachmail -f PATH; then -y ... asks whether it is bare.
 */
#define MAKES "if [ $1 = -q ]; then echo x >$7; echo x >$7.pub; "

static void make(const char *does, enum fault_kind kind)
{
	struct fault f = {0};
	int failed;

	keygen(does);
	failed = sshsig_make(key, &f);
	if (kind)
		is_fault(failed, &f, kind);
	else
		fine(failed, &f);
	/* without a good end there is no key */
	assert_int_equal(access(key, F_OK), kind ? -1 : 0);
	assert_int_equal(access(public, F_OK), kind ? -1 : 0);
}

static void new_keys(void **state)
{
	struct fault f = {0};

	(void)state;
	make(NULL, FAULT_CONFIG);
	make("exit 1", FAULT_USAGE);
	make("exit 0", FAULT_USAGE);   /* and made nothing */
	make(MAKES "fi", FAULT_USAGE); /* without a passphrase */
	make(MAKES "exit 1; fi", FAULT_USAGE);
	make(MAKES "exit 1; fi; exit 1", FAULT_USAGE);
	keygen(NULL); /* it goes while the key is looked at */
	make("/bin/rm $0; " MAKES "fi; exit 1", FAULT_CONFIG);
	make(MAKES "else exit 1; fi", FAULT_NONE);
	is_fault(sshsig_make(key, &f), &f, FAULT_CANTCREATE);
	(void)unlink(key);
	is_fault(sshsig_make(key, &f), &f, FAULT_CANTCREATE); /* NAME.pub is there */
	(void)unlink(public);
}

/* --- signatures --- */

static void sign(const char *does, enum fault_kind kind)
{
	auto_text_buffer armour = {0};
	struct fault f = {0};
	int failed;

	keygen(does);
	failed = sshsig_sign(key, "space", "text", 4, &armour, &f);
	if (kind) {
		is_fault(failed, &f, kind);
		return;
	}
	fine(failed, &f);
	assert_string_equal(text_string(&armour), "text signed\n");
}

static void signing(void **state)
{
	(void)state;
	sign("echo signed", FAULT_INPUT); /* no such key */
	write_file(key, "x", 0600);
	sign("read line; echo $line signed", FAULT_NONE);
	sign("exit 0", FAULT_REFUSED);
	sign("echo signed; exit 1", FAULT_REFUSED);
	sign(NULL, FAULT_CONFIG);
	(void)unlink(key);
}

static int named; /* whose key the last armour said it was made with */

/* Of two keys; -1: none. */
static int who_of(const char *armour, const char *does, enum fault_kind kind)
{
	const char *const keys[] = {KEY, KEY "B"};
	struct fault f = {0};
	int found, failed;

	keygen(does);
	failed = sshsig_who(keys, 2, "space", armour, "text", 4, &found, &named, &f);
	if (kind)
		is_fault(failed, &f, kind);
	else
		fine(failed, &f);
	return found;
}

static int who(const char *does, enum fault_kind kind)
{
	return who_of(ARMOUR, does, kind);
}

/* What ssh-keygen may overlook, and is not asked for. */
static void armour_that_is_none(void **state)
{
	static const char *const none[] = {"", "x", HEAD, TAIL, HEAD TAIL, "x" ARMOUR,
		ARMOUR "x", ARMOUR ARMOUR, HEAD "U1NIU0lHAAAAAA==" TAIL};

	(void)state;
	assert_int_equal(who_of(HEAD "\r\nU1NIU0lHAAAAAQ==" TAIL "\r\n", "echo signer-0",
				 FAULT_NONE),
		0);
	for (size_t i = 0; i < LENGTH(none); i++)
		assert_int_equal(who_of(none[i], "echo signer-0", FAULT_NONE), -1);
}

static void whose(void **state)
{
	static const char *const nobody[] = {"exit 1", "echo somebody", "echo signer-",
		"echo signer-x", "echo signer--1", "echo signer-2",
		"echo signer-1; exit 255", "[ $2 = verify ] && exit 1; echo signer-1"};

	(void)state;
	assert_int_equal(who("echo signer-0", FAULT_NONE), 0);
	assert_int_equal(who("echo signer-1", FAULT_NONE), 1);
	/* both are given the text, from its beginning */
	assert_int_equal(
		who("read line; [ $line = text ] || exit 1; echo signer-1", FAULT_NONE),
		1);
	for (size_t i = 0; i < LENGTH(nobody); i++)
		assert_int_equal(who(nobody[i], FAULT_NONE), -1);
	assert_int_equal(named, 1); /* the last: over something else */
	(void)who("exit 1", FAULT_NONE);
	assert_int_equal(named, -1);
	(void)who(NULL, FAULT_CONFIG);
	(void)who("/bin/rm $0; echo signer-1", FAULT_CONFIG);
}

/* --- stopped --- */

/* While ssh-keygen works, or just before its end. In a child: a stop is for good. */
static void stopped_by(const char *does)
{
	pid_t child = fork();
	int status;

	if (!child) {
		char fingerprint[SSHSIG_FINGERPRINT];
		auto_text text = NULL;
		struct fault f = {0};

		clock_catch_signals();
		keygen(does);
		exit(sshsig_key(KEY, &text, fingerprint, &f) ? (int)f.kind : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), FAULT_INTERRUPTED);
}

static void stopped(void **state)
{
	(void)state;
	stopped_by("/bin/sleep .1; kill -TERM $PPID; /bin/sleep .1; echo 256 SHA256:abc");
	stopped_by("exec >&-; /bin/sleep .1; kill -TERM $PPID; /bin/sleep .1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_keys),
		cmocka_unit_test(answers_that_are_none),
		cmocka_unit_test(a_program_that_is_not_there),
		cmocka_unit_test(files_of_keys),
		cmocka_unit_test(new_keys),
		cmocka_unit_test(signing),
		cmocka_unit_test(armour_that_is_none),
		cmocka_unit_test(whose),
		cmocka_unit_test(stopped),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
