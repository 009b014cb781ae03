#!/usr/bin/env python3
"""RFC 3461: what a client may ask at the door, what stands in the queue file, and
that a sender hears of each recipient what he asked for: no more, and never nothing
because something broke in between."""

import os
import re
import socket
import struct
import sys
import threading

sys.dont_write_bytecode = True
from correo import HERE, LONG, Delivered, Instance, ROOT, Tap, WAIT_S, folder, \
    queue_id, read, wait_for
from reports import Report, bounce_is, only_report
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'sendmail'))
import sendmail

LETTER = b'Subject: a letter\nFrom: Alice <alice@example.org>\n\nText.\n'


def submit(i, *facts, octets=LETTER):
    """A message with any facts, straight to qinject; what it answers."""
    def frame(kind, octets=b''):
        return struct.pack('>cI', kind, len(octets)) + octets
    lines = ''.join(line + '\n' for line in facts).encode()
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(WAIT_S)
        s.connect(i.setting('QINJECT_SOCKET'))
        s.sendall(frame(b'F', lines) + frame(b'D', octets) + frame(b'.'))
        head = s.recv(5, socket.MSG_WAITALL)
        answer = s.recv(struct.unpack('>cI', head)[1], socket.MSG_WAITALL)
    return dict(line.split(' ', 1) for line in
        answer.decode().splitlines())


def ask(i, *facts, **more):
    """The same, as alice; it must be taken. The id."""
    answer = submit(i, 'sender ' + i.address('alice'), *facts, **more)
    if answer['verdict'] != 'done':
        raise RuntimeError(answer)
    return answer['id']


def head_lines(i, id):
    octets = read(os.path.join(i.queue, 'msg', id))
    return octets.split(b'\n\n')[0].decode().split('\n')


def journal(i, id):
    """The words of the journal's lines, without times and reasons."""
    lines = re.split(rb'\nend \d{20} \w{8} \w{8}\n', read(os.path.join(i.queue,
        'msg', id)))[1].decode().splitlines()
    return [re.sub(r' \d+\.\d{6}', '', line) for line in lines if
        not line.startswith(('why', 'next', 'start'))]


class away:
    """While it lasts, the user's mailbox is not there: mail for it waits."""

    def __init__(self, i, user):
        self.box = i.users[user]

    def __enter__(self):
        os.rename(self.box, self.box + '.away')

    def __exit__(self, *_):
        os.rename(self.box + '.away', self.box)


def kill_runner(i):
    pid = wait_for(lambda: i.service_pid('qrunner'))
    if pid > 0:			# 0 would be ourselves
        os.kill(pid, 9)
    wait_for(lambda: i.service_pid('qrunner') not in (0, pid))


def nothing_more(t, i, user, n, name):
    t.ok(i.idle(), '%s: the queue is empty' % name)
    t.eq(len(i.mail(user)), n, '%s: %s' % (name, 'no report' if n == 0 else
        'no further report'))
    i.empty()


# At the door.

WRONG = [
    ('MAIL', 'RET=', 501), ('MAIL', 'RET', 501), ('MAIL', 'RET=ALL', 501),
    ('MAIL', 'RET=FULL RET=FULL', 501), ('MAIL', 'ENVID', 501),
    ('MAIL', 'ENVID=a ENVID=b', 501), ('MAIL', 'ENVID=a+2', 501),
    ('MAIL', 'ENVID=a+0Ab', 501), ('MAIL', 'ENVID=' + 'x' * 101, 501),
    ('MAIL', 'NOTIFY=NEVER', 555), ('MAIL', 'RET=FULL ENVID=a X=y', 555),
    ('RCPT', 'NOTIFY', 501), ('RCPT', 'NOTIFY=', 501),
    ('RCPT', 'NOTIFY=OFTEN', 501), ('RCPT', 'NOTIFY=NEVER,DELAY', 501),
    ('RCPT', 'NOTIFY=SUCCESS,', 501), ('RCPT', 'NOTIFY=NEVER NOTIFY=NEVER',
    501), ('RCPT', 'ORCPT=a@b', 501), ('RCPT', 'ORCPT=rfc822;', 501),
    ('RCPT', 'ORCPT=rfc822;a+b', 501), ('RCPT', 'ORCPT=rfc822;a ORCPT=x;b',
    501), ('RCPT', 'ORCPT=rfc822;' + 'x' * 494, 501), ('RCPT', 'RET=FULL',
    555), ('RCPT', 'NOTIFY=NEVER X=y', 555), ('RCPT', 'NOTIFY=DELAY =', 501),
]


def at_the_door(t, i):
    with i.smtp() as s:
        t.ok('250-DSN' in s.hello.text.splitlines(), 'EHLO offers DSN',
            s.hello)
    bob = i.address('bob')
    for verb, words, code in WRONG:
        with i.smtp() as s:
            if verb == 'RCPT':
                s.command('MAIL FROM:<a@example.net>')
            reply = s.command('MAIL FROM:<a@example.net> ' + words if verb ==
                'MAIL' else 'RCPT TO:<%s> %s' % (bob, words))
            t.eq((reply.code, reply.enhanced), (code, '5.5.4'), '%s %.30s is '
                'refused' % (verb, words))
            reply = s.command('MAIL FROM:<a@example.net> RET=FULL ENVID=a' if
                verb == 'MAIL' else 'RCPT TO:<%s> NOTIFY=DELAY ORCPT=x;y' %
                bob)
            t.eq(reply.code, 250, 'and the right one then taken')
    i.empty()


def facts_of(t, i):
    """Each value stands where it belongs; what was not said does not."""
    alice, bob = i.address('alice'), i.address('bob')
    with away(i, 'bob'), i.smtp() as s:
        s.command('MAIL FROM:<%s> ret=full SIZE=10 envid=QQ+2B1' % alice)
        for words in '', ' NOTIFY=DELAY,success ORCPT=RFC822;Bob+20B@x', \
                ' ORCPT=rfc822;' + 'x' * 493, ' notify=never':
            reply = s.command('RCPT TO:<%s>%s' % (bob, words))
            t.eq(reply.code, 250, 'RCPT%.30s' % words)
        id = queue_id(s.data(b'Subject: x\r\n\r\n'))
        t.eq(head_lines(i, id)[4:7], ['sender ' + alice, 'ret full',
            'envid QQ+2B1'], 'ret and envid are beside the sender')
        lines = head_lines(i, id)
        t.eq(lines[lines.index('rcpt ' + bob):], ['rcpt ' + bob, 'rcpt ' + bob,
            'notify success,delay', 'orcpt RFC822;Bob+20B@x', 'rcpt ' + bob,
            'orcpt rfc822;' + 'x' * 493, 'rcpt ' + bob, 'notify never'],
            'notify and orcpt are behind their rcpt')
        s.command('MAIL FROM:<%s>' % alice)
        s.command('RCPT TO:<%s>' % bob)
        id = queue_id(s.data(b'Subject: x\r\n\r\n'))
        lines = head_lines(i, id)
        t.eq([line for line in lines if line.split()[0] in ('ret', 'envid',
            'notify', 'orcpt')], [], 'the next message has none of them')
    t.ok(i.idle(), 'both are delivered')
    i.empty()


def bad_facts(t, i):
    """qinject does not believe the front."""
    sender, rcpt = 'sender a@b', 'rcpt ' + i.address('bob')
    for facts in ([sender, 'ret some', rcpt], [sender, 'ret full', 'ret full',
            rcpt], [sender, 'envid a b', rcpt], [sender, 'notify never', rcpt],
            [sender, rcpt, 'notify x'], [sender, rcpt, 'notify never',
            'notify never'], [sender, rcpt, 'orcpt x'], [sender, rcpt,
            'orcpt x;y', 'orcpt x;y'], [sender, 'orcpt x;y', rcpt]):
        t.eq(submit(i, *facts)['verdict'], 'never', 'refused: %s' %
            ', '.join(facts))
    t.ok(i.idle() and i.mail('bob') == [], 'nothing is queued')


def as_much_as_fits(t, top):
    """The room for facts is bounded; what was taken is kept."""
    with Instance(top, 'much', SMTP_RCPT_MAX=10000, SYSTEM_USERS=0) as i, \
            i.smtp() as s:
        s.command('MAIL FROM:<%s>' % i.address('alice'))
        line = 'RCPT TO:<%s> NOTIFY=SUCCESS ORCPT=rfc822;%s' % (i.address(
            'bob'), 'x' * 490)
        taken, full = 0, None
        while full is None and taken < 10000:
            s.write((line + '\r\n').encode() * 100)
            for n in range(100):
                reply = s.reply()
                if reply.code == 250:
                    taken += 1
                elif full is None:
                    full = reply
        t.ok(full is not None and (full.code, full.enhanced) == (452,
            '4.5.3'), 'RCPT: at some time there is no more room', full)
        t.ok(taken > 7000, 'not early', taken)
        s.data(b'Subject: x\r\n\r\n')
        t.eq(len(i.arrived('bob')), 1, 'the message is delivered')
        paths = i.arrived('alice')
        t.eq(len(paths), 1, 'with a report')
        t.eq(len(Report(paths[0]).groups), taken + 1, 'about all of them')
        t.ok(i.idle(), 'the queue is empty')


# What is reported.

def failed(t, i):
    """ENVID, ORCPT; by default the header comes back."""
    gone = i.address('gone')
    ask(i, 'envid QQ+20+2B1', 'rcpt ' + gone, 'notify failure',
        'orcpt rfc822;Gone+2Baway@Example.NET')
    report = only_report(t, i, 'alice', 'failed')
    t.eq(report.groups[0]['Original-Envelope-Id'], 'QQ +1',
        'Original-Envelope-Id is as the client meant it')
    t.eq(report.outcomes(), {gone: ('rfc822; Gone+away@Example.NET', 'failed',
        '5.1.1')}, 'Original-Recipient too')
    nothing_more(t, i, 'alice', 1, 'failed')
    ask(i, 'rcpt ' + gone)
    report = only_report(t, i, 'alice', 'nothing asked for')
    t.ok(report.groups[0]['Original-Envelope-Id'] is None and
        report.groups[1]['Original-Recipient'] is None,
        'without them there are no such fields')
    nothing_more(t, i, 'alice', 1, 'nothing asked for')


def never(t, i):
    for words in 'never', 'success', 'delay', 'success,delay':
        ask(i, 'rcpt ' + i.address('gone'), 'notify ' + words)
        nothing_more(t, i, 'alice', 0, 'NOTIFY=%s, and it fails' % words)
    ask(i, 'rcpt ' + i.address('gone1'), 'notify never', 'rcpt ' +
        i.address('gone2'), 'rcpt ' + i.address('gone3'), 'notify failure')
    report = only_report(t, i, 'alice', 'one of three never')
    t.eq(sorted(report.outcomes()), [i.address('gone2'), i.address('gone3')],
        'the others are reported')
    nothing_more(t, i, 'alice', 1, 'one of three never')
    submit(i, 'sender ', 'rcpt ' + i.address('gone'), 'notify never')
    nothing_more(t, i, 'alice', 0, 'postmaster hears nothing')


def returned(t, i):
    """RET=FULL: the whole message, where it is not too long."""
    rcpt = 'rcpt ' + i.address('gone')
    eight = LETTER + b'\xc3\xa4\x1b$B\n--report\n\nno end'
    for name, octets in ('usual', LETTER), ('eight bit', eight):
        ask(i, 'ret full', rcpt, octets=octets)
        report = only_report(t, i, 'alice', 'full, ' + name,
            third='message/rfc822')
        t.ok(report.returned.endswith(octets), 'all of it is there',
            report.returned)
        t.ok(report.returned.startswith(b'Received: '), 'as it lay here')
        t.ok(report.text.rstrip().endswith('programs, and the message.'),
            'the text says so', report.text)
        nothing_more(t, i, 'alice', 1, 'full, ' + name)
    for name, words, octets in (('HDRS', 'ret hdrs', LETTER),
            ('FULL, but long', 'ret full', LETTER + b'x\n' * 26000),
            ('FULL, with a NUL', 'ret full', LETTER + b'\0\n'),
            ('FULL, a long line', 'ret full', LETTER + b'x' * 999 + b'\n')):
        ask(i, words, rcpt, octets=octets)
        report = only_report(t, i, 'alice', name)
        t.ok(b'Text.' not in report.octets and report.header.endswith(
            LETTER.split(b'\n\n')[0] + b'\n'), '%s: the header alone' % name)
        nothing_more(t, i, 'alice', 1, name)
    ask(i, 'ret full', 'rcpt ' + i.address('bob'), 'notify success')
    only_report(t, i, 'alice', 'FULL, but nothing failed')
    nothing_more(t, i, 'alice', 1, 'FULL, but nothing failed')


def delivered(t, i):
    bob, carol = i.address('bob'), i.address('carol')
    id = ask(i, 'envid E1', 'rcpt ' + bob, 'notify success',
        'orcpt rfc822;Bob@x', 'rcpt ' + carol)
    report = only_report(t, i, 'alice', 'delivered')
    t.eq(report.outcomes(), {bob: ('rfc822; Bob@x', 'delivered', '2.0.0')},
        'bob, who was asked about, and not carol')
    t.ok(report.text.startswith('Your message to %s has been delivered.\n' %
        bob) and carol not in report.text, 'its text says so', report.text)
    t.eq((report.groups[0]['Original-Envelope-Id'],
        report.groups[0]['X-Correo-ID']), ('E1', id), 'with both ids')
    t.eq([len(i.mail(user)) for user in ('bob', 'carol')], [1, 1],
        'both have the message')
    nothing_more(t, i, 'alice', 1, 'delivered')
    submit(i, 'sender ', 'rcpt ' + bob, 'notify success')
    i.arrived('bob')
    nothing_more(t, i, 'alice', 0, 'no sender')


def one_by_one(t, i):
    """Who has it is reported at once; the other one later, and none twice."""
    bob, carol = i.address('bob'), i.address('carol')
    with away(i, 'carol'):
        id = ask(i, 'rcpt ' + bob, 'notify success', 'rcpt ' + carol,
            'notify success')
        report = only_report(t, i, 'alice', 'bob has it')
        t.eq(report.outcomes(), {bob: (None, 'delivered', '2.0.0')},
            'the report is about bob')
        t.ok(wait_for(lambda: 'told ' + bob in journal(i, id)),
            'the journal says told')
        lines = journal(i, id)
        t.ok('behind 1 ' + bob in lines and 'behind 2 ' + carol in lines and
            'done 2.0.0 ' + bob in lines, 'and which rcpt leads where', lines)
        i.service('-r', 'qrunner')
        t.ok(i.logged(id, 'stat=Deferred', n=4), 'carol is tried again')
    reports = [Report(path).outcomes() for path in i.arrived('alice', 2)]
    t.ok({carol: (None, 'delivered', '2.0.0')} in reports, 'then about carol',
        reports)
    t.eq(len(i.mail('bob')), 1, 'bob has one message')
    nothing_more(t, i, 'alice', 2, 'one by one')


def aliases(t, i):
    """One member: his; several: the alias is expanded, and members succeed in
    silence, and fail aloud."""
    bob, carol, gone = (i.address(user) for user in ('bob', 'carol', 'gone'))
    ask(i, 'rcpt ' + i.address('one'), 'notify success', 'orcpt rfc822;one@x')
    report = only_report(t, i, 'alice', 'alias with one member')
    t.eq(report.outcomes(), {bob: ('rfc822; one@x', 'delivered', '2.0.0')},
        'the member has it')
    nothing_more(t, i, 'alice', 1, 'alias with one member')

    ask(i, 'rcpt ' + i.address('team'), 'notify success,failure',
        'orcpt rfc822;team@x')
    report = only_report(t, i, 'alice', 'alias with two members')
    t.eq(report.outcomes(), {i.address('team'): ('rfc822; team@x', 'expanded',
        '2.0.0')}, 'it is expanded')
    t.ok(bob not in report.octets.decode(), 'nobody learns who they are')
    t.eq([len(i.arrived(user)) for user in ('bob', 'carol')], [1, 1],
        'both have it')
    nothing_more(t, i, 'alice', 1, 'alias with two members')

    ask(i, 'rcpt ' + i.address('half'), 'notify success,failure', 'rcpt ' +
        bob, 'notify success')
    reports = [Report(path).outcomes() for path in i.arrived('alice', 2)]
    t.ok({gone: (None, 'failed', '5.1.1')} in reports, 'the member that fails',
        reports)
    t.ok({i.address('half'): (None, 'expanded', '2.0.0'), bob: (None,
        'delivered', '2.0.0')} in reports, 'the alias, and bob, who was named '
        'too', reports)
    nothing_more(t, i, 'alice', 2, 'alias, a member fails')

    ask(i, 'rcpt ' + i.address('one'), 'notify success', 'orcpt rfc822;one@x',
        'rcpt ' + bob, 'notify success', 'orcpt rfc822;bob@x')
    report = only_report(t, i, 'alice', 'two names of one mailbox')
    t.eq(sorted(group['Original-Recipient'] for group in report.groups[1:]),
        ['rfc822; bob@x', 'rfc822; one@x'], 'both names are reported')
    nothing_more(t, i, 'alice', 1, 'two names of one mailbox')

    with away(i, 'carol'):
        id = ask(i, 'rcpt ' + i.address('team'), 'notify success')
        only_report(t, i, 'alice', 'expanded, one waits')
        t.ok(wait_for(lambda: 'expanded 1' in journal(i, id)),
            'the journal says that the alias was told of')
        i.service('-r', 'qrunner')
        i.logged(id, 'stat=Deferred', n=3)
    t.eq(len(i.arrived('carol')), 1, 'carol has it')
    nothing_more(t, i, 'alice', 1, 'expanded, one waits')


class Sink:
    """Another host: it takes all mail, and offers what it is told to."""

    def __init__(self, *offers):
        self.offers, self.lines = offers, []
        self.socket = socket.create_server(('127.0.0.1', 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            with client, client.makefile('rwb') as f:
                self.talk(f)

    def talk(self, f):
        def say(*lines):
            for n, line in enumerate(lines, 1):
                f.write(b'%d%s%s\r\n' % (line[0], b' ' if n == len(lines) else
                    b'-', line[1].encode()))
            f.flush()
        say((220, 'sink'))
        in_data = False
        for line in f:
            line = line.decode('latin-1').rstrip('\r\n')
            if in_data:
                in_data = line != '.'
                if not in_data:
                    say((250, 'taken'))
                continue
            self.lines.append(line)
            if line.startswith('EHLO'):
                say((250, 'sink'), *((250, word) for word in self.offers))
            elif line == 'DATA':
                in_data = True
                say((354, 'go on'))
            elif line == 'QUIT':
                say((221, 'bye'))
                return
            else:
                say((250, 'ok'))

    def close(self):
        self.socket.close()


def relayed(t, i):
    """A host that does not report: we say that it has the message."""
    sink = Sink('8BITMIME')
    with open(i.etc + '/routes', 'w') as f:
        f.write('far.example [127.0.0.1]:%d tls=none\n* bounce\n' % sink.port)
    t.eq(i.compile('routes').returncode, 0, 'a route')
    try:
        ask(i, 'ret full', 'envid E2', 'rcpt x@far.example', 'notify success',
            'orcpt rfc822;X@far.example', 'rcpt y@far.example')
        report = only_report(t, i, 'alice', 'relayed')
        t.eq(report.outcomes(), {'x@far.example': ('rfc822; X@far.example',
            'relayed', '2.0.0')}, 'relayed, for who was asked about')
        t.ok('passed on to another mail server' in ' '.join(
            report.text.split()), 'its text says so', report.text)
        t.ok('RCPT TO:<x@far.example>' in sink.lines and not [line for line in
            sink.lines if 'ENVID' in line or 'NOTIFY' in line],
            'the host was told nothing that it does not know', sink.lines)
        nothing_more(t, i, 'alice', 1, 'relayed')
        ask(i, 'rcpt x@far.example', 'notify failure,delay')
        nothing_more(t, i, 'alice', 0, 'relayed, but not asked about')
        t.ok('MAIL FROM:<>' not in sink.lines, 'by its sender')
        ask(i, 'rcpt x@far.example', 'notify never')
        nothing_more(t, i, 'alice', 0, 'relayed, and nobody asks')
        t.ok('MAIL FROM:<>' in sink.lines, 'by <>', sink.lines)
    finally:
        sink.close()


FAR = 'far.example'


def set_routes(i, *lines):
    with open(i.etc + '/routes', 'w') as f:
        f.writelines(line + '\n' for line in lines + ('* bounce',))
    if i.compile('routes').returncode != 0:
        raise RuntimeError('routes')


def one_report(t, i, name, reporter, outcomes):
    """The only report says this, and this host has made it."""
    paths = i.arrived('alice')
    report = Report(paths[0]) if len(paths) == 1 else None
    t.ok(report is not None, '%s: one report' % name, paths, *i.log()[-20:])
    if report:
        t.eq((report.groups[0]['Reporting-MTA'], report.outcomes()), ('dns; ' +
            reporter.name, outcomes), '%s: who says what' % name)
    return report


def no_more(t, i, far, n, name):
    t.ok(far.idle(), '%s: nothing waits there' % name)
    nothing_more(t, i, 'alice', n, name)
    far.empty()


def passed_on(t, top):
    """The next host offers DSN: it reports, and we do not."""
    with Instance(top, 'near', RETRY_FIRST_S=1, SYSTEM_USERS=0) as i, \
            Instance(top, 'far', DOMAIN=FAR, SYSTEM_USERS=0,
            RETRY_FIRST_S=1) as far:
        set_routes(i, '%s [%s]:%d tls=none' % (FAR, far.host, far.port))
        set_routes(far, '%s [%s]:%d tls=none' % (i.domain, i.host, i.port))
        i.add_lines('aliases', 'one: bob@' + FAR, 'two: bob@%s, carol@%s' % (
            FAR, FAR))
        far.add_lines('aliases', 'lost: gone@' + i.domain)
        for case in onward_success, onward_alias, onward_failure, \
                onward_silence:
            t.run(case, i, far)


def onward_success(t, i, far):
    bob = 'bob@' + FAR
    id = ask(i, 'envid E+2B1', 'rcpt ' + bob, 'notify success', 'rcpt carol@' +
        FAR, 'notify failure')
    report = one_report(t, i, 'success', far, {bob: ('rfc822; ' + bob,
        'delivered', '2.0.0')})
    if report:
        t.eq(report.groups[0]['Original-Envelope-Id'], 'E+1', 'its ENVID')
    t.eq(len(i.logged('id=' + id, 'stat=Sent')), 2, 'both were sent')
    no_more(t, i, far, 1, 'success')
    # Kept for another recipient: what was passed on is not told of again.
    with away(i, 'bob'):
        id = ask(i, 'rcpt ' + bob, 'notify success', 'orcpt rfc822;Bob+20B@x',
            'rcpt ' + i.address('bob'))
        one_report(t, i, 'another waits', far, {bob: ('rfc822; Bob B@x',
            'delivered', '2.0.0')})
        t.ok(wait_for(lambda: 'told ' + bob in journal(i, id)),
            'the journal says that another tells it', journal(i, id))
        kill_runner(i)
        i.logged('id=' + id, 'stat=Deferred', n=3)
    no_more(t, i, far, 1, 'another waits')


def onward_alias(t, i, far):
    """With one member it hands all on, under its own name; with two it is told
    of here, and there are no successes."""
    bob = 'bob@' + FAR
    ask(i, 'rcpt ' + i.address('one'), 'notify success')
    one_report(t, i, 'one', far, {bob: ('rfc822; ' + i.address('one'),
        'delivered', '2.0.0')})
    no_more(t, i, far, 1, 'one')
    ask(i, 'rcpt ' + i.address('two'), 'notify success,failure')
    one_report(t, i, 'two', i, {i.address('two'): (None, 'expanded',
        '2.0.0')})
    no_more(t, i, far, 1, 'two')


def onward_failure(t, i, far):
    """Refused, we report; taken and lost, the other one does."""
    ask(i, 'rcpt nobody@' + FAR, 'notify success,failure')
    one_report(t, i, 'refused', i, {'nobody@' + FAR: (None, 'failed',
        '5.1.1')})
    no_more(t, i, far, 1, 'refused')
    ask(i, 'ret full', 'rcpt lost@' + FAR, 'notify failure')
    report = one_report(t, i, 'lost', far, {i.address('gone'): (
        'rfc822; lost@' + FAR, 'failed', '5.1.1')})
    t.ok(report and report.octets.count(b'\nText.\n') == 1,
        'RET=FULL was passed on')
    no_more(t, i, far, 1, 'lost')


def onward_silence(t, i, far):
    for words in 'never', 'success', 'delay':
        ask(i, 'rcpt lost@' + FAR, 'notify ' + words)
        t.ok(far.logged('to=<%s>' % i.address('gone'), 'stat=Failed'),
            'NOTIFY=%s: lost there' % words)
        no_more(t, i, far, 0, 'NOTIFY=' + words)


def dropped(t, i):
    """A report of success that fails itself is nobody's business."""
    submit(i, 'sender ' + i.address('gone'), 'rcpt ' + i.address('bob'),
        'notify success')
    t.ok(i.logged('report=success', 'stat=Dropped'), 'it is dropped')
    t.eq(len(i.mail('bob')), 1, 'bob has the message')
    nothing_more(t, i, 'alice', 0, 'nobody is told')


# Trouble.

def bounce_fails(t, i):
    """The success stands in the journal until its report is made."""
    bob = i.address('bob')
    with bounce_is(i, '#!/bin/sh\nexit 100\n'):
        id = ask(i, 'rcpt ' + bob, 'notify success')
        t.ok(i.logged('id=' + id, 'no report is made', n=2),
            'no report can be made: tried again')
        t.eq((i.waiting(), len(i.mail('bob'))), ([id], 1),
            'bob has the message, and it is kept')
        lines = journal(i, id)
        t.ok('done 2.0.0 ' + bob in lines and 'told ' + bob not in lines,
            'done, and not told', lines)
        kill_runner(i)
    report = only_report(t, i, 'alice', 'after that')
    t.eq(report.outcomes(), {bob: (None, 'delivered', '2.0.0')},
        'the report is made')
    t.ok(i.idle(), 'the queue is empty')
    t.eq(len(i.mail('bob')), 1, 'bob has it once')
    nothing_more(t, i, 'alice', 1, 'after that')


def killed_after_the_report(t, i):
    """Two reports are better than none."""
    text = '#!/bin/sh\n%s.real "$@" >/dev/null\nkill -KILL $$\n'
    with bounce_is(i, text % (i.root + '/libexec/bounce')):
        id = ask(i, 'rcpt ' + i.address('team'), 'notify success')
        t.ok(i.logged('kind=success', 'was killed by signal 9'),
            'killed when the report was made')
        t.ok(i.arrived('alice'), 'the report arrives')
        t.ok(wait_for(lambda: i.waiting() == [id]), 'the message is kept')
    t.ok(len(i.arrived('alice', 2)) >= 2, 'a second report is made')
    t.ok(i.idle(), 'the queue is empty')
    t.eq([len(i.mail(user)) for user in ('bob', 'carol')], [1, 1],
        'the members have it once')
    i.empty()


def under_kills(t, top):
    """The runner dies again and again: every message has a report, and every
    mailbox its message once."""
    many = 40 if LONG else 16
    with Instance(top, 'kills', RETRY_FIRST_S=1, RETRY_FACTOR=1,
            SYSTEM_USERS=0) as i:
        i.add_lines('aliases', 'team: bob, carol')
        ids = []
        for n in range(many):
            ids.append(ask(i, 'rcpt ' + i.address('bob' if n % 2 else 'team'),
                'notify success'))
            if n % 4 == 3:
                kill_runner(i)
        t.ok(i.idle(), 'the queue gets empty')
        told = [Report(path).groups[0]['X-Correo-ID'] for path in
            i.arrived('alice', many)]
        t.eq(sorted(set(told)), sorted(ids), 'each message has its report')
        t.eq([len(i.mail(user)) for user in ('bob', 'carol')], [many,
            many // 2], 'and was delivered once')
        print('# %d reports of %d messages' % (len(told), many))


def late(t, top):
    """A delay is told of where it was asked for, or nothing was said."""
    bob, carol = 'bob@example.org', 'carol@example.org'
    with Instance(top, 'late', RETRY_FIRST_S=1, RETRY_FACTOR=1,
            DELAY_REPORT_S=1, SYSTEM_USERS=0) as i:
        with away(i, 'bob'), away(i, 'carol'):
            silent = [ask(i, 'rcpt ' + bob, 'notify ' + words) for words in
                ('never', 'success,failure')]
            ask(i, 'rcpt ' + bob, 'notify failure', 'rcpt ' + carol,
                'notify delay', 'orcpt rfc822;Carol@x')
            report = only_report(t, i, 'alice', 'DELAY')
            t.eq(report.outcomes(), {carol: ('rfc822; Carol@x', 'delayed',
                '4.2.0')}, 'carol, who was asked about, and not bob')
            for id in silent:
                i.logged('id=' + id, 'stat=Deferred', n=5)
            t.eq(len(i.mail('alice')), 1, 'of the others nobody hears')
            t.eq(i.logged('no report is made', seconds=0), [],
                'and none was tried')
        paths = i.arrived('alice', 2)
        t.eq(Report(paths[-1]).outcomes() if len(paths) == 2 else None, {bob:
            (None, 'delivered', '2.0.0')}, 'a success that was asked for is '
            'told at the end')
        nothing_more(t, i, 'alice', 2, 'late')


# Other ways.

def by_sendmail(t, i):
    bob = i.address('bob')
    for uid, who in sendmail.whos():
        with away(i, 'bob'):
            done = sendmail.run(i, ['-v', '-N', 'success,DELAY', '-R', 'FULL',
                '-V', 'batch 12', '-f', i.address('alice'), bob], LETTER, uid)
            t.eq(done.returncode, 0, '%s: sendmail -N -R -V' % who)
            id = done.err.split()[-1]
            lines = head_lines(i, id)
            t.eq(lines[4:9], ['sender ' + i.address('alice'), 'ret full',
                'envid batch+2012', 'rcpt ' + bob, 'notify success,delay'],
                '%s: they are facts' % who)
        report = only_report(t, i, 'alice', 'by sendmail')
        t.eq((report.groups[0]['Original-Envelope-Id'], report.outcomes()),
            ('batch 12', {bob: (None, 'delivered', '2.0.0')}),
            '%s: and believed' % who)
        nothing_more(t, i, 'alice', 1, 'by sendmail')
    for words in ['-N', 'often'], ['-R', 'some'], ['-V', 'a\tb']:
        done = sendmail.run(i, words + [bob], LETTER)
        t.eq((done.returncode, len(done.err.splitlines())), (64, 1),
            'sendmail %s is wrong usage' % words[0])
    t.ok(i.idle() and i.mail('bob') == [], 'and queues nothing')


def in_spanish(t, top):
    with Instance(top, 'es', RETRY_FIRST_S=1, RETRY_FACTOR=1, GIVEUP_S=60,
            DELAY_REPORT_S=1, SYSTEM_USERS=0, REPORT_LANG='es',
            BOUNCE_FULL_MAX=20) as i:
        bob, gone = i.address('bob'), i.address('gone')
        octets = b'Subject: \xc3\xa1rbol\n\nText.\n'
        ask(i, 'ret full', 'rcpt ' + gone, octets=octets)
        report = only_report(t, i, 'alice', 'es: failed')
        m = report.message
        t.eq((m['Subject'], m['From'].addresses[0].display_name), (
            'Correo no entregado: su mensaje no llegó', 'Sistema de correo'),
            'the subject is Spanish')
        t.eq((report.parts[0]['Content-Type'].params['charset'],
            report.parts[0]['Content-Transfer-Encoding']), ('utf-8',
            'quoted-printable'), 'the text is UTF-8, as quoted-printable')
        t.ok(report.text.startswith('No se pudo entregar su mensaje para %s.\n'
            % gone) and 'Esa dirección no existe.' in report.text and
            'El servidor dijo: no such user (5.1.1)' in report.text,
            'and Spanish', report.text)
        t.eq((report.outcomes(), report.groups[1]['Diagnostic-Code']), ({gone:
            (None, 'failed', '5.1.1')}, 'X-Correo; no such user'),
            'the part for programs is as ever')
        t.ok(b'Subject: \xc3\xa1rbol\n' in report.header and b'Text.' not in
            report.octets, 'above BOUNCE_FULL_MAX: the header alone')
        t.ok(all(len(line) <= 78 for line in report.octets.split(b'\n')),
            'no line is long', report.octets)
        i.empty()
        submit(i, 'sender ', 'rcpt ' + gone)
        report = only_report(t, i, 'alice', 'es: double', 'postmaster@' +
            i.domain)
        t.ok(report.text.startswith('Un mensaje que no indica remitente'),
            'its text is Spanish', report.text)
        i.empty()
        with away(i, 'bob'):
            ask(i, 'rcpt ' + bob, 'notify delay,success')
            report = only_report(t, i, 'alice', 'es: delayed')
            t.ok(re.search(r'hasta el (lunes|martes|miércoles|jueves|viernes|'
                r'sábado|domingo) \d+ de [a-z]+ de \d{4} a las \d\d:\d\d '
                r'\(UTC\)\.', ' '.join(report.text.split())),
                'its text has a Spanish date', report.text)
        reports = [Report(path) for path in i.arrived('alice', 2)]
        t.ok(any(r.text.startswith('Su mensaje para %s fue entregado.' % bob)
            for r in reports), 'es: delivered', *(r.text for r in reports))
        t.ok(i.idle(), 'the queue is empty')


def main():
    t = Tap()
    with folder() as top:
        with Instance(top, RETRY_FIRST_S=1, RETRY_FACTOR=1,
                SYSTEM_USERS=0) as i:
            i.add_lines('aliases', 'one: bob', 'team: bob, carol',
                'half: bob, gone')
            for case in at_the_door, facts_of, bad_facts, failed, never, \
                    returned, delivered, one_by_one, aliases, relayed, \
                    dropped, bounce_fails, killed_after_the_report, \
                    by_sendmail:
                t.run(case, i)
        for case in passed_on, as_much_as_fits, under_kills, late, in_spanish:
            t.run(case, top)
    t.done()


main()
