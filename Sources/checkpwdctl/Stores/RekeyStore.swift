import ArgumentParser
import ByteStrings
import StoreKeeping
import Verdicts

struct RekeyStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey", abstract: "Make a new key, seal every record anew under it, and retire the old one.",
        discussion: """
            Logins go on meanwhile. Where it is interrupted, the next store rekey goes on. A backup from before opens with \
            the old key only: keep a copy of the key file with it.

            Where hosts share the store, in a database, first store rekey --prepare, then the key file copied to every host, \
            then store rekey, on the host where it was prepared.
            """)

    @OptionGroup var store: WritableStoreOptions

    @Flag(help: "Only make the key, for a store that other hosts share: they must have it before it seals.")
    var prepare = false

    func run() throws {
        try failing { () throws(Failure) in
            guard !prepare else { return try RekeyStore.prepare(store) }
            let rekeying = try store.keeper.rekey()
            for problem in rekeying.damaged { StandardError.write(problem.cause.sentence, from: "checkpwdctl") }
            if rekeying.wasResumed { try Output.write([UInt8]("went on with a rekeying that was interrupted")) }
            try Output.write([UInt8](decimal: rekeying.resealed) + [UInt8](" records sealed anew; the old keys are retired"))
            guard rekeying.damaged.isEmpty else {
                throw .rejected(Cause("damaged records were left as they are", about: store.options.place.name))
            }
        }
    }

    private static func prepare(_ store: WritableStoreOptions) throws(Failure) {
        let key = try store.keeper.prepareRekeying()
        try Output.write(
            [UInt8]("key ") + Hex.encode(key.bytes) + [UInt8](" is prepared; copy ") + store.options.keys.path
                + [UInt8](" to every host that uses this store, then run store rekey here"))
    }
}
