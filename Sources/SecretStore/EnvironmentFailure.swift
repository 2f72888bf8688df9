import ByteStrings
import CLMDB
import CPlatform
import Verdicts

extension Environment {
    /// What LMDB's status means to whoever must mend it.
    package static func failure(
        _ what: StaticString, _ path: [UInt8], _ status: Int32, _ lmdb: clmdb_functions
    ) -> Failure {
        // LMDB's own codes are negative; the others are errno's.
        guard status > 0 else {
            let words = lmdb.strerror(status).map { [UInt8](cString: $0) } ?? []
            return .temporary(
                Cause(
                    what, about: path + [UInt8](": ") + words,
                    remedy: "checkpwdctl store check says more, store restore brings a backup back"))
        }
        switch status {
        case ENOMEM: return .temporary(Cause(what, about: path + addressSpace, errno: status, remedy: "raise that limit"))
        case ENOENT:
            return .temporary(
                Cause(what, about: path, errno: status, remedy: "checkpwdctl store init creates store and key"))
        default: return .temporary(Cause(what, about: path, errno: status))
        }
    }

    /// Mail servers bound a child's address space (Dovecot, softlimit), and then memory lacks where there is plenty.
    private static var addressSpace: [UInt8] {
        let limit = cplatform_address_space_limit()
        guard limit >= 0 else { return [] }
        return [UInt8](": the address space is limited to ") + [UInt8](decimal: limit) + [UInt8](" bytes (ulimit -v)")
    }
}
