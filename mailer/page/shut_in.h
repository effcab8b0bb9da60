/* SPDX-License-Identifier: MIT */
/*
 * shut_in: the page gives up what it does not need, once it is open and before anybody is there. Whoever should take it over
 * then has no file but those that the page shows, no program to run and nobody to call.
 *
 * FILES (Landlock, Linux 5.13 and newer): below DIR/review reading, and nothing else anywhere; what is open stays open (the
 * journal). A Unix socket therefore stays when the page ends, until the next page takes its place. SYSTEM CALLS (seccomp): those
 * that the page is known to use; no new sockets but those that come in, no other program, no look into other processes. What is
 * not on the list fails as forbidden and does not end the process: a library that tries something new must live without it. No
 * new privileges, no core dumps, few descriptors. A child (mill.h) has the same.
 *
 * A kernel that lacks one of the two is said so, in words for whoever started the page; the page goes on without it.
 */
#ifndef MAILER_PAGE_SHUT_IN_H
#define MAILER_PAGE_SHUT_IN_H

/* `dir`: the incident's. NULL: shut in; else what this kernel lacks. */
const char *shut_in(const char *dir);

#endif
