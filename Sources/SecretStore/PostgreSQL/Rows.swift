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
