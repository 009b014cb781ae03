#!/usr/bin/env python3
"""The queue's disk is full, or has no inode left: 452 at the SMTP door, 75 from
sendmail, nothing is lost or comes twice, and the queue drains when there is
room. The disk is a small tmpfs, so only root can see it."""

import contextlib
import errno
import os
import subprocess
import sys

sys.dont_write_bytecode = True
from correo import Instance, ROOT, Tap, folder, read, skip_all, wait_for

WRITERS = 'qinject', 'qinject-local', 'qrunner'
LETTER = b'Subject: x\r\n\r\n' + b'A line of text.\r\n' * 600


@contextlib.contextmanager
def small_queue(i):
    """The queue on a disk of 1 MB with 60 inodes."""
    st = os.stat(i.queue)
    for service in WRITERS:
        i.service('-d', service)
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m,nr_inodes=60,'
        'mode=700,uid=%d,gid=%d' % (st.st_uid, st.st_gid), 'correo', i.queue],
        stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        skip_all('mount: ' + done.stderr.strip())
    try:
        for part in 'msg', 'tmp', 'bad':
            os.mkdir(os.path.join(i.queue, part), 0o700)
            os.chown(os.path.join(i.queue, part), st.st_uid, st.st_gid)
        for service in WRITERS:
            i.service('-u', service)
        yield
    finally:
        for service in WRITERS:
            i.service('-d', service)
        wait_for(lambda: subprocess.run(['umount', i.queue],
            stderr=subprocess.DEVNULL).returncode == 0, 20)
        for service in WRITERS:
            i.service('-u', service)


class Filled:
    """The disk has no octet, or no inode, to give."""

    def __init__(self, i, what):
        self.at, self.what, self.made = i.queue + '/fill', what, []

    def __enter__(self):
        try:
            while True:
                name = '%s.%d' % (self.at, len(self.made))
                self.made.append(name)
                with open(name, 'wb', buffering=0) as f:
                    while self.what == 'octets':
                        f.write(b'x' * 4096)
        except OSError as e:
            if e.errno != errno.ENOSPC:
                raise

    def __exit__(self, *_):
        for name in self.made:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)


def sendmail(i, to, octets=LETTER):
    return subprocess.run([i.env['SENDMAIL'], to], input=octets.replace(b'\r',
        b''), stderr=subprocess.PIPE, cwd='/')


def refused(t, i, what):
    """Nobody may put more in, and everybody is told that it is not for good."""
    with i.smtp() as s:
        s.envelope('x@example.net', [i.address('alice')])
        answer = s.data(LETTER)
        t.eq((answer.code, answer.enhanced), (452, '4.3.1'),
            '%s: 452 at the door' % what)
        s.envelope('x@example.net', [i.address('alice')])
        t.eq(s.data(b'Subject: small\r\n\r\nx\r\n').code, 452,
            '... also to a small one, over the same session')
    done = sendmail(i, i.address('alice'))
    t.eq(done.returncode, 75, '%s: 75 from sendmail' % what)
    t.ok(b'disk is full' in done.stderr or b'No space' in done.stderr or
        b'room' in done.stderr, '... which says why', done.stderr)


def full(t, i, what):
    away = i.users['carol']
    os.rename(away, away + '.away')
    id = i.send([i.address('bob'), i.address('carol')], LETTER)
    i.logged(id, 'stat=Deferred')
    left = set(os.listdir(i.queue + '/msg'))
    with Filled(i, what):
        refused(t, i, what)
        # bob's new letter cannot come in; carol's old one is tried again, and
        # what became of it cannot always be noted.
        n = len(i.logged(id, 'carol', 'stat=Deferred', seconds=0))
        t.ok(len(i.logged(id, 'carol', 'stat=Deferred', n=n + 2)) > n,
            '%s: what waits is tried all the same' % what)
        t.eq(set(os.listdir(i.queue + '/msg')), left, '... nothing half is '
            'left in the queue')
        os.rename(away + '.away', away)
        if what == 'inodes':
            t.ok(i.idle(), '%s: it is delivered and goes' % what)
        else:
            t.eq(len(i.arrived('carol')), 1, '%s: it is delivered' % what)
    t.ok(i.idle(), '%s: with room the queue drains' % what, i.waiting(),
        *i.log()[-5:])
    t.eq((len(i.mail('bob')), len(i.mail('carol'))), (1, 1),
        '... each has it once')
    i.send(i.address('alice'), LETTER)
    t.eq(sendmail(i, i.address('alice')).returncode, 0, '... and both doors '
        'are open')
    t.eq(len(i.arrived('alice', 2)), 2, '... all that was taken comes')
    t.ok(i.idle(), '... and goes')
    i.empty()


def killed_while_full(t, i):
    """qrunner starts again on a full disk: who is done gets nothing more."""
    away = i.users['carol']
    os.rename(away, away + '.away')
    id = i.send([i.address('bob'), i.address('carol')], LETTER)
    i.logged(id, 'stat=Deferred')
    with Filled(i, 'octets'):
        i.service('-r', 'qrunner')
        n = len(i.logged(id, 'carol', 'stat=Deferred', seconds=0))
        t.ok(len(i.logged(id, 'carol', 'stat=Deferred', n=n + 1)) > n,
            'a restart on a full disk: it is tried')
        os.rename(away + '.away', away)
    t.ok(i.idle(), '... it goes')
    t.eq((len(i.mail('bob')), len(i.mail('carol'))), (1, 1),
        '... each has it once')
    i.empty()


def report_on_a_full_disk(t, i):
    """No room for a report: it is made when there is."""
    with Filled(i, 'octets'):
        pass
    i.service('-d', 'qrunner')
    i.inject(i.address('alice'), i.address('gone'), b'Subject: x\n\nText.\n')
    with Filled(i, 'octets'):
        i.service('-u', 'qrunner')
        t.ok(i.logged('gone@', 'stat=Failed'), 'a failure on a full disk')
        t.eq(len(i.waiting()), 1, '... its message stays')
        t.eq(i.mail('alice'), [], '... there is no report yet')
    t.eq(len(i.arrived('alice')), 1, '... there is one when there is room')
    t.ok(i.idle(), '... and the message goes')
    t.eq(len(i.mail('alice')), 1, '... one')
    i.empty()


def main():
    if not ROOT:
        skip_all('only root can mount a small disk')
    t = Tap()
    with folder() as top, Instance(top, RETRY_FIRST_S=1, RETRY_FACTOR=1) as i, \
            small_queue(i):
        for what in 'octets', 'inodes':
            t.run(full, i, what)
        t.run(killed_while_full, i)
        t.run(report_on_a_full_disk, i)
    t.done()


main()
