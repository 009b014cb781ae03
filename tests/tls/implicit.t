#!/usr/bin/env python3
"""TLS from the first octet: octets go both ways unchanged, and each end gets what
was meant for it, whoever leaves first."""

import os
import sys

sys.dont_write_bytecode = True
from tls import *

MEGABYTE = 1 << 20


def echo(t, top, at, ca):
    octets = random_octets(MEGABYTE)
    with Server(top, at, '-i', 'cat') as s, s.tls(ca) as c:
        t.eq(c.tls.version(), 'TLSv1.2', 'TLS 1.2 is spoken')
        t.ok(c.exchange(octets) == octets, '1 MB both ways at once')
        c.send(b'hallo\n')
        t.eq(c.line(), b'hallo\n', 'a line comes at once')
        c.close_notify()
        t.ok(c.rest() == b'' and c.clean, 'close_notify is answered')
        t.ok(s.log.has(r'^tls-server: client=127.0.0.1 tls=TLSv1.2 '
            r'cipher=ECDHE-ECDSA-\S+ sni=localhost$'), 'the log has the session',
            s.log.text())
        t.eq(len(s.log.text().splitlines()), 1, '... in one line')


def one_way(t, top, at, ca):
    size = str(3 * MEGABYTE)
    with Server(top, at, '-i', 'head', '-c', size, '/dev/zero') as s, \
            s.tls(ca) as c:
        t.ok(c.rest() == bytes(3 * MEGABYTE) and c.clean,
            'all of what a program wrote before it left, and close_notify')
    with Server(top, at, '-i', 'wc', '-c') as s, s.tls(ca) as c:
        c.send(bytes(MEGABYTE))
        c.hang_up()
        t.eq(c.rest().strip(), b'%d' % MEGABYTE,
            'all of what a client sent before it hung up')


def asleep(pid):
    """Does the process do nothing?"""
    before = cpu_ticks(pid)
    pause(0.3)
    return cpu_ticks(pid) == before


# A program that writes until nobody takes more for half a second.
FILL = '''
import os, socket, time
s, idle = socket.socket(fileno=0), 0
s.setblocking(False)
while idle < 5:
    try:
        s.send(bytes(16384))
        idle = 0
    except BlockingIOError:
        idle += 1
        time.sleep(0.1)
'''
# Then it reads, and says how that ended.
READ = FILL + '''
open('full', 'w').close()
s.setblocking(True)
try:
    while s.recv(1000):
        pass
    end = 'end'
except OSError as e:
    end = str(e)
with open('got', 'w') as f:
    f.write(end)
'''


def waits(t, top, at, ca):
    """Nobody reads: the other one must wait, and tls-server without work."""
    with Server(top, at, '-i', 'cat', '/dev/zero') as s, s.tls(ca) as c:
        c.recv(1)
        pid = s.sessions()[0]

        t.ok(wait_for(lambda: asleep(pid), 10), 'it sleeps while the client '
            'does not read')
    with Server(top, at, '-i', 'python3', '-c', FILL) as s, s.tls(ca) as c:
        pid, = s.sessions()
        t.ok(wait_for(lambda: not children(pid)) and asleep(pid),
            '... also when the program has left')
        pause(0.1)
        t.ok(len(c.rest()) > 0 and c.clean, '... and nothing of it is lost')
    with Server(top, at, '-i', 'sh', '-c',
            'cat >/dev/null; sleep 1; echo bye') as s, s.tls(ca) as c:
        c.hang_up()
        pid, = s.sessions()
        pause(0.1)
        t.ok(asleep(pid), 'it sleeps after the client hung up')
        t.eq(c.rest(), b'bye\n', '... and still works')
    with Server(top, at, '-i', 'sleep', '30') as s, s.tls(ca) as c:
        c.socket.settimeout(1)
        sent = 0
        try:
            while sent < 64 * MEGABYTE:
                c.send(bytes(16384))
                sent += 16384
        except TimeoutError:
            pass
        t.ok(sent < 64 * MEGABYTE, 'a client that sends must wait for a '
            'program that does not read')
        pid = s.sessions()[0]
        before = cpu_ticks(pid)
        pause(0.5)
        t.ok(cpu_ticks(pid) - before <= 2, '... and it sleeps meanwhile')
        for one in children(pid):
            os.kill(one, 15)


def half_closed(t, top, at, ca):
    with Server(top, at, '-i', 'sh', '-c',
            'cat >/dev/null; sleep 0.2; echo bye') as s:
        with s.tls(ca) as c:
            c.send(b'some')
            c.hang_up()
            t.eq(c.rest(), b'bye\n', 'a client that hung up still hears')
            t.ok(c.clean, '... to the close_notify')
        t.ok(s.log.has('tls=truncated$'), 'that its close_notify was missing '
            'is logged', s.log.text())
    got = os.path.join(top, 'got')
    os.chmod(top, 0o777)
    with alone(top, at, '-i', 'sh', '-c', 'cat >got') as p, \
            Client(p.socket, ca) as c:
        c.send(b'the last octets')
        c.close_notify()
        t.ok(c.rest() == b'' and c.clean, 'close_notify is answered')
        t.eq(p.wait(WAIT_S), 0, 'the program got its end')
        t.eq(read(got), b'the last octets', '... and what came before it')
        t.ok('truncated' not in p.log.text(), '... which is not truncated')
    os.unlink(got)
    with alone(top, at, '-i', 'sh', '-c', 'cat >got') as p:
        c = Client(p.socket, ca)
        c.send(b'x' * 30000)
        c.socket.close()
        p.wait(WAIT_S)
        t.eq(len(read(got)), 30000, 'the octets of a client that is gone')
    os.unlink(got)
    with alone(top, at, '-i', 'python3', '-c', READ) as p:
        c = Client(p.socket, ca)
        wait_for(lambda: os.path.exists(os.path.join(top, 'full')))
        c.close_notify()
        c.rest()
        p.wait(WAIT_S)
        t.eq(read(got), b'end', 'a program with words that nobody took sees the '
            'end, no error')
    os.unlink(got)


def program_first(t, top, at, ca):
    with Server(top, at, '-i', 'sh', '-c', 'echo hello; exit 0') as s:
        with s.tls(ca) as c:
            c.send(bytes(20000))	# nobody will read this
            t.ok(c.rest() == b'hello\n' and c.clean, 'a program leaves with '
                'octets unread: the client gets its words and close_notify')
    deaf = 'import os, socket, time; s = socket.socket(fileno=0); ' \
        's.shutdown(socket.SHUT_RD); time.sleep(0.3); s.sendall(b"late")'
    with Server(top, at, '-i', 'python3', '-c', deaf) as s, s.tls(ca) as c:
        c.send(bytes(100000))
        t.ok(c.rest() == b'late' and c.clean, 'a program that reads no more is '
            'still heard')


def codes(t, top, at, ca):
    for script, want in ('exit 0', 0), ('exit 3', 3), ('kill -9 $$', 111):
        with alone(top, at, '-i', 'sh', '-c', script) as p:
            with Client(p.socket, ca) as c:
                c.rest()
            t.eq(p.wait(WAIT_S), want, '"%s" becomes code %d' % (script, want))
    with alone(top, at, '-i', '/nonexistent/program') as p:
        p.socket.close()
        t.eq(p.wait(WAIT_S), 100, 'no such program: 100')
        t.ok('/nonexistent/program: No such file' in p.log.text(), '... with a '
            'line', p.log.text())
    for words in (), ('-i',), ('-x', 'cat'):
        with alone(top, at, *words) as p:
            t.eq(p.wait(WAIT_S), 100, 'usage: %s' % ' '.join(words))
    with alone(top, at, '-i', 'cat', TLS_IDLE_S='0') as p:
        t.eq(p.wait(WAIT_S), 100, 'a wrong setting: 100')


def idle(t, top, at, ca):
    with Server(top, at, '-i', 'sleep', '3', TLS_IDLE_S=1) as s, \
            s.tls(ca) as c:
        t.ok(c.rest() == b'' and c.clean, 'an idle session is ended')
        t.ok(s.log.has('tls=idle$'), '... with a line', s.log.text())
    with Server(top, at, '-i', 'cat', '/dev/zero', TLS_IDLE_S=1) as s, \
            s.tls(ca):
        t.ok(s.log.has('tls=idle$', 1, 10), 'so is one whose client takes '
            'nothing', s.log.text())


def environment_of_program(t, top, at, ca):
    with alone(top, at, '-i', 'env', UCSPITLS='1', SSLCTLFD='7') as p, \
            Client(p.socket, ca) as c:
        words = c.rest()
        t.ok(b'UCSPITLS' not in words and b'SSLCTLFD' not in words,
            'a program under -i is not offered TLS again')


t = Tap()
with folder() as top:
    made = make_cert(os.path.join(top, 'cert'))
    args = top, os.path.join(made, 'server.pem'), os.path.join(made, 'ca.pem')
    for case in echo, one_way, waits, half_closed, program_first, codes, idle, \
            environment_of_program:
        t.run(case, *args)
t.done()
