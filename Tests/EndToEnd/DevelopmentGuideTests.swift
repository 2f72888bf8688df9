import Foundation
import TestSupport
import Testing

/// docs/development.md leads to files that exist.
@Suite struct DevelopmentGuideTests {
    @Test func `every file and folder that docs/development.md names exists`() throws {
        let guide = try String(contentsOfFile: Stage.repository("docs/development.md"), encoding: .utf8)
        let paths = guide.matches(of: #/`((?:Sources|Tests|docs)/[A-Za-z0-9_.\/-]+)`/#).map { String($0.1) }
        #expect(paths.count > 20)
        for path in paths { #expect(FileManager.default.fileExists(atPath: Stage.repository(path)), "\(path)") }
    }

    @Test func `its diagram has every module, and each arrow is a dependency in Package.swift`() throws {
        let guide = try String(contentsOfFile: Stage.repository("docs/development.md"), encoding: .utf8)
        let diagram = try #require(guide.firstMatch(of: #/```mermaid\n((?s).*?)```/#)?.1)
        let package = try String(contentsOfFile: Stage.repository("Package.swift"), encoding: .utf8)
        let targets = try #require(package.range(of: "    targets: [\n")).upperBound
        let modules = try FileManager.default.contentsOfDirectory(atPath: Stage.repository("Sources"))
        for module in modules { #expect(diagram.contains(module), "\(module)") }
        for line in diagram.split(separator: "\n") where line.contains(" --> ") && !line.contains("C[") {
            let sides = line.split(separator: "-->").map { $0.split(separator: "&").map { $0.trimmingCharacters(in: .whitespaces) } }
            for from in sides[0] {
                // From this target's name to the next target.
                let start = try #require(package.range(of: "name: \"\(from)\"", range: targets..<package.endIndex), "\(from)").upperBound
                let end = package.range(of: "arget(", range: start..<package.endIndex)?.lowerBound ?? package.endIndex
                for to in sides[1] { #expect(package[start..<end].contains("\"\(to)\""), "\(from) --> \(to)") }
            }
        }
    }
}
