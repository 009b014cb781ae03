#!/usr/bin/env python3
"""Other hosts as qrunner sees them: how many connections each gets, what goes
together, and that one that hangs or wants no more holds up nobody else. The far
hosts are played here; they say what was asked of them."""

import collections
import os
import re
import signal
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True
from correo import Instance, LONG, Tap, folder, wait_for

BODY = b'Subject: x\n\ntext\n'


class Far:
    """A host that takes mail at one port of every address of 127/8. It is asked to be
    slow, shut or full by its members."""

    def __init__(self):
        self.lock = threading.Lock()
        self.most = 1000		# connections, then it says 421
        self.pause_s = 0		# for each message
        self.open = threading.Event()	# it greets
        self.answers = threading.Event()	# it answers the final dot
        self.open.set()
        self.answers.set()
        self.now = self.peak = self.refused = self.dots = 0
        self.got = []			# (recipients) of each message
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(('0.0.0.0', 0))
        self.socket.listen(500)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def close(self):
        self.open.set()
        self.answers.set()
        self.socket.close()

    def begin(self, **members):
        """Nothing has come yet."""
        with self.lock:
            self.got = []
            self.peak = self.refused = self.dots = 0
            self.most, self.pause_s = 1000, 0
            self.__dict__.update(members)

    def counts(self):
        """How often each recipient was served."""
        with self.lock:
            return collections.Counter(to for one in self.got for to in one)

    def serve(self):
        while True:
            try:
                c, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.session, args=(c,),
                daemon=True).start()

    def session(self, c):
        with self.lock:
            self.now += 1
            self.peak = max(self.peak, self.now)
            full = self.now > self.most
            self.refused += full
        try:
            if full:
                c.sendall(b'421 4.7.0 too many connections\r\n')
            else:
                self.open.wait()
                self.talk(c)
        except OSError:
            pass
        finally:
            with self.lock:
                self.now -= 1
            c.close()

    def talk(self, c):
        f = c.makefile('rb')
        to = []
        c.sendall(b'220 far\r\n')
        for line in f:
            verb = line[:4].upper()
            if verb == b'RCPT':
                to.append(re.search(rb'<(.*)>', line).group(1).decode())
            if verb == b'EHLO':
                c.sendall(b'250-far\r\n250-PIPELINING\r\n250 8BITMIME\r\n')
            elif verb == b'DATA':
                c.sendall(b'354 go on\r\n')
                while f.readline() not in (b'.\r\n', b''):
                    pass
                with self.lock:
                    self.dots += 1
                time.sleep(self.pause_s)
                self.answers.wait()
                with self.lock:
                    self.got.append(to)
                to = []
                c.sendall(b'250 2.0.0 taken\r\n')
            elif verb == b'QUIT':
                c.sendall(b'221 bye\r\n')
                return
            else:
                c.sendall(b'250 2.0.0 ok\r\n')


def routes(i, *lines):
    with open(i.etc + '/routes', 'w') as f:
        f.writelines(line + '\n' for line in lines + ('* bounce',))
    done = i.compile('routes')
    if done.returncode != 0:
        raise RuntimeError(done.stderr)


def inject(i, far, want):
    """One message for each; the host answers none before all are there."""
    far.answers.clear()
    for to in want:
        i.inject('', to, BODY)
    far.answers.set()


def all_once(t, i, far, want, name):
    """Every recipient has one."""
    wait_for(lambda: len(far.counts()) >= len(want) and not i.waiting())
    got = far.counts()
    t.eq(sorted(got), sorted(want), '%s: all arrive' % name)
    t.eq({to: n for to, n in got.items() if n != 1}, {}, '%s: each once' % name)
    t.eq(i.waiting(), [], '%s: nothing is left' % name)


def grows(t, i, far):
    """A host that gets on has more connections, but never too many."""
    routes(i, 'far.example [127.0.0.1]:%d tls=none' % far.port)
    far.begin(pause_s=0.03)
    want = ['u%d@far.example' % n for n in range(250)]
    inject(i, far, want)
    all_once(t, i, far, want, 'much mail')
    t.ok(5 <= far.peak <= 20, 'so many connections at a time', far.peak)
    t.ok(wait_for(lambda: far.now == 0), 'they end')


def together(t, i, far):
    """Recipients of one message at one host share a transaction."""
    far.begin()
    want = ['r%d@far.example' % n for n in range(50)]
    i.inject('', want, BODY)
    all_once(t, i, far, want, 'a list')
    t.eq([len(one) for one in far.got], [50], 'in one transaction')


def long_list(t, i, far):
    """More than one transaction's, by several connections."""
    far.begin(pause_s=0.2)
    want = ['q%d@far.example' % n for n in range(700)]
    i.inject('', want, BODY)
    all_once(t, i, far, want, 'a long list')


def wants_no_more(t, i, far):
    """Connections beyond some are refused: nobody has to wait for that."""
    far.begin(most=3, pause_s=0.05)
    before = len(i.logged('stat=Deferred', seconds=0))
    want = ['m%d@far.example' % n for n in range(200)]
    inject(i, far, want)
    all_once(t, i, far, want, 'a host with few places')
    t.ok(far.refused > 0, 'some connections were refused', far.refused)
    t.ok(far.refused < 20, 'but it was not besieged', far.refused)
    t.eq(len(i.logged('stat=Deferred', seconds=0)) - before, 0,
        'no message was deferred')
    t.eq(i.logged('is dead', seconds=0), [], 'it is not taken for dead')
    wait_for(lambda: far.now == 0)


def hanging_hosts(t, i, far):
    """So many hosts that do not answer that all places are theirs."""
    hosts = 150
    routes(i, *('h%d.example [127.0.1.%d]:%d tls=none' % (n, n + 1, far.port)
        for n in range(hosts)))
    far.begin()
    far.open.clear()
    want = ['v%d@h%d.example' % (k, n) for k in range(4)
        for n in range(hosts)]
    for to in want:
        i.inject('', to, BODY)
    t.ok(wait_for(lambda: far.now >= 70), 'all places are taken', far.now)
    i.send('alice@example.org')
    t.eq(len(i.arrived('alice')), 1, 'a mailbox gets its mail')
    t.eq(len(far.got), 0, 'and nothing has moved there')
    t.eq(len(i.processes('deliver-remote')), 70, 'so many deliver-remotes')
    far.open.set()
    all_once(t, i, far, want, 'they answer')
    wait_for(lambda: far.now == 0)


def big_and_small(t, i, far):
    """Sites that have very much mail leave places to those that have one letter."""
    sites = 10
    routes(i, 'small.example [127.0.2.100]:%d tls=none' % far.port,
        *('b%d.example [127.0.2.%d]:%d tls=none' % (n, n + 1, far.port)
        for n in range(sites)))
    far.begin(pause_s=0.2)
    want = ['w%d@b%d.example' % (k, n) for k in range(80 if LONG else 45)
        for n in range(sites)]
    inject(i, far, want)
    t.ok(wait_for(lambda: far.now >= 70), 'all places are taken', far.now)
    i.inject('', 'w@small.example', BODY)
    t.ok(wait_for(lambda: 'w@small.example' in far.counts()),
        'a small one has its turn')
    t.ok(len(far.got) < len(want), 'before the others are done', len(far.got))
    all_once(t, i, far, want + ['w@small.example'], 'big and small')
    wait_for(lambda: far.now == 0)


def restarted(t, i, far):
    """qrunner ends while a host has a message but has not said so."""
    routes(i, 'far.example [127.0.0.1]:%d tls=none' % far.port)
    far.begin()
    far.answers.clear()
    i.inject('', 'once@far.example', BODY)
    t.ok(wait_for(lambda: far.dots == 1), 'the message is there')
    threading.Timer(1, far.answers.set).start()
    i.service('-r', 'qrunner')
    all_once(t, i, far, ['once@far.example'], 'restarted')
    t.eq(far.dots, 1, 'it was sent once')


def killed(t, i, far):
    """A deliver-remote dies with a message in hand: it goes again, later."""
    far.begin()
    far.answers.clear()
    i.inject('', 'again@far.example', BODY)
    t.ok(wait_for(lambda: far.dots == 1), 'the message is on its way')
    for pid in i.processes('deliver-remote'):
        os.kill(pid, signal.SIGKILL)
    t.ok(i.logged('again@far.example', 'stat=Deferred', 'was killed'),
        'it is deferred')
    far.answers.set()
    t.ok(i.idle(), 'then it goes')
    t.ok(far.dots >= 2, 'by another one', far.dots)


def main():
    t = Tap()
    far = Far()
    with folder() as top, Instance(top, RETRY_FIRST_S=1, RETRY_MAX_S=2,
            SYSTEM_USERS=0) as i:
        for case in grows, together, long_list, wants_no_more, \
                hanging_hosts, big_and_small, restarted, killed:
            t.run(case, i, far)
    far.close()
    t.done()


main()
