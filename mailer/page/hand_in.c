/* SPDX-License-Identifier: MIT */
/*
 * What a rep hands in: requests for a notice once more, and points on a text. Both are
 * sealed to the ledger before they are kept, so that even this process cannot read them
 * again; the next verb takes them over (visits.c).
 */
#include <stdlib.h>
#include <string.h>

#include "mailer/page/pages_inside.h"
#include "recipients/vault.h"

#define REQUEST_MOST 16000 /* bytes */
#define POINT_MOST 4000
#define ABOUT_MOST 200

static int seal(struct visit *v, const char *words, char **ret)
{
	unsigned char key[HATCH_KEY], box[HATCH_KEY];
	auto_text_buffer sealed = {0};

	if (!shelf_keys(v->pages->shelf, key, box))
		return -1;
	hatch_seal(box, words, strlen(words), &sealed);
	*ret = text_alloc(2 * sealed.length + 1);
	vault_hex(sealed.bytes, sealed.length, *ret);
	return 0;
}

static int hand_in(struct visit *v, const char *what, const char *words)
{
	auto_text sealed = NULL;

	if (seal(v, words, &sealed)) {
		visit_tell(v, 503, "Not now", "Please try again in a moment.");
		return -1;
	}
	return visit_log_event(v,
		json_pack("{s:s,s:s,s:s}", "what", what, "mode",
			shelf_mode(v->pages->shelf), "sealed", sealed),
		true);
}

static bool says_something(const char *words, size_t most)
{
	return words && words[strspn(words, " \t\n")] && strlen(words) <= most;
}

/* Says also that another one is to wait. */
static bool is_too_often(struct visit *v)
{
	bool often = !session_may_check(v->session, v->request->now);

	if (often)
		v->reply->retry_after = 60;
	return often;
}
static const char wait_words[] =
	"There were too many in a minute. Wait a minute, then hand it in.";

/* --- a notice once more --- */

/* What is refused stands in the form again: nobody writes it twice. */
static void show_ask_again(
	struct visit *v, unsigned status, const char *wrong, bool taken)
{
	visit_show(v, status, "ask-again",
		json_pack("{s:s?,s:b,s:s?}", "wrong", wrong, "taken", taken, "typed",
			wrong ? form_value(&v->form, "requests") : NULL));
}

void ask_again_show(struct visit *v)
{
	if (!visit_log(v, "view", "/ask-again", false))
		show_ask_again(v, 200, NULL, false);
}

void ask_again_take(struct visit *v)
{
	const char *words = form_value(&v->form, "requests");

	if (!says_something(words, REQUEST_MOST))
		show_ask_again(v, 400,
			"Write a line for each person, at most 16,000 characters in all.",
			false);
	else if (is_too_often(v))
		show_ask_again(v, 429, wait_words, false);
	else if (!hand_in(v, "request", words))
		show_ask_again(v, 200, NULL, true);
}

/* --- a point --- */

static void show_points(struct visit *v, unsigned status, const char *wrong, bool taken)
{
	json_t *points = shelf_points(v->pages->shelf, v->reviewer->id);
	json_t *data = json_pack("{s:s?,s:b,s:s?,s:s?}", "wrong", wrong, "taken", taken,
		"about", wrong ? form_value(&v->form, "text") : NULL, "typed",
		wrong ? form_value(&v->form, "point") : NULL);

	(void)json_object_set_new(
		data, "points", points ? json_incref(points) : json_array());
	visit_show(v, status, "points", data);
}

void points_show(struct visit *v)
{
	if (!visit_log(v, "view", "/points", false))
		show_points(v, 200, NULL, false);
}

static void refuse_point(struct visit *v, unsigned status, const char *wrong)
{
	if (!visit_log(v, "view", "/points", false))
		show_points(v, status, wrong, false);
}

void point_take(struct visit *v)
{
	const char *words = form_value(&v->form, "point"),
		   *about = form_value(&v->form, "text");
	json_t *point;
	char *all;

	if (!says_something(words, POINT_MOST) || (about && strlen(about) > ABOUT_MOST)) {
		refuse_point(v, 400,
			"Say which paragraph, and what is wrong with it, in at most 4,000 characters.");
		return;
	}
	if (is_too_often(v)) {
		refuse_point(v, 429, wait_words);
		return;
	}
	point = json_pack("{s:s,s:s}", "text", about && *about ? about : "the texts",
		"words", words);
	all = json_dumps(point, JSON_COMPACT);
	json_decref(point);
	if (!hand_in(v, "point", all))
		show_points(v, 200, NULL, true);
	free(all);
}
