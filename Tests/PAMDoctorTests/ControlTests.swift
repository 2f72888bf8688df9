import CPAM
import Testing

@testable import PAMDoctor

@Suite struct ControlTests {
    /// pam.d(5): each simple word has a longer spelling.
    @Test(arguments: [
        ("required", "success=ok new_authtok_reqd=ok ignore=ignore default=bad"),
        ("requisite", "success=ok new_authtok_reqd=ok ignore=ignore default=die"),
        ("sufficient", "success=done new_authtok_reqd=done default=ignore"),
        ("optional", "success=ok new_authtok_reqd=ok default=ignore"),
    ])
    func `a simple word is a short spelling`(word: String, pairs: String) throws {
        #expect(Control(word: word) == (try Control(pairs: Array(pairs.utf8))))
        #expect(Control(word: word.uppercased()) == Control(word: word))
    }

    @Test func `what is not named is bad`() throws {
        let control = try Control(pairs: Array("success=3 auth_err=die".utf8))
        #expect(control[.success] == .jump(3))
        #expect(control[.authErr] == .die)
        #expect(control[.userUnknown] == .bad)
    }

    @Test func `default speaks of what is not named before it`() throws {
        let control = try Control(pairs: Array("auth_err=die default=ignore success=ok".utf8))
        #expect(control[.authErr] == .die)
        #expect(control[.success] == .ok)
        #expect(control[.abort] == .ignore)
    }

    @Test(arguments: [
        ("sucess=ok", "'sucess' is no return value"), ("success", "'=' is missing after 'success'"),
        ("success=okay", "'ay' is no return value"), ("success=0", "a jump over 0 lines is none: write 'ignore'"),
        ("success=", "'' is no action"), ("success=-1", "'-1' is no action"),
    ])
    func `a control that is none says why`(pairs: String, why: String) {
        do {
            _ = try Control(pairs: Array(pairs.utf8))
            Issue.record("not refused")
        } catch {
            #expect(error.what == why)
        }
    }
}

@Suite struct ReturnValueTests {
    @Test(arguments: [
        (ReturnValue.success, PAM_SUCCESS), (.authErr, PAM_AUTH_ERR), (.authinfoUnavail, PAM_AUTHINFO_UNAVAIL),
        (.userUnknown, PAM_USER_UNKNOWN), (.ignore, PAM_IGNORE), (.moduleUnknown, PAM_MODULE_UNKNOWN), (.incomplete, PAM_INCOMPLETE),
    ])
    func `an answer's number is PAM's`(answer: ReturnValue, number: Int32) {
        #expect(answer.number == Int(number))
    }
}
