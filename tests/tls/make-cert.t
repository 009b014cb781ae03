#!/usr/bin/env python3
"""make-cert: a private CA and a server's certificate that clients accept; what is
there is not lost."""

import os
import stat
import sys

sys.dont_write_bytecode = True
from tls import *


def make(*words):
    p = subprocess.run([MAKE_CERT] + list(words), timeout=WAIT_S,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return p.returncode, p.stdout.decode()


def first(t, top):
    for more, kind in ([], 'EC'), (['-r'], 'RSA'):
        at = os.path.join(top, kind)
        t.eq(make(*more, '-u', str(key_user()), at, 'mail.example.org',
            '*.example.net', '192.0.2.1', '2001:db8::1'), (0, ''), kind)
        modes = {name: oct(stat.S_IMODE(os.stat(os.path.join(at,
            name)).st_mode)) for name in os.listdir(at)}
        t.eq(modes, {'ca.pem': '0o444', 'ca.key': '0o400', 'server.pem':
            '0o400'}, 'files and modes, and nothing else')
        t.eq(os.stat(at + '/server.pem').st_uid, key_user(), '-u: its owner')
        with Server(top, at + '/server.pem', '-i', 'cat') as s:
            for name in ('localhost', '127.0.0.1', '::1', 'mail.example.org',
                    'any.example.net', '192.0.2.1', '2001:db8::1'):
                with s.tls(at + '/ca.pem', name) as c:
                    t.ok(('RSA' in c.tls.cipher()[0]) == (kind == 'RSA'),
                        'a client accepts it as %s' % name)
            try:
                s.tls(at + '/ca.pem', 'other.example.org')
                said = 'accepted'
            except ssl.SSLCertVerificationError as e:
                said = str(e)
            t.ok('mismatch' in said, '... and not as another', said)


def again(t, top):
    at = os.path.join(top, 'again')
    make(at, 'a.example')
    before = {name: read(os.path.join(at, name)) for name in os.listdir(at)}

    def now():
        return {name: read(os.path.join(at, name)) for name in os.listdir(at)}
    code, said = make(at, 'b.example')
    t.ok(code == 0 and 'is kept' in said and now() == before,
        'what is there is kept, and that is said', code, said)
    t.eq(make('-f', at, 'b.example'), (0, ''), '-f')
    t.ok(now()['server.pem'] != before['server.pem'], '... a new certificate')
    t.ok(now()['ca.pem'] == before['ca.pem'] and now()['ca.key'] ==
        before['ca.key'], '... of the same CA')
    os.unlink(at + '/ca.pem')
    code, said = make('-f', at, 'b.example')
    t.ok(code == 100 and read(at + '/ca.key') == before['ca.key'],
        'a CA key without its certificate is not overwritten', code, said)


def wrong(t, top):
    at = os.path.join(top, 'wrong')
    for words in [], [at], ['-x', at, 'a'], [at, 'a,IP:1'], [at, 'a\nb'], \
            [at, '']:
        code, said = make(*words)
        t.ok(code == 100 and said, 'usage: %r' % (words[1:],), code, said)
    t.ok(not os.path.exists(at) or os.listdir(at) == [], '... leaves nothing')
    long = '.'.join(['x' * 60] * 3)
    t.eq(make(at, long)[0], 0, 'a name that is longer than a CN')


t = Tap()
with folder() as top:
    for case in first, again, wrong:
        t.run(case, top)
t.done()
