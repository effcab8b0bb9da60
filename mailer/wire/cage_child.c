/* SPDX-License-Identifier: MIT */
/*
 * The child in the cage: shuts itself in, then reads letters until nobody asks any more.
 *
 * Once shut in it can read and write what is open (the socket), have memory that cannot
 * be executed, ask for the time, and end. Asking for a file gets "no": conversion tables
 * (iconv) are loaded before, and one that was not is simply not there. Whatever else is
 * tried ends the process.
 *
 * Under a sanitizer there is neither filter nor limit of memory: it needs both to report.
 */
#include "mailer/wire/cage.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mailer/wire/cage_state.h"
#include "mailer/wire/scan.h"

#ifdef BREACHMAIL_SANITIZED
static const bool shuts_in = false;
#else
static const bool shuts_in = true;
#endif

#define SOCKET STDIN_FILENO
#define CPU_SECONDS 15 /* of one child; its parent takes another one before that */

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#else
#error "the cage's list of system calls is not written for this machine"
#endif
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the cage's filter looks at the lower halves of arguments"
#endif

/* --- what is allowed --- */

#define LOAD(member)                                                                     \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#define SKIP_IF(test, value, yes, no) BPF_JUMP(BPF_JMP | (test) | BPF_K, value, yes, no)
#define ON(call, what) SKIP_IF(BPF_JEQ, SYS_##call, 0, 1), RETURN(what)
#define ALLOW(call) ON(call, SECCOMP_RET_ALLOW)
#define DENY(call) ON(call, SECCOMP_RET_ERRNO | EACCES)

static struct sock_filter filter[] = {
	LOAD(arch),
	SKIP_IF(BPF_JEQ, MACHINE, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
	ALLOW(read),
	ALLOW(writev),
	ALLOW(brk),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(madvise),
	ALLOW(clock_gettime),
	ALLOW(gettimeofday),
	ALLOW(getrandom),
	ALLOW(futex),
	ALLOW(restart_syscall),
	ALLOW(rt_sigreturn),
	ALLOW(exit),
	ALLOW(exit_group),
	/* libraries that look for a file must live without it */
	DENY(openat),
	DENY(newfstatat),
	DENY(mprotect),
#ifdef SYS_open
	DENY(open),
	DENY(stat),
	DENY(access),
	DENY(readlink),
#endif
	/* new memory, but none of a file and none to execute */
	SKIP_IF(BPF_JEQ, SYS_mmap, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(args[2]),
	SKIP_IF(BPF_JSET, PROT_EXEC, 2, 0),
	LOAD(args[3]),
	SKIP_IF(BPF_JSET, MAP_ANONYMOUS, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	RETURN(SECCOMP_RET_ALLOW),
};

static int limit(int what, rlim_t most)
{
	const struct rlimit l = {most, most};

	return setrlimit((__rlimit_resource_t)what, &l);
}

/* Only memory and time are worth a fault: the filter makes sure of the rest. */
static enum cage_step shut_in(void)
{
	struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

	(void)close_range(shuts_in ? SOCKET + 1 : STDERR_FILENO + 1, ~0u, 0);
	(void)limit(RLIMIT_CORE, 0);
	if (!shuts_in)
		return CAGE_READY;
	if (limit(RLIMIT_AS, CAGE_MEMORY) || limit(RLIMIT_CPU, CPU_SECONDS) ||
		limit(RLIMIT_NOFILE, SOCKET + 1) || limit(RLIMIT_FSIZE, 0))
		return CAGE_NO_LIMITS;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return CAGE_NO_FILTER;
	return CAGE_READY;
}

/* --- letters --- */

static bool read_all(void *to, size_t length)
{
	char *at = to;
	ssize_t n;

	for (; length; length -= (size_t)n, at += n) {
		do
			n = read(SOCKET, at, length);
		while (n < 0 && errno == EINTR);
		if (n <= 0)
			return false;
	}
	return true;
}

static bool write_all(struct iovec *pieces, int count)
{
	ssize_t n;

	while (count) {
		do
			n = writev(SOCKET, pieces, count);
		while (n < 0 && errno == EINTR);
		if (n <= 0)
			return false;
		for (; count && (size_t)n >= pieces->iov_len; pieces++, count--)
			n -= (ssize_t)pieces->iov_len;
		if (count) {
			pieces->iov_base = (char *)pieces->iov_base + n;
			pieces->iov_len -= (size_t)n;
		}
	}
	return true;
}

size_t cage_pieces(struct letter *l, size_t text, struct iovec ret[CAGE_PIECES])
{
	const struct iovec pieces[CAGE_PIECES] = {{l, offsetof(struct letter, text)},
		{l->text, text},
		{l->references, l->n_references * sizeof(l->references[0])},
		{l->to, l->n_to * sizeof(l->to[0])},
		{l->recipients, l->n_recipients * sizeof(l->recipients[0])}};
	size_t bytes = 0;

	memcpy(ret, pieces, sizeof(pieces));
	for (size_t i = 0; i < CAGE_PIECES; i++)
		bytes += pieces[i].iov_len;
	return bytes;
}

static bool answer(struct letter *l)
{
	struct cage_answer head = {
		.text = (uint32_t)strnlen(l->text, LETTER_TEXT - 1) + 1};
	struct iovec pieces[1 + CAGE_PIECES] = {{&head, sizeof(head)}};

	head.length = (uint32_t)cage_pieces(l, head.text, pieces + 1);
	return write_all(pieces, 1 + CAGE_PIECES);
}

void cage_unparsable(struct letter *ret, const char *why)
{
	memset(ret, 0, offsetof(struct letter, recipients));
	ret->class = LETTER_UNPARSABLE;
	(void)snprintf(ret->subject, sizeof(ret->subject), "%s", why);
}

static void read_letter(
	cage_reader *read, char *bytes, size_t length, bool cut, struct letter *ret)
{
	struct scan s;

	scan_letter(bytes, length, cut, &s);
	if (s.wrong) {
		cage_unparsable(ret, s.wrong);
	} else {
		read(s.bytes, s.length, ret);
	}
	ret->cut = s.cut;
}

/* One letter, in memory of exactly its size. False when nobody asks any more. */
static bool serve(cage_reader *read, struct letter *letter)
{
	struct cage_request request;
	char *bytes;
	bool done;

	if (!read_all(&request, sizeof(request)) || request.length > SCAN_LETTER_MAX)
		return false;
	bytes = malloc(request.length + 1);
	done = bytes && read_all(bytes, request.length);
	if (done) {
		read_letter(read, bytes, request.length, request.cut, letter);
		done = answer(letter);
	}
	free(bytes);
	return done;
}

bool cage_is_child(int argc, char **argv)
{
	return argc == 1 && !strcmp(argv[0], CAGE_CHILD);
}

int cage_work(cage_reader *read)
{
	static struct letter letter;
	uint32_t step;
	struct iovec first = {&step, sizeof(step)};

	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* one letter needs what the one before needed: the system is not asked again */
	(void)mallopt(M_ARENA_MAX, 1);
	(void)mallopt(M_MMAP_THRESHOLD, 16 << 20);
	(void)mallopt(M_TRIM_THRESHOLD, 16 << 20);
	step = shut_in();
	if (write_all(&first, 1) && step == CAGE_READY)
		while (serve(read, &letter))
			;
	_exit(0);
}
