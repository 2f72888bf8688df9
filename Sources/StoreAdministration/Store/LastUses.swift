import CLibc
import CheckpwdCore
import SecretStore

extension ReplayCache {
    /// When each login was last proved by an answer to a challenge, in seconds since 1970: as far back as the cache remembers.
    ///
    /// - Throws: `temporary` where the cache is there and cannot be read.
    public func lastUses() throws(Failure) -> [[UInt8]: UInt64] {
        switch medium {
        case .folder(let folder): try ReplayCache.lastUses(in: folder)
        case .database(let database): try database.connection().lastUses()
        }
    }

    private static func lastUses(in folder: [UInt8]) throws(Failure) -> [[UInt8]: UInt64] {
        let file = ReplayCache.file(in: folder)
        guard file.withCString({ access($0, F_OK) }) == 0 else { return [:] }
        try Privacy.require(folder, .folder)
        var uses: [[UInt8]: UInt64] = [:]
        for _ in 0..<100 {
            let isRead: Bool? = try Environment(at: file, for: .reading, remedy: .replayCache).read { (view) throws(Failure) in
                try view.forEach(from: [UInt8(ascii: "h")]) { (key, value) throws(Failure) in
                    guard key.first == UInt8(ascii: "h") else { return false }
                    let value = Array(value)
                    guard value.count > 16 else { return true }
                    let (time, login) = (UInt64(bigEndian: value[8..<16]), Array(value[16...]))
                    uses[login] = max(uses[login] ?? 0, time)
                    return true
                }
                return true
            }
            if isRead != nil { break }
        }
        return uses
    }
}
