"""Logs in to an SMTP server with Python's smtplib, by each mechanism, and prints the dialogue for a person to read.

usage: dialogue.py PORT LOGIN PASSWORD

Base64 is decoded beside each line, passwords are starred. Exits 1 if any login ends otherwise than it should.
"""

import base64
import binascii
import smtplib
import sys

STARS = "********"


class Narrated(smtplib.SMTP):
    """smtplib's client, that also says what it says and hears."""

    def __init__(self, port, user, password):
        # The names under which smtplib's own methods look for them.
        self.user, self.password = user, password
        super().__init__("127.0.0.1", port, local_hostname="client.example.com", timeout=30)

    def send(self, data):
        line = data.decode("ascii") if isinstance(data, bytes) else data
        self.narrate("C", line.rstrip("\r\n"))
        super().send(data)

    def getreply(self):
        code, message = super().getreply()
        lines = message.decode("ascii", "replace").split("\n")
        for number, line in enumerate(lines, 1):
            self.narrate("S", f"{code}{' ' if number == len(lines) else '-'}{line}")
        return code, message

    def narrate(self, who, line):
        words = line.split(" ")
        decoded = self.decode(words[-1]) if who == "C" or words[0] == "334" else None
        secret = self.password.encode()
        if decoded and secret in decoded:
            decoded = decoded.replace(secret, STARS.encode())
            line = " ".join(words[:-1] + [STARS])
        aside = "" if not decoded else "| " + decoded.decode("utf-8", "replace").replace("\0", "\\0")
        print(f"  {who}: {line:<66} {aside}".rstrip())

    @staticmethod
    def decode(word):
        # Commands are not base64, although a few look like it.
        if word.upper() in ("AUTH", "LOGIN", "PLAIN", "QUIT", "CRAM-MD5") or len(word) < 4:
            return None
        try:
            return base64.b64decode(word, validate=True)
        except (binascii.Error, ValueError):
            return None


def login(port, mechanism, user, password):
    """Returns the code that the server's last word on the login has."""
    with Narrated(port, user, password) as client:
        client.ehlo()
        methods = {"LOGIN": client.auth_login, "PLAIN": client.auth_plain, "CRAM-MD5": client.auth_cram_md5}
        try:
            return client.auth(mechanism, methods[mechanism], initial_response_ok=mechanism == "PLAIN")[0]
        except smtplib.SMTPAuthenticationError as refused:
            return refused.smtp_code


def main():
    port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    logins = [
        ("LOGIN", password, 235),
        ("PLAIN", password, 235),
        ("CRAM-MD5", password, 235),
        ("PLAIN", "jabberwocky", 535),
    ]
    outcomes = []
    for mechanism, given, expected in logins:
        print(f"\n{mechanism}, {'the right' if given == password else 'a wrong'} password")
        code = login(port, mechanism, user, given)
        outcomes.append((mechanism, given == password, code, expected))
    print()
    for mechanism, right, code, expected in outcomes:
        verdict = "as it should be" if code == expected else f"WRONG: should be {expected}"
        print(f"{mechanism:<9} {'right' if right else 'wrong'} password  {code}  {verdict}")
    return 0 if all(code == expected for _, _, code, expected in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
