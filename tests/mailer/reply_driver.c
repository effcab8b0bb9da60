/* SPDX-License-Identifier: MIT */
/* The new text of a reply: its body on stdin; out come "ack asks worried" as 0 and 1 in a
 * line, and the text. */
#include <stdio.h>

#include "mailer/wire/reply_sense.h"
#include "mailer/wire/reply_text.h"

int main(void)
{
	auto_text_buffer body = {0}, out = {0};
	struct reply_sense sense;
	char piece[8192];
	size_t got;

	while ((got = fread(piece, 1, sizeof(piece), stdin)) > 0)
		text_add(&body, piece, got);
	reply_text_find((struct span){text_string(&body), body.length}, &out);
	reply_sense_read((struct span){text_string(&out), out.length}, &sense);
	(void)printf("%d %d %d\n%s", sense.says_ack, sense.asks, sense.worried,
		text_string(&out));
	return 0;
}
