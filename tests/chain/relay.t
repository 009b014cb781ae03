#!/usr/bin/env python3
"""Mail for other hosts: a second instance is one of them. By the table of routes,
with TLS, retries, a host that is dead and comes back, and reports."""

import email
import email.policy
import os
import signal
import smtplib
import socket
import ssl
import sys
import threading

sys.dont_write_bytecode = True
from correo import HERE, Delivered, Instance, Tap, WAIT_S, folder, read, \
    wait_for
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'remote'))
from remote import Sink

OTHER = 'other.example'


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def routes(i, *lines):
    with open(i.etc + '/routes', 'w') as f:
        f.writelines(line + '\n' for line in lines)
    done = i.compile('routes')
    if done.returncode != 0:
        raise RuntimeError(done.stderr)


def usual(i, far, *more):
    routes(i, '%s [%s]:%d' % (OTHER, far.host, far.port), '* bounce', *more)


def letters(far, user, n=1):
    return [Delivered(path) for path in far.arrived(user, n)]


def relayed(t, i, far):
    usual(i, far)
    octets = b'Subject: away\r\n\r\n.one\r\n..two\r\n.\r\nGr\xc3\xbc\xc3\x9fe\r\n'
    id = i.send(['alice@' + OTHER, 'bob@' + OTHER], octets.replace(b'\r\n.',
        b'\r\n..'), i.address('alice'))
    for user in 'alice', 'bob':
        got = letters(far, user)
        t.eq(len(got), 1, '%s has it' % user)
        t.ok(got[0].octets.replace(b'\r\n', b'\n').endswith(
            octets.replace(b'\r\n', b'\n')), 'as it was sent',
            got[0].octets)
        t.eq(got[0].sender, i.address('alice'), 'from the same sender')
        t.ok(b'with ESMTPS ' in got[0].octets, 'by TLS', got[0].octets)
    t.ok(i.logged('id=' + id, 'to=<bob@%s>' % OTHER,
        'relay=%s[%s]:%d' % (far.host, far.host, far.port), 'stat=Sent'),
        'the log says where it went', i.log()[-10:])
    t.eq(len(far.logged('from=<%s>' % i.address('alice'), 'nrcpt=2')), 1,
        'in one transaction')
    t.ok(i.idle(), 'nothing is left')
    far.empty()


def stays_closed(t, i, far):
    """No stranger's mail is passed on; a user's is, and an alias's."""
    usual(i, far)
    with open(i.etc + '/smtp.rules') as f:
        rules = f.read()

    def set_rules(text):
        import subprocess
        subprocess.run(['tcprules', i.etc + '/smtp.rules.cdb', i.etc +
            '/smtp.rules.tmp'], input=text.encode(), check=True)
    set_rules(':allow\n')
    try:
        with i.smtp() as s:
            s.command('MAIL FROM:<x@example.net>')
            answer = s.command('RCPT TO:<bob@%s>' % OTHER)
            t.eq((answer.code, answer.enhanced), (550, '5.7.1'),
                'a stranger is refused')
        context = ssl.create_default_context(cafile=i.env['CAFILE'])
        with smtplib.SMTP_SSL('localhost', int(i.env['SMTPS']), timeout=WAIT_S,
                context=context) as s:
            s.login('alice', i.env['PASS1'])
            s.sendmail(i.address('alice'), ['bob@' + OTHER],
                'Subject: by a user\r\n\r\nx\r\n')
        t.eq(len(letters(far, 'bob')), 1, 'a user who has logged in is not')
        i.add_lines('aliases', 'away: carol@' + OTHER)
        i.send(i.address('away'))
        t.eq(len(letters(far, 'carol')), 1, 'nor is mail for an alias of ours')
    finally:
        set_rules(rules)
    far.empty()


def refused_there(t, i, far):
    """The far host's own words come back."""
    usual(i, far)
    i.send(['nobody@' + OTHER, 'bob@' + OTHER], sender=i.address('alice'))
    t.eq(len(letters(far, 'bob')), 1, 'who is known there has it')
    files = i.arrived('alice')
    t.eq(len(files), 1, 'the sender gets a report')
    m = email.message_from_bytes(read(files[0]), policy=email.policy.default)
    text = m.get_payload()[0].get_content()
    t.ok('nobody@' + OTHER in text and 'no such user here' in
        ' '.join(text.split()),
        'with the words of the far host', text)
    status = m.get_payload()[1].get_payload()[1]
    t.eq((status['Action'], status['Status']), ('failed', '5.1.1'),
        'and its code')
    t.ok(i.idle(), 'nothing is left')
    i.empty()
    far.empty()


def dead_and_back(t, i, top):
    """Many messages for a host that is not there; others go on; it comes."""
    port = free_port()
    with Instance(top, 'good', DOMAIN='good.example') as good:
        routes(i, '%s [127.0.0.1]:%d tls=none' % (OTHER, port),
            'good.example [%s]:%d' % (good.host, good.port), '* bounce')
        for n in range(30):
            i.send('alice@' + OTHER, sender=i.address('bob'))
        t.ok(i.logged('is dead'), 'the site is dead', i.log()[-10:])
        i.send('alice@good.example')
        t.eq(len(letters(good, 'alice')), 1, 'another one is not held up')
        t.ok(wait_for(lambda: len(i.waiting()) == 30), 'thirty wait',
            i.waiting())
        tries = len(i.logged('deliver-remote', 'Connection refused'))
        t.ok(tries < 15, 'and did not each try for themselves', tries)
        with Instance(top, 'back', DOMAIN=OTHER, SMTP_PORT=port) as back:
            t.eq(len(letters(back, 'alice', 30)), 30, 'it comes: all arrive')
            t.ok(i.idle(), 'and nothing is left')
            t.eq(len(back.mail('alice')), 30, 'each once')
        t.ok(i.logged('takes mail again'), 'the log says so')


def mended_route(t, i, far):
    """A route is looked up at each try."""
    routes(i, '%s [127.0.0.1]:%d' % (OTHER, free_port()), '* bounce')
    i.send('carol@' + OTHER)
    t.ok(i.logged('to=<carol@%s>' % OTHER, 'stat=Deferred'), 'deferred')
    usual(i, far)
    t.eq(len(letters(far, 'carol')), 1, 'the mended route is used')
    routes(i, OTHER + ' hold for now', '* bounce')
    i.send('bob@' + OTHER)
    t.ok(i.logged('to=<bob@%s>' % OTHER, 'stat=Deferred', 'for now'), 'held')
    usual(i, far)
    t.eq(len(letters(far, 'bob')), 1, 'released')
    far.empty()


def runner_dies(t, i, far):
    """While a slow host has not taken the message yet: what was begun stops, and
    it goes once."""
    go = threading.Event()

    def plan(session, step):
        if step == 'data' and session is sink.sessions[0]:
            go.wait(WAIT_S)
    with Sink(plan) as sink:
        routes(i, '%s [127.0.0.1]:%d tls=none' % (OTHER, sink.port),
            '* bounce')
        i.send('alice@' + OTHER)
        t.ok(wait_for(lambda: sink.sessions and 'data' in
            sink.sessions[0].steps), 'a host thinks about DATA')
        pid = i.service_pid('qrunner')
        if pid > 0:
            os.kill(pid, signal.SIGKILL)
        t.ok(wait_for(lambda: sink.mail), 'the next runner sends it')
        go.set()
        t.ok(i.idle(), 'nothing is left')
        t.ok(wait_for(lambda: sink.sessions[0].left), 'the first session ends')
        t.eq(len(sink.whole), 1, 'it went once')
    t.ok(i.logged('the runner has left, dropped=1'), 'the log says so')
    far.empty()


def policies(t, i, far):
    """TLS that must be there or be right, and is not: it waits, and says so."""
    usual(i, far)
    routes(i, '%s [%s]:%d tls=verify' % (OTHER, far.host, far.port),
        '* bounce')
    i.send('alice@' + OTHER)
    t.ok(i.logged('to=<alice@%s>' % OTHER, 'dsn=4.7.5', 'stat=Deferred'),
        'verify: a certificate that nobody vouches for', i.log()[-6:])
    usual(i, far)
    t.eq(len(letters(far, 'alice')), 1, 'may: it goes')
    far.empty()


def main():
    t = Tap()
    with folder() as top, Instance(top, RETRY_FIRST_S=1, RETRY_MAX_S=2) as i, \
            Instance(top, 'far', DOMAIN=OTHER) as far:
        for case in relayed, stays_closed, refused_there, mended_route, \
                policies, runner_dies:
            t.run(case, i, far)
        t.run(dead_and_back, i, top)
    t.done()


main()
