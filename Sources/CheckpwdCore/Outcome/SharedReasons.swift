/// Those that more than one module gives.
extension Reason {
    public static var cannotRead: Reason { Reason("cannot-read", "cannot read") }
    public static var cannotSetEnvironment: Reason { Reason("cannot-set-environment", "cannot set environment") }
    public static var emptySecret: Reason { Reason("empty-secret", "empty secret") }
    public static var fileCannotBeRead: Reason { Reason("file-cannot-be-read", "file cannot be read") }
    public static var loginHasNoSecret: Reason { Reason("login-has-no-secret", "login has no secret") }
    public static var noProgramToRun: Reason { Reason("no-program-to-run", "no program to run") }
    public static var noSessionPossible: Reason { Reason("no-session-possible", "no session possible") }
    public static var noSuchUser: Reason { Reason("no-such-user", "no such user") }
    public static var secretIsNotUTF8: Reason { Reason("secret-is-not-utf-8", "secret is not UTF-8") }
    public static var storeCannotBeWritten: Reason { Reason("store-cannot-be-written", "store cannot be written") }
    public static var storeGrowsTooFast: Reason { Reason("store-grows-too-fast", "store grows too fast") }
}
