import CheckpwdCore
import Foundation
@testable import SecretStore
import TestSupport
import Testing

@Suite struct ReplayCacheTests {
    private let folder = Folder()
    private var cache: ReplayCache { ReplayCache(in: Array(folder("cache").utf8)) }

    private func remember(
        _ challenge: String, of login: String = "alice", now: UInt64 = 1000, until expiry: UInt64 = 1600,
        in cache: ReplayCache? = nil
    ) -> Failure? {
        let cache = cache ?? self.cache
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: challenge.utf8.count, alignment: 1)
        defer { bytes.deallocate() }
        bytes.copyBytes(from: challenge.utf8)
        return failure { () throws(Failure) in
            try cache.remember(UnsafeRawBufferPointer(bytes), of: LoginName(login), now: now, until: expiry)
        }
    }

    @Test func `a challenge is accepted once for a login`() {
        #expect(remember("<1.1000@host>") == nil)
        guard case .rejected(let cause)? = remember("<1.1000@host>", now: 1600) else {
            Issue.record("not rejected")
            return
        }
        #expect("\(cause.reason.code)" == "challenge-answered-before")
        #expect(remember("<2.1000@host>") == nil)
        #expect(remember("<1.1000@host>", of: "bob") == nil)
    }

    @Test func `login and challenge cannot be shifted into each other`() {
        #expect(remember("b<1@host>", of: "a") == nil)
        #expect(remember("<1@host>", of: "ab") == nil)
    }

    @Test func `what is over is forgotten, what is not is kept`() throws {
        for number in 0..<200 { #expect(remember("<\(number).1000@host>", until: 1600 + UInt64(number % 2)) == nil) }
        // A minute later those of 1600 are over, those of 1601 are not.
        for number in 0..<4 { _ = remember("<new\(number)@host>", now: 1661, until: 9999) }
        for number in stride(from: 1, to: 200, by: 2) {
            #expect(remember("<\(number).1000@host>", now: 1661, until: 9999) != nil)
        }
        #expect(remember("<0.1000@host>", now: 1661, until: 9999) == nil)
    }

    /// Removing takes pages, too: at every doubling of the map there is a moment without any.
    @Test func `a cache that is full to the last page, of what is over, takes new answers`() throws {
        let login = String(repeating: "a", count: 400)
        var number = 0
        func size() -> Int {
            // What is on the disk: the file is as long as the map, with holes.
            var status = stat()
            return stat(folder("cache/replay.mdb"), &status) == 0 ? Int(status.st_blocks) * 512 : 0
        }
        while size() < (1 << 20) - 4096, number < 5000 {
            #expect(remember("<\(number).1000@host>", of: login) == nil)
            number += 1
        }
        #expect(number > 500)
        for later in 0..<20 { #expect(remember("<\(later).2000@host>", of: login, now: 2000, until: 2600) == nil) }
    }

    @Test func `a cache that is full of what is not over takes no new answer, and forgets none`() {
        let full = ReplayCache(in: Array(folder("cache").utf8), limit: 200_000)
        var number = 0
        var refusal: Failure?
        while refusal == nil, number < 5000 {
            refusal = remember("<\(number).1000@host>", in: full)
            number += 1
        }
        #expect("\(refusal!)".hasPrefix("temporary: store full: \(folder("cache/replay.mdb")): 200000 bytes are the most; too many logins"))
        #expect(number > 300)
        // Also not a second before their time.
        for earlier in 0..<(number - 1) {
            #expect("\(remember("<\(earlier).1000@host>", now: 1600, in: full)!)".hasPrefix("rejected: challenge answered before"))
        }
        #expect(remember("<new@host>", now: 9999, until: 10600, in: full) == nil)
    }

    @Test(arguments: [mode_t(0o755), 0o770, 0o701])
    func `a folder that others could touch is a temporary failure`(mode: mode_t) {
        mkdir(folder("cache"), 0o700)
        chmod(folder("cache"), mode)
        #expect("\(remember("<1@host>")!)".hasPrefix("temporary: not private: \(folder("cache")): mode"))
    }

    @Test func `a folder that cannot be made is a temporary failure`() {
        let cache = ReplayCache(in: Array(folder("none/cache").utf8))
        let failure = failure { () throws(Failure) in
            try cache.remember(UnsafeRawBufferPointer(start: nil, count: 0), of: LoginName("a"), now: 1, until: 2)
        }
        #expect("\(failure!)".hasPrefix("temporary: replay cache cannot be made: \(folder("none/cache"))"))
    }

    @Test func `a link in the folder's place is a temporary failure`() throws {
        mkdir(folder("elsewhere"), 0o700)
        try FileManager.default.createSymbolicLink(atPath: folder("cache"), withDestinationPath: folder("elsewhere"))
        #expect("\(remember("<1@host>")!)".hasPrefix("temporary: not private: \(folder("cache")): a symbolic link, wanted a folder"))
    }
}
