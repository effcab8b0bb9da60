/* SPDX-License-Identifier: MIT */
/*
 * Landlock and seccomp around the page. The reader of letters has a tighter cage
 * (wire/cage_child.c): it needs no files and no sockets.
 *
 * Under a sanitizer, or where coverage is counted, it stays open: both write files.
 */
#include "mailer/page/shut_in.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mailer/page/host.h"
#include "mailer/page/journal.h"
#include "recipients/text.h"

#if defined(BREACHMAIL_SANITIZED) || defined(BREACHMAIL_COVERED)
static const bool shuts_in = false;
#else
static const bool shuts_in = true;
#endif

#define DESCRIPTORS (HOST_CONNECTIONS + 64)
_Static_assert(DESCRIPTORS <= FD_SETSIZE, "host.c waits for them with select()");

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#else
#error "the list of system calls is not written for this machine"
#endif

/* --- files --- */

/* All that Landlock's first version knows. */
#define FILES (LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1)

static int allow(int rules, const char *path, uint64_t what)
{
	struct landlock_path_beneath_attr below = {.allowed_access = what};
	long failed;

	below.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (below.parent_fd < 0)
		return -1;
	failed = syscall(
		SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
	(void)close(below.parent_fd);
	return failed ? -1 : 0;
}

static int limit_files(const char *dir)
{
	const struct landlock_ruleset_attr all = {.handled_access_fs = FILES};
	auto_text folder = text_format("%s/" JOURNAL_FOLDER, dir);
	int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	int failed;

	if (rules < 0)
		return -1;
	failed = allow(rules, folder, LANDLOCK_ACCESS_FS_READ_FILE) ||
		 syscall(SYS_landlock_restrict_self, rules, 0);
	(void)close(rules);
	return failed ? -1 : 0;
}

/* --- system calls --- */

#define LOAD(member)                                                                     \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#define ALLOW(call)                                                                      \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), RETURN(SECCOMP_RET_ALLOW)

static struct sock_filter filter[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
	/* connections */
	ALLOW(accept4),
	ALLOW(recvfrom),
	ALLOW(recvmsg),
	ALLOW(sendto),
	ALLOW(sendmsg),
	ALLOW(writev),
	ALLOW(shutdown),
	ALLOW(getpeername),
	ALLOW(getsockname),
	ALLOW(getsockopt),
	ALLOW(setsockopt),
	ALLOW(pselect6),
	ALLOW(ppoll),
	ALLOW(fcntl),
	ALLOW(ioctl),
	/* files, of those that Landlock leaves */
	ALLOW(openat),
	ALLOW(newfstatat),
	ALLOW(fstat),
	ALLOW(read),
	ALLOW(pread64),
	ALLOW(lseek),
	ALLOW(write),
	ALLOW(fdatasync),
	ALLOW(close),
	/* memory, time, chance */
	ALLOW(mmap),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(mprotect),
	ALLOW(madvise),
	ALLOW(brk),
	ALLOW(clock_gettime),
	ALLOW(clock_nanosleep),
	ALLOW(gettimeofday),
	ALLOW(getrandom),
	ALLOW(futex),
	/* itself, and a child in the place of one that has died */
	ALLOW(clone),
	ALLOW(socketpair),
	ALLOW(wait4),
	ALLOW(kill),
	ALLOW(dup3),
	ALLOW(close_range),
	ALLOW(prctl),
	ALLOW(setpriority),
	ALLOW(prlimit64),
	ALLOW(set_robust_list),
	ALLOW(rseq),
	ALLOW(getpid),
	ALLOW(gettid),
	ALLOW(getrusage),
	ALLOW(sysinfo),
	ALLOW(tgkill),
	ALLOW(rt_sigaction),
	ALLOW(rt_sigprocmask),
	ALLOW(rt_sigreturn),
	ALLOW(restart_syscall),
	ALLOW(exit),
	ALLOW(exit_group),
#ifdef SYS_open /* the older names of some of these */
	ALLOW(open),
	ALLOW(stat),
	ALLOW(select),
	ALLOW(poll),
	ALLOW(dup2),
	ALLOW(time),
#endif
	RETURN(SECCOMP_RET_ERRNO | EPERM),
};

static int limit_calls(void)
{
	struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

const char *shut_in(const char *dir)
{
	const struct rlimit none = {0, 0}, few = {DESCRIPTORS, DESCRIPTORS};
	bool files, calls;

	if (!shuts_in)
		return NULL;
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_NOFILE, &few);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return "all that shuts a process in";
	files = !limit_files(dir);
	calls = !limit_calls();
	if (files && calls)
		return NULL;
	return files   ? "seccomp, which keeps system calls from it"
	       : calls ? "Landlock, which keeps files from it"
		       : "Landlock and seccomp, which keep files and system calls from it";
}
