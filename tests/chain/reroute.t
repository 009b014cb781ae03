#!/usr/bin/env python3
"""The routes are changed while 1,000 messages wait (CORREO_LONG=1; else 200): the next
attempt at each takes the new one, and nothing comes twice."""

import os
import re
import sys

sys.dont_write_bytecode = True
from correo import HERE, Instance, LONG, Tap, folder, wait_for
for beside in 'admin', 'remote':
    sys.path.append(os.path.join(os.path.dirname(HERE), beside))
from admin import correo
from remote import Sink, hosts

MANY = 1000 if LONG else 200


def routes(t, i, *lines):
    with open(i.etc + '/routes', 'w') as f:
        f.writelines(line + '\n' for line in lines + ('* bounce',))
    t.eq(correo(i, 'tables').returncode, 0, 'correo tables: ' + lines[0])


def got(sink):
    return sorted(re.search('<(.*)@', to).group(1) for mail in sink.mail
        for to in mail.to)


def inject_all(i, domain):
    users = ['u%04d' % n for n in range(MANY)]
    for user in users:
        i.inject('', '%s@%s' % (user, domain), b'Subject: x\n\nText.\n')
    return users


def from_a_dead_host(t, i):
    """Nobody listened there; they wait for it."""
    with hosts(('127.0.0.1', None)) as (port, _), Sink() as new:
        routes(t, i, 'far.example [127.0.0.1]:%d tls=none' % port)
        users = inject_all(i, 'far.example')
        t.ok(i.logged('is dead'), 'the host is dead')
        t.eq(len(i.waiting()), MANY, 'all wait')
        routes(t, i, 'far.example [127.0.0.1]:%d tls=none' % new.port)
        t.ok(i.idle(120), 'with the new route the queue drains',
            len(i.waiting()))
        t.eq(got(new), users, 'each arrives once')


def from_one_that_refuses(t, i):
    """The old host says later, and has had one recipient of each already."""
    def plan(session, step):
        if step == 'rcpt' and '<u' in session.to[-1]:
            return '450 4.2.1 not now'
        return None
    with Sink(plan) as old, Sink() as new:
        routes(t, i, 'far.example [127.0.0.1]:%d tls=none' % old.port)
        users = ['u%04d' % n for n in range(MANY // 4)]
        for user in users:
            i.inject('', [user + '@far.example', 'x%s@far.example' % user],
                b'Subject: x\n\nText.\n')
        t.ok(wait_for(lambda: len(got(old)) == len(users)),
            'one recipient of each is done')
        routes(t, i, 'far.example [127.0.0.1]:%d tls=none' % new.port)
        t.ok(i.idle(120), 'with the new route the queue drains',
            len(i.waiting()))
        t.eq((got(old), got(new)), (['x' + user for user in users], users),
            'the other one of each goes there, and only he')


def main():
    t = Tap()
    with folder() as top, Instance(top, RETRY_FIRST_S=1, RETRY_FACTOR=1) as i:
        for case in from_a_dead_host, from_one_that_refuses:
            t.run(case, i)
    t.done()


main()
