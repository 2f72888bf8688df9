#!/usr/bin/env python3
"""Kills checkpwdctl at random moments, and says what it had acknowledged.

usage: torture.py updates COUNT CHECKPWDCTL STORE KEY
       torture.py rekey ROUNDS CHECKPWDCTL STORE KEY
       torture.py crowd ROUNDS READERS CHECKPWDCTL STORE KEY

updates: COUNT times a login gets a secret, by three writers at once; every tenth is killed. Prints each login, a tab, and the
numbers of those of its secrets that may be there: the last acknowledged one, and those killed since.
rekey: starts ROUNDS rekeyings, kills each, and lets a last one end.
crowd: READERS processes look alice up, ROUNDS times each, while a writer sets secrets as fast as it can. Prints how many secrets
it set meanwhile.
"""

import collections
import random
import subprocess
import sys
import threading


class Tool:
    def __init__(self, program, store, key):
        self.program, self.places = program, ["--store", store, "--store-key", key]

    def start(self, *arguments):
        return subprocess.Popen(
            [self.program, *arguments, *self.places], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)

    def feed(self, process, text=""):
        """Gives it its input, and waits for its end: 0, or None where it was killed."""
        try:
            _, errors = process.communicate(text.encode())
        except BrokenPipeError:
            errors = b""
            process.wait()
        if process.returncode > 0:
            sys.exit(f"{process.args}: exit {process.returncode}: {errors.decode()}")
        return 0 if process.returncode == 0 else None


def kill_after(process, seconds):
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    return timer


def updates(count, tool):
    numbers = iter(range(count))
    lock, possible = threading.Lock(), collections.defaultdict(list)

    def write(writer):
        chance = random.Random(writer)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            # Each writer has logins of its own, so that the order of its secrets is known.
            login = f"login{writer}-{chance.randrange(100)}"
            process = tool.start("set", "--stdin", login)
            timer = kill_after(process, chance.uniform(0, 0.03)) if number % 10 == 0 else None
            if tool.feed(process, f"secret{number}") is None:
                possible[login].append(number)
            else:
                possible[login] = [number]
            if timer:
                timer.cancel()

    writers = [threading.Thread(target=write, args=[writer]) for writer in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for login, numbers in possible.items():
        print(login, *numbers, sep="\t")


def rekey(rounds, tool):
    chance = random.Random(1)
    killed = 0
    for _ in range(rounds):
        process = tool.start("store", "rekey")
        timer = kill_after(process, chance.uniform(0.005, 0.25))
        if tool.feed(process) is None:
            killed += 1
        timer.cancel()
    tool.feed(tool.start("store", "rekey"))
    print(killed)


def crowd(rounds, readers, tool):
    reading = threading.Event()
    reading.set()
    written = 0

    def write():
        nonlocal written
        while reading.is_set():
            tool.feed(tool.start("set", "--stdin", f"login{written % 50}"), f"secret{written}")
            written += 1

    def read():
        for _ in range(rounds):
            tool.feed(tool.start("secret", "verify", "--stdin", "alice"), "secret of alice")

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
