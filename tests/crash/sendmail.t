#!/usr/bin/env python3
"""Kill and fail sendmail(1) at each system call, and the service that takes its
messages.

What sendmail says is queued comes once; else at most once, and when its exit code
says that nothing is queued, never. Of the calls one of each kind is taken; all of
them with CORREO_LONG=1. SEED=n takes others.
"""

import collections
import os
import random
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
import chain
from sweep import choose, fault, hit
sys.path.append(os.path.join(os.path.dirname(chain.HERE), 'chain'))
from correo import Instance	# noqa


class Letters:
    """What was given to sendmail, and what it said."""

    def __init__(self, i, folder, recorder):
        self.i, self.recorder = i, recorder
        self.trace = folder + '/trace'
        self.program = os.path.realpath(i.env['SENDMAIL'])
        self.said = {}		# mark: (exit code, what was done, its words)

    def send(self, what, wrap=()):
        mark = 'm%d' % len(self.said)
        done = subprocess.run([*wrap, self.program, self.i.address('bob')],
            input=b'X-Mark: %s\nSubject: x\n\nText.\n' % mark.encode(),
            cwd='/', stderr=subprocess.PIPE)
        self.said[mark] = done.returncode, what, done.stderr
        return done.returncode

    def wrong(self):
        """After all is delivered: what came too often, or not at all."""
        self.i.idle()
        got = collections.Counter()
        for path in self.i.mail('bob'):
            with open(path, 'rb') as f:
                got[chain.MARK.search(f.read()).group(1).decode()] += 1
        wrong = []
        for mark, (code, what, words) in self.said.items():
            known = b'not known whether' not in words
            if got[mark] > 1 or (code == 0 and got[mark] != 1) or (
                    0 < code < 128 and known and got[mark]):
                wrong.append('%s came %d times, exit %d, %r %r' % (mark,
                    got[mark], code, what, words))
        return wrong

    def queued(self):
        return '%d of %d queued' % (sum(one[0] == 0 for one in
            self.said.values()), len(self.said))


def by_sendmail(t, i, folder, recorder):
    """Faults in sendmail itself."""
    letters = Letters(i, folder, recorder)

    def one(index, *how):
        letters.send((index, *how), fault(recorder, letters.trace, 'sendmail',
            index, *how))
        return chain.read_trace(letters.trace)
    calls = one(0, '-k', None)
    t.ok(letters.queued() == '1 of 1 queued' and len(calls) > 10,
        'sendmail queues a letter with %d calls' % len(calls), letters.said)
    todo = choose(calls)
    met = sum(hit(one(*which)) for which in todo)
    t.ok(met > len(todo) / 2, 'sendmail: %d faults were met' % met)
    wrong = letters.wrong()
    t.ok(not wrong, 'sendmail: %s, each of them came once' % letters.queued(),
        *wrong)
    odd = {one[0] for one in letters.said.values() if not 64 <= one[0] <= 78}
    t.ok(odd <= {0, 127, 137}, "it exits by sysexits.h, or with the dynamic "
        "linker's 127", odd)


def by_service(t, i, folder, recorder):
    """Faults in qinject -l, while two letters come."""
    i.service('-d', 'qinject-local')
    i.empty()
    os.chmod(folder, 0o777)
    letters = Letters(i, folder, recorder)
    stuck = []		# a signal may be lost in its own pipe

    def start(wrap=()):
        with open(folder + '/said', 'a') as log:
            return subprocess.Popen([*wrap, i.root + '/libexec/qinject', '-l'],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd='/',
                env=dict(i.settings(), LOCAL_WORKERS='1', NOTIFY_FD=''),
                **i.queue_user())

    def one(*which):
        """As under a supervisor: one that dies is started anew."""
        if os.path.exists(letters.trace):
            os.unlink(letters.trace)
        services, end = [start(fault(recorder, letters.trace, 'qinject',
            *which))], threading.Event()
        lock = threading.Lock()

        def supervise():
            while services[-1].wait() is not None:
                with lock:
                    if end.is_set():
                        return
                    services.append(start())
        supervisor = threading.Thread(target=supervise)
        supervisor.start()
        for _ in 'ab':
            letters.send(which)
        with lock:
            end.set()
            services[-1].terminate()
        try:
            services[-1].wait(10)
        except subprocess.TimeoutExpired:
            stuck.append(which)
            services[-1].kill()
        supervisor.join()
        return chain.read_trace(letters.trace)
    calls = one(0, '-k', None)
    t.ok(letters.queued() == '2 of 2 queued' and len(calls) > 10,
        'qinject -l takes two letters with %d calls' % len(calls),
        letters.said)
    todo = choose(calls)
    met = sum(hit(one(*which)) for which in todo)
    t.ok(met > len(todo) / 2, 'qinject -l: %d faults were met' % met)
    t.ok(len(stuck) < len(todo) / 10, 'it ends when it is told to', *stuck)
    wrong = letters.wrong()
    t.ok(not wrong, 'qinject -l: %s, each of them came once' %
        letters.queued(), *wrong)
    i.service('-u', 'qinject-local')


def kill_workers(i, stop):
    """A worker of qinject -l dies every now and then."""
    while not stop.wait(0.02 + random.random() / 20):
        pids = [pid for pid, words in i.processes('qinject').items() if '-l' in
            words and pid != i.service_pid('qinject-local')]
        if pids:
            try:
                os.kill(random.choice(pids), 9)
            except ProcessLookupError:
                pass


def by_deaths(t, i, folder, recorder):
    """The workers of qinject -l die every now and then."""
    i.empty()
    letters, stop = Letters(i, folder, recorder), threading.Event()
    killer = threading.Thread(target=kill_workers, args=(i, stop))
    killer.start()
    for _ in range(300 if chain.LONG else 60):
        letters.send('a worker is killed')
    stop.set()
    killer.join()
    wrong = letters.wrong()
    t.ok(not wrong, 'workers die: %s, each of them came once' %
        letters.queued(), *wrong)


def main():
    t = chain.Tap()
    random.seed(int(os.environ.get('SEED', '1')))
    with chain.folder() as folder, Instance(folder, 'i') as i:
        recorder, = chain.build_tools(folder, 'recorder')
        for case in by_sendmail, by_service, by_deaths:
            case(t, i, folder, recorder)
    t.done()


main()
