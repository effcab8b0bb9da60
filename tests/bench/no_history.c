/* SPDX-License-Identifier: MIT */
/*
 * Preloaded by tests/bench/proof: SQLite tells nobody of rows that come and go, so that no
 * account of them is kept. What a send costs less then is what the history costs.
 */
#include <sqlite3.h>
#include <stddef.h>

void *sqlite3_preupdate_hook(sqlite3 *db,
	void (*hook)(void *, sqlite3 *, int, const char *, const char *, sqlite3_int64,
		sqlite3_int64),
	void *user);

void *sqlite3_preupdate_hook(sqlite3 *db,
	void (*hook)(void *, sqlite3 *, int, const char *, const char *, sqlite3_int64,
		sqlite3_int64),
	void *user)
{
	(void)db;
	(void)hook;
	(void)user;
	return NULL;
}
