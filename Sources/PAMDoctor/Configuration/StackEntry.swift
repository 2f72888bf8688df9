/// A module, as a line names it.
public struct Module: Hashable, Sendable {
    public let path: String
    public let arguments: [String]
    /// Whether the line begins with a hyphen: the module may be missing, and nothing is logged.
    public let mayBeMissing: Bool

    public init(_ path: String, _ arguments: [String] = [], mayBeMissing: Bool = false) {
        self.path = path
        self.arguments = arguments
        self.mayBeMissing = mayBeMissing
    }

    /// `pam_unix` of `/lib/security/pam_unix.so`.
    public var name: String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return file.hasSuffix(".so") ? String(file.dropLast(3)) : file
    }
}

extension Module {
    /// Whether it locks accounts after some failures.
    var countsFailures: Bool { ["pam_faillock", "pam_tally", "pam_tally2"].contains(name) }

    func has(_ argument: String) -> Bool { arguments.contains(argument) }

    /// Whether it never asks for the password itself.
    var wantsFirstPass: Bool { has("use_first_pass") }

    /// What it asks, when it asks: the conversation answers only one question, however often.
    var prompt: String {
        switch name {
        case "pam_google_authenticator": has("forward_pass") ? "Password & verification code: " : "Verification code: "
        case "pam_oath": "One-time password (OATH): "
        case "pam_yubico": "YubiKey: "
        default: "Password: "
        }
    }
}

/// One step of a stack, in libpam's order, with what other files contribute in its place.
public struct StackEntry: Hashable, Sendable {
    public enum Work: Hashable, Sendable {
        case module(Module)
        /// libpam could make nothing of the line: it answers `perm_denied` in its place.
        case fails
        /// What follows on the next level is walked through as one.
        case substack
    }

    public let work: Work
    public var control: Control
    /// How many substacks it is in.
    public let level: Int
    /// The lines that lead to it: first that of the service's own file, last its own.
    public let route: [Place]
    /// The line, as it is written.
    public let text: String

    public var place: Place { route.last! }

    /// The same line without an argument of its module's.
    func without(_ argument: String) -> StackEntry {
        guard let module else { return self }
        let rest = Module(module.path, module.arguments.filter { $0 != argument }, mayBeMissing: module.mayBeMissing)
        return StackEntry(
            work: .module(rest), control: control, level: level, route: route, text: text.replacingFirst(" " + argument, with: ""))
    }

    public var module: Module? {
        if case .module(let module) = work { module } else { nil }
    }
}

/// All steps of one kind.
public typealias Stack = [StackEntry]

/// What a line of a PAM configuration is for, pam.d(5): its first word.
public enum ManagementGroup: String, CaseIterable, Sendable {
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
