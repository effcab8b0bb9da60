/* SPDX-License-Identifier: MIT */
/*
 * run: the letters, the release, the rehearsal. In a rehearsal up to what was sent; in
 * live up to the signatures, since sending asks for the digits of a release that people
 * have signed.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mailer/show.h"
#include "mailer/verb/run_state.h"

static bool is_live(const struct run *r)
{
	const char *mode = json_string_value(json_object_get(r->status, "mode"));

	return mode && !strcmp(mode, "live");
}

/* --- the letters --- */

/* A folder that is not there yet: preview, preview-2 ... */
static char *new_folder(const struct run *r)
{
	char *path = text_format("%s/preview", r->c->dir);

	for (int i = 2; i < 1000 && !access(path, F_OK); i++) {
		text_freep(&path);
		path = text_format("%s/preview-%d", r->c->dir, i);
	}
	return path;
}

static int look_at_letters(struct run *r, struct fault *f)
{
	auto_text dir = new_folder(r);

	if (run_errand(r, RUN("compose", "--preview", dir), NULL, f))
		return -1;
	ask_say(r->ask.out, 2,
		"Each file there is a letter to somebody made up, one for each way in which it can come out. Open them with a mail program or an editor, and read them as somebody who is in the leak.");
	return 0;
}

static int letters(struct run *r, struct fault *f)
{
	static const struct decision_point d = {
		"letters", "Has somebody read the letters?", "compose --preview DIR"};
	static const struct choice choices[] = {
		{"p", "look at them", "They are put into a folder, to somebody made up."},
		{"y", "they are read and right", "Next is what would be released."},
		{"c", "compose them again",
			"After a change of words: incident.json, or a copy of a text in the incident's folder templates/."},
		{NULL, NULL, NULL}};
	size_t choice = 0;

	if (run_is_put_off(r, d.name))
		return 0;
	if (run_decide(r, &d, f))
		return -1;
	ask_heading(&r->ask, "The letters");
	while (choice != 1) {
		if (ask_choice(&r->ask, "Has somebody read them?", choices, NULL, &choice,
			    f))
			return -1;
		if ((choice == 0 && look_at_letters(r, f)) ||
			(choice == 2 && run_errand(r, RUN("compose"), NULL, f)))
			return -1;
	}
	run_put_off(r, d.name);
	return 0;
}

/* --- the release --- */

static int rehearse(struct run *r, struct fault *f)
{
	static const struct choice choices[] = {
		{"r", "release it, for this rehearsal",
			"Nothing leaves this machine. One byte changed after it, and send refuses."},
		{"l", "look at the letters again", NULL}, {NULL, NULL, NULL}};
	size_t choice;

	if (ask_choice(&r->ask, "This is what would be released. Is it right?", choices,
		    NULL, &choice, f))
		return -1;
	if (choice == 1) {
		(void)json_object_del(r->put_off, "letters");
		return 0;
	}
	return run_errand(r, RUN("approve", "--release"), NULL, f);
}

static int check_key(const char *answer, char **ret, struct text *wrong)
{
	(void)ret;
	if (*answer != '-' && !access(answer, R_OK))
		return 0;
	text_add_string(wrong, "There is no such file that can be read.");
	return -1;
}

static int check_name(const char *answer, char **ret, struct text *wrong)
{
	(void)ret;
	if (*answer != '-')
		return 0;
	text_add_string(wrong, "A name, please.");
	return -1;
}

static int sign_here(struct run *r, int *ret_code, struct fault *f)
{
	auto_text key = NULL;

	return ask_line(&r->ask,
		       &(struct question){"With which key?",
			       "The file of the SSH key of whoever sits here now. ssh-keygen asks for its passphrase.",
			       NULL, NULL, check_key},
		       &key, f) ||
			       run_errand(r, RUN("approve", "--sign", key), ret_code, f)
		       ? -1
		       : 0;
}

static int take_signature(struct run *r, int *ret_code, struct fault *f)
{
	auto_text file = NULL;

	return ask_line(&r->ask,
		       &(struct question){"Which file is the signature?",
			       "It ends in .sig; ssh-keygen -Y sign made it.", NULL, NULL,
			       check_key},
		       &file, f) ||
			       run_errand(r, RUN("approve", "--signature", file),
				       ret_code, f)
		       ? -1
		       : 0;
}

static int write_manifest(struct run *r, int *ret_code, struct fault *f)
{
	auto_text file = text_format("%s/release.txt", r->c->dir);

	return run_errand(r, RUN("approve", "--manifest", file), ret_code, f);
}

static int enrol(struct run *r, int *ret_code, struct fault *f)
{
	auto_text name = NULL;
	auto_text key = NULL;

	if (ask_line(&r->ask,
		    &(struct question){"Who is it?", NULL, NULL, NULL, check_name}, &name,
		    f) ||
		ask_line(&r->ask,
			&(struct question){"Which file is their public SSH key?",
				"It ends in .pub. Whoever has none gets a key now, and types its passphrase.",
				NULL, "a new key", check_key},
			&key, f))
		return -1;
	return key ? run_errand(r, RUN("approve", "--enrol", name, "--public", key),
			     ret_code, f)
		   : run_errand(r, RUN("approve", "--enrol", name), ret_code, f);
}

/* How many may sign and how many must; is there a release of it by now? */
static int count_signatures(struct run *r, json_int_t *ret_left, struct fault *f)
{
	json_t *tally = NULL;
	int code;

	if (errand_ask(&r->errand, RUN("approve"), &tally, &code, f))
		return -1;
	*ret_left = json_integer_value(json_object_get(tally, "notices"));
	json_decref(tally);
	return 0;
}

/* From here on it is real. What one of them cannot do (the exit code says so) is told
 * above, and asked again. */
static int sign(struct run *r, struct fault *f)
{
	static int (*const steps[])(struct run *, int *, struct fault *) = {
		sign_here, write_manifest, take_signature, enrol};
	static const struct choice choices[] = {
		{"s", "somebody here signs it", "With their own key, and nobody else's."},
		{"w", "write it out, for somebody elsewhere",
			"They sign the file, wherever their key is, and send the signature back."},
		{"t", "take a signature back", NULL},
		{"e", "enrol somebody who may sign", NULL},
		{"r", "read the letters of it", NULL},
		{"n", "not now",
			"What is signed stays signed; breachmail approve shows it."},
		{NULL, NULL, NULL}};
	json_int_t left = 1;
	size_t choice;
	int code;

	while (left) {
		if (ask_choice(&r->ask,
			    "As many people sign as the policy asks for. What now?",
			    choices, NULL, &choice, f))
			return -1;
		if (choice == 5) {
			r->finished = true;
			return 0;
		}
		if (choice == 4 ? run_errand(r, RUN("approve", "--read"), &code, f)
				: steps[choice](r, &code, f))
			return -1;
		if (count_signatures(r, &left, f))
			return -1;
	}
	return 0;
}

int run_release(struct run *r, struct fault *f)
{
	const struct decision_point d = {"release",
		is_live(r) ? "Is the release right? Then people sign it."
			   : "Is the release right? A rehearsal's is not signed.",
		is_live(r) ? "approve --sign KEYFILE" : "approve --release"};
	int code;

	if (letters(r, f) || run_errand(r, RUN("approve"), &code, f) ||
		run_decide(r, &d, f))
		return -1;
	if (code > 1) {
		r->finished = true;
		return 0;
	}
	ask_heading(&r->ask, "The release");
	return is_live(r) ? sign(r, f) : rehearse(r, f);
}

/* --- sending --- */

/* How many mails wait for a head start? */
static int count_waiting(struct run *r, json_int_t *ret, struct fault *f)
{
	json_t *tally = NULL;
	int code;

	if (errand_ask(&r->errand, RUN("send", "-n"), &tally, &code, f))
		return -1;
	*ret = json_integer_value(json_object_get(tally, "waiting"));
	json_decref(tally);
	return 0;
}

static int lift(struct run *r, struct fault *f)
{
	auto_text reason = NULL;

	if (run_sign(r, &reason, f))
		return -1;
	return run_errand(r,
		RUN("send", "--lift-head-start", "--by", r->by, "--reason", reason), NULL,
		f);
}

static int send(struct run *r, struct fault *f)
{
	int code;

	if (run_errand(r, RUN("send"), &code, f))
		return -1;
	if (code > 1)
		run_put_off(r, "send"); /* why stands above; it is not tried for ever */
	return 0;
}

static int ask_send(struct run *r, struct fault *f)
{
	static const struct choice choices[] = {
		{"s", "send it now",
			"Highest risk first. Ctrl-C stops it; the same command goes on, and nobody gets two."},
		{"n", "not now",
			"It stays released; breachmail send, or run, goes on from here."},
		{"h", "lift the head start first",
			"The levels below wait no longer: whoever is told by a human may then hear of it from a colleague."},
		{NULL, NULL, NULL}};
	struct choice offered[4];
	json_int_t waiting;
	size_t choice;

	if (count_waiting(r, &waiting, f))
		return -1;
	memcpy(offered, choices, sizeof(choices));
	if (!waiting)
		offered[2] = choices[3];
	if (ask_choice(&r->ask, "Send it?", offered, NULL, &choice, f))
		return -1;
	if (choice == 1)
		run_put_off(r, "send");
	return choice == 0 ? send(r, f) : choice == 2 ? lift(r, f) : 0;
}

int run_send(struct run *r, struct fault *f)
{
	static const struct decision_point d = {
		"send", "The release is ready. Send it now?", "send"};
	int code;

	if (run_decide(r, &d, f))
		return -1;
	ask_heading(&r->ask, is_live(r) ? "Sending" : "Sending the rehearsal");
	if (!is_live(r))
		return run_errand(r, RUN("send", "-n"), &code, f) || ask_send(r, f) ? -1
										    : 0;
	ask_say(r->ask.out, 2,
		"This is live: it is sent by breachmail send --release DIGEST, with at least 8 digits of the release's digest, typed by a person.");
	r->finished = true;
	return 0;
}
