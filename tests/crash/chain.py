"""What the crash tests share: TAP, the recorder and its traces, and a small
chain of Correo's programs in a folder of its own, without a supervisor."""

import atexit
import collections
import contextlib
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))


def reachable(programs):
    """The folder, or as root, where users cannot walk to it, a copy of it."""
    path = os.path.abspath(programs)
    while os.geteuid() == 0 and path != '/':
        if os.path.exists(path) and not os.stat(path).st_mode & 0o001:
            copy = tempfile.mkdtemp(prefix='correo-bin.')
            atexit.register(shutil.rmtree, copy, True)
            os.chmod(copy, 0o755)
            return shutil.copytree(programs, copy + '/bin')
        path = os.path.dirname(path)
    return programs


BIN = reachable(os.environ.get('BIN') or os.path.join(TOP, 'build', 'bin'))
LONG = os.environ.get('CORREO_LONG') == '1'
DOMAIN = 'crash.example'
PROGRAMS = ('qinject', 'qrunner', 'bounce', 'spawner', 'deliver-local', 'who-is',
    'compile-users', 'compile-aliases', 'compile-hosts',
    'compile-virtusers')


class Tap:
    """Test Anything Protocol on stdout; the plan comes last."""

    def __init__(self):
        self.count = self.failed = 0

    def ok(self, good, name, *why):
        self.count += 1
        self.failed += not good
        print('%sok %d - %s' % ('' if good else 'not ', self.count, name))
        if not good:
            for line in '\n'.join(str(w) for w in why).splitlines()[:60]:
                print('#   ' + line)
        sys.stdout.flush()
        return good

    def eq(self, got, want, name):
        return self.ok(got == want, name, 'got  %r' % (got,),
            'want %r' % (want,))

    def skip(self, name, reason):
        self.count += 1
        print('ok %d - %s # SKIP %s' % (self.count, name, reason))

    def note(self, text):
        print('# ' + text)
        sys.stdout.flush()

    def done(self):
        print('1..%d' % self.count)
        sys.exit(self.failed != 0)


def skip_all(reason):
    print('1..0 # SKIP ' + reason)
    sys.exit(0)


@contextlib.contextmanager
def folder():
    """A temporary folder that other uids may pass through."""
    path = tempfile.mkdtemp(prefix='correo-crash.')
    os.chmod(path, 0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def wait_until(condition, seconds, pause=0.01):
    """True as soon as condition() is, False when seconds have passed."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def build_tools(folder, *names):
    """Compile tests/crash/NAME.c each; the paths of the programs."""
    cc = os.environ.get('CC', 'cc').split()
    for name in names:
        subprocess.run([*cc, '-std=c11', '-O2', '-static', '-o',
            os.path.join(folder, name), os.path.join(HERE, name + '.c')],
            check=True)
    return [os.path.join(folder, name) for name in names]


def build_plant(plant):
    """Build the programs with a fault planted; the folder of the programs."""
    env = {k: v for k, v in os.environ.items() if k not in ('MAKEFLAGS',
        'MFLAGS', 'MAKELEVEL', 'BUILD', 'BIN')}
    build = 'build-plant-' + plant
    for name, value, end in ('SAN', '1', '-san'), ('STATIC', '0', '-dynamic'):
        build += end if env.get(name) == value else ''
    run = subprocess.run(['make', '-s', '-j2', '-C', TOP, 'PLANT=' + plant,
        'BUILD=' + build, 'PROGRAMS=' + ' '.join(PROGRAMS)], env=env,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode != 0:
        raise RuntimeError('make PLANT=%s: %s' % (plant, run.stdout))
    return reachable(os.path.join(TOP, build, 'bin'))


Call = collections.namedtuple('Call',
    'index done pid name call inode path path2 detail result')


def read_trace(path):
    """The recorder's -t file as Calls, a torn last line left out."""
    calls = []
    try:
        with open(path, errors='surrogateescape') as f:
            for line in f:
                part = line.rstrip('\n').split('\t')
                if line.endswith('\n') and len(part) == 10:
                    calls.append(Call(int(part[0]), int(part[1]),
                        int(part[2]), *part[3:]))
    except FileNotFoundError:
        pass
    return calls


def traced_by(pid):
    with open('/proc/%d/status' % pid) as f:
        for line in f:
            if line.startswith('TracerPid:'):
                return int(line.split()[1])
    return 0


def children(pid):
    """The processes that pid has started and that still are its children."""
    with open('/proc/%d/task/%d/children' % (pid, pid)) as f:
        return [int(word) for word in f.read().split()]


class Letter:
    """A message, who should get it, and what became of it."""

    def __init__(self, mark, to, body, sender='sender'):
        self.mark = mark
        self.to = to
        self.sender = '%s@%s' % (sender, DOMAIN)
        self.octets = b'X-Mark: %s\nSubject: crash test\n\n' % mark.encode()
        self.octets += body
        self.acknowledged = False

    def envelope(self):
        return b'F%s\0' % self.sender.encode() + b''.join(b'T%s@%s\0' %
            (user.encode(), DOMAIN.encode()) for user in self.to) + b'\0'

    def facts(self):
        return b'sender %s\n' % self.sender.encode() + b''.join(
            b'rcpt %s@%s\n' % (user.encode(), DOMAIN.encode())
            for user in self.to)


BODIES = [b'A short letter.\n', b'', b'no line end', b'\n\n.\n..\nend \n',
    b'Gr\xc3\xbc\xdfe\r\n' * 40, b'0123456789abcde\n' * 12000]


def letters(prefix, count, to=('alice', 'bob')):
    return [Letter('%s-%d' % (prefix, i), list(to), BODIES[i % len(BODIES)])
        for i in range(count)]


# What a Maildir's file has before the message as it came.
ADDED = re.compile(rb'(?:(?:Return-Path|Delivered-To|Received):[^\n]*\n'
    rb'(?:[ \t][^\n]*\n)*)+')
MARK = re.compile(rb'X-Mark: (\S+)\n')


class Chain:
    """who-is, spawner and qrunner with tables, queue and two mailboxes."""

    def __init__(self, root, programs, queue=None, mail=None):
        self.root = root
        self.programs = programs
        self.queue = queue or os.path.join(root, 'queue')
        self.mail = mail or os.path.join(root, 'mail')
        self.users = ['alice', 'bob']
        self.services = {}
        sock = lambda name: os.path.join(root, 'sock', name)
        self.env = dict(os.environ, NAME='mx.' + DOMAIN, DOMAIN=DOMAIN,
            QUEUE=self.queue, ETC=os.path.join(root, 'etc'), SYSTEM_USERS='0',
            WHOIS_SOCKET=sock('who-is'), SPAWNER_SOCKET=sock('spawner'),
            RUNNER_SOCKET=sock('runner'), QINJECT_SOCKET=sock('qinject'),
            RETRY_FIRST_S='1', RETRY_FACTOR='1', RETRY_MAX_S='1',
            RUNNER_UID=str(os.getuid()))
        # Its look for leaks cannot be made under ptrace.
        self.env.setdefault('ASAN_OPTIONS', 'detect_leaks=0')

    def lay_out(self, tables=True):
        """Make folders and tables; as root the users get uids of their own."""
        os.makedirs(os.path.join(self.root, 'sock'), exist_ok=True)
        for part in 'msg', 'tmp', 'bad':
            os.makedirs(os.path.join(self.queue, part), exist_ok=True)
        for number, user in enumerate(self.users):
            home = os.path.join(self.mail, user)
            for part in 'new', 'cur', 'tmp':
                os.makedirs(os.path.join(home, 'Maildir', part), exist_ok=True)
            if os.getuid() == 0:
                for at, _, _ in os.walk(home):
                    os.chown(at, 20001 + number, 20001 + number)
        if tables:
            self.compile_tables()

    def compile_tables(self):
        """The text tables and their cdb files."""
        etc = os.path.join(self.root, 'etc')
        os.makedirs(etc, exist_ok=True)
        users = ''
        for number, user in enumerate(self.users):
            uid, gid = os.getuid(), os.getgid()
            if uid == 0:
                uid = gid = 20001 + number
            users += '%s@%s:*:%d:%d:%s\n' % (user, DOMAIN, uid, gid,
                os.path.join(self.mail, user))
        for name, text in ('users', users), ('aliases', ''), \
                ('virtusertable', ''), ('local-host-names', DOMAIN + '\n'):
            with open(os.path.join(etc, name), 'w') as f:
                f.write(text)
        with open(os.path.join(self.root, 'log'), 'ab') as log:
            for name in 'compile-users', 'compile-virtusers', \
                    'compile-aliases', 'compile-hosts':
                subprocess.run([os.path.join(self.programs, name), etc],
                    check=True, env=self.env, stderr=log)

    def start(self, name, *argv, wrap=(), program=()):
        """Start a service, under the command wrap; True when it is ready."""
        program = program or [os.path.join(self.programs, name)]
        ready, tell = os.pipe()
        with open(os.path.join(self.root, 'log'), 'ab') as log:
            self.services[name] = subprocess.Popen([*wrap,
                *program, *argv], pass_fds=[tell],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=dict(self.env, NOTIFY_FD=str(tell)))
        os.close(tell)
        said, _, _ = select.select([ready], [], [], 5)
        got = os.read(ready, 1) if said else b''
        os.close(ready)
        return got == b'\n'

    def start_together(self, wrap):
        """Start spawner and qrunner both under the one command wrap."""
        script = ('trap "kill \\$a \\$b" TERM; NOTIFY_FD= "$0/spawner" '
            '"$0/deliver-local" & a=$!; until test -S "$SPAWNER_SOCKET"; do '
            'sleep 0.02; done; "$0/qrunner" "$0/bounce" & b=$!; wait; wait')
        return self.start('qrunner', program=['sh', '-c', script,
            self.programs], wrap=wrap)

    def start_all(self, **wraps):
        """Start the services in order, those named in wraps under a command.
        True if all got ready."""
        good = self.start('who-is')
        good &= self.start('spawner', os.path.join(self.programs,
            'deliver-local'), wrap=wraps.get('spawner', ()))
        return self.start('qrunner', os.path.join(self.programs, 'bounce'),
            wrap=wraps.get('qrunner', ())) and good

    def stop_all(self, names=('qinject', 'qrunner', 'spawner', 'who-is')):
        """End the services in this order. The names of those that had to be
        killed."""
        stuck = []
        for name in names:
            service = self.services.pop(name, None)
            if service is None:
                continue
            service.send_signal(signal.SIGTERM)
            try:
                service.wait(5)
            except subprocess.TimeoutExpired:
                stuck.append(name)
                service.kill()
                service.wait()
        return stuck

    def inject(self, letter, wrap=()):
        """Give a letter to qinject, qmail-queue's way; its exit code."""
        with tempfile.TemporaryFile() as message, \
                tempfile.TemporaryFile() as envelope, \
                open(os.path.join(self.root, 'log'), 'ab') as log:
            message.write(letter.octets)
            envelope.write(letter.envelope())
            message.seek(0)
            envelope.seek(0)
            code = subprocess.run([*wrap, os.path.join(self.programs,
                'qinject')], stdin=message, stdout=envelope, stderr=log,
                env=self.env).returncode
        letter.acknowledged = code == 0
        return code

    def inject_stream(self, letters):
        """Give letters to qinject -s on one connection, as the front does; the
        number of those acknowledged before it broke."""
        frame = lambda kind, octets=b'': kind + len(octets).to_bytes(4,
            'big') + octets
        done = 0
        with socket.socket(socket.AF_UNIX) as s:
            try:
                s.settimeout(3)
                s.connect(self.env['QINJECT_SOCKET'])
                for letter in letters:
                    s.sendall(frame(b'F', letter.facts()) +
                        frame(b'D', letter.octets) + frame(b'.'))
                    head = s.recv(5, socket.MSG_WAITALL)
                    answer = s.recv(int.from_bytes(head[1:], 'big'),
                        socket.MSG_WAITALL)
                    letter.acknowledged = head[:1] == b'A' and \
                        b'verdict done\n' in answer
                    done += letter.acknowledged
            except OSError:
                pass
        return done

    def waiting(self):
        return os.listdir(os.path.join(self.queue, 'msg'))

    def drain(self, seconds=10):
        return wait_until(lambda: not self.waiting(), seconds)

    def log(self):
        with open(os.path.join(self.root, 'log'), errors='replace') as f:
            return f.read()

    def empty(self):
        """Take all mail out of queue and mailboxes."""
        for top in self.queue, self.mail:
            for at, _, files in os.walk(top):
                for name in files:
                    os.unlink(os.path.join(at, name))

    def mailbox(self, user):
        """(file, mark or None, message as it came) of each file of a user."""
        for part in 'new', 'cur':
            place = os.path.join(self.mail, user, 'Maildir', part)
            for name in sorted(os.listdir(place)):
                with open(os.path.join(place, name), 'rb') as f:
                    octets = f.read()
                added = ADDED.match(octets)
                message = octets[added.end():] if added else octets
                mark = MARK.match(message)
                yield (part + '/' + name,
                    mark.group(1).decode() if mark else None, message)

    def faults(self, sent):
        """What is wrong with the mailboxes after all is delivered: a list of
        (kind, words), kind lost, twice, torn, stray or left."""
        wrong = []
        for user in self.users:
            seen = collections.Counter()
            due = {l.mark: l for l in sent if user in l.to}
            for name, mark, message in self.mailbox(user):
                where = '%s/%s (%d octets, mark %s)' % (user, name,
                    len(message), mark)
                if mark is None:
                    wrong.append(('torn', where))
                elif mark not in due:
                    wrong.append(('stray', where))
                elif message != due[mark].octets:
                    wrong.append(('torn', where))
                else:
                    seen[mark] += 1
            for letter in due.values():
                if seen[letter.mark] > 1:
                    wrong.append(('twice', user + ' ' + letter.mark))
                elif letter.acknowledged and seen[letter.mark] == 0:
                    wrong.append(('lost', user + ' ' + letter.mark))
        for part in 'msg', 'tmp':
            for name in os.listdir(os.path.join(self.queue, part)):
                wrong.append(('left', 'queue/%s/%s' % (part, name)))
        return wrong
