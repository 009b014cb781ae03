#!/usr/bin/env python3
"""dnsq before a server of the DNS that says what a test wants: every answer,
trouble, lies, the cache, many questions at once, workers that die."""

import os
import random
import signal
import socket
import struct
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dns import (BIN, Dnsq, FORMERR, NXDOMAIN, REFUSED, ROOT, SERVFAIL, Server,
    Tap, UID, a, aaaa, cname, folder, mx, name, now, rr, soa, status, txt,
    wait_for)

# A slow machine is no silent server: one attempt of 30 seconds. resolv.conf(5)
PATIENT = {'RES_OPTIONS': 'timeout:30 attempts:1'}
POINTER = b'\xc0\x0c'		# to the question's name


def several(t, d, cases):
    for question, want in cases:
        t.eq(d.ask(question), want, question)


# What the zone of example.org says.

def zone(q, tcp):
    def no():
        return q.answer(authority=[soa('example.org')])
    answers = {
        'mx example.org': [mx(q.name, 20, 'MX2.example.org'),
            mx(POINTER, 10, 'mx1.example.org')],
        'mx null.example.org': [mx(q.name, 0, '.')],
        'a mx1.example.org': [a(q.name, '192.0.2.2'),
            a(q.name, '192.0.2.1'), a(q.name, '192.0.2.3')],
        'aaaa mx1.example.org': [aaaa(q.name, '2001:DB8::1')],
        'a four.example.org': [a(q.name, '192.0.2.4')],
        'aaaa six.example.org': [aaaa(q.name, '2001:db8::6')],
        'a www.example.org': [cname(q.name, 'web.example.org'),
            cname('Web.example.org', 'host.example.net', 30),
            a('host.example.net', '192.0.2.9')],
        'a order.example.org': [a('z.example.org', '192.0.2.8'),
            cname('y.example.org', 'z.example.org'),
            cname(q.name, 'y.example.org')],
        'ptr 1.2.0.192.in-addr.arpa': [rr(q.name, 'ptr',
            name('mx1.example.org'))],
        'ptr 1.%sip6.arpa' % ('0.' * 23 + '8.b.d.0.1.0.0.2.'): [rr(q.name,
            'ptr', name('six.example.org'))],
        'txt example.org': [txt(q.name, b'v=spf1 ', b'-all'),
            txt(q.name, b'a\0b\nc\xe4 "d"'), txt(q.name, b'')],
        'tlsa _25._tcp.mx1.example.org': [rr(q.name, 'tlsa',
            bytes([3, 1, 1]) + bytes(range(0, 255, 8)))],
        'mx strange.example.org': [mx(q.name, 1, 'a b.example.org'),
            mx(q.name, 2, 'x.$(reboot).example.org'),
            mx(q.name, 3, '\xe4.example.org'), mx(q.name, 5, 'good.example.org')],
        'mx stranger.example.org': [mx(q.name, 1, 'a b.example.org')],
        'mx many.example.org': [mx(q.name, i, 'mx%d.example.org' % i)
            for i in range(300)],
    }
    found = answers.get('%s %s' % (q.kind, q.name))
    if found is None:
        if q.name.startswith('no.'):
            return q.answer(rcode=NXDOMAIN, authority=[soa('example.org')])
        return no()
    whole = q.answer(*found)
    if len(whole) > 512 and not tcp:
        return q.answer(tc=True)
    return whole


def types(t, top):
    with Server(zone) as s, Dnsq(top, s) as d:
        several(t, d, [
            ('mx Example.ORG.', ['status ok', 'mx 20 mx2.example.org',
                'mx 10 mx1.example.org']),
            ('mx null.example.org', ['status ok', 'mx 0 .']),
            ('addr mx1.example.org', ['status ok', 'a 192.0.2.2',
                'a 192.0.2.1', 'a 192.0.2.3', 'aaaa 2001:db8::1']),
            ('addr four.example.org', ['status ok', 'a 192.0.2.4']),
            ('addr six.example.org', ['status ok', 'aaaa 2001:db8::6']),
            ('addr example.org', ['status none']),
            ('addr no.example.org', ['status nodomain']),
            ('aaaa six.example.org', ['status ok', 'aaaa 2001:db8::6']),
            ('addr www.example.org', ['status ok', 'a 192.0.2.9',
                'cname host.example.net']),
            ('a order.example.org', ['status ok', 'a 192.0.2.8',
                'cname z.example.org']),
            ('ptr 192.0.2.1', ['status ok', 'ptr mx1.example.org']),
            ('ptr 2001:0db8::1', ['status ok', 'ptr six.example.org']),
            ('ptr 192.0.2.2', ['status none']),
            ('txt example.org', ['status ok', 'txt v=spf1 -all',
                'txt a?b?c\xe4 "d"', 'txt ']),
            ('tlsa _25._tcp.mx1.example.org', ['status ok', 'tlsa 3 1 1 ' +
                bytes(range(0, 255, 8)).hex()]),
            ('mx no.example.org', ['status nodomain']),
            ('mx mx1.example.org', ['status none']),
            ('mx strange.example.org', ['status ok',
                'mx 5 good.example.org']),
            ('mx stranger.example.org', ['status later'])])
        got = d.ask('mx many.example.org')
        t.ok(got[0] == 'status ok' and got[1:] == ['mx %d mx%d.example.org' %
            (i, i) for i in range(128)], '300 MX records by TCP: 128 of them',
            len(got), got[:3])
        t.ok(s.count('mx many.example.org') == 2, 'asked twice: UDP, TCP')
        t.ok(0 < d.ttl('a www.example.org') <= 30, 'ttl is the least one')
        t.ok(d.ttl('mx mx1.example.org') <= 60, 'or the SOA minimum')


def trouble(t, top):
    def say(q, tcp):
        kind = q.name.split('.')[0]
        if kind == 'formerr':
            return q.answer(rcode=FORMERR) if q.edns else \
                q.answer(mx(q.name, 10, 'old.example.org'))
        return {
            'servfail': lambda: q.answer(rcode=SERVFAIL),
            'refused': lambda: q.answer(rcode=REFUSED),
            'code': lambda: q.answer(rcode=9),
            'referral': lambda: q.answer(ra=False,
                authority=[rr('org', 'ns', name('ns.org'))]),
            'own': lambda: q.answer(ra=False, aa=True),
            'nosoa': lambda: q.answer(),
            'circle': lambda: q.answer(cname(q.name, 'b.org'),
                cname('b.org', q.name)),
            'self': lambda: q.answer(cname(q.name, q.name)),
            'long': lambda: q.answer(*[cname('%d.org' % i if i else q.name,
                '%d.org' % (i + 1)) for i in range(20)],
                mx('20.org', 1, 'mx.org')),
            'sixteen': lambda: q.answer(*[cname('%d.org' % i if i else q.name,
                '%d.org' % (i + 1)) for i in range(16)],
                mx('16.org', 1, 'mx.org')),
            'broken': lambda: q.answer(cname(q.name, 'b.org'),
                mx('c.org', 10, 'mx.org')),
            'astray': lambda: q.answer(mx('c.org', 10, 'mx.org')),
            'led': lambda: q.answer(cname(q.name, 'b.org'), rcode=NXDOMAIN),
            'contrary': lambda: q.answer(mx(q.name, 10, 'mx.org'),
                rcode=NXDOMAIN),
        }[kind]()
    with Server(say) as s, Dnsq(top, s) as d:
        several(t, d, [('mx %s.org' % kind, ['status ' + want]) for kind, want
            in (('servfail', 'later'), ('refused', 'later'), ('code', 'later'),
            ('referral', 'later'), ('own', 'none'), ('nosoa', 'none'),
            ('circle', 'later'), ('self', 'later'), ('long', 'later'),
            ('broken', 'later'), ('astray', 'later'),
            ('contrary', 'later'))])
        t.eq(d.ask('mx led.org'), ['status nodomain', 'cname b.org'],
            'a CNAME to no domain')
        t.eq(d.ask('mx sixteen.org'), ['status ok', 'mx 1 mx.org',
            'cname 16.org'], 'sixteen CNAMEs are followed')
        t.eq(d.ask('mx formerr.org'), ['status ok', 'mx 10 old.example.org'],
            'a server that does not know EDNS')
        t.ok('mx=servfail.org status=later why=unanswered' in d.log() and
            'mx=circle.org status=later why=unusable' in d.log(),
            'a line for each later', d.log())
        d.ask('mx nosoa.org')
        t.eq(s.count('mx nosoa.org'), 2, 'without SOA it is not kept')


def lies(t, top):
    """Wrong packets are passed over, and what has the right head but is no good
    is no answer."""
    def good(q):
        return q.answer(mx(q.name, 10, 'mx.org'))

    def loop(q):		# a name that points to itself
        at = 12 + len(q.octets) + 12 + 2
        return q.answer(rr(q.name, 'mx', b'\0\x0a' + struct.pack('>H', 0xc000 |
            at + len(name(q.name)) - 2)))
    wrong = {
        'id': lambda q: q.answer(id=q.id ^ 1),
        'question': lambda q: q.answer(question=name('x.org') + b'\0\x0f\0\1'),
        'type': lambda q: q.answer(question=name(q.name) + b'\0\1\0\1'),
    }
    bad = {
        'short': lambda q: good(q)[:11],
        'one': lambda q: b'x',
        'empty': lambda q: b'',
        'ask': lambda q: struct.pack('>HHHHHH', q.id, 0x100, 1, 0, 0, 0) +
            q.octets,
        'loop': loop,
        'self': lambda q: q.answer(rr(b'\xc0' + bytes([12 + len(q.octets)]),
            'mx', b'\0\1' + name('mx.org'))),
        'beyond': lambda q: q.answer(rr(q.name, 'mx', b'\0\1\xff\xff')),
        'counts': lambda q: q.answer(mx(q.name, 1, 'mx.org'),
            counts=(1, 65535, 65535, 65535)),
        'cut': lambda q: good(q)[:-3],
        'more': lambda q: good(q) + b'more',
        'rdata': lambda q: q.answer(rr(q.name, 'mx', b'\0')),
        'none': lambda q: q.answer(rr(q.name, 'mx', b'')),
        'label': lambda q: q.answer(rr(q.name, 'mx', b'\0\1' + b'\x80x\0')),
        'over': lambda q: q.answer(rr(q.name, 'mx', b'\0\1\x02mx')),
        'name': lambda q: q.answer(mx(q.name, 1, '.'.join(['x' * 63] * 5))),
        'class': lambda q: q.answer(rr(q.name, 'mx', b'\0\1' + name('mx.org'),
            cls=3)),
    }

    def say(q, tcp):
        kind = q.name.split('.')[0]
        if kind in wrong:
            return [wrong[kind](q), wrong[kind](q), good(q)]
        if kind == 'only':
            return wrong['id'](q)
        return bad[kind](q)
    with Server(say) as s, Dnsq(top, s, DNSQ_TIMEOUT_S=5) as d:
        for kind in wrong:
            t.eq(d.ask('mx %s.org' % kind), ['status ok', 'mx 10 mx.org'],
                'passed over: ' + kind)
        for kind in bad:
            got = d.ask('mx %s.org' % kind)
            want = 'status none' if kind == 'class' else 'status later'
            t.eq(got, [want], 'of no use: ' + kind)
        t.eq(d.ask('mx only.org'), ['status later'], 'only a wrong one')
        t.eq(len(d.workers()), 8, 'eight workers live')


def spoilt(t, top):
    """Octets changed in a good response: never more than it says, no crash."""
    dice = random.Random(os.environ.get('SEED', '1'))

    def say(q, tcp):
        whole = bytearray(q.answer(cname(q.name, 'w.org'),
            mx('w.org', 10, 'mx.org'), mx('w.org', 20, 'mx2.org'),
            authority=[soa('org')]))
        with lock:
            for _ in range(dice.randrange(1, 5)):
                whole[dice.randrange(2, len(whole))] = dice.randrange(256)
        return [bytes(whole), q.answer(mx(q.name, 1, 'end.org'))]
    lock = threading.Lock()
    with Server(say) as s, Dnsq(top, s) as d:
        before = sorted(d.workers())
        got = [d.say(b'mx %d.org\n' % i) for i in range(500)]
        t.eq([one for one in got if one is None or not one.startswith(
            ('status ok', 'status none', 'status later', 'status nodomain'))],
            [], '500 spoilt responses are answered')
        t.ok(sum('end.org' in one for one in got) > 50 and sum('w.org' in one
            for one in got) > 50, 'some by what came after them')
        t.eq(sorted(d.workers()), before, 'no worker has died')


def secure(t, top):
    def say(q, tcp):
        ad = q.ad and not q.name.startswith('plain') and \
            not (q.name.startswith('half') and q.kind == 'aaaa')
        if q.kind == 'a':
            return q.answer(a(q.name, '192.0.2.1'), ad=ad)
        if q.kind == 'mx' and q.name.startswith('lie'):
            return q.answer(mx(q.name, 1, 'mx.org'), ad=True)
        return q.answer(authority=[soa('org')], ad=ad)
    with Server(say) as s:
        with Dnsq(top, s, DNS_TRUST_AD=1) as d:
            for question, want in (('a x.org', 'yes'), ('mx x.org', 'yes'),
                    ('addr x.org', 'yes'), ('a plain.org', 'no'),
                    ('addr half.org', 'no')):
                t.ok(d.say(question.encode() + b'\n').endswith(
                    '\nsecure %s\n' % want), 'believed: %s: %s' % (question,
                    want))
        with Dnsq(top, s) as d:
            for question in 'a x.org', 'mx lie.org', 'addr x.org':
                t.ok(d.say(question.encode() + b'\n').endswith(
                    '\nsecure no\n'), 'not believed: ' + question)


def cache(t, top):
    def say(q, tcp):
        kind = q.name.split('.')[0]
        if kind == 'later':
            return q.answer(rcode=SERVFAIL)
        if kind == 'no':
            return q.answer(rcode=NXDOMAIN, authority=[soa('org', 86400,
                86400)])
        return q.answer(mx(q.name, 10, 'mx.org', ttl=int(kind)))
    with Server(say) as s, Dnsq(top, s) as d:
        for _ in range(3):
            got = d.ask('mx 300.org')
        t.eq((got, s.count('mx 300.org')), (['status ok', 'mx 10 mx.org'], 1),
            'kept')
        d.ask('mx 300.ORG.')
        t.eq(s.count('mx 300.org'), 1, 'in other letters too')
        d.ask('mx 1.org')
        t.ok(wait_for(lambda: d.ask('mx 1.org') and s.count('mx 1.org') > 1),
            'for its time')
        t.ok(wait_for(lambda: d.ttl('mx 300.org') < 299), 'which runs')
        for _ in range(3):
            d.ask('mx 0.org')
        t.eq(s.count('mx 0.org'), 3, 'ttl 0 is not kept')
        t.eq(d.ttl('mx 999999.org'), 3600, 'an hour at most')
        t.eq(d.ttl('mx 4294967295.org'), 0, 'a ttl that is none')
        t.eq(d.ttl('mx no.org'), 300, 'what is not there: 5 minutes')
        t.eq(d.ttl('mx later.org'), 10, 'later: 10 seconds')
        n = s.count('mx later.org')
        d.ask('mx later.org')
        t.eq(s.count('mx later.org'), n, 'in which nobody asks')
        for i in range(5000):
            d.ask('mx %d.%d.org' % (3600, i))
        n = s.count('mx 300.org')
        d.ask('mx 3600.4999.org')
        d.ask('mx 300.org')
        t.eq((s.count('mx 3600.4999.org'), s.count('mx 300.org')), (1, n + 1),
            'of 5,000 the oldest went')


def many(t, top):
    """Slow names hold up only who asks them."""
    go = threading.Event()

    def say(q, tcp):
        if q.name.startswith('slow'):
            go.wait(60)
        return q.answer(mx(q.name, 10, 'mx.' + q.name))
    with Server(say) as s, Dnsq(top, s, DNSQ_TIMEOUT_S=60, **PATIENT) as d:
        slow = [d.connect() for _ in range(60)]
        for i, one in enumerate(slow):
            one.send(b'mx slow%d.org\n' % (i % 5))
        t.ok(wait_for(lambda: all(s.count('mx slow%d.org' % i)
            for i in range(5))), 'five slow names are asked by sixty')
        got, lock = [], threading.Lock()

        def asker(n):
            with d.connect() as one:
                for i in range(25):
                    answer = d.ask('mx n%d-%d.org' % (n, i), one)
                    with lock:
                        got.append(answer == ['status ok',
                            'mx 10 mx.n%d-%d.org' % (n, i)])
        threads = [threading.Thread(target=asker, args=(n,)) for n in
            range(20)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        t.eq((len(got), all(got)), (500, True), '500 others are answered')
        d_later = d.log().count('later')
        slow.pop().close()		# one hangs up
        go.set()
        answers = [one.recv(65536).decode() for one in slow]
        t.ok(all(answer.startswith('status ok\nmx 10 mx.slow%d.org\n' % (i % 5))
            for i, answer in enumerate(answers)), 'then the slow ones',
            answers[:3], d.log())
        t.eq(d_later, 0, 'nobody was told later')
        t.ok(all(s.count('mx slow%d.org' % i) == 1 for i in range(5)),
            'each was asked once, not by everybody')
        for one in slow:
            one.close()


def pipeline(t, top):
    with Server(zone) as s, Dnsq(top, s, DNSQ_CLIENTS=5) as d:
        with d.connect() as one:
            for i in range(20):
                one.send(b'a four.example.org\n' if i % 2 else
                    b'a mx1.example.org\n')
            got = [one.recv(65536).decode() for _ in range(20)]
            t.ok(all(('192.0.2.4' in answer) == (i % 2) for i, answer in
                enumerate(got)), 'questions in a row are answered in order')
        for record in (b'x', b'\n', b'mx\n', b'mx example.org', b'mx \n',
                b'mx a..b\n', b'mx .\n', b'mx .a\n', b'MX a\n', b'mx a b\n',
                b'mx \xe4.org\n', b'mx a\\.b\n', b'mx ' + b'x' * 64 + b'\n',
                b'mx ' + b'x.' * 127 + b'x\n', b'ptr example.org\n',
                b'ptr 192.0.2.1.\n', b'ptr 1.2.3\n', b'cname a\n',
                b'status ok\n', b'mx a\nmx b\n', b'mx a\0\n', b'x' * 60000,
                b'mx ' + b'x' * 4000 + b'\n'):
            t.eq(d.say(record), None, 'hangs up: %r' % record[:40])
        kept = [d.connect() for _ in range(5)]
        t.eq(d.say(b'a four.example.org\n'), None, 'clients are bounded')
        kept.pop().close()
        t.ok(wait_for(lambda: d.say(b'a four.example.org\n')), 'and free again')
        for one in kept:
            one.close()
        t.ok('is refused' in d.log(), 'which is logged')


def silence(t, top):
    go = threading.Event()

    def say(q, tcp):
        kind = q.name.split('.')[0]
        if kind == 'half' and q.kind == 'a':
            return q.answer(a(q.name, '192.0.2.1'))
        if kind == 'tcp' and tcp:
            go.wait(60)			# with the connection open
        if kind == 'tcp':
            return None if tcp else q.answer(tc=True)
        if kind == 'good':
            return q.answer(mx(q.name, 1, 'mx.org'))
        return None
    with Server(say) as s, Dnsq(top, s, DNSQ_TIMEOUT_S=3) as d:
        before = set(d.workers())
        t.eq(d.ask('mx silent.org'), ['status later'], 'silence: later')
        t.eq(d.ask('addr half.org'), ['status ok', 'a 192.0.2.1'],
            'silence for AAAA: the A records')
        t.ok(d.say(b'addr half.org\n').endswith('ttl 0\nsecure no\n'),
            'for the moment')
        t.eq(d.ask('mx tcp.org'), ['status later'], 'silence on TCP: later')
        t.eq(d.ask('mx good.org'), ['status ok', 'mx 1 mx.org'], 'it lives on')
        t.ok(wait_for(lambda: len(d.workers()) == 8), 'with eight workers')
        t.ok(wait_for(lambda: before != set(d.workers())), 'one of them new',
            d.log())
        go.set()
        clients = [d.connect() for _ in range(100)]
        for i, one in enumerate(clients):
            one.send(b'mx silent%d.org\n' % i)
        t.ok(all(one.recv(65536).startswith(b'status later\n') for one in
            clients), 'a hundred silent names: later')
        t.ok('why=late' in d.log(), 'who has no worker yet too')
        for one in clients:
            one.close()
        t.eq(d.ask('mx good.org'), ['status ok', 'mx 1 mx.org'], 'it lives on')
    with Server(say) as s:
        nobody = s.address
    with Dnsq(top, DNS_SERVER=nobody) as d:
        t.eq(d.ask('mx good.org'), ['status later'], 'no server: later')


def killed(t, top):
    go = threading.Event()

    def say(q, tcp):
        if q.name.startswith('slow'):
            go.wait(60)
        return q.answer(mx(q.name, 1, 'mx.org'))
    with Server(say) as s, Dnsq(top, s, DNSQ_WORKERS=3, DNSQ_TIMEOUT_S=60,
            **PATIENT) as d:
        with d.connect() as one, d.connect() as other:
            one.send(b'mx slow.org\n')
            other.send(b'mx slow2.org\n')
            wait_for(lambda: s.count('mx slow.org') and
                s.count('mx slow2.org'))
            before = set(d.workers())
            t.eq(len(before), 3, 'three workers')
            for pid in before:
                os.kill(pid, signal.SIGKILL)
            t.ok([x.recv(65536).split(b'\n')[0] for x in (one, other)] ==
                [b'status later'] * 2, 'their questions: later')
        t.eq(d.ask('mx good.org'), ['status ok', 'mx 1 mx.org'],
            'others are answered')
        t.ok(wait_for(lambda: len(d.workers()) == 3 and not before &
            set(d.workers())), 'three new ones')
        with d.connect() as one:
            one.send(b'mx slow3.org\n')
            wait_for(lambda: s.count('mx slow3.org'))
            pids = d.workers()
            d.process.kill()
            d.process.wait()
            t.ok(wait_for(lambda: not any(status(pid) for pid in pids), 20),
                'they go with the service, the one that waits too')
        go.set()


def rights(t, top):
    with Server(zone) as s, Dnsq(top, s) as d:
        d.ask('mx example.org')
        for pid in [d.process.pid] + d.workers():
            st = status(pid)
            uid = str(UID) if ROOT else str(os.getuid())
            if st['NoNewPrivs'] != '1' or set(st['Uid'].split()) != {uid}:
                t.ok(False, 'rights of %d' % pid, st)
        t.ok(True, 'no new privileges, own uid')
        fds = [sorted(map(int, os.listdir('/proc/%d/fd' % pid)))
            for pid in d.workers()]
        t.eq(fds, [[0, 1, 2, 3]] * 8, 'a worker has its socket and the log')
        limits = [open('/proc/%d/limits' % pid).read().split('\n')
            for pid in d.workers()]
        t.ok(all(any(line.startswith('Max processes ') and
            line.split()[2] == '0' for line in one) for one in limits),
            'and starts nothing')


def settings(t, top):
    def code(**env):
        return subprocess.run([os.path.join(BIN, 'dnsq')], env=env,
            stderr=subprocess.PIPE, timeout=60)
    path = os.path.join(top, 'none')
    for env in ({}, {'DNSQ_WORKERS': '0'}, {'DNSQ_WORKERS': '65'},
            {'DNSQ_TIMEOUT_S': 'x'}, {'DNS_SERVER': 'localhost'},
            {'DNS_SERVER': '127.0.0.1:'}, {'DNS_SERVER': '127.0.0.1:65536'},
            {'DNS_SERVER': '[::1'}, {'DNS_SERVER': '[127.0.0.1]:53'},
            {'DNS_SERVER': '[::1]x'}, {'DNS_TRUST_AD': 'yes'},
            {'DNS_TABLE': '/nowhere/table'}):
        if env:
            env['DNSQ_SOCKET'] = path
        done = code(**env)
        t.ok(done.returncode == 100 and done.stderr.startswith(b'dnsq: '),
            'exit 100: %r' % env, done)
    t.eq(subprocess.run([os.path.join(BIN, 'dnsq'), 'x'],
        stderr=subprocess.DEVNULL).returncode, 100, 'exit 100: an argument')
    t.eq(code(DNSQ_SOCKET='/nowhere/socket').returncode, 111,
        'exit 111: no folder for the socket')
    with Server(zone, socket.AF_INET) as s, Dnsq(top, s) as d:
        d.process.terminate()
        t.eq(d.process.wait(20), 0, 'exit 0 after SIGTERM')
    try:
        six = Server(zone, socket.AF_INET6)
    except OSError as e:
        t.skip('a server by IPv6', e.strerror)
        return
    with six as s, Dnsq(top, s) as d:
        t.eq(d.ask('a four.example.org'), ['status ok', 'a 192.0.2.4'],
            'a server by IPv6')


def main():
    t = Tap()
    with folder() as top:
        for case in (types, trouble, lies, spoilt, secure, cache, many,
                pipeline, silence, killed, rights, settings):
            t.run(case, top)
    t.done()


main()
