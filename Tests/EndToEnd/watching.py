"""What the kernel tells of a running process: threads, their work, memory, connections."""

import os
import pathlib
import threading
import time

TICK = os.sysconf("SC_CLK_TCK")


def status(pid, key):
    """A number of /proc/PID/status: Threads, or VmHWM and VmRSS in KiB."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        name, value = line.split(":", 1)
        if name == key:
            return int(value.split()[0])
    raise KeyError(key)


def thread_seconds(pid):
    """The processor time that each thread has used, by thread id."""
    seconds = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        seconds[int(task.name)] = (int(fields[11]) + int(fields[12])) / TICK
    return seconds


def connections(pid, port):
    """The process's TCP connections to a port, whatever state they are in."""
    own = set()
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            own.add(os.readlink(descriptor))
        except FileNotFoundError:
            continue
    # A table that changes while it is read may have a line twice.
    found = set()
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[2].rpartition(":")[2], 16) == port and f"socket:[{fields[9]}]" in own:
            found.add(fields[9])
    return len(found)


class Watch:
    """Looks at a process several times a second, until told to stop."""

    def __init__(self, pid, port):
        self.pid, self.port = pid, port
        self.idle_kib = status(pid, "VmRSS")
        self.before = thread_seconds(pid)
        self.threads = self.connections = 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.started = time.monotonic()
        self.thread.start()

    def look(self):
        while not self.ended.wait(0.2):
            self.threads = max(self.threads, status(self.pid, "Threads"))
            self.connections = max(self.connections, connections(self.pid, self.port))

    def stop(self):
        self.ended.set()
        self.thread.join()
        self.seconds = time.monotonic() - self.started
        self.peak_kib = status(self.pid, "VmHWM")
        used = [after - self.before.get(thread, 0) for thread, after in thread_seconds(self.pid).items()]
        self.busiest, *self.others = sorted(used, reverse=True)
