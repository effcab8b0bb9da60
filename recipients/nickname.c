/* SPDX-License-Identifier: MIT */
/*
 * Nicknames as used in the United Kingdom and Ireland. A pair says that two forenames may
 * be one person's, nothing more: it keeps a name from counting as a contradiction.
 */
#include "recipients/nickname.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *nick, *full;
} pairs[] = {{"becky", "rebecca"}, {"becca", "rebecca"}, {"bella", "isabella"},
	{"bella", "arabella"}, {"bert", "albert"}, {"bert", "robert"},
	{"bert", "herbert"}, {"bertie", "albert"}, {"beth", "elizabeth"},
	{"betsy", "elizabeth"}, {"betty", "elizabeth"}, {"bess", "elizabeth"},
	{"bill", "william"}, {"billy", "william"}, {"bob", "robert"}, {"bobby", "robert"},
	{"bobbie", "roberta"}, {"cathy", "kathleen"}, {"cathy", "kathryn"},
	{"cate", "kathryn"}, {"chelle", "michelle"}, {"dick", "richard"},
	{"dora", "theodora"}, {"drew", "andrew"}, {"elsie", "elizabeth"},
	{"fred", "alfred"}, {"freddie", "alfred"}, {"gene", "eugene"},
	{"geoff", "jeffrey"}, {"gerry", "jeremy"}, {"gus", "angus"}, {"hank", "henry"},
	{"issy", "elisabeth"}, {"jeff", "geoffrey"}, {"jerry", "gerald"},
	{"jerry", "gerard"}, {"kate", "catherine"}, {"kath", "catherine"},
	{"kathy", "catherine"}, {"katie", "catherine"}, {"katy", "catherine"},
	{"kathryn", "catherine"}, {"katherine", "catherine"}, {"kit", "christopher"},
	{"kris", "christopher"}, {"kris", "christine"}, {"lena", "helena"},
	{"lexi", "alexandra"}, {"liam", "william"}, {"libby", "elizabeth"},
	{"lisa", "elizabeth"}, {"liz", "elizabeth"}, {"lizzie", "elizabeth"},
	{"lottie", "charlotte"}, {"manda", "amanda"}, {"mandy", "amanda"},
	{"maggie", "margaret"}, {"ned", "edward"}, {"ned", "edmund"}, {"nell", "eleanor"},
	{"nell", "helen"}, {"nellie", "eleanor"}, {"nellie", "helen"},
	{"nora", "eleanor"}, {"nora", "honora"}, {"peggy", "margaret"}, {"polly", "mary"},
	{"rick", "derek"}, {"rick", "frederick"}, {"rick", "patrick"}, {"ricky", "eric"},
	{"sandy", "alexander"}, {"sandy", "alexandra"}, {"sandra", "alexandra"},
	{"sasha", "alexander"}, {"sasha", "alexandra"}, {"shell", "michelle"},
	{"stacey", "anastasia"}, {"tash", "natasha"}, {"tasha", "natasha"},
	{"ted", "edward"}, {"teddy", "edward"}, {"tina", "christina"},
	{"tina", "christine"}, {"tina", "martina"}, {"toni", "antonia"},
	{"tony", "anthony"}, {"tony", "antony"}, {"tony", "antonio"},
	{"trina", "katrina"}, {"xander", "alexander"}, {"zander", "alexander"}};

bool nickname_pair(const char *a, const char *b)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if ((!strcmp(pairs[i].nick, a) && !strcmp(pairs[i].full, b)) ||
			(!strcmp(pairs[i].nick, b) && !strcmp(pairs[i].full, a)))
			return true;
	return false;
}
