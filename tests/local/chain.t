#!/usr/bin/env python3
"""Programs, files and the users' own .forward and .qmail through the whole chain:
each final address once, and nobody harmed by somebody else's program."""

import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from local import LETTER, ROOT, Tap, folder, read, wait_for
from correo import Delivered, Instance

WIRE = LETTER.replace(b'\n', b'\r\n')


def home(i, user):
    return os.path.dirname(i.users[user])


def own(i, user, path, mode=0o644):
    st = os.stat(i.users[user])
    os.chown(path, st.st_uid, st.st_gid)
    os.chmod(path, mode)


def put(i, user, name, text):
    path = os.path.join(home(i, user), name)
    with open(path, 'w') as f:
        f.write(text.replace('HOME', home(i, user)))
    own(i, user, path)
    return path


def clean(i):
    """No user has a file of his own, and no mail is there."""
    for id in i.waiting():
        i.correo('queue', 'remove', id)
    i.idle(10)
    for user in i.users:
        for name in os.listdir(home(i, user)):
            if name != 'Maildir':
                os.unlink(os.path.join(home(i, user), name))
    i.empty()


def there(i, user, name, seconds=20):
    path = os.path.join(home(i, user), name)
    wait_for(lambda: os.path.exists(path) and os.path.getsize(path), seconds)
    return read(path) if os.path.exists(path) else None


class Chain(Instance):
    def correo(self, *words):
        return subprocess.run([self.env['CORREO'], *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=dict(self.environ, **self.settings()), timeout=60)

    def counts(self):
        return [len(self.mail(user)) for user in ('alice', 'bob', 'carol')]


def alias_program(t, i):
    out = i.root + '/out'
    os.mkdir(out)
    os.chmod(out, 0o777)
    i.add_lines('aliases', 'prog: "|cat >%s/got; env >%s/env; id -u >%s/id"'
        % (out, out, out), 'mixed: bob, "|exit 75"',
        'refused: "|echo no luck; exit 67"', 'file: %s/mbox' % out)
    i.send(i.address('prog'), WIRE)
    t.ok(i.idle(), 'an alias of a program')
    t.ok(b'\nDelivered-To: prog@example.org\n' in read(out + '/got') and
        read(out + '/got').endswith(LETTER), 'has the message', read(out +
        '/got'))
    env = read(out + '/env').decode()
    t.ok('SENDER=sender@example.net\n' in env and
        'RECIPIENT=prog@example.org\n' in env, 'and its envelope', env)
    t.eq(int(read(out + '/id')), int(i.setting('PIPE_UID')), 'as PIPE_UID')
    i.send(i.address('mixed'), WIRE)
    t.ok(i.arrived('bob'), 'the others have it')
    t.ok(i.logged('mixed@example.org|exit 75', 'stat=Deferred'),
        'exit 75: later')
    t.eq(len(i.waiting()), 1, 'and it waits')
    i.send(i.address('refused'), WIRE, i.address('carol'))
    report = i.arrived('carol')
    t.ok(report and b'no luck' in read(report[0]) and b'5.1.1' in
        read(report[0]), 'exit 67: a report with its words')
    t.ok(report and b'|echo' not in read(report[0]) and b'exit 67"' not in
        read(report[0]), 'that does not say the command')
    i.send(i.address('file'), WIRE)
    t.ok(wait_for(lambda: os.path.exists(out + '/mbox') and LETTER in
        read(out + '/mbox')), 'a file')
    clean(i)


def forward(t, i):
    put(i, 'bob', '.forward', 'carol\n"|cat >>HOME/got"\n\\bob, HOME/mbox\n'
        'HOME/Extra/\n')
    i.send([i.address('bob'), i.address('carol'), i.address('bob')], WIRE)
    t.ok(i.idle(), 'a .forward of all kinds')
    t.eq(i.counts(), [0, 1, 1], 'each has it once')
    for name in 'got', 'mbox':
        octets = there(i, 'bob', name) or b''
        t.eq(octets.count(b'Subject: a letter'), 1, name)
    t.eq(len(os.listdir(home(i, 'bob') + '/Extra/new')), 1, 'a Maildir')
    st = os.stat(i.users['bob'])
    t.eq([os.stat(os.path.join(home(i, 'bob'), name)).st_uid for name in
        ('got', 'mbox', 'Extra')], [st.st_uid] * 3, 'all his own')
    subprocess.run(['rm', '-r', home(i, 'bob') + '/Extra'])
    t.eq(Delivered(i.mail('carol')[0]).to, 'carol@example.org',
        'under her own address')
    clean(i)
    put(i, 'bob', '.forward', 'alice, nobody-there\n')
    i.send(i.address('bob'), WIRE, i.address('carol'))
    t.ok(i.idle(), 'a target that is nobody')
    t.eq(i.counts(), [1, 0, 1], 'a report; the other has it')
    clean(i)
    put(i, 'bob', '.forward', '|exit 75')
    id = i.send(i.address('bob'), WIRE)
    t.ok(i.logged('bob@example.org|exit 75', 'stat=Deferred'), 'later')
    why = i.correo('why', id).stdout
    t.ok("the user's own file" in why and '.forward comes first' in why and
        'gets no mail' not in why, 'correo why says it', why)
    put(i, 'bob', '.forward', '\\bob')
    i.correo('queue', 'flush', '--all')
    t.ok(i.arrived('bob') and i.idle(), 'a mended file mends what waits')
    clean(i)


def partly(t, i):
    """What is done is not done again when the rest is tried again."""
    put(i, 'bob', '.forward', 'carol, "|cat >>HOME/got", "|test -e HOME/ok || '
        'exit 75"')
    i.send(i.address('bob'), WIRE)
    t.ok(i.arrived('carol') and there(i, 'bob', 'got') and
        i.logged('test -e', 'stat=Deferred'), 'one of three is late')
    i.correo('queue', 'flush', '--all')
    i.logged('test -e', 'stat=Deferred', n=2)
    put(i, 'bob', 'ok', '')
    i.correo('queue', 'flush', '--all')
    t.ok(i.idle(), 'until it is not')
    t.eq((i.counts(), there(i, 'bob', 'got').count(b'Subject:')), ([0, 0, 1],
        1), 'the others have it once')
    clean(i)


def circles(t, i):
    put(i, 'bob', '.forward', 'carol')
    put(i, 'carol', '.forward', 'bob@example.org')
    i.send(i.address('bob'), WIRE)
    t.ok(i.logged('dsn=4.4.6', 'bob@example.org'), 'a circle')
    time.sleep(0.2)
    t.eq((len(i.waiting()), i.counts()), (1, [0, 0, 0]), 'its mail waits')
    put(i, 'carol', '.forward', 'bob, \\carol')
    i.correo('queue', 'flush', '--all')
    t.ok(i.idle() and i.counts() == [0, 0, 1], 'until somebody has a mailbox',
        i.counts())
    clean(i)
    put(i, 'bob', '.forward', 'bob')
    i.send(i.address('bob'), WIRE)
    t.ok(i.idle() and i.counts() == [0, 1, 0], 'to himself: his mailbox')
    clean(i)


def bad_files(t, i):
    for text in 'carol@', ':include:/no/such', '"|x':
        n = len(i.logged('dsn=4.3.5', 'stat=Deferred', n=0))
        put(i, 'bob', '.forward', text)
        i.send([i.address('bob'), i.address('alice')], WIRE)
        t.ok(i.logged('bob@example.org', 'dsn=4.3.5', '~/.forward', n=n + 1)
            and i.arrived('alice'), '%s: his mail waits, hers does not' % text)
        clean(i)
    path = home(i, 'bob') + '/.forward'
    os.mkfifo(path)
    own(i, 'bob', path)
    i.send([i.address('bob'), i.address('alice')], WIRE)
    t.ok(i.logged('bob@example.org', 'no file') and i.arrived('alice'),
        'a FIFO')
    os.unlink(path)
    i.correo('queue', 'flush', '--all')
    t.ok(i.arrived('bob') and i.idle(), 'that goes')
    clean(i)
    put(i, 'bob', '.forward', '\n'.join('u%d@example.org' % n
        for n in range(2000)))
    i.send(i.address('bob'), WIRE)
    t.ok(i.logged('bob@example.org', 'too many'), 'too many targets')
    clean(i)


def extensions(t, i):
    put(i, 'bob', '.forward+lists', 'carol')
    put(i, 'bob', '.qmail-x-default', '|echo "$EXT $DEFAULT $LOCAL" >x\n'
        '&alice\n')
    for part in 'new', 'cur', 'tmp':
        os.makedirs('%s/.box/%s' % (i.users['bob'], part))
    for at, _, _ in os.walk(i.users['bob'] + '/.box'):
        own(i, 'bob', at, 0o700)
    for ext, want in ('lists', [0, 0, 1]), ('other', [0, 1, 0]), ('box',
            [0, 0, 0]), ('x-y-z', [1, 0, 0]):
        i.send(i.address('bob+' + ext), WIRE)
        t.ok(i.idle() and wait_for(lambda: i.counts() == want, 10),
            'bob+%s: %s' % (ext, want), i.counts())
        i.empty()
    t.eq(len(os.listdir(i.users['bob'] + '/.box/new')), 1, "bob+box: his "
        'folder')
    t.eq(there(i, 'bob', 'x'), b'x-y-z y-z bob+x-y-z\n', 'a .qmail with a '
        'program: its EXT and DEFAULT')
    clean(i)


def envelopes(t, i):
    """No octet of an envelope is a command."""
    put(i, 'bob', '.forward', '"|echo $SENDER >>seen; echo \\"$EXT\\" >>seen"')
    put(i, 'bob', '.qmail-default', '|echo "$SENDER $EXT" >>seen\n')
    for sender, ext in ("a;touch$IFS''evil@x.example", None), \
            ('`touch${IFS}evil`@x.example', None), \
            ('%s%n$(id)@x.example', None), ("s@x.example", '$(touch')  , \
            ('s@x.example', '`id`'), ('s@x.example', "a'b;id"):
        to = '"bob%s"@example.org' % ('+' + ext if ext else '')
        with i.smtp() as s:
            s.command('MAIL FROM:<"%s"@%s>' % tuple(sender.split('@')))
            answer = s.command('RCPT TO:<%s>' % to)
            t.eq(answer.code, 250, 'to %s from %s' % (to, sender))
            s.data(WIRE)
    t.ok(i.idle(), 'all is done')
    seen = there(i, 'bob', 'seen').decode()
    t.ok('`id`' in seen and "a'b;id" in seen, 'words', seen)
    t.eq([name for name in os.listdir(home(i, 'bob')) if 'evil' in name], [],
        'nothing was executed')
    clean(i)


def hangs(t, i):
    """A program that hangs, writes or forks: others do not notice."""
    put(i, 'bob', '.forward', '"|echo $$ >pid; sleep 1000"')
    put(i, 'carol', '.forward', '"|yes; true", "|(yes >&2) & cat /dev/zero"')
    for _ in range(30):
        i.send([i.address('bob'), i.address('carol')], WIRE)
    i.send(i.address('alice'), WIRE)
    t.ok(i.arrived('alice', seconds=20), 'her mail comes')
    programs = i.processes('deliver-program')
    t.ok(len(programs) <= 3, 'one program of each at a time', programs)
    t.ok(i.logged('bob@example.org|', 'takes longer', 'Deferred'),
        'they are killed, and their mail waits')
    t.ok(len(i.waiting()) >= 29, 'none of it is lost')
    clean(i)


def many_users_hang(t, i):
    """More users' programs than there are places: mailboxes go on."""
    for n in range(25):
        i.add_user('u%d' % n)
        put(i, 'u%d' % n, '.forward', '"|sleep 1000"')
    for n in range(25):
        for _ in range(4):
            i.inject('s@x.example', i.address('u%d' % n))
    wait_for(lambda: len(i.processes('deliver-program')) >= 20, 20)
    t.ok(len(i.processes('deliver-program')) <= 20, '20 at a time')
    i.send(i.address('alice'), WIRE)
    t.ok(i.arrived('alice', seconds=10), 'her mail comes')
    clean(i)


def main():
    t = Tap()
    pipe = 60690 if ROOT else os.getuid()
    with folder() as top:
        with Chain(top, PIPE_UID=pipe, PROGRAM_TIMEOUT_S=60) as i:
            for case in alias_program, forward, partly, circles, bad_files, \
                    extensions, envelopes:
                t.run(case, i)
        with Chain(top, 'short', PIPE_UID=pipe, PROGRAM_TIMEOUT_S=2) as i:
            for case in hangs, many_users_hang:
                t.run(case, i)
    t.done()


main()
