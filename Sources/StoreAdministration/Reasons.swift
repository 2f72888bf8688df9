import CheckpwdCore

extension Reason {
    static var aCredentialCannotBeChanged: Reason { Reason("a-credential-cannot-be-changed", "a credential cannot be changed") }
    static var aDatabasesStoreIsNoFile: Reason { Reason("a-databases-store-is-no-file", "a database's store is no file") }
    static var aKeyIsPreparedAlready: Reason { Reason("a-key-is-prepared-already", "a key is prepared already") }
    static var aRekeyingHasNotEnded: Reason { Reason("a-rekeying-has-not-ended", "a rekeying has not ended") }
    static var backupCannotBeRead: Reason { Reason("backup-cannot-be-read", "backup cannot be read") }
    static var backupCannotBeWritten: Reason { Reason("backup-cannot-be-written", "backup cannot be written") }
    static var badLogin: Reason { Reason("bad-login", "bad login") }
    static var folderCannotBeCreated: Reason { Reason("folder-cannot-be-created", "folder cannot be created") }
    static var folderCannotBeLocked: Reason { Reason("folder-cannot-be-locked", "folder cannot be locked") }
    static var folderCannotBeWritten: Reason { Reason("folder-cannot-be-written", "folder cannot be written") }
    static var keyExists: Reason { Reason("key-exists", "key exists") }
    static var keyFileCannotBeCreated: Reason { Reason("key-file-cannot-be-created", "key file cannot be created") }
    static var keyFileCannotBeReplaced: Reason { Reason("key-file-cannot-be-replaced", "key file cannot be replaced") }
    static var keyFileCannotBeWritten: Reason { Reason("key-file-cannot-be-written", "key file cannot be written") }
    static var keyFileIsNotTheStoresOfNow: Reason { Reason("key-file-is-not-the-stores-of-now", "key file is not the store's of now") }
    static var keysChangeTooFast: Reason { Reason("keys-change-too-fast", "keys change too fast") }
    static var keysOutOfOrder: Reason { Reason("keys-out-of-order", "keys out of order") }
    static var libunistringCannotBeLoaded: Reason { Reason("libunistring-cannot-be-loaded", "libunistring cannot be loaded") }
    static var loginHasASecret: Reason { Reason("login-has-a-secret", "login has a secret") }
    static var noKeyIsPrepared: Reason { Reason("no-key-is-prepared", "no key is prepared") }
    static var noMemoryToNormalizeASecret: Reason { Reason("no-memory-to-normalize", "no memory to normalize a secret") }
    static var recordIsNotFoundByALookup: Reason { Reason("record-is-not-found-by-a-lookup", "record is not found by a lookup") }
    static var recordsAreMissing: Reason { Reason("records-are-missing", "records are missing") }
    static var recordsChangedMeanwhile: Reason { Reason("records-changed-meanwhile", "records changed meanwhile") }
    static var replayCacheCannotBeRead: Reason { Reason("replay-cache-cannot-be-read", "replay cache cannot be read") }
    static var secretHasADisallowedCharacter: Reason { Reason("disallowed-character-in-secret", "secret has a character that RFC 8265 does not allow there") }
    static var storeCannotBeCreated: Reason { Reason("store-cannot-be-created", "store cannot be created") }
    static var storeCannotBeKept: Reason { Reason("store-cannot-be-kept", "store cannot be kept") }
    static var storeCannotBeReplaced: Reason { Reason("store-cannot-be-replaced", "store cannot be replaced") }
    static var storeExists: Reason { Reason("store-exists", "store exists") }
}
