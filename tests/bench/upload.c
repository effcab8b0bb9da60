/* SPDX-License-Identifier: MIT */
/*
 * libcurl's own upload, as a peer to measure beside: the same message again and again,
 * each connection a thread with a handle of its own, for libcurl's multi interface waits
 * at each final dot and sends one mail at a time however many handles it has.
 *
 * upload URL FILE MAILS CONNECTIONS. Exit code 0 if the relay took all.
 */
#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipients/text.h"

#define CONNECTIONS_MAX 256

static struct {
	const char *url;
	struct text message;
	atomic_long left, failed;
} work;

static size_t read_message(char *out, size_t size, size_t count, void *user)
{
	size_t *at = user, left = work.message.length - *at;
	size_t n = size * count < left ? size * count : left;

	memcpy(out, work.message.bytes + *at, n);
	*at += n;
	return n;
}

static void *upload(void *unused)
{
	CURL *easy = curl_easy_init();
	struct curl_slist *to = curl_slist_append(NULL, "<b@person.example>");
	size_t at;

	(void)curl_easy_setopt(easy, CURLOPT_URL, work.url);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_MAIL_FROM, "<a@sender.example>");
	(void)curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to);
	(void)curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_message);
	(void)curl_easy_setopt(easy, CURLOPT_READDATA, &at);
	(void)curl_easy_setopt(
		easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)work.message.length);
	while (atomic_fetch_sub(&work.left, 1) > 0) {
		at = 0;
		if (curl_easy_perform(easy))
			atomic_fetch_add(&work.failed, 1);
	}
	curl_easy_cleanup(easy);
	curl_slist_free_all(to);
	return unused;
}

static void read_file(const char *path)
{
	char bytes[16384];
	FILE *in = fopen(path, "r");
	size_t got;

	if (!in) {
		perror(path);
		exit(66);
	}
	while ((got = fread(bytes, 1, sizeof(bytes), in)) > 0)
		text_add(&work.message, bytes, got);
	(void)fclose(in);
}

int main(int argc, char **argv)
{
	pthread_t threads[CONNECTIONS_MAX];
	long count;

	if (argc != 5)
		return 64;
	work.url = argv[1];
	read_file(argv[2]);
	work.left = strtol(argv[3], NULL, 10);
	count = strtol(argv[4], NULL, 10);
	if (count < 1 || count > CONNECTIONS_MAX || curl_global_init(CURL_GLOBAL_ALL))
		return 64;
	for (long i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, upload, NULL))
			return 71;
	for (long i = 0; i < count; i++)
		(void)pthread_join(threads[i], NULL);
	text_done(&work.message);
	return work.failed ? 1 : 0;
}
