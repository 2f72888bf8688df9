import TestSupport
import Testing
import Verdicts

@testable import pam_checkpwd

/// getopt(3) keeps its place in globals: one scan at a time.
@Suite(.serialized) struct OptionsTests {
    private func parse(_ arguments: [String]) -> Result<Options, Failure> {
        let strings = (["pam-checkpwd"] + arguments).map { argument in
            let string = UnsafeMutableBufferPointer<CChar>.allocate(capacity: argument.utf8.count + 1)
            _ = string.initialize(from: argument.utf8CString)
            return UnsafeMutablePointer<CChar>?(string.baseAddress!)
        }
        let argv = UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
        _ = argv.initialize(from: strings + [nil])
        defer {
            strings.forEach { $0!.deallocate() }
            argv.deallocate()
        }
        do throws(Failure) {
            return .success(try Options(Int32(strings.count), argv.baseAddress!))
        } catch {
            return .failure(error)
        }
    }

    @Test func `defaults`() throws {
        let options = try parse(["/bin/true"]).get()
        #expect(options.service == nil)
        #expect(!options.keepsIdentity && options.entersHome && !options.debug && !options.allowsOther)
        #expect(options.store.text == "/var/lib/pam-checkpwd/secrets.mdb")
        #expect(options.storeKey.text == "/etc/pam-checkpwd/store.key")
        #expect(options.question == nil)
        #expect(options.program == 1)
    }

    @Test(arguments: [
        ["-s", "smtp", "-e", "-H", "-d", "-S", "store", "-K", "key", "--allow-other", "/bin/true"],
        ["-ssmtp", "-eHd", "-Sstore", "-Kkey", "--allow-other", "--", "/bin/true"],
        [
            "--service", "smtp", "--noenv", "--no-chdir-home", "--debug", "--store", "store", "--store-key", "key",
            "--allow-other", "/bin/true",
        ],
        [
            "--service=smtp", "--noenv", "--no-chdir-home", "--debug", "--store=store", "--store-key=key",
            "--allow-other", "--", "/bin/true",
        ],
    ])
    func `short and long options say the same`(arguments: [String]) throws {
        let options = try parse(arguments).get()
        #expect(options.service?.text == "smtp")
        #expect(options.keepsIdentity && !options.entersHome && options.debug && options.allowsOther)
        #expect(options.store.text == "store" && options.storeKey.text == "key")
        #expect(options.program == arguments.count)
    }

    @Test(arguments: [
        (["-s", "smtp", "/bin/sh", "-c", "exit 7"], 3),
        (["-s", "smtp", "/bin/sh", "-e", "script"], 3),
        (["-s", "smtp", "--", "/bin/sh", "-e", "script"], 4),
        (["-e", "prog", "--debug", "--allow-other"], 2),
        (["--", "-e"], 2),
    ])
    func `options end at the first argument that is none`(arguments: [String], program: Int) throws {
        let options = try parse(arguments).get()
        #expect(options.program == program)
        #expect(!options.debug && !options.allowsOther)
        #expect(options.keepsIdentity == (arguments[0] == "-e"))
    }

    @Test(arguments: [
        (["--serv", "smtp", "/bin/true"], "abbreviated option: --serv"),
        (["--serv=smtp", "/bin/true"], "abbreviated option: --serv=smtp"),
        (["--no", "/bin/true"], "unknown option: --no"),
        (["--deb", "/bin/true"], "abbreviated option: --deb"),
        (["--frob", "/bin/true"], "unknown option: --frob"),
        (["-x", "/bin/true"], "unknown option: -x"),
        (["-ex", "/bin/true"], "unknown option: -ex"),
        (["--noenv=1", "/bin/true"], "unknown option: --noenv=1"),
        (["-s"], "option needs a value: -s"),
        (["--service"], "option needs a value: --service"),
        ([], "no program to run"),
        (["-e"], "no program to run"),
        (["--"], "no program to run"),
    ])
    func `a mistake on the command line is the caller's fault, and named`(arguments: [String], line: String) {
        guard case .failure(.misused(let cause)) = parse(arguments) else {
            Issue.record("not refused")
            return
        }
        #expect(cause.sentence.text.hasPrefix(line + ";"))
    }

    @Test func `help and version need no program`() throws {
        #expect(try parse(["-h"]).get().question == .help)
        #expect(try parse(["--version"]).get().question == .version)
    }
}
