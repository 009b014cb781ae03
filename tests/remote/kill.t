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


def alone(t, top, stage, plan, octets):
    """The runner is gone, and the host silent: nothing is waited for, and the host
    gets no message whose outcome nobody would hear."""
    with Sink({stage: plan}) as s, Remote(top, to(s.port)) as r:
        r.job(octets=octets)
        if stage != 'reading':
            wait_for(lambda: s.sessions and stage in s.sessions[0].steps)
        else:		# the host's and our buffers fill
            wait_for(lambda: s.sessions and 'data' in s.sessions[0].steps)
            time.sleep(0.5)
        r.jobs.close()
        t.eq(r.code(), 111, 'no runner at %s: it leaves' % stage)
        t.eq(s.whole, [], '... and the host has no message')
        t.ok('the runner has left, dropped=1' in r.log(), '... the log',
            r.log())


# What it waits for: the host's words, or that it reads on.
ALONE = [(stage, Sink.SILENCE, b'x\n') for stage in ('connect', 'ehlo', 'mail',
    'rcpt', 'data')] + [('reading', Sink.SILENCE, b'long line\n' * 8000000)]


def alone_at_the_dot(t, top):
    """Behind the final dot the reply is waited for; the next message is
    dropped."""
    go = threading.Event()
    with Sink({'body': lambda x: go.wait(WAIT_S) and None}) as s, Remote(top,
            to(s.port)) as r:
        r.job(to='first@example.org')
        wait_for(lambda: s.sessions and 'body' in s.sessions[0].steps)
        r.job(to='second@example.org')
        r.jobs.close()
        time.sleep(0.3)
        t.eq(r.process.poll(), None, 'no runner behind the dot: it waits')
        go.set()
        t.eq(r.code(), 111, '... it leaves then')
        t.eq([m.to for m in s.mail], [['RCPT TO:<first@example.org>']],
            '... the host has that message alone')
        t.ok('to=<first@example.org> dsn=2.0.0 verdict=done unheard' in
            r.log(), "... the log has the host's word", r.log())
        t.eq(s.sessions[0].left, 'client', '... and no QUIT is said')
    with Sink({'body': 0.2}) as s, Remote(top, to(s.port)) as r:
        r.job()
        wait_for(lambda: s.sessions and 'body' in s.sessions[0].steps)
        r.jobs.close()
        t.eq((r.code(), s.sessions[0].left), (111, 'quit'), 'nothing else in '
            'hand: it says QUIT')


def lost_runner(t, top):
    """No more jobs come, but answers are heard: all is ended well."""
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
        Together.run_all(t, alone, [(top, *one) for one in ALONE])
        for case in random_kills, lost_runner, alone_at_the_dot:
            t.run(case, top)
    t.done()


main()
