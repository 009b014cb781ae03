#!/usr/bin/env python3
"""sendmail(1): what it does to a message, its modes, its exit codes."""

import os
import re
import shutil
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sendmail import Instance, OTHER, POOR, ROOT, Skip, Tap, WAIT_S, as_uid, \
    body, folder, header, mails, read, run, wait_for

WHOLE = b'From: alice@example.org\nSubject: a letter\n'


def made_whole(t, i):
    """Date, Message-ID and From; one of each at most."""
    run(i, ['bob'], b'hello\nworld\n')
    m = mails(i, 'bob')[0]
    t.eq(body(m), b'hello\nworld\n', 'a text without a header')
    t.eq([len(header(m, name)) for name in ('Date', 'From', 'Message-ID')],
        [1, 1, 1], 'gets one')
    t.ok(header(m, 'Message-ID')[0].endswith('@%s>' % i.name), 'with our name')
    run(i, ['bob'], b'')
    t.eq(body(mails(i, 'bob')[0]), b'', 'nothing at all is a letter too')
    run(i, ['-F', 'J\xf6rg B.'.encode().decode(), 'bob'], b'Subject: x\n\n')
    m = mails(i, 'bob')[0]
    t.ok(header(m, 'From')[0].startswith('=?utf-8?B?'), '-F in another script',
        header(m, 'From'))
    run(i, ['-F', 'A, B', '-f', 'carol', 'bob'], b'Subject: x\n\n')
    m = mails(i, 'bob')[0]
    t.eq(header(m, 'From'), ['"A, B" <carol@example.org>'],
        '-F and -f make From')
    t.eq(m.sender, 'carol@example.org', 'and -f the sender')
    run(i, ['bob'], b'From alice Tue Nov 24 12:00:00 2026\n' + WHOLE + b'\nx\n')
    m = mails(i, 'bob')[0]
    t.ok(b'From alice' not in m.message, "a mailbox's mark is dropped")
    t.eq(header(m, 'From'), ['alice@example.org'], 'the field is not')
    run(i, ['bob'], b'Subject: x\r\nTo: bob\r\n\r\none\r\ntwo\rthree\r\n')
    t.eq(body(mails(i, 'bob')[0]), b'one\ntwo\rthree\n', 'CRLF becomes LF')


def dots(t, i):
    text = b'Subject: x\n\na\n.\nb\n'
    run(i, ['bob'], text)
    t.eq(body(mails(i, 'bob')[0]), b'a\n', 'a lone dot is the end')
    for args in ['-i'], ['-oi'], ['-o', 'i'], ['-O', 'IgnoreDots=True']:
        run(i, args + ['bob'], text)
        t.eq(body(mails(i, 'bob')[0]), b'a\n.\nb\n', 'not with %s' %
            ' '.join(args))
    run(i, ['bob'], b'Subject: x\n\n..\n.a\n')
    t.eq(body(mails(i, 'bob')[0]), b'..\n.a\n', 'others are text')


def recipients(t, i):
    """-t: To, Cc and Bcc in all their forms, with those of the command line."""
    run(i, ['-t'], WHOLE + b'To: "B, ob" <bob@example.org>,\n\t(c@d) carol\n'
        b'Bcc: nobody: alice;\n\nx\n')
    got = {user: mails(i, user) for user in ('alice', 'bob', 'carol')}
    t.eq([len(got[user]) for user in got], [1, 1, 1], 'each gets one')
    t.ok(all(b'alice;' not in m[0].message for m in got.values()),
        'and nobody sees the Bcc')
    run(i, ['-t', 'carol,bob@EXAMPLE.org'], WHOLE + b'To: bob\n\nx\n')
    t.eq([len(mails(i, user)) for user in ('bob', 'carol')], [1, 1],
        'with -t the arguments get one too, each once')
    i.idle()
    t.eq([len(i.mail(user)) for user in i.users], [0, 0, 0], 'and no more')
    run(i, ['bob'], WHOLE + b'To: carol\nBcc: alice\n\nx\n')
    m = mails(i, 'bob')[0]
    i.idle()
    t.eq([len(i.mail(user)) for user in i.users], [0, 0, 0],
        'without -t the header names nobody')
    t.eq(header(m, 'Bcc'), [], 'and Bcc goes all the same')
    run(i, ['-t'], WHOLE + b'Resent-To: bob\nTo: carol\n\nx\n')
    m = mails(i, 'bob')[0]
    t.eq([len(header(m, 'Resent-' + name)) for name in ('From', 'Date',
        'Message-ID')], [1, 1, 1], 'sent once more: its fields are whole')
    t.eq(len(i.mail('carol')), 0, 'and its recipients alone get it')
    run(i, ['-ti'], b'To: staff\n\nx\n')
    t.eq([len(mails(i, user)) for user in i.users], [1, 1, 1],
        'an alias is followed')


def octets(t, i):
    """8-bit text, NUL and long lines come through; so do 25 MB."""
    text = bytes(range(256)).replace(b'\r\n', b'') * 3 + b'x' * 5000 + b'\n'
    text = text.replace(b'\r', b'')
    run(i, ['-i', 'bob'], b'Subject: x\n\n' + text)
    t.eq(body(mails(i, 'bob')[0]), text, 'every octet')
    line = b'0123456789' * 7 + b'.....\n'
    big = line * (25 * 1024 * 1024 // len(line))
    done = run(i, ['-i', 'bob'], b'Subject: big\n\n' + big)
    t.eq(done.returncode, 0, '25 MB are taken')
    m = mails(i, 'bob')[0]
    t.ok(body(m) == big, 'and are there', len(m.message))


def accepted_and_bounced(t, i):
    done = run(i, ['-f', 'alice@example.org', 'nobody@example.org'], WHOLE +
        b'\nx\n')
    t.eq(done.returncode, 0, 'an unknown recipient is taken')
    t.ok(i.logged('nobody@example.org', 'dsn=5.1.1'), 'and found out later')
    t.eq([m.sender for m in mails(i, 'alice')], [''], 'its sender gets a bounce')
    i.idle()
    i.empty()


def refused(t, i):
    """What was not taken is not queued: nothing half."""
    wrong = [
        ('no recipient', [], b'x\n', 64),
        ('-t without one', ['-t'], b'Subject: x\n\nx\n', 64),
        ('a wrong option', ['-Z', 'bob'], b'x\n', 64),
        ('a missing value', ['bob', '-f'], b'x\n', 64),
        ('-bd', ['-bd', '-q30m'], b'', 64),
        ('-bt', ['-bt'], b'', 64),
        ('-t with -bs', ['-bs', '-t'], b'To: bob\n\nx\n', 64),
        ('a wrong argument', ['bob', 'a@@b'], b'x\n', 65),
        ('a wrong To', ['-t'], b'To: bob, a b\n\nx\n', 65),
        ('a wrong sender', ['-f', 'a b', 'bob'], b'x\n', 65),
        ('two senders', ['-f', 'a,b', 'bob'], b'x\n', 65),
        ('a long address', ['x' * 65 + '@b'], b'x\n', 65),
        ('a header without end', ['bob'], b'A: b\n' * 900000, 65),
    ]
    for name, args, text, code in wrong:
        done = run(i, args, text)
        t.eq(done.returncode, code, '%s: exit %d' % (name, code))
        t.ok(done.err.startswith('sendmail: ') and done.err.count('\n') <= 2,
            '%s: says why' % name, done.err)
    i.idle()
    t.eq([len(i.mail(user)) for user in i.users], [0, 0, 0],
        'and nobody gets anything')


def queue_down(t, i):
    """75 with a line that says it, nothing lost, nothing kept."""
    i.service('-d', 'qinject-local')
    done = run(i, ['bob'], WHOLE + b'\nx\n')
    t.eq(done.returncode, 75, 'no queue: exit 75')
    t.ok('nothing is queued' in done.err and done.err.count('\n') == 1,
        'in one line', done.err)
    t.ok(i.send(i.address('carol')), 'SMTP goes on')
    waiting = []
    thread = threading.Thread(target=lambda: waiting.append(run(i, ['bob'],
        WHOLE + b'\nlate\n')))
    thread.start()
    i.service('-u', 'qinject-local')
    thread.join(WAIT_S)
    t.eq([done.returncode for done in waiting], [0],
        'a queue that comes back in time gets it')
    t.eq([body(m) for m in mails(i, 'bob')], [b'late\n'], 'once')
    i.empty()


def verify(t, i):
    i.add_lines('routes', 'other.example mx')
    done = run(i, ['-bv', 'bob', 'postmaster', 'root@other.example'])
    t.eq(done.out.splitlines(), ['bob... deliverable: mailer local, user bob',
        'postmaster... deliverable: mailer local, user postmaster',
        'root@other.example... deliverable: mailer esmtp, host '
        'other.example., user root@other.example'], '-bv says where')
    t.eq(done.returncode, 0, 'exit 0')
    for uid in [None, OTHER] if ROOT else [None]:
        done = run(i, ['-bv', 'bob', 'nosuch'], uid=uid)
        t.eq(done.returncode, 67, 'an unknown user: exit 67')
        t.ok('nosuch... User unknown' in done.out, 'in words', done.out)
    t.eq(run(i, ['-bv', 'a b']).returncode, 65, 'no address: exit 65')
    t.eq(run(i, ['-bv']).returncode, 64, 'none: exit 64')
    i.service('-d', 'who-is')
    done = run(i, ['-bv', 'bob'])
    t.eq(done.returncode, 75, 'nobody to ask: exit 75')
    t.eq(run(i, ['bob'], WHOLE + b'\nx\n').returncode, 0,
        'mail is taken all the same')
    i.service('-u', 'who-is')
    m = mails(i, 'bob')[0]
    t.ok('(from uid %d)' % os.getuid() in m.received, 'with the uid alone',
        m.received)


def queue_list(t, i):
    """-bp and mailq."""
    for name, args in ('sendmail', ['-bp']), ('mailq', []):
        done = run(i, args, name=name)
        t.ok(done.returncode == 0 and 'is empty' in done.out, '%s of an empty '
            'queue' % name, done.out, done.err)
    home = i.root + '/mail/bob'
    os.rename(home, home + '.away')
    run(i, ['-f', 'alice@example.org', 'bob', 'carol'], WHOLE + b'\nx\n')
    mails(i, 'carol')
    wait_for(lambda: i.logged('bob@example.org', 'stat=Deferred'))
    out = run(i, [], name='mailq').out
    t.ok(i.waiting()[0] in out and '<alice@example.org>' in out and
        '<bob@example.org>' in out and '(Deferred: ' in out,
        'a message that waits', out)
    t.ok('<carol@example.org>' not in out, 'who has it is not listed', out)
    t.ok('Total requests: 1' in out, 'one in all', out)
    if ROOT:
        done = run(i, [], name='mailq', uid=OTHER)
        t.ok(done.returncode == 69 and 'root' in done.err, 'for others: 69',
            done.returncode, done.err)
    os.rename(home + '.away', home)
    i.service('-r', 'qrunner')
    wait_for(lambda: not i.waiting(), 1)
    for one in i.waiting():
        os.unlink(i.queue + '/msg/' + one)
    i.service('-r', 'qrunner')
    i.empty()


def aliases(t, i):
    for name, args in ('sendmail', ['-bi']), ('newaliases', []):
        done = run(i, args, name=name)
        t.eq(done.returncode, 0, '%s compiles the aliases' % name)
    with open(i.etc + '/aliases', 'a') as f:
        f.write('new: bob\n')
    t.eq(run(i, [], name='newaliases').returncode, 0, 'a new one')
    t.eq(run(i, ['-bv', 'new']).returncode, 0, 'is known')
    with open(i.etc + '/aliases', 'a') as f:
        f.write('broken\n')
    t.eq(run(i, [], name='newaliases').returncode, 65, 'a broken table: 65')
    t.eq(run(i, ['-bv', 'new']).returncode, 0, 'does not replace a good one')
    if ROOT:
        t.eq(run(i, [], name='newaliases', uid=OTHER).returncode, 77,
            'others may not')


def smtp(t, i):
    """-bs by hand: lines end in LF. -Am: the listener's own."""
    said = run(i, ['-O', 'LogLevel=20', '-bs'], b'EHLO localhost\n'
        b'MAIL FROM:<alice@example.org>\nRCPT TO:<bob@example.org>\nDATA\n'
        b'Subject: x\n\n1 2 3\n.\nQUIT\n')
    t.eq([line[:3] for line in said.out.splitlines() if line[3:4] == ' '],
        ['220', '250', '250', '250', '354', '250', '221'], 'a dialog by hand')
    m = mails(i, 'bob')[0]
    t.eq(body(m), b'1 2 3\n', 'its letter')
    t.ok(len(header(m, 'Date')) == 1 and len(header(m, 'Message-ID')) == 1 and
        header(m, 'From') == ['alice@example.org'], 'what was missing is added',
        m.message)
    said = run(i, ['-bs'], b'EHLO l\nMAIL FROM:<alice>\nRCPT TO:<bob>\nDATA\n'
        b'Date: x\nFROM: y\nmessage-id: z\n\n.\nMAIL FROM:<>\nRCPT TO:<bob>\n'
        b'DATA\n\n1\n.\nQUIT\n')
    one, two = sorted((m.message for m in mails(i, 'bob', 2)), key=len)
    t.eq(one, b'Date: x\nFROM: y\nmessage-id: z\n\n', 'what is there stays')
    t.ok(re.fullmatch(rb'Date: .*\nMessage-ID: <.*\.2@.*>\n\n1\n', two),
        'no sender, no From', two)
    # A program that writes CRLF means what it writes.
    said = run(i, ['-bs'], b'EHLO l\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<bob>'
        b'\r\nDATA\r\nSubject: x\r\n\r\n1\n.\nMAIL FROM:<x@y>\r\n.\r\nQUIT\r\n')
    t.ok('550 5.5.2' in said.out, 'a lone LF is no line end then', said.out)
    i.idle()
    t.eq(len(i.mail('bob')), 0, 'and smuggles nothing')
    said = run(i, ['-O', 'LogLevel=20', '-bs', '-Am'], b'EHLO localhost\nAUTH '
        b'LOGIN\nYWxpY2U=\n%s\nQUIT\n' % subprocess.run(['openssl', 'base64',
        '-A'], input=i.env['PASS1'].encode(), stdout=subprocess.PIPE).stdout)
    if not ROOT:
        return
    lines = said.out.split('\r\n')
    t.ok(any(line[3:] == '-STARTTLS' for line in lines), '-Am offers STARTTLS',
        lines)
    t.ok(any(line[4:9] == 'AUTH ' for line in lines), 'and AUTH', lines)
    t.ok(any(line.startswith('235') for line in lines), 'which works', lines)


def deferred(i, address, n=0):
    """How often that was deferred; n: when it is more than that."""
    return len(i.logged('to=<%s>' % address, 'stat=Deferred', n=n + 1))


def flushed(t, i):
    """-q, and with the part of a recipient, a sender, an id."""
    home, bob, carol = i.root + '/mail/', i.address('bob'), i.address('carol')
    for user in 'bob', 'carol':
        os.rename(home + user, home + user + '.away')
        run(i, ['-f', 'x-%s@example.org' % user, user], WHOLE + b'\nx\n')
    count = {one: deferred(i, one) for one in (bob, carol)}
    ids = {one: [id for id in i.waiting() if one.encode() in read(i.queue +
        '/msg/' + id)][0] for one in count}
    for args, whom in ((['-q'], (bob, carol)), (['-q30m'], (bob, carol)),
            (['-qRBOB@'], (bob,)), (['-qSx-carol'], (carol,)),
            (['-qI' + ids[bob][5:-3]], (bob,)), (['-qRnobody'], ())):
        done = run(i, args)
        now = {one: deferred(i, one, count[one]) if one in whom else
            len(i.logged('to=<%s>' % one, 'stat=Deferred', n=0))
            for one in count}
        t.eq((done.returncode, now), (0, {one: count[one] + (one in whom)
            for one in count}), ' '.join(args) + ' has these tried')
        count = now
    t.eq(run(i, ['-q!Rbob']).returncode, 64, '-q!R: 64')
    if ROOT:
        done = run(i, ['-q'], uid=OTHER)
        t.ok(done.returncode == 77 and 'by itself' in done.err,
            'others may not: 77', done.returncode, done.err)
    for user in 'bob', 'carol':
        os.rename(home + user + '.away', home + user)
    t.eq(run(i, ['-q']).returncode, 0, 'mended, and -q')
    t.ok(i.idle(), 'they go')
    i.service('-d', 'qrunner')
    done = run(i, ['-q'])
    t.ok(done.returncode == 75 and 'not running' in done.err,
        'without the runner: 75', done.returncode, done.err)
    i.service('-u', 'qrunner')
    i.empty()


def settings(t, i):
    """They come from beside the program, or from CORREO_ENV; never from what a
    shell exports."""
    done = run(i, ['bob'], WHOLE + b'\nx\n', env=dict(POOR, NAME='evil',
        DOMAIN='evil.example', LOCAL_SOCKET='/nonexistent'))
    t.eq(done.returncode, 0, "the caller's NAME and DOMAIN are nothing to us")
    m = mails(i, 'bob')[0]
    t.eq(m.to, 'bob@example.org', 'bob is ours')
    said = run(i, ['-bs'], b'EHLO l\nQUIT\n', env=dict(POOR, SMTP_SIZE_MAX='7'))
    t.ok('SIZE 67108864' in said.out, 'nor what is set nowhere', said.out)
    away = os.path.join(i.root, 'far', 'away')
    os.makedirs(away)
    shutil.copy(i.env['SENDMAIL'], away)
    program = away + '/sendmail'

    def elsewhere(**env):
        return subprocess.run([program, 'bob'], input=WHOLE + b'\nx\n',
            env=dict(POOR, **env), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=WAIT_S)
    if not os.path.exists('/etc/correo/env'):
        done = elsewhere()
        t.ok(done.returncode == 78 and b'/etc/correo/env' in done.stderr,
            'no settings: exit 78, and where they should be', done.stderr)
    t.eq(elsewhere(CORREO_ENV=i.etc + '/env').returncode, 0, 'CORREO_ENV')
    t.eq(len(mails(i, 'bob')), 1, 'it is there')


def main():
    t = Tap()
    with folder() as top, Instance(top, RETRY_FIRST_S=1) as i:
        for case in made_whole, dots, recipients, octets, \
                accepted_and_bounced, refused, queue_down, verify, \
                queue_list, smtp, flushed, settings, aliases:
            t.run(case, i)
    t.done()


main()
