/* SPDX-License-Identifier: MIT */
/*
 * A relay that is far away: passes bytes between 127.0.0.1:PORT and 127.0.0.1:TARGET,
 * each MILLISECONDS after it came, in both directions, so that a round trip takes twice
 * that. Only time is made longer; bandwidth is not limited, and connecting takes no
 * longer.
 *
 * far_proxy PORT TARGET MILLISECONDS. Ends when it is killed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "recipients/text.h"

#define READ_SIZE 65536
#define EVENTS 64

/* One way of a connection: what is read here is written there. */
struct way {
	int fd;                             /* to read from; -1: closed */
	struct way *back;                   /* whose fd is written to */
	struct piece *unsent, **unsent_end; /* due, and not written yet */
	bool ended;                         /* nothing more will be read */
	bool over;                          /* and that was passed on */
	bool blocked; /* what is due waits until it can be written */
};

/* Bytes on their way; none at all: the end. All pieces wait equally long, so the first is
 * due first. */
struct piece {
	struct piece *next;
	struct way *way;
	struct timespec due;
	size_t length, sent;
	char bytes[];
};

static struct {
	int epoll;
	long delay; /* nanoseconds */
	struct piece *first, **end;
} proxy;

static void die(const char *words)
{
	perror(words);
	exit(1);
}

static struct sockaddr_in local(const char *port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
		.sin_addr = {htonl(INADDR_LOOPBACK)}};
}

static void watch(struct way *w, int how)
{
	struct epoll_event ev = {.data.ptr = w};

	ev.events =
		(w->ended ? 0 : EPOLLIN) | (w->back && w->back->blocked ? EPOLLOUT : 0);
	if (epoll_ctl(proxy.epoll, how, w->fd, &ev))
		die("epoll_ctl");
}

static struct way *way_new(int fd)
{
	struct way *w = text_alloc(sizeof(*w));
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	w->fd = fd;
	w->unsent_end = &w->unsent;
	watch(w, EPOLL_CTL_ADD);
	return w;
}

static void pair(int caller, const char *target)
{
	struct sockaddr_in to = local(target);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct way *there, *back;

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		die("connect");
	there = way_new(caller);
	back = way_new(fd);
	there->back = back;
	back->back = there;
}

/* Both ends were passed on. The two are kept: an event of theirs may still be at hand. */
static void close_pair(struct way *w)
{
	(void)close(w->fd);
	(void)close(w->back->fd);
	w->fd = w->back->fd = -1;
}

static void take(struct way *w)
{
	static char bytes[READ_SIZE];
	ssize_t got = recv(w->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	struct piece *p;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	got = got < 0 ? 0 : got;
	p = text_alloc(sizeof(*p) + (size_t)got);
	p->way = w;
	p->length = (size_t)got;
	memcpy(p->bytes, bytes, p->length);
	(void)clock_gettime(CLOCK_MONOTONIC, &p->due);
	p->due.tv_nsec += proxy.delay;
	p->due.tv_sec += p->due.tv_nsec / 1000000000;
	p->due.tv_nsec %= 1000000000;
	*proxy.end = p;
	proxy.end = &p->next;
	w->ended = !got;
	if (w->ended)
		watch(w, EPOLL_CTL_MOD);
}

/* Writes what is due; what the socket does not take waits until it can. */
static void give(struct way *w)
{
	int to = w->back->fd;

	w->blocked = false;
	while (w->unsent && !w->blocked) {
		struct piece *p = w->unsent;
		ssize_t took = p->length
				       ? send(to, p->bytes + p->sent, p->length - p->sent,
						 MSG_DONTWAIT | MSG_NOSIGNAL)
				       : shutdown(to, SHUT_WR);

		w->blocked = took < 0 && errno == EAGAIN;
		p->sent += took > 0 ? (size_t)took : w->blocked ? 0 : p->length - p->sent;
		if (p->sent < p->length || w->blocked)
			continue;
		w->over = !p->length;
		w->unsent = p->next;
		free(p);
	}
	if (!w->unsent)
		w->unsent_end = &w->unsent;
	if (w->over && w->back->over)
		close_pair(w);
	else
		watch(w->back, EPOLL_CTL_MOD);
}

/* Moves on what is due. Returns how long nothing more will be, or false: nothing waits.
 */
static bool move_on(struct timespec *ret)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	while (proxy.first) {
		struct piece *p = proxy.first;
		long left = (p->due.tv_sec - now.tv_sec) * 1000000000 + p->due.tv_nsec -
			    now.tv_nsec;

		*ret = (struct timespec){left / 1000000000, left % 1000000000};
		if (left > 0)
			return true;
		proxy.first = p->next;
		if (!proxy.first)
			proxy.end = &proxy.first;
		p->next = NULL;
		*p->way->unsent_end = p;
		p->way->unsent_end = &p->next;
		give(p->way);
	}
	return false;
}

int main(int argc, char **argv)
{
	struct epoll_event events[EVENTS];
	struct sockaddr_in here;
	int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (argc != 4)
		return 64;
	here = local(argv[1]);
	proxy.delay = strtol(argv[3], NULL, 10) * 1000000;
	proxy.end = &proxy.first;
	proxy.epoll = epoll_create1(EPOLL_CLOEXEC);
	(void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&here, sizeof(here)) ||
		listen(listener, 256))
		die("listen");
	events[0] = (struct epoll_event){.events = EPOLLIN};
	if (epoll_ctl(proxy.epoll, EPOLL_CTL_ADD, listener, &events[0]))
		die("epoll_ctl");
	for (;;) {
		struct timespec wait;
		bool any = move_on(&wait);
		int count = epoll_pwait2(
			proxy.epoll, events, EVENTS, any ? &wait : NULL, NULL);

		for (int i = 0; i < count; i++) {
			struct way *w = events[i].data.ptr;

			if (!w)
				pair(accept(listener, NULL, NULL), argv[2]);
			else if (w->fd < 0)
				continue;
			else if (events[i].events & EPOLLOUT)
				give(w->back);
			else if (events[i].events & EPOLLIN)
				take(w);
		}
	}
}
