#!/usr/bin/env python3
"""deliver-program: what the command gets, what its end means, and that it harms
nobody."""

import os
import sys
import time

sys.dont_write_bytecode = True
from local import Deliverer, ID, LETTER, ROOT, Tap, UID, folder, make_home, read, \
    verdict, wait_for

EXITS = [(0, 'done', '2.0.0'), (99, 'done', '2.0.0'), (1, 'never', '5.3.0'),
    (64, 'never', '5.3.0'), (65, 'never', '5.6.0'), (67, 'never', '5.1.1'),
    (68, 'never', '5.1.2'), (69, 'never', '5.3.0'), (70, 'never', '5.3.0'),
    (71, 'later', '4.3.0'), (73, 'never', '5.2.0'), (74, 'later', '4.3.0'),
    (75, 'later', '4.3.0'), (77, 'never', '5.7.0'), (78, 'never', '5.3.5'),
    (100, 'never', '5.3.0'), (111, 'later', '4.3.0'), (126, 'later', '4.3.5'),
    (127, 'later', '4.3.5'), (137, 'later', '4.3.0')]
EVIL = '$(touch${IFS}evil);`touch evil`|&%n"\'*@[127.0.0.1]'


def run(home, command, octets=LETTER, env={}, **job):
    with Deliverer(home, 'deliver-program', command, **env) as d:
        a = d.deliver(octets, to='bob@example.org|' + command[:200], **job)
        a['log'] = d.said()
        return a


def what_it_gets(t, home):
    a = run(home, 'cat >message; env >env; pwd >cwd; umask >umask',
        ext='list-1')
    t.eq(verdict(a), ('done', '2.0.0'), 'a command gets the message')
    t.eq(read(home + '/message'), b'Return-Path: <alice@example.net>\n'
        b'Delivered-To: bob@example.org\n' + LETTER, 'with our two lines')
    env = dict(line.split('=', 1) for line in
        read(home + '/env').decode().splitlines())
    for name in 'PWD', 'OLDPWD', 'SHLVL', '_':
        env.pop(name, None)
    folder_ = env['PATH'].rsplit(':', 1)[1]
    t.ok(os.path.exists(folder_ + '/deliver-program'), 'PATH ends in ours')
    t.eq(env, dict(SENDER='alice@example.net', RECIPIENT='bob@example.org',
        LOCAL='bob', HOST='example.org', EXT='list-1', USER='bob',
        LOGNAME='bob', HOME=home, SHELL='/bin/sh',
        CORREO_ID=ID, CORREO_TIME='1764000000123456',
        PATH='/usr/local/bin:/usr/bin:/bin:' + folder_), 'the environment')
    t.eq(read(home + '/cwd').decode().strip(), home, 'in home')
    t.eq(read(home + '/umask').strip(), b'0077', 'umask 077')
    st = os.stat(home + '/message')
    t.eq(st.st_uid, UID, 'as the user')
    a = run(home, 'ls -l /proc/self/fd >fds')
    t.ok(b'head' not in read(home + '/fds') and b'memfd' not in
        read(home + '/fds'), 'the queue file is not there', a,
        read(home + '/fds'))


def exits(t, home):
    for code, want, dsn in EXITS:
        a = run(home, 'cat >/dev/null; echo no luck; exit %d' % code)
        t.eq(verdict(a), (want, dsn), 'exit %d' % code)
        if want != 'done':
            t.ok('no luck' in a['why'] and str(code) in a['why'],
                'its words are told', a)
    t.eq(verdict(run(home, 'kill -9 $$')), ('later', '4.3.0'), 'killed')
    t.eq(verdict(run(home, '/no/such/program')), ('later', '4.3.5'),
        'not there')
    t.eq(verdict(run(home, 'exec ./message')), ('later', '4.3.5'),
        'not executable')
    a = run(home + '', 'true', b'Delivered-To: bob@example.org\n' + LETTER)
    t.eq(verdict(a), ('never', '5.4.6'), 'a loop')


def nothing_runs(t, home):
    """No octet of the envelope or the message is a command."""
    a = run(home, 'cat >/dev/null; echo "$SENDER"; exit 1', sender=EVIL,
        ext='$(touch${IFS}evil)')
    t.ok(EVIL in a['why'], 'an address full of a shell is a word', a)
    t.eq(os.path.exists(home + '/evil'), False, 'and no command')
    a = run(home, 'printf "a\\033[31m\\nb\\tc\\377"; exit 1')
    t.ok(all(32 <= ord(c) < 127 or ord(c) > 159 for c in a['why']),
        'control octets are masked', a)


def does_not_read(t, home):
    for command in 'true', 'exec <&-; sleep 0.1', 'head -c 10 >/dev/null':
        a = run(home, command, LETTER + b'x' * 3000000 + b'\n')
        t.eq(verdict(a), ('done', '2.0.0'), 'it need not read: ' + command)
    a = run(home, 'md5sum >sum', LETTER + b'x' * 3000000 + b'\n')
    t.eq(verdict(a), ('done', '2.0.0'), 'and 3 MB go through')


def prints(t, home):
    a = run(home, 'cat >/dev/null; head -c 1000000 /dev/zero | tr "\\0" x; '
        'exit 1')
    t.eq((verdict(a), len(a['why']) < 512), (('never', '5.3.0'), True),
        'a megabyte of words')
    t.ok(len(a['log']) < 2000 and 'said=x' in a['log'], 'the log has its head')


def hangs(t, home):
    a = run(home, 'echo $$ >pid; (echo $$ >below; sleep 1000) & sleep 1000',
        env={'PROGRAM_TIMEOUT_S': '1'})
    t.eq(verdict(a), ('later', '4.3.0'), 'a command that hangs')
    pid = int(read(home + '/pid'))
    t.ok(wait_for(lambda: not group(pid)), 'and its group is gone', group(pid))
    a = run(home, 'trap "" TERM INT HUP; sleep 1000 & cat >/dev/null; exit 0')
    t.eq(verdict(a), ('done', '2.0.0'), 'its end ends it; a child that holds '
        'its output does not keep us')


def group(pgid):
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            stat = read('/proc/%s/stat' % pid).decode().rsplit(')', 1)[1]
        except OSError:
            continue
        state, _, its = stat.split()[:3]
        if int(its) == pgid and state not in 'ZX':
            found.append(pid)
    return found


def limits(t, home):
    a = run(home, 'head -c 3000000 /dev/zero >big; exit $?',
        env={'PROGRAM_FILE_MAX': '1000000'})
    t.ok(a['verdict'] == 'later' and os.path.getsize(home + '/big') == 1000000,
        'a file longer than PROGRAM_FILE_MAX', a)
    a = run(home, 'ulimit -v; ulimit -c; ulimit -n; exit 1',
        env={'PROGRAM_MEMORY_MAX': str(100 << 20)})
    t.ok('102400' in a['why'], 'memory', a)
    if ROOT:
        a = run(home, 'echo $$ >pid; f() { f | f & sleep 5; }; f; sleep 1000',
            env={'PROGRAM_PROCESSES': '30', 'PROGRAM_TIMEOUT_S': '2'})
        t.ok(a['verdict'] != 'done', 'a fork bomb', a)
        t.ok(wait_for(lambda: not group(int(read(home + '/pid')))),
            'and nothing of it is left')
    a = run(home, 'nice; exit 1')
    t.ok(' 10' in a['why'] or not ROOT, 'others come first', a)


def several(t, home):
    with Deliverer(home, 'deliver-program', 'cat >>several; echo >>several') as d:
        for n in range(5):
            d.send(b'X: %d\n\n' % n)
        t.eq([d.answer()['job'] for _ in range(5)], list('12345'),
            'several jobs, in their order')
    with Deliverer(home, 'deliver-program') as d:
        t.eq(d.process.wait(10), 100, 'usage')


def main():
    t = Tap()
    with folder() as top:
        home = make_home(top)
        for case in what_it_gets, exits, nothing_runs, does_not_read, prints, \
                hangs, limits, several:
            t.run(case, home)
    t.done()


main()
