import ByteStrings
import SASL

/// One reply of the server, line ends included (RFC 5321 section 4.2), with the enhanced codes of RFC 3463 in front.
struct Reply: Equatable, Sendable {
    let bytes: [UInt8]

    /// - Parameter line: the reply's only line, without its end.
    init(_ line: [UInt8]) {
        bytes = line + [UInt8]("\r\n")
    }

    init(_ line: StaticString) {
        self.init([UInt8](line))
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
    static let malformed = Reply("501 5.5.2 malformed authentication response")
    static let lineTooLong = Reply("500 5.5.6 line too long")
    static let unknownMechanism = Reply("504 5.5.4 authentication mechanism not supported")
    static let unexpectedInitialResponse = Reply("501 5.7.0 this mechanism has no initial response")
    static let alreadyAuthenticated = Reply("503 5.5.1 already authenticated")

    /// A server challenge: its bytes in base64. Where there are none, the blank after the code stays.
    static func challenge(_ bytes: [UInt8]) -> Reply {
        Reply([UInt8]("334 ") + Base64.encode(bytes))
    }
}

// The rest of SMTP, as far as it is spoken.
extension Reply {
    static let ok = Reply("250 2.0.0 ok")
    static let unrecognized = Reply("500 5.5.2 command not recognized")
    static let badArguments = Reply("501 5.5.4 wrong or missing argument")
    static let noMail = Reply("502 5.5.1 not implemented: this server authenticates, it takes no mail")
    static let noTLS = Reply("502 5.5.1 not implemented: this server offers no TLS")

    static func greeting(_ hostname: Hostname) -> Reply {
        Reply([UInt8]("220 ") + hostname.bytes + [UInt8](" ESMTP"))
    }

    static func helo(_ hostname: Hostname) -> Reply {
        Reply([UInt8]("250 ") + hostname.bytes)
    }

    static func ehlo(_ hostname: Hostname) -> Reply {
        var mechanisms = [UInt8]("AUTH")
        for mechanism in Mechanism.allCases {
            mechanisms += " "
            mechanisms += mechanism.name
        }
        return Reply(code: "250", lines: [hostname.bytes, [UInt8]("ENHANCEDSTATUSCODES"), mechanisms])
    }

    static func goodbye(_ hostname: Hostname) -> Reply {
        Reply([UInt8]("221 2.0.0 ") + hostname.bytes + [UInt8](" closing connection"))
    }
}
