/* SPDX-License-Identifier: MIT */
/* track: read the letters that came back. So far only what kind they are (classify.c). */
#include "mailer/verb/doors.h"

const struct verb_option track_options[] = {
	{"classify", NULL, "only say what kind of letters these files are"},
	{NULL, NULL, NULL}};

int verb_track(struct command *c, struct fault *f)
{
	if (command_option(c, "classify"))
		return track_classify(c, f);
	return command_later(c->verb->name, f);
}
