#!/usr/bin/env python3
"""A report of what was not delivered, as mutt shows it: its words and parts."""

import os
import sys

sys.dont_write_bytecode = True
from clients import *

# A pipe gets the message as the screen has it, but whole.
RC = '''set quit=yes
set move=no
set wait_key=no
set pipe_decode=yes
set sleep_time=0
set attach_format="%n %m/%M %e %d"
'''
HEADER = ('Subject: Grüße aus Bogotá\nFrom: Alice <alice@example.org>\n'
    'To: nobody\nMessage-ID: <1@example.org>\n').encode()


def look(t, i, top, name, user):
    """What mutt shows of the one message in the user's mailbox, and of the list
    of its parts."""
    need('mutt')
    home = Home(top, name)
    rc, box = home.write('rc', RC), home.maildir('box')
    home.folder('Mail')
    files = i.arrived(user)
    t.eq(len(files), 1, '%s: a report comes' % name)
    home.write('box/new/1.1.x', read(files[0]))
    shown = home.at('shown')
    code, said = home.on_terminal(['mutt', '-n', '-F', rc, '-f', box],
        (b'Msgs:1', b'|'), (b'Pipe', b'cat >%s\r' % shown.encode()),
        (b'Msgs:1', b'v'), (b'3 text/rfc822-headers', b'q'), (b'Msgs:1', b'q'))
    t.eq(code, 0, '%s: mutt opens it' % name) or t.ok(False, 'it said', said)
    for path in files:
        os.unlink(path)
    return read(shown).decode(), said


def check(t, name, seen, words, parts):
    text, screen = seen
    t.ok('\n\n%s' % words[0] in text, '%s: its first words' % name, text)
    t.eq([one for one in words[1:] if one not in text], [],
        '%s: all is shown' % name) or t.ok(False, 'it showed', text)
    t.eq([one for one in parts if one not in screen], [],
        '%s: the list of parts' % name) or t.ok(False, 'it listed', screen)


def failed(t, i, top):
    both = [i.address('nobody-1'), i.address('nobody-2')]
    i.inject(i.address('alice'), both, HEADER + b'\nText.\n')
    seen = look(t, i, top, 'failed', 'alice')
    words = ['Your message to 2 addresses could not be delivered.\n',
        '\nSubject: Grüße aus Bogotá\n']
    for one in both:
        words += ['\n    %s\n        There is no such address.\n'
            '        The server said: no such user (5.1.1)\n' % one,
            'rfc822; %s\nAction: failed\nStatus: 5.1.1\n' % one]
    check(t, 'failed', seen, words,
        ['1 text/plain 7bit What happened',
        '2 message/delivery-status 7bit Details for programs',
        "3 text/rfc822-headers 8bit The message's header"])
    t.ok('Text.' not in seen[0], "the message's text is not sent back")


def a_name_in_utf8(t, i, top):
    i.inject(i.address('alice'), 'jörg@' + i.domain)
    check(t, 'a name in UTF-8', look(t, i, top, 'utf8', 'alice'),
        ['Your message to "jörg"@%s could not be' % i.domain,
        'Subject: a letter\n'], ['1 text/plain quoted-printable What happened',
        "3 text/rfc822-headers 8bit The message's header"])


def double(t, i, top):
    """To postmaster, who is alice."""
    i.inject('', i.address('nobody'))
    check(t, 'double', look(t, i, top, 'double', 'alice'),
        ['A message that names no sender', i.address('nobody'),
        'no such user (5.1.1)'], ['1 text/plain 7bit What happened'])


def delayed(t, i, top):
    os.rename(i.users['bob'], i.users['bob'] + '.away')
    try:
        i.inject(i.address('alice'), i.address('bob'), HEADER + b'\nText.\n')
        check(t, 'delayed', look(t, i, top, 'delayed', 'alice'),
            ['Your message to %s has not been delivered' % i.address('bob'),
            '\nAction: delayed\nStatus: 4.2.0\n', 'Will-Retry-Until: '],
            ['1 text/plain 7bit What happened'])
    finally:
        os.rename(i.users['bob'] + '.away', i.users['bob'])


def ask(i, to):
    """A message whose sender wants to hear that it came."""
    with i.smtp() as s:
        s.command('MAIL FROM:<%s>' % i.address('alice'))
        s.command('RCPT TO:<%s> NOTIFY=SUCCESS' % to)
        s.data(HEADER.replace(b'\n', b'\r\n') + b'\r\nText.\r\n')


def success(t, i, top):
    ask(i, i.address('bob'))
    check(t, 'success', look(t, i, top, 'success', 'alice'),
        ['Your message to %s has been delivered.' % i.address('bob'),
        '\nAction: delivered\nStatus: 2.0.0\n'],
        ['1 text/plain 7bit What happened'])


def spanish(t, i, top):
    """The same in Spanish: quoted-printable, as mutt shows it."""
    parts = ['1 text/plain quoted-printable What happened']
    gone, bob = i.address('nobody'), i.address('bob')
    i.inject(i.address('alice'), gone, HEADER + b'\nText.\n')
    check(t, 'es: failed', look(t, i, top, 'es-failed', 'alice'),
        ['No se pudo entregar su mensaje para %s.' % gone,
        'Esa dirección no existe.', 'El servidor dijo: no such user (5.1.1)',
        'Action: failed\nStatus: 5.1.1\n', 'Grüße aus Bogotá'], parts)
    i.inject('', gone)
    check(t, 'es: double', look(t, i, top, 'es-double', 'alice'),
        ['Un mensaje que no indica remitente', 'Esa dirección no existe.'],
        parts)
    ask(i, bob)
    check(t, 'es: success', look(t, i, top, 'es-success', 'alice'),
        ['Su mensaje para %s fue entregado.' % bob, 'El mensaje está en el '
        'buzón.'], parts)
    os.rename(i.users['bob'], i.users['bob'] + '.away')
    i.inject(i.address('alice'), bob)
    check(t, 'es: delayed', look(t, i, top, 'es-delayed', 'alice'),
        ['Todavía no se ha podido entregar su mensaje para',
        'Action: delayed\n'], parts)
    os.rename(i.users['bob'] + '.away', i.users['bob'])


def main():
    t = Tap()
    with folder() as top, Instance(top, RETRY_FIRST_S=1, RETRY_FACTOR=1,
            DELAY_REPORT_S=1) as i:
        for case in failed, a_name_in_utf8, double, delayed, success:
            t.run(case, i, top)
    with folder() as top, Instance(top, RETRY_FIRST_S=1, RETRY_FACTOR=1,
            DELAY_REPORT_S=1, REPORT_LANG='es') as i:
        t.run(spanish, i, top)
    t.done()


main()
