/// What BoringSSL calls an error: `NO_SHARED_CIPHER`.
public enum LibraryWord {
    /// - Returns: nil if the error is not one of BoringSSL's.
    public static func of(_ error: any Error) -> [UInt8]? {
        // Its error codes are no part of NIOSSL's interface; the rest of the text is about its own source files.
        let text = String(describing: error)
        guard let mark = text.firstRange(of: "OPENSSL_internal:") else { return nil }
        return [UInt8](text[mark.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }.utf8)
    }
}
