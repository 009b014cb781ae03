/* test-anchors - lib/tls/anchors.c and der.c: the names in a certificate, and a
 * bundle that is searched for them. */
#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "certificates.h"
#include "tls/anchors.h"

static unsigned char der[ANCHOR_OCTETS];

/* The certificate's octets, in der. */
static size_t
decoded(const char *pem)
{
	const char *p = pem;
	ssize_t n = bundle_next(&p, pem + strlen(pem), der);

	assert_true(n > 0);
	return (size_t)n;
}

static const char *
name_in(struct dn dn)
{
	static char s[100];
	size_t skip = 13;	/* SEQUENCE, SET, SEQUENCE, OID, UTF8String */

	snprintf(s, sizeof(s), "%.*s", (int)(dn.n - skip), dn.p + skip);
	return s;
}

static void
test_names(void **state)
{
	struct der_names names;
	size_t n = decoded(SERVER), i;
	char *copy;

	assert_int_equal(der_names(der, n, &names), 0);
	assert_string_equal(name_in(names.issuer), "Test CA one");
	assert_string_equal(name_in(names.subject), "mail.example.org");
	/* Any number of first octets: the names or an error, never beyond. */
	for (i = 0; i < n; i++) {
		size_t need = (size_t)(names.subject.p + names.subject.n - der);
		struct der_names some;
		int r;

		copy = exactly((const char *)der, i);
		r = der_names((unsigned char *)copy, i, &some);
		CHECK(r == (i < need ? -1 : 0), "%zu octets", i);
		free(copy);
	}
}

static void
test_no_certificate(void **state)
{
	static const struct {
		const char *in;
		size_t n;
	} wrong[] = {
		{ OCTETS("") },
		{ OCTETS("\x30") },
		{ OCTETS("\x30\x80\x30\x80\x02\x01\x01") },	/* no length */
		{ OCTETS("\x30\x84\0\0\0\x05\x30\x03\x02\x01\x01") },
		{ OCTETS("\x31\x05\x30\x03\x02\x01\x01") },
		{ OCTETS("\x30\x05\x30\x03\x04\x01\x01") },
		{ OCTETS("\x30\x7f\x30\x7f\xa0\x7f\x02\x01\x01") },
		{ OCTETS("\x30\x7f\x30\x7f\x02\x83\xff\xff\xff\x01") },
		{ OCTETS("\x30\x7f\x30\x7f\x02\x01\x01\x30\0\x30\0\x30\0") },
	};
	static const char least[] = "\x30\x0d\x30\x0b\x02\x01\x01\x30\0\x30\0"
	    "\x30\0\x30\0";
	struct der_names names;
	size_t i;

	for (i = 0; i < LENGTH(wrong); i++) {
		char *in = exactly(wrong[i].in, wrong[i].n);
		int r = der_names((unsigned char *)in, wrong[i].n, &names);

		CHECK(r == -1 && errno == EBADMSG, "case %zu", i);
		free(in);
	}
	assert_int_equal(der_names((const unsigned char *)least,
	    sizeof(least) - 1, &names), 0);
	assert_int_equal(names.subject.n, 2);
	assert_true(dn_same(names.issuer, names.subject));
}

static const struct {
	const char *in;
	const char *found;	/* '1': 400 octets about; '0': refused */
} texts[] = {
	{ "", "" },
	{ "no certificate", "" },
	{ CA_ONE, "1" },
	{ CA_ONE CA_TWO SERVER, "111" },
	{ "# a comment\n" CA_ONE "-----\nwords - and dashes\n" CA_TWO, "11" },
	{ PEM_BEGIN "\r\n" CA_ONE_BASE64 "\r\n \t" PEM_END, "1" },
	{ PEM_BEGIN CA_ONE_BASE64, "" },		/* no end */
	{ PEM_BEGIN CA_ONE_BASE64 "-----END CERT", "" },
	{ PEM_BEGIN CA_ONE_BASE64 "-----END OF ALL MY CERTIFICATES" CA_TWO,
	    "01" },
	{ PEM_BEGIN CA_ONE, "01" },			/* two beginnings */
	{ PEM_BEGIN PEM_END CA_TWO, "01" },		/* nothing within */
	{ PEM_BEGIN "AAA\n" PEM_END CA_TWO, "01" },
	{ PEM_BEGIN "AA*A\n" PEM_END CA_TWO, "01" },
	{ "-----BEGIN TRUSTED CERTIFICATE-----\nAAAA\n"
	    "-----END TRUSTED CERTIFICATE-----\n" CA_TWO, "1" },
	{ "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n" CA_TWO,
	    "1" },
	{ "-----BEGIN CERTIFICATE----\n" CA_TWO, "1" },
	{ "----------BEGIN CERTIFICATE-----\nAAAA\n" PEM_END, "1" },
};

static void
test_bundle(void **state)
{
	size_t i;

	for (i = 0; i < LENGTH(texts); i++) {
		size_t n = strlen(texts[i].in), k = 0;
		char *in = exactly(texts[i].in, n), found[8] = "";
		const char *p = in;
		ssize_t len;

		while ((len = bundle_next(&p, in + n, der)) != 0 && k < 7)
			found[k++] = len > 0 ? '1' : '0';
		CHECK(strcmp(found, texts[i].found) == 0,
		    "text %zu: found %s, want %s", i, found, texts[i].found);
		free(in);
	}
}

static void
test_long(void **state)
{
	size_t n = ANCHOR_OCTETS / 3 * 4 + 4;
	struct buf b = BUF_MAX(100000);
	const char *p;
	char *letters = malloc(n);

	memset(letters, 'A', n);
	assert_int_equal(buf_add(&b, OCTETS(PEM_BEGIN)), 0);
	assert_int_equal(buf_add(&b, letters, n), 0);
	assert_int_equal(buf_add(&b, OCTETS(PEM_END CA_ONE)), 0);
	p = b.s;
	CHECK_FAILS(bundle_next(&p, b.s + b.len, der), EMSGSIZE);
	assert_true(bundle_next(&p, b.s + b.len, der) > 0);
	free(letters);
	buf_free(&b);
}

static struct anchors a;

/* Look for the CA of the certificate pem in a bundle of that text. */
static int
find(const char *text, size_t n, const char *pem)
{
	char *folder = folder_make();
	unsigned char own[ANCHOR_OCTETS];
	struct der_names names;
	size_t len = decoded(pem);
	int fd, r;

	memcpy(own, der, len);
	assert_int_equal(der_names(own, len, &names), 0);
	file_put(in(folder, "ca.pem"), text, n);
	fd = open(in(folder, "ca.pem"), O_RDONLY);
	assert_true(fd >= 0);
	r = anchors_find(&a, fd, &names.issuer, 1);
	close(fd);
	folder_remove(folder);
	return r;
}

static void
test_find(void **state)
{
	assert_int_equal(find(OCTETS(CA_TWO CA_ONE), SERVER), 0);
	assert_int_equal(a.n, 1);
	assert_int_equal(a.list[0].flags, BR_X509_TA_CA);
	assert_int_equal(a.list[0].pkey.key_type, BR_KEYTYPE_EC);
	assert_int_equal(a.list[0].pkey.key.ec.qlen, 65);
	assert_string_equal(name_in((struct dn){ a.list[0].dn.data,
	    a.list[0].dn.len }), "Test CA one");
	assert_int_equal(find(OCTETS(CA_TWO), SERVER), 0);
	assert_int_equal(a.n, 0);
	assert_int_equal(find(OCTETS(""), SERVER), 0);
	assert_int_equal(a.n, 0);
	assert_int_equal(find(OCTETS(SERVER CA_TWO), CA_TWO), 0);
	assert_int_equal(a.n, 1);
}

/* A name that many have: so many are taken, and no more. */
static void
test_same_name(void **state)
{
	assert_int_equal(find(OCTETS(CA_ONE CA_ONE CA_ONE CA_ONE CA_ONE CA_ONE
	    CA_ONE CA_ONE CA_ONE CA_ONE), SERVER), 0);
	assert_int_equal(a.n, ANCHORS_MAX);
}

/* Wherever the one that is looked for stands, around the places where a piece
 * of the file ends. */
static void
test_pieces(void **state)
{
	static char text[80000];
	size_t at;

	for (at = 31000; at < 33500; at += 17) {
		memset(text, '\n', sizeof(text));
		memset(text, '-', at / 2);
		memcpy(text + at, CA_ONE, strlen(CA_ONE));
		assert_int_equal(find(text, sizeof(text), SERVER), 0);
		CHECK(a.n == 1, "at %zu", at);
	}
	/* One that begins and does not end hides none that comes long after. */
	memset(text, '\n', sizeof(text));
	memcpy(text, PEM_BEGIN, strlen(PEM_BEGIN));
	memcpy(text + 75000, CA_ONE, strlen(CA_ONE));
	assert_int_equal(find(text, sizeof(text), SERVER), 0);
	assert_int_equal(a.n, 1);
}

static void
test_errors(void **state)
{
	struct dn none = { der, 0 };
	char *folder = folder_make();
	int fd = open(folder, O_RDONLY);

	CHECK_FAILS(anchors_find(&a, -1, &none, 1), EBADF);
	CHECK_FAILS(anchors_find(&a, fd, &none, 1), EISDIR);
	close(fd);
	fd = open("/dev/zero", O_RDONLY);
	CHECK_FAILS(anchors_find(&a, fd, &none, 1), EFBIG);
	close(fd);
	folder_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_no_certificate),
		cmocka_unit_test(test_bundle),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_same_name),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
