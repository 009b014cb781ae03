#!/usr/bin/env python3
"""The queue while other hosts are in trouble: two that fail in every way beside a good
one, with 2,000 messages (CORREO_LONG=1; else 300); the times of retries; mail
hosts by preference; a message whose recipients are at several hosts."""

import os
import random
import re
import sys
import time

sys.dont_write_bytecode = True
from correo import HERE, Instance, LONG, Tap, folder, read, wait_for
sys.path.append(os.path.join(os.path.dirname(HERE), 'remote'))
from remote import Sink, hosts

TEXT = b'Subject: x\n\nText.\n'
MANY = 2000 if LONG else 300
FIRST_S, FACTOR, MAX_S = 1, 2, 4
DNS = '''
two.example   mx 10 best.two.example
two.example   mx 20 next.two.example
best.two.example a 127.0.0.1
next.two.example a 127.0.0.2
'''


def routes(i, *lines):
    with open(i.etc + '/routes', 'w') as f:
        f.writelines(line + '\n' for line in lines + ('* bounce',))
    done = i.compile('routes')
    if done.returncode != 0:
        raise RuntimeError(done.stderr)


def at(sink, host='127.0.0.1'):
    return '[%s]:%d tls=none' % (host, sink.port)


def got(sink):
    """{local part: how often the host took a message for it}"""
    count = {}
    for mail in list(sink.mail):
        for to in mail.to:
            user = re.search('<(.*)@', to).group(1)
            count[user] = count.get(user, 0) + 1
    return count


class Trouble:
    """A plan of faults at random: (step, share of them, what is said)."""
    FAULTS = (('connect', 8, '421 4.3.2 not now'), ('connect', 4, False),
        ('connect', 4, 2), ('connect', 4, '554 5.3.2 no mail here'),
        ('ehlo', 2, Sink.RESET), ('mail', 4, '450 4.3.0 later'),
        ('rcpt', 8, '450 4.2.1 later'), ('rcpt', 3, '550 5.7.1 not from you'),
        ('rcpt', 2, False), ('data', 3, '451 4.3.0 later'), ('data', 3, 1),
        ('data', 3, False), ('reading', 4, False), ('reading', 3, Sink.RESET),
        ('body', 4, False), ('body', 4, '451 4.3.0 later'), ('body', 4, 1),
        ('body', 3, '421 4.3.2 bye'))

    def __init__(self, seed):
        self.random, self.met = random.Random(seed), {}

    def __call__(self, session, step):
        for at_step, share, what in self.FAULTS:
            if at_step == step and self.random.random() * 100 < share:
                key = '%s %s' % (step, what if what is not Sink.RESET else
                    'reset')
                self.met[key] = self.met.get(key, 0) + 1
                return what
        return None


def tarpit(session, step):
    """Each answer takes a second, and after RCPT it is 450 at times."""
    if step == 'rcpt' and random.random() < 0.3:
        return '450 4.2.1 not now'
    return 1


def bad_neighbours(t, i):
    """Two bad destinations do not slow down a good one."""
    trouble = Trouble(1)
    with Sink() as good, Sink(trouble) as bad, Sink(tarpit) as slow:
        routes(i, 'good.example ' + at(good), 'bad.example ' + at(bad),
            'slow.example ' + at(slow))
        alone = ['a%d' % n for n in range(MANY // 4)]
        begun = time.monotonic()
        for user in alone:
            i.inject('', user + '@good.example', TEXT)
        wait_for(lambda: len(got(good)) == len(alone))
        alone_s = time.monotonic() - begun
        users = ['u%d' % n for n in range(MANY // 4)]
        begun = time.monotonic()
        for user in users:
            for host in 'bad', 'slow':
                i.inject(i.address('alice'), '%s@%s.example' % (user, host),
                    TEXT)
            i.inject('', user + '@good.example', TEXT)
        wait_for(lambda: len(got(good)) == len(alone) + len(users))
        beside_s = time.monotonic() - begun
        left = len(i.waiting())
        print('# %d messages to the good host: %.1f s alone, %.1f s among %d '
            'others, of which %d wait then' % (len(users), alone_s, beside_s,
            2 * len(users), left))
        t.eq((sorted(got(good)), set(got(good).values())), (sorted(alone +
            users), {1}), 'the good host has all, each once')
        t.ok(left > len(users) // 4, 'while the others wait', left)
        t.eq(i.logged('good.example', 'stat=Deferred', seconds=0), [],
            'and none of its mail was ever deferred')
        time.sleep(20 if LONG else 3)
        slow.plan = bad.plan = {}
        t.ok(i.idle(240), 'both are mended: the queue drains', len(
            i.waiting()), *i.log()[-5:])
        print('# faults met: ' + ', '.join('%s: %d' % one for one in sorted(
            trouble.met.items())))
        t.ok(len(trouble.met) > 8, 'of many kinds of trouble', trouble.met)
        for sink, host in (bad, 'bad'), (slow, 'slow'):
            failed = {re.search('to=<([^@]*)@', line).group(1) for line in
                i.logged(host + '.example', 'stat=Failed', seconds=0)}
            have = got(sink)
            t.eq((sorted(set(have) | failed), set(have) & failed,
                {user: n for user, n in have.items() if n > 1}),
                (sorted(users), set(), {}), '%s: all that can arrive arrives '
                'once, %d were refused' % (host, len(failed)))
            t.eq(len([one for one in i.mail('alice') if ('@%s.example'
                % host).encode() in read(one)]), len(failed),
                '... each of those is reported')
    i.empty()


def times(t, i):
    """Journal and schedule: 1, 2, 4, 4 seconds for these settings."""
    with Sink({'rcpt': '450 4.2.1 not now'}) as sink:
        routes(i, 'wait.example ' + at(sink))
        i.inject('', 'x@wait.example', TEXT)
        id, = i.waiting()
        journal = os.path.join(i.queue, 'msg', id)

        def tries():
            """(when it was put off, when it is next, the count) of each."""
            text = read(journal).decode()
            later = re.findall(r'^later (\S+) ', text, re.M)
            return [(float(a), float(b), int(n)) for a, (b, n) in zip(later,
                re.findall(r'^next (\S+) (\d+)', text, re.M))]
        wait_for(lambda: len(tries()) >= 4)
        said = tries()[:4]
        t.eq([(int(b - a + 0.05), n) for a, b, n in said], [(1, 1), (2, 2),
            (4, 3), (4, 4)], 'the waits are those of the settings')
        t.ok(all(later[0] >= before[1] - 0.01 for before, later in zip(said,
            said[1:])), 'and none is tried before its time', said)
        sink.plan = {}
        t.ok(i.idle(), 'it goes')


def preference(t, i):
    """The best mail host; the next one when it is down; the best again."""
    with hosts(('127.0.0.1', {}), ('127.0.0.2', {})) as (port, best, other):
        routes(i, 'two.example two.example:%d tls=none' % port)
        for user in 'ab':
            i.inject('', user + '@two.example', TEXT)
        i.idle()
        t.eq((got(best), got(other)), ({'a': 1, 'b': 1}, {}),
            'all goes to the best')
        wait_for(lambda: not i.processes('deliver-remote'))
        best.plan = {'connect': '421 4.3.2 down'}
        i.inject('', 'c@two.example', TEXT)
        i.idle()
        t.eq(got(other), {'c': 1}, 'it says 421: the next one has it')
        wait_for(lambda: not i.processes('deliver-remote'))
        best.plan = {'body': '450 4.3.0 busy'}
        i.inject('', 'd@two.example', TEXT)
        t.ok(i.logged('d@two.example', 'stat=Deferred', '450 4.3.0'),
            'what it says about one message is not asked of the next one')
        best.plan = {}
        i.idle()
        t.eq((got(best), got(other)), ({'a': 1, 'b': 1, 'd': 1}, {'c': 1}),
            'it is tried there again')
    with hosts(('127.0.0.1', None), ('127.0.0.2', {})) as (port, _, other):
        routes(i, 'two.example two.example:%d tls=none' % port)
        i.inject('', 'e@two.example', TEXT)
        i.idle()
        t.eq(got(other), {'e': 1}, 'nobody listens there: the next one has it')


def several_hosts(t, i):
    """Three hosts: one is down, one says later. Who has it does not get it again."""
    with Sink() as good, Sink({'rcpt': '450 4.2.1 not now'}) as busy, \
            Sink({'connect': '421 4.3.2 down'}) as down:
        routes(i, 'good.example ' + at(good), 'busy.example ' + at(busy),
            'down.example ' + at(down))
        i.inject(i.address('alice'), ['x@good.example', 'y@good.example',
            'x@busy.example', 'x@down.example', i.address('bob')], TEXT)
        id, = i.waiting()
        t.ok(i.logged(id, 'x@busy.example', 'stat=Deferred', n=3),
            'one is tried again and again')
        t.eq((got(good), got(busy), got(down)), ({'x': 1, 'y': 1}, {}, {}),
            'the others have had it')
        t.eq(len(i.mail('bob')), 1, 'and so has the mailbox here')
        busy.plan = {}
        t.ok(wait_for(lambda: got(busy) == {'x': 1}), 'then he has it')
        i.logged(id, 'x@down.example', 'stat=Deferred', n=4)
        i.service('-r', 'qrunner')
        down.plan = {}
        t.ok(i.idle(), 'the last one too')
        t.eq((got(good), got(busy), got(down), len(i.mail('bob'))), ({'x': 1,
            'y': 1}, {'x': 1}, {'x': 1}, 1), 'each has it once')
        t.eq(len({session.lines[0] for session in down.sessions if
            session.lines} - {'EHLO mail.example.org'}), 0, 'asked by name')
    i.empty()


def main():
    t = Tap()
    with folder() as top:
        with open(top + '/dns', 'w') as f:
            f.write(DNS)
        with Instance(top, RETRY_FIRST_S=FIRST_S, RETRY_FACTOR=FACTOR,
                RETRY_MAX_S=MAX_S, RETRY_JITTER=0, DNS_TABLE=top + '/dns') as i:
            for case in bad_neighbours, times, preference, several_hosts:
                t.run(case, i)
    t.done()


main()
