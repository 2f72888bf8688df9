import TestSupport
import Testing

@testable import checkpwdctl

@Suite struct JSONTests {
    @Test func `JSON values stand on one line`() {
        let value = JSON.object([
            ("login", .bytes(Array("alice".utf8))), ("records", .number(-3)), ("rekeying", .truth(false)), ("used", .null),
            ("keys", .array([.number(1), .object([]), .array([])])),
        ])
        #expect(value.text.text == #"{"login":"alice","records":-3,"rekeying":false,"used":null,"keys":[1,{},[]]}"#)
    }

    @Test(arguments: [
        ("", #""""#), (#"a"b\c"#, #""a\"b\\c""#), ("caf\u{E9}", "\"caf\u{E9}\""), ("\u{1F600}", "\"\u{1F600}\""),
        ("\u{1B}[2J\n\t", #""\u001b[2J\u000a\u0009""#), ("\u{9B}2J", #""\u009b2J""#),
    ])
    func `a JSON string has its quotes escaped, and what a terminal would obey in digits`(string: String, written: String) {
        #expect(JSON.bytes(Array(string.utf8)).text.text == written)
    }

    @Test func `bytes in a JSON string that are not UTF-8 become U+FFFD`() {
        #expect(JSON.bytes([0x61, 0xFF, 0x62]).text.text == "\"a\u{FFFD}b\"")
    }

    @Test func `a moment in JSON is text, and null if it is unknown`() {
        #expect(JSON.time(1_700_000_000).text.text == #""2023-11-14T22:13:20Z""#)
        #expect(JSON.time(nil).text.text == "null")
    }
}

@Suite struct TimestampTests {
    @Test func `a timestamp is in UTC, and a hyphen if it is unknown`() {
        #expect(Timestamp.text(0) == "1970-01-01T00:00:00Z")
        #expect(Timestamp.text(nil) == "-")
        #expect(Timestamp.text(.max) == "9999-12-31T23:59:59Z")
    }
}

@Suite struct ListSecretsTests {
    private func columns(_ rows: [[String]]) -> [String] {
        ListSecrets.columns(rows.map { $0.map { Array($0.utf8) } }).map(\.text)
    }

    @Test func `secret list prints columns with a head, as wide as the longest login in characters`() {
        let lines = columns([
            ["al", "2026-11-23T12:35:00Z", "2026-11-23T12:36:00Z", "-"],
            ["b\u{E4}rbel", "-", "-", "2026-11-24T00:00:00Z"],
        ])
        #expect(
            lines == [
                "login   created               changed               last used",
                "al      2026-11-23T12:35:00Z  2026-11-23T12:36:00Z  -",
                "b\u{E4}rbel  -                     -                     2026-11-24T00:00:00Z",
            ])
    }

    @Test func `the login column is at least as wide as its head`() {
        #expect(columns([["a", "-", "-", "-"]]).last == "a      -                     -                     -")
    }
}
