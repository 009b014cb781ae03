#!/usr/bin/env python3
"""Dialogs that an administrator types, line by line on a terminal, into telnet
and openssl s_client: submission, POP3S, a letter on port 25. s_client sends the
lines as they are typed: with LF alone."""

import base64
import os
import re
import sys

sys.dont_write_bytecode = True
from clients import *

HOST = 'correo.miescuela.edu.co'
DOMAIN = 'miescuela.edu.co'
SECRET = 'Mi Clave.'
LETTER = ['From: "pablo@miescuela.edu.co" <pablo@miescuela.edu.co>',
    'To:  rodrigo@miescuela.edu.co', 'Subject: probando']


def b64(*parts):
    return base64.b64encode('\0'.join(parts).encode()).decode()


class School:
    """An instance, and somebody at a terminal."""

    def __init__(self, i, top):
        self.i = i
        self.home = Home(top, 'home')

    def type(self, t, name, command, *dialog):
        """Type what stands beside each text that is waited for; what was
        said."""
        need(command[0])
        code, said = self.home.on_terminal(list(command), *((text.encode(),
            ''.join(line + '\n' for line in lines).encode())
            for text, *lines in dialog))
        said = said.replace('\r', '')
        t.eq(code, 0, name) or t.ok(False, 'it said', said)
        return said

    def command(self, how):
        """What to type, what Received calls it, and what EHLO waits for."""
        env = self.i.env
        if how == 'telnet':
            return ['telnet', 'localhost', env['SMTP']], 'ESMTPA', '220 '
        port = {'POP3S': 'POP3S', 'port 587': 'SUBMISSION'}.get(how, 'SMTPS')
        command = ['openssl', 's_client', '-connect', 'localhost:' + env[port],
            '-CAfile', env['CAFILE']]
        if port == 'SUBMISSION':
            return command + ['-quiet', '-starttls', 'smtp'], 'ESMTPSA', \
                '250 ENH'
        return command + ['-quiet'] * (how == 'port 465'), 'ESMTPSA', '220 '

    def arrived(self, t, name, user, *words):
        files = self.i.arrived(user)
        text = read(files[0]).decode() if files else ''
        t.ok(len(files) == 1 and all(word in text for word in words),
            '%s: it arrives' % name, text)
        self.i.empty()


def by_telnet(t, s):
    """HELO, blanks behind the colons, a name at localhost, no header."""
    s.type(t, 'telnet, HELO', s.command('telnet')[0],
        ('220 ', 'HELO localhost'),
        ('250 correo.', 'MAIL FROM: <pablo@localhost>'),
        ('250 2.1.0', 'RCPT TO: <pablo@localhost>'),
        ('250 2.1.5', 'DATA'),
        ('354 ', '1 2 3', 'probando', '.'),
        ('250 2.0.0', 'quit'),
        ('221 2.0.0', ))
    s.arrived(t, 'telnet', 'at-localhost', 'with SMTP id',
        'Delivered-To: pablo@localhost\n', '1 2 3\nprobando\n')


def auth_login(t, s, how):
    command, by, first = s.command(how)
    said = s.type(t, '%s, AUTH LOGIN' % how, command,
        (first, 'EHLO LOCALHOST'),
        ('250 ENH', 'AUTH LOGIN'),
        ('334 VXNlcm5hbWU6', b64('pablo')),
        ('334 UGFzc3dvcmQ6', b64(SECRET)),
        ('235 2.7.0', 'MAIL FROM:<pablo@miescuela.edu.co>'),
        ('250 2.1.0', 'RCPT TO:<rodrigo@miescuela.edu.co>'),
        ('250 2.1.5', 'DATA'),
        ('354 ', *LETTER, '1234   ', '.'),
        ('250 2.0.0', 'QUIT'),
        ('221 2.0.0', ))
    t.ok(re.search(r'\n250[- ]AUTH PLAIN LOGIN\n', said),
        '... AUTH is offered', said)
    s.arrived(t, how, 'rodrigo', 'with %s id' % by,
        'Subject: probando\nDate: ', '\n\n1234   \n')


def auth_plain(t, s, how):
    """The name, the name with its domain, the secret; a blank at the end; the
    client's address in EHLO."""
    command, by, first = s.command(how)
    s.type(t, '%s, AUTH PLAIN' % how, command,
        (first, 'EHLO [200.21.23.4]'),
        ('250 ENH', 'AUTH PLAIN %s ' % b64('pablo', 'pablo@' + DOMAIN,
            SECRET)),
        ('235 2.7.0', 'MAIL FROM:<pablo@miescuela.edu.co>'),
        ('250 2.1.0', 'RCPT TO:<rodrigo@miescuela.edu.co>'),
        ('250 2.1.5', 'DATA'),
        ('354 ', *LETTER, '', '1234', '.'),
        ('250 2.0.0', 'QUIT'),
        ('221 2.0.0', ))
    s.arrived(t, how, 'rodrigo', 'from [200.21.23.4] ([127.0.0.1])',
        'with %s id' % by, '\n\n1234\n')


def without_quiet(t, s):
    """s_client then takes R and Q at the start of a line for itself: R asks for
    a renegotiation, which we do not have. Small letters pass."""
    plain = 'AUTH PLAIN ' + b64('', 'pablo', SECRET)
    s.type(t, 'openssl s_client without -quiet', s.command('SMTPS')[0],
        ('220 ', 'EHLO localhost'), ('250 ENH', plain),
        ('235 2.7.0', 'mail from:<pablo@miescuela.edu.co>'),
        ('250 2.1.0', 'rcpt to:<rodrigo@miescuela.edu.co>'),
        ('250 2.1.5', 'data'),
        ('354 ', *LETTER, '', '1234', '.'),
        ('250 2.0.0', 'QUIT'),
        ('DONE', ))
    s.arrived(t, 'without -quiet', 'rodrigo', '\n\n1234\n')


def pop3s(t, s):
    deliver(s.i, 'pablo', letter(1), letter(2), letter(3))
    # One has been seen already, by whatever program.
    one = s.i.mail('pablo')[0]
    os.rename(one, one.replace('/new/', '/cur/') + ':2,S')
    said = s.type(t, 'openssl s_client, POP3S', s.command('POP3S')[0],
        ('+OK ', 'user pablo'),
        ('+OK ', 'pass ' + SECRET),
        ('+OK 3 ', 'list'),
        ('\n.\r', 'retr 2'),
        ('\n.\r', 'dele 3'),
        ('+OK ', 'quit'),
        ('+OK ', ))
    t.eq([number for number, _ in re.findall(r'(?m)^(\d) (\d+)$', said)],
        ['1', '2', '3'], '... list shows three')
    t.ok('Subject: letter ' in said, '... retr shows one')
    t.eq((len(s.i.mail('pablo')), len(s.i.mail('pablo', 'cur'))), (0, 2),
        '... one is deleted, one marked as seen')
    s.i.empty()


def main():
    t = Tap()
    with folder() as top, Instance(top, NAME=HOST, DOMAIN=DOMAIN,
            SMTP_AUTH='optional', AUTH_CLEAR=1) as i:
        i.add_user('pablo', secret=SECRET)
        i.add_user('rodrigo')
        i.add_user('at-localhost', 'pablo@localhost')
        s = School(i, top)
        for how in 'telnet', 'port 587', 'port 465':
            t.run(auth_login, s, how)
            t.run(auth_plain, s, how)
        for case in by_telnet, without_quiet, pop3s:
            t.run(case, s)
    t.done()


main()
