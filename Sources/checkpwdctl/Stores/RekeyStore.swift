import ArgumentParser
import CheckpwdCore
import StoreAdministration

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
