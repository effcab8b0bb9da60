/* SPDX-License-Identifier: MIT */
/*
 * Phrases are a table: whoever wants to know what is refused reads it. What is found is
 * said with its words, which are the template's own, never a person's. Addresses, signs
 * and numbers are lure.c's; why a phrase passes is excuse.c's.
 *
 * What can go wrong: a lure in new words. No table is ever complete; a person reads each
 * text before it is signed.
 */
#include "templates/bait.h"

#include <ctype.h>
#include <string.h>

#include "recipients/text.h"
#include "templates/excuse.h"
#include "templates/starts.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

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
	{"link", "dot com|net|org|uk|co|info|gov|police|io|example|test", false},
	{"link", "www|http|https", false},
	{"link", "search|look ... internet|web|online ... first|top", true},
	{"link", "first|top page|hit|entry|match ... internet|web|search", true},
	{"attachment", "scan|point ... square|camera", true},
	{"link", "website ... at", true},
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
	{"attachment", "see|find|open|have|read|please|is|are ... attached|enclosed",
		true},
	{"attachment", "the attached|enclosed", true},
	{"attachment",
		"attached|enclosed is|are|you|please|document|file|form|list|pdf|letter",
		true},
	{"attachment", "download|install|unzip", true},
	{"attachment", "open ... file|document|pdf|attachment|invoice", true},
	{"attachment",
		"see|read|review|view|find the|this|our|your|a ... pdf|document|invoice|spreadsheet|file",
		true},
	{"attachment", "double-click|double-tap", true},
	{"attachment",
		"open|save|run|see|start|launch ... zip|program|tool|app|file|archive",
		true},
	{"attachment", "memory|usb stick|drive ... into|in ... computer|laptop|machine",
		true},
	{"attachment", "scan ... code", true},
	{"attachment", "enable ... content|macros|editing", true},
	{"urgency", "urgent|urgently|immediately|asap|hurry|promptly", false},
	{"urgency", "immediate ... action|attention|response|reply|steps", false},
	{"urgency",
		"act|respond|reply|call|answer|confirm ... now|today|immediately|quickly|fast",
		false},
	{"urgency", "as soon as", false},
	{"urgency", "right away|now", false},
	{"urgency", "further delay", true},
	{"urgency", "must|need ... hear from you", false},
	{"urgency", "hear|reply|answer|response from you by|before|today|within", false},
	{"urgency", "do not hear from you", false},
	{"urgency", "don't hear from you", false},
	{"urgency", "every minute|second|hour|moment counts|matters", false},
	{"urgency", "cannot|can't wait", false},
	{"urgency", "can not wait", false},
	{"urgency", "time matters|counts|presses", false},
	{"urgency", "this|it evening|tonight", false},
	{"urgency", "if|should you do nothing", false},
	{"urgency", "quick|quickly|swiftly|speedily|instantly", true},
	{"urgency", "time-sensitive|time-critical|high-priority|top-priority", false},
	{"urgency", "act|move|respond|reply fast|swiftly|soon|early", false},
	{"urgency", "at once", false},
	{"urgency", "within ... hour|hours|days|minutes|day", false},
	{"urgency", "in the next ... hours|days|minutes", false},
	{"urgency", "have|only|just ... hours|days|minutes left|to|remaining", false},
	{"urgency", "straight away", false},
	{"urgency", "without delay|hesitation", false},
	{"urgency",
		"it is critical|vital|crucial|imperative|essential that ... you|this|it|everyone|everybody|all|staff|officers|nobody",
		false},
	{"urgency",
		"it's critical|vital|crucial|imperative|essential that ... you|this|it|everyone|everybody|all|staff|officers|nobody",
		false},
	{"urgency", "it is critical|vital|crucial|imperative|essential to", false},
	{"urgency", "it's critical|vital|crucial|imperative|essential to", false},
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
	{"urgency", "before it is too late", false},
	{"urgency", "before it's too late", false},
	{"urgency", "time ... running out", false},
	{"urgency", "time is|runs short|out", false},
	{"urgency", "running out of time", false},
	{"urgency", "deadline|expire|expires|expired|expiring|expiry|overdue", false},
	{"urgency",
		"will be suspended|closed|locked|terminated|deactivated|disabled|blocked|restricted|limited|frozen",
		false},
	{"urgency",
		"your ... have|has|is|are|been suspended|closed|locked|terminated|deactivated|disabled|blocked|restricted|limited|frozen",
		false},
	{"urgency",
		"your ... have|has|is|are been|being suspended|closed|locked|terminated|deactivated|disabled|blocked|restricted|limited|frozen",
		false},
	{"urgency",
		"account|access|card|pay|pension|mailbox ... suspended|locked|terminated|deactivated|disabled|restricted",
		false},
	{"urgency", "failure to", false},
	{"urgency", "if you fail|ignore", false},
	{"urgency", "do not delay|wait|ignore|miss", false},
	{"urgency", "don't delay|wait|ignore|miss", false},
	{"urgency", "action ... required|needed", true},
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
	{"reward", "claim what", false},
	{"reward",
		"your parcel|package|delivery|voicemail|invoice|subscription|order|refund",
		false},
	{"link", "text|send|email you a|the|our link|url|button", true},
	{"reward", "no win", false},
	{"reward", "money|sum|amount|fund|payment set|put aside", false},
	{"reward", "damages", false},
	{"reward",
		"give|send|offer you a|an|one ... tablet|phone|laptop|watch|gift|hamper",
		false},
	{"reward", "hundred|hundreds|thousand|thousands|million ... pounds|euros|dollars",
		false},
	{"reward", "win|worth|get|receive ... thousands|hundreds|pounds", false},
	{"reward", "solicitor|solicitors|lawyer|lawyers ... waiting|standing", false},
	{"reward", "first # people|staff|officers", false},
	{"reward", "entitled|eligible ... to|for ... payment|money|claim|award|sum",
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
	{"request", "write|come|get back ... with", true},
	{"request", "need|want|require from you is|are", true},
	{"request", "let us|me have", true},
	{"request",
		"include|state|note|put|quote|write|bring|photograph ... your " DATA_OF
		" card|pass|licence|details|number*|account|level",
		true},
	{"request",
		"include|state|note|put|quote|write|bring|mention|list ... your vetting|passport|password*|pin|bank|rank|shifts|salary",
		true},
	{"request", "send|give|tell us|me ... date of birth|where", true},
	{"request",
		"send|give|tell|text|email|supply ... your new|current|old|private|personal|full|real|own ... " DATA_PART,
		true},
	{"request", "name of your bank|school|mother|pet", true},
	{"request", "write ... where you live|work|park|drink", true},
	{"request", "sign|log in|on again|first|below|now|there", true},
	{"request", "use|enter|type ... work|your|email|network|same password*|login",
		true},
	{"request", ASK "|check|complete ... your " DATA_PART, true},
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
	{"request", "anydesk|teamviewer|antivirus", false},
	{"request", "remote access|control", true},
	{"request", "share ... screen", true},
	{"request",
		"courier|driver|messenger|colleague|officer ... collect|fetch ... card|phone|laptop|pass",
		true},
	{"request", "hand over ... phone|card|laptop|pass|cash", true},
	{"request", "hand ... phone|card|laptop|pass|cash ... over", true},
	{"request", "access to your phone|computer|laptop|mailbox|account", true},
	{"request", "approve|accept|allow ... request|prompt|notification", true},
	{"request",
		"give|read|send|text|type|enter|tell|quote ... the|your|that code|codes",
		true},
	{"request", "last #|two|three|four|six digits", true},
	{"request",
		"typing|sending|entering|giving|confirming|replying ... your name|date|password|pin|code|details|number",
		true},
	{"request",
		"forward your|all|these|it|this emails|messages|to ... us|me|colleagues|friends|everyone",
		true},
	{"request",
		"needs|requires|awaits your confirmation|approval|answer|response|signature",
		false},
	{"request",
		"update|check|confirm ... your next|emergency|contact of|contact|contacts|details ... kin|details|contacts",
		true},
	{"request", "not a robot", false},
	{"secrecy",
		"do not tell|discuss|mention|share ... anyone|anybody|colleagues|supervisor|federation|police",
		false},
	{"secrecy",
		"don't tell|discuss|mention|share ... anyone|anybody|colleagues|supervisor|federation|police",
		false},
	{"secrecy",
		"never tell|discuss|mention|share ... anyone|anybody|colleagues|supervisor|federation|police",
		false},
	{"secrecy", "tell nobody|no-one", false},
	{"secrecy", "tell no one", false},
	{"secrecy", "speak|talk|write to nobody|no-one", false},
	{"secrecy", "speak|talk|write to no one", false},
	{"secrecy", "say nothing to|of|about", false},
	{"secrecy", "do not let ... know", false},
	{"secrecy", "don't let ... know", false},
	{"secrecy", "never let ... know", false},
	{"secrecy", "stays|stay between", false},
	{"secrecy", "between us|ourselves", false},
	{"secrecy",
		"do not tell|discuss|mention|share ... manager|boss|bank|family|friends|partner",
		false},
	{"secrecy",
		"don't tell|discuss|mention|share ... manager|boss|bank|family|friends|partner",
		false},
	{"secrecy",
		"never tell|discuss|mention|share ... manager|boss|bank|family|friends|partner",
		false},
	{"secrecy", "keep ... secret|confidential|yourself", true},
	{"secrecy", "strictly confidential", false},
	{"greeting",
		"dear|hello|hi|attention valued|customer|user|member|client|colleague|sir|madam|friend|employee|account|holder|officer|beneficiary|recipient|resident|citizen|subscriber|winner|team|everyone|all",
		false},
	{"greeting", "this|it is|isn't not|a|no scam|spam|phishing|hoax", false},
	{"greeting", "this is not|no a scam|spam|hoax", false},
	{"greeting", "trust us", false},
	{"greeting", "to whom it may", false},
	{"greeting",
		"be sure|certain|assured ... this|it|message|email ... real|genuine|safe|authentic|true",
		false},
	{"greeting", "trust it|this|me", false},
	{"greeting", "is legitimate|authentic", false},
	{"greeting", "is a|an genuine|official|legitimate message|email|notice|letter",
		false},
	{"greeting", "congratulations", false},
	{"placeholder", "todo|tbc|tbd|xxx|xxxx|fixme|placeholder", false},
	{"placeholder", "lorem ipsum", false},
	{"placeholder", "to be confirmed|added|completed|inserted|decided|advised",
		false},
	{"placeholder", "this|text|details is|are to follow", false},
	{"placeholder", "insert|your name|text|title here", false},
};

/* --- finding --- */

/* The table by the words that phrases begin with; of constants, made once. */
static const struct starts *starts_made(void)
{
	static struct starts s;

	if (s.count)
		return &s;
	for (size_t i = 0; i < COUNT(phrases); i++)
		starts_add(&s, phrases[i].words, i);
	starts_sort(&s);
	return &s;
}

static void tell_words(const struct words *w, size_t at, size_t count, const char *rule,
	bait_found *found, void *user)
{
	auto_text_buffer what = {0};

	text_add_char(&what, '"');
	for (size_t i = 0; i < count; i++)
		text_printf(&what, "%s%s", i ? " " : "", w->list[at + i].text);
	text_add_char(&what, '"');
	found(user, w->list[at].line, rule, text_string(&what));
}

static void find_at(const char *source, const struct words *w, size_t at,
	bait_found *found, void *user)
{
	const struct starts *s = starts_made();

	for (size_t i = starts_find(s, w->list[at].text);
		starts_are(s, i, w->list[at].text); i++) {
		const struct phrase *p = &phrases[s->list[i].phrase];
		size_t count = words_match(w, at, p->words);

		if (!count || (p->unless_denied && excuse_denied(source, w, at, count)) ||
			excuse_told(source, w, at, p->rule))
			continue;
		tell_words(w, at, count, p->rule, found, user);
		return;
	}
}

static void find_capitals(
	const char *source, const struct words *w, bait_found *found, void *user)
{
	for (size_t i = 1; i < w->count; i++) {
		if (!w->list[i].capitals || !w->list[i - 1].capitals ||
			w->list[i].sentence != w->list[i - 1].sentence ||
			excuse_comma(source, w, i - 1, i)) /* "the FBI, NCA and others" */
			continue;
		tell_words(w, i - 1, 2, "urgency", found, user);
		while (i + 1 < w->count && w->list[i + 1].capitals)
			i++;
	}
}

void bait_find(const char *source, const struct words *w, bait_found *found, void *user)
{
	for (size_t at = 0; at < w->count; at++)
		find_at(source, w, at, found, user);
	find_capitals(source, w, found, user);
}

/* --- promises --- */

static bool promises(const char *text)
{
	auto_words w = {0};

	if (text[strspn(text, " \t\n")] == '-')
		return true;
	words_read(text, false, &w);
	for (size_t i = 0; i < w.count; i++)
		if (excuse_denies(w.list[i].text))
			return true;
	return false;
}

static bool ends_sentence(const char *s)
{
	return ((*s == '.' || *s == '!' || *s == '?') &&
		       (isspace((unsigned char)s[1]) || !s[1])) ||
	       (*s == '\n' && (s[1] == '\n' || (s[1] == '-' && s[2] == ' ')));
}

void bait_hide_promises(char *text, size_t from, size_t to)
{
	while (from < to) {
		size_t end = from;
		auto_text sentence = NULL;

		while (end < to && !ends_sentence(text + end))
			end++;
		end += end < to;
		sentence = text_format("%.*s", (int)(end - from), text + from);
		for (bool hide = promises(sentence); from < end; from++)
			if (hide && text[from] != '\n')
				text[from] = ' ';
	}
}
