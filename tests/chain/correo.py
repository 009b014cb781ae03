"""What the chain's tests share: TAP, a private instance of the whole server, a
client that shows every octet of SMTP, and waiting with a deadline."""

import atexit
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BIN = os.path.abspath(os.environ.get('BIN') or os.path.join(TOP, 'build',
    'bin'))
INSTANCE = os.path.join(TOP, 'service', 'instance')
LONG = os.environ.get('CORREO_LONG') == '1'
ROOT = os.geteuid() == 0
WAIT_S = 60		# for what comes at once on an idle machine

# Settings of an instance: a test's own choice, never the caller's.
SETTINGS = ('HOST NAME DOMAIN SMTP_PORT SMTP_CONNECTIONS SMTP_SIZE_MAX '
    'SMTP_RCPT_MAX SMTP_TIMEOUT_S SMTP_DATA_S SMTP_SESSION_S QINJECT_WORKERS '
    'RETRY_FIRST_S RETRY_FACTOR RETRY_MAX_S RETRY_JITTER GIVEUP_S '
    'DIRECT DIRECT_S '
    'SYSTEM_USERS LEAST_UID DELAY_REPORT_S SMTP_AUTH AUTH_CLEAR '
    'EXTENSION SENDER_CHECK AUTH_CHECKS AUTH_TIMEOUT_S CHECKPW_LOG SMTPS_PORT '
    'SUBMISSION_PORT SUBMISSION_CONNECTIONS POP3_PORT POP3S_PORT '
    'POP3_CONNECTIONS IMAP_PORT IMAPS_PORT IMAP_CONNECTIONS '
    'TLS_HANDSHAKE_S TLS_IDLE_S TRUSTED_USERS LOCAL_WORKERS '
    'LOCAL_PER_UID LOCAL_RCPT_MAX REPORT_LANG BOUNCE_FULL_MAX '
    'DELIVERY MAIL_SPOOL PROGRAM_TIMEOUT_S '
    'PROGRAM_PROCESSES PROGRAM_FILE_MAX '
    'PROGRAM_MEMORY_MAX').split()
# What listens does not tell when it is ready.
LISTENERS = 'smtp submission smtps pop3 pop3s imap imaps'.split()


def walkable(path):
    """Can every user come to it?"""
    while path != '/':
        if not os.stat(path).st_mode & 0o001:
            return False
        path = os.path.dirname(path)
    return True


def open_copy(path):
    """The programs where other users can execute them: a checkout in /root is
    closed. Gone when the test is over."""
    top = tempfile.mkdtemp(prefix='correo-bin.')
    atexit.register(shutil.rmtree, top, True)
    os.chmod(top, 0o755)
    return shutil.copytree(path, os.path.join(top, 'bin'))


if ROOT and os.path.isdir(BIN) and not walkable(BIN):
    BIN = open_copy(BIN)


class Skip(Exception):
    """This case cannot run here; the text says why."""


class Tap:
    """Test Anything Protocol on stdout; the plan comes last."""

    def __init__(self):
        self.count = self.failed = 0

    def ok(self, good, name, *why):
        self.count += 1
        self.failed += not good
        name = re.sub(r'[^ -~]', '?', name).replace('#', '?')
        print('%sok %d - %s' % ('' if good else 'not ', self.count, name))
        if not good:
            for line in '\n'.join(str(w) for w in why).splitlines()[:60]:
                print('#   ' + line[:2000])
        sys.stdout.flush()
        return good

    def eq(self, got, want, name):
        return self.ok(got == want, name, 'got  %r' % (got,),
            'want %r' % (want,))

    def skip(self, name, reason):
        self.count += 1
        print('ok %d - %s # SKIP %s' % (self.count, name, reason))
        sys.stdout.flush()

    def run(self, case, *args):
        """Run one case; what it raises is its failure, not the others'."""
        name = case.__name__.replace('_', ' ')
        print('# %s' % name)
        try:
            case(self, *args)
        except Skip as reason:
            self.skip(name, reason)
        except Exception:
            self.ok(False, name, traceback.format_exc())

    def done(self):
        print('1..%d' % self.count)
        sys.exit(self.failed != 0)


def skip_all(reason):
    print('1..0 # SKIP %s' % reason)
    sys.exit(0)


def wait_for(condition, seconds=WAIT_S, pause=0.02):
    """What condition() says, as soon as that is true or the time is over."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result or time.monotonic() > end:
            return result
        time.sleep(pause)


def read(path):
    with open(path, 'rb') as f:
        return f.read()


@contextlib.contextmanager
def folder():
    """A temporary folder that other uids may pass through."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    path = tempfile.mkdtemp(prefix='correo-chain.')
    os.chmod(path, 0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def crypt(secret):
    """crypt(3), by perl: Python has none any more."""
    return subprocess.run(['perl', '-e', 'print crypt($ENV{S}, "\\$6\\$salt")'],
        env=dict(os.environ, S=secret), check=True, text=True,
        stdout=subprocess.PIPE).stdout


# Processes, by /proc.

def status(pid):
    """/proc/PID/status as a dictionary; {} when the process is gone."""
    try:
        lines = read('/proc/%d/status' % pid).decode().splitlines()
    except OSError:
        return {}
    return dict(line.split(':\t', 1) for line in lines if ':\t' in line)


def argv(pid):
    try:
        return read('/proc/%d/cmdline' % pid).decode(errors='replace').split(
            '\0')[:-1]
    except OSError:
        return []


def processes_in(root):
    """{pid: argv} of what runs in the folder: started from its programs, named
    with its paths, or standing in it; zombies are none."""
    found = {}
    for pid in map(int, filter(str.isdigit, os.listdir('/proc'))):
        words = argv(pid)
        at = []
        for link in 'cwd', 'exe':
            try:
                at.append(os.readlink('/proc/%d/%s' % (pid, link)).replace(
                    ' (deleted)', ''))
            except OSError:
                pass
        if pid != os.getpid() and words and any((word + '/').startswith(
                root + '/') for word in at + words):
            found[pid] = words
    return found


class Instance:
    """service/instance in a folder of its own, from start to stop."""

    def __init__(self, top, name='i', **settings):
        self.dir = os.path.join(top, name)
        self.environ = {k: v for k, v in os.environ.items()
            if k not in SETTINGS}
        self.environ.update({k: str(v) for k, v in settings.items()}, BIN=BIN)
        self.stopped_s = None

    def __enter__(self):
        started = self.instance('start')
        if started.returncode != 0:
            raise RuntimeError('service/instance start: exit %d\n%s' % (
                started.returncode, started.stdout))
        self.root = os.path.realpath(self.dir)
        self.env = self.read_env()
        self.host, self.port = self.env['HOST'], int(self.env['SMTP'])
        self.domain, self.name = self.env['DOMAIN'], self.env['NAME']
        self.queue, self.etc = self.env['QUEUE'], self.env['ETC']
        self.users = {self.env['USER%d' % n]: self.env['MAILDIR%d' % n]
            for n in (1, 2, 3)}
        return self

    def __exit__(self, *_):
        if os.path.lexists(self.dir):
            stopped = self.instance('stop')
            if stopped.returncode != 0:
                print('# service/instance stop: exit %d\n# %s' % (
                    stopped.returncode, stopped.stdout))
        wait_for(lambda: not processes_in(self.root), 5)
        for pid in processes_in(self.root):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def instance(self, verb, **more):
        """service/instance VERB; a file takes what it says, because services
        would keep a pipe open."""
        with tempfile.TemporaryFile('w+') as said:
            done = subprocess.run([INSTANCE, verb, self.dir], stdout=said,
                stderr=said, stdin=subprocess.DEVNULL, timeout=120,
                env=dict(self.environ, **more))
            said.seek(0)
            done.stdout = said.read()
        return done

    def read_env(self):
        with open(os.path.join(self.dir, 'instance.env')) as f:
            return dict(line.rstrip('\n').split('=', 1) for line in f)

    def setting(self, name):
        """One of the settings that the instance's programs see."""
        return read(os.path.join(self.etc, 'env', name)).decode().strip()

    def settings(self):
        names = os.listdir(os.path.join(self.etc, 'env'))
        return {name: self.setting(name) for name in names}

    def address(self, user):
        return '%s@%s' % (user, self.domain)

    # Mailboxes and queue.

    def mail(self, user, part='new'):
        """The paths of the user's messages."""
        at = os.path.join(self.users[user], part)
        return sorted(os.path.join(at, name) for name in os.listdir(at))

    def waiting(self):
        """The ids of the messages in the queue."""
        return sorted(os.listdir(os.path.join(self.queue, 'msg')))

    def idle(self, seconds=WAIT_S):
        """True when nothing waits any more."""
        return wait_for(lambda: not self.waiting(), seconds)

    def arrived(self, user, n=1, seconds=WAIT_S):
        """The paths when there are at least n, or what there is at the end."""
        wait_for(lambda: len(self.mail(user)) >= n, seconds)
        return self.mail(user)

    def empty(self, *users):
        """Remove the users' messages, all if none is named. Not before the
        queue is empty: a file that goes while its message is still there
        may come again."""
        self.idle(10)
        for user in users or self.users:
            for part in 'new', 'cur':
                for path in self.mail(user, part):
                    os.unlink(path)

    def add_user(self, name, address=None, secret=None, quota=''):
        """One more virtual user, with an uid of his own as root. Without a
        secret he cannot log in."""
        uid = gid = 60650 + len(self.users)
        if not ROOT:
            uid, gid = os.getuid(), os.getgid()
        home = os.path.join(self.root, 'mail', name)
        maildir = os.path.join(home, 'Maildir')
        for part in 'new', 'cur', 'tmp':
            os.makedirs(os.path.join(maildir, part), 0o700)
        for at, _, _ in os.walk(home):
            os.chown(at, uid, gid)
            os.chmod(at, 0o700)
        self.users[name] = maildir
        self.add_lines('users', '%s:%s:%d:%d:%s:%s' % (address or
            self.address(name), crypt(secret) if secret else '*', uid, gid,
            home, quota))

    def add_lines(self, table, *lines):
        """Append lines to a text table and compile it."""
        with open(os.path.join(self.etc, table), 'a') as f:
            f.writelines(line + '\n' for line in lines)
        compiled = self.compile(table)
        if compiled.returncode != 0:
            raise RuntimeError(compiled.stderr)

    def compile(self, table):
        """Compile a table; names that lead nowhere are no error here."""
        program = {'local-host-names': 'hosts', 'virtusertable': 'virtusers',
            'relay-domains': 'relays'}.get(table, table)
        return subprocess.run([os.path.join(self.root, 'libexec',
            'compile-' + program), '-l', self.etc], stderr=subprocess.PIPE,
            text=True, timeout=WAIT_S)

    # Log and services.

    def log(self):
        """The lines of the log, without their times."""
        lines = []
        for name in sorted(os.listdir(self.env['LOG']), key=lambda name:
                (name == 'current', name)):
            if name == 'current' or name.startswith('@'):
                text = read(os.path.join(self.env['LOG'], name))
                lines += text.decode(errors='replace').splitlines()
        return [re.sub(r'^\S+ \S+ +', '', line) for line in lines]

    def logged(self, *words, n=1, seconds=WAIT_S):
        """The log's lines that have all the words, when there are n."""
        def lines():
            return [line for line in self.log()
                if all(word in line for word in words)]
        wait_for(lambda: len(lines()) >= n, seconds)
        return lines()

    def service_pid(self, service):
        """The process that s6 supervises, or 0."""
        words = subprocess.run(['s6-svstat', '-o', 'pid', os.path.join(
            self.root, 'service', service)], stdout=subprocess.PIPE,
            text=True, timeout=WAIT_S).stdout
        return max(int(words or 0), 0)

    def service(self, option, service):
        """s6-svc with -d, -u or -r, done when it returns."""
        at = os.path.join(self.root, 'service', service)
        before = self.service_pid(service)
        subprocess.run(['s6-svc', option, at], check=True, timeout=WAIT_S)

        def done():
            words = subprocess.run(['s6-svstat', '-o', 'pid,ready', at],
                stdout=subprocess.PIPE, text=True, timeout=WAIT_S).stdout
            pid, ready = words.split()
            if option == '-d':
                return int(pid) <= 0
            return int(pid) > 0 and (ready == 'true' or service in LISTENERS) \
                and (option == '-u' or int(pid) != before)
        if not wait_for(done):
            said = subprocess.run(['s6-svstat', at], stdout=subprocess.PIPE,
                text=True).stdout
            raise RuntimeError('s6-svc %s %s: not done: was %d, %s%s' % (option,
                service, before, said, '\n'.join(self.log()[-10:])))

    def processes(self, program=None):
        """{pid: argv} of the instance's processes of that program."""
        found = processes_in(self.root)
        return {pid: words for pid, words in found.items() if program is None
            or any(os.path.basename(word) == program for word in words[:1])}

    def deliverers(self, user):
        """The pids of the deliver-locals of the user's mailbox."""
        return [pid for pid, words in self.processes('deliver-local').items()
            if self.users[user] in words]

    # Ways in.

    def smtp(self, **more):
        return Smtp(self.host, self.port, **more)

    def send(self, to, octets=b'Subject: a letter\r\n\r\nText.\r\n',
            sender='sender@example.net'):
        """Send one message by SMTP; its queue id, or RuntimeError."""
        with self.smtp() as s:
            return s.send_message(sender, [to] if isinstance(to, str) else to,
                octets)

    def inject(self, sender, to, octets=b'Subject: a letter\n\nText.\n'):
        """Queue one message, LF line ends, qmail-queue's way: no front asks
        who-is first. RuntimeError when it is not taken."""
        envelope = b'F%s\0%s\0' % (sender.encode(), b''.join(b'T%s\0' %
            one.encode() for one in ([to] if isinstance(to, str) else to)))
        with tempfile.TemporaryFile() as message, \
                tempfile.TemporaryFile() as into:
            for file, part in (message, octets), (into, envelope):
                file.write(part)
                file.seek(0)
            done = subprocess.run([self.root + '/libexec/qinject'],
                stdin=message, stdout=into, stderr=subprocess.PIPE,
                env=self.settings(), timeout=WAIT_S, **self.queue_user())
        if done.returncode != 0:
            raise RuntimeError('qinject: exit %d %s' % (done.returncode,
                done.stderr))

    def queue_user(self):
        """Arguments for subprocess: run as the queue's user."""
        st = os.stat(self.queue)
        return {'user': st.st_uid, 'group': st.st_gid, 'extra_groups': []} \
            if ROOT else {}


class Reply:
    """An SMTP reply: code, enhanced code or '', lines without CRLF."""

    def __init__(self, lines):
        self.lines = lines
        self.code = int(lines[-1][:3])
        found = re.match(rb'[245]\.\d{1,3}\.\d{1,3}(?= )', lines[-1][4:])
        self.enhanced = found.group().decode() if found else ''
        self.text = b'\n'.join(lines).decode(errors='replace')

    def __repr__(self):
        return self.text


class Smtp:
    """A connection whose every octet is the test's own choice."""

    def __init__(self, host, port, ehlo=True, seconds=WAIT_S):
        self.socket = socket.create_connection((host, port), seconds)
        self.seconds = seconds
        self.file = self.socket.makefile('rb')
        self.replies = []		# all that came, for who wants to look
        self.greeting = self.reply()
        if ehlo:
            self.hello = self.command('EHLO client.example.net')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()
        self.socket.close()

    def write(self, octets):
        self.socket.sendall(octets)

    def reply(self):
        """The next reply; None when the server hung up."""
        lines = []
        while not lines or lines[-1][3:4] == b'-':
            try:
                line = self.file.readline(10000)
            except ConnectionResetError:
                line = b''
            if not line:
                return None
            if not re.match(rb'\d{3}[- ].*\r\n\Z', line):
                raise ValueError('no SMTP reply: %r' % line)
            lines.append(line[:-2])
        self.replies.append(Reply(lines))
        return self.replies[-1]

    def command(self, line):
        self.write(line.encode('latin-1') + b'\r\n')
        return self.reply()

    def envelope(self, sender, to):
        """MAIL and RCPT, all of which must be taken."""
        for line in ['MAIL FROM:<%s>' % sender] + ['RCPT TO:<%s>' % one
                for one in to]:
            answer = self.command(line)
            if answer is None or answer.code != 250:
                raise RuntimeError('%s: %s' % (line, answer))

    def data(self, octets):
        """DATA with octets as they stand on the wire, and the final dot."""
        answer = self.command('DATA')
        if answer is None or answer.code != 354:
            raise RuntimeError('DATA: %s' % answer)
        self.write(octets + b'.\r\n')
        return self.reply()

    def send_message(self, sender, to, octets):
        self.envelope(sender, to)
        answer = self.data(octets)
        if answer is None or answer.code != 250:
            raise RuntimeError('message: %s' % answer)
        return queue_id(answer)


def queue_id(answer):
    return re.search(r'(?:queued|delivered) as ([-0-9a-f]+)', answer.text).group(1)


def wire_form(octets):
    """What DATA carries for a message with LF line ends, without the final
    dot. It must end with LF or be empty."""
    lines = octets.split(b'\n')
    return b'\r\n'.join(b'.' + line if line.startswith(b'.') else line
        for line in lines)


ADDED = re.compile(rb'Return-Path: <([^\n]*)>\nDelivered-To: ([^\n]*)\n'
    rb'(Received: (?:[^\n]*\n\t)+?\w{3}, \d{1,2} \w{3} \d{4} [\d:]{8} '
    rb'\+0000\n)')


class Delivered:
    """A file of a Maildir: what we added, and the message as it came."""

    def __init__(self, path):
        self.path = path
        self.octets = read(path)
        found = ADDED.match(self.octets)
        if not found:
            raise ValueError('%s: not our header: %r' % (path,
                self.octets[:500]))
        self.sender, self.to, self.received = (part.decode() for part in
            found.groups())
        self.message = self.octets[found.end():]
