import ByteStrings
import CPlatform

/// What the caller says in the environment.
enum Surroundings {
    /// - Parameter ifNotEmpty: whether an empty value counts for none.
    static func value(_ name: StaticString, ifNotEmpty: Bool = false) -> [UInt8]? {
        guard let value = getenv(name.cString).map({ [UInt8](cString: $0) }) else { return nil }
        return ifNotEmpty && value.isEmpty ? nil : value
    }

    static func isSet(_ name: StaticString) -> Bool {
        getenv(name.cString) != nil
    }

    /// The address of the mail client: tcpserver's name for it, or else Dovecot's.
    static var remoteHost: [UInt8] {
        value("TCPREMOTEIP") ?? value("REMOTE_IP") ?? []
    }

    /// Whether the caller expects success to run the program, whatever the command line says.
    static var wantsNative: Bool {
        isSet("NATIVE_CHECKPASSWORD") || isSet("DOVECOT_VERSION")
    }

    /// The folder of the credentials that systemd gave the service that started us.
    static var credentials: [UInt8]? { value("CREDENTIALS_DIRECTORY", ifNotEmpty: true) }

    static func remove(_ name: StaticString) {
        unsetenv(name.cString)
    }
}
