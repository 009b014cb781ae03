#!/usr/bin/env python3
"""Mail programs send by submission: mutt and s-nail. (What has no screen is in
chain/submission.t: swaks, curl, msmtp, smtplib.)"""

import email
import email.policy
import sys

sys.dont_write_bytecode = True
from clients import *


def arrived(t, i, name, user='bob'):
    files = i.arrived(user)
    text = read(files[0]).decode() if files else ''
    t.ok(len(files) == 1 and 'Hello from %s.' % name in text, '%s: it is there'
        % name, text)
    t.ok('with ESMTPSA' in text and '\nDate: ' in text and
        'Message-ID: <' in text.replace('Message-Id', 'Message-ID'),
        '%s: by TLS with a login, with Date and Message-ID' % name, text)
    i.empty()


BODY = 'Hola,\n.\n..\nel ñandú.\n'
ATTACHED = bytes(range(256)) * 300


def attached(t, i, name):
    """A text of UTF-8 with dots and a file came to bob and carol."""
    for user in 'bob', 'carol':
        files = i.arrived(user)
        octets = read(files[0]) if files else b''
        m = email.message_from_bytes(octets, policy=email.policy.default)
        text = m.get_body(('plain',))
        got = [part.get_content() for part in m.iter_attachments()]
        t.ok(len(files) == 1 and m['Subject'] == 'Un saludo de España' and
            text.get_content().rstrip('\n') == BODY.rstrip('\n'),
            '%s: the text, at %s' % (name, user), octets[:3000])
        t.ok(got == [ATTACHED], '... and the file', octets[:2000])
        t.eq([(part.get_content_type(), part.defects) for part in m.walk() if
            part.defects], [], '... nothing wrong with it')
    i.empty()


def mutt(t, i, top):
    need('mutt')
    home = Home(top, 'mutt')
    file = home.write('file.bin', ATTACHED)
    for scheme, port in ('smtps', 'SMTPS'), ('smtp', 'SUBMISSION'):
        rc = home.write('rc-' + port, 'set smtp_url='
            '"%s://alice@localhost:%s/"\nset smtp_pass="%s"\nset ssl_ca_certificates_file="%s"\n'
            'set ssl_force_tls=yes\nset from="%s"\nset use_from=yes\n'
            'set copy=no\nset certificate_file="%s"\n' % (scheme, i.env[port],
            i.env['PASS1'], i.env['CAFILE'], i.address('alice'),
            home.at('certificates')))
        command = ['mutt', '-n', '-F', rc]
        code, said = home.run(*command, '-s', 'by mutt', i.address('bob'),
            stdin=b'Hello from mutt.\n')
        t.eq(code, 0, 'mutt, %s' % port) or t.ok(False, 'it said', said)
        arrived(t, i, 'mutt')
        code, said = home.run(*command, '-s', 'Un saludo de España', '-a', file,
            '-c', i.address('carol'), '--', i.address('bob'),
            stdin=BODY.encode())
        t.eq(code, 0, 'mutt, a file') or t.ok(False, 'it said', said)
        attached(t, i, 'mutt')
    home.write('rc', read(rc).replace(i.env['PASS1'].encode(), b'wrong'))
    code, said = home.run('mutt', '-n', '-F', home.at('rc'), '-s', 'x',
        i.address('bob'), stdin=b'x\n')
    t.ok(code != 0 and 'uthentication failed' in said, 'mutt, a wrong secret',
        code, said)


def s_nail(t, i, top):
    need('s-nail')
    home = Home(top, 's-nail')
    file = home.write('file.bin', ATTACHED)
    for url, more in ('smtps://alice:%s@localhost:%s' % (i.env['PASS1'],
            i.env['SMTPS']), []), ('submission://alice:%s@localhost:%s' % (
            i.env['PASS1'], i.env['SUBMISSION']), ['-S', 'smtp-use-starttls']):
        command = ['s-nail', '-n', '-S', 'v15-compat', '-S', 'mta=' + url, '-S',
            'tls-verify=strict', '-S', 'tls-ca-file=' + i.env['CAFILE'], '-S',
            'tls-ca-no-defaults', '-S', 'from=' + i.address('alice'), *more]
        code, said = home.run(*command, '-s', 'by s-nail', i.address('bob'),
            stdin=b'Hello from s-nail.\n')
        t.eq(code, 0, 's-nail, %s' % url[:10]) or t.ok(False, 'it said', said)
        arrived(t, i, 's-nail')
        code, said = home.run(*command, '-s', 'Un saludo de España', '-a', file,
            '-c', i.address('carol'), i.address('bob'), stdin=BODY.encode())
        t.eq(code, 0, 's-nail, a file') or t.ok(False, 'it said', said)
        attached(t, i, 's-nail')


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        for case in mutt, s_nail:
            t.run(case, i, top)
    t.done()


main()
