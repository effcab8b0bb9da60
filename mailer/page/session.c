/* SPDX-License-Identifier: MIT */
/*
 * A table of sessions. Cookies and forms are pages.c's.
 */
#include "mailer/page/session.h"

#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"
#include "recipients/vault.h"

#define MINUTE_MS 60000

struct sessions {
	unsigned char key[HATCH_KEY];
	int64_t idle, longest;
	struct session list[SESSION_MOST];
};

struct sessions *sessions_new(int64_t idle, int64_t longest)
{
	struct sessions *s = text_alloc(sizeof(*s));

	vault_random(s->key, sizeof(s->key));
	s->idle = idle;
	s->longest = longest;
	return s;
}

void sessions_free(struct sessions *s)
{
	if (!s)
		return;
	hatch_wipe(s, sizeof(*s));
	free(s);
}

static bool is_over(const struct sessions *s, const struct session *one, int64_t now)
{
	return now - one->seen >= s->idle || now - one->began >= s->longest;
}

/* A free place; or whose turn it is to make room. */
static struct session *find_room(struct sessions *s, int64_t now)
{
	struct session *oldest = &s->list[0];

	for (size_t i = 0; i < SESSION_MOST; i++) {
		struct session *one = &s->list[i];

		if (!one->used || is_over(s, one, now))
			return one;
		if (one->seen < oldest->seen)
			oldest = one;
	}
	return oldest;
}

struct session *sessions_begin(
	struct sessions *s, int64_t now, char token[SESSION_TOKEN + 1])
{
	struct session *one = find_room(s, now);
	unsigned char random[SESSION_TOKEN / 2];

	*one = (struct session){.used = true, .began = now, .seen = now};
	vault_random(random, sizeof(random));
	vault_hex(random, sizeof(random), token);
	hatch_digest(s->key, "session", token, SESSION_TOKEN, one->digest);
	vault_random(random, sizeof(random));
	vault_hex(random, SESSION_TOKEN / 4, one->form_token);
	return one;
}

struct session *sessions_find(struct sessions *s, const char *token, int64_t now)
{
	unsigned char digest[HATCH_DIGEST];
	struct session *found = NULL;

	hatch_digest(s->key, "session", token, strlen(token), digest);
	for (size_t i = 0; i < SESSION_MOST && !found; i++)
		if (s->list[i].used &&
			hatch_same(s->list[i].digest, digest, sizeof(digest)))
			found = &s->list[i];
	if (found && is_over(s, found, now)) {
		sessions_end(found);
		return NULL;
	}
	if (found)
		found->seen = now;
	return found;
}

void sessions_end(struct session *s)
{
	hatch_wipe(s, sizeof(*s));
}

void sessions_end_of(struct sessions *s, int64_t reviewer, const struct session *other)
{
	for (size_t i = 0; i < SESSION_MOST; i++)
		if (s->list[i].used && s->list[i].reviewer == reviewer &&
			&s->list[i] != other)
			sessions_end(&s->list[i]);
}

bool session_may_check(struct session *s, int64_t now)
{
	if (now - s->minute >= MINUTE_MS) {
		s->minute = now;
		s->checks = 0;
	}
	return s->checks++ < SESSION_CHECKS;
}
