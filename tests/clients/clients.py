"""What the tests with real clients share: a home for their settings, and running
them."""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'chain'))
from correo import Instance, LONG, Skip, Tap, WAIT_S, folder, read, \
    wait_for	# noqa: passed on


def need(program):
    if not shutil.which(program):
        raise Skip('%s is not installed' % program)


class Home:
    """A home of its own for one client, with its files of settings."""

    def __init__(self, top, name, **files):
        self.path = os.path.join(top, name)
        os.mkdir(self.path, 0o700)
        for file, text in files.items():
            self.write(file, text)

    def write(self, file, text):
        path = os.path.join(self.path, file)
        with open(path, 'w') as f:
            f.write(text)
        os.chmod(path, 0o600)
        return path

    def at(self, *names):
        return os.path.join(self.path, *names)

    def run(self, *command, stdin=b'', **environ):
        """(exit code, all that it said)"""
        env = {'PATH': os.environ['PATH'], 'HOME': self.path,
            'LC_ALL': 'C.UTF-8', 'TERM': 'dumb', 'MAIL': self.at('mbox')}
        done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=60, cwd=self.path,
            env=dict(env, **environ))
        return done.returncode, done.stdout.decode(errors='replace')

    def on_terminal(self, command, *dialog):
        """Run a program that wants a terminal: wait for a text, type keys, as
        the pairs of dialog say. (exit code, all that it said)"""
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.path)
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


def letter(n, text=b'The text.\n'):
    return (b'From: Sender <sender@example.net>\nTo: bob@example.org\n'
        b'Subject: letter %d\nMessage-ID: <%d@example.net>\n'
        b'Date: Tue, 24 Nov 2026 10:57:27 +0000\n\n' % (n, n)) + text
