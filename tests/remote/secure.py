"""tls-client as a service, for the tests of deliver-remote with TLS."""

from remote import *
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'tls'))
from tls import environment, make_cert, skip_all	# noqa

TLS_CLIENT = os.path.join(BIN, 'tls-client')
TLS_UID = 60603		# as root; no entry in passwd is needed

if not os.path.exists(TLS_CLIENT):
    skip_all('%s is not built' % TLS_CLIENT)


class Service:
    """tls-client on a socket, one process a connection."""

    def __init__(self, top, name, **settings):
        self.path = os.path.join(top, name)
        self.log_path = self.path + '.log'
        self.listen = socket.socket(socket.AF_UNIX)
        self.listen.bind(self.path)
        os.chmod(self.path, 0o666)
        self.listen.listen(20)
        self.env = environment('', **settings)
        self.children = []

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listen.shutdown(socket.SHUT_RDWR)
        self.listen.close()
        for child in self.children:
            child.kill()
            child.wait()

    def accept(self):
        ids = {'user': TLS_UID, 'group': TLS_UID, 'extra_groups': []} if ROOT \
            else {}
        while True:
            try:
                s, _ = self.listen.accept()
            except OSError:
                return
            with s, open(self.log_path, 'a') as log:
                self.children.append(subprocess.Popen([TLS_CLIENT, '-s'],
                    stdin=s, stdout=s, stderr=log, env=self.env, cwd='/',
                    **ids))
