#!/usr/bin/env python3
"""The recorder by itself: it numbers, kills, fails and stops as it says."""

import errno
import os
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import chain

CALLS = ['openat', 'write', 'linkat', 'fsync', 'openat', 'fsync', 'renameat',
    'mkdir', 'unlink', 'rmdir']
CHANGING = ','.join(['open', 'creat', 'link', 'rename', 'unlinkat', 'mkdirat',
    'renameat2', *CALLS])


def same_call(call):
    """x86-64 has two calls where newer systems have one."""
    return {'open': 'openat', 'mkdir': 'mkdirat', 'unlink': 'unlinkat',
        'rmdir': 'unlinkat', 'rename': 'renameat',
        'renameat2': 'renameat'}.get(call, call)


def record(folder, *options):
    """Run steps under the recorder in a new folder below folder."""
    place = os.path.join(folder, str(len(os.listdir(folder))))
    os.mkdir(place)
    trace = place + '.trace'
    run = subprocess.run([recorder, '-t', trace, '-c', CHANGING, *options,
        '--', steps, place], stdout=subprocess.PIPE)
    return place, run.returncode, run.stdout.decode(), chain.read_trace(trace)


with chain.folder() as folder:
    recorder, steps = chain.build_tools(folder, 'recorder', 'steps')
    t = chain.Tap()

    place, code, out, calls = record(folder)
    t.eq([same_call(c.call) for c in calls], [same_call(c) for c in CALLS],
        'each call is seen once, in order, in the child too')
    t.eq((code, out), (0, ''), 'the command runs as without it')
    t.eq([c.index for c in calls], list(range(1, len(CALLS) + 1)),
        'the index counts from 1, over all processes')
    t.ok(len({c.inode for c in calls[0:4]}) == 1 and
        calls[6].inode == calls[8].inode == calls[0].inode,
        'one file has one inode from its nameless beginning to its unlink')
    t.ok(calls[4].inode == calls[5].inode != calls[0].inode and
        calls[5].path == os.path.realpath(place), 'a folder has its own')
    t.eq((calls[2].path2, calls[6].path2), (place + '/one', place + '/two'),
        'paths are made absolute')

    made = lambda p: sorted(os.listdir(p))
    for n, before, after in [(3, [], ['one']), (7, ['one'], ['two']),
            (9, ['sub', 'two'], ['sub']), (10, ['sub'], [])]:
        place, code, out, calls = record(folder, '-k', str(n))
        t.eq((code, made(place), calls[-1].result),
            (137, before, 'killed before'), 'killed before call %d' % n)
        place, code, out, calls = record(folder, '-K', str(n))
        t.eq((code, made(place), calls[-1].result),
            (137, after, 'killed after'), 'killed after call %d' % n)
    place, code, out, calls = record(folder, '-k', '8')
    t.eq((code, calls[7].result, out), (111, 'killed before', 'rmdir 2\n'),
        'a killed child ends alone')

    for name in 'ENOSPC', 'EIO', 'EMFILE', 'EINTR':
        number = getattr(errno, name)
        place, code, out, calls = record(folder, '-f', '2', '-e', name)
        t.eq((code, out, calls[1].result), (111, 'write %d\n' % number,
            'failed -' + name), 'a write that fails with ' + name)
    place, code, out, calls = record(folder, '-f', '9', '-e', 'EIO')
    t.eq((made(place), out), (['two'], 'unlink %d\n' % errno.EIO),
        'a failed call has no effect')
    place, code, out, calls = record(folder, '-F', 'fsync,fdatasync', '-f',
        '5', '-e', 'ENOSPC')
    t.eq(out, 'dirsync %d\n' % errno.ENOSPC, 'all of a name, from an index')
    place, code, out, calls = record(folder, '-p', 'other')
    t.eq((code, calls), (0, []), 'other programs run unwatched')

    hooks = folder + '/hooks'
    place, code, out, calls = record(folder, '-s', 'echo $RECORDER_INDEX '
        '$RECORDER_CALL $(ls /proc/$RECORDER_PID/cwd) >>' + hooks)
    with open(hooks) as f:
        lines = [line.split() for line in f]
    t.eq([line[0] + ''.join(line[2:]) for line in lines], ['1', '2', '3',
        '4one', '5one', '6one', '7one', '8two', '9subtwo', '10sub'],
        'the hook runs before each call')

    sleeper = subprocess.Popen(['sh', '-c', 'read x; cat /dev/null; sleep 60'],
        stdin=subprocess.PIPE)
    watcher = subprocess.Popen([recorder, '-t', folder + '/attached', '-a',
        str(sleeper.pid)])
    seen = chain.wait_until(lambda: chain.traced_by(sleeper.pid) ==
        watcher.pid, 5)
    sleeper.stdin.write(b'x\n')
    sleeper.stdin.close()
    chain.wait_until(lambda: 'read' in [c.call for c in
        chain.read_trace(folder + '/attached')], 5)
    watcher.send_signal(signal.SIGTERM)
    watcher.wait(5)
    t.ok(seen and sleeper.poll() is None, 'attaches, and lets go unharmed')
    sleeper.kill()
    sleeper.wait()
    command = subprocess.Popen([recorder, '--', 'sleep', '60'])
    time.sleep(0.2)
    command.send_signal(signal.SIGTERM)
    t.eq(command.wait(5), 128 + signal.SIGTERM, 'SIGTERM goes to the command')
    t.done()
