#!/usr/bin/env python3
"""deliver-remote with TLS through tls-client, and logins over it."""

import base64
import sys

sys.dont_write_bytecode = True
from remote import *
from secure import Service, make_cert

FIRST, SECOND = '127.0.0.2', '127.0.0.3'
HOST = 'mx.example.org'		# what the certificates are for
OTHER = 'other.example.org'
TABLE = '''%s a %s
other.example.org a %s
domain.example mx 10 unlike.example
unlike.example a %s
two.example mx 10 other.example.org
two.example mx 20 %s
''' % (HOST, FIRST, FIRST, FIRST, HOST)
SECRET = 'open sesame'


class World:
    """Certificates, the services and the DNS."""

    def __init__(self, top, stack):
        self.top = top
        self.good = make_cert(os.path.join(top, 'good'), HOST)
        self.other = make_cert(os.path.join(top, 'other'), OTHER)
        self.domain = make_cert(os.path.join(top, 'domain'), 'domain.example')
        ca = os.path.join(top, 'ca.pem')
        with open(ca, 'wb') as f:
            for one in self.good, self.domain:
                with open(os.path.join(one, 'ca.pem'), 'rb') as part:
                    f.write(part.read())
        os.chmod(ca, 0o644)
        self.service = stack.enter_context(Service(top, 'tls', TLS_CA_FILE=ca))
        self.dnsq = stack.enter_context(table(top, TABLE))

    def context(self, at=None, low=None):
        c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        c.load_cert_chain(os.path.join(at or self.good, 'server.pem'))
        if low:
            c.minimum_version = low
        return c

    def sink(self, at=None, low=None, host=FIRST, plan=None, **more):
        return Sink(plan, host=host, tls=self.context(at, low), **more)

    def remote(self, nexthop, port=1, service=None, **more):
        return Remote(self.top, nexthop, self.dnsq, REMOTE_PORT=port,
            TLS_CLIENT_SOCKET=self.service.path if service is None else
            service, **more)


def outcome(t, w, sink, words, want, what, host=HOST, tls=None, **more):
    """One message to the host; True if it went by TLS."""
    with w.remote('smtp:[%s]:%d%s' % (host, sink.port, words), **more) as r:
        n = len(sink.mail)
        a = r.one()
        t.ok(a.verdict + ' ' + a.dsn == want, what, a, r.log())
        if tls is not None:
            t.eq([m.tls for m in sink.mail[n:]], [tls], '... over %s' % ('TLS'
                if tls else 'the clear'))
        a.log = r.log()
        return a


def may(t, w):
    with w.sink() as s:
        a = outcome(t, w, s, '', 'done 2.0.0', 'may: TLS is offered', tls=True)
        t.ok(' tls=TLSv1.2 cipher=ECDHE-' in a.log and ' verified=yes' in a.log,
            '... the log', a.log)
        t.eq(s.steps()[0][:4], ['connect', 'ehlo', 'starttls', 'ehlo'],
            '... EHLO again')
    with w.sink(w.other) as s:
        a = outcome(t, w, s, ' tls=may', 'done 2.0.0', 'may: a certificate of '
            'nobody', tls=True)
        t.ok(' verified=no' in a.log, '... the log', a.log)
    with Sink(host=FIRST) as s:
        outcome(t, w, s, '', 'done 2.0.0', 'may: TLS is not offered', tls=False)
    with w.sink(low=ssl.TLSVersion.TLSv1_3) as s:
        a = outcome(t, w, s, '', 'done 2.0.0', 'may: the handshake fails',
            tls=False)
        t.eq([x.steps[2] for x in s.sessions], ['starttls', 'mail'],
            '... over a second connection')
        t.ok('tls=failed, in the clear: ' in a.log, '... the log', a.log)
    with w.sink(plan={'starttls': '454 4.7.0 not now'}) as s:
        outcome(t, w, s, '', 'done 2.0.0', 'may: 454 at STARTTLS', tls=False)
        t.eq(len(s.sessions), 1, '... over the same connection')
    with w.sink(plan={'starttls': b'220 go\r\n250 evil.example\r\n'}) as s:
        outcome(t, w, s, '', 'done 2.0.0', 'may: octets behind STARTTLS',
            tls=False)
        t.eq(len(s.sessions), 2, '... over a second connection')
    with w.sink() as s:
        outcome(t, w, s, ' tls=none', 'done 2.0.0', 'none: TLS is offered',
            tls=False)
        outcome(t, w, s, '', 'done 2.0.0', 'may: no service', tls=False,
            service='')
        t.ok(all('starttls' not in x for x in s.steps()), '... nobody asked '
            'for it')
        outcome(t, w, s, '', 'done 2.0.0', 'may: the service is not there',
            tls=False, service=os.path.join(w.top, 'none'))


def must(t, w):
    with w.sink(w.other) as s:
        outcome(t, w, s, ' tls=must', 'done 2.0.0', 'must: a certificate of '
            'nobody', tls=True)
        outcome(t, w, s, ' tls=must', 'later 4.7.5', 'must: no service',
            service='')
        outcome(t, w, s, ' tls=must', 'later 4.7.5', 'must: the service is not '
            'there', service=os.path.join(w.top, 'none'))
        t.eq(len(s.mail), 1, '... nothing goes in the clear')
    for what, sink in (('TLS is not offered', Sink(host=FIRST)),
            ('the handshake fails', w.sink(low=ssl.TLSVersion.TLSv1_3)),
            ('454 at STARTTLS', w.sink(plan={'starttls': '454 4.7.0 no'})),
            ('octets behind STARTTLS', w.sink(plan={'starttls':
                b'220 go\r\n250 evil.example\r\n'}))):
        with sink as s:
            a = outcome(t, w, s, ' tls=must', 'later 4.7.5', 'must: ' + what)
            t.ok(a.why.startswith('%s[%s] ' % (HOST, FIRST)) and len(a.why) >
                len(HOST) + 18, '... in words', a)
            t.eq(len(s.mail), 0, '... nothing goes in the clear')


def verify(t, w):
    with w.sink() as s:
        a = outcome(t, w, s, ' tls=verify', 'done 2.0.0', 'verify: the right '
            'host', tls=True)
        t.ok(' verified=yes' in a.log, '... the log', a.log)
        outcome(t, w, s, ' tls=verify', 'later 4.7.5', 'verify: a wrong name',
            host=OTHER)
        outcome(t, w, s, ' tls=verify', 'later 4.7.5', 'verify: an address',
            host=FIRST)
        t.eq(len(s.mail), 1, '... nothing goes to it')
    with w.sink(w.other) as s:
        outcome(t, w, s, ' tls=verify', 'later 4.7.5', 'verify: nobody vouches',
            host=OTHER)
        t.eq(len(s.mail), 0, '... nothing goes to it')
    with w.sink(w.domain) as s, w.remote('smtp:domain.example:%d tls=verify' %
            s.port) as r:
        t.eq(r.one().verdict, 'done', "verify: the domain's name will do for "
            'its MX')


def next_host(t, w):
    """The first host of two does not do; both are on one address here."""
    with w.sink() as s, w.remote('smtp:two.example:%d tls=verify' % s.port) \
            as r:
        a = r.one()
        t.ok(a.verdict == 'done' and a.relay.startswith(HOST + '['), 'verify: '
            'the second host does', a, r.log())


def implicit(t, w):
    with w.sink(at_once=True) as s:
        outcome(t, w, s, ' tls=implicit', 'done 2.0.0', 'implicit', tls=True)
        outcome(t, w, s, ' tls=implicit', 'later 4.7.5', 'implicit: a wrong '
            'name', host=OTHER)
        outcome(t, w, s, ' tls=implicit tls=must', 'done 2.0.0',
            'implicit, whoever it is', host=OTHER, tls=True)
        outcome(t, w, s, ' tls=implicit', 'later 4.7.5', 'implicit: no '
            'service', service='')
    with Sink(host=FIRST) as s:
        outcome(t, w, s, ' tls=implicit', 'later 4.7.5', 'implicit: a host '
            'that speaks in the clear')


def many(t, w):
    """All that holds in the clear holds here: reuse, big ones, ends."""
    with w.sink() as s, w.remote('smtp:[%s]:%d tls=verify' % (HOST,
            s.port)) as r:
        numbers = [r.job('u%d@x.example' % n) for n in range(50)]
        t.eq({r.answer(n).verdict for n in numbers}, {'done'}, '50 messages')
        big = b''.join(b'line %d\n.dot\n' % n for n in range(100000))
        t.eq(r.one(octets=big).verdict, 'done', 'a big one')
        t.ok(s.mail[-1].octets == big.replace(b'\n', b'\r\n'), '... octet by '
            'octet')
        t.eq(len(s.sessions), 1, '... over one connection')
        t.eq(r.end(), 0, '... it leaves')
        t.ok(wait_for(lambda: s.sessions[0].left == 'quit'), '... with QUIT')
    for stage, plan in ('body', False), ('mail', '421 4.3.2 x'), ('data',
            Sink.RESET), ('ehlo', lambda x: False if x.tls else None):
        with w.sink(plan={stage: plan}) as s:
            with w.remote('smtp:[%s]:%d tls=must' % (HOST, s.port)) as r:
                a = r.one()
                t.ok(a.verdict == 'later' and (stage == 'body') == ('not known'
                    in a.why), 'a host that fails at %s' % stage, a)
                s.plan = {}
                t.eq(r.one().verdict, 'done', '... the next message goes')


def secrets(w, text, mode=0o400, count=itertools.count()):
    path = os.path.join(w.top, 'secrets.%d' % next(count))
    with open(path, 'w') as f:
        f.write(text)
    if ROOT:
        os.chown(path, UID, UID)
    os.chmod(path, mode)
    return path


def b64(*parts):
    return base64.b64encode('\0'.join(parts).encode()).decode()


def says_login(session):
    """The far side of AUTH LOGIN."""
    session.send(b'334 VXNlcm5hbWU6\r\n')
    session.user = session.line()
    session.send(b'334 UGFzc3dvcmQ6\r\n')
    session.secret = session.line()
    return '235 2.7.0 welcome' if (session.user, session.secret) == (
        b64('me@isp.example'), b64(SECRET)) else '535 5.7.8 no'


def logins(t, w):
    file = secrets(w, '# our relays\nwrong me x\n\nisp me@isp.example   %s\n' %
        SECRET)

    def go(s, want, what, words=' login=isp tls=verify', file=file, **more):
        return outcome(t, w, s, words, want, what, RELAY_SECRETS=file, **more)
    with w.sink(offer=Sink.OFFER + ('AUTH LOGIN PLAIN',)) as s:
        a = go(s, 'done 2.0.0', 'login: PLAIN', tls=True)
        t.eq([x for x in s.sessions[0].lines if x.startswith('AUTH')],
            ['AUTH PLAIN ' + b64('', 'me@isp.example', SECRET)], '... what it '
            'said')
        t.ok(SECRET not in a.log and b64('', 'me@isp.example', SECRET) not in
            a.log, '... not in the log', a.log)
        go(s, 'done 2.0.0', 'login: with TLS that may be', ' login=isp')
    with w.sink(offer=('AUTH PLAIN',), plan={'auth': '334 '}) as s:
        s.plan['other'] = lambda x: '235 ok' if x.lines[-1] == b64('',
            'me@isp.example', SECRET) else None
        go(s, 'done 2.0.0', 'login: PLAIN, asked twice')
    with w.sink(offer=('AUTH=LOGIN',), plan={'auth': says_login}) as s:
        go(s, 'done 2.0.0', 'login: LOGIN')
    with w.sink(offer=('AUTH PLAIN',), plan={'auth': '535 5.7.8 no'}) as s:
        a = go(s, 'later 4.7.8', 'login: refused')
        t.ok('said after AUTH: 535' in a.why, '... in words', a)
        with w.remote('smtp:two.example:%d tls=must login=isp' % s.port,
                RELAY_SECRETS=file) as r:
            n = len(s.sessions)
            t.eq(r.one().dsn, '4.7.8', '... by the first of two hosts')
            t.eq(len(s.sessions), n + 1, '... the second one is not asked')
    with w.sink(offer=('AUTH PLAIN',), plan={'auth': '454 4.7.0 busy'}) as s:
        go(s, 'later 4.7.0', 'login: not now')
    with w.sink(offer=('AUTH CRAM-MD5',)) as s:
        go(s, 'later 4.7.0', 'login: none that we speak')
        t.eq(len(s.mail), 0, '... nothing goes without')
    with Sink(host=FIRST, offer=('AUTH PLAIN',)) as s:
        go(s, 'later 4.7.11', 'login: no TLS', ' login=isp')
        t.ok(all('AUTH' not in line for x in s.sessions for line in x.lines),
            '... the secret stays here')
    with w.sink(offer=('AUTH PLAIN',)) as s:
        for what, path in (('no file', os.path.join(w.top, 'none')),
                ('no setting', ''),
                ('a file for all to read', secrets(w, 'isp me x\n', 0o444)),
                ('no such line', secrets(w, 'isp2 me x\n')),
                ('no secret', secrets(w, 'isp me\n')),
                ('a secret that is too long', secrets(w, 'isp me %s\n' % ('x' *
                    300))),
                ('a folder', w.top)):
            a = go(s, 'later 4.3.5', 'login: ' + what, file=path)
            t.ok(a.why and SECRET not in a.why, '... in words', a)
        t.eq(len(s.sessions), 0, '... the host is not even asked')


def main():
    t = Tap()
    with folder() as top, contextlib.ExitStack() as stack:
        w = World(top, stack)
        for case in may, must, verify, next_host, implicit, many, logins:
            t.run(case, w)
    t.done()


main()
