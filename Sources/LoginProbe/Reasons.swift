import CheckpwdCore

extension Reason {
    static var authNotOffered: Reason { Reason("auth-not-offered", "AUTH not offered") }
    static var starttlsNotOffered: Reason { Reason("starttls-not-offered", "STARTTLS not offered") }
    static var tlsCannotBeUsed: Reason { Reason("tls-cannot-be-used", "TLS cannot be used") }
    static var tlsFailed: Reason { Reason("tls-failed", "TLS failed") }
    static var certificatesCannotBeRead: Reason { Reason("certificates-cannot-be-read", "certificates cannot be read") }
    static var challengeIsNoBase64: Reason { Reason("challenge-is-no-base64", "challenge is no base64") }
    static var connectionLost: Reason { Reason("connection-lost", "connection lost") }
    static var mechanismNotOffered: Reason { Reason("mechanism-not-offered", "mechanism not offered") }
    static var noAnswerInTime: Reason { Reason("no-answer-in-time", "no answer in time") }
    static var noMechanismThatKeepsTheSecretIsOffered: Reason { Reason("no-mechanism-that-keeps-the-secret-is-offered", "no mechanism that keeps the secret is offered") }
    static var serverAnswersOutOfTurn: Reason { Reason("server-answers-out-of-turn", "server answers out of turn") }
    static var serverCannotBeReached: Reason { Reason("server-cannot-be-reached", "server cannot be reached") }
    static var serverCannotSayNow: Reason { Reason("server-cannot-say-now", "server cannot say now") }
    public static var serverClosedTheConnection: Reason { Reason("server-closed-the-connection", "server closed the connection") }
    static var serverRefused: Reason { Reason("server-refused", "server refused") }
    static var serverRefusedTheLogin: Reason { Reason("server-refused-the-login", "server refused the login") }
    static var serverSendsWithoutEnd: Reason { Reason("server-sends-without-end", "server sends without end") }
    static var serverSpeaksBeforeItIsAsked: Reason { Reason("server-speaks-before-it-is-asked", "server speaks before it is asked") }
    static var serversCertificateIsOfNoAuthorityThatIsTrusted: Reason { Reason("servers-certificate-is-of-no-authority-that-is-trusted", "server's certificate is of no authority that is trusted") }
    static var serversNameHasNoAddress: Reason { Reason("servers-name-has-no-address", "server's name has no address") }
    static var replyLineTooLong: Reason { Reason("reply-line-too-long", "reply line too long") }
    static var replyTooLong: Reason { Reason("reply-too-long", "reply too long") }
    static var notAnSMTPReply: Reason { Reason("no-smtp-reply", "no SMTP reply") }
}
