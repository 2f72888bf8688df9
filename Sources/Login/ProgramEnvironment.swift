import CheckpwdCore

/// What PAM's modules add to the environment that the program finds.
enum ProgramEnvironment {
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
}
