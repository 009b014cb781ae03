#!/usr/bin/env python3
"""SMTP octet by octet: verbs, states, limits, deadlines, and what a stranger
would try. source: RFC 5321, 1870, 2034, 2920, 6152, 3463"""

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
from correo import Delivered, Instance, Smtp, Tap, WAIT_S, folder, queue_id, \
    wait_for

SIZE_MAX = 300000
LONG_LOCAL = 'l' * 64
LONG_DOMAIN = '.'.join(['d' * 63] * 4)		# 255 octets
seen = []		# every reply of every case, for enhanced_codes


@contextlib.contextmanager
def session(i, **more):
    with i.smtp(**more) as s:
        try:
            yield s
        finally:
            seen.extend(s.replies)


def says(t, s, line, code, enhanced=None, name=None):
    """The reply to a line must have that code."""
    answer = s.command(line)
    want = '%d %s' % (code, enhanced or '')
    t.ok(answer is not None and answer.code == code and enhanced in
        (None, answer.enhanced), name or '%s: %s' % (line[:60], want), answer)
    return answer


def closed(t, s, name):
    t.ok(s.reply() is None, name)


def verbs(t, i):
    with session(i, ehlo=False) as s:
        t.ok(s.greeting.code == 220 and i.name in s.greeting.text.split(),
            'the greeting names the host', s.greeting)
        for line in 'MAIL FROM:<a@b.example>', 'RCPT TO:<a@b.example>', 'DATA':
            says(t, s, line, 503, '5.5.1', line + ' before EHLO')
        says(t, s, 'EHLO', 501, '5.5.4')
        says(t, s, 'HELO', 501, '5.5.4')
        answer = says(t, s, 'HELO client.example.net', 250)
        t.eq(len(answer.lines), 1, 'HELO offers nothing')
        answer = says(t, s, 'EHLO client.example.net', 250)
        offers = [line[4:].decode() for line in answer.lines]
        t.eq(sorted(offers[1:]), ['8BITMIME', 'DSN', 'ENHANCEDSTATUSCODES',
            'PIPELINING', 'SIZE %d' % SIZE_MAX, 'STARTTLS'],
            'EHLO offers what is there')
        t.eq(offers[0].split()[0], i.name, 'EHLO names the host')
        says(t, s, 'NOOP', 250, '2.0.0')
        says(t, s, 'NOOP with words', 250, '2.0.0')
        says(t, s, 'HELP', 214, '2.0.0')
        says(t, s, 'VRFY', 501, '5.5.4')
        here = says(t, s, 'VRFY alice', 252, '2.5.2')
        nobody = says(t, s, 'VRFY nobody', 252, '2.5.2')
        t.eq(here.text, nobody.text, 'VRFY tells nothing')
        says(t, s, 'EXPN staff', 502, '5.5.1')
        says(t, s, 'XYZZY', 500, '5.5.1')
        says(t, s, '', 500)
        says(t, s, 'RSET', 250, '2.0.0')
        says(t, s, 'noop', 250, '2.0.0', 'a verb in lower case')
        answer = says(t, s, 'QUIT', 221, '2.0.0')
        closed(t, s, 'QUIT hangs up')


def states(t, i):
    alice = 'RCPT TO:<%s>' % i.address('alice')
    with session(i) as s:
        says(t, s, alice, 503, '5.5.1', 'RCPT before MAIL')
        says(t, s, 'DATA', 503, '5.5.1', 'DATA before MAIL')
        says(t, s, 'MAIL FROM:<a@b.example>', 250, '2.1.0')
        says(t, s, 'MAIL FROM:<a@b.example>', 503, '5.5.1', 'a second MAIL')
        says(t, s, 'DATA', 554, '5.5.1', 'DATA without a recipient')
        says(t, s, alice, 250, '2.1.5', 'RCPT')
        says(t, s, 'DATA now', 501, '5.5.4')
        says(t, s, 'MAIL FROM:<a@b.example>', 503, '5.5.1', 'MAIL after RCPT')
        says(t, s, 'RSET', 250)
        says(t, s, 'DATA', 503, '5.5.1', 'RSET forgets')
        says(t, s, 'MAIL FROM:<a@b.example>', 250)
        says(t, s, alice, 250)
        says(t, s, 'EHLO client.example.net', 250)
        says(t, s, alice, 503, '5.5.1', 'EHLO forgets as well')
        ids = [s.send_message('a@b.example', [i.address('alice')],
            b'Subject: %d\r\n\r\n' % n) for n in range(3)]
        t.eq(len(set(ids)), 3, 'three messages in a session, three ids')
        says(t, s, 'DATA', 503, '5.5.1', 'a message ends its transaction')
        t.eq(len(i.arrived('alice', 3)), 3, 'all three arrive')
    i.empty()


def protocol_in_received(t, i):
    for verb, proto in ('HELO', 'SMTP'), ('EHLO', 'ESMTP'):
        with session(i, ehlo=False) as s:
            s.command('%s client.example.net' % verb)
            id = s.send_message('', [i.address('alice')], b'\r\n')
        one = Delivered(i.arrived('alice')[0])
        t.ok(' with %s id %s' % (proto, id) in one.received and
            'from client.example.net ([127.0.0.1])' in one.received and
            'by %s ' % i.name in one.received and
            'for <%s>;' % i.address('alice') in one.received,
            '%s: what Received says' % verb, one.received)
        t.eq(one.sender, '', '%s: null sender in Return-Path' % verb)
        i.empty()


def evil_helo(t, i):
    with session(i, ehlo=False) as s:
        s.command('EHLO (x)\tby;<evil>')	# a blank ends nothing good
        s.command('EHLO (x);<evil>\\"')
        s.send_message('', [i.address('alice')], b'\r\n')
        says(t, s, 'EHLO ' + 'x' * 300, 501, '5.5.4', 'a HELO of 300 octets')
    one = Delivered(i.arrived('alice')[0])
    t.ok(re.match(r'Received: from [?xevil]+ \(\[127', one.received),
        "a client's words are tame in Received", one.received)
    i.empty()


BAD_SENDERS = ['', '<', '>', '<a@b.example', '<a b>', '<@b.example>', '<a@>',
    '<a@b..example>', '<a@.b.example>', '<a@b.example.>', '<a b@c.example>',
    '<a@b@c.example>', '<"a@b.example>', '<a@b.example>x', '<a@b_!c.example>',
    '<\xe4@b.example>', '<a@[]>', '<a@[1.2.3.4>', '<a@%s.example>' % ('x' * 64),
    '<%s@b.example>' % ('x' * 65), '<a@%s>' % ('d.' * 127 + 'dd')]


def bad_addresses(t, i):
    for bad in BAD_SENDERS:
        with session(i) as s:
            says(t, s, 'MAIL FROM:' + bad, 501)
            says(t, s, 'MAIL FROM:<>', 250, name='and the session goes on')
    with session(i) as s:
        says(t, s, 'MAIL FROM', 501, '5.5.4')
        says(t, s, 'MAIL TO:<a@b.example>', 501, '5.5.4')
        says(t, s, 'MAIL FROM:<@>', 501, '5.1.7')
        s.command('MAIL FROM:<>')
        says(t, s, 'RCPT FROM:<a@b.example>', 501, '5.5.4')
        says(t, s, 'RCPT TO:<>', 501, '5.1.3')
        says(t, s, 'RCPT TO:<@>', 501, '5.1.3')
        says(t, s, 'RCPT TO:<%s@%s>' % ('x' * 65, i.domain), 501, '5.1.3')


def good_addresses(t, i):
    alice = i.address('alice')
    good = [alice, alice.upper(), 'Alice@Example.ORG', 'postmaster',
        'PostMaster', 'POSTMASTER@' + i.domain, 'alice', '"alice"@' + i.domain,
        '"a\\lice"@' + i.domain, '@one.example,@two.example:' + alice,
        'root@localhost', 'abuse@' + i.name]
    for one in good:
        with session(i) as s:
            says(t, s, 'MAIL FROM:<>', 250, '2.1.0')
            says(t, s, 'RCPT TO:<%s>' % one, 250, '2.1.5')
    with session(i) as s:
        says(t, s, 'mail from:<a@b.example> body=8bitmime size=5', 250)
        says(t, s, 'rcpt to:<%s>' % alice, 250)
        says(t, s, 'data', 354)
        s.write(b'.\r\n')
        t.eq(s.reply().code, 250, 'all in lower case')
        says(t, s, 'MAIL FROM: <a@b.example>', 250, name='a blank before <')
        says(t, s, 'RCPT TO: %s' % alice, 250, name='no angle brackets')
        s.write(b'DATA\r\n.\r\n')
        t.eq([s.reply().code, s.reply().code], [354, 250], 'an empty message')
        id = s.send_message('a@b.example', ['postmaster'], b'\r\n')
        says(t, s, 'RSET', 250)
    files = i.arrived('alice', 3)
    one = [Delivered(path) for path in files if id in path][0]
    t.eq(one.to, i.address('alice'), "postmaster's mail reaches alice")
    i.empty()


def quoted_sender(t, i):
    for sender in '"a b"@b.example', '"a>b"@b.example', '"a@b"@b.example', \
            '"a\\"b"@b.example', 'plain+tag@b.example':
        i.send(i.address('alice'), b'\r\n', sender)
        one = Delivered(i.arrived('alice')[0])
        t.eq(one.sender, sender, 'Return-Path of %s' % sender)
        i.empty()


def who_gets_mail(t, i):
    with session(i) as s:
        says(t, s, 'MAIL FROM:<a@b.example>', 250)
        for to in 'nobody@%s' % i.domain, '"no body"@%s' % i.domain, 'nobody', \
                'alice%%elsewhere.example@%s' % i.domain, \
                '"alice@elsewhere.example"@%s' % i.domain:
            says(t, s, 'RCPT TO:<%s>' % to, 550, '5.1.1')
        for to in 'alice@elsewhere.example', 'postmaster@elsewhere.example', \
                '@%s:alice@elsewhere.example' % i.domain, 'a@[127.0.0.1]', \
                'alice@%s.elsewhere.example' % i.domain, \
                'alice@sub.%s' % i.domain:
            says(t, s, 'RCPT TO:<%s>' % to, 550, '5.7.1')
        says(t, s, 'DATA', 554, '5.5.1', 'all refused: DATA is')
        says(t, s, 'RCPT TO:<%s>' % i.address('bob'), 250, '2.1.5',
            'a good one after that')


def closed_relay(t, i):
    """Without RELAYCLIENT, as for a stranger."""
    rules = os.path.join(i.etc, 'smtp.rules')
    with open(rules) as f:
        before = f.read()
    try:
        with open(rules, 'w') as f:
            f.write(':allow\n')
        tcprules(i)
        with session(i) as s:
            says(t, s, 'MAIL FROM:<%s>' % i.address('alice'), 250)
            answer = says(t, s, 'RCPT TO:<a@elsewhere.example>', 550, '5.7.1')
            t.ok('relay' in answer.text, 'a stranger reads why', answer)
            says(t, s, 'RCPT TO:<%s>' % i.address('bob'), 250)
    finally:
        with open(rules, 'w') as f:
            f.write(before)
        tcprules(i)
    t.ok(i.logged('refused=5.7.1', 'to=<a@elsewhere.example>'),
        'the log says it too')


def tcprules(i):
    rules = os.path.join(i.etc, 'smtp.rules')
    with open(rules) as f:
        subprocess.run(['tcprules', rules + '.cdb', rules + '.tmp'], stdin=f,
            check=True)
    os.chmod(rules + '.cdb', 0o644)


def parameters(t, i):
    with session(i) as s:
        for line, code, enhanced in [
                ('SIZE=99999999999999999999999', 552, '5.3.4'),
                ('SIZE=%d' % (SIZE_MAX + 1), 552, '5.3.4'),
                ('SIZE=ten', 501, '5.5.4'), ('SIZE=', 501, '5.5.4'),
                ('SIZE', 555, '5.5.4'), ('SIZE=-1', 501, '5.5.4'),
                ('BODY=BINARYMIME', 501, '5.5.4'), ('FOO=BAR', 555, '5.5.4'),
                ('FOO', 555, '5.5.4'), ('=x', 501, '5.5.4'),
                ('SIZE=%d' % SIZE_MAX, 250, '2.1.0')]:
            says(t, s, 'MAIL FROM:<a@b.example> ' + line, code, enhanced)
        says(t, s, 'RCPT TO:<%s> SIZE=1' % i.address('bob'), 555,
            '5.5.4')
        says(t, s, 'RSET', 250)
        says(t, s, 'MAIL FROM:<a@b.example> SIZE=1 BODY=8BITMIME', 250)


def too_big(t, i):
    """SIZE is checked against what comes, whatever was announced."""
    line = b'x' * 998 + b'\r\n'
    with session(i) as s:
        s.envelope('a@b.example', [i.address('bob')])
        answer = s.data(line * (SIZE_MAX // 999 + 1))
        t.ok(answer.code == 552 and answer.enhanced == '5.3.4',
            'a message too big is refused in DATA', answer)
        s.envelope('a@b.example', [i.address('bob')])
        answer = s.data(line * (SIZE_MAX // 999))
        t.eq(answer.code, 250, 'one that just fits is taken')
    t.eq(len(i.arrived('bob')), 1, 'and arrives, the other not')
    i.idle()
    t.eq([i.waiting(), os.listdir(i.queue + '/tmp')], [[], []],
        'nothing of the other is left')
    i.empty()


def minimum_limits(t, i):
    """RFC 5321 4.5.3.1: what every server must take."""
    to = '%s@%s' % (LONG_LOCAL, LONG_DOMAIN)
    line = 'RCPT TO:<@%s:%s>' % ('r' * 63 + '.example', i.address('alice'))
    line = line.replace('<@', '<@' + 'p.' * ((510 - len(line)) // 2))
    with session(i, ehlo=False) as s:
        says(t, s, 'EHLO ' + LONG_DOMAIN, 250, name='a HELO of 255 octets')
        says(t, s, 'MAIL FROM:<%s> SIZE=5' % to, 250, '2.1.0',
            'a local part of 64 octets, a domain of 255')
        says(t, s, 'RCPT TO:<%s>' % to, 250, '2.1.5', 'and as a recipient')
        says(t, s, 'NOOP ' + 'x' * 505, 250, name='a line of 512 octets')
        t.eq(len(line) + 2 in (511, 512), True, 'the next line is as long')
        says(t, s, line, 250, name='a route of 512 octets')
        for n in range(98):
            answer = s.command('RCPT TO:<r%d@%s>' % (n, i.domain))
            if answer.code != 250:
                break
        t.eq(answer.code, 250, '100 recipients')
        text = b'y' * 998 + b'\r\n'
        id = queue_id(s.data(b'\r\n' + text))
    files = i.arrived('alice')
    one = Delivered(files[0])
    t.eq(one.message, b'\n' + text.replace(b'\r', b''),
        'a text line of 1000 octets')
    t.eq((one.sender, id in one.path), (to, True), 'Return-Path in full')
    wait_for(lambda: not i.waiting())
    i.empty()


def many_recipients(t, i):
    """10,000 of them: the limit's worth is taken, the others come again."""
    with session(i) as s:
        says(t, s, 'MAIL FROM:<a@b.example>', 250)
        codes = []
        for first in range(0, 10000, 500):
            s.write(b''.join(b'RCPT TO:<r%d@%s>\r\n' % (n, i.domain.encode())
                for n in range(first, first + 500)))
            for _ in range(500):
                answer = s.reply()
                codes.append((answer.code, answer.enhanced))
        del s.replies[3:-3]
        t.eq(codes[:1000], [(250, '2.1.5')] * 1000, '1,000 are taken')
        t.eq(codes[1000:], [(452, '4.5.3')] * 9000, '9,000 must come again')
        answer = s.data(b'Subject: many\r\n\r\n')
        t.eq(answer.code, 250, 'the message is taken for the others')
    t.ok(i.idle(), 'it leaves the queue')
    t.eq([len(i.mail(user)) for user in ('alice', 'bob', 'carol', 'dave')],
        [1, 1, 1, 0], 'each of the 1,000 got it once, no other')
    i.empty()


def long_line(t, i):
    with session(i) as s:
        says(t, s, 'NOOP ' + 'x' * 100000, 500, '5.5.2',
            'a line of 100,000 octets')
        says(t, s, 'MAIL FROM:<%s@b.example>' % ('x' * 100000), 500, '5.5.2')
        says(t, s, 'NOOP', 250, name='the session goes on')
        s.envelope('a@b.example', [i.address('carol')])
        text = b'z' * 100000 + b'\r\n'
        answer = s.data(text)
        t.eq(answer.code, 250, 'a text line of 100,000 octets')
    one = Delivered(i.arrived('carol')[0])
    t.eq(one.message, text.replace(b'\r', b''), 'and it arrives whole')
    i.empty()


def pipelining(t, i):
    """Everything in one packet, even what RFC 2920 says must wait."""
    lines = ('EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<%s>\r\n'
        'RCPT TO:<nobody@%s>\r\nDATA\r\nSubject: p\r\n\r\n..\r\n.\r\n'
        'MAIL FROM:<>\r\nRCPT TO:<%s>\r\nDATA\r\n.\r\nQUIT\r\nNOOP\r\n' % (
        i.address('alice'), i.domain, i.address('bob'))).encode()
    want = [250, 250, 250, 550, 354, 250, 250, 250, 354, 250, 221]
    with session(i, ehlo=False) as s:
        s.write(lines)
        s.socket.shutdown(socket.SHUT_WR)
        codes = [s.reply().code for _ in want]
        t.eq(codes, want, 'a whole session in one packet')
        closed(t, s, 'nothing is answered behind QUIT')
    with session(i, ehlo=False) as s:
        for octet in lines:
            s.write(bytes([octet]))
        t.eq([s.reply().code for _ in want], want, 'and octet by octet')
    wait_for(lambda: len(i.mail('alice')) == len(i.mail('bob')) == 2)
    t.eq([Delivered(path).message for user in ('alice', 'bob')
        for path in i.mail(user)], [b'Subject: p\n\n.\n'] * 2 + [b''] * 2,
        'four messages arrive as they were')
    i.empty()


SMUGGLED = b'MAIL FROM:<evil@b.example>\r\nRCPT TO:<%s>\r\nDATA\r\nevil\r\n'


def bare_lf(t, i):
    """Only CRLF.CRLF ends data; a bare LF never does, and is refused."""
    smuggled = SMUGGLED % i.address('bob').encode()
    for dot in b'\n.\r\n', b'\r\n.\n', b'\n.\n', b'\n\n.\r\n', b'\r\n\n.\r\n', \
            b'\n.\n\r\n', b'\r\n.\r\r\n.\n', b'x\n':
        with session(i) as s:
            s.envelope('a@b.example', [i.address('alice')])
            answer = s.data(b'Subject: x\r\n\r\ntext' + dot + smuggled)
            t.ok(answer.code == 550 and answer.enhanced == '5.5.2',
                'bare LF in %r: refused' % dot, answer)
            says(t, s, 'NOOP', 250, '2.0.0', 'and one message in step')
    t.ok(i.logged('refused=5.5.2'), 'the log has it')
    t.eq([i.mail('alice'), i.mail('bob'), i.waiting()], [[], [], []],
        'nothing came of it')


def bare_cr(t, i):
    """A bare CR or a NUL is an octet like others and ends nothing."""
    smuggled = SMUGGLED % i.address('bob').encode()
    for dot in b'\r.\r', b'\r.\r\n', b'\r\n.\r', b'\r\n.\r\r\n', b'\r\n.\0\r\n', \
            b'\0\r\n\0.\r\n', b'\r\r\n.x\r\n':
        with session(i) as s:
            s.envelope('a@b.example', [i.address('alice')])
            octets = b'Subject: x\r\n\r\ntext' + dot + smuggled
            answer = s.data(octets)
            t.eq(answer.code, 250, 'CR, NUL in %r: no end' % dot)
            says(t, s, 'NOOP', 250, '2.0.0', 'and one message in step')
        want = octets.replace(b'\r\n.', b'\r\n').replace(b'\r\n', b'\n')
        got = Delivered(i.arrived('alice')[0]).message
        t.eq(got, want, 'it arrives as it was')
        i.empty()
    t.eq(i.mail('bob'), [], 'nothing was smuggled to bob')


def nul(t, i):
    with session(i) as s:
        says(t, s, 'NOOP\0', 500, '5.5.2', 'NUL behind a verb')
        says(t, s, 'MAIL FROM:<a@b.example>\0 SIZE=1', 500, '5.5.2')
        says(t, s, 'NOOP', 250)


def errors_limit(t, i):
    with session(i) as s:
        answers = [s.command('XYZZY')]
        while answers[-1] is not None and len(answers) < 1000 and \
                answers[-1].code == 500:
            s.write(b'XYZZY\r\n')
            answers.append(s.reply())
        t.ok(answers[-1] is not None and answers[-1].code == 421 and
            answers[-1].enhanced == '4.7.0' and 10 <= len(answers) <= 100,
            'errors without end: 421', len(answers), answers[-1])
        closed(t, s, 'and the server hangs up')
    with session(i) as s:
        s.command('MAIL FROM:<>')
        codes = []
        while len(codes) < 2000 and (not codes or codes[-1] == 550):
            codes.append(s.command('RCPT TO:<guess%d@%s>' % (len(codes),
                i.domain)).code)
        t.ok(codes[-1] == 421 and len(codes) >= 100,
            'guessing addresses without end: 421', len(codes), codes[-1])
        closed(t, s, 'and the server hangs up')
    t.ok(i.logged('sent away after'), 'the log has it')


def dropped(t, i):
    """A client that leaves inside DATA leaves nothing behind."""
    for part in b'', b'Subject: x\r\n', b'x' * 200000, b'text\r\n.', \
            b'text\r\n.\r', b'big' * 200000:
        s = i.smtp()
        s.envelope('a@b.example', [i.address('alice')])
        s.command('DATA')
        s.write(part)
        s.close()
    t.eq(len(i.logged('lost within the message', n=6)), 6, 'the log has all')
    i.send(i.address('bob'))
    t.eq(len(i.arrived('bob')), 1, 'the next message goes through')
    t.ok(i.idle(), 'the queue is empty')
    t.eq([i.mail('alice'), os.listdir(i.queue + '/tmp')], [[], []],
        'nothing of the others is there')
    i.empty()


def sessions_side_by_side(t, i):
    """One that dawdles inside DATA is not in the others' way."""
    slow = [i.smtp() for _ in range(20)]
    for s in slow:
        s.envelope('a@b.example', [i.address('alice')])
        s.command('DATA')
        s.write(b'Subject: slow\r\n')
    ids = [i.send(i.address('bob')) for _ in range(10)]
    t.eq(len(i.arrived('bob', 10)), len(ids), 'ten go past twenty that wait')
    for s in slow:
        s.write(b'\r\n.\r\n')
    t.eq([s.reply().code for s in slow], [250] * 20, 'and the twenty arrive')
    for s in slow:
        s.close()
    t.eq(len(i.arrived('alice', 20)), 20, 'each once')
    i.empty()


def drip(s, first, octet, stop):
    """Send octets slowly until the server has had enough."""
    with contextlib.suppress(OSError):
        s.write(first)
        while not stop.wait(0.3):
            s.write(octet)


def deadlines(t, top):
    """SMTP_TIMEOUT_S for a line and a wait, SMTP_DATA_S for a message."""
    with Instance(top, 'slow', SMTP_TIMEOUT_S=2, SMTP_DATA_S=3) as i:
        stop = threading.Event()
        cases = []
        for name, data, first, octet in [
                ('a client that says nothing', False, b'', b''),
                ('a line that drips', False, b'NOOP ', b'x'),
                ('silence within DATA', True, b'Subject: x\r\n', b''),
                ('a message that drips', True, b'Subject: x\r\n', b'x')]:
            s = Smtp(i.host, i.port)
            if data:
                s.envelope('a@b.example', [i.address('alice')])
                s.command('DATA')
            thread = threading.Thread(target=drip, args=(s, first, octet,
                stop))
            thread.start()
            cases.append((name, s, thread))
        for name, s, thread in cases:
            answer = s.reply()
            t.ok(answer is not None and answer.code == 421 and
                answer.enhanced == '4.4.2', '%s: 421' % name, answer)
            closed(t, s, 'and the server hangs up')
            seen.extend(s.replies)
        stop.set()
        for _, s, thread in cases:
            thread.join()
            s.close()
        t.eq([i.mail('alice'), i.waiting(), os.listdir(i.queue + '/tmp')],
            [[], [], []], 'nothing of them is left')
        i.send(i.address('bob'))
        t.eq(len(i.arrived('bob')), 1, 'a client that is quick is served')


def enhanced_codes(t, i):
    """RFC 2034: all but the greeting, HELO, EHLO and 354 have one."""
    bare = [answer.text for answer in seen if not answer.enhanced and
        not answer.text.startswith(('220 ' + i.name, '354 ', '250 ' + i.name,
        '250-' + i.name))]
    wrong = [answer.text for answer in seen if answer.enhanced and
        answer.enhanced[0] != answer.text[0]]
    long = [line for answer in seen for line in answer.lines
        if len(line) > 510]
    t.ok(len(seen) > 300, 'there were many replies', len(seen))
    t.eq((bare, wrong), ([], []), 'each reply has its enhanced code')
    t.eq(long, [], 'no reply is longer than 512 octets')


def main():
    t = Tap()
    with folder() as top:
        with Instance(top, SMTP_SIZE_MAX=SIZE_MAX) as i:
            i.add_user('dave')
            i.add_lines('aliases', LONG_LOCAL + ': alice', 'r0: alice',
                'r999: carol', *('r%d: %s' % (n, 'bob' if n < 1000 else 'dave')
                for n in range(10000) if n not in (0, 999)))
            i.add_lines('local-host-names', LONG_DOMAIN)
            for case in verbs, states, protocol_in_received, evil_helo, \
                    bad_addresses, good_addresses, quoted_sender, \
                    who_gets_mail, closed_relay, parameters, too_big, \
                    minimum_limits, many_recipients, long_line, pipelining, \
                    bare_lf, bare_cr, nul, errors_limit, dropped, \
                    sessions_side_by_side:
                t.run(case, i)
            t.run(deadlines, top)
            t.run(enhanced_codes, i)
    t.done()


main()
