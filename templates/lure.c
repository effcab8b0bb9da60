/* SPDX-License-Identifier: MIT */
/*
 * Phrases are a table: whoever wants to know what is refused reads it. What is found is
 * said with its words, which are the template's own, never a person's.
 */
#include "templates/lure.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "templates/starts.h"
#include "templates/words.h"

#define NEVER_ASK "never_ask"
#define BEFORE 4 /* words in which a "not" takes back what follows */

struct phrase {
	const char *rule, *words;
	bool unless_denied; /* "do not click here" */
};

#define ASK                                                                              \
	"confirm|verify|validate|provide|send|give|supply|enter|submit|update|share|type|reply|text|email|re-enter|upload|authenticate"
#define DATA                                                                             \
	"password*|passcode*|pin|credentials|login|username|passport|identity|id|selfie|photo|photograph|address|birthday|payroll"
#define DATA_OF                                                                          \
	"bank|account|card|security|personal|warrant|pay|collar|badge|insurance|sort|one-time|driving|contact|login|log-in|home|memorable"
#define DATA_PART                                                                        \
	"details|information|data|number*|code*|account|question*|licence|phrase|word|name|address"

static const struct phrase phrases[] = {
	{"link", "click|tap|press ... here|link|button|below", true},
	{"link", "click|tap on", true},
	{"link",
		"follow|use|using|open|visit|via|through|copy|see this|the|our|that link|url|website|webpage|portal|page|site",
		true},
	{"link", "link|button below|above", true},
	{"link", "visit|go|browse|open ... website|webpage|portal|site", true},
	{"link", "qr code*", false},
	{"link", "dot com|net|org|uk", false},
	{"link", "website ... at|is", true},
	{"link",
		"check|register|see|sign|look|apply|find|read|enter|complete|update|protection|more ... on|at|via|through our|this|a|your site|website|portal|page",
		true},
	{"link", "go|goes to ... page", true},
	{"link", "first result", false},
	{"link", "in your browser", false},
	{"link", "unsubscribe|opt-out", false},
	{"link", "opt out of|from", false},
	{"link", "reply|text stop|yes", true},
	{"link", "us|me on|via|by|through whatsapp|telegram|facebook|messenger|instagram",
		true},
	{"link", "whatsapp|telegram us|me", true},
	{"attachment", "attachment|attachments", true},
	{"attachment", "see|find|open|have|read|please|is|are|the ... attached|enclosed",
		true},
	{"attachment",
		"attached|enclosed is|are|you|please|document|file|form|list|pdf|letter",
		true},
	{"attachment", "download|install|unzip", true},
	{"attachment", "open ... file|document|pdf|attachment|invoice", true},
	{"attachment",
		"see|read|review|view|find the|this|our|your|a ... pdf|document|invoice|spreadsheet|file",
		true},
	{"attachment", "double-click|double-tap", true},
	{"attachment", "scan ... code", true},
	{"attachment", "enable ... content|macros|editing", true},
	{"urgency", "urgent|urgently|immediately|asap|hurry|promptly", false},
	{"urgency", "immediate ... action|attention|response|reply|steps", false},
	{"urgency",
		"act|respond|reply|call|answer|confirm ... now|today|immediately|quickly|fast",
		false},
	{"urgency", "as soon as", false},
	{"urgency", "right away|now", false},
	{"urgency", "at once", false},
	{"urgency", "within ... hour|hours|days|minutes|day", false},
	{"urgency", "in the next ... hours|days|minutes", false},
	{"urgency", "have|only|just ... hours|days|minutes left|to|remaining", false},
	{"urgency", "straight away", false},
	{"urgency", "without delay|hesitation", false},
	{"urgency", "it is|it's critical|vital|crucial|imperative|essential that|to",
		false},
	{"urgency", "unless you", false},
	{"urgency",
		"avoid ... suspension|closure|penalty|charge|charges|prosecution|arrest|disruption|interruption",
		false},
	{"urgency", "do|finish|complete it|this|so now|today|tonight", true},
	{"urgency", "verify|validate|update|secure|register|apply ... now|today|tonight",
		true},
	{"urgency",
		"act|action|reply|respond|answer|register|confirm|call|apply ... by|before monday|tuesday|wednesday|thursday|friday|saturday|sunday|midnight|noon|tomorrow|tonight",
		false},
	{"urgency", "unusual|suspicious activity|sign-in|login|log-in|transaction",
		false},
	{"urgency", "mailbox|inbox|storage ... full|quota", false},
	{"urgency",
		"final|last|second warning|notice|reminder|chance|opportunity|call|demand|request|attempt",
		false},
	{"urgency", "before it is|it's too late", false},
	{"urgency", "time ... running out", false},
	{"urgency", "time is|runs short|out", false},
	{"urgency", "running out of time", false},
	{"urgency", "deadline|expire|expires|expired|expiring|expiry|overdue", false},
	{"urgency",
		"will|has|have|been be|been|is suspended|closed|locked|terminated|deactivated|disabled|blocked|restricted|limited",
		false},
	{"urgency",
		"account|access|card|pay|pension|mailbox ... suspended|locked|terminated|deactivated|disabled|restricted",
		false},
	{"urgency", "failure to", false},
	{"urgency", "if you fail|ignore", false},
	{"urgency", "do not|don't delay|wait|ignore|miss", false},
	{"urgency", "action ... required|needed", false},
	{"urgency",
		"must|need|required ... act|respond|reply|confirm|verify|update|complete|log|change|reset|register|pay|validate",
		true},
	{"urgency", "limited time|offer|period|places|number", false},
	{"urgency", "miss out", false},
	{"urgency", "will|may|could stop working", false},
	{"urgency",
		"will|may|could be deleted|cancelled|charged|fined|prosecuted|arrested|dismissed",
		false},
	{"urgency", "today only", false},
	{"urgency", "no later than", false},
	{"urgency", "legal|disciplinary action", false},
	{"urgency", "lose ... access|account|pension|pay", false},
	{"reward",
		"compensation|refund|refunds|voucher|vouchers|lottery|prize|jackpot|cashback|rebate|payout|goodwill|inheritance",
		false},
	{"reward", "reward|rewards|bonus", false},
	{"reward", "gift card|cards|voucher|vouchers", false},
	{"reward", "won|win ... prize|award|money|cash", false},
	{"reward", "have|been selected", false},
	{"reward", "winner|winners", false},
	{"reward", "qualify|qualifies for", false},
	{"reward",
		"payment|money|parcel|package|delivery|prize|award|cheque is|are pending|waiting|ready|due",
		false},
	{"reward", "apply|claim for ... settlement|payment|award|money|grant", false},
	{"reward", "has|have claimed", false},
	{"reward", "no win", false},
	{"reward", "win|worth|get|receive ... thousands|hundreds|pounds", false},
	{"reward", "solicitor|solicitors|lawyer|lawyers ... waiting|standing", false},
	{"reward", "first # people|staff|officers", false},
	{"reward",
		"entitled|eligible ... to|for ... payment|money|claim|award|support|sum",
		false},
	{"reward",
		"claim|collect|receive your|the|a|this|you ... money|payment|award|settlement|share|sum|claim|now",
		false},
	{"reward", "make a claim", false},
	{"reward", "join|start ... claim|action", false},
	{"reward", "for free", false},
	{"reward",
		"free gift|offer|trial|credit|vpn|monitoring|subscription|month|months|year|protection|pack|app",
		false},
	{"payment", "pay ... fee|charge|fine|deposit|release|invoice|amount", true},
	{"payment", "processing|administration|admin|small|release fee|charge", false},
	{"payment", "bitcoin|crypto|cryptocurrency|paypal", false},
	{"payment", "owe|owes", false},
	{"payment", "outstanding amount|balance|payment|debt|fee", false},
	{"payment", "payment method|methods", false},
	{"payment", "send|pay|transfer # ... pounds|euros|dollars|account", true},
	{"payment", "pay|transfer|send the|this|an amount|sum|balance", true},
	{"payment", "to this|the|our|a ... account number", false},
	{"payment",
		"move|transfer|wire|send your|the|any|some|all|us|money|funds|savings money|funds|savings|cash|to",
		true},
	{"payment", "safe account", false},
	{"request", ASK " ... your|a|the " DATA, true},
	{"request", ASK " ... " DATA_OF " " DATA_PART, true},
	{"request", ASK " ... date of birth", true},
	{"request", "kindly", false},
	{"request", ASK " your|us your|me your|all your " DATA_PART, true},
	{"request", ASK "|let|know ... your " DATA_OF " " DATA_PART "|level", true},
	{"request", "let us know your", true},
	{"request", "know|tell|confirm ... your vetting|unit|station|shift|shifts|duties",
		true},
	{"request",
		"tell|inform|message us|me where|which|when you|unit|station|shift|team",
		true},
	{"request", "which|what station|unit|team|shift|department do|are|is", true},
	{"request", ASK " ... scan|copy|copies|photo|photograph|picture|pictures of",
		true},
	{"request",
		"verify|validate|confirm ... mailbox|human|account|receipt|ownership|access|eligibility|email",
		true},
	{"request", "proof of address|identity|id|ownership", true},
	{"request", "read|give|tell|send ... digits", true},
	{"request", "answer these|our|some ... questions", true},
	{"request", "use|enter|type|quote ... passcode|otp|pin", true},
	{"request", "please|must|should|to sign|log in|on", true},
	{"request",
		ASK
		"|tell|need|require|ask ... your|the ... password|pin|passcode|passwords",
		true},
	{"request", "tell|give|send|phone|text us|me your|the " DATA, true},
	{"request", "tell|give|send|text us|me your|the ... " DATA_PART, true},
	{"request", "what|which is|are your ... password|pin|" DATA_PART, true},
	{"request", "we need|require your", false},
	{"request", "confirm|verify|prove|check who you are", true},
	{"request",
		"confirm|verify|validate|prove|authenticate ... yourself|identity|eligibility",
		true},
	{"request", "reply|respond|answer ... with your", true},
	{"request",
		"reset|restore|reactivate|unlock|re-activate ... password|account|access|pin",
		true},
	{"request", "log|sign in|on|into ... to|at|here|with|using|your|and", true},
	{"request", "login|log-in|logon|sign-in to|at|here|page|with", true},
	{"request", "fill in|out", true},
	{"request", "complete|return ... form|survey|questionnaire", true},
	{"request", "mother's maiden", false},
	{"request", "register|enrol ... here|online|now|details|website", true},
	{"request", "security question|questions", true},
	{"request", "remote access", true},
	{"request", "anydesk|teamviewer", false},
	{"secrecy",
		"do not|don't|never tell|discuss|mention|share ... anyone|anybody|colleagues|supervisor|federation|police",
		false},
	{"secrecy", "tell nobody|no-one", false},
	{"secrecy", "tell no one", false},
	{"secrecy", "between us|ourselves", false},
	{"secrecy",
		"do not|don't|never tell|discuss|mention|share ... manager|boss|bank|family|friends|partner",
		false},
	{"secrecy", "keep ... secret|confidential|yourself", true},
	{"secrecy", "strictly confidential", false},
	{"greeting",
		"dear|hello|hi|attention valued|customer|user|member|client|colleague|sir|madam|friend|employee|account|holder|officer|beneficiary|all",
		false},
	{"greeting", "this|it is|isn't not|a|no scam|spam|phishing|hoax", false},
	{"greeting", "this is not|no a scam|spam|hoax", false},
	{"greeting", "trust us", false},
	{"greeting", "trust it|this|me", false},
	{"greeting", "is legitimate|authentic", false},
	{"greeting", "is a|an genuine|official|legitimate message|email|notice|letter",
		false},
	{"greeting", "congratulations", false},
	{"placeholder", "todo|tbc|tbd|xxx|xxxx|fixme|placeholder", false},
	{"placeholder", "lorem ipsum", false},
	{"placeholder", "insert|your name|text|title here", false},
};

struct finder {
	const struct lure_text *t;
	lure_found *found;
	void *user;
};

static void tell(
	const struct finder *x, unsigned line, const char *rule, const char *what)
{
	x->found(x->user, line, rule, what);
}

/* --- phrases --- */

static bool denies(const char *word)
{
	static const char *const all[] = {"not", "never", "no", "nobody", "without",
		"cannot", "don't", "neither", "nor", NULL};

	for (const char *const *w = all; *w; w++)
		if (!strcmp(word, *w))
			return true;
	return strlen(word) > 3 && !strcmp(word + strlen(word) - 3, "n't");
}

static bool is_denied(const struct words *w, size_t at)
{
	for (size_t i = 1; i <= BEFORE && i <= at; i++) {
		if (w->list[at - i].sentence != w->list[at].sentence)
			return false;
		if (denies(w->list[at - i].text))
			return true;
	}
	return false;
}

static void tell_words(const struct finder *x, const struct words *w, size_t at,
	size_t count, const char *rule)
{
	auto_text_buffer what = {0};

	text_add_char(&what, '"');
	for (size_t i = 0; i < count; i++)
		text_printf(&what, "%s%s", i ? " " : "", w->list[at + i].text);
	text_add_char(&what, '"');
	tell(x, w->list[at].line, rule, text_string(&what));
}

#define PHRASES (sizeof(phrases) / sizeof(*phrases))
static void find_phrase_at(const struct finder *x, const struct words *w, size_t at,
	const struct starts *starts)
{
	size_t i = starts_find(starts, w->list[at].text);

	for (; starts_are(starts, i, w->list[at].text); i++) {
		const struct phrase *p = &phrases[starts->list[i].phrase];
		size_t count = words_match(w, at, p->words);

		if (!count || (p->unless_denied && is_denied(w, at)))
			continue;
		tell_words(x, w, at, count, p->rule);
		return;
	}
}

static void find_phrases(const struct finder *x, const struct words *w)
{
	static struct starts starts; /* of constants: made once */

	if (!starts.count) {
		for (size_t i = 0; i < PHRASES; i++)
			starts_add(&starts, phrases[i].words, i);
		starts_sort(&starts);
	}
	for (size_t at = 0; at < w->count; at++)
		find_phrase_at(x, w, at, &starts);
}

static void find_capitals(const struct finder *x, const struct words *w)
{
	for (size_t i = 1; i < w->count; i++) {
		if (!w->list[i].capitals || !w->list[i - 1].capitals ||
			w->list[i].sentence != w->list[i - 1].sentence)
			continue;
		tell_words(x, w, i - 1, 2, "urgency");
		while (i + 1 < w->count && w->list[i + 1].capitals)
			i++;
	}
}

/* --- addresses --- */

static bool is_host(unsigned char c)
{
	return isalnum(c) || c == '-' || c == '.' || c == '_' || c >= 0x80;
}

static bool is_local(unsigned char c)
{
	return is_host(c) || c == '+' || c == '%';
}

static bool is_allowed(const struct lure_text *t, const char *from, size_t length)
{
	static const char reports[] = "report@phishing.gov.uk";

	if (length == strlen(reports) && !strncasecmp(from, reports, length))
		return true;
	for (const char *const *a = t->allowed; a && *a; a++)
		if (length == strlen(*a) && !strncasecmp(from, *a, length))
			return true;
	return false;
}

/* A name with a point in it whose last part is a domain's: two letters or more, no
 * digits, in lower case. */
static bool is_domain(const char *from, size_t length)
{
	const char *point = memrchr(from, '.', length);
	size_t last = point ? length - (size_t)(point + 1 - from) : 0, numbers = 0;

	for (size_t i = 0; i < length; i++)
		numbers += isdigit((unsigned char)from[i]) || from[i] == '.';
	if (numbers == length) { /* 192.168.0.1 */
		size_t points = 0;

		for (size_t i = 0; i < length; i++)
			points += from[i] == '.';
		return points == 3;
	}
	if (last < 2 || point == from || strchr(".-_", point[-1]))
		return false;
	for (size_t i = 1; i <= last; i++)
		if (!isalpha((unsigned char)point[i]))
			return false;
	return true;
}

static void tell_bytes(const struct finder *x, unsigned line, const char *rule,
	const char *from, size_t length)
{
	auto_text what = text_format("'%.*s'", (int)(length > 60 ? 60 : length), from);

	tell(x, line, rule, what);
}

static void judge_name(
	const struct finder *x, unsigned line, const char *from, size_t length)
{
	const char *at = memchr(from, '@', length);

	while (length && (from[length - 1] == '.' || from[length - 1] == '-'))
		length--;
	if (at && at > from && at + 1 < from + length) {
		if (!is_allowed(x->t, from, length))
			tell_bytes(x, line, "address", from, length);
		return;
	}
	if (is_domain(from, length) && !is_allowed(x->t, from, length))
		tell_bytes(x, line, "link", from, length);
}

static size_t tag_length(const struct finder *x, const char *s)
{
	const char *end =
		x->t->template && s[0] == '{' && s[1] == '{' ? strstr(s, "}}") : NULL;

	return end ? (size_t)(end + 2 - s) : 0;
}

static size_t find_scheme(const struct finder *x, unsigned line, const char *s)
{
	static const char *const marks[] = {"://", "mailto:", "hxxp", "tel:", "[.]",
		"(dot)", "[dot]", "data:text", "javascript:"};

	/* At most places none can begin. */
	if (!strchr(":mMhHtT[(dDjJ", *s))
		return 0;
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (!strncasecmp(s, marks[i], strlen(marks[i]))) {
			tell_bytes(x, line, "link", s, strcspn(s, " \n"));
			return strcspn(s, " \n");
		}
	return 0;
}

static void find_addresses(const struct finder *x)
{
	unsigned line = 1;

	for (const char *s = x->t->text; *s;) {
		size_t length = tag_length(x, s), skip = find_scheme(x, line, s);

		for (size_t i = 0; i < length; i++)
			line += s[i] == '\n';
		if (!length && !skip) {
			while (is_local((unsigned char)s[length]) || s[length] == '@')
				length++;
			if (length)
				judge_name(x, line, s, length);
			else
				line += *s == '\n';
		}
		s += length ? length : skip ? skip : 1;
	}
}

/* --- signs --- */

static bool is_unseen(utf8proc_int32_t c)
{
	return c == 0xAD || (c >= 0x200B && c <= 0x200F) ||
	       (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
	       c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F);
}

/* Scripts whose letters look like Latin ones. */
static bool is_alike(utf8proc_int32_t c)
{
	return (c >= 0x370 && c <= 0x58F) || (c >= 0x13A0 && c <= 0x13FF) ||
	       (c >= 0xFF21 && c <= 0xFF5A) || (c >= 0x1D400 && c <= 0x1D7FF) ||
	       (c >= 0x2100 && c <= 0x214F);
}

static void find_disguises(const struct finder *x)
{
	const utf8proc_uint8_t *s = (const utf8proc_uint8_t *)x->t->text;
	bool latin = false, other = false;
	unsigned line = 1;

	while (*s) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n = utf8proc_iterate(s, -1, &c);

		if (n < 1)
			break;
		latin = latin || (c < 0x80 && isalpha(c));
		other = other || is_alike(c);
		if (is_unseen(c))
			tell(x, line, "disguise", "a sign that is not seen");
		if (latin && other) {
			tell(x, line, "disguise", "a word with letters of two scripts");
			other = false;
		}
		if (c < 0x80 && !isalpha(c))
			latin = other = false;
		line += c == '\n';
		s += n;
	}
}

static bool opens_markup(const char *s)
{
	return (s[0] == '<' &&
		       (isalpha((unsigned char)s[1]) || s[1] == '/' || s[1] == '!')) ||
	       (s[0] == ']' && (s[1] == '(' || s[1] == '['));
}

static void find_marks(const struct finder *x)
{
	unsigned line = 1;

	for (const char *s = x->t->text; *s;) {
		size_t tag = tag_length(x, s);

		for (size_t i = 0; i < tag; i++)
			line += s[i] == '\n';
		s += tag;
		if (tag)
			continue;
		if (*s == '!')
			tell(x, line, "urgency", "an exclamation mark");
		if (opens_markup(s))
			tell(x, line, "markup", "HTML or a hidden link");
		if (*s == '[' && isupper((unsigned char)s[1]))
			tell(x, line, "placeholder", "words in brackets");
		if ((unsigned char)s[0] == 0xC2 && (unsigned char)s[1] == 0xA3)
			tell(x, line, "reward", "an amount of money");
		line += *s == '\n';
		s++;
	}
}

/* The text without what stands in block never_ask: there a request is what we do not
 * make. */
static char *without_promises(const struct lure_text *t)
{
	char *copy = text_copy(t->text);
	char *from = t->template ? strstr(copy, "{{$" NEVER_ASK "}}") : NULL;
	char *to = from ? strstr(from, "{{/" NEVER_ASK "}}") : NULL;

	for (; to && from < to; from++)
		if (*from != '\n')
			*from = ' ';
	return copy;
}

void lure_find(const struct lure_text *t, lure_found *found, void *user)
{
	struct finder x = {t, found, user};
	auto_text rest = without_promises(t);
	auto_words words = {0};

	words_read(rest, t->template, &words);
	find_phrases(&x, &words);
	find_capitals(&x, &words);
	find_addresses(&x);
	find_disguises(&x);
	find_marks(&x);
}

/* --- domains --- */

/* As the eye takes it: 0 is o, 1 and i are l, rn is m, vv is w; no dashes. */
static char *skeleton(const char *domain)
{
	char *out = text_alloc(strlen(domain) + 1), *to = out;

	for (const char *s = domain; *s; s++) {
		char c = (char)tolower((unsigned char)*s);

		if ((c == 'r' && tolower((unsigned char)s[1]) == 'n') ||
			(c == 'v' && tolower((unsigned char)s[1]) == 'v')) {
			*to++ = c == 'r' ? 'm' : 'w';
			s++;
		} else if (c != '-') {
			*to++ = (char)(c == '0'               ? 'o'
				       : c == '1' || c == 'i' ? 'l'
				       : c == '5'             ? 's'
							      : c);
		}
	}
	return out;
}

/* They differ: in one sign more, fewer or other? */
static bool is_one_off(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);

	if (la > lb)
		return is_one_off(b, a);
	if (lb - la > 1)
		return false;
	while (*a && *a == *b)
		a++, b++;
	return !strcmp(a, b + 1) || (la == lb && !strcmp(a + 1, b + 1));
}

static bool is_part(const char *whole, const char *part)
{
	size_t w = strlen(whole), p = strlen(part);

	return w > p && whole[w - p - 1] == '.' && !strcasecmp(whole + w - p, part);
}

bool lure_domains_alike(const char *a, const char *b)
{
	auto_text x = skeleton(a);
	auto_text y = skeleton(b);
	auto_text name = NULL;

	if (!strcasecmp(a, b) || is_part(a, b) || is_part(b, a))
		return false;
	if (!strcmp(x, y) || is_one_off(x, y))
		return true;
	/* The same name under another roof: force.example and force-notices.example */
	name = text_copy(y);
	name[strcspn(name, ".")] = '\0';
	return strlen(name) >= 5 && strstr(x, name) != NULL;
}
