/* SPDX-License-Identifier: MIT */
/*
 * The flight journal. What its answers become in the ledger is send.c's.
 *
 * One writer (the ledger's lock), so there is no locking here. A place is written so that
 * a kill between two stores leaves a state that is older, never one that is more hopeful:
 * the ids go in while the state is UNKNOWN.
 */
#include "mailer/flight.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recipients/text.h"

#define MAGIC "breachmail-flight 2"
#define BOOT_MAX 40

struct place {
	int64_t attempt, notice, relay;
	int32_t code;
	_Atomic int32_t state;
};

struct boot {
	char id[BOOT_MAX];
};

struct journal {
	char magic[24];
	struct boot boot;
	struct place places[FLIGHT_PLACES];
};

struct flight {
	struct journal *map;
	unsigned free[FLIGHT_PLACES], free_count;
};

/* Empty, if it cannot be read. */
static struct boot boot_now(void)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	struct boot boot = {""};
	ssize_t got = read(fd, boot.id, sizeof(boot.id) - 1);

	(void)got;
	(void)close(fd);
	return boot;
}

static struct flight *map_file(int fd, int protection)
{
	struct flight *j;
	void *map = mmap(NULL, sizeof(struct journal), protection, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		return NULL;
	j = text_alloc(sizeof(*j));
	j->map = map;
	return j;
}

int flight_create(const char *dir, struct flight **ret, struct fault *f)
{
	auto_text path = text_format("%s/flight.journal", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	int why;

	if (fd < 0)
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(errno));
	errno = posix_fallocate(fd, 0,
		sizeof(struct journal)); /* a full disk shows here, not as SIGBUS later */
	*ret = errno ? NULL : map_file(fd, PROT_READ | PROT_WRITE);
	why = errno;
	(void)close(fd);
	if (!*ret)
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", path, strerror(why));
	memcpy((*ret)->map->magic, MAGIC, sizeof(MAGIC));
	(*ret)->map->boot = boot_now();
	for (unsigned i = 0; i < FLIGHT_PLACES; i++)
		(*ret)->free[(*ret)->free_count++] = FLIGHT_PLACES - 1 - i;
	return 0;
}

int flight_read(const char *dir, struct flight **ret, struct fault *f)
{
	auto_text path = text_format("%s/flight.journal", dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct boot boot = boot_now();
	struct stat st = {0};

	*ret = NULL;
	if (fd < 0)
		return errno == ENOENT ? 0
				       : fault_set(f, FAULT_CANTCREATE, "%s: %s", path,
						 strerror(errno));
	(void)fstat(fd, &st);
	if (st.st_size == sizeof(struct journal))
		*ret = map_file(fd, PROT_READ);
	(void)close(fd);
	if (*ret &&
		(memcmp((*ret)->map->magic, MAGIC, sizeof(MAGIC)) != 0 || !boot.id[0] ||
			memcmp(&(*ret)->map->boot, &boot, sizeof(boot)) != 0)) {
		flight_close(*ret);
		*ret = NULL;
	}
	return 0;
}

void flight_close(struct flight *j)
{
	if (!j)
		return;
	(void)munmap(j->map, sizeof(*j->map));
	free(j);
}

void flight_closep(struct flight **j)
{
	flight_close(*j);
	*j = NULL;
}

void flight_remove(const char *dir, struct flight *j)
{
	auto_text path = text_format("%s/flight.journal", dir);

	flight_close(j);
	(void)unlink(path);
}

unsigned flight_claim(struct flight *j, int64_t attempt, int64_t notice)
{
	unsigned place;
	struct place *p;

	if (!j->free_count)
		abort(); /* the sender claims less than there are places */
	place = j->free[--j->free_count];
	p = &j->map->places[place];
	atomic_store(&p->state, FLIGHT_UNKNOWN);
	p->attempt = attempt;
	p->notice = notice;
	p->code = 0;
	p->relay = 0;
	atomic_store(&p->state, FLIGHT_CLAIMED);
	return place;
}

void flight_set(struct flight *j, unsigned place, enum flight_state state, int code)
{
	j->map->places[place].code = code;
	atomic_store(&j->map->places[place].state, (int32_t)state);
}

void flight_relay(struct flight *j, unsigned place, size_t relay)
{
	j->map->places[place].relay = (int64_t)relay;
}

void flight_free(struct flight *j, unsigned place)
{
	atomic_store(&j->map->places[place].state, FLIGHT_UNKNOWN);
	j->free[j->free_count++] = place;
}

/* NULL: it is not there. */
static const struct place *find(const struct flight *j, int64_t attempt, int64_t notice)
{
	for (size_t i = 0; j && i < FLIGHT_PLACES; i++) {
		const struct place *p = &j->map->places[i];
		int32_t state = atomic_load(&p->state);

		if (p->attempt == attempt && p->notice == notice &&
			state > FLIGHT_UNKNOWN && state <= FLIGHT_NOT_SENT)
			return p;
	}
	return NULL;
}

enum flight_state flight_look(
	const struct flight *j, int64_t attempt, int64_t notice, int *ret_code)
{
	const struct place *p = find(j, attempt, notice);

	*ret_code = p ? p->code : 0;
	return p ? (enum flight_state)atomic_load(&p->state) : FLIGHT_UNKNOWN;
}

size_t flight_look_relay(const struct flight *j, int64_t attempt, int64_t notice)
{
	const struct place *p = find(j, attempt, notice);

	return p && p->relay > 0 ? (size_t)p->relay : 0;
}
