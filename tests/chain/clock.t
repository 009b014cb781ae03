#!/usr/bin/env python3
"""The system's clock jumps while mail waits: by a day or ten years, back and forth. What
waits is tried in time and comes once, also over a restart, and nothing that
has just come is given up. The clock is libfaketime's (Debian: faketime), for a
qrunner that is linked for it; so only with CORREO_LONG=1."""

import glob
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from correo import Instance, LONG, Skip, TOP, Tap, folder, read, skip_all, \
    wait_for

DAY_S = 86400
RUN = """#!/bin/sh
export LD_PRELOAD=%s FAKETIME_TIMESTAMP_FILE=%s FAKETIME_NO_CACHE=1
export FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1
exec %s "$@"
"""


def build(at):
    """A qrunner that libfaketime can reach: the usual one is static."""
    env = {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS',
        'MFLAGS', 'MAKELEVEL', 'BUILD', 'BIN')}
    done = subprocess.run(['make', '-s', '-C', TOP, 'STATIC=0', 'BUILD=' + at,
        'PROGRAMS=qrunner', 'all'], env=env, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise RuntimeError(done.stdout)
    return at + '/bin/qrunner'


class Clock:
    def __init__(self, i, top, library):
        self.path = top + '/clock'
        self.set(0)
        program = i.root + '/libexec/qrunner'
        shutil.copy(build(top + '/build'), program + '.dynamic')
        os.unlink(program)
        with open(program, 'w') as f:
            f.write(RUN % (library, self.path, program + '.dynamic'))
        os.chmod(program, 0o755)
        i.service('-r', 'qrunner')

    def set(self, seconds):
        with open(self.path + '.new', 'w') as f:
            f.write('%+d\n' % seconds)
        os.chmod(self.path + '.new', 0o644)
        os.rename(self.path + '.new', self.path)


def waiting(i):
    """A message that was put off once: its id and its journal."""
    before = set(i.waiting())
    i.inject(i.address('alice'), [i.address('bob'), i.address('carol')])
    id, = set(i.waiting()) - before
    i.logged(id, 'stat=Deferred')
    return id, os.path.join(i.queue, 'msg', id)


def tried_again(t, i, id, name):
    n = len(i.logged(id, 'stat=Deferred', seconds=0))
    t.ok(len(i.logged(id, 'stat=Deferred', n=n + 2)) >= n + 2,
        name)


def comes(t, i, clock, name):
    """carol is back: everything goes, once; alice has no report."""
    os.rename(i.users['carol'] + '.away', i.users['carol'])
    t.ok(i.idle(), '%s: the queue drains' % name, i.waiting())
    t.eq([len(i.mail(user)) for user in ('alice', 'bob', 'carol')], [0, 1, 1],
        '%s: each has it once, and no report is made' % name)
    clock.set(0)
    i.empty()
    os.rename(i.users['carol'], i.users['carol'] + '.away')


def jumps_back(t, i, clock, by_s, name):
    id, path = waiting(i)
    clock.set(by_s)
    tried_again(t, i, id, '%s: it is tried again' % name)
    i.service('-r', 'qrunner')
    tried_again(t, i, id, '%s: and after a restart' % name)
    clock.set(0)
    tried_again(t, i, id, '%s: and when the clock is right again' % name)
    comes(t, i, clock, name)


def jumps_ahead(t, i, clock, by_s, name):
    """As where the clock is set by the network some time after the start."""
    id, path = waiting(i)
    clock.set(by_s)
    tried_again(t, i, id, '%s: it is tried again, not given up' % name)
    clock.set(0)
    tried_again(t, i, id, '%s: and when the clock is right again' % name)
    i.service('-r', 'qrunner')
    comes(t, i, clock, name)


def arrives_wrong(t, i, clock, by_s, name):
    """It comes while the clock is wrong, which is then mended."""
    clock.set(by_s)
    i.service('-r', 'qrunner')
    id, path = waiting(i)
    clock.set(0)
    tried_again(t, i, id, '%s: it is tried again' % name)
    i.service('-r', 'qrunner')
    tried_again(t, i, id, '%s: and after a restart' % name)
    comes(t, i, clock, name)


def main():
    if not LONG:
        skip_all('CORREO_LONG=1 is not set')
    library = glob.glob('/usr/lib/*/faketime/libfaketime.so.1')
    if not library:
        skip_all('libfaketime is not installed')
    t = Tap()
    with folder() as top, Instance(top, RETRY_FIRST_S=1, RETRY_FACTOR=1,
            RETRY_MAX_S=2) as i:
        clock = Clock(i, top, library[0])
        os.rename(i.users['carol'], i.users['carol'] + '.away')
        t.run(jumps_back, i, clock, -DAY_S, 'a day back')
        t.run(jumps_back, i, clock, -3650 * DAY_S, 'ten years back')
        t.run(jumps_ahead, i, clock, DAY_S, 'a day ahead')
        t.run(jumps_ahead, i, clock, 3650 * DAY_S, 'ten years ahead')
        t.run(arrives_wrong, i, clock, 3650 * DAY_S, 'ten years ahead, mended')
        t.run(arrives_wrong, i, clock, -3650 * DAY_S, 'ten years back, mended')
        os.rename(i.users['carol'] + '.away', i.users['carol'])
    t.done()


main()
