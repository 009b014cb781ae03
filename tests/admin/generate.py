#!/usr/bin/env python3
"""A queue of many messages, as if they had waited for a while:

    tests/admin/generate.py QUEUE N

Each is whole, 300 octets or so, and has failed once; senders, domains, reasons,
ages and sizes differ in a regular way."""

import os
import sys
import time

POLYNOMIAL = 0x82f63b78		# CRC-32C reflected, as lib/base/crc32c.h
DOMAINS = ['one.example', 'two.example', 'three.example', 'four.example']
REASONS = [('4.4.1', 'connection refused'), ('4.2.2', 'mailbox full'),
    ('4.7.5', 'the certificate is not good'), ('4.3.0', 'try later')]


def table():
    rows = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (POLYNOMIAL if n & 1 else 0)
        rows.append(n)
    return rows


TABLE = table()


def crc32c(octets, crc=0):
    crc ^= 0xffffffff
    for octet in octets:
        crc = TABLE[(crc ^ octet) & 255] ^ crc >> 8
    return crc ^ 0xffffffff


def stamp(us):
    return '%d.%06d' % (us // 1000000, us % 1000000)


def queue_file(facts, message, us, journal=b''):
    """The octets of a queue file: queue-file(5)."""
    wire = len(message) + message.count(b'\n')
    head = ('correo queue file 1\nsize %020d\nwire %020d\ntime %s\n%s\n' % (
        len(message), wire, stamp(us), ''.join('%s %s\n' % fact for fact in
        facts))).encode()
    return head + message + b'\nend %020d %08x %08x\n' % (len(message),
        crc32c(head), crc32c(message)) + journal


def queue_id(us, n):
    return '%013x-%x-%08x' % (us, 1 + n % 50000, n)


def one(n, now_us, next_s=86400, age_s=None, to=None):
    """(id, octets) of the n-th message; it is due in next_s."""
    age_s = 60 + n % 3600 if age_s is None else age_s
    us = now_us - age_s * 1000000 - n % 1000
    domain, (dsn, why) = DOMAINS[n % 4], REASONS[n // 4 % 4]
    to = to[n % len(to)] if to else 'user%d@%s' % (n, domain)
    facts = [('sender', 'sender%d@example.net' % (n % 10) if n % 7 else ''),
        ('rcpt', to), ('proto', 'ESMTP')]
    message = b'Subject: number %d\n\n%s\n' % (n, b'x' * (100 + n % 11 * 10))
    journal = 'start %s %s\nlater %s %s %s\nwhy %s\nnext %s %d\n' % (stamp(us
        + 1000), to, stamp(us + 2000), dsn, to, why, stamp(now_us + next_s *
        1000000), 1 + n % 3)
    return queue_id(us, n), queue_file(facts, message, us, journal.encode())


def fill(queue, count, **more):
    """Put so many into the queue; their ids. The runner must look for them."""
    st = os.stat(queue)
    now_us = int(time.time() * 1000000)
    ids = []
    for n in range(count):
        id, octets = one(n, now_us, **more)
        path = os.path.join(queue, 'msg', id)
        with open(path, 'wb', opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(octets)
        if os.geteuid() == 0:
            os.chown(path, st.st_uid, st.st_gid)
        ids.append(id)
    return sorted(ids)


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(len(fill(sys.argv[1], int(sys.argv[2]))), 'messages')
