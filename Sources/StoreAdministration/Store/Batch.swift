import CLibc
import CheckpwdCore
import SecretStore

/// Secrets on their way into the store, all in one transaction. They lie in one buffer, which is wiped.
public struct Batch: ~Copyable {
    struct Entry {
        let login: LoginName
        let secret: Range<Int>
        /// In seconds since 1970; nil for when it is written.
        let created: UInt64?
        let changed: UInt64?
    }

    private(set) var entries: [Entry] = []
    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
    private var end = 0

    public init() {}

    deinit {
        explicit_bzero(buffer.baseAddress!, buffer.count)
        buffer.deallocate()
    }

    public var count: Int { entries.count }
    public var logins: [LoginName] { entries.map(\.login) }

    /// Adds a secret.
    ///
    /// - Parameters:
    ///   - created, changed: as an export tells, in seconds since 1970; nil where it is new.
    /// - Throws: `misused` for a login that cannot be a key, or an empty secret.
    public mutating func add(
        _ secret: UnsafeRawBufferPointer, of login: LoginName, created: UInt64? = nil, changed: UInt64? = nil
    ) throws(Failure) {
        try Batch.requireLogin(login)
        guard !secret.isEmpty else { throw .misused(Cause(.emptySecret, about: login.bytes)) }
        if end + secret.count > buffer.count { grow(to: max(2 * buffer.count, end + secret.count)) }
        UnsafeMutableRawBufferPointer(rebasing: buffer[end...]).copyMemory(from: secret)
        entries.append(Entry(login: login, secret: end..<(end + secret.count), created: created, changed: changed))
        end += secret.count
    }

    /// Wipes all and begins anew.
    public mutating func removeAll() {
        explicit_bzero(buffer.baseAddress!, end)
        end = 0
        entries.removeAll(keepingCapacity: true)
    }

    /// - Throws: `misused` for a login that cannot be a key of the store.
    static func requireLogin(_ login: LoginName) throws(Failure) {
        guard (1...SecretStore.longestLogin).contains(login.bytes.count), !login.hasControlByte else {
            throw .misused(
                Cause(.badLogin, about: login.bytes, remedy: "a login has 1 to 511 bytes, none a control byte"))
        }
    }

    borrowing func withSecret<Result: ~Copyable>(
        of entry: Entry, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(rebasing: buffer[entry.secret]))
    }

    private mutating func grow(to size: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
        explicit_bzero(buffer.baseAddress!, buffer.count)
        buffer.deallocate()
        buffer = larger
    }
}

extension StoreKeeper {
    /// Seals a batch into the store, in one transaction. It is on disk when this returns.
    ///
    /// - Parameters:
    ///   - now: in seconds since 1970.
    ///   - keepsExisting: whether a login that has a secret keeps it.
    /// - Returns: the places, in the batch, of those that were kept.
    public func write(
        _ batch: borrowing Batch, now: UInt64, keepsExisting: Bool = false
    ) throws(Failure) -> [Int] {
        // A noncopyable parameter cannot be captured by the closure below.
        let entries = batch.entries
        return try write { (records) throws(Failure) in
            let ring = try ring(for: records)
            let existing = try records.values(of: entries.map(\.login.bytes))
            var kept: [Int] = []
            var sealed: [(key: [UInt8], value: [UInt8])] = []
            // A login that comes twice has the second time what it got the first.
            var places: [[UInt8]: Int] = [:]
            places.reserveCapacity(entries.count)
            for (place, entry) in entries.enumerated() {
                let key = entry.login.bytes
                let existing = places[key].map { sealed[$0].value } ?? existing[place]
                if existing != nil, keepsExisting {
                    kept.append(place)
                    continue
                }
                let created = existing.flatMap { try? SealedRecord($0, of: entry.login) }?.created
                let record = try batch.withSecret(of: entry) { (secret) throws(Failure) in
                    try SealedRecord(
                        sealing: secret, of: entry.login, created: entry.created ?? created ?? now,
                        changed: entry.changed ?? now, with: ring)
                }
                if let place = places[key] {
                    sealed[place].value = record.bytes
                } else {
                    places[key] = sealed.count
                    sealed.append((key, record.bytes))
                }
            }
            try records.put(sealed)
            return kept
        }
    }
}
