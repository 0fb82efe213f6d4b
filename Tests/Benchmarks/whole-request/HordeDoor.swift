/// What of Horde's wire the steps need that is `internal` there: this file is compiled with that target's own.
package enum HordeDoor {
    /// The body of a submission.
    package static func body(of order: GenerationOrder) -> [UInt8] { order.body }

    /// The texts of a status.
    package static func texts(in body: [UInt8]) -> [Generation]? {
        GenerationStatus.read(body, GenerationStatus.init)?.generations
    }
}
