#!/usr/bin/env python3
"""Real clients deliver through us: swaks, curl, msmtp, Python's smtplib; and
Postfix as the sending host with CORREO_LONG=1."""

import email.message
import os
import shutil
import smtplib
import subprocess
import sys

sys.dont_write_bytecode = True
from correo import Delivered, Instance, LONG, Skip, TOP, Tap, WAIT_S, folder, \
    wait_for

# With all the header lines that a client would else add.
LETTER = (b'From: Sender <sender@example.net>\nTo: alice@example.org\n'
    b'Subject: by a real client\nMessage-ID: <1@example.net>\n'
    b'Date: Tue, 24 Nov 2026 10:57:27 +0000\n\nThe first line.\n.\n.. dots\n'
    b'Gr\xc3\xbc\xc3\x9fe\n' + b'x' * 900 + b'\n')


def need(program):
    if not shutil.which(program):
        raise Skip('%s is not installed' % program)


def call(t, name, *command, stdin=b''):
    # HOME: nobody's own settings of these programs count here.
    done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=WAIT_S,
        env=dict(os.environ, HOME='/nonexistent'))
    return t.eq(done.returncode, 0, name) or t.ok(False, 'what it said',
        done.stdout.decode(errors='replace'))


def check(t, i, name, want, users=('alice', 'bob'), sender=
        'sender@example.net'):
    for user in users:
        files = i.arrived(user)
        t.eq(len(files), 1, '%s: %s has one file' % (name, user))
        one = Delivered(files[0])
        t.eq((one.sender, one.to), (sender, i.address(user)),
            '%s: Return-Path and Delivered-To' % name)
        t.ok(one.message == want if isinstance(want, bytes) else
            want(one.message), '%s: the message as it was' % name,
            repr(one.message[:3000]))
    i.empty()


def swaks(t, i):
    need('swaks')
    call(t, 'swaks', 'swaks', '--server', i.host, '--port', str(i.port),
        '--from', 'sender@example.net', '--to', '%s,%s' % (i.address('alice'),
        i.address('bob')), '--data', '-', '--no-strip-from', stdin=LETTER)
    check(t, i, 'swaks', lambda got: got.rstrip(b'\n') ==
        LETTER.rstrip(b'\n'))
    call(t, 'swaks with an attachment and PIPELINING', 'swaks', '--server',
        i.host, '--port', str(i.port), '--from', '<>', '--to',
        i.address('alice'), '--attach', '@' + __file__, '--pipeline')
    check(t, i, 'swaks', lambda got: b'Content-Disposition: attachment' in got,
        ['alice'], '')
    done = subprocess.run(['swaks', '--server', i.host, '--port', str(i.port),
        '--to', i.address('nobody')], stdout=subprocess.PIPE, timeout=WAIT_S)
    t.eq((done.returncode, b'550 5.1.1' in done.stdout), (24, True),
        'swaks is told of an unknown user')


def curl(t, i):
    need('curl')
    wire = LETTER.replace(b'\n', b'\r\n')
    call(t, 'curl', 'curl', '-sS', 'smtp://%s:%d/client.example' % (i.host,
        i.port), '--mail-from', 'sender@example.net', '--mail-rcpt',
        i.address('alice'), '--mail-rcpt', i.address('bob'), '-T', '-',
        stdin=wire)
    check(t, i, 'curl', LETTER)


def msmtp(t, i):
    need('msmtp')
    call(t, 'msmtp', 'msmtp', '--file=/dev/null', '--host=' + i.host, '--port=%d' %
        i.port, '--from=sender@example.net', '--', i.address('alice'),
        i.address('bob'), stdin=LETTER)
    check(t, i, 'msmtp', LETTER)


def smtplib_(t, i):
    m = email.message.EmailMessage()
    m['From'] = 'sender@example.net'
    m['To'] = '%s, %s' % (i.address('alice'), i.address('bob'))
    m['Subject'] = 'Grüße'
    m.set_content('Hello.\n.\n')
    with smtplib.SMTP(i.host, i.port, timeout=WAIT_S) as s:
        s.send_message(m)
    check(t, i, 'smtplib', bytes(m))
    with smtplib.SMTP(i.host, i.port, timeout=WAIT_S) as s:
        refused = s.sendmail('', [i.address('alice'), i.address('nobody')],
            b'\r\n')
        t.eq({to: code for to, (code, _) in refused.items()},
            {i.address('nobody'): 550}, 'smtplib is told who was refused')
    check(t, i, 'smtplib', b'\n', ['alice'], '')


class Tree:
    """What bench/postfix.py wants of whoever starts processes: nothing."""

    def enter(self):
        pass


def postfix(t, i, top):
    """Postfix takes letters by SMTP and sends them on to us."""
    if not LONG:
        raise Skip('CORREO_LONG=1 is not set')
    sys.path.append(os.path.join(TOP, 'bench'))
    import postfix as peer
    at = os.path.join(top, 'postfix')
    os.mkdir(at)
    try:
        server = peer.Server(Tree(), at, top, None, 'relay.example',
            [('x@relay.example', os.getuid(), os.getgid())],
            ['relayhost = [%s]:%d' % (i.host, i.port),
            'smtpd_recipient_restrictions = permit_mynetworks, reject'])
        server.start()
    except peer.Unavailable as why:
        raise Skip(str(why).splitlines()[0])
    try:
        for n in range(100):
            with smtplib.SMTP(server.host, server.port, timeout=WAIT_S) as s:
                s.sendmail('sender@example.net', [i.address('alice'),
                    i.address('bob')], LETTER.replace(b'\n', b'\r\n') +
                    b'%d\r\n' % n, mail_options=['BODY=8BITMIME'])
        wait_for(lambda: len(i.mail('alice')) >= 100 and
            len(i.mail('bob')) >= 100)
        for user in 'alice', 'bob':
            got = [Delivered(path).message for path in i.mail(user)]
            # Postfix writes its own Received in front.
            t.eq(sorted(one[one.index(b'From: Sender'):] for one in got),
                sorted(LETTER + b'%d\n' % n for n in range(100)),
                "Postfix: %s's hundred letters as they were" % user)
    finally:
        server.stop()
    i.empty()


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        for case in swaks, curl, msmtp, smtplib_:
            t.run(case, i)
        t.run(postfix, i, top)
        t.ok(i.idle(), 'the queue is empty at the end')
    t.done()


main()
