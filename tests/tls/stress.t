#!/usr/bin/env python3
"""Thousands of sessions leave nothing, hundreds of idle ones are small, and the
scanners find no more than what tls-server.8 says. CORREO_LONG=1: all of them."""

import json
import os
import sys

sys.dont_write_bytecode = True
from tls import *

SESSIONS = 5000 if LONG else 200
AT_ONCE = 20
IDLE = 500 if LONG else 50
PSS_KB = 120		# of a tls-server with an idle session; 60 are usual
SCAN_S = 300
# A program that asks for TLS at the first line; small, for it starts often.
ASK = 'echo hello; read line; echo 220; printf y >&$SSLCTLFD; ' \
    'exec cat <&$SSLREADFD >&$SSLWRITEFD'


def descriptors(pid):
    return sorted(os.readlink('/proc/%d/fd/%s' % (pid, fd)) for fd in
        os.listdir('/proc/%d/fd' % pid))


def connections(port):
    """The server's sockets on its port that are neither listening nor over."""
    found = []
    for line in read('/proc/net/tcp').decode().splitlines()[1:]:
        local, state = line.split()[1:4:2]
        if local == '0100007F:%04X' % port and state not in ('0A', '06'):
            found.append(line)
    return found


def implicit(s, ca):
    return s.tls(ca)


def starttls(s, ca):
    raw = s.connect()
    raw.recv(100)
    raw.sendall(b'y\n')
    raw.recv(100)
    return Client(raw, ca)


def end(c, n):
    """Each client leaves in another way."""
    if n % 4 > 0:
        c.send(b'hallo\n')
    if n % 4 > 1:
        c.line()
    if n % 4 > 2:
        c.close_notify()
        c.rest()
    c.socket.close()


def handshakes(t, top, at, ca, name, begin, command):
    with Server(top, at, *command) as s:
        end(begin(s, ca), 3)
        wait_for(lambda: not s.sessions())
        before = descriptors(s.process.pid)
        for n in range(0, SESSIONS // 2, AT_ONCE):
            for k, c in enumerate([begin(s, ca) for _ in range(AT_ONCE)]):
                end(c, n // AT_ONCE + k)
        t.ok(wait_for(lambda: not s.sessions(), 10), '%d sessions, %s, leave '
            'no process' % (SESSIONS // 2, name), s.sessions())
        t.ok(not wait_for(lambda: programs(top), 0.1), '... no program',
            programs(top))
        t.eq(descriptors(s.process.pid), before, '... no descriptor')
        t.ok(wait_for(lambda: not connections(s.port), 10),
            '... and no connection', *connections(s.port))
        good = len(re.findall('tls=TLSv1.2', s.log.text()))
        t.eq(good, SESSIONS // 2 + 1, '... but a line for each handshake')


def stress(t, top, at, ca):
    handshakes(t, top, at, ca, 'implicit', implicit, ('-i', 'cat'))
    handshakes(t, top, at, ca, 'STARTTLS', starttls, ('sh', '-c', ASK))


def pss_kb(pid):
    return int(re.search(rb'^Pss: +(\d+)', read('/proc/%d/smaps_rollup' % pid),
        re.M).group(1))


def idle(t, top, at, ca):
    with Server(top, at, '-i', 'cat', connections=IDLE) as s:
        clients = []
        try:
            for n in range(IDLE):
                clients.append(s.tls(ca))
                clients[-1].send(b'%d\n' % n)
                clients[-1].line()
            t.eq(len(s.sessions()), IDLE, '%d sessions at once' % IDLE)
            small(t, s.sessions())
            for n, c in enumerate(clients):
                c.send(b'%d again\n' % n)
            t.eq([c.line() for c in clients], [b'%d again\n' % n for n in
                range(IDLE)], '... and all of them go on')
        finally:
            for c in clients:
                c.socket.close()
        t.ok(wait_for(lambda: not s.sessions(), 10), '... and leave nothing',
            s.sessions())


def small(t, pids):
    if not ROOT or SANITIZED:
        t.skip('... small', 'only root sees it' if not ROOT else 'sanitized')
        return
    each = sum(map(pss_kb, pids)) / len(pids)
    t.ok(each < PSS_KB, '... of %d kB each' % PSS_KB, each)
    print('# PSS of a tls-server with an idle session: %.1f kB' % each)


def suites(kind):
    return ['ECDHE-%s-%s' % (kind, name) for name in ('AES128-GCM-SHA256',
        'AES256-GCM-SHA384', 'CHACHA20-POLY1305')]


def needs(command):
    if not LONG:
        raise Skip('CORREO_LONG=1 asks for it')
    if not shutil.which(command):
        raise Skip('%s is not installed' % command)


def sslscan(t, top, s, kind):
    said = subprocess.run(['sslscan', '--no-colour', '--show-sigs',
        '127.0.0.1:%d' % s.port], stdout=subprocess.PIPE, text=True,
        timeout=SCAN_S).stdout
    t.eq(re.findall(r'^(\S+v\d\S*) +enabled', said, re.M), ['TLSv1.2'],
        'sslscan, %s: TLS 1.2 alone' % kind)
    t.eq(re.findall(r'^(?:Preferred|Accepted) .* bits +(\S+)', said, re.M),
        suites(kind), '... with these suites')
    for words in 'Session renegotiation not supported', \
            'TLSv1.2 not vulnerable to heartbleed', \
            'Server supports TLS Fallback SCSV':
        t.ok(words in said, '... ' + words, said)
    t.ok(not re.search(r'(?i)sha1|md5|insecure|anonymous|NULL', re.sub(
        r'(?s)SSL Certificate.*', '', said)), '... and nothing weak', said)


# What testssl.sh finds with a CA of our own.
KNOWN = 'cert_chain_of_trust', 'cert_revocation'


def testssl(t, top, s, kind):
    out = os.path.join(top, 'testssl.%s.json' % kind)
    subprocess.run(['testssl', '--quiet', '--color', '0', '--warnings', 'off',
        '--nodns', 'none', '--jsonfile', out, '127.0.0.1:%d' % s.port],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, timeout=SCAN_S, cwd=top)
    found = json.loads(read(out))
    bad = ['%(id)s %(severity)s %(finding)s' % f for f in found if
        f['severity'] in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'FATAL') and
        f['id'].split(' ')[0] not in KNOWN]
    t.eq(bad, [], 'testssl.sh, %s: nothing but what is known' % kind)
    t.ok(len(found) > 50, '... and it looked', *found)


def both_keys(t, top, at, scanner):
    """Let it look at a server with an ECDSA key and at one with an RSA key."""
    needs(scanner.__name__)
    rsa = os.path.join(make_cert(os.path.join(top, 'rsa'), rsa=True),
        'server.pem')
    for kind, cert in ('ECDSA', at), ('RSA', rsa):
        with Server(top, cert, '-i', 'cat') as s:
            scanner(t, top, s, kind)


def scan_quickly(t, top, at, ca):
    both_keys(t, top, at, sslscan)


def scan_thoroughly(t, top, at, ca):
    both_keys(t, top, at, testssl)


t = Tap()
with folder() as top:
    os.chmod(top, 0o777)
    made = make_cert(os.path.join(top, 'cert'))
    args = top, os.path.join(made, 'server.pem'), os.path.join(made, 'ca.pem')
    for case in stress, idle, scan_quickly, scan_thoroughly:
        t.run(case, *args)
t.done()
