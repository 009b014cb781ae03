#!/usr/bin/env python3
"""deliver-local -b and -s: an mbox, its locks, its From_ lines, its failures, and
a job that comes again."""

import fcntl
import mailbox
import os
import sys
import threading
import time

sys.dont_write_bytecode = True
from local import Deliverer, ID, LETTER, ROOT, Tap, UID, folder, make_home, \
    read, verdict, wait_for

NASTY = b'Subject: x\n\nFrom here\n>From there\n From no\nFrom\nFromm \n' \
    b'>>From twice\n>>>\nno end'
QUOTED = NASTY.replace(b'\nFrom here', b'\n>From here').replace(b'\n>From th',
    b'\n>>From th').replace(b'\n>>From tw', b'\n>>>From tw') + b'\n'


def give(path, octets=b''):
    with open(path, 'wb') as f:
        f.write(octets)
    os.chown(path, UID, -1)


def put(home, path, octets=LETTER, flag='-b', **job):
    with Deliverer(home, 'deliver-local', flag, path) as d:
        return d.deliver(octets, **job)


def appends(t, home):
    path = home + '/mbox'
    for n in range(3):
        t.eq(verdict(put(home, path, b'Subject: %d\n\nText.\n' % n)),
            ('done', '2.0.0'), 'message %d' % n)
    octets = read(path)
    t.ok(octets.startswith(b'From alice@example.net Mon Nov 24 16:00:00 2025\n'
        b'X-Correo-Id: ' + ID.encode()), 'its From_ line', octets[:200])
    box = mailbox.mbox(path, create=False)
    t.eq([m['Subject'] for m in box], ['0', '1', '2'], 'Python reads it')
    t.eq([m['Delivered-To'] for m in box], ['bob@example.org'] * 3,
        'with our lines')
    st = os.stat(path)
    t.eq((oct(st.st_mode & 0o777), st.st_uid), ('0o600', UID), 'the user\'s')
    t.eq(os.listdir(home), ['mbox'], 'no lock is left')


def from_lines(t, home):
    path = home + '/nasty'
    put(home, path, NASTY, sender='')
    octets = read(path)
    t.ok(octets.startswith(b'From MAILER-DAEMON '), 'no sender')
    t.ok(octets.endswith(QUOTED + b'\n'), 'From_ lines are quoted', octets)
    put(home, path, NASTY, sender='"a b"@example.net')
    t.ok(b'\nFrom "a-b"@example.net ' in read(path), 'a blank in the sender')
    t.eq(len(mailbox.mbox(path, create=False)), 2, 'two messages')
    for before, want in (b'x', b'x\n\n'), (b'x\n', b'x\n\n'), (b'\n', b'\n'), \
            (b'x\n\n', b'x\n\n'):
        give(path, before)
        put(home, path)
        t.ok(read(path).startswith(want + b'From '), 'behind %r' % before,
            read(path)[:50])
    big = b'Subject: big\n\n' + b'From x\n' * 300000
    give(path)
    put(home, path, big)
    t.ok(read(path).endswith(big.replace(b'From', b'>From') + b'\n'), '2 MB')
    t.eq(verdict(put(home, path, b'Delivered-To: bob@example.org\n\n')),
        ('never', '5.4.6'), 'a loop')


def again(t, home):
    path = home + '/again'
    give(path)
    put(home, path, b'Subject: first\n\n', id=ID[:-1] + '0')
    before = read(path)
    put(home, path)
    whole = read(path)
    t.eq(verdict(put(home, path, replay=1)), ('done', '2.0.0'), 'a replay')
    t.eq(read(path), whole, 'is found')
    for n in len(before) + 150, len(whole) - 1, len(whole) - 20:
        give(path, whole[:n])
        put(home, path, replay=1)
        t.eq(read(path), whole, 'torn at %d of %d' % (n - len(before),
            len(whole) - len(before)))
        give(path, whole[:n] + b'\0' * (len(whole) - n))
        put(home, path, replay=1)
        t.eq(read(path), whole, 'and with NULs')
    give(path, whole[:-20] + b'\0' * 20 + b'From x\nSubject: y\n\n')
    put(home, path, replay=1)
    t.ok(read(path).endswith(b'From x\nSubject: y\n\n' + whole[len(before):]),
        'others behind it stay')
    changed = whole.replace(b'Subject: a', b'Status: RO\nSubject: a')
    give(path, changed)
    put(home, path, replay=1)
    t.eq(read(path), changed, 'one that a reader has changed is there')
    give(path, before)
    put(home, path, replay=1)
    t.eq(read(path), whole, 'one that is not there is written')
    put(home, path, b'X-Correo-Id: %s\n\n' % ID.encode(), id=ID[:-1] + '1')
    size = len(read(path))
    fill = b'Subject: z\n\n' + b'z' * 40000 + b'\n'
    put(home, path, fill, id=ID[:-1] + '2')
    whole = read(path)
    put(home, path, fill, replay=1, id=ID[:-1] + '2')
    t.eq(read(path), whole, 'behind much')


def locks(t, home):
    path = home + '/locked'
    give(path)
    for kind in 'fcntl', 'dot':
        with open(path, 'r+') as f:
            if kind == 'fcntl':
                fcntl.lockf(f, fcntl.LOCK_EX)
            else:
                open(path + '.lock', 'w').close()
            with Deliverer(home, 'deliver-local', '-b', path) as d:
                d.send()
                time.sleep(0.5)
                size = os.path.getsize(path)
                if kind == 'dot':
                    os.unlink(path + '.lock')
                else:
                    fcntl.lockf(f, fcntl.LOCK_UN)
                a = d.answer()
            t.eq((size, verdict(a)), (0, ('done', '2.0.0')), kind +
                ' lock of another is waited for')
        give(path)
    open(path + '.lock', 'w').close()
    os.utime(path + '.lock', (1, 1))
    t.eq(verdict(put(home, path)), ('done', '2.0.0'), 'a lock of long ago')
    t.eq(os.path.exists(path + '.lock'), False, 'is taken away')


def parallel(t, home):
    """Several at a time, of which none knows of the others."""
    path = home + '/parallel'

    def work(name):
        with Deliverer(os.path.join(home, name), 'deliver-local', '-b',
                path) as d:
            for n in range(20):
                d.send(b'Subject: %s %d\n\n%s\n' % (name.encode(), n,
                    b'From x\n' * 2000))
            for n in range(20):
                d.answer()
    threads = [threading.Thread(target=work, args=(name,)) for name in 'abc']
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    t.eq(sorted(m['Subject'] for m in mailbox.mbox(path, create=False)),
        sorted('%s %d' % (name, n) for name in 'abc' for n in range(20)),
        'each message once, whole')


def no_mbox(t, home):
    os.mkfifo(home + '/fifo')
    os.mkdir(home + '/dir')
    os.symlink('mbox', home + '/link')
    for path, want in [('fifo', 'later'), ('dir', 'later'), ('no/such',
            'later'), ('link', 'done')]:
        a = put(home, os.path.join(home, path))
        t.eq(a['verdict'], want, '%s: %s' % (path, a['why']))
    t.eq(put(home, '/dev/null')['verdict'], 'done', '/dev/null')
    t.eq(put(home, home + '/link', flag='-s')['verdict'], 'later',
        "the system's mailbox is no link")
    if ROOT:
        give(home + '/theirs')
        os.chown(home + '/theirs', 60701, -1)
        os.chmod(home + '/theirs', 0o666)
        t.eq(put(home, home + '/theirs', flag='-s')['verdict'], 'later',
            "and nobody else's")


def full(t, home):
    """What does not fit is cut off again."""
    path = home + '/full'
    give(path)
    put(home, path)
    before = read(path)
    with Deliverer(home, 'deliver-local', '-b', path, before=['sh', '-c',
            'ulimit -f 100; exec "$@"', 'sh']) as d:
        a = d.deliver(LETTER + b'x' * 200000)
    t.eq(verdict(a), ('later', '4.2.2'), 'no room')
    t.eq(read(path), before, 'and nothing of it is there')


def main():
    t = Tap()
    with folder() as top:
        home = make_home(top)
        for case in appends, from_lines, again, locks, parallel, no_mbox, full:
            t.run(case, home)
    t.done()


main()
