#!/usr/bin/env python3
"""The listeners imap and imaps of an instance: there when a program imapd is, with
TLS as their lines say, and a session as the user. The test's own imapd says who it
is."""

import imaplib
import os
import shutil
import ssl
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), 'login'))
from login import *
from correo import Instance

IMAPD = '#!' + PYTHON + r''' -S
import os, socket, sys
h = socket.socket(fileno=int(os.environ['HANDOVER_FD']))
h.send(b'ready\n')
line, octets = h.recv(100000).split(b'\n', 1)
tag = line.split(b' ')[1]
os.write(1, tag + b' OK [CAPABILITY IMAP4rev1] logged in\r\n')
for line in sys.stdin.buffer:
    tag = line.split(b' ')[0].strip()
    if b'LOGOUT' in line:
        os.write(1, b'* BYE bye\r\n' + tag + b' OK done\r\n')
        break
    os.write(1, b'* %d %s\r\n%s OK done\r\n' % (os.getuid(),
        os.environ['HOME'].encode(), tag))
'''


def programs(top, has):
    """A folder of programs with the test's imapd, or none."""
    at = os.path.join(top, 'bin%d' % has)
    shutil.copytree(BIN, at, copy_function=os.symlink)
    if os.path.lexists(at + '/imapd'):
        os.unlink(at + '/imapd')
    if has:
        with open(at + '/imapd', 'w') as f:
            f.write(IMAPD)
        os.chmod(at + '/imapd', 0o755)
    return at


def with_imapd(t, top):
    i = Instance(top, 'with')
    i.environ['BIN'] = programs(top, True)
    with i:
        context = ssl.create_default_context(cafile=i.env['CAFILE'])
        context.check_hostname = False
        for port in 'IMAP', 'IMAPS':
            if port == 'IMAP':
                c = imaplib.IMAP4(i.host, int(i.env[port]), timeout=WAIT_S)
                t.ok('LOGINDISABLED' in c.capabilities, 'no secret in the '
                    'clear', c.capabilities)
                c.starttls(context)
            else:
                c = imaplib.IMAP4_SSL(i.host, int(i.env[port]),
                    ssl_context=context, timeout=WAIT_S)
            t.ok('AUTH=PLAIN' in c.capabilities, '%s: one in TLS' % port,
                c.capabilities)
            t.eq(c.login(i.env['USER2'], i.env['PASS2'])[0], 'OK', '... is '
                'taken')
            home = os.path.dirname(i.users['bob'])
            c.send(b'x WHO\r\n')
            t.eq(c.readline().split(), [b'*', b'%d' % os.stat(home).st_uid,
                home.encode()], '... and the session is his')
            c.readline()
            c.logout()
        c = imaplib.IMAP4_SSL(i.host, int(i.env['IMAPS']), ssl_context=context,
            timeout=WAIT_S)
        try:
            c.login(i.env['USER2'], 'wrong')
            t.ok(False, 'a wrong secret')
        except imaplib.IMAP4.error as why:
            t.ok('AUTHENTICATIONFAILED' in str(why), 'a wrong secret', why)
        c.logout()


def without_imapd(t, top):
    i = Instance(top, 'without')
    i.environ['BIN'] = programs(top, False)
    with i:
        t.eq((i.env['IMAP'], i.env['IMAPS']), ('', ''), 'without imapd nobody '
            'listens')
        t.ok(not os.path.exists(i.root + '/service/imap'), '... and there is '
            'no service')
        with i.smtp() as s:
            t.ok(s.hello, '... but mail is served')


def main():
    t = Tap()
    with folder() as top:
        for case in with_imapd, without_imapd:
            t.run(case, top)
    t.done()


main()
