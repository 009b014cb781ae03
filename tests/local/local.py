"""What the tests of local delivery share: a deliver-local or deliver-program of
our own, spoken with over its socket as qrunner does."""

import os
import socket
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
    os.pardir, 'chain'))
from correo import BIN, LONG, ROOT, Skip, Tap, WAIT_S, folder, read, skip_all, \
    wait_for

UID = 60700 if ROOT else os.getuid()
LETTER = b'Received: by host\nSubject: a letter\n\nText.\n'
ID = '00640f1c2d3e4-1f4-0123abcd'


class Deliverer:
    """A delivery program as an ordinary user, with a home of his own."""

    def __init__(self, home, program, *args, before=(), **env):
        self.socket, there = socket.socketpair(socket.AF_UNIX,
            socket.SOCK_SEQPACKET)
        self.socket.settimeout(WAIT_S)
        who = dict(user=UID, group=UID, extra_groups=[]) if ROOT else {}
        self.log = open(home + '.log', 'w+')
        self.process = subprocess.Popen([*before, os.path.join(BIN, program),
            *args], stdin=there, stdout=subprocess.DEVNULL, stderr=self.log,
            cwd='/',
            env=dict(dict(NAME='host', HOME=home, USER='bob'), **env), **who)
        there.close()
        self.number = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def send(self, octets=LETTER, **job):
        """Send one job; its number."""
        self.number += 1
        fields = dict(job=self.number, replay=0, id=ID,
            sender='alice@example.net', to='bob@example.org',
            time=1764000000123456, at=5, size=len(octets), wire=len(octets) +
            octets.count(b'\n'))
        fields.update(job)
        record = ''.join('%s %s\n' % one for one in fields.items()).encode()
        fd = os.memfd_create('queue file')
        os.write(fd, b'head\n' + octets)
        socket.send_fds(self.socket, [record], [fd])
        os.close(fd)
        return self.number

    def answer(self):
        """The next answer as a dictionary; its targets as a list."""
        record = self.socket.recv(20000).decode()
        fields = dict(line.split(' ', 1) for line in record.splitlines())
        fields['targets'] = [line.split(' ', 1)[1] for line in
            record.splitlines() if line.startswith('target ')]
        return fields

    def deliver(self, octets=LETTER, **job):
        self.send(octets, **job)
        return self.answer()

    def said(self):
        self.log.seek(0)
        return self.log.read()


def make_home(top, name='home'):
    """A home folder of the user's."""
    home = os.path.join(top, name)
    os.mkdir(home, 0o700)
    os.chown(home, UID, UID if ROOT else -1)
    return home


def verdict(a):
    return a['verdict'], a['dsn']
