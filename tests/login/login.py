"""What the tests of logins share: mail-login with any front and any checker, alone
on a socket pair or under tcpserver and tls-server, and a POP3 client."""

import base64
import contextlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'checkpw'))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'tls'))
from tls import BIN, ROOT, Client, Log, NET_UID, SANITIZED, Skip, TLS_SERVER, \
    TLS_UID, Tap, children, folder, make_cert, read, status, \
    wait_for	# noqa: passed on
from accounts import Auth, Site, UID, crypt	# noqa: passed on

WAIT_S = 30
PROGRAMS = 'mail-login', 'pop3-front'

# A session that obeys HANDOVER_FD: it notes who it is, says "ready", waits for
# what the client sent too early, and sends each line back.
SESSION = r'''
import os, socket, sys
h = socket.socket(fileno=int(os.environ['HANDOVER_FD']))
h.send(b'ready\n')
h.settimeout(10)
record = h.recv(100000)
if not record.startswith(b'tag \n'):
    sys.exit(111)
os.write(1, b'+OK mail of %s\r\n' % os.environ['USER'].encode())
octets = record[5:]
while True:
    while b'\n' not in octets:
        more = os.read(0, 10000)
        if not more:
            sys.exit(0)
        octets += more
    line, octets = octets.split(b'\n', 1)
    os.write(1, b'+OK ' + line.strip() + b'\r\n')
    if line.strip() == b'QUIT':
        sys.exit(0)
'''

# A checkpassword program that is not ours.
FOREIGN = r'''
import os, sys
name, secret, stamp = os.fdopen(3, 'rb').read().split(b'\0')[:3]
if secret != b'right-' + name:
    sys.exit(1)
os.environ['USER'] = name.decode()
os.execvp(sys.argv[1], sys.argv[1:])
'''


# One that every user can run: ours may be in somebody's home.
PYTHON = shutil.which('python3', path='/usr/bin:/bin') or sys.executable


def script(text, *words):
    return (PYTHON, '-S', '-c', text) + words


class Place(Site):
    """A folder with accounts and the programs: alice@example.org, "secret"."""

    def __init__(self, top):
        super().__init__(top)
        for name in PROGRAMS:
            shutil.copy(os.path.join(BIN, name), self.bin)
        self.add('alice@example.org', crypt('secret'))
        self.add('bob@example.org', crypt(' b o b '))
        self.log = Log(os.path.join(top, 'log'))
        self.checkpw = os.path.join(self.bin, 'checkpw')
        self.front = os.path.join(self.bin, 'pop3-front')

    def command(self, front=None, checker=None, session=None):
        return [os.path.join(self.bin, 'mail-login'), *(front or
            (self.front,)), '--', *(checker or (self.checkpw,)),
            *(session or script(SESSION))]

    def settings(self, **more):
        e = {'NAME': 'mail.example.org', 'LISTEN_TLS': 'none', 'AUTH_CLEAR': 1,
            'ASAN_OPTIONS': 'detect_leaks=0'}
        if ROOT:
            e.update(NET_UID=NET_UID, NET_GID=NET_UID)
        e.update(more)
        return self.environ(**e)


@contextlib.contextmanager
def alone(place, front=None, checker=None, session=None, **settings):
    """mail-login on a socket pair: yields a Pop3 whose .process it is."""
    ours, theirs = socket.socketpair()
    with place.log.open() as log:
        p = subprocess.Popen(place.command(front, checker, session),
            stdin=theirs, stdout=theirs, stderr=log, cwd=place.dir,
            env=place.settings(**{'TCPREMOTEIP': '192.0.2.1', **settings}))
    theirs.close()
    c = Pop3(ours)
    c.process = p
    try:
        yield c
    finally:
        ours.close()
        if p.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                p.wait(WAIT_S)
        if p.returncode is None:
            p.kill()
            p.wait()


class Chain:
    """tcpserver, tls-server -k, mail-login: the whole of it."""

    def __init__(self, place, cert, *flags, session=None, **settings):
        self.place, self.log = place, place.log
        more = {'TLS_CERT': cert}
        if ROOT:
            more.update(TLS_UID=TLS_UID, TLS_GID=TLS_UID)
        tls = [TLS_SERVER, '-k', *flags] if cert else []
        with place.log.open() as log:
            self.process = subprocess.Popen(['tcpserver', '-1', '-DHR', '-l0',
                '-c50', '127.0.0.1', '0'] + tls +
                place.command(session=session), stdout=subprocess.PIPE,
                stderr=log, stdin=subprocess.DEVNULL, cwd=place.dir,
                env=place.settings(**{**more, **settings}))
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        wait_for(lambda: not self.sessions(), WAIT_S)
        self.process.terminate()
        self.process.wait(WAIT_S)
        self.process.stdout.close()

    def sessions(self):
        return children(self.process.pid)

    def connect(self):
        return Pop3(socket.create_connection(('127.0.0.1', self.port), WAIT_S))

    def tls(self, ca):
        sock = socket.create_connection(('127.0.0.1', self.port), WAIT_S)
        return Pop3(Client(sock, ca))


class Pop3:
    """A client that says just what it is told."""

    def __init__(self, over):
        self.over = over
        if isinstance(over, socket.socket):
            over.settimeout(WAIT_S)
        self.octets = b''

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        (self.over if isinstance(self.over, socket.socket) else
            self.over.socket).close()

    def send(self, octets):
        if isinstance(self.over, socket.socket):
            self.over.sendall(octets)
        else:
            self.over.send(octets)

    def line(self):
        """One line without its end; '' when there are no more."""
        while b'\n' not in self.octets:
            try:
                more = self.over.recv(65536)
            except ConnectionResetError:
                more = b''
            if not more:
                break
            self.octets += more
        line, _, self.octets = self.octets.partition(b'\n')
        return line.decode('latin-1').rstrip('\r')

    def ask(self, text):
        self.send(text.encode('latin-1') + b'\r\n')
        return self.line()

    def list(self, text):
        """A reply of several lines, the first and the dot left out."""
        lines = [self.ask(text)]
        while lines[-1] not in ('.', ''):
            lines.append(self.line())
        return lines[1:-1]

    def rest(self):
        lines = []
        while True:
            lines.append(self.line())
            if lines[-1] == '' and not self.octets:
                return lines[:-1]

    def stls(self, ca):
        """The same client within TLS."""
        return Pop3(Client(self.over, ca))

    def login(self, user, secret):
        self.ask('USER ' + user)
        return self.ask('PASS ' + secret)


def plain(user, secret, whose=''):
    return base64.b64encode('\0'.join((whose, user,
        secret)).encode('latin-1')).decode()


def below(pid):
    """All processes below it."""
    found = children(pid)
    for one in list(found):
        found += below(one)
    return found
