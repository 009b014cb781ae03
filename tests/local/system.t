#!/usr/bin/env python3
"""How the system's users get their mail: DELIVERY is maildir, mbox or a command.
A mailbox in the spool is the user's and the group mail's; his files come first."""

import contextlib
import grp
import mailbox
import os
import pwd
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from local import LETTER, ROOT, Skip, Tap, folder, read, skip_all, wait_for
from correo import Instance, status

WIRE = LETTER.replace(b'\n', b'\r\n')


@contextlib.contextmanager
def a_user(i):
    """A user of the system with a home in the instance."""
    name = 'correo-s%d' % os.getpid()
    home = i.root + '/mail/' + name
    done = subprocess.run(['useradd', '-M', '-d', home, '-s', '/bin/sh',
        name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        skip_all('useradd: ' + done.stdout.strip())
    try:
        user = pwd.getpwnam(name)
        os.mkdir(home, 0o700)
        os.chown(home, user.pw_uid, user.pw_gid)
        yield user
    finally:
        wait_for(lambda: not any(str(user.pw_uid) in status(pid).get('Uid',
            '').split() for pid in i.processes()))
        subprocess.run(['userdel', '-f', name], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)


def put(user, name, text):
    path = os.path.join(user.pw_dir, name)
    with open(path, 'w') as f:
        f.write(text)
    os.chown(path, user.pw_uid, user.pw_gid)
    return path


def make_spool(top):
    spool = top + '/spool'
    os.mkdir(spool)
    os.chown(spool, 0, grp.getgrnam('mail').gr_gid)
    os.chmod(spool, 0o2775)
    return spool


def mbox(t, i, spool):
    with a_user(i) as user:
        path = os.path.join(spool, user.pw_name)
        for n in range(3):
            i.send(i.address(user.pw_name), WIRE)
        t.ok(i.idle(), 'mail for a user whose mailbox is in the spool')
        st = os.stat(path)
        t.eq((st.st_uid, st.st_gid, oct(st.st_mode & 0o7777)), (user.pw_uid,
            grp.getgrnam('mail').gr_gid, '0o660'), "his and the group's")
        t.eq(len(mailbox.mbox(path, create=False)), 3, 'all is there')
        t.eq(os.listdir(spool), [user.pw_name], 'and no lock')
        open(path + '.lock', 'w').close()
        i.send(i.address(user.pw_name), WIRE)
        time.sleep(0.5)
        t.eq(len(i.waiting()), 1, "a reader's lock is waited for")
        os.unlink(path + '.lock')
        t.ok(i.idle() and len(mailbox.mbox(path, create=False)) == 4,
            'until it goes')
        put(user, '.forward', 'alice')
        i.send(i.address(user.pw_name), WIRE)
        t.ok(i.arrived('alice'), 'his .forward comes first')
        put(user, '.forward', '"|id -Gn >groups", %s\n' % path)
        i.send(i.address(user.pw_name), WIRE)
        t.ok(i.idle() and len(mailbox.mbox(path, create=False)) == 5,
            'and may name his mailbox')
        t.ok(b'mail' not in read(user.pw_dir + '/groups').split(),
            'his programs have not that group')
        other = put(user, 'other', '')
        shutil.move(other, spool + '/another')
        os.chmod(spool + '/another', 0o060)
        os.chown(spool + '/another', 0, grp.getgrnam('mail').gr_gid)
        put(user, '.forward', spool + '/another')
        i.send(i.address(user.pw_name), WIRE)
        t.ok(i.logged('/another', 'stat=Deferred'),
            "another's mailbox is closed to him")
        t.eq(os.path.getsize(spool + '/another'), 0, 'and empty')
        os.unlink(spool + '/another')
        os.unlink(path)
        os.symlink(user.pw_dir + '/elsewhere', path)
        put(user, '.forward', '')
        i.send(i.address(user.pw_name), WIRE)
        t.ok(i.logged(user.pw_name, 'stat=Deferred', 'mailbox'),
            'a mailbox that is a link')
        t.eq(os.path.exists(user.pw_dir + '/elsewhere'), False,
            'is not followed')
    i.send(i.address('bob'), WIRE)
    t.ok(i.arrived('bob'), 'a virtual user has his Maildir')


def command(t, i):
    with a_user(i) as user:
        i.send(i.address(user.pw_name), WIRE)
        got = os.path.join(user.pw_dir, 'got')
        t.ok(wait_for(lambda: os.path.exists(got) and LETTER in read(got)) and
            i.idle(), 'a command in place of a mailbox')
        put(user, '.forward', '\\%s, carol' % user.pw_name)
        i.send(i.address(user.pw_name), WIRE)
        t.ok(i.arrived('carol') and i.idle() and
            read(got).count(b'Subject: a letter') == 2,
            'his .forward comes first, and may name it')


def procmail(t, i):
    if not os.path.exists('/usr/bin/procmail'):
        raise Skip('procmail is not installed')
    with a_user(i) as user:
        put(user, '.procmailrc', ':0\n%s/Maildir/\n' % user.pw_dir)
        i.send(i.address(user.pw_name), WIRE)
        new = user.pw_dir + '/Maildir/new'
        t.ok(wait_for(lambda: os.path.isdir(new) and os.listdir(new)),
            'procmail -f - for all')


def main():
    if not ROOT or not shutil.which('useradd'):
        skip_all('only root can make a user')
    t = Tap()
    with folder() as top:
        spool = make_spool(top)
        with Instance(top, DELIVERY='mbox', MAIL_SPOOL=spool) as i:
            t.run(mbox, i, spool)
        with Instance(top, 'two', DELIVERY='|cat >>got') as i:
            t.run(command, i)
        with Instance(top, 'three', DELIVERY='|/usr/bin/procmail -f -') as i:
            t.run(procmail, i)
    t.done()


main()
