/* pem - see pem.h */
#include "tls/pem.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct reader {
	br_pem_decoder_context	 decoder;
	struct pem		*pem;
	unsigned		 want;
	unsigned		 now;		/* what the open object gives */
	int			 open;		/* in an object */
	int			 error;		/* errno, or 0 */
	unsigned char		 text[4096];
};

static void
add_der(void *arg, const void *octets, size_t n)
{
	struct reader *r = arg;
	struct pem *p = r->pem;

	if (n > sizeof(p->der) - p->der_len) {
		r->error = EMSGSIZE;
		return;
	}
	memcpy(p->der + p->der_len, octets, n);
	p->der_len += n;
	p->chain[p->chain_len].data_len += n;
}

static void
add_key(void *arg, const void *octets, size_t n)
{
	struct reader *r = arg;

	br_skey_decoder_push(&r->pem->key, octets, n);
}

static int
is_key(const char *name)
{
	return strcmp(name, "PRIVATE KEY") == 0 ||
	    strcmp(name, "EC PRIVATE KEY") == 0 ||
	    strcmp(name, "RSA PRIVATE KEY") == 0;
}

static void
begin_object(struct reader *r, const char *name)
{
	struct pem *p = r->pem;

	r->open = 1;
	r->now = 0;
	br_pem_decoder_setdest(&r->decoder, NULL, NULL);
	if ((r->want & PEM_CHAIN) && strcmp(name, "CERTIFICATE") == 0) {
		if (p->chain_len == PEM_CHAIN_MAX) {
			r->error = EMSGSIZE;
			return;
		}
		r->now = PEM_CHAIN;
		p->chain[p->chain_len].data = p->der + p->der_len;
		p->chain[p->chain_len].data_len = 0;
		br_pem_decoder_setdest(&r->decoder, add_der, r);
	} else if ((r->want & PEM_KEY) && p->key_type == 0 && is_key(name)) {
		r->now = PEM_KEY;
		br_skey_decoder_init(&p->key);
		br_pem_decoder_setdest(&r->decoder, add_key, r);
	}
}

static void
end_object(struct reader *r)
{
	struct pem *p = r->pem;

	r->open = 0;
	if (r->now == PEM_CHAIN)
		p->chain_len++;
	else if (r->now == PEM_KEY && br_skey_decoder_last_error(&p->key) == 0)
		p->key_type = br_skey_decoder_key_type(&p->key);
}

/* Give the decoder n octets. 0, or -1 with r->error. */
static int
push(struct reader *r, const unsigned char *s, size_t n)
{
	while (n > 0 && r->error == 0) {
		size_t took = br_pem_decoder_push(&r->decoder, s, n);

		s += took;
		n -= took;
		switch (br_pem_decoder_event(&r->decoder)) {
		case BR_PEM_BEGIN_OBJ:
			begin_object(r, br_pem_decoder_name(&r->decoder));
			break;
		case BR_PEM_END_OBJ:
			end_object(r);
			break;
		case BR_PEM_ERROR:
			r->error = EBADMSG;
			break;
		default:
			break;
		}
	}
	return r->error == 0 ? 0 : -1;
}

static int
push_file(struct reader *r, int fd)
{
	size_t room = PEM_FILE_OCTETS;

	for (;;) {
		ssize_t n = read(fd, r->text, sizeof(r->text));

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return r->error = errno, -1;
		if (n == 0)	/* the last line may lack its end */
			return push(r, (const unsigned char *)"\n", 1);
		if ((size_t)n > room)
			return r->error = EMSGSIZE, -1;
		room -= (size_t)n;
		if (push(r, r->text, (size_t)n) == -1)
			return -1;
	}
}

int
pem_read(struct pem *p, int fd, unsigned want)
{
	struct reader r = { .pem = p, .want = want };
	int e;

	br_pem_decoder_init(&r.decoder);
	if (push_file(&r, fd) == 0 && r.open)
		r.error = EBADMSG;
	e = r.error;
	explicit_bzero(&r, sizeof(r));
	return e == 0 ? 0 : (errno = e, -1);
}

void
pem_forget_key(struct pem *p)
{
	explicit_bzero(&p->key, sizeof(p->key));
	p->key_type = 0;
}
