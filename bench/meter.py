"""What a tree of processes costs: its CPU time, and the device's flushes."""
import glob
import os
import re
import subprocess


def _mounts(kind):
    """(mount point, root, options) of each file system of a kind."""
    with open("/proc/self/mountinfo") as f:
        for line in f:
            left, _, right = line.rstrip("\n").partition(" - ")
            fields = left.split()
            fstype, _source, options = right.split(" ", 2)
            if fstype == kind:
                yield fields[4], fields[3], options.split(",")


def _own_group(controller):
    """This process's group: controller "" for version 2."""
    with open("/proc/self/cgroup") as f:
        for line in f:
            _, names, path = line.rstrip("\n").split(":", 2)
            if names == controller or controller in names.split(","):
                return path
    return "/"


class Tree:
    """A tree of processes that are started through run_in().

    A cgroup of its own counts every process, dead ones too. Where none can be
    made, /proc is summed: the root's live descendants with the children that
    each has reaped.
    """

    def __init__(self, name):
        self.group = self.stat = None
        self.roots = []
        self.how = "sum over /proc"
        places = [(m, r, "", "cpu.stat") for m, r, _ in _mounts("cgroup2")]
        places += [(m, r, "cpuacct", "cpuacct.usage")
                   for m, r, o in _mounts("cgroup") if "cpuacct" in o]
        for mount, root, controller, stat in places:
            own = _own_group(controller)
            if root != "/" and own.startswith(root):
                own = own[len(root):]
            group = "%s/%s/correo-bench-%s-%d" % (mount, own, name, os.getpid())
            try:
                os.mkdir(group)
            except OSError:
                continue
            if os.path.exists(group + "/" + stat):
                self.group, self.stat = group, stat
                self.how = "cgroup " + stat
                break
            os.rmdir(group)

    def enter(self):
        """For preexec_fn: the process and all its children belong to us."""
        if self.group:
            with open(self.group + "/cgroup.procs", "w") as f:
                f.write(str(os.getpid()))

    def pids(self):
        """The live processes of the tree."""
        if self.group:
            with open(self.group + "/cgroup.procs") as f:
                return [int(pid) for pid in f.read().split()]
        parent = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            stat = _stat_of(pid)
            if stat:
                parent[int(pid)] = int(stat[1])
        found = [pid for pid in self.roots if pid in parent]
        for pid in found:
            found += [child for child, p in parent.items()
                      if p == pid and child not in found]
        return found

    def cpu_s(self):
        """Seconds of CPU that the tree has used so far."""
        if self.group:
            with open(self.group + "/" + self.stat) as f:
                text = f.read()
            if self.stat == "cpuacct.usage":
                return int(text) / 1e9
            return int(re.search(r"^usage_usec (\d+)", text, re.M)[1]) / 1e6
        stats = filter(None, map(_stat_of, self.pids()))
        ticks = sum(sum(map(int, stat[11:15])) for stat in stats)
        return ticks / os.sysconf("SC_CLK_TCK")

    def remove(self):
        if self.group:
            try:
                os.rmdir(self.group)
            except OSError:
                pass


def _stat_of(pid):
    """/proc/PID/stat's fields from the state on, None if it has gone."""
    try:
        with open("/proc/%s/stat" % pid) as f:
            return f.read().rpartition(") ")[2].split()
    except OSError:
        return None


class Device:
    """The block device under a folder, and the cache flushes it was sent."""

    def __init__(self, folder):
        self.name = self.fstype = "?"
        self.stat = None
        best = ""
        with open("/proc/self/mountinfo") as f:
            for line in f:
                left, _, right = line.rstrip("\n").partition(" - ")
                mount = left.split()[4]
                inside = os.path.realpath(folder) + "/"
                if inside.startswith(mount.rstrip("/") + "/") and \
                        len(mount) >= len(best):
                    best = mount
                    self.fstype, self.name = right.split()[:2]
        try:
            number = os.stat(self.name).st_rdev
            path = os.path.realpath("/sys/dev/block/%d:%d" %
                                    (os.major(number), os.minor(number)))
        except OSError:
            return
        name = os.path.basename(path)
        if self.fstype == "ext4" and os.path.isdir("/proc/fs/ext4") and \
                not glob.glob("/proc/fs/jbd2/%s-*" % name):
            self.fstype += " without a journal"
        if os.path.exists(path + "/partition"):
            path = os.path.dirname(path)
        if os.path.exists(path + "/stat"):
            self.stat = path + "/stat"
        self._probe(folder)

    def _probe(self, folder):
        """Does a fsync show? A device without a cache is sent no flush."""
        before = self.flushes()
        if before is None:
            return
        name = "%s/.flush-probe.%d" % (folder, os.getpid())
        with open(name, "w") as f:
            for _ in range(3):
                f.write("x")
                f.flush()
                os.fsync(f.fileno())
        os.unlink(name)
        if self.flushes() == before:
            self.stat = None

    def flushes(self):
        """Flush requests the device has completed, None if nobody counts."""
        if self.stat is None:
            return None
        with open(self.stat) as f:
            fields = f.read().split()
        return int(fields[15]) if len(fields) > 15 else None


class Loop:
    """A new file system on a loop device, in an image below a folder."""

    def __init__(self, folder, kind):
        self.image = "%s/loop-%d.img" % (folder, os.getpid())
        self.mount = "%s/loop-%d" % (folder, os.getpid())
        self.device = None
        self.mounted = False
        self.kind = kind

    def make(self):
        # Nothing may be left for the kernel to lay out while we measure.
        eager = ["-E", "lazy_itable_init=0,lazy_journal_init=0"] \
            if self.kind == "ext4" else []
        os.mkdir(self.mount)
        with open(self.image, "w") as f:
            f.truncate(4 << 30)
        self.device = _run("losetup", "--find", "--show", self.image)
        _run("mkfs." + self.kind, "-q", *eager, self.device)
        _run("mount", self.device, self.mount)
        self.mounted = True
        os.chmod(self.mount, 0o755)

    def remove(self):
        if self.mounted:
            _run("umount", self.mount)
        if self.device:
            _run("losetup", "--detach", self.device)
        for remove, path in ((os.unlink, self.image), (os.rmdir, self.mount)):
            if os.path.exists(path):
                remove(path)


def _run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          text=True).stdout.strip()
