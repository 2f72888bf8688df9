import CheckpwdCore
import SASL

/// One reply of the server, line ends included (RFC 5321 section 4.2), with the enhanced codes of RFC 3463 in front.
public struct Reply: Equatable, Sendable {
    public let bytes: [UInt8]

    /// - Parameter line: the reply's only line, without its end.
    init(_ line: [UInt8]) {
        bytes = line + [UInt8]("\r\n")
    }

    init(_ line: StaticString) {
        self.init([UInt8](line))
    }

    /// The backend's own reply, line ends included.
    init(passing bytes: UnsafeRawBufferPointer) {
        self.bytes = [UInt8](bytes)
    }

    /// A reply of several lines: a hyphen after the code of each but the last (RFC 5321 section 4.2.1).
    init(code: StaticString, lines: [[UInt8]]) {
        var bytes: [UInt8] = []
        for (index, line) in lines.enumerated() {
            bytes += code
            bytes.append(UInt8(ascii: index < lines.count - 1 ? "-" : " "))
            bytes += line
            bytes += "\r\n"
        }
        self.bytes = bytes
    }
}

// AUTH: the codes of RFC 4954 sections 4 and 6.
extension Reply {
    static let authenticated = Reply("235 2.7.0 ok, go ahead")
    static let rejected = Reply("535 5.7.8 authentication failed")
    static let temporary = Reply("454 4.7.0 temporary authentication failure, try again later")
    static let cancelled = Reply("501 5.0.0 authentication cancelled")
    static let malformedResponse = Reply("501 5.5.2 malformed authentication response")
    static let lineTooLong = Reply("500 5.5.6 line too long")
    static let unknownMechanism = Reply("504 5.5.4 authentication mechanism not supported")
    static let mechanismNeedsTLS = Reply("504 5.5.4 authentication mechanism not supported before STARTTLS")
    static let unexpectedInitialResponse = Reply("501 5.7.0 this mechanism has no initial response")
    static let alreadyAuthenticated = Reply("503 5.5.1 already authenticated")
    static let inTransaction = Reply("503 5.5.1 not during a mail transaction")
    static let tooManyFailures = Reply("421 4.7.0 too many failed logins, closing connection")
    static let tooManyErrors = Reply("421 4.7.0 too many errors, closing connection")
    static let authenticationRequired = Reply("530 5.7.0 authentication required")

    /// To an AUTH exchange that ended with nothing to check.
    static func malformed(_ fault: ExchangeFault) -> Reply {
        switch fault {
        case .notBase64, .malformedMessage, .controlByteInLogin, .nulInPassword: malformedResponse
        case .unexpectedInitialResponse: unexpectedInitialResponse
        case .unexpectedArgument: badArguments
        case .lineTooLong: lineTooLong
        case .beforeTLS: mechanismNeedsTLS
        }
    }

    /// A server challenge: its bytes in base64. Where there are none, the blank after the code stays.
    static func challenge(_ bytes: [UInt8]) -> Reply {
        Reply([UInt8]("334 ") + Base64.encode(bytes))
    }
}

// STARTTLS (RFC 3207 section 4).
extension Reply {
    static let startTLS = Reply("220 2.0.0 ready to start TLS")
    static let noTLS = Reply("502 5.5.1 not implemented: this server offers no TLS")
    static let alreadyTLS = Reply("503 5.5.1 TLS is active already")
    static let mustStartTLS = Reply("530 5.7.0 must issue a STARTTLS command first")
}

// The backend, and what is checked before it is sent anything.
extension Reply {
    static let noMail = Reply("502 5.5.1 not implemented: this server authenticates, it takes no mail")
    static let noBackend = Reply("421 4.3.0 mail service not available, try again later, closing connection")
    static let notOwned = Reply("553 5.7.1 sender address is not one of the login's")
    static let unreadableSender = Reply("553 5.1.7 sender address cannot be compared with the login")
    static let bareInCommand = Reply("500 5.5.2 bare CR or LF in a command, closing connection")
    static let bareInMessage = Reply("554 5.6.0 bare CR or LF in the message, closing connection")
    static let nulInMessage = Reply("554 5.6.0 NUL in the message, closing connection")
}

// The rest of SMTP.
extension Reply {
    static let ok = Reply("250 2.0.0 ok")
    static let help = Reply("214 2.0.0 RFC 5321, RFC 4954")
    static let unrecognized = Reply("500 5.5.2 command not recognized")
    static let notSpoken = Reply("502 5.5.1 command not implemented")
    static let badArguments = Reply("501 5.5.4 wrong or missing argument")
    static let helloFirst = Reply("503 5.5.1 EHLO or HELO first")
    static let mailFirst = Reply("503 5.5.1 MAIL first")
    static let earlyTalker = Reply("554 5.5.1 the client spoke before it was greeted, closing connection")
    static let idle = Reply("421 4.4.2 nothing was said for too long, closing connection")
    static let tooLong = Reply("421 4.4.2 the session lasts too long, closing connection")
    static let draining = Reply("421 4.3.2 the service is stopping, closing connection")

    static func greeting(_ hostname: Hostname) -> Reply {
        Reply([UInt8]("220 ") + hostname.bytes + [UInt8](" ESMTP"))
    }

    static func helo(_ hostname: Hostname) -> Reply {
        Reply([UInt8]("250 ") + hostname.bytes)
    }

    static func ehlo(_ lines: [[UInt8]]) -> Reply {
        Reply(code: "250", lines: lines)
    }

    static func goodbye(_ hostname: Hostname) -> Reply {
        Reply([UInt8]("221 2.0.0 ") + hostname.bytes + [UInt8](" closing connection"))
    }
}
