import CheckpwdCore
import NIOCore
import NIOPosix
import NIOSSL
import TransportSecurity

/// What went wrong with a connection, in words for a person.
enum Trouble {
    static func cause(of error: any Error) -> Cause {
        switch error {
        case let error as IOError: Cause(.connectionLost, errno: error.errnoCode)
        case ChannelError.connectTimeout: Cause(.noAnswerInTime)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            tls(LibraryWord.of(error) ?? [UInt8](String(describing: error).utf8))
        default: Cause(.connectionLost, about: [UInt8](String(describing: error).utf8))
        }
    }

    private static func tls(_ reason: [UInt8]) -> Cause {
        guard reason == "CERTIFICATE_VERIFY_FAILED" else { return Cause(.tlsFailed, about: reason) }
        return Cause(
            .serversCertificateIsOfNoAuthorityThatIsTrusted,
            remedy: "--ca names the authority's certificate, --insecure takes any")
    }

    /// Why a server is not reached.
    static func cause(of error: any Error, at target: Target) -> Cause {
        let place = [UInt8]("\(target.host):\(target.port)".utf8)
        guard let error = error as? NIOConnectionError else { return cause(of: error) }
        // One for each of its addresses; they seldom differ.
        switch error.connectionErrors.first?.error {
        case let cause as IOError:
            return Cause(.serverCannotBeReached, about: place, errno: cause.errnoCode)
        case .some: return Cause(.noAnswerInTime, about: place)
        case nil: return Cause(.serversNameHasNoAddress, about: place)
        }
    }
}
