#!/usr/bin/env python3
"""What Thunderbird sends, octet for octet: fetching by POP3, with STLS or TLS
from the start, and submission; and its own way to understand the answers."""

import base64
import os
import re
import socket
import sys

sys.dont_write_bytecode = True
from clients import *
from correo import Delivered, Smtp

USER, SECRET = 'dora', 'Grüße, 1'
TOKEN = base64.b64encode(('\0%s\0%s' % (USER, SECRET)).encode()).decode()
WRONG = base64.b64encode(('\0%s\0wrong' % USER).encode()).decode()


class Pieces:
    """A socket that sends each octet by itself."""

    def __init__(self, over):
        self.over = over
        over.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def sendall(self, octets):
        for n in range(len(octets)):
            self.over.sendall(octets[n:n + 1])

    def __getattr__(self, name):
        return getattr(self.over, name)


class Bird(Pop3):
    """The client's side: RFC 1939 as Thunderbird reads it. Each answer is
    (status, text)."""

    def __init__(self, i, implicit, pieces=False):
        self.pieces, self.said = pieces, []
        super().__init__(i, implicit)

    def wrap(self):
        super().wrap()
        if self.pieces:
            self.socket = Pieces(self.socket)

    def ask(self, line):
        self.said.append(line.split(' ')[0])
        found = re.fullmatch(rb'(\+OK|-ERR|\+) ?(.*)\r\n', super().ask(line))
        if not found:
            raise ValueError('%s: no answer of POP3' % line)
        return found.group(1).decode(), found.group(2).decode()

    def multi(self, line):
        """The lines of an answer, or None."""
        if self.ask(line)[0] != '+OK':
            return None
        lines = list(iter(self.line, b'.\r\n'))
        if not all(one.endswith(b'\r\n') for one in lines):
            raise ValueError('%s: hung up' % line)
        return [one[one.startswith(b'..'):-2] for one in lines]

    def capabilities(self):
        """What it notes of CAPA: the ways to log in, and the rest."""
        lines = [one.decode().strip().upper() for one in self.multi('CAPA')]
        ways = [way for one in lines if one.startswith('SASL ')
            for way in one.split(' ')[1:]] + ['USERPASS'] * ('USER' in lines)
        return ways, [one.split(' ')[0] for one in lines]

    def begin(self):
        """Up to the login: CAPA, STLS, CAPA. The ways to log in."""
        ways, more = self.capabilities()
        if 'STLS' not in more:
            return ways
        if ways or self.ask('STLS')[0] != '+OK':
            raise ValueError('a login before STLS: %s' % ways)
        self.wrap()
        return self.capabilities()[0]

    def log_in(self, token=TOKEN):
        answer = self.ask('AUTH PLAIN')
        if answer[0] != '+':
            raise ValueError('AUTH PLAIN: %s' % (answer,))
        answer = self.ask(token)
        self.said[-1] = '(token)'
        return answer

    def numbered(self, line):
        """LIST and UIDL: {number: value}"""
        return dict(one.decode().split(' ') for one in self.multi(line))

    def open(self):
        """The login and what stands at the beginning of each visit: how many
        messages, their sizes and their ids."""
        self.begin()
        if self.log_in()[0] != '+OK':
            raise ValueError('no login')
        count = int(self.ask('STAT')[1].split(' ')[0])
        sizes = {n: int(size) for n, size in self.numbered('LIST').items()}
        return count, sizes, self.numbered('UIDL')


def octets(lines):
    return b''.join(one + b'\r\n' for one in lines)


def fetching(t, i, implicit, pieces):
    """First all are fetched and left; then only the new one, and the old ones
    are deleted by their ids."""
    name = ('TLS from the start' if implicit else 'STLS') + \
        (', octet by octet' if pieces else '')
    deliver(i, USER, *(letter(n, b'.\n..\n.x\n') for n in (1, 2, 3)))
    with Bird(i, implicit, pieces) as b:
        t.ok(not re.search(rb'<.+@.+>', b.greeting),
            '%s: no APOP in the greeting' % name, b.greeting)
        count, sizes, ids = b.open()
        t.eq((count, sorted(sizes), len(set(ids.values()))), (3,
            ['1', '2', '3'], 3), '%s: three messages' % name)
        got = {}
        for n in sizes:
            got[ids[n]] = octets(b.multi('RETR ' + n))
            t.eq(len(got[ids[n]]), sizes[n], '... %s as long as LIST said' % n)
        t.ok(all(one.endswith(b'\r\n\r\n.\r\n..\r\n.x\r\n')
            for one in got.values()), '... their dots')
        t.eq(b.ask('NOOP'), ('+OK', ''), '... NOOP in between')
        t.eq(b.ask('QUIT')[0], '+OK', '... QUIT')
        want = ['CAPA', 'AUTH', '(token)', 'STAT', 'LIST', 'UIDL'] + \
            ['RETR'] * 3 + ['NOOP', 'QUIT']
        t.eq(b.said, want if implicit else ['CAPA', 'STLS'] + want,
            '... no other command was needed')
    deliver(i, USER, letter(4))
    with Bird(i, implicit, pieces) as b:
        count, sizes, again = b.open()
        new = [n for n, id in again.items() if id not in got]
        t.eq((count, len(new)), (4, 1), '%s: later one is new' % name)
        t.ok(b'Subject: letter 4' in b.multi('RETR ' + new[0]), '... this one')
        for n in again:
            if n not in new:
                t.eq(b.ask('DELE ' + n)[0], '+OK', '... DELE')
        b.ask('QUIT')
    t.eq(len(i.mail(USER) + i.mail(USER, 'cur')), 1, '... one is left')
    i.empty()


def headers_only(t, i):
    """TOP n 0, or 20 lines of what is too large; the rest when asked for."""
    deliver(i, USER, letter(1, b'line\n' * 30000))
    with Bird(i, True) as b:
        _, sizes, ids = b.open()
        top = b.multi('TOP 1 0')
        t.ok(b'Subject: letter 1' in top and b'line' not in top,
            'headers alone', top)
        twenty = b.multi('TOP 1 20')
        t.eq((twenty[:len(top)], twenty[len(top):].count(b'line')), (top, 20),
            'twenty lines')
        b.ask('QUIT')
    with Bird(i, True) as b:
        _, sizes, again = b.open()
        t.eq(again, ids, 'the id is the same')
        t.eq(len(octets(b.multi('RETR 1'))), sizes['1'], 'and then all of it')
        t.eq((b.ask('DELE 1')[0], b.ask('QUIT')[0]), ('+OK', '+OK'), 'DELE')
    t.eq(i.mail(USER) + i.mail(USER, 'cur'), [], 'nothing is left')


def looking(t, i):
    """Is there something new? Nothing is; then it does not ask for more."""
    with Bird(i, True) as b:
        t.eq(b.begin(), ['PLAIN', 'USERPASS'], 'the ways to log in')
        t.eq(b.log_in()[0], '+OK', 'PLAIN')
        t.eq(b.ask('STAT'), ('+OK', '0 0'), 'nothing is there')
        t.eq(b.ask('QUIT')[0], '+OK', 'QUIT')


def wrong_secret(t, i):
    """PLAIN, then USER and PASS; it asks the user, and tries anew on the same
    connection."""
    with Bird(i, False) as b:
        b.begin()
        status, text = b.log_in(WRONG)
        t.ok(status == '-ERR' and text.startswith('[AUTH]'), 'PLAIN', text)
        t.eq(b.ask('USER ' + USER)[0], '+OK', 'USER')
        t.eq(b.ask('PASS wrong')[0], '-ERR', 'PASS')
        t.eq(b.log_in()[0], '+OK', 'and the right one, on this connection')
        b.ask('QUIT')


# Submission.

class Sender(Smtp):
    def __init__(self, i, listener, pieces=False):
        self.i, self.pieces = i, pieces
        self.implicit = listener == 'SMTPS'
        super().__init__('localhost', int(i.env[listener]), ehlo=False)

    def reply(self):
        # The first is the greeting: TLS may have to come before it.
        if self.implicit and not self.replies:
            self.wrap()
        return super().reply()

    def wrap(self):
        self.file.close()
        self.socket = context(self.i).wrap_socket(self.socket,
            server_hostname=self.i.name)
        self.file = self.socket.makefile('rb')
        if self.pieces:
            self.socket = Pieces(self.socket)

    def offers(self):
        answer = self.command('EHLO [127.0.0.1]')
        return [line[4:].decode().upper() for line in answer.lines[1:]]

    def begin(self, token=TOKEN):
        offers = self.offers()
        if not self.implicit:
            if 'STARTTLS' not in offers or self.command('STARTTLS').code != 220:
                raise ValueError('no STARTTLS: %s' % offers)
            self.wrap()
            offers = self.offers()
        return offers, self.command('AUTH PLAIN ' + token)


def message(n):
    return ('Message-ID: <%d@example.org>\r\nDate: Tue, 24 Nov 2026 10:57:27 '
        '+0000\r\nMIME-Version: 1.0\r\nUser-Agent: Mozilla Thunderbird\r\n'
        'Content-Language: es\r\nTo: bob@example.org\r\nFrom: Dora '
        '<dora@example.org>\r\nSubject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=\r\n'
        'Content-Type: text/plain; charset=UTF-8; format=flowed\r\n'
        'Content-Transfer-Encoding: 8bit\r\n\r\nEl ñandú\r\n.\r\n.. \r\n'
        '-- \r\nDora\r\n' % n).encode()


def sending(t, i, listener, pieces):
    """Two messages by one connection, as it keeps it for a while."""
    name = listener + (', octet by octet' if pieces else '')
    with Sender(i, listener, pieces) as s:
        offers, answer = s.begin()
        t.ok({'8BITMIME', 'AUTH PLAIN LOGIN'} <= set(offers) and any(re.match(
            r'SIZE \d', one) for one in offers), '%s: EHLO' % name, offers)
        t.eq(answer.code, 235, '... AUTH PLAIN')
        for n in 1, 2:
            octets = message(n)
            codes = [s.command(line).code for line in ('MAIL FROM:<%s> '
                'BODY=8BITMIME SIZE=%d' % (i.address(USER), len(octets)),
                'RCPT TO:<%s>' % i.address('bob'),
                'RCPT TO:<%s>' % i.address('carol'), 'DATA')]
            t.eq(codes, [250, 250, 250, 354], '... message %d' % n)
            s.write(re.sub(rb'\n\.', b'\n..', octets))
            s.write(b'.\r\n')
            t.eq(s.reply().code, 250, '... is taken')
        t.eq(s.command('QUIT').code, 221, '... QUIT')
    for user in 'bob', 'carol':
        got = sorted(Delivered(path).message for path in i.arrived(user, 2))
        t.eq(got, [message(n).replace(b'\r\n', b'\n') for n in (1, 2)],
            '... %s has both, octet for octet' % user)
    i.empty()


def refused(t, i):
    """What it shows to its user is the text of the reply."""
    with Sender(i, 'SUBMISSION') as s:
        offers, answer = s.begin(WRONG)
        t.eq((answer.code, s.command('AUTH LOGIN').text), (535,
            '334 VXNlcm5hbWU6'), 'a wrong secret: PLAIN, then LOGIN')
        t.eq(s.command(base64.b64encode(USER.encode()).decode()).text,
            '334 UGFzc3dvcmQ6', '... it asks for just this')
        t.eq(s.command(base64.b64encode(b'wrong').decode()).code, 535,
            '... LOGIN')
        t.eq(s.command('AUTH PLAIN ' + TOKEN).code, 235,
            '... and the right one, on this connection')
        most = int(re.search(r'SIZE (\d+)', '\n'.join(offers)).group(1))
        t.eq(s.command('MAIL FROM:<%s> BODY=8BITMIME SIZE=%d' % (
            i.address(USER), most + 1)).code, 552, 'a message too large')
        t.eq(s.command('MAIL FROM:<%s> BODY=8BITMIME SIZE=10' %
            i.address(USER)).code, 250, 'one that fits')
        answer = s.command('RCPT TO:<%s>' % i.address('nobody'))
        t.ok(answer.code == 550 and 'no such user' in answer.text,
            'an address that is not there', answer)
        s.command('QUIT')
    with Sender(i, 'SMTPS') as s:
        answer = s.command('EHLO [IPV6:::1]')
        t.eq(answer.code, 250, 'IPV6, as it writes it')


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        i.add_user(USER, secret=SECRET)
        for implicit in False, True:
            for pieces in False, True:
                t.run(fetching, i, implicit, pieces)
        for case in headers_only, looking, wrong_secret:
            t.run(case, i)
        for listener in 'SUBMISSION', 'SMTPS':
            for pieces in False, True:
                t.run(sending, i, listener, pieces)
        t.run(refused, i)
    t.done()


main()
