"""What the tests with real clients share: a home for their settings, running
them, and POP3 that shows every octet."""

import os
import pty
import pwd
import re
import select
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'chain'))
from correo import Instance, LONG, ROOT, Skip, Tap, WAIT_S, folder, read, \
    wait_for	# noqa: passed on

NOBODY = 65534		# as root: clients are no business of root's


def need(program):
    if not shutil.which(program):
        raise Skip('%s is not installed' % program)
    try:
        pwd.getpwuid(NOBODY if ROOT else os.getuid())
    except KeyError:
        raise Skip('%s wants a user with a name' % program)


def context(i):
    """Of a client that believes the instance's CA and nobody else."""
    return ssl.create_default_context(cafile=i.env['CAFILE'])


class Home:
    """A home of its own for one client, with its files of settings. As root the
    client runs as nobody, who owns it."""

    def __init__(self, top, name):
        self.path = os.path.join(top, name)
        self.own(os.mkdir, self.path, 0o700)

    def own(self, make, path, mode):
        make(path, mode)
        if ROOT:
            os.chown(path, NOBODY, NOBODY)
        return path

    def folder(self, name):
        return self.own(os.mkdir, self.at(name), 0o700)

    def maildir(self, name):
        for part in '', 'new', 'cur', 'tmp':
            self.folder(os.path.join(name, part).rstrip('/'))
        return self.at(name)

    def write(self, file, text):
        path = self.at(file)
        with open(path, 'wb') as f:
            f.write(text.encode() if isinstance(text, str) else text)
        return self.own(os.chmod, path, 0o600)

    def user(self):
        """Arguments for subprocess."""
        return {'user': NOBODY, 'group': NOBODY, 'extra_groups': []} \
            if ROOT else {}

    def at(self, *names):
        return os.path.join(self.path, *names)

    def run(self, *command, stdin=b'', **environ):
        """(exit code, all that it said)"""
        env = {'PATH': os.environ['PATH'], 'HOME': self.path,
            'LC_ALL': 'C.UTF-8', 'TERM': 'dumb', 'MAIL': self.at('mbox')}
        done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=60, cwd=self.path,
            env=dict(env, **environ), **self.user())
        return done.returncode, done.stdout.decode(errors='replace')

    def on_terminal(self, command, *dialog):
        """Run a program that wants a terminal: wait for a text, type keys, as
        the pairs of dialog say. (exit code, all that it said)"""
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.path)
            if ROOT:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            os.execvpe(command[0], command, {'PATH': os.environ['PATH'],
                'HOME': self.path, 'LC_ALL': 'C.UTF-8', 'TERM': 'vt100'})
        said, end, todo, seen = b'', time.monotonic() + 60, list(dialog), 0
        while time.monotonic() < end:
            if todo and todo[0][0] in said[seen:]:
                seen = len(said)
                os.write(fd, todo.pop(0)[1])
            if select.select([fd], [], [], 0.1)[0]:
                try:
                    piece = os.read(fd, 65536)
                except OSError:		# it has left
                    break
                if not piece:
                    break
                said += piece
        else:
            os.kill(pid, signal.SIGKILL)
        os.close(fd)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), \
            said.decode(errors='replace')


def deliver(i, user, *messages):
    """Send them, and wait until they are there."""
    with i.smtp() as s:
        for message in messages:
            s.send_message('sender@example.net', [i.address(user)],
                re.sub(rb'(?m)^\.', b'..', message).replace(b'\n', b'\r\n'))
    i.arrived(user, len(messages))
    i.idle()


class Pop3:
    """A connection whose every octet is the test's own choice."""

    def __init__(self, i, implicit=True):
        self.i = i
        self.socket = socket.create_connection(('localhost',
            int(i.env['POP3S' if implicit else 'POP3'])), WAIT_S)
        self.file = self.socket.makefile('rb')
        if implicit:
            self.wrap()
        self.greeting = self.line()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def wrap(self):
        self.file.close()
        self.socket = context(self.i).wrap_socket(self.socket,
            server_hostname=self.i.name)
        self.file = self.socket.makefile('rb')

    def line(self):
        """The next line with its end; b'' when the server hung up."""
        return self.file.readline()

    def ask(self, line):
        self.socket.sendall(line.encode() + b'\r\n')
        return self.line()

    def many(self, line):
        """The first line of the answer, and the octets up to the last dot, the
        added dots taken away; None with -ERR."""
        first = self.ask(line)
        if not first.startswith(b'+OK'):
            return first, None
        octets = []
        while True:
            one = self.line()
            if one == b'.\r\n':
                return first, b''.join(octets)
            if not one.endswith(b'\r\n'):
                raise ValueError('no end of a line: %r' % one[-80:])
            octets.append(one[one.startswith(b'.'):])

    def login(self, user, secret):
        self.ask('USER ' + user)
        answer = self.ask('PASS ' + secret)
        if not answer.startswith(b'+OK'):
            raise RuntimeError('PASS: %r' % answer)
        return self


def pop3(i, user):
    """A session with the user's mail, by POP3S."""
    n = [n for n in (1, 2, 3) if i.env['USER%d' % n] == user][0]
    return Pop3(i).login(user, i.env['PASS%d' % n])


def letter(n, text=b'The text.\n'):
    return (b'From: Sender <sender@example.net>\nTo: bob@example.org\n'
        b'Subject: letter %d\nMessage-ID: <%d@example.net>\n'
        b'Date: Tue, 24 Nov 2026 10:57:27 +0000\n\n' % (n, n)) + text
