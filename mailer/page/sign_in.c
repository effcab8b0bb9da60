/* SPDX-License-Identifier: MIT */
/*
 * Letting in: one-time secrets, passphrases, sessions. Whom there is to let in is
 * shelf.c's.
 *
 * No difference is made between a name that nobody has and a secret that is wrong: one
 * comparison with a hash, the same page, the same slowing down.
 */
#include <stdio.h>
#include <string.h>

#include "mailer/page/pages_inside.h"
#include "recipients/clock.h"
#include "recipients/fold.h"

#define NAME_MOST 200
#define SECRET_MOST MILL_SECRET
#define PASSPHRASE_LEAST 15 /* signs; ASVS 5.0, 6.2.1 */
#define PASSPHRASE_SIGNS 5  /* different ones */

/* --- signing in --- */

static void show_form(struct visit *v, unsigned status, const char *wrong)
{
	v->session = NULL; /* this page looks the same to everybody */
	v->reviewer = NULL;
	visit_show(v, status, "sign-in", json_pack("{s:s?}", "wrong", wrong));
}

void sign_in_show(struct visit *v)
{
	if (v->session)
		visit_go(v, "/");
	else
		show_form(v, 200, NULL);
}

/* What fits this reviewer now: their passphrase, or a secret that nobody has used. */
static const char *hash_of(const struct visit *v, const struct shelf_reviewer *r)
{
	const struct guest *g =
		r ? guests_find(&v->pages->guests, r->id, r->serial) : NULL;

	if (!r)
		return v->pages->nobody;
	if (g && *g->hash)
		return g->hash;
	return (g && g->used) || clock_now() >= r->secret_expires || !*r->secret
		       ? v->pages->nobody
		       : r->secret;
}

/* A secret is read out or typed from paper: blanks, dashes and case do not count. A
 * passphrase is taken as it is typed. */
static void normal_secret(const char *typed, char out[SECRET_MOST])
{
	size_t length = 0;

	for (; *typed && length + 1 < SECRET_MOST; typed++)
		if (*typed != '-' && *typed != ' ' && *typed != '\n' && *typed != '\t')
			out[length++] = *typed >= 'a' && *typed <= 'z'
						? (char)(*typed - 'a' + 'A')
						: *typed;
	out[length] = '\0';
}

static void set_cookie(struct visit *v, const char *token, bool ends)
{
	(void)snprintf(v->reply->cookie, sizeof(v->reply->cookie),
		SESSION_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s", token,
		ends ? "; Max-Age=0" : "");
}

static void let_in(struct visit *v, const struct shelf_reviewer *r, bool by_secret)
{
	char token[SESSION_TOKEN + 1];
	struct session *one;

	if (v->session)
		sessions_end(v->session);
	v->session = NULL;
	v->reviewer = r;
	if (visit_log_event(v,
		    by_secret ? json_pack("{s:s,s:I}", "what", "sign-in", "serial",
					(json_int_t)r->serial)
			      : json_pack("{s:s}", "what", "sign-in"),
		    by_secret))
		return;
	if (by_secret && !guests_note(&v->pages->guests, r->id, r->serial, NULL)) {
		visit_tell(v, 503, "The page is full", "Please tell the officer.");
		return;
	}
	one = sessions_begin(v->pages->sessions, v->request->now, token);
	one->reviewer = r->id;
	one->serial = r->serial;
	one->by_secret = by_secret;
	set_cookie(v, token, false);
	hatch_wipe(token, sizeof(token));
	visit_go(v, by_secret ? "/passphrase" : "/");
}

/* How long until the next try; 0: now. */
static int64_t must_wait(
	const struct visit *v, const unsigned char *name, const unsigned char *address)
{
	int64_t now = v->request->now, a, b;

	a = patience_wait(v->pages->names, name, now);
	b = patience_wait(v->pages->addresses, address, now);
	return a > b ? a : b;
}

static void slow_down(struct visit *v, int64_t wait)
{
	if (visit_log(v, "slowed", NULL, false))
		return;
	show_form(
		v, 429, "There were too many tries. Wait a minute, then try once more.");
	v->reply->retry_after = (wait + 999) / 1000;
}

static void refuse(struct visit *v, const struct shelf_reviewer *known,
	const unsigned char *name, const unsigned char *address)
{
	int64_t who = known ? known->id : 0;

	patience_failed(v->pages->names, name, v->request->now);
	patience_failed(v->pages->addresses, address, v->request->now);
	if (visit_log_event(v,
		    json_pack("{s:s,s:I}", "what", "refused", "who", (json_int_t)who),
		    false))
		return;
	show_form(v, 401, "The name or the secret is not right.");
}

void sign_in_try(struct visit *v)
{
	const char *name = form_value(&v->form, "name"),
		   *secret = form_value(&v->form, "secret");
	unsigned char key[HATCH_KEY], box[HATCH_KEY], who[HATCH_DIGEST],
		from[HATCH_DIGEST];
	const struct shelf_reviewer *r;
	const char *hash;
	const struct mill_work *work;
	char normal[SECRET_MOST];
	bool by_secret, is_done;
	int64_t wait;

	if (!name || !secret || strlen(name) > NAME_MOST ||
		strlen(secret) >= SECRET_MOST) {
		show_form(v, 400, "Type your name and your secret.");
		return;
	}
	(void)shelf_keys(v->pages->shelf, key, box); /* without a file: zeroes */
	shelf_name(key, name, who);
	hatch_digest(
		key, "address", v->request->address, strlen(v->request->address), from);
	wait = must_wait(v, who, from);
	if (wait) {
		slow_down(v, wait);
		return;
	}
	r = shelf_find_name(v->pages->shelf, who, clock_now());
	hash = hash_of(v, r);
	by_secret = r && hash == r->secret;
	normal_secret(secret, normal);
	is_done = visit_work(v, hash, by_secret || !r ? normal : secret, "", &work);
	hatch_wipe(normal, sizeof(normal));
	if (!is_done)
		return;
	if (!work->fits || !r) {
		refuse(v, r, who, from);
		return;
	}
	patience_forget(v->pages->names, who);
	let_in(v, r, by_secret);
}

void sign_out(struct visit *v)
{
	if (visit_log(v, "sign-out", NULL, false))
		return;
	sessions_end(v->session);
	v->session = NULL;
	set_cookie(v, "", true);
	v->reply->leaves = true;
	visit_go(v, "/sign-in");
}

/* --- passphrases --- */

static const struct guest *guest_of(const struct visit *v)
{
	return guests_find(&v->pages->guests, v->reviewer->id, v->reviewer->serial);
}

static const char wrong_old[] = "Your current passphrase is not right.";

static void show_passphrase(struct visit *v, unsigned status, const char *wrong)
{
	const struct guest *g = guest_of(v);
	bool old = wrong == wrong_old;

	visit_show(v, status, "passphrase",
		json_pack("{s:s?,s:s,s:b,s:b,s:b}", "wrong", wrong, "field",
			old ? "old" : "new", "wrong_old", old, "wrong_new", wrong && !old,
			"has_one", g && *g->hash));
}

void passphrase_show(struct visit *v)
{
	if (!visit_log(v, "view", "/passphrase", false))
		show_passphrase(v, 200, NULL);
}

/* What those who guess try first: rows of a few signs, or of keys; of what leads lists of
 * stolen passwords, that which is long enough here. */
static bool is_too_plain(const char *passphrase)
{
	static const char *const first[] = {"1234567890", "0123456789", "0987654321",
		"qwertyuiop", "1q2w3e4r5t", "1qaz2wsx3e", "qazwsxedc", "asdfghjkl",
		"zxcvbnm", "abcdefghij", "passwordpass", "iloveyouilove", "letmeinlet",
		NULL};
	bool seen[256] = {false};
	char folded[FOLD_ROOM];
	size_t different = 0;

	for (const char *p = passphrase; *p; p++) {
		different += !seen[(unsigned char)*p];
		seen[(unsigned char)*p] = true;
	}
	(void)fold_words(passphrase, folded, sizeof(folded));
	(void)fold_join(folded, folded, sizeof(folded));
	for (const char *const *f = first; *f; f++)
		if (!strncmp(folded, *f, strlen(*f)))
			return true;
	return different < PASSPHRASE_SIGNS;
}

static size_t count_signs(const char *s)
{
	size_t count = 0;

	for (; *s; s++)
		count += (*s & 0xc0) != 0x80;
	return count;
}

static const char *find_wrong(const char *old, const char *new, const char *again)
{
	if (!new || !again || strlen(new) >= SECRET_MOST)
		return "Type the new passphrase twice, at most 250 characters.";
	if (strcmp(new, again) != 0)
		return "The two are not the same.";
	if (count_signs(new) < PASSPHRASE_LEAST)
		return "It is too short: take at least 15 characters, four words for example.";
	if (is_too_plain(new))
		return "It is too easy to guess: take other words, four of them for example.";
	return old && strlen(old) >= SECRET_MOST ? wrong_old : NULL;
}

void passphrase_set(struct visit *v)
{
	const char *old = form_value(&v->form, "old"), *new = form_value(&v->form, "new"),
		   *wrong = find_wrong(old, new, form_value(&v->form, "again"));
	const struct guest *g = guest_of(v);
	const struct mill_work *work;

	if (wrong) {
		show_passphrase(v, 400, wrong);
		return;
	}
	if (!v->request->work->done && !session_may_check(v->session, v->request->now)) {
		visit_tell(
			v, 429, "Too many in a minute", "Wait a minute, then try again.");
		v->reply->retry_after = 60;
		return;
	}
	if (!visit_work(v, g ? g->hash : "", old && g ? old : "", new, &work))
		return;
	if (!work->fits) {
		if (!visit_log(v, "refused", "/passphrase", false))
			show_passphrase(v, 400, wrong_old);
		return;
	}
	if (visit_log_event(v,
		    json_pack("{s:s,s:I,s:s}", "what", "passphrase", "serial",
			    (json_int_t)v->reviewer->serial, "hash", work->made),
		    true))
		return;
	(void)guests_note(
		&v->pages->guests, v->reviewer->id, v->reviewer->serial, work->made);
	sessions_end_of(v->pages->sessions, v->reviewer->id, v->session);
	v->session->by_secret = false;
	visit_tell(v, 200, "Your passphrase is set",
		"From now on you sign in with it. Nobody here knows it: if you forget it, ask the officer for a new secret.");
}
