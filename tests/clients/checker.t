#!/usr/bin/env python3
"""A checkpassword program that is not ours, of some ten lines, in checkpw's
place: the whole instance, POP3 and submission, has its users and no others.
source: cr.yp.to/checkpwd/interface.html"""

import os
import smtplib
import sys

sys.dont_write_bytecode = True
from clients import *

# Exits as the interface says: 1 wrong, 2 misused, 111 try later.
CHECKER = '''#!/usr/bin/env python3
import os, sys
words = os.read(3, 512).split(b'\\0')
os.close(3)
if len(words) < 3:
    sys.exit(2)
if words[0] == b'later':
    sys.exit(111)
if words[:2] != [b'zoe', b'open sesame']:
    sys.exit(1)
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(%d)
    os.setuid(%d)
os.environ.update(USER='zoe', HOME=%r, SHELL='/bin/sh')
os.chdir(os.environ['HOME'])
os.execv(sys.argv[1], sys.argv[1:])
'''
ZOE = 'zoe', 'open sesame'


def reading(t, i):
    deliver(i, 'carol', letter(1))
    with Pop3(i) as s:
        s.login(*ZOE)
        t.eq(s.ask('STAT')[:6], b'+OK 1 ', 'zoe reads her mail')
        t.ok(b'Subject: letter 1\r\n' in s.many('RETR 1')[1], '... a letter')
        s.ask('DELE 1')
        s.ask('QUIT')
    t.eq(i.mail('carol') + i.mail('carol', 'cur'), [], '... and deletes it')
    line = i.logged('pop3d: user=zoe ', 'deleted=1')
    t.ok(line, 'the session is called as the checker said', *i.log()[-3:])


def refused(t, i, name, user, secret, pop3, smtp):
    with Pop3(i) as s:
        s.ask('USER ' + user)
        answer = s.ask('PASS ' + secret)
        t.ok(answer.startswith(pop3), '%s: POP3' % name, answer)
    with smtplib.SMTP_SSL('localhost', int(i.env['SMTPS']), timeout=WAIT_S,
            context=context(i)) as s:
        code = None
        try:
            code = s.login(user, secret)[0]
        except smtplib.SMTPAuthenticationError as e:
            code = e.smtp_code
        t.eq(code, smtp, '%s: submission' % name)


def refusals(t, i):
    refused(t, i, 'exit 111', 'later', 'x', b'-ERR [SYS/TEMP]', 454)
    refused(t, i, 'a wrong secret', 'zoe', 'open', b'-ERR [AUTH]', 535)
    refused(t, i, 'one whom only our own knows', 'alice', i.env['PASS1'],
        b'-ERR [AUTH]', 535)
    waits = [line for line in i.log() if 'verdict=later' in line and
        'wait=0' not in line]
    t.eq(waits, [], 'exit 111 is no failure of the client, and does not count')


def sending(t, i):
    with smtplib.SMTP_SSL('localhost', int(i.env['SMTPS']), timeout=WAIT_S,
            context=context(i)) as s:
        t.eq(s.login(*ZOE)[0], 235, 'zoe may send')
        s.sendmail(i.address('zoe'), [i.address('bob')], b'Subject: x\r\n')
    t.ok('\nReturn-Path: <zoe@' in '\n' + read(i.arrived('bob')[0]).decode(),
        'and it arrives')
    t.ok(i.logged('user=zoe', 'smtpd-front: id='), 'the log has her')


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        at = os.stat(i.users['carol'])
        path = os.path.join(i.root, 'libexec', 'checkpw')
        os.unlink(path)			# it may be running
        with open(path, 'w') as f:
            f.write(CHECKER % (at.st_gid, at.st_uid,
                os.path.dirname(i.users['carol'])))
        os.chmod(path, 0o755)
        for case in reading, sending, refusals:
            t.run(case, i)
    t.done()


main()
