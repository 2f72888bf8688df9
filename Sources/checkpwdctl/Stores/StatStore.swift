import ArgumentParser
import CheckpwdCore
import StoreAdministration

struct StatStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stat", abstract: "Print how large the store is, and which keys its records are sealed under.")

    @OptionGroup var options: StoreOptions

    @Flag(help: "Print a JSON object.")
    var json = false

    func run() throws {
        try failing { () throws(Failure) in
            let statistics = try options.keeper.statistics()
            if json { return try Output.write(StatStore.json(statistics)) }
            let numbers: [(StaticString, Int?)] = [
                ("records", statistics.records), ("file bytes", statistics.fileSize), ("used bytes", statistics.usedSize),
                ("map bytes", statistics.mapSize), ("tree levels", statistics.depth),
            ]
            for case (let name, let number?) in numbers {
                try Output.write([UInt8](name) + [UInt8]("\t") + [UInt8](decimal: number))
            }
            try Output.write([UInt8]("last change\t\(Timestamp.text(statistics.lastChange))".utf8))
            for (key, records) in statistics.keys {
                try Output.write([UInt8]("key ") + Hex.encode(key.bytes) + [UInt8]("\t") + [UInt8](decimal: records))
            }
            if statistics.withoutKey > 0 {
                try Output.write([UInt8]("no key of ours\t") + [UInt8](decimal: statistics.withoutKey))
            }
            if statistics.isRekeying { try Output.write([UInt8]("rekeying\tnot ended; store rekey goes on")) }
        }
    }

    private static func json(_ statistics: Statistics) -> JSON {
        .object([
            ("records", .number(statistics.records)), ("file_bytes", .number(statistics.fileSize)),
            ("used_bytes", .number(statistics.usedSize)), ("map_bytes", statistics.mapSize.map { .number($0) } ?? .null),
            ("tree_levels", statistics.depth.map { .number($0) } ?? .null), ("last_change", .time(statistics.lastChange)),
            (
                "keys",
                .array(
                    statistics.keys.map { key, records in
                        .object([("key", .bytes(Hex.encode(key.bytes))), ("records", .number(records))])
                    })
            ),
            ("without_key", .number(statistics.withoutKey)), ("rekeying", .truth(statistics.isRekeying)),
        ])
    }
}
