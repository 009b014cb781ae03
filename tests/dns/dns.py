"""What the tests of dnsq share: a server of the DNS on loopback that says what a
test wants, truth or not; and the service with its clients."""

import contextlib
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'chain'))
from correo import BIN, ROOT, Skip, Tap, argv, folder, status, wait_for  # noqa

UID = 60605		# as root; no entry in passwd is needed
# In a user namespace root may have no other uids.
with open('/proc/self/uid_map') as f:
    ROOT = ROOT and any(int(count) > UID for _, _, count in
        map(str.split, f))
TYPES = {'a': 1, 'ns': 2, 'cname': 5, 'soa': 6, 'ptr': 12, 'mx': 15, 'txt': 16,
    'aaaa': 28, 'opt': 41, 'tlsa': 52}
SERVFAIL, NXDOMAIN, REFUSED, FORMERR = 2, 3, 5, 1


# The wire. source: RFC 1035 4

def name(text):
    """A name, uncompressed."""
    return b''.join(bytes([len(label)]) + label.encode('latin-1')
        for label in text.split('.') if label) + b'\0'


def rr(owner, kind, data, ttl=300, cls=1):
    """A record; owner: a name's text, or octets as they are."""
    return (owner if isinstance(owner, bytes) else name(owner)) + \
        struct.pack('>HHIH', TYPES[kind], cls, ttl, len(data)) + data


def mx(owner, pref, host, ttl=300):
    return rr(owner, 'mx', struct.pack('>H', pref) + name(host), ttl)


def a(owner, address, ttl=300):
    return rr(owner, 'a', socket.inet_pton(socket.AF_INET, address), ttl)


def aaaa(owner, address, ttl=300):
    return rr(owner, 'aaaa', socket.inet_pton(socket.AF_INET6, address), ttl)


def cname(owner, to, ttl=300):
    return rr(owner, 'cname', name(to), ttl)


def txt(owner, *strings):
    return rr(owner, 'txt', b''.join(bytes([len(s)]) + s for s in strings))


def soa(owner, minimum=60, ttl=300):
    return rr(owner, 'soa', name('ns.' + owner) + name('admin.' + owner) +
        struct.pack('>IIIII', 1, 7200, 3600, 86400, minimum), ttl)


class Question:
    """What a packet asks."""

    def __init__(self, packet):
        self.id, self.flags, _, _, _, extra = struct.unpack('>HHHHHH',
            packet[:12])
        labels, at = [], 12
        while packet[at]:
            labels.append(packet[at + 1:at + 1 + packet[at]].decode())
            at += 1 + packet[at]
        kind, = struct.unpack('>H', packet[at + 1:at + 3])
        self.name = '.'.join(labels).lower()
        self.kind = {n: word for word, n in TYPES.items()}.get(kind, str(kind))
        self.octets = packet[12:at + 5]
        self.edns = extra == 1
        self.ad = bool(self.flags & 0x20)

    def answer(self, *records, rcode=0, authority=(), aa=False, ra=True,
            ad=False, tc=False, id=None, question=None, counts=None):
        """A whole response."""
        flags = 0x8100 | aa << 10 | tc << 9 | ra << 7 | ad << 5 | rcode
        counts = counts or (1, len(records), len(authority), 0)
        return struct.pack('>HHHHHH', self.id if id is None else id, flags,
            *counts) + (self.octets if question is None else question) + \
            b''.join(records) + b''.join(authority)


class Server:
    """Asks say(question, tcp) what to answer: octets, a list of packets, or None
    for silence. Each question in a thread, so say may sleep."""

    def __init__(self, say, family=socket.AF_INET, at=None):
        self.say, self.asked, self.lock = say, [], threading.Lock()
        at = at or ('127.0.0.1' if family == socket.AF_INET else '::1', 0)
        for _ in range(20):		# one port, free for both
            self.udp = socket.socket(family, socket.SOCK_DGRAM)
            self.udp.bind(at)
            host, self.port = self.udp.getsockname()[:2]
            self.tcp = socket.socket(family, socket.SOCK_STREAM)
            try:
                self.tcp.bind((host, self.port))
                break
            except OSError:
                self.udp.close()
                self.tcp.close()
        self.tcp.listen(20)
        self.address = ('%s:%d' if family == socket.AF_INET else '[%s]:%d') % (
            host, self.port)

    def __enter__(self):
        for loop in self.loop_udp, self.loop_tcp:
            threading.Thread(target=loop, daemon=True).start()
        return self

    def __exit__(self, *_):
        for one in self.udp, self.tcp:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)	# wakes its thread
            one.close()

    def count(self, what):
        """How often "mx example.org" was asked."""
        with self.lock:
            return sum('%s %s' % (q.kind, q.name) == what for q in self.asked)

    def packets(self, packet, tcp):
        q = Question(packet)
        with self.lock:
            self.asked.append(q)
        said = self.say(q, tcp)
        return [] if said is None else said if isinstance(said, list) else \
            [said]

    def one_udp(self, packet, peer):
        for one in self.packets(packet, False):
            with contextlib.suppress(OSError):	# shut down meanwhile
                self.udp.sendto(one, peer)

    def loop_udp(self):
        while True:
            try:
                packet, peer = self.udp.recvfrom(4096)
            except OSError:
                return
            if not packet:		# shut down
                return
            threading.Thread(target=self.one_udp, args=(packet, peer),
                daemon=True).start()

    def one_tcp(self, s):
        with s, s.makefile('rb') as f:
            n, = struct.unpack('>H', f.read(2))
            for one in self.packets(f.read(n), True):
                s.sendall(struct.pack('>H', len(one)) + one)

    def loop_tcp(self):
        while True:
            try:
                s, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self.one_tcp, args=(s,),
                daemon=True).start()


# The service.

class Dnsq:
    count = 0

    def __init__(self, top, server=None, **env):
        Dnsq.count += 1
        self.dir = os.path.join(top, 'dnsq.%d' % Dnsq.count)
        os.mkdir(self.dir, 0o755)
        shutil.copy(os.path.join(BIN, 'dnsq'), self.dir)
        if ROOT:
            os.chown(self.dir, UID, UID)
        self.path = os.path.join(self.dir, 'socket')
        self.log_path = os.path.join(self.dir, 'log')
        self.env = {'PATH': os.environ['PATH'], 'DNSQ_SOCKET': self.path,
            'NOTIFY_FD': '3', 'ASAN_OPTIONS': 'detect_leaks=0'}
        if server:
            self.env['DNS_SERVER'] = server.address
        self.env.update((k, str(v)) for k, v in env.items())

    def __enter__(self):
        ready, told = os.pipe()
        who = {'user': UID, 'group': UID, 'extra_groups': []} if ROOT else {}
        with open(self.log_path, 'w') as log:
            self.process = subprocess.Popen(['sh', '-c', 'exec "$@" 3>&1 1>&2',
                'sh', os.path.join(self.dir, 'dnsq')], env=self.env,
                stdout=told, stderr=log, stdin=subprocess.DEVNULL, cwd='/',
                **who)
        os.close(told)
        if os.read(ready, 1) != b'\n':
            raise RuntimeError(self.log())
        os.close(ready)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def log(self):
        with open(self.log_path) as f:
            return f.read()

    def connect(self):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.settimeout(60)
        s.connect(self.path)
        return s

    def say(self, record, s=None):
        """One record and its answer as text; None when it hung up."""
        one = s or self.connect()
        try:
            one.send(record)
            return one.recv(65536).decode('latin-1') or None
        except (BrokenPipeError, ConnectionResetError):
            return None
        finally:
            if s is None:
                one.close()

    def ask(self, question, s=None):
        """The answer's lines but ttl, without secure where that is no."""
        got = self.say(question.encode() + b'\n', s)
        return got and [line for line in got.splitlines()
            if not line.startswith('ttl ') and line != 'secure no']

    def ttl(self, question):
        got = self.say(question.encode() + b'\n')
        return int(dict(line.split(' ', 1) for line in
            got.splitlines())['ttl'])

    def workers(self):
        pid = self.process.pid
        with open('/proc/%d/task/%d/children' % (pid, pid)) as f:
            return [int(n) for n in f.read().split()]


def now():
    return time.monotonic()
