/* SPDX-License-Identifier: MIT */
/*
 * merkle: the roots of the lists that certificate logs test themselves with (RFC 6962),
 * and that no change of a list leaves its root as it was.
 */
#include "mailer/merkle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "recipients/fault.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *bytes;
	size_t length;
} leaves[] = {{"", 0}, {"\x00", 1}, {"\x10", 1}, {"\x20\x21", 2}, {"\x30\x31", 2},
	{"\x40\x41\x42\x43", 4}, {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
	{"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16}};

static const char *const roots[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static int set_up(void **state)
{
	struct fault f;

	(void)state;
	return vault_start(&f);
}

static void root_of(struct merkle *m, char hex[2 * VAULT_SHA256 + 1])
{
	unsigned char root[VAULT_SHA256];

	merkle_root(m, root);
	vault_hex(root, sizeof(root), hex);
}

static void known_roots(void **state)
{
	char hex[2 * VAULT_SHA256 + 1];
	struct merkle m = {0};

	(void)state;
	for (size_t i = 0; i <= LENGTH(leaves); i++) {
		root_of(&m, hex);
		assert_string_equal(hex, roots[i]);
		assert_int_equal(m.count, i);
		if (i < LENGTH(leaves))
			merkle_add(&m, leaves[i].bytes, leaves[i].length);
	}
}

/* Another order, one leaf less, one leaf twice, a leaf cut otherwise. */
static void another_list(void **state)
{
	char one[2 * VAULT_SHA256 + 1], two[2 * VAULT_SHA256 + 1];

	(void)state;
	for (size_t count = 2; count < 40; count++)
		for (size_t way = 0; way < 3; way++) {
			struct merkle a = {0}, b = {0};

			for (size_t i = 0; i < count; i++) {
				unsigned char leaf = (unsigned char)i, other = leaf;

				if (way == 0 && i < 2)
					other = (unsigned char)(1 - i);
				merkle_add(&a, &leaf, 1);
				if (way != 1 || i + 1 < count)
					merkle_add(&b, &other, 1);
				if (way == 2 && i + 1 == count)
					merkle_add(&b, &other, 1);
			}
			root_of(&a, one);
			root_of(&b, two);
			assert_string_not_equal(one, two);
		}
}

/* The path of each member leads to the root, as RFC 9162 (2.1.3.2) walks it; another
 * member's does not. */
static void walk(const unsigned char leaf[VAULT_SHA256], size_t index, size_t count,
	unsigned char (*path)[VAULT_SHA256], size_t length,
	unsigned char out[VAULT_SHA256])
{
	unsigned char pair[1 + 2 * VAULT_SHA256] = {1};
	size_t last = count - 1;

	memcpy(out, leaf, VAULT_SHA256);
	for (size_t i = 0; i < length; i++, index >>= 1, last >>= 1) {
		bool right = index & 1 || index == last;

		assert_true(last > 0);
		memcpy(pair + 1, right ? path[i] : out, VAULT_SHA256);
		memcpy(pair + 1 + VAULT_SHA256, right ? out : path[i], VAULT_SHA256);
		vault_sha256(pair, sizeof(pair), out);
		for (; right && index && !(index & 1); index >>= 1)
			last >>= 1;
	}
	assert_int_equal(last, 0);
}

static void paths(void **state)
{
	unsigned char all[70][VAULT_SHA256], row[70][VAULT_SHA256],
		path[MERKLE_PATH][VAULT_SHA256], root[VAULT_SHA256], found[VAULT_SHA256];
	struct merkle m = {0};

	(void)state;
	for (unsigned char count = 1; count < LENGTH(all); count++) {
		merkle_leaf(&count, 1, all[count - 1]);
		merkle_add(&m, &count, 1);
		merkle_root(&m, root);
		for (size_t i = 0; i < count; i++) {
			memcpy(row, all, sizeof(row));
			walk(all[i], i, count, path, merkle_path(row, count, i, path),
				found);
			assert_memory_equal(found, root, sizeof(root));
			assert_memory_equal(row[0], root, sizeof(root));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_roots),
		cmocka_unit_test(another_list),
		cmocka_unit_test(paths),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
