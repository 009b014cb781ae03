#!/usr/bin/env python3
"""service/instance: start, stop, what it says of itself, and services that are
killed and come again."""

import os
import shutil
import signal
import stat
import subprocess
import sys

sys.dont_write_bytecode = True
from correo import BIN, Instance, LONG, TOP, Tap, WAIT_S, folder, processes_in, \
    read, wait_for

KEYS = ('HOST NAME CAFILE DOMAIN SMTP SUBMISSION SMTPS IMAP IMAPS POP3 POP3S '
    'POPPASSD SIEVE LMTP USER1 PASS1 ADDR1 MAILDIR1 USER2 PASS2 ADDR2 MAILDIR2 '
    'USER3 PASS3 ADDR3 MAILDIR3 SENDMAIL CORREO ETC QUEUE LOG '
    'SUPERVISOR_PID').split()


def instance_env(t, i):
    text = read(i.dir + '/instance.env').decode()
    keys = [line.split('=')[0] for line in text.splitlines()]
    t.eq(sorted(set(KEYS) - set(keys)), [], 'instance.env has every key')
    t.eq(len(keys), len(set(keys)), 'each once')
    t.ok(not any(c in text for c in '"\'\\'), 'and no quotes', text)
    t.eq([i.env['USER%d' % n] for n in (1, 2, 3)], ['alice', 'bob', 'carol'],
        'alice, bob and carol live there')
    t.eq([i.env['ADDR%d' % n] for n in (1, 2, 3)], [i.address(user) for user in
        ('alice', 'bob', 'carol')], 'with addresses')
    t.ok(all(os.path.isdir(path) for path in [i.etc, i.queue, i.env['LOG'],
        *i.users.values()]), 'the folders are there')
    t.ok(all(os.path.isfile(os.path.join(i.etc, name)) for name in
        ('aliases', 'users', 'local-host-names')), 'the tables are text')
    t.ok(int(i.env['SUPERVISOR_PID']) in processes_in(i.root),
        'the supervisor runs')
    t.eq(len({i.env['PASS%d' % n] for n in (1, 2, 3)}), 3,
        'each has his own password')
    t.eq(stat.S_IMODE(os.stat(i.dir + '/instance.env').st_mode), 0o600,
        'and only who started it reads them')
    sh = subprocess.run(['sh', '-uc', '. "$0/instance.env"; echo $SMTP $LMTP',
        i.dir], stdout=subprocess.PIPE, text=True, timeout=WAIT_S)
    t.eq(sh.stdout.split(), [str(i.port)], 'a shell reads it too')


def letter(t, i):
    done = subprocess.run([TOP + '/service/letter', i.dir], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=WAIT_S)
    t.eq(done.returncode, 0, 'service/letter sends one')
    t.ok('250 2.0.0' in done.stdout and 'stat=Sent' in done.stdout and
        'smtpd-front: id=' in done.stdout, 'and shows its way', done.stdout)
    t.ok(i.idle() and len(i.mail('bob', 'cur')) == 1, 'it is there, and read')
    t.ok('mail-login started pop3d' in done.stdout and
        'Dear Bob' in done.stdout, 'by POP3S', done.stdout)
    i.empty()


def start_twice(t, i):
    before = processes_in(i.root)
    again = i.instance('start')
    t.ok(again.returncode not in (0, None) and i.dir in again.stdout and
        'stop it first' in again.stdout, 'a second start is refused',
        again.returncode, again.stdout)
    t.eq(set(before) - set(processes_in(i.root)), set(), 'the first one runs')
    i.send(i.address('alice'))
    t.eq(len(i.arrived('alice')), 1, 'and serves')
    i.empty()


def try_to_send(i, to):
    try:
        return i.send(to)
    except (OSError, RuntimeError, ValueError):
        return None


def killed_services(t, i):
    """Whatever is killed comes again, and mail goes through."""
    for n, service in enumerate(['who-is', 'qinject', 'qrunner', 'spawner',
            'auth', 'smtp', 'log'], 1):
        pid = i.service_pid(service)
        os.kill(pid, signal.SIGKILL)
        t.ok(wait_for(lambda: i.service_pid(service) not in (0, pid)),
            '%s is killed and comes again' % service)
        id = wait_for(lambda: try_to_send(i, i.address('alice')))
        t.ok(id and wait_for(lambda: any(id in path for path in
            i.mail('alice'))), '%s: mail goes through' % service, id)
        t.ok(i.logged('id=%s' % id, 'stat=Sent'), '%s: and the log has it' %
            service)
    t.eq(i.read_env()['SMTP'], str(i.port), 'the port is the old one')
    i.empty()


def one_session_over_restarts(t, i):
    """A session goes on when the services behind it have been started anew."""
    with i.smtp() as s:
        for service in 'who-is', 'qinject', 'qrunner', 'spawner':
            s.send_message('', [i.address('bob')], b'\r\n')
            i.service('-r', service)
        s.send_message('', [i.address('bob')], b'\r\n')
    t.eq(len(i.arrived('bob', 5)), 5, 'five messages, four restarts between')
    t.ok(i.idle(), 'the queue is empty')
    i.empty()


def two_at_once(t, top, i):
    with Instance(top, 'second') as other:
        t.ok(other.port != i.port, 'a second instance has its own port')
        other.send(other.address('alice'))
        i.send(i.address('bob'))
        t.eq((len(other.arrived('alice')), len(i.arrived('bob'))), (1, 1),
            'both deliver')
        t.eq((other.mail('bob'), i.mail('alice')), ([], []),
            'each to its own')
    t.eq(sorted(set(os.listdir(top)) - {'i'}), [], 'the second leaves nothing')
    i.send(i.address('bob'))
    t.eq(len(i.arrived('bob', 2)), 2, 'and the first still serves')
    i.empty()


def settings(t, top):
    with Instance(top, 'settings', SMTP_SIZE_MAX=12345, DOMAIN='x.example',
            NAME='y.example') as i:
        with i.smtp() as s:
            t.ok('SIZE 12345' in s.hello.text and 'y.example' in
                s.greeting.text, 'settings reach the programs', s.hello)
            s.send_message('', ['bob@x.example'], b'\r\n')
        t.eq(len(i.arrived('bob')), 1, 'and so does the domain')


def stop_leaves_nothing(t, top):
    i = Instance(top, 'gone')
    with i:
        root = i.root
        i.send([i.address(user) for user in i.users])
        for user in i.users:
            i.arrived(user)
        s = i.smtp()
        stopped = i.instance('stop')
        t.eq(stopped.returncode, 0, 'stop, with an open session')
        t.ok(wait_for(lambda: not processes_in(root), 10), 'no process',
            processes_in(root))
        t.ok(not os.path.lexists(i.dir) and not os.path.exists(root),
            'no file')
        s.close()
        t.eq(i.instance('stop').returncode, 0, 'a second stop is no error')
    t.eq(sorted(set(os.listdir(top)) - {'i'}), [], 'and nothing beside it')


def stop_is_careful(t, top):
    other = os.path.join(top, 'other')
    os.mkdir(other)
    with open(other + '/precious', 'w'):
        pass
    stopped = Instance(top, 'other').instance('stop')
    t.ok(stopped.returncode != 0 and 'no instance' in stopped.stdout,
        'stop refuses a folder that is no instance', stopped.stdout)
    t.eq(os.listdir(other), ['precious'], 'and touches nothing there')
    shutil.rmtree(other)


def start_fails_cleanly(t, top):
    i = Instance(top, 'fails')
    done = i.instance('start', BIN=top + '/missing')
    t.ok(done.returncode != 0 and 'nothing is built' in done.stdout,
        'without programs: says so', done.stdout)
    t.ok(not os.path.lexists(i.dir), 'and leaves nothing')
    if not LONG:		# it waits 20 seconds
        t.skip('a service that does not start', 'CORREO_LONG=1 is not set')
        return
    programs = os.path.join(top, 'bin')
    shutil.copytree(BIN, programs, copy_function=os.symlink)
    os.unlink(programs + '/qrunner')
    with open(programs + '/qrunner', 'w') as f:
        f.write('#!/bin/sh\nexit 111\n')
    os.chmod(programs + '/qrunner', 0o755)
    done = i.instance('start', BIN=programs)
    t.ok(done.returncode != 0 and 'do not start' in done.stdout,
        'a service that does not start: says so', done.stdout)
    t.ok(wait_for(lambda: not processes_in(i.dir), 10) and
        not os.path.lexists(i.dir), 'and leaves nothing', processes_in(i.dir))
    shutil.rmtree(programs)


def main():
    t = Tap()
    with folder() as top:
        with Instance(top) as i:
            for case in instance_env, letter, start_twice, killed_services, \
                    one_session_over_restarts:
                t.run(case, i)
            t.run(two_at_once, top, i)
        for case in settings, stop_leaves_nothing, stop_is_careful, \
                start_fails_cleanly:
            t.run(case, top)
    t.done()


main()
