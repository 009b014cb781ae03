#!/usr/bin/env python3
"""Mail programs send by submission: mutt and s-nail; a bounce as mutt shows it;
and a checkpassword program that is not ours."""

import os
import poplib
import smtplib
import ssl
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


def shown_bounce(t, i, top):
    """What a person sees of a report, in mutt."""
    need('mutt')
    home = Home(top, 'bounce')
    i.inject(i.address('alice'), i.address('nobody-of-that-name'))
    files = i.arrived('alice')
    if not t.ok(files, 'a report comes'):
        return
    os.mkdir(home.at('Mail'))
    rc = home.write('rc', 'set quit=yes\nset move=no\nset wait_key=no\n'
        'auto_view text/plain\n')
    maildir = home.at('box')
    for part in 'new', 'cur', 'tmp':
        os.makedirs(os.path.join(maildir, part))
    with open(maildir + '/new/1.1.x', 'wb') as f:
        f.write(read(files[0]))
    code, said = home.on_terminal(['mutt', '-n', '-F', rc, '-f', maildir],
        (b'Msgs:1', b'\r'), (b'nobody-of-that-name', b'i'), (b'Msgs:1', b'v'),
        (b'delivery-s,', b'q'), (b'Msgs:1', b'q'))
    t.ok(code == 0 and 'could not be delivered' in said,
        'mutt shows the sentence first', code, said[-2000:])
    t.ok('message/delivery-s' in said and 'text/rfc822-hea' in said,
        'and the list of parts', said[-2000:])
    i.empty()


CHECKER = '''#!/usr/bin/env python3
import os, sys
name, secret = os.read(3, 512).split(b'\\0')[:2]
os.close(3)
if (name, secret) != (b'zoe', b'opensesame'):
    sys.exit(1)
st = os.stat(%r)
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(st.st_gid)
    os.setuid(st.st_uid)
os.environ.update(USER='zoe', HOME=%r, MAILDIR=%r)
os.chdir(os.environ['HOME'])
os.execv(sys.argv[1], sys.argv[1:])
'''


def other_checker(t, i, top):
    """A checkpassword program of a few lines in checkpw's place."""
    maildir = i.users['carol']
    path = os.path.join(i.root, 'libexec', 'checkpw')
    os.rename(path, path + '.ours')
    with open(path, 'w') as f:
        f.write(CHECKER % (maildir, os.path.dirname(maildir), maildir))
    os.chmod(path, 0o755)
    context = ssl.create_default_context(cafile=i.env['CAFILE'])
    try:
        deliver(i, 'carol', letter(1))
        p = poplib.POP3_SSL('localhost', int(i.env['POP3S']), context=context,
            timeout=WAIT_S)
        p.user('zoe')
        p.pass_('opensesame')
        t.eq(p.stat()[0], 1, 'its user reads his mail by POP3')
        p.quit()
        p = poplib.POP3_SSL('localhost', int(i.env['POP3S']), context=context,
            timeout=WAIT_S)
        p.user('zoe')
        try:
            p.pass_('guess')
            refused = False
        except poplib.error_proto:
            refused = True
        t.ok(refused, 'and nobody else')
        with smtplib.SMTP_SSL('localhost', int(i.env['SMTPS']),
                context=context, timeout=WAIT_S) as s:
            t.eq(s.login('zoe', 'opensesame')[0], 235, 'he may send')
        with smtplib.SMTP_SSL('localhost', int(i.env['SMTPS']),
                context=context, timeout=WAIT_S) as s:
            try:
                s.login('alice', i.env['PASS1'])
                refused = False
            except smtplib.SMTPAuthenticationError:
                refused = True
            t.ok(refused, 'alice, whom it does not know, may not')
    finally:
        os.rename(path + '.ours', path)
    i.empty()


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        for case in mutt, s_nail, shown_bounce, other_checker:
            t.run(case, i, top)
    t.done()


main()
