import CLibc
import func Glibc.closedir
import func Glibc.opendir
import func Glibc.readdir

/// The files that PAM reads. Nothing is ever written.
public struct FileTree: Sendable {
    private let root: String
    /// Files whose contents are imagined.
    private var imagined: [String: [UInt8]] = [:]

    /// - Parameter root: what stands before every path; for a system that is mounted elsewhere.
    public init(root: String = "") {
        self.root = root
    }

    /// The same files, with one whose contents are imagined. Only `read` returns them.
    func imagining(_ path: String, as text: [UInt8]) -> FileTree {
        var tree = self
        tree.imagined[path] = text
        return tree
    }

    public enum Contents {
        case text([UInt8])
        case missing
        /// An errno(3).
        case refused(Int32)
    }

    /// The most bytes of a file that are read: a PAM configuration has some hundreds.
    static let limit = 1 << 20

    /// A regular file's contents.
    func read(_ path: String) -> Contents {
        if let text = imagined[path] { return .text(text) }
        let descriptor = (root + path).withCString { clibc_open($0, O_RDONLY | O_NONBLOCK, 0) }
        guard descriptor >= 0 else {
            let errno = clibc_errno()
            return errno == ENOENT || errno == ENOTDIR ? .missing : .refused(errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG) else { return .refused(EISDIR) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while text.count < FileTree.limit {
            let got = CLibc.read(descriptor, &buffer, buffer.count)
            if got < 0 { return .refused(clibc_errno()) }
            if got == 0 { break }
            text += buffer[..<got]
        }
        return .text(text)
    }

    /// Where a path leads; nil where nothing is there.
    func status(_ path: String) -> stat? {
        var status = stat()
        return stat(root + path, &status) == 0 ? status : nil
    }

    func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(root + path, &status) == 0 && status.st_mode & mode_t(S_IFMT) == mode_t(S_IFLNK)
    }

    func isFolder(_ path: String) -> Bool {
        status(path).map { $0.st_mode & mode_t(S_IFMT) == mode_t(S_IFDIR) } ?? false
    }

    /// What is in a folder, sorted.
    func names(in path: String) -> [String] {
        guard let folder = opendir(root + path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names.sorted()
    }
}
