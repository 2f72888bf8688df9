import CheckpwdCore

/// The interface's exit codes (cr.yp.to/checkpwd/interface.html).
public enum ExitStatus {
    /// The password is unacceptable.
    public static let unacceptable: Int32 = 1
    /// The program was misused.
    public static let misused: Int32 = 2
    /// There is a temporary problem checking the password.
    public static let temporary: Int32 = 111

    public static func of(_ failure: Failure) -> Int32 {
        switch failure {
        case .declined, .rejected: unacceptable
        case .misused: misused
        case .temporary: temporary
        }
    }
}
