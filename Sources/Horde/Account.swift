/// An account of Horde's, as `find_user` tells it.
package struct Account: Decodable, Sendable {
    /// With its number: "ann#17".
    package let username: String
    package let kudos: Double
    /// Jobs that may wait for a worker.
    package let concurrency: Int
    /// When Horde said so by its own clock, in seconds since the Unix epoch; nil where it tells no time.
    package internal(set) var date: Int?

    private enum CodingKeys: CodingKey { case username, kudos, concurrency }
}
