#!/usr/bin/env python3
"""checkpw: the checkpassword interface to the letter, virtual users and the
system's, one crypt(3) for everybody."""

import contextlib
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from accounts import (GID, OTHER_UID, ROOT, UID, CHEAP, Site, Skip, Tap,
    crypt, folder, question)

SHOW = ('sh', '-c', 'echo "$(id -u) $(id -g) $(id -G) $(pwd)"; '
    'echo "${USER-} ${HOME-} ${SHELL-none} ${MAILDIR-none} ${MORE-none}"; '
    'test -e /dev/fd/3 && echo open; env; cat /proc/$$/cmdline')


def misuse(t, site):
    q = question('alice', 'secret')
    t.eq(site.ask(q).code, 0, 'right: the program is executed')
    t.eq(site.ask(q, 'sh', '-c', 'exit 7').code, 7, 'and its exit code is ours')
    p = subprocess.run(['sh', '-c', 'exec "$1" 3<&0', 'sh', site.bin +
        '/checkpw'], input=q, stderr=subprocess.PIPE, env=site.environ())
    t.eq(p.returncode, 2, 'no program to execute: 2')
    p = subprocess.run(['sh', '-c', 'exec "$@" 3<&-', 'sh', site.bin +
        '/checkpw', 'true'], env=site.environ())
    t.eq(p.returncode, 2, 'descriptor 3 closed: 2')
    p = subprocess.run(['sh', '-c', 'exec "$@" 3</', 'sh', site.bin +
        '/checkpw', 'true'], env=site.environ())
    t.eq(p.returncode, 111, 'descriptor 3 cannot be read: 111')
    for octets in b'', b'alice', b'alice\0', b'alice\0secret', \
            b'alice\0secret\0', b'alice\0secret\0stamp':
        t.eq(site.ask(octets).code, 2, 'a NUL is missing: 2: %r' % octets)
    t.eq(site.ask(b'alice\0secret\0\0').code, 0, 'an empty time is one')
    t.eq(site.ask(q + b'more\0' + b'\xff\n').code, 0, 'more data is ignored')


def octets_512(t, site):
    q = question('alice', 'secret')
    t.eq(site.ask(q.ljust(512, b'x')).code, 0, '512 octets are taken')
    t.eq(site.ask(q.ljust(513, b'x')).code, 1, '513 are not: 1')
    t.eq(site.ask(q.ljust(70000, b'x')).code, 1, '70,000 are not: 1')
    long = 'p' * (512 - len(question('long', '')))
    site.add('long@example.org', crypt(long))
    t.eq(site.login('long', long).code, 0, 'a secret as long as can be')
    t.eq(site.login('long', long[:-1] + 'q').code, 1,
        'whose last octet counts')


def unacceptable(t, site):
    for name, secret, what in (
            ('alice', 'Secret', 'wrong'), ('alice', '', 'empty'),
            ('alice', 'secret2', 'longer'), ('alice', 'secre', 'shorter'),
            ('nobody-here', 'secret', 'unknown'), ('', 'secret', 'no name'),
            ('alice@example.net', 'secret', 'not our domain'),
            ('alice@', 'secret', 'no domain behind @'),
            ('@example.org', 'secret', 'no name before @'),
            ('alice@example.org@example.org', 'secret', 'two @'),
            ('a' * 400, 'secret', 'a long name'),
            ('alice\n', 'secret', 'a control octet'),
            ('../alice', 'secret', 'a path')):
        said = site.login(name, secret)
        t.ok(said.code == 1 and said.log == '', what + ': 1 and no line', said)


def temporary(t, site):
    t.eq(site.login('alice', 'secret', '/nowhere/program').code, 111,
        'the program is not there: 111')
    site.add('homeless@example.org', crypt('secret'), home=site.dir + '/gone')
    t.eq(site.login('homeless', 'secret').code, 111, 'the home is not: 111')
    t.eq(site.login('alice', 'secret', ETC=site.dir).code, 111,
        'no table: 111')
    t.eq(site.login('alice', 'secret', LEAST_UID='x').code, 111,
        'a setting is wrong: 111')
    t.eq(site.login('alice', 'secret', ETC='').code, 1,
        'without ETC there are no virtual users')
    os.mkdir(site.dir + '/broken')
    with open(site.dir + '/broken/users.cdb', 'w') as f:
        f.write('no table')
    t.eq(site.login('alice', 'secret', ETC=site.dir + '/broken').code, 111,
        'a broken table: 111')


def names(t, site):
    for name in ('alice', 'Alice', 'alice@example.org', 'ALICE@Example.ORG',
            'alice@EXAMPLE.org'):
        said = site.login(name, 'secret', 'sh', '-c', 'echo $USER')
        t.eq((said.code, said.out), (0, 'alice@example.org\n'), name)
    t.eq(site.login('carol@example.com', 'Carol').code, 0, 'another domain')
    t.eq(site.login('carol', 'Carol').code, 1, 'needs to be said')
    t.eq(site.login('carol', 'Carol', DOMAIN='example.com').code, 0,
        'but where it is the own')


def environment(t, site):
    said = site.login('alice', 'secret', *SHOW, MORE='kept', SHELL='x',
        MAILDIR='y', USER='z', HOME='w', groups=[0, 60671])
    lines = said.out.splitlines()
    home = site.home('alice')
    if ROOT:
        t.eq(lines[0], '%d %d %d %s' % (UID, GID, GID, home),
            'uid, gid, its group alone, and folder')
    else:
        first = lines[0].split()
        t.eq(first[:2] + first[-1:], [str(UID), str(GID), home],
            'uid, gid and folder')
    t.eq(lines[1], 'alice@example.org %s none %s/Maildir kept' % (home, home),
        'USER, HOME, no SHELL, MAILDIR, and what was there')
    t.ok('open' not in lines, 'descriptor 3 is closed')
    t.ok('secret' not in said.out + said.log, 'the secret is nowhere', said)


def methods(t, site):
    for name, setting, code in (
            ('yescrypt', '$y$j75$saltsaltsalt', 0),
            ('gost', '$gy$j75$saltsaltsalt', 0),
            ('scrypt', '$7$2U..../....saltsalt', 0),
            ('bcrypt', '$2b$05$saltsaltsaltsaltsaltse', 0),
            ('bcrypt-2y', '$2y$05$saltsaltsaltsaltsaltse', 0),
            ('sha512', CHEAP, 0),
            ('sha256', '$5$rounds=1000$saltsalt$', 0),
            ('md5', '$1$saltsalt$', 0),
            ('des', 'sa', 1), ('bsdi', '_J9..salt', 1)):
        hash = crypt('secret', setting)
        if hash == '' or hash.startswith('*'):
            t.skip(name, 'this crypt(3) has no such method')
            continue
        site.add(name + '@example.org', hash)
        t.eq((site.login(name, 'secret').code, site.login(name, 'x').code),
            (code, 1), name + (': refused' if code else ''))
    site.add('none@example.org', '')
    t.eq(site.login('none', '').code, 1, 'an empty hash is no way in')
    site.add('plain@example.org', 'secret')
    t.eq(site.login('plain', 'secret').code, 1, 'nor is a secret in clear')


def locked(t, site):
    good = crypt('secret')
    for name, hash in (('bang', '!' + good), ('bangs', '!!' + good),
            ('star', '*'), ('starred', '*' + good), ('failed', '*0'),
            ('cut', good[:-1]), ('unknown-method', '$9$salt$hash')):
        site.add(name + '@example.org', hash)
        said = site.login(name, 'secret', CHECKPW_LOG=1)
        t.eq((said.code, said.out), (1, ''), name)
    said = [site.login(*q, CHECKPW_LOG=1).log for q in (('bang', 'secret'),
        ('alice', 'x-secret'), ('who knows\nhim', 'x-secret'))]
    t.eq(said, ['checkpw: user=%s refused why=%s\n' % q for q in
        (('bang', 'locked'), ('alice', 'password'),
        ('who?knows?him', 'unknown'))], 'the log says why, where it is asked')


def other_uid(t, site):
    other = OTHER_UID if ROOT else UID + 1
    site.add('other@example.org', crypt('secret'), uid=other)
    site.add('low@example.org', crypt('secret'), uid=1, gid=GID)
    site.add('wheel@example.org', crypt('secret'), gid=0)
    if not ROOT:
        t.eq(site.login('other', 'secret').code, 111,
            'an ordinary user becomes nobody else: 111')
        t.eq(site.login('other', 'wrong').code, 1, 'wrong stays wrong')
        return
    os.chmod(site.etc + '/users.cdb', 0o644)
    t.eq(site.login('other', 'secret', user=UID).code, 111,
        'an ordinary user becomes nobody else: 111')
    t.eq(site.login('alice', 'secret', user=UID).code, 0, 'but himself')
    t.eq(site.login('low', 'secret').code, 1, 'a uid below LEAST_UID: 1')
    t.eq(site.login('low', 'secret', LEAST_UID=UID + 1).code, 1,
        'whatever that is')
    t.eq(site.login('wheel', 'secret').code, 1, 'the gid 0: 1')


def used(site, *names, **more):
    """The CPU seconds of a refusal of each name, the least of five: the machine
    may be busy. They take turns."""
    all = [[site.login(name, 'wrong', **more).cpu for name in names]
        for _ in range(5)]
    return [min(one) for one in zip(*all)]


def same_time(t, site):
    slow = crypt('secret', '$6$rounds=100000$saltsalt$')
    site.lines = []
    site.add('slow@example.org', slow)
    site.add('locked@example.org', '!' + slow)
    site.add('star@example.org', '*')
    names = 'nobody-here', 'locked', 'star', 'x@example.net'
    wrong, *cpus = used(site, 'slow', *names)
    for name, cpu in zip(names, cpus):
        t.ok(wrong / 2 < cpu < wrong * 2, 'as long as wrong: ' + name,
            wrong, cpu)
    site.lines = []
    site.add('slow@example.org', crypt('secret', '$y$jCT$saltsaltsalt'))
    wrong, cpu = used(site, 'slow', 'nobody-here')
    t.ok(wrong / 2 < cpu < wrong * 2, 'the method is the accounts\'', wrong,
        cpu)
    cpu = sum(site.login('nobody-here', 'wrong', ETC='').cpu
        for _ in range(10))
    t.ok(cpu > 0.03, 'without any, the system\'s', cpu)


class Passwd:
    """Our own passwd, shadow and group, in a mount namespace."""

    names = 'passwd', 'shadow', 'group'

    def __init__(self, site):
        self.site, self.at = site, site.dir + '/nss'
        os.mkdir(self.at, 0o755)
        for name in self.names:
            with open('/etc/' + name) as f:
                self.write(name, f.read())
        self.wrap = ('unshare', '-m', 'sh', '-c', ' && '.join(
            'mount --bind %s/%s /etc/%s' % (self.at, name, name)
            for name in self.names) + ' && exec "$@"', 'sh')
        if subprocess.run([*self.wrap, 'true'], stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT).returncode != 0:
            raise Skip('a mount namespace cannot be made')

    def write(self, name, text, mode='w'):
        with open(os.path.join(self.at, name), mode) as f:
            f.write(text)

    def add(self, name, hash, uid=60660, rest='19000:0:99999:7:::'):
        self.write('passwd', '%s:x:%d:60661:,:%s:/bin/x\n' % (name, uid,
            self.site.home('alice')), 'a')
        self.write('shadow', '%s:%s:%s\n' % (name, hash, rest), 'a')

    def login(self, name, secret, *program, **more):
        return self.site.login(name, secret, *program, wrap=self.wrap,
            SYSTEM_USERS='', **more)


def system_users(t, site):
    if not ROOT:
        raise Skip('needs root')
    p = Passwd(site)
    good = crypt('secret')
    os.chmod(site.home('alice'), 0o755)
    p.add('sysa', good)
    p.write('group', 'more:x:60670:sysa\n', 'a')
    said = p.login('sysa', 'secret', *SHOW, MAILDIR='stale')
    home = site.home('alice')
    t.eq(said.out.splitlines()[:2], ['60660 60661 60661 60670 ' + home,
        'sysa %s /bin/x none none' % home], 'uid, gid, groups, environment')
    t.eq(p.login('sysa', 'wrong').code, 1, 'wrong: 1')
    for name, code in (('sysa@example.org', 0), ('sysa@EXAMPLE.com', 0),
            ('sysa@example.net', 1), ('SYSA', 1), ('sysa@', 1)):
        t.eq(p.login(name, 'secret').code, code, '%s: %d' % (name, code))
    t.eq(p.login('sysa@example.org', 'secret', ETC='').code, 0,
        'without tables, DOMAIN alone is ours')
    t.eq(p.login('sysa@example.com', 'secret', ETC='').code, 1, 'and no other')
    t.eq(site.login('sysa', 'secret', wrap=p.wrap).code, 1,
        'SYSTEM_USERS=0: none')
    site.add('sysa@example.org', crypt('other'))
    t.eq((p.login('sysa', 'secret').code, p.login('sysa', 'other').code),
        (1, 0), 'a virtual user of that name comes first')
    p.add('sysroot', good, uid=0)
    p.add('daemon2', good, uid=999)
    t.eq([p.login(n, 'secret', CHECKPW_LOG=1).log for n in ('sysroot',
        'daemon2')], ['checkpw: user=%s refused why=unknown\n' % n for n in
        ('sysroot', 'daemon2')], 'root and daemons are nobody')
    t.eq(p.login('daemon2', 'secret', LEAST_UID=999).code, 0,
        'who is one, LEAST_UID says')
    for name, hash, rest in (
            ('locked', '!' + good, '19000:0:99999:7:::'),
            ('empty', '', '19000:0:99999:7:::'),
            ('starred', '*', '19000:0:99999:7:::'),
            ('expired', good, '19000:0:99999:7::2:'),
            ('change', good, '0:0:99999:7:::'),
            ('old', good, '19000:0:30:7:::')):
        p.add(name, hash, rest=rest)
        t.eq(p.login(name, 'secret').code, 1, name + ': 1')
    t.eq(p.login('empty', '').code, 1, 'an empty secret for an empty hash: 1')
    p.add('future', good, rest='19000:0:99999:7::99999:')
    t.eq(p.login('future', 'secret').code, 0, 'expires later: 0')


def useradd(t, site):
    if not ROOT:
        raise Skip('needs root')
    name = 'correo-t%d' % os.getpid()
    made = subprocess.run(['useradd', '-M', '-d', site.home('alice'), name],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode != 0:
        raise Skip('useradd: %s' % made.stdout.decode())
    try:
        os.chmod(site.home('alice'), 0o755)
        subprocess.run(['chpasswd'], input='%s:a real secret\n' % name,
            text=True, check=True)
        t.eq([site.login(name, s, SYSTEM_USERS='').code for s in
            ('a real secret', 'wrong')], [0, 1], 'as chpasswd made it')
        subprocess.run(['usermod', '-L', name], check=True)
        t.eq(site.login(name, 'a real secret', SYSTEM_USERS='').code, 1,
            'as usermod -L locks it')
    finally:
        subprocess.run(['userdel', name], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)


POPUP = r'''
import os, subprocess, sys
user = None
print('+OK <1.2@host>', flush=True)
for line in sys.stdin:
    verb, _, rest = line.strip().partition(' ')
    if verb == 'USER':
        user = rest
        print('+OK', flush=True)
    elif verb == 'PASS':
        r, w = os.pipe()
        os.write(w, ('%s\0%s\0<1.2@host>\0' % (user, rest)).encode())
        os.close(w)
        pid = os.fork()
        if pid == 0:
            os.dup2(r, 3)
            os.set_inheritable(3, True)
            os.execvp(sys.argv[1], sys.argv[1:])
        os.close(r)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code == 0:
            sys.exit()
        print('-ERR ' + {1: 'authorization failed', 2: 'misused'}.get(code,
            'temporary'), flush=True)
'''


def other_caller(t, site):
    p = subprocess.run([sys.executable, '-c', POPUP, site.bin + '/checkpw',
        'sh', '-c', 'echo "+OK mail of $USER in $MAILDIR"; read x; echo "$x"'],
        input='USER alice\nPASS wrong\nUSER alice\nPASS secret\nQUIT\n',
        text=True, stdout=subprocess.PIPE, env=site.environ())
    t.eq(p.stdout.splitlines()[:5], ['+OK <1.2@host>', '+OK',
        '-ERR authorization failed', '+OK', '+OK mail of alice@example.org in '
        '%s/Maildir' % site.home('alice')], 'a caller as qmail-popup')


def main():
    t = Tap()
    with folder() as top:
        for case in (misuse, octets_512, unacceptable, temporary, names,
                environment, methods, locked, other_uid, same_time,
                system_users, useradd, other_caller):
            at = os.path.join(top, case.__name__)
            os.mkdir(at)
            site = Site(at)
            site.add('alice@example.org', crypt('secret'))
            site.add('carol@example.com', crypt('Carol'))
            t.run(case, site)
    t.done()


main()
