#!/usr/bin/env python3
"""~/.forward and ~/.qmail, good and bad: what deliver-local says of each. Nothing
of them is executed here; qrunner asks who-is about each target."""

import os
import sys

sys.dont_write_bytecode = True
from local import Deliverer, ROOT, Tap, UID, folder, make_home, verdict

DONE, LATER = 'done', 'later'
LONG = 'x' * 300

# What .forward holds; its targets, or DONE (into the mailbox), or LATER and a word
# of the reason. HOME stands for the home folder.
FORWARD = [
    # Addresses.
    ('carol@example.org', ['carol@example.org']),
    ('carol@example.org\n', ['carol@example.org']),
    ('carol', ['carol']),
    ('\\bob', ['\\bob']),
    ('\\bob, carol\n', ['\\bob', 'carol']),
    ('carol,dave', ['carol', 'dave']),
    ('carol\ndave\n', ['carol', 'dave']),
    ('carol,\n dave\n', ['carol', 'dave']),
    ('  carol  \r\n', ['carol']),
    ('\tcarol\t,\tdave', ['carol', 'dave']),
    (',,carol,,,dave,,', ['carol', 'dave']),
    ('Carol <carol@example.org>', ['carol@example.org']),
    ('"Carol, C." <carol@example.org>, dave', ['carol@example.org', 'dave']),
    ('carol@example.org (at home, really)', ['carol@example.org']),
    ('Carol@Example.ORG', ['Carol@Example.ORG']),
    ('"a b"@example.org', ['a b@example.org']),
    ('bob+x@example.org', ['bob+x@example.org']),
    ('a@[127.0.0.1]', ['a@[127.0.0.1]']),
    ('# a comment\ncarol # is none here', LATER, 'no address'),
    ('# carol\n#dave\nerin', ['erin']),
    ('  # a comment\nerin', ['erin']),
    ('carol\n\n\n', ['carol']),
    ('carol\n\n\ndave', ['carol', 'dave']),
    ('carol, carol', ['carol', 'carol']),
    ('$(touch evil)@example.org', ['$@example.org']),	# that is a comment
    ('`id`', ['`id`']),
    ('%s%n%d@example.org', ['%s%n%d@example.org']),
    ("'; rm -rf /'@example.org", LATER, 'no address'),
    ('a@example.org|id', LATER, 'no address'),
    # Programs.
    ('"|exec /usr/bin/procmail"', ['|exec /usr/bin/procmail']),
    ('"| exec /usr/local/bin/procmail"', ['|exec /usr/local/bin/procmail']),
    ('|/usr/bin/procmail', ['|/usr/bin/procmail']),
    ('| /usr/bin/procmail -f-\n', ['|/usr/bin/procmail -f-']),
    ('"|IFS=\' \' && exec /usr/bin/procmail -f- || exit 75 #bob"',
        ["|IFS=' ' && exec /usr/bin/procmail -f- || exit 75 #bob"]),
    ('\\bob, "|vacation bob"', ['\\bob', '|vacation bob']),
    ('"|/usr/bin/vacation bob", \\bob\n', ['|/usr/bin/vacation bob',
        '\\bob']),
    ('"|echo \\"a b\\" \\\\ c"', ['|echo "a b" \\ c']),
    ('|echo "a, b", carol', ['|echo "a, b"', 'carol']),
    ('|sh -c x, carol', ['|sh -c x', 'carol']),
    ('"|a"\n"|b"\n', ['|a', '|b']),
    ('"|a" , "|b"', ['|a', '|b']),
    ('"|echo %s $HOME `id` $(id) ; id & id > x"',
        ['|echo %s $HOME `id` $(id) ; id & id > x']),
    ('"|exec maildrop"\n# end', ['|exec maildrop']),
    ('|', LATER, 'without a name'),
    ('"|"', LATER, 'without a name'),
    ('"|  "', LATER, 'without a name'),
    ('"|exec procmail', LATER, 'quote'),
    ('"|exec procmail" carol', LATER, 'quote'),
    ('|echo "x', LATER, 'quote'),
    ('"|a\n b"', LATER, 'quote'),
    ('|a\x01b', LATER, 'octet'),
    ('|a\0b', LATER, 'octet'),
    ('|a\x7fb', LATER, 'octet'),
    ('|' + 'x' * 400, LATER, 'too long'),
    # Files.
    ('/var/mail/bob', ['/var/mail/bob']),
    ('HOME/Maildir/', ['HOME/Maildir/']),
    ('"/a path/with, comma"', ['/a path/with, comma']),
    ('/dev/null', ['/dev/null']),
    ('/var/mail/bob, carol', ['/var/mail/bob', 'carol']),
    ('/', LATER, 'without a name'),
    ('Maildir/', ['Maildir/']),		# who-is knows no such address
    ('~/mbox', ['~/mbox']),
    # Includes.
    (':include:HOME/friends', ['carol', 'dave']),
    ('erin, :include:HOME/friends', ['erin', 'carol', 'dave']),
    (':INCLUDE:HOME/friends', ['carol', 'dave']),
    ('":include:HOME/friends"', ['carol', 'dave']),
    (':include:HOME/deep', ['carol', 'dave', 'erin']),
    (':include:HOME/none', LATER, 'not there'),
    (':include:friends', LATER, 'full path'),
    (':include:', LATER, 'not known'),
    (':include:HOME/ring', LATER, 'within'),
    (':include:HOME/fifo', LATER, 'no file'),
    (':include:HOME/open', LATER, 'others'),
    (':include:/dev/zero', LATER, 'no file'),
    (':include:/etc/shadow', LATER, ''),
    (':include:HOME/bad', LATER, 'no address'),
    (':fail: no', LATER, 'not known'),
    # Nothing.
    ('', DONE),
    ('\n\n', DONE),
    ('# carol\n', DONE),
    (' , ,\n', DONE),
    # Garbage.
    ('carol <', LATER, 'no address'),
    ('carol@', LATER, 'no address'),
    ('@example.org', LATER, 'no address'),
    ('carol dave', LATER, 'no address'),
    ('<>', LATER, 'no address'),
    ('\\', LATER, 'no address'),
    ('carol\0', LATER, ''),
    ('\xff\xfe\0', LATER, ''),
    ('\n'.join('user%d@example.org' % n for n in range(400)), ['user%d@example'
        '.org' % n for n in range(400)]),
    ('\n'.join('user%d@example.org' % n for n in range(3000)), LATER,
        'too many'),
    ('#' * 65536, DONE),
    ('#' * 65537, LATER, 'too long'),
]

QMAIL = [
    ('&carol@example.org\n', ['carol@example.org']),
    ('carol@example.org', ['carol@example.org']),
    ('carol', ['carol']),
    ('&carol\n&dave\n', ['carol', 'dave']),
    ('&carol  \t\n\n# x\n&dave', ['carol', 'dave']),
    ('./Maildir/\n', ['HOME/Maildir/']),
    ('./mbox', ['HOME/mbox']),
    ('/var/mail/bob', ['/var/mail/bob']),
    ('/a path/', ['/a path/']),
    ('./Maildir/\n&carol', ['HOME/Maildir/', 'carol']),
    ('|exec procmail', ['|deliver-qmail']),
    ('./Maildir/\n|exit 99\n&carol', ['|deliver-qmail']),
    ('&carol\n|x', ['|deliver-qmail']),
    ('', DONE),
    ('#\n', 'dropped'),
    ('# nothing\n# at all', 'dropped'),
    ('\n&carol', LATER, 'first line'),
    ('  \n&carol', LATER, 'first line'),
    ('|', LATER, 'without a name'),
    ('+list', LATER, 'not known'),
    ('&', LATER, 'no address'),
    ('&carol\0', LATER, 'octet'),
    ('.', LATER, 'without a name'),
    ('&' + LONG + '@' + LONG, LATER, 'too long'),
    ('./' + LONG, LATER, 'too long'),
    ('&a b@example.org', ['a b@example.org']),
    ('&\\bob', LATER, 'no address'),
]

# Files that are there; the extension; the file that counts.
NAMES = [
    (['.forward'], '', '.forward'),
    (['.qmail'], '', '.qmail'),
    (['.forward', '.qmail'], '', '.forward'),
    (['.forward', '.forward+a'], 'a', '.forward+a'),
    (['.forward', '.forward+a'], 'b', '.forward'),
    (['.forward', '.forward+a'], '', '.forward'),
    (['.qmail', '.qmail-a'], 'a', '.qmail-a'),
    (['.qmail-a', '.forward+a'], 'a', '.forward+a'),
    (['.forward', '.qmail-a'], 'a', '.qmail-a'),
    (['.qmail-a-b', '.qmail-a-default'], 'a-b', '.qmail-a-b'),
    (['.qmail-a-default', '.qmail-default'], 'a-b', '.qmail-a-default'),
    (['.qmail-default', '.qmail'], 'a-b', '.qmail-default'),
    (['.qmail-a', '.qmail'], 'a-b', '.qmail'),
    (['.qmail-a:b'], 'a.b', '.qmail-a:b'),
    (['.qmail-a'], 'A', '.qmail-a'),
    (['.qmail-default'], '', None),
    (['.qmail-a'], 'b', None),
    ([], 'a', None),
    ([], '', None),
]


def write(home, name, text):
    path = os.path.join(home, name)
    with open(path, 'wb') as f:
        f.write(text.replace('HOME', home).encode('latin-1'))
    os.chown(path, UID, -1)
    os.chmod(path, 0o644)
    return path


def ask(home, ext=None):
    with Deliverer(home, 'deliver-local', '-m', home + '/Maildir') as d:
        job = dict(ext=ext) if ext else {}
        return d.deliver(own=1, **job)


def check(t, home, name, text, want, word=''):
    path = write(home, name, text)
    a = ask(home)
    os.unlink(path)
    shown = '%s: %.60r' % (name, text)
    if isinstance(want, list):
        t.eq((a['verdict'], a['targets']), ('forward',
            [one.replace('HOME', home) for one in want]), shown)
    elif want == 'dropped':
        t.ok(a['verdict'] == 'done' and 'dropped' in a['why'] and
            not a['targets'], shown, a)
    elif want == DONE:
        t.ok(verdict(a) == ('done', '2.0.0') and a['why'] == 'delivered',
            shown, a)
    else:
        t.ok(verdict(a)[0] == 'later' and (a['dsn'] == '4.3.5' or not word)
            and word in a['why'] and name in a['why'] and not a['targets'], '%s: %s' % (shown,
            a['why'].replace(home, '~')), a)


def contents(t, home):
    for name, text in ('friends', 'carol\ndave\n'), ('deep',
            ':include:HOME/friends\nerin'), ('ring', ':include:HOME/ring'), \
            ('open', 'carol'), ('bad', 'carol@'):
        write(home, name, text)
    os.chmod(home + '/open', 0o666)
    os.mkfifo(home + '/fifo')
    for case in FORWARD:
        check(t, home, '.forward', *case)
    for case in QMAIL:
        check(t, home, '.qmail', *case)
    t.ok(len(FORWARD) + len(QMAIL) > 100, 'more than a hundred files')


def names(t, home):
    for there, ext, want in NAMES:
        paths = [write(home, name, 'from-%s@x.example' % name.replace(':',
            '-').strip('.')) for name in there]
        a = ask(home, ext)
        t.eq(a['targets'], ['from-%s@x.example' % want.replace(':',
            '-').strip('.')] if want else [], '%s for %r' % (there, ext))
        for path in paths:
            os.unlink(path)
    for ext in '..', '../x', 'a b', '.a':
        t.eq(ask(home, ext), {'targets': []}, '%r is no extension' % ext)


def no_file(t, home):
    path = home + '/.forward'

    def expect(want, word, name):
        a = ask(home)
        t.ok(a['verdict'] == want and word in a['why'], '%s: %s' % (name,
            a['why'].replace(home, '~')), a)
    os.mkfifo(path)
    expect('later', 'no file', 'a FIFO')
    os.unlink(path)
    os.mkdir(path)
    expect('later', 'no file', 'a folder')
    os.rmdir(path)
    os.symlink('/dev/zero', path)
    expect('later', 'no file', 'a device')
    os.unlink(path)
    os.symlink('/dev/tty', path)
    expect('later', '', 'a terminal')
    os.unlink(path)
    os.symlink('nowhere', path)
    expect('done', '', 'a link to nowhere is none')
    os.unlink(path)
    os.symlink('.forward', path)
    expect('later', '', 'a link to itself')
    os.unlink(path)
    write(home, 'dotfile', 'carol')
    os.symlink('dotfile', path)
    expect('forward', '', 'a link to a file of his own')
    os.unlink(path)
    with open(path, 'w') as f:
        f.truncate(1 << 40)
    os.chown(path, UID, -1)
    expect('later', 'too long', 'a file of a terabyte')
    os.unlink(path)
    for mode in 0o666, 0o664, 0o646, 0o602:
        write(home, '.forward', 'carol')
        os.chmod(path, mode)
        expect('later', 'others', 'mode %o' % mode)
    os.chmod(path, 0o600)
    for mode in 0o777, 0o770, 0o702:
        os.chmod(home, mode)
        expect('later', 'home folder', 'home of mode %o' % mode)
    os.chmod(home, 0o755)
    expect('forward', '', 'home of mode 755')
    if ROOT:
        os.chown(path, 60701, -1)
        os.chmod(path, 0o644)
        expect('later', 'others', "another's file")
        os.chown(path, 0, -1)
        expect('forward', '', "root's file")
        os.chmod(path, 0o600)
        expect('later', 'denied', "root's file that he may not read")
    os.unlink(path)
    os.rename(home, home + '.away')
    expect('later', '', 'no home')
    os.rename(home + '.away', home)


def batch(t, home):
    """Own and plain jobs in one batch; an extension's folder."""
    write(home, '.forward', 'carol')
    for part in 'new', 'cur', 'tmp':
        os.makedirs('%s/Maildir/.lists/%s' % (home, part), exist_ok=True)
    for at, _, _ in os.walk(home + '/Maildir'):
        os.chown(at, UID, -1)
    before = len(os.listdir(home + '/Maildir/new'))
    with Deliverer(home, 'deliver-local', '-m', home + '/Maildir') as d:
        ids = ['00640f1c2d3e4-1f4-0123abc%x' % n for n in range(8)]
        d.send(own=1, id=ids[0])
        d.send(to='\\bob@example.org', id=ids[1])
        d.send(own=1, id=ids[2])
        d.send(to='\\bob@example.org', id=ids[3])
        d.send(to='bob+lists@example.org', ext='lists', id=ids[4])
        d.send(to='bob+none@example.org', ext='none', id=ids[5])
        got = {a['job']: (a['verdict'], a['targets']) for a in (d.answer()
            for _ in range(6))}
    t.eq([got[str(n)] for n in range(1, 7)], [('forward', ['carol']),
        ('done', [])] * 2 + [('done', [])] * 2, 'each its own answer')
    t.eq(len(os.listdir(home + '/Maildir/new')) - before, 3, 'three are there')
    t.eq(len(os.listdir(home + '/Maildir/.lists/new')), 1, 'one in .lists')
    os.unlink(home + '/.forward')


def main():
    t = Tap()
    with folder() as top:
        home = make_home(top)
        for case in contents, names, no_file, batch:
            t.run(case, home)
    t.done()


main()
