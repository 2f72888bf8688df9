import CDynamic
import CLibc
import CheckpwdCore

extension Connection {
    /// Runs one statement, and waits until it is done.
    ///
    /// - Parameters:
    ///   - parameters: the values of `$1` and so on. They travel beside the statement, in binary: nothing in them is SQL.
    ///   - what: what is said where it fails.
    /// - Throws: `temporary` where it fails, or takes too long; the connection is of no use then.
    @discardableResult
    package func execute(
        _ statement: StaticString, _ parameters: [Parameter] = [], failing reason: Reason = .storeCannotBeRead
    ) throws(Failure) -> Rows {
        let deadline = deadline
        guard send(statement, parameters) == 1 else { throw broken(reason) }
        while library.pointee.flush(handle) > 0 {
            // The server may want to be read from before it reads on.
            try wait(for: POLLIN | POLLOUT, until: deadline)
            guard library.pointee.consumeInput(handle) == 1 else { throw broken(reason) }
        }
        guard let result = try nextResult(until: deadline, reason) else { throw broken(reason) }
        let rows = Rows(result, library)
        // The list of results ends in none; a lost connection is an error in it.
        while let another = try nextResult(until: deadline, reason) { library.pointee.clear(another) }
        guard rows.isWhole else { throw refused(rows, reason) }
        return rows
    }

    private func nextResult(until deadline: Deadline, _ reason: Reason) throws(Failure) -> OpaquePointer? {
        while library.pointee.isBusy(handle) == 1 {
            try wait(for: POLLIN, until: deadline)
            guard library.pointee.consumeInput(handle) == 1 else { throw broken(reason) }
        }
        return library.pointee.getResult(handle)
    }

    /// The corresponding C function is `PQsendQueryParams`.
    private func send(_ statement: StaticString, _ parameters: [Parameter]) -> Int32 {
        let types = parameters.map { $0.type }
        let encoded = parameters.map { $0.encoded }
        let lengths = encoded.map { Int32($0.count) }
        let formats = [Int32](repeating: 1, count: parameters.count)
        return encoded.reduce([], +).withUnsafeBytes { bytes in
            // An empty value is a pointer too: NULL would be SQL's.
            let start = bytes.baseAddress ?? UnsafeRawPointer(statement.utf8Start)
            var offset = 0
            let values = lengths.map { length -> UnsafePointer<CChar>? in
                defer { offset += Int(length) }
                return (start + offset).assumingMemoryBound(to: CChar.self)
            }
            return library.pointee.sendQueryParams(
                handle, statement.cString, Int32(parameters.count), types, values, lengths, formats, 1)
        }
    }
}
