import CheckpwdCore

extension Reason {
    static var badStoreAddress: Reason { Reason("bad-store-address", "bad store address") }
    static var challengeAnsweredBefore: Reason { Reason("challenge-answered-before", "challenge answered before") }
    static var clockDiffersFromTheDatabases: Reason { Reason("clock-differs-from-the-databases", "clock differs from the database's") }
    static var databaseDoesNotAnswer: Reason { Reason("database-does-not-answer", "database does not answer") }
    static var databaseRefusedToYou: Reason { Reason("database-refused-to-you", "database refused to you") }
    static var databaseWouldNotBeVerified: Reason { Reason("database-would-not-be-verified", "database would not be verified") }
    static var keyFileCannotBeRead: Reason { Reason("key-file-cannot-be-read", "key file cannot be read") }
    static var keyFileDamaged: Reason { Reason("key-file-damaged", "key file damaged") }
    static var keyFileTooLarge: Reason { Reason("key-file-too-large", "key file too large") }
    static var liblmdbCannotBeLoaded: Reason { Reason("liblmdb-cannot-be-loaded", "liblmdb cannot be loaded") }
    static var libpqCannotBeLoaded: Reason { Reason("libpq-cannot-be-loaded", "libpq cannot be loaded") }
    static var notPrivate: Reason { Reason("not-private", "not private") }
    static var passwordInEnvironment: Reason { Reason("password-in-environment", "password in environment") }
    static var passwordInStoreAddress: Reason { Reason("password-in-store-address", "password in store address") }
    static var recordDamaged: Reason { Reason("record-damaged", "record damaged") }
    static var recordOfAnUnknownVersion: Reason { Reason("record-of-an-unknown-version", "record of an unknown version") }
    static var recordSealedUnderAnotherKey: Reason { Reason("record-sealed-under-another-key", "record sealed under another key") }
    static var replayCacheCannotBeMade: Reason { Reason("replay-cache-cannot-be-made", "replay cache cannot be made") }
    static var replayCacheCannotBeWritten: Reason { Reason("replay-cache-cannot-be-written", "replay cache cannot be written") }
    static var storeCannotBeMapped: Reason { Reason("store-cannot-be-mapped", "store cannot be mapped") }
    static var storeCannotBeOpened: Reason { Reason("store-cannot-be-opened", "store cannot be opened") }
    static var storeCannotBeReached: Reason { Reason("store-cannot-be-reached", "store cannot be reached") }
    static var storeCannotBeRead: Reason { Reason("store-cannot-be-read", "store cannot be read") }
    static var storeCannotGrow: Reason { Reason("store-cannot-grow", "store cannot grow") }
    static var storeFull: Reason { Reason("store-full", "store full") }
}
