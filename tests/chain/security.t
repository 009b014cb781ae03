#!/usr/bin/env python3
"""doc/security.md's tables hold for the live processes: uids, rights, sandbox,
limits, every open descriptor; the folders around the sockets; what the fronts'
and the users' uids can reach. As an ordinary user: one uid, the rest as it is."""

import ast
import contextlib
import os
import re
import signal
import socket
import ssl
import stat
import sys

sys.dont_write_bytecode = True
from correo import BIN, Instance, ROOT, Skip, TOP, Tap, argv, folder, \
    processes_in, read, status, wait_for


def tables(path):
    """The document's tables, each a list of {heading: cell}."""
    found, rows = [], []
    for line in read(path).decode().splitlines() + ['']:
        if line.startswith('|'):
            rows.append([cell.strip() for cell in line.strip('|').split('|')])
        elif rows:
            found.append([dict(zip(rows[0], row)) for row in rows[2:]])
            rows = []
    return found


def table_with(heading):
    for table in tables(os.path.join(TOP, 'doc', 'security.md')):
        if heading in table[0]:
            return table
    raise RuntimeError('doc/security.md has no table with %s' % heading)


class Who:
    """The uids and gids that the document's names stand for."""

    def __init__(self, i):
        own = os.geteuid(), os.getegid()
        self.names = {name: own for name in ('root', 'correo', 'correo-net',
            'correo-log', 'correo-tls', 'correo-tls-out', 'correo-out',
            'correo-dns')}
        if ROOT:
            for name, file in ('correo', 'correo'), ('correo-log', 'log'), \
                    ('correo-dns', 'dns'):
                self.names[name] = tuple(int(read('%s/id/%s/%s' % (i.etc,
                    file, kind))) for kind in ('UID', 'GID'))
            for name, prefix in ('correo-net', 'NET'), ('correo-tls', 'TLS'), \
                    ('correo-tls-out', 'TLS_OUT'), ('correo-out', 'OUT'):
                self.names[name] = (int(i.setting(prefix + '_UID')),
                    int(i.setting(prefix + '_GID')))
        self.i = i

    def ids(self, name, words):
        """(uid, gid); "user" is whose mailbox the process serves."""
        if name == 'user':
            maildir = [word for word in words if word in
                self.i.users.values()] or [self.i.users['bob']]
            st = os.stat(maildir[0])
            return st.st_uid, st.st_gid
        return self.names[name]


LOCAL = ['sock/local/qinject', 'sock/local/who-is']	# open to everybody

# Which row of the table a process belongs to.

def row_name(pid, words, parents):
    program = os.path.basename(words[0])
    if program in ('qinject', 'dnsq'):
        worker = parents.get(pid) in parents and \
            argv(parents[pid])[:1] == words[:1]
        return '%s%s (%s)' % (program, ' -l' * ('-l' in words),
            'worker' if worker else 'master')
    if program == 's6-ipcserverd' and any(word.endswith('/tls-client')
            for word in words):
        return 's6-ipcserverd (tls-client)'
    if program == 'tcpserver' and any(word.endswith('/tls-server')
            for word in words):
        return 'tcpserver (before tls-server)'
    if program == 'tls-server' and not {'-i', '-s'} & set(words):
        return 'tls-server (no TLS yet)'
    return program


# They live for a moment.
SHORT = 'bounce', 'checkpw', 'say-user'


def parent(pid):
    return int(status(pid).get('PPid', 0))


# Descriptors in the document's words.

def sockets():
    """{inode: words} of the machine's sockets."""
    found = {}
    for line in read('/proc/net/tcp').decode().splitlines()[1:]:
        part = line.split()
        found[part[9]] = {'listen'} if part[3] == '0A' else {'client',
            'server'}
    for line in read('/proc/net/unix').decode().splitlines()[1:]:
        part = line.split()
        if int(part[3], 16) & 0x10000:
            found[part[6]] = {'listen'}
        else:		# who-is has records, qinject a stream
            found[part[6]] = {'socket', {5: 'who-is', 1: 'qinject'}.get(
                int(part[4], 16), 'socket')}
    return found


def words_of(i, link, inodes):
    """The words that stand for what a descriptor is."""
    special = re.match(r'(pipe|socket|anon_inode):\[(\w+)\]', link)
    if special and special.group(1) == 'socket':
        return inodes.get(special.group(2), {'socket'})
    if special:
        return {special.group(1), special.group(2)}
    link = link.replace(' (deleted)', '')
    at, name = os.path.split(link)
    if link in ('/dev/null', i.root + '/log.fifo'):
        return {'null' if link == '/dev/null' else 'log'}
    if at == i.queue or link == i.queue:
        return {name}
    if at == i.queue + '/msg':
        return {'message'}
    if at == i.etc and name.endswith('.cdb'):
        return {'table'}
    if link in i.users.values() or at in i.users.values():
        return {'maildir'}
    if os.path.dirname(at) in i.users.values():
        return {'file'}
    if link == i.root + '/tls/server.pem':
        return {'certificate'}
    if link == '/etc/ssl/certs/ca-certificates.crt':
        return {'anchors'}
    if name in ('log.err', 'stderr'):
        return {'stderr'}
    return {name, *re.findall(r'lock|control|current|state', name)}


def allowed(cell):
    """({number: words}, words under any number) of the Descriptors cell."""
    numbers, any_number = {}, set()
    for one in cell.split(','):
        number, word = one.split()
        if number == '*':
            any_number.add(word)
        else:
            numbers.setdefault(int(number), set()).add(word)
    return numbers, any_number


def check_descriptors(t, i, name, pid, row, inodes):
    numbers, any_number = allowed(row['Descriptors'])
    wrong = []
    try:
        for fd in os.listdir('/proc/%d/fd' % pid):
            link = os.readlink('/proc/%d/fd/%s' % (pid, fd))
            words = words_of(i, link, inodes)
            if not words & (numbers.get(int(fd), set()) | any_number):
                wrong.append('%s %s' % (fd, link))
    except FileNotFoundError:
        return				# it closed one, or is gone
    t.eq(wrong, [], '%s: descriptors are %s' % (name, row['Descriptors']))


def check_limits(t, name, pid, row):
    cell = row.get('System calls / limits', '')
    limits = {line[:26].strip(): line[26:].split() for line in
        read('/proc/%d/limits' % pid).decode().splitlines()}
    for word, n in re.findall(r'\b(nofile|nproc|core) (\d+)\b', cell):
        line = {'nofile': 'Max open files', 'nproc': 'Max processes',
            'core': 'Max core file size'}[word]
        t.eq(limits[line][:2], [n, n], '%s: %s is %s' % (name, word, n))


def check_process(t, i, who, name, pid, words, row, inodes):
    s = status(pid)
    if not s:
        return
    uid, gid = who.ids(row['Uid'], words)
    t.eq(s['Uid'].split(), [str(uid)] * 4, '%s: uid %s' % (name, row['Uid']))
    t.eq(s['Gid'].split(), [str(who.ids(row['Gid'], words)[1])] * 4,
        '%s: gid %s' % (name, row['Gid']))
    if ROOT and uid != 0:
        t.eq(s['Groups'].split(), [str(gid)], '%s: no other group' % name)
    t.eq(s['NoNewPrivs'], {'yes': '1', 'no': '0'}[row['no_new_privs']],
        '%s: no_new_privs %s' % (name, row['no_new_privs']))
    t.eq(s['Seccomp'], row['seccomp'], '%s: seccomp %s' % (name,
        row['seccomp']))
    if uid != 0:
        t.eq([int(s[cap], 16) for cap in ('CapInh', 'CapPrm', 'CapEff',
            'CapAmb')], [0] * 4, '%s: no capability' % name)
    check_limits(t, name, pid, row)
    if 'dumpable 0' in row.get('System calls / limits', ''):
        # source: proc(5), "The files inside each /proc/pid directory"
        t.eq(os.stat('/proc/%d/environ' % pid).st_uid, 0, '%s: not dumpable' %
            name)
        if not ROOT:
            return
    check_descriptors(t, i, name, pid, row, inodes)


def stop_a_deliverer(i):
    """A deliver-local that has delivered and lingers, stopped."""
    others = len(i.waiting())

    def caught():
        if not i.deliverers('alice'):
            i.send(i.address('alice'))
        for pid in wait_for(lambda: i.deliverers('alice'), 2, 0.01):
            # Of age: it has executed and has served.
            if wait_for(lambda: len(i.waiting()) <= others, 1, 0.01):
                os.kill(pid, signal.SIGSTOP)
                if i.deliverers('alice') and status(pid).get('State',
                        '')[:1] in 'Tt':
                    return pid
        return None
    return wait_for(caught)


def stop_a_bounce(i):
    """The processes of qinject, stopped: so a bounce that has sent its report
    waits for the answer."""
    pids = list(i.processes('qinject'))
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    i.inject(i.address('bob'), i.address('gone'))
    wait_for(lambda: any(status(pid).get('State', '')[:1] == 'S' and
        status(pid).get('Seccomp') == '2' for pid in i.processes('bounce')), 10)
    return pids


@contextlib.contextmanager
def a_program(i, who):
    """A deliver-program of bob's that waits for jobs, asked for as qrunner does."""
    home = os.path.dirname(i.users['bob'])
    st = os.stat(home)
    request = ('start 1\nuid %d\ngid %d\nmake 0\nuser \nhome %s\n'
        'program true\n' % (st.st_uid, st.st_gid, home)).encode()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(Exception):
            if ROOT:
                os.setgroups([])
                os.setgid(who.names['correo'][1])
                os.setuid(who.names['correo'][0])
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.connect(i.setting('SPAWNER_SOCKET'))
            s.send(request)
            answer = socket.recv_fds(s, 4096, 1)
            signal.pause()
        os._exit(1)
    try:
        wait_for(lambda: any(status(one).get('State', '')[:1] == 'S'
            for one in i.processes('deliver-program')))
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


# Sessions that wait, each with the processes that stand behind it.

def tls_context(i):
    return ssl.create_default_context(cafile=i.env['CAFILE'])


def tls_session(i):
    """Port 25 after STARTTLS: a tls-server has the connection."""
    s = i.smtp()
    s.command('EHLO client.example')
    s.command('STARTTLS')
    return tls_context(i).wrap_socket(s.socket, server_hostname=i.name)


def before_login(i):
    """POP3 in the clear: mail-login and a pop3-front that knows nobody yet."""
    s = socket.create_connection((i.host, int(i.env['POP3'])), 30)
    s.recv(1000)
    return s


def before_imap_login(i):
    """The same by IMAP, where it is served: is it?"""
    if not i.env['IMAP']:
        return contextlib.nullcontext(False)
    s = socket.create_connection((i.host, int(i.env['IMAP'])), 30)
    s.recv(1000)
    return s


def after_login(i):
    """POP3S: bob's pop3d."""
    s = tls_context(i).wrap_socket(socket.create_connection((i.host,
        int(i.env['POP3S'])), 30), server_hostname=i.name)
    for line in None, 'USER bob', 'PASS ' + i.env['PASS2']:
        if line:
            s.sendall(line.encode() + b'\r\n')
        said = s.recv(1000)
        if not said.startswith(b'+OK'):
            raise RuntimeError('%r: %r' % (line, said))
    return s


@contextlib.contextmanager
def far_host(i):
    """Another host, as far as the EHLO within TLS: then a deliver-remote and a
    tls-client wait for it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(i.root + '/tls/server.pem')
    with socket.create_server(('127.0.0.1', 0)) as listener:
        listener.settimeout(30)
        with open(i.etc + '/routes', 'w') as f:
            f.write('far.example [127.0.0.1]:%d\n* bounce\n' %
                listener.getsockname()[1])
        i.compile('routes')
        id = i.send('bob@far.example')
        s = listener.accept()[0]
        s.settimeout(30)
        for said in b'220 far', b'250-far\r\n250 STARTTLS':
            s.sendall(said + b'\r\n')
            s.recv(1000)
        s.sendall(b'220 go on\r\n')
        with context.wrap_socket(s, server_side=True) as tls:
            tls.recv(1000)
            yield
    with open(i.etc + '/routes', 'w') as f:
        f.write('* bounce\n')
    i.compile('routes')
    i.logged('id=' + id, 'stat=Deferred')
    os.unlink('%s/msg/%s' % (i.queue, id))


def live_processes(t, i):
    """Every process of the instance, with a session inside DATA, and one of
    each other kind."""
    rows = {row['Program']: row for row in table_with('no_new_privs')}
    who = Who(i)
    with i.smtp() as s, tls_session(i), before_login(i), \
            before_imap_login(i) as imap, after_login(i), far_host(i), a_program(i, who):
        s.envelope('a@b.example', [i.address('bob')])
        s.command('DATA')
        s.write(b'x' * 300000)		# so that it reaches a worker
        wait_for(lambda: any('#' in link or '/msg/' in link
            for pid in i.processes('qinject') for link in links(pid)))
        pid = stop_a_deliverer(i)
        stopped = stop_a_bounce(i)
        try:
            found = processes_in(i.root)
            parents = {pid: parent(pid) for pid in found}
            inodes = sockets()
            seen = set()
            for pid_, words in sorted(found.items()):
                name = row_name(pid_, words, parents)
                seen.add(name)
                if t.ok(name in rows, '%s has its row' % name, words):
                    check_process(t, i, who, name, pid_, words, rows[name],
                        inodes)
            absent = set() if imap else {'imap-front'}
            t.eq(sorted(set(rows) - seen - set(SHORT) - absent), [],
                'every row was seen alive')
        finally:
            for one in stopped + [pid] * bool(pid):
                os.kill(one, signal.SIGCONT)
        s.write(b'\r\n.\r\n')
        t.eq(s.reply().code, 250, 'and the session goes on')
    i.arrived('bob')
    i.idle()
    i.empty()


def links(pid):
    try:
        at = '/proc/%d/fd' % pid
        return [os.readlink(os.path.join(at, fd)) for fd in os.listdir(at)]
    except OSError:
        return []


def sockets_folders(t, i):
    who = Who(i)
    mode = owner = group = None
    for row in table_with('reached by'):
        found = re.match(r'(\d{3}) ([-\w]+)(?::([-\w]+))?', row['folder'])
        if found:
            mode, owner, group = found.groups()
        path = os.path.join(i.root, row['socket'])
        if not t.ok(os.path.exists(path) and stat.S_ISSOCK(
                os.lstat(path).st_mode), '%s is a socket' % row['socket']):
            continue
        st = os.stat(os.path.dirname(path))
        want = [int(mode, 8), who.names[owner][0], who.names[group][1] if
            group else st.st_gid]
        t.eq([stat.S_IMODE(st.st_mode), st.st_uid, st.st_gid], want,
            '%s: its folder is %s' % (row['socket'], row['folder']))
    named = {row['socket'] for row in table_with('reached by')}
    there = {os.path.relpath(os.path.join(at, name), i.root) for at, _, names
        in os.walk(i.root) for name in names if stat.S_ISSOCK(os.lstat(
        os.path.join(at, name)).st_mode)}
    t.eq(sorted(there - named), [], 'there are no other sockets')


def nothing_setuid(t, i):
    wrong, event = [], 0
    for top in BIN, i.root, os.path.join(TOP, 'service'):
        for at, below, names in os.walk(top):
            for name in below + names:
                path = os.path.join(at, name)
                mode = os.lstat(path).st_mode
                if mode & (stat.S_ISUID | stat.S_ISGID):
                    # s6's event folders: new files get the folder's group.
                    if name == 'event' and stat.S_ISDIR(mode) and \
                            not mode & stat.S_ISUID:
                        event += 1
                    else:
                        wrong.append(path)
    t.eq(wrong, [], 'no setuid or setgid file')
    t.ok(event > 0, 'the walk has seen what it should')


def in_reach(uid, gid, top):
    """[(right, kind, path)] of what that uid may read or write, asked of every
    path that there is by a process of its own."""
    paths = {}
    for at, below, names in os.walk(top):
        for path in (os.path.join(at, name) for name in below + names):
            mode = os.lstat(path).st_mode
            if not stat.S_ISLNK(mode):
                paths[path] = 's' if stat.S_ISSOCK(mode) else 'f'
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([gid])
            os.setresgid(gid, gid, gid)
            os.setresuid(uid, uid, uid)
            with open(into, 'w') as f:
                f.write(repr([(right, kind, path) for path, kind in
                    paths.items() for right, flag in (('r', os.R_OK), ('w',
                    os.W_OK)) if os.access(path, flag)]))
        finally:
            os._exit(0)
    os.close(into)
    with open(out) as f:
        text = f.read()
    os.waitpid(pid, 0)
    return ast.literal_eval(text)


def reach(t, i):
    """What a front, taken over, or a user finds in the instance."""
    if not ROOT:
        raise Skip('without root there is one uid')
    i.send([i.address(user) for user in i.users])
    for user in i.users:
        i.arrived(user)
    i.idle()
    secret = ('etc/users', 'etc/users.cdb', 'etc/aliases', 'queue', 'mail/',
        'log/', 'instance.env', 'sock/queue', 'sock/spawner')
    found = in_reach(*Who(i).names['correo-net'], i.root)
    t.eq([path for right, kind, path in found if right == 'w' and kind !=
        's'], [], 'correo-net can write no file and no folder')
    t.eq(sorted(os.path.relpath(path, i.root) for right, kind, path in found
        if right == 'w'), ['sock/auth/auth', 'sock/front/qinject',
        'sock/front/who-is', *LOCAL, 'sock/tls/tls'],
        "it reaches four sockets and everybody's")
    t.eq([path for right, _, path in found if right == 'r' and
        os.path.relpath(path, i.root).startswith(secret) and path not in
        [i.root + '/mail/' + user for user in i.users]], [],
        'and reads no mail, no table, no log')
    t.ok(any(path.endswith('smtp.rules.cdb') for _, _, path in found),
        'the walk has seen what it should')
    st = os.stat(i.users['alice'])
    found = in_reach(st.st_uid, st.st_gid, i.root)
    home = os.path.dirname(i.users['alice'])
    t.eq(sorted(os.path.relpath(path, i.root) for right, _, path in found if
        right == 'w' and not (path + '/').startswith(home + '/')), LOCAL,
        "alice can write nothing but her own and reaches everybody's sockets")
    t.eq([path for right, _, path in found if right == 'r' and not
        (path + '/').startswith(home + '/') and os.path.relpath(path,
        i.root).startswith(secret) and path not in [i.root + '/mail/' + user
        for user in i.users]], [], "and reads no one else's")
    t.ok(('w', 'f', i.users['alice'] + '/new') in found, 'but her own')
    i.empty()


def other_uids_are_refused(t, i):
    """The spawner serves the runner alone."""
    if not ROOT:
        raise Skip('without root there is one uid')
    path = i.setting('SPAWNER_SOCKET')
    before = set(i.processes('deliver-local'))
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.settimeout(30)
        s.connect(path)			# root may: the folder is no hindrance
        try:
            s.send(b'start 1\nuid 60611\ngid 60611\nmake 0\nuser \nhome %s\n'
                b'mailbox %s\n' % (os.path.dirname(i.users['alice']).encode(),
                i.users['alice'].encode()))
            answer = s.recv(1000)
        except (BrokenPipeError, ConnectionResetError):
            answer = b''
    t.eq(answer, b'', 'a peer that is not the runner is hung up on')
    t.ok(i.logged('spawner', 'refused'), 'with a log line')
    t.eq(set(i.processes('deliver-local')) - before, set(),
        'and nothing is started')


def main():
    t = Tap()
    with folder() as top, Instance(top) as i:
        for case in live_processes, sockets_folders, nothing_setuid, reach, \
                other_uids_are_refused:
            t.run(case, i)
        with Instance(top, 'second') as second:
            t.run(live_processes, second)
    t.done()


main()
