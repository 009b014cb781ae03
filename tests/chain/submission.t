#!/usr/bin/env python3
"""STARTTLS, AUTH and submission, octet by octet and by real clients.
source: RFC 3207, 4954, 4616, 6409, 3848"""

import base64
import contextlib
import os
import re
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys

sys.dont_write_bytecode = True
from correo import BIN, Delivered, Instance, ROOT, Skip, Smtp, Tap, TOP, \
    WAIT_S, folder, queue_id, read, wait_for

SANITIZED = b'__asan_init' in read(os.path.join(BIN, 'smtpd-front'))
NO_LEAKS = {'ASAN_OPTIONS': 'detect_leaks=0'}	# it would need /proc
ADDED = re.compile(rb'Date: \w{3}, \d+ \w{3} \d{4} [\d:]{8} \+0000\n'
    rb'(?:From: alice@example\.org\n)?'
    rb'Message-ID: <[0-9a-f]{32}\.\d+@mail\.example\.org>\n')
seen = []		# every reply of every case, for enhanced_codes


class Client(Smtp):
    """A session from an address of its own: auth counts failures by address."""

    count = 1

    def __init__(self, i, port=None, implicit=False, ehlo=True):
        Client.count += 1
        self.i, self.seconds, self.replies = i, WAIT_S, []
        self.address = '127.0.0.%d' % Client.count
        self.socket = socket.create_connection((i.host, int(port or i.port)),
            WAIT_S, (self.address, 0))
        self.file = self.socket.makefile('rb')
        if implicit:
            self.wrap()
        self.greeting = self.reply()
        if ehlo:
            self.hello = self.command('EHLO client.example.net')

    def wrap(self):
        self.file.close()
        context = ssl.create_default_context(cafile=self.i.env['CAFILE'])
        self.socket = context.wrap_socket(self.socket,
            server_hostname=self.i.name)
        self.file = self.socket.makefile('rb')

    def start_tls(self):
        answer = self.command('STARTTLS')
        if answer.code != 220:
            raise RuntimeError('STARTTLS: %s' % answer)
        self.wrap()
        self.hello = self.command('EHLO client.example.net')

    def login(self, user='alice'):
        answer = self.command('AUTH PLAIN ' + plain(user, self.i.secret(user)))
        if answer.code != 235:
            raise RuntimeError('AUTH: %s' % answer)

    def lines(self, *lines, end=b'\n'):
        """Lines with ends of our choice; the replies' codes."""
        codes = []
        for line in lines:
            self.write(line.encode() + end)
            answer = self.reply()
            codes.append(answer and answer.code)
        return codes

    def offers(self):
        return [line[4:].decode() for line in self.hello.lines[1:]]


class Site(Instance):
    def secret(self, user):
        n = [n for n in (1, 2, 3) if self.env['USER%d' % n] == user][0]
        return self.env['PASS%d' % n]

    def client(self, listener='SMTP', **more):
        return session(Client(self, self.env[listener], listener == 'SMTPS',
            **more))


@contextlib.contextmanager
def session(s):
    try:
        yield s
    finally:
        s.close()
        seen.extend(s.replies)


def b64(*parts):
    return base64.b64encode('\0'.join(parts).encode()).decode()


def plain(user, secret, whose=''):
    return b64(whose, user, secret)


def says(t, s, line, code, enhanced=None, name=None):
    answer = s.command(line)
    t.ok(answer is not None and answer.code == code and enhanced in
        (None, answer.enhanced), name or '%s: %d %s' % (line[:40], code,
        enhanced or ''), answer)
    return answer


def closed(t, s, name):
    try:
        t.ok(s.reply() is None, name)
    except ssl.SSLError as e:
        t.ok(False, name, e)


@contextlib.contextmanager
def listener(i, *wrapper, **settings):
    """A listener of our own beside the instance's: its port."""
    env = dict(os.environ, **i.settings())
    user = []
    if ROOT and not wrapper:
        user = ['-u', env['NET_UID'], '-g', env['NET_GID']]
    env.update(NO_LEAKS, **settings)
    p = subprocess.Popen(['tcpserver', '-1', '-DHR', '-l0', *user, i.host, '0',
        *wrapper, os.path.join(i.root, 'libexec', 'smtpd-front')], env=env,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd='/',
        stdin=subprocess.DEVNULL)
    try:
        yield int(p.stdout.readline())
    finally:
        p.terminate()
        p.wait(WAIT_S)
        p.stdout.close()


# TLS.

def offers(t, i):
    usual = ['PIPELINING', 'SIZE 67108864', '8BITMIME', 'DSN']
    for name, before, after in [
            ('SMTP', ['STARTTLS'], []),
            ('SUBMISSION', ['STARTTLS'], ['AUTH PLAIN LOGIN'])]:
        with i.client(name) as s:
            t.eq(s.offers(), usual + before + ['ENHANCEDSTATUSCODES'],
                '%s: EHLO in the clear' % name)
            s.start_tls()
            t.eq(s.offers(), usual + after + ['ENHANCEDSTATUSCODES'],
                '%s: and by TLS' % name)
    with i.client('SMTPS') as s:
        t.eq(s.offers(), usual + ['AUTH PLAIN LOGIN', 'ENHANCEDSTATUSCODES'],
            'SMTPS: TLS from the first octet')
        says(t, s, 'STARTTLS', 503, '5.5.1')
        s.login()
        s.hello = s.command('EHLO again')
        t.eq(s.offers(), usual + ['ENHANCEDSTATUSCODES'],
            'one login is enough')


def starttls(t, i):
    with i.client(ehlo=False) as s:
        says(t, s, 'STARTTLS', 503, '5.5.1', 'STARTTLS before EHLO')
        says(t, s, 'EHLO client.example.net', 250)
        says(t, s, 'STARTTLS now', 501, '5.5.4')
        s.envelope('a@b.example', [i.address('bob')])
        answer = says(t, s, 'STARTTLS', 220, '2.0.0')
        s.wrap()
        says(t, s, 'MAIL FROM:<a@b.example>', 503, '5.5.1',
            'all that was said before is forgotten')
        says(t, s, 'STARTTLS', 503, '5.5.1', 'STARTTLS by TLS')
        says(t, s, 'EHLO tls.example.net', 250)
        says(t, s, 'STARTTLS', 503, '5.5.1', 'and after EHLO')
        says(t, s, 'DATA', 503, '5.5.1')
        id = s.send_message('a@b.example', [i.address('bob')], b'x: y\r\n')
        says(t, s, 'QUIT', 221)
        closed(t, s, 'QUIT ends TLS too')
    one = Delivered(i.arrived('bob')[0])
    t.ok(one.received.startswith('Received: from tls.example.net ([127.0.0.')
        and ' with ESMTPS id %s\n' % id in one.received, 'with ESMTPS',
        one.received)
    t.eq(one.message, b'x: y\n', 'and octet by octet')
    i.empty()


def injected(t, i):
    """What somebody in between puts behind STARTTLS."""
    evil = 'MAIL FROM:<>\r\nRCPT TO:<%s>\r\nDATA\r\n.\r\n' % i.address('bob')
    with i.client() as s:
        s.write(b'STARTTLS\r\n' + evil.encode())
        answer = s.reply()
        t.ok(answer.code == 503 and answer.enhanced == '5.5.1',
            'octets in the packet of STARTTLS', answer)
        closed(t, s, 'the session ends')
    t.ok(i.logged('octets behind STARTTLS', s.address), 'and the log has it')
    with i.client() as s:
        says(t, s, 'STARTTLS', 220)
        s.write(b'NOOP\r\n' + evil.encode())
        rest = b''
        with contextlib.suppress(ConnectionResetError):
            rest = s.file.read()
        t.ok(b'250' not in rest, 'octets behind the 220 get no answer', rest)
    i.idle()
    t.eq(i.mail('bob'), [], 'and nothing comes of them')


def no_tls(t, i):
    """The service is down; the front goes on in the clear."""
    i.service('-d', 'tls')
    try:
        with i.client() as s:
            says(t, s, 'STARTTLS', 454, '4.7.0', 'no TLS now: 454')
            says(t, s, 'MAIL FROM:<a@b.example>', 250,
                name='and mail in the clear')
        with i.client('SUBMISSION') as s:
            says(t, s, 'STARTTLS', 454, '4.7.0')
            says(t, s, 'MAIL FROM:<>', 530, '5.7.0', 'but no submission')
    finally:
        i.service('-u', 'tls')
    with i.client() as s:
        s.start_tls()
        t.ok(True, 'TLS is there again')


def wrapper(t, i):
    """The other way to TLS: a wrapper before the front (UCSPI-TLS)."""
    tls_server = os.path.join(i.root, 'libexec', 'tls-server')
    with listener(i, tls_server, LISTEN_TLS='starttls', TLS_SOCKET='',
            SMTP_AUTH='required') as port, session(Client(i, port)) as s:
        s.start_tls()
        says(t, s, 'MAIL FROM:<>', 530, '5.7.0')
        s.login()
        s.send_message('alice', [i.address('bob')], b'x: y\r\n\r\n')
        t.ok('ESMTPSA' in Delivered(i.arrived('bob')[0]).received,
            'a wrapper: mail by TLS and a login')
        i.empty()
    with listener(i, tls_server, '-i', LISTEN_TLS='implicit',
            SMTP_AUTH='optional') as port, \
            session(Client(i, port, True)) as s:
        t.ok('AUTH PLAIN LOGIN' in s.offers(), 'and with -i')
    with listener(i, LISTEN_TLS='starttls') as port, \
            session(Client(i, port)) as s:
        t.ok('STARTTLS' not in s.offers(), 'no way to TLS: not offered')
        says(t, s, 'STARTTLS', 502, '5.5.1')


# AUTH.

def in_the_clear(t, i):
    right = 'AUTH PLAIN ' + plain('alice', i.secret('alice'))
    with i.client('SUBMISSION', ehlo=False) as s:
        says(t, s, right, 503, '5.5.1', 'AUTH before EHLO')
        says(t, s, 'EHLO client.example.net', 250)
        says(t, s, right, 530, '5.7.0', 'required: not before STARTTLS')
        says(t, s, 'AUTH LOGIN', 530, '5.7.0')
        answer = says(t, s, 'MAIL FROM:<>', 530, '5.7.0', 'nor is mail')
        t.ok('STARTTLS' in answer.text, 'and it is said how', answer)
        says(t, s, 'VRFY alice', 252, '2.5.2')
        s.start_tls()
        answer = says(t, s, 'MAIL FROM:<>', 530, '5.7.0', 'no login, no mail')
        t.ok('STARTTLS' not in answer.text, 'and that is said', answer)
        says(t, s, right, 235, '2.7.0')
        says(t, s, 'MAIL FROM:<>', 250, '2.1.0')
    with i.client() as s:
        s.start_tls()
        says(t, s, right, 502, '5.5.1', 'no AUTH where it is off')
        says(t, s, 'MAIL FROM:<a@b.example> AUTH=<>', 555, '5.5.4')
    for tls in 'none', 'starttls':
        with listener(i, LISTEN_TLS=tls, SMTP_AUTH='optional') as port, \
                session(Client(i, port)) as s:
            t.ok('AUTH PLAIN LOGIN' not in s.offers(), 'LISTEN_TLS=%s: '
                'AUTH is not offered in the clear' % tls)
            says(t, s, right, 538, '5.7.11')
            says(t, s, 'MAIL FROM:<a@b.example>', 250)


def mechanisms(t, i):
    secret = i.secret('alice')
    for name, lines in [
            ('PLAIN at once', [('AUTH PLAIN ' + plain('alice', secret), 235)]),
            ('PLAIN asked', [('AUTH PLAIN', '334 '),
                (plain('alice', secret), 235)]),
            ('LOGIN', [('AUTH LOGIN', '334 VXNlcm5hbWU6'),
                (b64('alice'), '334 UGFzc3dvcmQ6'), (b64(secret), 235)]),
            ('LOGIN, the name at once', [('AUTH LOGIN ' + b64('alice'),
                '334 UGFzc3dvcmQ6'), (b64(secret), 235)]),
            ('case and blanks', [('auth  plain   ' + plain('alice', secret) +
                '  ', 235)]),
            ('the whole address', [('AUTH PLAIN ' + plain('Alice@Example.org',
                secret), 235)]),
            ('the account twice', [('AUTH PLAIN ' + plain(i.address('alice'),
                secret, 'alice'), 235)])]:
        with i.client() as s:
            for line, want in lines:
                answer = s.command(line)
                t.eq(answer.code if isinstance(want, int) else answer.text,
                    want, '%s: %s' % (name, want))
            says(t, s, 'AUTH PLAIN ' + plain('alice', secret), 503, '5.5.1',
                'no second login')
            says(t, s, 'RSET', 250)
            says(t, s, 'AUTH LOGIN', 503, '5.5.1', 'RSET forgets none')


def wrong_words(t, i):
    with i.client() as s:
        for lines, code, enhanced in [
                (['AUTH'], 501, '5.5.4'),
                (['AUTH CRAM-MD5'], 504, '5.5.4'),
                (['AUTH PLAINLY ' + b64('x')], 504, '5.5.4'),
                (['AUTH PLAIN ='], 501, '5.5.2'),
                (['AUTH PLAIN x'], 501, '5.5.2'),
                (['AUTH PLAIN YQ'], 501, '5.5.2'),
                (['AUTH PLAIN YQ== YQ=='], 501, '5.5.2'),
                (['AUTH PLAIN', ''], 501, '5.5.2'),
                (['AUTH PLAIN', '='], 501, '5.5.2'),
                (['AUTH PLAIN', '*'], 501, '5.7.0'),
                (['AUTH PLAIN *'], 501, '5.5.2'),
                (['AUTH LOGIN', '*'], 501, '5.7.0'),
                (['AUTH LOGIN', b64('alice'), '*'], 501, '5.7.0'),
                (['AUTH LOGIN', ''], 501, '5.5.2'),
                (['AUTH LOGIN ='], 501, '5.5.2'),
                (['AUTH PLAIN ' + 'YWFh' * 1024], 500, '5.5.6'),
                (['AUTH PLAIN', 'YWFh' * 10000], 500, '5.5.6')]:
            for line in lines:
                answer = s.command(line)
            t.ok((answer.code, answer.enhanced) == (code, enhanced),
                '%r: %d %s' % ([line[:24] for line in lines], code, enhanced),
                answer)
        says(t, s, 'MAIL FROM:<a@b.example>', 250, name='it goes on')
        says(t, s, 'AUTH PLAIN', 503, '5.5.1', 'AUTH within a message')
        says(t, s, 'RSET', 250)
    with i.client() as s:
        says(t, s, 'HELO client.example.net', 250)
        says(t, s, 'AUTH PLAIN', 503, '5.5.1', 'AUTH after HELO')


def wrong_secrets(t, i):
    with i.client() as s:
        for who, line in [
                ('a wrong secret', plain('alice', 'wrong')),
                ('nobody', plain('nobody', i.secret('alice'))),
                ('another account', plain('alice', i.secret('alice'), 'bob')),
                ('a long name', plain('a' * 600, 'x'))]:
            says(t, s, 'AUTH PLAIN ' + line, 535, '5.7.8', who + ': 535')
        says(t, s, 'MAIL FROM:<a@b.example>', 250, name='optional: mail goes')
        says(t, s, 'RSET', 250)
        says(t, s, 'AUTH PLAIN ' + plain('nobody\n', 'x' * 600), 535, '5.7.8',
            'a fifth')
        answer = s.reply()
        t.ok(answer.code == 421 and answer.enhanced == '4.7.0',
            'five are too many', answer)
        closed(t, s, 'and the server hangs up')
    t.ok(i.logged('sent away after 5 failed logins', s.address),
        'the log has it')
    t.ok(len(i.logged('auth:', s.address, 'verdict=no')) == 2,
        'what cannot be right is not asked', i.logged('auth:', s.address))


def slowed_down(t, i):
    with i.client() as s:
        for _ in range(4):
            s.command('AUTH PLAIN ' + plain('mallory', 'x'))
        address = (s.address, 0)
        one = socket.create_connection((i.host, i.port), WAIT_S, address)
        two = Client.__new__(Client)
        two.i, two.replies, two.socket = i, [], one
        two.file = one.makefile('rb')
        two.reply()
        with session(two):
            two.command('EHLO client.example.net')
            says(t, two, 'AUTH PLAIN ' + plain('mallory', 'y'), 535)
            answer = says(t, two, 'AUTH PLAIN ' + plain('alice',
                i.secret('alice')), 454, '4.7.0', 'who guesses has to wait')
            t.ok(re.search(r'wait \d+ seconds', answer.text), 'and is told '
                'how long', answer)


def no_auth(t, i):
    i.service('-d', 'auth')
    try:
        with i.client() as s:
            says(t, s, 'AUTH PLAIN ' + plain('alice', i.secret('alice')), 454,
                '4.7.0', 'auth is down: 454')
            says(t, s, 'NOOP', 250, name='and the session goes on')
            i.service('-u', 'auth')
            s.login()
            t.ok(True, 'auth is there again, in the same session')
    finally:
        i.service('-u', 'auth')
    t.ok(i.logged('auth does not answer'), 'the log has it')


def forgotten_secrets(t, i):
    """No secret stays in the front's memory."""
    if SANITIZED:
        raise Skip('a sanitizer\'s memory is too large')
    with i.client() as s:
        before = set(i.processes('smtpd-front'))
        words = []
        # The last one's room is not used again by another.
        for n, line in enumerate(('AUTH PLAIN %s!', 'AUTH PLAIN %s' + 'YWFh' *
                1500, 'AUTH LOGIN', 'AUTH PLAIN', 'AUTH PLAIN %s')):
            secret = 'Xyzzy%d-0123456789-secret' % n
            words += [secret.encode(), base64.b64encode(secret.encode())[8:24],
                plain('eve', secret)[12:28].encode()]
            if '%' in line:
                s.command(line % plain('eve', secret))
                continue
            s.command(line)
            if 'LOGIN' in line:
                s.command(b64('eve'))
                s.command(b64(secret))
            else:
                s.command(plain('eve', secret))
        s.command('NOOP')
        found = []
        for pid in before:
            found += memory_has(pid, words)
        t.eq(found, [], 'none, and none as it came')
        t.ok(any(memory_has(pid, [b'client.example.net']) for pid in before),
            'the memory was looked at')


def memory_has(pid, words):
    found = []
    try:
        with open('/proc/%d/maps' % pid) as maps, \
                open('/proc/%d/mem' % pid, 'rb') as mem:
            for line in maps:
                if ' rw' not in line or '[v' in line:
                    continue
                begin, end = (int(x, 16) for x in line.split()[0].split('-'))
                mem.seek(begin)
                octets = mem.read(end - begin)
                found += [(w, line) for w in words if w in octets]
    except PermissionError:
        raise Skip('another process\'s memory cannot be read here')
    return found


# Submission.

def facts(t, i):
    """What the queue and the log know of a login."""
    i.service('-d', 'qrunner')
    try:
        with i.client('SMTPS') as s:
            s.login('bob')
            with_user = s.send_message('bob', [i.address('alice')], b'x: y\r\n')
        with i.client() as s:
            without = s.send_message('bob', [i.address('alice')], b'x: y\r\n')
        heads = [read(os.path.join(i.queue, 'msg', id)).split(b'\n\n')[0]
            .split(b'\n') for id in (with_user, without)]
        t.ok(b'user bob@example.org' in heads[0] and b'proto ESMTPSA' in
            heads[0], 'queue file: user and proto', heads[0])
        t.ok(not [x for x in heads[1] if x.startswith(b'user')] and
            b'proto ESMTP' in heads[1], 'none without a login', heads[1])
    finally:
        i.service('-u', 'qrunner')
    t.ok(i.logged('smtpd-front: id=' + with_user, ' user=bob@example.org '),
        'the log: user=')
    received = [Delivered(path).received for path in i.arrived('alice', 2)]
    t.ok(not any('bob' in r for r in received), 'Received does not tell',
        received)
    i.empty()
    with i.client('SMTPS') as s:
        s.login('bob')
        s.envelope('bob', [i.address('alice')])
        answer = says(t, s, 'RCPT TO:<a@elsewhere.example>', 550, '5.7.1')
        t.ok('no mail is sent from here' in answer.text, 'no way leads there',
            answer)
    t.ok(i.logged('user=bob@example.org', 'refused=5.7.1'), 'the log too')


def clear_login(t, i):
    """A login in the clear, where that is allowed, and what STARTTLS does to
    it."""
    with i.client() as s:
        s.login()
        s.send_message('alice', [i.address('bob')], b'x: y\r\n')
        t.ok(' with ESMTPA id' in Delivered(i.arrived('bob')[0]).received,
            'with ESMTPA')
        i.empty()
        s.start_tls()
        t.ok('AUTH PLAIN LOGIN' in s.offers(), 'STARTTLS forgets a login')
        s.send_message('alice', [i.address('bob')], b'x: y\r\n')
        t.ok(' with ESMTPS id' in Delivered(i.arrived('bob')[0]).received,
            'with ESMTPS')
        i.empty()
        s.login()
        says(t, s, 'MAIL FROM:<a@b.example> AUTH=<>', 250)
        says(t, s, 'RSET', 250)
        says(t, s, 'MAIL FROM:<a@b.example> AUTH=a+3Db@c.example SIZE=9', 250)
        says(t, s, 'RSET', 250)
        for bad in 'AUTH', 'AUTH=', 'AUTH=a=b', 'AUTH=+', 'AUTH=+3d':
            says(t, s, 'MAIL FROM:<a@b.example> ' + bad, 555 if bad == 'AUTH'
                else 501, '5.5.4')


def headers(t, i):
    for name, octets, want in [
            ('all missing', b'Subject: x\r\n\r\ntext\r\n',
                rb'Subject: x\nADDED\ntext\n'),
            ('all there', b'Date: x\r\nMESSAGE-ID: y\r\nFROM: z\r\n\r\n'
                b'text\r\n', rb'Date: x\nMESSAGE-ID: y\nFROM: z\n\ntext\n'),
            ('no header', b'\r\ntext\r\n', rb'ADDED\ntext\n'),
            ('no body', b'Subject: x\r\n', rb'Subject: x\nADDED'),
            ('nothing', b'', rb'ADDED'),
            ('text at once', b'text\r\n..\r\n', rb'ADDED\ntext\n\.\n'),
            ('a big one', b'Subject: x\r\n' + b'X-A: b\r\n' * 5000 + b'\r\n' +
                b'z' * 100000 + b'\r\n', rb'Subject: x\n(X-A: b\n){5000}ADDED'
                rb'\nz{100000}\n')]:
        with i.client('SMTPS') as s:
            s.login()
            s.envelope('alice', [i.address('bob')])
            t.eq(s.data(octets).code, 250, '%s: taken' % name)
        got = Delivered(i.arrived('bob')[0]).message
        t.ok(re.fullmatch(want.replace(b'ADDED', ADDED.pattern), got),
            '%s: complete' % name, got[:300])
        i.empty()
    for sender, field, want in [
            ('alice', b'', b'alice@example.org'),
            ('"a b"@x.example', b'', b'"a b"@x.example'),
            ('', b'', None),
            ('alice', b'from: Al <al@x.example>\r\n', None)]:
        with i.client('SMTPS') as s:
            s.login()
            s.send_message(sender, [i.address('bob')], b'Subject: x\r\n' +
                field + b'\r\n')
        got = Delivered(i.arrived('bob')[0]).message
        t.eq(re.findall(rb'(?m)^From: (.*)$', got), [want] if want else [],
            'From of <%s>, %s' % (sender, field or 'where it is missing'))
        i.empty()
    with i.client('SMTPS') as s:
        s.login()
        for octets in b'', b'', b'Date: x\r\n\r\n':
            s.envelope('alice', [i.address('bob')])
            s.data(octets)
        got = [Delivered(path).message for path in i.arrived('bob', 3)]
        ids = [re.search(rb'(?m)^Message-ID: (.*)$', one).group(1)
            for one in got]
        t.eq(len(set(ids)), 3, 'each its own Message-ID')
        i.empty()


# Line ends.

def typed(i, *more):
    return ['EHLO [127.0.0.1]', 'AUTH PLAIN ' + plain(i.address('alice'),
        i.secret('alice'), 'alice'), 'MAIL FROM:<alice>', 'RCPT TO:<%s>' %
        i.address('bob'), 'DATA', *more]


def lf_session(t, i):
    """Who logged in and has sent nothing but LF may go on so."""
    with i.client('SMTPS', ehlo=False) as s:
        t.eq(s.lines(*typed(i, 'Subject: x\n1234\n..\n.')), [250, 235, 250,
            250, 354, 250], 'a session of LF')
        t.eq(s.lines('MAIL FROM:<>', 'RCPT TO:<bob>', 'DATA', '\nx\n.',
            'QUIT'), [250, 250, 354, 250, 221], 'with a second message')
    got = [Delivered(path).message for path in i.arrived('bob', 2)]
    got.sort(key=len)
    t.ok(re.fullmatch(ADDED.pattern + rb'\nx\n', got[0]), 'one arrives', got)
    t.ok(re.fullmatch(rb'Subject: x\n' + ADDED.pattern + rb'\n1234\n\.\n',
        got[1]), 'and the other', got)
    i.empty()
    smuggled = 'MAIL FROM:<evil>\nRCPT TO:<bob>\nDATA\nevil\n.'
    for end in '\n.\r\n', '\r\n.\r\n', '\r\n..\n', 'x\r\n':
        with i.client('SMTPS', ehlo=False) as s:
            s.lines(*typed(i))
            s.write((end + smuggled.replace('\n.', '\n.\nNOOP\n')).encode())
            answers = s.reply(), s.reply()
            t.ok((answers[0].code, answers[0].enhanced, answers[1].code) ==
                (550, '5.5.2', 250), 'a CRLF in it, %r: one message, refused' %
                end, *answers)
    with i.client('SMTPS', ehlo=False) as s:
        s.lines(*typed(i)[:2])
        s.lines('NOOP', end=b'\r\n')
        s.lines(*typed(i)[2:])
        s.write(b'text\n.\n' + smuggled.encode() + b'\r\n.\r\n')
        answer = s.reply()
        t.ok(answer.code == 550 and answer.enhanced == '5.5.2',
            'once a CRLF, LF ends nothing', answer)
        t.eq(s.lines('NOOP'), [250], 'and one message in step')
    with i.client(ehlo=False) as s:
        s.lines('EHLO x', *typed(i)[2:])
        s.write(b'text\n.\n' + smuggled.encode() + b'\r\n.\r\n')
        t.eq(s.reply().code, 550, 'nor without a login')
        t.eq(s.lines('NOOP'), [250], 'one message in step')
    i.idle()
    t.eq(i.mail('bob'), [], 'nothing came of these')


# Real clients.

LETTER = b'From: alice\nTo: bob\nSubject: by a real client\n\ntext\n.\n'
WIRE = LETTER.replace(b'\n', b'\r\n')


def need(program):
    if not shutil.which(program):
        raise Skip('%s is not installed' % program)


def call(t, i, name, *command, stdin=LETTER):
    done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=WAIT_S, env=dict(os.environ,
        HOME='/nonexistent', SSL_CERT_FILE=i.env['CAFILE']))
    said = done.stdout.decode(errors='replace')
    if t.eq(done.returncode, 0, name) or t.ok(False, 'what it said', said):
        one = Delivered(i.arrived('bob')[0])
        t.ok(' with ESMTPSA id' in one.received and re.search(
            rb'(?mis)^Date: .*^Message-Id: |^Message-Id: .*^Date: ',
            one.message), '%s: it arrives' % name, one.received, one.message)
    i.empty()
    return said


def python(t, i):
    context = ssl.create_default_context(cafile=i.env['CAFILE'])
    context.check_hostname = False		# it is called by its address
    for name, implicit in ('SUBMISSION', False), ('SMTPS', True):
        if implicit:
            c = smtplib.SMTP_SSL(i.host, int(i.env[name]), timeout=WAIT_S,
                context=context)
        else:
            c = smtplib.SMTP(i.host, int(i.env[name]), timeout=WAIT_S)
            c.starttls(context=context)
        try:
            with_wrong = False
            try:
                c.login('alice', 'wrong')
            except smtplib.SMTPAuthenticationError:
                with_wrong = True
            t.ok(with_wrong, 'smtplib by %s: a wrong secret' % name)
            c.login('alice', i.secret('alice'))
            c.sendmail('alice@example.org', ['bob'], WIRE)
        finally:
            c.quit()
        t.ok('ESMTPSA' in Delivered(i.arrived('bob')[0]).received,
            'smtplib by %s: it arrives' % name)
        i.empty()


def swaks(t, i):
    need('swaks')
    for mechanism in 'PLAIN', 'LOGIN':
        for how in ['--tls', '--port', i.env['SUBMISSION']], \
                ['--tls-on-connect', '--port', i.env['SMTPS']]:
            call(t, i, 'swaks %s %s' % (mechanism, how[0]), 'swaks',
                '--server', i.host, *how, '--auth', mechanism, '--auth-user',
                'alice', '--auth-password', i.secret('alice'), '--from',
                'alice', '--to', 'bob')


def curl(t, i):
    need('curl')
    for url, more in ('smtp://%s:%s' % (i.host, i.env['SUBMISSION']),
            ['--ssl-reqd']), ('smtps://%s:%s' % (i.host, i.env['SMTPS']), []):
        call(t, i, 'curl %s' % url.split(':')[0], 'curl', '-sS', url, *more,
            '--cacert', i.env['CAFILE'], '--user', 'alice:' +
            i.secret('alice'), '--mail-from', 'alice', '--mail-rcpt', 'bob',
            '-T', '-', stdin=WIRE)


def msmtp(t, i):
    need('msmtp')
    for port, starttls in (i.env['SUBMISSION'], 'on'), (i.env['SMTPS'], 'off'):
        call(t, i, 'msmtp, tls-starttls %s' % starttls, 'msmtp', '--host',
            i.host, '--port', port, '--tls=on', '--tls-starttls=' + starttls,
            '--tls-trust-file=' + i.env['CAFILE'], '--auth=plain', '--user',
            'alice', '--passwordeval', 'echo ' + i.secret('alice'), '--from',
            'alice', 'bob')


def by_hand(t, i):
    """A dialog typed into openssl s_client, which sends the lines as they are
    typed: with LF."""
    need('openssl')
    lines = typed(i, 'From: "alice@example.org" <alice@example.org>',
        'To:  bob@example.org', 'Subject: probando', '1234', '.', 'QUIT')
    answered = lines[:5] + lines[-2:]
    for how in ['-connect', '%s:%s' % (i.host, i.env['SMTPS'])], \
            ['-starttls', 'smtp', '-connect', '%s:%s' % (i.host,
            i.env['SUBMISSION'])]:
        with subprocess.Popen(['openssl', 's_client', '-quiet', '-CAfile',
                i.env['CAFILE'], '-verify_return_error', *how],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL) as p:
            codes = []

            def answer():
                line = p.stdout.readline()
                while line[3:4] == b'-':
                    line = p.stdout.readline()
                codes.append(line[:3].decode())
            if '-starttls' not in how:
                answer()
                codes.clear()
            for line in lines:
                p.stdin.write(line.encode() + b'\n')
                p.stdin.flush()
                if line in answered:
                    answer()
            p.stdin.close()
        t.eq(codes, ['250', '235', '250', '250', '354', '250', '221'],
            'openssl s_client %s' % how[0])
        one = Delivered(i.arrived('bob')[0])
        t.ok(' with ESMTPSA id' in one.received and re.search(
            rb'Subject: probando\n' + ADDED.pattern + rb'\n1234\n\Z',
            one.message), 'it arrives', one.message)
        i.empty()


def senders(t, i):
    """SENDER_CHECK=own: who logged in sends as himself, or by an alias of
    his."""
    alice, bob = i.address('alice'), i.address('bob')
    i.add_lines('aliases', 'sales: alice', 'desk: bob, sales', 'boss: bob',
        'away: alice@elsewhere.example', 'bob: alice')
    his = [alice, alice.upper(), 'alice', '', i.address('sales'),
        i.address('desk'), bob]
    not_his = [i.address('boss') + 'x', 'alice@elsewhere.example',
        i.address('away'), i.address('carol'), i.address('nobody'),
        'alice@x.' + i.domain, '"a b"@' + i.domain]
    with listener(i, SMTP_AUTH='optional', AUTH_CLEAR='1',
            SENDER_CHECK='own') as port:
        with session(Client(i, port)) as s:
            says(t, s, 'MAIL FROM:<%s>' % bob, 250, '2.1.0', 'no login: any '
                'sender')
            s.command('RSET')
            s.login()
            for one in his:
                says(t, s, 'MAIL FROM:<%s> SIZE=9' % one, 250, '2.1.0')
                s.command('RSET')
            for one in not_his:
                says(t, s, 'MAIL FROM:<%s>' % one, 553, '5.7.1')
                says(t, s, 'RCPT TO:<%s>' % bob, 503, name='no transaction '
                    'has begun')
            s.send_message(i.address('desk'), [i.address('carol')],
                b'Subject: x\r\n\r\n')
            t.eq(Delivered(i.arrived('carol')[0]).sender, i.address('desk'),
                'mail as an alias of his goes')
        with session(Client(i, port)) as s:
            s.login('bob')
            says(t, s, 'MAIL FROM:<%s>' % bob, 250, name="one's own name is "
                "one's own, whatever an alias of it says")
            s.command('RSET')
            says(t, s, 'MAIL FROM:<%s>' % alice, 553, '5.7.1')
            i.service('-d', 'who-is')
            try:
                says(t, s, 'MAIL FROM:<%s>' % bob, 451, '4.3.0', 'no who-is: '
                    'not now')
            finally:
                i.service('-u', 'who-is')
            says(t, s, 'MAIL FROM:<%s>' % bob, 250, '2.1.0', 'who-is is back')
    with listener(i, SMTP_AUTH='optional', AUTH_CLEAR='1') as port, \
            session(Client(i, port)) as s:
        s.login()
        says(t, s, 'MAIL FROM:<x@example.net>', 250, '2.1.0', 'off: any')
    i.empty()


def settings(t, i):
    front = os.path.join(i.root, 'libexec', 'smtpd-front')
    for more, code in [({'SMTP_AUTH': 'yes'}, 100), ({'LISTEN_TLS': 'on'}, 100),
            ({'AUTH_CLEAR': '2'}, 100), ({'SENDER_CHECK': 'yes'},
            100), ({'SMTP_AUTH': 'optional',
            'AUTH_SOCKET': ''}, 100), ({'AUTH_SOCKET': ''}, 0)]:
        done = subprocess.run([front], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            timeout=WAIT_S, env={**os.environ, **i.settings(), **NO_LEAKS,
            **more})
        t.eq(done.returncode, code, '%s: %d' % (more, code))


def enhanced_codes(t):
    """RFC 2034: all but the greeting, EHLO, 334 and 354 have one."""
    bare = [answer.text for answer in seen if not answer.enhanced and
        not re.match(r'220 |334 |354 |250[ -]mail\.', answer.text)]
    wrong = [answer.text for answer in seen if answer.enhanced and
        answer.enhanced[0] != answer.text[0]]
    t.ok(len(seen) > 200, 'there were many replies', len(seen))
    t.eq((bare, wrong), ([], []), 'each reply has its enhanced code')


def main():
    t = Tap()
    with folder() as top:
        # A session that hangs is to fail, not the whole test.
        with Site(top, SMTP_TIMEOUT_S=30) as i:
            for case in offers, starttls, injected, no_tls, wrapper, \
                    in_the_clear, facts, headers, lf_session, python, swaks, \
                    curl, msmtp, by_hand, settings, senders:
                t.run(case, i)
        with Site(top, 'clear', SMTP_TIMEOUT_S=30, SMTP_AUTH='optional',
                AUTH_CLEAR=1) as i:
            for case in mechanisms, wrong_words, wrong_secrets, slowed_down, \
                    no_auth, forgotten_secrets, clear_login:
                t.run(case, i)
        t.run(enhanced_codes)
    t.done()


main()
