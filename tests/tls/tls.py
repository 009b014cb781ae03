"""What the tests of tls-server share: certificates, tls-server under tcpserver or
on a socket of the test's own, and a client that sees every octet."""

import contextlib
import os
import re
import select
import shutil
import socket
import ssl
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'chain'))
from correo import BIN, LONG, ROOT, TOP, Skip, Tap, folder, read, skip_all, \
    status, wait_for	# noqa: passed on

TLS_SERVER = os.path.join(BIN, 'tls-server')
MAKE_CERT = os.path.join(TOP, 'tls', 'make-cert')
SANITIZED = os.path.exists(TLS_SERVER) and b'__asan_init' in read(TLS_SERVER)
TLS_UID, NET_UID = 60602, 60601		# as root; no entry in passwd is needed
WAIT_S = 30

if not os.path.exists(TLS_SERVER):
    skip_all('%s is not built' % TLS_SERVER)
if not shutil.which('openssl') or not shutil.which('tcpserver'):
    skip_all('openssl and tcpserver are needed')


def key_user():
    return TLS_UID if ROOT else os.getuid()


def own(path, mode=0o400):
    """Give a file to the user that tls-server runs as."""
    os.chown(path, key_user() if ROOT else -1, -1)
    os.chmod(path, mode)
    return path


def openssl(*words, **more):
    return subprocess.run(('openssl',) + words, check=True, timeout=WAIT_S,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more).stdout


def make_cert(at, *names, rsa=False):
    """An own CA and a server.pem in a new folder; the folder."""
    subprocess.run([MAKE_CERT, '-u', str(key_user())] + ['-r'] * rsa + [at] +
        list(names or ['mail.example.org']), check=True, timeout=WAIT_S,
        stdout=subprocess.DEVNULL)
    return at


def environment(cert, **settings):
    env = {k: v for k, v in os.environ.items() if not
        k.startswith(('TLS_', 'NET_', 'TCP', 'SSL', 'UCSPITLS'))}
    env['TLS_CERT'] = cert
    env.setdefault('ASAN_OPTIONS', 'detect_leaks=0')	# it needs ptrace(2)
    if ROOT:
        env.update(TLS_UID=str(TLS_UID), TLS_GID=str(TLS_UID),
            NET_UID=str(NET_UID), NET_GID=str(NET_UID))
    env.update({k: str(v) for k, v in settings.items()})
    return {k: v for k, v in env.items() if v != ''}


class Log:
    """A file that takes what processes say."""

    def __init__(self, path):
        self.path = path
        open(path, 'w').close()

    def open(self):
        return open(self.path, 'a')

    def text(self):
        return read(self.path).decode(errors='replace')

    def has(self, pattern, n=1, seconds=WAIT_S):
        """True once n lines match."""
        return wait_for(lambda: len(re.findall(pattern, self.text(),
            re.M)) >= n, seconds)


class Server:
    """tls-server under tcpserver on a port that the kernel chose."""

    def __init__(self, top, cert, *command, connections=250, **settings):
        self.log = Log(os.path.join(top, 'log'))
        with self.log.open() as log:
            self.process = subprocess.Popen(['tcpserver', '-1', '-DHR', '-l0',
                '-c%d' % connections, '127.0.0.1', '0', TLS_SERVER] +
                list(command), stdout=subprocess.PIPE, stderr=log,
                stdin=subprocess.DEVNULL, cwd=top,
                env=environment(cert, **settings))
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(WAIT_S)
        self.process.stdout.close()

    def connect(self):
        return socket.create_connection(('127.0.0.1', self.port), WAIT_S)

    def tls(self, ca, name='localhost', **more):
        return Client(self.connect(), ca, name, **more)

    def sessions(self):
        """The pids of tcpserver's children, which are tls-servers."""
        return children(self.process.pid)


def children(pid):
    """The pids of the children that are no zombies."""
    found = []
    for one in filter(str.isdigit, os.listdir('/proc')):
        with contextlib.suppress(OSError):
            state, parent = read('/proc/%s/stat' % one).rsplit(b')',
                1)[1].split()[:2]
            if int(parent) == pid and state != b'Z':
                found.append(int(one))
    return found


def programs(top):
    """Processes that stand in our folder, but tcpserver."""
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        with contextlib.suppress(OSError):
            if os.readlink('/proc/%s/cwd' % pid) == top and read(
                    '/proc/%s/comm' % pid) != b'tcpserver\n':
                found.append(int(pid))
    return found


@contextlib.contextmanager
def alone(top, cert, *command, **settings):
    """tls-server on one end of a socket pair: yields the process, whose .socket
    is the other end and .log what it says."""
    ours, theirs = socket.socketpair()
    log = Log(os.path.join(top, 'log'))
    with log.open() as err:
        p = subprocess.Popen([TLS_SERVER] + list(command), stdin=theirs,
            stdout=theirs, stderr=err, env=environment(cert, **settings),
            cwd=top)
    theirs.close()
    ours.settimeout(WAIT_S)
    p.socket, p.log = ours, log
    try:
        yield p
    finally:
        ours.close()
        try:
            p.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()


class Client:
    """TLS over a socket, its records in our hands."""

    def __init__(self, sock, ca, name='localhost', context=None, hands=True):
        self.socket = sock
        sock.settimeout(WAIT_S)
        self.context = context or ssl.create_default_context(cafile=ca)
        if name is None:
            self.context.check_hostname = False
        self.into, self.out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = self.context.wrap_bio(self.into, self.out,
            server_hostname=name)
        self.clean = None	# how the octets ended: with close_notify?
        if hands:
            self.run(self.tls.do_handshake)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        octets = self.out.read()
        if octets:
            self.socket.sendall(octets)

    def run(self, act, *args):
        """Do something of TLS, fetching records as it wants them."""
        while True:
            try:
                result = act(*args)
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                octets = self.socket.recv(65536)
                if octets:
                    self.into.write(octets)
                else:
                    self.into.write_eof()
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    self.flush()	# our alert
                raise

    def send(self, octets):
        view = memoryview(octets)
        while view:
            view = view[self.tls.write(view[:16384]):]
            self.flush()

    def recv(self, n=65536):
        """Some octets; b'' at the end, which clean tells about."""
        try:
            octets = self.run(self.tls.read, n)
        except ssl.SSLZeroReturnError:
            octets = b''
        except (ssl.SSLEOFError, ConnectionResetError):
            self.clean = False
            return b''
        if octets == b'' and self.clean is None:
            self.clean = True
        return octets

    def rest(self):
        parts = []
        while True:
            parts.append(self.recv())
            if not parts[-1]:
                return b''.join(parts)

    def line(self):
        """One line, a record or more; what came until the end if that came."""
        octets = b''
        while not octets.endswith(b'\n'):
            more = self.recv()
            octets += more
            if not more:
                break
        return octets

    def close_notify(self):
        """Send ours; the peer's is not awaited."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.unwrap()
        self.flush()

    def hang_up(self):
        """End our octets without it."""
        self.socket.shutdown(socket.SHUT_WR)

    def exchange(self, octets):
        """Send octets and take as many, both at the same time."""
        todo, came = memoryview(octets), []
        left, sent, raw = len(octets), b'', self.socket
        raw.setblocking(False)
        while left > 0:
            if not sent and todo:
                todo = todo[self.tls.write(todo[:16384]):]
                sent = self.out.read()
            r, w, _ = select.select([raw], [raw] if sent else [], [], WAIT_S)
            if not r and not w:
                break
            if w:
                with contextlib.suppress(BlockingIOError):
                    sent = sent[raw.send(sent):]
            if r:
                more = raw.recv(65536)
                if not more:
                    break
                self.into.write(more)
                with contextlib.suppress(ssl.SSLWantReadError):
                    while True:
                        came.append(self.tls.read(65536))
                        left -= len(came[-1])
        raw.settimeout(WAIT_S)
        return b''.join(came)

    def names(self):
        """The names that the server's certificate is for."""
        return [value for _, value in self.tls.getpeercert()['subjectAltName']]


def random_octets(n):
    return os.urandom(n)


def cpu_ticks(pid):
    words = read('/proc/%d/stat' % pid).rsplit(b')', 1)[1].split()
    return int(words[11]) + int(words[12])


def program(top, name):
    """A copy of one of our test programs that every user can run."""
    path = os.path.join(top, name)
    if not os.path.exists(path):
        shutil.copy(os.path.join(HERE, name), path)
        os.chmod(path, 0o755)
    return path


def pause(seconds):
    time.sleep(seconds)
