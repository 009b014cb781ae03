#!/usr/bin/env python3
"""Clients that are old, slow, mad or gone, and what is left of them: nothing."""

import os
import random
import socket
import sys
import warnings

sys.dont_write_bytecode = True
from tls import *

LINES = 'cat >>got'		# the program: whatever it gets can be seen


def context(ca, ciphers=None, low=None, high=None):
    warnings.simplefilter('ignore', DeprecationWarning)
    c = ssl.create_default_context(cafile=ca)
    c.set_ciphers(ciphers or 'DEFAULT:@SECLEVEL=0')
    c.minimum_version = low or ssl.TLSVersion.TLSv1
    c.maximum_version = high or ssl.TLSVersion.MAXIMUM_SUPPORTED
    return c


def refuses(t, s, context, name, alert):
    """The handshake must end with that alert."""
    try:
        Client(s.connect(), None, context=context)
        said = 'a session'
    except (ssl.SSLError, OSError) as e:
        said = str(e)
    t.ok(re.search(alert, said, re.I), '%s is refused' % name, said)


def versions(t, top, at, ca):
    v = ssl.TLSVersion
    with Server(top, at, '-i', 'sh', '-c', LINES) as s:
        for name, version in ('TLS 1.0', v.TLSv1), ('TLS 1.1', v.TLSv1_1), \
                ('TLS 1.3 alone', v.TLSv1_3):
            refuses(t, s, context(ca, low=version, high=version), name,
                'version|handshake.failure')
        t.ok(s.log.has('tls=failed sni=localhost error=552 word=our-alert$') and
            s.log.has('tls=failed sni=localhost error=582 word=our-alert$', 2),
            'a line for each: protocol_version twice, handshake_failure once',
            s.log.text())
        for suite in ('AES128-SHA', 'AES128-GCM-SHA256',
                'ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES128-SHA256',
                'DHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'):
            refuses(t, s, context(ca, suite + ':@SECLEVEL=0',
                high=v.TLSv1_2), suite, 'handshake.failure')
        for suite in ('ECDHE-ECDSA-AES128-GCM-SHA256',
                'ECDHE-ECDSA-AES256-GCM-SHA384',
                'ECDHE-ECDSA-CHACHA20-POLY1305'):
            with s.tls(ca, context=context(ca, suite,
                    high=v.TLSv1_2)) as c:
                t.eq(c.tls.cipher()[0], suite, suite + ' is spoken')
        with s.tls(ca, context=context(ca, 'ECDHE-ECDSA-AES256-GCM-SHA384:'
                'ECDHE-ECDSA-AES128-GCM-SHA256', high=v.TLSv1_2)) as c:
            t.eq(c.tls.cipher()[0], 'ECDHE-ECDSA-AES128-GCM-SHA256',
                'our order counts, not the client\'s')
            t.eq(c.tls.selected_alpn_protocol(), None, 'no ALPN')


def signatures(t, top, at, ca):
    """Of the client's hashes, those for our kind of key."""
    with Server(top, at, '-i', 'cat') as s:
        for offer, want in (('ECDSA+SHA384:RSA+SHA256', b'SHA384'),
                ('ECDSA+SHA512:ECDSA+SHA256', b'SHA256'),
                ('ECDSA+SHA512:RSA+SHA256', None)):
            p = subprocess.run(['openssl', 's_client', '-connect',
                '127.0.0.1:%d' % s.port, '-tls1_2', '-sigalgs', offer],
                input=b'', stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                timeout=WAIT_S)
            digest = re.search(rb'^Peer signing digest: (\S+)', p.stdout, re.M)
            t.eq(digest and digest.group(1), want, 'a client with ' + offer)


def stalls(t, top, at, ca):
    with Server(top, at, '-i', 'sh', '-c', LINES, TLS_HANDSHAKE_S=1) as s:
        for name, first in ('silent', b''), ('half a ClientHello',
                b'\x16\x03\x01\x02\x00\x01'):
            with s.connect() as c:
                start = time.monotonic()
                c.sendall(first)
                t.eq(c.recv(1), b'', 'a client that is %s is dropped' % name)
                t.ok(0.9 < time.monotonic() - start < 6, '... in time')
        with s.connect() as c:
            start = time.monotonic()
            try:
                while time.monotonic() - start < 6:
                    c.sendall(b'\x16\x03\x01\x00\x00')	# a record, empty
            except OSError:
                pass
            t.ok(time.monotonic() - start < 5, 'a client that floods empty '
                'records is dropped')
        t.ok(s.log.has('tls=failed sni=- word=timeout$', 3), 'a line for each',
            s.log.text())
        with s.tls(ca) as c:
            pause(1.5)
            c.send(b'alive')
            c.close_notify()
            c.rest()
        t.ok(wait_for(lambda: read(top + '/got') == b'alive', 5),
            'after the handshake its deadline is over')
    os.unlink(top + '/got')


def garbage(t, top, at, ca):
    with Server(top, at, '-i', 'sh', '-c', LINES) as s:
        for name, octets, words in (
                ('HTTP', b'GET / HTTP/1.0\r\n\r\n', 'error=3 word=not-tls'),
                ('SMTP', b'EHLO x\r\nMAIL FROM:<>\r\n', 'error=3 word=not-tls'),
                ('zeros', bytes(100000), 'error=3 word=not-tls'),
                ('an unknown record', b'\x99\x03\x01\x00\x01x', 'error=10 '
                    'word=unexpected-record'),
                ('clear octets as a record', b'\x17\x03\x03\x00\x05hallo',
                    'error=10 word=unexpected-record'),
                ('an alert', b'\x15\x03\x01\x00\x02\x02\x28',
                    'error=296 word=peer-alert'),
                ('a broken ClientHello', b'\x16\x03\x01\x00\x08\x01\x00\x00'
                    b'\x04\x03\x03\x00\x00', 'error=')):
            before = s.log.text().count('\n')
            with s.connect() as c:
                c.sendall(octets)
                try:
                    while c.recv(1000):
                        pass
                except ConnectionResetError:
                    pass
            s.log.has('.', before + 1)
            last = (s.log.text().splitlines() or [''])[-1]
            t.ok('tls=failed sni=- ' + words in last, '%s: %s' % (name, words),
                last)
        with s.connect() as c:
            c.sendall(b'\x16')
        t.ok(s.log.has('tls=failed sni=- word=lost$'), 'a client that leaves',
            s.log.text())
        t.ok(wait_for(lambda: not s.sessions()), 'all are over')
        t.ok(not os.path.exists(top + '/got') or read(top + '/got') == b'',
            'the program got nothing')
        fuzzed(t, s, ca)


def fuzzed(t, s, ca):
    """A session whose records are changed on their way."""
    seed = int(os.environ.get('SEED') or random.randrange(1 << 32))
    rnd, died = random.Random(seed), 0
    for _ in range(40):
        with s.connect() as raw:
            c = Client(raw, ca, hands=False)
            flush, octets_left = c.out.read, [rnd.randrange(1, 700)]

            def spoil():
                octets = bytearray(flush())
                if 0 < octets_left[0] <= len(octets):
                    octets[octets_left[0] - 1] ^= 1 << rnd.randrange(8)
                octets_left[0] -= len(octets)
                return bytes(octets)
            c.flush = lambda: raw.sendall(spoil())
            raw.settimeout(1)
            try:
                c.run(c.tls.do_handshake)
                c.send(b'0123456789' * 60)
                c.hang_up()
                while c.recv():
                    pass
            except (OSError, ssl.SSLError):
                pass
    t.ok(wait_for(lambda: not s.sessions()), '40 sessions with one bit '
        'turned are over (SEED=%d)' % seed)
    got = read(os.path.join(os.path.dirname(s.log.path), 'got'))
    t.ok(re.fullmatch(b'(%s)*' % (b'0123456789' * 60), got), '... and the '
        'program got whole records or nothing', got[:200])
    t.ok('BearSSL' not in s.log.text(), '... and no bug', s.log.text())


def renegotiation(t, top, at, ca):
    with Server(top, at, '-i', 'cat') as s:
        p = subprocess.Popen(['openssl', 's_client', '-connect',
            '127.0.0.1:%d' % s.port, '-tls1_2'], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        pause(0.5)
        p.stdin.write(b'R\n')
        p.stdin.flush()
        pause(0.5)
        p.stdin.close()
        said = p.stdout.read()
        p.wait(WAIT_S)
        t.ok(b'no renegotiation' in said, 'renegotiation is refused',
            said[-300:])


def many(t, top, at, ca):
    """Sessions that end in every way, one after another and at once."""
    with Server(top, at, '-i', 'cat') as s:
        for n in range(200):
            with s.connect() as raw:
                if n % 5 == 0:
                    raw.sendall(b'\x16\x03\x01'[:n % 4])
                    continue
                c = Client(raw, ca)
                if n % 5 > 1:
                    c.send(b'hallo\n')
                if n % 5 > 2:
                    c.line()
                if n % 5 > 3:
                    c.close_notify()
                    c.rest()
        t.ok(wait_for(lambda: not s.sessions(), 10), '200 sessions leave no '
            'process', s.sessions())
        t.ok(not wait_for(lambda: programs(top), 0.1), '... and no program')
        open_ones = [s.tls(ca) for n in range(30)]
        for n, c in enumerate(open_ones):
            c.send(b'%d\n' % n)
        t.eq([c.line() for c in open_ones], [b'%d\n' % n for n in range(30)],
            '30 sessions at once')
        t.eq(len(s.sessions()), 30, '... have a process each')
        for c in open_ones:
            c.socket.close()
        t.ok(wait_for(lambda: not s.sessions() and not programs(top), 10),
            '... and leave none')


t = Tap()
with folder() as top:
    os.chmod(top, 0o777)
    made = make_cert(os.path.join(top, 'cert'))
    args = top, os.path.join(made, 'server.pem'), os.path.join(made, 'ca.pem')
    for case in versions, signatures, stalls, garbage, renegotiation, many:
        t.run(case, *args)
t.done()
