/* SPDX-License-Identifier: MIT */
/*
 * From open tasks to pages. The words are notice.c's and the templates', who is to do
 * what by when is task.c's.
 */
#include "mailer/paper.h"

#include <stdlib.h>
#include <string.h>

#include "mailer/code.h"
#include "mailer/notice.h"
#include "mailer/whom.h"
#include "recipients/circumstance.h"
#include "recipients/clock.h"
#include "recipients/exposure.h"
#include "recipients/group.h"
#include "recipients/guardian.h"
#include "recipients/roster.h"
#include "recipients/route.h"
#include "recipients/ruling.h"
#include "templates/prose.h"

#define PAGE_LINES 60
#define WINDOW_LINE 12   /* lines above the address */
#define WINDOW_COLUMN 10 /* letters left of it */
#define WINDOW_LINES 6
#define MARGIN 6 /* letters left of all else */
#define CODE_PAD 16

struct printer {
	struct ledger *ledger;
	const struct paper_options *options;
	struct notice_maker *maker;
	struct whom whom;
	struct guardian_book *guardians;
	struct rulings *rulings;
	struct query *assigned, *old_code, *new_code;
	struct code_maker codes;
	struct text prose, page;
	struct text *out;
	bool begun; /* a page is out already */
	bool coded; /* a letter has a new code */
	char today[SETTINGS_DAY];
};

static void printer_done(struct printer *p)
{
	notice_maker_free(p->maker);
	whom_done(&p->whom);
	guardian_book_free(p->guardians);
	rulings_free(p->rulings);
	query_close(p->assigned);
	query_close(p->old_code);
	query_close(p->new_code);
	code_maker_done(&p->codes);
	text_done(&p->prose);
	text_done(&p->page);
}
#define auto_printer __attribute__((cleanup(printer_done))) struct printer

/* --- codes --- */

static int make_code(
	struct printer *p, int64_t task, char code[CODE_TEXT], struct fault *f)
{
	unsigned char digest[VAULT_DIGEST];

	p->coded = true;
	if (code_new(&p->codes, code, f))
		return -1;
	vault_digest(ledger_vault(p->ledger), "code", code, strlen(code), digest);
	query_bind_int(p->new_code, ":task", task);
	query_bind_int(p->new_code, ":run", ledger_run(p->ledger));
	query_bind_int(p->new_code, ":at", clock_now());
	query_bind_blob(p->new_code, ":digest", digest, sizeof(digest));
	query_bind_sealed(p->new_code, ":code_sealed", "task_letter.code_sealed", task,
		code, strlen(code), CODE_PAD);
	return query_run(p->new_code, f);
}

/* The one that was printed before, or a new one. */
static int code_of(struct printer *p, int64_t task, char code[CODE_TEXT], struct fault *f)
{
	auto_text_buffer old = {0};
	int got;

	query_bind_int(p->old_code, ":task", task);
	got = query_next(p->old_code, f);
	if (got > 0 && query_sealed(p->old_code, "code_sealed", "task_letter.code_sealed",
			       task, &old, f))
		got = -1;
	query_reset(p->old_code);
	if (got <= 0)
		return got ? -1 : make_code(p, task, code, f);
	return code_read(text_string(&old), code)
		       ? fault_set(f, FAULT_LEDGER, "a letter has no reference code")
		       : 0;
}

int paper_find(struct ledger *l, const char *mode, const char *code, int64_t *ret_person,
	struct fault *f)
{
	auto_query struct query *q = NULL;
	unsigned char digest[VAULT_DIGEST];
	int got;

	*ret_person = 0;
	vault_digest(ledger_vault(l), "code", code, strlen(code), digest);
	if (ledger_query(l,
		    SQL("SELECT t.person_id FROM task_letter p JOIN task t ON t.id = p.task_id JOIN compose_set s"
			" ON s.id = t.set_id WHERE p.code_digest = :digest AND s.mode = :mode"),
		    &q, f))
		return -1;
	query_bind_blob(q, ":digest", digest, sizeof(digest));
	query_bind_text(q, ":mode", mode);
	got = query_next(q, f);
	if (got > 0)
		*ret_person = query_int(q, "person_id");
	return got < 0 ? -1 : 0;
}

/* --- pages --- */

static void blanks(struct text *t, size_t count)
{
	while (count--)
		text_add_char(t, ' ');
}

/* Lines of plain text with a margin; a form feed where a page is full, and then `head`,
 * so that no page gets among another's. `line`: how many are on the page already. */
static void add_lines(struct text *out, const char *head, const char *lines, size_t line)
{
	unsigned page = 1;

	while (*lines) {
		size_t length = strcspn(lines, "\n");

		if (line == PAGE_LINES) {
			text_add_char(out, '\f');
			blanks(out, MARGIN);
			text_printf(out, "%s, page %u\n\n", head, ++page);
			line = 2;
		}
		if (length)
			blanks(out, MARGIN);
		text_add(out, lines, length);
		text_add_char(out, '\n');
		line++;
		lines += length + (lines[length] == '\n');
	}
}

/* In HTML `head` stands above each page that one of them takes; the address stays small
 * enough for its window. */
static void begin_page(struct printer *p, const char *head, bool large)
{
	if (!p->begun && p->options->html)
		text_add_string(p->out,
			"<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<title>Letters and"
			" sheets</title>\n<style>\n@page { size: A4; margin: 20mm 20mm 20mm 25mm; }\n"
			"body { font: 11pt/1.4 sans-serif; margin: 0; }\nsection { break-after: page; }\n"
			"h1 { font-size: 14pt; } h2 { font-size: 12pt; }\n"
			".large { font-size: 18pt; } .large h1 { font-size: 22pt; } .large h2 { font-size: 20pt; }\n"
			".large .window { font-size: 11pt; }\n"
			"table { width: 100%; border-spacing: 0; } td { padding: 0; vertical-align: top; }\n"
			"thead td { height: 8mm; font-size: 9pt; }\n"
			".window { height: 30mm; padding-top: 26mm; padding-bottom: 12mm; width: 80mm; overflow: hidden;"
			" line-height: 1.2; }\n</style>\n</head>\n<body>\n");
	else if (p->begun && !p->options->html)
		text_add_char(p->out, '\f');
	if (p->options->html)
		text_printf(p->out,
			"<section%s>\n<table><thead><tr><td>%s</td></tr></thead>\n<tbody><tr><td>\n",
			large ? " class=\"large\"" : "", head);
	p->begun = true;
}

static void end_page(struct printer *p)
{
	if (p->options->html)
		text_add_string(p->out, "</td></tr></tbody></table>\n</section>\n");
}

/* The address as lines of a window: a cell of a list has it in one, with commas. */
static void window_lines(
	const char *name, const char *address, const char *postcode, struct text *out)
{
	size_t lines = 1;

	prose_add_value(out, name);
	text_add_char(out, '\n');
	while (address && *address) {
		size_t length = strcspn(address, ",\n");
		auto_text part = text_format("%.*s", (int)length, address);
		auto_text_buffer fit = {0};

		prose_add_value(&fit, part);
		address += length + (address[length] != '\0');
		if (!fit.length)
			continue;
		/* What does not fit the window stays in its last line. */
		if (++lines > WINDOW_LINES - (postcode ? 1 : 0))
			out->bytes[out->length - 1] = ' ';
		text_printf(out, "%s\n", text_string(&fit));
	}
	if (postcode) {
		prose_add_value(out, postcode);
		text_add_char(out, '\n');
	}
}

static void text_letter(struct printer *p, const char *window, const char *reference,
	const char *subject, const char *body)
{
	auto_text whole =
		text_format("%s\n%s\n\n%s\n\n%s", p->today, reference, subject, body);

	for (size_t i = 0; i < WINDOW_LINE; i++)
		text_add_char(p->out, '\n');
	for (size_t i = 0; i < WINDOW_LINES + 3; i++) {
		size_t length = strcspn(window, "\n");

		if (length)
			blanks(p->out, WINDOW_COLUMN);
		text_add(p->out, window, length);
		text_add_char(p->out, '\n');
		window += length + (window[length] == '\n');
	}
	add_lines(p->out, reference, whole, WINDOW_LINE + WINDOW_LINES + 3);
}

static void html_letter(struct printer *p, const char *window, const char *reference,
	const char *subject, const char *blocks)
{
	text_add_string(p->out, "<div class=\"window\">");
	for (; *window; window++)
		if (*window == '\n') {
			text_add_string(p->out, "<br>");
		} else {
			char one[2] = {*window, '\0'};

			prose_add_escaped(p->out, one);
		}
	text_printf(p->out, "</div>\n<p>%s<br>%s</p>\n<h1>", p->today, reference);
	prose_add_escaped(p->out, subject);
	text_printf(p->out, "</h1>\n%s", blocks);
}

/* --- one task --- */

static char *name_of(const struct roster_row *e)
{
	const char *title = roster_value(e, "title"),
		   *forenames = roster_value(e, "forenames"),
		   *surname = roster_value(e, "surname"), *name = roster_value(e, "name");

	if (!surname)
		return text_copy(name ? name : "");
	return text_format("%s%s%s%s%s", title ? title : "", title ? " " : "",
		forenames ? forenames : "", forenames ? " " : "", surname);
}

/* What stands where the name does. */
static char *called(
	const struct printer *p, const struct task *t, const struct roster_row *e)
{
	char scratch[ROSTER_NAME];

	if (!whom_is_shielded(&p->whom, t->person, t->reason))
		return name_of(e);
	return text_format("the liaison's reference %s",
		whom_task(&p->whom, t->person, t->reason, scratch));
}

/* The reason on the task, or what was decided about the person since. */
static bool is_unsafe(const struct printer *p, const struct task *t)
{
	const struct ruling_now *now = rulings_find(p->rulings, t->person);

	return !strcmp(t->reason, "address-unsafe") || (now && now->address_unsafe);
}

/* Nobody: what the list says of somebody who is shielded stands on no paper. */
static const struct roster_row no_entry = {.packed = ""};

static bool is_shielded(const struct printer *p, const struct task *t)
{
	return whom_is_shielded(&p->whom, t->person, t->reason);
}

/* Who that is, and how to reach them; what the list has there, if it means nobody on it.
 */
static json_t *guardian_of(const struct printer *p, const struct roster_row *e)
{
	const char *guardian = roster_value(e, "guardian");
	auto_text_buffer words = {0};

	for (size_t i = SIZE_MAX;
		guardian && (i = guardian_next(p->guardians, guardian, i)) != SIZE_MAX;) {
		const struct roster_row *g = roster_newest(&p->whom.people, i);
		bool apart = whom_reference(&p->whom, p->whom.people.people[i]);
		const char *contact = roster_value(g, "contact"),
			   *phone = roster_value(g, "phone");
		auto_text name =
			apart ? text_copy(
					"somebody who is not named on paper: ask the welfare team")
			      : name_of(g);

		text_printf(&words, "%s%s", words.length ? "; or " : "", name);
		if (!apart && (contact || phone))
			text_printf(&words, ", %s%s", contact ? "only in this way: " : "",
				contact ? contact : phone);
	}
	return notice_value(words.length ? text_string(&words) : guardian);
}

static json_t *more_of(
	const struct printer *p, const struct task *t, const struct roster_row *e)
{
	static const char *const fields[] = {
		"rank", "phone", "address", "contact", "needs", "language", NULL};
	bool above = t->level_order < (int64_t)p->options->policy->default_level;
	auto_text number = text_format("%lld", (long long)t->number);
	auto_text attempts = text_format("%lld", (long long)t->attempts);
	auto_text name = called(p, t, e);
	char due[SETTINGS_DAY];
	bool unsafe = is_unsafe(p, t);
	json_t *person = json_pack("{s:o}", "name", notice_value(name));

	for (const char *const *field = fields; *field; field++) {
		bool way = !strcmp(*field, "phone") || !strcmp(*field, "address");

		(void)json_object_set_new(person, *field,
			notice_value(unsafe && way ? NULL : roster_value(e, *field)));
	}
	(void)json_object_set_new(person, "guardian", guardian_of(p, e));
	return json_pack("{s:{s:s,s:s,s:o,s:o,s:o,s:b,s:b,s:b,s:b,s:b,s:b},s:o}", "task",
		"number", number, "due", settings_day(t->due, due), "reason",
		notice_value(route_reason_text(t->reason)), "attempts",
		t->attempts ? json_string(attempts) : json_false(), "owner",
		notice_value(t->owner), "confirms", t->after != 0, "corrects",
		!strcmp(t->reason, "correction"), "changed",
		!strcmp(t->reason, "what-changed"), "unsafe", (int)unsafe, "above",
		(int)above, "shielded", (int)is_shielded(p, t), "person", person);
}

/* What is known of the leak about them: kinds of data, and how sure it is. */
static int read_assigned(struct printer *p, int64_t person, struct row *why,
	bool *ret_certain, struct fault *f)
{
	int got;

	row_clear(why);
	*ret_certain = false;
	query_bind_int(p->assigned, ":person", person);
	got = query_next(p->assigned, f);
	if (got > 0) {
		*ret_certain = query_int(p->assigned, "certain") != 0;
		if (query_sealed(p->assigned, "why_sealed", "assignment.why_sealed",
			    query_int(p->assigned, "id"), &why->packed, f))
			got = -1;
	}
	query_reset(p->assigned);
	return got < 0 ? -1 : 0;
}

/* What is confirmed, has changed or was wrong has words of its own. To whom it is
 * corrected nothing else may be said, in whichever language. */
static char *letter_text(const struct policy *p, const struct texts *texts,
	const struct task *t, const struct roster_row *entry)
{
	const struct policy_level *level = policy_level_named(p, t->level);
	const char *own = notice_own(p, t->level);

	if (!strcmp(t->reason, "correction"))
		return notice_text(texts, NOTICE_CORRECTION, NULL, entry);
	if (!strcmp(t->reason, "what-changed"))
		return notice_text(texts, NOTICE_CHANGED, own, entry);
	return notice_text(texts,
		t->after || !level || !level->template ? "task/letter" : level->template,
		own, entry);
}

char *paper_text(const struct policy *p, const struct texts *texts, const struct task *t,
	const struct roster_row *entry)
{
	static const char *const by_reason[][2] = {
		{"under-18", "task/guardian"}, {"guardian-is-party", "task/child"}};
	static const char *const by_kind[][2] = {{"visit", "task/visit"},
		{"call", "task/call"}, {"liaison", "task/liaison"},
		{"next-of-kin", "task/next-of-kin"}};

	if (!strcmp(t->kind, "letter"))
		return letter_text(p, texts, t, entry);
	for (size_t i = 0; i < sizeof(by_reason) / sizeof(by_reason[0]); i++)
		if (!strcmp(by_reason[i][0], t->reason))
			return text_copy(by_reason[i][1]);
	for (size_t i = 0; i < sizeof(by_kind) / sizeof(by_kind[0]); i++)
		if (!strcmp(by_kind[i][0], t->kind))
			return text_copy(by_kind[i][1]);
	return text_copy(by_kind[0][1]);
}

static int print_letter(struct printer *p, const struct task *t,
	struct notice_person *who, json_t *more, struct paper_tally *ret, struct fault *f)
{
	const char *address = roster_value(who->entry, "address"), *prose;
	bool by_hand = task_by_hand(t->reason) || is_unsafe(p, t) || !address ||
		       roster_value(who->entry, "contact") || is_shielded(p, t);
	auto_text_buffer window = {0}, body = {0};
	auto_text reference = NULL;
	auto_text name = called(p, t, who->entry);
	auto_text text = paper_text(p->options->policy, p->options->texts, t, who->entry);
	auto_text subject = NULL;
	char code[CODE_TEXT];

	if (code_of(p, t->number, code, f))
		return -1;
	who->code = code;
	who->letter = true;
	who->own = notice_own(p->options->policy, t->level);
	if (notice_prose(p->maker, p->options->texts, text, who, more, &p->prose, f) ||
		prose_split_subject(text_string(&p->prose), &subject, &prose, f) ||
		(p->options->html ? prose_blocks(prose, &body, f)
				  : prose_text(prose, &body, f)))
		return -1;
	window_lines(name, by_hand ? "BY HAND: give it to nobody else" : address,
		by_hand ? NULL : roster_value(who->entry, "postcode"), &window);
	reference = text_format("Reference: %s", code);
	begin_page(p, reference, circumstance_large_print(who->entry));
	(p->options->html ? html_letter : text_letter)(
		p, text_string(&window), reference, subject, text_string(&body));
	end_page(p);
	ret->letters++;
	ret->by_hand += by_hand;
	return 0;
}

static int print_sheet(struct printer *p, const struct task *t,
	const struct notice_person *who, json_t *more, struct paper_tally *ret,
	struct fault *f)
{
	auto_text template =
		paper_text(p->options->policy, p->options->texts, t, who->entry);
	auto_text head = text_format("Task %lld: %s", (long long)t->number, t->kind);
	auto_text_buffer body = {0};

	if (notice_prose(
		    p->maker, p->options->texts, template, who, more, &p->prose, f) ||
		(p->options->html ? prose_blocks(text_string(&p->prose), &body, f)
				  : prose_text(text_string(&p->prose), &body, f)))
		return fault_prefix(f, "%s", template);
	begin_page(p, head, false);
	if (p->options->html) {
		text_printf(p->out, "<h1>%s</h1>\n%s", head, text_string(&body));
	} else {
		auto_text whole = text_format("%s\n\n%s", head, text_string(&body));

		add_lines(p->out, head, whole, 0);
	}
	end_page(p);
	ret->sheets++;
	return 0;
}

static int print_task(
	struct printer *p, const struct task *t, struct paper_tally *ret, struct fault *f)
{
	size_t person = roster_person(&p->whom.people, t->person);
	const char *kinds[EXPOSURE_KINDS_MAX], *name = NULL, *value;
	struct notice_person who = {.kinds = kinds};
	auto_row why = {0};
	json_t *more;
	int failed;

	if (t->held) {
		ret->held++;
		return 0;
	}
	if (person == SIZE_MAX || !strcmp(t->state, "done") || !t->stands)
		return 0;
	if (read_assigned(p, t->person, &why, &who.certain, f))
		return -1;
	while (row_next(&why, &name, &value))
		if (!strcmp(name, GROUP_KIND) && who.kinds_count < EXPOSURE_KINDS_MAX)
			kinds[who.kinds_count++] = value;
	who.entry =
		is_shielded(p, t) ? &no_entry : roster_newest(&p->whom.people, person);
	more = more_of(p, t, who.entry);
	failed = strcmp(t->kind, "letter") ? print_sheet(p, t, &who, more, ret, f)
					   : print_letter(p, t, &who, more, ret, f);
	json_decref(more);
	return failed;
}

/* --- all of them --- */

static int open_queries(struct printer *p, struct fault *f)
{
	return ledger_query(p->ledger,
		       SQL("SELECT id, certain, why_sealed FROM assignment_now WHERE person_id = :person"),
		       &p->assigned, f) ||
			       ledger_query(p->ledger,
				       SQL("SELECT code_sealed FROM task_letter WHERE task_id = :task"),
				       &p->old_code, f) ||
			       ledger_query(p->ledger,
				       SQL("INSERT INTO task_letter (task_id, run_id, at, code_digest, code_sealed)"
					   " VALUES (:task, :run, :at, :digest, :code_sealed)"),
				       &p->new_code, f) ||
			       code_maker_open(p->ledger, &p->codes, f)
		       ? -1
		       : 0;
}

int paper_write(struct ledger *l, const struct paper_options *o,
	const struct task_list *tasks, struct text *out, struct paper_tally *ret,
	struct fault *f)
{
	auto_printer p = {.ledger = l, .options = o, .out = out};

	*ret = (struct paper_tally){0};
	(void)settings_day(clock_now(), p.today);
	if (notice_maker_new(o->settings, o->policy, o->texts, &p.maker, f) ||
		whom_load(l, &p.whom, f) || rulings_load(l, &p.rulings, f) ||
		open_queries(&p, f) || ledger_begin(l, f))
		return -1;
	p.guardians = guardian_book_new(&p.whom.people);
	for (size_t i = 0; i < tasks->count; i++)
		if (print_task(&p, &tasks->tasks[i], ret, f)) {
			ledger_rollback(l);
			return -1;
		}
	if (o->html && p.begun)
		text_add_string(out, "</body>\n</html>\n");
	if (p.coded)
		return ledger_commit(l, f);
	ledger_rollback(l); /* printed before, or nothing with a code */
	return 0;
}
