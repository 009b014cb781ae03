#!/usr/bin/env python3
"""pop3d: every command, messages octet for octet, and what others do to the
mailbox meanwhile; nothing is deleted but by QUIT."""

import contextlib
import ctypes
import os
import poplib
import random
import re
import socket
import sys
import threading

sys.dont_write_bytecode = True
from pop3 import ROOT, SANITIZED, WAIT_S, Box, Session, Tap, folder, own, read, \
    status, wire
from letters import BY_HAND, DESCRIPTORS_ONLY, SEED, made

ONE = b'Subject: one\n\n.dot\nend'
TWO = b'Subject: two\r\n\r\nline 1\r\nline 2\r\nline 3\r\n'


def two(top, name):
    """A box with a new message and one that was seen."""
    box = Box(top, name)
    box.put('1764000000.one.host,S=22', ONE)
    box.put('1764000001.two.host,S=40,W=40:2,S', TWO, 'cur')
    return box


def dialog(t, top):
    box = two(top, 'dialog')
    with box.session() as s:
        t.eq(s.greeting, '+OK 2 messages', 'it greets')
        t.eq(s.say('STAT'), '+OK 2 %d' % (len(wire(ONE)) + len(TWO)), 'STAT')
        t.eq(s.lines('LIST'), ['1 %d' % len(wire(ONE)), '2 %d' % len(TWO)],
            'LIST')
        t.eq(s.say('list 2'), '+OK 2 %d' % len(TWO), 'LIST 2, in any case')
        t.eq(s.lines('UIDL'), ['1 1764000000.one.host',
            '2 1764000001.two.host'], 'UIDL')
        t.eq(s.say('UIDL 1'), '+OK 1 1764000000.one.host', 'UIDL 1')
        t.eq(s.many('RETR 1')[1], wire(ONE), 'RETR 1')
        t.eq(s.many('ReTr 2')[1], TWO, 'RETR 2')
        t.eq(s.many('TOP 2 0')[1], b'Subject: two\r\n\r\n', 'TOP 2 0')
        t.eq(s.many('TOP 2 2')[1], b'Subject: two\r\n\r\nline 1\r\n'
            b'line 2\r\n', 'TOP 2 2')
        t.eq(s.many('TOP 2 99999999999999999999')[1], TWO, 'TOP of all')
        t.eq(s.say('NOOP'), '+OK', 'NOOP')
        capa = s.lines('CAPA')
        t.ok({'TOP', 'UIDL', 'RESP-CODES', 'PIPELINING'} <= set(capa) and
            not {'STLS', 'USER', 'SASL PLAIN'} & set(capa), 'CAPA', capa)
        for line in 'RETR 3', 'RETR 0', 'LIST 3', 'UIDL 99999999999999999999', \
                'DELE 3', 'TOP 3 1', 'RETR', 'RETR x', 'TOP 1', 'TOP 1 -1', \
                'STAT 1', 'XYZZY', '', 'USER alice', 'PASS x', 'STLS', \
                'AUTH PLAIN', 'APOP a b', b'\0', b'\xff\xfe', 'RETR 1\0':
            said = s.say(line)
            t.ok(said.startswith('-ERR '), 'refused: %r' % (line,), said)
        t.eq(s.say('DELE 1'), '+OK message 1 will be deleted', 'DELE 1')
        t.eq([s.say(line)[:4] for line in ('DELE 1', 'RETR 1', 'TOP 1 0',
            'LIST 1', 'UIDL 1')], ['-ERR'] * 5, 'it is not there any more')
        t.eq(s.say('STAT'), '+OK 1 %d' % len(TWO), 'STAT does not count it')
        t.eq([s.lines('LIST'), s.lines('UIDL')], [['2 %d' % len(TWO)],
            ['2 1764000001.two.host']], 'nor do LIST and UIDL')
        t.ok(s.say('RSET').startswith('+OK'), 'RSET')
        t.eq(len(s.lines('LIST')), 2, 'it is there again')
        t.eq(s.quit(), ('+OK deleted: 0 messages', 0), 'QUIT')
    t.eq(box.names(), ['cur/1764000000.one.host,S=22:2,S',
        'cur/1764000001.two.host,S=40,W=40:2,S'],
        'what was fetched whole is marked as seen')
    t.eq(box.logged(), ['pop3d: user=alice client=192.0.2.7 got=2/%d '
        'deleted=0 left=2 seen=1 end=quit' % (len(wire(ONE)) + len(TWO))],
        'the log')


def only_looked_at(t, top):
    box = two(top, 'looked')
    with box.session() as s:
        s.lines('LIST'), s.lines('UIDL'), s.many('TOP 1 5')
        s.quit()
    t.eq(box.names('new'), ['new/1764000000.one.host,S=22'],
        'TOP and lists leave a message in new/')


def long_lines(t, top):
    with two(top, 'long').session() as s:
        t.eq(s.say('NOOP' + ' ' * 506), '+OK', 'a line of 512 octets')
        for n in 507, 1000, 100000:
            said = s.say('NOOP' + ' ' * n)
            t.ok(said.startswith('-ERR') and s.say('NOOP') == '+OK',
                'one of %d is refused, the next is not' % (n + 6), said)


def pipelined(t, top):
    box = two(top, 'pipelined')
    for way in 'a socket', 'pipes':
        commands = b'STAT\r\nUIDL 2\nRETR 2\r\nfoo\r\nTOP 2 0\r\nNOOP\r\n' \
            b'QUIT\r\nNOOP\r\n'
        if way == 'pipes':
            code, said = box.run(commands)
        else:
            with box.session() as s:
                s.socket.sendall(commands)
                said = s.greeting.encode() + b'\r\n' + s.file.read()
                code = s.process.wait(WAIT_S)
        t.eq((code, said), (0, b'+OK 2 messages\r\n+OK 2 67\r\n'
            b'+OK 2 1764000001.two.host\r\n+OK\r\n' + TWO + b'.\r\n'
            b'-ERR there is no such command\r\n+OK\r\nSubject: two\r\n\r\n.\r\n'
            b'+OK\r\n+OK deleted: 0 messages\r\n'),
            'many commands at once, by %s' % way)
    with box.session() as s:
        s.send(*['NOOP'] * 20000 + ['RETR 2'] * 1)
        answers = [s.line() for _ in range(20000)]
        t.ok(set(answers) == {'+OK'} and s.many()[1] == TWO, '20,000 NOOPs')


ODD = [
    ('CRLF line ends', b'Subject: x\r\n\r\n.\r\n..\r\nb\r\n'),
    ('both line ends', b'Subject: x\r\n\na\r\nb\n\r\n'),
    ('bare CRs', b'a\rb\r\r\n\r.\r\n\rc\r'),
    ('NULs', b'Subject: \0\n\n\0\0\n.\0\n'),
    ('lines of 100,000 octets', b'.' * 100000 + b'\n' + b'x' * 100000),
    ('CRLF cut by every buffer', b'x' * 32767 + b'\r\n' + b'x' * 32766 +
        b'\r\n.' + b'x' * 32764 + b'\n'),
    ('32,768 octets', b'x' * 32767 + b'\n'),
    ('dots alone', b'.\n' * 70000),
    ('line ends alone', b'\n' * 70000),
]


def octet_for_octet(t, top):
    """RETR is the file with CRLF, and as long as LIST said."""
    box = Box(top, 'octets')
    letters = [(name, octets if n % 2 else octets.replace(b'\r\n', b'\n'))
        for n, (name, octets) in enumerate(made(200))]
    letters += BY_HAND + DESCRIPTORS_ONLY + ODD
    for n, (name, octets) in enumerate(letters):
        file = '%d.%d.host' % (1764000000 + n, n)
        if n % 3 == 0:
            file += ',S=%d,W=%d' % (len(octets), len(wire(octets)))
        box.put(file, octets)
    with box.session() as s:
        sizes = [int(line.split()[1]) for line in s.lines('LIST')]
        t.eq(s.say('STAT'), '+OK %d %d' % (len(letters), sum(sizes)), 'STAT')
        for n, (name, octets) in enumerate(letters):
            want = wire(octets)
            _, got = s.many('RETR %d' % (n + 1))
            top_3 = s.many('TOP %d 3' % (n + 1))[1]
            t.ok(got == want and sizes[n] == len(want) and
                top_3 == top_of(want, 3), name, len(want), len(got), sizes[n],
                repr(top_3[-100:]))
        t.eq(s.quit()[1], 0, 'QUIT')
    t.eq(len(box.names('cur')), len(letters), 'all are marked as seen')


def top_of(octets, lines):
    """The header, the empty line and so many lines, the plain way."""
    parts = octets.split(b'\r\n')		# the last one is empty
    head = parts.index(b'')
    return b''.join(one + b'\r\n' for one in parts[:-1][:head + 1 + lines])


def big(t, top):
    box = Box(top, 'big')
    r = random.Random(SEED)
    line = b'.' + bytes(r.randrange(32, 127) for _ in range(70)) + b'\n'
    octets = b'Subject: big\n\n' + line * (40000000 // len(line))
    box.put('1.big', octets)
    with box.session() as s:
        _, got = s.many('RETR 1')
        t.ok(got == wire(octets), 'a message of 40 MB')
        if not SANITIZED:
            peak = int(status(s.process.pid)['VmHWM'].split()[0])
            t.ok(peak < 4000, 'in less than 4 MB of memory', peak)


def unique_ids(t, top):
    box = Box(top, 'uidl')
    names = ['1.a.host', '2.b.host,S=1', '3.c.host,S=1,W=2', '4.' + 'd' * 68,
        '5.' + 'e' * 69, '6.gr\u00fc\u00df', '7.a b']
    for name in names:
        box.put(name, b'x\n')
    with box.session() as s:
        first = [line.split(' ')[1] for line in s.lines('UIDL')]
        for n in range(len(names)):
            s.many('RETR %d' % (n + 1))
        s.quit()
    t.eq(first[:4], [name.split(',')[0] for name in names[:4]],
        'a name that can be shown')
    t.ok(all(re.fullmatch('[0-9a-f]{32}', id) for id in first[4:]) and
        len(set(first)) == len(names), 'a hash of one that cannot', first)
    with box.session() as s:
        again = [line.split(' ')[1] for line in s.lines('UIDL')]
    t.eq((again, box.names('new')), (first, []), 'the same in cur/')


# Deleting.

def deleting(t, top):
    box = two(top, 'deleting')
    for n in range(2, 10):
        box.put('%d.n' % (1764000000 + n), b'x\n')
    with box.session() as s:
        for n in 1, 3, 5, 10:
            s.say('DELE %d' % n)
        s.many('RETR 2'), s.many('RETR 4')
        t.eq(len(box.names()), 10, 'DELE deletes nothing')
        t.eq(s.quit(), ('+OK deleted: 4 messages', 0), 'QUIT')
    t.eq(box.names(), ['cur/1764000001.two.host,S=40,W=40:2,S',
        'cur/1764000003.n:2,S', 'new/1764000005.n', 'new/1764000006.n',
        'new/1764000007.n', 'new/1764000008.n'], 'deletes just these')
    t.ok('deleted=4 left=6 seen=1 end=quit' in box.logged()[-1], 'the log',
        box.logged())


def with_quota(t, top):
    box = two(top, 'quota')
    box.put('1764000002.n,S=7', b'Text.\n\n')
    size = os.path.join(box.dir, 'maildirsize')
    with open(size, 'w') as f:
        f.write('1000S\n69 3\n')
    own(size)
    for command, want in ('STAT', '69 3\n'), ('DELE 3', '-7 -1\n'), \
            ('DELE 1', '-22 -1\n'):
        with box.session() as s:
            s.say(command)
            s.quit()
        t.ok(read(size).decode().endswith('\n' + want), command +
            ' and the quota', read(size))
    t.eq(read(size).decode(), '1000S\n69 3\n-7 -1\n-22 -1\n', 'all of it')


def no_quit(t, top):
    """What is no QUIT deletes nothing and marks nothing."""
    for name, end in (('killed', lambda s: s.process.kill()),
            ('terminated', lambda s: s.process.terminate()),
            ('connection lost', lambda s: s.hang_up()),
            ('input ended', lambda s: s.socket.shutdown(socket.SHUT_WR)),
            ('half a QUIT', lambda s: (s.socket.sendall(b'QUIT'),
                s.socket.shutdown(socket.SHUT_WR))),
            ('deadline', None), ('session\'s deadline', None)):
        box = two(top, 'no ' + name)
        before = box.names()
        settings = {'deadline': {'POP3_IDLE_S': 1}, 'session\'s deadline':
            {'POP3_SESSION_S': 1, 'POP3_IDLE_S': 2}}.get(name, {})
        with box.session(**settings) as s:
            s.many('RETR 1')
            s.say('DELE 1')
            s.say('DELE 2')
            if end is not None:
                end(s)
            code = s.process.wait(WAIT_S)
            if not s.file.closed:
                t.eq(s.file.read(), b'', name + ': nothing is said')
        t.eq(box.names(), before, name + ': nothing is deleted')
        why = {'killed': None, 'terminated': None, 'deadline': 'idle',
            'session\'s deadline': 'session'}.get(name, 'lost')
        if why is None:
            t.eq((code < 0, box.logged()), (True, []), name + ': no log')
        else:
            t.ok(code == 0 and len(box.logged()) == 1 and 'deleted=0 left=2 '
                'seen=0 end=' + why in box.logged()[0], name + ': the log',
                code, box.logged())


def does_not_read(t, top):
    box = Box(top, 'stuck')
    box.put('1.big', b'x' * 20000000)
    with box.session(POP3_IDLE_S=1) as s:
        s.send('DELE 1', 'RSET', 'RETR 1', 'DELE 1', 'QUIT')
        t.eq(s.process.wait(WAIT_S), 0, 'a client that does not read')
    t.eq(box.names(), ['new/1.big'], 'deletes and marks nothing')
    t.ok(box.logged()[-1].endswith('got=0/0 deleted=0 left=1 seen=0 '
        'end=stuck'), 'the log', box.logged())


def read_only(t, top):
    box = two(top, 'read only')
    before = box.names()
    os.chmod(box.dir + '/cur', 0o500)
    with box.session() as s:
        s.many('RETR 2')
        s.say('DELE 1')
        s.say('DELE 2')
        said, code = s.quit()
        t.ok(said == '-ERR [SYS/PERM] not deleted: 2 of 2 messages' and
            code == 111, 'a folder that cannot be written', said, code)
    t.eq(box.names(), before, 'all is there, in both folders')
    t.ok(any('not deleted=2: Permission denied' in line for line in
        box.logged()), 'the log says why', box.logged())
    with box.session() as s:
        s.many('RETR 1')
        t.eq(s.quit(), ('+OK deleted: 0 messages', 0),
            'without DELE it is no failure')
    t.eq(box.names(), before, 'and it stays in new/')
    os.chmod(box.dir + '/cur', 0o700)


# Others, meanwhile.

def renamed_or_gone(t, top):
    box = two(top, 'renamed')
    box.put('1764000002.three', b'3\n')
    box.put('1764000003.four', b'4\n')
    at = box.dir + '/'
    with box.session() as s:
        os.rename(at + 'new/1764000000.one.host,S=22',
            at + 'cur/1764000000.one.host,S=22:2,')
        os.rename(at + 'cur/1764000001.two.host,S=40,W=40:2,S',
            at + 'cur/1764000001.two.host,S=40,W=40:2,FRS')
        os.unlink(at + 'new/1764000002.three')
        box.put('1763999999.late', b'late\n')
        t.eq([s.many('RETR %d' % n)[1] for n in (1, 2)], [wire(ONE), TWO],
            'renamed messages are found')
        for line in 'RETR 3', 'TOP 3 1':
            t.eq(s.say(line), '-ERR message 3 is gone', line)
        t.eq(s.many('RETR 4')[1], b'4\r\n', 'the session goes on')
        t.eq(len(s.lines('UIDL')), 4, 'the numbers stay')
        os.rename(at + 'cur/1764000000.one.host,S=22:2,',
            at + 'cur/1764000000.one.host,S=22:2,R')
        for n in 1, 3:
            s.say('DELE %d' % n)
        t.eq(s.quit(), ('+OK deleted: 2 messages', 0),
            'what is renamed again is deleted, what is gone is as good')
    t.eq(box.names(), ['cur/1764000001.two.host,S=40,W=40:2,FRS',
        'cur/1764000003.four:2,S', 'new/1763999999.late'], 'the rest stays')


def two_sessions(t, top):
    box = two(top, 'two')
    with box.session() as a, box.session() as b:
        a.many('RETR 1'), b.many('RETR 1')
        a.say('DELE 2'), b.say('DELE 2')
        t.eq(a.quit(), ('+OK deleted: 1 messages', 0), 'one session')
        t.eq(b.say('RETR 2'), '-ERR message 2 is deleted', 'the other')
        t.eq(b.many('RETR 1')[1], wire(ONE), 'finds what was moved')
        t.eq(b.quit(), ('+OK deleted: 1 messages', 0), 'and ends well')
    t.eq(box.names(), ['cur/1764000000.one.host,S=22:2,S'], 'what is left')


@contextlib.contextmanager
def meanwhile(work):
    """work(stop) in a thread until the block is done; what it raises, too."""
    stop, wrong = threading.Event(), []

    def run():
        try:
            work(stop)
        except Exception as e:
            wrong.append(e)
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if wrong:
        raise wrong[0]


def deliveries(t, top):
    """All that is delivered while two clients fetch and delete is fetched."""
    box = Box(top, 'deliveries')
    count, got, wrong = 300, [], []
    done = threading.Event()

    def deliver(_):
        for n in range(count):
            box.put('%d.%d,S=9' % (1764000000 + n // 7, n), b'text %4d' % n)
        done.set()

    def fetch():
        try:
            last = False
            while not last:
                last = done.is_set()
                with box.session() as s:
                    for n in range(len(s.lines('LIST'))):
                        octets = s.many('RETR %d' % (n + 1))[1]
                        if octets is not None:
                            got.append(octets)
                            s.say('DELE %d' % (n + 1))
                    s.quit()
        except Exception as e:
            wrong.append(e)
    with meanwhile(deliver):
        clients = [threading.Thread(target=fetch) for _ in range(2)]
        for one in clients:
            one.start()
        for one in clients:
            one.join()
    t.eq(wrong, [], 'two clients and a deliverer')
    t.eq((set(got), box.names()), ({b'text %4d\r\n' % n for n in
        range(count)}, []), 'all is fetched, nothing left')


def renames(t, top):
    """While somebody else changes flags, no message is missing."""
    box = Box(top, 'renames')
    count = 200
    names = ['%d.%d' % (1764000000 + n, n) for n in range(count)]
    for name in names:
        box.put(name, b'text %s\n' % name.encode())
    at = box.dir + '/'

    def rename(stop):
        r = random.Random(SEED)
        now = {name: 'new/' + name for name in names}
        while not stop.is_set():
            for name in r.sample(names, 20):
                to = 'cur/%s:2,%s' % (name, r.choice(['', 'S', 'F', 'RS']))
                os.rename(at + now[name], at + to)
                now[name] = to
    listed, fetched = [], []
    with meanwhile(rename):
        for _ in range(15):
            with box.session() as s:
                listed.append(len(s.lines('UIDL')))
                fetched += [s.many('RETR %d' % n)[1] == b'text %s\r\n' %
                    names[n - 1].encode() for n in range(1, 201, 9)]
    t.eq(set(listed), {count}, 'all messages are listed, each time')
    t.eq(set(fetched), {True}, 'and can be fetched')


# The index beside the mail.

def with_index(t, top):
    """Sizes that were counted once are known without opening a message, and ids
    are the same with and without an index."""
    box = Box(top, 'index')
    names = ['%d.x,S=6' % (1764000000 + n) for n in range(20)]
    for n, name in enumerate(names):
        box.put(name + (':2,S' if n % 2 else ''), b'a\nb\n%d\n' % (n % 7),
            'cur' if n % 2 else 'new')

    def listed():
        with box.session() as s:
            said = s.lines('UIDL'), s.say('STAT'), s.lines('LIST')
            s.quit()
        return said
    first = listed()
    t.ok(os.path.exists(box.dir + '/correo-index'), 'there is an index')
    for name in box.names():
        os.chmod(os.path.join(box.dir, name), 0)
    t.eq(listed(), first, 'STAT and LIST open no message')
    for name in box.names():
        os.chmod(os.path.join(box.dir, name), 0o600)
    for name in os.listdir(box.dir):
        if name.startswith('correo-'):
            os.unlink(os.path.join(box.dir, name))
    t.eq(listed(), first, 'a deleted index is made anew')
    for spoil in b'', b'x' * 1000, b'\0' * 100000:
        for name in 'correo-index', 'correo-log', 'correo-uids':
            with open(os.path.join(box.dir, name), 'wb') as f:
                f.write(spoil)
            t.eq(listed(), first, 'a spoilt %s' % name)
    for name in os.listdir(box.dir):
        if name.startswith('correo-'):
            os.unlink(os.path.join(box.dir, name))
    os.chmod(box.dir, 0o500)
    t.eq(listed(), first, 'where there can be no index')
    t.ok(not os.path.exists(box.dir + '/correo-lock'), 'there is none')
    os.chmod(box.dir, 0o700)
    t.eq([line for line in box.logged() if 'end=quit' not in line], [],
        'nothing else in the log')


# The mailbox, the handover, the sandbox.

def no_mailbox(t, top):
    box = Box(top, 'missing', make=False)
    with box.session() as s:
        t.eq((s.greeting, s.say('STAT'), s.lines('UIDL'), s.quit()),
            ('+OK 0 messages', '+OK 0 0', [], ('+OK deleted: 0 messages', 0)),
            'a missing mailbox is an empty one')
    t.ok(not os.path.exists(box.dir) and 'there is no ' + box.dir in
        box.logged()[0], 'it is not made, and logged', box.logged())
    open(box.dir, 'w').close()
    for name, spoil in ('no folder', lambda: None), ('closed', lambda:
            (os.unlink(box.dir), Box(top, 'missing'), os.chmod(box.dir +
            '/cur', 0))):
        spoil()
        with box.session() as s:
            t.ok(s.greeting.startswith('-ERR [SYS/TEMP] ') and s.file.read()
                == b'' and s.process.wait(WAIT_S) == 111, 'an unreadable one: '
                + name, s.greeting)
        t.ok('cannot open ' + box.dir in box.logged()[-1], 'the log',
            box.logged())
    os.chmod(box.dir + '/cur', 0o700)
    home = Box(top, 'home')
    os.mkdir(home.dir + '/Maildir')
    os.mkdir(home.dir + '/Maildir/new')
    open(home.dir + '/Maildir/new/1.x', 'w').close()
    with home.session(MAILDIR='', HOME=home.dir) as s:
        t.eq(s.greeting, '+OK 1 messages', 'HOME/Maildir by default')


def settings(t, top):
    box = two(top, 'settings')
    for name, more in (('an argument', {'arguments': ['x']}),
            ('no HOME', {'MAILDIR': '', 'HOME': ''}),
            ('a deadline of 0', {'POP3_IDLE_S': 0}),
            ('words', {'POP3_SESSION_S': 'long'}),
            ('a HANDOVER_FD of 1', {'HANDOVER_FD': 1})):
        t.eq(box.run(b'STAT\r\n', **more), (100, b''), 'exit 100: ' + name)


@contextlib.contextmanager
def handing_over(box):
    """A session that waits for its connection: (Session, our socket)."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    os.set_inheritable(theirs.fileno(), True)
    s = Session(box, HANDOVER_FD=theirs.fileno(), pass_fds=[theirs.fileno()])
    theirs.close()
    ours.settimeout(WAIT_S)
    try:
        yield s, ours
    finally:
        ours.close()
        s.__exit__()


def handover(t, top):
    box = two(top, 'handover')
    with handing_over(box) as (s, front):
        t.eq(front.recv(100), b'ready\n', 'it is ready')
        s.send('STAT')
        s.socket.settimeout(0.3)
        try:
            early = s.socket.recv(100)
        except TimeoutError:
            early = None
        s.socket.settimeout(WAIT_S)
        t.eq(early, None, 'it says nothing before it has the connection')
        front.send(b'tag \nUIDL 1\r\nNO')
        s.socket.sendall(b'OP\r\n')	# behind the STAT of above
        t.eq([s.line() for _ in range(4)], ['+OK 2 messages',
            '+OK 1 1764000000.one.host', '-ERR there is no such command',
            '-ERR there is no such command'], 'what came with the login '
            'command is the first of its input')
        t.eq(front.recv(100), b'', 'the handover socket is closed')
        t.eq(s.quit(), ('+OK deleted: 0 messages', 0), 'QUIT')
    with handing_over(box) as (s, front):
        front.send(b'tag \n' + b'NOOP\r\n' * 2730)	# 16,380 octets
        lines = [s.line() for _ in range(2731)]
        t.eq(lines, ['+OK 2 messages'] + ['+OK'] * 2730, '16 KB of them')
    for name, record in (('no tag', b'STAT\r\n'), ('a tag', b'tag a1\n'),
            ('no line', b'tag '), ('another key', b'gat \n'),
            ('too much', b'tag \n' + b'x' * 16385), ('end of file', None)):
        with handing_over(box) as (s, front):
            front.recv(100)
            if record is None:
                front.close()
            else:
                front.send(record)
            t.eq((s.file.read(), s.process.wait(WAIT_S)), (b'', 111),
                'exit 111, and the client hears nothing: ' + name)
        t.ok(' no handover: ' in box.logged()[-1], 'the log', box.logged())
    os.chmod(box.dir, 0)
    with handing_over(box) as (s, front):
        ready = front.recv(100)
        front.send(b'tag \nSTAT\r\n')
        t.eq((ready, s.line()[:15], s.file.read(), s.process.wait(WAIT_S)),
            (b'ready\n', '-ERR [SYS/TEMP]', b'', 111),
            'a mailbox that cannot be read')
    os.chmod(box.dir, 0o700)


def sandbox(t, top):
    box = two(top, 'sandbox')
    secret = os.path.join(top, 'secret')
    with open(secret, 'w') as f:
        f.write('secret\n')
    os.symlink(secret, box.dir + '/new/9999999999.link')
    with box.session() as s:
        found = status(s.process.pid)
        t.eq(found['NoNewPrivs'], '1', 'no_new_privs')
        if ROOT:
            t.eq(found['Uid'].split(), ['60610'] * 4, 'the user\'s uid')
        if not SANITIZED:
            t.eq(found['Seccomp'], '2', 'seccomp')
        with open('/proc/%d/limits' % s.process.pid) as f:
            limits = f.read()
        t.ok(re.search(r'^Max processes +0 +0 ', limits, re.M) and
            re.search(r'^Max open files +16 +16 ', limits, re.M) and
            re.search(r'^Max core file size +0 +0 ', limits, re.M), 'limits',
            limits)
        level = ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1)
        if level < 2:
            t.skip('Landlock', 'this kernel has level %d' % level)
            return
        t.ok(s.say('RETR 3').startswith('-ERR [SYS/TEMP] '),
            'no file outside the mailbox can be read')
        t.eq(s.say('DELE 3')[:3], '+OK', 'a link can be deleted')
        s.quit()
    t.ok(os.path.exists(secret) and len(box.names()) == 2, 'and only the link')


def poplib_client(t, top):
    """Python's own client, over TCP."""
    box = two(top, 'poplib')
    with socket.create_server(('127.0.0.1', 0)) as server:
        def serve(_):
            connection, _ = server.accept()
            with connection:
                box.start(connection, connection).wait(WAIT_S)
        with meanwhile(serve):
            c = poplib.POP3('127.0.0.1', server.getsockname()[1], WAIT_S)
            t.eq(c.stat(), (2, len(wire(ONE)) + len(TWO)), 'poplib: stat')
            t.eq(c.list()[1], [b'1 %d' % len(wire(ONE)), b'2 %d' % len(TWO)],
                'list')
            t.eq(c.retr(1)[1:], (wire(ONE).splitlines(), len(wire(ONE))),
                'retr')
            t.eq(c.top(2, 1)[1], [b'Subject: two', b'', b'line 1'], 'top')
            t.eq(c.uidl(2), b'+OK 2 1764000001.two.host', 'uidl')
            t.ok('TOP' in c.capa(), 'capa')
            c.dele(1)
            t.ok(c.quit().startswith(b'+OK'), 'quit')
    t.eq(box.names(), ['cur/1764000001.two.host,S=40,W=40:2,S'], 'deleted')


def main():
    t = Tap()
    with folder() as top:
        for case in dialog, only_looked_at, long_lines, pipelined, \
                octet_for_octet, big, unique_ids, deleting, with_quota, no_quit, \
                does_not_read, read_only, renamed_or_gone, two_sessions, \
                deliveries, renames, with_index, no_mailbox, settings, handover, sandbox, \
                poplib_client:
            t.run(case, top)
    t.done()


main()
