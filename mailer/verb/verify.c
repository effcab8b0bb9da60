/* SPDX-License-Identifier: MIT */
/* verify: is this reference code ours? Says yes or no, and nothing of the person. */
#include <string.h>

#include "mailer/code.h"
#include "mailer/paper.h"
#include "mailer/show.h"
#include "mailer/verb/doors.h"

int verb_verify(struct command *c, struct fault *f)
{
	auto_query struct query *q = NULL;
	unsigned char digest[VAULT_DIGEST];
	char code[CODE_TEXT];
	int64_t person = 0;
	int got = 0;

	if (c->arguments_count != 1)
		return fault_set(f, FAULT_USAGE, "breachmail verify CODE");
	if (!code_read(c->arguments[0], code)) {
		vault_digest(ledger_vault(c->ledger), "code", code, strlen(code), digest);
		if (ledger_query(c->ledger,
			    SQL("SELECT 1 FROM notice n JOIN attempt_last a ON a.notice_id = n.id JOIN release r"
				" ON r.id = a.release_id WHERE n.code_digest = :digest AND r.mode = :mode"
				" AND a.verdict IN ('accepted', 'in_doubt', 'claimed')"),
			    &q, f))
			return -1;
		query_bind_blob(q, ":digest", digest, sizeof(digest));
		query_bind_text(q, ":mode", settings_mode(c->settings));
		got = query_next(q, f);
		if (got < 0)
			return -1;
		if (!got && paper_find(c->ledger, settings_mode(c->settings), code,
				    &person, f))
			return -1;
	}
	got = got || person;
	show_json(c, "genuine", json_boolean(got));
	show(c, got ? "Yes: a notice of this incident has this code.\n"
		    : "No: no notice that was sent has this code. Ask for it once more, letter by letter.\n");
	c->exit_code = got ? 0 : 1;
	return 0;
}
