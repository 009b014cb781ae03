#!/usr/bin/env python3
"""auth: verdicts of checkpassword programs, ours and others, and delays for who
guesses, with every wait bounded."""

import base64
import os
import random
import re
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from accounts import (Auth, NET_UID, OTHER_UID, ROOT, Site, Skip, Tap,
    answer_of, asking, crypt, folder, now, wait_for)

# A checkpassword program of ten lines that is not ours: accepts the secret
# "right-NAME", and notes in a file who came and when he began and ended.
FOREIGN = r'''
import os, sys, time
name, secret, stamp = os.fdopen(3, 'rb').read().split(b'\0')[:3]
def note(what):
    with open(sys.argv[1], 'ab', 0) as f:
        f.write(what + b' ' + name + b' ' + secret.hex().encode() + b'\n')
note(b'begin')
time.sleep(float(sys.argv[2]))
note(b'end')
if secret != b'right-' + name:
    sys.exit(1)
os.environ['USER'] = name.decode() + '@there'
os.execvp(sys.argv[3], sys.argv[3:])
'''


def foreign(site, pause=0):
    return (sys.executable, '-S', '-c', FOREIGN, os.path.join(site.dir, 'note'),
        str(pause))


def notes(site):
    try:
        with open(os.path.join(site.dir, 'note')) as f:
            return f.read().splitlines()
    except FileNotFoundError:
        return []


def begun(site):
    return [line.split()[1] for line in notes(site) if line[0] == 'b']


def ours(t, site):
    with Auth(site, site.bin + '/checkpw') as a:
        t.eq(a.ask('alice', 'secret'), {'verdict': 'yes', 'user':
            'alice@example.org', 'wait': '0'}, 'yes, and whom it means')
        t.eq(a.ask('ALICE@Example.org', 'secret')['user'],
            'alice@example.org', 'in its own letters')
        t.eq(a.ask('alice', 'wrong'), {'verdict': 'no', 'wait': '0'}, 'no')
        t.eq(a.ask('nobody', 'secret'), {'verdict': 'no', 'wait': '0'},
            'no for who is not there')
        t.eq(a.ask('alice', '')['verdict'], 'no', 'no for an empty secret')
        os.rename(site.etc + '/users.cdb', site.etc + '/users.gone')
        t.eq(a.ask('alice', 'secret'), {'verdict': 'later', 'wait': '0'},
            'later for a table that is not there')
        os.rename(site.etc + '/users.gone', site.etc + '/users.cdb')
        with a.connect() as s:
            t.eq([a.ask('alice', 'secret', s=s)['verdict'] for _ in range(3)],
                ['yes'] * 3, 'several questions on a connection')
        log = a.log()
        t.ok('auth: client=192.0.2.1 verdict=no wait=0 user=nobody\n' in log,
            'a line a check', log)
        t.ok('secret' not in log and 'wrong' not in log, 'without the secret')


def others(t, site):
    with Auth(site, *foreign(site)) as a:
        t.eq(a.ask('bob', 'right-bob'), {'verdict': 'yes', 'user': 'bob@there',
            'wait': '0'}, 'yes')
        t.eq(a.ask('bob', 'x')['verdict'], 'no', 'no')
        secret = bytes(i for i in range(1, 256))
        a.ask('all', secret)
        t.eq(notes(site)[-1], 'end all ' + secret.hex(),
            'every octet but NUL arrives')
        n = len(notes(site))
        t.eq(a.ask('bob', b'right-bob\0'), {'verdict': 'no', 'wait': '0'},
            'a NUL cannot be right')
        t.eq(a.ask('bob', b'x' * 505)['verdict'], 'no',
            'nor what is too long')
        t.eq(len(notes(site)), n, 'without asking for it')


def strange_programs(t, site):
    left = 'sleep 30 & echo $! >%s/left; ' % site.dir
    for what, script, verdict in (
            ('exit 0 without executing anything', 'exit 0', 'later'),
            ('exit 2', 'exit 2', 'later'), ('exit 111', 'exit 111', 'later'),
            ('exit 100', 'exit 100', 'later'),
            ('killed', 'kill -9 $$', 'later'),
            ('executes nothing that is there', 'exec /nowhere', 'later'),
            ('a name with a control octet', "USER=$(printf 'a\\tb') exec $0",
                'later'),
            ('reads nothing', 'exec $0', 'yes'),
            ('closes 3 and executes', 'exec 3<&-; USER=x exec $0', 'yes'),
            ('leaves a child behind', left + 'USER=x exec $0', 'yes'),
            ('leaves a child, executes nothing', left + 'exit 0', 'later')):
        with Auth(site, 'sh', '-c', script) as a:
            begin = now()
            got = a.ask('bob', 'x')
            t.ok(got.get('verdict') == verdict and now() - begin < 20,
                what + ': ' + verdict, got, a.log())
        if left in script:
            with open(site.dir + '/left') as f:
                os.kill(int(f.read()), signal.SIGKILL)
    with Auth(site, 'sh', '-c', 'unset USER; exec $0', USER='x') as a:
        t.eq(a.ask('Bob', 'x').get('user'), 'Bob',
            'no USER: the name asked for')
    with Auth(site, '/nowhere/checkpw') as a:
        t.eq(a.ask('bob', 'x')['verdict'], 'later', 'no program: later')


def delays(t, site):
    with Auth(site, *foreign(site)) as a:
        got = [a.ask('bob', 'x') for _ in range(5)]
        t.eq([g['wait'] for g in got], list('00001'),
            'five may be wrong, then there is a second to wait')
        n = len(begun(site))
        t.eq(a.ask('bob', 'right-bob'), {'verdict': 'later', 'wait': '1'},
            'before that, later')
        t.eq(a.ask('carol', 'right-carol')['verdict'], 'later',
            'for another account from there too')
        t.eq(len(begun(site)), n, 'without a check')
        time.sleep(1.1)
        t.eq(a.ask('bob', 'x'), {'verdict': 'no', 'wait': '2'},
            'after it a check; wrong again: two seconds')
        t.eq(a.ask('carol', 'right-carol', '192.0.2.2')['verdict'], 'yes',
            'from another address at once')
        t.eq(a.ask('carol', 'right-carol', '::ffff:192.0.2.1')['verdict'],
            'later', 'the same address in other letters')
        time.sleep(2.1)
        t.eq(a.ask('bob', 'right-bob')['verdict'], 'yes', 'right after all')
        for _ in range(5):
            a.ask('eve', 'x')
            time.sleep(0.1)
        t.eq(a.ask('bob', 'right-bob')['verdict'], 'yes',
            'who was right from there is not held up by others there')
        for _ in range(5):
            got = a.ask('bob', 'x')
        t.eq(got, {'verdict': 'no', 'wait': '1'}, 'but by himself')
        lines = a.show()
        t.ok(any(re.match(r'address \d+ \d+ 192\.0\.2\.1$', line)
            for line in lines), 'auth-show: the address', lines)
        t.ok('pair 5 1 192.0.2.1 bob@example.org' in lines,
            'auth-show: the pair', lines)


def many_addresses(t, site):
    with Auth(site, *foreign(site)) as a:
        t.eq(a.ask('bob', 'right-bob', '198.51.100.1')['verdict'], 'yes',
            'bob from home')
        for i in range(20):
            got = a.ask('BOB', 'x', '192.0.2.%d' % (i + 1))
        t.eq(got['wait'], '1', 'the account waits after twenty')
        t.eq(a.ask('bob', 'right-bob', '203.0.113.1')['verdict'], 'later',
            'bob from a new place waits')
        t.eq(a.ask('bob', 'right-bob', '198.51.100.1')['verdict'], 'yes',
            'bob from home does not')
        t.eq(a.ask('carol', 'right-carol', '203.0.113.1')['verdict'], 'yes',
            'carol does not')
        t.ok('account 20 1 bob@example.org' in a.show() or
            'account 20 0 bob@example.org' in a.show(),
            'counted as one account', a.show())


def flood(t, site):
    """2,000 wrong secrets from one address, 40 connections at a time."""
    with Auth(site, *foreign(site)) as a:
        left, answers, lock = [2000], [], threading.Lock()

        def guess():
            with a.connect() as s:
                while True:
                    with lock:
                        if left[0] == 0:
                            return
                        left[0] -= 1
                    got = a.ask('bob', 'guess %d' % left[0], s=s)
                    with lock:
                        answers.append(got.get('verdict'))
        threads = [threading.Thread(target=guess) for _ in range(40)]
        for one in threads:
            one.start()
        wait_for(lambda: len(answers) > 3)
        times = []
        for _ in range(3):
            begin = now()
            got = a.ask('bob', 'right-bob', '198.51.100.7')
            times.append(now() - begin)
            t.eq(got['verdict'], 'yes', 'the right user meanwhile')
        for one in threads:
            one.join()
        begin = now()
        t.eq(a.ask('bob', 'right-bob', '198.51.100.8')['verdict'], 'yes',
            'and after it from a new place')
        t.ok(max(times + [now() - begin]) < 5, 'without delay', times)
        t.ok(len(answers) == 2000 and set(answers) == {'no', 'later'},
            'all were answered', len(answers), set(answers))
        wrong = len(begun(site)) - 4
        t.ok(5 <= wrong <= 20, 'after five there is hardly a check', wrong)


def hanging(t, site):
    script = ('case $(tr "\\000" " " <&3) in hang*) sleep 300 & echo $! '
        '>%s/pid; wait;; esac; USER=u exec $0' % site.dir)
    with Auth(site, 'sh', '-c', script, AUTH_TIMEOUT_S=2) as a:
        with a.connect() as s:
            begin = now()
            s.send(asking('hang', 'x'))
            t.eq(a.ask('bob', 'x', '192.0.2.9')['verdict'], 'yes',
                'others are answered meanwhile')
            t.ok(now() - begin < 2, 'at once')
            t.eq(answer_of(s), {'verdict': 'later', 'wait': '0'},
                'a program that hangs: later')
            t.ok(1.9 < now() - begin < 10, 'in time', now() - begin)
        with open(site.dir + '/pid') as f:
            pid = int(f.read())
        t.ok(wait_for(lambda: not os.path.exists('/proc/%d' % pid) or
            ') Z' in open('/proc/%d/stat' % pid).read(), 10),
            'killed with its children')
        t.ok(a.idle(), 'and waited for')


def places(t, site):
    with Auth(site, *foreign(site, 0.4), AUTH_CHECKS=4) as a:
        def all_of(questions):
            sockets = [a.connect() for _ in questions]
            for s, q in zip(sockets, questions):
                s.send(asking(*q))
                time.sleep(0.01)
            got = [answer_of(s)['verdict'] for s in sockets]
            for s in sockets:
                s.close()
            return got

        def most():
            running = top = 0
            for line in notes(site):
                running += 1 if line.startswith('begin') else -1
                top = max(top, running)
            return top
        names = ['u%d' % i for i in range(12)]
        t.eq(all_of([(n, 'right-' + n, '192.0.2.%d' % i)
            for i, n in enumerate(names)]), ['yes'] * 12, 'all are answered')
        t.eq(most(), 4, 'four at a time')
        at = [begun(site).index(n) for n in names]
        t.ok(all(abs(i - n) < 4 for i, n in enumerate(at)), 'in order', at)
        os.unlink(site.dir + '/note')
        all_of([(n, 'right-' + n, '192.0.2.99') for n in names[:3]])
        t.eq(most(), 1, 'a quarter of them for one address')
    with Auth(site, 'sh', '-c', 'exec sleep 300', AUTH_CHECKS=1,
            AUTH_TIMEOUT_S=3) as a:
        with a.connect() as one, a.connect() as two:
            begin = now()
            one.send(asking('u', 'x'))
            two.send(asking('v', 'x'))
            got = answer_of(two)['verdict']
            t.ok(got == 'later' and 2.9 < now() - begin < 5.5,
                'who waits has a deadline too', got, now() - begin)
    with Auth(site, *foreign(site), AUTH_CLIENTS=3) as a:
        kept = [a.connect() for _ in range(3)]
        t.eq(a.ask('u', 'x'), {}, 'connections are bounded')
        kept.pop().close()
        t.ok(wait_for(lambda: a.ask('u', 'x') != {}), 'and free again')
        for s in kept:
            s.close()


def hanging_up(t, site):
    with Auth(site, *foreign(site, 0.2)) as a:
        for i in range(6):
            with a.connect() as s:
                s.send(asking('bob', 'x'))
            time.sleep(0.05)
        t.ok(a.idle(), 'checks end without a client')
        t.ok(wait_for(lambda: a.ask('bob', 'right-bob')['verdict'] ==
            'later', 2), 'and are counted', a.show())


def garbage(t, site):
    good = asking('bob', 'right-bob')
    dice = random.Random(os.environ.get('SEED', '1'))
    with Auth(site, *foreign(site)) as a:
        for record in (b'x', b'\n', b'\0' * 100, b'client 192.0.2.1\n',
                good[:-1], good.replace(b'client', b'Client'),
                good + b'user eve\n', b'user bob\n',
                good.replace(b'user bob', b'user '),
                good.replace(b'192.0.2.1', b''),
                good.replace(b'192.0.2.1', b'192.0.2.1 verdict=yes'),
                good.replace(b'bob', b'bo\tb'),
                good.replace(b'bob', b'b' * 512), good + b'told yes\n',
                good + b'show 0\n', b'show x\n', b'show 0\nshow 0\n',
                b'client a\nuser b\nsecret !!!!\n',
                b'client a\nuser b\nsecret YQ\n',
                b'client a\nuser b\nsecret ' + b'YWFh' * 200 + b'\n',
                b'more ' + b'x' * 3000 + b'\n' + good, b'x' * 60000):
            t.eq(a.say(record), {}, 'hangs up: %r' % record[:50])
        wrong = []
        for _ in range(500):
            record = bytearray(good)
            for _ in range(dice.randrange(1, 6)):
                record[dice.randrange(len(record))] = dice.randrange(256)
            got = a.say(bytes(record))
            if got.get('verdict') == 'yes' and (got['user'] != 'bob@there' or
                    good[-20:] not in record):
                wrong.append((record, got))
        t.eq(wrong, [], 'of 500 spoilt records no wrong yes')
        t.eq(a.ask('bob', 'right-bob', '192.0.2.77')['verdict'], 'yes',
            'it lives on')
        t.ok(a.idle() and len(os.listdir('/proc/%d/fd' % a.process.pid)) < 12,
            'nothing is left open', os.listdir('/proc/%d/fd' % a.process.pid))


def two_at_once(t, site):
    with Auth(site, *foreign(site, 0.3)) as a:
        with a.connect() as s:
            s.send(asking('bob', 'right-bob'))
            s.send(asking('bob', 'right-bob'))
            t.eq(answer_of(s), {}, 'a question before the answer: hangs up')
        t.eq(a.ask('bob', 'right-bob')['verdict'], 'yes', 'it lives on')


def as_uid(uid, a, record):
    """What another uid is answered."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            os.write(w, repr(a.say(record)).encode())
        except OSError as e:
            os.write(w, e.strerror.encode())
        finally:
            os._exit(0)
    os.close(w)
    os.waitpid(pid, 0)
    with os.fdopen(r) as f:
        return f.read()


def peers(t, site):
    with Auth(site, *foreign(site)) as a:
        t.eq(a.say(b'client 192.0.2.5\nuser bob\n'), {'wait': '0'},
            'how long he has to wait')
        got = [a.say(b'client 192.0.2.5\nuser bob\ntold no\n')
            for _ in range(5)]
        t.eq(got[-1], {'wait': '1'}, 'what was asked elsewhere is counted')
        t.eq(a.ask('bob', 'right-bob', '192.0.2.5')['verdict'], 'later',
            'and counts here')
        a.say(b'client 192.0.2.6\nuser bob\ntold yes\n')
        t.ok('pair 0 0 192.0.2.6 bob@example.org' in a.show(), 'right too')
        for i in range(300):
            a.say(b'client 192.0.3.%d\nuser %s\ntold no\n' % (i % 256,
                b'u' * 100 + b'%d' % i))
        t.ok(len([x for x in a.show() if x.startswith('account')]) > 299,
            'the counters may fill several packets')
        if not ROOT:
            t.skip('other uids', 'needs root')
            return
        t.ok("'yes'" in as_uid(NET_UID, a, asking('bob', 'right-bob',
            '192.0.2.8')), 'the front is answered')
        for record in b'show 0\n', b'client 192.0.2.5\nuser bob\n', \
                b'client 192.0.2.5\nuser bob\ntold no\n':
            t.eq(as_uid(NET_UID, a, record), '{}', 'but not %r' % record)
        t.ok(as_uid(OTHER_UID, a, asking('bob', 'right-bob')) in
            ('{}', 'Broken pipe', 'Connection reset by peer'),
            'others are not')


def forgotten_secrets(t, site):
    """No secret stays in the service's memory."""
    words = [b'Xyzzy-right-one', b'Xyzzy-wrong-one', b'Xyzzy-never-run']
    site.add('dora@example.org', crypt(words[0].decode()))
    with Auth(site, site.bin + '/checkpw') as a:
        a.ask('dora', words[0])
        for _ in range(5):
            a.ask('dora', words[1], '192.0.2.3')
        kept = a.connect()
        t.eq(a.ask('dora', words[2], '192.0.2.3', s=kept)['verdict'], 'later',
            'one is not even looked at')
        found = []
        try:
            with open('/proc/%d/maps' % a.process.pid) as maps, \
                    open('/proc/%d/mem' % a.process.pid, 'rb') as mem:
                for line in maps:
                    if ' rw' not in line or '[v' in line:
                        continue
                    begin, end = (int(x, 16) for x in
                        line.split()[0].split('-'))
                    if end - begin > 1 << 30:
                        raise Skip('a sanitizer\'s memory is too large')
                    mem.seek(begin)
                    octets = mem.read(end - begin)
                    for word in words:
                        for w in word, base64.b64encode(word)[:16]:
                            if w in octets:
                                found.append((w, line))
        except PermissionError:
            raise Skip('another process\'s memory cannot be read here')
        finally:
            kept.close()
        t.eq(found, [], 'none, and none as it came')


def main():
    t = Tap()
    with folder() as top:
        for case in (ours, others, strange_programs, delays, many_addresses,
                flood, hanging, places, hanging_up, garbage, two_at_once, peers,
                forgotten_secrets):
            at = os.path.join(top, case.__name__)
            os.mkdir(at)
            site = Site(at)
            site.add('alice@example.org', crypt('secret'))
            t.run(case, site)
    t.done()


main()
