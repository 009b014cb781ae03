#!/usr/bin/env python3
"""STARTTLS by UCSPI-TLS: the program has the raw connection until it asks, and
what was sent too early never reaches it. source: UCSPI-TLS, RFC 3207 6"""

import os
import socket
import sys

sys.dont_write_bytecode = True
from tls import *


class Clear:
    """The connection before TLS."""

    def __init__(self, sock):
        self.socket = sock
        sock.settimeout(WAIT_S)
        self.greeting = self.line()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def line(self):
        octets = b''
        while not octets.endswith(b'\n'):
            one = self.socket.recv(1)
            if not one:
                break
            octets += one
        return octets

    def ask(self, text):
        self.socket.sendall(text)
        return self.line()


def usual(t, top, at, ca):
    with Server(top, at, program(top, 'ask-for-tls')) as s:
        with Clear(s.connect()) as c:
            t.eq(c.greeting, b'hello\n', 'the greeting in the clear')
            t.eq(c.ask(b'one\n'), b'clear one\n', 'a line in the clear')
            t.eq(c.ask(b'y\n'), b'220\n', 'TLS is agreed')
            tls = Client(c.socket, ca)
            tls.send(b'two\n')
            t.eq(tls.line(), b'tls two\n', 'a line within TLS')
            tls.send(b'BYE\n')
            t.ok(tls.rest() == b'' and tls.clean, 'the program leaves: '
                'close_notify')
        t.ok(s.log.has('tls=TLSv1.2 cipher=.* sni=localhost$'),
            'the log has the session', s.log.text())


def told(t, top, at, ca):
    with Server(top, at, program(top, 'ask-for-tls')) as s:
        for name, shown in ('localhost', 'localhost'), (None, ''):
            with Clear(s.connect()) as c:
                c.ask(b'Y\n')
                tls = Client(c.socket, ca, name)
                words = dict(w.split('=', 1) for w in
                    tls.line().decode().split())
                t.eq(words, {'SSL_PROTOCOL': 'TLSv1.2', 'SSL_CIPHER':
                    tls.tls.cipher()[0], 'SSL_CIPHER_USEKEYSIZE':
                    str(tls.tls.cipher()[2]), 'SSL_TLS_SNI': shown},
                    'Y: the environment of the session, SNI "%s"' % shown)


def injected(t, top, at, ca):
    """What comes behind the command, before TLS, goes into the handshake."""
    seen = os.path.join(top, 'seen')
    os.chmod(top, 0o777)
    with Server(top, at, program(top, 'ask-for-tls'), seen) as s:
        with Clear(s.connect()) as c:
            c.ask(b'y\nINJECTED\n')
            try:
                Client(c.socket, ca)
                good = False
            except (OSError, ssl.SSLError):
                good = True
            t.ok(good, 'no TLS with a client that sent more in the clear')
        t.ok(s.log.has('tls=failed sni=- error=3 word=not-tls$'),
            '... with a line', s.log.text())
        t.ok(wait_for(lambda: not s.sessions()), '... and all is over')
        t.eq(read(seen), b'y\n', '... and the program saw nothing of it')
        with Clear(s.connect()) as c:
            c.ask(b'one\nINJECTED\n')
            t.eq(c.line(), b'clear INJECTED\n', 'before it asks, all octets '
                'are the program\'s')


def never(t, top, at, ca):
    ask = program(top, 'ask-for-tls')
    with alone(top, at, ask) as p, Clear(p.socket) as c:
        c.socket.sendall(b'BYE\n')
        t.eq(p.wait(5), 7, 'a program that leaves without TLS: its code')
        t.eq(p.log.text(), '', '... and no line')
    with alone(top, at, ask) as p, Clear(p.socket) as c:
        t.eq(c.ask(b'CLOSE\n'), b'closed\n', 'a program that closes SSLCTLFD')
        t.eq(c.ask(b'one\n'), b'clear one\n', '... goes on in the clear')
        t.ok(p.poll() is None, '... and is waited for: tcpserver counts it')
        c.socket.sendall(b'BYE\n')
        t.eq(p.wait(5), 7, '... for its code')
    with alone(top, at, ask) as p, Clear(p.socket) as c:
        c.socket.sendall(b'ODD\n')
        t.eq(p.wait(5), 100, 'a letter that is none: 100')
        t.ok("asked for 'x'" in p.log.text(), '... with a line', p.log.text())
    with alone(top, at, 'sh', '-c', 'kill -9 $$') as p:
        t.eq(p.wait(5), 111, 'a program that is killed: 111')
    with alone(top, at, '/nonexistent/program') as p:
        t.eq(p.wait(5), 100, 'no such program: 100')


def failed(t, top, at, ca):
    """The program learns of it by the end of its descriptors."""
    ask = program(top, 'ask-for-tls')
    for letter, code in (b'y', 3), (b'Y', 4):
        with alone(top, at, ask) as p, Clear(p.socket) as c:
            c.ask(letter + b'\n')
            c.socket.sendall(b'no handshake, but quite some octets\n')
            t.eq(p.wait(5), code, '%s without a handshake: the program sees '
                'the end' % letter.decode())
        with alone(top, at, ask, TLS_HANDSHAKE_S=1) as p, \
                Clear(p.socket) as c:
            c.ask(letter + b'\n')
            t.eq(p.wait(5), code, '... and when nothing comes in time')
            t.ok('word=timeout' in p.log.text(), '... with a line',
                p.log.text())
    with alone(top, at, ask) as p, Clear(p.socket) as c:
        c.ask(b'y\n')
        c.socket.shutdown(socket.SHUT_WR)
        t.eq(p.wait(5), 3, 'a client that leaves instead')
        t.ok('word=lost' in p.log.text(), '... with a line', p.log.text())


def key_is_bad(t, top, at, ca):
    with alone(top, own(at + '.open', 0o440), program(top, 'ask-for-tls')) \
            as p, Clear(p.socket) as c:
        t.eq(p.wait(5), 100, 'with a bad key it leaves at the start')
        t.eq(c.ask(b'one\n'), b'clear one\n', '... and the program goes on '
            'without TLS')


t = Tap()
with folder() as top:
    made = make_cert(os.path.join(top, 'cert'))
    args = top, os.path.join(made, 'server.pem'), os.path.join(made, 'ca.pem')
    shutil.copy(args[1], args[1] + '.open')
    for case in usual, told, injected, never, failed, key_is_bad:
        t.run(case, *args)
t.done()
