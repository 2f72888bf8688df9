"""Sends a message with Python's smtplib after a login by each mechanism, and prints the dialogue for a person to read.

usage: dialogue.py PORT CERTIFICATE LOGIN PASSWORD

Base64 is decoded beside each line, passwords are starred. Exits 1 if any session ends otherwise than it should.
"""

import base64
import binascii
import smtplib
import ssl
import sys

STARS = "********"
SENDER, RECIPIENT = "alice@mail.example.com", "bob@mail.example.com"


class Narrated(smtplib.SMTP):
    """smtplib's client, that also says what it says and hears."""

    def __init__(self, port, user, password):
        # The names under which smtplib's own methods look for them.
        self.user, self.password = user, password
        super().__init__("127.0.0.1", port, local_hostname="client.example.com", timeout=30)

    def send(self, data):
        text = data.decode("ascii") if isinstance(data, bytes) else data
        for line in text.rstrip("\r\n").split("\r\n"):
            self.narrate("C", line)
        super().send(data)

    def getreply(self):
        code, message = super().getreply()
        lines = message.decode("ascii", "replace").split("\n")
        for number, line in enumerate(lines, 1):
            self.narrate("S", f"{code}{' ' if number == len(lines) else '-'}{line}")
        return code, message

    def narrate(self, who, line):
        words = line.split(" ")
        decoded = self.decode(words[-1]) if words[0] == "AUTH" or len(words) == 1 or words[0] == "334" else None
        secret = self.password.encode()
        if decoded and secret in decoded:
            decoded = decoded.replace(secret, STARS.encode())
            line = " ".join(words[:-1] + [STARS])
        aside = "" if not decoded else "| " + decoded.decode("utf-8", "replace").replace("\0", "\\0")
        print(f"  {who}: {line:<66} {aside}".rstrip())

    @staticmethod
    def decode(word):
        # Commands are not base64, although a few look like it.
        if word.upper() in ("AUTH", "LOGIN", "PLAIN", "CRAM-MD5", "STARTTLS", "DATA", "QUIT") or len(word) < 4:
            return None
        try:
            return base64.b64decode(word, validate=True)
        except (binascii.Error, ValueError):
            return None


def send(port, certificate, mechanism, user, password):
    """Returns the code that the server's last word has: on the message, or on the login where that was refused."""
    with Narrated(port, user, password) as client:
        client.starttls(context=ssl.create_default_context(cafile=certificate))
        client.ehlo()
        method = {"LOGIN": client.auth_login, "PLAIN": client.auth_plain, "CRAM-MD5": client.auth_cram_md5}[mechanism]
        try:
            client.auth(mechanism, method, initial_response_ok=mechanism == "PLAIN")
        except smtplib.SMTPAuthenticationError as refused:
            return refused.smtp_code
        client.mail(SENDER)
        client.rcpt(RECIPIENT)
        return client.data(
            f"From: Alice <{SENDER}>\r\nTo: Bob <{RECIPIENT}>\r\nSubject: after a login by {mechanism}\r\n"
            "\r\nCuriouser and curiouser!\r\n")[0]


def main():
    port, certificate, user, password = int(sys.argv[1]), *sys.argv[2:]
    sessions = [("LOGIN", password, 250), ("PLAIN", password, 250), ("CRAM-MD5", password, 250), ("PLAIN", "jabberwocky", 535)]
    outcomes = []
    for mechanism, given, expected in sessions:
        right = "the right" if given == password else "a wrong"
        print(f"\n{mechanism}, {right} password")
        code = send(port, certificate, mechanism, user, given)
        outcomes.append((f"{mechanism}, {right} password", code, expected))
    print()
    for what, code, expected in outcomes:
        verdict = "as it should be" if code == expected else f"WRONG: should be {expected}"
        print(f"{what:<30} {code}  {verdict}")
    return 0 if all(code == expected for _, code, expected in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
