#!/usr/bin/env python3
"""deliver-qmail: the lines of a .qmail in their order, exits, environment; and
forwards, by a sendmail of the test's own."""

import os
import shutil
import stat
import subprocess
import sys

sys.dont_write_bytecode = True
from local import BIN, LETTER, ROOT, Tap, UID, WAIT_S, folder, make_home, \
    read

PREFIX = b'Return-Path: <alice@example.net>\nDelivered-To: bob@example.org\n'


class Home:
    def __init__(self, top):
        self.bin = os.path.join(top, 'bin')
        os.mkdir(self.bin)
        os.chmod(self.bin, 0o755)
        shutil.copy(BIN + '/deliver-qmail', self.bin)
        self.home = make_home(top)
        with open(self.bin + '/sendmail', 'w') as f:
            f.write('#!/bin/sh\nprintf "%%s\\n" "$@" >%s/args\n'
                'cat >%s/sent\nexit $(cat %s/code 2>/dev/null)\n' %
                ((self.home,) * 3))
        os.chmod(self.bin + '/sendmail', 0o755)

    def run(self, lines, name='.qmail', octets=PREFIX + LETTER, **env):
        for old in os.listdir(self.home):
            if old.startswith('.qmail') or old in ('args', 'sent', 'order'):
                os.unlink(os.path.join(self.home, old))
        with open(os.path.join(self.home, name), 'w') as f:
            f.write(lines)
        os.chown(f.name, UID, -1)
        who = dict(user=UID, group=UID, extra_groups=[]) if ROOT else {}
        return subprocess.run([self.bin + '/deliver-qmail'], input=octets,
            stderr=subprocess.PIPE, timeout=WAIT_S, env=dict(dict(
            HOME=self.home, USER='bob', SENDER='alice@example.net',
            RECIPIENT='bob@example.org', LOCAL='bob', HOST='mail.example.org',
            EXT='', PATH='/usr/bin:/bin',
            CORREO_ID='00640f1c2d3e4-1f4-0123abcd',
            CORREO_TIME='1764000000123456'), **env), **who)

    def file(self, name):
        path = os.path.join(self.home, name)
        return read(path) if os.path.exists(path) else None


def order(t, h):
    done = h.run('|echo 1 >>order\n&carol@example.org\n|cat >got\n'
        '|echo 2 >>order\ndave\n')
    t.eq(done.returncode, 0, 'programs and addresses: %s' % done.stderr)
    t.eq(h.file('order'), b'1\n2\n', 'in their order')
    t.eq(h.file('got'), LETTER, 'the message alone')
    t.eq(h.file('args').decode().split('\n')[:-1], ['-i', '-f',
        'alice@example.net', '--', 'carol@example.org', 'dave'], 'sendmail')
    t.eq(h.file('sent'), b'Delivered-To: bob@example.org\n' + LETTER,
        'gets it behind Delivered-To')
    h.run('|head -1 >/dev/null\n|cat >got', octets=LETTER)
    t.eq(h.file('got'), LETTER, 'each begins at the first octet; no prefix')
    h.run('&carol', SENDER='')
    t.ok(b'-f\n<>\n--\n' in h.file('args'), 'no sender')


def exits(t, h):
    for code, want, goes_on in (0, 0, True), (99, 0, False), (100, 100, False), \
            (64, 100, False), (112, 100, False), (111, 111, False), \
            (1, 111, False), (75, 111, False), (137, 111, False):
        done = h.run('&before\n|exit %d\n|echo 2 >>order\n&after' % code)
        t.eq((done.returncode, h.file('order') is not None), (want, goes_on),
            'exit %d' % code)
        sent = (h.file('args') or b'').decode().split('\n')[4:-1]
        t.eq(sent, ['before', 'after'] if goes_on else ['before'] if want == 0
            else [], 'and who has it')
    done = h.run('|kill -9 $$')
    t.eq(done.returncode, 111, 'killed')
    with open(h.home + '/code', 'w') as f:
        f.write('75')
    t.eq(h.run('&carol').returncode, 111, 'sendmail says no')
    os.unlink(h.home + '/code')
    t.eq(h.run('|x\n+list').returncode, 111, 'a bad line')
    t.eq(h.run('x', name='other').returncode, 111, 'no .qmail')


def environment(t, h):
    h.run('|env >env', name='.qmail-a-default', EXT='a-b-c', LOCAL='bob-a-b-c')
    env = dict(line.split('=', 1) for line in h.file('env').decode()
        .splitlines() if '=' in line)
    want = dict(EXT='a-b-c', EXT2='b-c', EXT3='c', EXT4='', DEFAULT='b-c',
        HOST='mail.example.org', HOST2='mail.example', HOST3='mail', HOST4='',
        NEWSENDER='alice@example.net', SENDER='alice@example.net',
        DTLINE='Delivered-To: bob@example.org',
        RPLINE='Return-Path: <alice@example.net>')
    t.eq({name: env.get(name) for name in want}, want, 'as qmail-command has it')
    t.ok(env['UFLINE'].startswith('From alice@example.net '), 'UFLINE', env)
    h.run('|env >env', name='.qmail-a', EXT='a')
    t.ok(b'DEFAULT=' not in h.file('env'), 'DEFAULT only where it is one')
    evil = '$(touch evil);`touch evil`%n"\''
    h.run('|echo "$SENDER $DEFAULT" >order', name='.qmail-default', EXT=evil,
        SENDER=evil)
    t.eq((h.file('order').decode(), h.file('evil')), ('%s %s\n' % (evil, evil),
        None), 'an envelope is no command')


def files(t, h):
    for part in 'new', 'cur', 'tmp':
        os.makedirs(h.home + '/Maildir/' + part, 0o700)
    for at, _, _ in os.walk(h.home + '/Maildir'):
        os.chown(at, UID, -1)
    for n in range(2):
        done = h.run('./Maildir/\n./mbox\n|true')
        t.eq(done.returncode, 0, 'a Maildir and an mbox: %s' % done.stderr)
    new = os.listdir(h.home + '/Maildir/new')
    t.eq(len(new), 1, 'each once, however often it is tried')
    t.eq(h.file('Maildir/new/' + new[0]), PREFIX + LETTER, 'whole')
    size, wire = (int(part[2:]) for part in new[0].split(',')[1:])
    octets = PREFIX + LETTER
    t.eq((size, wire), (len(octets), len(octets) + octets.count(b'\n')),
        'S= and W=')
    t.eq(h.file('mbox').count(b'From alice'), 1, 'and the mbox')
    t.eq(h.run('./none/\n|true').returncode, 111, 'a Maildir that is missing')


def main():
    t = Tap()
    with folder() as top:
        h = Home(top)
        for case in order, exits, environment, files:
            t.run(case, h)
    t.done()


main()
