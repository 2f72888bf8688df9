import CheckpwdCore
import Foundation

/// Bytes as text that shows each of them: Latin-1, so that nothing is lost.
public func text(_ bytes: some Sequence<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
}

public func text(_ secret: borrowing Secret) -> String {
    text(secret.withUnsafeBytes { [UInt8]($0) })
}

public func base64(_ text: String) -> String {
    Data(text.utf8).base64EncodedString()
}
