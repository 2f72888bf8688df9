import Glibc
import NIOCore
import NIOPosix
import PrivilegeSeparation
import SMTP

extension Loss {
    /// Why the one behind cannot be had, as far as that is an errno(3). It is none where a host's name is not known.
    static func notOpened(_ error: any Error) -> Loss { .notOpened(errno: errno(of: error)) }

    private static func errno(of error: any Error) -> Int32? {
        switch error {
        case let error as IOError: error.errnoCode
        case let error as ParentLink.NotOpened: error.errno
        case ChannelError.connectTimeout: ETIMEDOUT
        case let error as NIOConnectionError: error.connectionErrors.last.flatMap { errno(of: $0.error) }
        default: nil
        }
    }
}
