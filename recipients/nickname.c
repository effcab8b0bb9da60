/* SPDX-License-Identifier: MIT */
/*
 * Nicknames as used in the United Kingdom and Ireland: a table, and a rule for names that
 * are cut ("Josh") and may get an ending ("Danny", "Harps").
 *
 * What can go wrong: a short name that the table lacks counts as another forename with
 * the same initial, which weighs less against a person than one with another.
 */
#include "recipients/nickname.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *full, *nicks; /* parted by blanks */
} names[] = {{"abdul", "ab"}, {"abigail", "abby"}, {"adrian", "ade"}, {"alan", "al"},
	{"albert", "al bert bertie albie"},
	{"alexander", "alex sandy sasha xander zander al lex"},
	{"alexandra", "alex sandy sandra sasha lexi alexa"},
	{"alfred", "alf alfie fred freddie"}, {"amanda", "mandy manda"},
	{"anastasia", "stacey ana"}, {"andrew", "andy drew"}, {"angela", "ange angie"},
	{"angus", "gus"}, {"ann", "annie nan nancy"}, {"anne", "annie nan nancy"},
	{"anthony", "tony ant"}, {"antonia", "toni"}, {"antonio", "tony"},
	{"antony", "tony ant"}, {"arabella", "bella"}, {"arthur", "art artie"},
	{"ayodele", "ayo"}, {"babatunde", "tunde"}, {"balwinder", "bal"},
	{"barry", "baz bazza"}, {"benjamin", "ben benny benji"}, {"bernard", "bernie"},
	{"bradley", "brad"}, {"bridget", "bridie biddy"}, {"cameron", "cam"},
	{"caoimhe", "keeva"}, {"caroline", "caz carrie carol"},
	{"catherine", "kate katie kath kathy cat cathy cate kat kathryn katherine"},
	{"charles", "chuck charlie chas chaz"}, {"charlotte", "charlie lottie lotte"},
	{"christian", "chris"}, {"christina", "chris tina chrissie"},
	{"christine", "chris chrissie tina kris"},
	{"christopher", "chris kit kris topher"}, {"chukwuemeka", "emeka"},
	{"ciaran", "kieran"}, {"claire", "clairey"}, {"clifford", "cliff"},
	{"daniel", "dan danny"}, {"darren", "daz dazza"}, {"david", "dave davy davie"},
	{"deborah", "deb debbie debs"}, {"debra", "deb debbie debs"}, {"declan", "dec"},
	{"denise", "den"}, {"dennis", "den denny"}, {"derek", "del rick"},
	{"dominic", "dom"}, {"donald", "don donny"}, {"dorothy", "dot dottie dolly"},
	{"douglas", "doug dougie"}, {"duncan", "dunc"}, {"edmund", "ed ned ted eddie"},
	{"edward", "ed ted ned eddie teddy ward"},
	{"eleanor", "ellie nell nora nellie ella"},
	{"elisabeth", "issy liz beth lisbeth"},
	{"elizabeth", "liz lizzie beth betty betsy bess eliza libby lisa elsie lisbeth"},
	{"emily", "em emmy"}, {"emma", "em"}, {"eric", "ricky rick"}, {"eugene", "gene"},
	{"ferdinand", "ferdy"}, {"frances", "fran frankie francie"},
	{"francis", "frank frankie fran"}, {"frederick", "fred freddie rick freddy"},
	{"gabriel", "gabe"}, {"gareth", "gaz gary gaz"}, {"gary", "gaz gazza"},
	{"geoffrey", "geoff jeff"}, {"gerald", "gerry jerry ged"},
	{"gerard", "gerry jerry ged ger"}, {"gillian", "gill jill gilly"},
	{"gordon", "gord"}, {"graham", "gray"}, {"gregory", "greg"},
	{"gurpreet", "gurps"}, {"hannah", "han"}, {"harold", "harry hal"},
	{"harpreet", "harps harp"}, {"harriet", "hattie harry"},
	{"helen", "nell nellie lena"}, {"helena", "lena"}, {"henry", "harry hal hank"},
	{"herbert", "herb bert"}, {"honora", "nora"}, {"hugh", "hughie"},
	{"hussain", "huss"}, {"ian", "iain"}, {"ibrahim", "ibby ibs"}, {"imogen", "immy"},
	{"isabel", "izzy issy bel"}, {"isabella", "bella izzy issy"},
	{"isobel", "izzy issy bel"}, {"jacob", "jake"}, {"jacqueline", "jackie jacqui"},
	{"james", "jim jimmy jamie jem"}, {"jane", "janey"}, {"janet", "jan"},
	{"janice", "jan"}, {"jasmine", "jas"}, {"jason", "jase jay"},
	{"jaswinder", "jas"}, {"jeffrey", "jeff geoff"}, {"jennifer", "jen jenny"},
	{"jeremy", "jez jerry gerry jem"}, {"jessica", "jess jessie"}, {"joanna", "jo"},
	{"joanne", "jo joey"}, {"joel", "jo"}, {"john", "jack johnny jon johnnie"},
	{"jonathan", "jon jonny johnny"}, {"joseph", "joe joey jo"},
	{"josephine", "jo josie"}, {"joshua", "josh"}, {"judith", "judy jude"},
	{"julia", "jules"}, {"julian", "jules"}, {"julie", "jules"}, {"karen", "kaz"},
	{"katherine", "kate katie kath kathy kat kitty kathryn kay"},
	{"kathleen", "kath kathy cathy kate"},
	{"kathryn", "kate kath kathy katie cate cathy"}, {"katrina", "trina kat"},
	{"kenneth", "ken kenny"}, {"kieran", "kier"}, {"kimberley", "kim"},
	{"kimberly", "kim"}, {"kulwinder", "kully"}, {"lauren", "loz"},
	{"laurence", "larry laurie"}, {"lawrence", "larry laurie loz"},
	{"leonard", "len lenny leo"}, {"lesley", "les"}, {"leslie", "les"},
	{"lewis", "lew"}, {"louis", "lou"}, {"louise", "lou lulu"}, {"lucy", "lu"},
	{"luke", "lukey"}, {"lynda", "lyn"}, {"madeleine", "maddy"},
	{"malcolm", "mal malc"}, {"maninder", "manny"}, {"manjit", "manj"},
	{"manpreet", "manny"}, {"marcus", "marc mark"},
	{"margaret", "meg peg peggy maggie marge margie greta rita daisy madge mags"},
	{"maria", "mia ria"}, {"marie", "mazza"}, {"mark", "marky"}, {"martin", "marty"},
	{"martina", "tina"}, {"mary", "molly polly may mamie"}, {"matthew", "matt matty"},
	{"maureen", "mo"}, {"maurice", "mo"}, {"michael", "mike mick mickey mikey micky"},
	{"michelle", "shell chelle mich shelley"}, {"mitchell", "mitch"},
	{"mohamed", "mo"}, {"mohammed", "mo"}, {"morgan", "mog"}, {"muhammad", "mo"},
	{"mustafa", "mus"}, {"natalie", "nat"}, {"natasha", "tash tasha nat"},
	{"nathan", "nat nate"}, {"nathaniel", "nat nate"}, {"neil", "neilly"},
	{"nicholas", "nick nicky nico"}, {"nicola", "nicky nikki nic"}, {"nigel", "nige"},
	{"norman", "norm"}, {"oliver", "ollie olly"}, {"olivia", "liv livvy"},
	{"oluwaseun", "seun"}, {"oluwaseyi", "seyi"}, {"padraig", "paddy"},
	{"pamela", "pam"}, {"parminder", "parm"}, {"patience", "pat"},
	{"patricia", "pat trish tricia patsy patty trisha"},
	{"patrick", "pat paddy rick"}, {"paul", "paulie"}, {"penelope", "penny"},
	{"peter", "pete"}, {"philip", "phil pip"}, {"phillip", "phil pip"},
	{"rachael", "rach"}, {"rachel", "rach"}, {"ralph", "raffy"}, {"raymond", "ray"},
	{"rebecca", "becky becca bex becs"}, {"reginald", "reg reggie"},
	{"richard", "rich rick dick ricky richie dickie"},
	{"robert", "bob rob bert bobby robbie bobbie"}, {"roberta", "bobbie bobby"},
	{"roger", "rog"}, {"ronald", "ron ronnie"}, {"rosemary", "rose rosie"},
	{"russell", "russ"}, {"ryan", "ry"}, {"samantha", "sam sammy"},
	{"samuel", "sam sammy"}, {"sandra", "sandy"}, {"sarah", "sally sadie sal"},
	{"scott", "scotty"}, {"sean", "shaun"}, {"sebastian", "seb"},
	{"sharon", "shaz shazza"}, {"sidney", "sid"}, {"simon", "si"},
	{"siobhan", "shiv"}, {"sophie", "soph"}, {"stanley", "stan"},
	{"stephanie", "steph stevie"}, {"stephen", "steve stevie"},
	{"steven", "steve stevie"}, {"stewart", "stu"}, {"stuart", "stu"},
	{"sukhdeep", "sukh"}, {"sukhvinder", "sukh"}, {"susan", "sue susie suzy"},
	{"susannah", "sue susie"}, {"suzanne", "sue suzy"}, {"tamara", "tammy"},
	{"terence", "terry tel"}, {"teresa", "terry tess tessa"},
	{"theodora", "dora thea"}, {"theodore", "theo ted"},
	{"theresa", "terry tess tessa"}, {"thomas", "tom tommy"},
	{"timothy", "tim timmy"}, {"tobias", "toby"}, {"trevor", "trev"},
	{"valerie", "val"}, {"veronica", "ronnie vera"},
	{"victoria", "vicky vicki tori vic"}, {"vincent", "vince vinny"},
	{"walter", "wally walt"}, {"warren", "waz"}, {"wendy", "wend"},
	{"william", "bill billy will willie liam willy"}, {"yusuf", "yus"},
	{"yvonne", "eve vonnie"}, {"zachary", "zac zach zak"}};

#define NAMES (sizeof(names) / sizeof(*names))

static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (; *list; list += *list == ' ') {
		size_t count = strcspn(list, " ");

		if (count == length && !memcmp(list, word, length))
			return true;
		list += count;
	}
	return false;
}

void nickname_look(const char *word, struct nickname *ret)
{
	size_t count = 1;

	ret->full[0] = word;
	for (size_t i = 0; i < NAMES && count < NICKNAME_MOST; i++)
		if (has_word(names[i].nicks, word) && strcmp(names[i].full, word) != 0)
			ret->full[count++] = names[i].full;
	ret->full[count] = NULL;
}

/* "dann" of "danny", "rob" of "robbie", "harp" of "harps": how much of it is the full
 * name's. */
static size_t stem_length(const char *nick)
{
	static const char *const endings[] = {"ie", "y", "i", "s", "o", "ey"};
	size_t length = strlen(nick);

	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		size_t ending = strlen(endings[i]);

		if (length < ending + 2 ||
			strcmp(nick + length - ending, endings[i]) != 0)
			continue;
		length -= ending;
		if (length > 2 && nick[length - 1] == nick[length - 2])
			length--;
		return length;
	}
	return length;
}

static bool is_cut(const char *nick, const char *full)
{
	size_t length = strlen(nick), stem = stem_length(nick);

	if (length < 2 || strlen(full) <= stem + 1)
		return false;
	return !strncmp(nick, full, length) ||
	       (stem > 1 && !strncmp(nick, full, stem) && strlen(full) > length);
}

bool nickname_pair(const struct nickname *a, const struct nickname *b)
{
	const char *left = a->full[0], *right = b->full[0];

	if (!strcmp(left, right))
		return false;
	if (is_cut(left, right) || is_cut(right, left))
		return true;
	for (size_t i = 0; a->full[i]; i++)
		for (size_t k = 0; b->full[k]; k++)
			if (!strcmp(a->full[i], b->full[k]))
				return true;
	return false;
}
