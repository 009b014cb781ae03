"""What the tests of sendmail(1) share: running it in a poor environment, as
whoever the test wants, and what became of the message."""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'chain'))
from correo import BIN, Delivered, Instance, LONG, ROOT, Skip, Tap, WAIT_S, \
    folder, read, skip_all, wait_for	# noqa: passed on

OTHER = 1		# daemon, a user that every Debian has
OTHER_NAME = 'daemon'
POOR = {'PATH': '/usr/bin:/bin'}

if not os.path.exists(os.path.join(BIN, 'sendmail')):
    skip_all('sendmail is not built')


def as_uid(uid):
    """Arguments for subprocess."""
    return {} if uid is None else {'user': uid, 'group': uid,
        'extra_groups': []}


def run(i, args, octets=b'', uid=None, name='sendmail', env=POOR,
        seconds=WAIT_S):
    """sendmail with these arguments; its output is text."""
    program = os.path.join(os.path.dirname(i.env['SENDMAIL']), name)
    done = subprocess.run([program] + args, input=octets, env=env, cwd='/',
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds,
        **as_uid(uid))
    done.out = done.stdout.decode(errors='replace')
    done.err = done.stderr.decode(errors='replace')
    return done


def whos():
    """The uids that a caller may have here, with names for the test."""
    return [(None, 'root'), (OTHER, OTHER_NAME)] if ROOT else [(None,
        'the user')]


def mails(i, user, n=1):
    """The user's messages, when there are n; they are taken away."""
    paths = i.arrived(user, n)
    found = [Delivered(path) for path in paths]
    i.empty(user)
    return found


def header(message, name):
    """The values of the fields of that name."""
    head = message.message.split(b'\n\n')[0].replace(b'\n\t', b' ').replace(
        b'\n ', b' ')
    return [line.split(b':', 1)[1].strip().decode('latin-1') for line in
        head.split(b'\n') if line.lower().startswith(name.lower().encode() +
        b':')]


def body(message):
    return message.message.split(b'\n\n', 1)[1]
