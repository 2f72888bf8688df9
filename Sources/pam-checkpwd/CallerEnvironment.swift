import CheckpwdCore

/// What the caller says in the environment.
enum CallerEnvironment {
    /// - Returns: nil where the variable is not set, or empty.
    static func value(_ name: StaticString) -> [UInt8]? {
        EnvironmentVariable.value(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The address of the mail client: tcpserver's name for it, or else Dovecot's.
    static var remoteHost: [UInt8] {
        value("TCPREMOTEIP") ?? value("REMOTE_IP") ?? []
    }

    /// Whether the caller expects success to run the program, whatever the command line says.
    static var wantsNative: Bool {
        EnvironmentVariable.value("NATIVE_CHECKPASSWORD") != nil || EnvironmentVariable.value("DOVECOT_VERSION") != nil
    }

    /// The folder of the credentials that systemd gave the service that started us.
    static var credentials: [UInt8]? { value("CREDENTIALS_DIRECTORY") }
}
