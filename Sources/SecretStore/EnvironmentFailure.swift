import CDynamic
import CLibc
import CheckpwdCore

/// What the reader of a message can do about a file.
package struct Remedy: Sendable {
    let ofDamage: StaticString
    let ofAbsence: StaticString
    let ofFullness: StaticString

    package static let store = Remedy(
        ofDamage: "checkpwdctl store check says more, store restore brings a backup back",
        ofAbsence: "checkpwdctl store init creates store and key", ofFullness: "--max-size lets it grow further")
    package static let replayCache = Remedy(
        ofDamage: """
            its file system may be full; else remove the file when no login has been offered for as long as a challenge is good
            """,
        ofAbsence: "it is made by the first login",
        ofFullness: "too many logins for as long as a challenge is good; --challenge-age makes that shorter")
}

extension Environment {
    /// What LMDB's status means to whoever must mend it.
    package static func failure(
        _ reason: Reason, _ path: [UInt8], _ status: Int32, _ lmdb: cdynamic_lmdb, remedy: Remedy
    ) -> Failure {
        // LMDB's own codes are negative; the others are errno's.
        guard status > 0 else {
            let words = lmdb.strerror(status).map { [UInt8](cString: $0) } ?? []
            return .temporary(
                Cause(
                    reason, about: path + [UInt8](": ") + words, remedy: remedy.ofDamage))
        }
        switch status {
        case ENOMEM: return .temporary(Cause(reason, about: path + AddressSpace.note, errno: status, remedy: "raise that limit"))
        // LMDB says so, too, of a write that was cut short.
        case EIO: return .temporary(Cause(reason, about: path, errno: status, remedy: "the disk is full, or broken"))
        case ENOENT:
            return .temporary(
                Cause(reason, about: path, errno: status, remedy: remedy.ofAbsence))
        default: return .temporary(Cause(reason, about: path, errno: status))
        }
    }
}
