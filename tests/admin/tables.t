#!/usr/bin/env python3
"""correo tables: all or none; what is wrong is said with file and line."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from admin import Instance, OTHER, ROOT, Tap, correo, folder, read

TABLES = ('aliases', 'local-host-names', 'relay-domains', 'routes', 'users',
    'virtusertable')


def state(i):
    """What the compiled tables are: replaced ones have another inode."""
    return {name: (os.stat(path).st_ino, read(path)) for name in TABLES
        for path in [os.path.join(i.etc, name + '.cdb')]}


def append(i, table, line):
    with open(os.path.join(i.etc, table), 'a') as f:
        f.write(line + '\n')


def good(t, i):
    before = state(i)
    done = correo(i, 'tables', '-n')
    t.eq((done.returncode, done.err), (0, ''), '-n: nothing to say')
    t.eq(state(i), before, 'and nothing is replaced')
    append(i, 'aliases', 'newname: bob')
    done = correo(i, 'tables')
    t.eq(done.returncode, 0, 'exit 0')
    t.ok(all('/%s.cdb: ' % name in done.err for name in TABLES),
        'each table is named', done.err)
    after = state(i)
    t.eq([name for name in TABLES if after[name][0] == before[name][0]], [],
        'each is replaced')
    t.ok('bob@example.org' in correo(i, 'why', 'newname').out,
        'the new alias leads to bob')


def wrong(t, i):
    for table, line, what in (('users', 'no:fields', 'users'), ('aliases',
            'a b: c', 'aliases'), ('virtusertable', 'a b', 'virtusertable'),
            ('aliases', 'ring: ring2, \\ring', 'ring2: no such user'),
            ('virtusertable', 'x@example.org gone', 'gone@example.org'),
            ('relay-domains', '192..1', 'relay-domains'),
            ('routes', 'x.example [1.2.3.4]:0', 'routes'),
            ('local-host-names', 'two words', 'local-host-names')):
        path = os.path.join(i.etc, table)
        text = read(path).decode()
        append(i, 'aliases' if table != 'aliases' else 'routes', '# changed')
        append(i, table, line)
        n = text.count('\n') + 1
        before = state(i)
        done = correo(i, 'tables')
        t.eq(done.returncode, 100, table + ' is wrong: exit 100')
        t.ok('%s:%d: ' % (path, n) in done.err and 'no table is replaced' in
            done.err, 'said with file and line', done.err)
        t.eq(state(i), before, 'no table is replaced, good ones neither')
        t.eq([name for name in os.listdir(i.etc) if '.cdb.' in name], [],
            'nothing is left behind')
        with open(path, 'w') as f:
            f.write(text)
    append(i, 'users', 'no:fields')
    append(i, 'routes', 'x')
    done = correo(i, 'tables')
    t.ok(done.returncode == 100 and 'etc/users:' in done.err and 'etc/routes:'
        in done.err, 'two that are wrong are both named', done.err)
    if ROOT:
        done = correo(i, 'tables', uid=OTHER)
        t.ok(done.returncode != 0, 'another user may not')


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        t.run(good, i)
        t.run(wrong, i)
    t.done()


main()
