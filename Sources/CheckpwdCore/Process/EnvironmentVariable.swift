import CLibc

/// The variables of the process's environment, as bytes.
public enum EnvironmentVariable {
    /// The corresponding C function is `getenv`.
    public static func value(_ name: StaticString) -> [UInt8]? {
        getenv(name.cString).map { [UInt8](cString: $0) }
    }

    /// The corresponding C function is `setenv`.
    ///
    /// - Throws: `temporary` where there is no memory, or it can be no name.
    public static func set(_ name: StaticString, _ value: [UInt8]) throws(Failure) {
        try set([UInt8](name), value)
    }

    public static func set(_ name: [UInt8], _ value: [UInt8]) throws(Failure) {
        let failed = name.withCString { name in value.withCString { value in setenv(name, value, 1) } }
        guard failed == 0 else {
            throw .temporary(Cause(.cannotSetEnvironment, about: name, errno: clibc_errno()))
        }
    }

    /// The corresponding C function is `unsetenv`.
    public static func remove(_ name: StaticString) {
        unsetenv(name.cString)
    }
}
