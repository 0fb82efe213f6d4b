/// An account of Horde's, as `find_user` tells it.
package struct Account: Decodable, Sendable {
    /// With its number: "ann#17".
    package let username: String
    /// Within ±1e15.
    package let kudos: Double
    /// Jobs that may wait for a worker.
    package let concurrency: Int
    /// When Horde said so by its own clock, in seconds since the Unix epoch; nil where it tells no time.
    package internal(set) var date: Int?

    private enum CodingKeys: CodingKey { case username, kudos, concurrency }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        username = try fields.decode(String.self, forKey: .username)
        concurrency = try fields.decode(Int.self, forKey: .concurrency)
        // Nobody has more; what is shown as a whole number has to be one.
        kudos = min(max(try fields.decode(Double.self, forKey: .kudos), -1e15), 1e15)
    }
}
