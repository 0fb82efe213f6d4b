extension HTTPServer {
    /// Everything a stranger can make the server hold or wait for.
    package struct Limits: Sendable {
        /// Daemons of libmicrohttpd for small requests' connections, and an eighth as many for the others; nil for as many
        /// as the descriptors allow.
        package var shards: Int?
        /// Connections that one shard gets before the next is used.
        ///
        /// Few connections are cheapest together, because one call serves all that are ready; of many that wait, each
        /// shard is to have few, because libmicrohttpd looks at all of them when one resumes.
        package var connectionsPerShardMin = 64
        /// Connections at a time; one more is closed at once.
        package var connectionsMax = 16_384
        /// Connections of one address at a time, 0 for any number; one more is told so and closed.
        package var connectionsPerAddressMax = 64
        /// Addresses that may have any number, beside those of this machine: proxies, behind which are many clients.
        package var trustedProxies: [AddressRange] = []
        /// What libmicrohttpd sets aside for a connection.
        ///
        /// It must hold a head twice over: a later head on a connection that does not fit is answered by libmicrohttpd
        /// itself, in HTML.
        package var connectionMemoryBytes = 32_768
        /// The same for a connection whose first request is small, as those of an API's clients are.
        ///
        /// It stays with the connection, and all of it is resident from the second request on. Later requests are taken to be
        /// of the same kind: a head of 4 KiB with 24 fields still fits, and a body of any size, which comes in pieces then.
        package var smallConnectionMemoryBytes = 7168
        /// A small request's head; cookies count twice.
        package var smallHeadBytesMax = 2048
        /// A small request's fields, query arguments and cookies.
        package var smallFieldsMax = 24
        /// A small request's body: larger ones are received in fewer pieces with more memory.
        package var smallBodyBytesMax = 16_384
        /// Request line and header fields together; cookies count twice, because libmicrohttpd copies them.
        package var headBytesMax = 16_384
        /// Fields of a head, arguments of its query and its cookies together.
        ///
        /// libmicrohttpd keeps a record of each, of 64 bytes, beside the bytes themselves, in the same memory.
        package var fieldsMax = 100
        /// A request's body.
        package var bodyBytesMax = 8 * 1024 * 1024
        /// Bytes of a stream that its reader has not taken; with more it is cut off.
        package var outboxBytesMax = 256 * 1024
        /// A reader that takes nothing of what is sent.
        package var stallSecondsMax = Duration.seconds(60)
        /// From the connection to the end of its first head.
        package var headSecondsMax = Duration.seconds(10)
        /// From the end of a head to the end of its body.
        package var bodySecondsMax = Duration.seconds(30)
        /// What a body comes at, at the least and in the mean; 0 for any rate.
        package var bodyBytesPerSecondMin = 1024
        /// From the end of a head to when that counts.
        package var bodyGraceSeconds = Duration.seconds(5)
        /// A connection on which nothing happens; one that waits for its answer does not count.
        package var idleSecondsMax = Duration.seconds(75)
        /// What is still read, and thrown away, of a client whose first head was refused, so that it sees the answer.
        package var lingerBytesMax = 16 * 1024 * 1024
        /// And for how long.
        package var lingerSecondsMax = Duration.seconds(2)
        /// What a stopping server gives to answers that are on their way out.
        package var flushSecondsMax = Duration.seconds(1)

        package init() {}

        /// Sets the size of a head with the memory that one needs.
        package mutating func setHeadBytesMax(_ bytes: Int) {
            headBytesMax = bytes
            connectionMemoryBytes = max(connectionMemoryBytes, 2 * bytes)
        }

        /// How many shards a process makes that may have this many descriptors: one in 64 goes to a shard for small requests.
        static func shards(forDescriptors count: Int) -> Int { min(max(count / 64, 8), 256) }

        var bodyPace: BodyPace {
            BodyPace(bytesPerSecondMin: bodyBytesPerSecondMin, grace: bodyGraceSeconds, deadline: bodySecondsMax)
        }

        func isSmall(_ request: RequestSize) -> Bool {
            !request.isForwarded && request.headBytes <= smallHeadBytesMax && request.records <= smallFieldsMax
                && request.bodyBytes <= smallBodyBytesMax
        }
    }
}
