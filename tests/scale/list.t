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


def main():
    if not may_trace():
        skip_all('strace may not trace here')
    t = Tap()
    with folder() as top, Instance(top, RETRY_FIRST_S=3600,
            RETRY_MAX_S=3600, DELAY_REPORT_S=0) as i:
        for case in remote,:
            t.run(case, i, top)
    t.done()


main()
