import CheckpwdCore
@testable import SecretStore

/// A record opens as it was sealed, or not at all. The corpus holds one that opens: 'pass', sealed for 'alice'.
enum RecordFuzz {
    static func check(_ bytes: [UInt8]) throws {
        guard let secret = try open(bytes) else { return }
        try require(secret == Array("pass".utf8), "a forged record opens")
    }

    /// The secret of a record that opens, or nil.
    static func open(_ bytes: [UInt8]) throws -> [UInt8]? {
        let login = LoginName(Array("alice".utf8))
        let keyFile = ScratchFile(Array("01020304:\(String(repeating: "5a", count: 32))\n".utf8))
        do throws(Failure) {
            let secret = try SealedRecord(bytes, of: login).open(for: login, with: KeyRing(at: .file(keyFile.path)))
            return secret?.withUnsafeBytes { Array($0) }
        } catch {
            guard case .temporary = error else { throw Violation(description: "a damaged record is not temporary") }
            return nil
        }
    }
}
