#!/usr/bin/env python3
"""What deliver-remote has given up, looked at while it lives."""

import sys

sys.dont_write_bytecode = True
from remote import *

SANITIZED = os.path.exists(PROGRAM) and b'__asan_init' in open(PROGRAM,
    'rb').read()


def limits(pid):
    found = {}
    with open('/proc/%d/limits' % pid) as f:
        for line in f:
            words = re.match(r'Max ([a-z ]+?) {2,}(\S+)', line)
            if words:
                found[words.group(1)] = words.group(2)
    return found


def rights(t, top):
    with Sink() as s, Remote(top, to(s.port)) as r:
        r.one()
        pid = r.process.pid
        st = status(pid)
        t.eq(st['NoNewPrivs'], '1', 'no_new_privs')
        if not SANITIZED:
            t.eq(st['Seccomp'], '2', 'seccomp')
        if ROOT:
            t.eq(set(st['Uid'].split()), {str(UID)}, 'its own uid')
        have = limits(pid)
        t.eq([have[k] for k in ('open files', 'processes', 'core file size')],
            ['116', '0', '0'], 'limits')
        fds = {}
        for fd in os.listdir('/proc/%d/fd' % pid):
            fds[int(fd)] = os.readlink('/proc/%d/fd/%s' % (pid, fd))
        t.eq(sorted(fds)[:3], [0, 1, 2], 'descriptors: 0 to 2')
        t.ok(len(fds) == 4 and sum(x.startswith('socket:') for x in
            fds.values()) == 2, '... and the connection', fds)


def hundreds(t, top):
    """More jobs than it takes at a time, and no descriptor is left over."""
    with Sink() as s, Remote(top, to(s.port)) as r:
        feeder = threading.Thread(target=lambda: [r.job('u%d@example.org' % n)
            for n in range(500)])
        feeder.start()
        t.eq({r.answer().verdict for _ in range(500)}, {'done'}, '500 messages')
        feeder.join()
        t.eq(len(s.mail), 500, '... came')
        t.ok(wait_for(lambda: len(os.listdir('/proc/%d/fd' % r.process.pid)) ==
            4), '... no descriptor is left')


def main():
    t = Tap()
    with folder() as top:
        for case in rights, hundreds:
            t.run(case, top)
    t.done()


main()
