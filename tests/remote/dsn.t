#!/usr/bin/env python3
"""What a sender wants to be told (RFC 3461): a host that offers DSN is told it
too; of another one the sender is hidden where nobody wants a report."""

import sys

sys.dont_write_bytecode = True
from remote import *

OFFER = Sink.OFFER + ('DSN',)
ALL = {'ret': 'full', 'envid': 'QQ+2B1', 'notify': 'success,failure,delay',
    'orcpt': 'RFC822;Bob+20B@x'}


def wishes(words):
    """Fields of a job from 'ret full notify never'."""
    words = words.split()
    return dict(zip(words[::2], words[1::2]))


# The job's fields, what MAIL and RCPT get, onward.
CASES = [
    ('', '', '', False),
    ('ret full', ' RET=FULL', '', True),
    ('ret hdrs', ' RET=HDRS', '', True),
    ('envid a+2Bb', ' ENVID=a+2Bb', '', True),
    ('ret full envid ' + 'x' * 100, ' RET=FULL ENVID=' + 'x' * 100, '', True),
    ('notify never', '', ' NOTIFY=NEVER', True),
    ('notify success,failure,delay', '', ' NOTIFY=SUCCESS,FAILURE,DELAY',
        True),
    ('orcpt rfc822;a+40b', '', ' ORCPT=rfc822;a+40b', True),
    ('notify delay orcpt X;' + 'y' * 498, '', ' NOTIFY=DELAY ORCPT=X;' + 'y' *
        498, True),
    ('ret hdrs envid E notify never orcpt x;y', ' RET=HDRS ENVID=E',
        ' NOTIFY=NEVER ORCPT=x;y', True),
]


def told(t, top):
    """Octet by octet, over SMTP and LMTP, at once and one by one."""
    for lmtp, offer in (False, OFFER), (False, ('DSN',)), (True, OFFER):
        size = ' SIZE=21' if 'SIZE' in offer else ''
        words = '%s, %d offers: ' % ('LMTP' if lmtp else 'SMTP', len(offer))
        with Sink(offer=offer, lmtp=lmtp) as s, Remote(top, 'lmtp:[127.0.0.1]'
                ':%d' % s.port if lmtp else to(s.port)) as r:
            for fields, mail, rcpt, onward in CASES:
                a = r.one(**wishes(fields))
                t.eq((a.verdict, a.fields.get('onward') == '1'), ('done',
                    onward), words + (fields[:40] or 'nothing'))
                t.eq(s.sessions[0].lines[-3:], ['MAIL FROM:<alice@example.net>'
                    + size + mail, 'RCPT TO:<bob@example.org>' + rcpt, 'DATA'],
                    '... what was said')
            t.eq(len(s.sessions), 1, '... over one connection')


def longest(t, top):
    """The longest commands there are."""
    long = ['"' * 64 + '@' + 'd%d.' % n + 'e' * 252 for n in (1, 2)]
    with Sink(offer=OFFER) as s, Remote(top, to(s.port)) as r:
        t.eq(r.deliver(long[0], sender=long[1], octets=b'\xc3\xa4\n',
            ret='full', envid='x' * 100, notify='success,failure,delay',
            orcpt='X;' + 'y' * 498)[0].verdict, 'done', 'the longest commands')
        mail, rcpt = s.sessions[0].lines[1:3]
        t.ok(mail.endswith(' SIZE=4 BODY=8BITMIME RET=FULL ENVID=' + 'x' * 100)
            and rcpt.endswith('DELAY ORCPT=X;' + 'y' * 498), '... are whole',
            mail, rcpt)


def each_his_own(t, top):
    """One transaction for all, and only who is done is onward."""
    said = {'no': '550 5.1.1 no', 'later': '450 4.2.1 later'}

    def plan(session, step):
        return said.get(session.to[-1].split('<')[1].split('@')[0]) if step == \
            'rcpt' else None
    with Sink(plan, offer=OFFER) as s, Remote(top, to(s.port)) as r:
        message, id = r.message(b'x\n'), r.new_id()
        s.go.clear()
        jobs = [r.job('%s@example.org' % name, message=message, id=id,
            **wishes(words)) for name, words in (('no', 'notify failure'),
            ('never', 'notify never'), ('later', 'notify success'), ('plain',
            ''), ('all', 'notify success orcpt x;all'))]
        s.go.set()
        answers = [r.answer(number) for number in jobs]
        t.eq([(a.verdict, a.fields.get('onward')) for a in answers],
            [('never', None), ('done', '1'), ('later', None), ('done', None),
            ('done', '1')], 'onward is said of those who are done')
        t.eq([one[8:] for m in s.mail for one in m.to],
            ['<never@example.org> NOTIFY=NEVER', '<plain@example.org>',
            '<all@example.org> NOTIFY=SUCCESS ORCPT=x;all'], '... in one '
            'transaction, each with his own')


def not_offered(t, top):
    """A host without DSN is told nothing, and no sender where nobody wants a
    report."""
    for lmtp in False, True:
        with Sink(lmtp=lmtp) as s, Remote(top, 'lmtp:[127.0.0.1]:%d' % s.port
                if lmtp else to(s.port)) as r:
            a = r.one(**ALL)
            t.eq((a.verdict, a.fields.get('onward')), ('done', None), 'LMTP '
                'without DSN' if lmtp else 'no DSN')
            message, id = r.message(b'x\n'), r.new_id()
            jobs = [r.job('u%d@example.org' % n, message=message, id=id,
                **({'notify': 'never'} if n in (1, 3) else ALL if n == 2 else
                {})) for n in range(5)]
            t.eq([r.answer(number).verdict for number in jobs], ['done'] * 5,
                '... five recipients, two of them with NOTIFY=NEVER')
            r.end()
            t.eq({line for line in s.sessions[0].lines if any(word in line for
                word in ('RET', 'ENVID', 'NOTIFY', 'ORCPT'))}, set(),
                '... nothing is said that it does not know')
            hidden = {one[9:11] for m in s.mail if m.sender.startswith(
                'MAIL FROM:<>') for one in m.to}
            open_ = {one[9:11] for m in s.mail if 'alice' in m.sender for one
                in m.to}
            t.eq((hidden, open_), ({'u1', 'u3'}, {'u0', 'u2', 'u4', 'bo'}),
                '... those two come from <>')
            t.eq(len({m.sender for m in s.mail[1:] if m.to[0][9:11] in
                hidden}), 1, '... apart from the others')


def together(t, top):
    """All in hand at once: two transactions, in whatever order the host has
    answered."""
    with Sink() as s, Remote(top, to(s.port)) as r:
        message, id = r.message(b'x\n'), r.new_id()
        s.go.clear()
        for n in range(20):
            r.job('u%d@example.org' % n, message=message, id=id, **({'notify':
                'never'} if n % 2 else {}))
        s.go.set()
        t.eq([r.answer().verdict for n in range(20)], ['done'] * 20, 'twenty')
        t.eq([(m.sender[:12], len(m.to)) for m in s.mail],
            [('MAIL FROM:<a', 10), ('MAIL FROM:<>', 10)], '... in two '
            'transactions')


def wants_a_sender(t, top):
    """A host that refuses the sender <> gets the true one: better a report than
    no mail."""
    def plan(session, step):
        return '550 5.7.1 no bounces' if step == 'mail' and \
            session.lines[-1].startswith('MAIL FROM:<>') else None
    for offer in Sink.OFFER, ():
        with Sink(plan, offer=offer) as s, Remote(top, to(s.port)) as r:
            a = r.one(notify='never')
            t.eq(a.verdict, 'done', '<> is refused: it goes with its sender')
            t.eq(r.one(notify='never').verdict, 'done', '... the next one')
            t.eq(sum(line.startswith('MAIL FROM:<>') for line in
                s.sessions[0].lines), 1, '... <> is tried once')
            t.eq(len(s.sessions), 1, '... over one connection')
    with Sink({'mail': '451 4.7.1 wait'}) as s, Remote(top, to(s.port)) as r:
        a = r.one(notify='never')
        t.ok(wait_for(lambda: len(s.sessions[0].lines) == 4), 'not now: it '
            'goes', s.sessions[0].lines)
        t.eq((a.verdict, a.dsn), ('later', '4.7.1'), '... is not now')
    with Sink({'mail': '550 5.7.1 nobody'}) as s, Remote(top, to(s.port)) as r:
        t.eq(r.one(notify='never').dsn, '5.7.1', 'refused with both: final')


def next_host(t, top):
    """The first host has no DSN, and is lost; the second has."""
    with hosts(('127.0.0.2', {'plan': {'data': False}}), ('127.0.0.3',
            {'offer': OFFER})) as (port, first, second), table(top,
            'example.org mx 10 a.test\nexample.org mx 20 b.test\n'
            'a.test a 127.0.0.2\nb.test a 127.0.0.3\n') as d:
        with Remote(top, 'mx:example.org', d, REMOTE_PORT=port) as r:
            message, id = r.message(b'x\n'), r.new_id()
            first.go.clear()
            jobs = [r.job('u%d@example.org' % n, message=message, id=id,
                notify='never' if n else 'success') for n in range(3)]
            first.go.set()
            t.eq([(a.verdict, a.fields.get('onward')) for a in map(r.answer,
                jobs)], [('done', '1')] * 3, 'the next host has DSN')
            t.eq([(m.sender.split(' ')[1], m.to) for m in second.mail],
                [('FROM:<alice@example.net>', ['RCPT TO:<u%d@example.org> '
                'NOTIFY=%s' % (n, 'NEVER' if n else 'SUCCESS') for n in
                range(3)])], '... and gets all in one')


def main():
    t = Tap()
    with folder() as top:
        for case in told, longest, each_his_own, not_offered, together, \
                wants_a_sender, next_host:
            t.run(case, top)
    t.done()


main()
