import CLibc
import Foundation
import TestSupport

/// A resident pam-checkpwd, for as long as a test holds it, at the other end of its descriptor 3.
final class ResidentProgram {
    let pid: pid_t
    private let socket: Int32
    private let folder = Folder()
    private var mark: UInt8 = 0

    /// - Parameter before: a command that runs it, such as `prlimit` with its options.
    init(_ options: [String], before: [String] = []) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        precondition(socketpair(AF_UNIX, type, 0, &ends) == 0)
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        let errors = open(folder("errors"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        let mechanisms = options.contains("-m") ? [] : Login.everyMechanism
        let argv = (before + [Stage.pamCheckpwd, "--resident", "--fail-delay", "0"] + mechanisms + options).map { strdup($0) } + [nil]
        let envp = ProcessInfo.processInfo.environment.map { strdup("\($0)=\($1)") } + [nil]
        defer {
            (argv + envp).forEach { free($0) }
            [null, errors, ends[1]].forEach { close($0) }
        }
        var pid: pid_t = 0
        precondition(clibc_spawn(&pid, argv, envp, [null, null, errors, ends[1]]) == 0)
        self.pid = pid
        socket = ends[0]
        // One that does not answer fails the test, rather than holding it up for ever.
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(socket)
        kill(pid, SIGKILL)
        _ = clibc_wait(pid)
    }

    /// - Returns: the answer; nil where there is none.
    func ask(_ credentials: [UInt8], _ variables: String...) -> Int32? {
        mark &+= 1
        return say([mark] + Array(variables.map { $0 + "\0" }.joined().utf8) + [0] + credentials)
    }

    /// - Parameter packet: as it is sent; its first byte is the mark.
    func say(_ packet: [UInt8]) -> Int32? {
        guard send(socket, packet, packet.count, Int32(MSG_NOSIGNAL)) == packet.count else { return nil }
        var answer: [UInt8] = [0, 0, 0]
        return recv(socket, &answer, answer.count, 0) == 2 && answer[0] == packet[0] ? Int32(answer[1]) : nil
    }

    /// Lets go of its socket.
    ///
    /// - Returns: its exit status.
    func end() -> Int32 {
        shutdown(socket, Int32(SHUT_RDWR))
        var status = siginfo_t()
        waitid(P_PID, id_t(pid), &status, WEXITED | WNOWAIT)
        return status._sifields._sigchld.si_status
    }

    var errors: String { (try? String(contentsOfFile: folder("errors"), encoding: .utf8)) ?? "" }
}
