import CheckpwdCore
@testable import SecretStore
import TestSupport
import Testing

@Suite struct SealedRecordTests {
    private let folder = Folder()
    private let alice = LoginName("alice")

    private func ring(_ name: String = "01020304", digit: String = "5a") throws -> KeyRing {
        let path = folder.write("key-\(name)", "\(name):\(String(repeating: digit, count: 32))\n".utf8)
        return try KeyRing(at: .file(Array(path.utf8)))
    }

    private func sealed(with ring: borrowing KeyRing) throws -> SealedRecord {
        try Array("pass".utf8).withUnsafeBytes {
            try SealedRecord(sealing: $0, of: alice, created: 1_267_585_100, changed: 2, with: ring)
        }
    }

    private func open(_ bytes: [UInt8], of login: LoginName, with ring: borrowing KeyRing) -> Failure? {
        do throws(Failure) {
            let record = try SealedRecord(bytes, of: login)
            return try record.open(for: login, with: ring) == nil ? record.keyIsMissing(login) : nil
        } catch {
            return error
        }
    }

    @Test func `a record gives back its secret and its date`() throws {
        let ring = try ring()
        let record = try SealedRecord(sealed(with: ring).bytes, of: alice)
        #expect(try record.open(for: alice, with: ring)?.text() == "pass")
        #expect(record.created == 1_267_585_100 && record.changed == 2)
        #expect(record.key == ring.current)
    }

    @Test func `the secret cannot be read in it, and no two are alike`() throws {
        let ring = try ring()
        let record = try sealed(with: ring).bytes
        #expect(!String(decoding: record, as: UTF8.self).contains("pass"))
        #expect(try sealed(with: ring).bytes != record)
    }

    @Test func `a record moved to another login is damaged`() throws {
        let ring = try ring()
        let failure = try open(sealed(with: ring).bytes, of: LoginName("bob"), with: ring)
        #expect("\(failure!)".hasPrefix("temporary: record damaged: bob"))
    }

    @Test func `a record in which any bit was flipped never opens`() throws {
        let ring = try ring()
        let bytes = try sealed(with: ring).bytes
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                guard case .temporary? = open(changed, of: alice, with: ring) else {
                    Issue.record("byte \(index), bit \(bit)")
                    return
                }
            }
        }
    }

    @Test func `a truncated record never opens`() throws {
        let ring = try ring()
        let bytes = try sealed(with: ring).bytes
        for count in bytes.indices {
            guard case .temporary? = open(Array(bytes[..<count]), of: alice, with: ring) else {
                Issue.record("\(count) bytes")
                return
            }
        }
    }

    @Test func `a record sealed under a key that is not in the ring says so`() throws {
        let bytes = try sealed(with: ring()).bytes
        let failure = try open(bytes, of: alice, with: ring("0a0b0c0d"))
        #expect("\(failure!)".hasPrefix("temporary: record sealed under another key: alice"))
    }

    @Test func `a key of the same name that is another does not open it`() throws {
        let bytes = try sealed(with: ring()).bytes
        let failure = try open(bytes, of: alice, with: ring(digit: "5b"))
        #expect("\(failure!)".hasPrefix("temporary: record damaged: alice"))
    }
}
