/* relay - see relay.h */
#include "tls/relay.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/io.h"

enum ready {			/* bits of relay.ready */
	NET = 1,
	CLEAR = 2
};

static void
end(struct relay *r, enum relay_end how, int error)
{
	if (r->end == RELAY_OPEN) {
		r->end = how;
		r->error = error;
	}
}

static int
would_wait(void)
{
	return errno == EAGAIN || errno == EINTR;
}

/* The four ways that octets go. Each returns 1 if some went, or the state
 * changed, else 0: then it has nothing to do, or has to wait. */

static int
net_send(struct relay *r)
{
	size_t n;
	unsigned char *p = br_ssl_engine_sendrec_buf(r->tls, &n);
	ssize_t w;

	if (p == NULL)
		return 0;
	w = send(r->net, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (w == -1 && would_wait())
		return 0;
	if (w == -1)
		end(r, RELAY_LOST, errno);
	else
		br_ssl_engine_sendrec_ack(r->tls, (size_t)w);
	return 1;
}

static int
clear_send(struct relay *r)
{
	size_t n;
	unsigned char *p = br_ssl_engine_recvapp_buf(r->tls, &n);
	ssize_t w;

	if (p == NULL)
		return 0;
	w = r->deaf ? (ssize_t)n :
	    send(r->clear, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (w == -1 && would_wait())
		return 0;
	if (w == -1)
		r->deaf = 1;		/* it may still have something to say */
	else
		br_ssl_engine_recvapp_ack(r->tls, (size_t)w);
	return 1;
}

/* The peer has closed its way to us. Once hands are shaken the program may
 * still have something to say. */
static void
net_ended(struct relay *r)
{
	r->net_done = 1;
	if (!r->shaken) {
		end(r, RELAY_LOST, 0);
		return;
	}
	r->truncated = !r->clear_done;
	shutdown(r->clear, SHUT_WR);
}

static int
net_recv(struct relay *r)
{
	size_t n;
	unsigned char *p = br_ssl_engine_recvrec_buf(r->tls, &n);
	ssize_t got;

	if (p == NULL || r->net_done || (r->ready & NET) == 0)
		return 0;
	got = recv(r->net, p, n, MSG_DONTWAIT);
	if (got == -1 && would_wait()) {
		r->ready &= ~NET;
		return 0;
	}
	if (got == -1)
		end(r, RELAY_LOST, errno);
	else if (got == 0)
		net_ended(r);
	else
		br_ssl_engine_recvrec_ack(r->tls, (size_t)got);
	return 1;
}

/* A read that fills less than there was room has emptied the socket. */
static int
clear_recv(struct relay *r)
{
	size_t n;
	unsigned char *p = br_ssl_engine_sendapp_buf(r->tls, &n);
	ssize_t got;

	if (p == NULL || r->clear_done || (r->ready & CLEAR) == 0)
		return 0;
	got = recv(r->clear, p, n, MSG_DONTWAIT);
	if (got <= 0 || (size_t)got < n)
		r->ready &= ~CLEAR;
	if (got == -1 && would_wait())
		return 0;
	if (got <= 0) {
		r->clear_done = 1;
		br_ssl_engine_close(r->tls);
		return 1;
	}
	br_ssl_engine_sendapp_ack(r->tls, (size_t)got);
	if ((size_t)got < n)
		br_ssl_engine_flush(r->tls, 0);
	return 1;
}

/* 0 when something can go on, or -1 when timeout_ms have passed. What is not
 * asked for is not polled either: a hang-up is told anew at each call. */
static int
wait_ready(struct relay *r, int timeout_ms)
{
	unsigned can = br_ssl_engine_current_state(r->tls);
	struct pollfd p[2] = { { .fd = -1 }, { .fd = -1 } };
	int n;

	if ((can & BR_SSL_RECVREC) && !r->net_done)
		p[0].events |= POLLIN;
	if (can & BR_SSL_SENDREC)
		p[0].events |= POLLOUT;
	if ((can & BR_SSL_SENDAPP) && !r->clear_done)
		p[1].events |= POLLIN;
	if ((can & BR_SSL_RECVAPP) && !r->deaf)
		p[1].events |= POLLOUT;
	if (p[0].events != 0)
		p[0].fd = r->net;
	if (p[1].events != 0)
		p[1].fd = r->clear;
	n = poll(p, 2, timeout_ms);
	if (n == 0)
		return -1;
	if (n > 0 && (p[0].revents & ~POLLOUT))
		r->ready |= NET;
	if (n > 0 && (p[1].revents & ~POLLOUT))
		r->ready |= CLEAR;
	return 0;
}

static void
tls_ended(struct relay *r)
{
	int e = br_ssl_engine_last_error(r->tls);

	end(r, e == BR_ERR_OK ? RELAY_PEER : RELAY_TLS, e);
}

int
relay_handshake(struct relay *r, int64_t deadline_ms)
{
	while (r->end == RELAY_OPEN) {
		unsigned can = br_ssl_engine_current_state(r->tls);
		int left = clock_left_ms(deadline_ms);

		if (can & (BR_SSL_SENDAPP | BR_SSL_RECVAPP)) {
			r->shaken = 1;
			return 0;
		}
		if (can == BR_SSL_CLOSED)
			tls_ended(r);
		else if (left == 0)
			end(r, RELAY_TIMEOUT, 0);
		else if (net_send(r) == 0 && net_recv(r) == 0)
			(void)wait_ready(r, left);
	}
	return -1;
}

/* One step. 1 if anything moved. */
static int
move(struct relay *r)
{
	int moved = net_send(r);

	moved |= clear_send(r);
	moved |= clear_recv(r);
	moved |= net_recv(r);
	return moved;
}

enum relay_end
relay_run(struct relay *r, int64_t idle_ms)
{
	while (r->end == RELAY_OPEN) {
		unsigned can = br_ssl_engine_current_state(r->tls);

		if (can == BR_SSL_CLOSED) {
			tls_ended(r);
		} else if (r->clear_done && (can & BR_SSL_SENDREC) == 0) {
			end(r, RELAY_PROGRAM, 0);
		} else if (!move(r) && wait_ready(r, (int)idle_ms) == -1) {
			br_ssl_engine_close(r->tls);
			(void)net_send(r);
			end(r, RELAY_TIMEOUT, 0);
		}
	}
	return r->end;
}

/* Read away what is there, for ms milliseconds at most. */
static void
drain(int fd, int64_t ms)
{
	int64_t deadline_ms = clock_mono_ms() + ms;
	char octets[4096];

	while (clock_left_ms(deadline_ms) > 0 &&
	    io_read(fd, octets, sizeof(octets), deadline_ms) > 0)
		;
}

void
relay_close(struct relay *r, int64_t linger_ms)
{
	shutdown(r->net, SHUT_WR);
	/* Closed over octets that nobody read, a UNIX socket gives its other
	 * end an error instead of the end. */
	shutdown(r->clear, SHUT_RDWR);
	drain(r->clear, linger_ms);
	close(r->clear);
	if (r->end == RELAY_PROGRAM || r->end == RELAY_TLS)
		drain(r->net, linger_ms);
	close(r->net);
}
