/* SPDX-License-Identifier: MIT */
/*
 * Rows into digests, digests into sums. Where they are kept, and what they are held
 * against, is history.c's.
 */
#include "recipients/account.h"

#include <stdlib.h>
#include <string.h>

void account_value(struct account *a, sqlite3_value *value)
{
	struct text *row = &a->row;
	int type = sqlite3_value_type(value);
	double real = type == SQLITE_FLOAT ? sqlite3_value_double(value) : 0;
	int64_t number = type == SQLITE_INTEGER ? sqlite3_value_int64(value) : 0;
	const void *bytes = NULL;

	/* SQLite keeps a real that is whole as an integer, and may show it as either. */
	if (type == SQLITE_FLOAT && real > -9e15 && real < 9e15 &&
		(double)(int64_t)real >= real && (double)(int64_t)real <= real) {
		type = SQLITE_INTEGER;
		number = (int64_t)real;
	}
	text_add_char(row, (char)('0' + type));
	if (type == SQLITE_INTEGER) {
		text_add(row, &number, sizeof(number));
	} else if (type == SQLITE_FLOAT) {
		text_add(row, &real, sizeof(real));
	} else if (type != SQLITE_NULL) {
		bytes = type == SQLITE_TEXT ? (const void *)sqlite3_value_text(value)
					    : sqlite3_value_blob(value);
		number = sqlite3_value_bytes(value);
		text_add(row, &number, sizeof(number));
		text_add(row, bytes ? bytes : "", (size_t)number);
	}
}

struct account_table *account_table(struct account *a, const char *name)
{
	if (a->last < a->tables_count && !strcmp(a->tables[a->last].name, name))
		return &a->tables[a->last];
	for (a->last = 0; a->last < a->tables_count; a->last++)
		if (!strcmp(a->tables[a->last].name, name))
			return &a->tables[a->last];
	if ((a->tables_count & (a->tables_count - 1)) == 0)
		a->tables = text_realloc(
			a->tables, (a->tables_count * 2 + 1) * sizeof(*a->tables));
	a->tables[a->tables_count] = (struct account_table){.name = text_copy(name)};
	return &a->tables[a->tables_count++];
}

static void sum_bytes(unsigned char sum[LATTICE_DIGEST],
	const unsigned char digest[LATTICE_DIGEST], int sign)
{
	int carry = 0;

	for (size_t i = 0; i < LATTICE_DIGEST; i++) {
		carry += sum[i] + sign * digest[i];
		sum[i] = (unsigned char)carry;
		carry >>= 8;
	}
}

/* The row stands in a->row, packed. */
void account_row(struct account *a, const struct vault *v, const char *name, int sign)
{
	struct account_table *t = account_table(a, name);
	unsigned char digest[LATTICE_DIGEST];

	vault_digest_row(v, a->row.bytes, a->row.length, digest);
	if (sign > 0)
		lattice_add(&a->sum, digest);
	else
		lattice_take(&a->sum, digest);
	sum_bytes(t->sum, digest, sign);
	t->rows += sign;
	t->changed = true;
	a->rows += sign;
}

void account_begin(struct account *a, const char *name)
{
	text_clear(&a->row);
	text_add(&a->row, name, strlen(name) + 1);
}

void account_clear(struct account *a)
{
	for (size_t i = 0; i < a->tables_count; i++)
		free(a->tables[i].name);
	free(a->tables);
	text_done(&a->row);
	*a = (struct account){0};
}
