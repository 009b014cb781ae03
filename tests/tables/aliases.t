#!/usr/bin/env python3
"""aliases through the whole chain: a program, a file, an included list, owner-LIST,
an extension; and that a program's user is never root."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
    os.pardir, 'chain'))
from correo import Instance, ROOT, Tap, folder, read, wait_for


def program(t, i, top):
    """It gets the message; root in a root's instance is never its user."""
    out = os.path.join(top, 'out')
    os.mkdir(out)
    os.chmod(out, 0o777)
    path = os.path.join(out, 'got')
    i.add_lines('aliases', 'run: "|(id -u; echo $LOCAL $SENDER; cat) '
        '>%s.new && mv %s.new %s"' % ((path,) * 3))
    i.send(['run@example.org'], b'Subject: to a program\r\n\r\nText.\r\n')
    t.ok(wait_for(lambda: os.path.exists(path)), 'the program ran')
    lines = read(path).decode().splitlines()
    t.eq(lines[0], i.setting('PIPE_UID') if ROOT else str(os.getuid()),
        'as the user of such programs')
    t.ok(lines[0] != '0' or not ROOT, 'who is not root')
    t.eq(lines[1], 'run sender@example.net', 'its environment')
    t.ok('Subject: to a program' in lines and lines[-1] == 'Text.',
        'the message')
    t.ok(i.idle(), 'the queue is empty again')


def file(t, i, top):
    path = os.path.join(top, 'out', 'box')
    i.add_lines('aliases', 'box: %s, %s.d/' % (path, path))
    i.send(['box@example.org'])
    t.ok(i.idle(), 'delivered')
    t.ok(read(path).startswith(b'From sender@example.net '), 'an mbox')
    t.eq(len(os.listdir(path + '.d/new')), 1, 'and a Maildir')


def lists(t, i, top):
    path = os.path.join(top, 'members')
    with open(path, 'w') as f:
        f.write('# members\nalice\nbob\n')
    i.add_lines('aliases', 'members: :include:' + path,
        'owner-members: carol')
    i.empty()
    i.send(['members@example.org'])
    t.eq([len(i.arrived(user)) for user in ('alice', 'bob')], [1, 1],
        'both have it')
    t.ok(read(i.mail('bob')[0]).startswith(
        b'Return-Path: <owner-members@example.org>'),
        'with the owner as its sender')
    os.chmod(path, 0o600)
    with i.smtp() as s:
        s.command('MAIL FROM:<>')
        t.eq(s.command('RCPT TO:<members@example.org>').code, 451,
            'a list that is not for everybody: later')


def extension(t, i, top):
    i.empty()
    i.send(['bob+tests@example.org'])
    t.eq(len(i.arrived('bob')), 1, 'bob+tests is bob')
    t.ok(b'Delivered-To: bob+tests@example.org' in read(i.mail('bob')[0]),
        'under that name')


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        os.chmod(top, 0o755)
        for case in program, file, lists, extension:
            t.run(case, i, top)
    t.done()


main()
