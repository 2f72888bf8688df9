import Foundation

/// A file for what is read from files only; gone when its owner lets go of it.
final class ScratchFile {
    let path: [UInt8]

    init(_ contents: [UInt8]) {
        var template = Array((NSTemporaryDirectory() + "/pam-checkpwd-fuzz.XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        precondition(descriptor >= 0 && write(descriptor, contents, contents.count) == contents.count)
        close(descriptor)
        path = template.dropLast().map { UInt8(bitPattern: $0) }
    }

    deinit {
        unlink(String(decoding: path, as: UTF8.self))
    }
}
