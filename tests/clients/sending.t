#!/usr/bin/env python3
"""Mail programs send by submission: mutt and s-nail. (What has no screen is in
chain/submission.t: swaks, curl, msmtp, smtplib.)"""

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


def mutt(t, i, top):
    need('mutt')
    home = Home(top, 'mutt')
    for scheme, port in ('smtps', 'SMTPS'), ('smtp', 'SUBMISSION'):
        rc = home.write('rc-' + port, 'set smtp_url="%s://alice@localhost:%s/"\n'
            'set smtp_pass="%s"\nset ssl_ca_certificates_file="%s"\n'
            'set ssl_force_tls=yes\nset from="%s"\nset use_from=yes\n'
            'set copy=no\nset certificate_file="%s"\n' % (scheme, i.env[port],
            i.env['PASS1'], i.env['CAFILE'], i.address('alice'),
            home.at('certificates')))
        code, said = home.run('mutt', '-n', '-F', rc, '-s', 'by mutt',
            i.address('bob'), stdin=b'Hello from mutt.\n')
        t.eq(code, 0, 'mutt, %s' % port) or t.ok(False, 'it said', said)
        arrived(t, i, 'mutt')


def s_nail(t, i, top):
    need('s-nail')
    home = Home(top, 's-nail')
    for url, more in ('smtps://alice:%s@localhost:%s' % (i.env['PASS1'],
            i.env['SMTPS']), []), ('submission://alice:%s@localhost:%s' % (
            i.env['PASS1'], i.env['SUBMISSION']), ['-S', 'smtp-use-starttls']):
        code, said = home.run('s-nail', '-n', '-S', 'v15-compat', '-S', 'mta=' +
            url, '-S', 'tls-verify=strict', '-S', 'tls-ca-file=' +
            i.env['CAFILE'], '-S', 'tls-ca-no-defaults', '-S', 'from=' +
            i.address('alice'), *more, '-s', 'by s-nail', i.address('bob'),
            stdin=b'Hello from s-nail.\n')
        t.eq(code, 0, 's-nail, %s' % url[:10]) or t.ok(False, 'it said', said)
        arrived(t, i, 's-nail')


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        for case in mutt, s_nail:
            t.run(case, i, top)
    t.done()


main()
