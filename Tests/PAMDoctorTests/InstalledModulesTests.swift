import TestSupport
import Testing

@testable import PAMDoctor

@Suite struct ModuleFoldersTests {
    @Test func `a module is found where its architecture has it, or by its path`() {
        let system = System([:], modules: ["unix"])
        let folders = ModuleFolders(in: system.tree)
        let path = "/lib/x86_64-linux-gnu/security/pam_unix.so"
        #expect(folders.paths == ["/lib/x86_64-linux-gnu/security"])
        #expect(folders.path(of: Module("pam_unix.so")) == path)
        #expect(folders.path(of: Module(path)) == path)
        #expect(folders.path(of: Module("pam_unix")) == nil)
        #expect(folders.path(of: Module("pam_sss.so")) == nil)
        withExtendedLifetime(system) {}
    }
}
