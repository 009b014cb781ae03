"""What the tests of pop3d share: a Maildir, pop3d on a socket pair, as the user
whom the Maildir belongs to, and a client that sees every octet."""

import os
import shutil
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'chain'))
from correo import BIN, ROOT, Skip, Tap, folder, read, skip_all, status, \
    wait_for	# noqa: passed on

POP3D = os.path.join(BIN, 'pop3d')
USER_UID = 60610		# as root; no entry in passwd is needed
WAIT_S = 60
SETTINGS = 'MAILDIR HOME HANDOVER_FD POP3_IDLE_S POP3_SESSION_S USER ' \
    'TCPREMOTEIP'.split()

if not os.path.exists(POP3D):
    skip_all('%s is not built' % POP3D)
SANITIZED = b'__asan_init' in read(POP3D)


def own(path):
    if ROOT:
        os.chown(path, USER_UID, USER_UID, follow_symlinks=False)


class Box:
    """A Maildir in a folder that its user can reach, and a log."""

    def __init__(self, top, name='Maildir', make=True):
        self.dir = os.path.join(top, name)
        self.log = os.path.join(top, name + '.log')
        self.program = os.path.join(top, 'pop3d')
        if not os.path.exists(self.program):	# a checkout can be closed
            shutil.copy(POP3D, self.program)
        open(self.log, 'w').close()
        for part in ('', 'new', 'cur', 'tmp') if make else ():
            os.mkdir(os.path.join(self.dir, part), 0o700)
            own(os.path.join(self.dir, part))

    def put(self, name, octets, part='new'):
        """Deliver: a file that is there whole or not at all."""
        tmp = os.path.join(self.dir, 'tmp', name)
        path = os.path.join(self.dir, part, name)
        with open(tmp, 'wb') as f:
            f.write(octets)
        own(tmp)
        os.rename(tmp, path)
        return path

    def names(self, *parts):
        """part/name of all messages."""
        return sorted('%s/%s' % (part, name) for part in parts or ('new',
            'cur') for name in os.listdir(os.path.join(self.dir, part)))

    def text(self, name):
        return read(os.path.join(self.dir, name))

    def environment(self, **settings):
        env = {k: v for k, v in os.environ.items() if k not in SETTINGS}
        env.setdefault('ASAN_OPTIONS', 'detect_leaks=0')	# needs ptrace(2)
        env.update(MAILDIR=self.dir, USER='alice', TCPREMOTEIP='192.0.2.7')
        env.update({k: str(v) for k, v in settings.items()})
        return {k: v for k, v in env.items() if v != ''}

    def start(self, stdin, stdout, pass_fds=(), arguments=(), **settings):
        with open(self.log, 'a') as log:
            return subprocess.Popen([self.program] + list(arguments),
                stdin=stdin, stdout=stdout, stderr=log, pass_fds=pass_fds,
                env=self.environment(**settings), cwd='/', **(dict(
                user=USER_UID, group=USER_UID, extra_groups=[]) if ROOT
                else {}))

    def session(self, **settings):
        return Session(self, **settings)

    def run(self, commands, **settings):
        """One session through pipes: exit code and all it said."""
        p = self.start(subprocess.PIPE, subprocess.PIPE, **settings)
        try:
            said, _ = p.communicate(commands, timeout=WAIT_S)
        finally:
            p.kill()
            p.wait()
        return p.returncode, said

    def logged(self):
        return read(self.log).decode().splitlines()


class Session:
    """pop3d on one end of a socket pair; we are the client at the other."""

    def __init__(self, box, **settings):
        self.socket, theirs = socket.socketpair()
        self.process = box.start(theirs, theirs, **settings)
        theirs.close()
        self.socket.settimeout(WAIT_S)
        self.file = self.socket.makefile('rb')

    def __enter__(self):
        self.greeting = self.line()
        return self

    def __exit__(self, *_):
        self.hang_up()
        self.process.kill()
        self.process.wait(WAIT_S)

    def hang_up(self):
        self.file.close()
        self.socket.close()

    def send(self, *lines):
        self.socket.sendall(b''.join(line.encode() + b'\r\n'
            if isinstance(line, str) else line + b'\r\n' for line in lines))

    def line(self):
        """One line of answer, which must end in CRLF; '' at the end."""
        line = self.file.readline()
        if line and not line.endswith(b'\r\n'):
            raise RuntimeError('no whole line: %r' % line)
        return line[:-2].decode('latin-1')

    def say(self, line):
        self.send(line)
        return self.line()

    def many(self, line=None):
        """The answer of many lines: the first, and the octets behind it,
        without the dots; None where it is -ERR."""
        if line is not None:
            self.send(line)
        first = self.line()
        if not first.startswith('+OK'):
            return first, None
        octets = []
        while True:
            line = self.file.readline()
            if not line.endswith(b'\r\n'):
                raise RuntimeError('no whole line: %r' % line[-80:])
            if line == b'.\r\n':
                return first, b''.join(octets)
            if line.startswith(b'.'):
                line = line[1:]
                if line == b'\r\n':
                    raise RuntimeError('a dot that is no end')
            octets.append(line)

    def lines(self, line):
        """The lines of a list."""
        return self.many(line)[1].decode().splitlines()

    def quit(self):
        """The answer to QUIT, then the end and the exit code."""
        said = self.say('QUIT')
        if self.file.read() != b'':
            raise RuntimeError('something behind the answer to QUIT')
        return said, self.process.wait(WAIT_S)


def wire(octets):
    """A file as RETR sends it."""
    text = octets.replace(b'\r\n', b'\n')
    if text and not text.endswith(b'\n'):
        text += b'\n'
    return text.replace(b'\n', b'\r\n')
