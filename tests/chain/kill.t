#!/usr/bin/env python3
"""While messages come in at ten sessions, qinject's master and workers, qrunner,
spawner and deliver-locals are killed at random: every message that got its 250
arrives, exactly once. CORREO_LONG=1: 1,000 messages, 100 kills."""

import collections
import os
import random
import re
import signal
import sys
import threading
import time

sys.dont_write_bytecode = True
from correo import Delivered, Instance, LONG, Smtp, Tap, folder, status, \
    wait_for

MESSAGES, KILLS = (1000, 100) if LONG else (200, 20)
SESSIONS = 10
LIMIT_S = 600 if LONG else 120
SEED = int(os.environ.get('SEED', time.time_ns() % 1000000))
VICTIMS = 'master', 'worker', 'qrunner', 'spawner', 'deliver-local'
MARK = re.compile(rb'^X-Mark: (\S+)$', re.M)


class Load:
    """At least MESSAGES that ten clients send until each has its 250, and on
    until the last kill. A try that brings none is sent again under a new
    mark."""

    def __init__(self, i):
        self.i = i
        self.lock = threading.Lock()
        self.kills = 0			# so far
        self.taken = {}			# mark: user, of those with a 250
        self.tried = {}			# all
        self.end = time.monotonic() + LIMIT_S
        self.threads = [threading.Thread(target=self.client, args=(n,))
            for n in range(SESSIONS)]

    def goes_on(self):
        """Wait when the kills lag behind, but never long: killing wants
        messages on their way."""
        wait_for(lambda: len(self.taken) < (self.kills + 3) * MESSAGES / KILLS,
            0.2, 0.01)
        return time.monotonic() < self.end and (self.kills < KILLS or
            len(self.taken) < MESSAGES)

    def client(self, n):
        r = random.Random('%d %d' % (SEED, n))
        s, sent = None, 0
        while self.goes_on():
            done = False
            while not done and time.monotonic() < self.end:
                mark, user = '%d-%d' % (n, sent), r.choice([*self.i.users])
                sent += 1
                with self.lock:
                    self.tried[mark] = user
                try:
                    s = s or Smtp(self.i.host, self.i.port)
                    s.send_message('', [self.i.address(user)],
                        b'X-Mark: %s\r\n\r\n%s' % (mark.encode(), b'x\r\n' *
                        r.choice([1, 100, 30000])))
                    done = True
                    with self.lock:
                        self.taken[mark] = user
                except (OSError, ValueError, RuntimeError):
                    if s is not None:
                        s.close()
                    s = None
                    time.sleep(0.05)
        if s is not None:
            s.close()


def alive(i):
    """{kind: pids} of what may be killed now."""
    kinds = collections.defaultdict(list)
    for program in 'qinject', 'qrunner', 'spawner', 'deliver-local':
        for pid in i.processes(program):
            kind = program
            if program == 'qinject':
                parent = int(status(pid).get('PPid', 0))
                kind = 'worker' if parent == i.service_pid('qinject') and \
                    parent else 'master'
            kinds[kind].append(pid)
    return kinds


def kill_one(i, r, kind, killed):
    """Kill one of that kind while a message is in the queue. False when there
    is none now."""
    pids = alive(i)[kind]
    if not pids:
        return False
    pid = r.choice(pids)
    wait_for(i.waiting, 0.2, 0)
    time.sleep(r.random() / 500)	# at any point of its way
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    killed[kind] += 1
    return True


def kills(t, i):
    r = random.Random(SEED)
    print('# SEED=%d' % SEED)
    load = Load(i)
    killed = collections.Counter()
    for thread in load.threads:
        thread.start()
    try:
        while load.kills < KILLS and time.monotonic() < load.end:
            if load.kills % len(VICTIMS) == 0:
                turn = r.sample(VICTIMS, len(VICTIMS))
            at = (load.kills + r.random()) * MESSAGES / KILLS
            wait_for(lambda: len(load.taken) >= at, LIMIT_S, 0.01)
            kind = turn[load.kills % len(VICTIMS)]
            wait_for(lambda: kill_one(i, r, kind, killed), 30, 0.01)
            load.kills += 1
    finally:
        for thread in load.threads:
            thread.join()
    t.ok(len(load.taken) >= MESSAGES, 'all %d messages get their 250' %
        len(load.taken))
    t.ok(sum(killed.values()) == KILLS and len(killed) == len(VICTIMS),
        '%d kills: %s' % (KILLS, ', '.join('%s %d' % one for one in
        sorted(killed.items()))))
    t.ok(i.idle(LIMIT_S), 'nothing stays in the queue', i.waiting())
    found = collections.Counter()
    for user in i.users:
        for path in i.mail(user):
            mark = MARK.search(Delivered(path).message).group(1).decode()
            found[mark, user] += 1
    want = set(load.taken.items())
    t.eq(sorted(want - set(found)), [], 'every message with a 250 is there')
    t.eq([one for one, n in found.items() if n > 1], [], 'none is there twice')
    t.eq(sorted(set(found) - set(load.tried.items())), [],
        'and no other: %d had no 250 and are there all the same' %
        len(set(found) - want))
    t.eq([name for part in ('tmp', 'bad')
        for name in os.listdir(os.path.join(i.queue, part))], [],
        'the queue has no remains')
    t.eq([path for user in i.users for path in i.mail(user, 'tmp')], [],
        'nor has a mailbox')


def main():
    t = Tap()
    with folder() as top, Instance(top, RETRY_FIRST_S=1, RETRY_FACTOR=1) as i:
        t.run(kills, i)
    t.done()


main()
