/* SPDX-License-Identifier: MIT */
/*
 * Sockets, TLS and HTTP. What is answered is pages.c's.
 *
 * What can go wrong: the address is taken (73), the certificate is refused (78). A client
 * that is slow, too large or ill-behaved costs its own connection.
 */
#include "mailer/page/host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <microhttpd.h>

#include "recipients/clock.h"

#define TURN_MS 250
#define NICE 5
#define BACKLOG 128
#define EACH_ADDRESS 32 /* connections of one address, where addresses mean something */
#define ADDRESS 64
#define DROPPED 1000000 /* bytes of a form */

/* --- listening --- */

void host_place_remove(const struct host_place *p)
{
	struct stat st;

	if (p->path && !lstat(p->path, &st) && S_ISSOCK(st.st_mode) &&
		st.st_dev == p->device && st.st_ino == p->inode)
		(void)unlink(p->path);
}

void host_place_done(struct host_place *p)
{
	if (p->fd >= 0)
		(void)close(p->fd);
	host_place_remove(p);
	text_freep(&p->host);
	text_freep(&p->path);
	p->fd = -1;
}

/* A socket that nobody listens at any more is left over from a crash. */
static void remove_old(const struct sockaddr_un *at)
{
	struct stat st;
	int fd;

	if (lstat(at->sun_path, &st) || !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)at, sizeof(*at)) &&
		errno == ECONNREFUSED)
		(void)unlink(at->sun_path);
	if (fd >= 0)
		(void)close(fd);
}

static int listen_unix(const char *path, struct host_place *ret, struct fault *f)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	struct stat st = {0};

	if (!*path || strlen(path) >= sizeof(at.sun_path))
		return fault_set(f, FAULT_USAGE,
			"--listen unix:PATH takes a path of at most %zu bytes",
			sizeof(at.sun_path) - 1);
	memcpy(at.sun_path, path, strlen(path) + 1);
	remove_old(&at);
	ret->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (ret->fd < 0 || bind(ret->fd, (struct sockaddr *)&at, sizeof(at)) ||
		listen(ret->fd, BACKLOG))
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
	ret->path = text_copy(path);
	if (!lstat(path, &st)) {
		ret->device = st.st_dev;
		ret->inode = st.st_ino;
	}
	return chmod(path, 0660)
		       ? fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno))
		       : 0;
}

static void look_at_address(const struct sockaddr_storage *bound, struct host_place *ret)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)bound;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)bound;
	bool is_six = bound->ss_family == AF_INET6;

	ret->port = ntohs(is_six ? six->sin6_port : four->sin_port);
	ret->open = is_six ? !IN6_IS_ADDR_LOOPBACK(&six->sin6_addr)
			   : ntohl(four->sin_addr.s_addr) >> 24 != IN_LOOPBACKNET;
}

static int listen_at(const struct addrinfo *a, const char *where, struct host_place *ret,
	struct fault *f)
{
	const int on = 1;
	struct sockaddr_storage bound;
	socklen_t length = sizeof(bound);

	ret->fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (ret->fd < 0 ||
		setsockopt(ret->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
		/* inherited: a handshake in small parts does not wait for its receipts */
		setsockopt(ret->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) ||
		bind(ret->fd, a->ai_addr, a->ai_addrlen) || listen(ret->fd, BACKLOG) ||
		getsockname(ret->fd, (struct sockaddr *)&bound, &length))
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", where, strerror(errno));
	look_at_address(&bound, ret);
	return 0;
}

int host_listen(const char *where, struct host_place *ret, struct fault *f)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	const char *colon = strrchr(where, ':');
	struct addrinfo *found;
	size_t length;
	int failed;

	*ret = (struct host_place){.fd = -1};
	if (!strncmp(where, "unix:", 5))
		return listen_unix(where + 5, ret, f);
	length = colon ? (size_t)(colon - where) : 0;
	if (length > 2 && *where == '[' && where[length - 1] == ']')
		ret->host = text_format("%.*s", (int)length - 2, where + 1);
	else
		ret->host = text_format("%.*s", (int)length, where);
	if (!*ret->host || !colon[1] ||
		strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
		strlen(colon + 1) > 5 || strtoul(colon + 1, NULL, 10) > 65535 ||
		getaddrinfo(ret->host, colon + 1, &hints, &found))
		return fault_set(f, FAULT_USAGE,
			"--listen takes HOST:PORT, such as 127.0.0.1:8443, or unix:PATH");
	failed = listen_at(found, where, ret, f);
	freeaddrinfo(found);
	return failed;
}

/* --- a request --- */

/* Of a connection, from its beginning on. */
struct guest_line {
	struct guest_line *next, **link;
	int fd;
	int64_t began;
	bool whole; /* the request is in */
};
/* Of a request. */
struct exchange {
	struct text body;
	char *query;
	bool seen; /* the head was looked at */
	unsigned refused;
	struct mill_work work;
	struct MHD_Connection *waits; /* for its work */
};
struct host {
	struct pages *pages;
	struct mill *mill;
	struct MHD_Daemon *daemon;
	bool is_unix;
	struct guest_line *lines;
};

/* Headers that must not come twice: two readers may take different ones. And names with a
 * blank in them, which one reader cuts off (RFC 9112, 5.1). */
struct once {
	unsigned hosts, lengths, types, cookies, codings, upgrades, blanks;
};

static enum MHD_Result count_header(
	void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct once *o = user;

	(void)kind;
	(void)value;
	o->hosts += !strcasecmp(name, "Host");
	o->lengths += !strcasecmp(name, "Content-Length");
	o->types += !strcasecmp(name, "Content-Type");
	o->cookies += !strcasecmp(name, "Cookie");
	o->codings += !strcasecmp(name, "Transfer-Encoding");
	o->blanks += strcspn(name, " \t") != strlen(name);
	o->upgrades += !strcasecmp(name, "Upgrade") || !strcasecmp(name, "Expect");
	return MHD_YES;
}

static const char *header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/* The status with which a request is refused by its head alone; 0: it may come. */
static unsigned refuse_head(
	struct MHD_Connection *c, const char *method, const char *version)
{
	const char *length = header(c, "Content-Length");
	bool posts = !strcmp(method, "POST");
	struct once o = {0};

	(void)MHD_get_connection_values(c, MHD_HEADER_KIND, count_header, &o);
	if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
		return 505;
	if (o.hosts > 1 || o.lengths > 1 || o.types > 1 || o.cookies > 1 || o.codings ||
		o.upgrades || o.blanks || (!o.hosts && !strcmp(version, "HTTP/1.1")))
		return 400;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 && !posts)
		return 405;
	if (posts && !length)
		return 411;
	if (!length)
		return 0;
	if (!*length || strspn(length, "0123456789") != strlen(length))
		return 400;
	if (!posts)
		return strcmp(length, "0") ? 400 : 0;
	return strlen(length) > 9 || strtoul(length, NULL, 10) > PAGES_BODY ? 413 : 0;
}

/* A form that is too long, but not by far, is read to its end and dropped: a browser that
 * is still sending would not see the answer. */
static bool is_dropped(struct MHD_Connection *c, unsigned refused)
{
	return refused == 413 &&
	       strtoul(header(c, "Content-Length"), NULL, 10) <= DROPPED;
}

/* On a Unix socket the server in front says who is there: the last one, which it added.
 */
static void find_address(
	const struct host *s, struct MHD_Connection *c, char out[ADDRESS])
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const char *said = s->is_unix ? header(c, "X-Forwarded-For") : NULL, *last;

	(void)snprintf(out, ADDRESS, "%s", s->is_unix ? "local" : "unknown");
	if (said) {
		last = strrchr(said, ',');
		last = last ? last + 1 : said;
		last += strspn(last, " ");
		if (*last && strlen(last) < ADDRESS &&
			strspn(last, "0123456789abcdefABCDEF.:") == strlen(last))
			(void)snprintf(out, ADDRESS, "%s", last);
	} else if (!s->is_unix && info && info->client_addr) {
		(void)getnameinfo(info->client_addr,
			info->client_addr->sa_family == AF_INET6
				? sizeof(struct sockaddr_in6)
				: sizeof(struct sockaddr_in),
			out, ADDRESS, NULL, 0, NI_NUMERICHOST);
	}
}

/* --- an answer --- */

static void add(struct MHD_Response *r, const char *name, const char *value)
{
	(void)MHD_add_response_header(r, name, value);
}

static void add_headers(struct MHD_Response *r, const struct pages_reply *reply)
{
	static const char *const always[][2] = {{"Connection", "close"},
		{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"},
		{"Referrer-Policy", "no-referrer"}, {"X-Frame-Options", "DENY"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
		{"Permissions-Policy",
			"camera=(), geolocation=(), microphone=(), payment=()"},
		{"Strict-Transport-Security", "max-age=31536000"}};
	char number[32];

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		add(r, always[i][0], always[i][1]);
	add(r, "Content-Security-Policy", text_string(&reply->policy));
	add(r, "Content-Type", reply->type);
	if (reply->location)
		add(r, "Location", reply->location);
	if (reply->allow)
		add(r, "Allow", reply->allow);
	if (*reply->cookie)
		add(r, "Set-Cookie", reply->cookie);
	if (reply->leaves)
		add(r, "Clear-Site-Data", "\"cache\", \"cookies\", \"storage\"");
	if (reply->retry_after) {
		(void)snprintf(
			number, sizeof(number), "%lld", (long long)reply->retry_after);
		add(r, "Retry-After", number);
	}
	if (reply->file) {
		auto_text value = text_format("attachment; filename=\"%s\"", reply->file);

		add(r, "Content-Disposition", value);
	}
}

static enum MHD_Result give(struct MHD_Connection *c, const struct pages_reply *reply)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
		reply->body.length, reply->body.bytes, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result queued;

	if (!r)
		return MHD_NO;
	add_headers(r, reply);
	queued = MHD_queue_response(c, reply->status, r);
	MHD_destroy_response(r);
	return queued;
}

static const char *words_for(unsigned status)
{
	switch (status) {
	case 405:
		return "That cannot be done with this page.\n";
	case 411:
	case 413:
		return "A form is expected, and not a longer one.\n";
	case 505:
		return "This version of HTTP is not spoken here.\n";
	}
	return "This request cannot be read.\n";
}

static enum MHD_Result give_status(struct MHD_Connection *c, unsigned status)
{
	auto_pages_reply reply = {.status = status,
		.type = "text/plain; charset=utf-8",
		.allow = status == 405 ? "GET, HEAD, POST" : NULL};

	text_add_string(&reply.body, words_for(status));
	text_add_string(&reply.policy, "default-src 'none'; frame-ancestors 'none'");
	return give(c, &reply);
}

/* What came before an answer can be given is done elsewhere, and this is asked again. */
static enum MHD_Result answer(const struct host *s, struct MHD_Connection *c,
	struct exchange *x, const char *method, const char *path)
{
	char address[ADDRESS];
	const struct pages_request q = {.method = method,
		.path = path,
		.query = x->query ? x->query : "",
		.body = text_string(&x->body),
		.body_length = x->body.length,
		.host = header(c, "Host"),
		.origin = header(c, "Origin"),
		.fetch_site = header(c, "Sec-Fetch-Site"),
		.cookie = header(c, "Cookie"),
		.type = header(c, "Content-Type"),
		.address = address,
		.now = clock_monotonic(),
		.work = &x->work};
	auto_pages_reply reply = {0};

	find_address(s, c, address);
	while (!pages_answer(s->pages, &q, &reply)) {
		if (mill_give(s->mill, x, &x->work)) {
			x->waits = c;
			MHD_suspend_connection(c);
			return MHD_YES;
		}
		x->work.done = x->work.failed = true;
		pages_reply_done(&reply);
	}
	return give(c, &reply);
}

/* Whose work is done goes on. */
static void wake(struct host *s)
{
	struct mill_work done;
	struct exchange *x;

	while ((x = mill_take(s->mill, &done))) {
		x->work = done;
		MHD_resume_connection(x->waits);
		x->waits = NULL;
	}
	hatch_wipe(&done, sizeof(done));
}

static struct guest_line *line_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *c, const char *path,
	const char *method, const char *version, const char *part, size_t *part_length,
	void **own)
{
	struct host *s = user;
	struct exchange *x = *own;
	struct guest_line *line = line_of(c);

	if (!x)
		return MHD_NO;
	if (!x->seen) {
		x->seen = true;
		x->refused = refuse_head(c, method, version);
		/* before a body is read; with one on its way the connection just ends */
		return x->refused && !is_dropped(c, x->refused)
			       ? give_status(c, x->refused)
			       : MHD_YES;
	}
	if (*part_length) {
		if (!x->refused && x->body.length + *part_length > PAGES_BODY)
			return MHD_NO;
		if (!x->refused)
			text_add(&x->body, part, *part_length);
		*part_length = 0;
		return MHD_YES;
	}
	if (x->refused)
		return give_status(c, x->refused);
	if (line)
		line->whole = true;
	return answer(s, c, x, method, path);
}

/* The request line as it came. MHD's own reading of queries is not used. */
static void *on_line(void *user, const char *uri, struct MHD_Connection *c)
{
	struct exchange *x = text_alloc(sizeof(*x));
	const char *query = strchr(uri, '?');

	(void)user;
	(void)c;
	x->query = query ? text_copy(query + 1) : NULL;
	return x;
}

static void on_completed(void *user, struct MHD_Connection *c, void **own,
	enum MHD_RequestTerminationCode why)
{
	struct exchange *x = *own;

	(void)user;
	(void)c;
	(void)why;
	if (!x)
		return;
	if (x->body.bytes) /* may hold a passphrase */
		hatch_wipe(x->body.bytes, x->body.room);
	text_done(&x->body);
	hatch_wipe(&x->work, sizeof(x->work));
	free(x->query);
	free(x);
	*own = NULL;
}

/* Paths are compared as they came: an escaped one is not there. */
static size_t leave_escapes(void *user, struct MHD_Connection *c, char *s)
{
	(void)user;
	(void)c;
	return strlen(s);
}

/* --- connections --- */

static void on_connection(void *user, struct MHD_Connection *c, void **own,
	enum MHD_ConnectionNotificationCode what)
{
	struct host *s = user;
	struct guest_line *line = *own;
	const union MHD_ConnectionInfo *info;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED && line) {
		*line->link = line->next;
		if (line->next)
			line->next->link = line->link;
		free(line);
		*own = NULL;
	}
	if (what != MHD_CONNECTION_NOTIFY_STARTED)
		return;
	info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	*own = line = text_alloc(sizeof(*line));
	line->fd = info ? info->connect_fd : -1;
	line->began = clock_monotonic();
	line->next = s->lines;
	line->link = &s->lines;
	if (line->next)
		line->next->link = &line->next;
	s->lines = line;
}

/* A byte a second keeps a connection alive for libmicrohttpd, not for us. */
static void end_slow(const struct host *s)
{
	int64_t now = clock_monotonic();

	for (const struct guest_line *l = s->lines; l; l = l->next)
		if (l->fd >= 0 &&
			now - l->began > (l->whole ? HOST_LONGEST_MS : HOST_REQUEST_MS))
			(void)shutdown(l->fd, SHUT_RDWR);
}

static void log_nothing(void *user, const char *format, va_list arguments)
{
	(void)user;
	(void)format;
	(void)arguments;
}

/* X25519 first: it is what browsers offer unasked, and anything else is a round trip
 * more. */
#define TLS                                                                              \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-GROUP-ALL:+GROUP-X25519:"           \
	"+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1:+GROUP-X448:"                \
	"%SERVER_PRECEDENCE"

/* By select(): with epoll libmicrohttpd 0.9.75 asks a connection in the middle of its
 * handshake again and again, as fast as it can. */
static struct MHD_Daemon *start(struct host *s, int fd, const struct certificate *c)
{
	const struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_KEY, 0, c ? c->key.bytes : NULL},
		{MHD_OPTION_HTTPS_MEM_CERT, 0, c ? c->chain.bytes : NULL},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS},
		{MHD_OPTION_END, 0, NULL}};
	const struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};

	return MHD_start_daemon(
		MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME | (c ? MHD_USE_TLS : 0), 0,
		NULL, NULL, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, log_nothing, NULL,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)HOST_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, HOST_HEAD,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(HOST_REQUEST_MS / 1000),
		MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_UNESCAPE_CALLBACK,
		leave_escapes, NULL, MHD_OPTION_URI_LOG_CALLBACK, on_line, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_ARRAY,
		c ? tls : none, MHD_OPTION_END);
}

/* Waits for the next thing to happen, at most TURN_MS, and does what there is to do. */
static void turn(struct host *s)
{
	MHD_UNSIGNED_LONG_LONG wait = TURN_MS;
	fd_set in, out, wrong;
	int most = -1, mill = mill_fd(s->mill);
	struct timeval time;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&wrong);
	(void)MHD_get_fdset(s->daemon, &in, &out, &wrong, &most);
	if (mill >= 0)
		FD_SET(mill, &in);
	if (MHD_get_timeout(s->daemon, &wait) != MHD_YES || wait > TURN_MS)
		wait = TURN_MS;
	time = (struct timeval){.tv_usec = (suseconds_t)wait * 1000};
	if (select((mill > most ? mill : most) + 1, &in, &out, &wrong, &time) < 0)
		return; /* a signal */
	wake(s);
	(void)MHD_run_from_select(s->daemon, &in, &out, &wrong);
	end_slow(s);
}

int host_open(struct host_place *place, const struct certificate *c, struct pages *pages,
	struct host **ret, struct fault *f)
{
	struct host *h = text_alloc(sizeof(*h));

	h->pages = pages;
	h->is_unix = place->path != NULL;
	h->daemon = start(h, place->fd, c);
	if (!h->daemon) {
		host_close(h);
		return fault_set(f, FAULT_CONFIG,
			"the page cannot be started: its certificate is refused, or the address cannot be used");
	}
	place->fd = -1; /* the daemon's now */
	*ret = h;
	return 0;
}

void host_close(struct host *h)
{
	struct exchange *x;

	if (!h)
		return;
	while (h->mill && (x = mill_drop(h->mill)))
		MHD_resume_connection(x->waits);
	if (h->daemon)
		MHD_stop_daemon(h->daemon);
	mill_close(h->mill);
	free(h);
}

int host_run(struct host *h, struct fault *f)
{
	if (mill_open(&h->mill, f))
		return -1;
	(void)setpriority(PRIO_PROCESS, 0, NICE); /* a send at work goes first */
	while (!clock_interrupted())
		turn(h);
	return fault_set(f, FAULT_INTERRUPTED, "the page was stopped");
}
