/* SPDX-License-Identifier: MIT */
/*
 * Hears secrets. What they open is recipients/unlock.c's. At a terminal nothing is shown
 * of what is typed, and the terminal is left as it was found.
 */
#include "mailer/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "recipients/clock.h"
#include "recipients/slots.h"
#include "recipients/vault.h"

bool secret_is_named(const struct secret *s)
{
	return s->file || s->fd >= 0;
}

static ssize_t read_byte(int fd, off_t at, char *ret)
{
	ssize_t got = pread(fd, ret, 1, at);

	return got < 0 && errno == ESPIPE ? read(fd, ret, 1) : got;
}

/* Byte by byte: what comes behind the line is somebody else's. */
static int read_line(int fd, const char *where, struct text *ret, struct fault *f)
{
	off_t at = 0;
	ssize_t got;
	char byte;

	text_reserve(
		ret, SLOTS_WORDS_MAX + 2); /* it is never moved, so it is wiped once */
	while ((got = read_byte(fd, at++, &byte)) == 1 && byte != '\n') {
		if (!byte || ret->length > SLOTS_WORDS_MAX)
			return fault_set(f, FAULT_INPUT,
				"the first line of %s is no passphrase: at most %d bytes of text",
				where, SLOTS_WORDS_MAX);
		text_add_char(ret, byte);
	}
	if (got < 0)
		return errno == EINTR && clock_interrupted()
			       ? fault_set(f, FAULT_INTERRUPTED, "stopped")
			       : fault_set(f, FAULT_INPUT, "%s: %s", where,
					 strerror(errno));
	if (ret->length && ret->bytes[ret->length - 1] == '\r')
		text_cut(ret, ret->length - 1);
	return ret->length
		       ? 0
		       : fault_set(f, FAULT_INPUT, "there is no passphrase in %s", where);
}

static int ask(
	const struct secret *s, const char *prompt, struct text *ret, struct fault *f)
{
	struct termios before, quiet;
	int failed;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before))
		return fault_set(f, FAULT_CONFIG,
			"a passphrase is needed, and there is no terminal to ask at: name it with "
			"--passphrase-file or --passphrase-fd, or the key with --key-file");
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	(void)fputs(prompt, s->out);
	(void)fflush(s->out);
	failed = read_line(STDIN_FILENO, "the answer", ret, f);
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	(void)fputc('\n', s->out);
	return failed;
}

static void forget(struct text *words)
{
	if (words->bytes)
		vault_wipe(words->bytes, words->room);
	text_done(words);
}

static int ask_twice(struct secret *s, struct fault *f)
{
	struct text again = {0};
	int failed = ask(s, s->prompt, &s->words, f);

	if (!failed && s->again) {
		failed = ask(s, s->again, &again, f);
		if (!failed && strcmp(text_string(&again), text_string(&s->words)) != 0)
			failed = fault_set(f, FAULT_INPUT,
				"the two are not alike; nothing was done");
		forget(&again);
	}
	return failed;
}

static int read_file(struct secret *s, struct fault *f)
{
	int fd = open(s->file, O_RDONLY | O_CLOEXEC), failed;

	if (fd < 0)
		return fault_set(f, FAULT_INPUT, "%s: %s", s->file, strerror(errno));
	failed = read_line(fd, s->file, &s->words, f);
	(void)close(fd);
	return failed;
}

int secret_words(void *context, const char **ret, struct fault *f)
{
	struct secret *s = context;
	int failed = 0;

	if (s->words.length)
		failed = 0;
	else if (s->file && strcmp(s->file, "-") != 0)
		failed = read_file(s, f);
	else if (secret_is_named(s))
		failed = read_line(s->file ? STDIN_FILENO : s->fd,
			s->file ? "the standard input" : "the descriptor", &s->words, f);
	else
		failed = ask_twice(s, f);
	if (failed) {
		forget(&s->words);
		return -1;
	}
	*ret = text_string(&s->words);
	return 0;
}

int secret_share(const struct secret *s)
{
	int fd = s->words.length ? memfd_create("secret", 0) : -1;

	if (fd >= 0 &&
		write(fd, s->words.bytes, s->words.length) != (ssize_t)s->words.length) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

void secret_done(struct secret *s)
{
	forget(&s->words);
}
