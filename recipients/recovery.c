/* SPDX-License-Identifier: MIT */
/*
 * Codes to write down. What they open is slots.c's.
 */
#include "recipients/recovery.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "recipients/vault.h"

#define SIGNS (RECOVERY_GROUPS * RECOVERY_GROUP)

static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Odd weights: any one sign that changes, changes the sum modulo 32. */
static unsigned check_sign(const unsigned char *group, unsigned place)
{
	unsigned sum = 7 * place;

	for (unsigned i = 0; i < RECOVERY_GROUP - 1; i++)
		sum += (2 * i + 3) * group[i];
	return sum % 32;
}

static void write_code(const unsigned char values[SIGNS], char out[RECOVERY_TEXT])
{
	size_t at = 0;

	for (size_t i = 0; i < SIGNS; i++) {
		if (i && i % RECOVERY_GROUP == 0)
			out[at++] = '-';
		out[at++] = signs[values[i]];
	}
	out[at] = '\0';
}

void recovery_make(char out[RECOVERY_TEXT])
{
	unsigned char values[SIGNS];

	vault_random(values, sizeof(values));
	for (size_t i = 0; i < SIGNS; i++)
		values[i] %= 32; /* a divisor of 256: every sign is equally likely */
	for (unsigned g = 0; g < RECOVERY_GROUPS; g++)
		values[g * RECOVERY_GROUP + RECOVERY_GROUP - 1] =
			(unsigned char)check_sign(values + (size_t)g * RECOVERY_GROUP, g);
	write_code(values, out);
	vault_wipe(values, sizeof(values));
}

/* What people write for what they see. */
static char plain(char typed)
{
	char c = (char)toupper((unsigned char)typed);

	return c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
}

static int read_signs(const char *typed, unsigned char values[SIGNS])
{
	size_t count = 0;

	for (; *typed; typed++) {
		const char *sign = strchr(signs, plain(*typed));

		if (*typed == '-' || isspace((unsigned char)*typed))
			continue;
		if (!sign || count == SIGNS)
			return -1;
		values[count++] = (unsigned char)(sign - signs);
	}
	return count == SIGNS ? 0 : -1;
}

int recovery_read(const char *typed, char out[RECOVERY_TEXT])
{
	unsigned char values[SIGNS];
	int wrong = read_signs(typed, values);

	for (unsigned g = 0; g < RECOVERY_GROUPS && !wrong; g++) {
		const unsigned char *group = values + (size_t)g * RECOVERY_GROUP;

		if (group[RECOVERY_GROUP - 1] != check_sign(group, g))
			wrong = (int)g + 1;
	}
	if (!wrong)
		write_code(values, out);
	vault_wipe(values, sizeof(values));
	return wrong;
}
