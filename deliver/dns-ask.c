/* dns-ask - see dns-ask.h */
#include "dns-ask.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "dns-response.h"
#include "sys/io.h"

#define CONF		"/etc/resolv.conf"
#define DNS_PORT	53
#define QUESTION_MAX	512	/* octets of a question as sent */
#define EDNS_OCTETS	1232	/* what fits into a packet nearly everywhere */

int
ask_server(struct sockaddr_in6 *out, const char *server)
{
	struct sockaddr_in *four = (struct sockaddr_in *)out;
	const char *close = *server == '[' ? strchr(server, ']') : NULL;
	const char *colon = strchr(close != NULL ? close : server, ':');
	char address[INET6_ADDRSTRLEN];
	uint64_t port = DNS_PORT;
	size_t n;

	if (close == NULL && colon != NULL && strchr(colon + 1, ':') != NULL)
		colon = NULL;		/* IPv6 without a port */
	if (close != NULL && close[1] != '\0' && colon != close + 1)
		return errno = EINVAL, -1;
	if (colon != NULL && (num_u64(colon + 1, strlen(colon + 1), &port) ==
	    -1 || port == 0 || port > 65535))
		return errno = EINVAL, -1;
	server += close != NULL;
	n = close != NULL ? (size_t)(close - server) : colon != NULL ?
	    (size_t)(colon - server) : strlen(server);
	if (n >= sizeof(address))
		return errno = EINVAL, -1;
	memcpy(address, server, n);
	address[n] = '\0';
	memset(out, 0, sizeof(*out));
	if (close == NULL && inet_pton(AF_INET, address, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)port);
		return 0;
	}
	if (inet_pton(AF_INET6, address, &out->sin6_addr) != 1)
		return errno = EINVAL, -1;
	out->sin6_family = AF_INET6;
	out->sin6_port = htons((uint16_t)port);
	return 0;
}

/* Ask this server alone. glibc has the place of an IPv6 server elsewhere. */
static int
use_server(struct __res_state *res, const char *server)
{
	struct sockaddr_in6 addr, *six;

	if (ask_server(&addr, server) == -1)
		return -1;
	res->nscount = 1;
	if (addr.sin6_family == AF_INET) {
		memcpy(&res->nsaddr_list[0], &addr,
		    sizeof(res->nsaddr_list[0]));
		return 0;
	}
	six = res->_u._ext.nsaddrs[0];		/* res_nclose frees it */
	if (six == NULL)
		six = malloc(sizeof(*six));
	if (six == NULL)
		return -1;
	*six = addr;
	res->_u._ext.nsaddrs[0] = six;
	res->nsaddr_list[0].sin_family = 0;
	return 0;
}

/* How long all attempts may take. source: glibc's res_send.c */
static int
total_s(const struct __res_state *res)
{
	int i, one, sum = 0, servers = res->nscount > 0 ? res->nscount : 1;

	for (i = 0; i < servers; i++) {
		one = res->retrans << i;
		if (i > 0)
			one /= servers;
		sum += one > 0 ? one : 1;
	}
	return sum * res->retry;
}

static int
open_resolver(struct asker *k)
{
	if (k->is_open)
		res_nclose(&k->res);
	memset(&k->res, 0, sizeof(k->res));
	k->is_open = res_ninit(&k->res) == 0;
	if (!k->is_open)
		return -1;
	if (k->server != NULL && use_server(&k->res, k->server) == -1)
		return -1;
	if (k->trust != -1)
		k->res.options &= ~(unsigned long)RES_TRUSTAD;
	if (k->trust == 1)
		k->res.options |= RES_TRUSTAD;
	while (total_s(&k->res) >= (int)k->timeout_s)
		if (k->res.retry > 1)
			k->res.retry--;
		else if (k->res.retrans > 1)
			k->res.retrans--;
		else
			break;
	return 0;
}

/* A resolver that is as resolv.conf is now. 0, or -1. */
static int
keep_open(struct asker *k)
{
	struct stat now;

	if (stat(CONF, &now) == -1)
		memset(&now, 0, sizeof(now));
	if (k->is_open && io_is_same(&now, &k->conf))
		return 0;
	k->conf = now;
	return open_resolver(k);
}

/* Append an OPT record: longer answers come without TCP. Its octets. */
static int
add_edns(unsigned char *p)
{
	static const unsigned char opt[] = { 0, 0, ns_t_opt, EDNS_OCTETS >> 8,
	    EDNS_OCTETS & 255, 0, 0, 0, 0, 0, 0 };

	memcpy(p, opt, sizeof(opt));
	return (int)sizeof(opt);
}

/* Send the question and wait. The octets of the answer, or -1. */
static int
exchange(struct asker *k, const struct dns_question *q, unsigned char *answer,
    int max)
{
	unsigned char question[QUESTION_MAX + 16];
	HEADER head;
	char name[DNS_NAME];
	int n, r;

	dns_rr_name(name, q);
	n = res_nmkquery(&k->res, ns_o_query, name, ns_c_in,
	    dns_rr_type(q->type), NULL, 0, NULL, question, QUESTION_MAX);
	if (n < (int)sizeof(head))
		return -1;
	memcpy(&head, question, sizeof(head));
	head.arcount = htons(1);
	memcpy(question, &head, sizeof(head));
	r = res_nsend(&k->res, question, n + add_edns(question + n), answer,
	    max);
	if (r < (int)sizeof(head))
		return -1;
	memcpy(&head, answer, sizeof(head));
	if (head.rcode != ns_r_formerr)
		return r;
	memcpy(&head, question, sizeof(head));	/* it does not know EDNS */
	head.arcount = 0;
	memcpy(question, &head, sizeof(head));
	return res_nsend(&k->res, question, n, answer, max);
}

const char *
ask(struct asker *k, const struct dns_question *q, struct dns_answer *a)
{
	static unsigned char answer[NS_MAXMSG];
	int n;

	dns_answer_begin(a, DNS_LATER);
	if (keep_open(k) == -1)
		return "resolver";
	n = exchange(k, q, answer, sizeof(answer));
	if (n == -1)			/* SERVFAIL and the like too */
		return "unanswered";
	dns_response_read(a, q, answer, (size_t)n);
	if ((k->res.options & RES_TRUSTAD) == 0)
		a->secure = 0;
	return a->status == DNS_LATER ? "unusable" : NULL;
}
