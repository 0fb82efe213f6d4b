/// Bytes of which any part's hash is known at once (polynomial, modulo the prime 2^61 - 1, as Rabin and Karp do).
struct HashedBytes {
    let bytes: [UInt8]
    /// The part of the bytes that was hashed.
    let range: Range<Int>
    /// The hashes of the first 0, 1, 2, … bytes of the range.
    private let hashes: [UInt64]
    /// The powers of the base, as many.
    private let powers: [UInt64]

    private static let prime: UInt64 = (1 << 61) - 1
    /// Any large number below the prime.
    private static let base: UInt64 = 0x0DB4_F6A1_93C5_7E2B

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        self.range = range
        var hashes: [UInt64] = [0]
        var powers: [UInt64] = [1]
        hashes.reserveCapacity(range.count + 1)
        powers.reserveCapacity(range.count + 1)
        var (hash, power) = (UInt64(0), UInt64(1))
        for index in range {
            hash = Self.reduced(Self.product(hash, Self.base) + UInt64(bytes[index]) + 1)
            power = Self.product(power, Self.base)
            hashes.append(hash)
            powers.append(power)
        }
        self.hashes = hashes
        self.powers = powers
    }

    /// The hash of a part of the range.
    func hash(_ part: Range<Int>) -> UInt64 {
        let before = hashes[part.lowerBound - range.lowerBound]
        let through = hashes[part.upperBound - range.lowerBound]
        return Self.reduced(through + Self.prime - Self.product(before, powers[part.count]))
    }

    /// The product of two numbers below the prime.
    private static func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (high, low) = left.multipliedFullWidth(by: right)
        // 2^61 is 1 modulo the prime: the bits from there on are added to those below.
        return reduced((low & prime) + (high << 3 | low >> 61))
    }

    /// A number below twice the prime as one below it.
    private static func reduced(_ value: UInt64) -> UInt64 {
        value >= prime ? value - prime : value
    }
}
