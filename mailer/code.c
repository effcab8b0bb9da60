/* SPDX-License-Identifier: MIT */
/*
 * Reference codes. Which notice one belongs to is the ledger's (notice.code_digest).
 */
#include "mailer/code.h"

#include <ctype.h>
#include <string.h>

#include "recipients/vault.h"

static const char signs[] = "23456789ACFHJKLMPQRTWXY";
#define BASE 23

static unsigned check_sign(const unsigned values[CODE_SIGNS - 1])
{
	unsigned sum = 0;

	for (unsigned i = 0; i < CODE_SIGNS - 1; i++)
		sum += (i + 2) *
		       values[i]; /* weights 2 to 10; the check sign's own is 1 */
	return (BASE - sum % BASE) % BASE;
}

static void write_code(const unsigned values[CODE_SIGNS], char out[CODE_TEXT])
{
	size_t at = 0;

	for (size_t i = 0; i < CODE_SIGNS; i++) {
		if (i == CODE_SIGNS / 2)
			out[at++] = '-';
		out[at++] = signs[values[i]];
	}
	out[at] = '\0';
}

void code_make(char out[CODE_TEXT])
{
	unsigned values[CODE_SIGNS];
	unsigned char bytes[32];
	size_t at = sizeof(bytes);

	for (size_t i = 0; i < CODE_SIGNS - 1; at++) {
		if (at >= sizeof(bytes)) {
			vault_random(bytes, sizeof(bytes));
			at = 0;
		}
		if (bytes[at] < 253) /* 11 * 23: every sign is equally likely */
			values[i++] = bytes[at] % BASE;
	}
	values[CODE_SIGNS - 1] = check_sign(values);
	write_code(values, out);
}

int code_maker_open(struct ledger *l, struct code_maker *ret, struct fault *f)
{
	*ret = (struct code_maker){.ledger = l, .make = code_make};
	return ledger_query(l,
		SQL("SELECT EXISTS (SELECT 1 FROM notice WHERE code_digest = :digest)"
		    " OR EXISTS (SELECT 1 FROM task_letter WHERE code_digest = :digest) AS taken"),
		&ret->taken, f);
}

void code_maker_done(struct code_maker *m)
{
	query_close(m->taken);
}

int code_new(struct code_maker *m, char out[CODE_TEXT], struct fault *f)
{
	unsigned char digest[VAULT_DIGEST];
	bool taken;
	int got;

	do {
		m->make(out);
		vault_digest(ledger_vault(m->ledger), "code", out, strlen(out), digest);
		query_bind_blob(m->taken, ":digest", digest, sizeof(digest));
		got = query_next(m->taken, f);
		taken = got > 0 && query_int(m->taken, "taken");
		query_reset(m->taken);
	} while (taken);
	return got > 0 ? 0 : -1;
}

/* Bytes of what a mail program, a telephone or a sentence puts between signs; 0: none. */
static size_t gap(const char *p)
{
	static const char *const gaps[] = {"-", ".", ",", "\u2010", "\u2011", "\u2012",
		"\u2013", "\u2014", "\u2212", "\u00a0", "\u202f", "\u200b", NULL};

	if (isspace((unsigned char)*p))
		return 1;
	for (const char *const *g = gaps; *g; g++)
		if (!strncmp(p, *g, strlen(*g)))
			return strlen(*g);
	return 0;
}

static const char *skip_gaps(const char *p)
{
	for (size_t length; (length = gap(p));)
		p += length;
	return p;
}

int code_read(const char *typed, char out[CODE_TEXT])
{
	unsigned values[CODE_SIGNS];
	size_t count = 0;

	for (typed = skip_gaps(typed); *typed; typed = skip_gaps(typed + 1)) {
		const char *sign = strchr(signs, toupper((unsigned char)*typed));

		if (!sign || count == CODE_SIGNS)
			return -1;
		values[count++] = (unsigned)(sign - signs);
	}
	if (count != CODE_SIGNS || values[CODE_SIGNS - 1] != check_sign(values))
		return -1;
	write_code(values, out);
	return 0;
}
