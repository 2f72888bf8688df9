"""The mail servers that `submission` measures, each for the same account, tuned as far as it has means to be."""

import subprocess

from server import LOGIN, PASSWORD, ROOT, Server

# The certificate and key of servers that offer STARTTLS.
CERTIFICATE, KEY = "/etc/bench-certificate.pem", "/etc/bench-key.pem"
# What an authentication is by, and by which PAM service where it is PAM.
KINDS = {"cram": "CRAM-MD5", "permit": "PLAIN", "unix": "PLAIN"}
MANY = 4000
# Processes that ask PAM, of those who keep some.
WORKERS = 30


class SMTPAuth(Server):
    name = "smtp-auth"

    def command(self):
        service = "unix" if self.kind == "unix" else "permit"
        checkpassword = ROOT / ".build-embedded/release/pam-checkpwd"
        return [
            ROOT / ".build-release/release/smtp-auth", "--listen", f"127.0.0.1:{self.port}",
            "--hostname", "mail.example.com", "--allow-plaintext", "--syslog", "--max-connections", MANY, "--max-per-address", MANY,
            "--auth-resident", "--auth-command", f"{checkpassword} --resident -m plain,cram-md5 -s bench-{service} -e", "--relay", f"127.0.0.1:{self.relay}",
        ] + (["--tls-cert", CERTIFICATE, "--tls-key", KEY] if self.kind == "starttls" else [])


class Dovecot(Server):
    name = "Dovecot 2.3"

    def command(self):
        users = self.folder / "users"
        users.write_text(f"{LOGIN}:{{PLAIN}}{PASSWORD}\n")
        users.chmod(0o644)
        passdb = (
            f"driver = passwd-file\n  args = {users}" if self.kind == "cram"
            else f"driver = pam\n  args = max_requests=1000 bench-{self.kind}")
        configuration = self.folder / "dovecot.conf"
        configuration.write_text(f"""
protocols = submission
listen = 127.0.0.1
base_dir = {self.folder}/run
state_dir = {self.folder}/state
hostname = mail.example.com
ssl = no
disable_plaintext_auth = no
auth_mechanisms = {KINDS[self.kind].lower()}
auth_failure_delay = 0
auth_cache_size = 0
auth_worker_max_count = {WORKERS}
default_process_limit = {MANY}
default_client_limit = {2 * MANY}
default_vsz_limit = 0
mail_max_userip_connections = 0
mail_location = maildir:~/Maildir
submission_relay_host = 127.0.0.1
submission_relay_port = {self.relay}
passdb {{
  {passdb}
}}
userdb {{
  driver = passwd
}}
service submission-login {{
  service_count = 0
  process_min_avail = 2
  process_limit = 2
  client_limit = {MANY}
  inet_listener submission {{
    port = {self.port}
  }}
}}
service submission {{
  service_count = 1000
  process_limit = {MANY}
  process_min_avail = 4
}}
service auth {{
  client_limit = {4 * MANY}
}}
service anvil {{
  client_limit = {4 * MANY}
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  client_limit = {4 * MANY}
}}
""")
        return ["dovecot", "-F", "-c", configuration]


class Postfix(Server):
    name = "Postfix, Cyrus"

    def command(self):
        self.configure()
        return ["postfix", "-c", self.folder, "start-fg"]

    def stop(self):
        # What runs is a script that waits.
        subprocess.run(["postfix", "-c", self.folder, "stop"], stderr=subprocess.DEVNULL, check=True)
        super().stop()

    def configure(self):
        for name, owner in (("spool", "root"), ("data", "postfix")):
            (self.folder / name).mkdir()
            subprocess.run(["chown", owner, self.folder / name], check=True)
        (self.folder / "main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {self.folder}/spool
data_directory = {self.folder}/data
myhostname = mail.example.com
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
alias_database =
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
message_size_limit = 0
default_transport = discard:
local_transport = discard:
max_use = 1000
smtpd_relay_restrictions = permit_sasl_authenticated, permit_mynetworks, reject
smtpd_timeout = 300s
""" + (f"""
smtpd_tls_security_level = may
smtpd_tls_cert_file = {CERTIFICATE}
smtpd_tls_key_file = {KEY}
""" if self.kind == "starttls" else ""))
        # Debian's Postfix looks for it there.
        (self.folder / "sasl").mkdir()
        (self.folder / "sasl/smtpd.conf").write_text(
            "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: CRAM-MD5\n" if self.kind == "cram"
            else f"pwcheck_method: saslauthd\nmech_list: PLAIN\nsaslauthd_path: {self.folder}/mux\n")
        (self.folder / "master.cf").write_text(f"""
127.0.0.1:{self.port} inet n - n - {MANY} smtpd
  -o smtpd_sasl_auth_enable={"yes" if self.kind in KINDS else "no"}
  -o smtpd_sasl_service=bench-{self.kind}
  -o smtpd_sasl_local_domain=mail.example.com
cleanup  unix n - n - 0 cleanup
qmgr     unix n - n 300 1 qmgr
pickup   unix n - n 60 1 pickup
rewrite  unix - - n - - trivial-rewrite
bounce   unix - - n - 0 bounce
defer    unix - - n - 0 bounce
discard  unix - - n - - discard
anvil    unix - - n - 1 anvil
proxymap unix - - n - - proxymap
tlsmgr   unix - - n 1000? 1 tlsmgr
""")
        if self.kind == "cram":
            subprocess.run(
                ["saslpasswd2", "-p", "-c", "-u", "mail.example.com", LOGIN], input=PASSWORD.encode(), check=True)
            subprocess.run(["chgrp", "postfix", "/etc/sasldb2"], check=True)
        elif self.kind in KINDS:
            # It stays in the foreground for debugging only, which costs; so it is a daemon, known by its file.
            subprocess.run(["saslauthd", "-a", "pam", "-m", self.folder, "-n", str(WORKERS)], check=True)
            self.helpers.append(int((self.folder / "saslauthd.pid").read_text()))
