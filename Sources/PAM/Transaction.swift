import CPAM
import CLibc
import CheckpwdCore

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
    /// The process, its user and its group, which must be the same after each call.
    private var ids = clibc_ids()

    /// The corresponding C function is `pam_start`.
    public init(service: Service, login: LoginName, trace: Trace) throws(Failure) {
        let conversation = UnsafeMutablePointer<Conversation>.allocate(capacity: 1)
        conversation.initialize(to: Conversation(service: service, login: login, trace: trace))
        let callback = UnsafeMutablePointer<cpam_conversation>.allocate(capacity: 1)
        callback.initialize(to: cpam_conversation(ask: Transaction.ask, context: conversation))
        var handle: OpaquePointer?
        clibc_note_ids(&ids)
        clibc_enter_phase(Call.start.name.cString)
        let status = Transaction.start(service, login, callback, &handle)
        let isUnchanged = Transaction.leavePhase(ids)
        guard status == PAM_SUCCESS, isUnchanged, let handle else {
            if let handle { _ = pam_end(handle, status) }
            Transaction.release(conversation, callback)
            if !isUnchanged { throw Transaction.changedUser(.start) }
            throw ReturnCode(rawValue: status).failure(of: .start)
                ?? .temporary(Cause(.pamGaveNoHandle, about: service.name))
        }
        self.handle = handle
        self.service = service
        self.trace = trace
        self.conversation = conversation
        self.callback = callback
    }

    private static func start(
        _ service: Service, _ login: LoginName, _ callback: UnsafeMutablePointer<cpam_conversation>, _ handle: inout OpaquePointer?
    ) -> Int32 {
        service.name.withCString { name in
            login.bytes.withCString { login in
                #if !hasFeature(Embedded)
                    if let folder = service.testFolder {
                        return folder.withCString { cpam_start_in($0, name, login, callback, &handle) }
                    }
                #endif
                return cpam_start(name, login, callback, &handle)
            }
        }
    }

    deinit {
        // Modules clean up here: passwords that PAM holds are wiped, and pam_end learns how the last call ended.
        clibc_enter_phase(("pam_end" as StaticString).cString)
        _ = pam_end(handle, status)
        _ = Transaction.leavePhase(ids)
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
        // No module runs here.
        status = value.withCString { pam_set_item(handle, item.number, $0) }
        let code = ReturnCode(rawValue: status)
        trace(.call(Call.setItem.name, code: code.name))
        if let failure = code.failure(of: .setItem) { throw failure }
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
        try check(.authenticate) { pam_authenticate($0, Int32(PAM_DISALLOW_NULL_AUTHTOK)) }
    }

    /// Asks whether the account may be used here and now. The corresponding C function is `pam_acct_mgmt`.
    public mutating func checkAccount() throws(Failure) {
        try check(.checkAccount) { pam_acct_mgmt($0, Int32(PAM_DISALLOW_NULL_AUTHTOK)) }
    }

    /// Gives the process the account's credentials: groups, tickets, keys. The corresponding C function is `pam_setcred`
    /// with `PAM_ESTABLISH_CRED`. Call it after initgroups (pam_setcred(3)).
    public mutating func establishCredentials() throws(Failure) {
        // What is changed from here on is for the process that the user's program will be.
        clibc_undo_authentication()
        clibc_note_ids(&ids)
        try check(.setCredentials) { pam_setcred($0, Int32(PAM_ESTABLISH_CRED)) }
    }

    /// The corresponding C function is `pam_setcred` with `PAM_DELETE_CRED`.
    public mutating func deleteCredentials() throws(Failure) {
        try check(.setCredentials) { pam_setcred($0, Int32(PAM_DELETE_CRED)) }
    }

    /// The corresponding C function is `pam_open_session`.
    public mutating func openSession() throws(Failure) {
        try check(.openSession) { pam_open_session($0, 0) }
    }

    /// The corresponding C function is `pam_close_session`.
    public mutating func closeSession() throws(Failure) {
        try check(.closeSession) { pam_close_session($0, 0) }
    }

    private mutating func check(_ call: Call, _ body: (OpaquePointer) -> Int32) throws(Failure) {
        clibc_enter_phase(call.name.cString)
        status = body(handle)
        let isUnchanged = Transaction.leavePhase(ids)
        let code = ReturnCode(rawValue: status)
        trace(.call(call.name, code: code.name))
        guard isUnchanged else { throw Transaction.changedUser(call) }
        guard let failure = code.failure(of: call) else { return }
        throw call == .authenticate || call == .checkAccount ? service.explain(failure, code) : failure
    }

    /// Takes back changes that modules made to the process, see `clibc_check_modules`.
    ///
    /// - Returns: whether the process has the user and group that it had.
    private static func leavePhase(_ ids: clibc_ids) -> Bool {
        clibc_enter_phase(("" as StaticString).cString)
        return withUnsafePointer(to: ids) { clibc_check_modules($0) != 0 }
    }

    private static func changedUser(_ call: Call) -> Failure {
        .temporary(
            Cause(
                .moduleChangedTheUser, about: [UInt8](call.name),
                remedy: "a PAM module must restore the user and group that it changes: remove it from the service"))
    }

    /// Makes sure that there is memory for the hash of a password, before a module that lacks it says that the password is
    /// wrong.
    ///
    /// - Throws: `temporary`, naming the limit.
    public static func requireMemory() throws(Failure) {
        guard let limit = clibc_lacking_memory(memory) else { return }
        throw .temporary(
            Cause(
                .memoryLimitTooTight, about: [UInt8](cString: limit),
                remedy: "a password needs 24 MiB: raise the hard limit (ulimit -H, LimitAS=, vsz_limit)"))
    }

    /// yescrypt takes 16 MiB with Debian's cost, pam_unix and its libraries took 2 when measured; the rest is for larger modules.
    private static let memory = 24 << 20

    /// Who the login is to PAM: a module may change the user (pam_get_item(3), `PAM_USER`).
    public func user() throws(Failure) -> LoginName {
        guard let user = try item(PAM_USER) else { throw .temporary(Cause(.pamLostTheUserName)) }
        return LoginName(user)
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
            throw .temporary(Cause(.pamGaveNoItem, about: [UInt8](decimal: number)))
        }
        return item.map { [UInt8](cString: $0.assumingMemoryBound(to: CChar.self)) }
    }
}
