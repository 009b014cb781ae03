#!/usr/bin/env python3
"""Delivery before the 250: what is delivered directly, what is queued instead,
and that each letter comes once whatever happens meanwhile."""

import os
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
from correo import Instance, Tap, argv, folder, processes_in, status, wait_for

LETTER = b'Subject: a letter\r\n\r\nText.\r\n'
HANG = """#!/bin/sh
case $* in *'%s') kill -STOP $$ ;; esac
exec %s "$@"
"""


def said(i, to, octets=LETTER, sender='sender@example.net'):
    with i.smtp() as s:
        s.envelope(sender, [to] if isinstance(to, str) else to)
        return s.data(octets).text


def counts(i, *users):
    return [len(i.mail(user)) for user in users]


def delivered(t, i):
    alice, bob, carol = map(i.address, ('alice', 'bob', 'carol'))
    text = said(i, alice)
    t.ok('250 2.0.0 ok, delivered as ' in text, 'one recipient', text)
    t.eq((counts(i, 'alice'), i.waiting()), ([1], []), 'it is there, at once')
    text = said(i, [alice, bob, 'both', alice])
    t.ok('delivered as' in text, 'several, and an alias', text)
    t.eq((counts(i, 'alice', 'bob', 'carol'), i.waiting()), ([2, 1, 1], []),
        'all have it once')
    t.eq(i.logged('stat=Deferred', seconds=0), [], 'nothing was deferred')
    with i.smtp() as s:
        texts = [s.send_message('', [carol], LETTER) for _ in range(20)]
    t.eq((len(set(texts)), counts(i, 'carol')), (20, [21]), 'twenty in a row')
    i.empty()


def queued(t, i):
    alice = i.address('alice')
    i.add_lines('aliases', *('list%d: carol' % n for n in range(101)))
    for to, what in ((['away', alice], 'a recipient is elsewhere'),
            ([alice] + ['list%d' % n for n in range(100)],
            'more than 100 recipients')):
        text = said(i, to)
        t.ok('queued as' in text, what, text)
        t.ok(i.arrived('alice'), 'it arrives')
        for id in i.waiting():
            subprocess.run([i.env['CORREO'], 'queue', 'remove', id],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
        t.ok(i.idle(), 'the other was held')
        t.eq(counts(i, 'alice'), [1], 'once')
        i.empty()
    with i.smtp() as s:
        s.command('MAIL FROM:<%s>' % i.address('bob'))
        s.command('RCPT TO:<%s> NOTIFY=SUCCESS' % alice)
        text = s.data(LETTER).text
    t.ok('queued as' in text, 'the sender wants a report', text)
    t.eq([len(i.arrived(user)) for user in ('alice', 'bob')], [1, 1],
        'letter and report')
    i.idle()
    i.empty()


def refused(t, i):
    loop = b'Delivered-To: %s\r\n' % i.address('alice').encode() + LETTER
    text = said(i, i.address('alice'), loop)
    t.ok(text.startswith('554 5.4.6'), 'the mailbox says never: so do we',
        text)
    t.eq((counts(i, 'alice'), i.waiting()), ([0], []), 'nothing is kept')
    text = said(i, [i.address('alice'), i.address('bob')], loop,
        i.address('carol'))
    t.ok('queued as' in text, 'one of two says never', text)
    t.ok(i.arrived('carol') and i.idle(), 'the sender has a report')
    t.eq(counts(i, 'alice', 'bob', 'carol'), [0, 1, 1],
        'the other has it once')
    i.empty()


def deferred(t, i):
    new = os.path.join(i.users['alice'], 'new')
    os.rename(new, new + '.away')
    try:
        text = said(i, [i.address('alice'), i.address('bob')])
        t.ok('queued as' in text, 'one of two cannot have it now', text)
        t.eq(counts(i, 'bob'), [1], 'the other has it')
    finally:
        os.rename(new + '.away', new)
    t.ok(i.arrived('alice') and i.idle(), 'later it arrives')
    t.eq(counts(i, 'alice', 'bob'), [1, 1], 'each has it once')
    i.empty()


class Hanging:
    """deliver-locals that stop as they start, until the end."""

    def __init__(self, i, user):
        self.i, self.user = i, user
        self.program = i.root + '/libexec/deliver-local'

    def stopped(self):
        return [pid for pid in processes_in(self.i.root) if
            self.i.users[self.user] in argv(pid) and
            status(pid).get('State', '').startswith('T')]

    def __enter__(self):
        wait_for(lambda: not self.i.processes('deliver-local'))
        os.rename(self.program, self.program + '.real')
        with open(self.program, 'w') as f:
            f.write(HANG % (self.i.users[self.user],
                self.program + '.real'))
        os.chmod(self.program, 0o755)
        return self

    def __exit__(self, *_):
        os.rename(self.program + '.real', self.program)
        for pid in self.stopped():
            os.kill(pid, signal.SIGCONT)


def hanging(t, i):
    both = [i.address('alice'), i.address('bob')]
    with Hanging(i, 'alice') as h:
        text = said(i, both)
        t.ok('queued as' in text, 'a mailbox hangs: the writer waits for a '
            'while', text)
        t.eq((len(h.stopped()), counts(i, 'alice')), (1, [0]), 'it hangs')
        begun = time.monotonic()
        texts = [said(i, both[:1]) for _ in range(30)]
        t.ok(all('queued as' in text for text in texts), 'more for it',
            *texts)
        t.ok(time.monotonic() - begun < 30 * 1, 'they do not wait as long '
            'each')
        t.eq(len(i.waiting()), 31, 'all are in the queue')
    t.ok(i.idle(), 'it goes on')
    t.eq(counts(i, 'alice', 'bob'), [31, 1], 'each has each letter once')
    i.empty()


def killed(t, i, who):
    """One of the two ends while the mailbox hangs."""
    result = []
    with Hanging(i, 'alice') as h:
        talk = threading.Thread(target=lambda: result.append(said(i,
            i.address('alice'))))
        talk.start()
        wait_for(h.stopped)
        for pid in i.processes(who):
            os.kill(pid, signal.SIGKILL)
        talk.join()
    text = result[0]
    if who == 'qinject':
        t.ok(text.startswith('451'), who + ' dies: try later', text)
        wait_for(lambda: i.service_pid('qinject') and said(i,
            i.address('bob')).startswith('250'))
        most = 1
    else:
        t.ok('queued as' in text, who + ' dies: it is queued', text)
        most = 1
    wait_for(lambda: not i.processes('deliver-local'))
    t.ok(i.idle(), 'nothing stays')
    if text.startswith('250'):
        i.arrived('alice')
    n = len(i.mail('alice'))
    t.ok(n <= most and (n == 1 or not text.startswith('250')),
        'it comes once, or not if it was not taken', n)
    i.service('-u', 'qrunner')
    i.empty()


def killed_writer(t, i):
    killed(t, i, 'qinject')


def killed_runner(t, i):
    killed(t, i, 'qrunner')


def without_a_runner(t, i):
    i.service('-d', 'qrunner')
    text = said(i, i.address('alice'))
    t.ok('queued as' in text, 'no runner: it is queued', text)
    i.service('-u', 'qrunner')
    t.ok(i.arrived('alice') and i.idle(), 'and delivered later')
    i.service('-d', 'who-is')
    i.inject('', i.address('alice'))
    t.eq(len(i.waiting()), 1, 'no who-is: it is queued')
    i.service('-u', 'who-is')
    t.ok(i.arrived('alice', 2) and i.idle(), 'and delivered later')
    t.eq(counts(i, 'alice'), [2], 'once each')
    i.empty()


def runner_stops(t, i):
    result = []
    with Hanging(i, 'alice') as h:
        talk = threading.Thread(target=lambda: result.append(said(i,
            [i.address('bob'), i.address('alice')])))
        talk.start()
        wait_for(h.stopped)
        i.service('-d', 'qrunner')
        talk.join()
    t.ok('queued as' in result[0], 'the runner ends: it is queued', result)
    wait_for(lambda: not i.processes('deliver-local'))
    i.service('-u', 'qrunner')
    t.ok(i.arrived('alice') and i.idle(), 'and delivered')
    t.eq(counts(i, 'alice', 'bob'), [1, 1], 'once each')
    i.empty()


def side_by_side(t, i):
    users = ['alice', 'bob', 'carol']
    sent, lock = [], threading.Lock()

    def talk(n):
        with i.smtp() as s:
            for k in range(25):
                id = s.send_message('', [i.address(users[(n + k) % 3])],
                    LETTER)
                with lock:
                    sent.append(id)
    talks = [threading.Thread(target=talk, args=(n,)) for n in range(8)]
    for one in talks:
        one.start()
    for one in talks:
        one.join()
    t.ok(i.idle(), 'eight sessions')
    paths = [path for user in users for path in i.mail(user)]
    t.eq(len(sent), 200, 'all are taken')
    t.eq(sorted(sum(id in path for path in paths) for id in sent), [1] * 200,
        'each letter is there once')
    i.empty()


def off(t, top):
    with Instance(top, 'off', DIRECT=0) as i:
        text = said(i, i.address('alice'))
        t.ok('queued as' in text and i.arrived('alice'), 'turned off: by the '
            'queue', text)


def main():
    t = Tap()
    with folder() as top:
        with Instance(top, RETRY_FIRST_S=1, RETRY_FACTOR=1, DIRECT_S=2) as i:
            i.add_lines('aliases', 'both: bob, carol',
                'away: away@elsewhere.example')
            i.add_lines('routes', 'elsewhere.example hold')
            for case in delivered, queued, refused, deferred, hanging, \
                    killed_writer, killed_runner, without_a_runner, \
                    runner_stops, side_by_side:
                t.run(case, i)
        off(t, top)
    t.done()


main()
