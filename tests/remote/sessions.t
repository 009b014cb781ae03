#!/usr/bin/env python3
"""deliver-remote with a host that does what it should: the dialog, octet by octet,
messages of all kinds, many recipients, one connection for many messages."""

import random
import sys

sys.dont_write_bytecode = True
from remote import *


def dialog(t, top):
    with Sink() as s, Remote(top, to(s.port)) as r:
        a = r.one()
        t.eq((a.verdict, a.dsn, a.relay), ('done', '2.0.0',
            '127.0.0.1[127.0.0.1]:%d' % s.port), 'one message: the answer')
        t.eq(a.why, '127.0.0.1[127.0.0.1] said: 250 2.0.0 taken',
            "... in the host's words")
        t.eq(r.end(), 0, '... no more jobs: it leaves with 0')
        t.eq(s.sessions[0].lines, ['EHLO ' + NAME, 'MAIL FROM:<alice@example.'
            'net> SIZE=21', 'RCPT TO:<bob@example.org>', 'DATA', 'QUIT'],
            '... what it said')
        t.eq(s.mail[0].octets, b'Subject: x\r\n\r\nText.\r\n', '... the '
            'message')
        t.eq(sum(len(x) > 0 for x in s.sessions[0].chunks), 4, '... in four '
            'packets: EHLO, envelope, message, QUIT')
        t.ok(re.search(r'^deliver-remote: to=\S+ host=127\.0\.0\.1 '
            r'ip=127\.0\.0\.1 port=%d tls=none$' % s.port, r.log(), re.M),
            '... the log: a connection', r.log())
        t.ok(re.search(r'^deliver-remote: id=\S+ from=<alice@example.net> '
            r'to=\S+ host=127\.0\.0\.1 ip=127\.0\.0\.1 tls=none done=1 later=0 '
            r'never=0 size=18 ms=\d+$', r.log(), re.M), '... a message',
            r.log())


def plain_hosts(t, top):
    """Without PIPELINING, and without ESMTP."""
    for what, more, first in (
            ('no PIPELINING', {'offer': ('SIZE',)}, ['connect', 'ehlo']),
            ('no EHLO', {'plan': {'ehlo': '502 5.5.1 what?'}},
                ['connect', 'ehlo', 'helo'])):
        with Sink(**more) as s, Remote(top, to(s.port)) as r:
            t.eq([a.verdict for a in r.deliver('a@x.example', 'b@x.example')],
                ['done'] * 2, what)
            r.end()
            t.eq(s.steps(), [first + ['mail', 'rcpt', 'rcpt', 'data', 'body',
                'quit']], '... the steps')
            t.eq(len(s.sessions[0].chunks), len(first) + 5, '... one by one')
            t.ok('SIZE=' not in s.sessions[0].lines[-5] or what == 'no '
                'PIPELINING', '... without SIZE where it is not offered')


def null_sender_and_quotes(t, top):
    with Sink() as s, Remote(top, to(s.port)) as r:
        r.one(sender='')
        r.deliver('a b"c@example.org', 'x..y@example.org', sender=
            'o\'hara+x@example.net')
        r.end()
        t.eq([m.sender.split(' SIZE')[0] for m in s.mail], ['MAIL FROM:<>',
            "MAIL FROM:<o'hara+x@example.net>"], 'senders')
        t.eq(s.mail[1].to, ['RCPT TO:<"a b\\"c"@example.org>',
            'RCPT TO:<"x..y"@example.org>'], 'local parts that need quotes')


MESSAGES = [
    ('empty', b'', b''),
    ('no line end', b'a', b'a\r\n'),
    ('dots', b'.\n..\n.a\n', b'.\r\n..\r\n.a\r\n'),
    ('a dot at the end', b'a\n.', b'a\r\n.\r\n'),
    ('CRLF stays', b'a\r\nb\n', b'a\r\nb\r\n'),
    ('a CR alone is a blank', b'a\rb\n\r.\r\nc\r', b'a b\r\n .\r\nc \r\n'),
    ('NUL', b'a\0b\n', b'a\0b\r\n'),
    ('a long line', b'x' * 100000 + b'\n', b'x' * 100000 + b'\r\n'),
    ('8 bits', b'\xc3\xa4\n', b'\xc3\xa4\r\n'),
    ('CR at the end of a block', b'x' * 65535 + b'\r\n.\n', b'x' * 65535 +
        b'\r\n.\r\n'),
    ('CRs around the end of a block', b'x' * 65535 + b'\r\r\n.\n', b'x' * 65535
        + b' \r\n.\r\n'),
    ('LF at the start of a block', b'x' * 65536 + b'\n.\n', b'x' * 65536 +
        b'\r\n.\r\n'),
    ('a dot at the start of a block', b'x' * 65535 + b'\n.\n', b'x' * 65535 +
        b'\r\n.\r\n'),
]


def octets(t, top):
    with Sink() as s, Remote(top, to(s.port)) as r:
        for name, octets, _ in MESSAGES:
            r.one(octets=octets)
        for (name, _, want), mail in zip(MESSAGES, s.mail):
            t.ok(mail.octets == want, 'message: ' + name, mail.octets[-80:],
                want[-80:])
        t.eq(len(s.mail), len(MESSAGES), 'all of them')
        t.eq(len(s.sessions), 1, '... over one connection')
        t.ok(all(m.raw.count(b'\n') == m.raw.count(b'\r\n') == m.raw.count(
            b'\r') for m in s.mail), '... no CR and no LF stands alone')
        dice = random.Random(int(os.environ.get('SEED', '1')))
        for n in range(40):
            octets = bytes(dice.choice(b'\r\n\n.ax\xe4') for _ in range(
                dice.randrange(300)))
            octets = b'x' * dice.choice((0, 65530, 131060)) + octets
            r.one(octets=octets)
            want = re.sub(rb'\r(?!\n)', b' ', octets)
            want = re.sub(rb'\r?\n', b'\r\n', want)
            want += b'' if want.endswith(b'\r\n') or not want else b'\r\n'
            if s.mail[-1].octets != want:
                t.ok(False, 'random message %d' % n, octets[-300:],
                    s.mail[-1].octets[-320:])
                break
        else:
            t.ok(True, '40 random messages')
        big = b''.join(b'line %d\n.dot\n' % n for n in range(300000))
        a = r.one(octets=big)
        t.ok(s.mail[-1].octets == big.replace(b'\n', b'\r\n') and a.verdict ==
            'done', '%d octets' % len(big))


def eightbit(t, top):
    with Sink() as s, Remote(top, to(s.port)) as r:
        r.one()
        r.one(octets=b'\xe4\n')
        r.one(octets=b'x' * 200000 + b'\xe4\n')
        t.eq(['BODY=8BITMIME' in m.sender for m in s.mail], [False, True,
            True], 'BODY=8BITMIME if there are such octets')
    for offer in ('PIPELINING',), ():
        with Sink(offer=offer) as s, Remote(top, to(s.port)) as r:
            a = r.one(octets=b'\xe4\n')
            t.eq((a.verdict, a.dsn), ('never', '5.6.3'), 'a host without '
                '8BITMIME: the message comes back')
            t.ok('8BITMIME' in a.why and a.why.startswith('127.0.0.1'),
                '... in words', a)
            t.eq(r.one().verdict, 'done', '... and plain ones go')
            t.ok(' BODY' not in s.mail[-1].sender, '... without BODY')
    with Sink(offer=()) as s, Remote(top, to(s.port),
            REMOTE_EIGHTBIT='send') as r:
        t.eq((r.one(octets=b'\xe4\n').verdict, s.mail[0].octets), ('done',
            b'\xe4\r\n'), '... or goes as it is, where that is the setting')
        t.ok(' BODY' not in s.mail[-1].sender, '... without BODY')
    with Sink() as s, Remote(top, to(s.port)) as r:
        a = r.deliver('b\xfcrger@example.org', 'ok@example.org')
        t.eq([x.verdict + x.dsn for x in a], ['never5.6.7', 'done2.0.0'],
            'an address that is not ASCII')


def size(t, top):
    with Sink(offer=('SIZE 1000',)) as s, Remote(top, to(s.port)) as r:
        a = r.one(octets=b'x' * 998 + b'\n')
        t.eq((a.verdict, 'SIZE=1000' in s.mail[0].sender), ('done', True),
            'as big as the host takes')
        a = r.one(octets=b'x' * 999 + b'\n')
        t.eq((a.verdict, a.dsn), ('never', '5.3.4'), 'bigger')
        t.ok('1000' in a.why and '1001' in a.why, '... in words', a)
        r.end()
        t.eq(s.steps()[0].count('mail'), 1, '... it was not even begun')
    with Sink(offer=('SIZE 0',)) as s, Remote(top, to(s.port)) as r:
        t.eq(r.one().verdict, 'done', 'SIZE 0 is no limit')


def recipients(t, top):
    many = ['user%d@example.org' % n for n in range(100)]
    with Sink() as s, Remote(top, to(s.port)) as r:
        answers = r.deliver(*many)
        t.eq({a.verdict for a in answers}, {'done'}, '100 recipients at once')
        t.eq([one for m in s.mail for one in m.to], ['RCPT TO:<%s>' % one for
            one in many], '... each one once')
        t.ok(len(s.mail) <= 2, '... in one message', len(s.mail))
    many = ['user%d@example.org' % n for n in range(250)]
    with Sink() as s, Remote(top, to(s.port)) as r:
        message, id = r.message(b'x\n'), r.new_id()

        def feed():
            for one in many:
                r.job(one, message=message, id=id)
        feeder = threading.Thread(target=feed)
        feeder.start()
        answers = [r.answer() for _ in many]
        feeder.join()
        t.eq({a.verdict for a in answers}, {'done'}, '250 recipients')
        t.eq(sorted(one for m in s.mail for one in m.to), sorted('RCPT TO:<%s>'
            % one for one in many), '... each one once')
        t.ok(max(len(m.to) for m in s.mail) <= 100, '... at most 100 together',
            [len(m.to) for m in s.mail])
    with Sink(offer=('PIPELINING', 'LIMITS RCPTMAX=7')) as s, Remote(top,
            to(s.port)) as r:
        answers = r.deliver(*many[:20])
        t.eq({a.verdict for a in answers}, {'done'}, 'a host with RCPTMAX=7')
        t.ok(max(len(m.to) for m in s.mail) <= 7, '... is obeyed')

    def five(session):
        return '452 4.5.3 too many' if len(session.taken) >= 5 else None
    for plan, what in ({'rcpt': five}, '452 4.5.3'), ({'rcpt': lambda x: '452 '
            'too many' if len(x.taken) >= 5 else None}, '452'), ({'rcpt':
            lambda x: '552 5.5.3 x' if len(x.taken) >= 5 else None},
            '552 5.5.3'):
        with Sink(plan) as s, Remote(top, to(s.port)) as r:
            answers = r.deliver(*many[:12])
            t.eq({a.verdict for a in answers}, {'done'}, 'a host that says %s '
                'from the sixth on' % what)
            t.ok(max(len(m.to) for m in s.mail) == 5, '... gets more messages')
            t.eq(len(s.sessions), 1, '... over one connection')


def verdicts(t, top):
    """Each recipient its own."""
    said = {'a': None, 'b': '550 5.1.1 no such user', 'c': '450 4.2.1 later',
        'd': '251 2.1.5 will forward', 'e': '553 go away', 'f': '552 5.2.2 full',
        'g': '452 4.2.2 full'}

    def plan(session, step):
        return said[session.to[-1][9]] if step == 'rcpt' else None
    for offer in Sink.OFFER, ():
        with Sink(plan, offer=offer) as s, Remote(top, to(s.port)) as r:
            answers = r.deliver(*(one + '@example.org' for one in said))
            t.eq([a.verdict + ' ' + a.dsn for a in answers], ['done 2.0.0',
                'never 5.1.1', 'later 4.2.1', 'done 2.0.0', 'never 5.0.0',
                'never 5.2.2', 'later 4.2.2'], 'a verdict for each')
            t.eq(answers[1].why, '127.0.0.1[127.0.0.1] said after RCPT: 550 '
                '5.1.1 no such user', '... in words')
            t.ok(all(a.relay for a in answers), '... with the relay')
            t.eq([len(m.to) for m in s.mail], [2], '... one message')
    for code, want in ('550 5.7.1 no', 'never 5.7.1'), ('451 4.3.0 x', 'later '
            '4.3.0'), ('554 no', 'never 5.0.0'):
        for step in 'mail', 'data', 'body':
            for offer in Sink.OFFER, ():
                with Sink({step: code}, offer=offer) as s, Remote(top,
                        to(s.port)) as r:
                    answers = r.deliver('a@x.example', 'b@x.example')
                    t.eq([a.verdict + ' ' + a.dsn for a in answers],
                        [want] * 2, '%s: %s%s' % (step, code, '' if offer else
                        ', no pipelining'))
                    s.plan = {}
                    t.eq(r.one().verdict, 'done', '... the next message goes')
                    t.eq(len(s.sessions), 1, '... over the same connection')


def all_refused(t, top):
    """No recipient is left, and the host's transaction is still there."""
    for offer in Sink.OFFER, ():
        with Sink({'rcpt': '550 5.1.1 nobody'}, offer=offer) as s, Remote(top,
                to(s.port)) as r:
            t.eq([a.verdict for a in r.deliver('a@x.example', 'b@x.example')],
                ['never'] * 2, 'no recipient is taken')
            s.plan = {}
            t.eq(r.one().verdict, 'done', '... the next message goes')
            r.end()
            t.eq(s.sessions[0].steps[2:], ['mail', 'rcpt', 'rcpt', 'rset',
                'mail', 'rcpt', 'data', 'body', 'quit'], '... behind a RSET')
    # A host that takes DATA for nobody would take an empty message as well.
    with Sink() as s, Remote(top, to(s.port)) as r:
        s.plan = lambda x, step: b'550 5.1.1 nobody\r\n354 go on\r\n' if \
            step == 'rcpt' else None
        t.eq(r.one().verdict, 'never', 'DATA is taken for nobody')
        s.plan = {}
        t.eq(r.one().verdict, 'done', '... the next message goes')
        t.eq([len(x.mail) for x in s.sessions], [0, 1], '... over a connection '
            'of its own, and nothing else came')


def early(t, top):
    """An answer is given when it is certain, not at the end."""
    go = threading.Event()

    def plan(session, step):
        if step == 'rcpt' and session.to[-1].startswith('RCPT TO:<no'):
            return '550 5.1.1 no'
        if step == 'body':
            go.wait(WAIT_S)
        return None
    with Sink(plan) as s, Remote(top, to(s.port)) as r:
        no, yes = r.message_to('no@example.org', 'yes@example.org')
        t.eq(r.answer().number, no, 'the refused one, while the other waits')
        go.set()
        t.eq(r.answer().number, yes, '... then that one')


def reuse(t, top):
    with Sink() as s, Remote(top, to(s.port)) as r:
        numbers = [r.job('user%d@example.org' % n) for n in range(90)]
        t.eq({r.answer(n).verdict for n in numbers}, {'done'}, '90 messages')
        r.end()
        t.eq(len(s.sessions), 1, '... over one connection')
        t.eq(s.steps()[0].count('rset'), 0, '... without RSET')
        t.eq([m.to for m in s.mail], [['RCPT TO:<user%d@example.org>' % n]
            for n in range(90)], '... in their order')


def same_id_other_sender(t, top):
    with Sink() as s, Remote(top, to(s.port)) as r:
        id, message = r.new_id(), r.message(b'x\n')
        a = r.job('a@example.org', id=id, message=message)
        b = r.job('b@example.org', id=id, message=message, sender='owner@x.y')
        t.eq([r.answer(n).verdict for n in (a, b)], ['done'] * 2, 'one message '
            'from two senders')
        t.eq([m.sender.split()[1] for m in s.mail], ['FROM:<alice@example.net>',
            'FROM:<owner@x.y>'], '... goes twice')


def linger(t, top):
    with Sink() as s, Remote(top, to(s.port), REMOTE_LINGER_MS=100) as r:
        r.one()
        t.ok(wait_for(lambda: s.sessions[0].left == 'quit'), 'idle: QUIT')
        t.eq(r.one().verdict, 'done', '... the next message goes')
        t.eq(len(s.sessions), 2, '... over a new connection')
        r.jobs.close()
        t.eq(r.code(), 0, '... no more jobs: it leaves')
        t.ok(wait_for(lambda: s.sessions[1].left == 'quit'), '... with QUIT')


def main():
    t = Tap()
    with folder() as top:
        for case in (dialog, plain_hosts, null_sender_and_quotes, octets,
                eightbit, size, recipients, verdicts, all_refused, early,
                reuse, same_id_other_sender, linger):
            t.run(case, top)
    t.done()


main()
