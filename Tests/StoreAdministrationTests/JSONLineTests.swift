import StoreAdministration
import Testing

@Suite struct JSONLineTests {
    @Test(arguments: [
        (#"{"login":"alice","secret":"pass"}"#, "alice pass"),
        (#" { "secret" : "pass" , "login" : "alice" } "#, "alice pass"),
        (
            #"{"login":"alice","secret":"pass","created":"1970-01-01T00:00:00Z","changed":"2023-11-14T22:13:20Z"}"#,
            "alice pass 0 1700000000"
        ),
        (#"{"login":"alice","secret":"p\u0061s\/\\\""}"#, #"alice pas/\""#),
        (
            #"{"login":"alice","secret":"\ud83d\uDE00\u00e9\u20ac"}"#,
            "alice \u{F0}\u{9F}\u{98}\u{80}\u{C3}\u{A9}\u{E2}\u{82}\u{AC}"
        ),
        (#"{"login_base64":"YWxpY2U=","secret_base64":"6Q=="}"#, "alice \u{E9}"),
        ("", "-"), (" \t", "-"),
        ("alice", "no JSON object"), ("[]", "no JSON object"), ("{}", "no JSON object"),
        (#"{"login":"alice"}"#, "no secret"),
        (#"{"secret":"pass"}"#, "no login"), (#"{"login":"alice","secret":"pass""#, "no JSON object"),
        (#"{"login":"alice","secret":"pass",}"#, "no JSON object"),
        (#"{"login":"alice" "secret":"x"}"#, "no JSON object"),
        (#"{"login":"alice","secret":"pass"}{}"#, "something after the object"),
        (#"{"login":"alice","login":"bob","secret":"x"}"#, "key twice: login"),
        (#"{"login":"alice","lo\u0067in":"bob","secret":"x"}"#, "key twice: login"),
        (#"{"login":"alice","login_base64":"YWxpY2U=","secret":"x"}"#, "login and login_base64"),
        (#"{"login":"alice","secret":"x","secret_base64":"eA=="}"#, "secret and secret_base64"),
        (#"{"login":"alice","pass":"x"}"#, "unknown key: pass"), (#"{"login":null,"secret":"x"}"#, "no JSON object"),
        (#"{"login":"alice","secret":"x","created":"2026-11-23T12:35:00Z"}"#, "created and changed do not fit"),
        (
            #"{"login":"alice","secret":"x","created":"2026-11-23T12:35:00Z","changed":"2026-11-23T12:34:59Z"}"#,
            "created and changed do not fit"
        ),
        (#"{"login":"alice","secret":"x","created":1700000000,"changed":1700000000}"#, "no JSON object"),
        (#"{"login":"alice","secret":"x","created":"2026-02-29T12:35:00Z"}"#, "no time like 2026-11-23T12:35:00Z"),
        (#"{"login":"alice","secret":"x\u0000"}"#, "control byte in secret"),
        (#"{"login":"al\nice","secret":"x"}"#, "control byte in login"),
        (#"{"login":"alice","secret":"\ud83d"}"#, "half a surrogate pair in a string"),
        (#"{"login":"alice","secret":"\ud83d\u0041"}"#, "half a surrogate pair in a string"),
        (#"{"login":"alice","secret":"\ude00"}"#, "half a surrogate pair in a string"),
        (#"{"login":"alice","secret":"\x41"}"#, "unknown escape in a string"),
        (#"{"login":"alice","secret":"\u00g0"}"#, "unknown escape in a string"),
        (#"{"login":"alice","secret":"\u00"}"#, "unknown escape in a string"),
        (#"{"login":"alice","secret":"x\"}"#, "a string does not end"),
        ("{\"login\":\"alice\",\"secret\":\"a\tb\"}", "control byte in a string"),
        (#"{"login":"alice","secret_base64":"x"}"#, "no base64"),
        (#"{'login':'alice','secret':'x'}"#, "no JSON object"),
        (#"{"login":"alice","secret":""}"#, "empty secret"), ("\u{FEFF}{}", "no JSON object"),
    ])
    func `an object is read to the letter`(line: String, outcome: String) throws {
        #expect(try Seen.one(line.utf8, as: .jsonLines) == outcome)
    }

    @Test func `a string that is not UTF-8 is refused`() throws {
        for bad in [[0x80], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3]]
            as [[UInt8]]
        {
            let line = Array(#"{"login":"alice","secret":""#.utf8) + bad + Array(#""}"#.utf8)
            #expect(try Seen.one(line, as: .jsonLines) == "a string is not UTF-8")
        }
    }

    @Test func `a time with a year of five digits cannot be written`() {
        let times = Entry.Times(created: 1, changed: 253_402_300_800)
        #expect(written([0x61], [0x62], times, as: .jsonLines) == "time after the year 9999")
    }

    @Test func `what is not UTF-8 is written in base64`() {
        #expect(
            written(Array("alice".utf8), [0xE9], Entry.Times(created: 1, changed: 2), as: .jsonLines)
                == #"{"login":"alice","secret_base64":"6Q==","created":"1970-01-01T00:00:01Z","changed":"1970-01-01T00:00:02Z"}"#
                + "\n")
        #expect(
            written([0xFF], Array(#"a"\b"#.utf8), as: .jsonLines) == #"{"login_base64":"/w==","secret":"a\"\\b"}"#
                + "\n")
    }
}
