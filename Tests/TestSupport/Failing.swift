import CheckpwdCore

/// The failure that some work ends with, or nil.
public func failure(of work: () throws(Failure) -> Void) -> Failure? {
    do {
        try work()
        return nil
    } catch {
        return error
    }
}

extension Failure: CustomStringConvertible {
    /// `rejected: what: about; remedy`.
    public var description: String { "\(verdict): \(cause.sentence.text)" }
}
