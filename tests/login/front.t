#!/usr/bin/env python3
"""pop3-front: POP3 before the login, in the clear and by TLS, and the hand-over of
what a client sent too early. source: RFC 1939, 2449, 2595, 3206, 5034"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from login import *

ALWAYS = ['TOP', 'UIDL', 'RESP-CODES', 'AUTH-RESP-CODE', 'PIPELINING',
    'IMPLEMENTATION Correo']
SECRETS = ['USER', 'SASL PLAIN']
YES = '+OK mail of alice@example.org'
NO = '-ERR [AUTH] the name or the secret is wrong'


def capabilities(t, c, more, what):
    t.eq(sorted(c.list('CAPA')), sorted(ALWAYS + more), what)


def over(t, c, what):
    t.eq((c.line(), c.process.wait(WAIT_S)), ('', 0), what)


def dialog(t, place, cert, ca):
    with alone(place) as c:
        t.eq(c.line(), '+OK mail.example.org ready', 'the greeting')
        capabilities(t, c, SECRETS, 'CAPA')
        for verb in 'STAT LIST RETR DELE NOOP RSET TOP UIDL'.split():
            t.eq(c.ask(verb), '-ERR log in first', verb)
        t.eq(c.ask('APOP a b'), '-ERR unknown command', 'APOP')
        t.eq(c.ask(''), '-ERR unknown command', 'an empty line')
        t.eq(c.ask('PASS secret'), '-ERR say USER first', 'PASS first')
        t.eq(c.ask('USER'), '-ERR a name must follow', 'USER without a name')
        t.eq(c.ask('USER ' + 'x' * 512), '-ERR a name must follow',
            'USER with a long one')
        t.eq(c.ask('QUIT\0'), '-ERR a command has no NUL', 'a NUL')
        t.eq(c.ask('x' * 5000), '-ERR the line is too long', 'a long line')
        t.eq(c.ask('STLS'), '-ERR TLS cannot be had here', 'STLS')
        t.eq(c.ask('quit'), '+OK good bye', 'QUIT, in small letters')
        over(t, c, '... and it is over')
    with alone(place) as c:
        c.send(b'x\n' * 25)
        t.eq(c.rest()[1:], ['-ERR unknown command'] * 20, '20 errors')
        t.ok(place.log.has('sent away after 20 errors'), '... with a line')
    with alone(place) as c:
        c.line()
        t.eq(c.ask('USER alice\nPASS secret'), '+OK say PASS', 'LF alone')
        t.eq(c.line(), YES, '... ends commands')


def passwords(t, place, cert, ca):
    with alone(place) as c:
        c.line()
        t.eq(c.ask('USER alice'), '+OK say PASS', 'USER')
        t.eq(c.ask('PASS wrong'), NO, 'a wrong secret')
        t.eq(c.ask('PASS secret'), '-ERR say USER first', 'the name is '
            'forgotten')
        t.eq(c.login('nobody', 'secret'), NO, 'nobody\'s name')
        t.eq(c.login('alice', 'secret'), YES, 'the right one')
        t.eq(c.ask('hallo'), '+OK hallo', '... and the session has the '
            'connection')
    t.eq(c.process.returncode, 0, '... and mail-login has left')
    for user, secret in ('bob', ' b o b '), ('BOB@Example.org ', ' b o b '):
        with alone(place) as c:
            t.eq(c.login(user, secret) or c.line(), '+OK say PASS',
                'a secret with blanks')
            t.eq(c.line(), '+OK mail of bob@example.org', '... as it is')
    with alone(place) as c:
        c.line()
        for user, secret in ('alice', ''), ('al\tice', 'secret'), ('alice',
                'x' * 1000):
            t.eq(c.login(user, secret), NO, 'what nobody has')
        t.eq(c.login('alice', 'wrong'), NO, 'a fourth one')
        over(t, c, '... is the last')
    lines = place.log.text()
    t.ok('client=192.0.2.1 verdict=no wait=0 user=nobody\n' in lines,
        'a line for each try', lines)
    t.ok('sent away after 4 failures' in lines, '... and for their end', lines)
    t.ok('secret' not in lines and 'wrong' not in lines, '... without the '
        'secret', lines)


def sasl(t, place, cert, ca):
    good = plain('alice', 'secret')
    with alone(place) as c:
        c.line()
        t.eq(c.list('AUTH'), ['PLAIN'], 'AUTH tells the mechanisms')
        t.eq(c.ask('AUTH CRAM-MD5'), '-ERR PLAIN is the only mechanism',
            'another mechanism')
        t.eq(c.ask('AUTH PLAIN'), '+ ', 'without an initial response')
        t.eq(c.ask('*'), '-ERR given up', '... given up')
        for bad in '!', 'AA', good + '=', good + '\0':
            c.ask('AUTH PLAIN')
            t.eq(c.ask(bad), '-ERR this is no base64', '... no base64')
        t.eq(c.ask('AUTH PLAIN ='), '-ERR this is no PLAIN', 'an empty one')
        t.eq(c.ask('auth plain ' + plain('alice', 'wrong')), NO, 'a wrong one')
        t.eq(c.ask('AUTH PLAIN ' + plain('alice', 'secret', 'bob')),
            '-ERR [AUTH] only the own mail can be read', 'for another one')
        c.ask('AUTH PLAIN')
        t.eq(c.ask(good), YES, 'the right one')
    for whose in 'alice', 'Alice@example.org':
        with alone(place, DOMAIN='example.org') as c:
            c.line()
            t.eq(c.ask('AUTH PLAIN ' + plain('alice', 'secret', whose)), YES,
                'for the same one: ' + whose)
    t.eq(len(re.findall('verdict', place.log.text())), 4, 'what is no '
        'question is not asked')


def in_the_clear(t, place, cert, ca):
    with alone(place, AUTH_CLEAR='') as c:
        c.line()
        capabilities(t, c, [], 'without TLS: CAPA')
        for text in 'USER alice', 'PASS secret', 'AUTH PLAIN', 'AUTH PLAIN ' + \
                plain('alice', 'secret'):
            t.eq(c.ask(text), '-ERR [SYS/PERM] no login without TLS', text)
        t.eq(c.list('AUTH'), [], '... and no mechanism')
    t.eq(place.log.text(), '', '... and nothing is asked')


def starttls(t, place, cert, ca):
    with Chain(place, cert, LISTEN_TLS='starttls', AUTH_CLEAR='') as s, \
            s.connect() as c:
        c.line()
        capabilities(t, c, ['STLS'], 'STLS can be had')
        t.eq(c.ask('USER alice'), '-ERR [SYS/PERM] say STLS first', 'first')
        t.eq(c.ask('STLS x'), '-ERR STLS stands alone', 'STLS with more')
        t.eq(c.ask('STLS'), '+OK begin TLS', 'STLS')
        c = c.stls(ca)
        capabilities(t, c, SECRETS, 'in TLS')
        t.eq(c.ask('STLS'), '-ERR TLS is on', 'once')
        t.eq(c.login('alice', 'wrong'), NO, 'a wrong secret')
        t.eq(c.login('alice', 'secret'), YES, 'the right one')
        pid, = s.sessions()
        t.ok(wait_for(lambda: len(below(pid)) == 1), 'the session is alone '
            'with tls-server')
        t.eq(c.ask('hallo'), '+OK hallo', '... and in TLS')
        fds = os.listdir('/proc/%d/fd' % below(pid)[0])
        t.eq(sorted(fds, key=int), ['0', '1', '2', '4'], '... and has no more '
            'of it')
        t.eq((c.ask('QUIT'), c.line(), c.over.clean), ('+OK QUIT', '', True),
            '... to its end')


def early(t, place, cert, ca):
    with Chain(place, cert, LISTEN_TLS='starttls') as s:
        with s.connect() as c:
            c.line()
            c.send(b'STLS\r\nUSER alice\r\nPASS secret\r\n')
            t.eq(c.rest(), ['-ERR nothing may follow STLS before TLS'],
                'octets behind STLS end it')
            t.ok(s.log.has('STLS with octets behind it'), '... with a line')
        with s.connect() as c:
            c.line()
            t.eq(c.ask('USER alice'), '+OK say PASS', 'a name in the clear')
            c.ask('STLS')
            c = c.stls(ca)
            t.eq(c.ask('PASS secret'), '-ERR say USER first', '... is '
                'forgotten in TLS')
        with s.connect() as c:
            t.eq((c.line()[:3], c.login('alice', 'secret')), ('+OK', YES),
                'AUTH_CLEAR: a login without TLS')
            t.eq(c.ask('hallo'), '+OK hallo', '... and a session')


def implicit(t, place, cert, ca):
    with Chain(place, cert, '-i', LISTEN_TLS='implicit', AUTH_CLEAR='') as s, \
            s.tls(ca) as c:
        t.eq(c.line(), '+OK mail.example.org ready', 'TLS from the start')
        capabilities(t, c, SECRETS, 'CAPA')
        t.eq(c.login('alice', 'secret'), YES, 'a login')
        t.eq(c.ask('hallo'), '+OK hallo', 'a session')
        pid, = s.sessions()
        t.ok(wait_for(lambda: len(below(pid)) == 1), '... alone')


def pipelined(t, place, cert, ca):
    with alone(place) as c:
        c.line()
        c.send(b'USER alice\r\nPASS wrong\r\nCAPA\r\nUSER alice\r\n'
            b'PASS secret\r\nSTAT\r\nQUIT\r\n')
        lines = c.rest()
        t.eq(lines[:2] + lines[-4:], ['+OK say PASS', NO, '+OK say PASS', YES,
            '+OK STAT', '+OK QUIT'], 'all at once')
    for tls in False, True:
        octets = b'USER alice\r\nPASS secret\r\n' + b''.join(b'line %d\r\n' % i
            for i in range(20000)) + b'QUIT\r\n'
        with Chain(place, cert, *['-i'] * tls, LISTEN_TLS='implicit') as s:
            with s.tls(ca) if tls else s.connect() as c:
                if tls:
                    c.line()
                    c.send(octets[:20000])
                    want = re.findall('line [0-9]+', octets[:20000].decode())
                    got = [c.line() for _ in range(len(want) + 1)][2:]
                    t.ok(got == ['+OK ' + w for w in want[:-1]], 'in TLS '
                        'nothing is lost', got[:3], got[-3:])
                    continue
                sender = os.fork()
                if sender == 0:
                    c.send(octets)
                    os._exit(0)
                lines = c.rest()
                os.waitpid(sender, 0)
                t.ok(lines[3:-1] == ['+OK line %d' % i for i in range(20000)],
                    '200 kB behind the login arrive', lines[:5], lines[-3:])


def counted(t, place, cert, ca):
    with Chain(place, None, LISTEN_TLS='none') as s, s.connect() as c:
        c.line()
        t.eq(c.login('alice', 'secret'), YES, 'without tls-server')
        pid, = s.sessions()
        t.ok(wait_for(lambda: len(below(pid)) == 1), '... mail-login stays '
            'with the session')
        t.eq(c.ask('hallo'), '+OK hallo', '... which goes on')
        t.eq(s.sessions(), [pid], '... and tcpserver counts it')
        t.eq((c.ask('QUIT'), c.line()), ('+OK QUIT', ''), '... to its end')


def deadlines(t, place, cert, ca):
    for settings, words in ({'LOGIN_IDLE_S': 1}, 'waited too long'), \
            ({'LOGIN_S': 1}, 'waited too long'):
        with alone(place, **settings) as c:
            c.line()
            over(t, c, '%s: an end without a reply' % settings)
            t.ok(words in place.log.text(), '... with a line')
    with alone(place, LOGIN_S=1) as c:
        c.line()
        c.send(b'CAPA')
        over(t, c, 'a piece of a line ends too')


def temporary(t, place, cert, ca):
    os.rename(place.etc + '/users.cdb', place.etc + '/users.gone')
    with alone(place) as c:
        c.line()
        t.eq(c.login('alice', 'secret'), '-ERR [SYS/TEMP] cannot say now, try '
            'later', 'no table')
        os.rename(place.etc + '/users.gone', place.etc + '/users.cdb')
        t.eq(c.login('alice', 'secret'), YES, '... and there it is again')


def usage(t, place, cert, ca):
    for words, settings in ((), {'NAME': ''}), ((), {'LOGIN_FD': 'x'}), \
            (('x',), {}), ((), {'LOGIN_FD': ''}):
        p = subprocess.run([place.front, *words], env=place.settings(**{
            'LOGIN_FD': 3, **settings}), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        t.eq((p.returncode, p.stdout), (100, b''), 'wrong: %s %s' % (words,
            settings))


def main():
    t = Tap()
    with folder() as top:
        made = make_cert(os.path.join(top, 'cert'))
        for case in (dialog, passwords, sasl, in_the_clear, starttls, early,
                implicit, pipelined, counted, deadlines, temporary, usage):
            at = os.path.join(top, case.__name__)
            os.mkdir(at)
            os.chmod(at, 0o755)
            t.run(case, Place(at), os.path.join(made, 'server.pem'),
                os.path.join(made, 'ca.pem'))
    t.done()


main()
