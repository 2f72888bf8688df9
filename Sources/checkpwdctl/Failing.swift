import ArgumentParser
import CheckpwdCore

/// Runs a command's work; a failure becomes one line on standard error, and the exit status that the manual gives for it.
func failing(_ work: () throws(Failure) -> Void) throws {
    do {
        try work()
    } catch {
        StandardError.write(error.cause.sentence, from: "checkpwdctl")
        switch error {
        case .declined, .rejected: throw ExitCode(1)
        case .misused: throw ExitCode(2)
        case .temporary: throw ExitCode(111)
        }
    }
}
