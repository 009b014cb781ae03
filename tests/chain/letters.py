"""Messages for tests: as mail programs make them, and by hand."""

import email.generator
import email.message
import email.policy
import io
import os
import random

SEED = int(os.environ.get('SEED', '1'))

WORDS = ('mail server queue Grüße straße naïve ﬁn 日本語 русский текст عربى '
    'the of and From From: .dot ..dots > >From = =3D =20 -- --boundary '
    'http://example.org/?a=b&c=d ' + 'x' * 80).split()


def text(r, lines):
    return '\n'.join(' '.join(r.choice(WORDS) for _ in range(r.randrange(12)))
        for _ in range(lines)) + '\n'


def make(r, n):
    """A message as a mail program would make it; n chooses its kind."""
    m = email.message.EmailMessage(policy=email.policy.SMTP)
    m['Message-ID'] = '<%d.%d@client.example.net>' % (SEED, n)
    m['From'] = '"Sender, Sélène" <sender@example.net>'
    m['To'] = ', '.join('"R %d" <r%d@example.org>' % (k, k)
        for k in range(r.randrange(1, 30)))
    m['Date'] = 'Tue, 24 Nov 2026 10:57:27 +0000'
    m['Subject'] = text(r, 1).strip() or 'nothing'
    if n % 5 == 0:		# it has travelled
        m['Received'] = 'from a.example by b.example; Tue, 24 Nov 2026 ' \
            '10:57:26 +0000'
        m['Delivered-To'] = 'somebody@elsewhere.example'
        m['Return-Path'] = '<bounce@elsewhere.example>'
    m.set_content(text(r, r.randrange(40)), cte=('quoted-printable', 'base64',
        '8bit')[n % 3])
    if n % 4 == 1:
        m.add_alternative('<html><body><p>%s</p></body></html>\n' %
            text(r, 3), subtype='html')
        m.get_payload()[1].add_related(r.randbytes(500), 'image', 'png',
            cid='<i%d>' % n)
    if n % 4 == 2:
        for k in range(r.randrange(1, 4)):
            m.add_attachment(r.randbytes(r.randrange(30000)), 'application',
                'octet-stream', filename='données %d.bin' % k)
    if n % 4 == 3 and n > 8:
        m.add_attachment(make(r, n // 3))
    return m


def made(count):
    """(name, octets with CRLF) of that many messages."""
    r = random.Random(SEED)
    for n in range(count):
        out = io.BytesIO()
        email.generator.BytesGenerator(out, policy=email.policy.SMTP,
            mangle_from_=bool(n & 16)).flatten(make(r, n))
        yield 'message %d' % n, out.getvalue()


# By hand, with LF line ends: what generators do not make.
HEAD = b'From: a@b.example\nSubject: by hand\n\n'
BY_HAND = [
    ('nothing at all', b''),
    ('one empty line', b'\n'),
    ('only header lines', b'Subject: only\nFrom: a@b.example\n'),
    ('a header line that is not ended by an empty one', b'Subject: x\n'),
    ('only a body', b'\nbody\n'),
    ('a body with no header that looks like text', b'just text\nmore\n'),
    ('a first line that goes on from our own header', b' x\n\ty\nSubject: z\n'),
    ('dot lines', HEAD + b'.\n..\n...\n.a\n. \n.\n'),
    ('only a dot', b'.\n'),
    ('empty lines at the end', HEAD + b'\n\n\n\n'),
    ('From lines', HEAD + b'From x\n>From y\n\nFrom z\n'),
    ('lines of 998 octets', HEAD + (b'l' * 998 + b'\n') * 200),
    ('a line of 100,000 octets', HEAD + b'l' * 100000 + b'\n'),
    ('lines around the buffers\' ends', HEAD + b''.join(b'%d' % n +
        b'.' * n + b'\n' for n in range(16370, 16400))),
    ('8-bit octets', HEAD + bytes(range(128, 256)) * 40 + b'\n'),
    ('every octet', HEAD + bytes(n for n in range(256) if n != 10) + b'\n'),
    ('CR inside', HEAD + b'a\rb\r\rc\n\r\r.\rd\n'),
    ('trailing blanks', HEAD + b'a \t \n \n\t\n'),
    ('a trailer like that of a queue file', HEAD +
        b'\nend 00000000000000000003 00000000 00000000\n'),
    ('a header of 1,000 lines', b''.join(b'X-%d: y\n\tz\n' % n
        for n in range(1000)) + b'\nbody\n'),
    ('a header line of 100,000 octets', b'X: ' + b'y' * 100000 + b'\n\nz\n'),
    ('99 Received lines', b'Received: x\n' * 99 + b'\n'),
    ('a million short lines', b'\n' + b'a\n' * 1000000),
]
# What DATA cannot carry.
DESCRIPTORS_ONLY = [
    ('no final newline', HEAD + b'the end'),
    ('one octet', b'x'),
    ('a final CR', HEAD + b'x\r'),
    ('a final dot', HEAD + b'.'),
    ('CRLF line ends', HEAD.replace(b'\n', b'\r\n') + b'a\r\nb\r\n'),
    ('a header line without an end', b'Subject: x'),
]
