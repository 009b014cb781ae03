#!/usr/bin/env python3
"""What cannot be delivered is reported to its sender: once, whole, by mail that
Python's email package understands; reports that fail go to postmaster and end
there; a bounce program that is missing, fails, hangs or is killed loses none."""

import contextlib
import email.utils
import os
import re
import signal
import sys

sys.dont_write_bytecode = True
from correo import Instance, Tap, folder, read, status, wait_for
from reports import bounce_is, only_report

LETTER = b'Subject: a letter\nFrom: Alice <alice@example.org>\n\nText.\n'


def queue_id(line):
    return re.search(r'id=([-0-9a-f]+)', line).group(1)


def unknown_user(t, i):
    gone = i.address('gone')
    i.inject(i.address('alice'), gone, LETTER)
    report = only_report(t, i, 'alice', 'unknown user')
    t.ok(report.text.startswith('Your message to %s could not be delivered.\n'
        % gone), 'its first words say so', report.text)
    t.ok('no such user (5.1.1)' in report.text, 'and why', report.text)
    t.eq([(str(group['Final-Recipient']), group['Action'], group['Status'],
        group['Diagnostic-Code']) for group in report.groups[1:]], [(
        'rfc822; ' + gone, 'failed', '5.1.1', 'X-Correo; no such user')],
        'its status part says so to programs')
    header = email.message_from_bytes(report.header)
    t.eq((header['Subject'], header['From'], b'Text.' in report.octets),
        ('a letter', 'Alice <alice@example.org>', False),
        "it has the message's header and not its text")
    lines = i.logged('kind=failed', 'to=<%s>' % i.address('alice'))
    own = re.search(r'\) id ([-0-9a-f]+)',
        report.delivered.received).group(1)
    t.ok(lines and 'report=%s ' % own in lines[0], "the log has both ids",
        *lines)
    t.ok(i.idle() and queue_id(lines[0]) == report.groups[0]['X-Correo-ID'],
        'the queue is empty, and the report names the id')
    i.empty()


def two_in_one_report(t, i):
    """Two that fail, one that is delivered."""
    both = [i.address('gone1'), i.address('gone2')]
    i.inject(i.address('alice'), both + [i.address('bob')])
    report = only_report(t, i, 'alice', 'two fail')
    t.eq(sorted(report.final()), ['rfc822; ' + one for one in both],
        'both are in the one report')
    t.ok('Your message to 2 addresses' in report.text and all(one in
        report.text for one in both) and i.address('bob') not in report.text,
        'its text names both, and bob not', report.text)
    t.eq(len(i.arrived('bob')), 1, 'bob has the message')
    t.ok(i.idle(), 'the queue is empty')
    t.eq(len(i.mail('alice')), 1, 'no other report came')
    i.empty()


def behind_an_alias(t, i):
    i.inject(i.address('alice'), i.address('leads'))
    report = only_report(t, i, 'alice', 'alias to nobody')
    t.ok('Your message to %s could not' % i.address('leads') in report.text
        and '(where mail to %s goes)' % i.address('leads') in report.text,
        'its text has the address that the sender knows', report.text)
    t.eq(report.final(), ['rfc822; ' + i.address('gone')],
        'and the one that failed')
    i.empty()


def partly_deferred(t, i):
    """A report at once, while another recipient still waits; none later."""
    box = i.users['carol']
    os.rename(box, box + '.away')
    i.inject(i.address('alice'), [i.address('gone'), i.address('carol')])
    report = only_report(t, i, 'alice', 'one fails, one waits')
    t.eq(report.final(), ['rfc822; ' + i.address('gone')],
        'the report is about the one')
    id = queue_id(i.logged('report=', 'kind=failed')[-1])
    t.ok(wait_for(lambda: b'\ntold ' in read(i.queue + '/msg/' + id)),
        'the journal says told')
    t.ok(i.logged(id, 'stat=Deferred', i.address('carol'), n=3),
        'carol is tried again')
    i.service('-r', 'qrunner')
    os.rename(box + '.away', box)
    t.eq(len(i.arrived('carol')), 1, 'mended: carol has it')
    t.ok(i.idle(), 'the queue is empty')
    t.eq(len(i.mail('alice')), 1, 'there is no second report')
    i.empty()


ODD = (b'Subject: \xfcml\xe4ut \xff\r\nX-Long: %s\r\n\tmore\r\nX-Cr: a\rb\x01\0'
    b'\r\nno field\r\nX-Body: 1\r\n' % (b'y' * 3000)).replace(b'\r\n', b'\n')


def odd_octets(t, i):
    odd = 'od"d b\\o@x@' + i.domain
    i.inject(i.address('alice'), [odd, 'x' * 64 + '@' + i.domain,
        'j\xf6rg@' + i.domain], ODD)
    report = only_report(t, i, 'alice', 'odd octets')
    t.eq(sorted(report.final()), sorted(['rfc822; "od\\"d b\\\\o@x"@' +
        i.domain, 'rfc822; %s@%s' % ('x' * 64, i.domain),
        'rfc822; "j??rg"@' + i.domain]), 'addresses are quoted or masked')
    t.ok('"j\xf6rg"@' + i.domain in report.text, 'the text has UTF-8',
        report.text)
    t.ok(b'Subject: \xfcml\xe4ut \xff\n' in report.header and b'a?b??\n' in
        report.header and b'no field' not in report.header,
        'the 8-bit header is as it was', report.header)
    t.ok(all(len(line) <= 998 for line in report.octets.split(b'\n')),
        'no line is too long')
    t.eq((report.message['Content-Transfer-Encoding'],
        report.parts[2]['Content-Transfer-Encoding']), ('8bit', '8bit'),
        'it is marked as 8bit')
    i.empty()


def null_sender(t, i):
    """To postmaster, who is alice."""
    i.inject('', i.address('gone'))
    report = only_report(t, i, 'alice', 'null sender',
        'postmaster@' + i.domain)
    t.ok(report.text.startswith('A message that names no sender'),
        'it says what it is', report.text)
    t.eq(report.final(), ['rfc822; ' + i.address('gone')],
        'and who was not reached')
    t.ok(i.idle(), 'the queue is empty')
    i.empty()


def report_that_fails(t, i):
    """The sender is gone too: postmaster hears of it."""
    i.inject(i.address('gone1'), i.address('gone2'))
    report = only_report(t, i, 'alice', 'a report that fails',
        'postmaster@' + i.domain)
    t.eq(report.final(), ['rfc822; ' + i.address('gone1')],
        'postmaster hears of the report')
    t.ok(b'Auto-Submitted: auto-replied\n' in report.header,
        "and sees the report's header")
    t.ok(i.idle(), 'the queue is empty')
    i.empty()


def double_that_fails(t, i):
    before = len(i.logged('report=', seconds=0))
    text = read(i.etc + '/aliases').decode()
    with open(i.etc + '/aliases', 'w') as f:
        f.write(text.replace('postmaster: alice', 'postmaster: gone3'))
    t.eq(i.compile('aliases').returncode, 0, 'postmaster is gone')
    try:
        i.inject('', i.address('gone'))
        lines = i.logged('from=<>', 'report=double', 'stat=Dropped')
        t.eq(len(lines), 1, 'a log line says that it ends here')
        t.ok(i.idle(), 'the queue is empty')
        t.eq(len(i.logged('report=', seconds=0)), before + 2,
            'one report was made and dropped, no more')
    finally:
        with open(i.etc + '/aliases', 'w') as f:
            f.write(text)
        i.compile('aliases')
    t.eq([len(i.mail(user)) for user in i.users], [0] * len(i.users),
        'nobody has mail')


# The bounce program in trouble.

MISSING = None
FAILING = '#!/bin/sh\nexit 100\n'
KILLED = '#!/bin/sh\nkill -KILL $$\n'
LYING = '#!/bin/sh\necho some id that is none\nexit 111\n'


def bounce_in_trouble(t, i):
    for name, text in ('missing', MISSING), ('failing', FAILING), ('killed',
            KILLED), ('lying', LYING):
        with bounce_is(i, text):
            before = len(i.logged('bounce', seconds=0))
            i.inject(i.address('alice'), [i.address('gone'),
                i.address('bob')])
            lines = i.logged('bounce', n=before + 2)
            t.ok(len(lines) >= before + 2, 'bounce is %s: tried again' % name,
                *lines)
            t.eq(len(i.arrived('bob')), 1, '%s: others have theirs' % name)
            t.eq((len(i.waiting()), i.mail('alice')), (1, []),
                '%s: the message is kept' % name)
        report = only_report(t, i, 'alice', '%s, then mended' % name)
        t.eq(report.final(), ['rfc822; ' + i.address('gone')],
            '%s: the report comes later' % name)
        t.ok(i.idle(), '%s: the queue is empty' % name)
        t.eq([len(i.mail(user)) for user in ('alice', 'bob')], [1, 1],
            '%s: all came once' % name)
        i.empty()


def qinject_is_down(t, i):
    i.service('-d', 'qinject')
    i.inject(i.address('alice'), i.address('gone'))
    t.ok(i.logged('no report is made: bounce exits 111', n=2),
        'without qinject: tried again')
    t.eq(len(i.waiting()), 1, 'the message is kept')
    i.service('-u', 'qinject')
    only_report(t, i, 'alice', 'qinject is back')
    t.ok(i.idle(), 'the queue is empty')
    i.empty()


HANGS = '#!/bin/sh\nkill -STOP $$\nexec %s.real "$@"\n'


def hanging_bounce(t, i):
    """It is in nobody's way."""
    program = i.root + '/libexec/bounce'

    def hanging():
        return [pid for pid, words in i.processes('sh').items() if program in
            words and status(pid).get('State', '').startswith('T')]

    def go_on():
        for pid in hanging():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        return not i.waiting()
    with bounce_is(i, HANGS % program):
        for n in range(10):
            i.inject(i.address('alice'), i.address('gone%d' % n))
        t.ok(wait_for(lambda: len(hanging()) == 4), 'four hang, not more',
            hanging())
        i.send(i.address('bob'))
        t.eq(len(i.arrived('bob')), 1, 'others get their mail')
        wait_for(lambda: len(i.waiting()) == 10)
        t.eq((len(i.waiting()), i.mail('alice')), (10, []),
            'their messages are kept')
        t.ok(wait_for(go_on), 'they go on: the queue gets empty')
    t.eq(len(i.arrived('alice', 10)), 10, 'ten reports')
    i.idle()
    t.eq(len(i.mail('alice')), 10, 'and no more')
    i.empty()


def killed_after_the_report(t, i):
    """Killed at any moment: one report at least, and the message goes."""
    text = '#!/bin/sh\n%s.real "$@" >/dev/null\nkill -KILL $$\n'
    program = i.root + '/libexec/bounce'
    with bounce_is(i, text % program):
        i.inject(i.address('alice'), i.address('gone'))
        t.ok(i.logged('was killed by signal 9', n=1),
            'killed when the report was made, before that was said')
        t.ok(i.arrived('alice'), 'the report arrives')
        # The report's own file may be there for a moment yet.
        t.ok(wait_for(lambda: len(i.waiting()) == 1), 'the message is kept')
    t.eq(len(i.arrived('alice', 2)) >= 2, True, 'a second report is made')
    t.ok(i.idle(), 'the queue is empty')
    i.empty()


# Time.

def expired(t, top):
    with Instance(top, 'expired', RETRY_FIRST_S=1, RETRY_FACTOR=1, GIVEUP_S=1,
            SYSTEM_USERS=0) as i:
        os.rename(i.users['bob'], i.users['bob'] + '.away')
        i.inject(i.address('alice'), i.address('bob'))
        report = only_report(t, i, 'alice', 'expired')
        t.ok('It was tried again and again for' in report.text and
            'given up after' in report.text, 'its text says that it expired',
            report.text)
        t.eq([(group['Action'], group['Status']) for group in
            report.groups[1:]], [('failed', '4.4.7')], 'failed, 4.4.7')
        t.ok(i.idle(), 'the queue is empty')
        os.rename(i.users['bob'] + '.away', i.users['bob'])


def delayed(t, top):
    with Instance(top, 'delayed', RETRY_FIRST_S=1, RETRY_FACTOR=1,
            DELAY_REPORT_S=1, SYSTEM_USERS=0) as i:
        os.rename(i.users['bob'], i.users['bob'] + '.away')
        i.inject('', i.address('bob'), LETTER + b'of nobody\n')
        i.inject(i.address('alice'), [i.address('bob'), i.address('carol')])
        report = only_report(t, i, 'alice', 'delayed')
        t.ok('Your message to %s has not been delivered yet.' %
            i.address('bob') in report.text and i.address('carol') not in
            report.text, 'its text says so', report.text)
        group = report.groups[1]
        t.eq((len(report.groups), group['Action'], group['Status']), (2,
            'delayed', '4.2.0'), 'delayed, 4.2.0')
        until, arrived = (email.utils.parsedate_to_datetime(value) for value
            in (group['Will-Retry-Until'], report.groups[0]['Arrival-Date']))
        t.eq((until - arrived).total_seconds(), 5 * 86400,
            'Will-Retry-Until is five days after Arrival-Date')
        id = report.groups[0]['X-Correo-ID']
        t.ok(wait_for(lambda: b'\nwarned ' in read(i.queue + '/msg/' + id)),
            'the journal says warned')
        i.service('-r', 'qrunner')
        n = len(i.logged('stat=Deferred', seconds=0))
        i.logged('stat=Deferred', n=n + 4)
        t.eq(len(i.logged('kind=delayed', seconds=0)), 1,
            'once, and not for the null sender')
        os.rename(i.users['bob'] + '.away', i.users['bob'])
        t.eq(len(i.arrived('bob', 2)), 2, 'then all is delivered')
        t.ok(i.idle(), 'the queue is empty')
        t.eq(len(i.mail('alice')), 1, 'without another report')


def main():
    t = Tap()
    with folder() as top:
        with Instance(top, RETRY_FIRST_S=1, RETRY_FACTOR=1) as i:
            i.add_lines('aliases', 'leads: gone')
            for case in unknown_user, two_in_one_report, behind_an_alias, \
                    partly_deferred, odd_octets, null_sender, \
                    report_that_fails, double_that_fails, bounce_in_trouble, \
                    qinject_is_down, hanging_bounce, killed_after_the_report:
                t.run(case, i)
        t.run(expired, top)
        t.run(delayed, top)
    t.done()


main()
