/* SPDX-License-Identifier: MIT */
/*
 * What stands around a phrase: a "not", an "if", who does what. The phrases are bait.c's.
 *
 * What can go wrong: English is not a table. An ordinary sentence that is refused can be
 * said in other words, so what is in doubt is no excuse.
 */
#include "templates/excuse.h"

#include <string.h>

#define BEFORE 4   /* words in which a "not" takes back what follows */
#define CLAUSE 8   /* words before a "not" in which an "if" stands */
#define WARNING 12 /* words that a warning reaches */
#define REACH 14   /* words before a phrase at which a sentence around it begins */
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

#define OTHERS                                                                           \
	"we|they|it|he|she|company|supplier|force|police|team|staff|server|system|file|list|website|page|data|engineers|council|contractor|colleagues"
#define DID                                                                              \
	"took|taken|told|shut|closed|removed|asked|reported|stopped|blocked|found|secured|changed|reset|isolated|began|begun|started|informed|contained|recovered|switched|turned|called|opened|launched|commissioned|ordered|deleted|acted|knew|wrote"
#define SPAN "hour|hours|day|days|minutes|week|weeks"
#define OURS "we|they|force|team|someone|somebody|officer|colleague|line"
#define WILL "will|shall|can|could|may|would"
#define TELL "tell|write|let|contact|call|ring|reply|answer|inform|update|phone"

/* --- tables --- */

/* Sentences around phrases of these rules in which they are no bait. `third`: not with a
 * "you" in it. */
static const struct around {
	const char *rule, *words;
	bool third;
} around[] = {
	{"urgency", OTHERS " ... " DID " ... ... within|in ... " SPAN, true},
	{"urgency",
		OTHERS " ... " DID
		       " ... ... straight|right|without|at away|delay|once|hesitation",
		true},
	{"urgency",
		OTHERS " ... " DID
		       " ... ... immediately|promptly|urgently|quickly|swiftly",
		true},
	{"urgency",
		OTHERS
		" ... " DID
		" ... urgent review|investigation|inquiry|meeting|search|check|checks",
		true},
	{"urgency", OTHERS " ... immediately|promptly|urgently|quickly|swiftly ... " DID,
		true},
	{"urgency", OTHERS " ... at|straight|right|without once|away|delay " DID, true},
	{"urgency", "within ... " SPAN " of finding|learning|noticing|discovering", true},
	{"urgency", "as soon as we|they|it knew|learned|learnt|found|noticed|heard",
		false},
	{"urgency",
		OURS " " WILL "|are|aim|plan|try|hope ... " TELL
		     "|telling|writing ... as soon as",
		false},
	{"urgency",
		OURS " " WILL "|aim|plan|try|hope ... " TELL " ... within|in ... " SPAN,
		false},
	{"urgency",
		"you|anyone|anybody|somebody|someone see|sees|notice|notices|spot|spots ... suspicious|unusual activity",
		false},
	{"urgency", "report ... suspicious|unusual activity", false},
	{"urgency",
		"account|accounts|login|logins that|which ... used|misused|taken|stolen ... ... disabled|locked|suspended|blocked|closed|deactivated|restricted",
		true},
	{"urgency", "it|this is vital|crucial|essential|critical to us", false},
	{"urgency", "it's vital|crucial|essential|critical to us", false},
	{"urgency",
		"legal action ... against the|a|an|any|whoever|anyone|anybody|those|them|it",
		true},
	{"request",
		OURS
		" " WILL
		" send|give|provide|share|email|text ... address|details|copy|copies|letter|information",
		false},
	{"request",
		OTHERS
		" ... asked|told|ordered|made ... to confirm|provide|send|give|update|share|check",
		true},
	{"payment", OURS "|company " WILL " pay ... fee|charge|charges", false},
	{"attachment", "was|were attached|enclosed to|with|in", false},
	{"attachment",
		"attached|enclosed sheet|list|file|spreadsheet|document held|had|contained|named|showed",
		false},
	{"attachment",
		"the attached|enclosed sheet|list|file|spreadsheet|document held|had|contained|named|showed",
		false},
	{"attachment",
		"if you|anyone|anybody|somebody|someone ... find|finds|see|sees|come|comes ... the|this|our ... file|document|spreadsheet",
		false},
	{"attachment",
		"who|nobody|anyone|whoever can|could|may open|see|read|find ... file|document|spreadsheet",
		false},
	{"secrecy", "you may|can|might|could ... say nothing", false},
};

/* Of what others may say: "messages that ask you to ..." Of what we will not: "we never
 * ask you for ..., or to ...", over commas too. */
static const struct warning {
	const char *words;
	bool list;
} warnings[] = {
	{"messages|message|emails|email|texts|calls|letters|anyone|anybody|someone|somebody|whoever|people|those|criminals|scammers|fraudsters|strangers|callers"
	 " ... ask|asks|asking|say|says|saying|claim|claims|claiming|offer|offers|offering|urge|urges|urging|press|presses|pressing|want|wants|demand|demands|tell|tells|telling|promise|promises|promising|threaten|threatens",
		false},
	{"we|force|police|bank|officers|they ... not|never|won't ... ask|require|need you|anyone|anybody",
		true},
	{"nobody|no-one ... ask|asks", true},
};

static bool is_in(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(word, *list))
			return true;
	return false;
}

bool excuse_comma(const char *source, const struct words *w, size_t from, size_t to)
{
	return memchr(source + w->list[from].to, ',',
		       w->list[to].from - w->list[from].to) != NULL;
}

static bool has_you(const struct words *w, size_t at, size_t count)
{
	static const char *const you[] = {"you", "your", "yours", "you're", NULL};

	for (size_t i = 0; i < count; i++)
		if (is_in(w->list[at + i].text, you))
			return true;
	return false;
}

/* --- taken back --- */

static bool ends_in_not(const char *word)
{
	return strlen(word) > 3 && !strcmp(word + strlen(word) - 3, "n't");
}

bool excuse_denies(const char *word)
{
	static const char *const all[] = {"not", "never", "no", "nobody", "without",
		"cannot", "neither", "nor", NULL};

	return is_in(word, all) || ends_in_not(word);
}

/* "if you cannot see this, click here": the "not" is the condition's. */
static bool is_condition(const struct words *w, size_t at)
{
	static const char *const all[] = {"if", "when", "as", "since", "because", "where",
		"unless", "once", "until", "should", "while", NULL};

	for (size_t i = 1; i <= CLAUSE && i <= at; i++) {
		if (w->list[at - i].sentence != w->list[at].sentence)
			return false;
		if (is_in(w->list[at - i].text, all))
			return true;
	}
	return false;
}

/* Does the "not" at `no` take back what begins at `at`? */
static bool reaches(const char *source, const struct words *w, size_t no, size_t at)
{
	/* "don't worry, click here" */
	static const char *const idle[] = {"worry", "panic", "hesitate", "forget", "fail",
		"delay", "further", "wait", "miss", "only", "just", "matter", NULL};
	static const char *const orders[] = {
		"do", "will", "must", "should", "please", "would", NULL};
	const char *word = w->list[no].text;

	if (is_in(w->list[no + 1].text, idle))
		return false;
	if (!excuse_comma(source, w, no, at))
		return at - no <= 3 || !is_condition(w, no);
	if (is_condition(w, no))
		return false;
	/* over a comma a list of what is not to be done goes on, and nothing else */
	if (!strcmp(word, "not"))
		return no && is_in(w->list[no - 1].text, orders);
	return !strcmp(word, "never") || ends_in_not(word);
}

bool excuse_denied(const char *source, const struct words *w, size_t at, size_t count)
{
	for (size_t i = 1; i < count; i++) /* "you need not reply" */
		if (!strcmp(w->list[at + i].text, "not") ||
			!strcmp(w->list[at + i].text, "never"))
			return true;
	for (size_t i = 1; i <= BEFORE && i <= at; i++) {
		if (w->list[at - i].sentence != w->list[at].sentence)
			return false;
		if (excuse_denies(w->list[at - i].text) && reaches(source, w, at - i, at))
			return true;
	}
	return false;
}

/* --- told of others --- */

/* Does a warning that ends at `last` reach to `at`? The phrase may begin with its verb:
 * "calls that ask for ...". */
static bool reaches_to(
	const char *source, const struct words *w, size_t last, size_t at, bool list)
{
	static const char *const relative[] = {"that", "who", "which", NULL};

	if (last == at)
		return at && is_in(w->list[at - 1].text, relative);
	return last < at && (list || !excuse_comma(source, w, last, at));
}

static bool warns(const char *source, const struct words *w, size_t from, size_t at)
{
	for (size_t k = 0; k < COUNT(warnings); k++) {
		size_t count = words_match(w, from, warnings[k].words);

		if (count &&
			reaches_to(source, w, from + count - 1, at, warnings[k].list))
			return true;
	}
	return false;
}

static bool is_warned(const char *source, const struct words *w, size_t at)
{
	static const char *const turns[] = {
		"so", "please", "therefore", "hence", "instead", "but", "then", NULL};

	for (size_t i = 1; i <= WARNING && i <= at; i++) {
		if (w->list[at - i].sentence != w->list[at].sentence ||
			is_in(w->list[at - i].text, turns))
			return false;
		if (warns(source, w, at - i, at))
			return true;
	}
	return false;
}

/* --- told of ourselves --- */

/* Does a sentence that may be said hold the phrase that begins at `at`? */
static bool is_excused(const struct words *w, size_t at, const char *rule)
{
	for (size_t from = at < REACH ? 0 : at - REACH; from <= at; from++)
		for (size_t k = 0; k < COUNT(around); k++) {
			size_t count = strcmp(around[k].rule, rule) != 0
					       ? 0
					       : words_match(w, from, around[k].words);

			if (from + count > at &&
				!(around[k].third && has_you(w, from, count)))
				return true;
		}
	return false;
}

bool excuse_told(const char *source, const struct words *w, size_t at, const char *rule)
{
	return is_excused(w, at, rule) || is_warned(source, w, at);
}
