import TestSupport

/// A file for what is read from files only, in a folder of its own; gone when its owner lets go of it.
final class ScratchFile {
    private let folder = Folder()
    let path: [UInt8]

    init(_ contents: [UInt8]) {
        path = Array(folder.write("scratch", contents).utf8)
    }
}
