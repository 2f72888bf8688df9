import CLibc
import Checkpassword
import CheckpwdCore
import Login

/// What `--help` and `--version` print: the only text that ever goes to standard output, which may be a mail client.
enum Answers {
    /// One name a line.
    static func printMechanisms(_ options: Options) throws(Failure) -> Int32 {
        let policy = try Policy(options, service: [UInt8]("pam-checkpwd"), credentials: CallerEnvironment.credentials)
        return write(try usableMechanisms(policy).list)
    }

    static func print(_ question: Options.Question) -> Int32 {
        let text =
            switch question {
            case .help: Option.usage()
            case .version: [UInt8]("pam-checkpwd ") + [UInt8](Release.version) + [UInt8]("\n")
            }
        return write(text)
    }

    private static func write(_ text: [UInt8]) -> Int32 {
        CLibc.write(1, text, text.count) == text.count ? 0 : 111
    }
}
