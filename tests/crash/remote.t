#!/usr/bin/env python3
"""Kill and fail deliver-remote and qrunner at each system call while mail goes to
another host.

After every fault the chain is started again without it. Then each of the host's
recipients has each letter; twice only where the fault left open whether the host
had it, and never again when the journal has his "done". Who is refused there is
reported, once or, by a crash, twice.

Of the calls one of each kind is taken; all of them with CORREO_LONG=1. SEED=n
takes others; ONLY="deliver-remote 17 -k" makes one try and shows its calls and
its log.
"""

import collections
import os
import random
import re
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
import chain
from sweep import Slots, fault, hit, sweep
sys.path.append(os.path.join(os.path.dirname(chain.HERE), 'remote'))
from remote import Sink	# noqa

FAR = 'far.example'
OUT_UID = 60606		# as root; no entry in passwd is needed


class RemoteChain(chain.Chain):
    """A chain with a way to a host that is played here."""

    def __init__(self, *args):
        super().__init__(*args)
        if os.geteuid() == 0:
            self.env.update(OUT_UID=str(OUT_UID), OUT_GID=str(OUT_UID))
        self.seen_done = 0	# recipients that a journal had at a crash
        self.env.update(REMOTE_LINGER_MS='50', REMOTE_TIMEOUT_S='10')

        def plan(session, step):
            if step == 'rcpt' and '<gone@' in session.to[-1]:
                return '550 5.1.1 nobody of that name'
            if step == 'rcpt' and '<slow@' in session.to[-1] and \
                    not self.asked.is_set():
                self.asked.set()
                return '450 4.2.1 not now'
            return None
        self.asked = threading.Event()	# for slow, who is put off once
        self.sink = Sink(plan)
        self.sink.__enter__()

    def compile_tables(self):
        super().compile_tables()
        etc = os.path.join(self.root, 'etc')
        with open(etc + '/routes', 'w') as f:
            f.write('%s [127.0.0.1]:%d tls=none\n* bounce\n' % (FAR,
                self.sink.port))
        open(etc + '/relay-domains', 'w').close()
        with open(self.root + '/log', 'ab') as log:
            for name in 'routes', 'relays':
                subprocess.run([self.programs + '/compile-' + name, etc],
                    check=True, env=self.env, stderr=log)

    def start_all(self, **wraps):
        good = self.start('qinject', '-s') & self.start('who-is')
        good &= self.start('spawner', self.programs + '/deliver-local',
            self.programs + '/deliver-remote', wrap=wraps.get('spawner', ()))
        return self.start('qrunner', self.programs + '/bounce',
            wrap=wraps.get('qrunner', ())) and good

    def copies(self):
        """{(recipient, mark): how often the host took it}"""
        return collections.Counter((re.search('<(.*)@', to).group(1),
            chain.MARK.search(mail.octets.replace(b'\r\n', b'\n')).group(
            1).decode()) for mail in self.sink.mail for to in mail.to)

    def journalled(self):
        """The (recipient, mark) that a journal in the queue calls done."""
        found = set()
        for id in self.waiting():
            with open(self.queue + '/msg/' + id, 'rb') as f:
                text = f.read()
            mark = chain.MARK.search(text).group(1).decode()
            for line in re.findall(rb'^done \S+ (.*)$', text, re.M):
                found.add((line.decode().split('@')[0].split()[-1], mark))
        return found

    def empty(self):
        super().empty()
        self.sink.sessions.clear()
        self.asked.clear()


def far_letter(mark, far, near=(), sender='sender'):
    letter = chain.Letter(mark, near, b'Text.\n', sender)
    letter.envelope = lambda: b'F%s\0%s\0' % (letter.sender.encode(), b''.join(
        b'T%s\0' % one.encode() for one in ['%s@%s' % (user, FAR) for user in
        far] + ['%s@%s' % (user, chain.DOMAIN) for user in near]))
    letter.far = far
    return letter


def one_try(c, recorder, program, index, option, error):
    """One fault while four letters go; see sweep()."""
    trace = c.root + '/trace'
    for path in trace, c.root + '/log':
        open(path, 'w').close()
    what = '%s-%d%s%s' % (program, index, option, error)
    sent = [far_letter('one-' + what, ['x']),
        far_letter('two-' + what, ['x', 'slow'], ['bob']),
        far_letter('gone-' + what, ['x', 'gone'], sender='alice'),
        far_letter('more-' + what, ['y'])]
    for letter in sent[:2]:
        c.inject(letter)
    service = {'deliver-remote': 'spawner'}.get(program, program)
    c.start_all(**{service: fault(recorder, trace, program, index, option,
        error)})
    for letter in sent[2:]:
        c.inject(letter)
    chain.wait_until(lambda: not c.waiting() or c.services[service].poll()
        is not None, 14 if chain.LONG else 6 if index else 60)
    c.stop_all()
    done, before = c.journalled(), c.copies()
    c.seen_done += len(done)
    wrong = [] if c.start_all() else ['the chain does not start again']
    if not c.drain(60):
        wrong.append('the queue does not drain')
    wrong += ['%s had to be killed' % name for name in c.stop_all()]
    after, open_to = c.copies(), 1 + (index > 0)
    for letter in sent:
        for user in letter.far:
            key = user, letter.mark
            if user != 'gone' and not 1 <= after[key] <= open_to:
                wrong.append('%s has %s %d times' % (*key, after[key]))
            if key in done and after[key] != before[key]:
                wrong.append('%s has %s again, which was journalled' % key)
    got = [mark for _, mark, _ in c.mailbox('bob')]
    if got != [sent[1].mark]:
        wrong.append('bob has %r' % got)
    reports = [message for _, _, message in c.mailbox('alice')]
    if not 1 <= len(reports) <= open_to:
        wrong.append('%d reports' % len(reports))
    wrong += ['a report without the host\'s words' for one in reports if
        b'550 5.1.1 nobody of that name' not in one.replace(b'\n\t', b' ')]
    wrong += ['%s was not taken' % l.mark for l in sent if not l.acknowledged]
    wrong += ['queue/bad/' + name for name in os.listdir(c.queue + '/bad')]
    return chain.read_trace(trace), wrong, c.log()


def synced(t, recorder, slots):
    """A success there is brought to the disk where its message stays: two of the
    four do, for slow and for a report."""
    calls, wrong, log = slots.use(one_try, recorder, 'qrunner', 0, '-k', None)
    files = {call.inode for call in calls if call.call == 'fdatasync' and
        '/queue/msg/' in call.path}
    t.ok(not wrong and len(files) == 2, 'a success is synced: %d messages' %
        len(files), *wrong, log)


def main():
    t = chain.Tap()
    random.seed(int(os.environ.get('SEED', '1')))
    with chain.folder() as folder:
        recorder, = chain.build_tools(folder, 'recorder')
        only = os.environ.get('ONLY', '').split()
        slots = Slots(folder, RemoteChain)
        if len(only) > 1:
            trace, wrong, log = slots.use(one_try, recorder, only[0],
                int(only[1]), *(only[2:] + [None])[:2])
            for call in trace:
                t.note(' '.join(str(part) for part in call))
            t.ok(hit(trace) and not wrong, ' '.join(only), *wrong)
            t.note(log.replace('\n', '\n# '))
            t.done()
        if not only:
            synced(t, recorder, slots)
        for program in 'deliver-remote', 'qrunner':
            if only in ([], [program]):
                sweep(t, recorder, slots, program, one_try,
                    ' to another host')
        seen = sum(c.seen_done for c in slots.free.queue)
        t.ok(only or seen > 10, 'journals had %d recipients as done' % seen)
    t.done()


main()
