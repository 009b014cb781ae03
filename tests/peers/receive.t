#!/usr/bin/env python3
"""Debian's Postfix, OpenSMTPD and Exim take a whole instance's mail, in the clear
and by TLS, and Dovecot by LMTP: all of it once, octet for octet; what they
refuse is a report in their words. Only with CORREO_LONG=1; a peer that cannot be
had is skipped."""

import collections
import sys

sys.dont_write_bytecode = True
from peers import *
from reports import Report

MANY = 100


def route(i, *lines):
    with open(i.etc + '/routes', 'w') as f:
        f.writelines(line + '\n' for line in lines + ('* bounce',))
    done = i.compile('routes')
    if done.returncode != 0:
        raise RuntimeError(done.stderr)


def at(user):
    return '%s@%s' % (user, DOMAIN)


def arrived(peer):
    """{user: how often each mark came, and its octets from the mark on}"""
    found = {}
    for user in PEOPLE:
        found[user] = collections.Counter(marked(one) for one in
            peer.mail(user))
    return found


def all_once(t, i, peer, want, name):
    """want: {user: {mark: octets}}. All of it is there, once and whole."""
    due = {user: collections.Counter((mark, octets) for mark, octets in
        one.items()) for user, one in want.items()}
    total = sum(len(one) for one in want.values())
    i.idle()
    wait_for(lambda: sum(len(os.listdir(one + '/new')) for one in
        peer.maildirs.values()) >= total, 60, 0.2)
    got = arrived(peer)
    wrong = []
    for user in due:
        for mark, octets in (due[user] - got[user]):
            wrong.append('%s lacks %s' % (user, mark))
        for mark, octets in (got[user] - due[user]):
            wrong.append('%s has too much: %s %r' % (user, mark,
                octets[-100:]))
    t.ok(not wrong, '%s: %d arrive once, octet for octet' % (name, total),
        *wrong, *i.log()[-10:], peer.said()[-2000:])
    t.eq(i.waiting(), [], '%s: nothing waits' % name)
    for one in peer.maildirs.values():
        for file in os.listdir(one + '/new'):
            os.unlink(one + '/new/' + file)


def send_all(t, i, peer, name):
    """Each sort to all three at once, then many to one each."""
    users = list(PEOPLE)
    sorts, want = letters(), {user: {} for user in users}
    for octets in sorts.values():
        i.inject(i.address('alice'), [at(user) for user in users], octets)
    for n, (mark, octets) in enumerate(letters(MANY).items()):
        if mark in sorts:
            for user in users:
                want[user][mark] = octets
            continue
        want[users[n % 3]][mark] = octets
        i.inject(i.address('alice') if n % 5 else '', at(users[n % 3]), octets)
    all_once(t, i, peer, want, name)


def refused(t, i, peer, name):
    """One of two is nobody there: he is reported, the other one has it."""
    octets = letter('half', b'Text.\n')
    before = len(i.mail('alice'))
    i.inject(i.address('alice'), [at('wanda'), at('zoe')], octets)
    all_once(t, i, peer, {'zoe': {'half': octets}}, name + ': one of two')
    report = Report(i.arrived('alice', before + 1)[-1])
    t.eq(report.final(), ['rfc822; ' + at('wanda')], '%s: nobody is reported' %
        name)
    group = report.groups[1]
    t.ok(group['Action'] == 'failed' and re.match(r'5\.\d', group['Status']),
        '%s: for good' % name, group.items())
    t.ok(group['Diagnostic-Code'].startswith('smtp; 550 ') and (group[
        'Remote-MTA'] or peer.name == 'dovecot-lmtp'), '%s: in the host\'s '
        'words' % name, group.items())
    log = i.logged('to=<%s>' % at('wanda'), 'stat=Failed')[-1]
    t.ok('550' in log and 'relay=' in log, '%s: the log has them' % name, log)
    i.empty()


def too_big(t, i, peer, name):
    before = len(i.mail('alice'))
    i.inject(i.address('alice'), at('zoe'), letter('huge', (b'x' * 99 + b'\n')
        * (SIZE_MAX // 100 + 1000)))
    reports = i.arrived('alice', before + 1)
    t.eq([Report(one).groups[1]['Status'] for one in reports[before:]],
        ['5.3.4'], '%s: too big for its SIZE is reported' % name)
    all_once(t, i, peer, {'zoe': {}}, name + ': too big')
    i.empty()


def as_offered(t, wire, name, lmtp=False):
    """What the host offers is used, and nothing else."""
    offers, said = wire.offers(), wire.said(True)
    text = b''.join(said)
    mails = re.findall(rb'^MAIL FROM:.*\r$', text, re.M)
    t.ok(offers and mails, '%s offers %s' % (name, ' '.join(sorted(offers))))
    t.eq({b' SIZE=' in one for one in mails}, {'SIZE' in offers},
        '%s: SIZE as offered' % name)
    t.eq({b' BODY=8BITMIME' in one for one in mails} - {False}, {True} if
        '8BITMIME' in offers else set(), '%s: 8BITMIME where it is needed' %
        name)
    together = any(us and octets.startswith((b'MAIL', b'RSET')) and b'\r\nRCPT'
        in octets for one in wire.sessions for us, octets in one)
    t.eq(together, 'PIPELINING' in offers, '%s: commands go together if '
        'PIPELINING is offered' % name)
    t.eq({(b'LHLO' in one, b'EHLO' in one) for one in said if one}, {(lmtp,
        not lmtp)}, '%s: the hello of its protocol' % name)
    t.eq([one[-6:] for one in said if one and not one.endswith(
        b'QUIT\r\n')], [], '%s: each connection ends with QUIT' % name)


def in_the_clear(t, i, top, sort):
    with sort(top, None) as peer, Wire(peer.port) as wire:
        route(i, '%s [127.0.0.1]:%d tls=none' % (DOMAIN, wire.port))
        send_all(t, i, peer, sort.name)
        refused(t, i, peer, sort.name)
        too_big(t, i, peer, sort.name)
        wait_for(lambda: not i.processes('deliver-remote'), 10)
        as_offered(t, wire, sort.name)


def went(i, peer):
    """The log's lines of messages that went there."""
    return i.logged('deliver-remote:', ' from=<', ':%d ' % peer.port,
        seconds=0)


def by_tls(t, i, top, sort):
    """A certificate that is good, then TLS as it is offered by default."""
    name = sort.name + ' with TLS'
    with sort(top, os.path.join(top, 'tls')) as peer:
        for words in 'tls=verify', 'tls=must', '':
            route(i, '%s [%s]:%d %s' % (DOMAIN, NAME, peer.port, words))
            before = len(went(i, peer))
            send_all(t, i, peer, '%s %s' % (name, words or 'by default'))
            lines = went(i, peer)[before:]
            t.ok(lines and all('tls=TLSv1.2' in one for one in lines),
                '%s %s: nothing went in the clear' % (name, words),
                *[one for one in lines if 'tls=TLSv1.2' not in one])
        refused(t, i, peer, name)
        route(i, '%s [other.example]:%d tls=verify' % (DOMAIN, peer.port))
        octets = letter('wait', b'Text.\n')
        i.inject(i.address('alice'), at('zoe'), octets)
        t.ok(i.logged('to=<%s>' % at('zoe'), 'stat=Deferred', 'dsn=4.7.5'),
            '%s: another name\'s certificate keeps the mail here' % name)
        t.eq(peer.mail('zoe'), [], '... it is not there')
        route(i, '%s [%s]:%d tls=verify' % (DOMAIN, NAME, peer.port))
        all_once(t, i, peer, {'zoe': {'wait': octets}}, name + ': the route is '
            'mended')


def broken_tls(t, i, top, sort):
    """Debian 12's OpenSMTPD offers TLS and cannot do it: "must" waits, the
    default goes on in the clear."""
    name = sort.name + ' with broken TLS'
    with sort(top, os.path.join(top, 'tls')) as peer:
        if peer.shakes_hands():
            raise Skip('this one can do TLS')
        route(i, '%s [%s]:%d tls=must' % (DOMAIN, NAME, peer.port))
        octets = letter('wait', b'Text.\n')
        i.inject(i.address('alice'), at('zoe'), octets)
        t.ok(i.logged('to=<%s>' % at('zoe'), 'stat=Deferred', 'dsn=4.7.5'),
            '%s: TLS or nothing keeps the mail here' % name)
        t.eq(peer.mail('zoe'), [], '... it is not there')
        route(i, '%s [%s]:%d' % (DOMAIN, NAME, peer.port))
        all_once(t, i, peer, {'zoe': {'wait': octets}}, name + ': by default')
        send_all(t, i, peer, name)


def lmtp(t, i, top, tls):
    name = 'Dovecot with TLS' if tls else 'Dovecot'
    with Dovecot(top, tls and os.path.join(top, 'tls')) as peer, \
            Wire(peer.port) as wire:
        ways = [('on a UNIX socket', 'lmtp:' + peer.path), ('on a port',
            'lmtp:[127.0.0.1]:%d tls=none' % wire.port)]
        if tls:
            ways = [('on a port', 'lmtp:[%s]:%d tls=verify' % (NAME,
                peer.port))]
        for what, way in ways:
            words = '%s %s' % (name, what)
            route(i, '%s %s' % (DOMAIN, way))
            send_all(t, i, peer, words)
            refused(t, i, peer, words)
        if not tls:
            wait_for(lambda: not i.processes('deliver-remote'), 10)
            as_offered(t, wire, name, True)


def main():
    if not LONG:
        skip_all('CORREO_LONG=1 is not set')
    t = Tap()
    with folder() as top:
        dns = os.path.join(top, 'dns')
        with open(dns, 'w') as f:
            f.write('%s a 127.0.0.1\nother.example a 127.0.0.1\n' % NAME)
        subprocess.run([TOP + '/tls/make-cert', '-r', top + '/tls', NAME],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with Instance(top, RETRY_FIRST_S=1, RETRY_FACTOR=1, DNS_TABLE=dns,
                TLS_CA_FILE=top + '/tls/ca.pem') as i:
            for sort in Postfix, OpenSMTPD, Exim:
                if os.environ.get('ONLY', sort.name) != sort.name:
                    continue
                t.run(in_the_clear, i, top, sort)
                t.run(broken_tls if sort is OpenSMTPD else by_tls, i, top,
                    sort)
            t.run(lmtp, i, top, False)
            t.run(lmtp, i, top, True)
    t.done()


main()
