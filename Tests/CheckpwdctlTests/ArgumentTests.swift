import ArgumentParser
import Testing

@testable import checkpwdctl

@Suite struct ByteCountTests {
    @Test(arguments: [
        ("1", 1), ("65536", 65536), ("64k", 65536), ("512M", 512 << 20), ("4G", 4 << 30),
    ])
    func `a number of bytes has a unit or none`(text: String, bytes: Int) throws {
        #expect(try #require(ByteCount(argument: text)).bytes == bytes)
    }

    @Test(arguments: ["", "0", "-1", "k", "0k", "1K", "1T", "1 k", "1.5M", "0x10", "9223372036854775807k", "9223372036854775808"])
    func `what is not a positive number of bytes is refused`(text: String) {
        #expect(ByteCount(argument: text) == nil)
    }

    @Test(arguments: [(1, "1"), (1023, "1023"), (1024, "1k"), (1536, "1536"), (1 << 20, "1M"), (3 << 30, "3G"), (1025 << 10, "1025k")])
    func `a number of bytes is written with the largest unit that divides it`(bytes: Int, text: String) {
        #expect(ByteCount(bytes).description == text)
    }
}

@Suite struct UnknownCommandTests {
    private func refusal(_ arguments: [String]) -> String? {
        do {
            try UnknownCommand.refuse(in: arguments[...], of: Checkpwdctl.self)
            return nil
        } catch {
            return (error as? ValidationError)?.message
        }
    }

    @Test(arguments: [
        (["secert"], "Unknown command 'secert'. Did you mean 'secret'?"),
        (["store", "chekc"], "Unknown command 'store chekc'. Did you mean 'store check'?"),
        (["help", "docter"], "Unknown command 'docter'. Did you mean 'doctor'?"),
        (["xyzxyzxyzxyz"], "Unknown command 'xyzxyzxyzxyz'."),
    ])
    func `an unknown command is named, with the nearest one if it is near`(arguments: [String], message: String) {
        #expect(refusal(arguments) == message)
    }

    @Test(arguments: [
        [], ["doctor"], ["doctor", "anything"], ["secret", "list"], ["store", "stat", "--json"], ["help"], ["help", "secret"], ["--version"],
        ["secret", "--help"],
    ])
    func `a known command passes`(arguments: [String]) {
        #expect(refusal(arguments) == nil)
    }
}

@Suite struct OptionTests {
    @Test(arguments: [
        (["probe", "h", "--login", "a", "--starttls", "--tls"], "--starttls and --tls exclude each other."),
        (["probe", "h", "--login", "a", "--tls", "--ca", "f", "--insecure"], "--ca and --insecure exclude each other."),
        (["probe", "h", "--login", "a", "--insecure"], "--ca and --insecure need --starttls or --tls."),
        (["probe", "h", "--login", "a", "--timeout", "0"], "--timeout is from 1 to 3600."),
        (["probe", "h", "--login", "a", "--timeout", "3601"], "--timeout is from 1 to 3600."),
        (["secret", "list", "--names", "--json"], "--names and --json exclude each other."),
        (["secret", "show", "--reveal", "--json", "a"], "--reveal and --json exclude each other."),
        (["store", "rekey", "--prepare", "--drop-damaged"], "--prepare and --drop-damaged exclude each other."),
        (["respond", "--stored", "--stdin", "a", "<1@h>"], "--stored and --stdin exclude each other."),
        (["doctor", "--stdin"], "--stdin is the password of --login."),
        (["doctor", "--allow-other"], "--allow-other is for --login."),
        (["doctor", "--tls-cert", "c"], "--tls-cert and --tls-key belong together; give as many of one as of the other."),
    ])
    func `options that contradict each other are refused`(arguments: [String], message: String) {
        let error = #expect(throws: (any Error).self) { try Checkpwdctl.parseAsRoot(arguments) }
        #expect(error.map { Checkpwdctl.message(for: $0) } == message)
    }

    @Test(arguments: [
        ["probe", "h", "--login", "a"], ["probe", "h", "--login", "a", "--tls", "--ca", "f", "--timeout", "3600"], ["secret", "list", "--json"],
        ["secret", "show", "--reveal", "a"], ["store", "rekey", "--prepare"], ["respond", "--stdin", "a", "<1@h>"],
        ["doctor", "--login", "a", "--stdin", "--allow-other"], ["doctor", "--tls-cert", "c", "--tls-key", "k"],
    ])
    func `options that belong together are accepted`(arguments: [String]) {
        #expect(throws: Never.self) { try Checkpwdctl.parseAsRoot(arguments) }
    }
}
