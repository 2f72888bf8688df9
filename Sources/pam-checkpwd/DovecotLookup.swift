import CLibc
import Checkpassword
import CheckpwdCore

/// Dovecot's question who a user is, without a password: for delivery, or for `doveadm`.
enum DovecotLookup {
    /// '1' asks; '2' tells checkpassword-reply that the program understood.
    static let variable: StaticString = "AUTHORIZED"
    /// Dovecot's exit code for 'no such user', of a lookup only.
    static let notFound: Int32 = 3

    /// Whether the request is a lookup. Whoever runs us with rights that they lack cannot ask so, and a password that is
    /// given is checked.
    ///
    /// - Throws: `temporary` where the secret itself is asked for: it is handed out to nobody.
    static func isAsked(by request: borrowing Request) throws(Failure) -> Bool {
        if EnvironmentVariable.value("CREDENTIALS_LOOKUP") == [UInt8]("1") {
            throw .temporary(
                Cause(.credentialsLookupRefused, remedy: "let Dovecot offer plain and login only"))
        }
        guard EnvironmentVariable.value(variable) == [UInt8]("1"), clibc_is_privileged() == 0,
            case .password(let place) = request.credential, place.isEmpty
        else { return false }
        try EnvironmentVariable.set(variable, [UInt8]("2"))
        return true
    }
}
