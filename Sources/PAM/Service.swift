import CLibc
import CheckpwdCore

/// The name of a PAM service: a file in `/etc/pam.d`.
public struct Service: Sendable {
    public let name: [UInt8]

    /// Where libpam looks for a service's file, in this order.
    static let folders: [StaticString] = ["/etc/pam.d/", "/usr/lib/pam.d/"]

    #if !hasFeature(Embedded)
        /// The only folder that is looked in, for tests; nil for those above. pam_start_confdir(3) works without root. The installed
        /// program has nothing of it.
        var testFolder: [UInt8]?
    #endif

    private var places: [[UInt8]] {
        #if !hasFeature(Embedded)
            if let testFolder { return [testFolder + [UInt8]("/")] }
        #endif
        return Service.folders.map { [UInt8]($0) }
    }

    /// - Throws: `misused` unless the name matches `[a-z0-9_][a-z0-9._-]*`. libpam itself takes any name, lower-cases it and
    ///   drops all before the last slash, so that another file would be read than the one that was named.
    public init(_ name: [UInt8]) throws(Failure) {
        guard let first = name.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-"),
            name.allSatisfy(Service.allows)
        else {
            throw .misused(
                Cause(
                    .badServiceName, about: name,
                    remedy: "a service name has lower-case letters, digits, dots, hyphens and underscores only, no dot first"))
        }
        self.name = name
    }

    private static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Makes sure that the service has a file of its own, which says how to authenticate: without one, libpam silently uses
    /// the service `other`, on Debian the system's own passwords.
    ///
    /// - Throws: `temporary`, naming the file, where there is none, it cannot be read, or has no `auth` line.
    public func requireOwnFile() throws(Failure) {
        var problem: Int32 = ENOENT
        for folder in places {
            let path = folder + name
            problem = Service.readability(of: path)
            if problem == 0 {
                guard Service.authenticates(Service.text(of: path)) else {
                    throw .temporary(
                        Cause(
                            .serviceFileHasNoAuthLine, about: path,
                            remedy: "PAM would take the service 'other' instead; pam.d/pam-checkpwd is a model"))
                }
                return
            }
            if problem != ENOENT { break }
        }
        throw .temporary(
            Cause(
                problem == ENOENT ? .noServiceFile : .serviceFileCannotBeRead,
                about: places[0] + name, errno: problem,
                remedy: "write it (pam.d/pam-checkpwd is a model), or name another service with --service"))
    }

    /// Whether a file has an `auth` line, or takes in another that may.
    private static func authenticates(_ text: [UInt8]) -> Bool {
        var line = 0
        while line < text.count {
            var start = line
            while start < text.count, isBlank(text[start]) { start += 1 }
            if start < text.count, text[start] == UInt8(ascii: "-") { start += 1 }
            if hasWord("auth", in: text, at: start) || hasWord("@include", in: text, at: start) { return true }
            while line < text.count, text[line] != UInt8(ascii: "\n") { line += 1 }
            line += 1
        }
        return false
    }

    /// Whether a word stands there, in either case, and a blank after it.
    private static func hasWord(_ word: StaticString, in text: [UInt8], at start: Int) -> Bool {
        let end = start + word.utf8CodeUnitCount
        guard end < text.count, isBlank(text[end]) else { return false }
        return (start..<end).allSatisfy { text[$0] | 0x20 == (word.utf8Start + ($0 - start)).pointee | 0x20 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    /// - Returns: 0 for a regular file that can be opened, or an errno.
    private static func readability(of path: [UInt8]) -> Int32 {
        let descriptor = path.withCString { clibc_open($0, O_RDONLY | O_NONBLOCK, 0) }
        guard descriptor >= 0 else { return clibc_errno() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return clibc_errno() }
        return status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG) ? 0 : EISDIR
    }

    /// Adds to a failed phase what its words do not tell: unless root asks, pam_unix checks nobody but the asker. It then
    /// says that the account database is unavailable, which some stacks turn into a refusal.
    func explain(_ failure: Failure, _ code: ReturnCode) -> Failure {
        var seen: [[UInt8]] = []
        guard geteuid() != 0, Service.mentionsPAMUnix(name, &seen) else { return failure }
        switch failure {
        case .declined(let cause): return .declined(Service.addingWhy(cause))
        case .temporary(let cause): return .temporary(Service.addingWhy(cause))
        // What pam_deny answers for the account, behind a pam_unix that could not say.
        case .rejected(let cause) where code.isDenial: return .rejected(Service.addingWhy(cause))
        case .rejected, .misused: return failure
        }
    }

    private static func addingWhy(_ cause: Cause) -> Cause {
        Cause(
            cause.reason, about: cause.about + [UInt8](", not root: pam_unix can check no other user"),
            remedy: cause.remedy)
    }

    /// How many files are looked through for a word.
    private static let files = 32

    /// Whether a service's file, or one that it includes, names pam_unix.
    private static func mentionsPAMUnix(_ file: [UInt8], _ seen: inout [[UInt8]]) -> Bool {
        guard seen.count < files, !seen.contains(file) else { return false }
        seen.append(file)
        // A name in either folder, or a path.
        let isPath = file.first == UInt8(ascii: "/")
        let paths = isPath ? [file] : folders.map { [UInt8]($0) + file }
        var includes = false
        for word in paths.flatMap(words) {
            if Array(word.suffix(11)) == "pam_unix.so" { return true }
            if includes, mentionsPAMUnix(word, &seen) { return true }
            includes = word == "@include" || word == "include" || word == "substack"
        }
        return false
    }

    /// The words in a file, but for comments.
    private static func words(in path: [UInt8]) -> [[UInt8]] {
        text(of: path).split(separator: UInt8(ascii: "\n")).flatMap { line in
            line.prefix { $0 != UInt8(ascii: "#") }.split(whereSeparator: isBlank).map { Array($0) }
        }
    }

    /// The first 16 KiB of a file; nothing where it cannot be read.
    private static func text(of path: [UInt8]) -> [UInt8] {
        let descriptor = path.withCString { clibc_open($0, O_RDONLY | O_NONBLOCK, 0) }
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: 16384) { buffer, count in
            count = max(read(descriptor, buffer.baseAddress, buffer.count), 0)
        }
    }
}
