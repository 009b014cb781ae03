"""What the tests share that make a fault at each call: which faults, which calls,
and chains that try many at a time."""

import collections
import concurrent.futures
import queue
import random
import re

import chain

FAULTS = [('-k', None), ('-K', None), ('-f', 'ENOSPC'), ('-f', 'EIO'),
    ('-f', 'EMFILE'), ('-f', 'EINTR')]
WORKERS = 10


def fault(recorder, trace, program, index, option, error):
    """The command that makes one fault in what it runs."""
    return [recorder, '-n', '-t', trace, '-p', program, option, str(index),
        *(('-e', error) if error else ()), '--']


def hit(calls):
    return any(c.result.startswith(('killed', 'failed')) for c in calls)


def kind(call):
    """Calls that do the same to the same sort of file are of one kind."""
    path = re.sub(r'\[\d+\]|#\d+.*|\d+\.[0-9a-f-]{20,}.*|[0-9a-f]{13}-.*', '*',
        call.path)
    for name in 'alice', 'bob':
        path = path.replace('/%s/' % name, '/user/')
    return call.call, path, call.detail if call.call.startswith('open') else ''


def choose(calls):
    """What to try of a program whose calls are these: (index, fault) each."""
    if chain.LONG:
        return [(call.index, *f) for call in calls for f in FAULTS]
    kinds = collections.defaultdict(list)
    for call in calls:
        kinds[kind(call)].append(call.index)
    todo = []
    for (_, path, _), indexes in kinds.items():
        faults = FAULTS
        if '*' in path and '/' not in path or path.endswith('/log'):
            faults = [random.choice(FAULTS[:2]), random.choice(FAULTS[2:])]
        todo += [(random.choice(indexes), *f) for f in faults]
    return todo


class Slots:
    """Chains in folders of their own, used again and again."""

    def __init__(self, folder, kind=chain.Chain):
        self.free = queue.Queue()
        for number in range(WORKERS):
            c = kind('%s/slot%d' % (folder, number), chain.BIN)
            c.lay_out()
            self.free.put(c)

    def use(self, fn, *args):
        c = self.free.get()
        try:
            return fn(c, *args)
        finally:
            c.stop_all()
            c.empty()
            self.free.put(c)


def sweep(t, recorder, slots, program, one_try, what='',
        only=''):
    """Faults all over one of the programs that run in a chain; one_try(chain,
    recorder, program, index, option, error) makes one, and returns the trace, a
    list of what went wrong, and the log; only is what stands before its program
    in ONLY."""
    calls, wrong, log = slots.use(one_try, recorder, program, 0, '-k', None)
    if not t.ok(not wrong, '%s%s without a fault: %d calls' % (program, what,
            len(calls)), *wrong, log):
        return
    todo = choose(calls)
    met = 0
    bad = []
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        jobs = [(which, pool.submit(slots.use, one_try, recorder, program,
            *which)) for which in todo]
        for which, job in jobs:
            trace, wrong, log = job.result()
            met += hit(trace)
            if wrong:
                bad.append((which, wrong + [' '.join(map(str, call)) for call
                    in trace if hit([call])]))
    t.ok(met > len(todo) / 2, '%s%s: %d faults of %d were met' % (program,
        what, met, len(todo)))
    why = ['%d went wrong' % len(bad)]
    for (index, option, error), wrong in bad:
        why += ['ONLY="%s%s %d %s %s"' % (only, program,
            index, option, error or ''),
            *wrong]
    t.ok(not bad, '%s%s: all is there after each of %d faults' % (program,
        what, met), *why)
