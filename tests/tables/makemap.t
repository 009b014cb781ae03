#!/usr/bin/env python3
"""makemap as scripts of sendmail call it; correo tables show."""

import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
    os.pardir, 'admin'))
from admin import BIN, Instance, Tap, correo, folder, read


def makemap(top, *args, text=''):
    return subprocess.run([os.path.join(BIN, 'makemap'), *args], cwd=top,
        input=text, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def maps(t, top):
    text = '# comment\nKey\tvalue one\nother  x\n'
    for kind, name in (('hash', 'm'), ('btree', 'm.db'), ('dbm', 'm.cdb'),
            ('cdb', os.path.join(top, 'm'))):
        done = makemap(top, kind, name, text=text)
        t.eq((done.returncode, done.stdout, done.stderr), (0, '', ''), kind)
        t.eq(makemap(top, '-u', kind, name).stdout,
            'key\tvalue one\nother\tx\n', 'and back')
        t.eq(os.listdir(top), ['m.cdb'], 'one file, m.cdb')
        os.unlink(os.path.join(top, 'm.cdb'))


def options(t, top):
    path = os.path.join(top, 'o.cdb')
    for args, text, code, shown in (
            ([], 'a 1\n', 0, 'a\t1\n'),
            ([], 'a 1\nA 2\n', 65, 'a\t1\n'),
            (['-f'], 'a 1\nA 2\n', 0, 'a\t1\nA\t2\n'),
            (['-r'], 'a 1\na 2\n', 0, 'a\t2\n'),
            (['-d'], 'a 1\na 2\n', 0, 'a\t1\na\t2\n'),
            (['-o', '-r'], 'b 3\n', 0, None),
            ([], 'a\n', 65, None), (['-e'], 'a\n', 0, 'a\t\n'),
            ([], ' a b\n', 65, 'a\t\n'),
            (['-t:'], 'a b:c d\n', 0, 'a b\tc d\n'),
            (['-N'], 'a 1\n', 0, 'a\t1\n'),
            (['-D', '%'], '% x\n#a 1\n', 0, '#a\t1\n'),
            (['-s', '-C', '/x.cf', '-c', '100'], 'a 1\n', 0, 'a\t1\n')):
        before = read(path) if os.path.exists(path) else b''
        done = makemap(top, *args, 'hash', 'o', text=text)
        t.eq(done.returncode, code, '%s %r' % (' '.join(args), text))
        if code != 0:
            t.eq(read(path), before, 'the old map stays')
            t.ok('line ' in done.stderr, 'the line is said', done.stderr)
        elif shown is not None:
            t.eq(makemap(top, '-u', 'hash', 'o').stdout, shown, 'its pairs')
    done = makemap(top, '-v', 'hash', 'o', text='a 1\n')
    t.eq(done.stdout, "key=`a', val=`1'\n", '-v')
    for args in [], ['hash'], ['tree', 'x'], ['-q', 'hash', 'x'], \
            ['hash', 'x', 'y'], ['-t', '::', 'hash', 'x']:
        t.eq(makemap(top, *args).returncode, 64, 'usage: %s' % args)
    t.eq(makemap(top, 'hash', 'no/x', text='a b\n').returncode, 73,
        'no such folder')
    t.eq(makemap(top, '-u', 'hash', 'none').returncode, 65, 'no such map')
    t.eq(makemap(top, 'hash', 'aliases', text='a: b\n').returncode, 64,
        'aliases has its own compiler')
    os.chmod(path, 0o604)
    makemap(top, 'hash', 'o', text='a 1\n')
    t.eq(os.stat(path).st_mode & 0o777, 0o604, 'the mode stays')
    t.eq([name for name in os.listdir(top) if name.startswith('makemap')], [],
        'nothing is left behind')


def virtual(t, i):
    """As sendmail's Makefile does it."""
    text = 'ventas@example.org bob\n'
    with open(i.etc + '/virtusertable', 'w') as f:
        f.write(text)
    done = makemap(i.etc, 'hash', 'virtusertable', text=text)
    t.eq(done.returncode, 0, 'makemap hash virtusertable')
    t.ok('bob@example.org' in correo(i, 'why', 'ventas').out,
        'it is used at once')
    t.eq(makemap(i.etc, 'hash', 'virtusertable', text='a b\n').returncode, 65,
        'a bad one is not')


def show(t, i):
    i.add_lines('aliases', 'lista: alice,', ' "|/bin/x y"')
    lines = read(i.etc + '/aliases').decode().splitlines()
    done = correo(i, 'tables', 'show', 'aliases', 'Lista')
    t.eq((done.returncode, done.out), (0, '%s/aliases:%d: lista\n\talice\n'
        '\t|/bin/x y\n' % (i.etc, len(lines) - 1)), 'what, file and line')
    i.add_lines('relay-domains', '192.168.1', 'socio.example')
    for key in '192.168.1.7', 'a.socio.example':
        t.eq(correo(i, 'tables', 'show', 'relay-domains', key).returncode, 0,
            key)
    for args in ('aliases', 'nobody'), ('relay-domains', '10.1.1.1'), \
            ('nothing', 'x'):
        t.eq(correo(i, 'tables', 'show', *args).returncode, 100,
            'not there: %s %s' % args)
    with open(i.etc + '/aliases', 'a') as f:
        f.write('neu: bob\n')
    os.utime(i.etc + '/aliases', (4e9, 4e9))
    done = correo(i, 'tables', 'show', 'aliases', 'neu')
    t.ok('newer than its cdb' in done.err, 'it was not compiled yet', done.err)


def whole(t, i):
    """All tables are checked as they will be, together."""
    os.utime(i.etc + '/aliases')
    home = i.users['bob'].rsplit('/', 1)[0]
    uid = os.getuid() or 60612
    with open(i.etc + '/users', 'a') as f:
        f.write('nuevo@example.org:*:%d:%d:%s\n' % (uid, uid, home))
    with open(i.etc + '/aliases', 'a') as f:
        f.write('otro: nuevo\n')
    done = correo(i, 'tables')
    t.eq(done.returncode, 0, 'an alias to a user who came with it')
    for lines, words in (('uno: dos\ndos: uno\n', 'it leads back to itself'),
            ('mal: gente\n', 'gente@example.org: no such user'),
            ('p: |x, @owner:nadie-asi\n', '@owner:nadie-asi')):
        with open(i.etc + '/aliases') as f:
            before = f.read()
        with open(i.etc + '/aliases', 'a') as f:
            f.write(lines)
        done = correo(i, 'tables', '-n')
        t.ok(done.returncode == 100 and words in done.err, words, done.err)
        with open(i.etc + '/aliases', 'w') as f:
            f.write(before)
    t.eq([name for name in os.listdir(i.etc) if '.cdb.' in name], [],
        'nothing is left behind')


def main():
    t = Tap()
    for case in maps, options:
        with folder() as top:
            t.run(case, top)
    with folder() as top, Instance(top) as i:
        for case in virtual, show, whole:
            t.run(case, i)
    t.done()


main()
