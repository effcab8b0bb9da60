/* SPDX-License-Identifier: MIT */
/*
 * One digest over the settings that stand in letters, policy, texts, group set and
 * decisions. What is made of them is compose.c's.
 */
#include "mailer/basis.h"

#include <string.h>

#include "mailer/notice.h"
#include "recipients/ruling.h"
#include "recipients/text.h"

/* What the letters' bytes rest on: not how and when they travel. */
static char *words_of_settings(const struct settings *settings)
{
	static const char *const travel[] = {"mailbox", "sending_hours", "sending_days",
		"allowed_domains", "relays", "notify", "what_changed"};
	json_t *copy = json_copy(settings->json);
	char *bytes;

	for (size_t i = 0; i < sizeof(travel) / sizeof(travel[0]); i++)
		(void)json_object_del(copy, travel[i]);
	(void)json_object_set_new(copy, "relay",
		json_pack("{s:s,s:s,s:s}", "from", settings->relay.from.text, "name",
			settings->relay.from_name ? settings->relay.from_name : "",
			"reply_to", settings->relay.reply_to.text));
	bytes = json_dumps(copy, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(copy);
	return bytes;
}

int basis_words(const struct basis *b, struct text *out, struct fault *f)
{
	auto_text settings = words_of_settings(b->settings);

	text_add_string(out, settings);
	return notice_texts(b->policy, b->texts, out, f);
}

int basis_digest(struct ledger *l, const struct basis *b, unsigned char out[VAULT_DIGEST],
	struct fault *f)
{
	auto_text_buffer bytes = {0};
	int64_t set, unhold;

	policy_canonical(b->policy, &bytes);
	if (basis_words(b, &bytes, f) ||
		ledger_number(l, SQL("SELECT max(id) FROM group_set"), 0, &set, f) ||
		ruling_newest_unhold(l, &unhold, f))
		return -1;
	text_printf(&bytes, "\ngroup %lld", (long long)set);
	if (unhold) /* who was held back has a new notice */
		text_printf(&bytes, "\nunhold %lld", (long long)unhold);
	vault_digest(ledger_vault(l), "compose", bytes.bytes, bytes.length, out);
	return 0;
}

int basis_newest(struct ledger *l, const char *mode, int64_t *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	int got;

	*ret = 0;
	if (ledger_query(
		    l, SQL("SELECT id FROM compose_set_now WHERE mode = :mode"), &q, f))
		return -1;
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	if (got > 0)
		*ret = query_int(q, "id");
	return got < 0 ? -1 : 0;
}

int basis_is_current(struct ledger *l, const struct basis *b, bool *ret, struct fault *f)
{
	auto_query struct query *q = NULL;
	unsigned char now[VAULT_DIGEST];
	const void *then;
	size_t length;
	int got;

	*ret = false;
	if (basis_digest(l, b, now, f) ||
		ledger_query(l,
			SQL("SELECT inputs FROM compose_set WHERE mode = :mode ORDER BY id DESC LIMIT 1"),
			&q, f))
		return -1;
	query_bind_text(q, ":mode", settings_mode(b->settings));
	got = query_next(q, f);
	if (got <= 0)
		return got;
	then = query_blob(q, "inputs", &length);
	*ret = length == sizeof(now) && !memcmp(now, then, length);
	return 0;
}
