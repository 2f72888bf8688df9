/// A chain of modules, such as IndiMail's: what is not ours is the next one's.
struct Chain {
    /// The program that runs for an accepted login, with that as its only argument; nil for none.
    let postauth: [UInt8]?

    /// - Returns: nil where there is no chain: a login that is not ours is nobody's, and an accepted one runs the program.
    init?(_ options: Options) {
        guard options.chains, !options.isDovecot, !CallerEnvironment.wantsNative else { return nil }
        postauth = CallerEnvironment.value("POSTAUTH")
    }
}
