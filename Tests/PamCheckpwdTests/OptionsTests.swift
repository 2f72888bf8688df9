import CheckpwdCore
import TestSupport
import Testing
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
        #expect(options.takeover == .become && options.session == .brief && options.entersHome)
        #expect(!options.chains && !options.isDovecot && !options.debug)
        #expect(!options.allowsOther && !options.allowsUserChange && !options.allowsHexPasswords)
        #expect(options.mechanisms == nil && options.passwordSource == .pam && options.virtualUser == nil)
        #expect(options.domains.isEmpty && options.ident == nil)
        #expect(options.replayCache == nil)
        #expect(options.challengeAge == 600 && options.maxLength == 512)
        #expect(options.store.name.text == "/var/lib/pam-checkpwd/secrets.mdb")
        #expect(options.storeKey == nil)
        #expect(options.question == nil)
        #expect(options.program == 1)
    }

    private static let long = [
        "--service", "smtp", "--noenv", "--no-chdir-home", "--ident", "submission", "--chain", "--mechanisms",
        "plain,apop", "--plain", "pam,store", "--strip-domain", "a.example", "--strip-domain", "b.example", "--store",
        "store", "--store-key", "key", "--debug", "--dovecot", "--virtual-user", "vmail", "--hex-passwords",
        "--challenge-age", "0", "--replay-cache", "cache", "--max-length", "65536", "--hold-session",
        "--allow-user-change", "--allow-other", "/bin/true",
    ]
    private static let joined = [
        "--service=smtp", "--noenv", "--no-chdir-home", "--ident=submission", "--chain", "--mechanisms=plain,apop",
        "--plain=pam,store", "--strip-domain=a.example", "--strip-domain=b.example", "--store=store", "--store-key=key",
        "--debug", "--dovecot", "--virtual-user=vmail", "--hex-passwords", "--challenge-age=0", "--replay-cache=cache",
        "--max-length=65536", "--hold-session", "--allow-user-change", "--allow-other", "--", "/bin/true",
    ]
    private static let short = [
        "-ssmtp", "-eHc", "-i", "submission", "-m", "plain,apop", "-ppam,store", "-Da.example", "-D", "b.example",
        "-Sstore", "-Kkey", "-d", "--dovecot", "--virtual-user=vmail", "--hex-passwords", "--challenge-age=0",
        "--replay-cache=cache", "--max-length=65536", "--hold-session", "--allow-user-change", "--allow-other",
        "/bin/true",
    ]

    @Test(arguments: [long, joined, short])
    func `options say the same, however they are written`(arguments: [String]) throws {
        let options = try parse(arguments).get()
        #expect(options.service?.text == "smtp" && options.ident?.text == "submission")
        #expect(options.takeover == .stay && options.session == .held && !options.entersHome)
        #expect(options.chains && options.isDovecot && options.debug)
        #expect(options.allowsOther && options.allowsUserChange && options.allowsHexPasswords)
        #expect(options.mechanisms == [.plain, .apop] && options.passwordSource == .pamThenStore)
        #expect(options.virtualUser?.text == "vmail" && options.domains.map(\.text) == ["a.example", "b.example"])
        #expect(options.store.name.text == "store" && options.storeKey?.text == "key" && options.replayCache?.text == "cache")
        #expect(options.challengeAge == 0 && options.maxLength == 65536)
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
        #expect((options.takeover == .stay) == (arguments[0] == "-e"))
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
        (["-m", "plain,digest-md5", "/bin/true"], "unknown mechanism: plain,digest-md5"),
        (["-p", "ldap", "/bin/true"], "--plain takes pam, store or pam,store: ldap"),
        (["-D", "", "/bin/true"], "empty domain"),
        (["-D", "@example.com", "/bin/true"], "domain with an @: @example.com"),
        (["--challenge-age", "-1", "/bin/true"], "number out of range: -1"),
        (["--challenge-age", "", "/bin/true"], "number out of range"),
        (["--challenge-age", "99999999999999999999", "/bin/true"], "number out of range: 99999999999999999999"),
        (["--max-length", "511", "/bin/true"], "number out of range: 511"),
        (["--max-length", "65537", "/bin/true"], "number out of range: 65537"),
        (["--max-length", "1k", "/bin/true"], "number out of range: 1k"),
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

    @Test func `an option that its last value decides takes the last`() throws {
        #expect(try parse(["--hold-session", "--no-session", "x"]).get().session == .none)
        #expect(try parse(["-s", "a", "-s", "b", "x"]).get().service?.text == "b")
    }

    @Test func `every option is in the help`() {
        for option in Option.allCases { #expect(Option.usage().text.contains("--\(option.name) "), "\(option)") }
    }

    @Test func `help and version need no program`() throws {
        #expect(try parse(["-h"]).get().question == .help)
        #expect(try parse(["--version"]).get().question == .version)
    }
}
