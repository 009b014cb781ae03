#!/usr/bin/env python3
"""deliver-remote is killed at each stage: what it has answered is so, and what it
has not answered is open."""

import sys

sys.dont_write_bytecode = True
from remote import *

STAGES = ['connect', 'ehlo', 'mail', 'rcpt', 'data', 'reading', 'body', 'quit']


def killed(t, top, stage):
    """It dies while the host is about to answer."""
    there, go = threading.Event(), threading.Event()

    def plan(session, step):
        if step == stage:
            there.set()
            go.wait(WAIT_S)
        if step == 'rcpt' and session.to[-1].startswith('RCPT TO:<no'):
            return '550 5.1.1 no'
        return None
    with Sink(plan, offer=()) as s, Remote(top, to(s.port),
            REMOTE_LINGER_MS=0) as r:
        no, yes = r.message_to('no@example.org', 'yes@example.org')
        there.wait(WAIT_S)
        if stage == 'quit':	# all is answered
            wait_for(lambda: len(s.mail) > 0)
        r.process.send_signal(signal.SIGKILL)
        r.process.wait()
        go.set()
        answers = []
        while True:
            a = r.answer()
            if a is None:
                break
            answers.append((a.number, a.verdict))
        want = {(no, 'never'), (yes, 'done')}
        t.ok(set(answers) <= want and len(answers) == len(set(answers)),
            'killed at %s: no verdict is invented' % stage, answers)
        t.ok((yes, 'done') not in answers or len(s.mail) > 0, '... what is '
            'done came', answers)
        if stage not in ('body', 'quit', 'reading'):
            t.eq((yes, 'done') in answers, False, '... %s is open' % stage)
        r.process.returncode = 0


def random_kills(t, top):
    """Killed at any moment of a stream: what is done is there, once."""
    with Sink() as s:
        done = set()
        for n in range(40):
            with Remote(top, to(s.port)) as r:
                numbers = {r.job('u%d-%d@example.org' % (n, k)): 'u%d-%d' % (n,
                    k) for k in range(60)}
                time.sleep(0.0005 * (n % 20))
                r.process.send_signal(signal.SIGKILL)
                r.process.wait()
                while True:
                    a = r.answer()
                    if a is None:
                        break
                    if a.verdict == 'done':
                        done.add(numbers[a.number])
                    else:
                        t.ok(False, 'another verdict', a)
        came = [re.search('<(.*)@', m.to[0]).group(1) for m in s.mail]
        t.ok(done <= set(came), '40 kills: what is done came', len(done),
            len(came), done - set(came))
        t.eq(len(came), len(set(came)), '... once')
        print('# %d done, %d came, of 2400' % (len(done), len(came)))


def lost_runner(t, top):
    """The runner leaves in the middle: the message under way is ended well."""
    with Sink({'data': 0.2}) as s, Remote(top, to(s.port)) as r:
        r.job()
        wait_for(lambda: s.sessions and 'rcpt' in s.sessions[0].steps)
        r.jobs.shutdown(socket.SHUT_WR)
        t.eq(r.answer().verdict, 'done', 'no more jobs: those in hand are done')
        t.eq(r.code(), 0, '... it leaves with 0')


def main():
    t = Tap()
    with folder() as top:
        Together.run_all(t, killed, [(top, stage) for stage in STAGES])
        for case in random_kills, lost_runner:
            t.run(case, top)
    t.done()


main()
