#!/usr/bin/env python3
"""deliver-remote with hosts that fail, at each stage and in each way: the message
goes to the next host or waits, and never to two hosts on purpose."""

import sys

sys.dont_write_bytecode = True
from remote import *

FIRST, SECOND = '127.0.0.2', '127.0.0.3'
TABLE = '''two.example mx 10 first.example
two.example mx 20 second.example
first.example a %s
second.example a %s
''' % (FIRST, SECOND)
STAGES = ['connect', 'ehlo', 'mail', 'rcpt', 'data', 'reading', 'body']
NOT_KNOWN = 'is not known'


def hold(octets):
    """Say this, and then nothing more."""
    def plan(session):
        session.send(octets)
        return Sink.SILENCE
    return plan


WAYS = {
    'closes': False,
    'resets': Sink.RESET,
    '421': '421 4.3.2 going down',
    'garbage': b'HTTP/1.1 400 Bad Request\r\n\r\n',
    'another code': b'999 what\r\n',
    'too many lines': b'250-x\r\n' * 2000 + b'250 x\r\n',
    'no line end': hold(b'2' * 100000),
    'an endless reply': hold(b'250-x\r\n' * 100),
    'silence': Sink.SILENCE,
}


CASES = [(stage, way) for stage in STAGES for way in WAYS
    if stage != 'reading' or way in ('closes', 'resets', '421')]


def body_for(stage):
    return (b'x' * 70 + b'\n') * (120000 if stage == 'reading' else 1)


def one_host(t, top, stage, way):
    with Sink({stage: WAYS[way]}) as s, Remote(top, to(s.port),
            REMOTE_TIMEOUT_S=1) as r:
        a = r.deliver('a@x.example', 'b@x.example', octets=body_for(stage))
        t.ok([x.verdict for x in a] == ['later'] * 2 and a[0].dsn[0] == '4',
            '%s at %s: later' % (way, stage), a)
        t.ok(all('127.0.0.1[127.0.0.1]' in x.why and (NOT_KNOWN in x.why) ==
            (stage == 'body' and way != '421') for x in a), '... in words', a)
        went = [one for m in s.whole for one in m.to]
        t.eq(len(went), len(set(went)), '... it went at most once')
        s.plan = {}
        a = r.one()
        t.ok(a.verdict == 'done', '... the next message goes', a)


def one_host_each(t, top):
    Together.run_all(t, one_host, [(top,) + one for one in CASES])


def two_hosts(t, top, dnsq, stage, way):
    """The second one takes the message, if it is sure that the first has not."""
    with hosts((FIRST, {'plan': {stage: WAYS[way]}}), (SECOND, {})) as (port,
            first, second), Remote(top, 'mx:two.example', dnsq, REMOTE_PORT=port,
                REMOTE_TIMEOUT_S=1) as r:
        a = r.one(octets=body_for(stage))
        if stage == 'body' and way != '421':
            t.ok(a.verdict == 'later' and NOT_KNOWN in a.why,
                '%s at %s: later' % (way, stage), a)
            t.eq(len(second.sessions), 0, '... the second host is not asked')
            return
        t.ok(a.verdict == 'done' and a.relay == 'second.example[%s]:%d' % (
            SECOND, port), '%s at %s: the second host' % (way, stage), a,
            r.log())
        t.eq(len(first.mail), 0, '... not the first')


def two_hosts_each(t, top):
    with table(top, TABLE) as dnsq:
        Together.run_all(t, two_hosts, [(top, dnsq) + one for one in CASES])


def two_more(t, top):
    with table(top, TABLE) as dnsq:
        for way, plan in ('554', '554 5.7.1 not you'), ('450', '450 4.7.1 x'), \
                ('nobody listens', None):
            with hosts((FIRST, plan and {'plan': {'connect': plan}}),
                    (SECOND, {})) as (port, _, second), Remote(top,
                    'mx:two.example', dnsq, REMOTE_PORT=port) as r:
                t.eq(r.one().verdict, 'done', '%s at connect: the second host' %
                    way)
        for stage in 'mail', 'rcpt', 'data', 'body':
            with hosts((FIRST, {'plan': {stage: '550 5.7.1 no'}}), (SECOND,
                    {})) as (port, _, second), Remote(top, 'mx:two.example',
                    dnsq, REMOTE_PORT=port) as r:
                a = r.one()
                t.eq((a.verdict, len(second.sessions)), ('never', 0),
                    '550 at %s is final' % stage)


def no_host(t, top):
    """What the hosts' failures come to."""
    no, busy = '554 5.7.1 not you', '450 4.3.2 busy'
    with table(top, TABLE) as dnsq:
        for plans, want in ((no, no), ('never', '5.7.1')), \
                ((no, busy), ('later', '4.3.2')), \
                ((busy, no), ('later', '4.3.2')), \
                ((no, None), ('later', '4.4.2')), \
                ((None, no), ('later', '4.4.2')), \
                ((None, None), ('later', '4.4.2')):
            with hosts(*((host, plan and {'plan': {'connect': plan}})
                    for plan, host in zip(plans, (FIRST, SECOND)))) as (port,
                    *_), Remote(top, 'mx:two.example', dnsq,
                    REMOTE_PORT=port) as r:
                numbers = [r.job() for _ in range(5)]
                answers = [r.answer(n) for n in numbers]
                t.eq({(a.verdict, a.dsn) for a in answers}, {want},
                    'the hosts: %s' % (plans,))


def all_together(t, top):
    """Nobody is there: all that waits is answered after one look."""
    with table(top, TABLE) as dnsq, hosts((FIRST, {'plan': {'connect':
            Sink.SILENCE}}), (SECOND, None)) as (port, first, _), \
            Remote(top, 'mx:two.example', dnsq, REMOTE_PORT=port,
                REMOTE_TIMEOUT_S=1) as r:
        numbers = [r.job() for _ in range(50)]
        t.eq({r.answer(n).verdict for n in numbers}, {'later'}, '50 messages '
            'and no host')
        t.ok(len(first.sessions) <= 2, '... it was not asked for each',
            len(first.sessions))


def pipelining_breaks(t, top):
    """Hosts that throw away what comes with the first command, or stumble."""
    def forgets(session):
        session.buffer = b''
        return None

    def stumbles(session):
        return False if session.buffer else None
    for what, plan in ('forgets', forgets), ('hangs up', stumbles), \
            ('garbage', lambda x: b'what?\r\n' if x.buffer else None):
        with Sink({'mail': plan}) as s, Remote(top, to(s.port),
                REMOTE_TIMEOUT_S=1) as r:
            a = r.deliver('a@x.example', 'b@x.example')
            t.eq([x.verdict for x in a], ['done'] * 2, 'commands at once: it '
                '%s' % what)
            t.eq(len(s.sessions), 2, '... and is asked once more')
            t.eq(r.one().verdict, 'done', '... the next message goes')
            t.eq(len(s.sessions), 2, '... over the same connection')


def between(t, top):
    """The host leaves between two messages: one more connection, no verdict."""
    def after_first(way):
        return lambda session, step: way if step == 'mail' and \
            session.steps.count('mail') > 1 else None
    for way in False, Sink.RESET, '421 4.4.2 idle too long', \
            '452 4.5.3 too many messages', '450 4.7.0 enough', b'what?\r\n':
        with Sink(after_first(way)) as s, Remote(top, to(s.port),
                REMOTE_TIMEOUT_S=1) as r:
            t.eq([r.one().verdict for _ in range(3)], ['done'] * 3, '%r at the '
                'second MAIL' % (way if isinstance(way, (str, bytes)) else
                'closes',))
            t.eq(len(s.sessions), 3, '... goes over another connection')
    with Sink() as s, Remote(top, to(s.port)) as r:
        r.one()
        s.sessions[0].socket.shutdown(socket.SHUT_RDWR)
        t.eq(r.one().verdict, 'done', 'it closes while we wait')

    def within_second(session, step):
        return False if step == 'reading' and len(session.mail) else None
    with Sink(within_second) as s, Remote(top, to(s.port)) as r:
        t.eq([r.one(octets=body_for('reading')).verdict for _ in range(2)],
            ['done'] * 2, 'it closes within the second message')
    with Sink({'mail': '450 4.7.1 greylisted'}) as s, Remote(top,
            to(s.port)) as r:
        t.eq([str(r.one().verdict) for _ in range(2)], ['later'] * 2,
            '450 at every MAIL')


def final_421(t, top):
    with Sink({'body': '421 4.3.0 no disk'}) as s, Remote(top,
            to(s.port)) as r:
        a = r.one()
        t.eq((a.verdict, a.dsn), ('later', '4.3.0'), '421 at the end: later')


def early_no(t, top):
    """The host says no while the message is on its way, and closes."""
    big = b'x' * 70 + b'\n'
    with Sink({'reading': '552 5.3.4 too big'}) as s, Remote(top,
            to(s.port)) as r:
        a = r.one(octets=big * 200000)
        t.ok((a.verdict, a.dsn) == ('never', '5.3.4') or a.verdict == 'later',
            '552 within the message', a)
        s.plan = {}
        t.eq(r.one().verdict, 'done', '... the next message goes')


def slow(t, top):
    """Slowness is no failure as long as each wait is short enough."""
    def drip(session):
        for c in b'250-slow\r\n250-2.1.0 but\r\n':
            session.send(bytes([c]))
            time.sleep(0.01)
        return '250 2.1.0 sure'
    with Sink({'mail': drip, 'connect': 0.3, 'body': 0.5}, offer=()) as s, \
            Remote(top, to(s.port), REMOTE_TIMEOUT_S=2) as r:
        a = r.one()
        t.ok(a.verdict == 'done', 'octet by octet', a)

    def endless(session):
        with contextlib.suppress(OSError):
            while True:
                session.send(b'2')
                time.sleep(0.05)
        return False
    with Sink({'mail': endless}) as s, Remote(top, to(s.port),
            REMOTE_TIMEOUT_S=1) as r:
        a = r.one()
        t.eq((a.verdict, a.dsn), ('later', '4.4.1'), 'an endless line in '
            'drops ends at the deadline')

    def trickles(session, step):
        if step != 'reading':
            return None
        with contextlib.suppress(OSError):
            while session.socket.recv(10):
                time.sleep(0.1)
        return False
    with Sink(trickles) as s, Remote(top, to(s.port),
            REMOTE_TIMEOUT_S=1) as r:
        a = r.one(octets=b'x' * 70 + b'\n' * 8000000)
        t.eq(a.verdict, 'later', 'a host that takes the message in drops')
    with Sink({'ehlo': 0.4, 'mail': 0.4, 'rcpt': 0.4}, offer=()) as s, \
            Remote(top, to(s.port), REMOTE_TRY_S=1) as r:
        t.eq(r.one().verdict, 'later', 'REMOTE_TRY_S ends what is slow in all')


def long_lines(t, top):
    x = b'x' * 100000
    with Sink({'connect': b'220 ' + x + b'\r\n', 'mail': b'250-' + x +
            b'\r\n250 ok\r\n', 'body': b'250 2.6.0 ' + x + b'\r\n'}) as s, \
            Remote(top, to(s.port)) as r:
        a = r.one()
        t.eq((a.verdict, a.dsn), ('done', '2.6.0'), 'replies of 100,000 octets')
        t.ok(400 <= len(a.why) < 512, '... a part of it is in the answer',
            len(a.why))
    with Sink({'rcpt': b'550 5.1.1 a\tb\x1b[31m\xff\0\r\n'}) as s, \
            Remote(top, to(s.port)) as r:
        a = r.one()
        t.eq(a.why, '127.0.0.1[127.0.0.1] said after RCPT: 550 5.1.1 a?b?[31m??',
            'control octets')
        t.ok(all(32 <= ord(c) < 127 for c in r.log().replace('\n', '')),
            '... nor are there any in the log')


def local_faults(t, top):
    with Sink() as s, Remote(top, to(s.port)) as r:
        path, at, size, wire = r.message(b'x\n' * 1000)
        for offer in Sink.OFFER, ():
            s.offer = offer
            a = r.answer(r.job(message=(path, at, size + 1000, wire)))
            t.eq((a.verdict, a.dsn), ('later', '4.3.0'), 'a queue file that is '
                'too short')
        t.eq(len(s.mail), 0, '... nothing of it is taken')
        t.eq(r.one().verdict, 'done', '... the next message goes')
    with Sink() as s, Remote(top, to(s.port)) as r:
        # It shrinks after the first look.
        path, at, size, wire = r.message(b'\xe4' + b'x\n' * 100000)

        def shrink(session):
            os.truncate(path, 100000)
        s.plan = {'data': shrink}
        a = r.answer(r.job(message=(path, at, size, wire)))
        t.eq((a.verdict, a.dsn), ('later', '4.3.0'), 'one that shrinks')
        t.eq(len(s.mail), 0, '... nothing of it is taken')
    for words, code in ([], 100), (['a', 'b'], 100):
        done = subprocess.run([PROGRAM] + words, env={'NAME': NAME},
            stderr=subprocess.PIPE, text=True)
        t.eq((done.returncode, 'usage' in done.stderr), (code, True), 'usage')
    for more in {'name': ''}, {'REMOTE_TIMEOUT_S': '0'}, \
            {'REMOTE_FAMILY': 'ipx'}, {'REMOTE_PORT': '65536'}:
        with Remote(top, '[127.0.0.1]', **more) as r:
            t.eq(r.code(), 100, 'a wrong setting: %s' % more)
    with Remote(top, 'nonsense') as r:
        a = r.one()
        t.eq((a.verdict, a.dsn), ('later', '4.3.5'), 'a route that cannot be '
            'read')
        t.ok(a.why.startswith('nonsense: '), '... in words', a)
        t.eq(r.end(), 0, '... it leaves with 0')
    with Remote(top, '[127.0.0.1]:1') as r:
        r.jobs.send(b'no job\n')
        t.eq(r.code(), 101, 'what is no job')
    with Sink({'body': 0.3}) as s, Remote(top, to(s.port)) as r:
        r.job()
        wait_for(lambda: s.sessions and 'data' in s.sessions[0].steps)
        r.jobs.close()
        t.eq(r.code(), 111, 'nobody takes the answer')


def main():
    t = Tap()
    with folder() as top:
        for case in (one_host_each, two_hosts_each, two_more, no_host, all_together,
                pipelining_breaks, between, final_421, early_no, slow,
                long_lines, local_faults):
            t.run(case, top)
    t.done()


main()
