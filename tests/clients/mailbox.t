#!/usr/bin/env python3
"""Through the whole chain and back: what is sent by SMTP comes by POP3S byte
for byte, whatever program fetches it; a thousand messages; mail that arrives
while it is fetched."""

import os
import re
import sys
import threading

sys.dont_write_bytecode = True
from clients import *
from letters import BY_HAND, made
from correo import wire_form

COUNT = 1000


def as_sent(octets):
    """Without the header lines that we add, CRLF line ends as they are."""
    return octets.split(b'\r\n\tfor <', 1)[1].split(b'\r\n', 2)[2]


# What DATA can carry, with LF.
LETTERS = [octets.replace(b'\r\n', b'\n') for _, octets in made(200)] + \
    [octets for _, octets in BY_HAND if b'\r' not in octets]


def send_all(i, user, letters):
    """One connection; the order of delivery is that of their ids."""
    with i.smtp() as s:
        for octets in letters:
            s.send_message('sender@example.net', [i.address(user)],
                wire_form(octets))


def compare(t, got):
    """All of LETTERS, in any order?"""
    got = sorted(map(as_sent, got))
    want = sorted(octets.replace(b'\n', b'\r\n') for octets in LETTERS)
    t.eq(len(got), len(want), '... all come')
    wrong = [one[:300] for one in want if one not in got][:5]
    t.ok(got == want, '... byte for byte as they were sent', *wrong)


def byte_for_byte(t, i, top):
    send_all(i, 'bob', LETTERS)
    i.arrived('bob', len(LETTERS))
    with pop3(i, 'bob') as s:
        sizes = s.many('LIST')[1].split()[1::2]
        got = [s.many('RETR %d' % n)[1] for n in range(1, len(LETTERS) + 1)]
        s.ask('QUIT')
    t.eq([int(size) for size in sizes], [len(one) for one in got],
        'each is as long as LIST says')
    compare(t, got)


MPOP = '''account default
host localhost
port %s
user bob
password %s
tls on
tls_starttls off
tls_trust_file %s
delivery maildir %s
keep %s
received_header off
uidls_file %s
'''


def by_mpop(t, i, top):
    """The same ones, by a program that sends its commands without waiting."""
    need('mpop')
    home = Home(top, 'mpop')
    home.write('.mpoprc', MPOP % (i.env['POP3S'], i.env['PASS2'],
        i.env['CAFILE'], home.maildir('got'), 'on', home.at('uidls')))
    code, said = home.run('mpop', '-Q')
    t.eq(code, 0, 'mpop, a Maildir') or t.ok(False, 'it said', said)
    compare(t, [read(home.at('got', 'new', name)).replace(b'\n', b'\r\n')
        for name in os.listdir(home.at('got', 'new'))])


def a_thousand(t, i, top):
    i.empty('bob')
    send_all(i, 'bob', (letter(n) for n in range(COUNT)))
    t.eq(len(i.arrived('bob', COUNT)), COUNT, '%d are delivered' % COUNT)
    with pop3(i, 'bob') as s:
        t.eq(int(s.ask('STAT').split()[1]), COUNT, 'STAT')
        ids = s.many('UIDL')[1].split()[1::2]
        t.eq(len(set(ids)), COUNT, 'as many ids')
        numbers = set()
        for n in range(1, COUNT + 1):
            found = re.search(rb'Subject: letter (\d+)\r',
                s.many('RETR %d' % n)[1])
            numbers.add(int(found.group(1)))
            if n % 2:
                s.ask('DELE %d' % n)
        t.eq(numbers, set(range(COUNT)), 'each is there once')
        t.ok(s.ask('QUIT').startswith(b'+OK'), 'every second is deleted')
    with pop3(i, 'bob') as s:
        t.eq(s.many('UIDL')[1].split()[1::2], ids[1::2],
            'the others stay, their ids and their order too')
        s.ask('QUIT')


def the_rest_by_mpop(t, i, top):
    need('mpop')
    home = Home(top, 'mpop-rest')
    home.write('.mpoprc', MPOP % (i.env['POP3S'], i.env['PASS2'],
        i.env['CAFILE'], home.maildir('got'), 'off', home.at('uidls')))
    code, said = home.run('mpop', '-Q')
    t.eq((code, len(os.listdir(home.at('got', 'new'))), i.mail('bob') +
        i.mail('bob', 'cur')), (0, COUNT // 2, []), 'mpop fetches and deletes '
        'the rest') or t.ok(False, 'it said', said)


def visit(i, user):
    """The numbers of the letters that are there; they are deleted."""
    got = []
    with pop3(i, user) as s:
        for n in range(1, int(s.ask('STAT').split()[1]) + 1):
            got.append(int(re.search(rb'Subject: letter (\d+)\r',
                s.many('RETR %d' % n)[1]).group(1)))
            s.ask('DELE %d' % n)
        s.ask('QUIT')
    return got


def meanwhile(t, i, top):
    """One fetches and deletes while mail arrives: each comes once."""
    count, wrong, got = 300, [], []
    visited, done = threading.Event(), threading.Event()

    def send():
        try:
            send_all(i, 'carol', (letter(n) for n in range(count // 2)))
            visited.wait(WAIT_S)
            send_all(i, 'carol', (letter(n) for n in range(count // 2,
                count)))
            i.idle()
        except Exception as e:
            wrong.append(e)
        done.set()
    sender = threading.Thread(target=send)
    sender.start()
    try:
        last = False
        while not last:
            last = done.is_set()
            got += visit(i, 'carol')
            visited.set()
    finally:
        visited.set()
        sender.join()
    t.eq(wrong, [], 'the sender is done')
    t.eq(sorted(got), list(range(count)), 'each comes, and once')
    t.eq(i.mail('carol') + i.mail('carol', 'cur'), [], 'nothing is left')


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        for case in byte_for_byte, by_mpop, a_thousand, the_rest_by_mpop, \
                meanwhile:
            t.run(case, i, top)
    t.done()


main()
