#!/usr/bin/env python3
"""dnsq with /etc/resolv.conf: its servers, trust-ad, and that it is read anew. In
namespaces of its own, where port 53 of loopback is free and the file another."""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dns import Dnsq, Server, Tap, a, folder, wait_for

CONF = '/etc/resolv.conf'
SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack('16sh14x', b'lo', IFF_UP))


def saying(address):
    return lambda q, tcp: q.answer(a(q.name, address), ad=q.ad)


def put(path, text):
    """In place: what is mounted over a file is no name to rename to."""
    with open(path, 'w') as f:
        f.write(text)


def conf(t, top):
    path = os.path.join(top, 'resolv.conf')
    put(path, 'nameserver 127.0.0.1\n')
    subprocess.run(['mount', '--bind', path, CONF], check=True)
    one = Server(saying('192.0.2.1'), at=('127.0.0.1', 53))
    two = Server(saying('192.0.2.2'), at=('127.0.0.2', 53))
    with one, two, Dnsq(top, DNSQ_WORKERS=2) as d:
        t.eq(d.ask('a one.org'), ['status ok', 'a 192.0.2.1'],
            'the server of resolv.conf, whose AD bit is not asked for')
        put(path, 'nameserver 127.0.0.2\noptions trust-ad\n')
        t.eq(d.ask('a two.org'), ['status ok', 'a 192.0.2.2', 'secure yes'],
            'another server, trusted')
        put(path, 'nameserver 127.0.0.3\nnameserver 127.0.0.1\n')
        t.eq(d.ask('a three.org'), ['status ok', 'a 192.0.2.1'],
            'the first does not answer: the second')
    put(path, 'nameserver 127.0.0.4\noptions trust-ad\n')
    with Server(saying('192.0.2.3'), at=('127.0.0.4', 53)), \
            Dnsq(top, DNS_TRUST_AD=0) as d:
        t.eq(d.ask('a four.org'), ['status ok', 'a 192.0.2.3'],
            'trust-ad, but DNS_TRUST_AD 0')


def main():
    t = Tap()
    if sys.argv[1:] == ['inside']:
        loopback_up()
        with folder() as top:
            t.run(conf, top)
        t.done()
    unshare = ['unshare', '-mn' if os.geteuid() == 0 else '-rmn']
    if not os.path.exists(CONF) or not shutil.which('unshare') or \
            subprocess.run(unshare + ['true'], stderr=subprocess.DEVNULL
            ).returncode != 0:
        t.skip('resolv.conf', 'no namespaces of its own can be had')
        t.done()
    os.execvp(unshare[0], unshare + [sys.executable, os.path.abspath(
        __file__), 'inside'])


main()
