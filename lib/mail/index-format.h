/*
 * index-format - what stands in the files of a folder's index.
 *
 * In the machine's own order of octets: an index that another order wrote is
 * unreadable, and so made anew. All structs are multiples of 8 octets long.
 *
 * correo-index, the snapshot, is a head, n records by rising UID, the ranges of
 * UIDs that are gone, the keywords, and the names. correo-log is a head, and
 * behind it entries: what changed since the snapshot. Both together are the
 * truth. A log belongs to a snapshot if it is the one that the snapshot names
 * (read it from log_at on), or if it was begun behind that place (read it all).
 */
#ifndef MAIL_INDEX_FORMAT_H
#define MAIL_INDEX_FORMAT_H

#include <stdint.h>

#define INDEX_MAGIC	"CORREOI1"
#define INDEX_LOG_MAGIC	"CORREOL1"
#define INDEX_UIDS_MAGIC "CORREOU1"
#define INDEX_ORDER	0x01020304u

#define INDEX_KEYWORDS	64
#define INDEX_KEYWORD	64		/* octets of a keyword, with NUL */
#define INDEX_NAME	256		/* of a file, with NUL */
#define INDEX_UNKNOWN	UINT32_MAX	/* octets: not counted, or too many */

/* Flags of a record. The first six are Maildir's letters in their order. */
#define INDEX_DRAFT	1u		/* D */
#define INDEX_FLAGGED	2u		/* F */
#define INDEX_FORWARDED	4u		/* P: $Forwarded */
#define INDEX_ANSWERED	8u		/* R */
#define INDEX_SEEN	16u		/* S */
#define INDEX_DELETED	32u		/* T */
#define INDEX_FLAGS	63u
#define INDEX_IN_NEW	0x100u		/* the file is in new/ */
#define INDEX_ODD	0x200u		/* the whole name is kept */
#define INDEX_FIXED	0x400u		/* in a notation that has no flags */
#define INDEX_EXPUNGED	0x800u		/* only until the next snapshot */

/* One message. disk is what its name said when it was seen last: the flags in
 * bits 0 to 5, keyword k (the letter 'a' + k) in bit 6 + k. */
struct index_record {
	uint32_t	uid;
	uint32_t	flags;
	uint64_t	modseq;
	uint64_t	keywords;	/* bit k: keyword k */
	uint32_t	disk;
	uint32_t	size;		/* octets of the file, or INDEX_UNKNOWN:
					 * ask the file */
	uint32_t	wire;		/* as text/stuff.h counts, the same */
	uint32_t	date;		/* INTERNALDATE, seconds since 1970 */
	uint32_t	saved;		/* when it came into the index */
	uint32_t	hash;		/* of the base name */
	uint32_t	name;		/* where among the names */
	uint8_t		name_n;		/* octets that are kept, no NUL */
	uint8_t		base_n;		/* of them up to the first ':' */
	uint16_t	pad;
	uint64_t	cache;		/* where in correo-cache; 0: nowhere */
};

/* A look at a folder: if its times are still the same, and it was not changed
 * just before the look, then it is the same folder. */
struct index_stamp {
	uint64_t	mtime_ns, ctime_ns;
	uint64_t	trusted;	/* 1: not changed just before */
};

struct index_gone {		/* UIDs that were expunged */
	uint32_t	first, last;
	uint64_t	modseq;
};

struct index_head {
	char		magic[8];
	uint32_t	order;
	uint32_t	crc;		/* of the head, with 0 here */
	uint32_t	n;		/* records */
	uint32_t	gone_n, keywords_n;
	uint32_t	names_n;	/* octets */
	uint64_t	log_id, log_at;	/* see above */
	uint64_t	cache_id;	/* of the correo-cache that is meant */
	uint64_t	cache_used;	/* octets of it that records name, about */
	uint64_t	highest;	/* modseq */
	uint64_t	gone_since;	/* what is gone since then is known */
	uint32_t	validity, next;	/* UIDVALIDITY, UIDNEXT */
	uint32_t	recent;		/* UIDs from here on no session has seen */
	uint32_t	unseen_from;	/* none below it is unseen */
	uint32_t	messages, unseen, deleted;
	uint32_t	dirty;		/* the name does not say the flags yet */
	uint32_t	unsized;	/* wire is not known */
	uint32_t	in_new;
	uint32_t	cached, pad;	/* records that name a place in it */
	uint64_t	octets, wire;	/* of all that are sized */
	struct index_stamp new, cur;
};

struct index_log_head {
	char		magic[8];
	uint32_t	order;
	uint32_t	crc;		/* of the head, with 0 here */
	uint64_t	id;
	uint64_t	after_id, after_at;	/* the place that it goes on from */
	uint64_t	pad[3];
};

enum index_entry_type {
	INDEX_ADD = 1,		/* of index_record with the name, padded to 8 */
	INDEX_EXPUNGE,		/* u64 modseq, index_range ... */
	INDEX_STORE,		/* index_store, index_range ... */
	INDEX_NAMES,		/* of index_rename, with a name if it is odd */
	INDEX_FACTS,		/* of index_fact */
	INDEX_KEYWORD_IS,	/* u64 number, name padded to INDEX_KEYWORD */
	INDEX_STAMPS,		/* new, cur */
	INDEX_RECENT,		/* u64 UID */
	INDEX_NEXT,		/* u64 UID */
	INDEX_FLUSH,		/* u64: 1 names are about to change, 0 done */
	INDEX_CACHE,		/* u64: id of a new correo-cache */
};

struct index_entry {		/* a log entry's head; the payload follows */
	uint32_t	n;		/* octets of payload, a multiple of 8 */
	uint32_t	type;
	uint32_t	crc;		/* of log id, place, n, type, payload */
	uint32_t	pad;
};

struct index_range {		/* UIDs, both included; rising, not touching */
	uint32_t	first, last;
};

struct index_store {
	uint64_t	modseq;
	uint64_t	keywords;
	uint32_t	flags;
	uint32_t	op;		/* enum index_op */
};

enum index_op { INDEX_SET, INDEX_PLUS, INDEX_MINUS };

struct index_rename {
	uint32_t	uid;
	uint32_t	flags;		/* all of them, as they are now */
	uint64_t	keywords;
	uint64_t	modseq;		/* 0: only the name is another one */
	uint32_t	disk;
	uint32_t	name_n;		/* octets behind this, or 0 */
};

struct index_fact {
	uint32_t	uid;
	uint32_t	wire;		/* INDEX_UNKNOWN: as it was */
	uint64_t	cache, cache_n;	/* 0: as it was */
};

#endif
