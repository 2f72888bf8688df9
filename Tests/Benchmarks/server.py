"""A server that is measured: started on a free port, its memory, and its end."""

import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / ".build-bench"
LOGIN, PASSWORD = "alice", "wonderland"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process):
    for _ in range(3000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.01)
    raise SystemExit(f"bench: {process.args} did not start")


class Server:
    """A server that runs, for one kind of login."""

    name = ""

    def __init__(self, kind, relay, folder):
        self.kind, self.relay, self.folder, self.port = kind, relay, pathlib.Path(folder), free_port()
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o755)
        # Their numbers: they are nobody's children.
        self.helpers = []
        self.process = self.start(*self.command())
        wait_for(self.port, self.process)

    def start(self, *command):
        return subprocess.Popen(
            list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=open(self.folder / "errors", "a"), start_new_session=True)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        for helper in self.helpers:
            os.kill(helper, signal.SIGTERM)

    def memory(self):
        """KiB: what all its processes have for themselves, and their part of what they share (PSS)."""
        children, total = {}, 0
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    parent = pathlib.Path("/proc", entry, "stat").read_text().rsplit(")", 1)[1].split()[1]
                except (FileNotFoundError, ProcessLookupError):
                    continue
                children.setdefault(int(parent), []).append(int(entry))
        ours = [self.process.pid, *self.helpers]
        for pid in ours:
            ours.extend(children.get(pid, []))
            try:
                lines = pathlib.Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
            except (FileNotFoundError, ProcessLookupError):
                continue
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total
