/* session - one TLS connection and its program; tls-server's parts share it. */
#ifndef TLS_SESSION_H
#define TLS_SESSION_H

#include <bearssl.h>
#include <stdint.h>
#include <sys/types.h>

#include "tls/pem.h"
#include "tls/relay.h"

struct session;

/* Our policy for BearSSL, which hands back the address of the first member. */
struct policy {
	const br_ssl_server_policy_class *vtable;
	struct session	*session;
	const struct pem *pem;		/* what this client gets */
};

/* A file with a certificate or a key, open since before the sandbox. */
struct file {
	const char	*path;
	int		 fd;
};

struct session {
	/* settings */
	int		 implicit;	/* TLS from the first octet */
	int		 keeps_root;	/* the program, which drops it itself */
	int		 handed;	/* the connection was, and there is no program */
	char		**program;
	int		 root;		/* we were started as root */
	uid_t		 tls_uid, net_uid;
	gid_t		 tls_gid, net_gid;
	const char	*client;	/* the client's IP address */
	const char	*dir_path;	/* of HOST.pem files, or "" */
	int64_t		 handshake_ms, idle_ms;
	char		 client_room[64];
	/* what it has open */
	struct file	 cert, key;	/* key.fd -1: it is in cert */
	int		 dir;		/* or -1 */
	int		 ctl;		/* the program asks here; or -1 */
	pid_t		 pid;		/* the program's */
	int		 code;		/* and what it left with */
	char		 asked;		/* 'y', or 'Y': it wants to be told */
	/* TLS */
	struct relay	 relay;
	struct policy	 policy;
	br_ssl_server_context tls;
	struct pem	 own, named;	/* TLS_CERT's; HOST.pem's */
	unsigned char	 records[BR_SSL_BUFSIZE_BIDI];
};

/* Start the program with its descriptors and environment, as its own user
 * (program.c). Sets pid, ctl and relay.clear. */
void start_program(struct session *s);

/* Wait until the program ends, and with keeps_root all that it started; the
 * program's code, which we leave with (program.c). */
int end_of_program(struct session *s);

/* Open certificate, key and folder, and refuse a key that others may read
 * (certificate.c). */
void open_certificates(struct session *s);

/* Read TLS_CERT and TLS_KEY into s->own (certificate.c). */
void read_certificate(struct session *s);

/* The certificate for the name that the client asked for: s->named if the
 * folder has it, else s->own (certificate.c). */
const struct pem *certificate_for(struct session *s, const char *name);

/* 1 if name may be part of a file's name and a log line: letters, digits, '-',
 * '_' and dots, no dot first, last or beside another (certificate.c). */
int is_host(const char *name);

/* Put our policy and algorithms into s->tls, which is then ready for the
 * client's first octet (policy.c). */
void ready_tls(struct session *s);

#endif
