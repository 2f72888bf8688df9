import ByteStrings
import Credentials

/// PLAIN's only message: `[authzid] NUL authcid NUL passwd` (RFC 4616 section 2).
enum PlainMessage {
    static func step(_ message: borrowing Secret) -> Step {
        message.withUnsafeBytes { bytes in
            let fields = bytes.split(separator: 0, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return .malformed }
            let login = Login([UInt8](fields[1]))
            guard !login.hasControlByte else { return .malformed }
            // To act as somebody else is a right that a checkpassword program cannot be asked for.
            guard fields[0].isEmpty || fields[0].elementsEqual(fields[1]) else { return .refused(login) }
            let password = Secret(copying: UnsafeRawBufferPointer(rebasing: fields[2]))
            return .claim(Claim(.plain, login, password: password))
        }
    }
}
