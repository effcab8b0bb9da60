/* SPDX-License-Identifier: MIT */
/*
 * Names of languages, as lists have them. Whether there is a text in one is texts.c's.
 *
 * What can go wrong: a name that is not here. It counts as a language without a text, so
 * that a human sees to it.
 */
#include "recipients/language.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name, *code;
} languages[] = {{"english", "en"}, {"welsh", "cy"}, {"cymraeg", "cy"}, {"irish", "ga"},
	{"gaeilge", "ga"}, {"gaelic", "gd"}, {"polish", "pl"}, {"romanian", "ro"},
	{"lithuanian", "lt"}, {"latvian", "lv"}, {"slovak", "sk"}, {"czech", "cs"},
	{"hungarian", "hu"}, {"bulgarian", "bg"}, {"russian", "ru"}, {"ukrainian", "uk"},
	{"albanian", "sq"}, {"portuguese", "pt"}, {"spanish", "es"}, {"italian", "it"},
	{"french", "fr"}, {"german", "de"}, {"greek", "el"}, {"turkish", "tr"},
	{"kurdish", "ku"}, {"arabic", "ar"}, {"farsi", "fa"}, {"persian", "fa"},
	{"pashto", "ps"}, {"urdu", "ur"}, {"punjabi", "pa"}, {"hindi", "hi"},
	{"gujarati", "gu"}, {"bengali", "bn"}, {"tamil", "ta"}, {"nepali", "ne"},
	{"somali", "so"}, {"tigrinya", "ti"}, {"amharic", "am"}, {"chinese", "zh"},
	{"cantonese", "zh"}, {"mandarin", "zh"}, {"vietnamese", "vi"}};

static bool is_code(const char *text, size_t length)
{
	return length == 2 && isalpha((unsigned char)text[0]) &&
	       isalpha((unsigned char)text[1]);
}

bool language_foreign(const char *text, char ret_code[LANGUAGE_CODE])
{
	size_t length;

	while (text && isspace((unsigned char)*text))
		text++;
	if (!text || !*text)
		return false;
	length = strcspn(text, "-_ ,;(/");
	memcpy(ret_code, "??", 3);
	if (is_code(text, length)) {
		ret_code[0] = (char)tolower((unsigned char)text[0]);
		ret_code[1] = (char)tolower((unsigned char)text[1]);
	}
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		if (strlen(languages[i].name) == length &&
			!strncasecmp(text, languages[i].name, length))
			memcpy(ret_code, languages[i].code, 3);
	return strcmp(ret_code, "en") != 0;
}
