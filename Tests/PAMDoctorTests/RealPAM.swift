import CPAM
import Foundation
@testable import PAMDoctor
import TestSupport

/// The system's own libpam, on service files of the stage's.
enum RealPAM {
    /// What pam_authenticate(3) returns, and what pam_setcred(3) returns after it.
    static func walk(_ service: String) -> (authenticate: ReturnValue, setcred: ReturnValue) {
        var context = cpam_conversation(ask: { _, _, _, _ in PAM_SUCCESS }, context: nil)
        return withUnsafeMutablePointer(to: &context) { context in
            var callback = pam_conv(conv: cpam_converse, appdata_ptr: context)
            var handle: OpaquePointer?
            let started = pam_start(service, "root", &callback, &handle)
            guard started == PAM_SUCCESS, let handle else { return (ReturnValue.allCases[Int(started)], ReturnValue.allCases[Int(started)]) }
            let authenticate = pam_authenticate(handle, 0)
            let setcred = pam_setcred(handle, Int32(PAM_ESTABLISH_CRED))
            pam_end(handle, setcred)
            return (ReturnValue.allCases[Int(authenticate)], ReturnValue.allCases[Int(setcred)])
        }
    }

    /// What we say that they return. In the files, modules are pam_debug, pam_permit, pam_deny, and one that is missing.
    static func simulate(_ service: String) -> (authenticate: ReturnValue, setcred: ReturnValue) {
        let configuration = Configuration(of: service, in: FileTree())!
        if configuration.givesUp != nil { return (.abort, .abort) }
        let stack = configuration[.auth]
        let first = Simulation(stack) { answer(of: $1, "auth", deny: .authErr) }
        let second = Simulation(stack, after: first, jumpsCount: !isDebian) { answer(of: $1, "cred", deny: .credErr) }
        return (first.answer, second.answer)
    }

    private static let isDebian = FileManager.default.fileExists(atPath: "/etc/debian_version")

    private static func answer(of module: Module, _ function: String, deny: ReturnValue) -> ReturnValue {
        switch module.name {
        case "pam_permit": return .success
        case "pam_deny": return deny
        case "pam_debug":
            let given = module.arguments.last { $0.hasPrefix(function + "=") }?.dropFirst(function.count + 1)
            return given.flatMap { ReturnValue(rawValue: String($0)) } ?? .success
        default: return .moduleUnknown
        }
    }
}
