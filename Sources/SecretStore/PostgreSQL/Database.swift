import CheckpwdCore

/// A database: connected to when it is first asked, and all that one login or one command asks goes over that connection.
package final class Database {
    package let address: DatabaseAddress
    private let patience: Patience
    private var opened: Connection?

    /// Nothing is opened yet.
    package init(at address: DatabaseAddress, _ patience: Patience) {
        self.address = address
        self.patience = patience
    }

    package func connection() throws(Failure) -> Connection {
        if let opened { return opened }
        let connection = try Connection(to: address, patience)
        opened = connection
        return connection
    }

    /// Runs `body` in a transaction, and commits it. Where `body` or the commit throws, the connection is closed, and the
    /// server forgets what was done.
    ///
    /// - Parameter begin: the statement that begins it.
    package func transaction<Result>(
        _ begin: StaticString, _ body: (Connection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        do throws(Failure) {
            let connection = try connection()
            try connection.execute(begin)
            let result = try body(connection)
            try connection.execute("COMMIT", failing: .storeCannotBeWritten)
            return result
        } catch {
            opened = nil
            throw error
        }
    }
}
