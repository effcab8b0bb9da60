/* SPDX-License-Identifier: MIT */
/*
 * Expat between a part and whoever listens. What elements mean is xlsx.c's,
 * table_xlsx.c's and table_ods.c's; how parts are unpacked is package.c's.
 *
 * What can go wrong: expat looks at an unfinished token again from its beginning with
 * each block that it is given, so a token without end costs the square of its length
 * (CVE-2023-52425). Hence the limit of one.
 */
#include "recipients/markup.h"

#include <expat.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

#define BLOCK 65536

struct markup {
	struct part *part;
	XML_Parser parser;
	const struct markup_events *events;
	void *user;
	size_t depth, fed; /* fed: bytes given to expat */
	bool paused, ended, refused;
	struct fault fault; /* why, if it was refused */
};

static const char *local(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon ? colon + 1 : name;
}

static void XMLCALL on_start(
	void *user, const XML_Char *name, const XML_Char **attributes)
{
	struct markup *m = user;

	if (m->refused)
		return;
	if (m->depth == MARKUP_DEPTH)
		markup_refuse(m, "has more than %d elements in each other, the limit",
			MARKUP_DEPTH);
	else if (m->events->start)
		m->events->start(m->user, m, m->depth, local(name), attributes);
	m->depth++;
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
	struct markup *m = user;

	if (m->refused)
		return;
	m->depth--;
	if (m->events->end)
		m->events->end(m->user, m, m->depth, local(name));
}

static void XMLCALL on_text(void *user, const XML_Char *bytes, int length)
{
	struct markup *m = user;

	if (!m->refused && m->events->text)
		m->events->text(m->user, m, bytes, (size_t)length);
}

static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system,
	const XML_Char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	markup_refuse(user,
		"has a DOCTYPE, which no spreadsheet program writes: this is made to do harm");
}

int markup_open(struct package *p, const char *part, const struct markup_events *events,
	void *user, struct markup **ret, struct fault *f)
{
	auto_markup *m = text_alloc(sizeof(*m));

	if (part_open(p, part, &m->part, f))
		return -1;
	m->parser = XML_ParserCreate(NULL);
	if (!m->parser)
		return fault_set(f, FAULT_INTERNAL, "expat has no memory");
	m->events = events;
	m->user = user;
	XML_SetUserData(m->parser, m);
	XML_SetElementHandler(m->parser, on_start, on_end);
	XML_SetCharacterDataHandler(m->parser, on_text);
	XML_SetStartDoctypeDeclHandler(m->parser, on_doctype);
	*ret = m;
	m = NULL;
	return 0;
}

void markup_close(struct markup *m)
{
	if (!m)
		return;
	if (m->parser)
		XML_ParserFree(m->parser);
	part_close(m->part);
	free(m);
}

void markup_closep(struct markup **m)
{
	markup_close(*m);
}

static int not_well_formed(const struct markup *m, struct fault *f)
{
	auto_text words = text_format("is not well-formed XML (line %lu: %s)",
		(unsigned long)XML_GetCurrentLineNumber(m->parser),
		XML_ErrorString(XML_GetErrorCode(m->parser)));

	return part_fault(m->part, f, words);
}

/* What became of a call of expat. 1: paused; 0: it wants more; -1. */
static int judge(struct markup *m, enum XML_Status status, struct fault *f)
{
	if (m->refused) {
		*f = m->fault;
		return -1;
	}
	switch (status) {
	case XML_STATUS_ERROR:
		return not_well_formed(m, f);
	case XML_STATUS_SUSPENDED:
		return 1;
	case XML_STATUS_OK:
		return 0;
	}
	return 0;
}

static int feed(struct markup *m, struct fault *f)
{
	void *room = XML_GetBuffer(m->parser, BLOCK);
	size_t length;
	int got;

	if (!room)
		return fault_set(f, FAULT_INTERNAL, "expat has no memory");
	if (part_read(m->part, room, BLOCK, &length, f))
		return -1;
	m->ended = !length;
	m->fed += length;
	got = judge(m, XML_ParseBuffer(m->parser, (int)length, m->ended), f);
	if (!got && !m->ended &&
		m->fed - (size_t)XML_GetCurrentByteIndex(m->parser) > MARKUP_TOKEN)
		return part_fault(
			m->part, f, "has a tag or comment of more than 1 MiB, the limit");
	return got;
}

int markup_next(struct markup *m, struct fault *f)
{
	int got = 0;

	if (m->paused) {
		m->paused = false;
		got = judge(m, XML_ResumeParser(m->parser), f);
	}
	while (!got && !m->ended)
		got = feed(m, f);
	m->paused = got > 0;
	return got;
}

int markup_read(struct package *p, const char *part, const struct markup_events *events,
	void *user, struct fault *f)
{
	auto_markup *m = NULL;

	return markup_open(p, part, events, user, &m, f) ? -1 : markup_next(m, f);
}

void markup_pause(struct markup *m)
{
	(void)XML_StopParser(m->parser, XML_TRUE);
}

void markup_refuse(struct markup *m, const char *format, ...)
{
	char words[sizeof(m->fault.text) / 2];
	va_list list;

	if (m->refused)
		return;
	va_start(list, format);
	(void)vsnprintf(words, sizeof(words), format, list);
	va_end(list);
	(void)part_fault(m->part, &m->fault, words);
	m->refused = true;
	(void)XML_StopParser(m->parser, XML_FALSE);
}

const char *markup_attribute(const char **attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (!strcmp(local(*attributes), name))
			return attributes[1];
	return NULL;
}

size_t markup_number(
	const char **attributes, const char *name, size_t otherwise, size_t most)
{
	const char *value = markup_attribute(attributes, name);
	size_t n = 0;

	if (!value || !*value)
		return otherwise;
	for (; *value; value++) {
		if (*value < '0' || *value > '9')
			return otherwise;
		n = n * 10 + (size_t)(*value - '0');
		if (n > most)
			return most;
	}
	return n;
}
