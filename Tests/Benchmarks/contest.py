"""What the benchmarks share: the C programs, the clock, the requests, and whether targets are met."""

import hashlib
import hmac
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / ".build-bench"
EMBEDDED = ROOT / ".build-embedded/release/pam-checkpwd"
STATIC = ROOT / ".build-release/release/pam-checkpwd"
CHECKPWDCTL = ROOT / ".build-release/release/checkpwdctl"

WARM_UPS = 20
# Debian's own flags for C (dpkg-buildflags).
FLAGS = "-O2 -g -fstack-protector-strong -Wformat -Werror=format-security -D_FORTIFY_SOURCE=2 -Wl,-z,relro".split()


def compile_c():
    BUILD.mkdir(exist_ok=True)
    for name, more in (("least", ["-lpam"]), ("prog", ["-static"]), ("drive", ["-static"])):
        subprocess.run(["cc", *FLAGS, "-o", BUILD / name, HERE / f"{name}.c", *more], check=True)


def must(*command, text=""):
    subprocess.run(command, input=text.encode(), check=True, stdout=subprocess.DEVNULL)


def require_stage():
    if "PAM_CHECKPWD_STAGE" not in os.environ:
        sys.exit(f"{sys.argv[0]}: run me by Tests/Stage/private-etc: I add accounts and services")


def cram_md5(login, secret):
    """A challenge is good for one login: each is another."""
    challenge = f"<{secrets.token_hex(16)}.{int(time.time())}@mail.example.com>".encode()
    digest = hmac.new(secret.encode(), challenge, hashlib.md5).hexdigest().encode()
    return b"\0".join([login.encode(), challenge, digest, b""])


def measure(entrants, rounds):
    """Returns for each entrant its milliseconds, sorted, and its peak memory in KiB."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = []
        for number, (_, _, request, command) in enumerate(entrants):
            file = pathlib.Path(folder, str(number))
            file.write_bytes(b"".join(request() for _ in range(WARM_UPS + rounds)))
            arguments += [file, *command, BUILD / "prog", ";"]
        environment = {"PATH": "/usr/bin:/bin", "TCPREMOTEIP": "192.0.2.1"}
        lines = subprocess.run(
            [BUILD / "drive", str(rounds), str(WARM_UPS), *arguments[:-1]],
            env=environment, check=True, stdout=subprocess.PIPE, text=True,
        ).stdout.splitlines()
    times, memory = [[] for _ in entrants], [0] * len(entrants)
    for line in lines:
        number, nanoseconds, kibibytes = map(int, line.split())
        times[number].append(nanoseconds / 1e6)
        memory[number] = max(memory[number], kibibytes)
    return [(sorted(of), peak) for of, peak in zip(times, memory)]


def judge(targets):
    """Prints each target, and returns the exit status."""
    missed = 0
    for what, measured, most in targets:
        print(f"{what:<44} {measured:10.3f}   at most {most:<8} {'reached' if measured <= most else 'MISSED'}")
        missed += measured > most
    return 1 if missed else 0
