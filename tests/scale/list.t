#!/usr/bin/env python3
"""One message to thousands: each recipient is asked about once, has it once, and the
work is done soon."""

import collections
import os
import re
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
for beside in 'admin', 'remote':
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), beside))
from admin import Instance, LONG, Tap, correo, folder, read, routes, wait_for
from correo import skip_all
from remote import Sink
from counts import Calls, may_trace
import generate

MANY = 20000 if LONG else 5000
LATE_S = 300
ELSEWHERE = 'elsewhere.example'


def put(i, to, journal=''):
    """A message to all of these, while the runner is away."""
    us = int(time.time() * 1000000)
    id = generate.queue_id(us, 1)
    path = os.path.join(i.queue, 'msg', id)
    with open(path, 'wb', opener=lambda p, f: os.open(p, f, 0o600)) as f:
        f.write(generate.queue_file([('sender', i.address('alice'))] +
            [('rcpt', one) for one in to], b'Subject: all\n\nText.\n', us,
            journal.encode()))
    st = os.stat(i.queue)
    os.chown(path, st.st_uid, st.st_gid)
    return id


def remote(t, i, top):
    """All of them at one host, which is slow to begin."""
    want = ['user%d@%s' % (n, ELSEWHERE) for n in range(MANY)]
    with Sink() as sink:
        sink.go.clear()
        routes(i, '%s smtp:[127.0.0.1]:%d tls=none' % (ELSEWHERE, sink.port))
        i.service('-d', 'qrunner')
        put(i, want)
        i.service('-u', 'qrunner')
        with Calls(i.service_pid('qrunner'), top) as calls:
            sink.go.set()
            t.ok(i.idle(LATE_S), 'a message to %d at one host goes' % MANY)
        got = collections.Counter(re.search('<(.*)>', one)[1] for mail in
            sink.mail for one in mail.to)
        t.eq((set(got), set(got.values())), (set(want), {1}), 'each has it '
            'once')
        each = calls.count['sendmsg'] / MANY
        t.ok(each < 3, 'a question and a job for each: %.2f' % each,
            calls.count)


def bounced(t, i, top):
    """None of them exists: one report for all."""
    i.service('-d', 'qrunner')
    put(i, ['nobody%d@%s' % (n, i.domain) for n in range(MANY)])
    i.service('-u', 'qrunner')
    report, = i.arrived('alice', seconds=LATE_S) or [None]
    failed = re.findall(rb'(?m)^Final-Recipient: rfc822; ?nobody(\d+)@',
        read(report))
    t.eq((len(failed), len(set(failed))), (MANY, MANY), 'a report of %d '
        'failures' % MANY)
    i.empty()


def replayed(t, i, top):
    """All but the last have it, the journal says; and all are looked at."""
    want = [i.address('x%d' % n) for n in range(MANY - 1)] + [i.address('bob')]
    done = ''.join('start 1.000000 %s\ndone 1.000000 2.0.0 %s\n' % (one, one)
        for one in want[:-1])
    later = 'later 1.000000 4.2.0 %s\nwhy full\n' % want[-1]
    i.service('-d', 'qrunner')
    id = put(i, want, done + later + 'held 1.000000\n')
    i.service('-u', 'qrunner')
    listed = correo(i, 'queue', 'list').out
    t.ok('to bob@' in listed and 'more' not in listed, 'one is left', listed)
    correo(i, 'queue', 'release', id)
    t.ok(len(i.arrived('bob', seconds=LATE_S)) == 1 and i.idle(LATE_S),
        'he gets it')
    t.eq(len(i.mail('alice')), 0, 'no report of the others')
    i.empty()


def late(t, i, top):
    """All of them wait: they are listed, in their order."""
    want = [i.address('user%d' % n) for n in range(MANY)]
    i.service('-d', 'qrunner')
    id = put(i, want, ''.join('later 1.000000 4.2.0 %s\nwhy full\n' % one for
        one in want) + 'held 1.000000\n')
    i.service('-u', 'qrunner')
    t.ok('and %d more' % (MANY - 3) in correo(i, 'queue', 'list').out,
        'all wait')
    correo(i, 'queue', 'remove', id)


def main():
    if not may_trace():
        skip_all('strace may not trace here')
    t = Tap()
    with folder() as top, Instance(top, RETRY_FIRST_S=3600,
            RETRY_MAX_S=3600, DELAY_REPORT_S=0) as i:
        for case in remote, bounced, replayed, late:
            t.run(case, i, top)
    t.done()


main()
