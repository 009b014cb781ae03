#!/usr/bin/env python3
"""deliver-remote by LMTP, over TCP and over a UNIX socket: a verdict for each
recipient."""

import sys

sys.dont_write_bytecode = True
from remote import *

PEOPLE = ['u%d@example.org' % n for n in range(8)]


def at(s, path=None):
    return 'lmtp:' + path if path else 'lmtp:[127.0.0.1]:%d' % s.port


def usual(t, top):
    path = os.path.join(top, 'lmtp')
    for what, words in ('TCP', {}), ('a UNIX socket', {'path': path}):
        with Sink(lmtp=True, **words) as s, Remote(top, at(s, **words)) as r:
            answers = r.deliver(*PEOPLE)
            t.eq([a.verdict + ' ' + a.dsn for a in answers], ['done 2.0.0'] *
                8, what)
            relay = path if words else '127.0.0.1[127.0.0.1]:%d' % s.port
            t.eq(answers[0].relay, relay, '... the relay')
            t.ok(answers[0].why.startswith(relay.split(':')[0] + ' said: 250'),
                '... in words', answers[0])
            t.eq([m.to for m in s.mail], [['RCPT TO:<%s>' % one] for one in
                PEOPLE], '... each one')
            t.ok(r.one(octets=b'.dot\n' * 100000).verdict == 'done' and
                s.mail[-1].octets == b'.dot\r\n' * 100000, '... a big one')
            t.eq(r.end(), 0, '... it leaves')
            t.eq(s.steps()[0][:3], ['connect', 'lhlo', 'mail'], '... LHLO')
            t.eq(len(s.sessions), 1, '... over one connection')
    t.eq(len({m.raw for m in s.mail[:8]}), 1, 'one message for all')


def each(t, top):
    said = {1: '550 5.1.1 no such user', 2: '450 4.2.1 x'}
    end = {3: '552 5.2.2 full', 4: '452 4.2.2 nearly full'}

    def number(line):
        return int(line[len('RCPT TO:<u')])

    def plan(session, step):
        if step == 'rcpt':
            return said.get(number(session.to[-1]))
        if step == 'body':
            return end.get(number(session.rcpt))
        return None
    for offer in Sink.OFFER, ():
        with Sink(plan, lmtp=True, offer=offer) as s, Remote(top, at(s)) as r:
            t.eq([a.verdict + ' ' + a.dsn for a in r.deliver(*PEOPLE[:7])],
                ['done 2.0.0', 'never 5.1.1', 'later 4.2.1', 'never 5.2.2',
                'later 4.2.2', 'done 2.0.0', 'done 2.0.0'], 'each recipient '
                'has a verdict of its own')
            t.eq(r.deliver('u0@example.org')[0].verdict, 'done',
                '... the next message goes')
            t.eq(len(s.sessions), 1, '... over the same connection')


def breaks(t, top):
    """The host leaves between the verdicts."""
    for what, way in ('closes', False), ('resets', Sink.RESET), ('garbage',
            b'what\r\n'), ('silence', Sink.SILENCE):
        with Sink(lambda x, step: way if step == 'body' and 'u3' in x.rcpt
                else None, lmtp=True) as s, Remote(top, at(s),
                REMOTE_TIMEOUT_S=1) as r:
            answers = r.deliver(*PEOPLE)
            got = [a.verdict for a in answers]
            n = got.index('later') if 'later' in got else 0
            # Who came too late for the first message goes in one of his own.
            t.ok('later' in got and set(got[:n]) <= {'done'} and
                answers[3].verdict == 'later' and 'not known' in
                answers[3].why, 'it %s: some are done, some are not known' %
                what, answers)
            went = [one for m in s.whole for one in m.to]
            t.eq(len(went), len(set(went)), '... nothing goes twice')
    with Sink({'connect': '421 4.3.2 no'}, lmtp=True) as s, Remote(top,
            at(s)) as r:
        t.eq(r.one().dsn, '4.3.2', '421 at connect')
    with Sink({'lhlo': '500 5.5.1 SMTP only'}, lmtp=True) as s, Remote(top,
            at(s)) as r:
        a = r.one()
        t.eq((a.verdict, 'helo' in s.sessions[0].steps), ('never', False),
            'LHLO is refused: no HELO')
    with Remote(top, 'lmtp:' + os.path.join(top, 'none')) as r:
        a = r.one()
        t.ok(a.verdict == 'later' and a.why.startswith(top), 'nobody listens',
            a)


def main():
    t = Tap()
    with folder() as top:
        for case in usual, each, breaks:
            t.run(case, top)
    t.done()


main()
