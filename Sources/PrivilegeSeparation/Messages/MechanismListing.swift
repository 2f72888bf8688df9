/// The auth command's answer to the question which mechanisms it can check.
public enum MechanismListing: Equatable, Sendable {
    /// It ended with 0, and wrote these names, a line each.
    case listed([[UInt8]])
    /// It ended with this status: 128 plus the signal if one killed it, -1 if that is not known. The words are the first line that it wrote
    /// to its standard error.
    case failed(status: Int32, words: [UInt8])
    /// It, or what it needs, could not be had, with this errno(3).
    case cannotStart(Int32)
    /// It did not end in time, and was killed.
    case timedOut
}
