import CLibc

/// Memory that lacks where there is plenty: mail servers bound a child's address space (Dovecot, softlimit).
public enum AddressSpace {
    /// What a message says of the limit, after what could not be had; nothing where there is none.
    public static var note: [UInt8] {
        let limit = clibc_address_space_limit()
        guard limit >= 0 else { return [] }
        return [UInt8](": the address space is limited to ") + [UInt8](decimal: limit) + [UInt8](" bytes (ulimit -v)")
    }
}
