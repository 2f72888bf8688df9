import Accounts
import CheckpwdCore

/// What the program finds in its environment beside what the caller left there.
public enum ProgramEnvironment {
    /// Sets what PAM's modules ask for, but for names that belong to the interface, to the search for programs and
    /// libraries, or to Dovecot.
    static func add(_ entries: [[UInt8]]) throws(Failure) {
        for entry in entries {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")), equals > 0 else { continue }
            let name = Array(entry[..<equals])
            if !isReserved(name) { try EnvironmentVariable.set(name, Array(entry[(equals + 1)...])) }
        }
    }

    static func isReserved(_ name: [UInt8]) -> Bool {
        let names: [StaticString] = [
            "USER", "HOME", "SHELL", "PATH", "EXTRA", "AUTHORIZED", "AUTHSERVICE", "ORIG_UID", "INSECURE_SETUID",
        ]
        return names.contains { name == $0 } || name.starts(with: [UInt8]("LD_"))
            || name.starts(with: [UInt8]("userdb_"))
    }

    /// `USER`, `HOME` and `SHELL` of a user that the process became.
    static func setUser(_ account: Identity) throws(Failure) {
        try EnvironmentVariable.set("USER", account.login.bytes)
        try EnvironmentVariable.set("HOME", account.home)
        try EnvironmentVariable.set("SHELL", account.shell)
    }

    /// `USER` alone, for a process that stays who it is.
    static func setUser(_ login: LoginName) throws(Failure) {
        try EnvironmentVariable.set("USER", login.bytes)
    }

    /// What Dovecot's checkpassword-reply passes on to Dovecot.
    public static func setDovecotVariables(_ account: Identity) throws(Failure) {
        try EnvironmentVariable.set("USER", account.login.bytes)
        try EnvironmentVariable.set("HOME", account.home)
        try EnvironmentVariable.set("userdb_uid", [UInt8](decimal: account.uid))
        try EnvironmentVariable.set("userdb_gid", [UInt8](decimal: account.gid))
        try EnvironmentVariable.set("EXTRA", [UInt8]("userdb_uid userdb_gid"))
    }

    /// The service that the program serves, in `AUTHSERVICE`.
    static func setAuthService(_ service: [UInt8]) throws(Failure) {
        try EnvironmentVariable.set("AUTHSERVICE", service)
    }
}
