#!/usr/bin/env python3
"""Kill and fail qinject, qrunner, deliver-local and bounce at each file-system
call.

After every fault the chain is started again without it. What was acknowledged
must then be in each mailbox just once, octet for octet; what was not, at most
once; nothing may be torn, and nothing may wait in the queue. Of a recipient who
is nobody the sender must have a report, one at least.

Each call of qinject is tried with each fault. Of the longer runs of the
services one call of each kind is taken; all of them with CORREO_LONG=1. SEED=n
takes others, ONLY="qrunner" does one program, ONLY="qrunner 17 -f EIO" makes one try
and shows its calls and its log.
"""

import os
import random
import re
import sys

sys.dont_write_bytecode = True
import chain
import order
from sweep import FAULTS, Slots, choose, fault, hit, sweep


def sweep_qinject(t, recorder, folder, runner_up):
    """Every call of qinject with every fault, into one queue."""
    c = chain.Chain(folder + ('/up' if runner_up else '/down'), chain.BIN)
    c.lay_out()
    trace = c.root + '/trace'
    if runner_up:
        c.start_all()
    first = chain.Letter('first', ['alice', 'bob'], chain.BODIES[-1])
    c.inject(first, fault(recorder, trace, 'qinject', 0, '-k', None))
    calls = len(chain.read_trace(trace))
    t.ok(first.acknowledged and calls > 5,
        'qinject takes a letter with %d calls' % calls)
    sent, wrong, hits = [first], [], 0
    for index in range(1, calls + 1):
        for option, error in FAULTS:
            letter = chain.Letter('q%d%s%s' % (index, option, error), ['alice',
                'bob'], chain.BODIES[(index + len(sent)) % 6])
            sent.append(letter)
            code = c.inject(letter, fault(recorder, trace, 'qinject', index,
                option, error))
            hits += hit(chain.read_trace(trace))
            if code not in (0, 137) and (code < 51 or code in (81, 100, 101)):
                wrong.append('call %d %s %s: exit %d is not temporary' %
                    (index, option, error, code))
    t.ok(not wrong, 'no fault of the system is called permanent', *wrong)
    t.ok(hits > calls * 4, '%d faults were met' % hits)
    c.stop_all()
    restart(t, c, sent, 'qinject, %s: %d of %d letters acknowledged' % ('with '
        'a runner' if runner_up else 'without a runner', sum(l.acknowledged
        for l in sent), len(sent)))
    full = chain.letters('full', 2)
    codes = [c.inject(l, [recorder, '-F', 'write,writev,pwrite64', '-e',
        'ENOSPC', '--']) for l in full]
    t.ok(all(50 < code < 80 for code in codes) and not c.waiting(),
        'a disk that stays full: temporary, nothing queued', codes)


def sweep_stream(t, recorder, folder):
    """Faults in the master and the workers of qinject -s."""
    c = chain.Chain(folder + '/stream', chain.BIN)
    c.lay_out()
    trace = c.root + '/trace'
    c.start_all()
    sent, wrong, met = [], [], 0

    def run(*which):
        part = chain.letters('s%d-%d' % (len(sent), which[0]), 2)
        sent.extend(part)
        c.start('qinject', '-s', wrap=fault(recorder, trace, 'qinject',
            *which))
        if c.inject_stream(part) < 2:   # the front would try again later
            again = chain.letters('a%d-%d' % (len(sent), which[0]), 2)
            sent.extend(again)
            c.inject_stream(again)
        stuck = c.stop_all(['qinject'])
        for call in chain.read_trace(trace) if stuck else ():
            # A signal that is lost in the program's own pipe is no surprise.
            if hit([call]) and not call.path.startswith('pipe:'):
                wrong.append(' '.join(['had to be killed after', *map(str,
                    call)]))
        return chain.read_trace(trace)

    calls = run(0, '-k', None)
    t.ok(all(l.acknowledged for l in sent) and len(calls) > 20,
        'qinject -s takes two letters with %d calls' % len(calls))
    for which in choose(calls):
        met += hit(run(*which))
    t.ok(not wrong, 'qinject -s ends when it is told to', *wrong)
    c.stop_all()
    restart(t, c, sent, 'qinject -s, %d faults: %d of %d letters acknowledged'
        % (met, sum(l.acknowledged for l in sent), len(sent)))


def restart(t, c, sent, name):
    ready = c.start_all()
    drained = c.drain(20)
    c.stop_all()
    wrong = c.faults(sent)
    return t.ok(ready and drained and not wrong, name, ready, drained, *wrong,
        *c.log().splitlines()[-20:])


WRAPPED = {'deliver-local': 'spawner', 'qrunner': 'qrunner'}


def one_try(c, recorder, program, index, option, error):
    """One fault in a chain that has two letters waiting and gets two more;
    (the trace of the program, what is wrong, the log)."""
    trace = c.root + '/trace'
    open(c.root + '/log', 'w').close()
    service = WRAPPED[program]
    sent = chain.letters('%s-%d%s%s' % (program, index, option, error), 4)
    for letter in sent[:2]:
        c.inject(letter)
    c.start_all(**{service: fault(recorder, trace, program, index, option,
        error)})
    for letter in sent[2:]:
        c.inject(letter)

    def settled():
        return not c.waiting() or c.services[service].poll() is not None

    # The chain must get over a dead deliver-local and over a failed call by
    # itself, if only after qrunner's 10 s; a dead qrunner needs a supervisor.
    # A queue file that could not be unlinked may stay for longer.
    wrong = []
    healed = chain.wait_until(settled, 14 if chain.LONG else 2)
    if chain.LONG and not healed and not any(hit([call]) and 'unlink' in
            call.call for call in chain.read_trace(trace)):
        wrong.append('the chain does not get over it by itself')
    stuck = c.stop_all()
    # A signal that is lost in the program's own pipe is no surprise.
    if not any(hit([call]) and call.path.startswith('pipe:')
            for call in chain.read_trace(trace)):
        wrong += ['%s had to be killed' % name for name in stuck]
    if not c.start_all():
        wrong.append('the chain does not start again')
    if not c.drain(8):
        wrong.append('the queue does not drain')
    wrong += ['%s had to be killed again' % name for name in c.stop_all()]
    wrong += ['%s: %s' % f for f in c.faults(sent)]
    wrong += ['%s was not taken' % l.mark for l in sent if not l.acknowledged]
    wrong += ['queue/bad/' + name for name in os.listdir(c.queue + '/bad')]
    return chain.read_trace(trace), wrong, c.log()


# The fault is for the first bounce program, not for those that try again.
BOUNCE = """#!/bin/sh
mkdir '%s' 2>/dev/null && exec %s "$@"
exec %s "$@"
"""


def bounce_with(c, command):
    """A program in bounce's place that once runs bounce under the command."""
    path, once = c.root + '/bounce', c.root + '/once'
    if os.path.isdir(once):
        os.rmdir(once)
    program = os.path.join(c.programs, 'bounce')
    with open(path, 'w') as f:
        f.write(BOUNCE % (once, ' '.join([*command, program]), program))
    os.chmod(path, 0o755)
    return path


def start_with_reports(c, bounce=None, wrap=()):
    good = c.start('qinject', '-s') & c.start('who-is')
    good &= c.start('spawner', os.path.join(c.programs, 'deliver-local'))
    return c.start('qrunner', bounce or os.path.join(c.programs, 'bounce'),
        wrap=wrap) and good


def reports_try(c, recorder, program, index, option, error):
    """One fault while alice's letter goes to bob and to nobody; as one_try."""
    trace = c.root + '/trace'
    for path in trace, c.root + '/log':
        open(path, 'w').close()
    command = fault(recorder, trace, program, index, option, error)
    if program == 'bounce':
        start_with_reports(c, bounce=bounce_with(c, command))
    else:
        start_with_reports(c, wrap=command)
    letter = chain.Letter('r-%s-%d%s%s' % (program, index, option, error),
        ['bob', 'nobody'], chain.BODIES[index % 4], 'alice')
    c.inject(letter)
    chain.wait_until(lambda: not c.waiting() or
        c.services['qrunner'].poll() is not None, 14 if chain.LONG else 3)
    c.stop_all()
    wrong = []
    if not start_with_reports(c):
        wrong.append('the chain does not start again')
    if not c.drain(8):
        wrong.append('the queue does not drain')
    wrong += ['%s had to be killed' % name for name in c.stop_all()]
    reports = [message for _, _, message in c.mailbox('alice')]
    if not reports:
        wrong.append('no report')
    wrong += ['a torn report: %r' % one for one in reports if not
        re.search(rb'^X-Mark: %s$.*^--\S+--$' % letter.mark.encode(), one,
        re.M | re.S)]
    got = [mark for _, mark, _ in c.mailbox('bob')]
    if got != [letter.mark]:
        wrong.append('bob has %r' % got)
    wrong += ['queue/bad/' + name for name in os.listdir(c.queue + '/bad')]
    return chain.read_trace(trace), wrong, c.log()


def main():
    t = chain.Tap()
    random.seed(int(os.environ.get('SEED', '1')))
    with chain.folder() as folder:
        recorder, = chain.build_tools(folder, 'recorder')
        only = os.environ.get('ONLY', '').split()
        reports = only[:1] == ['reports']	# reports bounce 5 -k
        only = only[reports:]
        if len(only) > 1:
            trace, wrong, log = Slots(folder).use(reports_try if reports else
                one_try, recorder, only[0],
                int(only[1]), *(only[2:] + [None])[:2])
            for call in trace:
                t.note(' '.join(str(part) for part in call))
            t.ok(hit(trace) and not wrong, ' '.join(only), *wrong)
            t.note(log.replace('\n', '\n# '))
            t.done()
        if only in ([], ['qinject']) and not reports:
            sweep_qinject(t, recorder, folder, True)
            sweep_qinject(t, recorder, folder, False)
            sweep_stream(t, recorder, folder)
        for direct in False, True:
            c = chain.Chain('%s/order-%d' % (folder, direct), chain.BIN)
            c.lay_out()
            wrong = order.faults(recorder, c, 6, direct)
            t.ok(not wrong, '%s: link, fsync, fsync of the folder, in this '
                'order, before each answer and each unlink' % ('delivered '
                'directly' if direct else 'by the queue'), *wrong)
        slots = Slots(folder)
        for program in only or ('deliver-local', 'qrunner'):
            if program in WRAPPED and not reports:
                sweep(t, recorder, slots, program, one_try)
        for program in 'bounce', 'qrunner':
            if only in ([], [program]):
                sweep(t, recorder, slots, program, reports_try,
                    ' with a report', 'reports ')
    t.done()


main()
