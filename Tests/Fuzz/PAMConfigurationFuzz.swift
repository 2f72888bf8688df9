import CheckpwdCore
import Foundation
import PAM
import PAMDoctor

/// A PAM configuration is read to its end, whatever is in it, and what is said of it is about its lines. A second file, which
/// it may take in, follows a line of two hyphens.
enum PAMConfigurationFuzz {
    static func check(_ bytes: [UInt8]) throws {
        let folder = ScratchSystem()
        let mark = Array("\n--\n".utf8)
        let cut = bytes.indices.first { bytes[$0...].starts(with: mark) }
        folder.write("svc", Array(bytes[..<(cut ?? bytes.count)]))
        if let cut { folder.write("other", Array(bytes[(cut + mark.count)...])) }
        let examination = Examination(of: try Service(Array("svc".utf8)), in: FileTree(root: folder.path))
        let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
        for finding in examination.findings() {
            try require(!finding.what.isEmpty, "a finding without words")
            try require(finding.place.line <= lines, "a line that is not there")
            let paragraph = finding.paragraph()
            try require(!paragraph.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }, "a control byte on the terminal")
        }
    }
}

/// A system in a folder, with the service files of a test.
private final class ScratchSystem {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "/system-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path + "/etc/pam.d", withIntermediateDirectories: true)
        try? FileManager.default.createDirectory(atPath: path + "/lib/security", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ bytes: [UInt8]) {
        _ = FileManager.default.createFile(atPath: path + "/etc/pam.d/" + name, contents: Data(bytes))
    }
}
