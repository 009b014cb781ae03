#!/usr/bin/env python3
"""Real clients fetch mail by POP3: poplib, curl, fetchmail, getmail, mpop,
mutt, s-nail, each in its usual ways."""

import email
import mailbox
import os
import poplib
import sys

sys.dont_write_bytecode = True
from clients import *

LETTERS = [letter(1), letter(2, b'.\n..dots\n.\nGr\xc3\xbc\xc3\x9fe\n'),
    letter(3, b'x' * 900 + b'\n')]


def fill(i, n=3):
    i.empty('bob')
    deliver(i, 'bob', *(LETTERS + [letter(k) for k in range(4, n + 1)])[:n])


def left(i):
    return len(i.mail('bob') + i.mail('bob', 'cur'))


def bodies(octets):
    """What stands behind the headers that we added, LF line ends."""
    at = octets.replace(b'\r\n', b'\n').find(b'From: Sender')
    return octets.replace(b'\r\n', b'\n')[at:]


def python(t, i, top):
    fill(i)
    for name in 'POP3S', 'STLS':
        if name == 'POP3S':
            p = poplib.POP3_SSL(i.name and 'localhost', int(i.env['POP3S']),
                context=context(i), timeout=WAIT_S)
        else:
            p = poplib.POP3('localhost', int(i.env['POP3']), timeout=WAIT_S)
            try:
                p.user('bob')
                p.pass_(i.env['PASS2'])
                refused = False
            except poplib.error_proto:
                refused = True
            t.ok(refused, 'poplib: no secret in the clear')
            p.stls(context=context(i))
        p.user('bob')
        p.pass_(i.env['PASS2'])
        t.eq(p.stat()[0], 3, 'poplib, %s: three letters' % name)
        got = sorted(bodies(b'\n'.join(p.retr(n)[1]) + b'\n')
            for n in (1, 2, 3))
        t.eq(got, sorted(LETTERS), '... as they were sent')
        t.eq(len({line.split()[1] for line in p.uidl()[1]}), 3, '... UIDLs')
        p.quit()
    t.eq(left(i), 3, '... and stay there')


def curl(t, i, top):
    need('curl')
    fill(i)
    home = Home(top, 'curl')
    for how in ['pop3s://localhost:%s/' % i.env['POP3S']], \
            ['--ssl-reqd', 'pop3://localhost:%s/' % i.env['POP3']]:
        common = 'curl', '-sS', '--cacert', i.env['CAFILE'], '-u', \
            'bob:' + i.env['PASS2']
        code, said = home.run(*common, *how)
        t.eq((code, len(said.splitlines())), (0, 3), 'curl %s: the list' %
            how[0])
        code, said = home.run(*common, *how[:-1], how[-1] + '1')
        t.ok(code == 0 and 'Subject: letter' in said, '... a letter', said)
        code, said = home.run(*common, '-X', 'TOP 1 0', *how)
        t.eq((code, 'Subject: letter' in said, 'text' in said), (0, True,
            False), '... TOP') or t.ok(False, 'it said', said)
        code, said = home.run(*common, '-X', 'UIDL', *how)
        t.eq((code, len(set(said.split()[1::2]))), (0, 3), '... UIDL')
    for way in ['--sasl-ir'], ['--login-options', 'AUTH=PLAIN']:
        code, said = home.run(*common, *way, *how)
        t.eq((code, len(said.splitlines())), (0, 3), '... ' + way[-1]) or \
            t.ok(False, 'it said', said)
    code, said = home.run(*common, '-l', '-X', 'DELE', *how[:-1],
        how[-1] + '2')
    t.eq((code, left(i)), (0, 2), '... DELE') or t.ok(False, 'it said', said)
    code, said = home.run(*common[:-1], 'bob:wrong', *how)
    t.eq(code, 67, '... a wrong secret') or t.ok(False, 'it said', said)


FETCHMAIL = '''set no bouncemail
set no spambounce
poll localhost with proto POP3 service %s auth password
    user "bob" password "%s" %s
    sslcertfile "%s" sslcertck mda "cat >> %s" %s
'''


def fetchmail(t, i, top):
    need('fetchmail')
    for port, tls in ('POP3S', 'ssl'), ('POP3', 'sslproto TLS1.2+'):
        fill(i)
        home = Home(top, 'fetchmail-' + port)
        def rc(keep):
            return home.write('.fetchmailrc', FETCHMAIL % (i.env[port],
                i.env['PASS2'], tls, i.env['CAFILE'], home.at('got'), keep))
        run = 'fetchmail', '-f', rc('keep'), '--uidl', '--pidfile', \
            home.at('pid')
        code, said = home.run(*run)
        t.eq(code, 0, 'fetchmail, %s: it gets mail' % port) or t.ok(False,
            'it said', said)
        t.eq(read(home.at('got')).count(b'Subject: letter'), 3, '... all')
        code, said = home.run(*run)
        t.eq((code, left(i)), (1, 3), '... and none again, with uidl and keep')
        deliver(i, 'bob', letter(9))
        home.run(*run)
        t.eq(read(home.at('got')).count(b'Subject: letter'), 4, '... a new one')
        rc('nokeep fetchall fetchlimit 1')
        code, said = home.run(*run)
        t.eq((code, left(i)), (13, 3), '... nokeep, fetchlimit 1: one goes') \
            or t.ok(False, 'it said', said)
        rc('nokeep fetchall')
        code, said = home.run(*run)
        t.eq((code, left(i)), (0, 0), '... nokeep: nothing is left')
        code, said = home.run(*run)
        t.eq(code, 1, '... and it is told so')
    home.write('.fetchmailrc', read(home.at('.fetchmailrc')).replace(
        i.env['PASS2'].encode(), b'wrong'))
    code, said = home.run(*run)
    t.eq(code, 3, '... a wrong secret') or t.ok(False, 'it said', said)


GETMAIL = '''[retriever]
type = SimplePOP3SSLRetriever
server = localhost
port = %s
username = bob
password = %s
ca_certs = %s
[destination]
type = Maildir
path = %s/
[options]
read_all = false
delete = false
verbose = 1
'''


def getmail(t, i, top):
    need('getmail')
    fill(i)
    home = Home(top, 'getmail')
    got = home.maildir('Maildir')
    home.folder('.getmail')
    home.write('.getmail/getmailrc', GETMAIL % (i.env['POP3S'],
        i.env['PASS2'], i.env['CAFILE'], got))
    command = 'getmail', '--getmaildir', home.at('.getmail')
    code, said = home.run(*command)
    t.eq((code, len(os.listdir(got + '/new'))), (0, 3), 'getmail: all') or \
        t.ok(False, 'it said', said)
    code, said = home.run(*command)
    t.eq((code, len(os.listdir(got + '/new'))), (0, 3),
        '... the second time none: it remembers UIDLs')
    deliver(i, 'bob', letter(9))
    code, said = home.run(*command, '--delete')
    t.eq((code, len(os.listdir(got + '/new')), left(i)), (0, 4, 0),
        '... a new one, and all deleted')
    home.write('.getmail/getmailrc', GETMAIL % (i.env['POP3S'], 'wrong',
        i.env['CAFILE'], got))
    code, said = home.run(*command)
    t.ok('[AUTH] the name or the secret is wrong' in said, '... a wrong secret',
        code, said)


def mpop(t, i, top):
    need('mpop')
    for port, starttls in ('POP3S', 'off'), ('POP3', 'on'):
        fill(i)
        home = Home(top, 'mpop-' + port)
        home.write('.mpoprc', 'account default\nhost localhost\nport %s\n'
            'user bob\npassword %s\ntls on\ntls_starttls %s\n'
            'tls_trust_file %s\ndelivery mbox %s\nkeep on\n'
            'uidls_file %s\n' % (i.env[port], i.env['PASS2'], starttls,
            i.env['CAFILE'], home.at('got'), home.at('uidls')))
        code, said = home.run('mpop')
        t.eq(code, 0, 'mpop, %s: it gets mail' % port) or t.ok(False,
            'it said', said)
        t.eq(len(mailbox.mbox(home.at('got'))), 3, '... all')
        home.run('mpop')
        t.eq(len(mailbox.mbox(home.at('got'))), 3, '... none again')
        code, said = home.run('mpop', '--keep=off', '--only-new=off')
        t.eq((code, left(i)), (0, 0), '... and deletes') or t.ok(False,
            'it said', said)
    home.write('.mpoprc', read(home.at('.mpoprc')).replace(
        i.env['PASS2'].encode(), b'wrong'))
    code, said = home.run('mpop')
    t.eq(code, 77, '... a wrong secret') or t.ok(False, 'it said', said)


MUTT = '''set ssl_ca_certificates_file="%s"
set pop_pass="%s"
set pop_delete=no
set pop_checkinterval=0
set sleep_time=0
set ssl_force_tls=yes
set certificate_file="%s"
set spoolfile="%s"
set mbox_type=mbox
set wait_key=no
set quit=yes
set delete=yes
set move=no
'''


def mutt(t, i, top):
    need('mutt')
    fill(i)
    home = Home(top, 'mutt')
    home.folder('Mail')
    rc = home.write('.muttrc', MUTT % (i.env['CAFILE'], i.env['PASS2'],
        home.at('certificates'), home.write('spool', '')))
    for scheme, port in ('pops', 'POP3S'), ('pop', 'POP3'):
        got = home.at('got-' + port)
        url = '%s://bob@localhost:%s' % (scheme, i.env[port])
        command = ['mutt', '-n', '-F', rc, '-f', url]
        code, said = home.on_terminal(command, (b'Msgs:3', b'|'),
            (b'Pipe', b'cat >%s\r' % got.encode()), (b'Msgs:3', b'q'))
        t.ok(code == 0 and '3 kept' in said and os.path.exists(got) and
            'letter' in read(got).decode(),
            'mutt, %s: lists three and reads one' % port, code,
            said[-1500:])
    code, said = home.on_terminal(command, (b'Msgs:3', b'd'), (b'Del:1', b'q'))
    t.eq((code, left(i)), (0, 2), '... and deletes one') or t.ok(False,
        'it said', said[-1500:])
    command[-2:] = '-e', 'set pop_host="%s"' % url, '-f', home.at('spool')
    code, said = home.on_terminal(command, (b'Mutt:', b'G'),
        (b'New mail in this mailbox', b'q'))
    t.eq((code, read(home.at('spool')).count(b'Subject: letter'), left(i)),
        (0, 2, 2), '... and fetches what is new') or t.ok(False, 'it said',
        said[-1500:])


def s_nail(t, i, top):
    need('s-nail')
    fill(i)
    home = Home(top, 's-nail')
    for url, more in ('pop3s://bob:%s@localhost:%s' % (i.env['PASS2'],
            i.env['POP3S']), []), ('pop3://bob:%s@localhost:%s' % (
            i.env['PASS2'], i.env['POP3']), ['-S', 'pop3-use-starttls']):
        command = ['s-nail', '-n', '-N', '-S', 'v15-compat', '-S',
            'tls-verify=strict', '-S', 'tls-ca-file=' + i.env['CAFILE'], '-S',
            'tls-ca-no-defaults', *more, '-f', url]
        code, said = home.run(*command, stdin=b'from *\ntype 1\nexit\n')
        t.ok(code == 0 and said.count('letter') >= 3 and 'The text.' in said,
            's-nail, %s: lists and reads' % url[:5], code, said[-1500:])
    code, said = home.run(*command, stdin=b'delete 2\nquit\n')
    t.eq((code, left(i)), (0, 2), '... and deletes') or t.ok(False, 'it said',
        said[-1500:])


def large(t, i, top):
    """25 MB, and many."""
    i.empty('bob')
    big = letter(1, b''.join(b'%076d\n' % n for n in range(25 * 1024 * 1024 //
        77)))
    deliver(i, 'bob', big, *(letter(n) for n in range(2, 100)))
    p = poplib.POP3_SSL('localhost', int(i.env['POP3S']), context=context(i),
        timeout=WAIT_S)
    p.user('bob@' + i.domain)
    p.pass_(i.env['PASS2'])
    t.eq(p.stat()[0], 99, 'ninety-nine letters')
    got = [bodies(b'\n'.join(p.retr(n)[1]) + b'\n') for n in range(1, 100)]
    t.ok(big in got, 'one of 25 MB comes back')
    for n in range(1, 100):
        p.dele(n)
    t.eq(left(i), 99, 'nothing goes before QUIT')
    p.quit()
    t.eq(left(i), 0, 'and all at QUIT')


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        for case in python, curl, fetchmail, getmail, mpop, mutt, s_nail, \
                large:
            t.run(case, i, top)
    t.done()


main()
