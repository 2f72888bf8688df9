import ByteStrings
import CPAM
import CPlatform
import Credentials
import Verdicts

/// One PAM transaction, from pam_start(3) to pam_end(3), which comes when the value dies.
///
/// Each method is one PAM call, and throws what its return code means: `rejected` or `temporary`.
public struct Transaction: ~Copyable {
    private let handle: OpaquePointer
    private let login: Login
    private let trace: Trace
    // At addresses of their own, since PAM keeps pointing to them.
    private let conversation: UnsafeMutablePointer<Conversation>
    private let callback: UnsafeMutablePointer<cpam_conversation>
    private var status = PAM_SUCCESS

    /// The corresponding C function is `pam_start`.
    public init(service: Service, login: Login, trace: Trace) throws(Failure) {
        let conversation = UnsafeMutablePointer<Conversation>.allocate(capacity: 1)
        conversation.initialize(to: Conversation(trace: trace))
        let callback = UnsafeMutablePointer<cpam_conversation>.allocate(capacity: 1)
        callback.initialize(to: cpam_conversation(ask: Transaction.ask, context: conversation))
        var handle: OpaquePointer?
        let status = service.name.withCString { service in
            login.bytes.withCString { login in cpam_start(service, login, callback, &handle) }
        }
        guard status == PAM_SUCCESS, let handle else {
            Transaction.release(conversation, callback)
            throw ReturnCode(rawValue: status).failure(of: "pam_start")
                ?? .temporary(Cause("PAM gave no handle", about: service.name))
        }
        self.handle = handle
        self.login = login
        self.trace = trace
        self.conversation = conversation
        self.callback = callback
    }

    deinit {
        // Modules clean up here: passwords that PAM holds are wiped, and pam_end learns how the last call ended.
        _ = pam_end(handle, status)
        Transaction.release(conversation, callback)
    }

    private static func release(
        _ conversation: UnsafeMutablePointer<Conversation>, _ callback: UnsafeMutablePointer<cpam_conversation>
    ) {
        callback.deinitialize(count: 1).deallocate()
        conversation.deinitialize(count: 1).deallocate()
    }

    /// The C shim's way back into Swift.
    private static let ask: cpam_ask = { context, style, text, answer in
        guard let context, let answer else { return PAM_CONV_ERR }
        // Sound: `context` is the pointer given to cpam_start, and PAM asks only inside a call of this transaction.
        let conversation = context.assumingMemoryBound(to: Conversation.self)
        return conversation.pointee.receive(
            style: style, text: text.map { [UInt8](cString: $0) } ?? [], answer: &answer.pointee)
    }

    /// Says where the login comes from. The corresponding C function is `pam_set_item` with `PAM_RHOST`.
    public mutating func setRemoteHost(_ host: [UInt8]) throws(Failure) {
        try check("pam_set_item", host.withCString { pam_set_item(handle, PAM_RHOST, $0) })
    }

    /// Asks whether the password is the login's. The corresponding C function is `pam_authenticate`, with
    /// `PAM_DISALLOW_NULL_AUTHTOK`.
    ///
    /// - Parameter password: without NUL bytes; borrowed for the time of the call.
    /// - Throws: `rejected` also where a module has put another user in the login's place.
    public mutating func authenticate(password: UnsafeRawBufferPointer) throws(Failure) {
        conversation.pointee.password = password
        defer { conversation.pointee.password = nil }
        try check("pam_authenticate", pam_authenticate(handle, Int32(PAM_DISALLOW_NULL_AUTHTOK)))
        try requireSameUser()
    }

    /// Asks whether the account may be used here and now. The corresponding C function is `pam_acct_mgmt`.
    public mutating func checkAccount() throws(Failure) {
        try check("pam_acct_mgmt", pam_acct_mgmt(handle, Int32(PAM_DISALLOW_NULL_AUTHTOK)))
        try requireSameUser()
    }

    /// Gives the process the account's credentials: groups, tickets, keys. The corresponding C function is `pam_setcred`
    /// with `PAM_ESTABLISH_CRED`. Call it after initgroups (pam_setcred(3)).
    public mutating func establishCredentials() throws(Failure) {
        try check("pam_setcred", pam_setcred(handle, Int32(PAM_ESTABLISH_CRED)))
    }

    /// The corresponding C function is `pam_setcred` with `PAM_DELETE_CRED`.
    public mutating func deleteCredentials() throws(Failure) {
        try check("pam_setcred", pam_setcred(handle, Int32(PAM_DELETE_CRED)))
    }

    /// The corresponding C function is `pam_open_session`.
    public mutating func openSession() throws(Failure) {
        try check("pam_open_session", pam_open_session(handle, 0))
    }

    /// The corresponding C function is `pam_close_session`.
    public mutating func closeSession() throws(Failure) {
        try check("pam_close_session", pam_close_session(handle, 0))
    }

    private mutating func check(_ call: StaticString, _ code: Int32) throws(Failure) {
        status = code
        let code = ReturnCode(rawValue: code)
        trace(call, [UInt8](code.name))
        if let failure = code.failure(of: call) { throw failure }
    }

    /// A module may change the user (pam_get_item(3), `PAM_USER`); what was proved then belongs to somebody else.
    private func requireSameUser() throws(Failure) {
        var item: UnsafeRawPointer?
        guard pam_get_item(handle, PAM_USER, &item) == PAM_SUCCESS, let item else {
            throw .temporary(Cause("PAM lost the user name"))
        }
        let user = [UInt8](cString: item.assumingMemoryBound(to: CChar.self))
        guard user == login.bytes else {
            throw .rejected(Cause("user changed by PAM", about: user, remedy: "take the module that does it out"))
        }
    }
}
