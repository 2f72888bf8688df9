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
    private let service: Service
    private let trace: Trace
    // At addresses of their own, since PAM keeps pointing to them.
    private let conversation: UnsafeMutablePointer<Conversation>
    private let callback: UnsafeMutablePointer<cpam_conversation>
    private var status = PAM_SUCCESS

    /// The corresponding C function is `pam_start`.
    public init(service: Service, login: Login, trace: Trace) throws(Failure) {
        let conversation = UnsafeMutablePointer<Conversation>.allocate(capacity: 1)
        conversation.initialize(to: Conversation(service: service, login: login, trace: trace))
        let callback = UnsafeMutablePointer<cpam_conversation>.allocate(capacity: 1)
        callback.initialize(to: cpam_conversation(ask: Transaction.ask, context: conversation))
        var handle: OpaquePointer?
        let status = service.name.withCString { service in
            login.bytes.withCString { login in cpam_start(service, login, callback, &handle) }
        }
        guard status == PAM_SUCCESS, let handle else {
            Transaction.release(conversation, callback)
            throw ReturnCode(rawValue: status).failure(of: .start)
                ?? .temporary(Cause("PAM gave no handle", about: service.name))
        }
        self.handle = handle
        self.service = service
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

    /// What modules are told of a login.
    public enum Item: Sendable {
        /// Where the login comes from, `PAM_RHOST`.
        case remoteHost
        /// What stands for the terminal, `PAM_TTY`: some modules refuse a login without.
        case terminal
        /// Who asks, `PAM_RUSER`.
        case remoteUser

        fileprivate var number: Int32 {
            switch self {
            case .remoteHost: PAM_RHOST
            case .terminal: PAM_TTY
            case .remoteUser: PAM_RUSER
            }
        }
    }

    /// The corresponding C function is `pam_set_item`. An empty value is not set.
    public mutating func set(_ item: Item, _ value: [UInt8]) throws(Failure) {
        guard !value.isEmpty else { return }
        try check(.setItem, value.withCString { pam_set_item(handle, item.number, $0) })
    }

    /// Asks whether the password is the login's. The corresponding C function is `pam_authenticate`, with
    /// `PAM_DISALLOW_NULL_AUTHTOK`.
    ///
    /// - Parameter password: without NUL bytes; borrowed for the time of the call.
    /// - Throws: `declined` where the login is unknown or the password wrong.
    public mutating func authenticate(password: UnsafeRawBufferPointer) throws(Failure) {
        if let prompt = try item(PAM_USER_PROMPT) { conversation.pointee.loginPrompt = prompt }
        conversation.pointee.password = password
        defer { conversation.pointee.password = nil }
        try check(.authenticate, pam_authenticate(handle, Int32(PAM_DISALLOW_NULL_AUTHTOK)))
    }

    /// Asks whether the account may be used here and now. The corresponding C function is `pam_acct_mgmt`.
    public mutating func checkAccount() throws(Failure) {
        try check(.checkAccount, pam_acct_mgmt(handle, Int32(PAM_DISALLOW_NULL_AUTHTOK)))
    }

    /// Gives the process the account's credentials: groups, tickets, keys. The corresponding C function is `pam_setcred`
    /// with `PAM_ESTABLISH_CRED`. Call it after initgroups (pam_setcred(3)).
    public mutating func establishCredentials() throws(Failure) {
        try check(.setCredentials, pam_setcred(handle, Int32(PAM_ESTABLISH_CRED)))
    }

    /// The corresponding C function is `pam_setcred` with `PAM_DELETE_CRED`.
    public mutating func deleteCredentials() throws(Failure) {
        try check(.setCredentials, pam_setcred(handle, Int32(PAM_DELETE_CRED)))
    }

    /// The corresponding C function is `pam_open_session`.
    public mutating func openSession() throws(Failure) {
        try check(.openSession, pam_open_session(handle, 0))
    }

    /// The corresponding C function is `pam_close_session`.
    public mutating func closeSession() throws(Failure) {
        try check(.closeSession, pam_close_session(handle, 0))
    }

    private mutating func check(_ call: Call, _ code: Int32) throws(Failure) {
        status = code
        // A module that changes the process's user or group, and back, makes it dumpable again.
        _ = cplatform_forbid_dumps()
        let code = ReturnCode(rawValue: code)
        trace(call.name, [UInt8](code.name))
        guard let failure = code.failure(of: call) else { return }
        throw call == .authenticate || call == .checkAccount ? service.explain(failure, code) : failure
    }

    /// Who the login is to PAM: a module may change the user (pam_get_item(3), `PAM_USER`).
    public func user() throws(Failure) -> Login {
        guard let user = try item(PAM_USER) else { throw .temporary(Cause("PAM lost the user name")) }
        return Login(user)
    }

    /// What modules want in the environment of the user's program: `NAME=value` each. The corresponding C function is
    /// `pam_getenvlist`.
    public func environment() -> [[UInt8]] {
        guard let list = pam_getenvlist(handle) else { return [] }
        defer { free(list) }
        var entries: [[UInt8]] = []
        var next = list
        while let entry = next.pointee {
            entries.append([UInt8](cString: entry))
            free(entry)
            next += 1
        }
        return entries
    }

    private func item(_ number: Int32) throws(Failure) -> [UInt8]? {
        var item: UnsafeRawPointer?
        guard pam_get_item(handle, number, &item) == PAM_SUCCESS else {
            throw .temporary(Cause("PAM gave no item", about: [UInt8](decimal: number)))
        }
        return item.map { [UInt8](cString: $0.assumingMemoryBound(to: CChar.self)) }
    }
}
