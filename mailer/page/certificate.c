/* SPDX-License-Identifier: MIT */
/*
 * Certificates by GnuTLS. Who presents them is host.c.
 */
#include "mailer/page/certificate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "recipients/clock.h"
#include "recipients/hatch.h"
#include "recipients/vault.h"

#define FILE_MOST 65536
#define DAY_S 86400
#define VALID_DAYS 365
#define LEFT_DAYS 30
#define SERIAL_BYTES 16

static void crt_free(gnutls_x509_crt_t *c)
{
	if (*c)
		gnutls_x509_crt_deinit(*c);
}

static void key_free(gnutls_x509_privkey_t *k)
{
	if (*k)
		gnutls_x509_privkey_deinit(*k);
}
#define auto_crt __attribute__((cleanup(crt_free))) gnutls_x509_crt_t
#define auto_key __attribute__((cleanup(key_free))) gnutls_x509_privkey_t

void certificate_done(struct certificate *c)
{
	if (c->key.bytes)
		hatch_wipe(c->key.bytes, c->key.room);
	if (c->chain.bytes) /* one file holds both */
		hatch_wipe(c->chain.bytes, c->chain.room);
	text_done(&c->key);
	text_done(&c->chain);
}

static int gnutls_fault(int code, const char *what, struct fault *f)
{
	return fault_set(f, FAULT_CONFIG, "%s: %s", what, gnutls_strerror(code));
}

static int read_file(const char *path, bool secret, struct text *out, struct fault *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t got = -1;

	if (fd < 0)
		return fault_set(f, FAULT_CONFIG, "%s: %s", path, strerror(errno));
	text_reserve(out, FILE_MOST);
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && !(secret && st.st_mode & 077))
		got = read(fd, out->bytes, FILE_MOST);
	(void)close(fd);
	if (got <= 0 || got == FILE_MOST)
		return fault_set(f, FAULT_CONFIG, "%s must be a plain file%s", path,
			secret ? " that only its owner can read (chmod 600)" : "");
	out->length = (size_t)got;
	out->bytes[got] = '\0';
	return 0;
}

static gnutls_datum_t datum(struct text *t)
{
	return (gnutls_datum_t){(unsigned char *)t->bytes, (unsigned)t->length};
}

static void write_fingerprint(const unsigned char sha256[32], char *out)
{
	for (size_t i = 0; i < 32; i++)
		(void)snprintf(out + 3 * i, 4, "%02X%s", sha256[i], i < 31 ? ":" : "");
}

/* Nobody is to learn to click warnings away. */
static int check_term(gnutls_x509_crt_t crt, const char *what, struct fault *f)
{
	time_t now = time(NULL);
	char at[CLOCK_TEXT];

	if (gnutls_x509_crt_get_activation_time(crt) > now)
		return fault_set(
			f, FAULT_CONFIG, "%s: this certificate begins later", what);
	return gnutls_x509_crt_get_expiration_time(crt) > now
		       ? 0
		       : fault_set(f, FAULT_CONFIG, "%s: this certificate ended at %s",
				 what,
				 clock_write(
					 gnutls_x509_crt_get_expiration_time(crt) * 1000,
					 at));
}

/* The first of the chain is the page's. */
static int read_chain(
	struct certificate *c, gnutls_x509_crt_t crt, const char *what, struct fault *f)
{
	const gnutls_datum_t pem = datum(&c->chain);
	unsigned char sha256[32];
	size_t size = sizeof(sha256);
	int code = gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM);

	if (!code)
		code = gnutls_x509_crt_get_fingerprint(
			crt, GNUTLS_DIG_SHA256, sha256, &size);
	if (code)
		return gnutls_fault(code, what, f);
	write_fingerprint(sha256, c->fingerprint);
	return 0;
}

static int check_pair(struct certificate *c, const char *what, struct fault *f)
{
	gnutls_certificate_credentials_t both;
	const gnutls_datum_t chain = datum(&c->chain), key = datum(&c->key);
	int code = gnutls_certificate_allocate_credentials(&both);

	if (code)
		return gnutls_fault(code, what, f);
	code = gnutls_certificate_set_x509_key_mem(
		both, &chain, &key, GNUTLS_X509_FMT_PEM);
	gnutls_certificate_free_credentials(both);
	return code ? gnutls_fault(code, what, f) : 0;
}

int certificate_load(
	const char *chain, const char *key, struct certificate *ret, struct fault *f)
{
	auto_crt crt = NULL;

	*ret = (struct certificate){0};
	if (read_file(chain, false, &ret->chain, f) || read_file(key, true, &ret->key, f))
		return -1;
	if (gnutls_x509_crt_init(&crt))
		return fault_set(f, FAULT_INTERNAL, "no memory for a certificate");
	return read_chain(ret, crt, chain, f) || check_term(crt, chain, f) ||
			       check_pair(ret, key, f)
		       ? -1
		       : 0;
}

/* --- our own --- */

static int name_it(gnutls_x509_crt_t crt, const char *host)
{
	static const unsigned char v4[] = {127, 0, 0, 1}, v6[16] = {[15] = 1};
	static const char cn[] = "breachmail review";
	unsigned char address[16];
	int code;

	code = gnutls_x509_crt_set_dn_by_oid(
		crt, GNUTLS_OID_X520_COMMON_NAME, 0, cn, sizeof(cn) - 1);
	if (!code)
		code = gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_DNSNAME, "localhost", 9, GNUTLS_FSAN_SET);
	if (!code)
		code = gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_IPADDRESS, v4, 4, GNUTLS_FSAN_APPEND);
	if (!code)
		code = gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_IPADDRESS, v6, 16, GNUTLS_FSAN_APPEND);
	if (code || !host || !*host)
		return code;
	if (inet_pton(AF_INET, host, address) == 1)
		return gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_IPADDRESS, address, 4, GNUTLS_FSAN_APPEND);
	if (inet_pton(AF_INET6, host, address) == 1)
		return gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_IPADDRESS, address, 16, GNUTLS_FSAN_APPEND);
	return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, host,
		(unsigned)strlen(host), GNUTLS_FSAN_APPEND);
}

static int fill_in(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const char *host)
{
	unsigned char serial[SERIAL_BYTES];
	time_t now = time(NULL);
	int code;

	vault_random(serial, sizeof(serial));
	serial[0] &= 0x7f;
	code = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
		GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	if (!code)
		code = gnutls_x509_crt_set_version(crt, 3);
	if (!code)
		code = gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
	if (!code)
		code = gnutls_x509_crt_set_activation_time(crt, now - DAY_S);
	if (!code)
		code = gnutls_x509_crt_set_expiration_time(
			crt, now + (time_t)VALID_DAYS * DAY_S);
	if (!code)
		code = gnutls_x509_crt_set_key(crt, key);
	if (!code)
		code = name_it(crt, host);
	if (!code)
		code = gnutls_x509_crt_set_basic_constraints(crt, 0, -1);
	if (!code)
		code = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (!code)
		code = gnutls_x509_crt_set_key_purpose_oid(
			crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
	return code ? code : gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
}

/* A moment later it is there whole, or not at all. */
static int keep(const char *path, const struct certificate *c, struct fault *f)
{
	auto_text new = text_format("%s.new", path);
	int fd, failed;

	(void)unlink(new);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fault_set(f, FAULT_CANTCREATE, "%s: %s", new, strerror(errno));
	failed = write(fd, c->key.bytes, c->key.length) != (ssize_t)c->key.length ||
		 write(fd, c->chain.bytes, c->chain.length) != (ssize_t)c->chain.length ||
		 fsync(fd);
	if (close(fd) || failed || rename(new, path)) {
		(void)unlink(new);
		return fault_set(f, FAULT_CANTCREATE, "%s could not be written", path);
	}
	return 0;
}

static int export_both(
	gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, struct certificate *c)
{
	gnutls_datum_t pem = {0};
	int code = gnutls_x509_privkey_export2_pkcs8(
		key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem);

	if (code)
		return code;
	text_add(&c->key, pem.data, pem.size);
	hatch_wipe(pem.data, pem.size);
	gnutls_free(pem.data);
	code = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem);
	if (code)
		return code;
	text_add(&c->chain, pem.data, pem.size);
	gnutls_free(pem.data);
	return 0;
}

static int make(
	const char *path, const char *host, struct certificate *ret, struct fault *f)
{
	auto_crt crt = NULL, again = NULL;
	auto_key key = NULL;
	int code;

	if (gnutls_x509_crt_init(&crt) || gnutls_x509_crt_init(&again) ||
		gnutls_x509_privkey_init(&key))
		return fault_set(f, FAULT_INTERNAL, "no memory for a certificate");
	code = fill_in(crt, key, host);
	if (!code)
		code = export_both(crt, key, ret);
	if (code)
		return gnutls_fault(code, "a certificate for the page", f);
	return read_chain(ret, again, "the page's certificate", f) || keep(path, ret, f)
		       ? -1
		       : 0;
}

/* Does it last, and is it for this host? */
static bool is_good(gnutls_x509_crt_t crt, const char *host)
{
	return gnutls_x509_crt_get_expiration_time(crt) >
		       time(NULL) + (time_t)LEFT_DAYS * DAY_S &&
	       (!host || !*host || gnutls_x509_crt_check_hostname(crt, host));
}

int certificate_own(
	const char *path, const char *host, struct certificate *ret, struct fault *f)
{
	auto_crt crt = NULL;

	*ret = (struct certificate){0};
	if (gnutls_x509_crt_init(&crt))
		return fault_set(f, FAULT_INTERNAL, "no memory for a certificate");
	if (!access(path, F_OK)) {
		if (read_file(path, true, &ret->key, f))
			return -1;
		text_add(&ret->chain, ret->key.bytes, ret->key.length);
		if (read_chain(ret, crt, path, f) || check_pair(ret, path, f))
			return -1;
		if (is_good(crt, host))
			return 0;
		certificate_done(ret);
		*ret = (struct certificate){0};
	}
	return make(path, host, ret, f);
}
