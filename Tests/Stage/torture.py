#!/usr/bin/env python3
"""Kills checkpwdctl at random moments, and says what it had acknowledged.

usage: torture.py updates COUNT CHECKPWDCTL STORE KEY
       torture.py rekey ROUNDS CHECKPWDCTL STORE KEY
       torture.py crowd ROUNDS READERS CHECKPWDCTL STORE KEY

updates: COUNT times a login gets a secret, by three writers at once; every tenth is killed. Prints for each login, with tabs
between: its name, the number of its last acknowledged secret or a hyphen, and, where its last writer was killed, the number of
the secret that this one was setting.
rekey: starts ROUNDS rekeyings, kills each, looks a few logins up, and lets a last one end. Prints how many were killed, and how
many of these left a rekeying unfinished.
crowd: READERS processes look alice up, ROUNDS times each, while a writer sets secrets as fast as it can. Prints how many secrets
it set meanwhile.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time


class Tool:
    def __init__(self, program, store, key):
        self.program, self.store, self.places = program, store, ["--store", store, "--store-key", key]

    def start(self, *arguments, tracing=None):
        tracer, environment = [], None
        if tracing:
            # AddressSanitizer's search for leaks does not bear a tracer.
            environment = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
            tracer = ["strace", "-qq", *tracing]
        return subprocess.Popen(
            [*tracer, self.program, *arguments, *self.places], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=environment)

    def feed(self, process, text=""):
        """Gives it its input, and waits for its end: its output, or None where it was killed."""
        try:
            output, errors = process.communicate(text.encode())
        except BrokenPipeError:
            output, errors = b"", b""
            process.wait()
        if process.returncode > 0:
            # Not sys.exit, which ends a thread only.
            print(f"{process.args}: exit {process.returncode}: {errors.decode()}", file=sys.stderr, flush=True)
            os._exit(1)
        return output if process.returncode == 0 else None

    def run(self, *arguments, text=""):
        return self.feed(self.start(*arguments), text)

    def run_killed(self, seconds, *arguments, text=""):
        """The same, killed after so many seconds if it has not ended."""
        process = self.start(*arguments)
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        output = self.feed(process, text)
        timer.cancel()
        return output

    def run_killed_at(self, call, *arguments, text=""):
        """The same, killed at a system call if it makes it: its name, and the how manieth of that name."""
        name, number = call
        tracing = ["-o", "/dev/null", "-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={number}"]
        return self.feed(self.start(*arguments, tracing=tracing), text)

    def calls(self, *arguments, text=""):
        """The system calls that it makes, from the first about the store on."""
        with tempfile.NamedTemporaryFile("r") as log:
            self.feed(self.start(*arguments, tracing=["-o", log.name, "-s", "4096"]), text)
            lines = [line for line in log if "(" in line and not line.startswith(("execve", "+"))]
        names = [line.split("(")[0] for line in lines]
        first = next(number for number, line in enumerate(lines) if f'"{self.store}' in line)
        return [(name, names[:number + 1].count(name)) for number, name in enumerate(names) if number >= first]


def measure(work):
    begin = time.monotonic()
    work()
    return time.monotonic() - begin


def updates(count, tool):
    numbers = iter(range(count))
    lock, possible = threading.Lock(), []
    calls = tool.calls("set", "--stdin", "login", text="secret")

    def write(writer):
        chance = random.Random(writer)
        # Each writer has logins of its own, so that the order of its secrets is known.
        logins = {}
        made = kills = 0
        seconds = None
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                break
            place = chance.randrange(20)
            if place not in logins:
                made += 1
                logins[place] = [f"login{writer}-{made}", "-"]
            login = logins[place]
            arguments, text = ["set", "--stdin", login[0]], f"secret{number}"
            if seconds is None or number % 10:
                seconds = measure(lambda: tool.run(*arguments, text=text))
                login[1] = number
                continue
            # A program starts for longer than it works: every second time it is killed at its work.
            kills += 1
            if kills % 2:
                output = tool.run_killed(chance.uniform(0, seconds), *arguments, text=text)
            else:
                output = tool.run_killed_at(chance.choice(calls), *arguments, text=text)
            if output is not None:
                login[1] = number
            else:
                # What it did is seen at the end: nobody sets this login again.
                possible.append(logins.pop(place) + [number])
        possible.extend(logins.values())

    writers = [threading.Thread(target=write, args=[writer]) for writer in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for login in possible:
        print(*login, sep="\t")


def rekey(rounds, tool):
    chance = random.Random(1)
    killed = unfinished = 0
    whole = measure(lambda: tool.run("store", "rekey"))
    for _ in range(rounds):
        if tool.run_killed(chance.uniform(0, whole), "store", "rekey") is None:
            killed += 1
        unfinished += json.loads(tool.run("store", "stat", "--json"))["rekeying"]
        for login in ("login0", "login2500", "login3999"):
            tool.run("secret", "verify", "--stdin", login, text=f"secret of {login}")
    tool.run("store", "rekey")
    print(killed, unfinished, sep="\t")


def crowd(rounds, readers, tool):
    reading = threading.Event()
    reading.set()
    written = 0

    def write():
        nonlocal written
        while reading.is_set():
            tool.run("set", "--stdin", f"login{written % 50}", text=f"secret{written}")
            written += 1

    def read():
        for _ in range(rounds):
            tool.run("secret", "verify", "--stdin", "alice", text="secret of alice")

    writer = threading.Thread(target=write)
    crowd = [threading.Thread(target=read) for _ in range(readers)]
    for thread in [writer, *crowd]:
        thread.start()
    for thread in crowd:
        thread.join()
    reading.clear()
    writer.join()
    print(written)


def main():
    what, *numbers = sys.argv[1:-3]
    tool = Tool(*sys.argv[-3:])
    {"updates": updates, "rekey": rekey, "crowd": crowd}[what](*map(int, numbers), tool)


main()
