#!/usr/bin/env python3
"""The local socket: who a user of the machine is, what is believed of him, and
that he cannot keep others out."""

import contextlib
import os
import re
import socket
import struct
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sendmail import Instance, LONG, OTHER, OTHER_NAME, ROOT, Skip, Tap, \
    WAIT_S, folder, header, mails, read, run, wait_for

LETTER = b'Subject: a letter\n\nText.\n'
THIRD = 33		# www-data
SETTINGS = {'TRUSTED_USERS': 'www-data 4711', 'LOCAL_WORKERS': 6,
    'LOCAL_PER_UID': 2, 'LOCAL_RCPT_MAX': 3, 'SMTP_SIZE_MAX': 100000}


@contextlib.contextmanager
def being(uid):
    """A connection is its maker's for good: make it as that user."""
    if uid is not None:
        os.seteuid(uid)
    try:
        yield
    finally:
        if uid is not None:
            os.seteuid(0)


def frame(kind, octets=b''):
    return kind + struct.pack('>I', len(octets)) + octets


class Injector:
    """A connection to the local socket, as that user."""

    def __init__(self, i, uid=None):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(WAIT_S)
        with being(uid):
            self.socket.connect(i.setting('LOCAL_SOCKET'))

    def send(self, facts, text=LETTER):
        """One message; the answer as a dictionary, {} for none."""
        with contextlib.suppress(BrokenPipeError):
            self.socket.sendall(frame(b'F', facts) + frame(b'D', text) +
                frame(b'.'))
        return self.answer()

    def answer(self):
        try:
            head = self.socket.recv(5, socket.MSG_WAITALL)
            if len(head) < 5:
                return {}
            octets = self.socket.recv(struct.unpack('>I', head[1:])[0],
                socket.MSG_WAITALL)
        except ConnectionResetError:
            return {}
        return dict(line.split(' ', 1) for line in
            octets.decode().splitlines())

    def close(self):
        self.socket.close()


def ask(i, question, uid=None):
    """What who-is says to that user."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.settimeout(WAIT_S)
        with being(uid):
            s.connect(i.setting('LOCAL_WHOIS_SOCKET'))
        try:
            s.send(question)
            return s.recv(65536).decode()
        except (BrokenPipeError, ConnectionResetError):
            return ''


def other():
    if not ROOT:
        raise Skip('without root there is one uid')
    return OTHER


def facts_are_not_believed(t, i):
    uid = other()
    s = Injector(i, uid)
    answer = s.send(b'sender root@example.org\nclient 192.0.2.1\nhelo evil\n'
        b'proto ESMTPSA\nuser root\nuid 0\nrcpt bob@example.org\n')
    t.eq(answer.get('verdict'), 'done', 'a message is taken')
    m = mails(i, 'bob')[0]
    t.ok('(from %s, uid %d)' % (OTHER_NAME, uid) in m.received,
        'Received says who it was', m.received)
    t.ok('192.0.2.1' not in m.received and 'evil' not in m.received,
        'and nothing that he said', m.received)
    t.eq(header(m, 'X-Authentication-Warning'), ['%s: %s set sender to '
        '<root@example.org> using -f' % (i.name, OTHER_NAME)],
        'another sender is noted')
    t.ok(i.logged('id=' + answer['id'], 'uid=%d' % uid, 'user=' + OTHER_NAME,
        'nrcpt=1'), 'and the log says it')
    # On the same connection, one that is wrong and one that is right.
    for facts in (b'sender a\nrcpt bob@example.org\n', b'sender a@b.example\n'
            b'rcpt b\xc3\xb6b@example.org\n', b'rcpt bob@example.org\n',
            b'sender a@b.example\n', b'nonsense'):
        t.eq(s.send(facts).get('dsn'), '5.5.0', 'refused: %r' % facts)
    t.eq(s.send(b'sender %s@example.org\nrcpt bob@example.org\n' %
        OTHER_NAME.encode()).get('verdict'), 'done', 'then a good one')
    s.close()
    m = mails(i, 'bob')[0]
    t.eq(header(m, 'X-Authentication-Warning'), [], 'his own sender: no note')


def queue_file(t, i):
    """The facts in the queue file."""
    uid = OTHER if ROOT else os.getuid()
    i.service('-d', 'qrunner')
    done = run(i, ['bob'], LETTER, OTHER if ROOT else None)
    text = read(i.queue + '/msg/' + i.waiting()[0]).split(b'\n\n')[0]
    i.service('-u', 'qrunner')
    t.ok(done.returncode == 0 and b'\nuid %d\n' % uid in text + b'\n',
        'the uid stands in the queue file', text)
    t.eq(re.findall(rb'(?m)^(client|helo|proto) ', text), [], 'and no client')
    mails(i, 'bob')


def warnings(t, i):
    """-f by whom."""
    other()
    cases = [(OTHER, ['-f', 'alice@example.org'], 1),
        (OTHER, ['-f', ''], 1), (OTHER, [], 0),
        (OTHER, ['-f', OTHER_NAME + '@localhost'], 0),
        (THIRD, ['-f', 'alice@example.org'], 0),
        (4711, ['-f', 'alice@example.org'], 0),
        (4712, ['-f', 'alice@example.org'], 1), (4712, [], 0),
        (None, ['-f', 'alice@example.org'], 0)]
    for uid, args, n in cases:
        done = run(i, args + ['bob'], LETTER, uid)
        m = mails(i, 'bob')[0]
        t.eq([done.returncode, len(header(m, 'X-Authentication-Warning'))],
            [0, n], 'uid %s, %s: %s' % (uid, args, n and 'noted' or 'no note'))
    # A header that says so itself is no proof of anything, but is not ours.
    run(i, ['bob'], b'X-Authentication-Warning: x\n' + LETTER, OTHER)
    t.eq(header(mails(i, 'bob')[0], 'X-Authentication-Warning'), ['x'],
        "a user's own field stays his own")


def limits(t, i):
    done = run(i, ['bob'], b'x' * 100001 + b'\n')
    t.ok(done.returncode == 65 and 'too big' in done.err, 'too big: exit 65',
        done.returncode, done.err)
    done = run(i, ['a@b.example', 'c@b.example', 'd@b.example',
        'e@b.example'], LETTER)
    t.ok(done.returncode == 65 and 'too many' in done.err,
        'too many recipients: exit 65', done.returncode, done.err)
    i.idle()
    t.eq(i.waiting(), [], 'nothing is queued')
    t.eq(run(i, ['bob'], LETTER).returncode, 0, 'then a good one')
    mails(i, 'bob')


def greedy(t, i):
    """One user has all the connections that he may have, and tries more."""
    uid = other()
    held = [Injector(i, uid) for _ in range(2)]
    for s in held:
        s.socket.sendall(frame(b'F', b'sender a@b.example\nrcpt bob@example.org'
            b'\n') + frame(b'D', b'x'))
    wait_for(lambda: sum(any('#' in link for link in links(pid)) for pid in
        i.processes('qinject')) >= 2)
    more = [Injector(i, uid) for _ in range(20)]
    facts = b'sender a@b.example\nrcpt bob@example.org\n'
    answers = [s.send(facts) for s in more]
    t.ok(all(a.get('dsn', '4.3.2') == '4.3.2' for a in answers), 'more of his are sent away', answers)
    t.ok(any(a.get('dsn') == '4.3.2' for a in answers), 'with a word',
        answers)
    for s in more:
        s.close()
    t.eq(run(i, ['bob'], LETTER, THIRD).returncode, 0, 'another user sends')
    t.eq(run(i, ['bob'], LETTER).returncode, 0, 'root too')
    t.ok(i.send(i.address('bob')), 'and SMTP')
    t.eq(len(mails(i, 'bob', 3)), 3, 'all is there')
    # His own sendmail waits for a place.
    done = []
    thread = threading.Thread(target=lambda: done.append(run(i, ['bob'],
        LETTER, uid)))
    thread.start()
    thread.join(1)
    t.ok(thread.is_alive(), 'his own sendmail waits')
    for s in held:
        s.close()
    thread.join(WAIT_S)
    t.eq([one.returncode for one in done], [0], 'until there is a place')
    t.eq(len(mails(i, 'bob')), 1, 'and sends once')


def links(pid):
    try:
        at = '/proc/%d/fd' % pid
        return [os.readlink(os.path.join(at, fd)) for fd in os.listdir(at)]
    except OSError:
        return []


def flood(t, i):
    """Many letters of one user at the same time: all come, each once, and SMTP
    goes on."""
    n = 60 if LONG else 20
    codes = []
    threads = [threading.Thread(target=lambda: codes.append(run(i, ['bob'],
        LETTER, OTHER if ROOT else None).returncode)) for _ in range(n)]
    for one in threads:
        one.start()
    t.ok(all(i.send(i.address('carol')) for _ in range(5)), 'SMTP meanwhile')
    for one in threads:
        one.join(2 * WAIT_S)
    t.eq(codes, [0] * n, 'all are taken')
    t.eq(len(mails(i, 'bob', n)), n, 'all arrive')
    i.idle()
    t.eq(len(i.mail('bob')), 0, 'once')
    i.empty()


def questions(t, i):
    """who-is tells users what the door tells strangers, and no more."""
    uid = other()
    t.eq(ask(i, b'ask bob\n', uid), 'end here\n', 'ask: bob is here')
    t.eq(ask(i, b'ask nosuch@example.org\n', uid), 'end nobody\n', 'or not')
    for question in b'expand bob\n', b'name 0\n', b'x\n', b'', \
            b'sender bob\nuser bob\n':
        t.eq(ask(i, question, uid), '', 'not answered: %r' % question)
    t.eq(ask(i, b'name %d\n' % uid), 'user %s\nend here\n' % OTHER_NAME,
        'root may ask for a name')
    t.eq(ask(i, b'name 4711\n'), 'end nobody\n', 'of nobody')
    held = []
    for _ in range(8):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with being(uid):
            s.connect(i.setting('LOCAL_WHOIS_SOCKET'))
        held.append(s)
    t.eq(ask(i, b'ask bob\n', uid), '', 'a ninth connection is closed')
    t.eq(ask(i, b'ask bob\n', THIRD), 'end here\n', "another user's is not")
    t.ok(i.send(i.address('bob')), 'and the door is open')
    for s in held:
        s.close()
    t.eq(wait_for(lambda: ask(i, b'ask bob\n', uid)), 'end here\n',
        'places are free again')
    i.arrived('bob')
    i.empty()


def hostile(t, i):
    """Octets that are no frames; half messages."""
    for octets in (b'x' * 5, frame(b'A', b'verdict done\n'), b'D\xff\xff\xff\xff',
            frame(b'F', b'sender \n')[:-3], frame(b'D', b'x'),
            frame(b'F', b'\0' * 1000), b'F\0\x3f\xff\xff'):
        s = Injector(i)
        with contextlib.suppress(BrokenPipeError):
            s.socket.sendall(octets)
        s.close()
    t.eq(run(i, ['bob'], LETTER).returncode, 0, 'it goes on')
    t.eq(len(mails(i, 'bob')), 1, 'and nothing else comes')
    t.eq(i.waiting(), [], 'or stays')


def main():
    t = Tap()
    with folder() as top, Instance(top, **SETTINGS) as i:
        for case in facts_are_not_believed, queue_file, warnings, limits, \
                greedy, flood, questions, hostile:
            t.run(case, i)
    t.done()


main()
