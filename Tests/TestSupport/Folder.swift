import Foundation

/// A folder of a test's own, gone when the test lets go of it.
public final class Folder: Sendable {
    public let path: String

    public init() {
        var template = Array("/tmp/pam-checkpwd-test.XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of something in it.
    public func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Writes a file into it.
    @discardableResult
    public func write(_ name: String, _ contents: some Sequence<UInt8>, mode: mode_t = 0o600) -> String {
        let path = self(name)
        precondition(FileManager.default.createFile(atPath: path, contents: Data(contents)))
        precondition(chmod(path, mode) == 0)
        return path
    }
}
