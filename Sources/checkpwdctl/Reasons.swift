import CheckpwdCore

extension Reason {
    static var anotherSecret: Reason { Reason("another-secret", "another secret") }
    static var argumentIsNotUTF8: Reason { Reason("argument-is-not-utf-8", "argument is not UTF-8") }
    static var badChallenge: Reason { Reason("bad-challenge", "bad challenge") }
    static var badServer: Reason { Reason("bad-server", "bad server") }
    static var clearTextCannotBeWritten: Reason { Reason("clear-text-cannot-be-written", "clear text cannot be written") }
    static var controlByteInSecret: Reason { Reason("control-byte-in-secret", "control byte in secret") }
    static var fileCannotBeCreated: Reason { Reason("file-cannot-be-created", "file cannot be created") }
    static var fileCannotBeReadToItsEnd: Reason { Reason("file-cannot-be-read-to-its-end", "file cannot be read to its end") }
    static var fileIsInAnotherFormat: Reason { Reason("file-is-in-another-format", "file is in another format") }
    static var interrupted: Reason { Reason("interrupted", "interrupted") }
    static var linesWereRefused: Reason { Reason("lines-were-refused", "lines were refused") }
    static var loginsWithControlBytesLeftOut: Reason { Reason("logins-with-control-bytes-left-out", "logins with control bytes left out") }
    static var noSuchAccount: Reason { Reason("no-such-account", "no such account") }
    static var noTerminalForTheSecret: Reason { Reason("no-terminal-for-the-secret", "no terminal for the secret") }
    static var recordsThatCouldNotBeReadWereLeftAsTheyAre: Reason { Reason("records-that-could-not-be-read-were-left-as-they-are", "records that could not be read were left as they are") }
    static var secretBeginsWithAScheme: Reason { Reason("secret-begins-with-a-scheme", "secret begins with a scheme, such as {PLAIN}") }
    static var secretIsUTF16OrUTF32: Reason { Reason("secret-is-utf-16-or-utf-32", "secret is UTF-16 or UTF-32") }
    static var secretLooksLikeAHash: Reason { Reason("secret-looks-like-a-hash", "secret looks like a hash") }
    static var secretLooksLikeALockedPassword: Reason { Reason("secret-looks-like-a-locked-password", "secret looks like a locked password") }
    static var secretTooLong: Reason { Reason("secret-too-long", "secret too long") }
    static var secretsAreNotShownOnATerminal: Reason { Reason("secrets-are-not-shown-on-a-terminal", "secrets are not shown on a terminal") }
    static var secretsDiffer: Reason { Reason("secrets-differ", "secrets differ") }
    static var secretsWereNotExported: Reason { Reason("secrets-were-not-exported", "secrets were not exported") }
    static var standardInputCannotBeRead: Reason { Reason("standard-input-cannot-be-read", "standard input cannot be read") }
    static var standardOutputCannotBeWritten: Reason { Reason("standard-output-cannot-be-written", "standard output cannot be written") }
    static var storeDamaged: Reason { Reason("store-damaged", "store damaged") }
    static var terminalCannotBeSet: Reason { Reason("terminal-cannot-be-set", "terminal cannot be set") }
    static var terminalCannotBeWritten: Reason { Reason("terminal-cannot-be-written", "terminal cannot be written") }
}
