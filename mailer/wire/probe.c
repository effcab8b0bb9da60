/* SPDX-License-Identifier: MIT */
/*
 * A connection and nothing else. How it is made: dial.c; what fails: trouble.c.
 */
#include "mailer/wire/probe.h"

#include <signal.h>
#include <string.h>

#include "recipients/clock.h"

static int on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)user, (void)a, (void)b, (void)c, (void)d;
	return clock_interrupted();
}

static int connect_to(struct dial *d, const struct dial_settings *s, struct fault *f)
{
	size_t sent;
	bool ignored;
	CURLcode code;

	if (dial_init(d, s, f) || dial_reset(d, s, f))
		return -1;
	if (curl_easy_setopt(d->easy, CURLOPT_XFERINFOFUNCTION, on_progress) ||
		curl_easy_setopt(d->easy, CURLOPT_NOPROGRESS, 0L))
		return fault_set(f, FAULT_INTERNAL, "libcurl does not take our settings");
	code = curl_easy_perform(d->easy);
	if (clock_interrupted())
		return fault_set(f, FAULT_INTERRUPTED, "interrupted");
	if (dial_result(d, code, s, &ignored, f))
		return -1;
	(void)curl_easy_send(d->easy, "QUIT\r\n", strlen("QUIT\r\n"), &sent);
	return 0;
}

int probe_run(const struct dial_settings *s, struct probe *ret, struct fault *f)
{
	struct dial d = {0};
	int failed;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	failed = connect_to(&d, s, f);
	*ret = (struct probe){d.tls, d.dsn, d.pipelining, d.size};
	dial_done(&d);
	curl_global_cleanup();
	return failed;
}
