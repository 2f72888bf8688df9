/// What a line of a PAM configuration is for, pam.d(5): its first word.
public enum Kind: String, CaseIterable, Sendable {
    case auth, account, password, session

    /// The functions that walk through these lines.
    var calls: String {
        switch self {
        case .auth: "pam_authenticate"
        case .account: "pam_acct_mgmt"
        case .password: "pam_chauthtok"
        case .session: "pam_open_session"
        }
    }
}

/// A line of a file.
public struct Place: Hashable, Sendable {
    public let file: String
    /// Counted from 1; 0 means the file as a whole.
    public let line: Int

    public init(_ file: String, _ line: Int = 0) {
        self.file = file
        self.line = line
    }

    /// `file:line`, as compilers write it.
    public var text: String { line == 0 ? file : "\(file):\(line)" }
}
