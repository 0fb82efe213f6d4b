import Prompting
import Testing

@Suite struct JobSizeTests {
    struct Case: Sendable {
        let prompt: Int
        let wanted: Int
        let offers: [Offer]
        let free: Int?
        let context: Int
        let answer: Int
    }

    static let uneven = [Offer.of(2048, 512), Offer.of(8192, 100)]

    static let table = [
        Case(prompt: 100, wanted: 512, offers: [.of(4096, 512)], free: 512, context: 640, answer: 512),
        Case(prompt: 100, wanted: 512, offers: [.of(4096, 400)], free: 512, context: 512, answer: 400),
        Case(prompt: 100, wanted: 2000, offers: [.of(8192, 1024)], free: 512, context: 640, answer: 512),
        Case(prompt: 100, wanted: 2000, offers: [.of(8192, 1024)], free: nil, context: 1152, answer: 1024),
        Case(prompt: 100, wanted: 2000, offers: [.of(8192, 1024)], free: 256, context: 384, answer: 256),
        Case(prompt: 10, wanted: 1, offers: [.of(4096, 512)], free: 512, context: 80, answer: 16),
        Case(prompt: 0, wanted: 16, offers: [.of(2048, 80)], free: 512, context: 80, answer: 16),
        // Two workers: the long answer only with the small context.
        Case(prompt: 3000, wanted: 512, offers: uneven, free: 512, context: 3456, answer: 100),
        Case(prompt: 500, wanted: 512, offers: uneven, free: 512, context: 1088, answer: 512),
        // What is left of the context.
        Case(prompt: 1800, wanted: 512, offers: [.of(2048, 512)], free: 512, context: 2048, answer: 68),
        // Rounding up shuts out no worker that could do it.
        Case(prompt: 100, wanted: 190, offers: [.of(310, 512), .of(8192, 512)], free: 512, context: 310, answer: 190),
        Case(prompt: 100, wanted: 9000, offers: [.of(9_000_000, 9000)], free: nil, context: 4224, answer: 4096),
    ]

    @Test(arguments: table)
    func `a job has the longest answer wanted and the least context for it`(example: Case) throws {
        let size = try JobSize.choose(
            promptTokens: example.prompt,
            wantedTokens: example.wanted,
            offers: example.offers,
            upfrontFreeTokens: example.free
        )
        #expect(size.contextTokens == example.context)
        #expect(size.answerTokens == example.answer)
    }

    @Test(
        arguments: [
            // Each can be through in time.
            ([(512, 8.0)], 512),
            // One that is too slow for the longest gets what it can write in 110 seconds, as would everybody.
            ([(512, 20), (512, 3)], 330),
            // One that takes no such lengths slows nobody down.
            ([(512, 20), (80, 0.5)], 512),
            // One that is slower than that is not waited for.
            ([(512, 20), (512, 0.5)], 256), ([(200, 0.1)], 200),
            // Nobody knows how fast it is.
            ([(512, nil)], 512),
        ] as [([(Int, Double?)], Int)]
    )
    func `a job is no longer than every worker that may take it can write in time`(
        workers: [(Int, Double?)],
        answer: Int
    ) throws {
        let offers = workers.map { Offer(contextTokens: 8192, answerTokens: $0.0, tokensPerSecond: $0.1) }
        let size = try JobSize.choose(promptTokens: 100, wantedTokens: 512, offers: offers, upfrontFreeTokens: nil)
        #expect(size.answerTokens == answer)
    }

    @Test func `a prompt too long for every worker is an error with both numbers`() {
        #expect(throws: JobSizeError.promptTooLong(neededTokens: 1850 + 185 + 16, contextTokens: 2048)) {
            try JobSize.choose(
                promptTokens: 1850,
                wantedTokens: 100,
                offers: [.of(1024, 512), .of(2048, 512)],
                upfrontFreeTokens: 512
            )
        }
    }

    @Test(arguments: [[], [Offer.of(64, 512)], [Offer.of(2048, 8)]])
    func `no worker, or none that takes the smallest job, is another error`(offers: [Offer]) {
        #expect(throws: JobSizeError.noOffers) {
            try JobSize.choose(promptTokens: 10, wantedTokens: 512, offers: offers, upfrontFreeTokens: 512)
        }
    }

    @Test func `every job fits some worker, holds its prompt and stays within the free length`() {
        var random = Seeded(state: 7)
        for _ in 0..<20_000 {
            let offers = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                Offer.of(.random(in: 40...20_000, using: &random), .random(in: 1...5000, using: &random))
            }
            let prompt = Int.random(in: 0...12_000, using: &random)
            let wanted = Int.random(in: 0...6000, using: &random)
            let free = Bool.random(using: &random) ? Int.random(in: 256...512, using: &random) : nil
            let size = try? JobSize.choose(
                promptTokens: prompt,
                wantedTokens: wanted,
                offers: offers,
                upfrontFreeTokens: free
            )
            guard let size else { continue }
            let fits = offers.contains {
                size.contextTokens <= $0.contextTokens && size.answerTokens <= $0.answerTokens
            }
            #expect(fits)
            #expect(size.answerTokens <= free ?? .max)
            #expect(size.answerTokens <= max(wanted, 16))
            #expect((16...4096).contains(size.answerTokens))
            #expect(size.contextTokens >= max(80, prompt * 11 / 10 + size.answerTokens))
        }
    }
}

extension Offer {
    fileprivate static func of(_ context: Int, _ answer: Int) -> Offer {
        Offer(contextTokens: context, answerTokens: answer)
    }
}

/// The same numbers in every run (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
