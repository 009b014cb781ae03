#!/usr/bin/env python3
"""correo-autoreply: who is answered, with what, and how often; and under
deliver-program, as a .forward has it."""

import os
import subprocess
import sys

sys.dont_write_bytecode = True
from local import BIN, Deliverer, Tap, UID, folder, make_home, read, verdict
from correo import Instance

BOB = 'bob@example.org'
LETTER = b'To: Bob <Bob@Example.org>\nSubject: =?utf-8?q?h=C3=A4?=\n' \
    b' there\nMessage-ID: <1@example.net>\n\nText.\n'
TEXT = 'I am away, '.encode() + b'\xc3\xa4.\n'


def reply(home, octets=LETTER, sender='alice@example.net', own=(BOB,), **env):
    """(exit code, what sendmail got: words and octets, the log)."""
    out = home + '/sent'
    if os.path.exists(out):
        os.unlink(out)
    done = subprocess.run([BIN + '/correo-autoreply', 'away', *own],
        input=octets, stderr=subprocess.PIPE, cwd=home, timeout=30,
        env=dict(SENDER=sender, SENDMAIL=home + '/sendmail', **env))
    return done.returncode, read(out) if os.path.exists(out) else b'', \
        done.stderr.decode()


def prepare(home, fails=False):
    with open(home + '/away', 'wb') as f:
        f.write(TEXT)
    with open(home + '/sendmail', 'w') as f:
        f.write('#!/bin/sh\n%sfor w; do echo "[$w]"; done >%s/sent\n'
            'cat >>%s/sent\n' % ('exit 75\n' if fails else '', home, home))
    os.chmod(home + '/sendmail', 0o755)


def answered(t, home):
    prepare(home)
    code, sent, log = reply(home, own=(BOB, 'b@example.com'))
    words, _, rest = sent.partition(b'From: ')
    t.eq((code, words.decode().split()), (0, ['[-i]', '[-f]', '[<>]', '[--]',
        '[alice@example.net]']), 'from the null sender')
    head, _, body = rest.partition(b'\n\n')
    head = dict(line.split(b': ', 1) for line in (b'From: ' +
        head).splitlines())
    head.pop(b'Date')
    t.eq({k.decode(): v.decode() for k, v in head.items()}, {'From': BOB,
        'To': 'alice@example.net', 'Subject': 'Auto: =?utf-8?q?h=C3=A4?= there',
        'In-Reply-To': '<1@example.net>', 'References': '<1@example.net>',
        'Auto-Submitted': 'auto-replied', 'MIME-Version': '1.0',
        'Content-Type': 'text/plain; charset=utf-8',
        'Content-Transfer-Encoding': '8bit'}, 'its header')
    t.eq(body, TEXT, 'and text')
    code, sent, log = reply(home, sender='Alice@example.net')
    t.eq((code, sent), (0, b''), 'once to each sender')
    t.ok('had one' in log, 'the log says why', log)
    t.ok(reply(home, sender='carol@example.net')[1], 'another one has his')
    seen = home + '/away.seen'
    with open(seen, 'w') as f:
        f.write('1 alice@example.net\n')
    t.ok(reply(home)[1], 'after seven days again')
    t.ok(b'\n' in read(seen) and not read(seen).startswith(b'1 '),
        'what is old is forgotten')


def silent(t, home):
    prepare(home)
    for what, kind in (('the null sender', dict(sender='')),
            ('MAILER-DAEMON', dict(sender='MAILER-DAEMON@example.net')),
            ('owner-', dict(sender='owner-list@example.net')),
            ('-request', dict(sender='list-request@example.net')),
            ('himself', dict(sender='Bob@example.org')),
            ('a list', dict(octets=b'List-Id: <l>\n' + LETTER)),
            ('bulk', dict(octets=b'Precedence: bulk\n' + LETTER)),
            ('a program', dict(octets=b'Auto-Submitted: auto-replied\n' +
                LETTER)),
            ('not to him', dict(own=('bob@example.com',))),
            ('a field behind 64 KiB', dict(octets=b'X: y\n' * 20000 +
                LETTER))):
        code, sent, log = reply(home, **kind)
        t.eq((code, sent, 'no reply' in log), (0, b'', True), what)
    t.ok(not os.path.exists(home + '/away.seen'), 'nobody is remembered')
    os.unlink(home + '/away')
    t.eq(reply(home)[:2], (0, b''), 'no text: he is back')


def failing(t, home):
    prepare(home, fails=True)
    code, sent, log = reply(home)
    t.eq((code, sent), (0, b''), 'sendmail fails')
    t.ok('could not be sent' in log, 'the log has it', log)
    prepare(home)
    t.eq(reply(home)[1], b'', 'and no second try')
    os.mkdir(home + '/away.seen.new')
    t.eq(reply(home, sender='dave@example.net')[:2], (111, b''),
        'a memory that cannot be written: nothing is sent')
    code = subprocess.run([BIN + '/correo-autoreply', 'away'],
        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    t.eq(code, 100, 'wrong usage')


def delivered(t, home):
    prepare(home)
    command = 'SENDMAIL=$HOME/sendmail correo-autoreply away ' + BOB
    with Deliverer(home, 'deliver-program', command) as d:
        a = d.deliver(LETTER, to=BOB + '|' + command)
    t.eq(verdict(a), ('done', '2.0.0'), 'as a .forward has it')
    t.ok(read(home + '/sent').endswith(TEXT), 'it is sent')
    t.eq(os.stat(home + '/away.seen').st_uid, UID, 'by the user')


def whole_chain(t, top):
    with Instance(top) as i:
        home = os.path.dirname(i.users['bob'])
        bob, alice = i.address('bob'), i.address('alice')
        for name, text in (('away', TEXT.decode()), ('.forward',
                '\\bob, "|correo-autoreply away %s"\n' % bob)):
            with open(os.path.join(home, name), 'w') as f:
                f.write(text)
            st = os.stat(home)
            os.chown(f.name, st.st_uid, st.st_gid)
        letter = b'To: %s\r\nSubject: x\r\n\r\nText.\r\n' % bob.encode()
        for _ in range(2):
            i.send(bob, letter, sender=alice)
        t.eq(len(i.arrived('bob', 2)), 2, 'bob has both letters')
        mail = i.arrived('alice')
        t.ok(mail and b'Auto-Submitted: auto-replied' in read(mail[0]) and
            read(mail[0]).startswith(b'Return-Path: <>\n'), 'alice has the '
            'answer', *i.log()[-10:])
        t.ok(i.idle(), 'nothing waits')
        t.eq(len(i.mail('alice')), 1, 'one answer')


def main():
    t = Tap()
    with folder() as top:
        t.run(whole_chain, top)
        for case in answered, silent, failing, delivered:
            t.run(case, make_home(top, case.__name__))
    t.done()


main()
