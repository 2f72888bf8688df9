import ArgumentParser
import CheckpwdCore
import Glibc
import Logging
import PrivilegeSeparation
import SASL
import SMTP
import SMTPServer
import ServerSupport

struct SMTPAuth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "smtp-auth",
        abstract: "Authenticated submission for a mail server that has none.",
        usage: "smtp-auth [options] [--relay <server> | -- <program> [<argument> ...]]",
        discussion: """
            Without --listen, one session on standard input and output, as inetd, tcpserver and systemd start a server. \
            A checkpassword program is asked about every login; mail goes to a server, or to a program started for it.
            """,
        version: "\(Release.version)")

    @OptionGroup(title: "Front") var front: FrontOptions
    @OptionGroup(title: "Encryption") var tls: TLSOptions
    @OptionGroup(title: "Mail") var backend: BackendOptions
    @OptionGroup(title: "Logins") var auth: AuthOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Processes") var process: ProcessOptions

    func validate() throws {
        let isCRAMMD5Possible = auth.mechanisms.map { $0.mechanisms.contains(.cramMD5) } ?? true
        guard !tls.tlsCert.isEmpty || tls.allowPlaintext || isCRAMMD5Possible else {
            throw ValidationError(
                "--mechanisms leaves none to offer: PLAIN and LOGIN need --tls-cert and --tls-key, or --allow-plaintext.")
        }
        guard process.chroot == nil || backend.relay?.needsLookup != true else {
            throw ValidationError("--relay with --chroot needs a numeric address: names cannot be looked up there.")
        }
    }

    func run() throws {
        guard let hostname = front.hostname ?? Hostname.ofThisMachine else {
            throw ValidationError("The machine's name is not a host name; give one with --hostname.")
        }
        let queue = LogQueue()
        defer { queue.flush() }
        let logger = Log.open(toSystem: front.syslog, queue)
        let status: Int32
        do throws(Failure) {
            status =
                process.networkProcess
                ? try NetworkRole(options: self, hostname: hostname, logger: logger, queue: queue).run()
                : try ParentRole(options: self, logger: logger).run()
        } catch {
            logger.tell(error)
            throw ExitCode(error.exitStatus)
        }
        throw ExitCode(status)
    }
}
