/* SPDX-License-Identifier: MIT */
/*
 * domain: who is passed over, and for how long.
 */
#include "mailer/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "recipients/clock.h"

static struct settings_domain slow = {
	.name = {.text = "x@slow.example"}, .connections = 1, .per_minute = 60};

/* Two at a time to each; one named domain has limits of its own. */
static struct settings two_to_each(void)
{
	slow.name.domain = slow.name.text + 2;
	return (struct settings){
		.each_domain = {.connections = 2}, .domains = &slow, .domains_count = 1};
}

static void test_without_limits(void **state)
{
	struct settings s = {0};
	struct settings_domain named = {.name = {.text = "x@big.example"}};
	struct domain *any;

	(void)state;
	assert_null(domain_new(&s));
	named.name.domain = named.name.text + 2;
	s.domains = &named;
	s.domains_count = 1;
	assert_null(domain_new(&s)); /* it is named, and has none */
	any = domain_of(NULL, "ann@force.example");
	assert_null(any);
	assert_true(domain_may(any, 0));
	domain_begin(any, 0);
	domain_end(any);
	assert_int_equal(domain_kept(NULL), 0);
	assert_null(domain_next(NULL, 0, &any));
	domain_free(NULL);
}

static void test_connections(void **state)
{
	struct settings s = two_to_each();
	struct domains *d = domain_new(&s);
	struct domain *a = domain_of(d, "ann@a.example"),
		      *b = domain_of(d, "bob@b.example");
	int64_t now = clock_monotonic();

	(void)state;
	assert_ptr_not_equal(a, b);
	assert_ptr_equal(a, domain_of(d, "other@a.example"));
	for (int i = 0; i < 2; i++) {
		assert_true(domain_may(a, now));
		domain_begin(a, now);
	}
	assert_false(domain_may(a, now));
	assert_true(domain_may(b, now));
	domain_end(a);
	assert_true(domain_may(a, now));
	domain_free(d);
}

static void test_a_minute(void **state)
{
	struct settings s = two_to_each();
	struct domains *d = domain_new(&s);
	struct domain *x = domain_of(d, "ann@slow.example");
	int64_t now = clock_monotonic();

	(void)state;
	assert_true(domain_may(x, now));
	domain_begin(x, now);
	assert_false(domain_may(x, now + 5000)); /* one at a time */
	domain_end(x);
	assert_false(domain_may(x, now + 900));
	assert_true(domain_may(x, now + 1100));
	domain_free(d);
}

/* Each domain in turn, in each the one that has waited longest. */
static void test_those_that_are_kept(void **state)
{
	struct settings s = two_to_each();
	struct domains *d = domain_new(&s);
	struct domain *a = domain_of(d, "ann@a.example"),
		      *b = domain_of(d, "bob@b.example"), *x;
	struct queue_item items[100];
	int64_t now = clock_monotonic();

	(void)state;
	for (int i = 0; i < 4; i++)
		domain_begin(i % 2 ? a : b, now);
	for (size_t i = 0; i < 100; i++)
		domain_keep(d, i < 60 ? a : b, &items[i]);
	assert_int_equal(domain_kept(d), 100);
	assert_false(domain_has_next(d, now));
	assert_null(domain_next(d, now, &x));
	domain_end(a);
	domain_end(b);
	for (size_t i = 0; i < 40; i++) {
		assert_true(domain_has_next(d, now));
		assert_ptr_equal(domain_next(d, now, &x), &items[i]);
		assert_ptr_equal(x, a);
		assert_ptr_equal(domain_next(d, now, &x), &items[60 + i]);
		assert_ptr_equal(x, b);
	}
	for (size_t i = 40; i < 60; i++)
		assert_ptr_equal(domain_next(d, now, &x), &items[i]);
	assert_null(domain_next(d, now, &x));
	assert_int_equal(domain_kept(d), 0);
	domain_keep(d, b, &items[0]);
	assert_ptr_equal(domain_next(d, now, &x), &items[0]);
	domain_free(d);
}

static void test_many(void **state)
{
	struct settings s = two_to_each();
	struct domains *d = domain_new(&s);
	struct domain *first[3000];
	char address[40];

	(void)state;
	for (int again = 0; again < 2; again++)
		for (int i = 0; i < 3000; i++) {
			(void)snprintf(address, sizeof(address), "a@d%d.example", i);
			if (again)
				assert_ptr_equal(domain_of(d, address), first[i]);
			else
				first[i] = domain_of(d, address);
		}
	domain_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_limits),
		cmocka_unit_test(test_connections),
		cmocka_unit_test(test_a_minute),
		cmocka_unit_test(test_those_that_are_kept),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
