import CLibc
import Checkpassword
import CheckpwdCore
import Login
import PAM

/// Login after login, for a server that keeps the program rather than start it for each. No program is run, so nothing of a
/// login outlives it: PAM is asked whether it is right and whether the account may log in, and opens no session.
struct Resident: ~Copyable {
    private let options: Options
    private let socket: PacketSocket
    // Read now: what PAM's modules want in the environment has no say in it.
    private let service: [UInt8]
    private let credentials: [UInt8]?
    /// What keeps PAM's modules loaded between logins.
    private var modules: Transaction?

    init(_ options: Options) throws(Failure) {
        self.options = options
        socket = try PacketSocket(limit: options.maxLength)
        service = options.service ?? CallerEnvironment.value("PAM_SERVICE") ?? [UInt8]("pam-checkpwd")
        credentials = CallerEnvironment.credentials
    }

    /// Answers until nobody asks any more.
    ///
    /// - Returns: the exit status.
    mutating func run() throws(Failure) -> Int32 {
        clibc_return_large_blocks()
        try Inheritance.settle(raisingLimits: true)
        while let bytes = try socket.receive() {
            let mark = bytes.withUnsafeBytes { $0[0] }
            let status = decide(bytes)
            do throws(Failure) {
                try Inheritance.restoreBetweenLogins()
            } catch {
                // The next login would find what a module made of this process.
                _ = socket.answer(ExitStatus.temporary, to: mark)
                throw error
            }
            guard socket.answer(status, to: mark) else { return ExitStatus.temporary }
        }
        return 0
    }

    private mutating func decide(_ bytes: consuming Secret) -> Int32 {
        var report = report(from: [])
        var course = Course()
        do throws(Failure) {
            let packet = try Packet(bytes)
            report = self.report(from: packet.remoteHost)
            let policy = try policy(for: packet.remoteHost)
            let request = try packet.request(limit: options.maxLength)
            report.note(request)
            if modules == nil { modules = loadModules(policy) }
            _ = try authenticate(request, policy, &course)
            report.note(course)
            report.accepted()
            return 0
        } catch {
            report.note(course)
            report.failed(error)
            if course.owesDelay { FailDelay(options.failDelay).wait() }
            return ExitStatus.of(error)
        }
    }

    private func report(from remoteHost: [UInt8]) -> Report {
        Report(service: service, remoteHost: remoteHost, caller: nil, debug: options.debug)
    }

    /// As the options say, but that the process stays who it is, and that no session and no credentials are asked of PAM.
    private func policy(for remoteHost: [UInt8]) throws(Failure) -> Policy {
        var policy = try Policy(options, service: service, credentials: credentials)
        policy.remoteHost = remoteHost
        // Unless somebody said that there need not be one, there must be an account that a program could run as.
        if policy.takeover == .become { policy.takeover = .describe }
        policy.session = .notEstablished
        return policy
    }
}
