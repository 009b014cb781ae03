#!/usr/bin/env python3
"""A queue of thousands of messages: what the runner keeps of each, and that no order
looks through the folder or does more when more wait. Counted are system calls, not
seconds. CORREO_LONG=1: 50,000."""

import os
import re
import signal
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'admin'))
from admin import Instance, LONG, Skip, Tap, correo, folder, ids, read, \
    wait_for
from correo import skip_all, status
from counts import Calls, may_trace, tool_calls
import generate

MANY = 50000 if LONG else 2000
FEW = 500		# what the counts of MANY are held against
EACH_OCTETS = 300	# of the runner's memory for a message
ORDER_CALLS = 12	# of the runner for an order about one message
LATE_S = 1200 if LONG else 60	# for MANY of anything
SENDER = 'sender3@example.net'


def runner(i):
    return i.service_pid('qrunner')


def fill(i, count, **more):
    """While the runner is away."""
    i.service('-d', 'qrunner')
    made = generate.fill(i.queue, count, **more)
    i.service('-u', 'qrunner')
    # It answers when it has looked through the folder.
    t = correo(i, 'queue', 'status', '--json', seconds=LATE_S)
    if '"messages":%d,' % count not in t.out:
        raise RuntimeError(t.out + t.err)
    return made


def clean(i):
    correo(i, 'queue', 'remove', '--all', seconds=LATE_S)
    i.idle()


def memory(t, i, top):
    i.service('-r', 'qrunner')
    correo(i, 'queue', 'status')

    def octets():
        return int(status(runner(i))['RssAnon'].split()[0]) * 1024
    before = octets()
    fill(i, MANY)
    each = (octets() - before) / MANY
    if 'san' in i.environ['BIN']:
        raise Skip("the sanitizers' memory says nothing")
    t.ok(each < EACH_OCTETS, '%d messages: the runner has %d octets for each' %
        (MANY, each))


def readers(t, i, top):
    """What looks at all messages does as much for each, however many there are."""
    commands = {'queue list': [i.env['CORREO'], 'queue', 'list'],
        'queue list --sender': [i.env['CORREO'], 'queue', 'list', '--sender',
            'nobody'], 'mailq': [i.root + '/libexec/mailq'],
        'queue status': [i.env['CORREO'], 'queue', 'status']}
    many = {name: sum(tool_calls(top, *words).values()) for name, words in
        commands.items()}
    clean(i)
    fill(i, FEW)
    for name, words in commands.items():
        few = sum(tool_calls(top, *words).values())
        each = (many[name] - few) / (MANY - FEW)
        t.ok(each <= max(few / FEW, 0.1) * 1.05, '%s: %.2f system calls for '
            'each of %d, %.2f of %d' % (name, each, MANY - FEW, few / FEW,
            FEW))
    clean(i)


def orders(t, i, top):
    fill(i, MANY)
    for verb in 'hold', 'release', 'remove':
        with Calls(runner(i), top) as calls:
            done = correo(i, 'queue', verb, '--sender', SENDER,
                seconds=LATE_S)
        n = len(done.out.splitlines())
        each = sum(calls.count.values()) / max(n, 1)
        t.ok(n > MANY / 20 and each <= ORDER_CALLS, '%s: the runner makes '
            '%.2f system calls for each of %d' % (verb, each, n), done.err,
            calls.count)
        t.eq(calls.count['getdents64'], 0, '... and does not look through '
            'the folder')
    count = tool_calls(top, i.env['CORREO'], 'queue', 'hold', ids(i)[0])
    t.ok(count['getdents64'] == 0 and sum(count.values()) < 200,
        'an order by id looks at nothing else', count)
    clean(i)


def parked(t, i, top):
    """They wait for a mailbox that is busy; the last are ordered first."""
    spawner = i.service_pid('spawner')
    os.kill(spawner, signal.SIGSTOP)
    try:
        made = fill(i, MANY, next_s=-5, to=[i.address('bob')])
        t.ok(wait_for(lambda: correo(i, 'queue', 'list').out.count(
            'mailbox is busy') > MANY - 100, LATE_S), 'all but some are parked')
        some = made[:-MANY // 4:-1]
        with Calls(runner(i), top) as calls:
            done = correo(i, 'queue', 'hold', *some, seconds=LATE_S)
        n = len(done.out.splitlines())
        each = sum(calls.count.values()) / n
        t.ok(n == len(some) and each <= ORDER_CALLS, 'hold: %.2f system calls '
            'for each' % each, calls.count)
    finally:
        os.kill(spawner, signal.SIGCONT)
    held = len(re.findall(r'(?m)^\S+ is held$', done.out))	# not those under way
    t.ok(held > n / 2 and wait_for(lambda: len(i.waiting()) == held, LATE_S),
        'the others are delivered', held, n)
    t.eq(len(i.mail('bob')), MANY - held, '... once')
    clean(i)
    i.empty('bob')


def drain(t, i, top):
    """All are due at once."""
    people = [i.address(user) for user in i.users]
    fill(i, MANY, to=people)
    with Calls(runner(i), top) as calls:
        correo(i, 'queue', 'flush', '--all')
        t.ok(i.idle(LATE_S), '%d drain' % MANY)
    t.eq(sum(len(i.mail(user)) for user in i.users), MANY, 'each came once')
    opens = calls.count['openat'] / MANY
    t.ok(opens <= 5, 'each was opened for no more than two tries: %.2f' %
        opens, calls.count)
    t.eq(calls.count['getdents64'], 0, 'nobody looked through the folder')


def main():
    if not may_trace():
        skip_all('strace may not trace here')
    t = Tap()
    with folder() as top, Instance(top, RETRY_FIRST_S=3600,
            RETRY_MAX_S=3600, GIVEUP_S=1000000, DELAY_REPORT_S=0) as i:
        for case in memory, readers, orders, parked, drain:
            t.run(case, i, top)
    t.done()


main()
