#!/usr/bin/env python3
"""tls-server -k: a program that keeps root, and leaves before the session that
it started. The session keeps its TLS and is waited for, so tcpserver counts it."""

import os
import sys

sys.dont_write_bytecode = True
from tls import *

# The session says "SESSION PID", then sends lines back; the program leaves with
# 9, or as $1 says. In the clear it is quiet about TLS.
LEAVE = r'''
[ -z "$UCSPITLS" ] || exec <&$SSLREADFD >&$SSLWRITEFD
exec 3<&0
sh -c 'echo "session $$"; exec cat' <&3 &
%s
'''


def ids(pid):
    now = status(pid)
    return now['Uid'].split() + now['Gid'].split()


def zombies(pid):
    return [one for one in read('/proc/%d/task/%d/children' % (pid,
        pid)).split() if status(int(one))['State'].startswith('Z')]


def outlived(t, c, pid):
    """A session in TLS whose program has left already."""
    session = int(c.line().split()[1])
    t.ok(wait_for(lambda: children(pid) == [session]),
        'the session is tls-server\'s child when its program left')
    t.ok(wait_for(lambda: not zombies(pid)), '... and nothing is a zombie')
    c.send(b'hallo\n')
    t.eq(c.line(), b'hallo\n', '... and has its TLS')
    return session


def leaves(t, top, at, ca):
    for script, code in ('exit 9', 9), ('kill -9 $$', 111):
        with alone(top, at, '-k', '-i', 'sh', '-c', LEAVE % script) as p:
            c = Client(p.socket, ca)
            outlived(t, c, p.pid)
            t.ok(p.poll() is None, '... and tls-server waits')
            c.close_notify()
            t.eq(c.rest(), b'', '... until it ends')
            t.eq(p.wait(WAIT_S), code, '%s: the code is the program\'s' %
                script)


def counted(t, top, at, ca):
    with Server(top, at, '-ki', 'sh', '-c', LEAVE % 'exit 9') as s:
        with s.tls(ca) as c:
            pid, = s.sessions()
            outlived(t, c, pid)
            t.eq(s.sessions(), [pid], 'tcpserver counts it')
        t.ok(wait_for(lambda: not s.sessions()), '... to its end')


def starttls(t, top, at, ca):
    ask = 'echo hallo; printf y >&$SSLCTLFD;' + LEAVE % 'exit 9'
    with alone(top, at, '-k', 'bash', '-c', ask) as p:
        t.eq(p.socket.recv(6), b'hallo\n', 'by STARTTLS')
        c = Client(p.socket, ca)
        outlived(t, c, p.pid)
        c.close_notify()
        c.rest()
        t.eq(p.wait(WAIT_S), 9, '... and its code')
    clear = 'unset UCSPITLS;' + LEAVE % 'exit 9'
    with alone(top, at, '-k', 'sh', '-c', clear) as p:
        t.eq(p.socket.recv(8), b'session ', 'without TLS')
        p.socket.recv(100)
        t.ok(wait_for(lambda: len(children(p.pid)) == 1),
            '... the session stays alone')
        p.socket.sendall(b'hallo\n')
        t.eq(p.socket.recv(6), b'hallo\n', '... and serves')
        p.socket.close()
        t.eq(p.wait(WAIT_S), 9, '... and is waited for')


def rights(t, top, at, ca):
    more = dict(NET_UID='', NET_GID='')
    with Server(top, at, '-k', '-i', 'cat', **more) as s, s.tls(ca) as c:
        c.send(b'hallo\n')
        t.eq(c.line(), b'hallo\n', 'NET_UID is not needed')
        pid, = s.sessions()
        child, = children(pid)
        if not ROOT:
            t.skip('the users', 'not root')
            return
        t.eq(ids(pid), [str(TLS_UID)] * 8, 'tls-server runs as TLS_UID')
        t.eq(ids(child), ['0'] * 8, 'the program as root')
    with alone(top, at, '-k', 'true', NET_UID=TLS_UID) as p:
        t.ok(p.wait(WAIT_S) == 100 and 'are the same' in p.log.text(),
            'but it is not TLS_UID', p.log.text())


def usage(t, top, at, ca):
    for words in ('-x', 'true'), ('-k',), ('-ikx', 'true'), ():
        with alone(top, at, *words) as p:
            t.ok(p.wait(WAIT_S) == 100 and 'usage:' in p.log.text(),
                'usage: %s' % ' '.join(words), p.log.text())


t = Tap()
with folder() as top:
    made = make_cert(os.path.join(top, 'cert'))
    args = top, os.path.join(made, 'server.pem'), os.path.join(made, 'ca.pem')
    for case in leaves, counted, starttls, rights, usage:
        t.run(case, *args)
t.done()
