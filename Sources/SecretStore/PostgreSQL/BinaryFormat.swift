import CDynamic
import CheckpwdCore

/// What a statement gave: rows of values in PostgreSQL's binary format.
package final class Rows {
    let result: OpaquePointer
    private let library: Library

    init(_ result: OpaquePointer, _ library: Library) {
        self.result = result
        self.library = library
    }

    deinit {
        library.pointee.clear(result)
    }

    var isWhole: Bool {
        let status = library.pointee.resultStatus(result)
        return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
    }

    package var count: Int { Int(library.pointee.ntuples(result)) }

    /// How many rows the statement wrote.
    package var written: Int {
        var number = 0
        // Digits, or nothing for a statement that writes no rows.
        guard let digits = library.pointee.cmdTuples(result) else { return 0 }
        for digit in [UInt8](cString: digits) { number = 10 * number + Int(digit - UInt8(ascii: "0")) }
        return number
    }

    /// A value's bytes, until these rows are gone; none for NULL.
    package func withBytes<Result, Problem: Error>(
        _ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer) throws(Problem) -> Result
    ) throws(Problem) -> Result {
        let count = library.pointee.getlength(result, Int32(row), Int32(column))
        return try body(
            UnsafeRawBufferPointer(start: library.pointee.getvalue(result, Int32(row), Int32(column)), count: Int(count)))
    }

    package func bytes(_ row: Int, _ column: Int) -> [UInt8] {
        withBytes(row, column) { Array($0) }
    }

    /// A `bigint`.
    package func integer(_ row: Int, _ column: Int) -> Int64 {
        Int64(bitPattern: UInt64(bigEndian: bytes(row, column)[...]))
    }

    /// A `boolean`.
    package func truth(_ row: Int, _ column: Int) -> Bool { bytes(row, column) == [1] }
}

/// A value that a statement is given, as PostgreSQL's binary format has it (pg_type.dat, and each type's `recv` function).
package enum Parameter {
    case bytes([UInt8])
    case integer(Int64)
    /// A `bytea[]`.
    case list([[UInt8]])

    private static let bytea: Oid = 17

    var type: Oid {
        switch self {
        case .bytes: Parameter.bytea
        case .integer: 20
        case .list: 1001
        }
    }

    var encoded: [UInt8] {
        switch self {
        case .bytes(let bytes): return bytes
        case .integer(let number): return [UInt8](bigEndian: UInt64(bitPattern: number))
        case .list(let elements):
            // Dimensions, whether there are NULLs, the elements' type, how many there are, the first index.
            var encoded = Parameter.word(elements.isEmpty ? 0 : 1) + Parameter.word(0) + Parameter.word(Int(Parameter.bytea))
            guard !elements.isEmpty else { return encoded }
            encoded += Parameter.word(elements.count) + Parameter.word(1)
            for element in elements { encoded += Parameter.word(element.count) + element }
            return encoded
        }
    }

    /// Four bytes, most significant first.
    private static func word(_ number: Int) -> [UInt8] { Array([UInt8](bigEndian: UInt64(number))[4...]) }
}
