import CheckpwdCore

/// PLAIN's only message: `[authzid] NUL authcid NUL passwd` (RFC 4616 section 2).
enum PlainMessage {
    static func step(_ message: borrowing Secret, _ loginCase: LoginCase) -> Step {
        message.withUnsafeBytes { bytes in
            let fields = bytes.split(separator: 0, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return .malformed(.malformedMessage, nil) }
            let login = LoginName(sent: [UInt8](fields[1]), loginCase)
            guard !login.hasControlByte else { return .malformed(.controlByteInLogin, login) }
            // To act as somebody else is a right that a checkpassword program cannot be asked for.
            guard fields[0].isEmpty || loginCase.apply(to: [UInt8](fields[0])) == login.bytes else { return .refused(login) }
            let password = Secret(copying: UnsafeRawBufferPointer(rebasing: fields[2]))
            return .claim(Claim(.plain, login, password: password))
        }
    }
}
