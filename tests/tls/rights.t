#!/usr/bin/env python3
"""Who may do what: users, descriptors and the sandbox of the live processes, and
the key, which no other process has and nobody keeps. source: doc/security.md"""

import os
import sys

sys.dont_write_bytecode = True
from tls import *


def descriptors(pid):
    return {fd: os.readlink('/proc/%d/fd/%s' % (pid, fd)) for fd in
        os.listdir('/proc/%d/fd' % pid)}


def ids(pid):
    now = status(pid)
    return now['Uid'].split() + now['Gid'].split() + now['Groups'].split()


def kinds(pid):
    return [re.sub(r':.*', '', path) for _, path in sorted(
        descriptors(pid).items(), key=lambda one: int(one[0]))]


def alive(client):
    """What tls-server does at the end of the handshake is done."""
    client.send(b'hallo\n')
    client.line()


def confined(t, pid):
    now = status(pid)
    t.eq((now['Seccomp'], now['NoNewPrivs']), ('0' if SANITIZED else '2', '1'),
        'tls-server: seccomp and no_new_privs')
    limits = read('/proc/%d/limits' % pid).decode()
    for name, want in ('open files', 16), ('processes', 0), \
            ('core file size', 0):
        found = re.search(r'Max %s +(\d+) +(\d+)' % name, limits)
        t.ok(found and found.groups() == (str(want),) * 2, 'tls-server: at '
            'most %d %s' % (want, name), limits)


def holds(t, pid, want, name):
    if ROOT:
        t.eq(kinds(pid), want, name)
    else:
        t.skip(name, 'only root sees it: tls-server is not dumpable')


def users(t, pid, child):
    t.eq(os.stat('/proc/%d/mem' % pid).st_uid, 0, 'tls-server is not '
        'dumpable: its own user cannot look into it')
    if not ROOT:
        t.skip('users of both processes', 'not root')
        return
    t.eq(ids(pid), [str(TLS_UID)] * 9, 'tls-server runs as TLS_UID, TLS_GID')
    t.eq(ids(child), [str(NET_UID)] * 9, 'the program as NET_UID, NET_GID')


def implicit(t, top, at, ca):
    names = os.path.join(top, 'names')
    os.mkdir(names)
    os.chmod(names, 0o755)
    for settings in {}, {'TLS_DIR': names}:
        with Server(top, at, '-i', 'cat', **settings) as s, s.tls(ca) as c:
            alive(c)
            pid, = s.sessions()
            child, = children(pid)
            users(t, pid, child)
            confined(t, pid)
            t.eq(kinds(child), ['socket', 'socket', top + '/log'],
                'the program has 0, 1 and 2')
            holds(t, pid, ['socket', top + '/log', 'socket'] + [names] *
                bool(settings), 'tls-server has the client, the log and the '
                'program%s' % (', and TLS_DIR' * bool(settings)))


def starttls(t, top, at, ca):
    with Server(top, at, program(top, 'ask-for-tls')) as s, \
            s.connect() as raw:
        raw.recv(100)
        pid, = s.sessions()
        child, = children(pid)
        users(t, pid, child)
        t.eq(kinds(child)[:3], ['socket', 'socket', top + '/log'],
            'before TLS the program has 0, 1 and 2')
        t.eq(sorted(kinds(child)[3:]), ['socket'] * 3, '... and three more')
        t.ok(not any('pem' in path for path in descriptors(child).values()),
            '... and no key', descriptors(child))
        raw.sendall(b'y\n')
        raw.recv(100)
        alive(Client(raw, ca))
        confined(t, pid)
        holds(t, pid, ['socket', top + '/log', 'socket'], 'within TLS '
            'tls-server has the client, the log and the program')


def secret_of(at):
    """The octets of the private key."""
    text = openssl('pkey', '-in', at, '-noout', '-text').decode()
    digits = re.search(r'priv:\s*((?:[0-9a-f]{2}:?\s*)+)', text).group(1)
    return bytes.fromhex(re.sub(r'[:\s]', '', digits))[-31:]


def memory(pid):
    parts = []
    with open('/proc/%d/mem' % pid, 'rb', 0) as mem:
        for line in read('/proc/%d/maps' % pid).decode().splitlines():
            low, high = (int(n, 16) for n in line.split()[0].split('-'))
            if 'rw' in line:
                with contextlib.suppress(OSError, ValueError):
                    mem.seek(low)
                    parts.append(mem.read(high - low))
    return b''.join(parts)


def forgotten(t, top, at, ca):
    if not ROOT or SANITIZED:
        raise Skip('not root, or too much memory')
    secret, pem = secret_of(at), read(at).split(b'PRIVATE KEY-----\n')[1][:60]
    with Server(top, at, '-i', 'cat') as s:
        with s.connect():
            pid, = wait_for(s.sessions)
            t.ok(wait_for(lambda: secret in memory(pid), 5),
                'before the handshake the key is in memory')
        wait_for(lambda: not s.sessions())
        with s.tls(ca) as c:
            alive(c)
            pid, = s.sessions()
            whole = memory(pid)
            t.ok(len(whole) > 10000 and secret not in whole,
                'after it the key is gone')
            t.ok(pem not in whole, '... and what was read of its file')


def settings(t, top, at, ca):
    if not ROOT:
        raise Skip('not root')
    for change, words in ({'TLS_UID': ''}, 'TLS_UID is missing'), \
            ({'TLS_GID': ''}, 'TLS_GID is missing'), \
            ({'NET_UID': ''}, 'NET_UID is missing'), \
            ({'NET_GID': '0'}, 'NET_GID=0 is not a number from 1'), \
            ({'TLS_UID': '0'}, 'TLS_UID=0 is not a number from 1'), \
            ({'TLS_UID': 'tls'}, 'TLS_UID=tls'), \
            ({'NET_UID': TLS_UID}, 'are the same'):
        with alone(top, at, '-i', 'touch', top + '/started', **change) as p:
            code = p.wait(WAIT_S)
            t.ok(code == 100 and words in p.log.text(), 'root with %s' %
                change, code, p.log.text())
    t.ok(not os.path.exists(top + '/started'), 'the program was not started')


t = Tap()
with folder() as top:
    made = make_cert(os.path.join(top, 'cert'))
    args = top, os.path.join(made, 'server.pem'), os.path.join(made, 'ca.pem')
    for case in implicit, starttls, forgotten, settings:
        t.run(case, *args)
t.done()
