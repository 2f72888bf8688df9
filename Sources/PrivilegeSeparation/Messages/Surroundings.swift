import CheckpwdCore

/// What a started program is told of its session: variables of a fixed list, each with a value that it can have.
public struct Surroundings: Equatable, Sendable {
    private var values: [Variable: [UInt8]] = [:]

    public init() {}

    /// - Throws: `badValue` for a value that the variable cannot have.
    public mutating func set(_ variable: Variable, _ value: [UInt8]) throws(Malformed) {
        guard variable.allows(value) else { throw .badValue }
        values[variable] = value
    }

    public subscript(variable: Variable) -> [UInt8]? { values[variable] }

    /// `NAME=value`, each.
    public var entries: [[UInt8]] {
        Variable.allCases.compactMap { variable in
            values[variable].map { [UInt8](variable.name) + [UInt8(ascii: "=")] + $0 }
        }
    }

    /// A count, then for each variable its number and its value. What was authenticated is not told by a message.
    func append(to bytes: inout [UInt8]) {
        let told = Variable.allCases.filter { $0.isOfTheConnection && values[$0] != nil }
        bytes.append(number: told.count)
        for variable in told {
            guard let value = values[variable] else { continue }
            bytes.append(variable.rawValue)
            bytes.append(text: value)
        }
    }

    init(_ reader: inout PacketReader) throws(Malformed) {
        let count = try reader.number()
        guard count <= UInt64(Variable.allCases.count) else { throw .badValue }
        for _ in 0..<count {
            guard let variable = Variable(rawValue: try reader.byte()), variable.isOfTheConnection, values[variable] == nil
            else { throw .badValue }
            try set(variable, try reader.text(atMost: Variable.longestValue))
        }
    }
}
