"""What the tests of checkpw and auth share: tables with accounts, checkpw with
a question on descriptor 3, hashes, the auth service and its clients."""

import base64
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'chain'))
from correo import BIN, ROOT, Skip, Tap, folder, skip_all, wait_for  # noqa

PROGRAMS = ('checkpw auth auth-show say-user compile-users compile-hosts '
    'compile-aliases').split()
CHEAP = '$6$rounds=1000$saltsalt$'
NET_UID = 60601
OTHER_UID = 60603

# As root, virtual users get a uid that nobody has; else the caller's.
UID, GID = (60650, 60651) if ROOT else (os.getuid(), os.getgid())


def crypt(secret, setting=CHEAP):
    """crypt(3), by perl: Python has none any more."""
    return subprocess.run(['perl', '-e', 'print crypt($ENV{S}, $ENV{T})'],
        env=dict(os.environ, S=secret, T=setting), check=True,
        stdout=subprocess.PIPE).stdout.decode()


class Site:
    """A folder with the programs, tables and homes."""

    def __init__(self, top):
        self.dir = top
        self.bin = os.path.join(top, 'bin')
        self.etc = os.path.join(top, 'etc')
        self.lines = []
        for path in self.bin, self.etc:
            os.mkdir(path, 0o755)
        for name in PROGRAMS:
            shutil.copy(os.path.join(BIN, name), self.bin)
        with open(os.path.join(self.etc, 'local-host-names'), 'w') as f:
            f.write('example.org\nexample.com\n')
        self.compile('hosts')
        self.compile('users', '')

    def compile(self, table, text=None):
        if text is not None:
            with open(os.path.join(self.etc, table), 'w') as f:
                f.write(text)
        subprocess.run([os.path.join(self.bin, 'compile-' + table), self.etc],
            check=True, stderr=subprocess.PIPE)

    def home(self, name):
        path = os.path.join(self.dir, name)
        if not os.path.isdir(path):
            os.mkdir(path, 0o700)
            os.chown(path, UID, GID)
        return path

    def add(self, address, hash, uid=None, gid=None, home=None):
        """One more virtual user."""
        self.lines.append('%s:%s:%d:%d:%s\n' % (address, hash,
            UID if uid is None else uid, GID if gid is None else gid,
            self.home(address.split('@')[0]) if home is None else home))
        self.compile('users', ''.join(self.lines))

    def environ(self, **more):
        e = {'PATH': os.environ['PATH'], 'ETC': self.etc,
            'DOMAIN': 'example.org', 'SYSTEM_USERS': '0'}
        if not ROOT:
            e['LEAST_UID'] = str(max(1, min(1000, UID, GID)))
        e.update((k, str(v)) for k, v in more.items())
        return {k: v for k, v in e.items() if v != ''}

    def ask(self, octets, *program, wrap=(), user=None, groups=None,
            **env):
        """checkpw with octets on descriptor 3. Its exit code, output, log and
        CPU seconds."""
        out = os.path.join(self.dir, 'out.%d' % os.getpid())
        with open(out, 'w+') as f, open(out + '.log', 'w+') as log:
            more = {} if user is None else {'user': user, 'group': user,
                'extra_groups': []}
            if ROOT and groups is not None:
                more['extra_groups'] = groups
            p = subprocess.Popen([*wrap, 'sh', '-c',
                'exec "$@" 3<&0 </dev/null', 'sh', os.path.join(self.bin,
                'checkpw'), *(program or ('true',))], stdin=subprocess.PIPE,
                stdout=f, stderr=log, env=self.environ(**env), cwd='/', **more)
            with contextlib.suppress(BrokenPipeError):
                p.stdin.write(octets)
                p.stdin.close()
            _, status, used = os.wait4(p.pid, 0)
            p.returncode = os.waitstatus_to_exitcode(status)
            f.seek(0)
            log.seek(0)
            return Said(p.returncode, f.read(), log.read(), used.ru_utime)

    def login(self, name, secret, *program, **more):
        return self.ask(question(name, secret), *program, **more)


class Said:
    def __init__(self, code, out, log, cpu):
        self.code, self.out, self.log, self.cpu = code, out, log, cpu

    def __repr__(self):
        return 'exit %d\n%s%s' % (self.code, self.out, self.log)


def question(name, secret, stamp='stamp'):
    return b''.join(s.encode('latin-1') + b'\0' for s in (name, secret, stamp))


# Auth.

class Auth:
    """The service, with a checkpassword program of the test's choice."""

    count = 0

    def __init__(self, site, *checker, **env):
        Auth.count += 1
        self.site, self.checker = site, checker
        self.path = os.path.join(site.dir, 'auth.%d' % Auth.count)
        self.log_path = self.path + '.log'
        self.env = site.environ(AUTH_SOCKET=self.path, NOTIFY_FD=3,
            SAY_USER=os.path.join(site.bin, 'say-user'),
            NET_UID=NET_UID if ROOT else '', **env)

    def __enter__(self):
        ready, told = os.pipe()
        with open(self.log_path, 'w') as log:
            self.process = subprocess.Popen(['sh', '-c',
                'exec "$@" 3>&1 1>&2', 'sh', os.path.join(self.site.bin,
                'auth'), *self.checker], env=self.env, stdout=told, stderr=log,
                stdin=subprocess.DEVNULL, cwd='/')
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

    def log(self):
        with open(self.log_path) as f:
            return f.read()

    def connect(self):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.settimeout(60)
        s.connect(self.path)
        return s

    def say(self, record, s=None):
        """One record and its answer as a dictionary; {} when it hung up."""
        one = s or self.connect()
        try:
            one.send(record)
            return answer_of(one)
        except (BrokenPipeError, ConnectionResetError):
            return {}
        finally:
            if s is None:
                one.close()

    def ask(self, user, secret, client='192.0.2.1', s=None):
        return self.say(asking(user, secret, client), s)

    def show(self, program='auth-show'):
        return subprocess.run([os.path.join(self.site.bin, program)],
            env=self.env, stdout=subprocess.PIPE, check=True,
            timeout=60).stdout.decode().splitlines()

    def children(self):
        """The processes below the service."""
        pid = self.process.pid
        with open('/proc/%d/task/%d/children' % (pid, pid)) as f:
            return f.read().split()

    def idle(self):
        return wait_for(lambda: not self.children(), 20)


def asking(user, secret, client='192.0.2.1'):
    if isinstance(secret, str):
        secret = secret.encode()
    return b'client %s\nuser %s\nsecret %s\n' % (client.encode(),
        user.encode(), base64.b64encode(secret))


def answer_of(s):
    try:
        octets = s.recv(65536)
    except ConnectionResetError:
        octets = b''
    return dict(line.split(' ', 1) for line in octets.decode().splitlines())


def now():
    return time.monotonic()
