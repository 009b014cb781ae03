#!/usr/bin/env python3
"""tls-client: servers of every kind, and what the asker is told of them."""

import array
import socket
import ssl
import stat
import sys
import threading
import warnings

sys.dont_write_bytecode = True
from tls import *

TLS_CLIENT = os.path.join(BIN, 'tls-client')
HOST = 'mail.example.org'
V = ssl.TLSVersion
warnings.simplefilter('ignore', DeprecationWarning)


class Certificates:
    """CAs and what they sign, in a folder; each is NAME.pem with chain and key."""

    def __init__(self, at):
        self.at = at
        os.mkdir(at)
        os.chmod(at, 0o755)

    def path(self, name, end='.pem'):
        return os.path.join(self.at, name + end)

    def key(self, name, kind):
        options = {'rsa': ['-algorithm', 'RSA', '-pkeyopt',
            'rsa_keygen_bits:2048'], 'weak': ['-algorithm', 'RSA', '-pkeyopt',
            'rsa_keygen_bits:1024'], 'ed25519': ['-algorithm', 'ED25519']}
        openssl('genpkey', *options.get(kind, ['-algorithm', 'EC', '-pkeyopt',
            'ec_paramgen_curve:' + kind]), '-out', self.path(name, '.key'))

    def make(self, name, issuer=None, names=(HOST,), kind='P-256', ca=False,
            days=100, subject=None, digest='sha256', chain=(), use=None):
        """A certificate; its own issuer if there is no other. Its file."""
        self.key(name, kind)
        key, made = self.path(name, '.key'), self.path(name, '.crt')
        lines = ['basicConstraints=critical,CA:%s' % ('TRUE' if ca else
            'FALSE'), 'subjectKeyIdentifier=hash']
        if names and not ca:
            lines.append('subjectAltName=' + ','.join('DNS:' + one for one in
                names))
        if use:
            lines.append('keyUsage=critical,' + use)
        with open(self.path(name, '.ext'), 'w') as f:
            f.write('\n'.join(lines) + '\n')
        request = openssl('req', '-new', '-key', key, '-subj', subject or
            '/CN=%s %s' % (name, os.urandom(4).hex() if ca else 'server'))
        openssl('x509', '-req', '-' + digest, '-days', str(days), '-extfile',
            self.path(name, '.ext'), '-out', made, *(['-CA', self.path(issuer,
            '.crt'), '-CAkey', self.path(issuer, '.key'), '-set_serial', '0x' +
            os.urandom(8).hex()] if issuer else ['-signkey', key]),
            input=request)
        with open(self.path(name), 'wb') as f:
            f.write(b''.join(read(self.path(one, '.crt')) for one in (name,) +
                chain) + read(key))
        return self.path(name)


def context(pem, ciphers=None, low=None, high=V.TLSv1_2):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.minimum_version = low or V.MINIMUM_SUPPORTED
    c.maximum_version = high
    c.set_ciphers(ciphers or 'ALL:@SECLEVEL=0')
    c.load_cert_chain(pem)
    c.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    return c


def echo(tls):
    """A server that gives back what it gets, until it is told to leave."""
    while True:
        octets = tls.recv(65536)
        if not octets:
            return
        tls.sendall(octets)


class Peer:
    """A TLS server in a thread of its own, for one connection after another:
    hands are shaken by the context, then serve has the connection."""

    def __init__(self, made=None, serve=echo):
        self.context, self.serve, self.names = made, serve, []
        self.clean = None		# how the last one ended
        if made:
            made.sni_callback = lambda _, name, __: self.names.append(name)
        self.listen = socket.create_server(('127.0.0.1', 0), backlog=100)
        self.port = self.listen.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listen.shutdown(socket.SHUT_RDWR)
        self.listen.close()

    def accept(self):
        while True:
            try:
                sock, _ = self.listen.accept()
            except OSError:
                return
            threading.Thread(target=self.one, args=(sock,),
                daemon=True).start()

    def one(self, sock):
        sock.settimeout(WAIT_S)
        clean = False
        with sock, contextlib.suppress(OSError):
            if not self.context:
                self.serve(sock)
                return
            with self.context.wrap_socket(sock, server_side=True,
                    suppress_ragged_eofs=False) as tls:
                self.serve(tls)
                clean = True
                with contextlib.suppress(OSError):
                    tls.unwrap()
        self.clean = clean


class Asked:
    """tls-client -s on one end of a pair, with a connection to the port; or what
    else is to come on its descriptor 0."""

    def __init__(self, top, port, host=HOST, policy='may', names=(),
            record=None, given=None, **settings):
        self.log = Log(os.path.join(top, 'log'))
        self.clear, theirs = socket.socketpair()
        self.clear.settimeout(WAIT_S)
        self.net = given or (socket.create_connection(('127.0.0.1', port)) if
            port else None)
        env = environment('', **{'TLS_CA_FILE': '/none', **settings})
        ids = {'user': TLS_UID, 'group': TLS_UID, 'extra_groups': [TLS_UID]}
        with self.log.open() as err:
            self.process = subprocess.Popen([TLS_CLIENT, '-s'], stdin=theirs,
                stdout=theirs, stderr=err, env=env, cwd=top,
                **(ids if ROOT else {}))
        theirs.close()
        if record is None:
            record = ''.join(['host %s\npolicy %s\n' % (host, policy)] +
                ['name %s\n' % one for one in names]).encode()
        if record:
            self.clear.sendmsg([record], [(socket.SOL_SOCKET,
                socket.SCM_RIGHTS, array.array('i', [self.net.fileno()]))] if
                self.net else [])
        if self.net:
            self.net.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.clear.close()
        self.code()

    def line(self):
        """The answer, without its LF; what came until the end if that came."""
        octets = b''
        with contextlib.suppress(ConnectionResetError):
            while not octets.endswith(b'\n'):
                more = self.clear.recv(1)
                octets += more
                if not more:
                    break
        return octets.decode().rstrip('\n')

    def rest(self):
        parts = []
        while True:
            parts.append(self.clear.recv(65536))
            if not parts[-1]:
                return b''.join(parts)

    def code(self):
        try:
            return self.process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def settled(t, a, log, code=0):
    """It leaves with this code, and the log has this line alone."""
    a.clear.close()
    t.eq(a.code(), code, '... it leaves with %d' % code)
    lines = a.log.text().splitlines()
    t.ok(lines and re.fullmatch('tls-client: host=%s' % log, lines[-1]),
        '... the log: host=%s' % log, a.log.text())


def usual(t, top, c):
    for name, cipher in ('good', 'ECDHE-ECDSA-AES128-GCM-SHA256'), \
            ('rsa', 'ECDHE-RSA-AES128-GCM-SHA256'):
        with Peer(context(c.path(name))) as p, Asked(top, p.port,
                TLS_CA_FILE=c.path('both', '.crt')) as a:
            t.eq(a.line(), 'ok TLSv1.2 %s verified' % cipher,
                '%s: the answer' % name)
            a.clear.sendall(b'octets\n')
            t.eq(a.clear.recv(100), b'octets\n', '... both ways')
            a.clear.shutdown(socket.SHUT_WR)
            t.eq(a.rest(), b'', '... and an end')
            t.eq(a.code(), 0, '... it leaves with 0')
            t.eq(a.log.text(), 'tls-client: host=%s tls=TLSv1.2 cipher=%s '
                'verified=yes\n' % (HOST, cipher), '... one line of the log')
            t.ok(wait_for(lambda: p.clean), '... the server got close_notify')
            t.eq(p.names, [HOST], '... and the name (SNI)')


def first_words(t, top, c):
    """A server that speaks first, as on port 465: nothing is lost behind the
    answer."""
    def greet(tls):
        tls.sendall(b'220 hallo\r\n')
        echo(tls)
    with Peer(context(c.path('good')), greet) as p, Asked(top, p.port) as a:
        wait_for(lambda: a.log.text(), 10)
        pause(0.2)
        t.eq(a.line()[:3], 'ok ', 'the answer is a line')
        t.eq(a.clear.recv(100), b'220 hallo\r\n', '... then the server\'s word')


# server's certificate, anchors, host, other names, "verified" or why not
JUDGED = [
    ('good', 'ca', HOST, (), 'verified'),
    ('good', 'ca', 'MAIL.example.org.', (), 'verified'),
    ('good', 'ca', 'second.example.org', (), 'verified'),
    ('good', 'ca', 'other.example', (), 'wrong-name'),
    ('good', 'ca', 'other.example', ('more.example', HOST), 'verified'),
    ('good', 'ca', 'other.example', ('more.example', 'x.' + HOST),
        'wrong-name'),
    ('good', 'ca', '127.0.0.1', (), 'wrong-name'),
    ('good', 'ca', '127.0.0.1', (HOST,), 'verified'),
    ('good', 'ca', '2001:db8::1', (HOST,), 'verified'),
    ('good', 'second-ca', HOST, (), 'not-trusted'),
    ('good', 'both', HOST, (), 'verified'),
    ('good', 'same-name', HOST, (), 'not-trusted'),
    ('rsa', 'both', HOST, (), 'verified'),
    ('p384', 'ca', HOST, (), 'verified'),
    ('p521', 'ca', HOST, (), 'verified'),
    ('expired', 'ca', HOST, (), 'expired'),
    ('own', 'ca', HOST, (), 'not-trusted'),
    ('wild', 'ca', 'a.example.net', (), 'verified'),
    ('wild', 'ca', 'A.EXAMPLE.NET', (), 'verified'),
    ('wild', 'ca', 'example.net', (), 'wrong-name'),
    ('wild', 'ca', 'a.b.example.net', (), 'wrong-name'),
    ('wild', 'ca', 'a.example.netx', (), 'wrong-name'),
    ('middle', 'ca', HOST, (), 'verified'),
    ('two-middles', 'ca', HOST, (), 'verified'),
    ('two-middles', 'inner', HOST, (), 'verified'),
    ('with-root', 'ca', HOST, (), 'verified'),
    ('no-middle', 'ca', HOST, (), 'not-trusted'),
    ('by-server', 'ca', HOST, (), 'issuer-no-ca'),
    ('by-server', 'good', HOST, (), 'issuer-no-ca'),
    ('old-middle', 'ca', HOST, (), 'expired'),
    ('sha1', 'ca', HOST, (), 'bad-signature|unsupported-key'),
    ('weak', 'ca', HOST, (), 'weak-key'),
    ('only-cn', 'ca', HOST, (), 'verified'),
    ('no-sign', 'ca', HOST, (), 'verified'),
    ('many', 'ca', HOST, (), 'too-long'),
]


def make_certificates(c):
    c.make('ca', ca=True)
    c.make('second-ca', ca=True, kind='rsa')
    subject = openssl('x509', '-in', c.path('ca', '.crt'), '-noout',
        '-subject', '-nameopt', 'compat').decode().split('subject=')[1].strip()
    c.make('same-name', ca=True, subject=subject)
    c.make('good', 'ca', names=('first.example.org', HOST,
        'second.example.org'))
    c.make('rsa', 'second-ca', kind='rsa')
    c.make('p384', 'ca', kind='P-384')
    c.make('p521', 'ca', kind='P-521')
    c.make('ed25519', 'ca', kind='ed25519')
    c.make('expired', 'ca', days=-1)
    c.make('own')
    c.make('wild', 'ca', names=('*.example.net',))
    c.make('outer', 'ca', ca=True, kind='rsa')
    c.make('inner', 'outer', ca=True)
    c.make('old-outer', 'ca', ca=True, days=-1)
    c.make('middle', 'outer', chain=('outer',))
    c.make('two-middles', 'inner', chain=('inner', 'outer'))
    c.make('with-root', 'outer', chain=('outer', 'ca'))
    c.make('no-middle', 'outer')
    c.make('by-server', 'good', chain=('good',))
    c.make('old-middle', 'old-outer', chain=('old-outer',))
    c.make('sha1', 'ca', digest='sha1')
    c.make('weak', 'ca', kind='weak')
    c.make('only-cn', 'ca', names=(), subject='/CN=' + HOST)
    c.make('no-sign', 'ca', kind='rsa', use='keyEncipherment')
    c.make('many', 'ca', chain=('ca',) * 12)
    with open(c.path('both', '.crt'), 'wb') as f:
        f.write(b'# anchors\n' + b''.join(read(c.path(one, '.crt')) for one in
            ('same-name', 'own', 'second-ca', 'ca')))


def judged(t, top, c):
    """Every policy with every chain; a strict one takes the verified alone."""
    made = {}
    for name, anchors, host, names, want in JUDGED:
        if name not in made:
            made[name] = Peer(context(c.path(name)))
        for policy in 'may', 'must', 'verify':
            with Asked(top, made[name].port, host, policy, names,
                    TLS_CA_FILE=c.path(anchors, '.crt')) as a:
                line = a.line()
                what = '%s, %s, %s%s' % (policy, name, host, ' or another' *
                    bool(names))
                log = a.log.text()
                if policy == 'verify' and name == 'no-sign':
                    t.ok(line.startswith('failed '), what + ': its key may '
                        'not sign', line)
                elif policy == 'verify' and want != 'verified':
                    t.ok(re.fullmatch('failed certificate: (%s)' % want,
                        line) and re.search('tls=failed error=.* word=(%s)$' %
                        want, log), what + ': refused, ' + want, line, log)
                else:
                    good = want == 'verified'
                    t.ok(re.fullmatch('ok TLSv1.2 \\S+ %s' % ('verified' if
                        good else 'unverified'), line) and re.search(
                        'verified=yes$' if good else
                        'verified=no why=(%s)$' % want, log),
                        '%s: %s' % (what, want), line, log)
    for p in made.values():
        p.__exit__()


def no_anchors(t, top, c):
    fifo = os.path.join(top, 'fifo')
    os.mkfifo(fifo, 0o644)
    with Peer(context(c.path('good'))) as p:
        for path in '/none', '/', fifo, '/dev/zero':
            with Asked(top, p.port, TLS_CA_FILE=path) as a:
                t.ok(a.line().endswith(' unverified'), 'may, with anchors in '
                    '%s: unverified' % path)
            with Asked(top, p.port, policy='verify', TLS_CA_FILE=path) as a:
                t.eq(a.line(), 'failed TLS: no trust anchors here',
                    'verify: failed')
                settled(t, a, r'mail\S+ tls=failed word=no-anchors %s: .+' %
                    re.escape(path), 111)
        empty = os.path.join(top, 'empty')
        open(empty, 'w').close()
        with Asked(top, p.port, policy='verify', TLS_CA_FILE=empty) as a:
            t.eq(a.line(), 'failed certificate: not-trusted', 'an empty file')


def system_bundle(t, top, c):
    """The anchor that counts as the last of the many of a real bundle, between
    what is no certificate."""
    real = '/etc/ssl/certs/ca-certificates.crt'
    if not os.path.exists(real):
        raise Skip('no ' + real)
    bundle = os.path.join(top, 'bundle')
    with open(bundle, 'wb') as f:
        f.write(b'-----BEGIN CERTIFICATE-----\n####\n' + read(real) +
            b'-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n' +
            read(c.path('ca', '.crt')))
    with Peer(context(c.path('two-middles'))) as p:
        with Asked(top, p.port, policy='verify', TLS_CA_FILE=bundle) as a:
            t.ok(a.line().endswith(' verified'), 'verified by the last one')
        with Asked(top, p.port, policy='verify', TLS_CA_FILE=real) as a:
            t.eq(a.line(), 'failed certificate: not-trusted',
                'and by none of the public CAs')


STRICT = [kind + cipher for kind in ('ECDHE-ECDSA-', 'ECDHE-RSA-') for cipher in
    ('AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305')]
OLD = [kind + cipher for kind in ('ECDHE-ECDSA-', 'ECDHE-RSA-', '') for cipher in
    ('AES128-SHA256', 'AES256-SHA384' if kind else 'AES256-SHA256',
    'AES128-SHA', 'AES256-SHA')] + ['AES128-GCM-SHA256', 'AES256-GCM-SHA384']
NEVER = ['DHE-RSA-AES128-GCM-SHA256', 'AES128-CCM8', 'ECDHE-RSA-CAMELLIA128-'
    'SHA256', 'NULL-SHA256', 'ECDHE-RSA-NULL-SHA']


def suites(t, top, c):
    for suite in STRICT + OLD + NEVER:
        pem = c.path('good' if 'ECDSA' in suite else 'rsa')
        for policy in 'may', 'verify':
            with Peer(context(pem, suite + ':@SECLEVEL=0')) as p, Asked(top,
                    p.port, policy=policy, TLS_CA_FILE=c.path('both',
                    '.crt')) as a:
                line = a.line()
                if suite in STRICT or (suite in OLD and policy == 'may'):
                    t.eq(line, 'ok TLSv1.2 %s verified' % suite, '%s, %s' %
                        (policy, suite))
                    a.clear.sendall(b'x' * 40000)
                    got = b''
                    while len(got) < 40000:
                        more = a.clear.recv(65536)
                        got += more
                        if not more:
                            break
                    t.eq(got, b'x' * 40000, '... octets go through')
                else:
                    t.eq(line, 'failed the server sent the alert 40, '
                        'handshake-failure', '%s, %s: no' % (policy, suite))
    with Peer(context(c.path('rsa'), 'AES128-SHA:ECDHE-RSA-AES128-SHA:'
            'ECDHE-RSA-CHACHA20-POLY1305:@SECLEVEL=0')) as p, \
            Asked(top, p.port) as a:
        t.ok('CHACHA20' in a.line(), 'the better one comes first')


def versions(t, top, c):
    for name, version, log in ('1.3', V.TLSv1_3, 'error=326 word=peer-alert'), \
            ('1.1', V.TLSv1_1, 'error=3 word=not-tls'), \
            ('1.0', V.TLSv1, 'error=3 word=not-tls'):
        with Peer(context(c.path('good'), low=version, high=version)) as p, \
                Asked(top, p.port) as a:
            t.eq(a.line(), 'failed TLS: the server does not speak TLS 1.2',
                'a server with TLS %s alone' % name)
            settled(t, a, r'mail\S+ tls=failed ' + log, 111)
    with Peer(context(c.path('good'), high=V.TLSv1_3)) as p, Asked(top,
            p.port) as a:
        t.eq(a.line()[:10], 'ok TLSv1.2', 'one with both')


def s_server(top, c, *words):
    """openssl s_server on a port of ours, and the port."""
    probe = socket.create_server(('127.0.0.1', 0))
    port = probe.getsockname()[1]
    probe.close()
    p = subprocess.Popen(['openssl', 's_server', '-accept', '127.0.0.1:%d' %
        port, '-cert', c.path('good'), '-key', c.path('good', '.key'),
        '-tls1_2', '-quiet', '-rev', *words], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=top)

    def there():
        with contextlib.suppress(OSError):
            socket.create_connection(('127.0.0.1', port)).close()
            return True
    wait_for(there, 10)
    return p, port


def other_servers(t, top, c):
    """OpenSSL's own, asking for what we do not have."""
    for name, words in ('s_server', ()), ('one that asks for a certificate',
            ('-verify', '1')), ('one that has another name and warns of it',
            ('-servername', 'x.example', '-cert2', c.path('own'), '-key2',
            c.path('own', '.key'))), ('one with session tickets and no '
            'secure renegotiation', ('-legacy_renegotiation',)), \
            ('one that wants P-521', ('-curves', 'P-521')), \
            ('one that signs with SHA-512 alone', ('-sigalgs',
            'ECDSA+SHA512')), ('one of small records', ('-split_send_frag',
            '512', '-max_send_frag', '512')):
        p, port = s_server(top, c, *words)
        try:
            with Asked(top, port, TLS_CA_FILE=c.path('ca', '.crt')) as a:
                t.ok(a.line().endswith(' verified'), name, a.log.text())
                a.clear.sendall(b'abc\n')
                t.eq(a.clear.recv(100), b'cba\n', '... octets go through')
        finally:
            p.terminate()
            p.communicate(timeout=WAIT_S)
    with Peer(context(c.path('ed25519'), high=V.TLSv1_3)) as p, Asked(top,
            p.port) as a:
        t.ok(a.line().startswith('failed '), 'a key that we cannot use',
            a.log.text())


def own_server(t, top, c):
    made = make_cert(os.path.join(top, 'cert'), HOST)
    with Server(top, os.path.join(made, 'server.pem'), '-i', 'cat') as s, \
            Asked(top, s.port, policy='verify', TLS_CA_FILE=os.path.join(made,
            'ca.pem')) as a:
        t.ok(a.line().endswith(' verified'), 'tls-server and tls-client')
        big = random_octets(200000)
        threading.Thread(target=a.clear.sendall, args=(big,)).start()
        got = b''
        while len(got) < len(big):
            more = a.clear.recv(65536)
            got += more
            if not more:
                break
        t.ok(got == big, '... octets go through')
        a.clear.shutdown(socket.SHUT_WR)
        t.eq(a.rest(), b'', '... and the end')
        t.eq(a.code(), 0, '... it leaves with 0')


def big(t, top, c):
    """Much, both ways at once; and much that is sent before the end."""
    octets = random_octets(5 << 20)
    with Peer(context(c.path('good'))) as p, Asked(top, p.port) as a:
        a.line()
        sender = threading.Thread(target=a.clear.sendall, args=(octets,))
        sender.start()
        n = 0
        same = True
        while n < len(octets):
            more = a.clear.recv(65536)
            same = same and more == octets[n:n + len(more)]
            n += len(more)
            if not more:
                break
        sender.join()
        t.ok(same and n == len(octets), '5 MB come back as they were', n)
        a.clear.shutdown(socket.SHUT_WR)
        t.eq(a.code(), 0, '... it leaves with 0')
    got = []

    def sink(tls):
        while True:
            more = tls.recv(65536)
            if not more:
                break
            got.append(more)
        tls.sendall(b'thanks')
    with Peer(context(c.path('good')), sink) as p, Asked(top, p.port) as a:
        a.line()
        a.clear.sendall(octets)
        a.clear.close()
        t.ok(wait_for(lambda: len(b''.join(got)) == len(octets)) and
            b''.join(got) == octets, 'all that was written is sent, though '
            'the writer has left')


def ends(t, top, c):
    def cut(tls):
        tls.sendall(b'half')
        tls.recv(100)
        socket.socket.shutdown(tls, socket.SHUT_RDWR)
        raise OSError
    with Peer(context(c.path('good')), cut) as p, Asked(top, p.port) as a:
        a.line()
        a.clear.sendall(b'x')
        t.eq(a.rest(), b'half', 'an end without close_notify: what came')
        settled(t, a, r'mail\S+ tls=truncated', 111)

    def leave(tls):
        tls.sendall(b'221 bye\r\n')
    with Peer(context(c.path('good')), leave) as p, Asked(top, p.port) as a:
        a.line()
        t.eq(a.rest(), b'221 bye\r\n', 'a server that closes: what came')
        settled(t, a, r'mail\S+ tls=TLSv1.2 .+')

    def reset(tls):
        tls.recv(100)
        tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0' +
            bytes(4))
        tls._real_close()
        raise OSError
    with Peer(context(c.path('good')), reset) as p, Asked(top, p.port) as a:
        a.line()
        a.clear.sendall(b'x')
        t.eq(a.rest(), b'', 'a connection that breaks: the end')
        settled(t, a, r'mail\S+ tls=lost .+', 111)
    with Peer(context(c.path('good')), lambda tls: tls.recv(1)) as p, \
            Asked(top, p.port, TLS_IDLE_S=1) as a:
        a.line()
        t.eq(a.rest(), b'', 'nobody says anything: the end, in time')
        settled(t, a, r'mail\S+ tls=idle', 111)


def spoil(tls_octets):
    """A server that sends these octets and waits for the end."""
    def serve(sock):
        sock.recv(4096)
        sock.sendall(tls_octets)
        with contextlib.suppress(OSError):
            while sock.recv(4096):
                pass
    return serve


def hostile(t, top, c):
    hello = b'\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03' + bytes(32) + \
        b'\x00\xc0\x2b\x00'		# a ServerHello without extensions
    for name, octets, log in ('SMTP', b'454 TLS not available\r\n' * 9,
            'error=3 word=not-tls'), ('zeros', bytes(100000),
            'error=3 word=not-tls'), ('an alert',
            b'\x15\x03\x03\x00\x02\x02\x50', 'error=336 word=peer-alert'), \
            ('clear octets as a record', b'\x17\x03\x03\x00\x05hallo',
            r'error=10 word=unexpected-record'), \
            ('an empty chain', hello + b'\x16\x03\x03\x00\x07\x0b\x00\x00\x03'
            b'\x00\x00\x00', r'error=\d+ word=\S+'), \
            ('a chain of nothing', hello + b'\x16\x03\x03\x00\x0a\x0b\x00\x00'
            b'\x06\x00\x00\x03\x00\x00\x00', r'error=\d+ word=\S+'), \
            ('a certificate of junk', hello + b'\x16\x03\x03\x00\x0e\x0b\x00'
            b'\x00\x0a\x00\x00\x07\x00\x00\x04junk', r'error=\d+ word=\S+'):
        with Peer(serve=spoil(octets)) as p, Asked(top, p.port,
                TLS_CA_FILE=c.path('ca', '.crt')) as a:
            t.ok(a.line().startswith('failed '), name + ': failed')
            settled(t, a, r'mail\S+ tls=failed %s' % log, 111)
    for name, serve in ('silent', lambda sock: sock.recv(4096) and
            sock.recv(4096) and pause(3)), ('slow', slow):
        with Peer(serve=serve) as p, Asked(top, p.port,
                TLS_HANDSHAKE_S=1) as a:
            t.eq(a.line(), 'failed TLS: timeout', 'a server that is ' + name)
            settled(t, a, r'mail\S+ tls=failed word=timeout', 111)
    with Peer(serve=lambda sock: sock.recv(4096)) as p, Asked(top,
            p.port) as a:
        t.eq(a.line(), 'failed TLS: the server closed the connection',
            'a server that closes')
        settled(t, a, r'mail\S+ tls=failed word=lost', 111)


def slow(sock):
    for _ in range(300):
        sock.sendall(b'\x16\x03\x03\x00\x00')	# a record, empty
        pause(0.01)


def came(a):
    with contextlib.suppress(ConnectionResetError):
        return a.clear.recv(100)
    return b''


def refused(t, top, c):
    good = b'host a.example\npolicy may\n'
    for record, why in (good[:-1], 'half a record'), (good + good, 'two'), \
            (b'host a.example\n', 'no policy'), (b'policy may\n', 'no host'), \
            (b'client x\n', 'another record'), (good + b'x ' + b'x' * 4000 +
            b'\n', 'a long one'), (b'host a b\npolicy may\n', 'no name'), \
            (b'host a.example\npolicy none\n', 'no policy of ours'):
        pair = socket.socketpair()
        with Asked(top, 0, record=record, given=pair[0]) as a, pair[1]:
            t.eq(a.code(), 100, '%s: 100' % why)
            t.ok(a.log.has('handed over'), '... with a line', a.log.text())
            t.eq(came(a), b'', '... and no octet')
    with Asked(top, 0, record=good) as a:
        t.eq(a.code(), 100, 'no connection: 100')
    with open(c.path('good'), 'rb') as file, Asked(top, 0, record=good,
            given=file) as a:
        t.eq(a.code(), 100, 'a file in its place: 100')
    with Asked(top, 0, record=b'') as a:
        a.clear.close()
        t.eq(a.code(), 100, 'nobody there: 100')
    with Asked(top, 0, record=b'', TLS_HANDSHAKE_S=1) as a:
        t.eq(a.code(), 111, 'nothing in time: 111')
    for words in [], ['-x'], ['-s', 'x']:
        t.eq(subprocess.run([TLS_CLIENT] + words, stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, timeout=WAIT_S).returncode, 100,
            'usage: %s' % words)
    if ROOT:
        done = subprocess.run([TLS_CLIENT, '-s'], stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE, timeout=WAIT_S)
        t.ok(done.returncode == 100 and b'not for root' in done.stderr,
            'root is refused', done)


def rights(t, top, c):
    """The sandbox of a live session. source: doc/security.md"""
    with Peer(context(c.path('good'))) as p, Asked(top, p.port,
            TLS_CA_FILE=c.path('ca', '.crt')) as a:
        a.line()
        pid = a.process.pid
        now = status(pid)
        t.eq((now['Seccomp'], now['NoNewPrivs']), ('0' if SANITIZED else '2',
            '1'), 'seccomp and no_new_privs')
        limits = read('/proc/%d/limits' % pid).decode()
        for name, want in ('open files', 16), ('processes', 0), \
                ('core file size', 0):
            t.ok(re.search(r'Max %s +%d +%d ' % (name, want, want), limits),
                'at most %d %s' % (want, name), limits)
        t.eq(os.stat('/proc/%d/mem' % pid).st_uid, 0, 'it is not dumpable')
        if not ROOT:
            t.skip('its user and descriptors', 'not root')
            return
        t.eq(now['Uid'].split() + now['Groups'].split(), [str(TLS_UID)] * 5,
            'its user and groups')
        t.eq({fd: re.sub(':.*', '', os.readlink('/proc/%d/fd/%s' % (pid, fd)))
            for fd in os.listdir('/proc/%d/fd' % pid)}, {'0': 'socket', '2':
            top + '/log', '3': 'socket', '4': c.path('ca', '.crt')},
            'it has the clear side, the log, the server and the anchors')


def many(t, top, c):
    """The service, with sessions that end in every way: nothing is left."""
    if not shutil.which('s6-ipcserver'):
        raise Skip('s6-ipcserver is not installed')
    at = os.path.join(top, 'sock')
    os.mkdir(at)
    path = os.path.join(at, 'tls-client')
    user = ['-u', str(TLS_UID), '-g', str(TLS_UID), '-G', str(TLS_UID)] * ROOT
    log = Log(os.path.join(top, 'many'))
    with log.open() as err:
        service = subprocess.Popen(['s6-ipcserver', '-q', '-P', '-1', '-c',
            '50', '-C', '50', *user, path, TLS_CLIENT, '-s'],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err,
            env=environment('', TLS_CA_FILE=c.path('ca', '.crt')))
    service.stdout.readline()
    with Peer(context(c.path('good'))) as p:
        def session(n, failed):
            with socket.create_connection(('127.0.0.1', p.port)) as net, \
                    socket.socket(socket.AF_UNIX) as s:
                s.settimeout(WAIT_S)
                s.connect(path)
                if n % 5 == 0:
                    return
                socket.send_fds(s, [b'host %s\npolicy verify\n' %
                    HOST.encode()], [net.fileno()])
                net.close()
                if n % 5 == 1:
                    return
                line = b''
                while not line.endswith(b'\n'):
                    line += s.recv(1) or b'\n'
                word = b'%d\n' % n
                s.sendall(word)
                if n % 5 == 2:
                    return
                if s.recv(100) != word or not line.startswith(b'ok '):
                    failed.append((n, line))
                if n % 5 == 3:
                    s.shutdown(socket.SHUT_WR)
                    s.recv(1)
        failed = []

        def row(first):
            for n in range(first, 300, 10):
                session(n, failed)
        rows = [threading.Thread(target=row, args=(n,)) for n in range(10)]
        for one in rows:
            one.start()
        for one in rows:
            one.join()
        t.eq(failed, [], '300 sessions, ten at a time, are served')
        t.ok(wait_for(lambda: not children(service.pid), 20),
            '... and leave no process', children(service.pid))
        t.ok(log.text().count('verified=yes') >= 120, '... with a line each',
            log.text()[-500:])
    service.terminate()
    service.wait(WAIT_S)
    service.stdout.close()


if not os.path.exists(TLS_CLIENT):
    skip_all('%s is not built' % TLS_CLIENT)
t = Tap()
with folder() as top:
    made = Certificates(os.path.join(top, 'made'))
    make_certificates(made)
    for case in usual, first_words, judged, no_anchors, system_bundle, suites, \
            versions, other_servers, own_server, big, ends, hostile, refused, \
            rights, many:
        t.run(case, top, made)
t.done()
