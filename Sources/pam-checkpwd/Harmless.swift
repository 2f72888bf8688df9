import CheckpwdCore

extension Options {
    /// Whether an option may be given by a caller who lacks our rights: none that names a file, a user or another source of
    /// truth, changes who may log in, keeps a process of root's alive, or tells more than yes and no.
    private static func isHarmless(_ option: Option) -> Bool {
        switch option {
        case .service, .mechanisms, .ident, .noenv, .noChdirHome, .noSession, .hexPasswords, .maxLength, .help, .version:
            true
        case .chain, .plain, .stripDomain, .store, .storeKey, .debug, .dovecot, .virtualUser, .challengeAge,
            .replayCache, .holdSession, .allowUserChange, .allowOther, .resident, .listMechanisms, .failDelay,
            .countFailures:
            false
        }
    }

    /// - Throws: `misused`, naming the first option that is not harmless, or an ident that is more than a word.
    func requireHarmless() throws(Failure) {
        if let option = given.first(where: { !Options.isHarmless($0) }) {
            throw .misused(
                Cause(.optionRefusedToYou, about: [UInt8]("--") + [UInt8](option.name), remedy: "only root may give it"))
        }
        // Modules make a path of the terminal's name.
        let isWord = ident?.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isWord ?? true else {
            throw .misused(Cause(.badIdent, about: ident ?? [], remedy: "letters, digits, hyphens and underscores only"))
        }
    }
}
