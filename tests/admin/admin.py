"""What the tests of correo(8) share: running it, the control socket octet by octet,
and an attempt that stays under way."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
for beside in 'chain', 'remote':
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), beside))
from correo import BIN, Instance, LONG, ROOT, Skip, TOP, Tap, WAIT_S, folder, \
    read, skip_all, wait_for	# noqa: passed on

OTHER = 1		# daemon, a user that every Debian has
LETTER = b'Subject: a letter\n\nText.\n'


def correo(i, *args, uid=None, seconds=WAIT_S):
    """The tool with these arguments; .out and .err are text."""
    who = {} if uid is None else {'user': uid, 'group': uid,
        'extra_groups': []}
    done = subprocess.run([i.env['CORREO'], *args], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, cwd='/', timeout=seconds,
        env={'PATH': '/usr/bin:/bin'}, **who)
    done.out = done.stdout.decode()
    done.err = done.stderr.decode()
    return done


def listed(i, *args):
    """The objects of "queue list --json"."""
    return json.loads(correo(i, 'queue', 'list', '--json', *args).out)


def ids(i, *args):
    return [one['id'] for one in listed(i, *args)]


def state(i, id):
    return {one['id']: one['state'] for one in listed(i)}.get(id)


class Control:
    """A connection to qrunner's control socket."""

    def __init__(self, i):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(WAIT_S)
        self.socket.connect(i.setting('CONTROL_SOCKET'))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def say(self, octets):
        """The answer's lines; None where it hangs up."""
        try:
            self.socket.send(octets)
            answer = self.socket.recv(65536)
        except (BrokenPipeError, ConnectionResetError):
            return None
        return answer.decode().splitlines() if answer else None

    def ask(self, words):
        return self.say(words.encode() + b'\n')

    def end(self, words):
        lines = self.ask(words)
        return lines and lines[-1]


def put_away(i, user):
    os.rename(i.users[user], i.users[user] + '.away')


def bring_back(i, user):
    os.rename(i.users[user] + '.away', i.users[user])


def waiting_message(i, *to, sender='alice@example.org', octets=LETTER):
    """The id of a message that waits, deferred once; the mailbox must be away."""
    before = set(i.waiting())
    i.inject(sender, list(to), octets)

    def is_deferred(id):
        try:
            return b'\nnext ' in read(os.path.join(i.queue, 'msg', id))
        except FileNotFoundError:	# a report, which went at once
            return False
    new = wait_for(lambda: [id for id in set(i.waiting()) - before
        if is_deferred(id)])
    return new[0]


@contextlib.contextmanager
def under_way(i, *to):
    """A message whose deliveries here hang until the block is over, because the
    spawner is stopped. Yields its id."""
    for user in i.users:
        wait_for(lambda: not i.deliverers(user))
    pid = i.service_pid('spawner')
    os.kill(pid, signal.SIGSTOP)
    try:
        before = set(i.waiting())
        i.inject('alice@example.org', list(to), LETTER)
        id, = set(i.waiting()) - before
        wait_for(lambda: state(i, id) == 'tried')
        yield id
    finally:
        os.kill(pid, signal.SIGCONT)


def journal(i, id):
    """The lines behind the trailer, without their times."""
    text = read(os.path.join(i.queue, 'msg', id)).decode()
    return [re.sub(r' \d+\.\d{6}', '', line) for line in
        text[text.index('\nend '):].splitlines()[2:]]


def routes(i, *lines):
    with open(i.etc + '/routes', 'w') as f:
        f.writelines(line + '\n' for line in lines)
    done = i.compile('routes')
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
