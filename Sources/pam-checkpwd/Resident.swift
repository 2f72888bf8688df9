import Bridge
import ByteStrings
import CPlatform
import Checkpassword
import Credentials
import PAM
import Verdicts

/// Login after login, for a server that keeps the program rather than start it for each. No program is run, so nothing of a
/// login outlives it: PAM is asked whether it is right and whether the account may log in, and opens no session.
struct Resident: ~Copyable {
    private let options: Options
    private let socket: PacketSocket
    private let service: [UInt8]
    /// What keeps PAM's modules loaded between logins.
    private var modules: Transaction?

    init(_ options: Options) throws(Failure) {
        self.options = options
        socket = try PacketSocket(limit: options.maxLength)
        service = options.service ?? Surroundings.value("PAM_SERVICE") ?? [UInt8]("pam-checkpwd")
    }

    /// Answers until nobody asks any more.
    ///
    /// - Returns: the exit status.
    mutating func run() -> Int32 {
        cplatform_return_large_blocks()
        while true {
            let status: Int32
            do throws(Failure) {
                guard let bytes = try socket.receive() else { return 0 }
                status = answer(bytes)
            } catch {
                report(from: []).failed(error)
                status = ExitStatus.of(error)
            }
            guard socket.answer(status) else { return ExitStatus.temporary }
        }
    }

    private func report(from remoteHost: [UInt8]) -> Report {
        Report(service: service, remoteHost: remoteHost, caller: nil, debug: options.debug)
    }

    private mutating func answer(_ bytes: consuming Secret) -> Int32 {
        var report = report(from: [])
        do throws(Failure) {
            let packet = try Packet(bytes)
            let remoteHost = packet.remoteHost
            report = self.report(from: remoteHost)
            var policy = try Policy(options, service: service, credentials: Surroundings.credentials)
            policy.remoteHost = remoteHost
            policy.takeover = .vouch
            let request = try packet.request(limit: options.maxLength)
            report.note(request)
            if modules == nil { modules = loadModules(policy) }
            _ = try decide(request, policy)
            report.accepted()
            return 0
        } catch {
            report.failed(error)
            return ExitStatus.of(error)
        }
    }
}
