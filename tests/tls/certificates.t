#!/usr/bin/env python3
"""Keys and certificates: which are taken, which refused and in what words; and the
folder of certificates by name."""

import base64
import os
import sys

sys.dont_write_bytecode = True
from tls import *

CONF = '''[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:TRUE
[server]
subjectAltName = DNS:localhost,DNS:%s
'''


def write(path, *parts, mode=0o400):
    if os.path.exists(path):
        os.unlink(path)
    with open(path, 'wb') as f:
        f.write(b''.join(parts))
    return own(path, mode)


class Ca:
    """A CA, and one below it that signs."""

    def __init__(self, top):
        self.at = os.path.join(top, 'ca')
        os.mkdir(self.at)
        self.conf('none')
        self.key('root.key')
        self.pem = self.at + '/root.pem'
        self.openssl('req', '-x509', '-new', '-key', 'root.key', '-subj',
            '/CN=test root', '-config', 'conf', '-extensions', 'ca', '-out',
            'root.pem')
        self.key('middle.key')
        self.sign('middle.key', 'root', 'ca', 'middle.pem', '/CN=test middle')
        self.middle = read(self.at + '/middle.pem')

    def openssl(self, *words):
        return openssl(*words, cwd=self.at)

    def conf(self, name):
        with open(self.at + '/conf', 'w') as f:
            f.write(CONF % name)

    def key(self, name, *kind):
        self.openssl('genpkey', '-out', name, *(kind or ('-algorithm', 'EC',
            '-pkeyopt', 'ec_paramgen_curve:P-256')))
        return read(os.path.join(self.at, name))

    def sign(self, key, by, kind, out, subject='/CN=test'):
        self.openssl('req', '-new', '-key', key, '-subj', subject, '-config',
            'conf', '-out', 'csr')
        self.openssl('x509', '-req', '-in', 'csr', '-CA', by + '.pem',
            '-CAkey', by + '.key', '-set_serial', '0x' + os.urandom(8).hex(),
            '-extfile', 'conf', '-extensions', kind, '-out', out)
        return read(os.path.join(self.at, out))

    def server(self, key, name='none'):
        """A certificate for the key, with its chain."""
        self.conf(name)
        return self.sign(key, 'middle', 'server', 'server.crt') + self.middle


def serves(t, top, name, cert, ca, kind=None, **settings):
    with Server(top, cert, '-i', 'cat', **settings) as s:
        try:
            with s.tls(ca) as c:
                c.send(b'hallo\n')
                good = c.line() == b'hallo\n' and (kind is None or
                    '-%s-' % kind in c.tls.cipher()[0])
        except (OSError, ssl.SSLError) as e:
            good, name = False, '%s: %s' % (name, e)
        t.ok(good, name, s.log.text())


def formats(t, top, ca):
    kinds = [('ECDSA', 'P-256', ('EC', 'ec_paramgen_curve:P-256')),
        ('ECDSA', 'P-384', ('EC', 'ec_paramgen_curve:P-384')),
        ('RSA', 'RSA 2048', ('RSA', 'rsa_keygen_bits:2048')),
        ('RSA', 'RSA 4096', ('RSA', 'rsa_keygen_bits:4096'))]
    at, apart = os.path.join(top, 'cert.pem'), os.path.join(top, 'key.pem')
    for kind, name, (algorithm, option) in kinds:
        pkcs8 = ca.key('k', '-algorithm', algorithm, '-pkeyopt', option)
        raw = ca.openssl('rsa', '-in', 'k', '-traditional') if kind == 'RSA' \
            else ca.openssl('ecparam', '-name', {'P-256': 'prime256v1',
            'P-384': 'secp384r1'}[name]) + ca.openssl('ec', '-in', 'k')
        chain = ca.server('k')
        for form, key in ('PKCS#8', pkcs8), ('raw', raw):
            write(at, chain, key)
            serves(t, top, '%s, %s, one PEM' % (name, form), at, ca.pem, kind)
            write(at, chain, mode=0o444)
            write(apart, key)
            serves(t, top, '%s, %s, two files' % (name, form), at, ca.pem,
                kind, TLS_KEY=apart)
    key = ca.key('k')
    chain = ca.server('k')
    write(at, b'Some text before.\n', key, chain.replace(b'\n', b'\r\n')[:-2])
    serves(t, top, 'key first, text around, CRLF, no last line end', at,
        ca.pem)
    write(at, chain * 4, key)
    serves(t, top, 'eight certificates', at, ca.pem)


def pem(label, octets):
    return b'-----BEGIN %s-----\n%s-----END %s-----\n' % (label,
        base64.encodebytes(octets), label)


def refused(t, top, ca):
    at, apart = os.path.join(top, 'cert.pem'), os.path.join(top, 'key.pem')
    key = ca.key('k')
    chain = ca.server('k')
    for mode in 0o440, 0o404, 0o600 | 0o20, 0o640:
        write(at, chain, key, mode=mode)
        leaves(t, top, 'a key with mode %o' % mode, at, 'group or others have '
            'rights to it')
    write(at, chain, key)
    if ROOT:
        os.chown(at, NET_UID, -1)
        os.chmod(at, 0o444)
        leaves(t, top, "another user's key", at, 'must belong to the user')
        os.chmod(at, 0o400)
        leaves(t, top, 'a key that cannot be read', at, 'Permission denied')
        os.chown(at, 0, -1)
        leaves(t, top, "root's key", at, 'Permission denied')
    write(at, chain, key, mode=0o444)
    write(apart, key, mode=0o444)
    leaves(t, top, 'a key of its own with mode 444', at, 'key %s: group' %
        apart, TLS_KEY=apart)
    leaves(t, top, 'no file', at + '.no', 'No such file')
    leaves(t, top, 'no key file', at, 'No such file', TLS_KEY=apart + '.no')
    leaves(t, top, 'a folder', top, 'is no file')
    leaves(t, top, 'no TLS_DIR', write(at, chain, key), 'No such file',
        TLS_DIR=top + '/no')
    contents(t, top, ca, key, chain, at, apart)


def contents(t, top, ca, key, chain, at, apart):
    write(apart, key)
    for name, parts, words in (
            ('no key in it', [chain], 'no RSA or EC key'),
            ('no certificate in it', [key], 'no certificate'),
            ('an empty file', [], 'no certificate'),
            ('an Ed25519 key', [chain, ca.key('e', '-algorithm', 'ED25519')],
                'no RSA or EC key'),
            ('an encrypted key', [chain, ca.openssl('pkey', '-in', 'k',
                '-aes128', '-passout', 'pass:secret')], 'no RSA or EC key'),
            ('a key that is cut', [chain, key[:60], b'\n'], 'bad PEM'),
            ('bad base64', [chain.replace(b'M', b'!'), key], 'bad PEM'),
            ('nine certificates', [chain * 5, key], 'Message too'),
            ('a certificate of 40 kB', [pem(b'CERTIFICATE', bytes(40000)),
                key], 'Message too'),
            ('a key of 5 kB', [chain, pem(b'PRIVATE KEY', bytes(5000))],
                'Message too'),
            ('a file of 300 kB', [chain, key, b'x' * 300000], 'Message too')):
        leaves(t, top, name, write(at, *parts), words)
    leaves(t, top, 'no certificate, but a key file', write(at, b''),
        'cert.pem: no certificate', TLS_KEY=apart)


def leaves(t, top, name, cert, words, **settings):
    with alone(top, cert, '-i', 'cat', **settings) as p:
        code = p.wait(WAIT_S)
        lines = p.log.text().splitlines()
        t.ok(code == 100 and len(lines) == 1 and words in lines[0] and
            lines[0].startswith('tls-server: '), '%s: 100, "%s"' % (name,
            words), code, *lines)


def served(s, name):
    """The common name that the server shows to a client who asks for name: by
    openssl, which sends any name."""
    words = ['-noservername'] if name is None else ['-servername', name]
    said = openssl('s_client', '-connect', '127.0.0.1:%d' % s.port, *words,
        input=b'')
    return ssl_subject(said)


def ssl_subject(said):
    found = re.search(rb'^subject=CN = (.*)$', said, re.M)
    return found and found.group(1).decode()


def by_name(t, top, ca):
    at, names = os.path.join(top, 'cert.pem'), os.path.join(top, 'names')
    os.mkdir(names, 0o755)

    def put(path, name, kind=None):
        key = ca.key('k', *(('-algorithm', 'RSA', '-pkeyopt',
            'rsa_keygen_bits:2048') if kind == 'RSA' else ()))
        ca.conf(name)
        write(path, ca.sign('k', 'middle', 'server', 'crt', '/CN=' + name),
            ca.middle, key)
    put(at, 'default')
    put(names + '/a.example.pem', 'a.example')
    put(names + '/rsa.example.pem', 'rsa.example', 'RSA')
    put(names + '/_under-score.x.pem', 'under')
    put(names + '/open.example.pem', 'open')
    os.chmod(names + '/open.example.pem', 0o444)
    write(names + '/bad.example.pem', b'no PEM')
    put(top + '/outside.pem', 'outside')
    for odd in '.pem', '..pem', '.hidden.pem', 'a..b.pem', 'end..pem', \
            'a b.pem', 'a\\b.pem':
        put(os.path.join(names, odd), 'odd')
    os.symlink('a.example.pem', names + '/link.example.pem')
    os.mkfifo(names + '/fifo.example.pem', 0o600)
    own(names + '/fifo.example.pem')
    with Server(top, at, '-i', 'cat', TLS_DIR=names) as s:
        for name, want in ((None, 'default'), ('a.example', 'a.example'),
                ('A.Example', 'a.example'), ('b.example', 'default'),
                ('rsa.example', 'rsa.example'), ('_under-score.x', 'under'),
                ('link.example', 'a.example')):
            t.eq(served(s, name), want, 'name %s' % name)
        for odd in ('../outside', './a.example', '/etc/passwd', '.', '..',
                '.hidden', 'a..b', 'end.', 'a b', 'a\\b', '*.example',
                'a.example/', 'x' * 250, '.'.join(['y' * 60] * 4) + '.zz',
                'a.example\n', '\x01', 'é.example'):
            t.eq(served(s, odd), 'default', 'odd name %r' % odd[:20])
        for name in 'open', 'bad', 'fifo':
            t.eq(served(s, name + '.example'), 'default', 'a bad file for '
                '%s.example: the default' % name)
            t.ok(s.log.has('names/%s.example.pem: ' % name), '... with a line',
                s.log.text())
        t.ok(s.log.has(r'sni=\?$', 15) and not re.search(r'sni=(?![?]$|[-\w.]+$)',
            s.log.text(), re.M), 'an odd name is not shown in the log',
            s.log.text())
        t.ok(s.log.has(r'sni=-$'), 'no name is "-"')
    os.unlink(at)
    os.symlink(top + '/outside.pem', at)
    serves(t, top, 'TLS_CERT may be a link', at, ca.pem)


def links_outside(t, top, ca):
    """Landlock holds the process that has the key to its folder."""
    at, names = os.path.join(top, 'outside.pem'), os.path.join(top, 'names')
    os.symlink(top + '/outside.pem', names + '/out.example.pem')
    if not has_landlock():
        raise Skip('the kernel has no Landlock')
    with Server(top, at, '-i', 'cat', TLS_DIR=names) as s:
        served(s, 'out.example')
        t.ok(s.log.has('names/out.example.pem: Permission denied$'),
            'a link out of the folder cannot be followed', s.log.text())


def has_landlock():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.syscall(444, None, 0, 1) > 0


t = Tap()
with folder() as top:
    ca = Ca(top)
    for case in formats, refused, by_name, links_outside:
        t.run(case, top, ca)
t.done()
