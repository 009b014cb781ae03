#!/usr/bin/env python3
"""tls-server -s: a connection that comes over a UNIX socket, which is then the
clear side."""

import array
import os
import socket
import subprocess
import sys

sys.dont_write_bytecode = True
from tls import *


class Handed:
    """tls-server -s on one end of a pair, a connection handed over to it."""

    def __init__(self, top, cert, record=b'client 192.0.2.7\n', pass_it=True,
            **settings):
        env = environment(cert, **settings)
        self.log = Log(os.path.join(top, 'log'))
        self.clear, theirs = socket.socketpair()
        self.client, given = socket.socketpair()
        for sock in self.clear, self.client:
            sock.settimeout(WAIT_S)
        ids = {'user': TLS_UID, 'group': TLS_UID, 'extra_groups': [TLS_UID]}
        with self.log.open() as err:
            self.process = subprocess.Popen([TLS_SERVER, '-s'], stdin=theirs,
                stdout=theirs, stderr=err, env=env, cwd=top,
                **(ids if ROOT else {}))
        theirs.close()
        if record is not None:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i',
                [given.fileno()]))] if pass_it else []
            self.clear.sendmsg([record], rights)
        given.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.clear.close()
        self.client.close()
        self.code()

    def code(self):
        try:
            return self.process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def usual(t, top, cert, ca):
    with Handed(top, cert) as h:
        c = Client(h.client, ca)
        c.send(b'in\n')
        t.eq(h.clear.recv(100), b'in\n', 'what the client says comes in clear')
        h.clear.sendall(b'out\n')
        t.eq(c.line(), b'out\n', 'and the other way')
        big = random_octets(300000)
        h.clear.sendall(big[:100000])
        h.clear.shutdown(socket.SHUT_WR)
        t.eq(c.rest(), big[:100000], 'all that was written is sent')
        t.ok(c.clean, '... then a close_notify')
        t.eq(h.code(), 0, '... and it leaves with 0')
        t.ok(h.log.has('client=192.0.2.7 tls=TLSv1.2 cipher='), 'the log '
            'names the client', h.log.text())


def client_leaves(t, top, cert, ca):
    with Handed(top, cert) as h:
        c = Client(h.client, ca)
        c.send(b'last')
        c.close_notify()
        t.eq(h.clear.recv(100), b'last', "the client's last octets")
        t.eq(h.clear.recv(100), b'', '... then the end')
        h.clear.close()
        t.eq(h.code(), 0, '... and it leaves')


def no_handshake(t, top, cert, ca):
    with Handed(top, cert) as h:
        h.client.sendall(b'this is no TLS, whatever else it is\r\n')
        t.eq(h.clear.recv(100), b'', 'without a handshake the clear side ends')
        t.eq(h.code(), 0, '... and it leaves')
        t.ok(h.log.has('tls=failed'), '... with a line', h.log.text())
    with Handed(top, cert, TLS_HANDSHAKE_S=1) as h:
        t.eq(h.clear.recv(100), b'', 'who is silent is dropped in time')
        t.ok(h.log.has('word=timeout'), '... with a line', h.log.text())


def came(sock):
    try:
        return sock.recv(100)
    except ConnectionResetError:	# the record lies there unread
        return b''


def refused(t, top, cert, ca):
    for record, pass_it, why in ((b'client 192.0.2.7\n', False,
            'a record alone'), (b'server x\n', True, 'another record'),
            (b'client 192.0.2.7', True, 'half a record'),
            (b'client 1\nclient 2\n', True, 'two'), (b'client \n', True,
            'no name'), (b'client ' + b'x' * 100 + b'\n', True, 'a long one'),
            (b'client \x01\n', True, 'a control octet')):
        with Handed(top, cert, record, pass_it) as h:
            t.eq(h.code(), 100, '%s: 100' % why)
            t.ok(h.log.has('handed over'), '... with a line', h.log.text())
            t.eq(came(h.clear), b'', '... and no octet')
    with Handed(top, cert, None) as h:
        h.clear.close()
        t.eq(h.code(), 100, 'nobody there: 100')
    with Handed(top, cert, None, TLS_HANDSHAKE_S=1) as h:
        t.eq(h.code(), 111, 'nothing in time: 111')
    file = os.open(cert, os.O_RDONLY)
    with Handed(top, cert, None) as h:
        h.clear.sendmsg([b'client x\n'], [(socket.SOL_SOCKET,
            socket.SCM_RIGHTS, array.array('i', [file]))])
        t.eq(h.code(), 100, 'a file in place of a connection: 100')
    os.close(file)


def root(t, top, cert, ca):
    if not ROOT:
        raise Skip('without root nobody can start it as root')
    done = subprocess.run([TLS_SERVER, '-s'], stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE, env=environment(cert), timeout=WAIT_S)
    t.eq(done.returncode, 100, 'root is refused: 100')
    t.ok(b'not for root' in done.stderr, '... with a line', done.stderr)


t = Tap()
with folder() as top:
    made = make_cert(os.path.join(top, 'cert'))
    args = top, os.path.join(made, 'server.pem'), os.path.join(made, 'ca.pem')
    for case in usual, client_leaves, no_handshake, refused, root:
        t.run(case, *args)
t.done()
