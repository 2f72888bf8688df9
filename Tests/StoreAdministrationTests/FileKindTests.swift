import Foundation
@testable import StoreAdministration
import TestSupport
import Testing

@Suite struct FileKindTests {
    private static let shadow = """
        root:*:20228:0:99999:7:::
        daemon:*:20228:0:99999:7:::
        alice:$y$j9T$abcdefgh$0123456789abcdefghijklmnopqrstuvwxyzABCDEFG:20785:0:99999:7:::
        locked:!$6$salt$0123456789abcdefghijklmnopqrstuvwxyz:20785::::::
        none:!:20785::::::
        open::20785:0:99999:7:::

        """

    @Test(arguments: [
        (shadow, FileKind.shadow), ("root:*LK*:::::::\n", .shadow), ("root:x:0:0:root:/root:/bin/bash\nbin:*:2:2::/bin:\n", .passwd),
        ("alice:$1$salt$0123456789012345678901:1000:1000::/home/alice:\n", .passwd),
        // vpopmail's vpasswd.
        ("bob:$1$salt$0123456789012345678901:1:0:Bob:/home/vpopmail/domains/example.com/bob:NOQUOTA:\n", .passwd),
        ("root:$2b$10$0123456789012345678901:0:0:daemon:0:0:Charlie &:/root:/bin/ksh\n", .masterPasswd),
        ("root:x:0:\nadm:x:4:syslog,alice\n", .group), ("root:*::\nadm:!::alice,bob\n", .gshadow),
        ("alice:1000:AAD3B435B51404EEAAD3B435B51404EE:31D6CFE0D16AE931B73C59D7E0C089C0:[U          ]:LCT-4F1A2B3C:\n", .smbpasswd),
        ("bob:500:XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:31d6cfe0d16ae931b73c59d7e0c089c0:::\n", .smbpasswd),
        ("alice:private area:0123456789abcdef0123456789abcdef\n", .htdigest),
        ("alice:$apr1$salt$0123456789012345678901\nbob:{SHA}cRDtpNCeBiql5KOQsKVyrA0sAiA=\ncarol:ab01FAX.bQRSU\n", .hashes),
        ("alice:$2y$05$bvIG6Nmid91Mu9RcmmWZfO5HJIMCT8riNW0hEp8f6:a comment\n", .hashes), ("dan:_J9..CCCCXBrJUJV154M\n", .hashes),
        ("# servers\n*:alice:secret\n", .exim), ("mail.example.com:alice:secret\n*.example.net:bob:pass\n", .exim),
        ("example.com:alice@example.com:secret\n", .exim),
        ("[mail.example.com]:587 alice:secret\nexample.net bob:secret\n", .sasl),
        ("alice:{PLAIN}secret:1000:1000::/home/alice::\n", .passwdFile), ("alice:{plain}secret\nbob:{SHA512-CRYPT}$6$x\n", .passwdFile),
        ("alice:{PLAIN}pass::::::\n", .passwdFile), ("alice:secret:1000:1000::/home/alice:/bin/false\n", .passwdFile),
        ("alice * secret *\nbob mail.example.com secret\n", .chap), ("\"alice\" * \"pa:ss\" *\n", .chap),
        ("{\"login\":\"alice\",\"secret\":\"pass\"}\n", .jsonLines), ("{\n  \"alice\": \"secret\"\n}\n", .json),
        ("[{\"login\":\"alice\"}]\n", .json), ("alice:=secret\nbob:%0123\n*:?\n", .authuser),
        ("alice:secret\nbob:pa:ss\n", .colon), ("alice:0123456789abcdef0123456789abcdef\n", .colon),
        ("john.doe:pa:ss\n", .colon), ("alice@example.com:pa:ss\n", .colon), ("alice:x\n", .colon), ("alice:correcthorse1\n", .colon),
    ])
    func `a file is recognized by its lines, whatever ends them`(text: String, kind: FileKind) {
        for text in [text, text.replacing("\n", with: "\r\n"), "\u{FEFF}# comment\n\n" + text, String(text.dropLast())] {
            #expect(Array(text.utf8).withUnsafeBytes { FileKind.recognize($0) } == kind)
        }
    }

    @Test(arguments: [
        "", "\n\n", "# shadow\n", "alice\nbob\n", "al ice:se cret x\n", "alice mail.example.com pass:word 2001:db8::1\n",
        "alice:one\nbob\n# a comment\ncarol:$1$salt$0123456789012345678901\n", "root:*:20228:0:99999:7:::\nalice:secret\n",
    ])
    func `a file of which no kind has more than half of the lines is not recognized`(text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { FileKind.recognize($0) } == nil)
    }

    @Test(arguments: [[0xFF, 0xFE, 0x61, 0, 0x3A, 0], [0xFE, 0xFF, 0, 0x61], [0, 0, 0xFE, 0xFF]] as [[UInt8]])
    func `UTF-16 is recognized by its mark`(text: [UInt8]) {
        #expect(text.withUnsafeBytes { FileKind.recognize($0) } == .utf16)
    }

    private func foreign(_ text: String, _ format: Format, literal: Bool = false) throws -> FileKind? {
        let folder = Folder()
        let descriptor = open(folder.write("file", text.utf8), O_RDONLY)
        defer { close(descriptor) }
        var reader = EntryReader(descriptor, as: format, literal: literal)
        return try reader.foreignKind()
    }

    @Test(arguments: Format.allCases)
    func `shadow, passwd and htpasswd are foreign to every format`(format: Format) throws {
        #expect(try foreign(Self.shadow, format) == .shadow)
        #expect(try foreign(Self.shadow, format, literal: true) == .shadow)
        #expect(try foreign("root:x:0:0:root:/root:/bin/bash\n", format) == .passwd)
        #expect(try foreign("alice:$apr1$salt$0123456789012345678901\n", format) == .hashes)
        #expect(try foreign("alice:$apr1$salt$0123456789012345678901\n", format, literal: true) == nil)
    }

    @Test(arguments: Format.allCases)
    func `what a format exports is not foreign to it`(format: Format) throws {
        for secret in ["pass", "pa:ss", "{x} y", "0123456789abcdef0123456789abcdef"] {
            #expect(try foreign(written(Array("alice".utf8), Array(secret.utf8), as: format), format) == nil)
        }
    }

    @Test func `a large file is recognized by its beginning, and read from there`() throws {
        let lines = (0..<20_000).map { "login\($0):secret\($0)" }.joined(separator: "\n")
        let folder = Folder()
        let descriptor = open(folder.write("file", lines.utf8), O_RDONLY)
        defer { close(descriptor) }
        var reader = EntryReader(descriptor, as: .colon)
        #expect(try reader.foreignKind() == nil)
        var count = 0
        while let item = try reader.next() {
            guard case .entry(let entry, let line) = item else { break }
            #expect(entry.login.bytes.text == "login\(count)" && line == count + 1)
            count += 1
        }
        #expect(count == 20_000)
    }
}
