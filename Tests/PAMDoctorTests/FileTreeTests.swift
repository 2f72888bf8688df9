import CLibc
import Foundation
@testable import PAMDoctor
import TestSupport
import Testing

@Suite struct FileTreeTests {
    private let folder = Folder()
    private var tree: FileTree { FileTree(root: folder.path) }

    @Test func `a regular file is read, up to a limit`() throws {
        folder.write("a", Array("text".utf8))
        folder.write("large", [UInt8](repeating: 0x41, count: FileTree.limit + 100_000))
        guard case .text(let text) = tree.read("/a"), case .text(let large) = tree.read("/large") else {
            Issue.record("not read")
            return
        }
        #expect(text.text == "text")
        #expect(large.count < FileTree.limit + 20_000)
    }

    @Test func `what is no regular file is refused, and nothing waits for it`() throws {
        #expect(mkfifo(folder("fifo"), 0o600) == 0)
        try FileManager.default.createDirectory(atPath: folder("sub"), withIntermediateDirectories: true)
        for path in ["/fifo", "/sub"] {
            guard case .refused = tree.read(path) else { Issue.record("\(path)"); continue }
        }
        guard case .missing = tree.read("/none") else { Issue.record("found"); return }
        #expect(tree.isFolder("/sub") && !tree.isFolder("/fifo") && !tree.isFolder("/none"))
        #expect(Set(tree.names(in: "")).isSuperset(of: ["fifo", "sub"]))
        #expect(tree.names(in: "/none") == [])
    }
}
