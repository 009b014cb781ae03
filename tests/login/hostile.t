#!/usr/bin/env python3
"""mail-login when the front, the checkpassword program or itself does wrong: who
has no right secret gets nothing, every wait ends, and nobody is left behind."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from login import *

LONG = os.environ.get('CORREO_LONG') == '1'

# A front of the test's: argv[1] is run with s, its socket to mail-login; it says
# to the client what out() is given.
FRONT = r'''
import array, base64, os, socket, sys, time
s = socket.socket(fileno=int(os.environ['LOGIN_FD']))
def question(user, secret, more=b''):
    return b'user %s\nsecret %s\n' % (user, base64.b64encode(secret)) + more
def out(octets):
    os.write(1, octets.replace(b'\n', b'|') + b'\n')
def ask(user, secret):
    s.send(question(user, secret))
    octets, fds, _, _ = socket.recv_fds(s, 1000, 4)
    out(octets + b' %d' % len(fds))
    return fds
good = question(b'alice', b'secret')
out(b'here %d' % os.getpid())
exec(sys.argv[1])
'''


def front(text):
    return script(FRONT, text)


def bash(text):
    return ('sh', '-c', text)


SLOW = bash('sleep 300; exec "$@"'), 'sh'


def gone(t, place, c, code, words, what):
    """mail-login has left, and nobody of its is there."""
    t.eq(c.process.wait(WAIT_S), code, what)
    t.ok(re.search(words, place.log.text()), '... with a line',
        place.log.text())
    pids = c.pids + below(c.process.pid)
    t.ok(wait_for(lambda: not [p for p in pids if is_there(p)]), '... and '
        'nobody is left', [read('/proc/%d/cmdline' % p) for p in pids if
        is_there(p)])


def is_there(pid):
    with contextlib.suppress(OSError):
        return b') Z ' not in read('/proc/%d/stat' % pid)
    return False


def begun(c):
    """The front runs: note who there is."""
    line = c.line()
    c.pids = [int(line.split()[1])]


def improper(t, place):
    usual = 'the front does not ask as it should'
    for what, text, code, words in (
            ('garbage', 's.send(bytes(range(256)))', 101, usual),
            ('no secret', 's.send(b"user alice\\n")', 101, usual),
            ('another key', 's.send(good + b"client 192.0.2.9\\n")', 101,
                usual),
            ('TLS that cannot be', 's.send(good + b"tls yes\\n")', 101, usual),
            ('a huge record', 's.send(good + b"x" * 100000)', 101, usual),
            ('one of 2 kB', 's.send(good + b"a " + b"x" * 3000 + b"\\n")', 101,
                usual),
            ('a descriptor', 'socket.send_fds(s, [good], [0])', 101, usual),
            ('two at once', 's.send(good); s.send(good)', 111, 'left or spoke '
                'within a try'),
            ('a flood', 's.setblocking(0)\nwhile 1: s.send(good)', 111,
                'left or spoke within a try'),
            ('a question and leaves', 's.send(good); os._exit(0)', 111,
                'left or spoke within a try'),
            ('asks on and on', 'while 1: ask(b"nobody", b"x")', 101,
                'asks too often'),
            ('nothing', 'pass', 0, ''),
            ('an empty record', 's.send(b"")', 101, 'does not leave'),
            ('its code', 'os._exit(7)', 7, ''),
            ('closes and stays', 's.close()', 101, 'does not leave'),
            ('is killed', 'os.kill(os.getpid(), 9)', 111, '')):
        stay = '' if what in ('nothing', 'its code') else '\ntime.sleep(300)'
        checker = ('sh', '-c', 'sleep 1; exec "$@"', 'sh', place.checkpw) \
            if 'within' in words else None
        with alone(place, front(text + stay), checker) as c:
            begun(c)
            gone(t, place, c, code, words, 'a front: ' + what)
            t.ok(not any('yes' in line for line in c.rest()), '... and it got '
                'nothing')
        place.log = Log(place.log.path)


def two_descriptors(t, place):
    """More than one: the kernel keeps them from us, the question is answered."""
    with alone(place, front('socket.send_fds(s, [question(b"alice", b"x")], '
            '[0, 1, 2, 0, 1])\nout(s.recv(1000))')) as c:
        begun(c)
        t.eq(c.line(), 'verdict no|', 'five descriptors: none arrives')


def by_hand(t, place):
    with alone(place, front('ask(b"alice", b"x"); ask(b"bob", b"")\n'
            'h, = ask(b"alice", b"secret")\n'
            'os.write(h, b"tag \\nhallo\\nQUIT\\n")')) as c:
        begun(c)
        t.eq([c.line() for _ in range(3)], ['verdict no| 0'] * 2 +
            ['verdict yes| 1'], 'a front that does as it should')
        t.eq(c.rest(), ['+OK mail of alice@example.org', '+OK hallo',
            '+OK QUIT'], '... and the session has what it handed over')
        t.eq(c.process.wait(WAIT_S), 0, '... and mail-login has left')
    with alone(place, front('h, = ask(b"alice", b"secret")\n'
            'os.close(h)\nout(b"closed")')) as c:
        begun(c)
        t.eq(c.rest(), ['verdict yes| 1', 'closed'], 'a front that hands '
            'nothing over: the session ends')
    with alone(place, front('ask(b"al\\xe4ice", b"x"); '
            'ask(b"a verdict=yes user=b", bytes(512)); '
            'ask(b"a", b"x" * 600)')) as c:
        begun(c)
        t.eq(c.rest(), ['verdict no| 0'] * 2, 'secrets that no checker takes')
        t.ok('user=al?ice\n' in place.log.text(), 'names are shown',
            place.log.text())


def checkers(t, place):
    later = '-ERR [SYS/TEMP] cannot say now, try later'
    for what, text, want in (
            ('exit 1', 'exit 1', '-ERR [AUTH] the name or the secret is wrong'),
            ('exit 2', 'exit 2', later), ('exit 111', 'exit 111', later),
            ('exit 0', 'exit 0', later), ('is killed', 'kill -9 $$', later),
            ('is not there', 'exec /nowhere', later),
            ('hangs', 'sleep 300', later),
            ('hangs with a child', 'sleep 300 & sleep 300', later),
            ('closes 4 and hangs', 'exec 4<&-; sleep 300', later),
            ('says another word', 'exec perl -e '
                '\'open(H, ">&=4"); syswrite(H, "yes\n"); sleep 300\'', later),
            ('says more', 'exec perl -e '
                '\'open(H, ">&=4"); syswrite(H, "ready\nx"); sleep 300\'',
                later)):
        with alone(place, checker=bash(text), LOGIN_CHECK_S=1) as c:
            c.line()
            t.eq(c.login('alice', 'secret'), want, 'a checker: ' + what)
            t.ok(wait_for(lambda: len(below(c.process.pid)) == 1),
                '... and the front is alone', below(c.process.pid))
            t.eq(c.ask('NOOP'), '-ERR log in first', '... and goes on')
            if 'hangs' in what or 'says' in what:
                t.ok(place.log.has(r'pid=\d+ hangs and is killed'),
                    '... with a line')
        place.log = Log(place.log.path)
    with alone(place, checker=script(FOREIGN)) as c:
        c.line()
        t.eq(c.login('zoe', 'x'), '-ERR [AUTH] the name or the secret is '
            'wrong', 'one that is not ours: no')
        t.eq(c.login('zoe', 'right-zoe'), '+OK mail of zoe', '... and yes')
        t.eq(c.ask('hallo'), '+OK hallo', '... and a session')
    with alone(place, session=bash('exit 1')) as c:
        c.line()
        t.eq(c.login('alice', 'secret')[:4], '-ERR', 'a session that leaves '
            'at once')
    with alone(place, session=('/nowhere',)) as c:
        c.line()
        t.eq(c.login('alice', 'secret'), later, 'one that is not there')
    quick = 'print STDERR "x"; open(H, ">&=4"); syswrite(H, "ready\n")'
    with alone(place, session=('perl', '-e', quick)) as c:
        c.line()
        t.ok(c.login('alice', 'secret') in ('', '-ERR [SYS/TEMP] the session '
            'could not begin'), 'one that leaves after "ready"')


def within(c, place, session=None):
    """A client whose check takes long; the pids of the front and the checker."""
    c.line()
    c.send(b'USER alice\r\nPASS secret\r\n')
    c.line()
    wait_for(lambda: len(below(c.process.pid)) >= 2)
    front = [p for p in children(c.process.pid) if b'pop3-front' in
        read('/proc/%d/cmdline' % p)]
    checker = [p for p in children(c.process.pid) if p not in front]
    c.pids = below(c.process.pid)
    return front[0], checker[0]


def killed(t, place):
    slow = 'sh', '-c', 'sleep 300; exec "$@"', 'sh', place.checkpw
    with alone(place, checker=slow) as c:
        os.kill(within(c, place)[0], 9)
        gone(t, place, c, 111, 'left or spoke within a try', 'the front is '
            'killed within a try')
    with alone(place, checker=slow) as c:
        os.kill(within(c, place)[1], 9)
        t.eq(c.line(), '-ERR [SYS/TEMP] cannot say now, try later', 'the '
            'checker is killed')
    with alone(place, checker=slow) as c:
        within(c, place)
        c.process.terminate()
        gone(t, place, c, 111, 'told to leave', 'mail-login gets SIGTERM')
    brief = 'sh', '-c', 'sleep 1; exec "$@"', 'sh', place.checkpw
    with alone(place, checker=brief) as c:
        within(c, place)
        c.process.kill()
        t.eq(c.line(), '-ERR [SYS/TEMP] cannot say now, try later',
            'mail-login is killed')
        gone(t, place, c, -9, '', '... and the session does not begin')
        t.eq(c.line(), '', '... and the connection is over')
    with alone(place) as c:
        c.line()
        pids = c.pids = below(c.process.pid)
        c.process.kill()
        gone(t, place, c, -9, '', 'killed while the client thinks: the front '
            'leaves')
    with alone(place, front('time.sleep(300)'), LOGIN_S=1) as c:
        begun(c)
        gone(t, place, c, 111, 'did not log in in time', 'a front without '
            'deadlines has one')


def counted(t, place):
    wrong = '-ERR [AUTH] the name or the secret is wrong'
    with Auth(place, place.checkpw) as a:
        def connect(address='192.0.2.1', **more):
            return alone(place, AUTH_SOCKET=a.path, TCPREMOTEIP=address,
                **more)
        with connect() as c:
            c.line()
            t.eq([c.login('alice', 'x') for _ in range(4)], [wrong] * 4,
                'four may be wrong')
        with connect() as c:
            c.line()
            t.eq(c.login('alice', 'x'), wrong, '... and a fifth')
            t.eq(c.login('alice', 'secret'), '-ERR [SYS/TEMP] too many '
                'failures, wait 1 seconds', '... and then he waits')
        t.ok(place.log.has('verdict=later wait=1 user=alice$'),
            '... with a line')
        with connect('192.0.2.2') as c:
            c.line()
            t.eq(c.login('alice', 'secret')[:3], '+OK', 'from another address '
                'he is let in')
        t.ok('pair 0 0 192.0.2.2 alice@example.org' in a.show(),
            '... and remembered', a.show())
        n = 2000 if LONG else 200
        for _ in range(n // 20):
            with alone(place, front('for i in range(20): ask(b"bob", b"x")\n'),
                    AUTH_SOCKET=a.path, TCPREMOTEIP='192.0.2.3') as c:
                c.rest()
        t.ok(len(re.findall('verdict=no .*user=bob', place.log.text())) < 30,
            '%d wrong ones from one address: few are looked at' % n)
        with connect('192.0.2.4') as c:
            c.line()
            t.eq(c.login('bob', ' b o b ')[:3], '+OK', '... and another '
                'address is let in at once')
        with connect('192.0.2.3') as c:
            c.line()
            t.ok('too many' in c.login('bob', ' b o b '), '... but not that '
                'one')
        a.process.terminate()
        a.process.wait(WAIT_S)
        with connect('192.0.2.5') as c:
            c.line()
            t.eq(c.login('alice', 'secret'), '-ERR [SYS/TEMP] cannot say now, '
                'try later', 'without auth nobody is let in')
            t.ok(place.log.has('auth does not answer: Conn'), '... with a '
                'line')


def fds(pid):
    return {int(fd): re.sub(':.*', '', os.readlink('/proc/%d/fd/%s' % (pid,
        fd))) for fd in os.listdir('/proc/%d/fd' % pid)}


def rights(t, place):
    slow = 'sh', '-c', 'sleep 300; exec "$@"', 'sh', place.checkpw
    with alone(place, checker=slow) as c:
        front, checker = within(c, place)
        now = status(front)
        t.eq((now['Seccomp'], now['NoNewPrivs']), ('0' if SANITIZED else '2',
            '1'), 'the front: seccomp and no_new_privs')
        limits = read('/proc/%d/limits' % front).decode()
        t.ok(re.search(r'Max open files +16 +16 ', limits) and
            re.search(r'Max processes +0 +0 ', limits), '... and limits')
        t.eq(sorted(fds(front)), [0, 1, 2, 3], '... and 0 to 3')
        t.eq(sorted(fds(checker)), [0, 1, 2, 3, 4], 'the checker: 0 to 4')
        t.eq(fds(checker)[3], 'pipe', '... a pipe with the question')
        for pid in checker, front, c.process.pid:
            if pid == c.process.pid and not ROOT:
                continue
            t.ok(b'secret' not in read('/proc/%d/environ' % pid) +
                read('/proc/%d/cmdline' % pid), 'the secret is in no argument '
                'or variable')
        env = read('/proc/%d/environ' % checker)
        t.ok(b'HANDOVER_FD=4\0' in env, 'HANDOVER_FD')
        if ROOT:
            t.eq(now['Uid'].split() + now['Gid'].split() +
                now['Groups'].split(), [str(NET_UID)] * 9, 'the front is '
                'NET_UID')
            own = fds(c.process.pid)
            t.eq([own.pop(fd) for fd in range(6)][3:] + list(own.values()),
                ['socket', 'pipe', 'pipe', 'socket'], 'mail-login: 0 to 5, '
                'and a socket to the session')
            t.eq(os.stat('/proc/%d/mem' % c.process.pid).st_uid, 0,
                '... not dumpable')
            t.ok(SANITIZED or b'secret' not in memory(c.process.pid),
                '... and without the secret')
        else:
            t.skip('users and mail-login\'s descriptors', 'not root')
        c.process.terminate()


def memory(pid):
    parts = []
    with open('/proc/%d/mem' % pid, 'rb', 0) as mem:
        for line in read('/proc/%d/maps' % pid).decode().splitlines():
            low, high = (int(n, 16) for n in line.split()[0].split('-'))
            if 'rw' in line:
                with contextlib.suppress(OSError, ValueError):
                    mem.seek(low)
                    parts.append(mem.read(high - low))
    octets = b''.join(parts)
    assert len(octets) > 10000 and b'alice' in octets
    return octets


def usage(t, place):
    ml, env = os.path.join(place.bin, 'mail-login'), place.settings()
    for words in (), ('x',), ('x', '--'), ('x', '--', 'y'), ('--', 'y', 'z'):
        p = subprocess.run([ml, *words], env=env, stderr=subprocess.PIPE)
        t.eq((p.returncode, b'usage:' in p.stderr), (100, True), 'usage: ' +
            ' '.join(words))
    for name in 'LOGIN_S', 'LOGIN_CHECK_S', 'NET_UID', 'NET_GID':
        if not ROOT and name[0] == 'N':
            continue
        p = subprocess.run([ml, 'true', '--', 'true', 'true'],
            env={**env, name: '0'}, stderr=subprocess.PIPE)
        t.eq((p.returncode, name.encode() in p.stderr), (100, True),
            'wrong: ' + name)
    p = subprocess.run([ml, '/nowhere', '--', 'true', 'true'], env=env,
        stderr=subprocess.PIPE)
    t.eq(p.returncode, 100, 'no front')


def main():
    t = Tap()
    with folder() as top:
        for case in (improper, two_descriptors, by_hand, checkers, killed,
                counted, rights, usage):
            at = os.path.join(top, case.__name__)
            os.mkdir(at)
            os.chmod(at, 0o755)
            t.run(case, Place(at))
    t.done()


main()
