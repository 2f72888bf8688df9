import CheckpwdCore
@testable import Cryptography
import TestSupport
import Testing

@Suite struct FreshnessTests {
    private let now: UInt64 = 1_700_000_000

    private func expiry(_ challenge: String, age: UInt64 = 600, boot: UInt64 = 1_600_000_000) -> (UInt64?, String?) {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: challenge.utf8.count, alignment: 1)
        defer { bytes.deallocate() }
        bytes.copyBytes(from: challenge.utf8)
        do throws(Failure) {
            return (try Freshness(age: age, now: now, boot: boot).expiry(of: UnsafeRawBufferPointer(bytes)), nil)
        } catch {
            guard case .rejected(let cause) = error else { return (nil, "\(error)") }
            return (nil, "\(cause.reason.words)")
        }
    }

    @Test(arguments: [
        ("<1.1700000000@host>", UInt64(1_700_000_600)), ("<1.1699999400@host>", 1_700_000_000),
        ("<1.1700000060@host>", 1_700_000_660), ("<x@y.z.1700000000@a.b@c.host>", nil),
        ("<a.b.1700000000@mail.example.com>", 1_700_000_600),
    ])
    func `a young challenge is remembered until it is too old`(challenge: String, until: UInt64?) {
        #expect(expiry(challenge).0 == until)
    }

    @Test(arguments: [
        ("<1.1699999399@host>", "challenge too old"), ("<1.1700000061@host>", "challenge of the future"),
        ("<1.0@host>", "challenge too old"), ("<nothing@host>", "challenge without a time"),
        ("<1.@host>", "challenge without a time"), ("<1.17x@host>", "challenge without a time"),
        ("<1.-5@host>", "challenge without a time"), ("<1.99999999999@host>", "challenge without a time"),
        ("<1.1700000000.x@host>", "challenge without a time"),
    ])
    func `any other is rejected`(challenge: String, reason: String) {
        #expect(expiry(challenge).1 == reason)
    }

    @Test func `the boot ends all challenges from before it`() {
        #expect(expiry("<1.1700000000@host>", boot: now).0 == now + 600)
        #expect(expiry("<1.1699999999@host>", boot: now).1 == "challenge from before the boot")
    }

    @Test func `with the age switched off, any challenge is remembered for a day`() {
        for challenge in ["<1.1267585100@indimail.org>", "<nothing@host>", "<1.1800000000@host>"] {
            #expect(expiry(challenge, age: 0).0 == now + 86400)
        }
    }
}
