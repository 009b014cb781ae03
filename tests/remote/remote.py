"""What the tests of deliver-remote share: hosts that say what a test wants, when it
wants, a table instead of the DNS, and the program with its jobs."""

import array
import concurrent.futures
import contextlib
import itertools
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'dns'))
from dns import BIN, Dnsq, ROOT, Skip, Tap, folder, status, wait_for  # noqa

UID = 60606		# as root; no entry in passwd is needed
WAIT_S = 60
NAME = 'out.example.org'
END = b'\r\n.\r\n'
PROGRAM = os.path.join(BIN, 'deliver-remote')


class Gone(Exception):
    """The client hung up, or the plan says to."""


class Together(Tap):
    """Some checks, kept until they are told: so cases that mostly wait can do
    that at the same time."""

    def __init__(self):
        self.kept = []

    def ok(self, good, name, *why):
        self.kept.append((good, name, why))
        return good

    @staticmethod
    def run_all(t, case, arguments):
        """Run case(t, *arguments) for each, eight at a time."""
        def one(words):
            mine = Together()
            try:
                case(mine, *words)
            except Exception:
                mine.ok(False, case.__name__, traceback.format_exc())
            return mine.kept
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for kept in pool.map(one, arguments):
                for good, name, why in kept:
                    t.ok(good, name, *why)


class Sink:
    """A server of SMTP or LMTP on a port of the kernel's choice. What it says comes
    from a plan: a function of the session and a step's name - connect, ehlo, helo,
    lhlo, mail, rcpt, data, body, rset, quit, noop, auth, starttls, other - that
    returns
      None          the usual answer
      a string      lines without CRLF, LF between them, in place of it
      bytes         these octets
      False         close the connection
      Sink.RESET    close it so that the client gets a reset
      a number      seconds of silence, then the usual answer
      Sink.SILENCE  silence until the client leaves
    A dictionary is a plan too, from step to one of those or to a function of the
    session. Steps and mail are kept in sessions, which the test reads."""

    RESET, SILENCE = object(), object()
    OFFER = ('PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES', 'SIZE')

    def __init__(self, plan=None, offer=OFFER, lmtp=False, host='127.0.0.1',
            path=None, tls=None, at_once=False, name='sink.example', port=0):
        self.plan = plan or {}
        self.offer, self.lmtp, self.name = offer, lmtp, name
        self.tls, self.at_once = tls, at_once
        self.sessions, self.lock = [], threading.Lock()
        self.careless = False	# 354 to DATA for nobody
        self.whole = []		# messages that came whole, taken or not
        self.go = threading.Event()	# it greets when this is set
        self.go.set()
        if path:
            self.listen = socket.socket(socket.AF_UNIX)
            self.listen.bind(path)
            os.chmod(path, 0o666)
            self.listen.listen(20)
        else:
            family = socket.AF_INET6 if ':' in host else socket.AF_INET
            self.listen = socket.create_server((host, port), family=family,
                backlog=20)
            self.port = self.listen.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listen.shutdown(socket.SHUT_RDWR)
        self.listen.close()
        # Its thread closes it: a number that is free while the thread still
        # waits for it may soon be something else's, and is then kept open.
        for session in self.sessions:
            with contextlib.suppress(OSError):
                session.socket.shutdown(socket.SHUT_RDWR)

    def accept(self):
        while True:
            try:
                s, _ = self.listen.accept()
            except OSError:
                return
            session = Session(self, s)
            with self.lock:
                self.sessions.append(session)
            threading.Thread(target=session.run, daemon=True).start()

    def say(self, session, step):
        plan = self.plan
        said = plan(session, step) if callable(plan) else plan.get(step)
        return said(session) if callable(said) else said

    @property
    def mail(self):
        """All messages that were taken, in their order."""
        return [one for session in self.sessions for one in session.mail]

    def steps(self):
        return [session.steps for session in self.sessions]


class Mail:
    """A message: the octets between DATA and the final dot, as they came."""

    def __init__(self, sender, to, raw, tls):
        self.sender, self.to, self.raw, self.tls = sender, to, raw, tls
        lines = raw.split(b'\r\n')
        self.lines = [line[1:] if line.startswith(b'.') else line
            for line in lines]
        self.octets = b'\r\n'.join(self.lines)


class Session:
    USUAL = {'rset': '250 2.0.0 reset', 'quit': '221 2.0.0 bye',
        'noop': '250 2.0.0 ok', 'mail': '250 2.1.0 sender ok',
        'rcpt': '250 2.1.5 recipient ok', 'data': '354 go on',
        'other': '500 5.5.2 what?', 'auth': '235 2.7.0 welcome'}

    def __init__(self, sink, sock):
        self.sink, self.socket = sink, sock
        self.steps, self.lines, self.mail = [], [], []
        self.sender, self.to, self.taken = None, [], []
        self.tls = False
        self.left = None	# how it ended
        self.chunks = []	# what recv gave
        self.buffer = b''
        sock.settimeout(WAIT_S)
        if sock.family != socket.AF_UNIX:	# or each reply waits for an ACK
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def run(self):
        try:
            self.sink.go.wait(WAIT_S)
            if self.sink.at_once:
                self.turn()
            self.answer('connect', '220 %s ESMTP' % self.sink.name)
            while True:
                self.serve(self.line())
        except Gone as gone:
            self.left = str(gone) or 'client'
        except (OSError, ssl.SSLError) as e:
            self.left = repr(e)
        finally:
            with contextlib.suppress(OSError):
                self.socket.close()

    def turn(self):
        self.socket = self.sink.tls.wrap_socket(self.socket, server_side=True)
        self.tls = True

    def fill(self):
        more = self.socket.recv(65536)
        if not more:
            raise Gone()
        self.chunks.append(more)
        self.buffer += more

    def line(self):
        while b'\n' not in self.buffer:
            self.fill()
        line, _, self.buffer = self.buffer.partition(b'\n')
        return line.rstrip(b'\r').decode('latin-1')

    def send(self, octets):
        self.socket.sendall(octets)

    def reply(self, text):
        lines = text.split('\n')
        self.send(b''.join(line.encode('latin-1') + b'\r\n' for line in lines))

    def answer(self, step, usual, mail=None):
        """Do what the plan says, or the usual. The code that was said. The mail,
        if there is one, is taken before the client hears so."""
        self.steps.append(step)
        said = self.sink.say(self, step)
        if said is False:
            raise Gone('plan')
        if said is Sink.RESET:
            self.reset()
        if said is Sink.SILENCE:
            while True:
                self.fill()
        if isinstance(said, (int, float)):
            time.sleep(said)
            said = None
        if not isinstance(said, bytes):
            said = usual if said is None else said
            said = b''.join(line.encode('latin-1') + b'\r\n' for line in
                said.split('\n'))
        code = int(said[:3]) if said[:3].isdigit() else 0
        if mail and 200 <= code < 300:
            self.mail.append(mail)
        self.send(said)
        if code == 421:
            raise Gone('plan')
        return code

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
            b'\1\0\0\0\0\0\0\0')
        raise Gone('plan')

    def serve(self, line):
        self.lines.append(line)
        verb = line.split(' ')[0].lower()
        step = verb if verb in self.USUAL or verb in ('ehlo', 'lhlo', 'helo',
            'starttls') else 'other'
        if step in ('ehlo', 'lhlo'):
            offer = list(self.sink.offer)
            if self.sink.tls and not self.tls:
                offer.append('STARTTLS')
            lines = [self.sink.name] + offer
            self.answer(step, '\n'.join('250%s%s' % ('-' if n < len(lines) - 1
                else ' ', text) for n, text in enumerate(lines)))
        elif step == 'helo':
            self.answer(step, '250 ' + self.sink.name)
        elif step == 'starttls':
            if self.answer(step, '220 2.0.0 begin') == 220:
                self.turn()
        elif step == 'mail':
            if self.sender is not None:
                self.reply('503 5.5.1 nested MAIL')
                return
            if self.answer(step, self.USUAL[step]) == 250:
                self.sender, self.to, self.taken = line, [], []
        elif step == 'rcpt':
            if self.sender is None and not self.sink.careless:
                self.reply('503 5.5.1 MAIL first')
                return
            self.to.append(line)
            if self.answer(step, self.USUAL[step]) < 300:
                self.taken.append(line)
        elif step == 'data':
            if not self.taken and not self.sink.careless:
                self.reply('554 5.5.1 no recipients')
                return
            if self.answer(step, self.USUAL[step]) == 354:
                self.take_body()
        elif step == 'quit':
            self.answer(step, self.USUAL[step])
            raise Gone('quit')
        else:
            if step == 'rset':
                self.sender = None
            self.answer(step, self.USUAL[step])

    def take_body(self):
        data, seen = bytearray(b'\r\n' + self.buffer), 0
        end = self.sink.say(self, 'reading')	# close within the message?
        while True:
            if isinstance(end, str):
                self.reply(end)
                raise Gone('plan')
            if end is False:
                raise Gone('plan')
            if end is Sink.RESET:
                self.reset()
            if end is Sink.SILENCE:
                time.sleep(WAIT_S)
            at = data.find(END, max(seen - len(END), 0))
            if at != -1:
                break
            seen = len(data)
            self.buffer = b''
            self.fill()
            data += self.buffer
        raw = bytes(data[2:at + 2]) if at else b''
        self.buffer = bytes(data[at + len(END):])
        mail = Mail(self.sender, self.taken, raw, self.tls)
        self.sender = None
        self.sink.whole.append(mail)
        if self.sink.lmtp:
            for n, one in enumerate(mail.to):
                self.rcpt = one
                self.answer('body', '250 2.0.0 <%d> taken' % n,
                    Mail(mail.sender, [one], raw, self.tls))
        else:
            self.answer('body', '250 2.0.0 taken', mail)


class Answer:
    def __init__(self, octets):
        self.text = octets.decode('latin-1')
        self.fields = dict(line.split(' ', 1) for line in
            self.text.splitlines())
        self.number = int(self.fields['job'])
        self.verdict, self.dsn = self.fields['verdict'], self.fields['dsn']
        self.why = self.fields['why']
        self.relay = self.fields.get('relay', '')

    def __repr__(self):
        return '%s %s %s' % (self.verdict, self.dsn, self.why)


class Remote:
    """deliver-remote NEXTHOP, our end of its jobs, and messages in files."""

    numbers = itertools.count(1)
    ids = itertools.count(0x6610432685d3c)

    def __init__(self, top, nexthop, dnsq=None, count=itertools.count(),
            name=NAME, **settings):
        self.dir = os.path.join(top, 'remote.%d' % next(count))
        os.mkdir(self.dir, 0o755)
        if ROOT:
            os.chown(self.dir, UID, UID)
        self.jobs, theirs = socket.socketpair(socket.AF_UNIX,
            socket.SOCK_SEQPACKET)
        self.jobs.settimeout(WAIT_S)
        self.log_path = os.path.join(self.dir, 'log')
        env = {'NAME': name, 'PATH': os.environ['PATH'],
            'ASAN_OPTIONS': 'detect_leaks=0'}
        if dnsq:
            env['DNSQ_SOCKET'] = dnsq.path
        env.update((k, str(v)) for k, v in settings.items())
        env = {k: v for k, v in env.items() if v != ''}
        who = {'user': UID, 'group': UID, 'extra_groups': []} if ROOT else {}
        with open(self.log_path, 'w') as log:
            self.process = subprocess.Popen([PROGRAM, nexthop], stdin=theirs,
                stdout=subprocess.DEVNULL, stderr=log, env=env, cwd='/', **who)
        theirs.close()
        self.answers = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.jobs.close()
        self.code()

    def code(self):
        try:
            return self.process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def log(self):
        with open(self.log_path) as f:
            return f.read()

    def message(self, octets, before=b'head\n'):
        """A queue file, as far as deliver-remote looks: its path, where the
        message begins, sizes."""
        path = os.path.join(self.dir, 'message.%d' % next(self.numbers))
        with open(path, 'wb') as f:
            f.write(before + octets + b'\nend 1 2 3\n')
        wire = len(octets) + sum(1 for n in range(len(octets)) if
            octets[n:n + 1] == b'\n' and octets[max(n - 1, 0):n] != b'\r') if \
            len(octets) < 100000 else len(octets) + octets.count(b'\n')
        return path, len(before), len(octets), wire

    def job(self, to='bob@example.org', octets=b'Subject: x\n\nText.\n',
            sender='alice@example.net', id=None, message=None, **more):
        """Send one job; its number."""
        number = next(self.numbers)
        path, at, size, wire = message or self.message(octets)
        fields = {'job': number, 'replay': 0, 'id': id or self.new_id(),
            'sender': sender, 'to': to, 'time': 1795521600000000, 'at': at,
            'size': size, 'wire': wire}
        fields.update(more)
        record = ''.join('%s %s\n' % one for one in fields.items())
        with open(path, 'rb') as f:
            self.jobs.sendmsg([record.encode('latin-1')], [(socket.SOL_SOCKET,
                socket.SCM_RIGHTS, array.array('i', [f.fileno()]))])
        return number

    def new_id(self):
        return '%013x-1-e48de601' % next(self.ids)

    def message_to(self, *to, octets=b'Subject: x\n\nText.\n', **more):
        """One message, a job a recipient; their numbers."""
        message, id = self.message(octets), self.new_id()
        return [self.job(one, message=message, id=id, **more) for one in to]

    def answer(self, number=None):
        """The answer to this job, or the next one; None at the end."""
        while True:
            for one in self.answers:
                if number in (None, one.number):
                    self.answers.remove(one)
                    return one
            try:
                octets = self.jobs.recv(4096)
            except ConnectionResetError:	# it left jobs unread
                continue
            if not octets:
                return None
            self.answers.append(Answer(octets))

    def deliver(self, *to, together=None, **more):
        """One message to these; the answers in their order. The sink together, to
        which there must be no connection yet, gets all in one transaction."""
        if together:
            together.go.clear()
        numbers = self.message_to(*(to or ('bob@example.org',)), **more)
        if together:
            together.go.set()
        return [self.answer(number) for number in numbers]

    def one(self, **more):
        return self.deliver(**more)[0]

    def end(self):
        """No more jobs: what it exits with."""
        self.jobs.shutdown(socket.SHUT_WR)
        return self.code()


def to(port, host='127.0.0.1', words=''):
    return 'smtp:[%s]:%d%s' % (host, port, words and ' ' + words)


@contextlib.contextmanager
def hosts(*wanted):
    """Sinks that share a port, each on an address of its own: (host, words for
    Sink), or (host, None) where nobody is to listen. Yields the port and the
    sinks."""
    for attempt in range(50):
        with contextlib.ExitStack() as stack:
            port, made = 0, []
            try:
                for host, words in wanted:
                    if words is None and port:
                        made.append(None)
                        continue
                    sink = Sink(host=host, port=port, **(words or {}))
                    port = sink.port
                    if words is None:
                        sink.listen.close()
                    else:
                        stack.enter_context(sink)
                    made.append(words is not None and sink or None)
            except OSError:
                if attempt == 49:
                    raise
                continue
            yield (port, *made)
            return


def table(top, text, count=itertools.count()):
    """dnsq with this table."""
    path = os.path.join(top, 'table.%d' % next(count))
    with open(path, 'w') as f:
        f.write(text)
    return Dnsq(top, DNS_TABLE=path)
