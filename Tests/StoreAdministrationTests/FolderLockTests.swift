import CheckpwdCore
import Foundation
@testable import StoreAdministration
import TestSupport
import Testing

@Suite struct FolderLockTests {
    private let folder = Folder()

    private var isFree: Bool {
        let descriptor = open(folder.path, O_RDONLY)
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    @Test func `it is held until it is let go of`() throws {
        var lock: FolderLock? = try FolderLock(on: Array(folder.path.utf8))
        #expect(lock != nil && !isFree)
        lock = nil
        #expect(isFree)
    }

    @Test func `a folder that is not there is a temporary failure`() {
        let failure = failure { () throws(Failure) in _ = try FolderLock(on: Array(folder("none").utf8)) }
        #expect("\(failure!)" == "temporary: folder cannot be locked: \(folder("none")): No such file or directory")
    }
}
