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
            """)

    @OptionGroup var store: WritableStoreOptions

    func run() throws {
        try failing { () throws(Failure) in
            let rekeying = try store.keeper.rekey()
            for problem in rekeying.damaged { StandardError.write(problem.cause.sentence, from: "checkpwdctl") }
            if rekeying.wasResumed { try Output.write([UInt8]("went on with a rekeying that was interrupted")) }
            try Output.write([UInt8](decimal: rekeying.resealed) + [UInt8](" records sealed anew; the old keys are retired"))
            guard rekeying.damaged.isEmpty else {
                throw .rejected(Cause("damaged records were left as they are", about: store.options.path))
            }
        }
    }
}
