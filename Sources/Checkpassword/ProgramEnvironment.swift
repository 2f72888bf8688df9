import ByteStrings
import CPlatform
import Verdicts

/// The environment that the program finds.
enum ProgramEnvironment {
    static func set(_ name: StaticString, _ value: [UInt8]) throws(Failure) {
        try set([UInt8](name), value)
    }

    /// Sets what PAM's modules ask for, but for names that belong to the interface, to the search for programs and
    /// libraries, or to Dovecot.
    static func add(_ entries: [[UInt8]]) throws(Failure) {
        for entry in entries {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")), equals > 0 else { continue }
            let name = Array(entry[..<equals])
            if !isReserved(name) { try set(name, Array(entry[(equals + 1)...])) }
        }
    }

    static func isReserved(_ name: [UInt8]) -> Bool {
        let names: [StaticString] = [
            "USER", "HOME", "SHELL", "PATH", "EXTRA", "AUTHORIZED", "ORIG_UID", "INSECURE_SETUID",
        ]
        return names.contains { name == $0 } || name.starts(with: [UInt8]("LD_"))
            || name.starts(with: [UInt8]("userdb_"))
    }

    private static func set(_ name: [UInt8], _ value: [UInt8]) throws(Failure) {
        let failed = name.withCString { name in value.withCString { value in setenv(name, value, 1) } }
        guard failed == 0 else {
            throw .temporary(Cause("cannot set environment", about: name, errno: cplatform_errno()))
        }
    }
}
