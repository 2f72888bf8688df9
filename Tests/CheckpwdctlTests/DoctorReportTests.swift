import PAM
import PAMDoctor
import TestSupport
import Testing

@testable import checkpwdctl

@Suite struct DoctorReportTests {
    private let folder = Folder()

    private func report() throws -> DoctorReport {
        let examination = Examination(of: try Service(Array("svc".utf8)), in: FileTree(root: folder.path))
        return DoctorReport(examination, examination.findings())
    }

    @Test func `the JSON of a service without a file says so, and what to write`() throws {
        let report = try report()
        #expect(report.status == 2)
        let text = report.json(nil).text.text
        #expect(
            text.hasPrefix(
                #"{"service":"svc","files":[],"findings":[{"severity":"broken","file":"/etc/pam.d/svc","line":null,"what":"service file is missing","why":""#
            ))
        #expect(text.contains(#""write_file":"/etc/pam.d/svc","write_line":null,"write_position":"end""#))
        #expect(text.hasSuffix(#""login":null}"#))
    }

    @Test func `notes leave the status 0, warnings make it 1, faults 2`() throws {
        let examination = Examination(of: try Service(Array("svc".utf8)), in: FileTree(root: folder.path))
        let all = examination.findings()
        #expect(DoctorReport(examination, []).status == 0)
        #expect(DoctorReport(examination, all.filter { $0.severity == .note }).status == 0)
        #expect(DoctorReport(examination, all.filter { $0.severity == .broken }).status == 2)
    }
}
