#!/usr/bin/env python3
"""From the queue into mailboxes: aliases, owners, mailboxes that cannot be
written, retries, failures for good, tables, garbage, and hanging deliveries."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
from correo import Delivered, Instance, ROOT, Skip, Tap, WAIT_S, argv, \
    folder, processes_in, read, status, wait_for

LETTER = b'Subject: a letter\r\n\r\nText.\r\n'
ALIASES = ['one: two', 'two: three', 'three: alice', 'dave: dave, bob',
    'ring1: ring2, alice', 'ring2: ring1, bob', 'void1: void2', 'void2: void1',
    'twice: alice, ALICE@Example.org, three, alice', 'info@example.org: bob',
    'c25: alice', *('c%d: c%d' % (n, n + 1) for n in range(25))]


def counts(i):
    return [len(i.mail(user)) for user in ('alice', 'bob', 'carol')]


def aliases(t, i):
    for to, want in [('one', [1, 0, 0]), ('twice', [1, 0, 0]),
            ('info', [0, 1, 0]), ('staff', [1, 1, 1]), ('abuse', [1, 0, 0]),
            ('ring1', [1, 1, 0]), ('dave', [0, 1, 0])]:
        i.send(i.address(to), LETTER, i.address('erin'))
        t.ok(i.idle(), '%s leaves the queue' % to)
        t.eq(len(i.mail('erin')), to == 'ring1', 'reports: of a circle, whose '
            'name is no user')
        t.eq(counts(i), want, '%s reaches each once' % to)
        t.eq(len(i.mail('dave')), to == 'dave', 'and the alias of its own name')
        i.empty()
    with i.smtp() as s:
        s.command('MAIL FROM:<>')
        answer = s.command('RCPT TO:<%s>' % i.address('void1'))
        t.ok(answer.code == 550 and answer.enhanced == '5.1.1',
            'a circle that leads nowhere is refused', answer)
        answer = s.command('RCPT TO:<%s>' % i.address('c0'))
        t.eq(answer.code, 451, 'aliases nested too deep: try later')
        t.ok(i.logged('to=<%s>' % i.address('c0')), 'and the log names it')


def several_recipients(t, i):
    i.send([i.address(user) for user in ('alice', 'bob', 'staff', 'carol',
        'one', 'alice')])
    t.ok(i.idle(), 'six recipients leave the queue')
    t.eq(counts(i), [1, 1, 1], 'each mailbox has it once')
    for user in 'alice', 'bob', 'carol':
        one = Delivered(i.mail(user)[0])
        t.eq((one.sender, one.to, one.message, ' for <' in one.received),
            ('sender@example.net', i.address(user),
            LETTER.replace(b'\r', b''), False),
            "%s's Return-Path, Delivered-To and Received" % user)
    i.empty()


def owners(t, i):
    i.send([i.address(user) for user in i.users])
    for user, maildir in i.users.items():
        st, home = os.stat(i.arrived(user)[0]), os.stat(maildir)
        t.eq((st.st_uid, st.st_gid, oct(st.st_mode), st.st_nlink),
            (home.st_uid, home.st_gid, oct(0o100600), 1),
            "%s's file is %s's own, for nobody else" % (user, user))
        t.ok(not ROOT or st.st_uid not in (0, os.stat(i.queue).st_uid),
            'and no daemon owns it')
    i.empty()


def loops(t, i):
    head = b'Delivered-To: %s\r\n'
    for user in i.address('alice'), i.address('ALICE'):
        id = i.send([i.address('alice'), i.address('bob')], b'X: y\r\n' +
            head % user.encode() + LETTER, i.address('erin'))
        t.ok(i.logged(id, 'dsn=5.4.6', 'stat=Failed', i.address('alice')),
            'Delivered-To: %s is a loop' % user)
        t.ok(i.logged(id, 'kind=failed', 'to=<%s>' % i.address('erin')) and
            i.arrived('erin'), 'its sender is told')
        t.eq((len(i.mail('alice')), len(i.arrived('bob'))), (0, 1),
            'the other recipient has it')
        i.empty()
    i.send(i.address('alice'), b'Delivered-To: x@b.example\r\n' + LETTER +
        head % i.address('alice').encode())
    t.eq(len(i.arrived('alice')), 1, 'other addresses and the body are none')
    i.empty()


@contextlib.contextmanager
def system_user(i, home):
    name = 'correo-t%d' % os.getpid()
    try:
        done = subprocess.run(['useradd', '-M', '-d', home, '-s',
            '/bin/false', name], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise Skip('useradd: ' + done.stdout.strip())
        yield pwd.getpwnam(name)
    finally:
        with contextlib.suppress(KeyError):
            uid = str(pwd.getpwnam(name).pw_uid)
            # userdel refuses while a process of his runs.
            wait_for(lambda: not any(uid in status(pid).get('Uid', '').split()
                for pid in i.processes('deliver-local')))
            subprocess.run(['userdel', '-f', name], stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)


def users_of_the_system(t, i):
    if not ROOT:
        raise Skip('only root can make a user')
    if not shutil.which('useradd'):
        raise Skip('useradd is not installed')
    home = i.root + '/mail/system'
    with system_user(i, home) as user:
        os.mkdir(home, 0o700)
        os.chown(home, user.pw_uid, user.pw_gid)
        i.users[user.pw_name] = home + '/Maildir'
        ids = [i.send(i.address(user.pw_name)) for _ in range(3)]
        t.eq(len(ids), 3, "a system's user is known")
        wait_for(lambda: os.path.exists(home + '/Maildir/new'))
        files = i.arrived(user.pw_name, 3)
        t.eq(len(files), 3, 'his Maildir is made and has three letters')
        for path in files + [home + '/Maildir/' + part for part in
                ('', 'new', 'cur', 'tmp')]:
            st = os.stat(path)
            t.eq((st.st_uid, st.st_gid, st.st_mode & 0o077), (user.pw_uid,
                user.pw_gid, 0), os.path.basename(path)[:10] + ' is his own')
        # He owns his Maildir: a link to elsewhere must not be followed as root.
        shutil.rmtree(home + '/Maildir')
        os.symlink(i.queue, home + '/Maildir')
        id = i.send(i.address(user.pw_name))
        t.ok(i.logged(id, 'stat=Deferred', user.pw_name),
            "a link into the queue is not in his reach")
        os.unlink(home + '/Maildir')
        t.eq(len(wait_for(lambda: os.path.isdir(home + '/Maildir/new') and
            i.arrived(user.pw_name)) or []), 1, 'mended: it arrives')
        t.ok(i.idle(), 'the queue is empty')
        del i.users[user.pw_name]
    with i.smtp() as s:
        s.command('MAIL FROM:<>')
        for daemon in 'daemon', 'nobody', user.pw_name:
            answer = s.command('RCPT TO:<%s>' % i.address(daemon))
            t.eq(answer.code, 550, '%s gets no mail' % daemon)


# Mailboxes that cannot be written: deferred, tried again, delivered once.

def deferred_until_mended(t, i, name, dsn, mend):
    id = i.send([i.address('alice'), i.address('bob')])
    lines = i.logged(id, 'stat=Deferred', i.address('alice'), n=2)
    t.ok(len(lines) >= 2 and all('dsn=%s ' % dsn in line for line in lines),
        '%s: deferred %s, and tried again' % (name, dsn), *lines)
    t.eq(len(i.arrived('bob')), 1, '%s: the other recipient has it' % name)
    t.eq(i.waiting(), [id], '%s: it waits in the queue' % name)
    mend()
    files = i.arrived('alice')
    t.ok(i.idle(), '%s: mended, it leaves the queue' % name)
    t.eq(counts(i), [1, 1, 0], '%s: each has it once' % name)
    t.eq(Delivered(files[0]).message, LETTER.replace(b'\r', b''),
        '%s: as it was' % name)
    t.eq(os.listdir(i.users['alice'] + '/tmp'), [], '%s: tmp/ is empty' % name)
    i.empty()


def missing_mailbox(t, i):
    for part in '', '/new':
        path = i.users['alice'] + part
        os.rename(path, path + '.away')
        deferred_until_mended(t, i, 'Maildir%s is missing' % part, '4.2.0',
            lambda: os.rename(path + '.away', path))


def read_only_mailbox(t, i):
    box = i.users['alice']
    for path, mode in (box + '/new', 0o500), (box, 0), (os.path.dirname(box),
            0):
        os.chmod(path, mode)
        try:
            deferred_until_mended(t, i, '%s has mode %o' % (
                os.path.basename(path), mode), '4.2.1',
                lambda: os.chmod(path, 0o700))
        finally:
            os.chmod(path, 0o700)


def no_folder(t, i):
    path = i.users['alice']
    os.rename(path, path + '.away')
    with open(path, 'w'):
        pass

    def mend():
        os.unlink(path)
        os.rename(path + '.away', path)
    deferred_until_mended(t, i, 'Maildir is a file', '4.2.0', mend)


@contextlib.contextmanager
def tmpfs(at, size, st):
    """A small file system at the folder, for the folder's owner."""
    if not ROOT:
        raise Skip('only root can mount a small disk')
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o',
        'size=%s,mode=700,uid=%d,gid=%d' % (size, st.st_uid, st.st_gid),
        'tmpfs', at], stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Skip('mount: ' + done.stderr.strip())
    try:
        yield lambda size: subprocess.run(['mount', '-o', 'remount,size=' +
            size, at], check=True)
    finally:
        wait_for(lambda: subprocess.run(['umount', at],
            stderr=subprocess.DEVNULL).returncode == 0, 10)


def full_mailbox(t, i):
    home = os.path.dirname(i.users['alice'])
    st = os.stat(home)
    with tmpfs(home, '64k', st) as resize:
        for part in '', '/new', '/cur', '/tmp':
            os.mkdir(i.users['alice'] + part, 0o700)
            os.chown(i.users['alice'] + part, st.st_uid, st.st_gid)
        big = LETTER + b'x' * 998 + b'\r\n'
        id = i.send([i.address('alice'), i.address('bob')], big * 200)
        lines = i.logged(id, 'stat=Deferred', n=2)
        t.ok(len(lines) >= 2 and all('dsn=4.3.1' in line for line in lines),
            'a full disk: deferred 4.3.1, and tried again', *lines)
        t.eq((i.mail('alice'), os.listdir(i.users['alice'] + '/tmp')), ([],
            []), 'nothing half is there')
        small = i.send(i.address('alice'))
        t.eq(len(i.arrived('alice')), 1, 'a small message still fits')
        resize('4m')
        t.eq(len(i.arrived('alice', 2)), 2, 'with room it arrives')
        t.ok(i.idle(), 'it leaves the queue')
        t.eq(counts(i), [2, 1, 0], 'each has it once')
        one = [path for path in i.mail('alice') if id in path][0]
        t.eq(Delivered(one).message, (big * 200).replace(b'\r', b''),
            'as it was')
        t.ok(small in ''.join(i.mail('alice')), 'beside the small one')
    i.empty()


def full_queue(t, i):
    msg = i.queue + '/msg'
    with tmpfs(msg, '64k', os.stat(i.queue)) as resize:
        for service in 'qinject', 'qrunner':
            i.service('-r', service)
        with i.smtp() as s:
            s.envelope('a@b.example', [i.address('bob')])
            answer = s.data(LETTER + b'x\r\n' * 100000)
            t.ok(answer.code in (451, 452) and answer.enhanced == '4.3.1',
                'a full queue: try later', answer)
            t.ok(i.logged('queue', 'cannot be written'), 'and the log says so')
            t.ok(i.idle(), 'nothing is left of it', i.waiting())
            s.send_message('a@b.example', [i.address('bob')], LETTER)
            t.eq(len(i.arrived('bob')), 1, 'a small message still fits')
            resize('4m')
            s.send_message('a@b.example', [i.address('bob')], LETTER +
                b'x\r\n' * 100000)
            t.eq(len(i.arrived('bob', 2)), 2, 'with room the big one does')
        t.ok(i.idle(), 'all leave the queue')
        for service in 'qinject', 'qrunner':
            i.service('-d', service)
    for service in 'qinject', 'qrunner':
        i.service('-u', service)
    i.send(i.address('bob'))
    t.eq(len(i.arrived('bob', 3)), 3, 'and the old queue serves again')
    i.empty()


# For good.

def failed_for_good(t, i):
    """A user who is gone when the message is tried again."""
    i.add_user('zoe')
    os.rename(i.users['zoe'], i.users['zoe'] + '.away')
    id = i.send([i.address('zoe'), i.address('bob')], LETTER,
        i.address('carol'))
    t.ok(i.logged(id, 'stat=Deferred', i.address('zoe')), 'first deferred')
    users = read(i.etc + '/users').decode()
    with open(i.etc + '/users', 'w') as f:
        f.writelines(line for line in users.splitlines(True)
            if not line.startswith('zoe@'))
    t.eq(i.compile('users').returncode, 0, 'her line goes out of users')
    lines = i.logged(id, 'stat=Failed', 'to=<%s>' % i.address('zoe'))
    t.ok(lines and 'dsn=5.1.1' in lines[0], 'then failed 5.1.1', *lines)
    t.ok(i.logged(id, 'kind=failed', 'to=<%s>' % i.address('carol')),
        'and its sender is told')
    t.ok(i.idle(), 'it leaves the queue')
    t.eq(len(i.mail('carol')), 1, 'with one report')
    t.eq(len(i.arrived('bob')), 1, 'the other recipient has it once')
    del i.users['zoe']
    i.empty()


def given_up(t, top):
    with Instance(top, 'giveup', RETRY_FIRST_S=1, RETRY_FACTOR=1, GIVEUP_S=2,
            SYSTEM_USERS=0) as i:
        os.rename(i.users['alice'], i.users['alice'] + '.away')
        id = i.send([i.address('alice'), i.address('bob')], LETTER,
            i.address('carol'))
        lines = i.logged(id, 'stat=Failed', 'dsn=4.4.7',
            i.address('alice')) or i.logged(id, 'stat=', seconds=0)
        t.ok(any('given up after' in line for line in lines),
            'GIVEUP_S: given up', *lines)
        t.ok(i.logged(id, 'stat=Deferred', seconds=0), 'not at once')
        t.ok(i.logged(id, 'kind=failed') and i.arrived('carol'),
            'and its sender is told')
        t.eq(len(i.arrived('bob')), 1, 'the other recipient has it')
        os.rename(i.users['alice'] + '.away', i.users['alice'])


# Tables.

BROKEN = [
    ('aliases', ['a: b', 'this has no colon']), ('aliases', ['x: |']),
    ('aliases', ['x: "/a/file']), ('aliases', ['x:']),
    ('aliases', ['x: a b']), ('aliases', ['postmaster: twice']),
    ('users', ['zoe@example.org:*:0:0:/home/zoe']),
    ('users', ['zoe@example.org:*:1000:1000:home/zoe']),
    ('users', ['zoe:*:1000:1000:/home/zoe']),
    ('users', ['zoe@example.org:*:1000']),
    ('local-host-names', ['good.example', 'no domain']),
    ('local-host-names', ['-..-'])]


def broken_tables(t, i):
    for table, lines in BROKEN:
        text, cdb = os.path.join(i.etc, table), os.path.join(i.etc, table +
            '.cdb')
        before, compiled, files = read(text), read(cdb), os.listdir(i.etc)
        with open(text, 'a') as f:
            f.write('\n# broken from here\n' + '\n'.join(lines) + '\n')
        where = '%s:%d: ' % (text, read(text).count(b'\n'))
        done = i.compile(table)
        t.ok(done.returncode == 100 and where in done.stderr, '%s: %s: %s' % (
            table, lines[-1], done.stderr.strip()[-70:]), where,
            done.returncode, done.stderr)
        t.eq((read(cdb), sorted(os.listdir(i.etc))), (compiled, sorted(files)),
            'the old table is untouched')
        with open(text, 'wb') as f:
            f.write(before)
    for name, octets in ('cut off', read(i.etc + '/users.cdb')[:100]), (
            'garbage', b'\xff' * 5000), ('empty', b''):
        with open(i.etc + '/users.new', 'wb') as f:
            f.write(octets)
        os.chmod(i.etc + '/users.new', 0o644)
        os.rename(i.etc + '/users.new', i.etc + '/users.cdb')
        with i.smtp() as s:
            s.command('MAIL FROM:<>')
            answer = s.command('RCPT TO:<%s>' % i.address('bob'))
            t.ok(answer.code == 451, 'users.cdb is %s: try later, no 550' %
                name, answer)
    t.eq(i.compile('users').returncode, 0, 'compiled anew')
    i.send([i.address('alice'), i.address('bob')])
    t.ok(i.idle(), 'all is well again')
    t.eq(counts(i), [1, 1, 0], 'and used')
    i.empty()


def replaced_table(t, i):
    """Without a restart, in the middle of a session."""
    with i.smtp() as s:
        s.command('MAIL FROM:<>')
        late = 'RCPT TO:<late@%s>' % i.domain
        elsewhere = 'RCPT TO:<late@new.example>'
        t.eq([s.command(late).code, s.command(elsewhere).code], [550, 550],
            'neither is known yet')
        i.add_lines('aliases', 'late: bob')
        i.add_lines('local-host-names', 'new.example')
        t.eq([s.command(late).code, s.command(elsewhere).code], [250, 250],
            'both are known at the next look-up')
        t.eq(s.data(LETTER).code, 250, 'taken')
    t.eq(len(i.arrived('bob')), 1, 'and delivered, once')
    i.empty()


def mended_table_mends_waiting_mail(t, i):
    i.service('-d', 'qrunner')
    id = i.send(i.address('late'))
    text = read(i.etc + '/aliases').decode()
    with open(i.etc + '/aliases', 'w') as f:
        f.write(text.replace('late: bob', 'late: alice'))
    i.compile('aliases')
    i.service('-u', 'qrunner')
    files = i.arrived('alice')
    t.ok([id in path for path in files] == [True],
        'who is meant is looked up at delivery', id, *files, *i.log()[-50:])
    t.eq(i.mail('bob'), [], 'not before')
    i.empty()


# The queue.

def garbage(t, i):
    """Files that are no messages go to bad/ with a log line each."""
    i.service('-d', 'qrunner')
    ids = [i.send(i.address('alice'), LETTER + b'%d\r\n' % n)
        for n in range(6)]
    msg, bad = i.queue + '/msg/', i.queue + '/bad/'
    good = read(msg + ids[0])
    st = os.stat(msg + ids[0])
    put = {'0000000000001-1-00000001': b'garbage', '0000000000002-1-00000002':
        b'', '0000000000003-1-00000003': b'\0' * 100000,
        '0000000000004-1-00000004': good[:-20], 'README': b'no id\n',
        '0000000000005-1-00000005': good[:len(good) // 2],
        '0000000000006-1-00000006': good.replace(b'Text', b'text'),
        '0000000000007-1-00000007': good.replace(b'rcpt alice', b'rcpt bobby'),
        '0000000000008-1-00000008': b'x' * 5000000,
        '000000000000d-1-0000000d': good.replace(b'file 1', b'file 2', 1),
        '000000000000e-1-0000000e': b'V1\nT1795521600 0 0\nN0\nP\n' + good}
    for name, octets in put.items():
        with open(msg + name, 'wb') as f:
            f.write(octets)
        os.chown(msg + name, st.st_uid, st.st_gid)
    os.mkdir(msg + '0000000000009-1-00000009')
    os.chown(msg + '0000000000009-1-00000009', st.st_uid, st.st_gid)
    os.mkfifo(msg + '000000000000a-1-0000000a', 0o600)
    os.symlink('/etc/passwd', msg + '000000000000b-1-0000000b')
    names = sorted([*put, '0000000000009-1-00000009',
        '000000000000a-1-0000000a', '000000000000b-1-0000000b'])
    if ROOT:		# a whole message that another uid has put there
        with open(msg + '000000000000c-1-0000000c', 'wb') as f:
            f.write(good)
        names = sorted([*names, '000000000000c-1-0000000c'])
    i.service('-u', 'qrunner')
    t.eq(len(i.arrived('alice', 6)), 6, 'the good ones are delivered')
    t.ok(i.idle(), 'nothing is left in msg/', i.waiting())
    t.eq(sorted(os.listdir(bad)), names, 'the others are in bad/')
    log = i.log()
    t.eq([name for name in names if not any(name in line and 'moved to bad' in
        line for line in log)], [], 'with a log line each')
    t.eq([name for name in put if name in os.listdir(bad) and
        read(bad + name) != put[name]], [], 'as they were')
    for at in msg, bad:
        for name in os.listdir(at):
            if os.path.isdir(at + name) and not os.path.islink(at + name):
                os.rmdir(at + name)
            else:
                os.unlink(at + name)
    i.empty()


def runner_restarted(t, i):
    """With a hundred messages that wait, and one that is deferred."""
    os.rename(i.users['carol'], i.users['carol'] + '.away')
    late = i.send(i.address('carol'))
    i.logged(late, 'stat=Deferred')
    i.service('-d', 'qrunner')
    with i.smtp() as s:
        ids = [s.send_message('', [i.address('alice')], LETTER)
            for _ in range(100)]
    t.eq(len(i.waiting()), 101, 'all wait')
    os.rename(i.users['carol'] + '.away', i.users['carol'])
    i.service('-u', 'qrunner')
    t.ok(i.idle(), 'all leave the queue')
    t.eq(sorted(sum(id in path for path in i.mail('alice')) for id in ids),
        [1] * 100, 'each arrives once')
    t.eq(sum(late in path for path in i.mail('carol')), 1,
        'and the deferred one')
    i.empty()


def schedule_survives(t, top):
    """A runner that starts anew keeps to what the journal says."""
    with Instance(top, 'schedule', RETRY_FIRST_S=3600, SYSTEM_USERS=0) as i:
        os.rename(i.users['alice'], i.users['alice'] + '.away')
        id = i.send(i.address('alice'))
        t.ok(i.logged(id, 'stat=Deferred'), 'deferred for an hour')
        wait_for(lambda: b'\nnext ' in read(i.queue + '/msg/' + id))
        os.rename(i.users['alice'] + '.away', i.users['alice'])
        i.service('-r', 'qrunner')
        i.send(i.address('bob'))
        t.eq(len(i.arrived('bob')), 1, 'the new runner serves others')
        wait_for(lambda: i.waiting() == [id])
        t.eq((i.waiting(), i.mail('alice')), ([id], []),
            'and leaves this one to its time')


# One who hangs is in nobody's way.

HANG = '''#!/bin/sh
case "$*" in
*/mail/alice/Maildir) kill -STOP $$ ;;
esac
exec %s "$@"
'''


def hanging_mailbox(t, i):
    program = i.root + '/libexec/deliver-local'
    wait_for(lambda: not i.processes('deliver-local'))
    os.rename(program, program + '.real')
    with open(program, 'w') as f:
        f.write(HANG % (program + '.real'))
    os.chmod(program, 0o755)

    def stopped():
        return [pid for pid in processes_in(i.root) if i.users['alice'] in
            argv(pid) and status(pid).get('State', '').startswith('T')]
    try:
        with i.smtp() as s:
            ids = [s.send_message('', [i.address('alice')], LETTER)
                for _ in range(350)]
        t.eq(len(wait_for(stopped)), 1, "alice's delivery hangs")
        both = i.send([i.address('alice'), i.address('bob')])
        for n in range(20):
            i.send(i.address('carol'))
        t.eq((len(i.arrived('bob')), len(i.arrived('carol', 20))), (1, 20),
            "behind 350 messages of alice's the others get theirs")
        t.eq(i.mail('alice'), [], 'while she has nothing')
    finally:
        os.rename(program + '.real', program)
        for pid in stopped():
            os.kill(pid, signal.SIGCONT)
    t.ok(i.idle(), 'it goes on and all is delivered')
    t.eq(sorted(sum(id in path for path in i.mail('alice'))
        for id in ids + [both]), [1] * 351, 'each once')
    i.empty()


def main():
    t = Tap()
    with folder() as top:
        with Instance(top, RETRY_FIRST_S=1, RETRY_FACTOR=1) as i:
            i.add_user('dave')
            i.add_user('erin')
            i.add_lines('aliases', *ALIASES)
            for case in aliases, several_recipients, owners, loops, \
                    users_of_the_system, missing_mailbox, read_only_mailbox, \
                    no_folder, full_mailbox, full_queue, failed_for_good, \
                    broken_tables, replaced_table, \
                    mended_table_mends_waiting_mail, garbage, \
                    runner_restarted, hanging_mailbox:
                t.run(case, i)
        t.run(given_up, top)
        t.run(schedule_survives, top)
    t.done()


main()
