import CLibc
import CSeparation
import CheckpwdCore

/// Starts the two programs that the administrator named, and no other.
struct Launcher: ~Copyable {
    private let authCommand: [[UInt8]]
    private let listing: [[UInt8]]
    private let program: [[UInt8]]
    private let environment: InheritedEnvironment
    private let null: FileDescriptor

    /// Why nothing was started: an errno(3).
    struct Failed: Error {
        let errno: Int32
    }

    struct Program: ~Copyable {
        let id: pid_t
        /// Our end of what it has as descriptors 0 and 1, or 3.
        let socket: FileDescriptor

        consuming func takeSocket() -> FileDescriptor { socket }
    }

    /// - Throws: where there is no `/dev/null`.
    init(_ configuration: ParentConfiguration) throws(Failed) {
        guard let null = FileDescriptor.null() else { throw Failed(errno: clibc_errno()) }
        authCommand = configuration.authCommand
        listing = configuration.listing ?? []
        program = configuration.program ?? []
        environment = configuration.environment
        self.null = null
    }

    /// Starts the auth command with credentials on its descriptor 3, `/dev/null` on 0 and 1, our standard error on 2.
    ///
    /// - Returns: its process id, which must be waited for.
    borrowing func check(_ credentials: consuming Secret, _ connection: ConnectionEnvironment) throws(Failed) -> pid_t {
        guard let input = FileDescriptor.pipe(holding: credentials) else { throw Failed(errno: clibc_errno()) }
        return try start(authCommand, connection, [null.number, null.number, 2, input.number])
    }

    /// Starts a worker, with one end of a pair of packet sockets on its descriptor 3.
    borrowing func worker() throws(Failed) -> Program {
        var ends: [Int32] = [-1, -1]
        guard cseparation_message_pair(&ends) == 0 else { throw Failed(errno: clibc_errno()) }
        let ours = FileDescriptor(owning: ends[0])
        let theirs = FileDescriptor(owning: ends[1])
        let id = try start(authCommand, ConnectionEnvironment(), [null.number, null.number, 2, theirs.number])
        return Program(id: id, socket: ours)
    }

    /// Starts the command that lists mechanisms, with `/dev/null` on descriptor 0 and pipes on 1 and 2.
    borrowing func list() throws(Failed) -> ListingProcess {
        guard let output = FileDescriptor.pipe(), let errors = FileDescriptor.pipe() else {
            throw Failed(errno: clibc_errno())
        }
        let id = try start(listing, ConnectionEnvironment(), [null.number, output.writes.number, errors.writes.number])
        return ListingProcess(id: id, output: output.takeReads(), errors: errors.takeReads())
    }

    /// Starts the backend program, with one end of a socket pair on 0 and 1, and our standard error on 2.
    borrowing func open(_ connection: ConnectionEnvironment) throws(Failed) -> Program {
        var ends: [Int32] = [-1, -1]
        guard !program.isEmpty else { throw Failed(errno: ENOEXEC) }
        guard cseparation_stream_pair(&ends) == 0 else { throw Failed(errno: clibc_errno()) }
        let ours = FileDescriptor(owning: ends[0])
        let theirs = FileDescriptor(owning: ends[1])
        let id = try start(program, connection, [theirs.number, theirs.number, 2])
        return Program(id: id, socket: ours)
    }

    private borrowing func start(
        _ words: [[UInt8]], _ connection: ConnectionEnvironment, _ descriptors: [Int32]
    ) throws(Failed) -> pid_t {
        var child: pid_t = 0
        let errno = withCStrings(words) { words in
            withCStrings(environment.entries(with: connection)) { environment in
                clibc_spawn_file(&child, words[0], words, environment, descriptors, Int32(descriptors.count))
            }
        }
        guard errno == 0 else { throw Failed(errno: errno) }
        return child
    }
}

/// Calls `body` with an array of C strings, a NULL at its end, as execve(2) takes it.
func withCStrings<Result>(
    _ strings: [[UInt8]], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers = strings.map { string in string.withCString { strdup($0) } }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    return body(pointers)
}
