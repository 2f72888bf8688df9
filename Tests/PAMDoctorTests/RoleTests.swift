import Testing

@testable import PAMDoctor

@Suite struct RoleTests {
    @Test(arguments: [
        ("pam_unix.so", [], ManagementGroup.auth, Role.checks), ("/lib/security/pam_sss.so", [], .auth, .checks),
        ("pam_permit.so", [], .auth, .always(.success)), ("pam_deny.so", [], .auth, .always(.authErr)),
        ("pam_deny.so", [], .session, .always(.sessionErr)), ("pam_rootok.so", [], .auth, .always(.success)),
        ("pam_faillock.so", ["authfail"], .auth, .always(.ignore)), ("pam_faillock.so", ["preauth"], .auth, .rules),
        ("pam_succeed_if.so", ["uid", ">", "0"], .account, .rules), ("pam_env.so", [], .auth, .serves),
        ("pam_unix.so", [], .session, .serves), ("pam_own.so", [], .auth, .unknown),
        ("pam_exec.so", ["quiet", "/bin/true"], .auth, .rules), ("pam_exec.so", ["expose_authtok", "/bin/true"], .auth, .unknown),
        ("pam_debug.so", ["auth=maxtries"], .auth, .always(.maxtries)), ("pam_debug.so", ["auth=nonsense"], .auth, .always(.success)),
    ])
    func `a module's name and arguments tell what it does`(path: String, arguments: [String], kind: ManagementGroup, role: Role) {
        #expect(Role(Module(path, arguments), kind) == role)
    }
}

@Suite struct ConditionsTests {
    @Test(arguments: [
        ("pam_succeed_if.so uid >= 1000 quiet", ReturnValue.authErr), ("pam_succeed_if.so uid > 0", .authErr),
        ("pam_succeed_if.so uid ne 0", .authErr), ("pam_succeed_if.so uid < 1000", .success),
        ("pam_succeed_if.so user != root", .authErr), ("pam_succeed_if.so user notin alice:root quiet_success", .authErr),
        ("pam_succeed_if.so user ingroup mail uid >= 1000", .authErr), ("pam_succeed_if.so user ingroup mail", nil),
        ("pam_succeed_if.so", nil), ("pam_succeed_if.so uid >=", nil), ("pam_usertype.so isregular", .authErr),
        ("pam_access.so", nil),
    ])
    func `what a rule says of root is in its line, or is not`(line: String, answer: ReturnValue?) {
        let words = line.split(separator: " ").map(String.init)
        #expect(Conditions.answerToRoot(Module(words[0], Array(words.dropFirst()))) == answer)
    }
}
