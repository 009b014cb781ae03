#!/usr/bin/env python3
"""dnsq with a table instead of the DNS: every kind of line, names with '*', a
table that changes, and one that is broken."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dns import Dnsq, Tap, folder, wait_for

TABLE = '''# hosts of the test
example.org     mx      20 MX2.example.org
example.org\tmx 10 mx1.example.org

MX1.Example.org a       192.0.2.1
mx1.example.org a       192.0.2.2
mx1.example.org aaaa    2001:DB8:0::1
mx2.example.org cname   mx1.example.org
null.example.org mx     0 .
example.org     txt     v=spf1 mx  -all
192.0.2.1       ptr     mx1.example.org
2001:db8::1     ptr     mx1.example.org
_25._tcp.mx1.example.org tlsa 3 1 1 00aaff
_25._tcp.mx1.example.org secure
safe.example.org cname  safe2.example.org
safe.example.org secure
safe2.example.org a     192.0.2.3
safe2.example.org secure
half.example.org cname  safe2.example.org
busy.example.org later
led.example.org cname   busy.example.org
one.example.org cname   two.example.org
two.example.org cname   one.example.org
gone.example.org cname  nowhere.example.org
*.wild.example  mx      1 mx1.example.org
real.wild.example a     192.0.2.9
*.more.wild.example a   192.0.2.10
'''


def put(path, text, rename=True):
    with open(path + '.new' if rename else path, 'w') as f:
        f.write(text)
    if rename:
        os.rename(path + '.new', path)


def lines(t, top):
    path = os.path.join(top, 'table')
    put(path, TABLE)
    with Dnsq(top, DNS_TABLE=path) as d:
        for question, want in (
                ('mx example.org', ['status ok', 'mx 20 mx2.example.org',
                    'mx 10 mx1.example.org']),
                ('addr mx1.example.org', ['status ok', 'a 192.0.2.1',
                    'a 192.0.2.2', 'aaaa 2001:db8::1']),
                ('addr mx2.example.org', ['status ok', 'a 192.0.2.1',
                    'a 192.0.2.2', 'aaaa 2001:db8::1',
                    'cname mx1.example.org']),
                ('mx null.example.org', ['status ok', 'mx 0 .']),
                ('txt example.org', ['status ok', 'txt v=spf1 mx  -all']),
                ('ptr 192.0.2.1', ['status ok', 'ptr mx1.example.org']),
                ('ptr 2001:db8:0::1', ['status ok', 'ptr mx1.example.org']),
                ('ptr 192.0.2.2', ['status nodomain']),
                ('tlsa _25._tcp.mx1.example.org', ['status ok',
                    'tlsa 3 1 1 00aaff', 'secure yes']),
                ('a safe.example.org', ['status ok', 'a 192.0.2.3',
                    'cname safe2.example.org', 'secure yes']),
                ('a half.example.org', ['status ok', 'a 192.0.2.3',
                    'cname safe2.example.org']),
                ('aaaa safe2.example.org', ['status none', 'secure yes']),
                ('addr example.org', ['status none']),
                ('mx busy.example.org', ['status later']),
                ('mx led.example.org', ['status later']),
                ('mx one.example.org', ['status later']),
                ('a gone.example.org', ['status nodomain',
                    'cname nowhere.example.org']),
                ('mx x.example.org', ['status nodomain']),
                ('mx a.b.wild.example', ['status ok',
                    'mx 1 mx1.example.org']),
                ('mx real.wild.example', ['status none']),
                ('a x.more.wild.example', ['status ok', 'a 192.0.2.10']),
                ('mx wild.example', ['status nodomain'])):
            t.eq(d.ask(question), want, question)
        t.eq(d.ttl('mx example.org'), 60, 'the ttl')
        t.eq(d.workers(), [], 'there are no workers')


def changes(t, top):
    path = os.path.join(top, 'changing')

    def says(n):
        return wait_for(lambda: d.ask('a x.org') == ['status ok',
            'a 192.0.2.%d' % n], 10)
    put(path, 'x.org a 192.0.2.1\n')
    with Dnsq(top, DNS_TABLE=path) as d:
        t.ok(says(1), 'as it is')
        put(path, 'x.org a 192.0.2.2')
        t.ok(says(2), 'another by rename, without LF at its end')
        put(path, 'x.org a 192.0.2.33\n', rename=False)
        t.ok(says(33), 'another text in the same file')
        put(path, '# x\n\nx.org a 192.0.2.4\nx.org b 192.0.2.4\n')
        t.ok(says(33), 'a wrong line: the old table stays')
        d.ask('a x.org')
        log = d.log()
        t.eq([line for line in log.splitlines() if 'old table' in line],
            ['dnsq: %s:4: the word behind the name is none of mx, a, aaaa, '
            'cname, ptr, txt, tlsa, later, secure; the old table stays' %
            path], 'said once, with file and line')
        os.unlink(path)
        t.ok(says(33), 'no file: the old table stays')
        t.eq(d.log().count('cannot be read'), 1, 'said once')
        put(path, 'X.ORG a 192.0.2.5\n* a 192.0.2.6\n')
        t.ok(says(5), 'mended')
        t.eq(d.ask('a anything'), ['status ok', 'a 192.0.2.6'], "by '*'")
        put(path, '')
        t.ok(wait_for(lambda: d.ask('a x.org') == ['status nodomain'], 10),
            'an empty one')


def wrong(t, top):
    path = os.path.join(top, 'wrong')
    put(path, 'x.org a 192.0.2.1\n')
    with Dnsq(top, DNS_TABLE=path) as d:
        for n, line in enumerate(('x.org', 'x.org a', 'x.org a 1.2.3',
                'x.org a ::1', 'x.org aaaa 192.0.2.1', 'x.org mx mx.org',
                'x.org mx 65536 mx.org', 'x.org mx 1', 'x.org mx 1 a b',
                'x.org cname', 'x.org cname a b', 'x.org later now',
                'x.org secure yes', 'x.org addr 192.0.2.1', ' a 192.0.2.1',
                'x..org a 192.0.2.1', 'x.org. a 192.0.2.1',
                'a*.org a 192.0.2.1', '*x a 192.0.2.1', 'x.org ptr y.org',
                '2001:0db8::1 ptr y.org', 'x.org tlsa 3 1 1 abc',
                'x.org tlsa 3 1 1 AB', 'x.org tlsa 3 1 256 ab',
                'x.org tlsa 3 1 ab', 'x.org txt a\x01b',
                'x' * 64 + '.org a 192.0.2.1')):
            put(path, '%sx.org a 192.0.2.7\n%s\n' % ('#' * n + '\n', line))
            t.ok(d.ask('a x.org') == ['status ok', 'a 192.0.2.1'] and
                d.log().count('%s:3: ' % path) == n + 1, 'refused: %r' %
                line[:30], d.log())


def main():
    t = Tap()
    with folder() as top:
        for case in lines, changes, wrong:
            t.run(case, top)
    t.done()


main()
