import ByteStrings
import CPlatform
import Credentials
import SASL
import SMTP

/// The checkpassword program that is asked about every claim, with its arguments.
public struct AuthCommand: Sendable {
    /// Where the command's messages go.
    public enum Messages: Sendable {
        case standardError
        /// Nowhere: our standard error is the client.
        case nowhere
    }

    private let words: [[UInt8]]
    private let environment: ChildEnvironment
    private let messages: Messages

    /// - Parameter line: the program, searched for in $PATH, and its arguments, apart by blanks. No shell reads it, so
    ///   there is no quoting.
    /// - Returns: nil where there is no word in it, or a NUL.
    public init?(_ line: [UInt8], messages: Messages = .standardError) {
        self.init(line, environment: .current, messages: messages)
    }

    init?(_ line: [UInt8], environment: ChildEnvironment, messages: Messages = .standardError) {
        words = line.split(separator: UInt8(ascii: " ")).map { Array($0) }
        guard !words.isEmpty, !line.contains(0) else { return nil }
        self.environment = environment
        self.messages = messages
    }

    enum Started {
        /// It runs. Its process id must be waited for, or it stays a zombie.
        case running(pid_t)
        case failed(Outcome)
    }

    /// Waits until a child has ended. Blocks.
    static func outcome(of child: pid_t) -> Outcome {
        Outcome(exitStatus: cplatform_wait(child))
    }

    /// Starts the command with credentials on its descriptor 3, `/dev/null` on 0 and 1, and nothing else open but 2.
    ///
    /// Standard output is never ours: it may be the client, and `prog` of the checkpassword interface may write to it.
    func start(_ credentials: consuming Secret, remoteHost: [UInt8]) -> Started {
        guard let input = FileDescriptor.pipe(holding: credentials), let null = FileDescriptor.null() else {
            return .failed(.temporary(.cannotStart(cplatform_errno())))
        }
        let error =
            switch messages {
            case .standardError: Int32(2)
            case .nowhere: null.number
            }
        var child: pid_t = 0
        let problem = Self.withCStrings(words) { words in
            Self.withCStrings(environment.entries(remoteHost: remoteHost)) { environment in
                cplatform_spawn(&child, words, environment, [null.number, null.number, error, input.number])
            }
        }
        return problem == 0 ? .running(child) : .failed(.temporary(.cannotStart(problem)))
    }

    /// Calls `body` with an array of C strings, a NULL at its end, as execve(2) takes it.
    private static func withCStrings<Result>(
        _ strings: [[UInt8]], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = strings.map { string in string.withCString { strdup($0) } }
        defer { for pointer in pointers { free(pointer) } }
        pointers.append(nil)
        return body(pointers)
    }
}
