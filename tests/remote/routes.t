#!/usr/bin/env python3
"""deliver-remote's way to a host: MX and addresses of every kind, literals, relays,
loops. dnsq answers from a table; the second part is in a namespace of its own, where
port 25 is free."""

import fcntl
import struct
import sys

sys.dont_write_bytecode = True
from remote import *

A, B, C = '127.0.0.2', '127.0.0.3', '127.0.0.4'
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
TABLE = '''
a.example a %s
b.example a %s
c.example a %s
order.example mx 30 c.example
order.example mx 5 a.example
order.example mx 20 b.example
same.example mx 10 a.example
same.example mx 10 b.example
same.example mx 10 c.example
null.example mx 0 .
part-null.example mx 0 .
part-null.example mx 10 a.example
text.example txt nothing else
bare.example a %s
busy.example later
busy-host.example mx 10 busy.example
busy-then-good.example mx 10 busy.example
busy-then-good.example mx 20 b.example
no-host.example mx 10 nowhere.example
no-host.example mx 20 text.example
gone-then-good.example mx 10 nowhere.example
gone-then-good.example mx 20 b.example
six.example mx 10 six-host.example
six-host.example aaaa ::1
six-host.example a %s
only-six.example mx 10 only-six-host.example
only-six-host.example aaaa ::1
alias.example cname order.example
us-best.example mx 10 %s
us-best.example mx 20 a.example
us-only.example mx 10 OUT.example.org
us-second.example mx 10 a.example
us-second.example mx 20 %s
us-second.example mx 30 b.example
us-same.example mx 10 a.example
us-same.example mx 10 %s
we-too.example mx 10 other-name.example
greets.example mx 10 a.example
greets.example mx 20 b.example
%s a 127.0.0.9
''' % (A, B, C, B, B, NAME, NAME, NAME, NAME) + ''.join(
    'many.example mx %d host%d.example\nhost%d.example a 127.0.1.%d\n' % (n, n,
    n, n) for n in range(1, 31)) + ''.join('wide.example mx 10 wide-host.example'
    '\nwide-host.example a 127.0.2.%d\n' % n for n in range(1, 31))


def way(t, top, dnsq, port, nexthop, want, what, **more):
    """One message there; what came of it."""
    with Remote(top, nexthop, dnsq, REMOTE_PORT=port, **more) as r:
        a = r.one()
        t.ok(a.verdict + ' ' + a.dsn == want, '%s: %s' % (nexthop, what), a,
            r.log())
        return a


def domains(t, top, dnsq):
    with hosts((A, {}), (B, {}), (C, {})) as (port, a, b, c):
        def to_one(domain, which, what, **more):
            before = [len(s.mail) for s in (a, b, c)]
            way(t, top, dnsq, port, 'mx:' + domain, 'done 2.0.0', what, **more)
            after = [len(s.mail) for s in (a, b, c)]
            t.eq([y - x for x, y in zip(before, after)], [int(s is which) for
                s in (a, b, c)], '... to the right host')
        to_one('order.example', a, 'the best preference')
        to_one('ORDER.Example.', a, 'a name in other letters')
        to_one('alias.example', a, 'a CNAME')
        to_one('bare.example', b, 'no MX: the address itself')
        to_one('part-null.example', a, 'a null MX among others')
        to_one('busy-then-good.example', b, 'the best host is unknown now')
        to_one('gone-then-good.example', b, 'the best host does not exist')
        to_one('six.example', b, 'IPv6 leads nowhere: IPv4')
        to_one('six.example', b, 'IPv4 alone', REMOTE_FAMILY='ipv4')
        to_one('[%s]' % C, c, 'an address literal')
        to_one('us-second.example', a, 'better hosts than we are')
        for domain, want, what in (
                ('null.example', 'never 5.1.10', 'a null MX'),
                ('nowhere.example', 'never 5.1.2', 'no such domain'),
                ('text.example', 'never 5.4.4', 'neither MX nor address'),
                ('busy.example', 'later 4.4.3', 'the DNS fails'),
                ('busy-host.example', 'later 4.4.3', '... for its host'),
                ('no-host.example', 'never 5.4.4', 'no host has an address'),
                ('six.example', 'later 4.4.2', 'IPv6 alone'),
                ('us-best.example', 'never 5.4.6', 'we are the best host'),
                ('us-only.example', 'never 5.4.6', 'we are the only host'),
                ('us-same.example', 'never 5.4.6', 'we are as good'),
                (NAME, 'never 5.4.6', 'no MX, and it is us')):
            got = way(t, top, dnsq, port, 'mx:' + domain, want, what,
                **({'REMOTE_FAMILY': 'ipv6'} if what == 'IPv6 alone' else {}))
            t.ok(got.why and (domain in got.why or 'six' in domain or
                '-host' in domain), '... in words', got)
        way(t, top, dnsq, port, 'mx:we-too.example', 'never 5.4.6', 'MYNAMES',
            MYNAMES='mail.example Other-Name.example')
        way(t, top, None, port, 'mx:order.example', 'later 4.4.3', 'no dnsq',
            DNSQ_SOCKET=os.path.join(top, 'none'))
        t.eq(sum(len(s.mail) for s in (a, b, c)), sum(len(s.sessions) for s in
            (a, b, c)), 'no connection was made in vain')


def spread(t, top, dnsq):
    """Hosts of one preference take turns."""
    with hosts((A, {}), (B, {}), (C, {})) as (port, *sinks):
        for _ in range(40):
            with Remote(top, 'mx:same.example', dnsq, REMOTE_PORT=port) as r:
                r.one()
        t.ok(all(len(s.mail) > 0 for s in sinks), 'three hosts of one '
            'preference get some each', [len(s.mail) for s in sinks])


def six(t, top, dnsq):
    try:
        s = Sink(host='::1')
    except OSError:
        raise Skip('no IPv6 here')
    with s:
        way(t, top, dnsq, s.port, 'mx:only-six.example', 'done 2.0.0', 'IPv6')
        for literal in '[IPv6:::1]', '[::1]':
            way(t, top, dnsq, s.port, 'mx:' + literal, 'done 2.0.0',
                'an IPv6 literal')
        a = way(t, top, dnsq, s.port, 'smtp:[::1]:%d' % s.port, 'done 2.0.0',
            'an IPv6 relay')
        t.eq(a.relay, '::1[::1]:%d' % s.port, '... the relay')
        way(t, top, dnsq, s.port, 'mx:only-six.example', 'never 5.4.4', 'but '
            'IPv4 alone', REMOTE_FAMILY='ipv4')


def bounded(t, top, dnsq):
    """At most ten addresses, whatever the DNS says."""
    with hosts((A, None)) as (port, _):
        for domain in 'many.example', 'wide.example':
            with Remote(top, 'mx:' + domain, dnsq, REMOTE_PORT=port) as r:
                a = r.one()
                tried = re.findall(r'\[127\.0\.[12]\.(\d+)\]', r.log())
                t.ok(a.verdict == 'later' and len(set(tried)) == len(tried) ==
                    10, '30 addresses of %s: ten are tried' % domain, r.log())
                if domain == 'many.example':
                    t.eq([int(n) for n in tried], list(range(1, 11)),
                        '... the best ones')


def relays(t, top, dnsq):
    with hosts((A, {}), (B, {})) as (port, a, b):
        for nexthop, sink, what in (
                ('smtp:order.example:%d' % port, a, "a relay's MX"),
                ('smtp:[b.example]:%d' % port, b, 'a relay itself'),
                ('smtp:[%s]:%d' % (B, port), b, 'an address'),
                ('smtp:%s:%d' % (B, port), b, '... without brackets'),
                ('[%s]:%d' % (B, port), b, '... without smtp:')):
            n = len(sink.mail)
            way(t, top, dnsq, 1, nexthop, 'done 2.0.0', what)
            t.eq(len(sink.mail), n + 1, '... to the right host')
        for nexthop, want in (('smtp:nowhere.example', '4.3.5'),
                ('smtp:[nowhere.example]', '4.3.5'),
                ('smtp:null.example', '4.3.5'),
                ('smtp:text.example', '4.3.5'),
                ('smtp:us-only.example', '4.3.5'),
                ('smtp:busy.example', '4.4.3')):
            got = way(t, top, dnsq, 1, nexthop, 'later ' + want,
                "an administrator's slip sends nothing back")
            t.ok(got.why, '... in words', got)


def greets(t, top, dnsq):
    """The host has our name: behind a router our own address is not on us."""
    with hosts((A, {'name': NAME.upper()}), (B, {})) as (port, a, b):
        way(t, top, dnsq, port, 'mx:greets.example', 'never 5.4.6',
            'the host says that it is us')
        t.eq((a.mail, b.sessions), ([], []), '... nothing goes to a worse one')
        way(t, top, dnsq, 1, 'smtp:[%s]:%d' % (A, port), 'done 2.0.0',
            '... a relay of our name is let be')


def inside(t, top, dnsq):
    """Port 25, as in life."""
    with Sink(host='127.0.0.1', port=25) as us, Sink(host=A, port=25) as a:
        with open(os.path.join(top, 'us'), 'w') as f:
            f.write('us.example mx 10 us-host.example\n'
                'us-host.example a 127.0.0.1\nthem.example a %s\n' % A +
                'both.example mx 10 them.example\n'
                'both.example mx 20 us-host.example\n')
        with Dnsq(top, DNS_TABLE=os.path.join(top, 'us')) as dnsq:
            def at_25(nexthop, want, what):
                with Remote(top, nexthop, dnsq) as r:
                    got = r.one()
                    t.ok(got.verdict + ' ' + got.dsn == want, '%s: %s' % (
                        nexthop, what), got, r.log())
            at_25('mx:them.example', 'done 2.0.0', 'port 25')
            at_25('mx:us.example', 'never 5.4.6', 'an address of ours')
            at_25('mx:[127.0.0.1]', 'never 5.4.6', 'as a literal')
            at_25('mx:both.example', 'done 2.0.0', 'a better host')
            a.plan = {'connect': '450 4.3.2 busy'}
            at_25('mx:both.example', 'later 4.3.2', '... that is busy')
            at_25('smtp:[127.0.0.1]', 'done 2.0.0', 'an administrator wants it')
            t.eq(len(us.mail), 1, '... that one came')


def main():
    t = Tap()
    if sys.argv[1:] == ['inside']:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack('16sh14x', b'lo', IFF_UP))
        with folder() as top:
            t.run(inside, top, None)
        t.done()
    with folder() as top, table(top, TABLE) as dnsq:
        for case in domains, spread, six, bounded, relays, greets:
            t.run(case, top, dnsq)
    unshare = ['unshare', '-n' if os.geteuid() == 0 else '-rn']
    if not shutil.which('unshare') or subprocess.run(unshare + ['true'],
            stderr=subprocess.DEVNULL).returncode != 0:
        t.skip('port 25', 'no namespace of its own can be had')
    else:
        done = subprocess.run(unshare + [sys.executable, os.path.abspath(
            __file__), 'inside'], stdout=subprocess.PIPE, text=True)
        for good, name in re.findall(r'^(not )?ok \d+ - (.*)$', done.stdout,
                re.M):
            t.ok(not good, name, done.stdout)
    t.done()


main()
