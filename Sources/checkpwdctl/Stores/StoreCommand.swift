import ArgumentParser
import CheckpwdCore
import SecretStore
import StoreAdministration

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "The store as a whole, and its key.",
        subcommands: [
            InitStore.self, CheckStore.self, StatStore.self, RekeyStore.self, BackupStore.self, RestoreStore.self,
        ])
}

struct InitStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Create an empty store and its key, mode 0600.")

    @OptionGroup var store: WritableStoreOptions

    @Flag(help: "Use the key that is there; it must be no other store's.")
    var existingKey = false

    func run() throws {
        try failing { () throws(Failure) in
            let keyIsNew = try store.keeper.create(adoptingKey: existingKey)
            if !keyIsNew { try Output.write([UInt8]("key was there, and is used: ") + store.options.keys.path) }
            if case .database = store.options.place { try Output.write([UInt8](StoreKeeper.grants)) }
        }
    }
}

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

struct CheckStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read every record, open its secret, and say what is damaged.",
        discussion: "Exits 0 where nothing is, 1 where records are, 111 where the store cannot be read at all.")

    @OptionGroup var options: StoreOptions

    @Flag(help: "Print a JSON object.")
    var json = false

    func run() throws {
        try failing { () throws(Failure) in
            let findings = try options.keeper.check()
            if json {
                try Output.write(
                    JSON.object([
                        ("records", .number(findings.records)),
                        ("problems", .array(findings.problems.map { .bytes($0.cause.sentence) })),
                    ]))
            } else {
                for problem in findings.problems { try Output.write(problem.cause.sentence) }
                try Output.write(
                    [UInt8](decimal: findings.records) + [UInt8](" records read, ")
                        + [UInt8](decimal: findings.problems.count) + [UInt8](" problems"))
            }
            guard findings.problems.isEmpty else {
                throw .rejected(Cause(.storeDamaged, about: options.place.name, remedy: "store restore brings a backup back"))
            }
        }
    }
}

struct RekeyStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey", abstract: "Make a new key, seal every record anew under it, and retire the old one.",
        discussion: """
            Logins go on meanwhile. Where it is interrupted, the next store rekey goes on. A backup from before opens with \
            the old key only: keep a copy of the key file with it.

            Where others have copies of the key file (hosts that share a database, services with a systemd credential), first \
            store rekey --prepare, then the key file given to all of them, then store rekey.
            """)

    @OptionGroup var store: WritableStoreOptions

    @Flag(help: "Only make the key: whoever has a copy of the key file must have it before it seals.")
    var prepare = false

    @Flag(help: "Retire the old keys though there are records that could not be read.")
    var dropDamaged = false

    func validate() throws {
        if prepare, dropDamaged { throw ValidationError("--prepare and --drop-damaged exclude each other.") }
    }

    func run() throws {
        try failing { () throws(Failure) in
            guard !prepare else { return try RekeyStore.prepare(store) }
            let rekeying = try store.keeper.rekey(givesUpDamaged: dropDamaged)
            for problem in rekeying.damaged { StandardError.write(problem.cause.sentence, from: "checkpwdctl") }
            if rekeying.wasResumed { try Output.write([UInt8]("went on with a rekeying that was interrupted")) }
            try Output.write(
                [UInt8](decimal: rekeying.resealed) + [UInt8](" records sealed anew; the old keys are ")
                    + [UInt8](rekeying.keepsOldKeys ? "kept" : "retired"))
            guard rekeying.damaged.isEmpty else {
                throw .rejected(
                    Cause(
                        .recordsThatCouldNotBeReadWereLeftAsTheyAre, about: store.options.place.name,
                        remedy: "mend or delete them and run store rekey again, or give them up with --drop-damaged"))
            }
        }
    }

    private static func prepare(_ store: WritableStoreOptions) throws(Failure) {
        let key = try store.keeper.prepareRekeying()
        try Output.write(
            [UInt8]("key ") + Hex.encode(key.bytes) + [UInt8](" is prepared; give ") + store.options.keys.path
                + [UInt8](" to every host and service that has a copy of it, then run store rekey here"))
    }
}

struct BackupStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a copy of the store as it is now, while it is in use, to a new file.",
        discussion: "Secrets stay sealed in it. The key is not in it: keep a copy of the key file elsewhere.")

    @OptionGroup var options: StoreOptions

    @Argument(help: "The file to write; it must not exist.", completion: .file())
    var file: String

    func run() throws {
        try failing { () throws(Failure) in try options.keeper.backUp(to: [UInt8](file.utf8)) }
    }
}

struct RestoreStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a backup in the store's place, once every record of it has been opened.",
        discussion: "The store that was there is kept beside it, with \(StoreKeeper.replacedSuffix) behind its name.")

    @OptionGroup var store: WritableStoreOptions

    @Argument(help: "What store backup wrote.", completion: .file())
    var file: String

    func run() throws {
        try failing { () throws(Failure) in
            let records = try store.keeper.restore(from: [UInt8](file.utf8))
            try Output.write([UInt8](decimal: records) + [UInt8](" records restored"))
        }
    }
}
