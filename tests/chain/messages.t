#!/usr/bin/env python3
"""Real messages come back octet for octet, after the header lines that we add:
by SMTP as clients send them, and by qinject's descriptors as qmail-queue's
callers send them."""

import os
import random
import re
import resource
import signal
import smtplib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from correo import Delivered, Instance, Tap, WAIT_S, folder, queue_id, \
    wait_for, wire_form
from letters import BY_HAND, DESCRIPTORS_ONLY, HEAD, SEED, made

BIG = 25 << 20


class Sender(smtplib.SMTP):
    """smtplib, but the reply to DATA is kept."""

    def data(self, octets):
        self.said = super().data(octets)
        return self.said

    def id(self):
        return re.search(rb'(?:queued|delivered) as (\S+)', self.said[1]).group(1).decode()


def arrival(i, user, id):
    """The user's one file of that id."""
    wait_for(lambda: any(id in path for path in i.mail(user)))
    paths = [path for path in i.mail(user) if id in path]
    if len(paths) != 1:
        raise RuntimeError('%s: %d files of %s' % (user, len(paths), id))
    return paths[0]


def difference(want, got):
    """Where two byte strings part, in words."""
    n = next((n for n, (a, b) in enumerate(zip(want, got)) if a != b),
        min(len(want), len(got)))
    return 'at octet %d of %d and %d: want %r, got %r' % (n, len(want),
        len(got), want[n:n + 60], got[n:n + 60])


def sizes_are_right(path):
    """S= and W= in the name: the octets, and the same with CRLF line ends."""
    octets = Delivered(path).octets
    bare = octets.count(b'\n') - octets.count(b'\r\n')
    return path.endswith(',S=%d,W=%d' % (len(octets), len(octets) + bare))


def check(t, i, user, id, want, name):
    path = arrival(i, user, id)
    one = Delivered(path)
    good = one.message == want and sizes_are_right(path)
    t.ok(good, name, path, difference(want, one.message))
    os.unlink(path)


def by_smtplib(t, i):
    """Two hundred in a few sessions, as Python's smtplib sends them."""
    sent = []
    with Sender(i.host, i.port, timeout=WAIT_S) as s:
        for name, octets in made(220):
            s.sendmail('sender@example.net', [i.address('alice')], octets,
                mail_options=['BODY=8BITMIME', 'SIZE=%d' % len(octets)])
            sent.append((name, octets, s.id()))
    for name, octets, id in sent:
        check(t, i, 'alice', id, octets.replace(b'\r\n', b'\n'), name)


def by_data(t, i):
    with i.smtp() as s:
        for name, octets in BY_HAND:
            s.envelope('a@b.example', [i.address('bob')])
            id = queue_id(s.data(wire_form(octets)))
            check(t, i, 'bob', id, octets, 'by DATA: ' + name)


def twenty_five_megabytes(t, i):
    r = random.Random(SEED)
    line = b''.join(r.choice([b'.', b'x', b'yz']) + b'-' * r.randrange(99) +
        b'\r\n' for _ in range(5000))
    octets = (b'Subject: big\r\n\r\n' + line * (BIG // len(line) + 1))[:BIG]
    octets = octets.rstrip(b'\r\n') + b'\r\n'
    with Sender(i.host, i.port, timeout=WAIT_S) as s:
        s.sendmail('', [i.address('carol')], octets)
        check(t, i, 'carol', s.id(), octets.replace(b'\r\n', b'\n'),
            '25 MB by smtplib')
    before = set(i.mail('carol'))
    code, _ = qinject(i, octets, envelope('', i.address('carol')))
    t.eq(code, 0, '25 MB by descriptors')
    wait_for(lambda: set(i.mail('carol')) - before)
    path, = set(i.mail('carol')) - before
    one = Delivered(path)
    t.ok(one.message == octets and sizes_are_right(path), 'and they arrive',
        difference(octets, one.message))
    os.unlink(path)


# qmail-queue's convention: message on descriptor 0, envelope on 1.

def envelope(sender, *to):
    return b'F%s\0' % sender.encode() + b''.join(b'T%s\0' % one.encode()
        for one in to) + b'\0'


def qinject(i, message, envelope, spool=True, at=0, limit=None, **settings):
    """Run it as the queue's user; its exit code and what it said. The
    message is in a file if spool, else in a pipe; None closes a descriptor."""
    def prepare():
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        if message is None:
            os.close(0)
        if envelope is None:
            os.close(1)
    env = dict(i.settings(), **settings)
    with tempfile.TemporaryFile() as m, tempfile.TemporaryFile() as e:
        m.write(message or b'')
        m.seek(at)
        e.write(envelope or b'')
        e.seek(0)
        cat = None
        if not spool:
            cat = subprocess.Popen(['cat'], stdin=m, stdout=subprocess.PIPE)
        done = subprocess.run([os.path.join(i.root, 'libexec', 'qinject')],
            stdin=cat.stdout if cat else m, stdout=e, stderr=subprocess.PIPE,
            env=env, preexec_fn=prepare, timeout=WAIT_S, **i.queue_user())
        if cat:
            cat.stdout.close()
            cat.wait()
    return done.returncode, done.stderr.decode(errors='replace')


def by_descriptors(t, i):
    for n, (name, octets) in enumerate(BY_HAND + DESCRIPTORS_ONLY):
        name = 'by descriptors: ' + name
        code, said = qinject(i, octets, envelope('a@b.example',
            i.address('bob')), spool=bool(n % 2))
        if not t.eq(code, 0, name + ': exit 0'):
            t.ok(False, name, said)
            continue
        path = i.arrived('bob')[0]
        one = Delivered(path)
        t.ok(one.message == octets and sizes_are_right(path) and
            '(from uid ' in one.received, name, one.received, path,
            difference(octets, one.message))
        os.unlink(path)


def descriptors_envelope(t, i):
    code, _ = qinject(i, b'skipped\n' + HEAD, envelope('', *map(i.address,
        i.users)), at=8)
    t.eq(code, 0, 'a file is read from where its offset stands')
    for user in i.users:
        one = Delivered(i.arrived(user)[0])
        t.eq((one.sender, one.to, one.message), ('', i.address(user), HEAD),
            '%s has it, with a null sender' % user)
    t.ok(i.idle(), 'and the queue is empty')
    i.empty()


def exit_codes(t, i):
    bob = i.address('bob').encode()
    long = b'x' * 3000 + b'@b.example'
    good = envelope('a@b.example', i.address('bob'))
    for code, name, body, env in [
            (91, 'an empty envelope', HEAD, b''),
            (91, 'no sender', HEAD, b'T%s\0\0' % bob),
            (91, 'no recipient', HEAD, b'Fa@b.example\0\0'),
            (91, 'no final NUL', HEAD, b'Fa@b.example\0T%s\0' % bob),
            (91, 'a recipient without NUL', HEAD, b'Fa@b.example\0T' + bob),
            (91, 'a sender without NUL', HEAD, b'Fa@b.example'),
            (91, 'something behind the end', HEAD, good + b'T'),
            (91, 'an unknown letter', HEAD, b'Fa@b.example\0X%s\0\0' % bob),
            (91, 'a second sender', HEAD, b'Fa\0Fb\0T%s\0\0' % bob),
            (91, 'an empty recipient', HEAD, b'Fa@b.example\0T\0\0'),
            (91, 'a LF in the sender', HEAD, b'Fa\nb@c\0T%s\0\0' % bob),
            (91, 'a LF in a recipient', HEAD,
                b'Fa@b.example\0T%s\nrcpt x@y\0\0' % bob),
            (11, 'a sender of 3,000 octets', HEAD, b'F%s\0T%s\0\0' % (long,
                bob)),
            (11, 'a recipient of 3,000 octets', HEAD,
                b'Fa@b.example\0T%s\0\0' % long),
            (54, 'descriptor 0 is closed', None, good),
            (54, 'descriptor 1 is closed', HEAD, None),
            (31, '101 Received lines', b'Received: x\n' * 101 + b'\n', good)]:
        got, said = qinject(i, body, env)
        t.ok(got == code, 'exit %d: %s' % (code, name), got, said)
    for spool in True, False:
        got, said = qinject(i, b'x' * 400000, good, spool, limit=200000)
        t.ok(got == 53, 'exit 53: no room for the message, from a %s' %
            ('file' if spool else 'pipe'), got, said)
    got, said = qinject(i, HEAD, good, QUEUE=i.root + '/missing')
    t.ok(got == 62 and 'missing' in said, 'exit 62: no queue', got, said)
    t.eq([i.waiting(), os.listdir(i.queue + '/tmp'), i.mail('bob')],
        [[], [], []], 'nothing of all these is left or delivered')
    got, said = qinject(i, HEAD, good, RUNNER_SOCKET=i.root + '/nobody')
    t.eq(got, 0, 'exit 0 though the runner cannot be told')
    t.eq(len(i.waiting()), 1, 'the message lies in the queue')
    i.service('-r', 'qrunner')
    t.eq(len(i.arrived('bob')), 1, 'and a runner that starts takes it')
    i.empty()


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        for case in by_smtplib, by_data, by_descriptors, \
                descriptors_envelope, exit_codes, twenty_five_megabytes:
            t.run(case, i)
        t.ok(i.idle(), 'the queue is empty at the end', i.waiting())
    t.done()


main()
