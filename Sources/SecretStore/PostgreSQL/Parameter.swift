import CDynamic
import CheckpwdCore

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
