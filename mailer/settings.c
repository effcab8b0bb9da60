/* SPDX-License-Identifier: MIT */
/*
 * incident.json, checked. Its relays: settings_relay.c; its words in a letter: compose.c.
 * The policy: recipients/policy.c.
 */
#include "mailer/settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "recipients/clock.h"
#include "recipients/config.h"
#include "recipients/exposure.h"
#include "recipients/text.h"

#define LINE 1000
#define PARAGRAPHS 8000
#define ITEMS 100

static const char *const incident_keys[] = {"id", "title", "kind", "regime", "aware_at",
	"occurred", "controller", "exposed", "not_exposed", "nature", "consequences",
	"measures", "help", "verify", "next_update", "closed_channels", "mode",
	"timezone", "sending_hours", "sending_days", "allowed_domains", "head_file",
	"relay", "relays", "mailbox", "what_changed", "notify", NULL};
bool settings_leak_day(const struct settings *s, char out[SETTINGS_ISO_DAY])
{
	const json_t *occurred = json_object_get(s->json, "occurred");
	const char *from = json_string_value(json_object_get(occurred, "from")),
		   *to = json_string_value(json_object_get(occurred, "to"));

	if (!from && !to)
		return false;
	(void)snprintf(out, SETTINGS_ISO_DAY, "%s", from ? from : to);
	return true;
}

const char *settings_mode(const struct settings *s)
{
	return s->live ? "live" : "rehearsal";
}

/* Strings that a letter needs; the values stay in the JSON, where compose finds them. */
static int needed_line(const struct config *c, const char *name, struct fault *f)
{
	const char *ignored;

	return config_string(config_needed(c, name), LINE, &ignored, f);
}

static int optional_line(const struct config *c, const char *name, struct fault *f)
{
	const char *ignored;

	return config_string(config_member(c, name), LINE, &ignored, f);
}

static int lines(const struct config *c, const char *name, size_t most, struct fault *f)
{
	const char **list = NULL;
	size_t count;
	int failed = config_strings(config_member(c, name), most, LINE, &list, &count, f);

	free(list);
	return failed;
}

static int check_occurred(const struct config *root, struct fault *f)
{
	static const char *const keys[] = {"from", "to", NULL};
	struct config c = config_member(root, "occurred");
	int64_t from = 0, to = INT64_MAX;

	if (!config_present(c))
		return 0;
	if (config_known(c, keys, f) ||
		config_time(config_member(&c, "from"), &from, f) ||
		config_time(config_member(&c, "to"), &to, f))
		return -1;
	return to < from ? config_fault(config_member(&c, "to"), f, "is before `from`")
			 : 0;
}

static int check_controller(const struct config *root, struct fault *f)
{
	static const char *const keys[] = {"name", "also_known_as", "dpo", NULL},
				 *const dpo_keys[] = {"name", "email", "phone", NULL};
	struct config c = config_needed(root, "controller"),
		      dpo = config_needed(&c, "dpo");

	if (config_known(c, keys, f) || needed_line(&c, "name", f) ||
		lines(&c, "also_known_as", SETTINGS_CONTROLLERS - 1, f) ||
		config_known(dpo, dpo_keys, f))
		return -1;
	return needed_line(&dpo, "name", f) || needed_line(&dpo, "email", f) ||
			       optional_line(&dpo, "phone", f)
		       ? -1
		       : 0;
}

static int check_help(const struct config *root, struct fault *f)
{
	static const char *const help_keys[] = {"line", "hours", "welfare", NULL};
	static const char *const verify_keys[] = {"where", "hours", NULL};
	struct config help = config_needed(root, "help"),
		      verify = config_needed(root, "verify");

	if (config_known(help, help_keys, f) || needed_line(&help, "line", f) ||
		optional_line(&help, "hours", f) || optional_line(&help, "welfare", f))
		return -1;
	return config_known(verify, verify_keys, f) || needed_line(&verify, "where", f) ||
			       optional_line(&verify, "hours", f)
		       ? -1
		       : 0;
}

const char *const settings_kinds[] = {
	"disclosure", "publication", "loss-of-device", "loss-of-data", NULL};

const char *settings_kind_words(const char *kind)
{
	static const char *const words[] = {"Disclosure of data", "Publication of data",
		"Loss of a device or of papers", "Loss of data"};

	for (size_t i = 0; settings_kinds[i]; i++)
		if (!strcmp(settings_kinds[i], kind))
			return words[i];
	return kind;
}

static int check_words(const struct config *root, struct fault *f)
{
	static const char *const regimes[] = {"uk-gdpr", "dpa-part-3", NULL};
	const char *nature;
	int ignored;

	if (config_choice(config_needed(root, "kind"), settings_kinds, &ignored, f) ||
		config_choice(config_needed(root, "regime"), regimes, &ignored, f) ||
		config_text(config_needed(root, "nature"), PARAGRAPHS, &nature, f))
		return -1;
	return lines(root, "exposed", EXPOSURE_NAMED_MAX, f) ||
			       lines(root, "not_exposed", ITEMS, f) ||
			       lines(root, "consequences", ITEMS, f) ||
			       lines(root, "measures", ITEMS, f) ||
			       lines(root, "what_changed", ITEMS, f) ||
			       lines(root, "closed_channels", ITEMS, f) ||
			       optional_line(root, "next_update", f)
		       ? -1
		       : 0;
}

/* "07:00-22:00", local time. */
static int read_hours(const struct config *root, struct settings *s, struct fault *f)
{
	struct config c = config_member(root, "sending_hours");
	const char *text = NULL;
	unsigned h1, m1, h2, m2;
	int used = 0;

	s->sending_from = s->sending_to = -1;
	if (config_string(c, 20, &text, f))
		return -1;
	if (!text)
		return 0;
	if (strspn(text, "0123456789:-") != strlen(text) ||
		sscanf(text, "%2u:%2u-%2u:%2u%n", &h1, &m1, &h2, &m2, &used) != 4 ||
		text[used] || h1 > 23 || h2 > 24 || m1 > 59 || m2 > 59 ||
		h2 * 60 + m2 > 1440)
		return config_fault(c, f, "is not of the form 07:00-22:00");
	if (h1 * 60 + m1 >= h2 * 60 + m2)
		return config_fault(
			c, f, "ends before it begins: both times are of the same day");
	s->sending_from = (int)(h1 * 60 + m1);
	s->sending_to = (int)(h2 * 60 + m2);
	return 0;
}

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* ["mon", "tue"]: local days. */
static int read_days(const struct config *root, struct settings *s, struct fault *f)
{
	struct config c = config_member(root, "sending_days");
	const char **days = NULL;
	size_t count;
	int failed = config_strings(c, 7, 20, &days, &count, f);

	for (size_t i = 0; !failed && i < count; i++) {
		size_t day = 0;

		while (day < 7 && strcasecmp(days[i], weekdays[day]) != 0)
			day++;
		if (day == 7)
			failed = config_fault(config_item(&c, i), f,
				"is not one of mon, tue, wed, thu, fri, sat, sun");
		else
			s->sending_days |= 1u << day;
	}
	free(days);
	return failed;
}

/* Whoever is told that something needs a human: `notify`, else the officer in charge. */
static int read_notify(const struct config *root, struct settings *s, struct fault *f)
{
	struct config c = config_member(root, "notify"),
		      controller = config_member(root, "controller"),
		      dpo = config_member(&controller, "dpo");
	const char *own = NULL,
		   *officer = json_string_value(json_object_get(dpo.value, "email"));
	struct fault why;

	if (config_string(c, LINE, &own, f))
		return -1;
	if (own && address_parse(own, strlen(own), &s->notify, &why))
		return config_fault(c, f, "%s", why.text);
	if (!own &&
		(!officer || address_parse(officer, strlen(officer), &s->notify, &why)))
		s->notify = (struct address){0};
	return 0;
}

static int read_domains(const struct config *root, struct settings *s, struct fault *f)
{
	struct config c = config_member(root, "allowed_domains");
	const char **names = NULL;
	size_t count = 0;
	int failed = config_strings(c, 1000, ADDRESS_DOMAIN_MAX, &names, &count, f);

	s->allowed_domains = text_alloc((count + 1) * sizeof(*s->allowed_domains));
	for (; !failed && s->allowed_domains_count < count; s->allowed_domains_count++) {
		size_t i = s->allowed_domains_count;
		auto_text probe = text_format("x@%s", names[i]);
		struct fault why;

		if (address_parse(probe, strlen(probe), &s->allowed_domains[i], &why))
			failed = config_fault(config_item(&c, i), f,
				"is not the name of a domain (each is named in full, such as force.example)");
	}
	free(names);
	return failed;
}

/* --- the whole --- */

/* The C library takes a name that it does not know for UTC, and says nothing. */
static bool zone_is_known(const char *name)
{
	auto_text path = text_format("/usr/share/zoneinfo/%s", name);
	struct stat st;

	if (access("/usr/share/zoneinfo", F_OK))
		return true; /* a machine without the list */
	return *name && !stat(path, &st) && S_ISREG(st.st_mode);
}

static int read_timezone(const struct config *root, struct settings *s, struct fault *f)
{
	struct config c = config_member(root, "timezone");

	s->timezone = "Europe/London";
	if (config_string(c, 64, &s->timezone, f))
		return -1;
	if (strspn(s->timezone,
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") !=
			strlen(s->timezone) ||
		*s->timezone == '/' || strstr(s->timezone, "//") ||
		!zone_is_known(s->timezone))
		return config_fault(c, f, "is not the name of a time zone");
	if (setenv("TZ", s->timezone, 1))
		return fault_set(f, FAULT_INTERNAL, "the time zone cannot be set");
	tzset();
	return 0;
}

static int read_all(const struct config *root, struct settings *s, struct fault *f)
{
	static const char *const modes[] = {"rehearsal", "live", NULL};
	int mode;

	if (config_known(*root, incident_keys, f) ||
		config_string(config_needed(root, "id"), 100, &s->id, f) ||
		config_string(config_needed(root, "title"), LINE, &s->title, f) ||
		config_time(config_needed(root, "aware_at"), &s->aware_at, f) ||
		config_choice(config_needed(root, "mode"), modes, &mode, f))
		return -1;
	s->live = mode == 1;
	s->clock_hours = 72; /* Art. 33(1) UK GDPR; s. 67(1) DPA 2018 */
	if (check_words(root, f) || check_occurred(root, f) ||
		check_controller(root, f) || check_help(root, f))
		return -1;
	return read_timezone(root, s, f) || read_hours(root, s, f) ||
			       read_days(root, s, f) || read_notify(root, s, f) ||
			       read_domains(root, s, f) ||
			       config_path(config_member(root, "head_file"), s->dir, LINE,
				       &s->head_file, f) ||
			       settings_relay_read(root, s, f) ||
			       settings_mailbox_read(
				       root, s->dir, s->live, &s->mailbox, f)
		       ? -1
		       : 0;
}

int settings_load(const char *dir, struct settings **ret, struct fault *f)
{
	auto_settings *s = text_alloc(sizeof(*s));
	auto_text path = text_format("%s/incident.json", dir);
	struct config root;

	s->dir = dir;
	if (config_load(path, &s->json, f))
		return -1;
	root = config_root(s->json, path);
	if (read_all(&root, s, f))
		return -1;
	*ret = s;
	s = NULL;
	return 0;
}

void settings_free(struct settings *s)
{
	if (!s)
		return;
	json_decref(s->json);
	free(s->allowed_domains);
	free(s->head_file);
	settings_relay_done(s);
	settings_mailbox_done(&s->mailbox);
	free(s);
}

void settings_freep(struct settings **s)
{
	settings_free(*s);
	*s = NULL;
}

static int local(int64_t ms, struct tm *out)
{
	time_t seconds = (time_t)(ms / 1000);

	return localtime_r(&seconds, out) ? 0 : -1;
}

const char *settings_day(int64_t ms, char out[SETTINGS_DAY])
{
	static const char *const months[] = {"January", "February", "March", "April",
		"May", "June", "July", "August", "September", "October", "November",
		"December"};
	struct tm t;

	out[0] = '\0';
	if (!local(ms, &t))
		(void)snprintf(out, SETTINGS_DAY, "%d %s %d", t.tm_mday, months[t.tm_mon],
			t.tm_year + 1900);
	return out;
}

int settings_minute(int64_t ms)
{
	struct tm t;

	return local(ms, &t) ? 0 : t.tm_hour * 60 + t.tm_min;
}

int settings_weekday(int64_t ms)
{
	struct tm t;

	return local(ms, &t) ? 0 : (t.tm_wday + 6) % 7;
}

bool settings_allows(const struct settings *s, const char *domain)
{
	if (!s->allowed_domains_count)
		return true;
	for (size_t i = 0; i < s->allowed_domains_count; i++)
		if (!strcmp(s->allowed_domains[i].domain, domain))
			return true;
	return false;
}

/* "e-mail" is "email", whatever its case. */
static bool is_word(const char *item, const char *word)
{
	while (*item && *word) {
		if (*item == '-' && *word != '-') {
			item++;
			continue;
		}
		if (tolower((unsigned char)*item++) != *word++)
			return false;
	}
	return !*item && !*word;
}

bool settings_closes(const struct settings *s, const char *address, bool work)
{
	static const char *const mailboxes[] = {
		"work email", "force email", "our email", "police email", NULL};
	const char *at = strrchr(address, '@');
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(s->json, "closed_channels"), i, item)
	{
		const char *channel = json_string_value(item);
		size_t domain = strlen(at ? at + 1 : ""), length = strlen(channel);

		if (is_word(channel, "email") || !strcasecmp(channel, address))
			return true;
		for (const char *const *m = mailboxes; work && *m; m++)
			if (is_word(channel, *m))
				return true;
		if (*channel == '@')
			channel++, length--;
		if (!strchr(channel, '@') && length && length <= domain &&
			!strcasecmp(at + 1 + domain - length, channel) &&
			(length == domain || at[domain - length] == '.'))
			return true;
	}
	return false;
}

/* "mon, tue, fri" */
static char *days_words(unsigned days)
{
	struct text words = {0};

	for (size_t i = 0; i < 7; i++)
		if (days >> i & 1)
			text_printf(
				&words, "%s%s", words.length ? ", " : "", weekdays[i]);
	return words.bytes;
}

int settings_within_hours(const struct settings *s, struct fault *f)
{
	return settings_hours_at(s, clock_now(), f);
}

int settings_hours_at(const struct settings *s, int64_t ms, struct fault *f)
{
	int minute = settings_minute(ms);
	auto_text days = NULL;

	if (s->sending_days && !(s->sending_days >> settings_weekday(ms) & 1)) {
		days = days_words(s->sending_days);
		return fault_set(f, FAULT_TEMPORARY, "no mail goes %s (only %s, %s)",
			ms > clock_now() ? "that day" : "today", days, s->timezone);
	}
	if (s->sending_from < 0 || (minute >= s->sending_from && minute < s->sending_to))
		return 0;
	return fault_set(f, FAULT_TEMPORARY,
		"outside the sending hours (%02d:%02d to %02d:%02d, %s)",
		s->sending_from / 60, s->sending_from % 60, s->sending_to / 60,
		s->sending_to % 60, s->timezone);
}
