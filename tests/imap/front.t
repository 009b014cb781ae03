#!/usr/bin/env python3
"""imap-front: IMAP before the login, in the clear and by TLS, and the hand-over of
the login command's tag and of what a client sent too early. The session behind it
is the test's. source: RFC 9051, 3501, 2971, 4959, 5530, 7888, 2595"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), 'login'))
from login import *

# Says the login command's tag, then sends each line back, to LOGOUT.
SESSION = r'''
import os, socket, sys
h = socket.socket(fileno=int(os.environ['HANDOVER_FD']))
h.send(b'ready\n')
h.settimeout(10)
line, octets = h.recv(100000).split(b'\n', 1)
word, tag = line.split(b' ')
os.write(1, b'%s OK %s of %s\r\n' % (tag, word, os.environ['USER'].encode()))
while True:
    while b'\n' not in octets:
        more = os.read(0, 10000)
        if not more:
            sys.exit(0)
        octets += more
    line, octets = octets.split(b'\n', 1)
    os.write(1, b'* ' + line.strip() + b'\r\n')
    if line.strip() == b'LOGOUT':
        sys.exit(0)
'''
# One that is killed between its first word and the front's.
DIES = r'''
import os, socket, time
h = socket.socket(fileno=int(os.environ['HANDOVER_FD']))
h.send(b'ready\n')
h.close()
'''

ALWAYS = 'CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ID'
SECRETS = ALWAYS + ' AUTH=PLAIN AUTH=LOGIN'
CLEAR = ALWAYS + ' LOGINDISABLED'
READY = ' mail.example.org ready'
NO = ' NO [AUTHENTICATIONFAILED] the name or the secret is wrong'
UNKNOWN = ' BAD no such command before the login'
LONG_LINE = '* BYE [LIMIT] the line is too long'


def yes(tag, user='alice'):
    return '%s OK tag of %s@example.org' % (tag, user)


class Imap(Place):
    def __init__(self, top):
        super().__init__(top)
        self.front = os.path.join(self.bin, 'imap-front')
        shutil.copy(os.path.join(BIN, 'imap-front'), self.bin)


def open_one(place, **settings):
    return alone(place, session=script(SESSION), **settings)


def chain(place, cert, *flags, **settings):
    return Chain(place, cert, *flags, session=script(SESSION), **settings)


def two(c, text):
    return c.ask(text), c.line()


def b64(text):
    return base64.b64encode(text.encode('latin-1')).decode()


def over(t, c, what):
    t.eq((c.line(), c.process.wait(WAIT_S)), ('', 0), what)


def dialog(t, place, cert, ca):
    with open_one(place) as c:
        t.eq(c.line(), '* OK [%s]%s' % (SECRETS, READY), 'the greeting')
        t.eq(two(c, 'a CAPABILITY'), ('* ' + SECRETS, 'a OK these are they'),
            'CAPABILITY')
        t.eq(c.ask('b NOOP'), 'b OK nothing done', 'NOOP')
        t.eq(c.ask('c.1[x] noop'), 'c.1[x] OK nothing done', 'small letters')
        t.eq(c.ask('d NOOP x'), 'd BAD nothing may follow this command',
            'NOOP with more')
        t.eq(c.ask('e STARTTLS'), 'e BAD TLS cannot be had here', 'STARTTLS')
        t.eq(c.ask('f ENABLE CONDSTORE'), 'f' + UNKNOWN, 'ENABLE')
        t.eq(two(c, 'z logout'), ('* BYE good bye', 'z OK it is over'),
            'LOGOUT')
        over(t, c, '... and it is over')
    with open_one(place) as c:
        c.line()
        for text in 'a SELECT INBOX', 'a FETCH 1 BODY[]', 'a', 'a ', 'a\0 NOOP', \
                '':
            t.eq(c.ask(text), (text[:1] or '*') + UNKNOWN, repr(text))
        t.eq(c.ask('+ NOOP'), '*' + UNKNOWN, 'a tag that is none')
        t.eq(c.ask('x' * 32 + ' NOOP'), 'x' * 32 + ' OK nothing done',
            'a tag of 32 octets')
        t.eq(c.ask('x' * 33 + ' NOOP'), '*' + UNKNOWN, '... of 33')
        c.send(b'a NOOP\nb NOOP\r\r\n')
        t.eq(c.line(), 'a OK nothing done', 'LF alone ends a line')
        t.eq(c.line(), 'b BAD nothing may follow this command', 'a CR of two '
            'does not')


def wrong(t, place, cert, ca):
    with open_one(place) as c:
        c.send(b'a x\n' * 25)
        t.eq(c.rest()[1:], ['a' + UNKNOWN] * 10 + ['* BYE too many errors'],
            '10 errors')
        t.ok(place.log.has('sent away after 10 errors'), '... with a line')
    with open_one(place) as c:
        c.send(b'GET / HTTP/1.1\r\nHost: localhost\r\n\r\na LOGIN alice secret')
        t.eq(c.rest()[1:], ['* BYE this is IMAP'], 'HTTP')
    for octets, what in (b'x' * 100000, 'octets without an end'), \
            (b'a NOOP ' + b'(' * 9000 + b'\r\nb NOOP\r\n', 'parentheses'), \
            (b'a LOGIN ' + b'"' * 9000 + b' {7+}\r\nb NOOP\r\n', 'a literal '
            'at the end of it'):
        with open_one(place) as c:
            c.line()
            with contextlib.suppress(OSError):
                c.send(octets)
            t.eq(c.line(), LONG_LINE, what)
            over(t, c, '... end it')
    with open_one(place) as c:
        c.line()
        t.eq(c.ask('a x' + 'y' * 8188), 'a' + UNKNOWN, '8192 octets with CR are none '
            'too many')


def ids(t, place, cert, ca):
    bad = 'a BAD ID takes NIL or up to 30 pairs in parentheses'
    good = '* ID ("name" "Correo")', 'a OK nice to meet you'
    pair = '"k" "v"'
    with open_one(place) as c:
        c.line()
        for text in 'NIL', '()', '("name" "Thunderbird" "version" NIL)', \
                '({4+}\r\nname "x")', '(%s)' % ' '.join([pair] * 30), \
                '("k" "%s")' % ('v' * 1024):
            t.eq(two(c, 'a ID ' + text), good, 'ID ' + text[:40])
        for text in '', ' x', ' ("name")', ' (NIL "x")', ' (%s)' % ' '.join(
                [pair] * 31), ' ("%s" "v")' % ('k' * 31), ' ("k" "%s")' % ('v' *
                1025), ' ("k"  "v")', ' () x':
            t.eq(c.ask('a ID' + text), bad, 'not' + text[:40])
    with open_one(place) as c:
        c.line()
        t.eq(c.ask('a ID ("name" {3}'), '+ go on', 'a literal within it')
        t.eq(two(c, 'x\r\n "os" "y")'), good, '... may hold a line end')


def passwords(t, place, cert, ca):
    with open_one(place) as c:
        c.line()
        for text in '', ' alice', ' alice secret x', ' alice  secret', \
                ' al(ice secret', ' "alice secret':
            t.eq(c.ask('a LOGIN' + text), 'a BAD LOGIN takes a name and a '
                'secret', 'not' + text)
        t.eq(c.ask('a LOGIN alice wrong'), 'a' + NO, 'a wrong secret')
        t.eq(c.ask('b LOGIN nobody secret'), 'b' + NO, 'nobody\'s name')
        t.eq(c.ask('A.1 login alice secret'), yes('A.1'), 'the right one')
        t.eq(c.ask('x NOOP'), '* x NOOP', '... and the session has the '
            'connection')
    t.eq(c.process.returncode, 0, '... and mail-login has left')
    for text in '"alice" "secret"', 'Alice@EXAMPLE.org "\\secret"', \
            '"alice" {6+}\r\nsecret', '{5+}\r\nalice secret', \
            '{5+}\r\nalice {6+}\r\nsecret', '"ali" {6+}\r\nsecret':
        with open_one(place) as c:
            c.line()
            want = yes('a')
            if '\\' in text:
                want = 'a BAD LOGIN takes a name and a secret'
            if '"ali"' in text:
                want = 'a' + NO
            t.eq(c.ask('a LOGIN ' + text), want, text)
    with open_one(place) as c:
        c.line()
        t.eq(c.ask('a LOGIN bob " b o b "'), yes('a', 'bob'), 'blanks')
    with open_one(place) as c:
        c.line()
        t.eq(c.ask('a LOGIN {5}'), '+ go on', 'a literal')
        t.eq(c.ask('alice {6}'), '+ go on', '... and another one')
        t.eq(c.ask('secret'), yes('a'), '... are a login')
    with open_one(place) as c:
        c.line()
        for user, secret in ('""', 'secret'), ('alice', '""'), ('"al\tice"',
                'secret'), ('alice', 'x' * 1000):
            t.eq(c.ask('a LOGIN %s %s' % (user, secret)), 'a' + NO,
                'what nobody has')
        t.eq(c.line(), '* BYE too many failures', 'the fourth')
        over(t, c, '... is the last')
    lines = place.log.text()
    t.ok('client=192.0.2.1 verdict=no wait=0 user=nobody\n' in lines,
        'a line for each try', lines)
    t.ok('sent away after 4 failures' in lines, '... and for their end', lines)
    t.ok('secret' not in lines and 'wrong' not in lines, '... without the '
        'secret', lines)


def literals(t, place, cert, ca):
    big = ' BAD [TOOBIG] the literal is too long'
    with open_one(place) as c:
        c.line()
        for n in '1025', '4294967295', '9' * 30:
            t.eq(c.ask('a LOGIN {%s}' % n), 'a' + big, n + ' octets')
        t.eq(c.ask('a APPEND x {5}'), 'a' + UNKNOWN, 'for a command that is '
            'none')
        t.eq(c.ask('a NOOP {5}'), 'a BAD this command takes no literal',
            '... that takes none')
        t.eq(c.ask('a AUTHENTICATE PLAIN {5}'), 'a BAD this command takes no '
            'literal', '... nor AUTHENTICATE')
        t.eq(c.ask('a NOOP {8+}\r\nx LOGOUT\r\nb NOOP'),
            'a BAD nothing may follow this command', 'what comes unasked')
        t.eq(c.line(), 'b OK nothing done', '... is no command')
        t.eq(c.ask('a LOGIN alice {3+}\r\nx\0y'), 'a BAD LOGIN takes a name '
            'and a secret', 'a NUL')
    for n in '1025', '9' * 30:
        with open_one(place) as c:
            c.line()
            c.send(b'a LOGIN {%s+}\r\nb LOGOUT\r\n' % n.encode())
            t.eq(c.rest(), ['* BYE [TOOBIG] the literal is too long'],
                n + ' octets unasked')
    with open_one(place) as c:
        c.line()
        c.send(b'a ID (' + b'"k" {1000+}\r\n' + b'v' * 1000)
        c.send((b' "k" {1000+}\r\n' + b'v' * 1000) * 7)
        c.send(b' "k" {1000+}\r\n')
        t.eq(c.line(), '* BYE [TOOBIG] the literal is too long', '8 kB in all')
        over(t, c, '... end it')


def sasl(t, place, cert, ca):
    good = plain('alice', 'secret')
    no_base64 = 'a BAD this is no base64, or too long'
    with open_one(place) as c:
        c.line()
        t.eq(c.ask('a AUTHENTICATE'), 'a BAD a mechanism must follow', 'alone')
        t.eq(c.ask('a AUTHENTICATE CRAM-MD5'), 'a NO PLAIN and LOGIN are served',
            'another mechanism')
        t.eq(c.ask('a AUTHENTICATE PLAIN'), '+ ', 'no initial response')
        t.eq(c.ask('*'), 'a BAD given up', '... given up')
        for bad in '!', 'AA', good + '=', good + '\0':
            c.ask('a AUTHENTICATE PLAIN')
            t.eq(c.ask(bad), no_base64, '... no base64')
        t.eq(c.ask('a AUTHENTICATE PLAIN ='), 'a BAD this is no PLAIN',
            'an empty one')
    with open_one(place) as c:
        c.line()
        t.eq(c.ask('a authenticate plain ' + plain('alice', 'wrong')), 'a' + NO,
            'a wrong one')
        t.eq(c.ask('a AUTHENTICATE PLAIN ' + plain('alice', 'secret', 'bob')),
            'a NO [AUTHORIZATIONFAILED] only the own mail can be read',
            'for another one')
        c.ask('a AUTHENTICATE PLAIN')
        t.eq(c.ask('b NOOP'), no_base64, 'a command instead')
        c.ask('q7 AUTHENTICATE PLAIN')
        t.eq(c.ask(good), yes('q7'), 'the right one')
    for whose in 'alice', 'Alice@example.org':
        with open_one(place, DOMAIN='example.org') as c:
            c.line()
            t.eq(c.ask('a AUTHENTICATE PLAIN ' + plain('alice', 'secret',
                whose)), yes('a'), 'for the same one: ' + whose)
    with open_one(place) as c:
        c.line()
        c.ask('a AUTHENTICATE PLAIN')
        c.send(b'A' * 100000)
        t.eq(c.line(), LONG_LINE, '100 kB of base64 end it')


def sasl_login(t, place, cert, ca):
    name, secret = '+ ' + b64('Username:'), '+ ' + b64('Password:')
    with open_one(place) as c:
        c.line()
        t.eq(c.ask('a AUTHENTICATE LOGIN'), name, 'LOGIN asks for the name')
        t.eq(c.ask('*'), 'a BAD given up', '... given up')
        c.ask('a AUTHENTICATE LOGIN')
        t.eq(c.ask(b64('alice')), secret, '... and the secret')
        t.eq(c.ask('*'), 'a BAD given up', '... given up')
        t.eq(c.ask('a AUTHENTICATE LOGIN ' + b64('x' * 600)), 'a BAD this is '
            'no base64, or too long', 'a long name')
        t.eq(c.ask('a AUTHENTICATE LOGIN ='), secret, 'an empty name')
        t.eq(c.ask(b64('secret')), 'a' + NO, '... is nobody')
        c.ask('a AUTHENTICATE LOGIN ' + b64('alice'))
        t.eq(c.ask(b64('wrong')), 'a' + NO, 'a wrong secret')
        c.ask('a AUTHENTICATE LOGIN')
        c.ask(b64('alice'))
        t.eq(c.ask(b64('secret')), yes('a'), 'the right one')


def in_the_clear(t, place, cert, ca):
    refused = 'a NO [PRIVACYREQUIRED] no login without TLS'
    with open_one(place, AUTH_CLEAR='') as c:
        t.eq(c.line(), '* OK [%s]%s' % (CLEAR, READY), 'without TLS')
        for text in 'LOGIN alice secret', 'LOGIN alice {6}', 'AUTHENTICATE PLAIN', \
                'AUTHENTICATE LOGIN', 'AUTHENTICATE PLAIN ' + plain('alice',
                'secret'), 'LOGIN {5+}\r\nalice {6+}\r\nsecret', 'LOGIN':
            t.eq(c.ask('a ' + text), refused, text)
    t.eq(place.log.text(), '', '... and nothing is asked')


def starttls(t, place, cert, ca):
    with chain(place, cert, LISTEN_TLS='starttls', AUTH_CLEAR='') as s, \
            s.connect() as c:
        t.eq(c.line(), '* OK [%s STARTTLS LOGINDISABLED]%s' % (ALWAYS, READY),
            'STARTTLS can be had')
        t.eq(c.ask('a LOGIN alice secret'), 'a NO [PRIVACYREQUIRED] say '
            'STARTTLS first', 'first')
        t.eq(c.ask('a STARTTLS x'), 'a BAD nothing may follow this command',
            'STARTTLS with more')
        t.eq(c.ask('a STARTTLS'), 'a OK begin TLS', 'STARTTLS')
        c = c.stls(ca)
        t.eq(two(c, 'a CAPABILITY'), ('* ' + SECRETS, 'a OK these are they'),
            'in TLS')
        t.eq(c.ask('a STARTTLS'), 'a BAD TLS is on', 'once')
        t.eq(c.ask('a LOGIN alice wrong'), 'a' + NO, 'a wrong secret')
        t.eq(c.ask('b LOGIN alice secret'), yes('b'), 'the right one')
        pid, = s.sessions()
        t.ok(wait_for(lambda: len(below(pid)) == 1), 'the session is alone '
            'with tls-server')
        t.eq(c.ask('hallo'), '* hallo', '... and in TLS')
        t.eq((c.ask('LOGOUT'), c.line(), c.over.clean), ('* LOGOUT', '', True),
            '... to its end')


def early(t, place, cert, ca):
    with chain(place, cert, LISTEN_TLS='starttls') as s:
        for more in b'b LOGIN alice secret\r\n', b'x', b'\r\n':
            with s.connect() as c:
                c.line()
                c.send(b'a STARTTLS\r\n' + more)
                t.eq(c.rest(), ['a BAD nothing may follow STARTTLS before TLS',
                    '* BYE this is not safe'], 'octets behind STARTTLS end it')
                t.ok(s.log.has('STARTTLS with octets behind it'), '... with a '
                    'line')
        with s.connect() as c:
            c.line()
            t.eq(c.ask('a LOGIN alice secret'), yes('a'), 'AUTH_CLEAR: a login '
                'without TLS')


def implicit(t, place, cert, ca):
    with chain(place, cert, '-i', LISTEN_TLS='implicit', AUTH_CLEAR='') as s, \
            s.tls(ca) as c:
        t.eq(c.line(), '* OK [%s]%s' % (SECRETS, READY), 'TLS from the start')
        t.eq(c.ask('a LOGIN alice secret'), yes('a'), 'a login')
        t.eq(c.ask('hallo'), '* hallo', 'a session')


def pipelined(t, place, cert, ca):
    with open_one(place) as c:
        c.line()
        c.send(b'1 NOOP\r\n2 LOGIN alice wrong\r\n3 ID NIL\r\n4 LOGIN {5+}\r\n'
            b'alice {6+}\r\nsecret\r\n5 SELECT INBOX\r\nLOGOUT\r\n')
        t.eq(c.rest(), ['1 OK nothing done', '2' + NO, '* ID ("name" "Correo")',
            '3 OK nice to meet you', yes('4'), '* 5 SELECT INBOX', '* LOGOUT'],
            'all at once')
    octets = b'1 AUTHENTICATE PLAIN\r\n' + plain('alice', 'secret').encode() + \
        b'\r\n' + b''.join(b'line %d\r\n' % i for i in range(20000)) + \
        b'LOGOUT\r\n'
    with chain(place, None, LISTEN_TLS='none') as s, s.connect() as c:
        sender = os.fork()
        if sender == 0:
            c.send(octets)
            os._exit(0)
        lines = c.rest()
        os.waitpid(sender, 0)
        t.ok(lines[1:-1] == ['+ ', yes('1')] + ['* line %d' % i
            for i in range(20000)], '200 kB behind the login arrive',
            lines[:5], lines[-3:])


def octet_by_octet(t, place, cert, ca):
    with open_one(place) as c:
        c.line()
        for one in b'a ID NIL\r\nb LOGIN {5+}\r\nalice "secret"\r\nLOGOUT\r\n':
            c.send(bytes([one]))
            time.sleep(0.002)
        t.eq(c.rest(), ['* ID ("name" "Correo")', 'a OK nice to meet you',
            yes('b'), '* LOGOUT'], 'octet by octet')


def deadlines(t, place, cert, ca):
    for settings in {'LOGIN_IDLE_S': 1}, {'LOGIN_S': 1}:
        for octets in b'', b'a CAPA', b'a LOGIN {5+}\r\nal', \
                b'a AUTHENTICATE PLAIN\r\n':
            with open_one(place, **settings) as c:
                c.line()
                c.send(octets)
                lines = c.rest()
                t.eq(lines[-1:], ['* BYE waited too long'], '%s, %r' %
                    (settings, octets))
                t.ok('waited too long' in place.log.text(), '... with a line')


def temporary(t, place, cert, ca):
    os.rename(place.etc + '/users.cdb', place.etc + '/users.gone')
    with open_one(place) as c:
        c.line()
        t.eq(c.ask('a LOGIN alice secret'), 'a NO [UNAVAILABLE] cannot say now, '
            'try later', 'no table')
        os.rename(place.etc + '/users.gone', place.etc + '/users.cdb')
        t.eq(c.ask('b LOGIN alice secret'), yes('b'), '... and there it is '
            'again')
    with alone(place, session=script(DIES)) as c:
        c.line()
        line = c.ask('a LOGIN alice secret')
        t.ok(line in ('', '* BYE [UNAVAILABLE] the session could not begin'),
            'a session that dies gets nobody in', line)


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
        for case in (dialog, wrong, ids, passwords, literals, sasl, sasl_login,
                in_the_clear, starttls, early, implicit, pipelined,
                octet_by_octet, deadlines, temporary, usage):
            at = os.path.join(top, case.__name__)
            os.mkdir(at)
            os.chmod(at, 0o755)
            t.run(case, Imap(at), os.path.join(made, 'server.pem'),
                os.path.join(made, 'ca.pem'))
    t.done()


main()
