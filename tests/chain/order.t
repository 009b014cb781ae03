#!/usr/bin/env python3
"""strace shows it: in the queue and in the mailbox, link, then fsync of the
file, then fsync of the folder; only then the answer, the 250 and the unlink.
What is delivered directly is never in the queue: the mailbox's answer is the
writer's."""

import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
from correo import Instance, Tap, WAIT_S, folder, read, skip_all, status, \
    wait_for

CALLS = 'linkat,fsync,fdatasync,unlinkat,write,sendto,sendmsg,renameat'


class Call:
    """One line of strace -f -y, finished ones only."""

    def __init__(self, line):
        found = re.match(rb'(\d+) +(\w+)\((.*)\) += (-?\d+)', line)
        self.pid, self.name, self.args = int(found.group(1)), \
            found.group(2).decode(), found.group(3).decode()
        self.good = not found.group(4).startswith(b'-')
        self.line = line.decode()

    def fd(self):
        """The first argument, a descriptor, as number and path."""
        found = re.match(r'(\d+)<([^>]*)>', self.args)
        return (int(found.group(1)), found.group(2)) if found else (-1, '')


def trace(top, i, pids, action):
    """What these processes and their children do during action()."""
    out = os.path.join(top, 'strace')
    command = ['strace', '-f', '-y', '-s', '60', '-e', 'trace=' + CALLS, '-o',
        out]
    for pid in pids:
        command += ['-p', str(pid)]
    tracer = subprocess.Popen(command, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        def traced():
            return tracer.poll() is not None or all(status(pid).get(
                'TracerPid') == str(tracer.pid) for pid in pids)
        wait_for(traced)
        if tracer.poll() is not None:
            skip_all('strace may not trace here')
        result = action()
    finally:
        tracer.terminate()
        tracer.wait(WAIT_S)
    lines = read(out).splitlines()
    if any(b'resumed>' in line or b'<unfinished' in line for line in lines):
        lines = join_resumed(lines)
    calls = [Call(line) for line in lines if re.match(
        rb'\d+ +\w+\(.*\) += -?\d+', line)]
    return result, calls


def join_resumed(lines):
    """Calls that strace shows in two parts, at the place of the second."""
    begun, whole = {}, []
    for line in lines:
        pid = line.split()[0]
        if line.endswith(b'<unfinished ...>'):
            begun[pid] = line[:-len(b'<unfinished ...>')].rstrip()
        elif b'resumed>' in line and pid in begun:
            whole.append(begun.pop(pid) + line.split(b'resumed>', 1)[1])
        else:
            whole.append(line)
    return whole


def find(calls, start, test):
    """Where the first call from start on is that passes the test."""
    return next((n for n in range(start, len(calls)) if calls[n].good and
        test(calls[n])), None)


def steps(calls, into, name, answer):
    """[link, fsync of the file, fsync of the folder, answer] as indices of
    one process's calls; None for what is not there."""
    link = find(calls, 0, lambda c: c.name == 'linkat' and name in c.args and
        '<%s>' % into in c.args)
    if link is None:
        return [None] * 4
    nameless = re.search(r'/proc/self/fd/(\d+)"', calls[link].args)
    mine = lambda c: c.pid == calls[link].pid
    is_file = lambda c: c.fd()[0] == int(nameless.group(1)) if nameless else \
        c.fd()[1] != into
    return [link,
        find(calls, link, lambda c: mine(c) and c.name == 'fsync' and
            is_file(c)),
        find(calls, link, lambda c: mine(c) and c.name == 'fsync' and
            c.fd()[1] == into),
        find(calls, link, lambda c: mine(c) and answer(c))]


def rises(steps):
    return None not in steps and steps == sorted(set(steps))


def is_answer(call):
    return call.name in ('write', 'sendto', 'sendmsg') and \
        'verdict' in call.args


def send_one(i):
    """A letter to alice, which has arrived: its id."""
    id = i.send(i.address('alice'))
    i.arrived('alice')
    i.idle()
    return id


def traced(top, i):
    """send_one's id, and the calls meanwhile."""
    return trace(top, i, [pid for program in ('qinject', 'qrunner', 'spawner')
        for pid in i.processes(program)], lambda: send_one(i))


def by_the_queue(t, top):
    with Instance(top, DIRECT='0') as i:
        id, calls = traced(top, i)
    lines = [c.line for c in calls]
    queue = steps(calls, i.queue + '/msg', id, is_answer)
    t.ok(rises(queue), 'queue: link, fsync file, fsync folder, answer', queue,
        *lines)
    told = find(calls, 0, lambda c: c.name in ('sendto', 'sendmsg') and
        id in c.args and 'verdict' not in c.args and 'job' not in c.args)
    t.ok(None not in (told, queue[2]) and told > queue[2],
        'the runner is told after that', told, queue)
    if os.geteuid() != 0:		# deliver-local is not dumpable
        t.skip('mailbox', 'only root sees into a deliver-local')
        return
    box = steps(calls, i.users['alice'] + '/new', id, is_answer)
    t.ok(rises(box), 'mailbox: link, fsync file, fsync folder, answer', box,
        *lines)
    gone = find(calls, 0, lambda c: c.name == 'unlinkat' and id in c.args)
    t.ok(None not in (gone, box[3]) and gone > box[3],
        'the queue file goes after that', gone, box, *lines)
    start = find(calls, 0, lambda c: c.name == 'write' and
        '"start ' in c.args and i.address('alice') in c.args)
    t.ok(None not in (start, box[0]) and start < box[0],
        "the journal says start before the mailbox's link", start, box)


def directly(t, top):
    with Instance(top) as i:
        id, calls = traced(top, i)
    lines = [c.line for c in calls]
    flushes = [c.line for c in calls if c.name in ('fsync', 'fdatasync') and
        '/queue/' in c.args]
    t.ok(find(calls, 0, lambda c: c.name == 'linkat' and
        i.queue in c.args) is None and not flushes,
        'directly: nothing is linked or synced in the queue', *lines)
    if os.geteuid() != 0:
        t.skip('mailbox', 'only root sees into a deliver-local')
        return
    box = steps(calls, i.users['alice'] + '/new', id, is_answer)
    t.ok(rises(box), 'mailbox: link, fsync file, fsync folder, answer', box,
        *lines)
    said = [n for n, c in enumerate(calls) if is_answer(c) and
        c.pid != calls[box[0]].pid]
    t.ok(said and said[0] > box[3],	# the last call may not be in the trace
        'only then the runner and the writer answer', said, box, *lines)


def main():
    if not shutil.which('strace'):
        skip_all('strace is not installed')
    t = Tap()
    with folder() as top:
        by_the_queue(t, top + '/queue')
        directly(t, top + '/direct')
    t.done()


main()
