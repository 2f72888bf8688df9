/// What came of running the auth command.
public enum Checked: Equatable, Sendable {
    /// It ended with this status: 128 plus the signal where one killed it, -1 where nobody knows.
    case ended(Int32)
    /// It, or what it needs, could not be had, with this errno(3).
    case cannotStart(Int32)
    /// It did not end in time, and was killed.
    case timedOut
    /// Too many wait for their turn already, or it did not come in time.
    case busy
}
